// One shell function for all names. In bash it is a table in `case` form: "APPLET" gives the option
// words, "APPLET:--OPTION" how its value is completed. In zsh each applet is one _arguments call.
#include "applets/completion.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "applets/help.h"

namespace keelson {
namespace {

// Within '...' of a shell.
std::string SingleQuoted(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string Names(const Applet& program, std::span<const Applet* const> applets) {
  std::string names = program.name;
  for (const Applet* applet : applets) absl::StrAppend(&names, " ", applet->name);
  return names;
}

// --- bash ---

std::string OptionWords(const Applet& applet) {
  std::string words;
  for (const Option& option : AllOptions(applet)) {
    if (option.letter != 0) absl::StrAppend(&words, "-", std::string(1, option.letter), " ");
    if (option.name != nullptr) absl::StrAppend(&words, "--", option.name, " ");
  }
  words.pop_back();
  return words;
}

const char* BashValue(OptionType type) {
  switch (type) {
    case OptionType::kPath:
      return "-f";
    case OptionType::kDirectory:
      return "-d";
    default:
      return "";
  }
}

// "    APPLET:-o|APPLET:--output) ... ;;", for an option with a value.
std::string BashValueCase(const Applet& applet, const Option& option) {
  if (option.type == OptionType::kFlag) return "";
  std::string pattern;
  if (option.letter != 0) {
    absl::StrAppend(&pattern, applet.name, ":-", std::string(1, option.letter));
  }
  if (option.name != nullptr) {
    absl::StrAppend(&pattern, pattern.empty() ? "" : "|", applet.name, ":--", option.name);
  }
  const std::string how = option.type == OptionType::kWord
                              ? absl::StrCat("-W ", SingleQuoted(JoinWords(option.words, " ")))
                              : BashValue(option.type);
  return absl::StrCat("    ", pattern, ") how=(", how, ") ;;\n");
}

std::string BashCases(const Applet& applet) {
  std::string cases;
  for (const Option& option : AllOptions(applet)) {
    absl::StrAppend(&cases, BashValueCase(applet, option));
  }
  absl::StrAppend(&cases, "    ", applet.name, ":) how=(-W ", SingleQuoted(OptionWords(applet)),
                  ") ;;\n");
  return cases;
}

constexpr char kBashHead[] =
    "# Completion for bash: load it with `source`.\n"
    "_keelson_how() {\n"
    "  case $1 in\n";

constexpr char kBashTail[] =
    "    *) return 1 ;;\n"
    "  esac\n"
    "}\n"
    "_keelson() {\n"
    "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
    "  local applet=${COMP_WORDS[0]##*/} at=1 how=()\n"
    "  if [[ $applet == keelson && COMP_CWORD -gt 1 && ${COMP_WORDS[1]} != -* ]]; then\n"
    "    applet=${COMP_WORDS[1]}\n"
    "    at=2\n"
    "  fi\n"
    "  if [[ $word == = ]]; then\n"
    "    word=\n"
    "  elif [[ $before == = && COMP_CWORD -ge 2 ]]; then\n"
    "    before=${COMP_WORDS[COMP_CWORD-2]}\n"
    "  fi\n"
    "  if [[ COMP_CWORD -gt at && $before == -* ]] && _keelson_how \"$applet:$before\"; then\n"
    "    :\n"
    "  elif [[ $word == -* ]]; then\n"
    "    _keelson_how \"$applet:\"\n"
    "  elif [[ $applet == keelson ]]; then\n"
    "    how=(-W \"$_keelson_applets\")\n"
    "  else\n"
    "    how=(-f)\n"
    "  fi\n"
    "  COMPREPLY=()\n"
    "  local IFS=$' \\t\\n' reply\n"
    "  [[ ${#how[@]} -eq 0 ]] && return 0\n"
    "  while IFS= read -r reply; do COMPREPLY+=(\"$reply\"); done < <(\n"
    "    compgen \"${how[@]}\" -- \"$word\")\n"
    "}\n";

// --- zsh ---

// Within '...' of an _arguments specification, where [ ] : \ have a meaning.
std::string ZshText(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    if (c == '\'') {
      escaped += "'\\''";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string ZshAction(const Option& option) {
  switch (option.type) {
    case OptionType::kPath:
      return "_files";
    case OptionType::kDirectory:
      return "_files -/";
    case OptionType::kWord:
      return absl::StrCat("(", JoinWords(option.words, " "), ")");
    default:
      return "";
  }
}

std::string ZshSpecification(const Option& option, const std::string& dashed, bool is_long) {
  std::string text = "'";
  if (option.repeatable) text += '*';
  text += dashed;
  if (option.type != OptionType::kFlag) text += is_long ? "=" : "+";
  absl::StrAppend(&text, "[", ZshText(option.help), "]");
  if (option.type != OptionType::kFlag) {
    absl::StrAppend(&text, ":", ZshText(option.value), ":", ZshAction(option));
  }
  return text + "'";
}

std::string ZshCase(const Applet& applet, const std::string& operands) {
  std::string text = absl::StrCat("    ", applet.name, ")\n      _arguments -s -S \\\n");
  for (const Option& option : AllOptions(applet)) {
    if (option.letter != 0) {
      absl::StrAppend(
          &text, "        ",
          ZshSpecification(option, absl::StrCat("-", std::string(1, option.letter)), false),
          " \\\n");
    }
    if (option.name != nullptr) {
      absl::StrAppend(&text, "        ",
                      ZshSpecification(option, absl::StrCat("--", option.name), true), " \\\n");
    }
  }
  absl::StrAppend(&text, "        ", operands, "\n      ;;\n");
  return text;
}

constexpr char kZshHead[] =
    "_keelson() {\n"
    "  local applet=${words[1]:t}\n"
    "  if [[ $applet == keelson && CURRENT -gt 2 && $words[2] != -* ]]; then\n"
    "    shift words\n"
    "    (( CURRENT-- ))\n"
    "    applet=$words[1]\n"
    "  fi\n"
    "  case $applet in\n";

// From a folder of fpath the whole file is the function's first call; with `source` it is not one.
constexpr char kZshCall[] =
    "if [[ $funcstack[1] == _keelson ]]; then\n"
    "  _keelson \"$@\"\n"
    "else\n"
    "  ";

}  // namespace

std::string BashCompletion(const Applet& program, std::span<const Applet* const> applets) {
  const std::string names = Names(program, applets);
  std::string script = kBashHead;
  absl::StrAppend(&script, BashCases(program));
  for (const Applet* applet : applets) absl::StrAppend(&script, BashCases(*applet));
  absl::StrAppend(&script, kBashTail, "_keelson_applets='");
  for (const Applet* applet : applets) absl::StrAppend(&script, applet->name, " ");
  absl::StrAppend(&script, "'\ncomplete -o filenames -o bashdefault -F _keelson ", names, "\n");
  return script;
}

std::string ZshCompletion(const Applet& program, std::span<const Applet* const> applets) {
  const std::string names = Names(program, applets);
  std::string choices = "'1:applet:(";
  for (const Applet* applet : applets) absl::StrAppend(&choices, applet->name, " ");
  choices += ")'";
  std::string script = absl::StrCat("#compdef ", names, "\n", kZshHead, ZshCase(program, choices));
  for (const Applet* applet : applets) absl::StrAppend(&script, ZshCase(*applet, "'*:: :_files'"));
  absl::StrAppend(&script, "  esac\n}\n", kZshCall, "compdef _keelson ", names, "\nfi\n");
  return script;
}

}  // namespace keelson
