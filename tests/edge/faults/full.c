/* LD_PRELOAD: below the folder $FULL_DISK, only $FULL_AFTER calls of write succeed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int calls = 0;

ssize_t write(int file, const void *content, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  char link[64], path[4096];
  const char *folder = getenv("FULL_DISK");
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "write");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  if (folder && strncmp(path, folder, strlen(folder)) == 0 && calls++ >= atoi(getenv("FULL_AFTER"))) {
    errno = ENOSPC;
    return -1;
  }
  return real(file, content, count);
}
