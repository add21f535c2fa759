// Only the names of links count, as for init itself; where they lead is the same name's script.
#include "applets/svcd/init_links.h"

#include <algorithm>

#include "core/lsb_script.h"

namespace keelson {

uint8_t RunLevelBit(char level) {
  return level == 'S' ? kLsbRunLevelS : static_cast<uint8_t>(1 << (level - '0'));
}

std::optional<InitLink> ParseInitLink(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name.size() < 4 || (name[0] != 'S' && name[0] != 'K') || !is_digit(name[1]) ||
      !is_digit(name[2])) {
    return std::nullopt;
  }
  return InitLink{name[0] == 'S', static_cast<unsigned>((name[1] - '0') * 10 + name[2] - '0'),
                  name.substr(3)};
}

std::string InitLinkName(bool is_start, unsigned number, std::string_view script) {
  std::string name = is_start ? "S" : "K";
  if (number < 10) name += '0';
  return name + std::to_string(number) + std::string(script);
}

InitLinks::InitLinks(const std::string& etc, SourceFiles* files) {
  for (size_t i = 0; kRunLevels[i] != '\0'; ++i) {
    const std::unique_ptr<SourceFolder> folder = files->Open(etc + "/rc" + kRunLevels[i] + ".d");
    if (folder == nullptr) continue;
    are_there_ = true;
    for (const DirectoryEntry& entry : folder->Entries()) {
      const std::optional<InitLink> link = ParseInitLink(entry.name);
      if (!link) continue;
      Levels& levels = levels_[std::string(link->script)];
      (link->is_start ? levels.start : levels.stop) |= RunLevelBit(kRunLevels[i]);
      if (link->is_start) starts_[i][link->number].emplace_back(link->script);
    }
  }
}

const InitLinks::Levels* InitLinks::Find(std::string_view script) const {
  const auto found = levels_.find(script);
  return found == levels_.end() ? nullptr : &found->second;
}

std::vector<std::string> InitLinks::NextLower(std::string_view script) const {
  std::vector<std::string> lower;
  for (const auto& level : starts_) {
    const std::vector<std::string>* before = nullptr;
    for (const auto& [number, scripts] : level) {
      if (std::find(scripts.begin(), scripts.end(), script) != scripts.end()) {
        if (before != nullptr) lower.insert(lower.end(), before->begin(), before->end());
        break;
      }
      before = &scripts;
    }
  }
  return lower;
}

}  // namespace keelson
