// A DHCP client with a clock to turn and a server that says what it is told: events and actions as
// text.
//
//   start [ADDRESS SECONDS [configured]]   with a lease of 10.0.0.1 that expires that much later
//   stop  release  carrier up  carrier down  conflict ADDRESS
//   timer                     the clock goes on to where the timer was asked for
//   wait SECONDS              the clock goes on that much, then the timer
//   offer|ack|nak [KEY=VALUE]...   of server 10.0.0.1 with 10.0.0.5/24 for 100 s, but for
//                             server= your= lease= xid=other mac=other id=TEXT
//
// Random numbers are all in the middle: a try again comes after just its time, a wait is half of
// the longest, T1 one thirty-second sooner.
#ifndef KEELSON_TESTS_CORE_DHCP_CLIENT_BED_H_
#define KEELSON_TESTS_CORE_DHCP_CLIENT_BED_H_

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/dhcp_client.h"
#include "core/flat_file.h"
#include "core/ip_address.h"
#include "core/network_order.h"
#include "gtest/gtest.h"

namespace keelson {

inline DhcpClientSettings BedSettings(DhcpProbing probing = DhcpProbing::kNever) {
  DhcpClientSettings settings;
  settings.probing = probing;
  settings.identity.hardware.bytes = {2, 0, 0, 0, 0, 9};
  return settings;
}

inline std::string DhcpNumber(uint32_t number) {
  std::string bytes;
  Append32(number, &bytes);
  return bytes;
}

class DhcpBed {
 public:
  explicit DhcpBed(DhcpClientSettings settings = BedSettings())
      : settings_(std::move(settings)), client_(settings_, [] { return 0x80000000; }) {}

  // The actions, "; " between them.
  std::string Do(std::string_view command) {
    ColumnReader words(command);
    std::string_view verb, word;
    words.Next(&verb);
    words.Next(&word);
    if (verb == "timer" || verb == "wait") {
      now_ = verb == "timer" ? timer_ : now_ + Nanoseconds(word);
      return Handle({.kind = DhcpClientEvent::kTimer});
    }
    if (verb == "start") return Start(word, words);
    if (verb == "stop") return Handle({.kind = DhcpClientEvent::kStop});
    if (verb == "release") return Handle({.kind = DhcpClientEvent::kRelease});
    if (verb == "carrier")
      return Handle({.kind = DhcpClientEvent::kCarrier, .is_up = word == "up"});
    if (verb == "conflict") {
      return Handle({.kind = DhcpClientEvent::kConflict, .address = Address(word)});
    }
    return Answer(verb, word, words);
  }

  DhcpClient& client() { return client_; }

 private:
  static int64_t Nanoseconds(std::string_view seconds) {
    return static_cast<int64_t>(strtod(std::string(seconds).c_str(), nullptr) * 1e9);
  }
  static uint32_t Address(std::string_view text) {
    return V4Number(ParseIpAddress(text).value_or(IpAddress()));
  }
  static std::string Text(uint32_t address) { return FormatIpAddress(IpV4(address)); }
  std::string Seconds(int64_t time) const {
    char text[32];
    snprintf(text, sizeof text, "%g", static_cast<double>(time - now_) / 1e9);
    return text;
  }

  std::string Start(std::string_view address, ColumnReader words) {
    DhcpClientEvent event{.kind = DhcpClientEvent::kStart};
    DhcpLease lease;
    std::string_view seconds;
    if (words.Next(&seconds)) {
      lease.address = Address(address);
      lease.server = Address("10.0.0.1");
      event.lease = &lease;
      event.expires_ns = now_ + Nanoseconds(seconds);
      event.is_configured = words.Next(&seconds);
    }
    return Handle(event);
  }

  std::string Answer(std::string_view verb, std::string_view word, ColumnReader words) {
    DhcpMessage message;
    message.is_reply = true;
    message.hardware = settings_.identity.hardware;
    message.xid = xid_;
    uint32_t server = Address("10.0.0.1"), lease = 100;
    if (verb != "nak") message.your = Address("10.0.0.5");
    for (bool more = !word.empty(); more; more = words.Next(&word)) {
      const std::string_view key = word.substr(0, word.find('='));
      const std::string_view value = word.substr(key.size() + 1);
      if (key == "server") server = Address(value);
      if (key == "your") message.your = Address(value);
      if (key == "lease") lease = static_cast<uint32_t>(TakeNumber(value).value);
      if (key == "xid") ++message.xid;
      if (key == "mac") message.hardware.bytes[5] = 8;
      if (key == "id") message.options.push_back({kDhcpClientId, std::string(value)});
    }
    const DhcpType type = verb == "offer" ? DhcpType::kOffer
                          : verb == "ack" ? DhcpType::kAck
                                          : DhcpType::kNak;
    message.options.push_back({kDhcpMessageType, std::string(1, static_cast<char>(type))});
    if (server != 0) message.options.push_back({kDhcpServer, DhcpNumber(server)});
    message.options.push_back({kDhcpMask, DhcpNumber(0xffffff00)});
    message.options.push_back({kDhcpLeaseTime, DhcpNumber(lease)});
    return Handle({.kind = DhcpClientEvent::kPacket, .message = &message});
  }

  std::string Handle(const DhcpClientEvent& event) {
    std::vector<DhcpClientAction> actions;
    client_.Handle(event, now_, &actions);
    std::string shown;
    for (const DhcpClientAction& action : actions) {
      shown += (shown.empty() ? "" : "; ") + Show(action);
    }
    return shown;
  }

  std::string Show(const DhcpClientAction& action) {
    switch (action.kind) {
      case DhcpClientAction::kSend:
        return ShowPacket(action);
      case DhcpClientAction::kTimer:
        timer_ = action.deadline_ns;
        return timer_ == 0 ? "no timer" : "timer " + Seconds(timer_);
      case DhcpClientAction::kConfigure:
        return "+" + std::string(DhcpReasonName(action.reason)) + " " + Text(action.lease.address) +
               "/" + std::to_string(action.lease.prefix);
      case DhcpClientAction::kDeconfigure:
        return "-" + std::string(DhcpReasonName(action.reason)) +
               (action.lease.address == 0 ? "" : " " + Text(action.lease.address)) +
               (action.text.empty() ? "" : " (" + action.text + ")");
      case DhcpClientAction::kProbe:
        return "probe " + Text(action.address);
      case DhcpClientAction::kAnnounce:
        return "announce " + Text(action.address);
      case DhcpClientAction::kNote:
        return "note: " + action.text;
    }
    return "?";
  }

  std::string ShowPacket(const DhcpClientAction& action) {
    constexpr const char* kNames[] = {"none", "discover", "offer",   "request", "decline",
                                      "ack",  "nak",      "release", "inform"};
    DhcpMessage message;
    EXPECT_FALSE(ParseDhcpMessage(action.packet, &message));
    EXPECT_FALSE(message.is_reply);
    EXPECT_EQ(message.hardware, settings_.identity.hardware);
    if (message.type() != DhcpType::kDecline && message.type() != DhcpType::kRelease) {
      xid_ = message.xid;
    }
    std::string shown = kNames[static_cast<size_t>(message.type())];
    const std::string* wanted = message.Find(kDhcpRequestedAddress);
    if (wanted != nullptr) shown += " want=" + Text(Read32(*wanted, 0));
    if (message.server() != 0) shown += " server=" + Text(message.server());
    if (message.client != 0) shown += " from=" + Text(message.client);
    if (message.seconds != 0) shown += " seconds=" + std::to_string(message.seconds);
    if (action.to != 0xffffffff) shown += " to=" + Text(action.to);
    return shown;
  }

  DhcpClientSettings settings_;
  DhcpClient client_;
  int64_t now_ = 1'000'000'000;
  int64_t timer_ = 0;
  uint32_t xid_ = 0;
};

struct DhcpStep {
  const char* event;
  const char* actions;
};

inline void PlayDhcp(DhcpClientSettings settings, std::initializer_list<DhcpStep> steps) {
  DhcpBed bed(std::move(settings));
  for (const DhcpStep& step : steps) EXPECT_EQ(bed.Do(step.event), step.actions) << step.event;
}

}  // namespace keelson

#endif  // KEELSON_TESTS_CORE_DHCP_CLIENT_BED_H_
