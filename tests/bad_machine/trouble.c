/* Preloaded into a server: its disk and its clock misbehave while files in the folder SLIPWAY_TROUBLE say so.
 *
 *   frozen  writes to the database's files, and syncs of them, do not return
 *   full    writes that make them longer find no room
 *   clock   how many seconds the wall clock is off
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int told(const char* what) {
  const char* folder = getenv("SLIPWAY_TROUBLE");
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder ? folder : "/nowhere", what);
  return access(path, F_OK) == 0;
}

/* Of the memory beside the log a disk never runs out: what an opening server gives back it takes again. */
static int is_database(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return strstr(path, "slipway.db") != NULL && strstr(path, "-shm") == NULL;
}

static void wait_while_frozen(int fd) {
  while (told("frozen") && is_database(fd)) usleep(20000);
}

static int is_full_for(int fd, off_t end) {
  struct stat about;
  return told("full") && is_database(fd) && fstat(fd, &about) == 0 && end > about.st_size;
}

static ssize_t troubled_pwrite(int fd, const void* data, size_t size, off_t at, const char* name) {
  ssize_t (*real)(int, const void*, size_t, off_t) = (ssize_t(*)(int, const void*, size_t, off_t))dlsym(RTLD_NEXT, name);
  wait_while_frozen(fd);
  if (is_full_for(fd, at + (off_t)size)) {
    errno = ENOSPC;
    return -1;
  }
  return real(fd, data, size, at);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) { return troubled_pwrite(fd, data, size, at, "pwrite"); }
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  return troubled_pwrite(fd, data, size, at, "pwrite64");
}

static int troubled_sync(int fd, const char* name) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  wait_while_frozen(fd);
  return real(fd);
}
int fsync(int fd) { return troubled_sync(fd, "fsync"); }
int fdatasync(int fd) { return troubled_sync(fd, "fdatasync"); }

/* Read at most ten times a second: the clock is asked often. */
static long clock_is_off_by(const struct timespec* steady) {
  static __thread long seconds;
  static __thread long looked;
  const long now = steady->tv_sec * 10 + steady->tv_nsec / 100000000;
  if (now == looked) return seconds;
  looked = now;
  char path[4096], text[32] = {0};
  const char* folder = getenv("SLIPWAY_TROUBLE");
  snprintf(path, sizeof path, "%s/clock", folder ? folder : "/nowhere");
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return seconds = 0;
  if (read(fd, text, sizeof text - 1) < 0) text[0] = 0;
  close(fd);
  return seconds = atol(text);
}

int clock_gettime(clockid_t which, struct timespec* out) {
  static int (*real)(clockid_t, struct timespec*);
  if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  const int result = real(which, out);
  if (result != 0 || which != CLOCK_REALTIME) return result;
  struct timespec steady;
  real(CLOCK_MONOTONIC, &steady);
  out->tv_sec += clock_is_off_by(&steady);
  return result;
}
