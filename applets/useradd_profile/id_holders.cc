// Most questions are whether an id is taken, and most ids are not: a set of bits answers those.
// Names are looked for only when somebody asks for one, and then all lines are sorted by id, once.
#include "applets/useradd_profile/id_holders.h"

#include <algorithm>
#include <iterator>

#include "core/flat_file.h"
#include "core/passwd.h"

namespace keelson {

bool IdHolders::Taken(uint32_t id) const {
  if (!read_.Has(id) && edited_.count(id) == 0) return false;
  return (!some_lost_ && edited_.count(id) == 0) || !Holder(id).empty();
}

std::string IdHolders::Holder(uint32_t id) const {
  std::string name;
  if (read_.Has(id)) {
    SortLines();
    auto line = std::lower_bound(lines_.begin(), lines_.end(), std::pair(id, uint32_t{0}));
    for (; line != lines_.end() && line->first == id; ++line) {
      if (Holds(line->second, id, &name)) return name;
    }
  }
  const auto [begin, end] = edited_.equal_range(id);
  for (auto line = begin; line != end; ++line) {
    if (Holds(line->second, id, &name)) return name;
  }
  return "";
}

std::optional<uint32_t> IdHolders::LastIn(uint32_t first, uint32_t last) const {
  std::optional<uint32_t> found = read_.LastIn(first, last);
  const auto after = edited_.upper_bound(last);
  if (after != edited_.begin() && std::prev(after)->first >= first) {
    found = std::max(found, std::optional(std::prev(after)->first));
  }
  return found;
}

bool IdHolders::Holds(AccountText::Line line, uint32_t id, std::string* name) const {
  const auto text = text_->Text(line);
  std::string_view found;
  uint32_t has;
  if (!text.has_value() || !parse_(*text, &found, &has) || has != id) return false;
  *name = found;
  return true;
}

void IdHolders::SortLines() const {
  if (sorted_) return;
  sorted_ = true;
  LineReader reader(text_->bytes());
  std::string_view name;
  uint32_t id;
  for (Line line; reader.Next(&line);) {
    if (parse_(line.text, &name, &id) && IsLookupName(name))
      lines_.emplace_back(id, static_cast<uint32_t>(line.offset));
  }
  std::sort(lines_.begin(), lines_.end());
}

}  // namespace keelson
