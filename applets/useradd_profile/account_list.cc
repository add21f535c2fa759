// Reads accounts.db alone, so that everybody may list.
#include "applets/useradd_profile/account_list.h"

#include <string>

#include "applets/useradd_profile/exported_values.h"

namespace keelson {

namespace {

constexpr Column kColumns[] = {
    {"kind"},  {"name"}, {"id", Column::kNumber}, {"state"}, {"packages", Column::kWords},
    {"origin"}};

}  // namespace

absl::StatusOr<int> RunList(const UpdateCall& call) {
  AccountChange change = call.NewChange();
  if (absl::Status status = change.Open(call.applet(), AccountChange::Access::kRead);
      !status.ok()) {
    return status;
  }
  RowOutput rows(call.format(), kColumns);
  for (const AccountRecord& record : change.table().records()) {
    rows.Add({std::string(AccountKindName(record.kind)), record.name, std::to_string(record.id),
              std::string(AccountStateName(record.state)), JoinNames(record.packages),
              record.origin});
  }
  rows.Finish();
  return 0;
}

}  // namespace keelson
