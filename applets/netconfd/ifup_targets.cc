// Patterns are matched against the names of what there is, or against files of sysfs.
#include "applets/netconfd/ifup_targets.h"

#include <algorithm>
#include <set>
#include <utility>

#include "applets/netconfd/name_pattern.h"
#include "core/flat_file.h"
#include "core/interface_selection.h"
#include "platform/file.h"
#include "platform/input.h"

namespace keelson {
namespace {

constexpr size_t kMaxAttribute = 65536;  // bytes of a file of sysfs

// Whether a line of the interface's file matches; "*": whether the file is there.
bool VariableMatches(const std::string& name, std::string_view variable,
                     const std::string& pattern) {
  if (variable == "mac") variable = "address";
  std::string bytes;
  const std::string path = "/sys/class/net/" + name + "/" + std::string(variable);
  if (!ReadInput(path, kMaxAttribute, &bytes).ok()) return false;
  if (pattern == "*") return true;
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    if (MatchesName(pattern, line.text, true)) return true;
  }
  return false;
}

// Each once, in the order of their coming; there may be thousands.
class Targets {
 public:
  explicit Targets(std::vector<IfupTarget>* targets) : targets_(targets) {
    for (const IfupTarget& target : *targets) seen_.emplace(target.name, target.logical);
  }
  void Add(const std::string& name, const std::string& logical) {
    if (seen_.emplace(name, logical).second) targets_->push_back({name, logical});
  }

 private:
  std::vector<IfupTarget>* const targets_;
  std::set<std::pair<std::string, std::string>> seen_;
};

void AddMatches(const InterfaceSelection& selection, const std::vector<Interface>& present,
                Targets* targets) {
  const std::string pattern(selection.value);
  uint32_t count = 0;
  for (const Interface& interface : present) {
    const bool matches = selection.variable.empty()
                             ? MatchesName(pattern, interface.name, true)
                             : VariableMatches(interface.name, selection.variable, pattern);
    if (!matches || (++count != selection.nth && selection.nth != 0)) continue;
    const std::string logical(selection.has_logical ? selection.logical : interface.name);
    targets->Add(interface.name, logical);
  }
}

}  // namespace

std::vector<IfupTarget> ExpandTargets(const std::vector<std::string>& words,
                                      const std::vector<Interface>& present) {
  std::vector<IfupTarget> all;
  Targets targets(&all);
  for (const std::string& word : words) {
    const InterfaceSelection selection = ParseInterfaceSelection(word);
    if (selection.is_pattern) {
      AddMatches(selection, present, &targets);
    } else {
      const std::string name(selection.name);
      targets.Add(name, selection.has_logical ? std::string(selection.logical) : name);
    }
  }
  return all;
}

std::vector<std::string> WordsOf(const std::vector<InterfacesText>& texts) {
  std::vector<std::string> words;
  for (const InterfacesText& text : texts) words.push_back(text.text);
  return words;
}

void AddVlansOf(const InterfacesClass& of, std::vector<IfupTarget>* targets) {
  const size_t count = targets->size();
  Targets all(targets);
  for (size_t i = 0; i < count; ++i) {
    const std::string parent = (*targets)[i].name;
    if (parent.find('.') != parent.npos) continue;
    for (const InterfacesText& name : of.names) {
      if (name.text.starts_with(parent + ".")) all.Add(name.text, name.text);
    }
  }
}

bool IsInClass(const InterfacesConfig& config, std::string_view class_name, std::string_view name,
               const std::vector<Interface>& present) {
  const InterfacesClass* of = config.FindClass(class_name);
  if (of == nullptr) return false;
  const std::vector<IfupTarget> all = ExpandTargets(WordsOf(of->names), present);
  return std::any_of(all.begin(), all.end(), [&](const IfupTarget& t) { return t.name == name; });
}

}  // namespace keelson
