// Starting a tiny static program that stays, and seeing it end, against a bare loop of vfork and
// exec; in turns in one run. Usage: spawn_bench [PROCESSES] [ROUNDS]
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "platform/process.h"
#include "platform/process_tree.h"

namespace keelson {
namespace {

// An ELF file of one page whose code is a call of pause(2) in a loop.
#if defined(__x86_64__)
constexpr unsigned char kMachine = 62;
constexpr unsigned char kCode[] = {0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7};
#elif defined(__aarch64__)  // ppoll of nothing
constexpr unsigned char kMachine = 183;
constexpr unsigned char kCode[] = {0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00,
                                   0x80, 0xd2, 0x03, 0x00, 0x80, 0xd2, 0x28, 0x09, 0x80, 0xd2,
                                   0x01, 0x00, 0x00, 0xd4, 0xfa, 0xff, 0xff, 0x17};
#else
#error "no code for this machine"
#endif

void Put(std::string* bytes, size_t at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) (*bytes)[at + i] = static_cast<char>(value >> 8 * i);
}

std::string TinyProgram() {
  constexpr uint64_t kBase = 0x400000;
  constexpr size_t kHeaders = 64 + 56;
  std::string elf(kHeaders, '\0');
  elf.replace(0, 7,
              "\x7f"
              "ELF\x02\x01\x01");
  elf.append(reinterpret_cast<const char*>(kCode), sizeof(kCode));
  Put(&elf, 16, 2, 2);  // an executable
  Put(&elf, 18, kMachine, 2);
  Put(&elf, 20, 1, 4);
  Put(&elf, 24, kBase + kHeaders, 8);  // where it begins
  Put(&elf, 32, 64, 8);                // the program header
  Put(&elf, 52, 64, 2);
  Put(&elf, 54, 56, 2);
  Put(&elf, 56, 1, 2);
  Put(&elf, 64, 1, 4);  // to be loaded
  Put(&elf, 68, 5, 4);  // readable, executable
  Put(&elf, 80, kBase, 8);
  Put(&elf, 88, kBase, 8);
  Put(&elf, 96, elf.size(), 8);
  Put(&elf, 104, elf.size(), 8);
  Put(&elf, 112, 4096, 8);
  return elf;
}

double NowMs() {
  using std::chrono::steady_clock;
  return std::chrono::duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

struct Times {
  double start_ms, end_ms;
};

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(111);
}

Times Bare(const char* program, int count) {
  char* const arguments[] = {const_cast<char*>(program), nullptr};
  char* const environment[] = {nullptr};
  std::vector<pid_t> pids;
  double begin = NowMs();
  for (int i = 0; i < count; ++i) {
    pid_t pid = vfork();
    if (pid == 0) {
      execve(program, arguments, environment);
      _exit(127);
    }
    if (pid < 0) Die("vfork");
    pids.push_back(pid);
  }
  double middle = NowMs();
  for (pid_t pid : pids) kill(pid, SIGKILL);
  for (pid_t pid : pids) waitpid(pid, nullptr, 0);
  return {middle - begin, NowMs() - middle};
}

enum How { kByPidfd, kAdopting, kTrees, kSession };  // but for the first, ends come by SIGCHLD

Times Ours(const char* program, int count, How how) {
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Processes> processes;
  if (!NewLoop(&loop).ok() || !NewProcesses(loop.get(), &processes).ok()) Die("loop");
  if (how != kByPidfd && !processes->AdoptOrphans({}).ok()) Die("adopt");
  SpawnRequest request{.program = program, .arguments = {program}, .environment = {"A=1"}};
  request.new_session = how == kSession;
  std::unique_ptr<ProcessTrees> kind;
  if (!NewProcessTrees("spawn-bench", false, &kind).ok()) Die("trees");
  std::vector<std::unique_ptr<ProcessTree>> trees(how == kTrees ? count : 0);
  std::vector<pid_t> pids;
  int ended = 0;
  double begin = NowMs();
  for (int i = 0; i < count; ++i) {
    ProcessId pid;
    if (how == kTrees) {
      if (!kind->Open("t" + std::to_string(i), "BENCH=1", &trees[i]).ok()) Die("tree");
      request.tree = trees[i]->descriptor();
    }
    Error error = processes->Spawn(
        request, [&](ProcessExit) { ++ended; }, &pid);
    if (!error.ok()) Die(error.Text().c_str());
    pids.push_back(pid);
  }
  double middle = NowMs();
  for (pid_t pid : pids) kill(pid, SIGKILL);
  while (ended < count) {
    if (!loop->RunOnce(-1).ok()) Die("loop");
  }
  return {middle - begin, NowMs() - middle};
}

void Report(const char* name, std::vector<Times> rounds, int count, double* bare_ms) {
  auto median = [&](double Times::*which) {
    std::sort(rounds.begin(), rounds.end(),
              [which](const Times& a, const Times& b) { return a.*which < b.*which; });
    return rounds[rounds.size() / 2].*which;
  };
  double start = median(&Times::start_ms), end = median(&Times::end_ms);
  if (*bare_ms == 0) *bare_ms = start;
  std::printf("%-28s %8.1f us a start (%.2f)  %8.1f us an end  %7.0f starts/s\n", name,
              start * 1000 / count, start / *bare_ms, end * 1000 / count, count / start * 1000);
}

int Main(int argc, char** argv) {
  int count = argc > 1 ? std::atoi(argv[1]) : 1000;
  int turns = argc > 2 ? std::atoi(argv[2]) : 5;
  char path[] = "/tmp/spawn_bench_XXXXXX";
  int fd = mkstemp(path);
  std::string elf = TinyProgram();
  if (fd < 0 || write(fd, elf.data(), elf.size()) != static_cast<ssize_t>(elf.size()) ||
      fchmod(fd, 0700) != 0 || close(fd) != 0) {
    Die(path);
  }
  std::vector<Times> bare, by_pidfd, adopting, trees, session;
  for (int i = 0; i < turns; ++i) {
    bare.push_back(Bare(path, count));
    by_pidfd.push_back(Ours(path, count, kByPidfd));
    adopting.push_back(Ours(path, count, kAdopting));
    trees.push_back(Ours(path, count, kTrees));
    session.push_back(Ours(path, count, kSession));
  }
  unlink(path);
  std::printf("%d processes at once, medians of %d rounds in turns\n", count, turns);
  double bare_ms = 0;
  Report("vfork and exec", bare, count, &bare_ms);
  Report("Processes, by pidfd", by_pidfd, count, &bare_ms);
  Report("Processes, adopting orphans", adopting, count, &bare_ms);
  Report("the same, in trees", trees, count, &bare_ms);
  Report("the same, in sessions", session, count, &bare_ms);
  return 0;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) { return keelson::Main(argc, argv); }
