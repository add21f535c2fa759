// Every file of a tree, in one pass and with one system call a file, whatever the files are called
// and however deep they lie.
//
// Symbolic links are looked at and not followed. All calls are relative to open directories, so
// that a directory that somebody moves or replaces meanwhile cannot lead the walk anywhere else.
#ifndef KEELSON_PLATFORM_TREE_WALK_H_
#define KEELSON_PLATFORM_TREE_WALK_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/error.h"
#include "platform/file.h"

namespace keelson {

// Valid during the call only.
struct TreeEntry {
  std::string_view folder;  // the path of the directory it is in
  std::string_view name;    // empty: the top itself, whose path is `folder`
  bool is_directory = false;
  uint32_t uid = 0;
  uint32_t gid = 0;

  std::string Path() const {
    std::string path(folder);
    if (!name.empty()) path.append("/").append(name);
    return path.empty() ? "/" : path;
  }
};

class TreeVisitor {
 public:
  virtual ~TreeVisitor() = default;
  // Each file, a directory before what is in it. False: a directory is not entered.
  virtual bool Visit(const TreeEntry& entry) = 0;
  // What could not be looked at; the walk goes on. Files that vanish meanwhile are not told of.
  virtual void Failed(const std::string& path, Error error) = 0;
  // After each directory: how much of the whole is done, from 0 to 1, as far as one can know.
  virtual void Progress(double done) { static_cast<void>(done); }
};

// top: of NewRoot's or OpenRoot's tree of the running system (kUnsupported: it is not). path: what
// the top is called in the paths of entries, without a slash at its end; "": "/".
Error WalkTree(Directory& top, std::string_view path, TreeVisitor* visitor);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_TREE_WALK_H_
