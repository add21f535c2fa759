// Parsing a passwd of 1,000,000 lines and building its two indexes, against a bare newline scan of
// the same bytes, in turns in one run. Usage: index_bench [LINES] [ROUNDS]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "applets/pwlookupd/tables.h"
#include "core/passwd.h"
#include "platform/file.h"
#include "platform/memory.h"

namespace keelson {
namespace {

// As the daemon has it.
constexpr SlotMemory kLargeSlots = {AllocateZeroed, ReleaseZeroed};

double NowMs() {
  using std::chrono::steady_clock;
  return std::chrono::duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string PasswdOf(int lines) {
  std::string text;
  char line[200];
  for (int i = 0; i < lines; ++i) {
    std::snprintf(line, sizeof line,
                  "user%07d:x:%d:%d:User Number %d,,,:/home/u/user%07d:/bin/bash\n", i, 100000 + i,
                  100000 + i % 1000, i, i);
    text += line;
  }
  return text;
}

size_t CountLines(std::string_view bytes) {
  size_t lines = 0;
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  while ((at = static_cast<const char*>(std::memchr(at, '\n', end - at))) != nullptr) {
    ++lines;
    ++at;
  }
  return lines;
}

FileBytes CopyOf(std::string_view text) {
  FileBytes bytes;
  bytes.data.reset(new char[text.size()]);
  std::memcpy(bytes.data.get(), text.data(), text.size());
  bytes.size = text.size();
  return bytes;
}

// Random lookups in the finished table, nanoseconds each.
double LookupNs(const PasswdTable& table, int lines) {
  const int count = 200000;
  uint64_t random = 88172645463325252u;
  PasswdEntry entry;
  size_t found = 0;
  char name[32];
  const double begin = NowMs();
  for (int i = 0; i < count; ++i) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    std::snprintf(name, sizeof name, "user%07d", static_cast<int>((random >> 11) % lines));
    found += table.FindName(name, &entry);
  }
  const double ns = (NowMs() - begin) * 1e6 / count;
  if (found != count) std::abort();
  return ns;
}

void Run(int lines, int rounds) {
  const std::string text = PasswdOf(lines);
  std::vector<double> scan, build;
  size_t index_bytes = 0;
  double lookup_ns = 0;
  for (int round = 0; round < rounds; ++round) {
    FileBytes bytes = CopyOf(text);
    double begin = NowMs();
    if (CountLines(bytes.view()) != static_cast<size_t>(lines)) std::abort();
    scan.push_back(NowMs() - begin);
    begin = NowMs();
    const PasswdTable table(std::move(bytes), kLargeSlots);
    build.push_back(NowMs() - begin);
    if (table.entries() != static_cast<size_t>(lines)) std::abort();
    index_bytes = table.index_bytes();
    if (round == 0) lookup_ns = LookupNs(table, lines);
  }
  const double ratio = Median(build) / Median(scan);
  std::printf("passwd of %d lines, %.1f MB, %d rounds, medians\n", lines, text.size() / 1e6,
              rounds);
  std::printf("  newline scan          %8.1f ms\n", Median(scan));
  std::printf("  parse + two indexes   %8.1f ms   %.2fx of the scan (target <= 6x: %s)\n",
              Median(build), ratio, ratio <= 6 ? "met" : "NOT MET");
  std::printf("  the indexes           %8.1f MB   (target <= 36 MB at 1,000,000 lines: %s)\n",
              index_bytes / 1e6, index_bytes <= 36e6 ? "met" : "NOT MET");
  std::printf("  a random lookup       %8.0f ns\n", lookup_ns);
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  const int lines = argc > 1 ? std::atoi(argv[1]) : 1000000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  keelson::Run(lines, rounds);
  return 0;
}
