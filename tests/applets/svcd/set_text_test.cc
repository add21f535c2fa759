// A set of services as text.
#include "applets/svcd/set_text.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

ServiceSet FourServices() {
  ServiceSet set;
  const std::vector<ServiceLinks> links = {
      {.name = "cron", .after = {"net"}},
      {.name = "net"},
      {.name = "ntp", .needs = {"net"}},
      {.name = "web", .needs = {"net"}, .wants = {"cron"}},
  };
  for (const ServiceLinks& link : links) set.services.emplace_back().name = link.name;
  set.graph = LinkServices(links, LsbStops());
  return set;
}

TEST(SetText, OrderAndGraph) {
  const ServiceSet set = FourServices();
  const std::string order = "\n" + OrderText(set);
  for (const char* name : {"\ncron\n", "\nntp\n", "\nweb\n"}) {
    ASSERT_NE(order.find(name), order.npos) << order;
    EXPECT_LT(order.find("\nnet\n"), order.find(name)) << order;
  }
  EXPECT_EQ(GraphText(set, false),
            "ntp needs net\n"
            "web wants cron\n"
            "web needs net\n"
            "cron after net\n");
  EXPECT_NE(GraphText(set, true).find("\"web\" -> \"cron\" [style=dashed];\n"), std::string::npos);
}

TEST(SetText, LoadTellsWhatCountsAndWhereItStands) {
  ServiceDefinition service;
  service.name = "web";
  service.files = {"/etc/keelson/svc/web.svc", "/etc/keelson/svc/web.svc.d/a.conf"};
  service.values = {{ServiceKey::kCommand, 0, 1, "/bin/web"}, {ServiceKey::kNeeds, 0, 2, "net"},
                    {ServiceKey::kType, 0, 3, "service"},     {ServiceKey::kType, 1, 1, "network"},
                    {ServiceKey::kNeeds, 1, 2, ""},           {ServiceKey::kNeeds, 1, 3, "db"},
                    {ServiceKey::kNeeds, 1, 4, "cache"},      {ServiceKey::kKind, 1, 0, "process"}};
  EXPECT_EQ(LoadText(service),
            "# web: svc /etc/keelson/svc/web.svc /etc/keelson/svc/web.svc.d/a.conf\n"
            "# /etc/keelson/svc/web.svc:1\n"
            "command: /bin/web\n"
            "# /etc/keelson/svc/web.svc.d/a.conf:1\n"
            "type: network\n"
            "# /etc/keelson/svc/web.svc.d/a.conf:3\n"
            "needs: db\n"
            "# /etc/keelson/svc/web.svc.d/a.conf:4\n"
            "needs: cache\n"
            "# /etc/keelson/svc/web.svc.d/a.conf\n"
            "kind: process\n");
}

TEST(SetText, LoadLeavesOutWhatIsNotForEverybody) {
  ServiceDefinition service;
  service.name = "web";
  service.files = {"/a/web.svc"};
  service.values = {{ServiceKey::kCommand, 0, 1, "/bin/web"},
                    {ServiceKey::kEnvironment, 0, 2, "KEY=secret"}};
  EXPECT_EQ(LoadText(service, false),
            "# web: svc /a/web.svc\n"
            "# /a/web.svc:1\n"
            "command: /bin/web\n"
            "# /a/web.svc:2\n"
            "# environment is not for everybody\n");
}

TEST(SetText, Check) {
  ServiceDefinition service;
  service.name = "web";
  EXPECT_EQ(CheckText(service, {true, true, false, "enabled by default"}),
            "web: yes: enabled by default\n");
  EXPECT_EQ(CheckText(service, {false, true, false, "no mode"}), "web: no: no mode\n");
}

}  // namespace
}  // namespace keelson
