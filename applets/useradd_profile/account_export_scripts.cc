// Formats that are shell scripts. Every value is one quoted word, names behind "--" or an option,
// so that none of them is ever an option, a further command or a pattern.
//
//   pw useradd -n 'ntp' -u 123 -g 'ntp' -G 'audio' -c '...' -d '...' -s '...' -w no
//   useradd -r -M -N -u 123 -g 'ntp' -G 'audio' -c '...' -d '...' -s '...' -- 'ntp'
#include "applets/useradd_profile/exported_values.h"
#include "core/shell_quote.h"

namespace keelson {

namespace {

constexpr char kHeading[] = "#!/bin/sh\nset -e\n";

std::string Digits(int64_t number, size_t width) {
  std::string digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

// YYYY-MM-DD of a day since 1970, by eras of 400 years that begin with March.
std::string DateOf(int64_t day) {
  constexpr int64_t kEra = 146097, kDaysTo1970 = 719468;
  day += kDaysTo1970;
  const int64_t era = day / kEra, of_era = day % kEra;
  const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const int64_t month = (5 * of_year + 2) / 153;  // from March
  const int64_t calendar_month = month < 10 ? month + 3 : month - 9;
  return Digits(era * 400 + year + (calendar_month <= 2 ? 1 : 0), 4) + "-" +
         Digits(calendar_month, 2) + "-" + Digits(of_year - (153 * month + 2) / 5 + 1, 2);
}

std::string PrimaryGroup(const ExportedUser& user) {
  return user.group.empty() ? std::to_string(user.record.gid) : ShellQuoted(user.group);
}

// " -u UID -g GROUP -G GROUPS -c GECOS -d HOME -s SHELL", which both tools write alike.
std::string UserOptions(const ExportedValues& values, const ExportedUser& user) {
  const UserRecord& record = user.record;
  std::string text = " -u " + std::to_string(record.uid) + " -g " + PrimaryGroup(user);
  const std::vector<std::string> groups = values.GroupsOf(record.name);
  if (!groups.empty()) text += " -G " + ShellQuoted(JoinNames(groups));
  text += " -c " + ShellQuoted(record.gecos);
  if (!record.home.empty()) text += " -d " + ShellQuoted(record.home);
  if (!record.shell.empty()) text += " -s " + ShellQuoted(record.shell);
  return text;
}

std::string PwUser(ExportedValues* values, const ExportedUser& user) {
  const UserRecord& record = user.record;
  std::string text = "pw useradd -n " + ShellQuoted(record.name) + UserOptions(*values, user);
  if (!record.login_class.empty()) text += " -L " + ShellQuoted(record.login_class);
  if (record.change > 0) text += " -p " + std::to_string(record.change);
  if (const auto second = values->ExpireSecond(record)) text += " -e " + std::to_string(*second);
  return text + " -w no\n";
}

std::string ShadowUser(ExportedValues* values, const ExportedUser& user) {
  const UserRecord& record = user.record;
  values->ProblemOfClass(record);
  std::string text = "useradd -r -M -N" + UserOptions(*values, user);
  if (const auto day = values->ExpireDay(record)) text += " -e " + DateOf(*day);
  return text + " -- " + ShellQuoted(record.name) + "\n";
}

}  // namespace

std::string ExportAsPw(ExportedValues* values) {
  std::string text = kHeading;
  for (const GroupRecord& group : values->groups()) {
    text += "pw groupadd -n " + ShellQuoted(group.name) + " -g " + std::to_string(group.gid) + "\n";
  }
  for (const ExportedUser& user : values->users()) text += PwUser(values, user);
  // The users above came with their groups.
  for (const Membership& m : values->memberships()) {
    if (values->HasUser(m.user)) continue;
    text += "pw groupmod -n " + ShellQuoted(m.group) + " -m " + ShellQuoted(m.user) + "\n";
  }
  return text;
}

std::string ExportAsShadow(ExportedValues* values) {
  std::string text = kHeading;
  for (const GroupRecord& group : values->groups()) {
    text += "groupadd -r -g " + std::to_string(group.gid) + " -- " + ShellQuoted(group.name) + "\n";
  }
  for (const ExportedUser& user : values->users()) text += ShadowUser(values, user);
  for (const Membership& m : values->memberships()) {
    if (values->HasUser(m.user)) continue;
    text += "gpasswd -a " + ShellQuoted(m.user) + " -- " + ShellQuoted(m.group) + "\n";
  }
  return text;
}

}  // namespace keelson
