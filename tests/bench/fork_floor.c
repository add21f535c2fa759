// fork_floor COUNT PROGRAM  what no supervisor is quicker than: starts PROGRAM so many times and
// starts it anew whenever one of them ends. It knows nothing of them. SIGTERM ends all.
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void Start(char **arguments) {
  pid_t pid = fork();
  if (pid == 0) {
    execv(arguments[0], arguments);
    _exit(127);
  }
  if (pid < 0) exit(111);
}

static void End(int signal) {
  (void)signal;
  kill(0, SIGKILL);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  setpgid(0, 0);
  signal(SIGTERM, End);
  for (int i = atoi(argv[1]); i > 0; i--) Start(argv + 2);
  while (waitpid(-1, 0, 0) > 0) Start(argv + 2);
  return 0;
}
