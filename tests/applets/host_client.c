// Questions about hosts and netgroups on stdin, what libc answers on stdout: a line each.
//
//   gai FAMILY FLAGS NAME      getaddrinfo; FAMILY 0, 4 or 6; FLAGS: c canonical name, m mapped, a all,
//                              g only if configured, - none
//   name FAMILY NAME           gethostbyname2_r
//   addr ADDRESS               gethostbyaddr_r
//   group NAME                 setnetgrent, getnetgrent_r
//   in NETGROUP HOST USER DOMAIN    innetgr; "*" is NULL
//
// Each question is asked by a process of its own, because libc asks a daemon no more for a while once
// it was sent elsewhere.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int Family(const char *word) {
  return *word == '4' ? AF_INET : *word == '6' ? AF_INET6 : AF_UNSPEC;
}

static void Address(int family, const void *bytes) {
  char text[INET6_ADDRSTRLEN];
  printf(" %s", inet_ntop(family, bytes, text, sizeof text));
}

static void Info(const char *family, const char *flags, const char *name) {
  struct addrinfo hints = {.ai_family = Family(family), .ai_socktype = SOCK_STREAM}, *found;
  if (strchr(flags, 'c')) hints.ai_flags |= AI_CANONNAME;
  if (strchr(flags, 'm')) hints.ai_flags |= AI_V4MAPPED;
  if (strchr(flags, 'a')) hints.ai_flags |= AI_ALL;
  if (strchr(flags, 'g')) hints.ai_flags |= AI_ADDRCONFIG;
  int error = getaddrinfo(name, NULL, &hints, &found);
  if (error) {
    printf(" error %d", error);
    return;
  }
  for (struct addrinfo *each = found; each; each = each->ai_next) {
    const void *bytes = each->ai_family == AF_INET
                            ? (void *)&((struct sockaddr_in *)each->ai_addr)->sin_addr
                            : (void *)&((struct sockaddr_in6 *)each->ai_addr)->sin6_addr;
    Address(each->ai_family, bytes);
    if (each->ai_canonname) printf(" canonical %s", each->ai_canonname);
  }
  freeaddrinfo(found);
}

static char buffer[1 << 22];

static void Host(int error, const struct hostent *found, int h_error) {
  if (error || !found) {
    printf(" error %d %d", error, h_error);
    return;
  }
  printf(" %s family %d aliases", found->h_name, found->h_addrtype);
  for (char **alias = found->h_aliases; *alias; ++alias) printf(" %s", *alias);
  printf(" addresses");
  for (char **bytes = found->h_addr_list; *bytes; ++bytes) Address(found->h_addrtype, *bytes);
}

static void ByAddress(const char *text) {
  char bytes[16];
  int family = strchr(text, ':') ? AF_INET6 : AF_INET;
  if (inet_pton(family, text, bytes) != 1) abort();
  struct hostent entry, *found = NULL;
  int h_error = 0;
  int error = gethostbyaddr_r(bytes, family == AF_INET ? 4 : 16, family, &entry, buffer,
                              sizeof buffer, &found, &h_error);
  Host(error, found, h_error);
}

static void Group(const char *name) {
  char *host, *user, *domain;
  printf(" %d", setnetgrent(name));
  while (getnetgrent_r(&host, &user, &domain, buffer, sizeof buffer) == 1) {
    printf(" (%s,%s,%s)", host ? host : "*", user ? user : "*", domain ? domain : "*");
  }
  endnetgrent();
}

static const char *Part(const char *word) { return strcmp(word, "*") ? word : NULL; }

static void Ask(char *line) {
  char *words[5] = {line, "", "", "", ""};
  printf("%s =>", line);
  for (int i = 1; i < 5; i++) {
    char *blank = strchr(words[i - 1], ' ');
    if (!blank) break;
    *blank = 0;
    words[i] = blank + 1;
  }
  if (!strcmp(words[0], "gai")) {
    Info(words[1], words[2], words[3]);
  } else if (!strcmp(words[0], "name")) {
    struct hostent entry, *found = NULL;
    int h_error = 0;
    int error = gethostbyname2_r(words[2], Family(words[1]), &entry, buffer, sizeof buffer, &found,
                                 &h_error);
    Host(error, found, h_error);
  } else if (!strcmp(words[0], "addr")) {
    ByAddress(words[1]);
  } else if (!strcmp(words[0], "group")) {
    Group(words[1]);
  } else if (!strcmp(words[0], "in")) {
    printf(" %d", innetgr(words[1], Part(words[2]), Part(words[3]), Part(words[4])));
  } else {
    abort();
  }
  putchar('\n');
}

int main(void) {
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  while ((length = getline(&line, &room, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      Ask(line);
      fflush(stdout);
      _exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0) return 1;
  }
  return 0;
}
