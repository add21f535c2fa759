// From folders to services: own definitions, rc.d and init.d scripts, modes, as one set.
//
//   DIR/NAME.svc, NAME.svc.d/*.conf   own definitions, and drop-ins for services of any source; DIR
//                                     is --config, /etc/keelson/svc by default
//   DIR/NAME.mode                     a mode: `runlevel:`, `inherits:`, `with:`, `without:` (svc.5)
//   /etc/rc.d, /usr/local/etc/rc.d    rc.d scripts (--rc-dir, repeatable), with rc.conf and its kin
//   /etc/init.d                       LSB scripts (--init-dir), insserv.conf, insserv/overrides,
//   the
//                                     links of ../rcN.d beside it
// A name that is defined twice is that of the own definition, else of rc.d; the others are told of.
// A service of which a file does not parse, or belongs to somebody else, is told of and left out,
// so that none runs otherwise than somebody wrote it; who reads again keeps what it had.
//
// Where there are services of type system, a group `system-done` is made: it waits for them, and
// all others for it (core/service_graph.h). It is wanted in every mode.
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
  bool only_named = false;              // these folders alone: where they are empty, no scripts
  bool must_have_config = false;        // it is an error when that folder is not there
};

struct ServiceMode {
  struct Named {
    std::string service, place;  // "PATH:LINE:COLUMN"
  };

  std::string name;
  std::vector<std::string> inherits;  // modes: services of these are those of this one
  std::string runlevel;               // "0" to "6" or "S", for LSB scripts
  std::vector<std::string> with, without;
  std::vector<Named> named;  // of all `with` and `without`
  bool has_file = false;
  bool is_sound = true;  // nothing in its files was left out
};

// Whether a service should be up in a mode, and why: "svc check".
struct ServiceWish {
  bool wanted = false;
  bool enabled = false;
  bool on_event = false;  // not wanted by itself: its event starts it
  std::string why;        // "enabled: no (/etc/keelson/svc/a.svc:3)", "a link in rc2.d" ...
};

inline constexpr std::string_view kSystemDone = "system-done";

struct ServiceSet {
  std::vector<ServiceDefinition> services;  // by name; ServiceId is the place
  ServiceGraph graph;
  // By id: run levels of the S links, as core/lsb_script.h has them.
  std::vector<uint8_t> lsb_levels;
  // By id, of rc.d scripts: what enables or disables them, "sshd_enable=NO (/etc/rc.conf:3)".
  std::vector<std::string> rc_reasons;
  // "PATH:LINE:COLUMN: what": what was left out or is odd.
  std::vector<std::string> findings;
  bool is_sound = true;  // no finding was an error

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

  // The same with all files of modes. The mode of that name is in *mode; a file that is left out
  // makes the set unsound. What is odd is told, too: names that nobody has in modes and events, and
  // services that start each other by events.
  ServiceSet ReadWithModes(std::string_view name, ServiceMode* mode);

  const SourcePaths& paths() const { return paths_; }

 private:
  // Of all files of modes.
  std::vector<std::string> ModeNames();

  Root* root_;
  SourcePaths paths_;
};

// What is odd in a mode: services that are not there, or nothing that has this mode at all.
std::vector<std::string> OddNames(const ServiceSet& set, const ServiceMode& mode);

// REQUIRES: id of the set.
ServiceWish WishFor(const ServiceSet& set, ServiceId id, const ServiceMode& mode);

// Makes the service start in its modes, or not, the way its source keeps that: a line in
// NAME.svc.d/enabled.conf; RCVAR="YES" where rc.conf has it; links in rcN.d, renamed as update-rc.d
// does. *changed names what was written, or would be; after an error it is what could not be taken
// back. kUnsupported: a script that rc.conf says nothing of.
Error EnableService(Root* root, const ServiceSources& sources, const ServiceDefinition& service,
                    bool enable, bool dry_run, std::vector<std::string>* changed);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_SOURCES_H_
