// One pass over the arguments. Each option is looked up in the table, its value is checked by its
// type, and the result is a list of what was given, in order. The first error ends it.
#include "applets/options.h"

#include <cstdlib>
#include <limits>

#include "core/config.h"

namespace keelson {
namespace {

using Arguments = std::span<const std::string_view>;

const Option* FindLong(std::span<const Option> table, std::string_view name) {
  for (const Option& option : table) {
    if (option.name != nullptr && name == option.name) return &option;
  }
  return nullptr;
}

const Option* FindLetter(std::span<const Option> table, char letter) {
  for (const Option& option : table) {
    if (option.letter != 0 && option.letter == letter) return &option;
  }
  return nullptr;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  quoted += text;
  quoted += '\'';
  return quoted;
}

std::string Shown(const Option& option) {
  if (option.name != nullptr) return Quoted(std::string("--") + option.name);
  return Quoted(std::string("-") + option.letter);
}

// The word's place among "a|b|c".
std::optional<int64_t> PlaceInWords(std::string_view words, std::string_view word) {
  for (int64_t place = 0;; ++place) {
    size_t end = words.find('|');
    if (words.substr(0, end) == word) return place;
    if (end == std::string_view::npos) return std::nullopt;
    words.remove_prefix(end + 1);
  }
}

std::optional<int64_t> Positive63(std::optional<uint64_t> number) {
  if (!number || *number > uint64_t{std::numeric_limits<int64_t>::max()}) return std::nullopt;
  return static_cast<int64_t>(*number);
}

// What the value means as a number; nothing when it is wrong for the type.
std::optional<int64_t> TypedValue(const Option& option, std::string_view text) {
  switch (option.type) {
    case OptionType::kFlag:
    case OptionType::kText:
      return 0;
    case OptionType::kPath:
    case OptionType::kDirectory:
      return text.empty() ? std::nullopt : std::optional<int64_t>(0);
    case OptionType::kNumber:
      return Positive63(ParseUnsigned(text));
    case OptionType::kSize:
      return Positive63(ParseSize(text));
    case OptionType::kDuration:
      return ParseDuration(text);
    case OptionType::kWord:
      return PlaceInWords(option.words, text);
  }
  return std::nullopt;
}

std::string WrongValue(const Option& option, std::string_view text) {
  std::string what = "option " + Shown(option) + ": " + Quoted(text) + " is not ";
  switch (option.type) {
    case OptionType::kPath:
    case OptionType::kDirectory:
      return what + "a path";
    case OptionType::kNumber:
      return what + "a number";
    case OptionType::kSize:
      return what + "a size (a number, then k, M or G)";
    case OptionType::kDuration:
      return what + "a time (a number, then ms, s, m, h or d)";
    default:
      break;
  }
  return what + "one of " + JoinWords(option.words, ", ");
}

}  // namespace

// Walks the arguments; `Take...` functions return what is wrong.
class OptionParser {
 public:
  OptionParser(std::span<const Option> table, Arguments arguments, Invocation* invocation)
      : table_(table), arguments_(arguments), invocation_(invocation) {}

  std::optional<std::string> Parse(bool operands_last) {
    while (next_ < arguments_.size()) {
      std::string_view argument = arguments_[next_++];
      if (argument == "--") break;
      if (argument.size() < 2 || argument[0] != '-') {
        invocation_->operands_.push_back(argument);
        if (operands_last) break;
        continue;
      }
      std::optional<std::string> wrong =
          argument[1] == '-' ? TakeLong(argument.substr(2)) : TakeLetters(argument.substr(1));
      if (wrong) return wrong;
    }
    for (; next_ < arguments_.size(); ++next_) {
      invocation_->operands_.push_back(arguments_[next_]);
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> TakeLong(std::string_view argument) {
    size_t equals = argument.find('=');
    std::string_view name = argument.substr(0, equals);
    const Option* option = FindLong(table_, name);
    if (option == nullptr) return "unknown option " + Quoted("--" + std::string(name));
    bool has_value = equals != std::string_view::npos;
    if (option->type == OptionType::kFlag) {
      if (has_value) return "option " + Shown(*option) + " takes no value";
      return Record(*option, "");
    }
    if (has_value) return Record(*option, argument.substr(equals + 1));
    return TakeNext(*option);
  }

  // "vn": two flags; "oVALUE": the rest is the value of the first one that wants one.
  std::optional<std::string> TakeLetters(std::string_view letters) {
    for (size_t i = 0; i < letters.size(); ++i) {
      const Option* option = FindLetter(table_, letters[i]);
      if (option == nullptr) {
        return "unknown option " + Quoted("-" + std::string(letters.substr(i, 1)));
      }
      if (option->type != OptionType::kFlag) {
        if (i + 1 < letters.size()) return Record(*option, letters.substr(i + 1));
        return TakeNext(*option);
      }
      if (std::optional<std::string> wrong = Record(*option, "")) return wrong;
    }
    return std::nullopt;
  }

  std::optional<std::string> TakeNext(const Option& option) {
    if (next_ == arguments_.size()) {
      return "option " + Shown(option) + " needs a value: " + option.value;
    }
    return Record(option, arguments_[next_++]);
  }

  std::optional<std::string> Record(const Option& option, std::string_view text) {
    std::optional<int64_t> number = TypedValue(option, text);
    if (!number) return WrongValue(option, text);
    invocation_->given_.push_back({&option, text, *number});
    return std::nullopt;
  }

  std::span<const Option> table_;
  Arguments arguments_;
  Invocation* invocation_;
  size_t next_ = 0;
};

const Option& Invocation::Declared(std::string_view option) const {
  const Option* found = FindLong(table_, option);
  if (found == nullptr && option.size() == 1) found = FindLetter(table_, option[0]);
  if (found == nullptr) std::abort();
  return *found;
}

const Invocation::Given* Invocation::Last(std::string_view option) const {
  const Option* declared = &Declared(option);
  for (size_t i = given_.size(); i-- > 0;) {
    if (given_[i].option == declared) return &given_[i];
  }
  return nullptr;
}

bool Invocation::Has(std::string_view option) const { return Last(option) != nullptr; }

int Invocation::Count(std::string_view option) const {
  const Option* declared = &Declared(option);
  int count = 0;
  for (const Given& given : given_) count += given.option == declared;
  return count;
}

std::string_view Invocation::Text(std::string_view option, std::string_view otherwise) const {
  const Given* given = Last(option);
  return given != nullptr ? given->text : otherwise;
}

std::vector<std::string_view> Invocation::Texts(std::string_view option) const {
  const Option* declared = &Declared(option);
  std::vector<std::string_view> texts;
  for (const Given& given : given_) {
    if (given.option == declared) texts.push_back(given.text);
  }
  return texts;
}

int64_t Invocation::Number(std::string_view option, int64_t otherwise) const {
  const Given* given = Last(option);
  return given != nullptr ? given->number : otherwise;
}

int64_t Invocation::DurationNs(std::string_view option, int64_t otherwise) const {
  return Number(option, otherwise);
}

std::string JoinWords(std::string_view words, std::string_view separator) {
  std::string text;
  for (char c : words) {
    if (c == '|') {
      text += separator;
    } else {
      text += c;
    }
  }
  return text;
}

std::optional<std::string> ParseOptions(std::string_view applet, std::span<const Option> table,
                                        std::span<const std::string_view> arguments,
                                        bool operands_last, Invocation* invocation) {
  *invocation = Invocation();
  invocation->applet_ = applet;
  invocation->table_ = table;
  return OptionParser(table, arguments, invocation).Parse(operands_last);
}

}  // namespace keelson
