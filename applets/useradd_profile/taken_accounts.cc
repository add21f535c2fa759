// The number of fields tells what a line is; what the fields mean is account_lines' to say.
#include "applets/useradd_profile/taken_accounts.h"

#include <algorithm>

#include "applets/status.h"
#include "applets/useradd_profile/account_lines.h"
#include "core/flat_file.h"
#include "core/log.h"
#include "core/passwd.h"
#include "platform/input.h"

namespace keelson {

namespace {

constexpr size_t kMaxInput = size_t{1} << 30;  // bytes
constexpr size_t kGroupFields = 4;
constexpr size_t kPasswdFields = 7;
constexpr size_t kMasterFields = 10;

// What is wrong with the line; empty: it is read.
std::string ReadTakenLine(std::string_view line, AccountKind* kind, std::string* name,
                          uint32_t* id) {
  const auto fields = static_cast<size_t>(std::count(line.begin(), line.end(), ':')) + 1;
  *kind = fields == kGroupFields ? AccountKind::kGroup : AccountKind::kUser;
  bool read = false;
  if (fields == kGroupFields) {
    GroupRecord group;
    read = ReadGroupLine(line, &group);
    *name = group.name;
    *id = group.gid;
  } else if (fields == kPasswdFields || fields == kMasterFields) {
    UserRecord user;
    read = fields == kPasswdFields ? ReadPasswdLine(line, &user) : ReadMasterLine(line, &user);
    *name = user.name;
    *id = user.uid;
  } else {
    return std::to_string(fields) + " fields: not a line of passwd, master.passwd or group";
  }
  return read && !name->empty() ? "" : "not a line of passwd, master.passwd or group";
}

}  // namespace

void TakenAccounts::Add(std::string_view bytes, const std::string& path,
                        std::vector<std::string>* errors) {
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    const std::string_view text = SkipBlanks(line.text);
    if (text.empty() || text[0] == '#' || !IsLookupName(text)) continue;
    AccountKind kind;
    std::string name;
    uint32_t id;
    const std::string wrong = ReadTakenLine(text, &kind, &name, &id);
    if (!wrong.empty()) {
      errors->push_back(Printable(path) + ":" + std::to_string(line.number) + ": " + wrong);
      continue;
    }
    Names& names = kind == AccountKind::kUser ? users_ : groups_;
    names.names.emplace(id, name);
    names.ids.emplace(std::move(name), id);
  }
}

const uint32_t* TakenAccounts::FindId(AccountKind kind, std::string_view name) const {
  const auto found = Of(kind).ids.find(name);
  return found == Of(kind).ids.end() ? nullptr : &found->second;
}

const std::string* TakenAccounts::FindName(AccountKind kind, uint32_t id) const {
  const auto found = Of(kind).names.find(id);
  return found == Of(kind).names.end() ? nullptr : &found->second;
}

void TakenAccounts::AddIds(std::vector<IdRange>* ranges) const {
  for (const Names* names : {&users_, &groups_}) {
    for (const auto& [id, name] : names->names) ranges->push_back({id, id});
  }
}

absl::Status ReadTaken(const std::vector<std::string_view>& paths, TakenAccounts* taken,
                       std::vector<std::string>* errors) {
  for (std::string_view path : paths) {
    std::string bytes;
    const Error error = ReadInput(std::string(path), kMaxInput, &bytes);
    if (!error.ok()) return InputError(path, error);
    taken->Add(bytes, std::string(path), errors);
  }
  return absl::OkStatus();
}

}  // namespace keelson
