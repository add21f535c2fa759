// The parts of Linux' NetIf: what asks and changes by rtnetlink, what listens, and what changes the
// settings of IPv6.
#ifndef KEELSON_PLATFORM_LINUX_NET_IF_H_
#define KEELSON_PLATFORM_LINUX_NET_IF_H_

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/descriptor.h"
#include "platform/linux/netlink_socket.h"
#include "platform/net_if.h"

namespace keelson {

// The files of /proc/sys/net/ipv6/conf, those of the name space that they were opened in.
class Ip6Settings {
 public:
  void Open();
  // ENODEV; kUnsupported: no IPv6, or none of that setting.
  Error Set(std::string_view interface, NetSetting setting, uint32_t value);

 private:
  Descriptor directory_;
};

// Hears of changes, in a socket of its own, which stays in the name space that it was opened in.
class NetListener {
 public:
  NetListener() = default;
  ~NetListener();

  Error Open();
  Error Begin(Loop* loop, size_t receive_bytes, std::function<void(const NetEvent&)> callback);

 private:
  void Hear();
  void Tell(std::string_view bytes);
  void DropOwnLabel(InterfaceAddress* address);

  Loop* loop_ = nullptr;
  std::function<void(const NetEvent&)> callback_;
  Descriptor fd_;
  std::unique_ptr<char[]> buffer_;
};

// Carries a list of changes out, many of them on their way at once. Lives for one list.
class NetChanges {
 public:
  NetChanges(NetlinkSocket* socket, Ip6Settings* settings, std::vector<Error>* errors)
      : socket_(socket), settings_(settings), errors_(errors) {}

  Error Apply(std::span<const NetChange> changes);

 private:
  void Add(size_t at, const NetChange& change);
  Error Flush();
  Error IndexOf(std::string_view name, uint32_t* index);

  NetlinkSocket* const socket_;
  Ip6Settings* const settings_;
  std::vector<Error>* const errors_;
  std::map<std::string, uint32_t, std::less<>> indexes_;
  std::string requests_;        // not sent yet
  std::vector<size_t> places_;  // of their changes
  bool changes_names_ = false;  // one of them makes, renames or deletes a link
  uint32_t first_ = 0;          // their first sequence number
  Error broken_;                // of the socket
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_NET_IF_H_
