// What is wrong with passwd, group and shadow: lines that libcs read differently or not at all, ids
// that are other ids, names and ids that are there twice, names that lead nowhere.
//
// The rules are those of glibc and musl. Comments, empty lines and whatever both read alike are no
// findings. Time and memory are in proportion to the bytes.
#ifndef KEELSON_CORE_ACCOUNT_LINT_H_
#define KEELSON_CORE_ACCOUNT_LINT_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/account_names.h"
#include "core/line_lint.h"

namespace keelson {

class AccountLint {
 public:
  struct Files {
    std::optional<std::string_view> passwd, group, shadow;  // none: not there, or not to be read
    std::string_view nsswitch_conf;
  };

  // The bytes stay the caller's.
  explicit AccountLint(const Files& files);

  // In the order of the lines. A file that is not there has no findings.
  void Passwd(const LintSink& sink) const;
  void Group(const LintSink& sink) const;
  void Shadow(const LintSink& sink) const;

 private:
  // What nsswitch.conf says of a database.
  struct Setup {
    bool compat = false;  // '+' and '-' lines mean something
    bool local = true;    // names are in the file or nowhere
  };
  Setup SetupOf(std::string_view database) const;
  void PasswdFields(const Line& line, const LintSink& sink) const;
  void GroupFields(const Line& line, std::vector<uint32_t>* last_line, const LintSink& sink) const;
  void Members(const Line& line, std::string_view group, std::string_view members,
               std::vector<uint32_t>* last_line, const LintSink& sink) const;
  void ShadowFields(const Line& line, const LintSink& sink) const;

  Files files_;
  Setup passwd_setup_, group_setup_, shadow_setup_;
  std::optional<AccountNames> users_, groups_, shadows_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_ACCOUNT_LINT_H_
