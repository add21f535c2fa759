// folder -> file -> owners and modes -> checksums -> the source's stamps, or its bytes.

#include "applets/pwlookupd/dbm_store.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/flat_file.h"
#include "platform/clock.h"

namespace keelson {
namespace {

constexpr uint32_t kOthersWrite = 022;
// Two changes within a tick of the file system's clock leave the same stamp.
constexpr int64_t kTickNs = 20 * kMillisecond;
constexpr int64_t kCoarseTickNs = 2 * kSecond;  // where stamps are whole seconds

// Empty: nobody else could have written it.
std::string WhyNotTrusted(const FileInfo& info, uint32_t owner) {
  if (info.uid != 0 && info.uid != owner) {
    return "belongs to uid " + std::to_string(info.uid) + ", not trusted";
  }
  return (info.mode & kOthersWrite) != 0 ? "may be written by others, not trusted" : "";
}

}  // namespace

std::string SourcePath(Database database) { return "/etc/" + std::string(DatabaseName(database)); }

std::string DbmName(Database database) { return std::string(DatabaseName(database)) + ".cdb"; }

Error LookAtSource(Root& root, Database database, FileInfo* info, bool* exact) {
  std::unique_ptr<Directory> parent;
  std::string name;
  if (Error error = root.Locate(SourcePath(database), true, &parent, &name); !error.ok()) {
    return error;
  }
  *exact = false;
  if (!parent->HasExactStamps(exact).ok()) *exact = false;
  return parent->Stat(name, info);
}

int64_t StampsHoldFrom(const FileInfo& info, bool exact) {
  if (!exact) return INT64_MAX;
  const bool whole_seconds = info.mtime_ns % kSecond == 0 && info.ctime_ns % kSecond == 0;
  const int64_t last = std::max(info.mtime_ns, info.ctime_ns);
  const int64_t tick = whole_seconds ? kCoarseTickNs : kTickNs;
  return last > INT64_MAX - tick ? INT64_MAX : last + tick;
}

std::unique_ptr<Directory> OpenDbmDirectory(Root& root, const DbmPlace& place, std::string* why) {
  std::unique_ptr<Directory> parent, directory;
  std::string name;
  FileInfo info;
  Error error = root.Locate(place.directory, /*follow_last=*/false, &parent, &name);
  if (error.ok()) error = parent->Open(name, &directory);
  if (error.ok()) error = directory->StatSelf(&info);
  why->clear();
  if (error.code() == ENOENT) return nullptr;
  *why = error.ok() ? WhyNotTrusted(info, place.owner) : error.Text();
  if (why->empty()) return directory;
  *why = place.directory + ": " + *why;
  return nullptr;
}

std::unique_ptr<Directory> OpenOrMakeDbmDirectory(Root& root, const DbmPlace& place,
                                                  std::string* why) {
  auto directory = OpenDbmDirectory(root, place, why);
  if (directory != nullptr || !why->empty()) return directory;
  std::unique_ptr<Directory> parent;
  std::string name;
  Error error = root.Locate(place.directory, /*follow_last=*/false, &parent, &name);
  if (error.ok()) error = parent->MakeDirectory(name, 0755);
  if (error.ok() || error.code() == EEXIST) return OpenDbmDirectory(root, place, why);
  *why = place.directory + ": " + error.Text();
  return nullptr;
}

std::unique_ptr<Dbm> Dbm::Open(Root& root, const DbmPlace& place, Database database,
                               std::string* why) {
  const std::unique_ptr<Directory> directory = OpenDbmDirectory(root, place, why);
  if (directory == nullptr) return nullptr;
  auto dbm = std::make_unique<Dbm>();
  FileInfo info;
  const Error error = directory->OpenFile(DbmName(database), &dbm->file_, &info);
  if (error.code() == ENOENT) return nullptr;
  *why = error.ok() ? WhyNotTrusted(info, place.owner) : error.Text();
  if (why->empty()) {
    const DbmRead read = [file = dbm->file_.get()](uint64_t offset, std::span<char> to) {
      return file->ReadAt(offset, to).ok();
    };
    if (!dbm->reader_.Open(read, info.size)) *why = "is damaged";
  }
  if (!why->empty()) {
    *why = place.directory + "/" + DbmName(database) + ": " + *why;
    return nullptr;
  }
  return dbm->IsOfSource(root, database) ? std::move(dbm) : nullptr;
}

bool Dbm::IsOfSource(Root& root, Database database) {
  const DbmHeader& header = reader_.header();
  bool exact;
  if (!LookAtSource(root, database, &source_, &exact).ok()) return false;
  if (source_.dev != header.dev || source_.ino != header.ino || source_.size != header.size ||
      source_.mtime_ns != header.mtime_ns || source_.ctime_ns != header.ctime_ns) {
    return false;
  }
  if (StampsHoldFrom(source_, exact) < header.read_ns) return true;
  FileBytes bytes;
  FileInfo info;
  return root.Read(SourcePath(database), kMaxFlatFile, &bytes, &info).ok() &&
         info.SameVersion(source_) && DbmDigest(bytes.view()) == header.digest;
}

}  // namespace keelson
