// Most files of a folder have the same owner as the one before, so the last answers are kept.
#include "applets/useradd_profile/owner_scan.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "applets/applet.h"
#include "applets/run.h"
#include "applets/status.h"
#include "platform/clock.h"
#include "platform/terminal.h"
#include "platform/tree_walk.h"

namespace keelson {

namespace {

constexpr std::string_view kNotFiles[] = {"/proc", "/sys", "/dev", "/run"};
constexpr int64_t kBarInterval = 100 * kMillisecond;
constexpr size_t kBarWidth = 40;

// An id's answer, asked again only when the id is another one.
class Remembered {
 public:
  explicit Remembered(const std::function<bool(uint32_t)>& ask) : ask_(ask) {}
  bool operator()(uint32_t id) {
    if (!known_ || id != id_) {
      known_ = true;
      id_ = id;
      answer_ = ask_(id);
    }
    return answer_;
  }

 private:
  const std::function<bool(uint32_t)>& ask_;
  bool known_ = false;
  bool answer_ = false;
  uint32_t id_ = 0;
};

// One line of a terminal, drawn anew.
class ProgressBar {
 public:
  void Show(double done, uint64_t files) {
    if (!terminal_) return;
    const int64_t now = SystemClock()->MonotonicNs();
    if (now < next_) return;
    next_ = now + kBarInterval;
    const auto full = static_cast<size_t>(std::clamp(done, 0.0, 1.0) * kBarWidth);
    std::fprintf(stderr, "\r[%s%s] %3.0f %%  %llu files", std::string(full, '#').c_str(),
                 std::string(kBarWidth - full, '.').c_str(), done * 100,
                 static_cast<unsigned long long>(files));
    drawn_ = true;
  }
  void Clear() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
    drawn_ = false;
  }

 private:
  const bool terminal_ = ErrorsGoToTerminal();
  bool drawn_ = false;
  int64_t next_ = 0;
};

class OwnerVisitor : public TreeVisitor {
 public:
  OwnerVisitor(const UpdateCall& call, const OwnerScan& scan, bool everywhere)
      : applet_(call.applet()),
        root_path_(call.root_path()),
        found_(scan.found),
        wants_uid_(scan.wants_uid),
        wants_gid_(scan.wants_gid),
        everywhere_(everywhere) {}
  ~OwnerVisitor() override { bar_.Clear(); }

  bool Visit(const TreeEntry& entry) override {
    ++files_;
    const bool by_uid = wants_uid_(entry.uid), by_gid = wants_gid_(entry.gid);
    if (by_uid || by_gid) [[unlikely]] {
      bar_.Clear();
      found_({entry.Path(), entry.uid, entry.gid, by_uid, by_gid, entry.is_directory});
    }
    return !everywhere_ || !entry.is_directory || !entry.folder.empty() || IsFiles(entry);
  }
  void Failed(const std::string& path, Error error) override {
    bar_.Clear();
    PrintError(applet_, root_path_ + path + ": " + error.Text());
    failed_ = true;
  }
  void Progress(double done) override { bar_.Show((part_ + done) / parts_, files_); }

  void Begin(size_t part, size_t parts) {
    part_ = static_cast<double>(part);
    parts_ = static_cast<double>(parts);
  }
  bool failed() const { return failed_; }

 private:
  static bool IsFiles(const TreeEntry& entry) {
    return std::find(std::begin(kNotFiles), std::end(kNotFiles), entry.Path()) ==
           std::end(kNotFiles);
  }

  const std::string_view applet_;
  const std::string& root_path_;
  const std::function<void(const OwnedFile&)>& found_;
  Remembered wants_uid_, wants_gid_;
  const bool everywhere_;
  ProgressBar bar_;
  uint64_t files_ = 0;
  double part_ = 0, parts_ = 1;
  bool failed_ = false;
};

}  // namespace

absl::StatusOr<int> ScanOwners(const UpdateCall& call, std::vector<std::string_view> further,
                               const OwnerScan& scan) {
  std::vector<std::string_view> given = call.invocation.Texts("paths");
  given.insert(given.end(), further.begin(), further.end());
  std::vector<std::string> paths;
  for (const std::string_view path : given) {
    if (!path.starts_with('/')) {
      return UsageError("'" + std::string(path) + "' is not an absolute path, below the root");
    }
    std::string kept(path);
    while (kept.ends_with('/')) kept.pop_back();
    if (std::find(paths.begin(), paths.end(), kept) == paths.end()) paths.push_back(kept);
  }
  const bool everywhere = paths.empty();
  if (everywhere) paths.emplace_back();
  OwnerVisitor visitor(call, scan, everywhere);
  for (size_t i = 0; i < paths.size(); ++i) {
    visitor.Begin(i, paths.size());
    std::unique_ptr<Directory> top;
    Error error = call.options.root->OpenDirectory(paths[i].empty() ? "/" : paths[i], &top);
    if (error.ok()) error = WalkTree(*top, paths[i], &visitor);
    if (!error.ok()) visitor.Failed(paths[i].empty() ? "/" : paths[i], error);
  }
  return visitor.failed() ? ExitCodes().system : 0;
}

}  // namespace keelson
