#include <gtest/gtest.h>

#include <algorithm>

#include "core/service_definition.h"
#include "tests/core/shared_data.h"

namespace keelson {
namespace {

ServiceDefinition Define(std::string_view text) {
  ServiceDefinition definition;
  for (const ParseError& error : AddToService("a.svc", text, &definition)) {
    ADD_FAILURE() << error.Text("a.svc");
  }
  return definition;
}

TEST(ServiceSettings, DefaultsAreThoseOfTheKind) {
  struct Row {
    const char* text;
    ServiceReady ready;
    ServiceRestart restart;
    int64_t start_timeout_s;
  };
  const Row kRows[] = {
      {"", ServiceReady::kExec, ServiceRestart::kAlways, 90},
      {"kind: notify", ServiceReady::kNotify, ServiceRestart::kAlways, 90},
      {"kind: forking", ServiceReady::kEnd, ServiceRestart::kAlways, 90},
      {"kind: oneshot", ServiceReady::kEnd, ServiceRestart::kNever, 0},
      {"kind: script", ServiceReady::kEnd, ServiceRestart::kNever, 300},
      {"kind: group", ServiceReady::kExec, ServiceRestart::kNever, 90},
      {"kind: tty", ServiceReady::kExec, ServiceRestart::kAlways, 90},
      // What is said counts, wherever it stands.
      {"restart: on-failure\nstart-timeout: 5s\nkind: oneshot", ServiceReady::kEnd,
       ServiceRestart::kOnFailure, 5},
      {"pid-file: /run/a.pid", ServiceReady::kPidFile, ServiceRestart::kAlways, 90},
      {"kind: forking\npid-file: /run/a.pid", ServiceReady::kEnd, ServiceRestart::kAlways, 90},
  };
  for (const Row& row : kRows) {
    const ServiceSettings settings = MeaningOf(Define(row.text));
    EXPECT_EQ(settings.ready, row.ready) << row.text;
    EXPECT_EQ(settings.restart, row.restart) << row.text;
    EXPECT_EQ(settings.start_timeout_ns, row.start_timeout_s * 1'000'000'000) << row.text;
  }
}

TEST(ServiceSettings, ValuesReplaceOrAddUp) {
  ServiceDefinition definition = Define(
      "command: /bin/a 'b c'\nneeds: a b\nneeds: c\nenvironment: A=1\nlimit: nofile=1 core=2\n"
      "umask: 027\nnice: -3\nkill: main\nready: fd:7\nreload-signal: none\nlog-file: /var/log/a\n");
  ASSERT_TRUE(
      AddToService("a.conf", "limit: nofile=3:4\nenvironment: B=2\nnice: 4", &definition).empty());
  const ServiceSettings settings = MeaningOf(definition);
  EXPECT_EQ(settings.commands[0], (std::vector<std::string>{"/bin/a", "b c"}));
  EXPECT_EQ(settings.needs, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(settings.environment, (std::vector<std::string>{"A=1", "B=2"}));
  ASSERT_EQ(settings.limits.size(), 2u);
  EXPECT_EQ(settings.limits[0].name, "core");
  EXPECT_EQ(settings.limits[1].soft, 3u);
  EXPECT_EQ(settings.limits[1].hard, 4u);
  EXPECT_EQ(settings.umask, 027u);
  EXPECT_EQ(settings.nice, 4);
  EXPECT_FALSE(settings.kill_tree);
  EXPECT_EQ(settings.ready_descriptor, 7);
  EXPECT_EQ(settings.reload_signal, 0);
  EXPECT_EQ(settings.log, ServiceLogKind::kFile);
}

TEST(ServiceSettings, AGettyNeedsNoCommand) {
  const std::vector<std::string> getty = {"/sbin/getty", "38400", "ttyS0"};
  EXPECT_EQ(MeaningOf(Define("kind: tty\nterminal: ttyS0")).commands[0], getty);
  EXPECT_EQ(MeaningOf(Define("kind: tty\nterminal: /dev/ttyS0")).commands[0], getty);
}

TEST(ServiceSettings, FaultsThatNoSingleValueShows) {
  struct Row {
    const char* text;
    const char* fault;  // empty: none
  };
  const Row kRows[] = {
      {"command: /bin/a", ""},
      {"kind: group", ""},
      {"kind: tty\nterminal: tty1", ""},
      {"command: /bin/a\npid-file: /run/a", ""},
      {"nice: 3", "a.svc:1:1: no command"},
      {"nice: 3\nkind: oneshot", "a.svc:2:1: no command"},
      {"kind: group\ncommand: /bin/a", "a.svc:2:1: command is of no use for kind group"},
      {"command: /bin/a\nterminal: tty1", "a.svc:2:1: terminal is of no use for kind process"},
      {"kind: tty", "a.svc:1:1: kind tty: no terminal"},
      {"command: /bin/a\ntype: user", "a.svc:2:1: type user: no user"},
      {"command: /bin/a\nready: pid-file", "a.svc:2:1: ready: pid-file, but no pid-file"},
      {"command: /bin/a\npid-file: /run/a\nready: exec",
       "a.svc:2:1: pid-file is of no use for kind process"},
      {"command: /bin/a\nready: end", "a.svc:2:1: this ready is of no use for kind process"},
      {"command: /bin/a\nkind: oneshot\nrestart: always",
       "a.svc:3:1: restart always would run it again and again"},
      {"command: /bin/a\ninterface: eth0",
       "a.svc:2:1: interface is of no use without type network"},
      {"command: /bin/a\nwatch-action: reload",
       "a.svc:2:1: watch-action is of no use without watch"},
      {"command: /bin/a\nlog: none\nlog-size: 4k",
       "a.svc:3:1: log-size is of no use without log: file"},
      {"command: /bin/a\nrestart-delay: 2m",
       "a.svc:2:1: restart-delay is more than restart-max-delay"},
  };
  for (const Row& row : kRows) {
    std::string shown;
    for (const ServiceFault& fault : CheckService(Define(row.text))) {
      shown += fault.error.Text(fault.path);
    }
    EXPECT_EQ(shown, row.fault) << row.text;
  }
}

// Without mdoc's own words.
std::string Plain(std::string_view page) {
  std::string plain;
  for (size_t i = 0; i < page.size(); ++i) {
    if (page.substr(i).starts_with("\\&")) {
      ++i;
    } else {
      plain += page[i];
    }
  }
  return plain;
}

TEST(ServiceSettings, ThePageNamesEveryKeyAndItsExamplesAreGood) {
  const std::string page = Plain(ReadWhole("docs/svc.5").value_or(""));
  for (const ServiceKeyRow& row : ServiceKeys()) {
    const std::string entry = " Cm " + std::string(row.name);
    EXPECT_NE(std::min(page.find(entry + " :"), page.find(entry + " ,")), std::string::npos)
        << row.name;
  }
  int examples = 0;
  constexpr std::string_view kBegin = ".Bd -literal -offset indent\n";
  for (size_t at = 0; (at = page.find(kBegin, at)) != std::string::npos; ++examples) {
    at += kBegin.size();
    const ServiceDefinition definition = Define(page.substr(at, page.find(".Ed\n", at) - at));
    for (const ServiceFault& fault : CheckService(definition)) {
      ADD_FAILURE() << fault.error.Text(fault.path) << " in example " << examples;
    }
  }
  EXPECT_EQ(examples, 6);
}

TEST(ServiceSettings, Names) {
  EXPECT_EQ(ServiceTypeName(ServiceType::kHelper), "helper");
  EXPECT_EQ(ServiceKindName(ServiceKind::kTty), "tty");
  EXPECT_EQ(ServiceSourceName(ServiceSource::kInitd), "init.d");
}

}  // namespace
}  // namespace keelson
