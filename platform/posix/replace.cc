// Create, own, write, set the mode, sync, rename, sync the directory: each step may fail, and until
// the rename the only trace is the temporary file, which is removed. The owner is set before the
// mode, because chown(2) takes the set-id bits away; the bytes are private until both are right.
#include "platform/replace.h"

#include <algorithm>
#include <string>

#include "platform/clock.h"

namespace keelson {
namespace {

constexpr int kNameTries = 100;
constexpr int kRandomLetters = 8;
constexpr std::string_view kRandomAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

constexpr std::string_view kMark = ".keelson-";

std::string TemporaryPrefix(std::string_view name) {
  return ("." + std::string(name)).append(kMark);
}

}  // namespace

std::string TemporaryName(std::string_view name) {
  static uint64_t counter = 0;
  // Only so that two writers do not meet; Create refuses a name that is taken.
  uint64_t mixed =
      (static_cast<uint64_t>(SystemClock()->WallNs()) + ++counter) * 0x9e3779b97f4a7c15u;
  std::string result = TemporaryPrefix(name);
  for (int i = 0; i < kRandomLetters; ++i, mixed <<= 5) result += kRandomAlphabet[mixed >> 59];
  return result;
}

bool IsTemporaryName(std::string_view temporary) {
  const size_t end = temporary.size();
  const size_t tail = kMark.size() + kRandomLetters;
  return end > tail + 1 && IsTemporaryName(temporary, temporary.substr(1, end - tail - 1));
}

bool IsTemporaryName(std::string_view temporary, std::string_view name) {
  const std::string prefix = TemporaryPrefix(name);
  return temporary.size() == prefix.size() + kRandomLetters && temporary.starts_with(prefix) &&
         temporary.find_first_not_of(kRandomAlphabet, prefix.size()) == temporary.npos;
}

Error CreateTemporary(Directory& directory, std::string_view name, std::string* temporary,
                      std::unique_ptr<OutputFile>* file) {
  Error error;
  for (int i = 0; i < kNameTries; ++i) {
    *temporary = TemporaryName(name);
    error = directory.Create(*temporary, 0600, file);
    if (error.code() != EEXIST) break;
  }
  return error;
}

namespace {

// What the new file is to be, from the old one or from the options.
struct Identity {
  uint32_t mode = 0;
  bool own = false;
  uint32_t uid = 0;
  uint32_t gid = 0;
};

Error FindIdentity(Directory& directory, std::string_view name, const ReplaceOptions& options,
                   Identity* identity) {
  identity->mode = options.mode;
  if (options.owner.has_value())
    *identity = {options.mode, true, options.owner->first, options.owner->second};
  FileInfo old;
  Error error = directory.Stat(name, &old);
  if (error.code() == ENOENT) return kOk;
  if (!error.ok()) return error;
  if (old.type == FileType::kDirectory) return Error(EISDIR);
  if (options.keep_identity && old.type == FileType::kRegular) {
    *identity = {old.mode, true, old.uid, old.gid};
  }
  return kOk;
}

Error Fill(OutputFile& file, const Identity& identity, std::string_view bytes, bool sync) {
  if (identity.own) {
    if (Error error = file.SetOwner(identity.uid, identity.gid); !error.ok()) return error;
  }
  if (Error error = file.Write(bytes); !error.ok()) return error;
  if (Error error = file.SetMode(identity.mode); !error.ok()) return error;
  return sync ? file.Sync() : kOk;
}

}  // namespace

Error ReplaceFile(Directory& directory, std::string_view name, std::string_view bytes,
                  const ReplaceOptions& options, bool* renamed) {
  if (renamed != nullptr) *renamed = false;
  Identity identity;
  if (Error error = FindIdentity(directory, name, options, &identity); !error.ok()) return error;
  std::string temporary;
  std::unique_ptr<OutputFile> file;
  if (Error error = CreateTemporary(directory, name, &temporary, &file); !error.ok()) return error;

  Error error = Fill(*file, identity, bytes, options.sync);
  file.reset();
  if (error.ok()) error = directory.Rename(temporary, name);
  if (!error.ok()) {
    (void)directory.Remove(temporary);  // the first error is the one that explains
    return error;
  }
  if (renamed != nullptr) *renamed = true;
  return options.sync ? directory.Sync() : kOk;
}

}  // namespace keelson
