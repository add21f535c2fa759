// Its lines are in the pipe before it starts, its answer is in the other one when it has ended.
#include "applets/netconfd/mapping_script.h"

#include <algorithm>
#include <cerrno>

#include "core/flat_file.h"
#include "platform/pipe.h"
#include "platform/program.h"

namespace keelson {
namespace {

constexpr size_t kMaxAnswer = 4096;  // bytes
constexpr size_t kMaxMap = 60'000;   // bytes of its lines: what a pipe holds

}  // namespace

Error MappingScript::Prepare(const InterfaceMapping& mapping, const std::string& name,
                             SpawnRequest* request) {
  on_ = mapping.script + " on " + name;
  std::string lines;
  for (const InterfacesText& line : mapping.map) lines += line.text + "\n";
  if (lines.size() > kMaxMap) return Error(EFBIG);  // nobody reads yet
  Descriptor to_script;
  if (Error error = MakePipe(&lines_, &to_script); !error.ok()) return error;
  if (Error error = MakePipe(&answer_, &from_script_); !error.ok()) return error;
  if (Error error = WritePipe(to_script.get(), lines); !error.ok()) return error;
  request->program = mapping.script;
  request->arguments = {mapping.script, name};
  request->environment = OwnEnvironment();
  request->directory = "/";
  request->descriptors = {{lines_.get(), 0}, {from_script_.get(), 1}, {2, 2}};
  return kOk;
}

std::string MappingScript::NoStartText(Error error) const {
  return "could not execute mapping script " + on_ + ": " + error.Text();
}

std::string MappingScript::Answer(const ProcessExit& exit, std::string* fault) {
  std::string answer;
  const Error error = ReadPipe(answer_.get(), kMaxAnswer, &answer);
  answer.resize(std::min(answer.find('\n'), answer.size()));
  answer = std::string(TrimBlanks(answer));
  if (!error.ok() && error.code() != EAGAIN) {
    *fault = NoStartText(error);
  } else if (exit.signaled || exit.value != 0) {
    *fault = "error trying to executing mapping script " + on_;
  } else if (answer.empty()) {
    *fault = "no output from mapping script " + on_;
  }
  return fault->empty() ? answer : std::string();
}

}  // namespace keelson
