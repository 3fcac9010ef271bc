/* LD_PRELOAD: CLOCK_REALTIME is as many seconds off as the file $CLOCK_OFFSET says; the monotonic
   clock is left alone, as it is when a clock is set. (libfaketime spoils Python's sleep.) */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  const char *path = getenv("CLOCK_OFFSET");
  FILE *file = clock == CLOCK_REALTIME && path ? fopen(path, "r") : NULL;
  if (file) {
    long seconds = 0;
    if (fscanf(file, "%ld", &seconds) == 1) now->tv_sec += seconds;
    fclose(file);
  }
  return result;
}
