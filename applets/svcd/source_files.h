// Reading folders and files that say what root shall run: those of root or of the caller alone,
// none of them large, no more than so many. What is refused is told of.
#ifndef KEELSON_APPLETS_SVCD_SOURCE_FILES_H_
#define KEELSON_APPLETS_SVCD_SOURCE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/flat_file.h"
#include "platform/file.h"

namespace keelson {

inline constexpr size_t kMaxDefinition = size_t{64} << 10;  // bytes
inline constexpr size_t kMaxScript = size_t{1} << 20;       // bytes
inline constexpr size_t kMaxFindings = 1000;
inline constexpr size_t kMaxSourceEntries = 20'000;  // of a folder

class SourceFolder;

class SourceFiles {
 public:
  // Findings are appended. REQUIRES: root and the two others outlive it.
  SourceFiles(Root* root, std::vector<std::string>* findings, bool* is_sound);

  // Null: it is not there, or it is told of.
  std::unique_ptr<SourceFolder> Open(const std::string& path);
  // A file that need not be there. False: nothing was read; what is there and could not be read was
  // told of.
  bool ReadOptional(const std::string& path, size_t limit, FileBytes* bytes,
                    bool* is_there = nullptr);

  void Warn(std::string finding);  // odd
  void Fail(std::string finding);  // an error: something was left out
  void Fail(std::string_view path, const std::vector<ParseError>& errors);

  Root* root() const { return root_; }

 private:
  friend class SourceFolder;
  // Tells of an error, or of an owner that is not trusted.
  bool IsGood(const std::string& path, Error error, const FileInfo& info);

  Root* root_;
  const uint32_t uid_;
  std::vector<std::string>* findings_;
  bool* is_sound_;
};

class SourceFolder {
 public:
  SourceFolder(SourceFiles* files, std::string path, std::unique_ptr<Directory> directory)
      : files_(files), path_(std::move(path)), directory_(std::move(directory)) {}

  const std::string& path() const { return path_; }
  std::string PathOf(std::string_view name) const { return path_ + "/" + std::string(name); }
  // Sorted, without those that begin with '.'.
  std::vector<DirectoryEntry> Entries();
  // A regular file, or what a link leads to below the root. *info may be null. False: told of; or
  // silently if it is a directory or none of them at all.
  bool Read(const std::string& name, size_t limit, FileBytes* bytes, FileInfo* info);
  // The same, of a name that nothing but a file should have: told of in any case.
  bool ReadNamed(const std::string& name, size_t limit, FileBytes* bytes);

 private:
  Error ReadAny(const std::string& name, size_t limit, FileBytes* bytes, FileInfo* info);

  SourceFiles* files_;
  std::string path_;
  std::unique_ptr<Directory> directory_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_SOURCE_FILES_H_
