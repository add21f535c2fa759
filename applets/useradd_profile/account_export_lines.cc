// Formats whose lines are declarations: the account files' own, and sysusers.d(5).
//
//   # /etc/group
//   ntp:x:123:
//
//   u ntp 123:123 "network time" /var/lib/ntp /sbin/nologin
//
// What sysusers.d can hold is what its reader gives back: each line is read again, and a field that
// comes back as anything else is left out.
#include <optional>

#include "applets/useradd_profile/exported_values.h"
#include "core/sysusers.h"

namespace keelson {

namespace {

// --- Account files ---

std::string GroupLines(ExportedValues* values, AccountSystem system) {
  const bool bsd = system != AccountSystem::kLinux;
  std::string text = "# /etc/group\n";
  std::string gshadow = "# /etc/gshadow\n";
  for (GroupRecord group : values->groups()) {
    group.members = values->MembersOf(group.name);
    text += GroupLine(group, bsd ? "*" : "x") + "\n";
    gshadow += GshadowLine(group, "") + "\n";
  }
  for (const Membership& m : values->memberships()) {
    if (!values->HasGroup(m.group)) text += "# group " + m.group + ": member " + m.user + "\n";
  }
  return bsd ? text : text + gshadow;
}

std::string UserLines(ExportedValues* values, AccountSystem system) {
  if (system != AccountSystem::kLinux) {
    std::string text = "# /etc/master.passwd\n";
    for (const ExportedUser& user : values->users()) text += MasterLine(user.record) + "\n";
    return text;
  }
  std::string text = "# /etc/passwd\n";
  std::string shadow = "# /etc/shadow\n";
  for (const ExportedUser& user : values->users()) {
    values->ProblemOfClass(user.record);
    text += PasswdLine(user.record, "x") + "\n";
    shadow += ShadowLine(user.record, "") + "\n";
  }
  return text + shadow;
}

// --- sysusers.d ---

// A word with quotes around it. '%' begins a specifier.
std::string SysusersWord(std::string_view text) {
  std::string word = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') word += '\\';
    if (c == '%') word += '%';
    word += c;
  }
  return word += '"';
}

std::string SysusersId(const ExportedUser& user) {
  const std::string uid = std::to_string(user.record.uid);
  if (user.group.empty()) return uid + ":" + std::to_string(user.record.gid);
  const bool own = user.group == user.record.name && user.record.gid == user.record.uid;
  return own ? uid : uid + ":" + user.group;
}

std::optional<SysusersEntry> ReadBack(const std::string& line) {
  std::vector<SysusersEntry> entries;
  const auto nothing = [](char) { return SpecifierValue{}; };
  if (!ParseSysusers(line, nothing, &entries).empty() || entries.size() != 1) return std::nullopt;
  return std::move(entries.front());
}

// The word of a field, or "-".
std::string SysusersField(ExportedValues* values, const UserRecord& user, const char* what,
                          const std::string& before, const std::string& text,
                          std::string SysusersEntry::*field) {
  if (!text.empty()) {
    const std::string word = SysusersWord(text);
    const auto entry = ReadBack(before + " " + word);
    // A path may come back without a slash at its end or the like, which is the same path.
    const bool path = text[0] == '/';
    if (entry && (path ? !((*entry).*field).empty() : (*entry).*field == text)) return " " + word;
  }
  const bool default_is_empty = std::string_view(what) == "gecos";
  if (!text.empty() || !default_is_empty) {
    values->Problem(user, std::string("sysusers.d cannot hold this ") + what + "; left out");
  }
  return " -";
}

std::string SysusersUser(ExportedValues* values, const ExportedUser& user) {
  const UserRecord& record = user.record;
  std::string line = "u " + record.name + " " + SysusersId(user);
  line += SysusersField(values, record, "gecos", line, record.gecos, &SysusersEntry::gecos);
  line += SysusersField(values, record, "home", line, record.home, &SysusersEntry::home);
  line += SysusersField(values, record, "shell", line, record.shell, &SysusersEntry::shell);
  if (values->ExpireDay(record)) values->Problem(record, "the format has no expiry; left out");
  values->ProblemOfClass(record);
  return line + "\n";
}

}  // namespace

std::string ExportAsFiles(ExportedValues* values, AccountSystem system) {
  return GroupLines(values, system) + UserLines(values, system);
}

std::string ExportAsSysusers(ExportedValues* values) {
  std::string text;
  for (const GroupRecord& group : values->groups()) {
    text += "g " + group.name + " " + std::to_string(group.gid) + "\n";
  }
  for (const ExportedUser& user : values->users()) text += SysusersUser(values, user);
  for (const Membership& m : values->memberships()) text += "m " + m.user + " " + m.group + "\n";
  return text;
}

}  // namespace keelson
