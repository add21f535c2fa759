// Interfaces from the text of a file, for the tests of the model and the plan.
#ifndef KEELSON_TESTS_APPLETS_NETCONFD_NETWORK_TEXT_H_
#define KEELSON_TESTS_APPLETS_NETCONFD_NETWORK_TEXT_H_

#include <string>
#include <string_view>

#include "applets/netconfd/network_model.h"
#include "applets/netconfd/network_plan.h"
#include "core/interfaces_file.h"

namespace keelson {

inline InterfacesConfig ConfigOf(std::string text) {
  InterfacesConfig config;
  InterfacesOptions options;
  options.methods = {"mine"};
  InterfacesReader reader(&config, options);
  reader.Give({{"F", std::move(text)}});
  while (reader.Next() != nullptr) reader.Give({});
  return config;
}

inline DesiredInterface InterfaceOf(std::string text, std::string_view name = "eth0") {
  DesiredInterface interface;
  DesireInterface(ConfigOf(std::move(text)), name, name, &interface);
  return interface;
}

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_NETCONFD_NETWORK_TEXT_H_
