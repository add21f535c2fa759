// One module being read: what ReadModule does, in two files. module_files.cc finds its files,
// module_records.cc reads one.
#ifndef KEELSON_APPLETS_MDSSCAN_MODULE_READER_H_
#define KEELSON_APPLETS_MDSSCAN_MODULE_READER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "applets/mdsscan/catalog.h"
#include "applets/mdsscan/module_files.h"
#include "applets/mdsscan/settled.h"
#include "core/mds_reader.h"
#include "core/mds_schema.h"
#include "platform/file.h"

namespace keelson {

// A file that may give records: of those, and of the directories that have them, versions are kept.
bool IsRecordFile(std::string_view name);

class ModuleReader {
 public:
  ModuleReader(const ModuleToRead& module, MdsSchema* schema, CatalogMemory* memory,
               ModuleContents* contents)
      : module_(module), schema_(*schema), memory_(*memory), contents_(*contents) {}

  Error Run();

 private:
  struct Folder {
    std::string name;  // below the module
    std::unique_ptr<Directory> directory;
    Listing listing;
  };
  enum class Step { kGoOn, kStop };

  Error Find(std::unique_ptr<Directory>* parent, std::string* name, FileInfo* info, Step* step);
  Error FollowLink(std::unique_ptr<Directory>* parent, std::string* name, FileInfo* info,
                   Step* step);
  Error ReadBundle();
  Error ReadBundleFiles();
  Error OpenFolder(Directory& parent, std::string_view entry, const std::string& name, Step* step);
  Error ReadFile(Directory& directory, std::string_view entry, const std::string& name);
  void Parse(std::string_view named, std::string_view bytes, const std::string& folder,
             SeenFile* file);
  bool ReadResource(const std::string& folder, const std::string& name, std::string* bytes);
  void KeepOldOf(SeenFile* file);
  void KeepIfYoung();
  void Count(size_t before, SeenFile* file, const std::vector<std::string>& declared = {});
  OldRecords::Taker TakerOf(const std::string& name) {
    return {PathOf(name), &schema_, &contents_.records, &messages_};
  }
  void CheckTrust(const FileInfo& info, const std::string& name, Step* step);
  void Refuse(const std::string& name, std::string_view why);      // the whole module
  void RefuseFile(const std::string& name, std::string_view why);  // of a bundle: that one alone
  void Fail(const std::string& name, Error error);
  std::string PathOf(const std::string& name) const {
    return name.empty() ? module_.path : module_.path + "/" + name;
  }
  SeenFile Seen(const std::string& name, const FileInfo& info) {
    SeenFile file;
    if (!name.empty()) file.name = memory_.Keep(name);
    file.validator = ValidatorOf(info);
    return file;
  }
  void Finish();

  const ModuleToRead& module_;
  MdsSchema& schema_;
  CatalogMemory& memory_;
  ModuleContents& contents_;
  ModuleFault fault_ = ModuleFault::kNone;
  MdsContext context_;
  std::vector<Folder> folders_;
  std::vector<SeenFile> files_;
  std::vector<std::string> messages_, notes_;
  bool keep_all_old_ = false, keep_others_ = false, refused_file_ = false;
  size_t record_files_ = 0;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_MODULE_READER_H_
