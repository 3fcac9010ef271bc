/* LD_PRELOAD: after `cut_power_after(calls)`, that many writes and syncs later, all that was written
   to files and not synced is undone, as a power cut undoes what only the kernel's cache holds; then
   the process ends. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct change {
  int file;
  off64_t at;
  off64_t size; /* of the file, before */
  ssize_t length;
  char *before;
  struct change *next;
};

static struct change *changes;
static long left = -1;

void cut_power_after(long calls) { left = calls; }

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static ssize_t write_at(int file, const void *data, size_t length, off64_t at) {
  return ((ssize_t(*)(int, const void *, size_t, off64_t))real("pwrite64"))(file, data, length, at);
}

static void count(void) {
  if (left < 0 || left-- > 0) return;
  for (struct change *each = changes; each; each = each->next) {
    write_at(each->file, each->before, each->length, each->at);
    ftruncate(each->file, each->size);
  }
  _exit(9);
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t at) {
  struct stat status;
  struct change *new = malloc(sizeof *new);
  count();
  fstat(file, &status);
  *new = (struct change){dup(file), at, status.st_size, 0, malloc(length), changes};
  new->length = pread64(file, new->before, length, at);
  changes = new;
  return write_at(file, data, length, at);
}

static int sync_with(const char *name, int file) {
  struct stat synced, other;
  count();
  fstat(file, &synced);
  for (struct change **each = &changes; *each;) {
    fstat((*each)->file, &other);
    if (other.st_ino == synced.st_ino)
      *each = (*each)->next;
    else
      each = &(*each)->next;
  }
  return ((int (*)(int))real(name))(file);
}

int fsync(int file) { return sync_with("fsync", file); }

int fdatasync(int file) { return sync_with("fdatasync", file); }
