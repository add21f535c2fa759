// Any bytes as an LSB script, as insserv.conf and as rc.conf; and, split at each line "%", as
// scripts that are ordered. Every note has a place, values and orders keep what is promised of
// them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/insserv_conf.h"
#include "core/lsb_order.h"
#include "core/lsb_script.h"
#include "core/rc_conf.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

void CheckScript(std::string_view bytes) {
  LsbScript script;
  const auto error = ParseLsbScript(bytes, &script);
  if (error) RequirePlaces(bytes, {*error});
  RequirePlaces(bytes, script.notes);
  Require(!error || !script.has_header);
  Require(script.has_header || script.provides.empty());
  for (const std::string& name : script.provides) Require(!name.empty());
}

void CheckGraph(size_t files, const LsbGraph& graph) {
  Require(graph.numbers.size() == files);
  for (const WaitEdge& edge : graph.edges) {
    Require(edge.waits < files && edge.awaited < files);
    Require(graph.numbers[edge.waits] > graph.numbers[edge.awaited]);
  }
}

void CheckOrder(std::string_view bytes) {
  LsbFacilities facilities;
  ReadInsservConf(bytes, &facilities);
  std::vector<LsbFile> files;
  while (!bytes.empty() && files.size() < 64) {
    const std::string_view part = bytes.substr(0, bytes.find("\n%\n"));
    bytes.remove_prefix(part.size() == bytes.size() ? part.size() : part.size() + 3);
    LsbFile file;
    file.name = std::string(1, static_cast<char>('a' + files.size() % 26));
    ParseLsbScript(part, &file.script);
    file.start_levels = file.script.default_start;
    file.stop_levels = file.script.default_stop;
    files.push_back(std::move(file));
  }
  const LsbOrder order = OrderLsbFiles(files, facilities);
  CheckGraph(files.size(), order.start);
  CheckGraph(files.size(), order.stop);
}

void CheckConf(std::string_view bytes) {
  RcConf conf;
  for (int i = 0; i < 2; ++i) RequirePlaces(bytes, conf.Add("file", bytes));
  for (const auto& [name, value] : conf.values()) {
    Require(!name.empty() && value.text.size() <= kMaxRcConfValue);
    Require(value.file < conf.files().size());
    RequirePlaces(bytes, {{value.at, name}});
  }
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckScript(bytes);
  CheckOrder(bytes);
  CheckConf(bytes);
  return 0;
}
