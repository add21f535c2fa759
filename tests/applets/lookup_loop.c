// Looks up in a tight loop and judges every answer by itself, until it is told to stop.
//
//   lookup_loop BOARD NUMBER    BOARD: a file shared with the test, as of struct Board
//
// The user "mark" has the file's version as its uid; whoever writes the file raises `newest` before
// it does and `oldest` when the version is to be seen by everybody; nobody ever sees an older one
// than before. The other users never change.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

struct Client {
  _Atomic uint64_t lookups, wrong, failed, longest_ns, seen;
};

struct Board {
  _Atomic uint64_t stop, oldest, newest, users;
  struct Client clients[16];
};

static uint64_t Now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static char buffer[1 << 16];

static void Mark(struct Board *board, struct Client *client) {
  struct passwd entry, *found = NULL;
  uint64_t oldest = board->oldest > client->seen ? board->oldest : client->seen;
  int error = getpwnam_r("mark", &entry, buffer, sizeof buffer, &found);
  uint64_t newest = board->newest;
  if (error || !found) {
    client->failed++;
  } else if (entry.pw_uid < oldest || entry.pw_uid > newest) {
    if (client->wrong++ < 3) {
      fprintf(stderr, "uid %u, and it should be %llu to %llu\n", entry.pw_uid,
              (unsigned long long)oldest, (unsigned long long)newest);
    }
  } else {
    client->seen = entry.pw_uid;
  }
}

static void User(uint64_t number, struct Client *client) {
  struct passwd entry, *found = NULL;
  char name[32], home[32];
  snprintf(name, sizeof name, "user%llu", (unsigned long long)number);
  snprintf(home, sizeof home, "/home/%llu", (unsigned long long)number);
  int error = number % 2
                  ? getpwnam_r(name, &entry, buffer, sizeof buffer, &found)
                  : getpwuid_r(100000 + (uid_t)number, &entry, buffer, sizeof buffer, &found);
  if (error || !found) {
    client->failed++;
  } else if (entry.pw_uid != 100000 + number || strcmp(entry.pw_name, name) ||
             strcmp(entry.pw_dir, home)) {
    client->wrong++;
  }
}

static void Group(struct Client *client) {
  struct group entry, *found = NULL;
  int error = getgrnam_r("crowd", &entry, buffer, sizeof buffer, &found);
  if (error || !found) {
    client->failed++;
  } else if (entry.gr_gid != 77 || !entry.gr_mem[0] || strcmp(entry.gr_mem[0], "user1")) {
    client->wrong++;
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int file = open(arguments[1], O_RDWR);
  struct Board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file < 0 || board == MAP_FAILED) return 2;
  struct Client *client = &board->clients[atoi(arguments[2])];
  for (uint64_t i = 0; !board->stop; i++) {
    uint64_t before = Now();
    if (i % 3 == 0) {
      Mark(board, client);
    } else if (i % 3 == 1) {
      User(i % board->users, client);
    } else {
      Group(client);
    }
    uint64_t took = Now() - before;
    if (took > client->longest_ns) client->longest_ns = took;
    client->lookups++;
  }
  return client->wrong || client->failed;
}
