// What a svcd leaves when it is killed.
#ifndef KEELSON_APPLETS_SVCD_LEFT_BEHIND_H_
#define KEELSON_APPLETS_SVCD_LEFT_BEHIND_H_

#include <string>

#include "core/log.h"

namespace keelson {

inline constexpr char kTreeLabel[] = "svcd-";  // ServiceRunner::Options::tree_label begins so

// Removes empty folders of trees, and warns of what is in others, and of processes that were
// started by one that answered at this socket. REQUIRES: none answers there, and we have started
// nothing yet.
void TellOfLeftBehind(const std::string& socket, Log log);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_LEFT_BEHIND_H_
