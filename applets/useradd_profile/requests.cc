// Words between blanks, each checked: a name that gets through here can stand in any file.
#include "applets/useradd_profile/requests.h"

#include <cstdlib>
#include <string_view>
#include <vector>

#include "applets/run.h"
#include "applets/status.h"
#include "core/account_id.h"
#include "core/account_state.h"

namespace keelson {

namespace {

std::vector<std::string_view> Words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  std::vector<std::string_view> words;
  for (size_t begin; (begin = text.find_first_not_of(kBlanks)) != text.npos;) {
    text.remove_prefix(begin);
    words.push_back(text.substr(0, text.find_first_of(kBlanks)));
    text.remove_prefix(words.back().size());
  }
  return words;
}

std::string_view Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Source {
  const char* option;
  const char* variable;
  std::set<std::string, std::less<>>* names;
};

}  // namespace

absl::Status ReadRequest(const Invocation& invocation, AccountRequest* request) {
  const bool by_options = invocation.Has("users") || invocation.Has("groups");
  std::vector<std::string> errors;
  for (const Source& source : {Source{"users", "EUSERS", &request->users},
                               Source{"groups", "EGROUPS", &request->groups}}) {
    const std::string_view text =
        by_options ? invocation.Text(source.option) : Environment(source.variable);
    for (std::string_view word : Words(text)) {
      if (IsAccountName(word)) {
        source.names->emplace(word);
        continue;
      }
      const std::string where =
          by_options ? "--" + std::string(source.option) : std::string(source.variable);
      errors.push_back(where + ": '" + std::string(word) + "' is not an account's name");
    }
  }
  request->package = invocation.Text("package", kNoPackage);
  if (!IsPackageName(request->package)) {
    errors.push_back("--package: '" + request->package + "' is not a package's name");
  }
  if (errors.empty() && request->users.empty() && request->groups.empty()) {
    errors.emplace_back("nothing is asked for: give --users or --groups, or set EUSERS or EGROUPS");
  }
  if (errors.empty()) return absl::OkStatus();
  for (size_t i = 0; i + 1 < errors.size(); ++i) PrintError(invocation.applet(), errors[i]);
  return UsageError(errors.back());
}

bool AccountsMustNotBeTouched() {
  for (std::string_view word : Words(Environment("FEATURES"))) {
    if (word == "noautoaccts") return true;
  }
  return false;
}

}  // namespace keelson
