// Lines are read anew for each question: a hook may have changed them.
#include "applets/netconfd/ifup_state.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

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

std::vector<IfupEntry> IfupState::Read(std::string_view file) const {
  std::vector<IfupEntry> entries;
  FileBytes bytes;
  if (directory_ == nullptr || !directory_->Read(file, kMaxState, &bytes, nullptr).ok()) {
    return entries;
  }
  LineReader lines(bytes.view());
  for (Line line; lines.Next(&line);) {
    const std::string_view text = TrimBlanks(line.text);
    const size_t equals = text.find('=');
    if (equals == text.npos) continue;
    entries.push_back({std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))});
  }
  return entries;
}

std::optional<std::string> IfupState::LogicalOf(std::string_view name) const {
  for (const auto& file : {kUpFile, kFailedFile}) {
    for (const IfupEntry& entry : Read(file)) {
      if (entry.name == name) return entry.logical;
    }
  }
  return std::nullopt;
}

bool IfupState::IsUp(std::string_view name) const {
  const std::vector<IfupEntry> up = Up();
  return std::any_of(up.begin(), up.end(), [&](const IfupEntry& e) { return e.name == name; });
}

Error IfupState::SetUp(std::string_view name, std::string_view logical) {
  return Set({{std::string(name), {std::string(logical), std::nullopt}}});
}

Error IfupState::SetFailed(std::string_view name, std::string_view logical) {
  return Set({{std::string(name), {std::nullopt, std::string(logical)}}});
}

Error IfupState::SetDown(std::string_view name) { return Set({{std::string(name), {}}}); }

Error IfupState::Set(const std::map<std::string, Change, std::less<>>& changes) {
  if (!writes_) return kOk;
  std::unique_ptr<Lock> lock;
  const int64_t deadline = SystemClock()->MonotonicNs() + kPatience;
  Error error = TakeLock(*directory_, ".ifstate.lock", LockKind::kRecord, deadline, &lock);
  if (error.ok()) error = Write(kFailedFile, changes, &Change::failed);
  if (error.ok()) error = Write(kUpFile, changes, &Change::up);
  return error;
}

Error IfupState::Write(std::string_view file,
                       const std::map<std::string, Change, std::less<>>& changes,
                       std::optional<std::string> Change::*logical) {
  FileBytes bytes;
  std::string text;
  std::set<std::string_view> written;
  if (Error error = directory_->Read(file, kMaxState, &bytes, nullptr); !error.ok()) {
    if (!error.not_found()) return error;
    const bool is_empty = std::none_of(changes.begin(), changes.end(),
                                       [&](const auto& each) { return each.second.*logical; });
    if (is_empty && file == kFailedFile) return kOk;
  }
  LineReader lines(bytes.view());
  for (Line line; lines.Next(&line);) {
    const std::string_view entry = TrimBlanks(line.text);
    const size_t equals = entry.find('=');
    const auto its = equals == entry.npos ? changes.end() : changes.find(entry.substr(0, equals));
    if (its == changes.end()) {
      text.append(entry).append("\n");
    } else if (its->second.*logical && written.insert(its->first).second) {
      text.append(its->first).append("=").append(*(its->second.*logical)).append("\n");
    }
  }
  for (const auto& [name, change] : changes) {
    if (!(change.*logical) || written.contains(name)) continue;
    text.append(name).append("=").append(*(change.*logical)).append("\n");
  }
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
