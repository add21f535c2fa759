// A line is gathered as a string and written at once; widths count bytes, as printf(3)'s do.
#include "applets/pwlookupd/print.h"

#include <cstdio>
#include <string>
#include <vector>

#include "applets/run.h"

namespace keelson {

namespace {

constexpr size_t kWide = 21, kNarrow = 15;

void Write(std::string line) {
  line += '\n';
  PrintOutput(line);
}

std::string Padded(std::string_view text, size_t width) {
  std::string padded(text);
  if (padded.size() < width) padded.append(width - padded.size(), ' ');
  return padded;
}

std::vector<std::string_view> Words(ColumnReader reader) {
  std::vector<std::string_view> words;
  for (std::string_view word; reader.Next(&word);) words.push_back(word);
  return words;
}

void AppendWords(std::span<const std::string_view> words, std::string* line) {
  for (const std::string_view word : words) line->append(" ").append(word);
}

// The number as libc's int has it.
std::string AsInt(uint32_t number) { return std::to_string(static_cast<int32_t>(number)); }

// Compat entries have no ids of their own.
std::string IdOf(std::string_view name, uint32_t id) {
  return IsLookupName(name) ? std::to_string(id) : "";
}

void RefuseColon(const char* database) {
  fprintf(stderr, "error writing %s entry: Invalid argument\n", database);
}

std::string Days(int64_t days) { return days == -1 ? "" : std::to_string(days); }

void PrintAddress(const IpAddress& address, std::string_view name,
                  std::span<const std::string_view> aliases) {
  std::string line = Padded(FormatIpAddress(address), kNarrow);
  line.append(" ").append(name);
  AppendWords(aliases, &line);
  Write(line);
}

}  // namespace

void PrintPasswd(const PasswdEntry& entry) {
  if (entry.shell.find(':') != std::string_view::npos) return RefuseColon("passwd");
  const std::string uid = IdOf(entry.name, entry.uid), gid = IdOf(entry.name, entry.gid);
  std::string line(entry.name);
  for (const std::string_view field : {entry.password, std::string_view(uid), std::string_view(gid),
                                       entry.gecos, entry.directory, entry.shell}) {
    line.append(":").append(field);
  }
  Write(line);
}

void PrintGroup(const GroupEntry& entry) {
  std::vector<std::string_view> members;
  ListReader reader(entry.members);
  for (std::string_view member; reader.Next(&member);) members.push_back(member);
  PrintGroup(entry.name, entry.password, entry.gid, members);
}

void PrintGroup(std::string_view name, std::string_view password, uint32_t gid,
                std::span<const std::string_view> members) {
  std::string line(name);
  line.append(":").append(password).append(":").append(IdOf(name, gid));
  char before = ':';
  for (const std::string_view member : members) {
    if (member.find(':') != std::string_view::npos) return RefuseColon("group");
    line += before;
    line += member;
    before = ',';
  }
  if (members.empty()) line += before;
  Write(line);
}

void PrintShadow(const ShadowEntry& entry) {
  std::string line(entry.name);
  line.append(":").append(entry.password);
  for (const int64_t days :
       {entry.last_change, entry.min, entry.max, entry.warn, entry.inactive, entry.expire}) {
    line.append(":").append(Days(days));
  }
  line += ":";
  if (entry.flag != ~uint64_t{0}) line += std::to_string(entry.flag);
  Write(line);
}

void PrintInitgroups(std::string_view user, std::span<const uint32_t> gids) {
  std::string line = Padded(user, kWide);
  for (const uint32_t gid : gids) line.append(" ").append(std::to_string(gid));
  Write(line);
}

void PrintService(const ServiceEntry& entry) {
  PrintService(entry.name, entry.port, entry.protocol, Words(entry.aliases));
}

void PrintService(std::string_view name, uint16_t port, std::string_view protocol,
                  std::span<const std::string_view> aliases) {
  std::string line = Padded(name, kWide);
  line.append(" ").append(std::to_string(port)).append("/").append(protocol);
  AppendWords(aliases, &line);
  Write(line);
}

void PrintProtocol(const NumberedEntry& entry) {
  std::string line = Padded(entry.name, kWide) + " " + AsInt(entry.number);
  AppendWords(Words(entry.aliases), &line);
  Write(line);
}

void PrintRpc(const NumberedEntry& entry) {
  const std::vector<std::string_view> aliases = Words(entry.aliases);
  std::string line = Padded(entry.name, kNarrow) + " " + AsInt(entry.number);
  if (!aliases.empty()) line += " ";
  AppendWords(aliases, &line);
  Write(line);
}

void PrintNetwork(const NetworkEntry& entry) {
  std::string line = Padded(entry.name, kWide) + " " + FormatIpAddress(IpV4(entry.network));
  AppendWords(Words(entry.aliases), &line);
  Write(line);
}

void PrintHost(const HostAnswer& answer) {
  for (const IpAddress& address : answer.addresses) {
    PrintAddress(address, answer.name, answer.aliases);
  }
}

void PrintHost(const HostEntry& entry) {
  const std::optional<IpAddress> v4 = AsV4(entry.address);
  if (v4) PrintAddress(*v4, entry.name, Words(entry.aliases));
}

void PrintNetgroup(std::string_view name, std::span<const NetgroupItem> triples) {
  std::string line = Padded(name, kWide);
  for (const NetgroupItem& triple : triples) {
    line.append(" (").append(triple.host.empty() ? " " : triple.host).append(",");
    line.append(triple.user).append(",").append(triple.domain).append(")");
  }
  Write(line);
}

void PrintInNetgroup(std::span<const std::string_view> keys, bool in) {
  std::string line = Padded(keys[0], kWide);
  line.append(" (").append(keys[1]).append(",").append(keys[2]).append(",").append(keys[3]);
  Write(line.append(in ? ") = 1" : ") = 0"));
}

}  // namespace keelson
