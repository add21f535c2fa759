// What nsswitch.conf leaves to YP, and answers made by way of it. Pure.
//
//   passwd: files nis      YP is asked for what the file does not have; so group and services
//   passwd: compat         the file's + and - lines say (compat.h); so group
//   group: ...             the groups of a user are those of the file and of YP together
// Where a source has an action ("[NOTFOUND=return]"), or another source than files stands in front
// of nis, or passwd_compat names another one, the client is left to look for itself.
#ifndef KEELSON_APPLETS_PWLOOKUPD_YP_RULES_H_
#define KEELSON_APPLETS_PWLOOKUPD_YP_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/databases.h"
#include "applets/pwlookupd/yp_facts.h"
#include "applets/pwlookupd/yp_lookup.h"
#include "core/nscd_wire.h"

namespace keelson {

struct YpPlan {
  enum Use : uint8_t { kNone, kBehindFile, kCompat } use = kNone;
  bool ends = false;  // no source follows: what YP does not have is nowhere
};

// has_compat_lines: without them compat is as good as files, and no matter of YP's.
YpPlan YpPlanOf(std::string_view nsswitch_conf, std::string_view database, bool has_compat_lines);

std::vector<YpContext::NetgroupSource> NetgroupSourcesOf(std::string_view nsswitch_conf);

class YpRules {
 public:
  void SetNsswitch(std::string_view conf);
  // Kept only when they have compat lines.
  void SetPasswdFile(std::string_view bytes, bool has_compat_lines);
  void SetGroupFile(std::string_view bytes, bool has_compat_lines);
  void SetNetgroupFile(std::string_view bytes) { netgroup_file_ = bytes; }

  const YpPlan& PlanFor(NscdType type) const;
  // Whether anything is YP's: otherwise there is no use for a client of it.
  bool in_use() const;

  // The answer to a request of a plan that is not kNone, by what is not in the file, as far as the
  // file alone is enough. groups: the file's, or null.
  YpFound Answer(const NscdRequest& request, const GroupDatabase* groups, YpFacts* facts,
                 std::string_view domain, bool shows_passwords, std::string* answer) const;
  // Every entry that YP adds to the file's, or, with compat, all of them.
  YpContext ContextFor(YpFacts* facts, std::string_view domain, bool shows_passwords) const;
  const std::string& passwd_file() const { return passwd_file_; }
  const std::string& group_file() const { return group_file_; }

 private:
  void Review();
  YpFound AnswerGroupsOf(std::string_view user, const GroupDatabase* groups,
                         const YpContext& context, std::string* answer) const;

  std::string nsswitch_conf_;
  std::string passwd_file_, group_file_;
  std::string netgroup_file_;
  std::vector<YpContext::NetgroupSource> netgroup_sources_;
  YpPlan passwd_, group_, services_, initgroups_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_YP_RULES_H_
