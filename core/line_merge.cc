// What is only in the first version goes, what is only in the second one comes; one of each with
// the same key are a change. Lines may be there several times, so they are counted.
#include "core/line_merge.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/flat_file.h"
#include "core/line_edit.h"

namespace keelson {
namespace {

using Counts = std::unordered_map<std::string_view, int>;

// All of it, also behind a NUL.
std::string_view Whole(const Line& line) {
  return line.raw.ends_with('\n') ? line.raw.substr(0, line.raw.size() - 1) : line.raw;
}

std::string_view KeyOf(std::string_view line) { return line.substr(0, line.find(':')); }

Counts CountLines(std::string_view bytes) {
  Counts counts;
  LineReader reader(bytes);
  for (Line line; reader.Next(&line);) ++counts[Whole(line)];
  return counts;
}

// Lines that are in `bytes` more often than in `other`, in their order.
std::vector<std::string_view> OnlyIn(std::string_view bytes, Counts other) {
  std::vector<std::string_view> lines;
  LineReader reader(bytes);
  for (Line line; reader.Next(&line);) {
    const auto found = other.find(Whole(line));
    if (found == other.end() || found->second-- <= 0) lines.push_back(Whole(line));
  }
  return lines;
}

struct Change {
  std::string_view from;
  std::optional<std::string_view> to;  // nothing: the line goes
  bool made = false;
};

class Merger {
 public:
  Merger(std::string_view before, std::string_view after, std::string_view current)
      : before_(CountLines(before)), after_(CountLines(after)), current_(current), edit_(current) {
    added_ = OnlyIn(after, before_);
    for (std::string_view line : OnlyIn(before, after_)) {
      Change change{line, std::nullopt};
      const auto to = std::find_if(added_.begin(), added_.end(), [line](std::string_view added) {
        return KeyOf(added) == KeyOf(line);
      });
      if (to != added_.end()) {
        change.to = *to;
        added_.erase(to);
      }
      changes_.push_back(change);
    }
    for (size_t i = 0; i < changes_.size(); ++i) by_line_[changes_[i].from].push_back(i);
  }

  MergedLines Run() {
    EditCurrent();
    for (const Change& change : changes_) {
      if (!change.made) KeepForeign(change.from);
    }
    for (std::string_view line : added_) {
      if (!KeepForeign(line) && !there_.contains(line)) edit_.Append(line);
    }
    std::sort(kept_.begin(), kept_.end());
    kept_.erase(std::unique(kept_.begin(), kept_.end()), kept_.end());
    return {edit_.Result(), std::move(kept_)};
  }

 private:
  void EditCurrent();
  bool KeepForeign(std::string_view line);

  const Counts before_, after_;
  const std::string_view current_;
  LineEdit edit_;
  std::vector<Change> changes_;
  std::unordered_map<std::string_view, std::vector<size_t>> by_line_;  // of what is not made yet
  std::vector<std::string_view> added_;
  Counts there_;                                          // in current
  std::unordered_map<std::string_view, size_t> foreign_;  // key -> line of the result
  std::vector<size_t> kept_;
};

void Merger::EditCurrent() {
  LineReader reader(current_);
  size_t number = 0;  // of the result
  for (Line line; reader.Next(&line);) {
    const std::string_view text = Whole(line);
    ++number;
    ++there_[text];
    const auto found = by_line_.find(text);
    if (found != by_line_.end() && !found->second.empty()) {
      Change& change = changes_[found->second.front()];
      found->second.erase(found->second.begin());
      change.made = true;
      if (change.to.has_value()) {
        edit_.Replace(line.offset, std::string(*change.to));
      } else {
        edit_.Remove(line.offset);
        --number;
      }
    } else if (!before_.contains(text) && !after_.contains(text)) {
      foreign_.emplace(KeyOf(text), number);
    }
  }
}

// Whether there is a line of somebody's own with the key of this one.
bool Merger::KeepForeign(std::string_view line) {
  const auto found = foreign_.find(KeyOf(line));
  if (found == foreign_.end()) return false;
  kept_.push_back(found->second);
  return true;
}

}  // namespace

MergedLines MergeLines(std::string_view before, std::string_view after, std::string_view current) {
  return Merger(before, after, current).Run();
}

std::string AddMissingLines(std::string_view after, std::string_view current) {
  constexpr std::string_view kNoAccount = "+-#";
  Counts keys;
  LineReader there(current);
  for (Line line; there.Next(&line);) ++keys[KeyOf(Whole(line))];
  LineEdit edit(current);
  LineReader reader(after);
  for (Line line; reader.Next(&line);) {
    const std::string_view text = Whole(line);
    if (text.empty() || kNoAccount.find(text[0]) != kNoAccount.npos) continue;
    if (!keys.contains(KeyOf(text))) edit.Append(text);
  }
  return edit.Result();
}

}  // namespace keelson
