// passwd and group: the name and the id. services: each of its names and the port, with the
// protocol and without.
#include "applets/pwlookupd/snapshot_line.h"

#include <charconv>

#include "core/nscd_wire.h"
#include "core/passwd.h"
#include "core/services.h"

namespace keelson {
namespace {

constexpr size_t kMaxNumber = 10;  // digits of 32 bits

void AppendNumber(uint32_t number, std::string* text) {
  char digits[kMaxNumber];
  text->append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace

bool SnapshotLine::Parse(std::string_view text) {
  answer_.clear();
  key_texts_.clear();
  keys_.clear();
  return database_ == Database::kServices ? ParseServiceLine(text) : ParseAccount(text);
}

bool SnapshotLine::ParseAccount(std::string_view text) {
  const bool is_passwd = database_ == Database::kPasswd;
  PasswdEntry passwd;
  GroupEntry group;
  if (!(is_passwd ? ParsePasswd(text, &passwd) : ParseGroup(text, &group))) return false;
  if (!IsLookupName(is_passwd ? passwd.name : group.name)) return false;
  if (is_passwd) {
    AppendPasswdAnswer(passwd, &answer_);
    AppendNumber(passwd.uid, &key_texts_);
  } else {
    AppendGroupAnswer(group, &answer_);
    AppendNumber(group.gid, &key_texts_);
  }
  const NscdType by_name = is_passwd ? NscdType::kPasswdByName : NscdType::kGroupByName;
  keys_.push_back({by_name, NscdAnswerName(by_name, answer_)});
  keys_.push_back({is_passwd ? NscdType::kPasswdByUid : NscdType::kGroupByGid, key_texts_});
  return true;
}

bool SnapshotLine::ParseServiceLine(std::string_view text) {
  ServiceEntry entry;
  if (!ParseService(text, &entry)) return false;
  AppendServiceAnswer(entry, &answer_);
  // A key is taken apart at its last slash, so a protocol with one is never asked for.
  const bool has_protocol =
      !entry.protocol.empty() && entry.protocol.find('/') == std::string_view::npos;
  const std::string protocol = "/" + std::string(entry.protocol);
  std::vector<size_t> ends;
  const auto add = [&](std::string_view word) {
    key_texts_.append(word).push_back('/');
    ends.push_back(key_texts_.size());
    if (!has_protocol) return;
    key_texts_.append(word).append(protocol);
    ends.push_back(key_texts_.size());
  };
  std::string port;
  AppendNumber(NscdPortKey(entry.port), &port);
  add(port);
  const size_t ports = ends.size();
  std::string_view word = entry.name;
  do {
    add(word);
  } while (entry.aliases.Next(&word));
  size_t begin = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    const NscdType type = i < ports ? NscdType::kServiceByPort : NscdType::kServiceByName;
    keys_.push_back({type, std::string_view(key_texts_).substr(begin, ends[i] - begin)});
    begin = ends[i];
  }
  return true;
}

}  // namespace keelson
