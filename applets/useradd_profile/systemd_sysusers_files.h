// The files of sysusers.d: where they lie, which of them count, and in which order.
//
// Of files of one name in several folders the one of the first folder counts: /etc, /run,
// /usr/local/lib, /usr/lib, /lib, each with sysusers.d in it. They are read in the order of their
// names. A link to /dev/null is an empty file.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_FILES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "platform/file.h"

namespace keelson {

class SysusersFiles {
 public:
  // root outlives this. shown_root: what stands before its paths in messages; "" for "/".
  SysusersFiles(Root* root, std::string shown_root)
      : root_(*root), shown_root_(std::move(shown_root)) {}

  struct File {
    std::string path;  // below the root; or of the running system: see outside
    std::string shown;
    bool outside = false;   // named by the user with an absolute path, or "-"
    bool replaced = false;  // something else is to be read in its place
  };

  // All *.conf whose names do not begin with '.', in order. replace: an absolute path; it has its
  // place in the list, as a file that is there, unless a folder before its own has the name.
  Error List(std::string_view replace, std::vector<File>* files) const;

  // What a FILE on the command line means: "-" is the standard input, an absolute path is one of
  // the running system, any other is looked for in the folders. ENOENT: none has it.
  Error Find(std::string_view operand, File* file) const;

  // EISDIR: it is a directory.
  Error Read(const File& file, std::string* bytes) const;

 private:
  File Inside(const std::string& path) const;
  bool IsMask(const std::string& path) const;

  Root& root_;
  std::string shown_root_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_FILES_H_
