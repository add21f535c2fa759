// Listing and reading what somebody may be changing: looked at before and after, so that what was
// seen belongs to the time stamps that are remembered of it.
#ifndef KEELSON_APPLETS_MDSSCAN_SETTLED_H_
#define KEELSON_APPLETS_MDSSCAN_SETTLED_H_

#include <memory>
#include <string_view>
#include <vector>

#include "applets/mdsscan/catalog.h"
#include "platform/file.h"

namespace keelson {

struct Listing {
  FileInfo info;                        // of the directory, before it was listed
  std::vector<DirectoryEntry> entries;  // sorted by name; no type is kOther
  Digest digest;
};

// EAGAIN: it was another one each time that was tried. ENOENT: gone, or a part of it is.
Error ListSettled(Directory& directory, Listing* listing);
// As Directory::Read. EAGAIN, ENOENT: as above.
Error ReadSettled(Directory& directory, std::string_view name, size_t limit, FileBytes* bytes,
                  FileInfo* info);

// "a/b" below here, no link followed. "": this one again.
Error OpenBelow(Directory& directory, std::string_view path, std::unique_ptr<Directory>* below);

// Whoever gets these has no files or memory left to go on with.
bool IsExhaustion(Error error);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_SETTLED_H_
