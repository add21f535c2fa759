// One file of a module -> its records. What does not parse, is too large or cannot be read now
// keeps the records that it had; what is not trusted loses them.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "applets/mdsscan/module_reader.h"
#include "applets/trust.h"

namespace keelson {

Error ModuleReader::ReadFile(Directory& directory, std::string_view entry,
                             const std::string& name) {
  FileBytes bytes;
  FileInfo info;
  // By the module's own name: a link may lead to a file of another one.
  const std::string_view named = name.empty() ? module_.entry : entry;
  const Error error = ReadSettled(directory, entry, MaxSizeOf(named), &bytes, &info);
  if (IsExhaustion(error)) return error;
  if (!error.ok()) {
    if (name.empty() && error.code() == ENOENT) return error;
    FileInfo now;
    const bool lasts = error.code() == EACCES || error.code() == EFBIG || error.code() == EPERM;
    const bool is_there = directory.Stat(entry, &now).ok();
    files_.push_back(is_there && lasts ? Seen(name, now) : SeenFile{});
    if (!name.empty()) files_.back().name = memory_.Keep(name);
    std::string why;
    if (is_there) why = WhyNotTrusted(now, module_.uid);
    if (is_there && now.type != FileType::kRegular) why = "not a regular file";
    if (!why.empty()) {
      RefuseFile(name, why);
    } else {
      Fail(name, error);
      KeepOldOf(&files_.back());
    }
    return kOk;
  }
  SeenFile file = Seen(name, info);
  file.digest = DigestOf(bytes.view());
  if (const std::string why = WhyNotTrusted(info, module_.uid); !why.empty()) {
    RefuseFile(name, why);
  } else if (bytes.view().empty() && module_.old.any() && IsYoung({&file, 1}, module_.now_ns)) {
    // Somebody has cut it to write it anew.
    if (fault_ == ModuleFault::kNone) fault_ = ModuleFault::kEmpty;
    KeepOldOf(&file);
  } else {
    const size_t slash = name.rfind('/');
    const std::string folder = slash == name.npos ? "" : name.substr(0, slash);
    Parse(named, bytes.view(), folder, &file);
  }
  files_.push_back(file);
  return kOk;
}

void ModuleReader::Parse(std::string_view named, std::string_view bytes, const std::string& folder,
                         SeenFile* file) {
  const std::string path = PathOf(std::string(file->name));
  if (record_files_ != 0) {
    context_.resource = [this, &folder](const std::string& name, std::string* resource) {
      return ReadResource(folder, name, resource);
    };
  }
  std::vector<ParseError> notes;
  std::vector<std::string> declared;
  context_.file_path = path;
  context_.declared = &declared;
  const size_t before = contents_.records.size();
  const std::vector<ParseError> errors =
      ReadMdsFile(KindOfMdsFile(named, bytes), bytes, std::string(named), context_, &schema_,
                  &contents_.records, &notes);
  context_.resource = nullptr;
  context_.declared = nullptr;
  for (const ParseError& note : notes) notes_.push_back(note.RawText(path));
  for (const ParseError& error : errors) messages_.push_back(error.RawText(path));
  if (errors.size() >= kMaxMdsErrors) {
    messages_.push_back(path + ": reading stopped after " + std::to_string(kMaxMdsErrors) +
                        " errors");
  }
  if (errors.empty()) return Count(before, file, declared);
  fault_ = ModuleFault::kPartly;
  KeepOldOf(file);
}

// Of the same folder first. Record files are remembered anyway; another file is from now on.
bool ModuleReader::ReadResource(const std::string& folder, const std::string& name,
                                std::string* bytes) {
  const auto read = [&](const Folder& from) {
    FileBytes file;
    FileInfo info;
    const auto& entries = from.listing.entries;
    const bool there = std::any_of(entries.begin(), entries.end(), [&](const DirectoryEntry& e) {
      return e.name == name && e.type == FileType::kRegular;
    });
    if (!there || !ReadSettled(*from.directory, name, kMaxMdsFile, &file, &info).ok()) return false;
    const std::string path = from.name.empty() ? name : from.name + "/" + name;
    if (const std::string why = WhyNotTrusted(info, module_.uid); !why.empty()) {
      notes_.push_back(PathOf(path) + ": passed over: " + why);
      return false;
    }
    const bool seen = std::any_of(files_.begin(), files_.end(),
                                  [&](const SeenFile& has) { return has.name == path; });
    if (!IsRecordFile(name) && !seen) {
      files_.push_back(Seen(path, info));
      files_.back().digest = DigestOf(file.view());
    }
    bytes->assign(file.view());
    return true;
  };
  for (const Folder& from : folders_) {
    if (from.name == folder && read(from)) return true;
  }
  return std::any_of(folders_.begin(), folders_.end(),
                     [&](const Folder& from) { return from.name != folder && read(from); });
}

void ModuleReader::KeepOldOf(SeenFile* file) {
  const size_t before = contents_.records.size();
  const std::string name(file->name);
  if (!module_.old.OfFile(name, TakerOf(name))) keep_others_ = true;
  Count(before, file);
}

void ModuleReader::Count(size_t before, SeenFile* file, const std::vector<std::string>& declared) {
  std::vector<SeenRecords> counts;
  const auto add = [&](const std::string& relation, uint32_t count) {
    const auto found = std::find_if(counts.begin(), counts.end(), [&](const SeenRecords& has) {
      return has.relation == relation;
    });
    if (found == counts.end())
      counts.push_back({memory_.Keep(relation), count});
    else
      found->count += count;
  };
  for (size_t i = before; i < contents_.records.size(); ++i) {
    add(schema_.relations()[contents_.records[i].relation].name, 1);
  }
  for (const std::string& relation : declared) add(relation, 0);
  if (counts.empty()) return;
  std::sort(counts.begin(), counts.end(),
            [](const SeenRecords& a, const SeenRecords& b) { return a.relation < b.relation; });
  file->records = memory_.Keep(std::move(counts));
}

}  // namespace keelson
