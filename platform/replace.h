// Replaces a file atomically or not at all: temporary file beside it, written, synced, renamed
// over, directory synced. A reader sees the old bytes or the new ones; a crash leaves one of them
// (and at most a temporary file of a known pattern, ".NAME.keelson-RANDOM").
#ifndef KEELSON_PLATFORM_REPLACE_H_
#define KEELSON_PLATFORM_REPLACE_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "platform/file.h"

namespace keelson {

struct ReplaceOptions {
  uint32_t mode = 0644;       // for a file that was not there
  bool keep_identity = true;  // an existing file's mode and owner carry over
  // uid and gid of a file that was not there.
  std::optional<std::pair<uint32_t, uint32_t>> owner = std::nullopt;
};

// On an error the old file is untouched and the temporary one is gone. The one exception is told
// apart: when the rename was done but the directory could not be synced, *renamed (may be null) is
// true.
Error ReplaceFile(Directory& directory, std::string_view name, std::string_view bytes,
                  const ReplaceOptions& options, bool* renamed = nullptr);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_REPLACE_H_
