#include "applets/svcd/service_sources.h"

#include <gtest/gtest.h>

#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {
namespace {

class ServiceSourcesTest : public testing::Test {
 protected:
  ServiceSet Read() { return ServiceSources(root_.get(), paths_).Read(); }

  void Own(const std::string& name, const std::string& text) {
    tree_.Put("/etc/keelson/svc/" + name, text);
  }
  void Rc(const std::string& name, const std::string& text, uint32_t mode = 0755) {
    tree_.Put("/etc/rc.d/" + name, "#!/bin/sh\n" + text, mode);
  }
  void Lsb(const std::string& name, const std::string& header) {
    tree_.Put("/etc/init.d/" + name,
              "#!/bin/sh\n### BEGIN INIT INFO\n" + header + "### END INIT INFO\n", 0755);
  }
  void Link(const std::string& level, const std::string& name, const std::string& script) {
    tree_.PutLink("/etc/rc" + level + ".d/" + name, "../init.d/" + script);
  }

  static std::string Findings(const ServiceSet& set) {
    std::string shown = set.is_sound ? "" : "unsound\n";
    for (const std::string& finding : set.findings) shown += finding + "\n";
    return shown;
  }

  // "name source wish" of each, then what waits at start and at stop.
  std::string Show(const ServiceSet& set, const std::string& mode = "2") {
    std::vector<std::string> findings;
    const ServiceMode wanted = ServiceSources(root_.get(), paths_).ReadMode(mode, &findings);
    std::string shown;
    for (ServiceId id = 0; id < set.services.size(); ++id) {
      const ServiceWish wish = WishFor(set, id, wanted);
      shown += set.services[id].name + " " +
               std::string(ServiceSourceName(set.services[id].source)) +
               (wish.wanted ? " yes: " : " no: ") + wish.why + "\n";
    }
    for (const std::string& finding : findings) shown += finding + "\n";
    return shown;
  }

  static std::string Waits(const ServiceSet& set, const std::vector<ServiceWait>& waits) {
    std::string shown;
    for (const ServiceWait& wait : waits) {
      shown += set.services[wait.waits].name + (wait.is_hard ? ">" : "-") +
               set.services[wait.awaited].name + " ";
    }
    return shown;
  }

  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
  SourcePaths paths_;
};

TEST_F(ServiceSourcesTest, AnEmptyRootHasNoServices) {
  EXPECT_EQ(Findings(Read()), "");
  EXPECT_EQ(Show(Read()), "");
}

TEST_F(ServiceSourcesTest, OnlyNamedFolders) {
  Own("a.svc", "command: /bin/a\n");
  Rc("b", "# PROVIDE: b\n");
  Lsb("c", "# Provides: c\n");
  tree_.Put("/opt/init.d/d", "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: d\n### END INIT INFO\n",
            0755);
  EXPECT_EQ(Read().services.size(), 3u);
  paths_.only_named = true;
  ServiceSet set = Read();
  ASSERT_EQ(set.services.size(), 1u);
  EXPECT_EQ(set.services[0].name, "a");
  paths_.init_folder = "/opt/init.d";
  set = Read();
  ASSERT_EQ(set.services.size(), 2u);
  EXPECT_EQ(set.services[1].name, "d");
}

TEST_F(ServiceSourcesTest, OwnDefinitionsWithDropIns) {
  Own("a.svc", "command: /bin/a\nneeds: b\n");
  Own("a.svc.d/10.conf", "after: c\n");
  Own("a.svc.d/20.conf", "nice: 3\n");
  Own("a.svc.d/readme", "no drop-in");
  Own("b.svc", "command: /bin/b\ntype: helper\nprovides: x\n");
  Own("c.svc", "command: /bin/c\nenabled: no\nwants: x\n");
  Own("notes.txt", "nothing");
  Own(".d.svc", "nothing");
  Own("gone.svc.d/1.conf", "nice: 3\n");
  const ServiceSet set = Read();
  EXPECT_EQ(Findings(set), "/etc/keelson/svc/gone.svc.d: there is no service gone\n");
  EXPECT_EQ(Show(set),
            "a svc yes: enabled, as nothing says otherwise\n"
            "b svc no: a helper: only for those that need or want it\n"
            "c svc no: enabled: no (/etc/keelson/svc/c.svc:2)\n");
  EXPECT_EQ(Waits(set, set.graph.start), "a>b a-c c-b ");
  EXPECT_EQ(set.Find("a")->files.size(), 3u);
  ServiceId id = 9;
  EXPECT_TRUE(set.IdOf("x", &id));
  EXPECT_EQ(id, 1u);
  EXPECT_TRUE(set.IdOf("c", &id));
  EXPECT_EQ(id, 2u);
  EXPECT_FALSE(set.IdOf("gone", &id));
}

TEST_F(ServiceSourcesTest, WhatIsNotGoodIsToldAndLeftOutAlone) {
  Own("a.svc", "command: /bin/a\nnise: 3\n");
  Own("b.svc", "command: /bin/b\n");
  Own("b.svc.d/x.conf", "nice: 99\n");
  Own("c.svc", "nice: 3\n");
  Own("d.svc", "command: /bin/d\nneeds: gone\n");
  Own("e.svc", std::string(70'000, '#'));
  Own("f f.svc", "command: /bin/f\n");
  tree_.Put("/etc/keelson/svc/g.svc", "command: /bin/g\n", 0666);
  Own("h.svc", "command: /bin/h\n");
  tree_.Find("/etc/keelson/svc/h.svc")->info.uid = 4'000'000'000;
  Own("system-done.svc", "command: /bin/x\n");
  const ServiceSet set = Read();
  EXPECT_EQ(Findings(set),
            "unsound\n"
            "/etc/keelson/svc/a.svc:2:1: unknown key 'nise'\n"
            "/etc/keelson/svc/e.svc: File too large\n"
            "/etc/keelson/svc/f f.svc: left out: its name is none for a service\n"
            "/etc/keelson/svc/g.svc: left out: everybody may write to it\n"
            "/etc/keelson/svc/h.svc: left out: belongs to uid 4000000000\n"
            "/etc/keelson/svc/system-done.svc: left out: system-done is defined elsewhere\n"
            "/etc/keelson/svc/b.svc.d/x.conf:1:7: nice: '99' is not from -20 to 19\n"
            "/etc/keelson/svc/c.svc:1:1: no command\n"
            "d: needs gone, which nobody provides\n");
  EXPECT_EQ(Show(set), "d svc yes: enabled, as nothing says otherwise\n");
}

TEST_F(ServiceSourcesTest, SystemIsBeforeAllOthers) {
  Own("disk.svc", "command: /bin/disk\nkind: oneshot\ntype: system\n");
  Own("a.svc", "command: /bin/a\n");
  const ServiceSet set = Read();
  EXPECT_EQ(Findings(set), "");
  EXPECT_EQ(Waits(set, set.graph.start), "a-system-done system-done-disk ");
  EXPECT_EQ(Waits(set, set.graph.stop), "disk-system-done system-done-a ");
  EXPECT_EQ(Show(set, "any"),
            "a svc yes: enabled, as nothing says otherwise\n"
            "disk svc yes: enabled, as nothing says otherwise\n"
            "system-done svc yes: all others wait for it\n");
}

TEST_F(ServiceSourcesTest, AScriptWithoutAnInterpreterIsTheShells) {
  tree_.Put("/etc/init.d/plain", "echo $1\n", 0755);
  ServiceSources sources(root_.get(), {});
  const ServiceSet set = sources.Read();
  ASSERT_NE(set.Find("plain"), nullptr);
  EXPECT_EQ(MeaningOf(*set.Find("plain")).commands[0],
            (std::vector<std::string>{"/bin/sh", "/etc/init.d/plain"}));
}

TEST_F(ServiceSourcesTest, ScriptsOfRc) {
  tree_.Put("/etc/defaults/rc.conf", "sshd_enable=NO\ncron_enable=YES\n");
  tree_.Put("/etc/rc.conf", "# local\nsshd_enable=\"YES\"\nntpd_enable=YES\nold_enable=maybe\n");
  tree_.Put("/etc/rc.conf.d/ntpd", "ntpd_enable=NO\n");
  Rc("DAEMON", "# PROVIDE: DAEMON\n# REQUIRE: cron\n");
  Rc("cron",
     "# PROVIDE: cron\n\nname=cron\nrcvar=\"${name}_enable\"\ndesc=\"Runs jobs\"\n"
     "pidfile=/var/run/${name}.pid\n");
  Rc("sshd",
     "# PROVIDE: sshd\n# REQUIRE: DAEMON gone\n# BEFORE: LATE\n"
     "# KEYWORD: shutdown\n\nname=sshd\nrcvar=sshd_enable\n");
  Rc("ntpd", "# PROVIDE: ntpd\n\nname=ntpd\nrcvar=`set_rcvar`\n");
  Rc("old", "# PROVIDE: old\n\nname=old\nrcvar=old_enable\n");
  Rc("port", "# PROVIDE: port\n\nname=port\nrcvar=port_enable\n: ${port_enable:=\"YES\"}\n");
  Rc("unset", "# PROVIDE: unset\n\nname=unset\nrcvar=unset_enable\n");
  Rc("bgfsck", "# PROVIDE: bgfsck\n# KEYWORD: nostart\n");
  Rc("growfs", "# PROVIDE: growfs\n# KEYWORD: firstboot\n");
  Rc("plain", "# PROVIDE: plain\n", 0644);
  Rc("rc.local", "echo\n");
  Rc("cron.orig", "# PROVIDE: cron\n");
  tree_.Put("/usr/local/etc/rc.d/cron", "# PROVIDE: cron\n", 0755);
  tree_.Put("/usr/local/etc/rc.d/nginx", "# PROVIDE: nginx\n# REQUIRE: DAEMON\n", 0755);
  const ServiceSet set = Read();
  EXPECT_EQ(Findings(set),
            "/etc/rc.d/plain: not run: it has no execute bit\n"
            "/etc/rc.d/rc.local:1:1: left out: nothing is provided or required, so it is no rc.d "
            "script\n"
            "/usr/local/etc/rc.d/cron: left out: cron is defined elsewhere\n"
            "sshd: requires gone, which nobody provides\n"
            "sshd: is before LATE, which nobody provides\n");
  EXPECT_EQ(Show(set),
            "DAEMON rc.d yes: the script has no rcvar\n"
            "bgfsck rc.d no: KEYWORD nostart\n"
            "cron rc.d yes: cron_enable=YES (/etc/defaults/rc.conf:2)\n"
            "growfs rc.d no: KEYWORD firstboot\n"
            "nginx rc.d yes: the script has no rcvar\n"
            "ntpd rc.d no: ntpd_enable=NO (/etc/rc.conf.d/ntpd:1)\n"
            "old rc.d no: old_enable=maybe (/etc/rc.conf:4)\n"
            "plain rc.d no: the script has no execute bit\n"
            "port rc.d yes: port_enable=YES (the script's default)\n"
            "sshd rc.d yes: sshd_enable=YES (/etc/rc.conf:2)\n"
            "unset rc.d no: unset_enable is not set\n");
  EXPECT_EQ(Waits(set, set.graph.start), "DAEMON>cron nginx>DAEMON sshd>DAEMON ");
  EXPECT_TRUE(set.graph.pulls.empty());
  const ServiceSettings cron = MeaningOf(*set.Find("cron"));
  EXPECT_EQ(cron.kind, ServiceKind::kScript);
  EXPECT_EQ(cron.commands[0], std::vector<std::string>{"/etc/rc.d/cron"});
  EXPECT_EQ(cron.description, "Runs jobs");
  EXPECT_EQ(cron.pid_file, "/var/run/cron.pid");
}

TEST_F(ServiceSourcesTest, DropInsOfScripts) {
  Rc("a", "# PROVIDE: a\n# REQUIRE: b\n\nname=a\nrcvar=a_enable\n");
  Rc("b", "# PROVIDE: b\n");
  Own("a.svc.d/1.conf", "enabled: yes\nafter:\nneeds: c\nrestart: on-failure\n");
  Own("c.svc", "command: /bin/c\n");
  const ServiceSet set = Read();
  EXPECT_EQ(Findings(set), "");
  EXPECT_EQ(Waits(set, set.graph.start), "a>c ");
  EXPECT_EQ(Show(set),
            "a rc.d yes: enabled: yes (/etc/keelson/svc/a.svc.d/1.conf:1)\n"
            "b rc.d yes: the script has no rcvar\n"
            "c svc yes: enabled, as nothing says otherwise\n");
}

TEST_F(ServiceSourcesTest, ScriptsOfInit) {
  tree_.Put("/etc/insserv.conf", "$local_fs +mount\n$network networking\n");
  Lsb("networking", "# Provides: networking\n# Default-Start: S\n");
  Lsb("cron",
      "# Provides: cron crond\n# Required-Start: $network\n# Required-Stop: syslog\n"
      "# Default-Start: 2 3\n# Default-Stop: 0\n# Short-Description: Runs jobs\n");
  Lsb("syslog", "# Provides: syslog\n# Default-Start: 2\n# Default-Stop: 0\n");
  Lsb("late", "# Provides: late\n# Required-Start: $all gone own\n# Default-Start: 2\n");
  Lsb("mount.sh", "# Provides: mount\n# Default-Start: S\n");
  Lsb("off", "# Provides: off\n# Default-Start: 2\n");
  tree_.Put("/etc/init.d/old", "#!/bin/sh\n# pidfile: /run/old.pid\n", 0755);
  tree_.Put("/etc/init.d/README", "#!/bin/sh\n", 0755);
  tree_.Put("/etc/init.d/bad", "### BEGIN INIT INFO\n# Provides: bad\n", 0755);
  Own("own.svc", "command: /bin/own\n");
  Own("syslog.svc", "command: /bin/syslog\n");
  Link("S", "S01mount.sh", "mount.sh");
  Link("S", "S02networking", "networking");
  Link("2", "S02cron", "cron");
  Link("2", "S04late", "late");
  Link("2", "S03old", "old");
  Link("3", "K01cron", "cron");
  const ServiceSet set = Read();
  EXPECT_EQ(Findings(set),
            "unsound\n"
            "/etc/init.d/bad:1:1: the header has no end\n"
            "/etc/init.d/syslog: left out: syslog is defined elsewhere\n"
            "late: requires gone, which nobody provides\n");
  EXPECT_EQ(Show(set),
            "cron init.d yes: run level 2\n"
            "late init.d yes: run level 2\n"
            "mount init.d yes: run level S\n"
            "networking init.d yes: run level S\n"
            "off init.d no: no run level starts it\n"
            "old init.d yes: run level 2\n"
            "own svc yes: enabled, as nothing says otherwise\n"
            "syslog svc yes: enabled, as nothing says otherwise\n"
            "system-done svc yes: all others wait for it\n");
  // cron runs in 3 no more, networking shares no run level with it.
  EXPECT_EQ(Waits(set, set.graph.start),
            "cron-system-done late-cron late-off late-old late>own late-system-done "
            "off-system-done old-cron old-system-done own-system-done syslog-system-done "
            "system-done-mount system-done-networking ");
  EXPECT_EQ(MeaningOf(*set.Find("old")).pid_file, "/run/old.pid");
  EXPECT_EQ(MeaningOf(*set.Find("cron")).description, "Runs jobs");
  ServiceId id;
  EXPECT_TRUE(set.IdOf("mount.sh", &id));
  EXPECT_EQ(Show(set, "3").substr(0, 37), "cron init.d no: not of run level 3\nla");
}

TEST_F(ServiceSourcesTest, InitStopsByAnOrderOfItsOwn) {
  Lsb("a",
      "# Provides: a\n# Required-Start: b\n# Required-Stop:\n# Default-Start: 2\n"
      "# Default-Stop: 0\n");
  Lsb("b", "# Provides: b\n# Required-Stop: a\n# Default-Start: 2\n# Default-Stop: 0\n");
  const ServiceSet set = Read();
  EXPECT_EQ(Waits(set, set.graph.start), "a>b ");
  EXPECT_EQ(Waits(set, set.graph.stop), "a>b ");
  EXPECT_EQ(Show(set), "a init.d yes: run level 2\nb init.d yes: run level 2\n");
}

TEST_F(ServiceSourcesTest, OverridesOfInsserv) {
  tree_.Put("/etc/init.d/a", "#!/bin/sh\n", 0755);
  Lsb("b", "# Provides: b\n# Default-Start: 2\n");
  const std::string header =
      "### BEGIN INIT INFO\n# Provides: x\n# Default-Start: 3\n### END INIT INFO\n";
  tree_.Put("/usr/share/insserv/overrides/a", header);
  tree_.Put("/usr/share/insserv/overrides/b", header);
  EXPECT_EQ(Show(Read()), "a init.d no: not of run level 2\nb init.d yes: run level 2\n");
  tree_.Put("/etc/insserv/overrides/b", header);
  EXPECT_EQ(Show(Read()), "a init.d no: not of run level 2\nb init.d no: not of run level 2\n");
}

TEST_F(ServiceSourcesTest, ModesInheritAddAndTakeAway) {
  Own("a.svc", "command: /bin/a\n");
  Own("b.svc", "command: /bin/b\nmodes: production\n");
  Own("c.svc", "command: /bin/c\nenabled: no\n");
  Own("d.svc", "command: /bin/d\nstart-on: net:eth0\n");
  Own("production.mode", "runlevel: 3\nwith: c\nwithout: a\n");
  Own("failover.mode", "inherits: production\nwith: a\n");
  Own("loop.mode", "inherits: loop\n");
  Own("bad.mode", "inherits: gone\nrunlevl: 3\n");
  Own("worse.mode", "inherits: gone\n");
  const std::string rest =
      "c svc no: enabled: no (/etc/keelson/svc/c.svc:2)\n"
      "d svc no: start-on: net:eth0 (/etc/keelson/svc/d.svc:2)\n";
  const ServiceSet set = Read();
  EXPECT_EQ(
      Show(set, "any"),
      "a svc yes: enabled, as nothing says otherwise\nb svc no: not of the mode any\n" + rest);
  EXPECT_EQ(Show(set, "failover"),
            "a svc yes: the mode failover is with it\n"
            "b svc yes: enabled, as nothing says otherwise\n"
            "c svc yes: the mode failover is with it\n"
            "d svc no: start-on: net:eth0 (/etc/keelson/svc/d.svc:2)\n");
  std::vector<std::string> findings;
  ServiceSources sources(root_.get(), paths_);
  EXPECT_EQ(sources.ReadMode("failover", &findings).runlevel, "3");
  EXPECT_EQ(sources.ReadMode("any", &findings).runlevel, "2");
  EXPECT_EQ(sources.ReadMode("5", &findings).runlevel, "5");
  EXPECT_EQ(sources.ReadMode("S", &findings).runlevel, "S");
  EXPECT_TRUE(findings.empty());
  for (const char* mode : {"loop", "bad", "worse"}) sources.ReadMode(mode, &findings);
  EXPECT_EQ(findings, (std::vector<std::string>{
                          "/etc/keelson/svc/loop.mode:1:11: the mode loop inherits itself",
                          "/etc/keelson/svc/bad.mode:2:1: unknown key 'runlevl'",
                          "/etc/keelson/svc/worse.mode:1:11: there is no mode gone"}));
}

}  // namespace
}  // namespace keelson
