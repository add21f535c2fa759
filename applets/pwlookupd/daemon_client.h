// Asking pwlookupd, or any daemon of nscd's protocol, the questions that pwlookup has.
#ifndef KEELSON_APPLETS_PWLOOKUPD_DAEMON_CLIENT_H_
#define KEELSON_APPLETS_PWLOOKUPD_DAEMON_CLIENT_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/pwlookupd/scan.h"
#include "core/nscd_wire.h"

namespace keelson {

// kNobody: no daemon, one that says it does not know, or anything wrong: find out in another way.
enum class DaemonAnswer : uint8_t { kYes, kNo, kNobody };

class DaemonClient {
 public:
  // An empty path: nobody is asked.
  explicit DaemonClient(std::string_view socket) : socket_(socket) {}

  // Somebody in this program who answers as a daemon does. False: not at all.
  using Answerer = std::function<bool(NscdType type, std::string_view key, std::string* answer)>;
  explicit DaemonClient(Answerer answerer) : answerer_(std::move(answerer)) {}

  // Views of the answers stay valid until the next question.
  DaemonAnswer Passwd(std::string_view key, PasswdEntry* entry);
  DaemonAnswer Group(std::string_view key, GroupAnswer* answer);
  DaemonAnswer Initgroups(std::string_view user, std::vector<uint32_t>* gids);
  DaemonAnswer Service(const ServiceKey& key, ServiceAnswer* answer);

 private:
  // True: bytes_ is all that the daemon said. One that failed is not asked again.
  bool Exchange(NscdType type, std::string_view key);
  template <typename Answer>
  DaemonAnswer Ask(NscdType type, std::string_view key,
                   bool (*read)(std::string_view, NscdFound*, Answer*), Answer* answer);

  std::string socket_;
  Answerer answerer_;
  std::string bytes_;
  bool introduced_ = false;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_DAEMON_CLIENT_H_
