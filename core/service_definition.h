// A service as somebody has defined it: keys and values, each with the place that it came from.
//
// Three sources become the same thing: NAME.svc with its drop-ins NAME.svc.d/*.conf, a BSD rc.d
// script, an LSB init.d script (applets/svcd/service_sources.h reads them). Of a thousand services
// most say two or three keys, so a definition holds what was said and nothing else; ServiceSettings
// is what it means, made when somebody needs it.
//
// NAME.svc is one stanza (core/flat_file.h) with the keys of kServiceKeys; keys that begin with
// "x-" are ignored. Of a key that stands more than once the last one counts, but those marked
// `adds` add up; an empty value takes back what stood before.
#ifndef KEELSON_CORE_SERVICE_DEFINITION_H_
#define KEELSON_CORE_SERVICE_DEFINITION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/flat_file.h"

namespace keelson {

inline constexpr std::string_view kLookupEvent = "lookup:";  // a database of pwlookupd follows

enum class ServiceSource : uint8_t { kOwn, kRcd, kInitd };  // in the order of their precedence

enum class ServiceType : uint8_t {
  kSystem,   // before everything else, stopped last
  kNetwork,  // once an interface is up
  kService,  // the default
  kUser,     // runs as `user` and is controlled by that user
  kHelper,   // only as long as another one needs or wants it, not listed by default
};

enum class ServiceKind : uint8_t {
  kProcess,  // stays in the foreground; up when its program runs
  kForking,  // up when the first process has ended with 0; a daemon stays behind
  kOneshot,  // done when it has ended with 0
  kNotify,   // as process, up when it says so
  kScript,   // a script that takes start, stop ... as its argument
  kGroup,    // nothing of its own: a name for others, a milestone
  kTty,      // a getty on `terminal`
};

enum class ServiceReady : uint8_t { kExec, kEnd, kNotify, kDescriptor, kPidFile };
enum class ServiceRestart : uint8_t { kNever, kOnFailure, kAlways };
enum class ServiceLogKind : uint8_t { kMemory, kFile, kSyslog, kKmsg, kConsole, kNone };
enum class ServiceWatchAction : uint8_t { kRestart, kReload };

// The verbs that run a program. kMain is `command`.
enum class ServiceCommand : uint8_t { kMain, kCheck, kBefore, kStop, kReload, kStatus };
inline constexpr size_t kServiceCommands = 6;

enum class ServiceKey : uint8_t {
  kAfter,
  kBefore,
  kBeforeCommand,
  kCheckCommand,
  kCommand,
  kConditionFile,
  kDescription,
  kDirectory,
  kEnabled,
  kEnvironment,
  kEnvironmentFile,
  kGroup,
  kGroups,
  kInterface,
  kKill,
  kKind,
  kLimit,
  kLog,
  kLogCount,
  kLogFile,
  kLogSize,
  kModes,
  kNeeds,
  kNice,
  kOomScore,
  kPidFile,
  kProvides,
  kReady,
  kReloadCommand,
  kReloadSignal,
  kRestart,
  kRestartBurst,
  kRestartDelay,
  kRestartInterval,
  kRestartLimit,
  kRestartMaxDelay,
  kRestartWithNeeds,
  kStartOn,
  kStartTimeout,
  kStatusCommand,
  kStopCommand,
  kStopSignal,
  kStopTimeout,
  kTerminal,
  kType,
  kUmask,
  kUser,
  kWants,
  kWatch,
  kWatchAction,
  kWatchdog,
};

struct ServiceKeyRow {
  const char* name;  // as it stands in a file
  ServiceKey key;
  bool adds;
};
std::span<const ServiceKeyRow> ServiceKeys();  // sorted by name
std::string_view ServiceKeyName(ServiceKey key);

struct ServiceValue {
  ServiceKey key;
  uint16_t file;  // of ServiceDefinition::files
  uint32_t line;  // 0: not said in a line of its own (a folder's link, a default of the source)
  std::string text;
};

// Names: 1 to 100 bytes of A-Z a-z 0-9 . _ @ + -, not beginning with '.' or '-'.
bool IsServiceName(std::string_view name);

struct ServiceDefinition {
  std::string name;
  ServiceSource source = ServiceSource::kOwn;
  std::vector<std::string> files;    // the first one is the definition, then the drop-ins
  std::vector<ServiceValue> values;  // in the order of the files; checked
  const ServiceValue* Find(ServiceKey key) const;  // the last one, or null
};

// What the definition means. Times in nanoseconds.
struct ServiceSettings {
  std::string description;
  ServiceType type = ServiceType::kService;
  ServiceKind kind = ServiceKind::kProcess;
  std::vector<std::string> commands[kServiceCommands];  // by ServiceCommand; words, no shell
  std::string user, group;                              // names or numbers; empty: the daemon's
  std::vector<std::string> groups;
  std::string directory;
  std::vector<std::string> environment;        // NAME=value
  std::vector<std::string> environment_files;  // '-' in front: need not be there
  struct Limit {
    std::string name;     // nofile, core ... as setrlimit(2) has them, lower case
    uint64_t soft, hard;  // UINT64_MAX: unlimited
  };
  std::vector<Limit> limits;
  std::optional<int> nice, oom_score;
  std::optional<uint32_t> umask;
  std::string terminal;  // a name in /dev, or a path
  std::vector<std::string> needs, wants, after, before, provides;
  std::vector<std::string> condition_files;  // '!' in front: must not be there
  std::vector<std::string> modes;            // empty: every one
  // "net:IFACE", "file:PATH", "device:NAME", "lookup:DATABASE", "up:NAME", "down:NAME",
  // "failed:NAME", "every:TIME", "at-boot:TIME"
  std::vector<std::string> start_on;
  std::string interface;           // type network: this one; empty: any but the loopback
  std::vector<std::string> watch;  // files and folders, "lookup:DATABASE"
  ServiceWatchAction watch_action = ServiceWatchAction::kRestart;
  bool enabled = true;
  ServiceReady ready = ServiceReady::kExec;
  int ready_descriptor = 0;  // kDescriptor
  std::string pid_file;
  ServiceRestart restart = ServiceRestart::kAlways;
  bool restart_with_needs = false;
  int64_t restart_delay_ns = 0;
  uint32_t restart_burst = 5;                    // so many at once without a delay
  int64_t restart_interval_ns = 10'000'000'000;  // one of them is forgotten in each of these
  int64_t restart_max_delay_ns = 60'000'000'000;
  uint32_t restart_limit = 0;  // failed after so many without one healthy interval; 0: never
  int64_t start_timeout_ns = 90'000'000'000, stop_timeout_ns = 20'000'000'000;  // 0: none
  int64_t watchdog_ns = 0;                                                      // 0: none
  int stop_signal = 15, reload_signal = 1;  // reload_signal 0: cannot be reloaded
  bool kill_tree = true;                    // false: `kill: main`
  ServiceLogKind log = ServiceLogKind::kMemory;
  std::string log_file;         // empty: /var/log/svcd/NAME.log
  uint64_t log_size = 1 << 20;  // bytes of a file before the next one begins
  uint32_t log_count = 4;       // files, the present one included
};

ServiceSettings MeaningOf(const ServiceDefinition& definition);

// Adds what the bytes say (of NAME.svc, or of a drop-in) to the definition; the path is appended to
// its files. Everything is checked: an unknown key, a wrong value, a key that stands twice in one
// file. On errors the definition is as it was before.
std::vector<ParseError> AddToService(std::string_view path, std::string_view bytes,
                                     ServiceDefinition* definition);

// What no single file shows: no command, a user service without a user, a pid file that no kind
// uses ... Positions are those of the value, in files[0] if there is none.
struct ServiceFault {
  std::string path;
  ParseError error;
};
std::vector<ServiceFault> CheckService(const ServiceDefinition& definition);

// For sources that are no stanza: appends a value that is known to be good.
void SetServiceValue(ServiceDefinition* definition, ServiceKey key, std::string_view text,
                     uint16_t file, uint32_t line);

// The words of a command: blanks separate; '...' and "..." quote; \ escapes outside of '...'.
// Nothing is expanded. What is wrong: "a quote is open" ...
std::optional<std::string> SplitCommand(std::string_view text, std::vector<std::string>* words);

// TERM, SIGTERM, term or 15; nothing: no such signal.
std::optional<int> ParseSignal(std::string_view text);

std::string_view ServiceTypeName(ServiceType type);
std::string_view ServiceKindName(ServiceKind kind);
std::string_view ServiceSourceName(ServiceSource source);  // svc, rc.d, init.d

}  // namespace keelson

#endif  // KEELSON_CORE_SERVICE_DEFINITION_H_
