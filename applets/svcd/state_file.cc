// Frames of core/frame: the daemon's, then one for each service that is not as new.
//
//   1  version 1, mode, descriptor limit, began_ns, tree label, control socket, notification
//   socket,
//      times that have been served
//   2  name, state, flags, restarts, since_ns, bucket_ns, deadline_ns, inner, why, invocation,
//   exit,
//      output reader, output writer, ready, what it said, digest, then "JOB=PID" for each program
//   3  name, what of its log is in memory: before its frame 2, if there is any
//   4  an event that is so and was told of: "net:eth0", "lookup:passwd VERSION"
//   5  a file that is waited for: path, service, 0 appears or 1 changes, whether it was there, what
//      its digest was: size, high, low; they are absent where there was none
//
// Numbers are decimal; flags are the sum of 1 target up, 2 asked for, 4 main alive, 8 the main one
// is a daemon that was found; exit is "-", or "0" or "1" (by a signal), a blank and the value.
#include "applets/svcd/state_file.h"

#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "core/frame.h"
#include "platform/handover.h"

namespace keelson {
namespace {

constexpr uint16_t kDaemonFrame = 1, kServiceFrame = 2, kLogFrame = 3, kEventFrame = 4,
                   kFileFrame = 5;
constexpr std::string_view kVersion = "1";
constexpr size_t kDaemonFields = 8, kServiceFields = 16, kLogFields = 2, kEventFields = 1,
                 kFileFields = 4;
constexpr uint64_t kTargetUp = 1, kAsked = 2, kMainAlive = 4, kDaemon = 8;

// Decimal, with a sign where there is one; anything else is 0.
int64_t NumberOf(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const Number number = TakeNumber(text.substr(is_negative ? 1 : 0));
  const int64_t value = static_cast<int64_t>(number.value);
  return is_negative ? -value : value;
}

void Append(uint16_t type, const std::vector<std::string>& fields, std::string* bytes) {
  const std::vector<std::string_view> views(fields.begin(), fields.end());
  AppendFrame(type, views, bytes);
}

int Keep(int fd) { return fd >= 0 && SetKept(fd, true).ok() ? fd : -1; }

bool IsAsNew(const ServiceStatus& status) {
  return status.state == ServiceState::kDown && !status.target_up && status.deadline_ns == 0;
}

void AppendService(Supervisor* supervisor, ServiceId id, std::string* bytes) {
  const ServiceStatus status = supervisor->machine().StatusOf(id);
  ServiceRunner::Handed handed;
  if (!supervisor->runner().HandDown(id, &handed) && IsAsNew(status)) return;
  const uint64_t flags = (status.target_up ? kTargetUp : 0) + (status.is_asked ? kAsked : 0) +
                         (status.is_main_alive ? kMainAlive : 0) + (handed.is_daemon ? kDaemon : 0);
  std::string exit = "-";
  if (handed.exit) {
    exit = (handed.exit->signaled ? "1 " : "0 ") + std::to_string(handed.exit->value);
  }
  std::vector<std::string> fields = {supervisor->set().services[id].name,
                                     std::to_string(static_cast<int>(status.state)),
                                     std::to_string(flags),
                                     std::to_string(status.restarts),
                                     std::to_string(status.since_ns),
                                     std::to_string(status.bucket_ns),
                                     std::to_string(status.deadline_ns),
                                     std::to_string(status.inner),
                                     status.why,
                                     handed.invocation,
                                     exit,
                                     std::to_string(Keep(handed.output_reader)),
                                     std::to_string(Keep(handed.output_writer)),
                                     std::to_string(Keep(handed.ready)),
                                     handed.said,
                                     std::to_string(handed.digest)};
  for (const auto& [job, pid] : handed.programs) {
    fields.push_back(std::to_string(static_cast<int>(job)) + "=" + std::to_string(pid));
  }
  if (!handed.log.empty()) Append(kLogFrame, {fields[0], handed.log}, bytes);
  Append(kServiceFrame, fields, bytes);
}

void AppendEvents(const ServiceEvents::Handed& events, std::string* bytes) {
  for (const std::string& event : events.is_so) Append(kEventFrame, {event}, bytes);
  for (const auto& [wish, known] : events.files) {
    std::vector<std::string> fields = {wish.path, wish.service, std::to_string(wish.kind),
                                       known.is_there ? "1" : "0"};
    if (known.digest) {
      fields.push_back(std::to_string(known.digest->size));
      fields.push_back(std::to_string(known.digest->high));
      fields.push_back(std::to_string(known.digest->low));
    }
    Append(kFileFrame, fields, bytes);
  }
}

void ReadFile(std::span<const std::string_view> fields, ServiceEvents::Handed* events) {
  using Wish = FileWatches::Wish;
  FileWatches::Known& known = events->files[{fields[2] == "0" ? Wish::kAppears : Wish::kChanges,
                                             std::string(fields[0]), std::string(fields[1])}];
  known.is_there = fields[3] == "1";
  if (fields.size() < kFileFields + 3) return;
  known.digest = {TakeNumber(fields[4]).value, TakeNumber(fields[5]).value,
                  TakeNumber(fields[6]).value};
}

// Not handed to a program that svcd starts meanwhile.
int TakeBack(std::string_view field) {
  const int fd = static_cast<int>(NumberOf(field));
  if (fd >= 0) static_cast<void>(SetKept(fd, false));
  return fd;
}

void RestoreService(std::span<const std::string_view> fields, std::string service_log,
                    Supervisor* supervisor, Log log) {
  const ServiceDefinition* const definition = supervisor->set().Find(fields[0]);
  const uint64_t flags = static_cast<uint64_t>(NumberOf(fields[2]));
  ServiceRunner::Handed handed;
  handed.invocation = fields[9];
  handed.log = std::move(service_log);
  handed.is_daemon = (flags & kDaemon) != 0;
  if (fields[10] != "-") {
    handed.exit =
        ProcessExit{fields[10].starts_with('1'), static_cast<int>(NumberOf(fields[10].substr(2)))};
  }
  handed.output_reader = TakeBack(fields[11]);
  handed.output_writer = TakeBack(fields[12]);
  handed.ready = TakeBack(fields[13]);
  handed.said = fields[14];
  handed.digest = TakeNumber(fields[15]).value;
  for (const std::string_view field : fields.subspan(kServiceFields)) {
    handed.programs.emplace_back(static_cast<ServiceJob>(NumberOf(field)),
                                 static_cast<ProcessId>(NumberOf(field.substr(2))));
  }
  if (definition == nullptr) {
    log.Warning(std::string(fields[0]) + ": no definition any more; what runs of it is left alone");
    return;
  }
  const auto id = static_cast<ServiceId>(definition - supervisor->set().services.data());
  ServiceStatus status;
  status.state = static_cast<ServiceState>(NumberOf(fields[1]));
  status.target_up = (flags & kTargetUp) != 0;
  status.is_asked = (flags & kAsked) != 0;
  status.is_main_alive = (flags & kMainAlive) != 0;
  status.restarts = static_cast<uint32_t>(NumberOf(fields[3]));
  status.since_ns = NumberOf(fields[4]);
  status.bucket_ns = NumberOf(fields[5]);
  status.deadline_ns = NumberOf(fields[6]);
  status.inner = static_cast<uint64_t>(TakeNumber(fields[7]).value);
  status.why = fields[8];
  supervisor->machine().Restore(id, status);
  supervisor->runner().TakeOver(id, handed, status.deadline_ns);
}

bool Next(std::string_view* bytes, Frame* frame) {
  size_t consumed = 0;
  if (ParseFrame(*bytes, frame, &consumed) != FrameResult::kFrame) return false;
  bytes->remove_prefix(consumed);
  return true;
}

bool Is(const Frame& frame, uint16_t type, size_t fields) {
  return frame.type == type && frame.fields.size() >= fields;
}

}  // namespace

std::string WriteState(Supervisor* supervisor, const HandedDaemon& daemon) {
  std::string bytes;
  Append(kDaemonFrame,
         {std::string(kVersion), daemon.mode, std::to_string(daemon.descriptor_limit),
          std::to_string(daemon.began_ns), daemon.tree_label, std::to_string(Keep(daemon.listener)),
          std::to_string(Keep(daemon.notify)), std::to_string(daemon.events.until_ns)},
         &bytes);
  AppendEvents(daemon.events, &bytes);
  for (ServiceId id = 0; id < supervisor->set().services.size(); ++id) {
    AppendService(supervisor, id, &bytes);
  }
  return bytes;
}

bool IsState(std::string_view bytes) {
  Frame frame;
  return Next(&bytes, &frame) && Is(frame, kDaemonFrame, kDaemonFields) &&
         frame.fields[0] == kVersion;
}

bool ReadStateHead(std::string_view bytes, HandedDaemon* daemon) {
  Frame frame;
  if (!IsState(bytes)) return false;
  Next(&bytes, &frame);
  daemon->mode = frame.fields[1];
  daemon->descriptor_limit = static_cast<uint64_t>(NumberOf(frame.fields[2]));
  daemon->began_ns = NumberOf(frame.fields[3]);
  daemon->tree_label = frame.fields[4];
  daemon->listener = TakeBack(frame.fields[5]);
  daemon->notify = TakeBack(frame.fields[6]);
  daemon->events.until_ns = NumberOf(frame.fields[7]);
  while (Next(&bytes, &frame)) {
    if (Is(frame, kEventFrame, kEventFields)) {
      daemon->events.is_so.insert(std::string(frame.fields[0]));
    } else if (Is(frame, kFileFrame, kFileFields)) {
      ReadFile(frame.fields, &daemon->events);
    }
  }
  return true;
}

void RestoreState(std::string_view bytes, Supervisor* supervisor, Log log) {
  Frame frame;
  std::string service_log;
  if (!Next(&bytes, &frame) || !Is(frame, kDaemonFrame, kDaemonFields)) return;
  while (Next(&bytes, &frame)) {
    if (Is(frame, kLogFrame, kLogFields)) service_log = frame.fields[1];
    if (!Is(frame, kServiceFrame, kServiceFields)) continue;
    RestoreService(frame.fields, std::exchange(service_log, std::string()), supervisor, log);
  }
}

}  // namespace keelson
