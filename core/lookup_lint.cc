// Each file is gone through once; what is there twice is found by an index over the words.
#include "core/lookup_lint.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/index.h"
#include "core/services.h"
#include "core/wait_graph.h"

namespace keelson {

namespace {

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool IsNothing(std::string_view text) {
  const std::string_view rest = SkipBlanks(text);
  return rest.empty() || rest[0] == '#';
}

// Words, each with what tells it from others of the same name, and the line of the first of each.
class FirstLines {
 public:
  // The line in which it was before; 0: this is the first.
  uint32_t Add(std::string_view word, std::string_view of, uint32_t line) {
    const auto same = [this](uint32_t a, uint32_t b) {
      return seen_[a].word == seen_[b].word && seen_[a].of == seen_[b].of;
    };
    const auto number = static_cast<uint32_t>(seen_.size());
    seen_.push_back({word, of, line});
    bool inserted;
    const uint32_t tag = HashKey(word) ^ HashKey(of) * 31;
    const uint32_t first = *index_.FindOrInsert(tag, number, same, &inserted) - 1;
    if (inserted) return 0;
    seen_.pop_back();
    return seen_[first].line;
  }

 private:
  struct Seen {
    std::string_view word, of;
    uint32_t line;
  };
  std::vector<Seen> seen_;
  IndexBuilder index_{64};
};

void LintPort(const Line& line, const ServiceEntry& service, const LintSink& sink) {
  ColumnReader words(line.text);
  std::string_view name;
  words.Next(&name);
  const std::string_view rest = SkipBlanks(words.rest());
  const Number port = TakeNumber(rest, 0);
  const std::string_view text = rest.substr(0, port.used);
  if (port.value > UINT16_MAX) {
    Tell(line, text, "port " + std::string(text) + " is read as " + std::to_string(service.port),
         sink);
  } else if (text != std::to_string(service.port)) {
    Tell(line, text,
         "port " + Quoted(text) + " is " + std::to_string(service.port) +
             " to glibc, and may be another number elsewhere",
         sink);
  }
  if (service.protocol.empty()) Tell(line, rest, "a port without a protocol", sink);
}

// The netgroups as a graph: who names whom.
class NetgroupGraph {
 public:
  // False: there is one of this name.
  bool Add(std::string_view name, Position at) {
    Group& group = groups_[NumberOf(name)];
    if (group.at.line != 0) return false;
    group.at = at;
    return true;
  }
  void AddMember(std::string_view group, std::string_view member) {
    edges_.push_back({NumberOf(group), NumberOf(member), true});
  }

  void Tell(const LintSink& sink) {
    std::sort(edges_.begin(), edges_.end());
    edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
    for (const WaitEdge& edge : edges_) {
      if (groups_[edge.awaited].at.line != 0) continue;
      sink({groups_[edge.waits].at, "netgroup " + Quoted(groups_[edge.waits].name) +
                                        ": there is no netgroup " +
                                        Quoted(groups_[edge.awaited].name)});
    }
    for (const WaitCycle& cycle : BreakWaitCycles(groups_.size(), &edges_)) TellCircle(cycle, sink);
  }

 private:
  struct Group {
    std::string_view name;
    Position at;  // line 0: only named
  };

  uint32_t NumberOf(std::string_view name) {
    const auto same = [this](uint32_t a, uint32_t b) { return groups_[a].name == groups_[b].name; };
    const auto number = static_cast<uint32_t>(groups_.size());
    groups_.push_back({name, {}});
    bool inserted;
    const uint32_t first = *index_.FindOrInsert(HashKey(name), number, same, &inserted) - 1;
    if (!inserted) groups_.pop_back();
    return first;
  }

  void TellCircle(const WaitCycle& cycle, const LintSink& sink) const {
    const Group& first = groups_[cycle.nodes.front()];
    std::string way = std::string(first.name);
    for (size_t i = 1; i < cycle.nodes.size(); ++i) {
      if (i == kShownOfWaitCycle) way += " > ...";
      way.append(" > ").append(groups_[cycle.nodes[i]].name);
    }
    way.append(" > ").append(first.name);
    sink({first.at, "netgroup " + Quoted(first.name) + " has itself as a member: " + way});
  }

  std::vector<Group> groups_;
  std::vector<WaitEdge> edges_;
  IndexBuilder index_{64};
};

}  // namespace

void LintServices(std::string_view bytes, const LintSink& sink) {
  FirstLines names;
  LineReader lines(bytes);
  ServiceEntry service;
  for (Line line; lines.Next(&line);) {
    LintText(line, /*tabs=*/true, sink);
    if (IsNothing(line.text)) continue;
    if (!ParseService(line.text, &service)) {
      Tell(line, SkipBlanks(line.text), "no NAME PORT/PROTOCOL: the line is ignored", sink);
      continue;
    }
    LintPort(line, service, sink);
    if (const uint32_t first = names.Add(service.name, service.protocol, line.number)) {
      Tell(line, service.name,
           "service " + std::string(service.name) + "/" + std::string(service.protocol) +
               " is there already, in line " + std::to_string(first),
           sink);
    }
  }
}

void LintHosts(std::string_view bytes, const LintSink& sink) {
  LineReader lines(bytes);
  HostEntry host;
  for (Line line; lines.Next(&line);) {
    LintText(line, /*tabs=*/true, sink);
    if (IsNothing(line.text)) continue;
    std::string_view address;
    ColumnReader(line.text).Next(&address);
    host.name = {};
    if (!ParseHost(line.text, &host)) {
      Tell(line, address, Quoted(address) + " is no address: the line is ignored", sink);
    } else if (host.name.empty()) {
      Tell(line, address, std::string(address) + " has no name", sink);
    }
  }
}

void LintNetgroup(std::string_view bytes, const LintSink& sink) {
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) LintText(line, /*tabs=*/true, sink);
  NetgroupGraph graph;
  NetgroupReader reader(bytes);
  std::string_view name, items;
  for (Position at; reader.Next(&name, &items, &at);) {
    if (!graph.Add(name, at)) {
      sink({at, "netgroup " + Quoted(name) + " is there already: only the first one counts"});
      continue;
    }
    NetgroupItem item;
    while (NetgroupReader::NextItem(&items, &item)) {
      if (!item.is_triple) graph.AddMember(name, item.name);
    }
    if (!items.empty()) {
      sink({at, "netgroup " + Quoted(name) +
                    ": a triple is not (HOST,USER,DOMAIN), and nothing behind it is read"});
    }
  }
  graph.Tell(sink);
}

}  // namespace keelson
