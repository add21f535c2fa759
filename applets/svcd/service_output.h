// What the programs of a service write, from one pipe into its log.
#ifndef KEELSON_APPLETS_SVCD_SERVICE_OUTPUT_H_
#define KEELSON_APPLETS_SVCD_SERVICE_OUTPUT_H_

#include <memory>
#include <string_view>

#include "applets/svcd/service_log.h"
#include "core/service_definition.h"
#include "platform/descriptor.h"
#include "platform/loop.h"

namespace keelson {

class ServiceOutput {
 public:
  // REQUIRES: loop and *sinks outlive it.
  ServiceOutput(Loop* loop, const ServiceLog::Sinks* sinks, std::string_view service,
                const ServiceSettings& settings)
      : loop_(loop), log_(sinks, service, settings) {}
  ~ServiceOutput();

  // The end for programs, open from the first call until Close; stays ours. -1: no pipe to be had.
  int Writer();
  // From a svcd that was here before.
  void Restore(Descriptor reader, Descriptor writer);
  int reader() const { return reader_.get(); }
  int writer() const { return writer_.get(); }

  // Takes in what has been written up to now, within a limit.
  void Drain();
  // Nobody writes any more: takes in what is left, with an end to its last line.
  void EndLine();
  void Close();

  ServiceLog& log() { return log_; }

 private:
  Error Read();
  void Listen();

  Loop* const loop_;
  Descriptor reader_, writer_;
  ServiceLog log_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_OUTPUT_H_
