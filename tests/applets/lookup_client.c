// Reads one question a line on standard input and prints one line for each: the question, " => ",
// and what this program's libc answers, in a text that is the same wherever the answer came from.
//
//   pwnam NAME | pwuid UID | grnam NAME | grgid GID | grlist NAME GID | svname NAME PROTO | svport
//   PORT PROTO
//
// Words are separated by a tab. Bytes that are not plain are written \xNN in questions and in
// answers. PROTO
// "*" means any. Group lists are sorted and unique: libc puts the primary group first or last
// depending on who was asked. An answer is flushed at once.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *buffer;
static size_t buffer_size;

static void Grow(void) {
  buffer_size = buffer_size ? buffer_size * 4 : 256;  // small at first: ERANGE is a path too
  buffer = realloc(buffer, buffer_size);
  if (!buffer) abort();
}

static void Text(const char *text) {
  if (!text) {
    fputs("(null)", stdout);
    return;
  }
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c <= ' ' || *c >= 127 || *c == '\\' || *c == '|' || *c == ',') {
      printf("\\x%02x", *c);
    } else {
      putchar(*c);
    }
  }
}

static void List(char **list) {
  for (int i = 0; list[i]; i++) {
    if (i) putchar(',');
    Text(list[i]);
  }
}

static char *Unescape(char *text) {
  char *to = text;
  for (char *from = text; *from; to++) {
    if (from[0] == '\\' && from[1] == 'x' && from[2] && from[3]) {
      char digits[3] = {from[2], from[3], 0};
      *to = (char)strtol(digits, NULL, 16);
      from += 4;
    } else {
      *to = *from++;
    }
  }
  *to = 0;
  return text;
}

static void Verdict(int error, const void *found) {
  if (error) {
    printf("error %d", error);
  } else if (!found) {
    printf("none");
  }
}

static void Passwd(int by_name, const char *key) {
  struct passwd entry, *found = NULL;
  int error;
  do {
    error = by_name
                ? getpwnam_r(key, &entry, buffer, buffer_size, &found)
                : getpwuid_r((uid_t)strtoul(key, NULL, 10), &entry, buffer, buffer_size, &found);
  } while (error == ERANGE && (Grow(), 1));
  Verdict(error, found);
  if (error || !found) return;
  Text(entry.pw_name), putchar('|'), Text(entry.pw_passwd);
  printf("|%u|%u|", entry.pw_uid, entry.pw_gid);
  Text(entry.pw_gecos), putchar('|'), Text(entry.pw_dir), putchar('|'), Text(entry.pw_shell);
}

static void Group(int by_name, const char *key) {
  struct group entry, *found = NULL;
  int error;
  do {
    error = by_name
                ? getgrnam_r(key, &entry, buffer, buffer_size, &found)
                : getgrgid_r((gid_t)strtoul(key, NULL, 10), &entry, buffer, buffer_size, &found);
  } while (error == ERANGE && (Grow(), 1));
  Verdict(error, found);
  if (error || !found) return;
  Text(entry.gr_name), putchar('|'), Text(entry.gr_passwd);
  printf("|%u|", entry.gr_gid);
  List(entry.gr_mem);
}

static int CompareGids(const void *a, const void *b) {
  gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;
  return x < y ? -1 : x > y;
}

static void GroupList(const char *name, gid_t primary) {
  int room = 4, count = room;
  gid_t *groups = malloc(sizeof(gid_t) * (size_t)room);
  while (groups && getgrouplist(name, primary, groups, &count) < 0) {
    if (count <= room) {  // musl answers -1 for a failure too
      printf("error %d", errno);
      free(groups);
      return;
    }
    room = count;
    groups = realloc(groups, sizeof(gid_t) * (size_t)room);
  }
  if (!groups) abort();
  qsort(groups, (size_t)count, sizeof(gid_t), CompareGids);
  for (int i = 0; i < count; i++) {
    if (!i || groups[i] != groups[i - 1]) printf("%s%u", i ? "," : "", groups[i]);
  }
  free(groups);
}

static void Service(int by_name, const char *key, const char *protocol) {
  struct servent entry, *found = NULL;
  int error;
  if (!strcmp(protocol, "*")) protocol = NULL;
  do {
    error = by_name ? getservbyname_r(key, protocol, &entry, buffer, buffer_size, &found)
                    : getservbyport_r((int)(unsigned)htons((uint16_t)strtoul(key, NULL, 10)),
                                      protocol, &entry, buffer, buffer_size, &found);
    // musl wants room for two pointers and gives no more than one alias; it never needs to grow
    // far.
  } while (error == ERANGE && buffer_size < (1u << 26) && (Grow(), 1));
  if (error == ENOENT) error = 0;  // musl's word for "none"
  Verdict(error, found);
  if (error || !found) return;
  Text(entry.s_name);
  printf("|%u|", ntohs((uint16_t)entry.s_port));
  Text(entry.s_proto), putchar('|'), List(entry.s_aliases);
}

static void Ask(char *line) {
  char *words[3] = {line, "", ""};
  for (int i = 1; i < 3; i++) {
    char *tab = strchr(words[i - 1], '\t');
    if (!tab) break;
    *tab = 0;
    words[i] = tab + 1;
  }
  printf("%s %s %s => ", words[0], words[1], words[2]);
  const char *what = words[0];
  const char *key = *words[1] ? Unescape(words[1]) : "";
  if (!strcmp(what, "pwnam") || !strcmp(what, "pwuid")) {
    Passwd(what[2] == 'n', key);
  } else if (!strcmp(what, "grnam") || !strcmp(what, "grgid")) {
    Group(what[2] == 'n', key);
  } else if (!strcmp(what, "grlist")) {
    GroupList(key, (gid_t)strtoul(words[2], NULL, 10));
  } else if (!strcmp(what, "svname") || !strcmp(what, "svport")) {
    Service(what[2] == 'n', key, words[2]);
  } else {
    fprintf(stderr, "lookup_client: unknown question: %s\n", what);
    exit(2);
  }
  putchar('\n');
}

int main(void) {
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  Grow();
  while ((length = getline(&line, &room, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    Ask(line);
    fflush(stdout);  // a test may wait for each answer
  }
  free(line);
  free(buffer);
  return 0;
}
