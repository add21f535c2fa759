// Replaces a file atomically or not at all: temporary file beside it, written, synced, renamed
// over, directory synced. A reader sees the old bytes or the new ones; a crash leaves one of them
// (and at most a temporary file of a known pattern, ".NAME.keelson-RANDOM").
#ifndef KEELSON_PLATFORM_REPLACE_H_
#define KEELSON_PLATFORM_REPLACE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/file.h"

namespace keelson {

struct ReplaceOptions {
  uint32_t mode = 0644;       // for a file that was not there
  bool keep_identity = true;  // an existing file's mode and owner carry over
  // uid and gid of a file that was not there.
  std::optional<std::pair<uint32_t, uint32_t>> owner = std::nullopt;
  // False: for what may be lost with the power and whose readers know torn bytes.
  bool sync = true;
};

// On an error the old file is untouched and the temporary one is gone. The one exception is told
// apart: when the rename was done but the directory could not be synced, *renamed (may be null) is
// true.
Error ReplaceFile(Directory& directory, std::string_view name, std::string_view bytes,
                  const ReplaceOptions& options, bool* renamed = nullptr);

// The temporary file of a name, for those who replace more than one file: a new one, mode 0600,
// with *temporary its name; a further name that nobody has; whether a name is one of these, of any
// file or of that one.
Error CreateTemporary(Directory& directory, std::string_view name, std::string* temporary,
                      std::unique_ptr<OutputFile>* file);
std::string TemporaryName(std::string_view name);
bool IsTemporaryName(std::string_view temporary);
bool IsTemporaryName(std::string_view temporary, std::string_view name);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_REPLACE_H_
