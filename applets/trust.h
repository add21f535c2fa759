// Whose folders, bundles and files are believed.
#ifndef KEELSON_APPLETS_TRUST_H_
#define KEELSON_APPLETS_TRUST_H_

#include <cstdint>
#include <string>

#include "platform/file.h"

namespace keelson {

// Empty: it belongs to root or to this user, and nobody else may write to it; for root neither may
// a group, but root's own. Otherwise what stands against it: "belongs to uid 7".
std::string WhyNotTrusted(const FileInfo& info, uint32_t uid);

}  // namespace keelson

#endif  // KEELSON_APPLETS_TRUST_H_
