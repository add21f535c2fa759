// The two kinds of process trees.
#ifndef KEELSON_PLATFORM_LINUX_PROCESS_TREES_H_
#define KEELSON_PLATFORM_LINUX_PROCESS_TREES_H_

#include <memory>
#include <string_view>

#include "platform/error.h"
#include "platform/process_tree.h"

namespace keelson {

inline bool IsMark(std::string_view mark) {
  size_t equals = mark.find('=');
  return equals != 0 && equals != mark.npos && mark.find('\0') == mark.npos;
}

// An error: no control groups, or not for us.
Error NewGroupTrees(std::string_view label, std::unique_ptr<ProcessTrees>* trees);

std::unique_ptr<ProcessTrees> NewMarkTrees();

// A tree's folder. What is frozen of it, or the folder that it lies in, goes on. True: it was.
bool ThawGroup(int folder);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_LINUX_PROCESS_TREES_H_
