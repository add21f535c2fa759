// What is heard is gathered for a moment, because a file seldom comes alone; then all that is
// wished for is looked at, which are few.
#include "applets/svcd/file_watches.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

constexpr int64_t kGatherNs = 50 * kMillisecond;
constexpr size_t kMaxWatchedFile = 64 << 20;
constexpr size_t kMaxFolderFiles = 1000;

}  // namespace

FileWatches::~FileWatches() { loop_->CancelTimer(pending_); }

void FileWatches::Set(std::vector<Wish> wishes, bool tells_present) {
  std::map<Wish, Known> known;
  std::vector<Wish> present;
  for (const auto& [path, watch] : folders_) watch_->Remove(watch);
  folders_.clear();
  if (!wishes.empty() && watch_ == nullptr) {
    const Error error = NewWatch(
        loop_, [this](const WatchEvent& event) { OnEvent(event); }, &watch_);
    if (!error.ok()) watch_.reset();
  }
  for (Wish& wish : wishes) {
    WatchWay(wish.path);
    const auto old = known_.find(wish);
    if (old != known_.end()) {
      known[wish] = old->second;
      continue;
    }
    Known& first = known[wish];
    static_cast<void>(Look(wish, &first));
    if (first.is_there && tells_present && wish.kind == Wish::kAppears) present.push_back(wish);
  }
  known_ = std::move(known);
  for (const Wish& wish : present) callback_(wish);
}

void FileWatches::TakeOver(std::map<Wish, Known> known) {
  known_ = std::move(known);
  LookAfter(0);
}

// The folder that the file is in, and where that is not there the nearest one above it.
void FileWatches::WatchWay(const std::string& path) {
  if (watch_ == nullptr) return;
  FileInfo info;
  const bool is_folder = root_->Stat(path, &info).ok() && info.type == FileType::kDirectory;
  std::string folder = is_folder ? path : path.substr(0, path.rfind('/'));
  while (true) {
    const std::string real = prefix_ + (folder.empty() ? "/" : folder);
    int watch = -1;
    if (folders_.contains(real)) return;
    if (watch_->Add(real, &watch).ok()) {
      folders_[real] = watch;
      return;
    }
    if (folder.empty()) return;
    folder.resize(folder.rfind('/'));
  }
}

// Of a folder: of the names in it, and of the files' content.
std::optional<ContentDigest> FileWatches::DigestOf(const std::string& path) {
  FileInfo info;
  if (!root_->Stat(path, &info).ok()) return std::nullopt;
  FileBytes bytes;
  if (info.type != FileType::kDirectory) {
    if (!root_->Read(path, kMaxWatchedFile, &bytes, nullptr).ok()) return std::nullopt;
    return ContentDigestOf(bytes.view());
  }
  std::unique_ptr<Directory> folder;
  std::vector<DirectoryEntry> entries;
  if (!root_->OpenDirectory(path, &folder).ok() || !folder->List(&entries).ok()) {
    return std::nullopt;
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (entries.size() > kMaxFolderFiles) entries.resize(kMaxFolderFiles);
  std::string all;
  for (const DirectoryEntry& entry : entries) {
    all.append(entry.name).push_back('\0');
    if (!folder->Read(entry.name, kMaxWatchedFile, &bytes, nullptr).ok()) continue;
    const ContentDigest digest = ContentDigestOf(bytes.view());
    all.append(std::to_string(digest.high)).append(" ").append(std::to_string(digest.low));
  }
  return ContentDigestOf(all);
}

// True: what is wished for has happened since the last look.
bool FileWatches::Look(const Wish& wish, Known* known) {
  if (wish.kind == Wish::kAppears) {
    FileInfo info;
    const bool is_there = root_->Stat(wish.path, &info).ok();
    return !std::exchange(known->is_there, is_there) && is_there;
  }
  const std::optional<ContentDigest> digest = DigestOf(wish.path);
  known->is_there = digest.has_value();
  if (!digest) return false;
  const std::optional<ContentDigest> before = std::exchange(known->digest, digest);
  return !before || !(*before == *digest);
}

void FileWatches::OnEvent(const WatchEvent& event) {
  // Somebody is in the middle of it: it will be closed.
  if (event.kind == WatchKind::kWritten || event.kind == WatchKind::kAttributes) return;
  if (event.kind == WatchKind::kLost) {
    std::erase_if(folders_, [&](const auto& folder) { return folder.second == event.watch; });
  }
  LookAfter(kGatherNs);
}

void FileWatches::LookAfter(int64_t gather_ns) {
  if (pending_ != 0) return;
  pending_ = loop_->StartTimer(clock_->MonotonicNs() + gather_ns, [this] {
    pending_ = 0;
    LookAtAll();
  });
}

void FileWatches::LookAtAll() {
  std::vector<Wish> happened;
  for (auto& [wish, known] : known_) {
    WatchWay(wish.path);  // a folder on the way may have come; first, so that nothing is missed
    if (Look(wish, &known)) happened.push_back(wish);
  }
  for (const Wish& wish : happened) callback_(wish);
}

}  // namespace keelson
