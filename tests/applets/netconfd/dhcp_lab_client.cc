// A DHCP worker without a netconfd around it: orders by lines, events by lines. Leases are put on
// the interface.
//
//   start NAME [KEY=VALUE]...   hostname= client= vendor= seconds= give-up= (seconds) probes=before
//                               carrier=down lease=PATH (of old) configured=1
//   stop NAME   release NAME   carrier NAME up|down   routers NAME   quit
//
//   NAME lease REASON LEASE     the lease's text in one line, with ';' for line ends
//   NAME lost REASON TEXT   NAME gone   NAME note TEXT   NAME resolvers SERVERS / DOMAINS
//   NAME error TEXT
//
// Called as the worker is, it is one.
#include <fcntl.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "applets/netconfd/dhcp_worker.h"
#include "applets/netconfd/lease_changes.h"
#include "core/flat_file.h"
#include "platform/clock.h"
#include "platform/loop.h"
#include "platform/net_if.h"
#include "platform/process.h"

namespace keelson {
namespace {

constexpr const char* kKinds[] = {"lease", "lost", "note", "resolvers", "gone"};

// What each interface has.
std::map<uint32_t, DhcpLease> leases;

void Apply(const std::string& name, const DhcpWorkerEvent& event) {
  const bool has_lease = event.kind == DhcpWorkerEvent::kLease;
  if (!has_lease && event.kind != DhcpWorkerEvent::kLost) return;
  const auto found = leases.find(event.index);
  const DhcpLease* previous = found == leases.end() ? nullptr : &found->second;
  const auto changes = LeaseChanges(has_lease ? &*event.lease : nullptr, name, previous, {});
  std::unique_ptr<NetIf> net_if;
  std::vector<Error> errors;
  Error error = NewNetIf(&net_if);
  if (error.ok() && !changes.empty()) error = net_if->Apply(changes, &errors);
  errors.push_back(error);
  for (const Error& one : errors) {
    if (!one.ok()) printf("%s error %s\n", name.c_str(), one.Text().c_str());
  }
  leases.erase(event.index);
  if (has_lease) leases[event.index] = *event.lease;
}

void Show(const DhcpWorkerEvent& event) {
  char name[IF_NAMESIZE] = "-";
  if_indextoname(event.index, name);
  Apply(name, event);
  std::string line = std::string(name) + " " + kKinds[event.kind];
  const bool has_reason =
      event.kind == DhcpWorkerEvent::kLease || event.kind == DhcpWorkerEvent::kLost;
  if (has_reason) line += " " + std::string(DhcpReasonName(event.reason));
  if (event.lease) line += " " + FormatDhcpLease({.lease = *event.lease});
  if (!event.text.empty()) line += " " + event.text;
  for (const IpAddress& address : event.dns) line += " " + FormatIpAddress(address);
  if (event.kind == DhcpWorkerEvent::kResolvers) line += " /";
  for (const std::string& name : event.search) line += " " + name;
  std::replace(line.begin(), line.end(), '\n', ';');
  printf("%s\n", line.c_str());
}

DhcpWorkerStart StartOf(const std::string& name, ColumnReader words) {
  DhcpWorkerStart start;
  start.name = name;
  start.index = if_nametoindex(name.c_str());
  std::unique_ptr<NetIf> net_if;
  Interface interface;
  if (NewNetIf(&net_if).ok() && net_if->Get(name, &interface).ok()) {
    start.hardware_address = interface.hardware_address;
  }
  for (std::string_view word; words.Next(&word);) {
    const std::string key(word.substr(0, word.find('=')));
    const std::string value(word.substr(key.size() + 1));
    if (key == "hostname") start.settings.hostname = value;
    if (key == "client") start.settings.client_id = value;
    if (key == "vendor") start.settings.vendor = value;
    if (key == "seconds") start.settings.lease_seconds = static_cast<uint32_t>(atoi(value.c_str()));
    if (key == "give-up") start.give_up_ns = atoi(value.c_str()) * kSecond;
    if (key == "probes") start.probes_before = value == "before";
    if (key == "carrier") start.has_carrier = value != "down";
    if (key == "configured") start.is_configured = true;
    if (key == "lease") {
      char text[4096];
      FILE* file = fopen(value.c_str(), "r");
      const size_t size = file == nullptr ? 0 : fread(text, 1, sizeof text, file);
      start.lease.emplace();
      if (ParseDhcpLease({text, size}, &*start.lease)) printf("- bad lease file\n");
      fclose(file);
    }
  }
  return start;
}

void Obey(DhcpWorker* worker, std::string_view line, Loop* loop) {
  ColumnReader words(line);
  std::string_view verb, word;
  words.Next(&verb);
  words.Next(&word);
  const std::string name(word);
  const uint32_t index = if_nametoindex(name.c_str());
  Error error;
  if (verb == "quit") return loop->Stop();
  if (verb == "start") error = worker->Start(StartOf(name, words));
  if (verb == "routers") worker->HearRouters(index);
  if (verb == "stop" || verb == "release") worker->Stop(index, verb == "release");
  if (verb == "carrier") worker->SetCarrier(index, words.Next(&word) && word == "up");
  if (!error.ok()) printf("%s error %s\n", name.c_str(), error.Text().c_str());
}

int Run(const std::string& program) {
  setvbuf(stdout, nullptr, _IOLBF, 4096);
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Processes> processes;
  std::unique_ptr<DhcpWorker> worker;
  if (!NewLoop(&loop).ok() || !NewProcesses(loop.get(), &processes).ok()) return 111;
  if (!NewDhcpWorker(loop.get(), processes.get(), program, Show, &worker).ok()) return 111;
  std::string unread;
  fcntl(0, F_SETFL, O_NONBLOCK);
  const Error error = loop->WatchFd(0, kReadable, [&](unsigned) {
    char bytes[4096];
    const ssize_t n = read(0, bytes, sizeof bytes);
    if (n == 0) return loop->Stop();
    if (n > 0) unread.append(bytes, static_cast<size_t>(n));
    for (size_t end; (end = unread.find('\n')) != std::string::npos; unread.erase(0, end + 1)) {
      Obey(worker.get(), unread.substr(0, end), loop.get());
    }
  });
  return error.ok() && loop->Run().ok() ? 0 : 111;
}

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  using namespace keelson;
  if (argc > 1 && std::string_view(argv[1]) == kDhcpWorkerArguments[1]) {
    return RunDhcpWorker(kDhcpWorkerChannel);
  }
  // Another program as the worker, for the test of what comes from a hostile one.
  return Run(argc > 1 ? argv[1] : "/proc/self/exe");
}
