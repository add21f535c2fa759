// Lines of a name -> those of a family -> one answer, with the rules that hosts.h has for getent.
#include "applets/pwlookupd/host_answers.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "applets/pwlookupd/hosts.h"
#include "applets/pwlookupd/scan.h"
#include "core/nscd_host_wire.h"

namespace keelson {

namespace {

NscdFound ByName(const std::vector<HostEntry>& lines, bool v6, bool multi, std::string* answer) {
  HostAnswer found;
  for (const HostEntry& line : lines) {
    if (!AddHostLine(line, v6, &found)) continue;
    if (!multi) break;
  }
  if (found.addresses.empty()) return NscdFound::kNo;
  AppendHostAnswer(found, answer);
  return NscdFound::kYes;
}

NscdFound AddressInfo(const std::vector<HostEntry>& lines, bool multi, std::string* answer) {
  if (!multi && lines.size() > 1) return NscdFound::kElsewhere;
  HostAnswer v4, v6;
  for (const HostEntry& line : lines) {
    if (line.address.v6 && AsV4(line.address)) return NscdFound::kElsewhere;
    AddHostLine(line, line.address.v6, line.address.v6 ? &v6 : &v4);
  }
  if (v4.addresses.empty() && v6.addresses.empty()) return NscdFound::kNo;
  const bool both = !v4.addresses.empty() && !v6.addresses.empty();
  if (both && v4.name != v6.name) return NscdFound::kElsewhere;
  AddressInfoAnswer found;
  found.name = v6.addresses.empty() ? v4.name : v6.name;
  found.addresses = v6.addresses;
  found.addresses.insert(found.addresses.end(), v4.addresses.begin(), v4.addresses.end());
  AppendAddressInfoAnswer(found, answer);
  return NscdFound::kYes;
}

NscdFound ByAddress(const HostTable& table, std::string_view key, bool v6, std::string* answer) {
  IpAddress address;
  if (key.size() != (v6 ? 16u : 4u)) return NscdFound::kElsewhere;
  address.v6 = v6;
  std::memcpy(address.bytes.data(), key.data(), key.size());
  HostEntry line;
  if (!table.FindAddress(address, &line)) return NscdFound::kNo;
  HostAnswer found;
  AddHostLine(line, v6, &found);
  AppendHostAnswer(found, answer);
  return NscdFound::kYes;
}

}  // namespace

HostConf ParseHostConf(std::string_view bytes) {
  HostConf conf;
  conf.multi = HostConfSaysMulti(bytes);
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    ColumnReader words(line.text);
    std::string_view key;
    if (!words.Next(&key)) continue;
    conf.reorders |= SameIgnoringCase(key, "reorder") || SameIgnoringCase(key, "trim");
  }
  return conf;
}

NscdFound AnswerHost(const HostTable& table, const HostConf& conf, const NscdRequest& request,
                     std::string* answer) {
  if (conf.reorders) return NscdFound::kElsewhere;
  const NscdType type = request.type;
  if (type == NscdType::kHostByAddress || type == NscdType::kHostByAddressV6) {
    return ByAddress(table, request.key, type == NscdType::kHostByAddressV6, answer);
  }
  // An address as a name is libc's own business.
  if (IsAddressInDisguise(request.key)) return NscdFound::kElsewhere;
  std::vector<HostEntry> lines;
  if (!table.FindName(request.key, &lines)) return NscdFound::kElsewhere;
  if (type == NscdType::kAddressInfo) return AddressInfo(lines, conf.multi, answer);
  return ByName(lines, type == NscdType::kHostByNameV6, conf.multi, answer);
}

}  // namespace keelson
