// Any bytes through every dialect of core/flat_file and every format that stands on it. The lines
// joined are the bytes; every view lies inside the bytes; every position is a place in them; what
// two parsers both know, they agree on.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/config.h"
#include "core/flat_file.h"
#include "core/log.h"
#include "core/nsswitch.h"
#include "core/passwd.h"
#include "core/services.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

std::string_view g_bytes;

void RequireInside(std::string_view view) {
  if (view.empty()) return;
  Require(view.data() >= g_bytes.data());
  Require(view.data() + view.size() <= g_bytes.data() + g_bytes.size());
}

void RequireValid(const Position& at) {
  Require(at.line >= 1 && at.column >= 1);
  Require(at.line <= g_bytes.size() + 1 && at.column <= g_bytes.size() + 1);
}

void CheckPasswd(std::string_view text) {
  PasswdEntry entry;
  std::string_view name;
  uint32_t uid = 0;
  const bool found = ParsePasswd(text, &entry);
  Require(ParsePasswdKeys(text, &name, &uid) == found);
  if (!found) return;
  Require(name == entry.name && uid == entry.uid);
  Require(name.find(':') == std::string_view::npos);
  for (const auto field : {entry.name, entry.password, entry.gecos, entry.directory, entry.shell}) {
    RequireInside(field);
  }
}

void CheckGroup(std::string_view text) {
  GroupEntry entry;
  if (!ParseGroup(text, &entry)) return;
  for (const auto field : {entry.name, entry.password, entry.members}) RequireInside(field);
  ListReader members(entry.members);
  for (std::string_view member; members.Next(&member);) {
    Require(!member.empty() && !IsBlank(member[0]));
    RequireInside(member);
  }
}

void CheckAliases(ColumnReader aliases) {
  for (std::string_view word; aliases.Next(&word);) {
    Require(!word.empty() && word.find_first_of(" \t\r\v\f#") == std::string_view::npos);
    RequireInside(word);
  }
}

void CheckColumns(std::string_view text) {
  CheckAliases(ColumnReader(text));
  ServiceEntry service;
  if (ParseService(text, &service)) {
    RequireInside(service.name);
    RequireInside(service.protocol);
    CheckAliases(service.aliases);
  }
  NumberedEntry numbered;
  if (ParseNumbered(text, &numbered)) CheckAliases(numbered.aliases);
  NetworkEntry network;
  if (ParseNetwork(text, &network)) CheckAliases(network.aliases);
  HostEntry host;
  if (ParseHost(text, &host)) {
    RequireInside(host.name);
    CheckAliases(host.aliases);
    Require(ParseIpAddress(FormatIpAddress(host.address)) == host.address);
  }
}

void CheckLine(const Line& line) {
  const Line again = LineAt(g_bytes, line.offset);
  Require(again.raw == line.raw && again.text == line.text);
  Require(line.text.find_first_of(std::string_view("\n\0", 2)) == std::string_view::npos);
  Require(line.raw.starts_with(line.text));
  std::string_view fields[4];
  const size_t count = SplitFields(line.text, ':', fields);
  Require(count >= 1 && count <= 4);
  Require(fields[count - 1].data() + fields[count - 1].size() ==
          line.text.data() + line.text.size());
  CheckPasswd(line.text);
  CheckGroup(line.text);
  ShadowEntry shadow;
  if (ParseShadow(line.text, &shadow)) RequireInside(shadow.name);
  CheckColumns(line.text);
  if (const auto address = ParseLooseV4(line.text)) {
    Require(V4Number(IpV4(*address)) == *address);
  }
}

void CheckLines() {
  LineReader lines(g_bytes);
  size_t size = 0;
  uint32_t number = 0;
  for (Line line; lines.Next(&line);) {
    Require(line.offset == size && line.raw.data() == g_bytes.data() + size);
    Require(line.number == ++number && !line.raw.empty());
    size += line.raw.size();
    CheckLine(line);
  }
  Require(size == g_bytes.size());
}

void CheckNetgroups() {
  NetgroupReader reader(g_bytes);
  std::string_view name, items;
  Position at;
  while (reader.Next(&name, &items, &at)) {
    RequireValid(at);
    RequireInside(name);
    RequireInside(items);
    Require(!name.empty());
    NetgroupItem item;
    while (NetgroupReader::NextItem(&items, &item)) {
      Require(item.is_triple == item.name.empty());
      for (const auto view : {item.name, item.host, item.user, item.domain}) RequireInside(view);
    }
  }
}

template <typename Reader, typename Record>
void CheckRecords(Reader reader) {
  for (Record record;;) {
    const bool found = reader.Next(&record);
    for (const StanzaField& field : record.fields) {
      RequireInside(field.key);
      RequireInside(field.value);
      RequireValid(field.at);
      RequireValid(field.value_at);
      Require(!field.key.empty());
      Require(field.Joined().size() <= field.value.size());
    }
    if (found) continue;
    if (!reader.error()) break;
    RequireValid(reader.error()->at);
  }
}

void CheckConfig() {
  static constexpr ConfigKey kKeys[] = {
      {.name = "a", .type = ConfigType::kText},
      {.name = "b", .type = ConfigType::kYesNo},
      {.name = "c", .type = ConfigType::kNumber, .min = 1, .max = 9},
      {.name = "d", .type = ConfigType::kSize},
      {.name = "e", .type = ConfigType::kDuration},
      {.name = "f", .type = ConfigType::kWord, .words = "on|off|auto"},
      {.name = "g", .type = ConfigType::kList, .repeated = true},
  };
  for (const bool one_record : {false, true}) {
    std::vector<ConfigRecord> records;
    for (const ParseError& error : ParseConfig(g_bytes, kKeys, one_record, &records)) {
      RequireValid(error.at);
      Require(error.Text("file").starts_with("file:"));
    }
    Require(!one_record || records.size() <= 1);
    for (const ConfigRecord& record : records) {
      const ConfigValue* number = record.Find("c");
      Require(number == nullptr || number->number <= 9);
    }
  }
}

void CheckText() {
  const std::string shown = Printable(g_bytes);
  Require(Printable(shown) == shown);  // what is shown is safe
  for (const auto& source : NsswitchSources(g_bytes, "passwd")) Require(!source.name.empty());
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  g_bytes = {reinterpret_cast<const char*>(data), size};
  CheckLines();
  CheckNetgroups();
  CheckRecords<StanzaReader, Stanza>(StanzaReader(g_bytes));
  CheckRecords<StanzaReader, Stanza>(StanzaReader(g_bytes, true));
  CheckRecords<SectionReader, Section>(SectionReader(g_bytes));
  CheckConfig();
  CheckText();
  return 0;
}
