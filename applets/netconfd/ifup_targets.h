// Which interfaces a call of ifup, ifdown or ifquery is about.
#ifndef KEELSON_APPLETS_NETCONFD_IFUP_TARGETS_H_
#define KEELSON_APPLETS_NETCONFD_IFUP_TARGETS_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/interfaces_config.h"
#include "platform/net_if.h"

namespace keelson {

struct IfupTarget {
  std::string name, logical;
};

// Each word, "NAME", "NAME=LOGICAL" or a selection, as targets of the interfaces that there are;
// none twice.
std::vector<IfupTarget> ExpandTargets(const std::vector<std::string>& words,
                                      const std::vector<Interface>& present);

std::vector<std::string> WordsOf(const std::vector<InterfacesText>& texts);

// Those of the class that are vlans of one of the targets.
void AddVlansOf(const InterfacesClass& of, std::vector<IfupTarget>* targets);

bool IsInClass(const InterfacesConfig& config, std::string_view class_name, std::string_view name,
               const std::vector<Interface>& present);

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_IFUP_TARGETS_H_
