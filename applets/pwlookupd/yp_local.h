// YP asked by a program itself, which waits for it: pwlookup where no daemon answers.
#ifndef KEELSON_APPLETS_PWLOOKUPD_YP_LOCAL_H_
#define KEELSON_APPLETS_PWLOOKUPD_YP_LOCAL_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/yp_client.h"
#include "applets/pwlookupd/yp_rules.h"
#include "core/nscd_wire.h"
#include "core/passwd.h"
#include "platform/file.h"
#include "platform/loop.h"

namespace keelson {

class LocalYp {
 public:
  // The bytes of the files in /etc. REQUIRES: they and root outlive it.
  struct Files {
    std::string_view nsswitch, passwd, group, netgroup;
  };
  LocalYp(Root* root, const Files& files);

  YpPlan::Use UseFor(NscdType type) const { return rules_.PlanFor(type).use; }

  // The answer's bytes to a request that the file alone does not answer. False: YP has no part in
  // it, or cannot be asked.
  bool Answer(NscdType type, std::string_view key, std::string* answer);

  // What an enumeration shows behind the file, or, with compat lines, in its place. What can be
  // had; views live as long as this.
  std::vector<PasswdEntry> AllPasswd();
  std::vector<GroupEntry> AllGroups();

 private:
  YpFound Run(const std::function<YpFound()>& lookup);
  bool shows_passwords() const;
  YpContext Context() { return rules_.ContextFor(&facts_, domain_, shows_passwords()); }

  Root* root_;
  Files files_;
  YpRules rules_;
  YpFacts facts_;
  std::string domain_;
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<YpClient> client_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_YP_LOCAL_H_
