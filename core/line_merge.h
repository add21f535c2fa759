// A change from one version of an account file to the next, made on a third version, which somebody
// else made of the first one meanwhile.
//
// Lines are compared as a whole; a line's key is its first field, up to ':'. What was changed is
// replaced where it stands, what is new goes where line_edit.h puts it. A line that the third
// version has, and neither of the other two, is somebody's own: it stays, and no change of a line
// with that key is made.
#ifndef KEELSON_CORE_LINE_MERGE_H_
#define KEELSON_CORE_LINE_MERGE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

struct MergedLines {
  std::string bytes;
  std::vector<size_t> kept;  // lines of `bytes`, from 1, that were not changed as they should be
};

MergedLines MergeLines(std::string_view before, std::string_view after, std::string_view current);

// When nobody knows the first version any more: lines of `after` whose keys `current` does not have
// are added. Compat lines, comments and empty lines are not.
std::string AddMissingLines(std::string_view after, std::string_view current);

}  // namespace keelson

#endif  // KEELSON_CORE_LINE_MERGE_H_
