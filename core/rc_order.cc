// The walk of rcorder(8), with its recursion as an explicit stack of scripts.
#include "core/rc_order.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/index.h"

namespace keelson {
namespace {

constexpr size_t kShown = 50;  // scripts of a long cycle, and the last one

constexpr uint32_t kNone = UINT32_MAX;

// Lists of numbers, all in one place, because most hold one or three: a list is the place of its
// newest link, and goes on to the older ones.
struct Link {
  uint32_t value;
  uint32_t older;
};

// A name that scripts provide or require, or what stands for one BEFORE of one script.
struct Provision {
  std::string_view name;
  uint32_t providers = kNone;  // files that are not done yet
  uint32_t before_of = kNone;  // the file, of those that stand for a BEFORE
  uint32_t group = 0;          // of those that provided it
  bool is_known = false;       // somebody provides it, or did
  bool in_progress = false;    // the walk is below it
};

bool IsBefore(const Provision& provision) { return provision.before_of != kNone; }

struct Node {
  uint32_t requires_ = kNone;  // provisions
  uint32_t provides = kNone;
  uint32_t group = 0;
  bool in_progress = false;  // stays so when it is done
  bool is_done = false;
  bool in_cycle = false;
};

class Walk {
 public:
  explicit Walk(std::span<const RcFile> files)
      : files_(files), nodes_(files.size()), names_(2 * files.size()) {
    provisions_.reserve(2 * files.size());
    links_.reserve(8 * files.size());
    order_.places.reserve(files.size());
    for (uint32_t i = 0; i < files.size(); ++i) Enter(i);
    for (uint32_t i = static_cast<uint32_t>(files.size()); i-- > 0;) EnterBefore(i);
  }

  const RcOrder& Run() {
    for (uint32_t i = static_cast<uint32_t>(files_.size()); i-- > 0;) {
      if (!nodes_[i].is_done) WalkFrom(i);
    }
    return order_;
  }

  std::string Draw() const;  // REQUIRES: Run

 private:
  // A script whose requirements are being seen to.
  struct Frame {
    uint32_t file;
    bool again;        // it is already on the stack below
    bool is_waiting;   // for the providers of `current`
    uint32_t current;  // a provision
    uint32_t left;     // the links of those that are to be seen to after it
  };

  void Append(uint32_t value, uint32_t* list) {
    links_.push_back({value, *list});
    *list = static_cast<uint32_t>(links_.size() - 1);
  }

  void Remove(uint32_t value, uint32_t* list) {
    for (uint32_t* place = list; *place != kNone;) {
      if (links_[*place].value == value) {
        *place = links_[*place].older;
      } else {
        place = &links_[*place].older;
      }
    }
  }

  uint32_t Find(std::string_view name, bool* is_new) {
    const uint32_t next = static_cast<uint32_t>(provisions_.size());
    const auto same = [&](uint32_t place, uint32_t) { return provisions_[place].name == name; };
    const uint32_t place = *names_.FindOrInsert(HashKey(name), next, same, is_new) - 1;
    if (*is_new) provisions_.push_back({.name = name});
    return place;
  }

  uint32_t Find(std::string_view name) {
    bool is_new;
    return Find(name, &is_new);
  }

  void Enter(uint32_t file) {
    for (const std::string& name : files_[file].script.provide) Provide(file, Find(name));
    for (const std::string& name : files_[file].script.require) {
      Append(Find(name), &nodes_[file].requires_);
    }
  }

  void Provide(uint32_t file, uint32_t provision) {
    provisions_[provision].is_known = true;
    Append(file, &provisions_[provision].providers);
    Append(provision, &nodes_[file].provides);
  }

  // Each BEFORE is a provision of its own, required by all that provide the name.
  void EnterBefore(uint32_t file) {
    const std::vector<std::string>& names = files_[file].script.before;
    for (size_t i = names.size(); i-- > 0;) {
      bool is_new;
      const uint32_t name = Find(names[i], &is_new);
      if (is_new) {
        order_.warnings.push_back("file `" + files_[file].name + "' is before unknown provision `" +
                                  names[i] + "'");
      }
      const uint32_t before = static_cast<uint32_t>(provisions_.size());
      provisions_.push_back({.name = names[i], .before_of = file});
      Provide(file, before);
      for (uint32_t p = provisions_[name].providers; p != kNone; p = links_[p].older) {
        Append(before, &nodes_[links_[p].value].requires_);
      }
    }
  }

  void Warn(std::string warning) {
    order_.warnings.push_back(std::move(warning));
    order_.is_complete = false;
  }

  void Push(uint32_t file) {
    Node& node = nodes_[file];
    if (node.in_progress) Warn("Circular dependency on file `" + files_[file].name + "'.");
    stack_.push_back({file, node.in_progress, false, kNone, node.requires_});
    node.in_progress = true;
    node.group = 0;
  }

  void WalkFrom(uint32_t file) {
    Push(file);
    while (!stack_.empty()) {
      Frame& top = stack_.back();
      Node& node = nodes_[top.file];
      if (top.is_waiting) {
        Provision& provision = provisions_[top.current];
        if (provision.providers != kNone) {
          Push(links_[provision.providers].value);
          continue;
        }
        top.is_waiting = false;
        node.group = std::max(node.group, provision.group);
      } else if (top.left != kNone) {
        top.current = links_[top.left].value;
        top.left = links_[top.left].older;
        top.is_waiting = Satisfy(top.file, top.current);
        if (!top.is_waiting) node.group = std::max(node.group, provisions_[top.current].group);
      } else {
        Finish(top);
        stack_.pop_back();
      }
    }
  }

  // True: the providers have to be walked first.
  bool Satisfy(uint32_t file, uint32_t place) {
    Provision& provision = provisions_[place];
    if (!provision.is_known) {
      Warn("requirement `" + std::string(provision.name) + "' in file `" + files_[file].name +
           "' has no providers.");
      return false;
    }
    if (provision.providers == kNone) return false;
    if (!provision.in_progress) return provision.in_progress = true;
    cyclic_.insert({file, place});
    Warn("Circular dependency on " + std::string(IsBefore(provision) ? "BEFORE" : "provision") +
         " `" + std::string(provision.name) + "'" + Cycle(file, provision) + ".");
    return false;
  }

  // The way from a provider on the stack down to the file that requires it.
  std::string Cycle(uint32_t file, const Provision& provision) {
    size_t first = stack_.size();
    for (uint32_t p = provision.providers; first == stack_.size() && p != kNone;
         p = links_[p].older) {
      for (size_t i = stack_.size() - 1; i-- > 0;) {
        if (stack_[i].file == links_[p].value) {
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
    for (uint32_t p = node.provides; p != kNone; p = links_[p].older) {
      Provision& provision = provisions_[links_[p].value];
      provision.group = std::max(provision.group, node.group);
      Remove(frame.file, &provision.providers);
    }
    node.provides = kNone;
    if (frame.again) return;
    node.is_done = true;
    order_.places.push_back({frame.file, node.group});
  }

  std::span<const RcFile> files_;
  std::vector<Node> nodes_;
  std::vector<Provision> provisions_;
  std::vector<Link> links_;
  IndexBuilder names_;  // of provisions but those of BEFORE
  std::vector<Frame> stack_;
  std::set<std::pair<uint32_t, uint32_t>> cyclic_;  // a file and what it requires
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
  std::unordered_map<std::string_view, std::vector<size_t>> providers;
  for (size_t i = 0; i < files_.size(); ++i) {
    for (const std::string& name : files_[i].script.provide) providers[name].push_back(i);
  }
  std::string graph =
      "digraph rcorder {\nrankdir=\"BT\";\nnode [style=rounded, shape=record];\n"
      "graph [overlap = false];\n";
  for (const Provision& provision : provisions_) {
    if (IsBefore(provision)) continue;
    const std::vector<size_t>& files = providers[provision.name];
    const std::string label = " [label=\"{ " + Labelled(provision.name) + " | ";
    if (files.empty()) {
      graph +=
          Quoted(provision.name) + label + "ENOENT }\", style=\"rounded,filled\", color=red];\n";
    } else if (files.size() > 1 || LastPart(files_[files[0]].name) != provision.name) {
      graph += Quoted(provision.name) + label;
      for (size_t file : files) graph += Labelled(LastPart(files_[file].name)) + "\\n";
      graph += "}\"];\n";
    }
  }
  for (uint32_t i = 0; i < files_.size(); ++i) {
    std::vector<uint32_t> required;
    for (uint32_t p = nodes_[i].requires_; p != kNone; p = links_[p].older) {
      required.push_back(links_[p].value);
    }
    for (const std::string& from : files_[i].script.provide) {
      for (size_t r = required.size(); r-- > 0;) {
        const Provision& provision = provisions_[required[r]];
        const bool is_red = !provision.is_known || cyclic_.contains({i, required[r]});
        const std::string style = std::string(IsBefore(provision) ? "dashed" : "solid") +
                                  (is_red ? ", color=red, penwidth=4" : "");
        const auto draw = [&](std::string_view to) {
          graph += Quoted(from) + " -> " + Quoted(to) + " [style=" + style + "];\n";
        };
        if (!IsBefore(provision)) {
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
