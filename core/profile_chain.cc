// A walk that keeps the profiles above the present one, for cycles, and each profile's parsed
// parents, because most trees are full of diamonds. A chain may repeat profiles, so that a few
// small files could ask for an endless one: depth and length have bounds.
#include "core/profile_chain.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/flat_file.h"
#include "core/log.h"

namespace keelson {

namespace {

struct Parent {
  std::string path;
  Position at;
};

struct ParsedNode {
  ProfileNode::Kind kind = ProfileNode::kAbsent;
  std::string path;
  std::vector<Parent> parents;
  std::string error;
};

class Walk {
 public:
  Walk(std::span<const ProfileRepository> repositories, const ProfileReader& reader)
      : repositories_(repositories), reader_(reader) {}

  bool Visit(const std::string& path, const std::string& asked_by);
  ProfileChain chain;

 private:
  bool Fail(std::string error) {
    chain.error = std::move(error);
    return false;
  }
  const ParsedNode& Read(const std::string& path);
  void ParseParents(std::string_view bytes, ParsedNode* node) const;
  std::string Resolve(std::string_view line, const std::string& node, std::string* wrong) const;
  const ProfileRepository* RepositoryOf(std::string_view path) const;
  std::string Cycle(const std::string& path) const;

  std::span<const ProfileRepository> repositories_;
  const ProfileReader& reader_;
  std::map<std::string, ParsedNode> nodes_;  // by the path asked for
  std::vector<std::string> above_;
};

const ParsedNode& Walk::Read(const std::string& path) {
  const auto [place, is_new] = nodes_.try_emplace(path);
  ParsedNode& node = place->second;
  if (!is_new) return node;
  ProfileNode read = reader_(path);
  node.kind = read.kind;
  node.path = read.path.empty() ? path : std::move(read.path);
  node.error = std::move(read.error);
  if (node.kind == ProfileNode::kWithParents && node.error.empty()) {
    ParseParents(read.parents, &node);
  }
  return node;
}

void Walk::ParseParents(std::string_view bytes, ParsedNode* node) const {
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    const std::string_view text = TrimBlanks(line.text);
    const auto column = static_cast<uint32_t>(text.data() - line.raw.data() + 1);
    std::string wrong;
    if (line.raw.find('\0') != std::string_view::npos) wrong = "a NUL byte";
    if (wrong.empty() && (text.empty() || text[0] == '#')) continue;
    std::string path = wrong.empty() ? Resolve(text, node->path, &wrong) : "";
    if (!wrong.empty()) {
      node->error = ParseError{{line.number, column}, wrong}.Text(node->path + "/parent");
      return;
    }
    node->parents.push_back({std::move(path), {line.number, column}});
  }
}

// The repository whose folder of profiles is the innermost one around the path; null: none.
const ProfileRepository* Walk::RepositoryOf(std::string_view path) const {
  const ProfileRepository* found = nullptr;
  size_t longest = 0;
  for (const ProfileRepository& repository : repositories_) {
    const std::string folder = NormalPath(repository.profiles);
    const bool inside =
        path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
    if (!inside || folder.size() < longest) continue;
    found = &repository;
    longest = folder.size();
  }
  return found;
}

std::string Walk::Resolve(std::string_view line, const std::string& node,
                          std::string* wrong) const {
  const size_t colon = line.find(':');
  if (colon == line.npos) {
    return NormalPath(line[0] == '/' ? std::string(line) : node + "/" + std::string(line));
  }
  const std::string_view name = line.substr(0, colon);
  const ProfileRepository* repository = nullptr;
  for (const ProfileRepository& known : repositories_) {
    if (!name.empty() && known.name == name) repository = &known;
  }
  if (name.empty()) repository = RepositoryOf(node);
  if (repository == nullptr) {
    *wrong = name.empty() ? "the profile is in no known repository"
                          : "there is no repository '" + std::string(name) + "'";
    return "";
  }
  const std::string inside = NormalPath(line.substr(colon + 1));
  if (inside == ".." || inside.starts_with("../")) {
    *wrong = "the path leads out of the repository";
    return "";
  }
  return NormalPath(repository->profiles + "/" + inside);
}

std::string Walk::Cycle(const std::string& path) const {
  std::string shown;
  for (auto node = std::find(above_.begin(), above_.end(), path); node != above_.end(); ++node) {
    shown += *node + " -> ";
  }
  return shown + path;
}

// asked_by: "PATH:LINE:COLUMN: " of the line that names it; empty for the first.
bool Walk::Visit(const std::string& path, const std::string& asked_by) {
  const ParsedNode& node = Read(path);
  if (!node.error.empty()) return Fail(node.error);
  if (node.kind == ProfileNode::kAbsent) {
    return Fail(asked_by.empty() ? Printable(path) + ": there is no such profile"
                                 : asked_by + "there is no profile " + Printable(path));
  }
  if (std::find(above_.begin(), above_.end(), node.path) != above_.end()) {
    return Fail(asked_by + "a profile is among its own parents: " + Printable(Cycle(node.path)));
  }
  if (above_.size() >= kMaxProfileDepth) {
    return Fail(asked_by + "more than " + std::to_string(kMaxProfileDepth) +
                " profiles, each a parent of the next");
  }
  above_.push_back(node.path);
  for (const Parent& parent : node.parents) {
    const std::string line = ParseError{parent.at, ""}.Text(node.path + "/parent");
    if (!Visit(parent.path, line)) return false;
  }
  above_.pop_back();
  if (chain.nodes.size() >= kMaxProfileNodes) {
    return Fail(Printable(node.path) + ": more than " + std::to_string(kMaxProfileNodes) +
                " profiles in a chain");
  }
  chain.nodes.push_back(node.path);
  return true;
}

}  // namespace

ProfileChain FlattenProfiles(std::span<const std::string> profiles,
                             std::span<const ProfileRepository> repositories,
                             const ProfileReader& reader) {
  Walk walk(repositories, reader);
  for (const std::string& profile : profiles) {
    if (walk.Visit(NormalPath(profile), "")) continue;
    walk.chain.nodes.clear();
    break;
  }
  return std::move(walk.chain);
}

std::string NormalPath(std::string_view path) {
  std::vector<std::string_view> kept;
  const bool absolute = path.starts_with('/');
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    begin = end + 1;
    if (component.empty() || component == ".") continue;
    if (component != "..") {
      kept.push_back(component);
    } else if (!kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!absolute) {
      kept.push_back(component);
    }
  }
  std::string normal;
  for (const std::string_view component : kept) {
    if (absolute || !normal.empty()) normal += '/';
    normal += component;
  }
  if (normal.empty()) normal = absolute ? "/" : ".";
  return normal;
}

}  // namespace keelson
