// One configuration, whole: what all its files say, and which interfaces they mean.
#ifndef KEELSON_APPLETS_NETCONFD_NETWORK_SET_H_
#define KEELSON_APPLETS_NETCONFD_NETWORK_SET_H_

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "applets/netconfd/ifup_targets.h"
#include "applets/netconfd/network_model.h"
#include "applets/netconfd/network_view.h"

namespace keelson {

struct NetworkPaths {
  std::string interfaces;  // each may be empty: none
  std::string rc_conf;
  std::string command_line;
  bool must_have_interfaces = false;  // it was named by somebody
};

class NetworkSet {
 public:
  using Choice = IfupTarget;

  // Null: it is no good, and notes say why. Notes are lines, "PATH:LINE:COLUMN: what".
  static std::shared_ptr<const NetworkSet> Read(const NetworkPaths& paths, const NetState& state,
                                                std::vector<std::string>* notes);

  // False: nothing is said of that name.
  bool Desire(const std::string& name, const std::string& logical,
              DesiredInterface* interface) const;
  bool Defines(std::string_view logical) const;
  // Whether scripts of mappings choose in its place.
  bool Maps(std::string_view logical) const;
  // Whether something can come of it.
  bool Knows(std::string_view logical) const { return Defines(logical) || Maps(logical); }
  // What an allow line's words mean with these devices; "auto" has all of rc.conf and of the
  // command line.
  std::vector<Choice> Select(std::string_view allow_class, const NetworkView& view) const;
  // What words of a request mean: NAME, NAME=LOGICAL or a pattern.
  std::vector<Choice> Resolve(const std::vector<std::string>& words, const NetworkView& view) const;
  // Whether ifdown -a leaves it up.
  bool StaysUp(std::string_view name) const;
  // Names that are those of interfaces for sure.
  std::vector<std::string> Names() const;
  // What has to be up before it, of what this configuration knows.
  std::vector<std::string> NeedsOf(const DesiredInterface& interface) const;
  // "requires X, which nothing defines" of the first such X, or empty.
  std::string LackOf(const DesiredInterface& interface) const;
  const InterfacesConfig& config() const { return config_; }

 private:
  InterfacesConfig config_;
  std::set<std::string, std::less<>> defined_;  // names of stanzas, and of others_
  DesiredNetwork others_;                       // of rc.conf and the command line
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_NETWORK_SET_H_
