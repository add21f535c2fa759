// The settings of IPv6 are files: conf/INTERFACE/SETTING. The directory is opened once and kept, so
// that it stays the one of the name space that it was opened in. A name is one component: those
// that mean something else to a path ("..") or to the kernel ("all") are no interface's.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "platform/linux/net_if.h"
#include "platform/net_if.h"

namespace keelson {
namespace {

const char* FileOf(NetSetting setting) {
  switch (setting) {
    case NetSetting::kAcceptAdvertisements:
      return "accept_ra";
    case NetSetting::kAutoconf:
      return "autoconf";
    case NetSetting::kTemporaryAddresses:
      return "use_tempaddr";
    case NetSetting::kDadTransmits:
      return "dad_transmits";
    case NetSetting::kMtu6:
      return "mtu";
    case NetSetting::kDisable6:
      return "disable_ipv6";
  }
  return "";
}

Error Missing(int code) { return code == ENOENT ? kUnsupported : Error(code); }

}  // namespace

void Ip6Settings::Open() {
  directory_.Reset(open("/proc/sys/net/ipv6/conf", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

Error Ip6Settings::Set(std::string_view interface, NetSetting setting, uint32_t value) {
  if (!MayNameInterface(interface) || interface == "all" || interface == "default") {
    return Error(ENODEV);
  }
  if (!directory_.valid()) Open();  // there was no /proc yet
  if (!directory_.valid()) return Missing(errno);
  const std::string name(interface);
  const Descriptor folder(
      openat(directory_.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) return errno == ENOENT ? Error(ENODEV) : Error::Last();
  const Descriptor file(openat(folder.get(), FileOf(setting), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.valid()) return Missing(errno);
  char text[16];
  const int size = snprintf(text, sizeof(text), "%u", value);
  return write(file.get(), text, static_cast<size_t>(size)) == size ? kOk : Error::Last();
}

}  // namespace keelson
