// Whether what was seen is still the same: by one system call for each file, and where its stamp is
// too young to tell, by its digest.
#include <algorithm>
#include <memory>
#include <span>

#include "applets/mdsscan/module_files.h"
#include "applets/mdsscan/module_walk.h"
#include "applets/mdsscan/settled.h"
#include "platform/clock.h"

namespace keelson {
namespace {

// Within the tick of a stamp a file may change again. Ticks are 1 to 10 ms.
constexpr int64_t kTickNs = 20 * kMillisecond;
constexpr int64_t kCoarseTickNs = 2 * kSecond;

bool IsRacy(const Validator& seen, int64_t started_ns, int64_t slop_ns) {
  const bool seconds = seen.mtime_ns % kSecond == 0 && seen.ctime_ns % kSecond == 0;
  if (seconds) slop_ns = kCoarseTickNs;
  return std::max(seen.mtime_ns, seen.ctime_ns) >= started_ns - slop_ns;
}

}  // namespace

int64_t ModuleWalk::TickNs(bool exact_stamps) { return exact_stamps ? kTickNs : kCoarseTickNs; }

bool ModuleWalk::IsSameModule(const SeenModule& module) {
  std::string_view rest = module.name;
  const uint32_t place = CutPlace(&rest);
  Directory* from = sight_->places[place].get();
  const int64_t slop_ns = slop_ns_[place];
  if (from == nullptr || module.files.empty()) return false;
  if (module.fault == ModuleFault::kEmpty && !IsYoung(module.files, sight_->now_ns)) {
    return false;
  }

  if (rest == kFolderItself) rest = "";
  if (rest.ends_with("/.")) rest.remove_suffix(2);
  buffer_.assign(rest);
  std::span<const SeenFile> files = module.files;
  std::unique_ptr<Directory> parent;
  if (files.front().is_link) {
    if (!IsSameFile(*from, buffer_, slop_ns, files.front())) return false;
    files = files.subspan(1);
    const Error error = root_.Locate(options_.path[place] + "/" + buffer_, true, &parent, &buffer_);
    if (!error.ok()) return files.size() == 1 && files.front().validator == Validator();
    from = parent.get();
  }
  const size_t base = buffer_.size();
  for (const SeenFile& file : files) {
    buffer_.resize(base);
    if (!file.name.empty()) {
      if (base != 0) buffer_ += '/';
      buffer_.append(file.name);
    }
    if (!IsSameFile(*from, buffer_, slop_ns, file)) return false;
  }
  return true;
}

bool ModuleWalk::IsSameFile(Directory& from, std::string_view path, int64_t slop_ns,
                            const SeenFile& file) {
  FileInfo info;
  const Error error = path.empty() ? from.StatSelf(&info) : from.StatBelow(path, &info);
  if (!error.ok()) return error.not_found() && file.validator == Validator();
  if (ValidatorOf(info) != file.validator) return false;
  // What was never read has no digest.
  if (!IsRacy(file.validator, old_.started_ns, slop_ns) || file.digest == Digest()) return true;
  if (!HasSameDigest(from, path, file)) return false;
  if (!IsRacy(file.validator, sight_->started_ns, slop_ns)) ++sight_->rechecked;
  return true;
}

bool ModuleWalk::HasSameDigest(Directory& from, std::string_view path, const SeenFile& file) {
  std::unique_ptr<Directory> directory;
  if (file.is_directory) {
    Listing listing;
    return OpenBelow(from, path, &directory).ok() && ListSettled(*directory, &listing).ok() &&
           ValidatorOf(listing.info) == file.validator && listing.digest == file.digest;
  }
  const size_t slash = path.rfind('/');
  const std::string_view folder = path.substr(0, slash == path.npos ? 0 : slash);
  const std::string_view name = path.substr(folder.empty() ? 0 : folder.size() + 1);
  FileBytes bytes;
  FileInfo info;
  return OpenBelow(from, folder, &directory).ok() &&
         ReadSettled(*directory, name, info.size + (size_t{256} << 20), &bytes, &info).ok() &&
         ValidatorOf(info) == file.validator && DigestOf(bytes.view()) == file.digest;
}

}  // namespace keelson
