// Names and ids of all files are gathered first, then each file is gone through line by line.
//
// An id of 2^32 and more is what musl cuts: it reads 4294967296 as 0, which is root. glibc ignores
// the line. What is written in another way than in plain digits is ignored by musl.
#include "core/account_lint.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/nsswitch.h"
#include "core/passwd.h"

namespace keelson {

namespace {

constexpr size_t kPasswdFields = 7, kGroupFields = 4, kShadowFields = 9;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

std::string InLine(uint32_t line) { return "in line " + std::to_string(line); }

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// What remains of too large a number of plain digits in 32 bits.
uint32_t Wrapped(std::string_view digits) {
  uint32_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<uint32_t>(c - '0');
  return value;
}

// What is wrong with an id as text; empty: nothing.
std::string IdFault(std::string_view text) {
  if (text.empty()) return "is missing: the line is ignored";
  const std::optional<uint32_t> id = ParseId(text);
  if (AllDigits(text)) {
    if (!id) {
      return std::string(text) + " is too large: glibc ignores the line, musl reads " +
             std::to_string(Wrapped(text));
    }
    if (*id == UINT32_MAX) return std::string(text) + " is -1 to the kernel: no id";
    return "";
  }
  if (!id) return Quoted(text) + " is no number: the line is ignored";
  return Quoted(text) + " is " + std::to_string(*id) + " to glibc, musl ignores the line";
}

std::string NameFault(std::string_view name) {
  if (name.empty()) return "the name is empty";
  if (AllDigits(name)) return "the name " + std::string(name) + " will be taken for an id";
  const size_t bad = name.find_first_of(" \t,/");
  if (bad != std::string_view::npos) {
    return "the name " + Quoted(name) + " has " + Quoted(name.substr(bad, 1)) + " in it";
  }
  return "";
}

void LintName(const Line& line, std::string_view name, const LintSink& sink) {
  if (std::string fault = NameFault(name); !fault.empty()) Tell(line, name, fault, sink);
}

// The line's text from its name on, once it is known to have one. Nothing: an empty line, a
// comment, or one that has been dealt with here.
std::string_view StartLine(const Line& line, bool compat, const LintSink& sink) {
  const std::string_view text = SkipBlanks(line.text);
  if (text.empty() || text[0] == '#') return {};
  LintText(line, /*tabs=*/false, sink);
  if (!IsLookupName(text)) {
    if (!compat) {
      Tell(line, text,
           "a line with '" + std::string(text.substr(0, 1)) +
               "' in front means something to 'compat' in nsswitch.conf only",
           sink);
    }
    return {};
  }
  if (text.size() != line.text.size()) {
    Tell(line, line.text, "blanks before the name: glibc skips them, musl does not", sink);
  }
  return text;
}

// The fields, one more than there should be if there are too many. How many: told of when wrong.
template <size_t kCount>
size_t TakeFields(const Line& line, std::string_view text,
                  std::array<std::string_view, kCount + 1>* fields, const LintSink& sink) {
  const size_t count = SplitFields(text, ':', *fields);
  if (count < kCount) {
    Tell(line, text, "has " + std::to_string(count) + " of " + std::to_string(kCount) + " fields",
         sink);
  }
  if (count > kCount) Tell(line, (*fields)[kCount], "has a field too many", sink);
  return count;
}

}  // namespace

AccountLint::AccountLint(const Files& files)
    : files_(files),
      passwd_setup_(SetupOf("passwd")),
      group_setup_(SetupOf("group")),
      shadow_setup_(SetupOf("shadow")) {
  if (files.passwd) users_.emplace(*files.passwd, /*group=*/false);
  if (files.group) groups_.emplace(*files.group, /*group=*/true);
  if (files.shadow) shadows_ = AccountNames::OfShadow(*files.shadow);
}

AccountLint::Setup AccountLint::SetupOf(std::string_view database) const {
  Setup setup;
  for (const NsswitchSource& source : NsswitchSources(files_.nsswitch_conf, database)) {
    if (source.name == "compat") {
      setup.compat = true;
    } else if (source.name != "files" && source.name != "db" && source.name != "systemd") {
      setup.local = false;
    }
  }
  if (setup.compat) setup.local = false;  // there may be a '+' line
  return setup;
}

void AccountLint::Passwd(const LintSink& sink) const {
  LineReader lines(files_.passwd.value_or(""));
  for (Line line; lines.Next(&line);) PasswdFields(line, sink);
}

void AccountLint::PasswdFields(const Line& line, const LintSink& sink) const {
  const std::string_view text = StartLine(line, passwd_setup_.compat, sink);
  if (text.empty()) return;
  std::array<std::string_view, kPasswdFields + 1> fields;
  const size_t count = TakeFields<kPasswdFields>(line, text, &fields, sink);
  const auto& [name, password, uid, gid, gecos, directory, shell, more] = fields;
  LintName(line, name, sink);
  if (count < 4) return;
  const std::string uid_fault = IdFault(uid), gid_fault = IdFault(gid);
  if (!uid_fault.empty()) Tell(line, uid, "uid " + uid_fault, sink);
  if (!gid_fault.empty()) Tell(line, gid, "gid " + gid_fault, sink);
  PasswdEntry entry;
  if (!ParsePasswd(line.text, &entry)) return;

  const AccountNames::Entry* first = users_->FindName(name);
  if (first->line != line.number) {
    Tell(line, name, "user " + Quoted(name) + " is there already, " + InLine(first->line), sink);
  }
  const AccountNames::Entry* holder = users_->FindId(entry.uid);
  if (holder->name != name) {
    Tell(line, uid,
         "uid " + std::to_string(entry.uid) + " is that of " + Quoted(holder->name) + " " +
             InLine(holder->line),
         sink);
  }
  if (groups_ && group_setup_.local && groups_->FindId(entry.gid) == nullptr) {
    Tell(line, gid, "there is no group " + std::to_string(entry.gid), sink);
  }
  if (password == "x" && shadows_ && shadow_setup_.local && shadows_->FindName(name) == nullptr) {
    Tell(line, name, "user " + Quoted(name) + " has no line in shadow", sink);
  }
}

void AccountLint::Group(const LintSink& sink) const {
  std::vector<uint32_t> last_line(users_ ? users_->size() : 0);  // that has the user as a member
  LineReader lines(files_.group.value_or(""));
  for (Line line; lines.Next(&line);) GroupFields(line, &last_line, sink);
}

void AccountLint::GroupFields(const Line& line, std::vector<uint32_t>* last_line,
                              const LintSink& sink) const {
  const std::string_view text = StartLine(line, group_setup_.compat, sink);
  if (text.empty()) return;
  std::array<std::string_view, kGroupFields + 1> fields;
  const size_t count = TakeFields<kGroupFields>(line, text, &fields, sink);
  const auto& [name, password, gid, members, more] = fields;
  LintName(line, name, sink);
  if (count < 3) return;
  if (std::string fault = IdFault(gid); !fault.empty()) Tell(line, gid, "gid " + fault, sink);
  Members(line, name, members, last_line, sink);
  GroupEntry entry;
  if (!ParseGroup(line.text, &entry)) return;

  const AccountNames::Entry* first = groups_->FindName(name);
  if (first->line != line.number) {
    Tell(line, name, "group " + Quoted(name) + " is there already, " + InLine(first->line), sink);
  }
  const AccountNames::Entry* holder = groups_->FindId(entry.gid);
  if (holder->name != name) {
    Tell(line, gid,
         "gid " + std::to_string(entry.gid) + " is that of " + Quoted(holder->name) + " " +
             InLine(holder->line),
         sink);
  }
}

void AccountLint::Members(const Line& line, std::string_view group, std::string_view members,
                          std::vector<uint32_t>* last_line, const LintSink& sink) const {
  for (size_t at = 0; !members.empty() && at <= members.size();) {
    const size_t end = std::min(members.find(',', at), members.size());
    const std::string_view member = members.substr(at, end - at);
    at = end + 1;
    if (member.empty()) {
      Tell(line, member, "group " + Quoted(group) + " has a member without a name", sink);
      continue;
    }
    if (!users_) continue;
    const AccountNames::Entry* user = users_->FindName(member);
    if (user == nullptr) {
      if (!passwd_setup_.local) continue;
      Tell(line, member, "group " + Quoted(group) + ": there is no user " + Quoted(member), sink);
      continue;
    }
    uint32_t& seen = (*last_line)[users_->Place(user)];
    if (seen == line.number) {
      Tell(line, member, "group " + Quoted(group) + " has " + Quoted(member) + " twice", sink);
    }
    seen = line.number;
  }
}

void AccountLint::Shadow(const LintSink& sink) const {
  LineReader lines(files_.shadow.value_or(""));
  for (Line line; lines.Next(&line);) ShadowFields(line, sink);
}

void AccountLint::ShadowFields(const Line& line, const LintSink& sink) const {
  const std::string_view text = StartLine(line, shadow_setup_.compat, sink);
  if (text.empty()) return;
  std::array<std::string_view, kShadowFields + 1> fields;
  TakeFields<kShadowFields>(line, text, &fields, sink);
  const std::string_view name = fields[0];
  LintName(line, name, sink);
  ShadowEntry entry;
  if (!ParseShadow(line.text, &entry)) {
    return Tell(line, text, "cannot be read: the line is ignored", sink);
  }
  const AccountNames::Entry* first = shadows_->FindName(name);
  if (first->line != line.number) {
    Tell(line, name, "user " + Quoted(name) + " is there already, " + InLine(first->line), sink);
  }
  if (users_ && passwd_setup_.local && users_->FindName(name) == nullptr) {
    Tell(line, name, "user " + Quoted(name) + " has no line in passwd", sink);
  }
}

}  // namespace keelson
