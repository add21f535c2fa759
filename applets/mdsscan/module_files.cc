// Whatever stands against one file is told and leaves the others alone. Of a bundle or folder that
// others may change nothing is believed.
#include "applets/mdsscan/module_files.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "applets/mdsscan/module_reader.h"
#include "applets/mdsscan/settled.h"
#include "applets/trust.h"
#include "core/mds_reader.h"
#include "platform/clock.h"

namespace keelson {
namespace {

constexpr std::string_view kBundleSuffix = ".bundle";
constexpr size_t kMaxElf = size_t{256} << 20;  // bytes
constexpr int64_t kHalfCopiedNs = 2 * kSecond;
constexpr size_t kMaxFiles = 10'000;  // of one bundle

bool IsElfName(std::string_view name) { return name.ends_with(".so") || name.ends_with(".ko"); }

std::string WithoutSuffix(std::string_view name) {
  return std::string(name.substr(0, name.rfind('.')));
}

}  // namespace

bool IsRecordFile(std::string_view name) {
  return KindOfMdsFile(name, "") != MdsFileKind::kOther && !name.starts_with("._");
}

// --- What stands against it ---

void ModuleReader::Refuse(const std::string& name, std::string_view why) {
  messages_.push_back(PathOf(name) + ": refused: " + std::string(why));
  fault_ = ModuleFault::kRefused;
}

void ModuleReader::RefuseFile(const std::string& name, std::string_view why) {
  Refuse(name, why);
  if (name.empty()) return;
  fault_ = ModuleFault::kPartly;
  refused_file_ = true;
}

// What was there before is kept, and it is read again when it has changed.
void ModuleReader::Fail(const std::string& name, Error error) {
  std::string why = error.Text();
  if (error.code() == EAGAIN || error.code() == ENOENT) why = "changes while it is read";
  if (error.code() == EFBIG) {
    why = "more than " + std::to_string(MaxSizeOf(name.empty() ? module_.entry : name)) + " bytes";
  }
  messages_.push_back(PathOf(name) + ": " + why);
  fault_ = ModuleFault::kPartly;
}

void ModuleReader::CheckTrust(const FileInfo& info, const std::string& name, Step* step) {
  const std::string why = WhyNotTrusted(info, module_.uid);
  if (why.empty()) return;
  Refuse(name, why);
  *step = Step::kStop;
}

// --- The entry ---

// kStop: it is not there, or refused.
Error ModuleReader::Find(std::unique_ptr<Directory>* parent, std::string* name, FileInfo* info,
                         Step* step) {
  *name = module_.entry;
  const Error error = module_.folder->Stat(*name, info);
  if (error.ok() && info->type == FileType::kSymlink) return FollowLink(parent, name, info, step);
  if (error.ok()) return kOk;
  contents_.is_there = false;
  *step = Step::kStop;
  return error.not_found() ? kOk : error;
}

Error ModuleReader::FollowLink(std::unique_ptr<Directory>* parent, std::string* name,
                               FileInfo* info, Step* step) {
  files_.push_back(Seen("", *info));
  files_.back().is_link = true;
  info->mode = 0;  // of no meaning for a link
  CheckTrust(*info, "", step);
  if (*step == Step::kStop) return kOk;
  Error error = module_.root->Locate(module_.path, true, parent, name);
  if (error.ok()) error = (*parent)->Stat(*name, info);
  if (error.ok()) return kOk;
  if (IsExhaustion(error)) return error;
  files_.emplace_back();  // not there: another version than any that is
  Refuse("", "the link leads nowhere: " + error.Text());
  *step = Step::kStop;
  return kOk;
}

Error ModuleReader::Run() {
  std::unique_ptr<Directory> parent;  // of what a link leads to
  std::string name;
  FileInfo info;
  Step step = Step::kGoOn;
  const bool itself = module_.entry == kFolderItself;
  const bool bundle = itself || module_.entry.ends_with(kBundleSuffix);
  std::string_view called = module_.entry;
  // Below a folder of the path several may have the same last name.
  if (itself) called = module_.below;
  if (called.empty()) called = std::string_view(module_.path).substr(module_.path.rfind('/') + 1);
  context_.name = itself ? std::string(called) : WithoutSuffix(called);
  context_.module_id = context_.name;
  context_.path = module_.path;

  // What it usually is needs no look at it first.
  const bool opened = bundle && OpenFolder(*module_.folder, module_.entry, "", &step).ok();
  Error error = opened ? kOk : Find(&parent, &name, &info, &step);
  if (!error.ok()) return error;
  if (opened) {
    if (step == Step::kGoOn) error = ReadBundle();
  } else if (step == Step::kGoOn &&
             info.type != (bundle ? FileType::kDirectory : FileType::kRegular)) {
    files_.push_back(Seen("", info));
    Refuse("", bundle ? "not a directory" : "not a regular file");
  } else if (step == Step::kGoOn && bundle) {
    error = OpenFolder(parent == nullptr ? *module_.folder : *parent, name, "", &step);
    if (error.ok() && step == Step::kGoOn) error = ReadBundle();
  } else if (step == Step::kGoOn) {
    error = ReadFile(parent == nullptr ? *module_.folder : *parent, name, "");
  }
  if (IsExhaustion(error)) return error;
  if (error.not_found() && files_.empty()) contents_.is_there = false;
  if (!error.ok() && contents_.is_there) {
    if (files_.empty()) files_.push_back(Seen("", info));
    Fail("", error);
    keep_all_old_ = true;
  }
  Finish();
  return kOk;
}

void ModuleReader::Finish() {
  if (fault_ == ModuleFault::kRefused) contents_.records.clear();
  // Nobody knows which of the old ones are the refused file's.
  const bool keep = keep_all_old_ || keep_others_;
  if (keep && fault_ != ModuleFault::kRefused && !refused_file_) {
    const size_t before = contents_.records.size();
    if (keep_all_old_) {
      module_.old.AllOther(TakerOf(""));
    } else {
      module_.old.Others(TakerOf(""));
    }
    SeenFile others;
    others.name = kOfNobody;
    Count(before, &others);
    if (!others.records.empty()) files_.push_back(others);
  }
  SeenModule& seen = contents_.seen;
  seen.fault = fault_;
  seen.read_ns = module_.now_ns;
  seen.files = memory_.Keep(std::move(files_));
  seen.messages = memory_.KeepLines(messages_);
  seen.notes = memory_.KeepLines(notes_);
}

// --- A bundle ---

// Adds it to the folders and to what was seen.
Error ModuleReader::OpenFolder(Directory& parent, std::string_view entry, const std::string& name,
                               Step* step) {
  Folder folder{name, nullptr, {}};
  if (Error error = parent.OpenToList(entry, &folder.directory); !error.ok()) return error;
  if (Error error = ListSettled(*folder.directory, &folder.listing); !error.ok()) return error;
  files_.push_back(Seen(name, folder.listing.info));
  files_.back().is_directory = true;
  files_.back().digest = folder.listing.digest;
  CheckTrust(folder.listing.info, name, step);
  folders_.push_back(std::move(folder));
  return kOk;
}

Error ModuleReader::ReadBundle() {
  const auto open_below = [this](size_t folder, std::string_view entry, Step* step) {
    const std::vector<DirectoryEntry>& entries = folders_[folder].listing.entries;
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const DirectoryEntry& e) { return e.name == entry; });
    if (found == entries.end()) return kOk;
    const std::string& above = folders_[folder].name;
    const std::string name = above.empty() ? found->name : above + "/" + found->name;
    if (found->type == FileType::kDirectory) {
      return OpenFolder(*folders_[folder].directory, entry, name, step);
    }
    if (found->type == FileType::kSymlink) notes_.push_back(PathOf(name) + ": a link, passed over");
    return kOk;
  };
  Step step = Step::kGoOn;
  Error error;
  if (module_.entry != kFolderItself) {
    if (error.ok() && step == Step::kGoOn) error = open_below(0, "Resources", &step);
    const size_t contents = folders_.size();
    if (error.ok() && step == Step::kGoOn) error = open_below(0, "Contents", &step);
    if (error.ok() && step == Step::kGoOn && folders_.size() > contents) {
      error = open_below(contents, "Resources", &step);
      folders_.erase(folders_.begin() + static_cast<ptrdiff_t>(contents));
    }
  }
  if (!error.ok() || step == Step::kStop) return error;
  return ReadBundleFiles();
}

Error ModuleReader::ReadBundleFiles() {
  for (const Folder& folder : folders_) {
    for (const DirectoryEntry& entry : folder.listing.entries) {
      const bool elf = IsElfName(entry.name) || entry.name.ends_with(".module");
      if (!IsRecordFile(entry.name) || entry.type == FileType::kDirectory) continue;
      // In a folder of the path those are modules of their own.
      if (elf && module_.entry == kFolderItself) continue;
      const std::string name = folder.name.empty() ? entry.name : folder.name + "/" + entry.name;
      if (entry.type == FileType::kSymlink) {
        notes_.push_back(PathOf(name) + ": a link, passed over");
        continue;
      }
      if (++record_files_ > kMaxFiles) {
        Refuse("", "more than " + std::to_string(kMaxFiles) + " files");
        return kOk;
      }
      if (entry.type != FileType::kRegular) {
        RefuseFile(name, "not a regular file");
      } else if (Error error = ReadFile(*folder.directory, entry.name, name); !error.ok()) {
        return error;
      }
    }
  }
  if (record_files_ == 0) KeepIfYoung();
  return kOk;
}

void ModuleReader::KeepIfYoung() {
  if (!IsYoung(files_, module_.now_ns) || !module_.old.any()) return;
  fault_ = ModuleFault::kEmpty;
  const size_t before = contents_.records.size();
  module_.old.AllOther(TakerOf(""));
  Count(before, &files_.back());
}

// Stamps of the future are another clock's and say nothing.
bool IsYoung(std::span<const SeenFile> files, int64_t now_ns) {
  int64_t changed_ns = 0;
  for (const SeenFile& file : files) changed_ns = std::max(changed_ns, file.validator.ctime_ns);
  const int64_t age = now_ns - changed_ns;
  return -kHalfCopiedNs < age && age < kHalfCopiedNs;
}

size_t MaxSizeOf(std::string_view name) { return IsElfName(name) ? kMaxElf : kMaxMdsFile; }

bool IsModuleEntry(std::string_view name, FileType type) {
  if (name.starts_with('.')) return false;
  if (name.ends_with(kBundleSuffix)) return true;
  return type != FileType::kDirectory && !name.ends_with(".mdsinfo") && IsRecordFile(name);
}

Error ReadModule(const ModuleToRead& module, MdsSchema* schema, CatalogMemory* memory,
                 ModuleContents* contents) {
  return ModuleReader(module, schema, memory, contents).Run();
}

}  // namespace keelson
