// A pass over the lines, then two indexes over what it has found.
#include "core/account_names.h"

#include "core/flat_file.h"
#include "core/passwd.h"

namespace keelson {

AccountNames::AccountNames(std::string_view bytes, bool group) {
  LineReader lines(bytes);
  PasswdEntry user;
  GroupEntry members;
  for (Line line; lines.Next(&line);) {
    if (group) {
      if (!ParseGroup(line.text, &members) || !IsLookupName(members.name)) continue;
      entries_.push_back({members.name, members.gid, line.number});
    } else {
      if (!ParsePasswd(line.text, &user) || !IsLookupName(user.name)) continue;
      entries_.push_back({user.name, user.uid, line.number});
    }
  }
  Index();
}

AccountNames AccountNames::OfShadow(std::string_view bytes) {
  AccountNames names;
  LineReader lines(bytes);
  ShadowEntry shadow;
  for (Line line; lines.Next(&line);) {
    if (!ParseShadow(line.text, &shadow) || !IsLookupName(shadow.name)) continue;
    names.entries_.push_back({shadow.name, 0, line.number});
  }
  names.Index();
  return names;
}

void AccountNames::Index() {
  const auto same_name = [this](uint32_t a, uint32_t b) {
    return entries_[a].name == entries_[b].name;
  };
  const auto same_id = [this](uint32_t a, uint32_t b) { return entries_[a].id == entries_[b].id; };
  IndexBuilder by_name(entries_.size());
  IndexBuilder by_id(entries_.size());
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    by_name.Add(HashKey(entries_[i].name), i, same_name);
    by_id.Add(HashKey(entries_[i].id), i, same_id);
  }
  by_name.Flush(same_name);
  by_id.Flush(same_id);
  by_name_ = by_name.Finish();
  by_id_ = by_id.Finish();
}

const AccountNames::Entry* AccountNames::FindName(std::string_view name) const {
  const auto found =
      by_name_.view().Find(HashKey(name), [&](uint32_t i) { return entries_[i].name == name; });
  return found ? &entries_[*found] : nullptr;
}

const AccountNames::Entry* AccountNames::FindId(uint32_t id) const {
  const auto found =
      by_id_.view().Find(HashKey(id), [&](uint32_t i) { return entries_[i].id == id; });
  return found ? &entries_[*found] : nullptr;
}

}  // namespace keelson
