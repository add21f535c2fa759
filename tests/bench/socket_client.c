// Asks a lookup daemon over its socket as libc does (for each question: connect, one send, one read
// of the answer's header, reads of what it announces, close) and says how long that took.
//
//   socket_client SOCKET KIND FORMAT RANGE COUNT [PROCESSES]
//
// KIND: pwnam pwuid grnam grgid initgroups. FORMAT: of the key, with one %u for a number below
// RANGE; numbers are spread over the whole range and do not repeat before COUNT reaches RANGE.
// PROCESSES clients ask COUNT questions each, all starting at once. Prints "hits N misses N failed
// N p50_us X p99_us X per_second X".
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kMaxKey = 1024 };

struct Result {
  long hits, misses, failed;
};

static double Now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct Kind {
  const char *name;
  int32_t type;
  size_t header;  // bytes
};

static const struct Kind *FindKind(const char *name) {
  static const struct Kind kKinds[] = {{"pwnam", 0, 36},
                                       {"pwuid", 1, 36},
                                       {"grnam", 2, 24},
                                       {"grgid", 3, 24},
                                       {"initgroups", 15, 12}};
  for (size_t i = 0; i < sizeof kKinds / sizeof *kKinds; i++) {
    if (!strcmp(kKinds[i].name, name)) return &kKinds[i];
  }
  fprintf(stderr, "socket_client: unknown kind: %s\n", name);
  exit(2);
}

static int ReadAll(int s, void *to, size_t bytes) {
  for (size_t got = 0; got < bytes;) {
    ssize_t n = read(s, (char *)to + got, bytes - got);
    if (n <= 0) return 0;
    got += (size_t)n;
  }
  return 1;
}

// What follows a header that says "found".
static int ReadRest(int s, const struct Kind *kind, const int32_t *header) {
  static int32_t room[1 << 14];
  size_t bytes = 0;
  if (kind->header == 36) {
    bytes = (size_t)header[2] + (size_t)header[3] + (size_t)header[6] + (size_t)header[7] +
            (size_t)header[8];
  } else if (kind->header == 24) {
    size_t members = (size_t)header[5];
    if (members * 4 > sizeof room || !ReadAll(s, room, members * 4)) return 0;
    bytes = (size_t)header[2] + (size_t)header[3];
    for (size_t i = 0; i < members; i++) bytes += (size_t)room[i];
  } else {
    bytes = (size_t)header[2] * 4;
  }
  return bytes <= sizeof room && ReadAll(s, room, bytes);
}

// 1 found, 0 no such entry, -1 anything else.
static int Ask(const struct sockaddr_un *address, const struct Kind *kind, const char *key) {
  struct {
    int32_t version, type, length;
    char key[kMaxKey];
  } request = {2, kind->type, (int32_t)strlen(key) + 1, ""};
  int32_t header[9];
  int found = -1;
  memcpy(request.key, key, (size_t)request.length);
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0) return -1;
  if (connect(s, (const struct sockaddr *)address, sizeof *address) == 0 &&
      send(s, &request, 12 + (size_t)request.length, MSG_NOSIGNAL) > 0 &&
      read(s, header, kind->header) == (ssize_t)kind->header && header[0] == 2) {
    if (header[1] == 0 || (header[1] == 1 && ReadRest(s, kind, header))) found = header[1];
  }
  close(s);
  return found;
}

static struct Result Run(const struct sockaddr_un *address, const struct Kind *kind,
                         const char *format, unsigned range, long count, unsigned place,
                         double *latency) {
  struct Result result = {0, 0, 0};
  unsigned step = 2654435761u % range;  // spreads; made coprime to the range below
  for (unsigned a = step, b = range;;) {
    unsigned r = b ? a % b : 0;
    if (b == 0) {
      if (a == 1) break;
      a = ++step, b = range;
      continue;
    }
    a = b, b = r;
  }
  for (long i = 0; i < count; i++) {
    char key[kMaxKey];
    place = (unsigned)(((uint64_t)place + step) % range);
    snprintf(key, sizeof key, format, place);
    double start = Now();
    int found = Ask(address, kind, key);
    latency[i] = Now() - start;
    if (found > 0) {
      result.hits++;
    } else if (found == 0) {
      result.misses++;
    } else {
      result.failed++;
    }
  }
  return result;
}

static int Compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void *Shared(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  return memory;
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
  const struct Kind *kind = FindKind(argv[2]);
  unsigned range = (unsigned)atol(argv[4]);
  long count = atol(argv[5]);
  int processes = argc > 6 ? atoi(argv[6]) : 1;
  if (range < 1 || count < 1 || processes < 1) return 2;
  size_t total = (size_t)count * (size_t)processes;
  double *latency = Shared(total * sizeof *latency);
  struct Result *results = Shared((size_t)processes * sizeof *results), all = {0, 0, 0};
  int gate[2];
  if (pipe(gate)) abort();
  for (int p = 0; p < processes; p++) {
    if (fork()) continue;
    char byte;
    close(gate[1]);
    if (read(gate[0], &byte, 1) < 0) _exit(1);  // ends when the parent closes the gate
    unsigned place = (unsigned)(((uint64_t)range * (unsigned)p) / (unsigned)processes);
    results[p] =
        Run(&address, kind, argv[3], range, count, place, latency + (size_t)p * (size_t)count);
    _exit(0);
  }
  double start = Now();
  close(gate[1]);
  while (wait(NULL) > 0) {
  }
  double seconds = (Now() - start) / 1e6;
  for (int p = 0; p < processes; p++) {
    all.hits += results[p].hits;
    all.misses += results[p].misses;
    all.failed += results[p].failed;
  }
  qsort(latency, total, sizeof *latency, Compare);
  printf("hits %ld misses %ld failed %ld p50_us %.2f p99_us %.2f per_second %.0f\n", all.hits,
         all.misses, all.failed, latency[total / 2], latency[(size_t)((double)total * 0.99)],
         (double)(total - (size_t)all.failed) / seconds);
  return 0;
}
