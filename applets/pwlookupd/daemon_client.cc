// One connection a question, as libc does it. The daemon closes after its answer.
#include "applets/pwlookupd/daemon_client.h"

#include <bit>

#include "applets/pwlookupd/ask.h"

namespace keelson {

namespace {

// The port as getservbyport(3) takes it.
uint16_t NetworkOrder(uint16_t port) {
  if constexpr (std::endian::native == std::endian::big) return port;
  return static_cast<uint16_t>(port << 8 | port >> 8);
}

}  // namespace

bool DaemonClient::Exchange(NscdType type, std::string_view key) {
  bytes_.clear();
  if (answerer_) return answerer_(type, key, &bytes_);
  if (socket_.empty() || key.size() >= kNscdMaxKey) return false;
  // Asking for a mapping, as glibc does first of all, is what tells the daemon that its client
  // takes "look elsewhere" for an answer. This one is never handed out.
  if (!introduced_ && !AskDaemon(socket_, NscdType::kMapNetgroup, "netgroup", &bytes_).ok()) {
    socket_.clear();
    return false;
  }
  introduced_ = true;
  if (AskDaemon(socket_, type, key, &bytes_).ok()) return true;
  socket_.clear();
  return false;
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
