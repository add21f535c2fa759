// Files are looked at for each question, and read anew when they are others: a hook may have
// changed them.
#include "applets/netconfd/ifup_state.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/flat_file.h"
#include "platform/replace.h"

namespace keelson {
namespace {

constexpr size_t kMaxState = size_t{16} << 20;  // bytes
constexpr int64_t kPatience = 60 * kSecond;     // of changes of the file, which take no time

}  // namespace

Error IfupState::Open(const std::string& folder, bool writes) {
  writes_ = writes;
  std::string path = folder.empty() ? "." : folder;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::unique_ptr<Root> root;
  std::string parent, absolute;
  if (Error error = OpenRoot("/", &root); !error.ok()) return error;
  const size_t slash = path.rfind('/');
  parent = slash == path.npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
  Error error = AbsolutePath(parent, &absolute);
  if (!error.ok()) return writes ? error : kOk;
  absolute += "/" + path.substr(slash == path.npos ? 0 : slash + 1);
  if (writes) {
    std::unique_ptr<Directory> above;
    std::string name;
    if (root->Locate(absolute, true, &above, &name).ok()) {
      error = above->MakeDirectory(name, 0755);
      if (!error.ok() && error.code() != EEXIST) return error;
    }
  }
  error = root->OpenDirectory(absolute, &directory_);
  return writes ? error : kOk;
}

const IfupState::Known& IfupState::Read(std::string_view file, Known* known) const {
  FileBytes bytes;
  FileInfo info;
  const bool is_there = directory_ != nullptr && directory_->Stat(file, &info).ok();
  if (is_there && known->is_known && info.SameVersion(known->info)) return *known;
  *known = {};
  if (!is_there || !directory_->Read(file, kMaxState, &bytes, &known->info).ok()) return *known;
  known->is_known = true;
  LineReader lines(bytes.view());
  for (Line line; lines.Next(&line);) {
    const std::string_view text = TrimBlanks(line.text);
    const size_t equals = text.find('=');
    if (equals == text.npos) continue;
    const std::string name(text.substr(0, equals));
    known->places.emplace(name, known->entries.size());
    known->entries.push_back({name, std::string(text.substr(equals + 1))});
  }
  return *known;
}

std::optional<std::string> IfupState::LogicalOf(std::string_view name) const {
  for (const Known* const known : {&Read(kUpFile, &up_), &Read(kFailedFile, &failed_)}) {
    const auto found = known->places.find(name);
    if (found != known->places.end()) return known->entries[found->second].logical;
  }
  return std::nullopt;
}

bool IfupState::IsUp(std::string_view name) const {
  return Read(kUpFile, &up_).places.contains(name);
}

Error IfupState::Set(const std::vector<Change>& changes) {
  if (!writes_ || changes.empty()) return kOk;
  std::unique_ptr<Lock> lock;
  const int64_t deadline = SystemClock()->MonotonicNs() + kPatience;
  Error error = TakeLock(*directory_, ".ifstate.lock", LockKind::kRecord, deadline, &lock);
  if (error.ok()) error = Write(kFailedFile, changes, &Change::failed);
  if (error.ok()) error = Write(kUpFile, changes, &Change::up);
  return error;
}

Error IfupState::Write(std::string_view file, const std::vector<Change>& changes,
                       std::optional<std::string> Change::*logical) {
  FileBytes bytes;
  std::string text;
  std::map<std::string_view, const Change*> left;  // to be written still; null: it is
  for (const Change& change : changes) left[change.name] = &change;
  if (Error error = directory_->Read(file, kMaxState, &bytes, nullptr); !error.ok()) {
    if (!error.not_found()) return error;
    const bool is_empty =
        std::none_of(changes.begin(), changes.end(), [&](const Change& c) { return c.*logical; });
    if (is_empty && file == kFailedFile) return kOk;
  }
  const auto write = [&](const Change& change) {
    if (left[change.name] == nullptr || !(change.*logical)) return;
    text.append(change.name).append("=").append(*(change.*logical)).append("\n");
    left[change.name] = nullptr;
  };
  LineReader lines(bytes.view());
  for (Line line; lines.Next(&line);) {
    const std::string_view entry = TrimBlanks(line.text);
    const size_t equals = entry.find('=');
    const auto its = equals == entry.npos ? left.end() : left.find(entry.substr(0, equals));
    if (its == left.end()) {
      text.append(entry).append("\n");
    } else if (its->second != nullptr) {
      write(*its->second);
    }
  }
  for (const Change& change : changes) write(change);
  if (text == bytes.view() && bytes.data != nullptr) return kOk;
  ReplaceOptions options;
  options.sync = false;  // gone with the power, as the interfaces are
  return ReplaceFile(*directory_, file, text, options);
}

std::string IfupState::LockName(std::string_view name) const {
  std::string file = "ifstate.";
  for (char c : name) file += c == '/' ? '.' : c;
  return file;
}

Error IfupState::LockInterface(std::string_view name, int64_t deadline_ns,
                               std::unique_ptr<Lock>* lock) {
  if (!writes_) return kOk;
  return TakeLock(*directory_, LockName(name), LockKind::kRecord, deadline_ns, lock);
}

}  // namespace keelson
