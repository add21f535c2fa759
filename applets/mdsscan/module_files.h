// A module's files -> its records, and what is to be remembered of them.
//
// Of a bundle: the record files in it, in Resources and in Contents/Resources, in that order, by
// name. No link is followed inside a bundle.
#ifndef KEELSON_APPLETS_MDSSCAN_MODULE_FILES_H_
#define KEELSON_APPLETS_MDSSCAN_MODULE_FILES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/mdsscan/catalog.h"
#include "applets/mdsscan/old_records.h"
#include "core/mds_record.h"
#include "core/mds_schema.h"
#include "platform/file.h"

namespace keelson {

// Is an entry of this name and type a module? Not for *.mdsinfo, which make their folder one.
bool IsModuleEntry(std::string_view name, FileType type);
size_t MaxSizeOf(std::string_view name);  // of a record file of that name
inline constexpr std::string_view kFolderItself = ".";
// These files and folders have changed so lately that the rest of a bundle may be on its way.
bool IsYoung(std::span<const SeenFile> files, int64_t now_ns);

struct ModuleToRead {
  Root* root = nullptr;
  Directory* folder = nullptr;  // that has the entry
  std::string_view entry;       // "a.bundle"; kFolderItself: the folder is the bundle
  std::string path;             // of the module, below the root
  std::string_view below;       // of its folder, below that of the path; "": that one itself
  int64_t now_ns = 0;           // since 1970
  uint32_t uid = 0;             // whose files are believed, beside root's
  OldRecords old;
};

struct ModuleContents {
  SeenModule seen;  // without its name
  std::vector<MdsRecord> records;
  bool is_there = true;
};

// What is wrong with the module is in its messages; an error here says that no module can be read.
Error ReadModule(const ModuleToRead& module, MdsSchema* schema, CatalogMemory* memory,
                 ModuleContents* contents);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_MODULE_FILES_H_
