// One step at a time from the root's own directory.
#include "applets/mdsscan/path_way.h"

#include <deque>
#include <memory>
#include <utility>

namespace keelson {
namespace {

constexpr int kMaxLinks = 40;
constexpr size_t kMaxSteps = 4096;

// In front of what is left to go.
void Prepend(std::string_view path, std::deque<std::string>* left) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (!name.empty() && name != ".") names.emplace_back(name);
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
  }
  left->insert(left->begin(), names.begin(), names.end());
}

}  // namespace

PathWay WayOf(Root& root, std::string_view path) {
  PathWay way;
  std::vector<std::unique_ptr<Directory>> open(1);
  std::vector<std::string> names;  // of all but the root
  if (!root.OpenDirectory("/", &open[0]).ok()) return way;
  const auto here = [&] {
    std::string text;
    for (const std::string& name : names) text.append("/").append(name);
    return text;
  };
  std::deque<std::string> left;
  Prepend(path, &left);
  for (int links = 0; !left.empty();) {
    const std::string name = std::move(left.front());
    left.pop_front();
    if (name == "..") {
      if (!names.empty()) {
        names.pop_back();
        open.pop_back();
      }
      continue;
    }
    if (way.steps.size() >= kMaxSteps) return way;
    way.steps.push_back({names.empty() ? "/" : here(), name});
    FileInfo info;
    std::string target;
    std::unique_ptr<Directory> next;
    if (!open.back()->Stat(name, &info).ok()) return way;
    if (info.type == FileType::kSymlink) {
      if (++links > kMaxLinks || !open.back()->ReadLink(name, &target).ok()) return way;
      if (target.starts_with('/')) {
        names.clear();
        open.resize(1);
      }
      Prepend(target, &left);
    } else if (info.type == FileType::kDirectory) {
      if (!open.back()->Open(name, &next).ok()) return way;
      names.push_back(name);
      open.push_back(std::move(next));
    } else if (left.empty()) {
      way.end = here() + "/" + name;
      way.is_there = true;
      return way;
    } else {
      return way;
    }
  }
  way.end = names.empty() ? "/" : here();
  way.is_there = true;
  return way;
}

}  // namespace keelson
