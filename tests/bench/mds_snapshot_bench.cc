// Snapshots of 100, 10,000 and 1,000,000 modules with a record each: built from nothing, built anew
// with one changed module and the rest copied, and asked. Usage: mds_snapshot_bench [MODULES...]
// The times are of the CPU, medians; a question is asked of a reader that has just been opened.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/mds_query.h"
#include "core/mds_snapshot.h"

namespace keelson {
namespace {

double NowMs() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Require(bool holds) {
  if (!holds) std::abort();
}

MdsSchema ObjectDirectory() {
  MdsSchema schema;
  Require(schema
              .Add({"OBJECT",
                    {{"ModuleID", MdsFormat::kString, "", true},
                     {"Manifest", MdsFormat::kBlob, "", false},
                     {"ModuleName", MdsFormat::kString, "", false},
                     {"Path", MdsFormat::kString, "", false},
                     {"ProductVersion", MdsFormat::kString, "", false},
                     {"BuiltIn", MdsFormat::kUint32, "", false}}})
              .empty());
  return schema;
}

std::string Format(const char* format, unsigned a, unsigned b = 0) {
  char text[100];
  std::snprintf(text, sizeof text, format, a, b);
  return text;
}

std::string NameOf(unsigned module) { return Format("0/module%07u.bundle", module); }

std::string IdOf(unsigned module) {
  return Format("{%08x-5f8f-11d4-9a2b-%08x0000}", module * 2654435761u, module);
}

std::vector<MdsRecord> RecordsOf(unsigned module, unsigned version = 0) {
  MdsRecord record;
  record.values = {MdsValue{IdOf(module), {}},
                   std::nullopt,
                   MdsValue{Format("Module %07u", module), {}},
                   MdsValue{Format("/usr/lib/security/module%07u.bundle", module), {}},
                   MdsValue{Format("%u.%u", 1 + module % 10, version), {}},
                   MdsValue{"", {module % 2}}};
  return {record};
}

std::string BuildAll(const MdsSchema& schema, unsigned modules, double* ms) {
  std::vector<std::vector<MdsRecord>> records;
  for (unsigned m = 0; m < modules; ++m) records.push_back(RecordsOf(m));
  const double begin = NowMs();
  MdsSnapshotBuilder builder(schema);
  for (unsigned m = 0; m < modules; ++m) builder.Add(NameOf(m), std::move(records[m]));
  std::string bytes = builder.Build(nullptr);
  *ms = NowMs() - begin;
  return bytes;
}

std::string BuildAgain(const MdsSchema& schema, const std::string& old, unsigned modules,
                       unsigned round, double* ms) {
  std::vector<std::string> names;
  for (unsigned m = 0; m < modules; ++m) names.push_back(NameOf(m));
  const unsigned changed = round * 7919 % modules;
  const double begin = NowMs();
  const auto snapshot = MdsSnapshot::FromBytes(old);
  Require(snapshot.has_value());
  MdsSnapshotBuilder builder(schema);
  for (unsigned m = 0; m < modules; ++m) {
    if (m == changed)
      builder.Add(names[m], RecordsOf(m, 1 + round));
    else
      Require(builder.AddFrom(*snapshot, names[m]));
  }
  std::string bytes = builder.Build(nullptr);
  *ms = NowMs() - begin;
  return bytes;
}

struct Question {
  const char* name;
  std::string condition;
};

void Ask(const std::string& bytes, const Question& question) {
  std::vector<double> us;
  size_t found = 0, pages = 0;
  for (int round = 0; round < 15; ++round) {
    const double begin = NowMs();
    const auto snapshot = MdsSnapshot::FromBytes(bytes);
    Require(snapshot.has_value());
    MdsQuery query;
    query.conditions.resize(1);
    std::string wrong = ParseMdsCondition(question.condition, *snapshot, 0, &query.conditions[0]);
    std::vector<uint32_t> records;
    Require(wrong.empty() && RunMdsQuery(*snapshot, query, &records, &wrong));
    us.push_back((NowMs() - begin) * 1000);
    found = records.size();
    pages = snapshot->pages_touched();
  }
  std::printf("  %-22s %10.1f us  %8zu pages  %8zu records\n", question.name, Median(us), pages,
              found);
}

void Run(unsigned modules) {
  const MdsSchema schema = ObjectDirectory();
  std::vector<double> all, again;
  std::string bytes;
  const int rounds = modules > 100000 ? 3 : 21;
  for (int round = 0; round < rounds; ++round) {
    double ms;
    bytes = BuildAll(schema, modules, &ms);
    all.push_back(ms);
    Require(BuildAgain(schema, bytes, modules, static_cast<unsigned>(round), &ms) != bytes);
    again.push_back(ms);
  }
  std::printf("%u modules, %.2f MB\n", modules, static_cast<double>(bytes.size()) / 1e6);
  std::printf("  built from nothing     %10.3f ms\n", Median(all));
  std::printf("  built, one changed     %10.3f ms\n", Median(again));
  const unsigned some = modules / 3;
  const Question questions[] = {
      {"unique", "ModuleID=" + IdOf(some)},
      {"equal", "Path=" + Format("/usr/lib/security/module%07u.bundle", some)},
      {"initial", "Path^=" + Format("/usr/lib/security/module%06u", some / 10)},
      {"none", "Path=nowhere"},
      {"final (all rows)", "Path$=" + Format("%07u.bundle", some)},
      {"half of them", "BuiltIn=1"},
  };
  for (const Question& question : questions) Ask(bytes, question);
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  std::vector<unsigned> sizes = {100, 10000, 1000000};
  if (argc > 1) sizes.clear();
  for (int i = 1; i < argc; ++i) sizes.push_back(static_cast<unsigned>(std::atoi(argv[i])));
  for (const unsigned size : sizes) keelson::Run(size);
  return 0;
}
