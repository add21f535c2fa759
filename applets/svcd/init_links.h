// The links in rc0.d to rc6.d and rcS.d: S20cron starts cron in that run level, K20cron stops it.
#ifndef KEELSON_APPLETS_SVCD_INIT_LINKS_H_
#define KEELSON_APPLETS_SVCD_INIT_LINKS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "applets/svcd/source_files.h"

namespace keelson {

inline constexpr char kRunLevels[] = "0123456S";

// The bit of core/lsb_script.h. REQUIRES: one of kRunLevels.
uint8_t RunLevelBit(char level);

struct InitLink {
  bool is_start = false;
  unsigned number = 0;
  std::string_view script;
};
std::optional<InitLink> ParseInitLink(std::string_view name);
std::string InitLinkName(bool is_start, unsigned number, std::string_view script);

class InitLinks {
 public:
  // etc: the folder that holds them.
  InitLinks(const std::string& etc, SourceFiles* files);

  bool are_there() const { return are_there_; }  // one of the folders at least
  struct Levels {
    uint8_t start = 0, stop = 0;
  };
  const Levels* Find(std::string_view script) const;  // or null
  // Scripts that start in a run level of this one with the next lower number.
  std::vector<std::string> NextLower(std::string_view script) const;

 private:
  bool are_there_ = false;
  std::map<std::string, Levels, std::less<>> levels_;
  std::map<unsigned, std::vector<std::string>> starts_[8];  // by level and number
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_INIT_LINKS_H_
