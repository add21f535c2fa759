// start_client ROUNDS FILE PROGRAM ARGUMENT...: how long PROGRAM takes until it says that it is ready
// or ends (it is started with --ready-fd 9 and killed then), against a newline scan of FILE, in turns.
// Prints microseconds, medians: ready, cpu (what of that the program itself ran), scan.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double median(double *values, int count) {
  qsort(values, count, sizeof *values, compare);
  return values[count / 2];
}

// From the file, which is in the cache, as any reader has to take it.
static double scan_us(const char *path) {
  const double begin = now_us();
  const int fd = open(path, O_RDONLY);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0) exit(3);
  char *bytes = malloc(info.st_size + 1);
  for (off_t at = 0; at < info.st_size;) {
    const ssize_t got = read(fd, bytes + at, info.st_size - at);
    if (got <= 0) exit(3);
    at += got;
  }
  close(fd);
  volatile size_t lines = 0;
  for (char *at = bytes; (at = memchr(at, '\n', bytes + info.st_size - at)) != NULL; at++) lines++;
  free(bytes);
  return now_us() - begin;
}

// Of a process that has not been waited for; it goes no further. What a process has run is known
// exactly when it does not run.
static double cpu_us(pid_t pid) {
  char path[64];
  siginfo_t stopped;
  kill(pid, SIGSTOP);
  if (waitid(P_PID, pid, &stopped, WSTOPPED | WEXITED | WNOWAIT) != 0) exit(3);
  double ns = 0;
  snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL || fscanf(file, "%lf", &ns) != 1) exit(3);
  fclose(file);
  return ns / 1e3;
}

static double ready_us(char **argv, double *cpu) {
  static int nowhere;
  if (nowhere == 0) nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) exit(3);
  const double begin = now_us();
  const pid_t child = vfork();
  if (child == 0) {
    dup2(ends[1], 9);
    dup2(nowhere, 1);
    execv(argv[0], argv);
    _exit(127);
  }
  close(ends[1]);
  char byte;
  if (read(ends[0], &byte, 1) < 0) exit(3);  // the newline, or the end of one that only starts
  const double took = now_us() - begin;
  close(ends[0]);
  *cpu = cpu_us(child);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return took;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  const int rounds = atoi(argv[1]);
  // In front of all others, where allowed: what PROGRAM does after it is ready is not counted.
  const struct sched_param first = {.sched_priority = 1};
  (void)sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first);
  double *ready = malloc(sizeof *ready * rounds), *cpu = malloc(sizeof *cpu * rounds);
  double *scan = malloc(sizeof *scan * rounds);
  for (int round = 0; round < rounds; round++) {
    scan[round] = scan_us(argv[2]);
    ready[round] = ready_us(argv + 3, cpu + round);
  }
  printf("ready %.1f cpu %.1f scan %.1f\n", median(ready, rounds), median(cpu, rounds),
         median(scan, rounds));
  return 0;
}
