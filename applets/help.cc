// Help is the option table laid out in two columns: what to type, what it does. A left column that
// is too wide pushes its help to the next line.
#include "applets/help.h"

#include <cctype>

namespace keelson {
namespace {

constexpr size_t kHelpColumn = 27;

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

std::string OptionLine(const Option& option) {
  std::string line = WhatToType(option);
  if (line.size() + 2 > kHelpColumn) {
    line += '\n';
    line.append(kHelpColumn, ' ');
  } else {
    line.append(kHelpColumn - line.size(), ' ');
  }
  line += option.help;
  if (option.type == OptionType::kWord) {
    std::string_view words = option.words;
    line += " (";
    for (char c : words) {
      if (c == '|') {
        line += ", ";
      } else {
        line += c;
      }
    }
    line += ')';
  }
  if (option.repeatable) line += "; may be given more than once";
  line += '\n';
  return line;
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
  for (const Option& option : AllOptions(applet)) text += OptionLine(option);
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
