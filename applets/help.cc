// Help is the option table laid out in two columns: what to type, what it does. A left column that
// is too wide pushes its help to the next line; lines are broken at 80 columns.
#include "applets/help.h"

#include <algorithm>
#include <cctype>

namespace keelson {
namespace {

constexpr size_t kHelpColumn = 27;
constexpr size_t kColumns = 80;

constexpr Option kHelpOption = {0, "help", OptionType::kFlag, "", "say how to call it, and exit"};
constexpr Option kVersionOption = {0, "version", OptionType::kFlag, "",
                                   "say the version, and exit"};

bool Has(std::span<const Option> options, std::string_view name) {
  for (const Option& option : options) {
    if (option.name != nullptr && name == option.name) return true;
  }
  return false;
}

// "  -o, --output=FORMAT"
std::string WhatToType(const Option& option) {
  bool has_value = option.type != OptionType::kFlag;
  std::string text = "  ";
  if (option.letter != 0) {
    text += '-';
    text += option.letter;
    text += option.name != nullptr ? ", " : has_value ? " " : "";
  } else {
    text += "    ";
  }
  if (option.name != nullptr) {
    text += "--";
    text += option.name;
    if (has_value) text += '=';
  }
  if (has_value) text += option.value;
  return text;
}

// What the option does, what its value may be, how often it counts.
std::string WhatItDoes(const Option& option) {
  std::string text = option.help;
  if (option.type == OptionType::kWord) {
    text += " (";
    text += JoinWords(option.words, ", ");
    text += ')';
  }
  if (option.repeatable) text += "; may be given more than once";
  return text;
}

std::string OptionLines(const Option& option) {
  std::string lines = WhatToType(option);
  size_t column = lines.size();
  if (column + 2 > kHelpColumn) column = kColumns;
  const std::string what = WhatItDoes(option);
  std::string_view rest = what;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    if (column < kHelpColumn) {
      lines.append(kHelpColumn - column, ' ');
      column = kHelpColumn;
    } else if (column + 1 + end > kColumns) {
      lines += '\n';
      lines.append(kHelpColumn, ' ');
      column = kHelpColumn;
    } else {
      lines += ' ';
      ++column;
    }
    lines += rest.substr(0, end);
    column += end;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  lines += '\n';
  return lines;
}

}  // namespace

std::vector<Option> AllOptions(const Applet& applet) {
  std::vector<Option> options(applet.options.begin(), applet.options.end());
  if (!Has(applet.options, kHelpOption.name)) options.push_back(kHelpOption);
  if (!Has(applet.options, kVersionOption.name)) options.push_back(kVersionOption);
  return options;
}

std::string UsageLine(const Applet& applet) {
  std::string line = "Usage: ";
  line += applet.name;
  line += " [OPTION...]";
  if (applet.operands[0] != 0) {
    line += ' ';
    line += applet.operands;
  }
  line += '\n';
  return line;
}

std::string HelpText(const Applet& applet) {
  std::string text = UsageLine(applet);
  std::string summary = applet.summary;
  if (!summary.empty()) {
    summary[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(summary[0])));
  }
  text += summary + ".\n\nOptions:\n";
  for (const Option& option : AllOptions(applet)) text += OptionLines(option);
  if (applet.description[0] != 0) {
    text += '\n';
    text += applet.description;
    if (text.back() != '\n') text += '\n';
  }
  return text;
}

std::string VersionText(const Applet& applet) {
  return std::string(applet.name) + " (keelson) " + kVersion + "\n";
}

}  // namespace keelson
