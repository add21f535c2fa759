// exec keeps what is ignored and what is blocked, which is nothing that the next program asked for.
#include "platform/become.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace keelson {
namespace {

std::vector<char*> Pointers(std::span<const std::string> words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Error BecomeProgram(const std::string& program, std::span<const std::string> arguments,
                    std::span<const std::string> environment) {
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(program.c_str(), argv.data(), envp.data());
  return Error::Last();
}

Error EnterFolder(const std::string& path) {
  return chdir(path.c_str()) == 0 ? kOk : Error::Last();
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> Variables() {
  std::vector<std::string> all;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    all.emplace_back(*variable);
  }
  return all;
}

}  // namespace keelson
