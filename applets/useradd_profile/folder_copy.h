// Whole folders, copied into a home and removed again.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_FOLDER_COPY_H_
#define KEELSON_APPLETS_USERADD_PROFILE_FOLDER_COPY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/file.h"

namespace keelson {

// A skeleton is a handful of small files; whatever is larger is a mistake. EFBIG, EMLINK (depth).
inline constexpr size_t kMaxCopiedBytes = size_t{64} << 20;
inline constexpr size_t kMaxCopiedEntries = 10'000;
inline constexpr size_t kMaxCopiedDepth = 32;

// Copies all that is in `from` into `to`, which is empty: files, folders, links as links, with
// their modes and this owner, synced. EINVAL: something that is none of these. *where: the path of
// `from`, and after an error of what it was about.
Error CopyFolder(Directory& from, Directory& to, uint32_t uid, uint32_t gid, std::string* where);

// With all that is in it. Nothing behind a link is touched.
Error RemoveFolder(Directory& parent, std::string_view name);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_FOLDER_COPY_H_
