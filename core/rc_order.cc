// The walk of rcorder(8), with its recursion as an explicit stack of scripts.
#include "core/rc_order.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace keelson {
namespace {

constexpr size_t kShown = 50;  // scripts of a long cycle, and the last one

// A name that scripts provide or require, or what stands for one BEFORE of one script.
struct Provision {
  std::string_view name;  // of the scripts
  bool is_known = false;  // somebody provides it, or did
  bool from_before = false;
  size_t before_of = 0;           // the file, of those
  bool in_progress = false;       // the walk is below it
  uint32_t group = 0;             // of those that provided it
  std::vector<size_t> providers;  // files that are not done yet; the last one comes first
};

struct Node {
  std::vector<size_t> requires_;  // provisions; the last one comes first
  std::vector<size_t> provides;
  bool in_progress = false;  // stays so when it is done
  bool is_done = false;
  uint32_t group = 0;
  bool in_cycle = false;
};

class Walk {
 public:
  explicit Walk(std::span<const RcFile> files) : files_(files), nodes_(files.size()) {
    names_.reserve(files.size());
    provisions_.reserve(files.size());
    for (size_t i = 0; i < files.size(); ++i) Enter(i);
    for (size_t i = files.size(); i-- > 0;) EnterBefore(i);
  }

  const RcOrder& Run() {
    for (size_t i = files_.size(); i-- > 0;) {
      if (!nodes_[i].is_done) WalkFrom(i);
    }
    return order_;
  }

  std::string Draw() const;  // REQUIRES: Run

 private:
  // A script whose requirements are being seen to.
  struct Frame {
    size_t file;
    bool again;       // it is already on the stack below
    size_t left;      // requirements from here down to 0 are to be seen to
    bool is_waiting;  // for the providers of requirement `left`
  };

  size_t Find(std::string_view name) {
    const auto [found, is_new] = names_.try_emplace(name, provisions_.size());
    if (is_new) {
      provisions_.emplace_back();
      provisions_.back().name = name;
    }
    return found->second;
  }

  void Enter(size_t file) {
    for (const std::string& name : files_[file].script.provide) Provide(file, Find(name));
    nodes_[file].requires_.reserve(files_[file].script.require.size());
    for (const std::string& name : files_[file].script.require) {
      nodes_[file].requires_.push_back(Find(name));
    }
  }

  void Provide(size_t file, size_t provision) {
    provisions_[provision].is_known = true;
    provisions_[provision].providers.push_back(file);
    nodes_[file].provides.push_back(provision);
  }

  // Each BEFORE is a provision of its own, required by all that provide the name.
  void EnterBefore(size_t file) {
    const std::vector<std::string>& names = files_[file].script.before;
    for (size_t i = names.size(); i-- > 0;) {
      if (!names_.contains(names[i])) {
        order_.warnings.push_back("file `" + files_[file].name + "' is before unknown provision `" +
                                  names[i] + "'");
      }
      const size_t name = Find(names[i]);
      const size_t before = provisions_.size();
      provisions_.emplace_back();
      provisions_[before].name = names[i];
      provisions_[before].from_before = true;
      provisions_[before].before_of = file;
      Provide(file, before);
      const std::vector<size_t>& providers = provisions_[name].providers;
      for (size_t p = providers.size(); p-- > 0;) nodes_[providers[p]].requires_.push_back(before);
    }
  }

  void Warn(std::string warning) {
    order_.warnings.push_back(std::move(warning));
    order_.is_complete = false;
  }

  void Push(size_t file) {
    Node& node = nodes_[file];
    if (node.in_progress) Warn("Circular dependency on file `" + files_[file].name + "'.");
    stack_.push_back({file, node.in_progress, node.requires_.size(), false});
    node.in_progress = true;
    node.group = 0;
  }

  void WalkFrom(size_t file) {
    Push(file);
    while (!stack_.empty()) {
      Frame& top = stack_.back();
      Node& node = nodes_[top.file];
      if (top.is_waiting) {
        Provision& provision = provisions_[node.requires_[top.left]];
        if (!provision.providers.empty()) {
          Push(provision.providers.back());
          continue;
        }
        top.is_waiting = false;
        node.group = std::max(node.group, provision.group);
      } else if (top.left > 0) {
        --top.left;
        top.is_waiting = Satisfy(top.file, node.requires_[top.left]);
        if (!top.is_waiting) {
          node.group = std::max(node.group, provisions_[node.requires_[top.left]].group);
        }
      } else {
        Finish(top);
        stack_.pop_back();
      }
    }
  }

  // True: the providers have to be walked first.
  bool Satisfy(size_t file, size_t place) {
    Provision& provision = provisions_[place];
    if (!provision.is_known) {
      Warn("requirement `" + std::string(provision.name) + "' in file `" + files_[file].name +
           "' has no providers.");
      return false;
    }
    if (provision.providers.empty()) return false;
    if (!provision.in_progress) return provision.in_progress = true;
    cyclic_.insert({file, place});
    Warn("Circular dependency on " + std::string(provision.from_before ? "BEFORE" : "provision") +
         " `" + std::string(provision.name) + "'" + Cycle(file, provision) + ".");
    return false;
  }

  // The way from a provider on the stack down to the file that requires it.
  std::string Cycle(size_t file, const Provision& provision) {
    size_t first = stack_.size();
    for (size_t p = provision.providers.size(); first == stack_.size() && p-- > 0;) {
      for (size_t i = stack_.size() - 1; i-- > 0;) {
        if (stack_[i].file == provision.providers[p]) {
          first = i;
          break;
        }
      }
    }
    if (first == stack_.size()) return " in file `" + files_[file].name + "'";
    std::string path = ": ";
    for (size_t i = first; i < stack_.size(); ++i) {
      nodes_[stack_[i].file].in_cycle = true;
      if (i - first < kShown || i + 1 == stack_.size()) {
        path += files_[stack_[i].file].name + " -> ";
      } else if (i - first == kShown) {
        path += "... -> ";
      }
    }
    return path + files_[stack_[first].file].name;
  }

  void Finish(const Frame& frame) {
    Node& node = nodes_[frame.file];
    ++node.group;
    if (node.in_cycle) node.group = last_group_ + 1;
    last_group_ = std::max(last_group_, node.group);
    for (size_t place : node.provides) {
      Provision& provision = provisions_[place];
      provision.group = std::max(provision.group, node.group);
      std::erase(provision.providers, frame.file);
    }
    node.provides.clear();
    if (frame.again) return;
    node.is_done = true;
    order_.places.push_back({frame.file, node.group});
  }

  std::span<const RcFile> files_;
  std::vector<Node> nodes_;
  std::vector<Provision> provisions_;
  absl::flat_hash_map<std::string_view, size_t> names_;
  std::vector<Frame> stack_;
  std::set<std::pair<size_t, size_t>> cyclic_;  // a file and what it requires
  uint32_t last_group_ = 0;
  RcOrder order_;
};

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// In a label that is a record these have a meaning.
std::string Labelled(std::string_view text) {
  std::string label;
  for (char c : text) {
    if (std::string_view("\"\\{}|<> ").find(c) != std::string_view::npos) label += '\\';
    label += c;
  }
  return label;
}

std::string_view LastPart(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string Walk::Draw() const {
  std::vector<std::vector<size_t>> providers(provisions_.size());
  for (size_t i = 0; i < files_.size(); ++i) {
    for (const std::string& name : files_[i].script.provide) {
      providers[names_.at(name)].push_back(i);
    }
  }
  std::string graph =
      "digraph rcorder {\nrankdir=\"BT\";\nnode [style=rounded, shape=record];\n"
      "graph [overlap = false];\n";
  for (size_t p = 0; p < provisions_.size(); ++p) {
    const Provision& provision = provisions_[p];
    if (provision.from_before) continue;
    const std::string label = " [label=\"{ " + Labelled(provision.name) + " | ";
    if (providers[p].empty()) {
      graph +=
          Quoted(provision.name) + label + "ENOENT }\", style=\"rounded,filled\", color=red];\n";
    } else if (providers[p].size() > 1 ||
               LastPart(files_[providers[p][0]].name) != provision.name) {
      graph += Quoted(provision.name) + label;
      for (size_t file : providers[p]) graph += Labelled(LastPart(files_[file].name)) + "\\n";
      graph += "}\"];\n";
    }
  }
  for (size_t i = 0; i < files_.size(); ++i) {
    for (const std::string& from : files_[i].script.provide) {
      for (size_t place : nodes_[i].requires_) {
        const Provision& provision = provisions_[place];
        const bool is_red = !provision.is_known || cyclic_.contains({i, place});
        const std::string style = std::string(provision.from_before ? "dashed" : "solid") +
                                  (is_red ? ", color=red, penwidth=4" : "");
        const auto draw = [&](std::string_view to) {
          graph += Quoted(from) + " -> " + Quoted(to) + " [style=" + style + "];\n";
        };
        if (!provision.from_before) {
          draw(provision.name);
          continue;
        }
        for (const std::string& to : files_[provision.before_of].script.provide) draw(to);
      }
    }
  }
  return graph + "}\n";
}

}  // namespace

RcOrder OrderRcFiles(std::span<const RcFile> files) { return Walk(files).Run(); }

std::string DrawRcFiles(std::span<const RcFile> files) {
  Walk walk(files);
  walk.Run();
  return walk.Draw();
}

}  // namespace keelson
