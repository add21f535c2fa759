// Rows of kind, name, key, value and source. What is declared comes first, in the order of the
// files; then what no file says; then, as keys with '@', what the account is.
#include "applets/useradd_profile/account_explanation.h"

#include "applets/applet.h"
#include "applets/run.h"
#include "applets/status.h"
#include "applets/useradd_profile/exported_values.h"

namespace keelson {

namespace {

constexpr Column kColumns[] = {{"kind"}, {"name"}, {"key"}, {"value"}, {"source"}};
constexpr char kBuiltIn[] = "built in";

std::string PlaceOf(const DeclaredKey& key) {
  return key.file + ":" + std::to_string(key.at.line) + ":" + std::to_string(key.at.column);
}

class Explainer {
 public:
  Explainer(AccountKind kind, std::string name, const AccountDefaults& defaults, RowOutput* rows)
      : kind_(AccountKindName(kind)), name_(std::move(name)), defaults_(defaults), rows_(*rows) {}

  void Declared(const std::vector<DeclaredKey>& keys) {
    for (const DeclaredKey& key : keys) Row(key.key, key.value, PlaceOf(key));
  }
  void Defaults(const UserDefinition& user);
  void Defaults(const GroupDefinition& group);
  void Now(const UserRecord& user, const char* file);
  void Now(const GroupRecord& group);
  void Record(const AccountRecord& record, const std::optional<std::string>& written);
  bool any() const { return any_; }

 private:
  void Row(std::string_view key, const std::string& value, const std::string& source) {
    any_ = true;
    rows_.Add({kind_, name_, std::string(key), value, source});
  }
  // A key that accounts/accounts may have.
  void Default(const char* key, const std::string& otherwise) {
    const DeclaredKey* declared = defaults_.Find(key);
    if (declared != nullptr) return Row(key, declared->value, PlaceOf(*declared));
    Row(key, otherwise, kBuiltIn);
  }
  void IdFromRange(const char* key, IdRange range, const char* low, const char* high);

  const std::string kind_, name_;
  const AccountDefaults& defaults_;
  RowOutput& rows_;
  bool any_ = false;
};

void Explainer::IdFromRange(const char* key, IdRange range, const char* low, const char* high) {
  const DeclaredKey* declared = defaults_.Find(high) ? defaults_.Find(high) : defaults_.Find(low);
  Row(key, "the next free one of " + std::to_string(range.first) + "-" + std::to_string(range.last),
      declared == nullptr ? kBuiltIn : PlaceOf(*declared));
}

void Explainer::Defaults(const UserDefinition& user) {
  if (!user.uid) IdFromRange("uid", defaults_.uids, "uid-min", "uid-max");
  if (!user.gid && user.group.empty()) Row("gid", "the group " + name_, kBuiltIn);
  if (!user.gecos) Row("gecos", "", kBuiltIn);
  if (!user.home) Default("home", "/dev/null");
  if (!user.shell) Default("shell", "/usr/sbin/nologin or /sbin/nologin, whichever is there");
  if (user.Find("password") == nullptr) Default("password", "locked");
}

void Explainer::Defaults(const GroupDefinition& group) {
  if (!group.gid) IdFromRange("gid", defaults_.gids, "gid-min", "gid-max");
}

void Explainer::Now(const UserRecord& user, const char* file) {
  Row("@passwd",
      "uid " + std::to_string(user.uid) + ", gid " + std::to_string(user.gid) + ", gecos '" +
          user.gecos + "', home " + user.home + ", shell " + user.shell +
          (IsLockedPassword(user.password) ? ", locked" : ", has a password"),
      file);
}

void Explainer::Now(const GroupRecord& group) {
  Row("@group",
      "gid " + std::to_string(group.gid) + ", members " +
          (group.members.empty() ? "none" : JoinNames(group.members)),
      "/etc/group");
}

// written: the fingerprint of what is there; nothing: it is not there, or not known.
void Explainer::Record(const AccountRecord& record, const std::optional<std::string>& written) {
  std::string value = "id " + std::to_string(record.id) + ", " +
                      std::string(AccountStateName(record.state)) + ", packages " +
                      (record.packages.empty() ? "none" : JoinNames(record.packages)) +
                      ", first seen " + std::to_string(record.first_seen);
  if (!record.origin.empty()) value += ", from " + record.origin;
  if (written && record.written.empty()) value += ", was there before anybody asked for it";
  if (written && !record.written.empty()) {
    value += record.written == *written ? ", as it was written" : ", changed since it was written";
  }
  Row("@record", value, kAccountTable);
}

// What is there, or as much of it as may be read.
struct Present {
  AccountChange change;
  bool has_files = false;
  bool failed = false;  // which was told

  Present(const UpdateCall& call, const std::string& name) : change(call.NewChange()) {
    absl::Status status = change.Open(call.applet(), AccountChange::Access::kRead);
    if (status.ok()) {
      status = change.ReadFiles({{name}, {name}, false});
      has_files = status.ok();
    }
    failed = !status.ok();
    if (failed) PrintError(call.applet(), std::string(status.message()));
  }
  const UserRecord* user(const std::string& name) {
    return has_files ? change.files().FindUser(name) : nullptr;
  }
  const GroupRecord* group(const std::string& name) {
    return has_files ? change.files().FindGroup(name) : nullptr;
  }
};

bool ExplainUser(const UpdateCall& call, const Definitions& definitions, const std::string& name,
                 Present* present, RowOutput* rows, std::vector<std::string>* errors) {
  Explainer explainer(AccountKind::kUser, name, definitions.defaults(), rows);
  UserDefinition definition;
  if (definitions.FindUser(name, &definition, errors) == Definitions::Found::kYes) {
    explainer.Declared(definition.keys);
    explainer.Defaults(definition);
  }
  std::optional<std::string> written;
  if (const UserRecord* user = present->user(name)) {
    const bool linux_files = call.options.system == AccountSystem::kLinux;
    explainer.Now(*user, linux_files ? "/etc/passwd" : "/etc/master.passwd");
    written = AccountFingerprint(WrittenText(*user));
  }
  for (const AccountRecord& record : present->change.table().records()) {
    if (record.kind != AccountKind::kUser || record.name != name) continue;
    explainer.Record(record, written);
  }
  return explainer.any();
}

bool ExplainGroup(const Definitions& definitions, const std::string& name, Present* present,
                  RowOutput* rows, std::vector<std::string>* errors) {
  Explainer explainer(AccountKind::kGroup, name, definitions.defaults(), rows);
  GroupDefinition definition;
  if (definitions.FindGroup(name, &definition, errors) == Definitions::Found::kYes) {
    explainer.Declared(definition.keys);
    explainer.Defaults(definition);
  }
  std::optional<std::string> written;
  if (const GroupRecord* group = present->group(name)) {
    explainer.Now(*group);
    written = AccountFingerprint(WrittenText(*group));
  }
  for (const AccountRecord& record : present->change.table().records()) {
    if (record.kind != AccountKind::kGroup || record.name != name) continue;
    explainer.Record(record, written);
  }
  return explainer.any();
}

}  // namespace

absl::StatusOr<int> RunExplain(const UpdateCall& call) {
  const std::string name(call.operands[0]);
  if (!IsAccountName(name)) return UsageError("'" + name + "' is not the name of an account");
  Definitions definitions;
  std::vector<std::string> errors;
  const bool loaded = definitions.Load(call.options.places, &errors);
  if (!definitions.system_error().empty()) {
    return absl::UnavailableError(definitions.system_error());
  }
  if (!loaded) return FailWith(call.applet(), errors);
  Present present(call, name);
  RowOutput rows(call.format(), kColumns);
  bool any = ExplainUser(call, definitions, name, &present, &rows, &errors);
  any |= ExplainGroup(definitions, name, &present, &rows, &errors);
  rows.Finish();
  if (!definitions.system_error().empty()) {
    return absl::UnavailableError(definitions.system_error());
  }
  if (!errors.empty()) return FailWith(call.applet(), errors);
  if (present.failed) return ExitCodes().system;
  if (!any) return Failure(name + ": neither declared nor there");
  return 0;
}

}  // namespace keelson
