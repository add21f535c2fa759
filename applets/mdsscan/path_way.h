// The entries that a path leads through: whichever of them is replaced, the path means another
// file.
#ifndef KEELSON_APPLETS_MDSSCAN_PATH_WAY_H_
#define KEELSON_APPLETS_MDSSCAN_PATH_WAY_H_

#include <string>
#include <string_view>
#include <vector>

#include "platform/file.h"

namespace keelson {

struct PathStep {
  std::string folder;  // below the root, without links in it; "/": the root itself
  std::string entry;
};

struct PathWay {
  std::vector<PathStep> steps;  // as far as the way can be gone; the last one is missing then
  bool is_there = false;
  std::string end;  // the same file, without links
};

// path is absolute, below the root; links are followed inside it, at most 40.
PathWay WayOf(Root& root, std::string_view path);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_PATH_WAY_H_
