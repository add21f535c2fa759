// passwd and group are read anew each time: they are small, in the page cache, and may have
// changed. A number needs no entry.
#include "applets/svcd/service_account.h"

#include <algorithm>

#include "core/config.h"
#include "core/passwd.h"
#include "platform/privilege.h"

namespace keelson {
namespace {

constexpr size_t kMaxAccountFile = 64 << 20;

std::optional<uint32_t> NumberOf(std::string_view text) {
  const std::optional<uint64_t> number = ParseUnsigned(text);
  if (!number || *number >= UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

// The user's line. A number is looked for as an id. False: there is none.
bool FindPasswd(std::string_view bytes, std::string_view user, PasswdEntry* entry) {
  const std::optional<uint32_t> number = NumberOf(user);
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    if (!ParsePasswd(line.text, entry) || !IsLookupName(entry->name)) continue;
    if (number ? entry->uid == *number : entry->name == user) return true;
  }
  return false;
}

bool IsMember(const GroupEntry& group, std::string_view user) {
  ListReader members(group.members);
  for (std::string_view member; members.Next(&member);) {
    if (member == user) return true;
  }
  return false;
}

class Finder {
 public:
  Finder(Root* root, std::string* why) : why_(why) {
    // Without the files only numbers can be found.
    static_cast<void>(root->Read("/etc/passwd", kMaxAccountFile, &passwd_, nullptr));
    static_cast<void>(root->Read("/etc/group", kMaxAccountFile, &group_, nullptr));
  }

  bool FindUser(const std::string& user, ServiceAccount* account) {
    PasswdEntry entry;
    Credentials& credentials = *account->credentials;
    if (FindPasswd(passwd_.view(), user, &entry)) {
      credentials.uid = entry.uid;
      credentials.gid = entry.gid;
      account->name = entry.name;
      account->home = entry.directory;
      account->shell = entry.shell.empty() ? "/bin/sh" : entry.shell;
      AddMemberships(account);
      return true;
    }
    const std::optional<uint32_t> number = NumberOf(user);
    if (!number) return Fail("user " + user + " does not exist");
    credentials.uid = credentials.gid = *number;
    return true;
  }

  bool FindGroup(const std::string& name, uint32_t* gid) {
    const std::optional<uint32_t> number = NumberOf(name);
    if (number) *gid = *number;
    if (number) return true;
    LineReader lines(group_.view());
    GroupEntry entry;
    for (Line line; lines.Next(&line);) {
      if (!ParseGroup(line.text, &entry) || entry.name != name) continue;
      *gid = entry.gid;
      return true;
    }
    return Fail("group " + name + " does not exist");
  }

 private:
  bool Fail(std::string what) {
    *why_ = std::move(what);
    return false;
  }

  void AddMemberships(ServiceAccount* account) {
    LineReader lines(group_.view());
    GroupEntry entry;
    for (Line line; lines.Next(&line);) {
      if (!ParseGroup(line.text, &entry) || !IsMember(entry, account->name)) continue;
      account->credentials->groups.push_back(entry.gid);
    }
  }

  FileBytes passwd_, group_;
  std::string* why_;
};

}  // namespace

bool FindServiceAccount(Root* root, const ServiceSettings& settings, ServiceAccount* account,
                        std::string* why) {
  if (settings.user.empty() && settings.group.empty() && settings.groups.empty()) return true;
  Finder finder(root, why);
  account->credentials = Credentials{EffectiveUid(), EffectiveGid(), {}};
  Credentials& credentials = *account->credentials;
  if (!settings.user.empty() && !finder.FindUser(settings.user, account)) return false;
  if (!settings.group.empty() && !finder.FindGroup(settings.group, &credentials.gid)) return false;
  for (const std::string& name : settings.groups) {
    credentials.groups.emplace_back();
    if (!finder.FindGroup(name, &credentials.groups.back())) return false;
  }
  credentials.groups.push_back(credentials.gid);
  std::sort(credentials.groups.begin(), credentials.groups.end());
  const auto repeated = std::unique(credentials.groups.begin(), credentials.groups.end());
  credentials.groups.erase(repeated, credentials.groups.end());
  if (EffectiveUid() == 0) return true;
  if (credentials.uid != EffectiveUid() || !settings.group.empty() || !settings.groups.empty()) {
    *why = "only root can run a program as somebody else";
    return false;
  }
  account->credentials.reset();  // as ourselves; nothing to be changed
  return true;
}

std::optional<uint32_t> FindUserId(Root* root, std::string_view user) {
  FileBytes bytes;
  PasswdEntry entry;
  if (root->Read("/etc/passwd", kMaxAccountFile, &bytes, nullptr).ok() &&
      FindPasswd(bytes.view(), user, &entry)) {
    return entry.uid;
  }
  return NumberOf(user);
}

}  // namespace keelson
