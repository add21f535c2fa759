#include "applets/useradd_profile/account_export.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/sysusers.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

using Strings = std::vector<std::string>;
constexpr ExportFormat kFormats[] = {ExportFormat::kFiles, ExportFormat::kSysusers,
                                     ExportFormat::kPw, ExportFormat::kLdif, ExportFormat::kShadow};

std::string Joined(const Strings& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

ExportedAccounts Plain() {
  ExportedAccounts accounts;
  accounts.groups = {{.name = "ntp", .gid = 123}, {.name = "audio", .gid = 18, .members = {"old"}}};
  accounts.users = {{{.name = "ntp",
                      .uid = 123,
                      .gid = 123,
                      .gecos = "network time",
                      .home = "/var/lib/ntp",
                      .shell = "/sbin/nologin",
                      .password = "!*"},
                     "ntp",
                     {"audio", "video"}}};
  return accounts;
}

TEST(AccountExport, Plain) {
  struct Case {
    ExportFormat format;
    AccountSystem system;
    const char* text;
  };
  const Case cases[] = {
      {ExportFormat::kFiles, AccountSystem::kLinux,
       "# /etc/group\nntp:x:123:\naudio:x:18:ntp,old\n# group video: member ntp\n"
       "# /etc/gshadow\nntp:!*::\naudio:!*::ntp,old\n"
       "# /etc/passwd\nntp:x:123:123:network time:/var/lib/ntp:/sbin/nologin\n"
       "# /etc/shadow\nntp:!*:::::::\n"},
      {ExportFormat::kFiles, AccountSystem::kFreebsd,
       "# /etc/group\nntp:*:123:\naudio:*:18:ntp,old\n# group video: member ntp\n"
       "# /etc/master.passwd\n"
       "ntp:!*:123:123::0:0:network time:/var/lib/ntp:/sbin/nologin\n"},
      {ExportFormat::kSysusers, AccountSystem::kLinux,
       "g ntp 123\ng audio 18\n"
       "u ntp 123 \"network time\" \"/var/lib/ntp\" \"/sbin/nologin\"\n"
       "m ntp audio\nm ntp video\nm old audio\n"},
      {ExportFormat::kPw, AccountSystem::kFreebsd,
       "#!/bin/sh\nset -e\npw groupadd -n 'ntp' -g 123\npw groupadd -n 'audio' -g 18\n"
       "pw useradd -n 'ntp' -u 123 -g 'ntp' -G 'audio,video' -c 'network time' "
       "-d '/var/lib/ntp' -s '/sbin/nologin' -w no\n"
       "pw groupmod -n 'audio' -m 'old'\n"},
      {ExportFormat::kShadow, AccountSystem::kLinux,
       "#!/bin/sh\nset -e\ngroupadd -r -g 123 -- 'ntp'\ngroupadd -r -g 18 -- 'audio'\n"
       "useradd -r -M -N -u 123 -g 'ntp' -G 'audio,video' -c 'network time' "
       "-d '/var/lib/ntp' -s '/sbin/nologin' -- 'ntp'\n"
       "gpasswd -a 'old' -- 'audio'\n"},
      {ExportFormat::kLdif, AccountSystem::kLinux,
       "# Below dc=example,dc=org: put your own suffix in its place.\n# For ldapmodify(1).\n"
       "version: 1\n\n"
       "dn: cn=ntp,ou=groups,dc=example,dc=org\nchangetype: add\nobjectClass: posixGroup\n"
       "cn: ntp\ngidNumber: 123\n\n"
       "dn: cn=audio,ou=groups,dc=example,dc=org\nchangetype: add\nobjectClass: posixGroup\n"
       "cn: audio\ngidNumber: 18\nmemberUid: ntp\nmemberUid: old\n\n"
       "dn: uid=ntp,ou=people,dc=example,dc=org\nchangetype: add\nobjectClass: account\n"
       "objectClass: posixAccount\nuid: ntp\ncn: network time\nuidNumber: 123\ngidNumber: 123\n"
       "gecos: network time\nhomeDirectory: /var/lib/ntp\nloginShell: /sbin/nologin\n\n"
       "dn: cn=video,ou=groups,dc=example,dc=org\nchangetype: modify\nadd: memberUid\n"
       "memberUid: ntp\n-\n\n"},
  };
  for (const Case& c : cases) {
    Strings problems;
    EXPECT_EQ(ExportAccounts(Plain(), c.format, c.system, &problems), c.text);
    EXPECT_EQ(problems, Strings{}) << c.text;
  }
}

TEST(AccountExport, EntriesWithoutChangesWhenAllGroupsAreThere) {
  ExportedAccounts accounts = Plain();
  accounts.users[0].groups = {"audio"};
  Strings problems;
  const std::string text =
      ExportAccounts(accounts, ExportFormat::kLdif, AccountSystem::kLinux, &problems);
  EXPECT_EQ(text.find("changetype"), text.npos);
  EXPECT_NE(text.find("ldapadd"), text.npos);
}

TEST(AccountExport, ExpiryAndClass) {
  ExportedAccounts accounts;
  accounts.users = {{{.name = "u", .uid = 7, .gid = 8, .home = "/", .shell = "/s"}, "", {}}};
  UserRecord& user = accounts.users[0].record;
  struct Case {
    const char* name;
    ExportFormat format;
    AccountSystem system;
    int64_t expire;
    const char* has;
  };
  const Case cases[] = {
      {"day 1", ExportFormat::kShadow, AccountSystem::kLinux, 1, " -e 1970-01-02 "},
      {"day 0", ExportFormat::kShadow, AccountSystem::kLinux, 0, " -e 1970-01-01 "},
      {"leap day", ExportFormat::kShadow, AccountSystem::kLinux, 11016, " -e 2000-02-29 "},
      {"end of a year", ExportFormat::kShadow, AccountSystem::kLinux, 20818, " -e 2026-12-31 "},
      {"days as seconds", ExportFormat::kPw, AccountSystem::kLinux, 2, " -e 172800 "},
      {"seconds", ExportFormat::kPw, AccountSystem::kFreebsd, 12, " -e 12 "},
      {"seconds as days", ExportFormat::kLdif, AccountSystem::kFreebsd, 172801,
       "\nshadowExpire: 2\n"},
      {"gid alone", ExportFormat::kPw, AccountSystem::kFreebsd, 0, " -g 8 "},
      {"gid alone", ExportFormat::kSysusers, AccountSystem::kFreebsd, 0, "u u 7:8 - "},
  };
  for (const Case& c : cases) {
    user.expire = c.expire;
    Strings problems;
    const std::string text = ExportAccounts(accounts, c.format, c.system, &problems);
    EXPECT_NE(text.find(c.has), text.npos) << c.name << ": " << text;
    EXPECT_EQ(problems, Strings{}) << c.name;
  }
  user.expire = 0;
  Strings problems;
  const std::string pw =
      ExportAccounts(accounts, ExportFormat::kPw, AccountSystem::kFreebsd, &problems);
  EXPECT_EQ(pw.find(" -e "), pw.npos) << "0 is never";
  user.login_class = "staff";
  user.change = 5;
  user.expire = 90000;
  ExportAccounts(accounts, ExportFormat::kSysusers, AccountSystem::kFreebsd, &problems);
  EXPECT_EQ(problems.size(), 3u) << Joined(problems);
}

TEST(AccountExport, PasswordsStaySecret) {
  ExportedAccounts accounts = Plain();
  accounts.groups[0].password = "$6$group";
  for (const char* password : {"$6$hash", "!$6$hash", "*LOCKED*$6$hash"}) {
    accounts.users[0].record.password = password;
    for (const ExportFormat format : kFormats) {
      Strings problems;
      const std::string text =
          ExportAccounts(accounts, format, AccountSystem::kLinux, &problems) + Joined(problems);
      EXPECT_EQ(text.find("$6$"), text.npos) << text;
      EXPECT_EQ(text.find("x\n# /etc/shadow\nntp::"), text.npos) << "never an empty password";
    }
  }
}

// --- Values that nobody should have ---

const std::string kNasty[] = {
    "plain",
    "it's $(touch x) `id` $HOME; rm -rf / # \"q\" \\ * ? !",
    "-n",
    "--",
    " blanks at both ends ",
    ": colon",
    "100% %n %% %",
    "line\nend: x\n\ndn: cn=evil",
    "tab\there",
    "\xc3\xa4 \xe4\xb8\xad",
    "not \xff UTF-8",
    "<file:///etc/passwd",
    "\"",
    "\\",
    "#",
    "-",
    "ends with \\",
    std::string("nul\0more", 8),
};

ExportedAccounts Nasty(const std::string& gecos) {
  ExportedAccounts accounts = Plain();
  accounts.users[0].record.gecos = gecos;
  accounts.users[0].record.home = "/" + gecos;
  accounts.users[0].record.shell = "/bin/" + gecos;
  return accounts;
}

TEST(AccountExport, SysusersGivesAllBackOrSaysSo) {
  for (const std::string& text : kNasty) {
    Strings problems;
    const std::string exported =
        ExportAccounts(Nasty(text), ExportFormat::kSysusers, AccountSystem::kLinux, &problems);
    std::vector<SysusersEntry> entries;
    const auto errors = ParseSysusers(
        exported, [](char) { return SpecifierValue{}; }, &entries);
    ASSERT_TRUE(errors.empty()) << errors[0].what << "\n" << exported;
    ASSERT_EQ(entries.size(), 6u) << exported;
    const SysusersEntry& user = entries[2];
    EXPECT_EQ(user.uid, 123u);
    const auto said = [&](const char* what) {
      return Joined(problems).find(what) != std::string::npos;
    };
    EXPECT_TRUE(user.gecos == text || (user.gecos.empty() && said("gecos"))) << exported;
    EXPECT_TRUE(user.home == "/" + text || (user.home.empty() && said("home")) || text == " - ")
        << exported;
    EXPECT_TRUE(user.shell == "/bin/" + text || (user.shell.empty() && said("shell"))) << exported;
  }
}

TEST(AccountExport, LdifHasNoLineThatWasNotMeant) {
  for (const std::string& text : kNasty) {
    Strings problems;
    const std::string exported =
        ExportAccounts(Nasty(text), ExportFormat::kLdif, AccountSystem::kLinux, &problems);
    EXPECT_EQ(exported.find("dn: cn=evil"), exported.npos);
    for (size_t at = 0; at < exported.size();) {
      const size_t end = exported.find('\n', at);
      ASSERT_NE(end, exported.npos);
      const std::string line = exported.substr(at, end - at);
      at = end + 1;
      if (line.empty() || line == "-" || line[0] == '#') continue;
      const size_t colon = line.find(": ");
      ASSERT_NE(colon, line.npos) << line;
      const char after = line.size() > colon + 2 ? line[colon + 2] : 'x';
      EXPECT_TRUE(after != ' ' && after != ':' && after != '<') << line;
      EXPECT_NE(line.back(), ' ') << line;
      for (const char c : line) EXPECT_TRUE(c >= ' ' && c < '\x7f') << line;
    }
  }
}

TEST(AccountExport, Base64) {
  const struct {
    const char *gecos, *line;
  } kCases[] = {{" a", "gecos:: IGE=\n"}, {" ab", "gecos:: IGFi\n"}, {" abc", "gecos:: IGFiYw==\n"},
                {"a ", "gecos:: YSA=\n"}, {"<a", "gecos:: PGE=\n"},  {"\xc3\xa4", "cn:: w6Q=\n"}};
  for (const auto& c : kCases) {
    ExportedAccounts accounts = Plain();
    accounts.users[0].record.gecos = c.gecos;
    Strings problems;
    const std::string text =
        ExportAccounts(accounts, ExportFormat::kLdif, AccountSystem::kLinux, &problems);
    EXPECT_NE(text.find(c.line), text.npos) << text;
  }
}

// Runs a script with programs in its PATH that write their arguments down, each ended by a NUL, a
// call ended by an empty one.
class StubbedScript {
 public:
  StubbedScript() {
    for (const char* program : {"pw", "groupadd", "useradd", "gpasswd"}) {
      Write(program, "#!/bin/sh\nprintf '%s\\0' \"" + std::string(program) +
                         "\" \"$@\" >>\"$OUT\"\nprintf '\\0' >>\"$OUT\"\n");
    }
  }
  // The calls, or one that says what went wrong.
  std::vector<Strings> Run(const std::string& script) {
    Write("script", script);
    const std::string& folder = folder_.path();
    if (system(("sh -n " + folder + "/script").c_str()) != 0) return {{"sh -n"}};
    const std::string out = folder + "/out";
    std::remove(out.c_str());
    const std::string command =
        "cd " + folder + " && OUT=" + out + " PATH=" + folder + ":/nonexistent /bin/sh ./script";
    if (system(command.c_str()) != 0) return {{"sh"}};
    std::string bytes(1 << 20, '\0');
    std::FILE* file = std::fopen(out.c_str(), "r");
    if (file == nullptr) return {};
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    std::fclose(file);
    return Calls(bytes);
  }

 private:
  static std::vector<Strings> Calls(const std::string& bytes) {
    std::vector<Strings> calls(1);
    for (size_t at = 0; at < bytes.size();) {
      const std::string word = bytes.c_str() + at;
      at += word.size() + 1;
      // An argument may be empty; only the end of a call is followed by a program or the end.
      const std::string next = at < bytes.size() ? bytes.c_str() + at : "";
      const bool begins = at >= bytes.size() || next == "pw" || next == "groupadd" ||
                          next == "useradd" || next == "gpasswd";
      if (word.empty() && begins) {
        calls.emplace_back();
      } else {
        calls.back().push_back(word);
      }
    }
    calls.pop_back();
    return calls;
  }
  void Write(const std::string& name, const std::string& bytes) {
    const std::string path = folder_.path() + "/" + name;
    std::FILE* file = std::fopen(path.c_str(), "w");
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
    chmod(path.c_str(), 0755);
  }
  TemporaryFolder folder_;
};

std::string After(const Strings& call, const char* option) {
  const auto found = std::find(call.begin(), call.end(), option);
  return found == call.end() || found + 1 == call.end() ? "(none)" : *(found + 1);
}

TEST(AccountExport, ScriptsPassEveryValueAsOneWord) {
  StubbedScript script;
  for (const std::string& text : kNasty) {
    for (const ExportFormat format : {ExportFormat::kPw, ExportFormat::kShadow}) {
      Strings problems;
      const std::string exported =
          ExportAccounts(Nasty(text), format, AccountSystem::kLinux, &problems);
      const std::vector<Strings> calls = script.Run(exported);
      ASSERT_EQ(calls.size(), 4u) << exported;
      const bool left_out = !problems.empty();
      EXPECT_EQ(left_out, text.find_first_of(std::string_view(":\n\t\0", 4)) != text.npos);
      EXPECT_EQ(After(calls[2], "-c"), left_out ? "" : text);
      EXPECT_EQ(After(calls[2], "-d"), left_out ? "(none)" : "/" + text);
      EXPECT_EQ(After(calls[2], "-s"), left_out ? "(none)" : "/bin/" + text);
    }
  }
}

TEST(AccountExport, NamesThatNoFormatCanHold) {
  for (const char* name : {"a b", "a:b", "a\nb", "", "-a", "+a", "a,b", "../a", "a\x01"}) {
    ExportedAccounts accounts = Plain();
    accounts.groups.push_back({.name = name, .gid = 5});
    accounts.groups[0].members = {name};
    accounts.users[0].groups.push_back(name);
    accounts.users.push_back({{.name = name, .uid = 5, .gid = 5, .home = "/"}, "", {}});
    for (const ExportFormat format : kFormats) {
      Strings problems, none;
      const std::string text = ExportAccounts(accounts, format, AccountSystem::kLinux, &problems);
      EXPECT_EQ(text, ExportAccounts(Plain(), format, AccountSystem::kLinux, &none)) << name;
      EXPECT_EQ(problems.size(), 4u) << Joined(problems);
    }
  }
}

TEST(AccountExport, NamesThatSysusersCannotHold) {
  for (const char* name : {"3proxy", "pc$", "abcdefghijklmnopqrstuvwxyz012345"}) {
    ExportedAccounts accounts = Plain();
    accounts.users[0].group = name;
    accounts.users[0].record.gid = 7;
    accounts.users.push_back(
        {{.name = name, .uid = 5, .gid = 5, .home = "/", .shell = "/s"}, "", {}});
    Strings problems;
    const std::string text =
        ExportAccounts(accounts, ExportFormat::kSysusers, AccountSystem::kLinux, &problems);
    EXPECT_EQ(text.find(name), text.npos) << text;
    EXPECT_NE(text.find("u ntp 123:7 "), text.npos) << text;
    EXPECT_EQ(problems.size(), 1u) << Joined(problems);
    EXPECT_NE(
        ExportAccounts(accounts, ExportFormat::kPw, AccountSystem::kLinux, &problems).find(name),
        text.npos);
  }
}

}  // namespace
}  // namespace keelson
