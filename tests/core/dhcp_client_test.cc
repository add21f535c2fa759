// What a DHCP client does, as scripts: events in, actions out.
#include "core/dhcp_client.h"

#include "tests/core/dhcp_client_bed.h"

namespace keelson {
namespace {

TEST(DhcpClient, FromNothingToALeaseAndThroughAllOfItsLife) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"timer", "request from=10.0.0.5 to=10.0.0.1; timer 19.2812"},
                           {"ack", "+RENEW 10.0.0.5/24; timer 48.4375"},
                           {"timer", "request from=10.0.0.5 to=10.0.0.1; timer 19.2812"},
                           {"timer", "request from=10.0.0.5 seconds=19 to=10.0.0.1; timer 9.64062"},
                           {"timer", "request from=10.0.0.5 seconds=28 to=10.0.0.1; timer 9.64062"},
                           {"timer", "request from=10.0.0.5; timer 6.5"},
                           {"ack server=10.0.0.2", "+REBIND 10.0.0.5/24; timer 48.4375"},
                           {"timer", "request from=10.0.0.5 to=10.0.0.2; timer 19.2812"},
                           {"timer", "request from=10.0.0.5 seconds=19 to=10.0.0.2; timer 9.64062"},
                           {"timer", "request from=10.0.0.5 seconds=28 to=10.0.0.2; timer 9.64062"},
                           {"timer", "request from=10.0.0.5; timer 6.5"},
                           {"timer", "request from=10.0.0.5 seconds=6; timer 3.25"},
                           {"timer", "request from=10.0.0.5 seconds=9; timer 3.25"},
                           {"timer", "-EXPIRE (expired); discover want=10.0.0.5; timer 0.5"},
                           {"timer", "discover want=10.0.0.5; timer 1"}});
}

TEST(DhcpClient, SilenceUntilTheDeadline) {
  DhcpClientSettings settings = BedSettings();
  settings.retry_ns = 0;
  PlayDhcp(settings, {{"start", "discover; timer 0.5"},
                      {"timer", "discover; timer 1"},
                      {"timer", "discover seconds=1; timer 2"},
                      {"timer", "discover seconds=3; timer 4"},
                      {"timer", "discover seconds=7; timer 8"},
                      {"timer", "discover seconds=15; timer 16"},
                      {"timer", "discover seconds=31; timer 28.5"},
                      {"timer", "-FAIL (no answer in time)"},
                      {"timer", ""},
                      {"start", "discover; timer 0.5"}});
}

TEST(DhcpClient, WhatAClientBeforeHasConfiguredIsKeptUntilItsEnd) {
  PlayDhcp(BedSettings(), {{"start 10.0.0.5 60 configured", "request want=10.0.0.5; timer 0.5"},
                           {"ack", "+REBOOT 10.0.0.5/24; timer 48.4375"}});
  PlayDhcp(BedSettings(), {{"start 10.0.0.5 60 configured", "request want=10.0.0.5; timer 0.5"},
                           {"nak", "-NAK (refused by the server); discover"}});
  PlayDhcp(BedSettings(), {{"start 10.0.0.5 3 configured", "request want=10.0.0.5; timer 0.5"},
                           {"wait 3", "-EXPIRE (expired); discover want=10.0.0.5; timer 0.5"}});
  PlayDhcp(BedSettings(), {{"start 10.0.0.5 60 configured", "request want=10.0.0.5; timer 0.5"},
                           {"stop", "-STOP; no timer"}});
}

TEST(DhcpClient, AfterGivingUpItTriesAgainLater) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"wait 60", "-FAIL (no answer in time); timer 300"},
                           {"timer", "discover; timer 0.5"}});
}

TEST(DhcpClient, WithoutADeadlineItAsksForEver) {
  DhcpClientSettings settings = BedSettings();
  settings.give_up_ns = 0;
  PlayDhcp(settings, {{"start", "discover; timer 0.5"},
                      {"wait 31", "discover seconds=31; timer 1"},
                      {"timer", "discover seconds=32; timer 2"},
                      {"timer", "discover seconds=34; timer 4"},
                      {"timer", "discover seconds=38; timer 8"},
                      {"timer", "discover seconds=46; timer 16"}});
}

TEST(DhcpClient, AnOfferThatNobodyStandsBy) {
  PlayDhcp(
      BedSettings(),
      {{"start", "discover; timer 0.5"},
       {"offer", "request want=10.0.0.5 server=10.0.0.1"},
       {"timer", "request want=10.0.0.5 server=10.0.0.1; timer 1"},
       {"timer", "request want=10.0.0.5 server=10.0.0.1; timer 2"},
       {"timer", "request want=10.0.0.5 server=10.0.0.1; timer 4"},
       {"timer", "request want=10.0.0.5 server=10.0.0.1; timer 0.5"},
       {"timer", "note: no answer of 10.0.0.1 to the offer that was taken; discover; timer 0.5"},
       {"offer", "request want=10.0.0.5 server=10.0.0.1"},
       {"wait 8", "note: no answer of 10.0.0.1 to the offer that was taken; timer 1"},
       {"timer", "discover; timer 0.5"}});
}

TEST(DhcpClient, RefusalsOneAfterAnotherComeSlower) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"nak", "discover"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"nak", "timer 1"},
                           {"timer", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"nak", "timer 2"},
                           {"timer", "discover; timer 0.5"}});
}

TEST(DhcpClient, ARefusalOfARenewal) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"timer", "request from=10.0.0.5 to=10.0.0.1; timer 19.2812"},
                           {"nak", "-NAK (refused by the server); discover; timer 0.5"}});
}

TEST(DhcpClient, ALeaseOfOldIsAskedForAgain) {
  PlayDhcp(BedSettings(), {{"start 10.0.0.5 3600", "request want=10.0.0.5; timer 0.5"},
                           {"ack", "+REBOOT 10.0.0.5/24; timer 48.4375"}});
}

TEST(DhcpClient, ALeaseOfOldIsRefused) {
  PlayDhcp(BedSettings(),
           {{"start 10.0.0.7 3600", "request want=10.0.0.7; timer 0.5"}, {"nak", "discover"}});
}

TEST(DhcpClient, ALeaseOfOldThatNobodyAnswersFor) {
  PlayDhcp(BedSettings(), {{"start 10.0.0.7 3600", "request want=10.0.0.7; timer 0.5"},
                           {"timer", "request want=10.0.0.7; timer 1"},
                           {"timer", "request want=10.0.0.7 seconds=1; timer 2"},
                           {"timer", "request want=10.0.0.7 seconds=3; timer 1.5"},
                           {"timer", "discover want=10.0.0.7; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"}});
}

TEST(DhcpClient, ALeaseOfOldIsTimedOut) {
  PlayDhcp(BedSettings(), {{"start 10.0.0.7 3600", "request want=10.0.0.7; timer 0.5"},
                           {"wait 60", "-TIMEOUT 10.0.0.7 (no answer in time); timer 300"}});
}

TEST(DhcpClient, ALeaseOfOldThatHasExpiredIsAWish) {
  PlayDhcp(BedSettings(),
           {{"start 10.0.0.7 0", "discover want=10.0.0.7; timer 0.5"}, {"start 10.0.0.7 10", ""}});
}

TEST(DhcpClient, ALeaseOfOldExpiresMeanwhile) {
  PlayDhcp(BedSettings(), {{"start 10.0.0.7 3", "request want=10.0.0.7; timer 0.5"},
                           {"timer", "request want=10.0.0.7; timer 1"},
                           {"timer", "request want=10.0.0.7 seconds=1; timer 1.5"},
                           {"timer", "discover want=10.0.0.7; timer 0.5"},
                           {"timer", "discover want=10.0.0.7; timer 1"}});
}

TEST(DhcpClient, TheCarrierComesBack) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"carrier down", "timer 100"},
                           {"wait 20", "timer 80"},
                           {"carrier up", "request want=10.0.0.5; timer 0.5"},
                           {"ack", "+REBOOT 10.0.0.5/24; timer 48.4375"}});
}

TEST(DhcpClient, TheCarrierComesBackInAnotherNetwork) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"carrier down", "timer 100"},
                           {"wait 2", "timer 98"},
                           {"carrier up", "request want=10.0.0.5; timer 0.5"},
                           {"nak", "-NAK (refused by the server); discover"},
                           {"offer your=10.0.0.9", "request want=10.0.0.9 server=10.0.0.1"}});
}

TEST(DhcpClient, TheCarrierComesBackWhereNobodyRefuses) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"carrier down", "timer 100"},
                           {"carrier up", "request want=10.0.0.5; timer 0.5"},
                           {"wait 5", "discover want=10.0.0.5; timer 0.5"},
                           {"offer your=10.0.0.9", "request want=10.0.0.9 server=10.0.0.1"},
                           {"ack your=10.0.0.9", "+BOUND 10.0.0.9/24; timer 48.4375"}});
}

TEST(DhcpClient, TheCarrierIsGoneTooLong) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"carrier down", "timer 100"},
                           {"timer", "-EXPIRE (expired)"},
                           {"carrier up", "discover want=10.0.0.5; timer 0.5"}});
}

TEST(DhcpClient, TheCarrierIsNeverThere) {
  DhcpClientSettings settings = BedSettings();
  settings.retry_ns = 0;
  PlayDhcp(settings, {{"carrier down", ""},
                      {"start", "timer 60"},
                      {"wait 60", "-FAIL (no answer in time)"},
                      {"carrier up", ""}});
}

TEST(DhcpClient, TheCarrierComesLate) {
  PlayDhcp(BedSettings(), {{"carrier down", ""},
                           {"start", "timer 60"},
                           {"wait 10", "timer 50"},
                           {"carrier up", "discover; timer 0.5"},
                           {"carrier up", ""}});
}

TEST(DhcpClient, TheCarrierComesBackWhereNobodyAnswers) {
  PlayDhcp(BedSettings(),
           {{"start", "discover; timer 0.5"},
            {"offer lease=100", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack lease=100", "+BOUND 10.0.0.5/24; timer 48.4375"},
            {"carrier down", "timer 100"},
            {"carrier up", "request want=10.0.0.5; timer 0.5"},
            {"wait 70", "discover want=10.0.0.5; timer 0.5"},
            {"timer", "discover want=10.0.0.5; timer 1"},
            {"wait 60", "-EXPIRE (expired); discover want=10.0.0.5 seconds=60; timer 2"}});
}

TEST(DhcpClient, Stop) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"stop", "-STOP; no timer"},
                           {"timer", ""},
                           {"start", "discover want=10.0.0.5; timer 0.5"},
                           {"stop", "no timer"},
                           {"stop", ""}});
}

TEST(DhcpClient, Release) {
  PlayDhcp(BedSettings(),
           {{"start", "discover; timer 0.5"},
            {"offer", "request want=10.0.0.5 server=10.0.0.1"},
            {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
            {"release", "release server=10.0.0.1 from=10.0.0.5 to=10.0.0.1; -RELEASE; no timer"},
            {"start", "discover want=10.0.0.5; timer 0.5"},
            {"release", "no timer"}});
}

TEST(DhcpClient, ReleaseWithoutACarrier) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"carrier down", "timer 100"},
                           {"release", "-RELEASE; no timer"}});
}

TEST(DhcpClient, AsleepPastTheLease) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"wait 1000", "-EXPIRE (expired); discover want=10.0.0.5; timer 0.5"}});
}

TEST(DhcpClient, AsleepPastT2) {
  PlayDhcp(BedSettings(), {{"start", "discover; timer 0.5"},
                           {"offer", "request want=10.0.0.5 server=10.0.0.1"},
                           {"ack", "+BOUND 10.0.0.5/24; timer 48.4375"},
                           {"wait 90", "request from=10.0.0.5; timer 5"}});
}

}  // namespace
}  // namespace keelson
