// The daemon's client of YP on a loop that runs until there is a reply.
#include "applets/pwlookupd/yp_local.h"

#include "applets/pwlookupd/compat.h"
#include "applets/pwlookupd/scan.h"
#include "core/flat_file.h"
#include "platform/clock.h"
#include "platform/log_sink.h"
#include "platform/privilege.h"

namespace keelson {

namespace {

template <typename Entry>
bool HasCompatLines(std::string_view bytes, bool (*parse)(std::string_view, Entry*)) {
  Entry entry;
  return Scan(bytes, parse, &entry, [](const Entry& each) { return !IsLookupName(each.name); });
}

// The file's groups of a user, read when they are asked for.
class ScannedGroups : public GroupDatabase {
 public:
  explicit ScannedGroups(std::string_view bytes) : bytes_(bytes) {}
  size_t entries() const override { return 0; }
  bool FindName(std::string_view, GroupEntry*) const override { return false; }
  bool FindGid(uint32_t, GroupEntry*) const override { return false; }
  std::vector<uint32_t> GroupsOf(std::string_view user) const override {
    return ScanInitgroups(bytes_, user);
  }

 private:
  std::string_view bytes_;
};

}  // namespace

LocalYp::LocalYp(Root* root, const Files& files) : root_(root), files_(files) {
  rules_.SetNsswitch(files.nsswitch);
  rules_.SetPasswdFile(files.passwd, HasCompatLines(files.passwd, ParsePasswd));
  rules_.SetGroupFile(files.group, HasCompatLines(files.group, ParseGroup));
  rules_.SetNetgroupFile(files.netgroup);
}

bool LocalYp::shows_passwords() const { return EffectiveUid() == 0; }

YpFound LocalYp::Run(const std::function<YpFound()>& lookup) {
  for (;;) {
    if (client_) domain_ = client_->domain();
    const YpFound found = lookup();
    if (found != YpFound::kLater) return found;
    if (!client_) {
      if (!NewLoop(&loop_).ok()) return YpFound::kDown;
      client_ = std::make_unique<YpClient>(loop_.get(), SystemClock(),
                                           Log(StderrSink("pwlookup"), LogLevel::kWarning),
                                           [this] { return ReadYpSettings(root_); });
    }
    const YpQuestion question = facts_.wanted();
    YpClient::Reply reply;
    reply = client_->Ask(question, [&reply](const YpClient::Reply& later) { reply = later; });
    while (!reply) {
      if (!loop_->RunOnce(-1).ok()) return YpFound::kDown;
    }
    facts_.Put(question, reply);
  }
}

bool LocalYp::Answer(NscdType type, std::string_view key, std::string* answer) {
  if (UseFor(type) == YpPlan::kNone) return false;
  facts_ = {};
  const ScannedGroups groups(files_.group);
  const YpFound found = Run([&] {
    return rules_.Answer({type, key}, &groups, &facts_, domain_, shows_passwords(), answer);
  });
  if (found == YpFound::kNo) AppendEmptyAnswer(type, NscdFound::kNo, answer);
  return found != YpFound::kDown;
}

std::vector<PasswdEntry> LocalYp::AllPasswd() {
  const YpPlan::Use use = UseFor(NscdType::kPasswdByName);
  std::vector<PasswdEntry> entries;
  static_cast<void>(Run([&] {
    entries.clear();
    if (use == YpPlan::kBehindFile) return AllYpEntries(Context(), &entries);
    return AllCompatEntries(rules_.passwd_file(), Context(), &entries);
  }));
  return entries;
}

std::vector<GroupEntry> LocalYp::AllGroups() {
  const YpPlan::Use use = UseFor(NscdType::kGroupByName);
  std::vector<GroupEntry> entries;
  static_cast<void>(Run([&] {
    entries.clear();
    if (use == YpPlan::kBehindFile) return AllYpEntries(Context(), &entries);
    return AllCompatEntries(rules_.group_file(), Context(), &entries);
  }));
  return entries;
}

}  // namespace keelson
