// An NSS source that answers for one user and one group that no file has: a stand-in for a
// directory service, so that a test can see whether libc went on to it. Built as libnss_other.so.2.
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>

#define NAME "fromother"
#define ID 7654321

static char *no_members[] = {NULL};

static enum nss_status NotFound(int *error) {
  *error = ENOENT;
  return NSS_STATUS_NOTFOUND;
}

static enum nss_status Fill(struct passwd *entry) {
  *entry = (struct passwd){.pw_name = NAME,
                           .pw_passwd = "x",
                           .pw_uid = ID,
                           .pw_gid = ID,
                           .pw_gecos = "Other source",
                           .pw_dir = "/",
                           .pw_shell = "/bin/sh"};
  return NSS_STATUS_SUCCESS;
}

static enum nss_status FillGroup(struct group *entry) {
  *entry = (struct group){.gr_name = NAME, .gr_passwd = "x", .gr_gid = ID, .gr_mem = no_members};
  return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_other_getpwnam_r(const char *name, struct passwd *entry, char *buffer,
                                      size_t size, int *error) {
  (void)buffer, (void)size;
  return strcmp(name, NAME) ? NotFound(error) : Fill(entry);
}

enum nss_status _nss_other_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
                                      int *error) {
  (void)buffer, (void)size;
  return uid != ID ? NotFound(error) : Fill(entry);
}

enum nss_status _nss_other_getgrnam_r(const char *name, struct group *entry, char *buffer,
                                      size_t size, int *error) {
  (void)buffer, (void)size;
  return strcmp(name, NAME) ? NotFound(error) : FillGroup(entry);
}

enum nss_status _nss_other_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size,
                                      int *error) {
  (void)buffer, (void)size;
  return gid != ID ? NotFound(error) : FillGroup(entry);
}

enum nss_status _nss_other_initgroups_dyn(const char *user, gid_t primary, long *count, long *room,
                                          gid_t **groups, long limit, int *error) {
  (void)primary, (void)limit;
  if (strcmp(user, NAME) && strcmp(user, "root")) return NotFound(error);
  if (*count >= *room) return NSS_STATUS_TRYAGAIN;
  (*groups)[(*count)++] = ID;
  return NSS_STATUS_SUCCESS;
}
