// Files -> headers -> order. What cannot be read is told of and left out.
#include "applets/svcd/rcorder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/run.h"
#include "applets/status.h"
#include "core/rc_order.h"
#include "platform/file.h"

namespace keelson {
namespace {

constexpr size_t kMaxScript = size_t{1} << 20;  // bytes

// Scripts of one folder follow each other: it is opened once.
class ScriptReader {
 public:
  explicit ScriptReader(Root* root) : root_(root) {}

  Error Read(const std::string& path, FileBytes* bytes) {
    const size_t slash = path.rfind('/');
    const std::string_view folder =
        slash == path.npos ? "." : std::string_view(path).substr(0, slash + 1);
    if (!directory_ || folder != folder_) {
      std::string absolute;
      directory_.reset();
      if (Error error = AbsolutePath(std::string(folder), &absolute); !error.ok()) return error;
      if (Error error = root_->OpenDirectory(absolute, &directory_); !error.ok()) return error;
      folder_ = folder;
      absolute_ = absolute;
    }
    const std::string_view name = std::string_view(path).substr(slash == path.npos ? 0 : slash + 1);
    const Error error = directory_->Read(name, kMaxScript, bytes, nullptr);
    if (error.code() != ELOOP) return error;
    return root_->Read(absolute_ + "/" + std::string(name), kMaxScript, bytes, nullptr);
  }

 private:
  Root* root_;
  std::string folder_, absolute_;
  std::unique_ptr<Directory> directory_;
};

bool HasOneOf(const RcScript& script, const std::vector<std::string_view>& keywords) {
  return std::any_of(keywords.begin(), keywords.end(), [&](std::string_view keyword) {
    return std::find(script.keywords.begin(), script.keywords.end(), keyword) !=
           script.keywords.end();
  });
}

// What is not a regular file is none of the scripts, which needs no word.
bool IsNoScript(Error error) { return error.code() == EINVAL || error.code() == EISDIR; }

}  // namespace

absl::StatusOr<int> RunRcorder(const Invocation& invocation) {
  std::unique_ptr<Root> root;
  if (Error error = OpenRoot("/", &root); !error.ok()) return SystemError("/", "", error);
  ScriptReader reader(root.get());
  std::vector<RcFile> files;
  files.reserve(invocation.operands().size());
  for (std::string_view operand : invocation.operands()) {
    std::string path(operand);
    FileBytes bytes;
    if (Error error = reader.Read(path, &bytes); !error.ok()) {
      if (!IsNoScript(error)) {
        PrintError(invocation.applet(), "could not open " + path + ": " + error.Text());
      }
      continue;
    }
    files.push_back({std::move(path), ParseRcScript(bytes.view())});
  }

  RcOrder order = OrderRcFiles(files);
  for (const std::string& warning : order.warnings) PrintError(invocation.applet(), warning);
  if (invocation.Has("g")) {
    std::fputs(DrawRcFiles(files).c_str(), stdout);
    return order.is_complete ? 0 : 1;
  }

  const std::vector<std::string_view> keep = invocation.Texts("k");
  const std::vector<std::string_view> skip = invocation.Texts("s");
  std::erase_if(order.places, [&](const RcOrder::Place& place) {
    const RcScript& script = files[place.file].script;
    return HasOneOf(script, skip) || (!keep.empty() && !HasOneOf(script, keep));
  });
  const bool in_groups = invocation.Has("p");
  if (in_groups) {
    std::stable_sort(order.places.begin(), order.places.end(),
                     [](const auto& a, const auto& b) { return a.group < b.group; });
  }
  std::string text;
  for (size_t i = 0; i < order.places.size(); ++i) {
    const bool more = in_groups && i + 1 < order.places.size() &&
                      order.places[i + 1].group == order.places[i].group;
    text.append(files[order.places[i].file].name) += more ? ' ' : '\n';
  }
  std::fputs(text.c_str(), stdout);
  return order.is_complete ? 0 : 1;
}

}  // namespace keelson
