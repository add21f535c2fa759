// What is wrong with lines of the account files as they were read: names and ids that stand twice,
// lines without those that belong to them, and line ends of other systems. Places are offsets until
// all are known; one pass numbers them.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "applets/useradd_profile/account_store.h"
#include "core/flat_file.h"
#include "core/log.h"
#include "core/passwd.h"

namespace keelson {
namespace {

using Finding = std::pair<AccountText::Line, std::string>;  // where, what

// As "PATH:LINE: what", in the order of the file.
void Tell(const AccountText& text, const std::string& path, std::vector<Finding> findings,
          std::vector<std::string>* told) {
  std::sort(findings.begin(), findings.end());
  const std::string_view bytes = text.bytes();
  size_t at = 0, number = 1;
  for (const auto& [line, what] : findings) {
    number += static_cast<size_t>(std::count(bytes.begin() + at, bytes.begin() + line, '\n'));
    at = line;
    told->push_back(path + ":" + std::to_string(number) + ": " + what);
  }
}

template <typename Record>
void TellNames(const Accounts<Record>& all, const char* kind, const std::string& path,
               const std::string& shadow_path, std::vector<std::string>* told) {
  std::vector<Finding> repeated, repeated_in_shadow;
  for (size_t i = 0; i < all.accounts.size(); ++i) {
    const Account<Record>& account = all.accounts[i];
    const std::string what = std::string(kind) + " " + all.names.name(i) +
                             " is there already; only the first line counts";
    for (size_t k = 1; k < account.lines.size(); ++k) {
      repeated.emplace_back(account.lines[k], what);
    }
    for (size_t k = 1; k < account.shadow_lines.size(); ++k) {
      repeated_in_shadow.emplace_back(account.shadow_lines[k], what);
    }
  }
  Tell(all.text, path, std::move(repeated), told);
  Tell(all.shadow, shadow_path, std::move(repeated_in_shadow), told);
}

// root_may: BSD's toor is another root.
template <typename Record>
void TellIds(const Accounts<Record>& all, uint32_t Record::*id, const char* word, bool root_may,
             const std::string& path, std::vector<std::string>* told) {
  std::vector<std::tuple<uint32_t, AccountText::Line, const Record*>> holders;
  for (const Account<Record>& account : all.accounts) {
    const uint32_t number = account.record.*id;
    if (!account.exists || (root_may && number == 0)) continue;
    holders.emplace_back(number, account.lines.front(), &account.record);
  }
  std::sort(holders.begin(), holders.end());
  std::vector<Finding> repeated;
  for (size_t i = 1; i < holders.size(); ++i) {
    const auto& [number, line, record] = holders[i];
    if (number != std::get<0>(holders[i - 1])) continue;
    repeated.emplace_back(line, std::string(word) + " " + std::to_string(number) + " of " +
                                    record->name + " is also that of " +
                                    std::get<2>(holders[i - 1])->name);
  }
  Tell(all.text, path, std::move(repeated), told);
}

template <typename Record>
void TellUnmatched(const Accounts<Record>& all, const char* kind, const char* path,
                   const char* shadow_path, const std::string& root_path,
                   std::vector<std::string>* told) {
  std::vector<Finding> findings, in_shadow;
  for (size_t i = 0; i < all.accounts.size(); ++i) {
    const Account<Record>& account = all.accounts[i];
    if (!account.exists || !account.shadow_lines.empty()) continue;
    const std::string_view line = all.text.Text(account.lines.front()).value_or("");
    if (FieldOf(line, 1) != "x") continue;
    findings.emplace_back(account.lines.front(), std::string(kind) + " " + all.names.name(i) +
                                                     " has no line in " + shadow_path);
  }
  LineReader reader(all.shadow.bytes());
  for (Line line; reader.Next(&line);) {
    const std::string_view name = FieldOf(line.text, 0);
    if (!IsLookupName(name) || name.starts_with('#')) continue;
    if (all.FindExisting(name) != nullptr) continue;
    in_shadow.emplace_back(line.offset,
                           std::string(kind) + " " + Printable(name) + " has no line in " + path);
  }
  Tell(all.text, root_path + path, std::move(findings), told);
  Tell(all.shadow, root_path + shadow_path, std::move(in_shadow), told);
}

std::set<std::string_view> MembersOf(std::string_view line) {
  std::set<std::string_view> members;
  ListReader reader(FieldOf(line, 3));
  for (std::string_view member; reader.Next(&member);) members.insert(member);
  return members;
}

void TellMembers(const Accounts<GroupRecord>& groups, const std::string& root_path,
                 std::vector<std::string>* told) {
  std::vector<Finding> findings, in_shadow;
  for (const Account<GroupRecord>& group : groups.accounts) {
    if (!group.exists || group.shadow_lines.empty()) continue;
    const AccountText::Line line = group.lines.front(), shadow = group.shadow_lines.front();
    const auto members = MembersOf(groups.text.Text(line).value_or(""));
    const auto shadowed = MembersOf(groups.shadow.Text(shadow).value_or(""));
    const auto tell = [&group](AccountText::Line at, const auto& here, const auto& there,
                               const char* where, std::vector<Finding>* found) {
      for (std::string_view member : here) {
        if (there.contains(member)) continue;
        found->emplace_back(at, "group " + group.record.name + ": the member " + Printable(member) +
                                    " is not in " + where);
      }
    };
    tell(line, members, shadowed, kGshadow, &findings);
    tell(shadow, shadowed, members, kGroup, &in_shadow);
  }
  Tell(groups.text, root_path + kGroup, std::move(findings), told);
  Tell(groups.shadow, root_path + kGshadow, std::move(in_shadow), told);
}

}  // namespace

std::vector<std::string> AccountFiles::UnmatchedLines(const std::string& root_path) const {
  const State& s = *state_;
  std::vector<std::string> told;
  if (s.users.shadow.exists()) TellUnmatched(s.users, "user", kPasswd, kShadow, root_path, &told);
  if (s.groups.shadow.exists()) {
    TellUnmatched(s.groups, "group", kGroup, kGshadow, root_path, &told);
    TellMembers(s.groups, root_path, &told);
  }
  return told;
}

std::vector<std::string> AccountFiles::RepeatedNames(const std::string& root_path) const {
  const State& s = *state_;
  std::vector<std::string> told;
  TellNames(s.users, "user", root_path + s.users_path(), root_path + kShadow, &told);
  TellNames(s.groups, "group", root_path + kGroup, root_path + kGshadow, &told);
  return told;
}

std::vector<std::string> AccountFiles::RepeatedIds(const std::string& root_path) const {
  const State& s = *state_;
  std::vector<std::string> told;
  TellIds(s.users, &UserRecord::uid, "uid", !s.linux_files(), root_path + s.users_path(), &told);
  TellIds(s.groups, &GroupRecord::gid, "gid", false, root_path + kGroup, &told);
  return told;
}

std::vector<std::string> AccountFiles::FaultyMemberLines(std::string_view group,
                                                         const std::vector<std::string>& users,
                                                         const std::string& root_path) const {
  std::vector<std::string> told;
  const Account<GroupRecord>* account = state_->groups.FindExisting(group);
  if (account == nullptr) return told;
  const auto look = [&](const AccountText& text, const std::vector<AccountText::Line>& lines,
                        const char* path) {
    std::vector<Finding> findings;
    for (const AccountText::Line line : lines) {
      const std::string_view now = text.Text(line).value_or("");
      if (!now.ends_with('\r') || !WithSortedMembers(now, users)) continue;
      findings.emplace_back(line, "group " + std::string(group) +
                                      ": a carriage return ends the line and its last member; "
                                      "remove it before members are added");
    }
    Tell(text, root_path + path, std::move(findings), &told);
  };
  look(state_->groups.text, account->lines, kGroup);
  look(state_->groups.shadow, account->shadow_lines, kGshadow);
  return told;
}

}  // namespace keelson
