/* syscall_fault FILE PROGRAM ARGUMENT...            writes the name of each system call, a line each
 * syscall_fault kill N PROGRAM ARGUMENT...          kills the program before its Nth one
 * syscall_fault ERRNO N PROGRAM ARGUMENT...         has the Nth one fail with this number, undone
 *
 * Counted from the first one after the exec, 1; only of the process itself. Exits as the program did,
 * 128 + signal when it was killed, 125 when this program itself cannot go on. In FILE, calls that
 * have nothing to do with files are "-", and an open that may make or empty a file is "create". */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT 125

static const struct {
  long number;
  const char* name;
} kFileCalls[] = {
    {SYS_openat, "openat"},         {SYS_openat2, "openat2"},       {SYS_read, "read"},
    {SYS_pread64, "pread64"},       {SYS_write, "write"},           {SYS_writev, "writev"},
    {SYS_pwrite64, "pwrite64"},     {SYS_fsync, "fsync"},           {SYS_fdatasync, "fdatasync"},
    {SYS_renameat, "renameat"},     {SYS_renameat2, "renameat2"},   {SYS_linkat, "linkat"},
    {SYS_symlinkat, "symlinkat"},   {SYS_unlinkat, "unlinkat"},     {SYS_mkdirat, "mkdirat"},
    {SYS_fchmod, "fchmod"},         {SYS_fchmodat, "fchmodat"},     {SYS_fchown, "fchown"},
    {SYS_fchownat, "fchownat"},     {SYS_ftruncate, "ftruncate"},   {SYS_fallocate, "fallocate"},
    {SYS_fstat, "fstat"},           {SYS_newfstatat, "newfstatat"}, {SYS_statx, "statx"},
    {SYS_getdents64, "getdents64"}, {SYS_readlinkat, "readlinkat"}, {SYS_flistxattr, "flistxattr"},
    {SYS_fgetxattr, "fgetxattr"},   {SYS_fsetxattr, "fsetxattr"},   {SYS_utimensat, "utimensat"},
    {SYS_sync_file_range, "sync_file_range"}, {SYS_syncfs, "syncfs"},
#ifdef SYS_rename
    {SYS_open, "open"},             {SYS_rename, "rename"},         {SYS_link, "link"},
    {SYS_unlink, "unlink"},         {SYS_mkdir, "mkdir"},           {SYS_stat, "stat"},
    {SYS_lstat, "lstat"},           {SYS_readlink, "readlink"},     {SYS_chmod, "chmod"},
#endif
};

static void fail(const char* what) {
  perror(what);
  exit(CANNOT);
}

static const char* name_of(long number) {
  for (size_t i = 0; i < sizeof kFileCalls / sizeof *kFileCalls; ++i) {
    if (kFileCalls[i].number == number) return kFileCalls[i].name;
  }
  return "-";
}

/* openat2 has its flags elsewhere: it may do anything. */
static int creates(const struct __ptrace_syscall_info* info) {
  const unsigned long kMaking = O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
  const long number = (long)info->entry.nr;
#ifdef SYS_open
  if (number == SYS_open) return (info->entry.args[1] & kMaking) != 0;
#endif
  if (number == SYS_openat) return (info->entry.args[2] & kMaking) != 0;
  return number == SYS_openat2;
}

#if defined(__x86_64__)
static void skip_call(pid_t child) {
  if (ptrace(PTRACE_POKEUSER, child, offsetof(struct user_regs_struct, orig_rax), -1L) != 0)
    fail("ptrace");
}
static void set_result(pid_t child, long result) {
  if (ptrace(PTRACE_POKEUSER, child, offsetof(struct user_regs_struct, rax), result) != 0)
    fail("ptrace");
}
#elif defined(__aarch64__)
static void skip_call(pid_t child) {
  int none = -1;
  struct iovec part = {&none, sizeof none};
  if (ptrace(PTRACE_SETREGSET, child, (void*)NT_ARM_SYSTEM_CALL, &part) != 0) fail("ptrace");
}
static void set_result(pid_t child, long result) {
  struct user_regs_struct registers;
  struct iovec part = {&registers, sizeof registers};
  if (ptrace(PTRACE_GETREGSET, child, (void*)NT_PRSTATUS, &part) != 0) fail("ptrace");
  registers.regs[0] = (unsigned long)result;
  if (ptrace(PTRACE_SETREGSET, child, (void*)NT_PRSTATUS, &part) != 0) fail("ptrace");
}
#else
#error "which register holds the result is not known here"
#endif

static int wait_for(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid");
  }
  if (WIFEXITED(status)) exit(WEXITSTATUS(status));
  if (WIFSIGNALED(status)) exit(128 + WTERMSIG(status));
  return WSTOPSIG(status);
}

/* On to the next beginning or end of a system call. */
static void go_on(pid_t child) {
  int signal = 0;
  do {
    if (ptrace(PTRACE_SYSCALL, child, 0, (long)signal) != 0) fail("ptrace");
    signal = wait_for(child);
  } while (signal != (SIGTRAP | 0x80));
}

static pid_t start(char** arguments) {
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    execv(arguments[0], arguments);
    perror(arguments[0]);
    _exit(CANNOT);
  }
  wait_for(child); /* SIGTRAP of the exec */
  if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0)
    fail("ptrace");
  return child;
}

int main(int argc, char** argv) {
  if (argc < 3) {
    fputs("usage: syscall_fault FILE|kill N|ERRNO N PROGRAM [ARGUMENT...]\n", stderr);
    return CANNOT;
  }
  const int kill_it = strcmp(argv[1], "kill") == 0;
  const int error = atoi(argv[1]);
  const int list = !kill_it && error == 0;
  const long wanted = list ? 0 : atol(argv[2]);
  FILE* names = NULL;
  if (list && (names = fopen(argv[1], "we")) == NULL) fail(argv[1]);
  const pid_t child = start(argv + (list ? 2 : 3));
  for (long count = 1;; ++count) {
    go_on(child);
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) < 0) fail("ptrace");
    if (names != NULL) {
      fprintf(names, "%s\n", creates(&info) ? "create" : name_of((long)info.entry.nr));
      fflush(names); /* the child's end is ours */
    }
    const int now = count == wanted;
    if (now && kill_it) {
      kill(child, SIGKILL);
      wait_for(child);
    }
    if (now && !kill_it) skip_call(child);
    go_on(child);
    if (now && !kill_it) set_result(child, -error);
  }
}
