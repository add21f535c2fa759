#include "applets/useradd_profile/definitions.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/flat_file.h"
#include "tests/platform/temporary_folder.h"

namespace keelson {
namespace {

using Found = Definitions::Found;

// A folder of profiles P and a root R.
class DefinitionsTest : public testing::Test {
 protected:
  std::string P(const std::string& path) const { return folder_.path() + "/P/" + path; }

  void Put(const std::string& path, std::string_view bytes) {
    const std::string whole = folder_.path() + "/" + path;
    for (size_t slash = whole.find('/', 1); slash != whole.npos;
         slash = whole.find('/', slash + 1)) {
      mkdir(whole.substr(0, slash).c_str(), 0755);
    }
    std::FILE* file = std::fopen(whole.c_str(), "w");
    ASSERT_NE(file, nullptr) << whole;
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
  }

  void Link(const std::string& target, const std::string& path) {
    ASSERT_EQ(symlink(target.c_str(), (folder_.path() + "/" + path).c_str()), 0) << path;
  }

  // "" or the errors, a line each, P for the folder of profiles.
  std::string Load(const std::vector<std::string>& profiles, const char* system = "linux") {
    std::vector<std::string> errors;
    DefinitionPlaces places{{}, repositories_, system, nullptr};
    for (const std::string& profile : profiles) places.profiles.push_back(P(profile));
    mkdir((folder_.path() + "/R").c_str(), 0755);
    EXPECT_TRUE(OpenRoot(folder_.path() + "/R", &root_).ok());
    places.root = root_.get();
    const bool loaded = definitions_.Load(places, &errors);
    EXPECT_EQ(loaded, errors.empty());
    return Shown(errors);
  }

  std::string Shown(const std::vector<std::string>& errors) const {
    std::string shown;
    for (std::string error : errors) {
      for (size_t at; (at = error.find(folder_.path() + "/")) != error.npos;) {
        error.erase(at, folder_.path().size() + 1);
      }
      shown += error + "\n";
    }
    return shown;
  }

  // "uid home defunct", "(none)" or the errors.
  std::string User(const std::string& name) const {
    UserDefinition user;
    std::vector<std::string> errors;
    const Found found = definitions_.FindUser(name, &user, &errors);
    EXPECT_EQ(found == Found::kFaulty, !errors.empty());
    if (found != Found::kYes) return found == Found::kNo ? "(none)" : Shown(errors);
    return (user.uid ? std::to_string(*user.uid) : "-") + " " + user.home.value_or("-") +
           (user.defunct == true ? " defunct" : "");
  }

  // Where the key comes from.
  std::string Source(const std::string& name, std::string_view key) const {
    UserDefinition user;
    std::vector<std::string> errors;
    definitions_.FindUser(name, &user, &errors);
    const DeclaredKey* declared = user.Find(key);
    return declared ? Shown({declared->file + ":" + std::to_string(declared->at.line)}) : "(none)";
  }

  TemporaryFolder folder_;
  std::vector<ProfileRepository> repositories_;
  std::unique_ptr<Root> root_;
  Definitions definitions_;
};

TEST_F(DefinitionsTest, LaterFilesReplaceEarlierOnesAndInheritAddsToThem) {
  Put("P/base/accounts/user/ntp", "uid:1\nhome:/base\n");
  Put("P/base/accounts/user/whole", "uid:2\nhome:/base\n");
  Put("P/base/accounts/user/only-base", "uid:3\n");
  Put("P/mid/parent", "../base\n");
  Put("P/mid/accounts/user/ntp", "inherit:yes\nuid:11\n");
  Put("P/mid/accounts/user/whole", "uid:12\n");
  Put("P/top/parent", "../mid\n");
  Put("P/top/accounts/user/ntp", "inherit:yes\nshell:/bin/sh\n");
  EXPECT_EQ(Load({"top"}), "");
  EXPECT_EQ(definitions_.chain(), (std::vector<std::string>{P("base"), P("mid"), P("top")}));
  EXPECT_EQ(User("ntp"), "11 /base");
  EXPECT_EQ(Source("ntp", "uid"), "P/mid/accounts/user/ntp:2\n");
  EXPECT_EQ(Source("ntp", "home"), "P/base/accounts/user/ntp:2\n");
  EXPECT_EQ(Source("ntp", "shell"), "P/top/accounts/user/ntp:2\n");
  EXPECT_EQ(User("whole"), "12 -");
  EXPECT_EQ(User("only-base"), "3 -");
  for (const char* name : {"nobody", "", ".", "..", "../user/ntp", "0", "a:b"}) {
    EXPECT_EQ(User(name), "(none)") << name;
  }
}

TEST_F(DefinitionsTest, LocalOverrideComesLast) {
  Put("P/base/accounts/user/root", "uid:0\nhome:/root\n");
  Put("P/base/accounts/accounts", "uid-min:200\nuid-max:300\nshell:/bin/false\n");
  Put("R/etc/portage/profile/accounts/user/root", "inherit:yes\nallow-root:yes\n");
  Put("R/etc/portage/profile/accounts/accounts", "uid-max:250\n");
  EXPECT_EQ(Load({"base"}), "");
  EXPECT_EQ(User("root"), "0 /root");
  EXPECT_EQ(Source("root", "allow-root"), "/etc/portage/profile/accounts/user/root:2\n");
  EXPECT_EQ(definitions_.defaults().uids, (IdRange{200, 250}));
  EXPECT_EQ(definitions_.defaults().shell, "/bin/false");
  EXPECT_EQ(definitions_.defaults().Find("uid-max")->file,
            "/etc/portage/profile/accounts/accounts");
}

TEST_F(DefinitionsTest, FoldersOfOneSystem) {
  Put("P/base/accounts/user/ntp", "uid:1\nhome:/n\n");
  Put("P/base/accounts-freebsd/user/ntp", "inherit:yes\nuid:2\n");
  Put("P/base/accounts-freebsd/accounts", "shell:/usr/sbin/nologin\n");
  Put("P/top/parent", "../base\n");
  Put("R/etc/portage/profile/accounts-freebsd/user/local", "uid:9\n");
  EXPECT_EQ(Load({"top"}, "linux"), "");
  EXPECT_EQ(User("ntp") + User("local"), "1 /n(none)");
  EXPECT_EQ(definitions_.defaults().shell, std::nullopt);
  EXPECT_EQ(Load({"top"}, "freebsd"), "");
  EXPECT_EQ(User("ntp") + User("local"), "2 /n9 -");
  EXPECT_EQ(definitions_.defaults().shell, "/usr/sbin/nologin");
}

TEST_F(DefinitionsTest, DefunctOutlivesReplacement) {
  Put("P/base/accounts/user/gone", "uid:1\ndefunct:true\n");
  Put("P/base/accounts/user/back", "uid:2\ndefunct:true\n");
  Put("P/base/accounts/user/late", "uid:3\n");
  Put("P/top/parent", "../base\n");
  Put("P/top/accounts/user/gone", "uid:11\n");
  Put("P/top/accounts/user/back", "uid:12\ndefunct:no\n");
  Put("P/top/accounts/user/late", "inherit:yes\ndefunct:true\n");
  EXPECT_EQ(Load({"top"}), "");
  EXPECT_EQ(User("gone"), "11 - defunct");
  EXPECT_EQ(Source("gone", "defunct"), "P/base/accounts/user/gone:2\n");
  EXPECT_EQ(User("back"), "12 -");
  EXPECT_EQ(User("late"), "3 - defunct");
}

TEST_F(DefinitionsTest, LinksLeadWhereTheyLeadOnTheRunningSystem) {
  Put("P/base/accounts/user/real", "uid:1\n");
  Link("real", "P/base/accounts/user/alias");
  Link("nowhere", "P/base/accounts/user/dangling");
  Put("P/secret", "uid:7\n");
  Link("../../../secret", "P/base/accounts/user/outside");
  Link("loop", "P/base/accounts/user/loop");
  EXPECT_EQ(Load({"base"}), "");
  EXPECT_EQ(User("alias") + User("outside"), "1 -7 -");
  EXPECT_EQ(User("dangling"), "P/base/accounts/user/dangling: a link that leads nowhere\n");
  EXPECT_EQ(User("loop"), "P/base/accounts/user/loop: a link that leads nowhere\n");
}

TEST_F(DefinitionsTest, AProfileMayBeALink) {
  Put("P/repo/default/amd64/parent", "..\n");
  Put("P/repo/default/accounts/user/ntp", "uid:1\n");
  Link("repo/default/amd64", "P/make.profile");
  EXPECT_EQ(Load({"make.profile"}), "");
  EXPECT_EQ(User("ntp"), "1 -");
  EXPECT_EQ(definitions_.chain().back(), P("repo/default/amd64"));
}

TEST_F(DefinitionsTest, Repositories) {
  Put("P/gentoo/profiles/default/accounts/user/ntp", "uid:1\n");
  Put("P/flat/base/accounts/user/www", "uid:2\n");
  Put("P/flat/sub/parent", ":base\n");
  Put("P/top/parent", "gentoo:default\nflat:sub\n");
  repositories_ = {{"gentoo", P("gentoo")}, {"flat", P("flat")}};
  EXPECT_EQ(Load({"top"}), "");
  EXPECT_EQ(User("ntp") + User("www"), "1 -2 -");
  repositories_.push_back({"absent", P("absent")});
  EXPECT_EQ(Load({"top"}), "P/absent: No such file or directory\n");
}

TEST_F(DefinitionsTest, Errors) {
  Put("P/base/accounts/user/bad", "uid:x\n");
  Put("P/base/accounts/user/folder/x", "");
  Put("P/base/accounts/user/large", std::string(1024 * 1024 + 1, '#'));
  Put("P/base/accounts/user/fine", "nonsense\n");
  Put("P/top/parent", "../base\n");
  Put("P/top/accounts/user/bad", "inherit:yes\n");
  Put("P/top/accounts/user/fine", "uid:1\n");
  EXPECT_EQ(Load({"top"}), "");
  EXPECT_EQ(User("bad"),
            "P/base/accounts/user/bad:1:5: uid: 'x' is not an id: 0 to 4294967294 without 65535\n");
  EXPECT_EQ(User("folder"), "P/base/accounts/user/folder: is not a regular file\n");
  EXPECT_EQ(User("large"), "P/base/accounts/user/large: File too large\n");
  EXPECT_EQ(User("fine"), "1 -");  // what it replaces does not matter

  Put("P/cycle/parent", "../cycle\n");
  EXPECT_NE(Load({"cycle"}).find("among its own parents"), std::string::npos);
  Put("P/lost/parent", "\n../nowhere\n");
  EXPECT_EQ(Load({"lost"}), "P/lost/parent:2:1: there is no profile P/nowhere\n");
  EXPECT_EQ(Load({"nowhere"}), "P/nowhere: there is no such profile\n");
  Put("P/file", "");
  EXPECT_EQ(Load({"file"}), "P/file: there is no such profile\n");
  Put("P/ranges/accounts/accounts", "uid-min:5\nuid-max:4\nfoo:bar\n");
  EXPECT_EQ(Load({"ranges"}), "P/ranges/accounts/accounts:3:1: unknown key 'foo'\n");
  Put("P/ranges/accounts/accounts", "uid-min:5\nuid-max:4\n");
  EXPECT_EQ(Load({"ranges"}),
            "P/ranges/accounts/accounts:2:9: uid-max: the range 5 to 4 is empty\n");
  Put("R/etc/portage/profile/accounts/user/x", "");
  Put("P/plain/accounts/user/x", "allow-root:yes\n");
  EXPECT_EQ(Load({"plain"}), "");
  EXPECT_EQ(User("x"), "- -");
}

TEST_F(DefinitionsTest, Names) {
  Put("P/base/accounts/user/b", "");
  Put("P/base/accounts/user/a~", "");
  Put("P/base/accounts/user/.keep", "");
  Put("P/base/accounts/user/A B", "");
  Put("P/base/accounts/group/g", "");
  Put("P/top/parent", "../base\n../base\n");
  Put("P/top/accounts/user/a", "");
  EXPECT_EQ(Load({"top"}), "");
  std::vector<std::string> errors;
  EXPECT_EQ(definitions_.Names(AccountKind::kUser, &errors), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Shown(errors), "P/base/accounts/user/A B: not the name of an account\n");
  EXPECT_EQ(definitions_.Names(AccountKind::kGroup, &errors), (std::vector<std::string>{"g"}));
}

// --- ChromiumOS's tree of 2015, against tables that somebody else's program made of it ---

class RealTree : public DefinitionsTest {
 protected:
  void SetUp() override {
    const char* shared = getenv("KEELSON_SHARED");
    const std::string data = std::string(shared ? shared : "../shared") + "/data/accounts";
    if (!OpenRoot(data, &data_).ok()) GTEST_SKIP() << "no data/accounts in ../shared";
    for (const std::string kind : {"user", "group"}) {
      std::unique_ptr<Directory> folder;
      ASSERT_TRUE(data_->OpenDirectory("/cros-2015/" + kind, &folder).ok());
      std::vector<DirectoryEntry> entries;
      ASSERT_TRUE(folder->List(&entries).ok());
      for (const DirectoryEntry& entry : entries) {
        Put("P/cros/accounts/" + kind + "/" + entry.name,
            Bytes("/cros-2015/" + kind + "/" + entry.name));
      }
    }
    ASSERT_EQ(Load({"cros"}), "");
  }

  std::string Bytes(const std::string& path) {
    FileBytes bytes;
    EXPECT_TRUE(data_->Read(path, 1 << 20, &bytes, nullptr).ok()) << path;
    return std::string(bytes.view());
  }

  // The rows of a table, without its heading, sorted.
  std::vector<std::string> Rows(const std::string& path) {
    const std::string bytes = Bytes(path);
    std::vector<std::string> rows;
    LineReader lines(bytes);
    for (Line line; lines.Next(&line);) {
      if (!line.text.starts_with('#')) rows.emplace_back(line.text);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  template <typename D>
  static std::string Row(const D& definition, std::initializer_list<const char*> keys) {
    std::string row = definition.name;
    for (const char* key : keys) {
      const DeclaredKey* declared = definition.Find(key);
      row += "\t" + (declared ? declared->value : "");
    }
    return row;
  }

  std::unique_ptr<Root> data_;
  std::vector<std::string> errors_;
};

TEST_F(RealTree, Users) {
  std::vector<std::string> rows;
  int defunct = 0;
  for (const std::string& name : definitions_.Names(AccountKind::kUser, &errors_)) {
    UserDefinition user;
    EXPECT_EQ(definitions_.FindUser(name, &user, &errors_), Found::kYes) << name;
    rows.push_back(Row(user, {"password", "uid", "gid", "gecos", "home", "shell", "defunct"}));
    EXPECT_EQ(std::to_string(*user.uid), user.Find("uid")->value);
    EXPECT_EQ(std::to_string(*user.gid), user.Find("gid")->value);
    defunct += user.defunct == true;
  }
  EXPECT_EQ(Shown(errors_), "");
  EXPECT_EQ(rows.size(), 81u);
  EXPECT_EQ(defunct, 8);
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows, Rows("/glep27-cros-2015-users.tsv"));
}

TEST_F(RealTree, Groups) {
  std::vector<std::string> rows;
  size_t members = 0;
  int defunct = 0;
  for (const std::string& name : definitions_.Names(AccountKind::kGroup, &errors_)) {
    GroupDefinition group;
    EXPECT_EQ(definitions_.FindGroup(name, &group, &errors_), Found::kYes) << name;
    rows.push_back(Row(group, {"password", "gid", "users", "defunct"}));
    EXPECT_EQ(std::to_string(*group.gid), group.Find("gid")->value);
    members += group.users.size();
    defunct += group.defunct == true;
    for (const std::string& user : group.users) EXPECT_NE(User(user), "(none)") << user;
  }
  EXPECT_EQ(Shown(errors_), "");
  EXPECT_EQ(rows.size(), 110u);
  EXPECT_EQ(defunct, 7);
  EXPECT_GT(members, 90u);
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows, Rows("/glep27-cros-2015-groups.tsv"));
}

}  // namespace
}  // namespace keelson
