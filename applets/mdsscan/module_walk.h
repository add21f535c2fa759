// What there is now in the folders of the path, compared with what was seen before.
//
// One system call for each file and directory that was seen. A time stamp as young as the scan that
// saw it proves nothing: such a file is read again, such a directory listed, and the digests
// compared.
#ifndef KEELSON_APPLETS_MDSSCAN_MODULE_WALK_H_
#define KEELSON_APPLETS_MDSSCAN_MODULE_WALK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "applets/mdsscan/catalog.h"
#include "platform/file.h"

namespace keelson {

struct WalkOptions {
  std::vector<std::string> path;
  bool recursive = false;
  uint32_t uid = 0;  // whose folders are believed, beside root's
};

// A module's name taken apart: "12/sub/x.ko".
struct ModulePlace {
  uint32_t place = 0;
  std::string_view folder;  // "sub"
  std::string_view entry;   // "x.ko"
};
ModulePlace PlaceOfModule(std::string_view name);
// "7/"; in a path of more than ten folders "07/" and so on, so that the names sort as the path
// does.
std::string PlaceText(uint32_t place, size_t folders);
// Cuts "12/" off.
uint32_t CutPlace(std::string_view* name);

struct FoundModule {
  std::string_view name;
  const SeenModule* old = nullptr;  // null: it was not there
  bool same = false;
};

// What a walk found. Views are the catalog's and the memory's that the walk was given.
struct Sight {
  std::vector<std::unique_ptr<Directory>> places;  // null: not there
  std::vector<SeenFolder> folders;                 // as in a catalog
  std::vector<FoundModule> modules;                // sorted by name
  bool differs = false;
  int64_t now_ns = 0;      // when the walk began
  int64_t started_ns = 0;  // when the walk began that has looked at everything
  size_t rechecked = 0;    // the same by their digests, which a younger catalog would know at once
};

class ModuleWalk {
 public:
  // REQUIRES: all outlive this and the sight.
  ModuleWalk(Root* root, const WalkOptions& options, const Catalog& old, CatalogMemory* memory);

  // now_ns: of the clock by which files are stamped. An error: there are no descriptors left.
  Error All(int64_t now_ns, Sight* sight);
  // As All, if nothing has changed but these modules and folders ("0/a.bundle"; "0/", "0/sub/").
  Error Some(int64_t now_ns, const std::vector<std::string>& places, Sight* sight);

 private:
  struct FolderKey {
    uint32_t place;
    std::string_view name;
    friend bool operator==(const FolderKey&, const FolderKey&) = default;
    friend bool operator<(const FolderKey& a, const FolderKey& b) {
      return std::tie(a.place, a.name) < std::tie(b.place, b.name);
    }
  };

  Error OpenPlaces();
  Error WalkFolder(FolderKey key, int depth);
  Error ListFolder(FolderKey key, int depth, SeenFolder* folder);
  void TakeEntries(FolderKey key, const std::vector<DirectoryEntry>& entries,
                   std::vector<std::string_view>* below);
  bool IsSameFolder(FolderKey key, const SeenFolder& old);
  const SeenFolder* FindOld(FolderKey key) const;
  void Merge();
  // Within a tick of its stamp a file may change again.
  static int64_t TickNs(bool exact_stamps);
  bool IsSameModule(const SeenModule& module);
  bool IsSameFile(Directory& from, std::string_view path, int64_t slop_ns, const SeenFile& file);
  bool HasSameDigest(Directory& from, std::string_view path, const SeenFile& file);
  bool IsBelowRelisted(FolderKey key) const;
  const SeenModule* FindOldModule(std::string_view name) const;
  void AddNamed(const std::string& name);
  void SortFolders();
  std::string PathOf(FolderKey key) const;

  Root& root_;
  const WalkOptions& options_;
  const Catalog& old_;
  CatalogMemory& memory_;
  Sight* sight_ = nullptr;
  std::vector<int64_t> slop_ns_;  // of each place
  std::multimap<FolderKey, const SeenFolder*> old_below_;
  std::vector<Error> place_errors_;
  std::set<FolderKey> relist_;             // whatever their time stamps say
  std::map<FolderKey, bool> relisted_;     // every folder that is there: was it listed?
  std::vector<std::string_view> entries_;  // modules of folders that were listed
  std::string buffer_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_MODULE_WALK_H_
