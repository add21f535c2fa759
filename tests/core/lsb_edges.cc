// lsb_edges INSSERV_CONF... -- SCRIPT...   prints who waits for whom among LSB scripts,
// tab-separated:
//   start|stop WAITS AWAITED hard|soft      start|stop NAME number N
//   missing NAME WHAT                       cycle
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "core/lsb_order.h"
#include "tests/core/shared_data.h"

namespace keelson {
namespace {

// What "$all" means, pair by pair.
void PrintAll(const char* which, const std::vector<LsbFile>& files, const LsbGraph& graph,
              uint8_t LsbFile::*levels) {
  const auto is_all = [&](size_t file) {
    return std::find(graph.all.begin(), graph.all.end(), file) != graph.all.end();
  };
  for (size_t all : graph.all) {
    for (size_t other = 0; other < files.size(); ++other) {
      if (is_all(other) || (files[all].*levels & files[other].*levels) == 0) continue;
      const bool is_start = levels == &LsbFile::start_levels;
      std::printf("%s\t%s\t%s\tsoft\n", which, files[is_start ? all : other].name.c_str(),
                  files[is_start ? other : all].name.c_str());
    }
  }
}

void Print(const char* which, const std::vector<LsbFile>& files, const LsbGraph& graph) {
  const auto name = [&](size_t file) { return files[file].name.c_str(); };
  for (const WaitEdge& edge : graph.edges) {
    std::printf("%s\t%s\t%s\t%s\n", which, name(edge.waits), name(edge.awaited),
                edge.is_hard ? "hard" : "soft");
  }
  for (size_t i = 0; i < files.size(); ++i) {
    std::printf("%s\t%s\tnumber\t%u\n", which, name(i), graph.numbers[i]);
  }
}

int Main(int argc, char** argv) {
  LsbFacilities facilities;
  std::vector<LsbFile> files;
  bool in_scripts = false;
  for (int i = 1; i < argc; ++i) {
    const std::string path = argv[i];
    if (path == "--") {
      in_scripts = true;
      continue;
    }
    const auto bytes = ReadWhole(path);
    if (!bytes) return 1;
    if (!in_scripts) {
      ReadInsservConf(*bytes, &facilities);
      continue;
    }
    LsbFile file;
    file.name = path.substr(path.rfind('/') + 1);
    if (ParseLsbScript(*bytes, &file.script)) return 1;
    file.start_levels = file.script.default_start;
    file.stop_levels = file.script.default_stop;
    files.push_back(std::move(file));
  }
  const LsbOrder order = OrderLsbFiles(files, facilities);
  Print("start", files, order.start);
  Print("stop", files, order.stop);
  PrintAll("start", files, order.start, &LsbFile::start_levels);
  PrintAll("stop", files, order.stop, &LsbFile::stop_levels);
  for (const auto& missing : order.missing) {
    std::printf("missing\t%s\t%s\n", files[missing.file].name.c_str(), missing.name.c_str());
  }
  if (!order.is_complete && order.missing.empty()) std::printf("cycle\n");
  return 0;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) { return keelson::Main(argc, argv); }
