// A stanza's options as typed values. Each reader leaves a value alone that is not said, and makes
// an error with its place of one that is not understood.
#ifndef KEELSON_APPLETS_NETCONFD_SETUP_READER_H_
#define KEELSON_APPLETS_NETCONFD_SETUP_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "applets/netconfd/network_model_parts.h"

namespace keelson {

class SetupReader {
 public:
  SetupReader(const InterfacesConfig& config, const InterfaceStanza& stanza, DesiredSetup* setup)
      : config_(config), stanza_(stanza), setup_(setup) {}

  bool Has(std::string_view name) const { return stanza_.Find(name) != nullptr; }
  std::string Text(std::string_view name, std::string_view otherwise = "") const;

  void FailValue(std::string_view name, std::string_view what);  // "NAME 'VALUE' is no WHAT"
  bool Require(std::string_view name);

  std::optional<uint32_t> NumberOf(std::string_view name);
  std::optional<IpAddress> AddressOf(std::string_view name, bool v6);
  void ReadSeconds(std::string_view name, int64_t* ns);  // they may have a fraction
  void ReadScope(NetScope* scope);
  // From address and netmask; false: there is none.
  bool ReadNetwork(bool v6, IpPrefix* prefix);

  // These go into the setup.
  void AddGateway(bool v6);
  // otherwise: of what is not said; null: then nothing is set.
  void AddSetting(std::string_view name, NetSetting setting, const char* otherwise);
  void ReadHardwareAddress();
  void ReadMtu();
  void ReadDns();
  void ReadCommands();

 private:
  void Fail(std::string_view name, std::string_view what);

  const InterfacesConfig& config_;
  const InterfaceStanza& stanza_;
  DesiredSetup* setup_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_SETUP_READER_H_
