// Which answers a DHCP client takes, and what it does about conflicts.
#include "core/dhcp_client.h"
#include "tests/core/dhcp_client_bed.h"

namespace keelson {
namespace {

TEST(DhcpClientAnswers, WhoseAnswersCount) {
  PlayDhcp(BedSettings(),
           {{"start", "discover; timer 0.5"},
            {"offer xid=other", ""},
            {"offer mac=other", ""},
            {"ack", ""},
            {"nak", ""},
            {"offer server=0.0.0.0", "note: an offer with no server identifier"},
            {"offer your=224.0.0.1", "note: an offer with no address"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"offer your=10.0.0.6", ""},
            {"ack xid=other", ""},
            {"ack mac=other", ""},
            {"ack server=10.0.0.2", "note: an answer of 10.0.0.2, which was not asked"},
            {"nak server=10.0.0.2", "note: an answer of 10.0.0.2, which was not asked"},
            {"nak server=0.0.0.0", "note: an answer of 0.0.0.0, which was not asked"},
            {"ack your=10.0.0.6", "note: a grant of 10.0.0.6 in place of 10.0.0.5"},
            {"ack your=0.0.0.0", "note: a grant with no address"},
            {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
            {"ack", ""},
            {"nak", ""}});
}

TEST(DhcpClientAnswers, AClientIdentifierThatComesBackIsOurs) {
  DhcpClientSettings settings = BedSettings();
  settings.identity.client_id = "me";
  PlayDhcp(settings, {{"start", "discover; timer 0.5"},
                      {"offer id=you", ""},
                      {"offer id=me", "request want=10.0.0.5 server=10.0.0.1"}});
}

TEST(DhcpClientAnswers, OnlyItsServerRenews) {
  PlayDhcp(BedSettings(),
           {{"start", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
            {"timer", "request from=10.0.0.5 to=10.0.0.1; timer 19.2812"},
            {"ack server=10.0.0.2", "note: an answer of 10.0.0.2, which was not asked"},
            {"nak server=10.0.0.2", "note: an answer of 10.0.0.2, which was not asked"},
            {"ack your=10.0.0.9", "note: a grant of 10.0.0.9 in place of 10.0.0.5"},
            {"ack", "+RENEW 10.0.0.5/24; timer 48.4375"}});
}

TEST(DhcpClientAnswers, ProbesAfterConfiguring) {
  PlayDhcp(BedSettings(DhcpProbing::kAfter),
           {{"start", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", "+BOUND 10.0.0.5/24; probe 10.0.0.5; timer 1.5"},
            {"timer", "probe 10.0.0.5; timer 1.5"},
            {"timer", "probe 10.0.0.5; timer 2"},
            {"timer", "announce 10.0.0.5; timer 2"},
            {"timer", "announce 10.0.0.5; timer 41.4375"},
            {"timer", "request from=10.0.0.5 to=10.0.0.1; timer 19.2812"},
            {"timer", "request from=10.0.0.5 seconds=19 to=10.0.0.1; timer 9.64062"},
            {"ack", "+RENEW 10.0.0.5/24; timer 48.4375"}});
}

TEST(DhcpClientAnswers, AConflictAfterConfiguring) {
  PlayDhcp(BedSettings(DhcpProbing::kAfter),
           {{"start", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", "+BOUND 10.0.0.5/24; probe 10.0.0.5; timer 1.5"},
            {"timer", "probe 10.0.0.5; timer 1.5"},
            {"conflict 10.0.0.6", ""},
            {"conflict 10.0.0.5",
             "decline want=10.0.0.5 server=10.0.0.1; note: another host uses 10.0.0.5: declined; "
             "-EXPIRE (in use by another host); timer 10"},
            {"timer", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", "+BOUND 10.0.0.5/24; probe 10.0.0.5; timer 1.5"},
            {"conflict 10.0.0.5",
             "decline want=10.0.0.5 server=10.0.0.1; note: another host uses 10.0.0.5: declined; "
             "-EXPIRE (in use by another host); timer 10"},
            {"timer", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", "+BOUND 10.0.0.5/24; probe 10.0.0.5; timer 1.5"},
            {"wait 1.5", "probe 10.0.0.5; timer 1.5"},
            {"wait 1.5", "probe 10.0.0.5; timer 2"},
            {"wait 2", "announce 10.0.0.5; timer 2"},
            {"conflict 10.0.0.5", "note: another host uses 10.0.0.5: defended; announce 10.0.0.5"},
            {"wait 2", "announce 10.0.0.5; timer 41.4375"},
            {"wait 9", "timer 32.4375"},
            {"conflict 10.0.0.5", "note: another host uses 10.0.0.5: defended; announce 10.0.0.5"},
            {"conflict 10.0.0.5",
             "decline want=10.0.0.5 server=10.0.0.1; note: another host uses 10.0.0.5: declined; "
             "-EXPIRE (in use by another host); timer 10"}});
}

TEST(DhcpClientAnswers, ProbesBeforeConfiguring) {
  PlayDhcp(BedSettings(DhcpProbing::kBefore),
           {{"start", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", ""},
            {"timer", "probe 10.0.0.5; timer 1.5"},
            {"timer", "probe 10.0.0.5; timer 1.5"},
            {"timer", "probe 10.0.0.5; timer 2"},
            {"timer", "+BOUND 10.0.0.5/24; announce 10.0.0.5; timer 2"},
            {"timer", "announce 10.0.0.5; timer 40.9375"},
            {"timer", "request from=10.0.0.5 to=10.0.0.1; timer 19.2812"}});
}

TEST(DhcpClientAnswers, AConflictBeforeConfiguring) {
  PlayDhcp(BedSettings(DhcpProbing::kBefore), {{"start", "discover; timer 0.5"},
                                               {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                                               {"ack", ""},
                                               {"timer", "probe 10.0.0.5; timer 1.5"},
                                               {"conflict 10.0.0.5",
                                                "decline want=10.0.0.5 server=10.0.0.1; note: "
                                                "another host uses 10.0.0.5: declined; timer 10"},
                                               {"timer", "discover; timer 0.5"}});
}

TEST(DhcpClientAnswers, ALeaseOfOldIsProbedOnce) {
  PlayDhcp(BedSettings(DhcpProbing::kBefore),
           {{"start 10.0.0.5 1000", "request want=10.0.0.5; timer 0.5"},
            {"ack", ""},
            {"wait 0.5", "probe 10.0.0.5; timer 1.5"},
            {"wait 1.5", "probe 10.0.0.5; timer 1.5"},
            {"wait 1.5", "probe 10.0.0.5; timer 2"},
            {"wait 2", "+REBOOT 10.0.0.5/24; announce 10.0.0.5; timer 2"},
            {"carrier down", "timer 94.5"},
            {"carrier up", "request want=10.0.0.5; timer 0.5"},
            {"ack", "+REBOOT 10.0.0.5/24; probe 10.0.0.5; timer 1.5"}});
}

TEST(DhcpClientAnswers, TheCarrierGoesWhileProbing) {
  PlayDhcp(BedSettings(DhcpProbing::kBefore),
           {{"start", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", ""},
            {"carrier down", "timer 60"},
            {"carrier up", "discover want=10.0.0.5; timer 0.5"}});
}

TEST(DhcpClientAnswers, AnotherAddressIsProbedWhenTheOldOneIsGone) {
  PlayDhcp(BedSettings(DhcpProbing::kBefore),
           {{"start", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", ""},
            {"wait 0.5", "probe 10.0.0.5; timer 1.5"},
            {"wait 1.5", "probe 10.0.0.5; timer 1.5"},
            {"wait 1.5", "probe 10.0.0.5; timer 2"},
            {"wait 2", "+BOUND 10.0.0.5/24; announce 10.0.0.5; timer 2"},
            {"carrier down", "timer 94.5"},
            {"carrier up", "request want=10.0.0.5; timer 0.5"},
            {"wait 5", "discover want=10.0.0.5; timer 0.5"},
            {"offer your=10.0.0.9", "request want=10.0.0.9 server=10.0.0.1"},
            {"ack your=10.0.0.9", "-EXPIRE (another address was granted)"}});
}

TEST(DhcpClientAnswers, TheDeadlineComesWhileProbing) {
  PlayDhcp(BedSettings(DhcpProbing::kBefore),
           {{"start", "discover; timer 0.5"},
            {"wait 59", "discover seconds=59; timer 1"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1 seconds=59; timer 0.5"},
            {"ack", ""},
            {"wait 1", "-FAIL (no answer in time); timer 300"}});
}

TEST(DhcpClientAnswers, WithoutArpThereAreNoConflicts) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"conflict 10.0.0.5", ""}});
}

TEST(DhcpClientAnswers, ALeaseForEver) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer lease=4294967295", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack lease=4294967295", "+BOUND 10.0.0.5/24; no timer"},
                           {"carrier down", ""},
                           {"carrier up", "request want=10.0.0.5; timer 0.5"},
                           {"ack lease=4294967295", "+REBOOT 10.0.0.5/24; no timer"}});
}

TEST(DhcpClientAnswers, NotesOfAGrantAreToldOnce) {
  DhcpBed bed;
  bed.Do("start");
  EXPECT_EQ(bed.Do("offer lease=1"), "request want=10.0.0.5 server=10.0.0.1");
  EXPECT_EQ(bed.Do("ack lease=1"),
            "note: dhcp-lease-time: 1, 10 taken; +BOUND 10.0.0.5/24; timer 4.84375");
}

}  // namespace
}  // namespace keelson
