// Line by line from the top; exclusions are kept until a + line asks for them.
//
// By id the rules need a name, so the entry that YP has for the id is asked for first, once, by the
// first line that could have it.
#include "applets/pwlookupd/compat.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/flat_file.h"

namespace keelson {

namespace {

enum class LineKind : uint8_t { kPlain, kAll, kName, kNetgroup, kNotName, kNotNetgroup };

// name: without what is in front of it.
LineKind KindOf(std::string_view* name) {
  if (IsLookupName(*name)) return LineKind::kPlain;
  const bool adds = name->front() == '+';
  name->remove_prefix(1);
  if (adds && name->empty()) return LineKind::kAll;
  if (!name->starts_with('@')) return adds ? LineKind::kName : LineKind::kNotName;
  name->remove_prefix(1);
  return adds ? LineKind::kNetgroup : LineKind::kNotNetgroup;
}

bool Parse(std::string_view line, PasswdEntry* entry) { return ParsePasswd(line, entry); }
bool Parse(std::string_view line, GroupEntry* entry) { return ParseGroup(line, entry); }

uint32_t IdOf(const PasswdEntry& entry) { return entry.uid; }
uint32_t IdOf(const GroupEntry& entry) { return entry.gid; }

constexpr bool KnowsNetgroups(const PasswdEntry*) { return true; }
constexpr bool KnowsNetgroups(const GroupEntry*) { return false; }

void Override(const PasswdEntry& line, PasswdEntry* entry) {
  if (!line.password.empty()) entry->password = line.password;
  if (!line.gecos.empty()) entry->gecos = line.gecos;
  if (!line.directory.empty()) entry->directory = line.directory;
  if (!line.shell.empty()) entry->shell = line.shell;
}
void Override(const GroupEntry&, GroupEntry*) {}

bool IsUnknown(YpFound found) { return found == YpFound::kLater || found == YpFound::kDown; }

YpFound IsInNetgroup(std::string_view netgroup, std::string_view user, const YpContext& context) {
  std::vector<std::string_view> users;
  const YpFound found = FindNetgroupUsers(netgroup, context, &users);
  if (found != YpFound::kYes) return found;
  const auto is_user = [&](std::string_view each) { return each.empty() || each == user; };
  return std::any_of(users.begin(), users.end(), is_user) ? YpFound::kYes : YpFound::kNo;
}

// The names that lines so far have excluded.
class Exclusions {
 public:
  void Name(std::string_view name) { names_.insert(name); }
  void Netgroup(std::string_view netgroup) { netgroups_.push_back(netgroup); }

  YpFound Has(std::string_view name, const YpContext& context) {
    for (; !netgroups_.empty(); netgroups_.pop_back()) {
      std::vector<std::string_view> users;
      const YpFound found = FindNetgroupUsers(netgroups_.back(), context, &users);
      if (IsUnknown(found)) return found;
      names_.insert(users.begin(), users.end());
    }
    // An empty name is everybody.
    return names_.contains(name) || names_.contains("") ? YpFound::kYes : YpFound::kNo;
  }

 private:
  std::set<std::string_view> names_;
  std::vector<std::string_view> netgroups_;  // not in names_ yet
};

// A search for one entry, over the lines of a file.
template <typename Entry>
class Search {
 public:
  Search(const AccountKey& key, const YpContext& context) : key_(key), context_(context) {}

  YpFound In(std::string_view file, Entry* entry) {
    bool was_down = false;
    LineReader lines(file);
    Entry line;
    for (Line each; lines.Next(&each);) {
      if (!Parse(each.text, &line)) continue;
      const YpFound found = Step(line, entry);
      if (found == YpFound::kYes || found == YpFound::kLater) return found;
      was_down |= found == YpFound::kDown;
      if (ended_) break;
    }
    return was_down ? YpFound::kDown : YpFound::kNo;
  }

 private:
  // kNo: this line does not have it.
  YpFound Step(const Entry& line, Entry* entry) {
    std::string_view name = line.name;
    const LineKind kind = KindOf(&name);
    const bool of_netgroup = kind == LineKind::kNetgroup || kind == LineKind::kNotNetgroup;
    if (of_netgroup && !KnowsNetgroups(entry)) return YpFound::kNo;
    switch (kind) {
      case LineKind::kPlain:
        if (key_.id ? IdOf(line) != *key_.id : line.name != key_.name) return YpFound::kNo;
        *entry = line;
        return YpFound::kYes;
      case LineKind::kNotName:
        if (!name.empty()) exclusions_.Name(name);
        return EndIfExcluded();
      case LineKind::kNotNetgroup:
        exclusions_.Netgroup(name);
        return EndIfExcluded();
      case LineKind::kName:
      case LineKind::kNetgroup:
        return FromYp(kind, name, line, entry);
      case LineKind::kAll: {
        const YpFound found = FromYp(kind, name, line, entry);
        ended_ = true;
        return found;
      }
    }
    return YpFound::kNo;
  }

  // A name that is excluded is excluded from all that follows.
  YpFound EndIfExcluded() {
    if (key_.id) return YpFound::kNo;
    const YpFound excluded = exclusions_.Has(key_.name, context_);
    if (excluded == YpFound::kYes || excluded == YpFound::kDown) ended_ = true;
    return excluded == YpFound::kYes ? YpFound::kNo : excluded;
  }

  YpFound FromYp(LineKind kind, std::string_view name, const Entry& line, Entry* entry) {
    if (!key_.id && kind == LineKind::kName && name != key_.name) return YpFound::kNo;
    if (!key_.id && kind == LineKind::kNetgroup) {
      const YpFound in = IsInNetgroup(name, key_.name, context_);
      if (in != YpFound::kYes) return in;
    }
    YpFound found = FindYpEntry(key_, context_, entry);
    if (found != YpFound::kYes) return found;
    if (key_.id) {
      if (kind == LineKind::kName && name != entry->name) return YpFound::kNo;
      if (kind == LineKind::kNetgroup) {
        found = IsInNetgroup(name, entry->name, context_);
        if (found != YpFound::kYes) return found;
      }
      const YpFound excluded = exclusions_.Has(entry->name, context_);
      if (excluded != YpFound::kNo) return excluded == YpFound::kYes ? YpFound::kNo : excluded;
    }
    Override(line, entry);
    return YpFound::kYes;
  }

  const AccountKey& key_;
  const YpContext& context_;
  Exclusions exclusions_;
  bool ended_ = false;
};

// An enumeration. What a + line has brought is excluded from the lines behind it.
template <typename Entry>
class Enumeration {
 public:
  Enumeration(const YpContext& context, std::vector<Entry>* entries)
      : context_(context), entries_(entries) {}

  YpFound Of(std::string_view file) {
    LineReader lines(file);
    Entry line;
    for (Line each; lines.Next(&each) && !ended_;) {
      if (!Parse(each.text, &line)) continue;
      const YpFound found = Step(line);
      if (found == YpFound::kLater) return found;
      was_down_ |= found == YpFound::kDown;
    }
    return was_down_ ? YpFound::kDown : YpFound::kYes;
  }

 private:
  YpFound Step(const Entry& line) {
    std::string_view name = line.name;
    const LineKind kind = KindOf(&name);
    const bool of_netgroup = kind == LineKind::kNetgroup || kind == LineKind::kNotNetgroup;
    if (of_netgroup && !KnowsNetgroups(&line)) return YpFound::kNo;
    switch (kind) {
      case LineKind::kPlain:
        entries_->push_back(line);
        return YpFound::kYes;
      case LineKind::kNotName:
        if (!name.empty()) exclusions_.Name(name);
        return YpFound::kYes;
      case LineKind::kNotNetgroup:
        exclusions_.Netgroup(name);
        return YpFound::kYes;
      case LineKind::kName:
        return AddName(name, line);
      case LineKind::kNetgroup:
        return AddNetgroup(name, line);
      case LineKind::kAll:
        ended_ = true;
        return AddAll(line);
    }
    return YpFound::kNo;
  }

  YpFound Add(Entry entry, const Entry& line) {
    const YpFound excluded = exclusions_.Has(entry.name, context_);
    if (excluded != YpFound::kNo) return excluded;
    Override(line, &entry);
    entries_->push_back(entry);
    exclusions_.Name(entry.name);
    return YpFound::kYes;
  }

  YpFound AddName(std::string_view name, const Entry& line) {
    Entry entry;
    const YpFound found = FindYpEntry(AccountKey{name}, context_, &entry);
    return found == YpFound::kYes ? Add(entry, line) : found;
  }

  YpFound AddNetgroup(std::string_view netgroup, const Entry& line) {
    std::vector<std::string_view> users;
    YpFound found = FindNetgroupUsers(netgroup, context_, &users);
    if (found != YpFound::kYes) return found;
    for (const std::string_view user : users) {
      found = AddName(user, line);
      if (IsUnknown(found)) return found;
    }
    return YpFound::kYes;
  }

  YpFound AddAll(const Entry& line) {
    std::vector<Entry> entries;
    const YpFound found = AllYpEntries(context_, &entries);
    if (found != YpFound::kYes) return found;
    for (const Entry& entry : entries) {
      const YpFound added = Add(entry, line);
      if (IsUnknown(added)) return added;
    }
    return YpFound::kYes;
  }

  const YpContext& context_;
  std::vector<Entry>* entries_;
  Exclusions exclusions_;
  bool ended_ = false;
  bool was_down_ = false;
};

}  // namespace

YpFound FindCompatEntry(std::string_view file, const AccountKey& key, const YpContext& context,
                        PasswdEntry* entry) {
  return Search<PasswdEntry>(key, context).In(file, entry);
}

YpFound FindCompatEntry(std::string_view file, const AccountKey& key, const YpContext& context,
                        GroupEntry* entry) {
  return Search<GroupEntry>(key, context).In(file, entry);
}

YpFound AllCompatEntries(std::string_view file, const YpContext& context,
                         std::vector<PasswdEntry>* entries) {
  return Enumeration<PasswdEntry>(context, entries).Of(file);
}

YpFound AllCompatEntries(std::string_view file, const YpContext& context,
                         std::vector<GroupEntry>* entries) {
  return Enumeration<GroupEntry>(context, entries).Of(file);
}

}  // namespace keelson
