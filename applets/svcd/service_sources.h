// From folders to services: own definitions, rc.d and init.d scripts, modes, as one set.
//
//   DIR/NAME.svc, DIR/NAME.svc.d/*.conf   own definitions and drop-ins (of services of any source);
//   DIR is
//                                         --config, /etc/keelson/svc by default
//   DIR/NAME.mode                         a mode: `runlevel:`, `inherits:`, `with:`, `without:`
//   (svc.5) /etc/rc.d, /usr/local/etc/rc.d        rc.d scripts (--rc-dir, repeatable), with rc.conf
//   and its kin /etc/init.d                           LSB scripts (--init-dir), insserv.conf,
//   insserv/overrides, the links of
//                                         ../rcN.d beside it
// A name that is defined twice is that of the own definition, else of rc.d; the others are told of.
// A file that does not parse is told of and left out; who reads again keeps what it had.
#ifndef KEELSON_APPLETS_SVCD_SERVICE_SOURCES_H_
#define KEELSON_APPLETS_SVCD_SERVICE_SOURCES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/service_definition.h"
#include "core/service_graph.h"
#include "platform/file.h"

namespace keelson {

struct SourcePaths {
  std::string config = "/etc/keelson/svc";
  std::vector<std::string> rc_folders;  // empty: the system's, where they are
  std::string init_folder;              // empty: /etc/init.d, where it is
};

struct ServiceMode {
  std::string name;
  std::string runlevel;  // "0" to "6" or "S", for LSB scripts
  std::vector<std::string> with, without;
};

// Whether a service should be up in a mode, and why: "svc check".
struct ServiceWish {
  bool wanted = false;
  bool enabled = false;
  std::string why;  // "enabled: no (/etc/keelson/svc/a.svc:3)", "in rc2.d: S01cron" ...
};

struct ServiceSet {
  std::vector<ServiceDefinition> services;  // by name; ServiceId is the place
  ServiceGraph graph;
  std::vector<uint8_t>
      lsb_levels;  // by id: run levels of the S links, as core/lsb_script.h has them
  std::vector<std::string> findings;  // "PATH:LINE:COLUMN: what": what was left out or is odd
  bool is_sound = true;               // no finding was an error

  const ServiceDefinition* Find(std::string_view name) const;  // or null
  // The id of the service that has or provides the name. False: none.
  bool IdOf(std::string_view name, ServiceId* id) const;
};

class ServiceSources {
 public:
  // REQUIRES: root outlives it.
  ServiceSources(Root* root, SourcePaths paths) : root_(root), paths_(std::move(paths)) {}

  // Reads everything anew. What cannot be read is among the findings.
  ServiceSet Read();
  // The mode of that name; without a file, a name such as "3" or "S" is that run level, any other
  // means run level 2.
  ServiceMode ReadMode(std::string_view name, std::vector<std::string>* findings);

  const SourcePaths& paths() const { return paths_; }

 private:
  Root* root_;
  SourcePaths paths_;
};

// REQUIRES: id of the set.
ServiceWish WishFor(const ServiceSet& set, ServiceId id, const ServiceMode& mode);

// Makes the service start in its modes, or not, the way its source keeps that: a line in
// NAME.svc.d/enabled.conf; RCVAR="YES" in rc.conf; links in rcN.d. *changed names what was written.
Error EnableService(Root* root, const ServiceSources& sources, const ServiceDefinition& service,
                    bool enable, bool dry_run, std::vector<std::string>* changed);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_SOURCES_H_
