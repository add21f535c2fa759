// Any bytes as a passwd or group file with compat lines, and others as what YP says: lookups and
// enumerations end, nobody gets an id of root's from YP, and what is excluded stays so.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "applets/pwlookupd/compat.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

YpFound Run(YpFacts* facts, std::string_view reply, const std::function<YpFound()>& lookup) {
  size_t asked = 0;
  YpFound found;
  while ((found = lookup()) == YpFound::kLater) {
    Require(++asked <= YpFacts::kMaxQuestions);
    YpReply answer{YpReply::kYes, std::string(reply)};
    if (asked % 3 == 0 && !reply.empty()) answer.text = reply.substr(reply.size() / 2);
    if (asked % 5 == 0) answer.kind = YpReply::kNo;
    facts->Put(facts->wanted(), std::make_shared<YpReply>(answer));
  }
  return found;
}

template <typename Entry>
uint32_t IdOf(const Entry& entry);
template <>
uint32_t IdOf(const PasswdEntry& entry) {
  return entry.uid;
}
template <>
uint32_t IdOf(const GroupEntry& entry) {
  return entry.gid;
}

template <typename Entry>
void Try(std::string_view file, std::string_view reply) {
  YpFacts facts;
  YpContext context{&facts, "lab"};
  context.netgroup_sources = {YpContext::NetgroupSource::kFile, YpContext::NetgroupSource::kYp};
  context.netgroup_file = reply;
  Entry entry;
  for (const std::string_view name : {"root", "a", "+", ""}) {
    const auto lookup = [&] { return FindCompatEntry(file, {name}, context, &entry); };
    if (Run(&facts, reply, lookup) == YpFound::kYes) Require(entry.name == name);
  }
  for (const uint32_t id : {0u, 1u, 4294967295u}) {
    const auto lookup = [&] { return FindCompatEntry(file, {{}, id}, context, &entry); };
    if (Run(&facts, reply, lookup) == YpFound::kYes) Require(IdOf(entry) == id);
  }
  std::vector<Entry> entries;
  const auto lookup = [&] {
    entries.clear();
    return AllCompatEntries(file, context, &entries);
  };
  Run(&facts, reply, lookup);
  for (const Entry& each : entries) {
    const bool in_file =
        each.name.data() >= file.data() && each.name.data() <= file.data() + file.size();
    Require(in_file || IdOf(each) != 0);
  }
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t split = std::min(bytes.find('\xff'), bytes.size());
  const std::string file(bytes.substr(0, split)), reply(bytes.substr(std::min(split + 1, size)));
  Try<PasswdEntry>(file, reply);
  Try<GroupEntry>(file, reply);
  return 0;
}
