// The scripts of init.d and rc.d as programs.
#ifndef KEELSON_APPLETS_SVCD_SERVICE_SCRIPTS_H_
#define KEELSON_APPLETS_SVCD_SERVICE_SCRIPTS_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/file.h"

namespace keelson {

class ServiceScripts {
 public:
  ServiceScripts(std::string init_folder, std::vector<std::string> rc_folders);

  std::vector<std::string> Names() const;  // sorted, each once
  // The path of a script that may be executed; empty: none. rc.d before init.d, as svcd has it.
  std::string Find(std::string_view name) const;
  // Whether its text has that action at all.
  bool TakesStatus(const std::string& name) const;
  // Whether it says that it is up; what it prints is not shown.
  Error Status(const std::string& name, bool* is_up) const;
  // Waits for its end. *code: what it exits with, 128 and the signal's number.
  Error Run(const std::string& script, const std::vector<std::string>& words, int* code) const;
  // Goes on as the script. Returns only when that fails.
  Error Become(const std::string& script, const std::vector<std::string>& words) const;

 private:
  bool IsShells(const std::string& script) const;  // it has no line of an interpreter
  bool IsScript(const std::string& folder, const std::string& name) const;

  std::unique_ptr<Root> root_;  // null: it cannot be opened
  std::vector<std::string> folders_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SERVICE_SCRIPTS_H_
