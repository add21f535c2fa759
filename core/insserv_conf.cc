// A line is a name, a separator and members.
#include "core/insserv_conf.h"

#include <cstddef>

#include "core/flat_file.h"

namespace keelson {
namespace {

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// "$name" or "<name>" at the front, or nothing.
std::string_view TakeName(std::string_view text) {
  if (text.empty() || (text[0] != '$' && text[0] != '<')) return {};
  size_t end = 1;
  while (end < text.size() && IsNameByte(text[end])) ++end;
  if (end == 1) return {};
  if (text[0] == '$') return text.substr(0, end);
  return end < text.size() && text[end] == '>' ? text.substr(0, end + 1) : std::string_view();
}

// The text behind blanks, one '=' or ':', and blanks; nothing: there is none of these.
std::string_view SkipSeparator(std::string_view text) {
  const size_t whole = text.size();
  const auto skip_blanks = [&] {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
  };
  skip_blanks();
  if (!text.empty() && (text[0] == '=' || text[0] == ':')) {
    text.remove_prefix(1);
    skip_blanks();
  }
  return text.size() == whole ? std::string_view() : text;
}

std::vector<std::string> Members(std::string_view text) {
  std::vector<std::string> members;
  size_t end = 0;
  while (end < text.size() && text[end] >= ' ' && text[end] <= '~') ++end;
  text = text.substr(0, end);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find_first_of(" ,;"));
    if (!word.empty()) members.emplace_back(word);
    text.remove_prefix(word.size() == text.size() ? word.size() : word.size() + 1);
  }
  return members;
}

}  // namespace

void ReadInsservConf(std::string_view bytes, LsbFacilities* facilities) {
  LineReader lines(bytes);
  Line line;
  while (lines.Next(&line)) {
    const std::string_view name = TakeName(line.text);
    if (name.empty()) continue;
    const std::vector<std::string> members = Members(SkipSeparator(line.text.substr(name.size())));
    if (name[0] == '$') {
      std::vector<std::string>& all = facilities->members[std::string(name)];
      all.insert(all.end(), members.begin(), members.end());
    } else if (name == "<interactive>") {
      facilities->interactive.insert(members.begin(), members.end());
    }
  }
}

std::vector<std::string> ExpandLsbFacility(const LsbFacilities& facilities, std::string_view name,
                                           bool* is_loop) {
  *is_loop = false;
  std::vector<std::string> members;
  std::set<std::string, std::less<>> seen;
  std::vector<std::string_view> left = {name};
  while (!left.empty()) {
    const auto found = facilities.members.find(left.back());
    left.pop_back();
    if (found == facilities.members.end()) continue;
    for (const std::string& member : found->second) {
      if (member == name) *is_loop = true;
      if (!seen.insert(member).second) continue;
      if (member[0] == '$') {
        left.push_back(member);
      } else {
        members.push_back(member);
      }
    }
  }
  return members;
}

}  // namespace keelson
