// Who has which id in passwd or group, edits included.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_ID_HOLDERS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_ID_HOLDERS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/useradd_profile/account_text.h"
#include "core/id_set.h"

namespace keelson {

class IdHolders {
 public:
  // What a line says of the name and the id; false: nothing.
  using Parse = bool (*)(std::string_view line, std::string_view* name, uint32_t* id);

  // text: the file; stays the caller's and outlives this.
  IdHolders(const AccountText* text, Parse parse) : text_(text), parse_(parse) {}

  void Add(uint32_t id) { read_.Add(id); }  // a line of the bytes as they were read
  // A line that has this id since an edit.
  void AddLine(uint32_t id, AccountText::Line line) { edited_.emplace(id, line); }
  void LineLost() { some_lost_ = true; }  // a line has lost its id, or is gone

  bool Taken(uint32_t id) const;
  std::string Holder(uint32_t id) const;  // the first one's name; empty: nobody
  // The last id from first to last that a line had when it was read, or has since an edit.
  std::optional<uint32_t> LastIn(uint32_t first, uint32_t last) const;

 private:
  bool Holds(AccountText::Line line, uint32_t id, std::string* name) const;
  void SortLines() const;

  const AccountText* text_;
  Parse parse_;
  IdSet read_;
  std::multimap<uint32_t, AccountText::Line> edited_;
  bool some_lost_ = false;
  // Of the bytes as they were read; made when first asked for.
  mutable bool sorted_ = false;
  mutable std::vector<std::pair<uint32_t, uint32_t>> lines_;  // id, offset
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_ID_HOLDERS_H_
