// The service that supervisors are measured with: tells that it runs, then waits for its end.
//
// STAMP=FIFO in the environment: its process number goes there, four bytes. STAMP_READY=N: a newline
// to that descriptor (s6's notification). STAMP_DIE: exit 1 at once.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
  const char *fifo = getenv("STAMP");
  int fd = fifo ? open(fifo, O_WRONLY | O_CLOEXEC) : -1;
  int pid = getpid();
  if (fd < 0 || write(fd, &pid, sizeof pid) != sizeof pid) return 111;
  close(fd);
  if (getenv("STAMP_DIE")) return 1;
  const char *ready = getenv("STAMP_READY");
  if (ready && write(atoi(ready), "\n", 1) == 1) close(atoi(ready));
  for (;;) pause();
}
