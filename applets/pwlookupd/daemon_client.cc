// One connection a question, as libc does it. The daemon closes after its answer.
#include "applets/pwlookupd/daemon_client.h"

#include <bit>
#include <memory>

#include "platform/clock.h"
#include "platform/control_socket.h"

namespace keelson {

namespace {

// Then the files are scanned: a stopped daemon must not lock anybody out.
constexpr int64_t kPatienceNs = 2 * kSecond;
constexpr size_t kMaxAnswer = 256 << 20;
constexpr size_t kReceive = 1 << 20;

// The port as getservbyport(3) takes it.
uint16_t NetworkOrder(uint16_t port) {
  if constexpr (std::endian::native == std::endian::big) return port;
  return static_cast<uint16_t>(port << 8 | port >> 8);
}

}  // namespace

bool DaemonClient::Exchange(NscdType type, std::string_view key) {
  if (socket_.empty() || key.size() >= kNscdMaxKey) return false;
  const int64_t deadline = SystemClock()->MonotonicNs() + kPatienceNs;
  std::string request;
  AppendNscdRequest(type, key, &request);
  std::unique_ptr<ControlClient> client;
  bool ok = ConnectControl(socket_, deadline, &client).ok() && client->Send(request, deadline).ok();
  bytes_.clear();
  for (size_t before = 1; ok && before != bytes_.size();) {
    before = bytes_.size();
    ok = client->Receive(kReceive, deadline, &bytes_).ok() && bytes_.size() <= kMaxAnswer;
  }
  if (!ok) socket_.clear();
  return ok;
}

template <typename Answer>
DaemonAnswer DaemonClient::Ask(NscdType type, std::string_view key,
                               bool (*read)(std::string_view, NscdFound*, Answer*),
                               Answer* answer) {
  if (!Exchange(type, key)) return DaemonAnswer::kNobody;
  NscdFound found = NscdFound::kElsewhere;
  if (read(bytes_, &found, answer)) return DaemonAnswer::kYes;
  return found == NscdFound::kNo ? DaemonAnswer::kNo : DaemonAnswer::kNobody;
}

DaemonAnswer DaemonClient::Passwd(std::string_view key, PasswdEntry* entry) {
  const std::optional<uint32_t> uid = IdOfKey(key);
  if (uid) return Ask(NscdType::kPasswdByUid, std::to_string(*uid), ReadPasswdAnswer, entry);
  return Ask(NscdType::kPasswdByName, key, ReadPasswdAnswer, entry);
}

DaemonAnswer DaemonClient::Group(std::string_view key, GroupAnswer* answer) {
  const std::optional<uint32_t> gid = IdOfKey(key);
  if (gid) return Ask(NscdType::kGroupByGid, std::to_string(*gid), ReadGroupAnswer, answer);
  return Ask(NscdType::kGroupByName, key, ReadGroupAnswer, answer);
}

DaemonAnswer DaemonClient::Initgroups(std::string_view user, std::vector<uint32_t>* gids) {
  return Ask(NscdType::kInitgroups, user, ReadInitgroupsAnswer, gids);
}

DaemonAnswer DaemonClient::Service(const ServiceKey& key, ServiceAnswer* answer) {
  // The protocol has no word for "the one without a protocol".
  if (key.protocol && key.protocol->empty()) return DaemonAnswer::kNobody;
  std::string question = key.port ? std::to_string(NetworkOrder(*key.port)) : std::string(key.name);
  question += '/';
  if (key.protocol) question += *key.protocol;
  const NscdType type = key.port ? NscdType::kServiceByPort : NscdType::kServiceByName;
  return Ask(type, question, ReadServiceAnswer, answer);
}

}  // namespace keelson
