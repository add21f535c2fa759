// Appended lines are numbered from the end of all offsets downwards, so that one number names
// either kind.
#include "applets/useradd_profile/account_text.h"

#include <utility>

#include "core/flat_file.h"
#include "core/line_edit.h"

namespace keelson {
namespace {

constexpr uint64_t kLastLine = UINT64_MAX;

size_t IndexOf(AccountText::Line line) { return static_cast<size_t>(kLastLine - line); }
bool IsAppended(AccountText::Line line) { return line > kMaxFlatFile; }

}  // namespace

Error AccountText::Read(Root& root, std::string_view path) {
  Error error = root.Read(path, kMaxFlatFile, &bytes_, nullptr);
  exists_ = error.ok();
  return error.code() == ENOENT ? kOk : error;
}

std::optional<std::string_view> AccountText::Text(Line line) const {
  if (IsAppended(line)) return appended_[IndexOf(line)];
  const auto found = changed_.find(line);
  if (found != changed_.end()) return found->second;
  return LineAt(bytes(), line).text;
}

void AccountText::Set(Line line, std::string text) {
  if (Text(line) == text) return;
  (IsAppended(line) ? appended_[IndexOf(line)] : changed_[line]) = std::move(text);
}

void AccountText::Remove(Line line) {
  (IsAppended(line) ? appended_[IndexOf(line)] : changed_[line]) = std::nullopt;
}

AccountText::Line AccountText::Append(std::string text) {
  appended_.push_back(std::move(text));
  return kLastLine - (appended_.size() - 1);
}

std::vector<AccountText::Line> AccountText::LinesWith(std::string_view word) const {
  std::vector<Line> lines;
  const std::string_view all = bytes();
  for (size_t at = all.find(word); at != all.npos; at = all.find(word, at)) {
    const size_t before = at == 0 ? all.npos : all.rfind('\n', at - 1);
    lines.push_back(before == all.npos ? 0 : before + 1);
    at = all.find('\n', at);
    if (at == all.npos) break;
  }
  for (const auto& [line, text] : changed_) {
    if (text.has_value() && text->find(word) != text->npos &&
        LineAt(all, line).raw.find(word) == all.npos) {
      lines.push_back(line);
    }
  }
  for (size_t i = 0; i < appended_.size(); ++i) lines.push_back(kLastLine - i);
  return lines;
}

bool AccountText::changed() const {
  for (const auto& text : appended_) {
    if (text.has_value()) return true;
  }
  return !changed_.empty();
}

std::string AccountText::Result() const {
  LineEdit edit(bytes());
  for (const auto& [line, text] : changed_) {
    if (text.has_value()) {
      edit.Replace(line, *text);
    } else {
      edit.Remove(line);
    }
  }
  for (const auto& text : appended_) {
    if (text.has_value()) edit.Append(*text);
  }
  return edit.Result();
}

}  // namespace keelson
