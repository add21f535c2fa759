// change_client TARGET FILE_A FILE_B ROUNDS: how long a program that runs on sees the old answer after
// TARGET was replaced. The files have the user "changing" with the uid 1 and 2; each is renamed over
// TARGET in turns. Prints microseconds from the rename to the first new answer: p50, max.
#define _GNU_SOURCE
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static unsigned uid_of_changing(void) {
  static char buffer[4096];
  struct passwd entry, *found = NULL;
  if (getpwnam_r("changing", &entry, buffer, sizeof buffer, &found) != 0 || !found) return 0;
  return found->pw_uid;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const int rounds = atoi(argv[4]);
  double *took = malloc(sizeof *took * (rounds + 1));
  char temporary[4096];
  snprintf(temporary, sizeof temporary, "%s.next", argv[1]);
  for (int round = 0; round < rounds; round++) {
    const unsigned expected = 1 + round % 2;
    unlink(temporary);
    if (link(argv[1 + expected], temporary) != 0) return 3;
    const double begin = now_us();
    if (rename(temporary, argv[1]) != 0) return 4;
    while (uid_of_changing() != expected) {
      if (now_us() - begin > 20e6) return 5;
    }
    took[round] = now_us() - begin;
    // The daemon has nothing left to do when the next change comes.
    const struct timespec pause = {0, 300 * 1000 * 1000};
    nanosleep(&pause, NULL);
  }
  qsort(took, rounds, sizeof *took, compare);
  printf("p50 %.1f max %.1f\n", took[rounds / 2], took[rounds - 1]);
  return 0;
}
