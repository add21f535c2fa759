// An account that was there before anybody asked for it stays known as such: what it looks like is
// not ours, and removal has to leave it alone.
#include "applets/useradd_profile/planned_record.h"

#include "applets/useradd_profile/account_change.h"

namespace keelson {

const AccountRecord* LivingRecord(const AccountTable& table, AccountKind kind,
                                  std::string_view name) {
  const AccountRecord* record = table.Find(kind, name);
  return record == nullptr || record->IsTombstone() ? nullptr : record;
}

AccountRecord PlannedRecord(const AccountTable& table, const AccountNews& news,
                            std::string_view package) {
  const AccountRecord* old = LivingRecord(table, news.kind, news.name);
  AccountRecord record;
  if (old != nullptr) record = *old;
  record.kind = news.kind;
  record.name = news.name;
  record.id = news.id;
  record.state = AccountState::kActive;
  record.AddPackage(package);
  const bool somebody_elses =
      old == nullptr || old->id != news.id || old->state == AccountState::kReserved;
  if (news.is_new) {
    record.origin = news.origin;
    record.first_seen = AccountTime();
    record.written = news.after;
  } else if (somebody_elses) {
    record.origin.clear();
    record.first_seen = AccountTime();
    record.written.clear();
  } else if (record.written == news.before) {
    // Unless an administrator has changed the account since: then it is his.
    record.written = news.after;
  }
  return record;
}

}  // namespace keelson
