#include <gtest/gtest.h>

#include "applets/svcd/service_sources.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

class EnableServiceTest : public testing::Test {
 protected:
  // What was changed, or the error.
  std::string Set(const std::string& name, bool enable, bool dry_run = false) {
    ServiceSources sources(root_.get(), {});
    const ServiceSet set = sources.Read();
    const ServiceDefinition* service = set.Find(name);
    if (service == nullptr) return "no service";
    std::vector<std::string> changed;
    const Error error = EnableService(root_.get(), sources, *service, enable, dry_run, &changed);
    std::string shown = error.ok() ? "" : error.Text() + " ";
    for (const std::string& path : changed) shown += path + " ";
    return shown;
  }

  bool IsEnabled(const std::string& name) {
    ServiceSources sources(root_.get(), {});
    const ServiceSet set = sources.Read();
    ServiceId id = 0;
    EXPECT_TRUE(set.IdOf(name, &id));
    ServiceMode mode;
    mode.name = mode.runlevel = "2";
    return WishFor(set, id, mode).wanted;
  }

  std::string Links(const std::string& level) {
    std::string shown;
    for (const std::string& name : tree_.Names("/etc/rc" + level + ".d")) shown += name + " ";
    return shown;
  }

  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
};

TEST_F(EnableServiceTest, OwnByADropIn) {
  tree_.Put("/etc/keelson/svc/a.svc", "command: /bin/a\n");
  EXPECT_EQ(Set("a", false, true), "/etc/keelson/svc/a.svc.d/enabled.conf ");
  EXPECT_TRUE(IsEnabled("a"));
  EXPECT_EQ(Set("a", false), "/etc/keelson/svc/a.svc.d/enabled.conf ");
  EXPECT_EQ(tree_.Get("/etc/keelson/svc/a.svc.d/enabled.conf"), "enabled: no\n");
  EXPECT_FALSE(IsEnabled("a"));
  EXPECT_EQ(Set("a", false), "");
  EXPECT_EQ(Set("a", true), "/etc/keelson/svc/a.svc.d/enabled.conf ");
  EXPECT_TRUE(IsEnabled("a"));
}

TEST_F(EnableServiceTest, RcConfWhereTheVariableStands) {
  const auto script = [&](const std::string& name) {
    tree_.Put("/etc/rc.d/" + name,
              "# PROVIDE: " + name + "\n\nname=" + name + "\nrcvar=${name}_enable\n", 0755);
  };
  for (const char* name : {"a", "b", "c", "d", "e"}) script(name);
  tree_.Put("/etc/rc.d/always", "# PROVIDE: always\n", 0755);
  tree_.Put("/etc/defaults/rc.conf", "a_enable=NO\n");
  tree_.Put("/etc/rc.conf", "b_enable=NO  # off\nc_enable=NO d_enable=NO\nx=\"1\"", 0600);
  tree_.Put("/etc/rc.conf.d/e", "# its own\n");
  EXPECT_EQ(Set("a", true), "/etc/rc.conf ");
  EXPECT_EQ(Set("b", true), "/etc/rc.conf ");
  EXPECT_EQ(Set("c", true), "/etc/rc.conf ");
  EXPECT_EQ(Set("d", false), "");
  EXPECT_EQ(Set("e", true), "/etc/rc.conf.d/e ");
  EXPECT_EQ(Set("always", false), "Operation not supported ");
  EXPECT_EQ(tree_.Get("/etc/rc.conf"),
            "b_enable=\"YES\"  # off\nc_enable=NO d_enable=NO\nx=\"1\"\na_enable=\"YES\"\n"
            "c_enable=\"YES\"\n");
  EXPECT_EQ(tree_.Find("/etc/rc.conf")->info.mode, 0600u);
  EXPECT_EQ(tree_.Get("/etc/rc.conf.d/e"), "# its own\ne_enable=\"YES\"\n");
  EXPECT_EQ(tree_.Get("/etc/defaults/rc.conf"), "a_enable=NO\n");
  for (const char* name : {"a", "b", "c", "e"}) EXPECT_TRUE(IsEnabled(name)) << name;
}

TEST_F(EnableServiceTest, InitScriptsWithoutFoldersOfLinks) {
  const std::string header = "### BEGIN INIT INFO\n# Provides: a\n# Default-Start: ";
  tree_.Put("/etc/init.d/a", header + "2 3\n### END INIT INFO\n", 0755);
  tree_.Put("/etc/init.d/b", header + "\n### END INIT INFO\n", 0755);
  EXPECT_EQ(Set("a", true), "");
  EXPECT_EQ(Set("b", false), "");
  EXPECT_EQ(Set("b", true), "/etc/keelson/svc/b.svc.d/enabled.conf ");
  EXPECT_TRUE(IsEnabled("a") && IsEnabled("b"));
  EXPECT_EQ(Set("a", false), "/etc/keelson/svc/a.svc.d/enabled.conf ");
  EXPECT_FALSE(IsEnabled("a"));
  EXPECT_TRUE(IsEnabled("b"));
}

class EnableLinksTest : public EnableServiceTest {
 protected:
  EnableLinksTest() {
    tree_.Put("/etc/init.d/a",
              "### BEGIN INIT INFO\n# Provides: a\n# Default-Start: 2 3\n### END INIT INFO\n",
              0755);
    for (const char* level : {"0", "2", "3", "4"}) {
      tree_.PutDirectory(std::string("/etc/rc") + level + ".d");
    }
  }
};

TEST_F(EnableLinksTest, AreRenamedAsUpdateRcDDoes) {
  tree_.PutLink("/etc/rc0.d/K20a", "../init.d/a");
  tree_.PutLink("/etc/rc2.d/S20a", "../init.d/a");
  tree_.PutLink("/etc/rc3.d/S05a", "../init.d/a");
  tree_.PutLink("/etc/rc3.d/S06b", "../init.d/b");
  EXPECT_EQ(Set("a", true), "");
  EXPECT_EQ(Set("a", false, true), "/etc/rc2.d/K80a /etc/rc3.d/K95a ");
  EXPECT_TRUE(IsEnabled("a"));
  EXPECT_EQ(Set("a", false), "/etc/rc2.d/K80a /etc/rc3.d/K95a ");
  EXPECT_FALSE(IsEnabled("a"));
  EXPECT_EQ(Links("0") + Links("2") + Links("3"), "K20a K80a K95a S06b ");
  EXPECT_EQ(Set("a", true), "/etc/rc2.d/S20a /etc/rc3.d/S05a ");
  EXPECT_EQ(Links("0") + Links("2") + Links("3"), "K20a S20a S05a S06b ");
}

TEST_F(EnableLinksTest, AreMadeWhereTheHeaderSaysSo) {
  EXPECT_FALSE(IsEnabled("a"));
  EXPECT_EQ(Set("a", true), "/etc/rc2.d/S01a /etc/rc3.d/S01a ");
  EXPECT_EQ(Links("2") + Links("3") + Links("4"), "S01a S01a ");
  EXPECT_TRUE(IsEnabled("a"));
}

TEST_F(EnableLinksTest, AllOrNone) {
  tree_.PutLink("/etc/rc2.d/S20a", "../init.d/a");
  tree_.PutLink("/etc/rc3.d/S20a", "../init.d/a");
  tree_.FailNth(FileCall::kRename, 2, Error(EROFS));
  EXPECT_EQ(Set("a", false), "Read-only file system ");
  EXPECT_EQ(Links("2") + Links("3"), "S20a S20a ");
  // What could not be taken back is told.
  tree_.FailNth(FileCall::kRename, 2, Error(EIO));
  tree_.FailNth(FileCall::kRename, 3, Error(EIO));
  EXPECT_EQ(Set("a", false), "Input/output error /etc/rc2.d/K80a ");
}

TEST_F(EnableLinksTest, ADropInThatSaysSoIsTheLastWord) {
  tree_.PutLink("/etc/rc2.d/S20a", "../init.d/a");
  tree_.Put("/etc/keelson/svc/a.svc.d/enabled.conf", "enabled: no\n");
  EXPECT_FALSE(IsEnabled("a"));
  EXPECT_EQ(Set("a", true), "/etc/keelson/svc/a.svc.d/enabled.conf ");
  EXPECT_TRUE(IsEnabled("a"));
  EXPECT_EQ(Links("2"), "S20a ");
}

}  // namespace
}  // namespace keelson
