// argv -> parsed options, from one constant table.
//
// Short (-v, -vn, -oVALUE, -o VALUE), long (--verbose, --output=VALUE, --output VALUE; an
// unambiguous beginning is not enough: the whole name), "--" ends the options, options and operands
// may be mixed unless the table says otherwise, "-" is an operand. Everything is checked before
// anything is done.
#ifndef KEELSON_APPLETS_OPTIONS_H_
#define KEELSON_APPLETS_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

enum class OptionType : uint8_t {
  kFlag,       // no value
  kText,       // any value
  kPath,       // completed as a file name
  kDirectory,  // completed as a directory
  kNumber,     // decimal, 0 to 2^63-1
  kSize,       // bytes, with k, M, G
  kDuration,   // with ms, s, m, h, d; no unit: seconds
  kWord,       // one of `words`
};

struct Option {
  char letter;       // 0: none
  const char* name;  // without "--"; null: none
  OptionType type;
  const char* value;        // "FILE", for the help; "" for a flag
  const char* help;         // one line
  const char* words = "";   // kWord: "text|tsv|json"
  bool repeatable = false;  // otherwise the last one counts
};

// The parsed command line. Asking for an option that the applet's table does not have is a bug and
// aborts.
class Invocation {
 public:
  std::string_view applet() const { return applet_; }  // as it was called, without folders
  const std::vector<std::string_view>& operands() const { return operands_; }

  // By long name, or the letter when it has no name.
  bool Has(std::string_view option) const;
  int Count(std::string_view option) const;
  std::string_view Text(std::string_view option, std::string_view otherwise = "") const;
  std::vector<std::string_view> Texts(std::string_view option) const;  // in order
  // kNumber, kSize; kWord: its place in `words`, from 0.
  int64_t Number(std::string_view option, int64_t otherwise) const;
  int64_t DurationNs(std::string_view option, int64_t otherwise) const;

 private:
  friend class OptionParser;
  friend std::optional<std::string> ParseOptions(std::string_view, std::span<const Option>,
                                                 std::span<const std::string_view>, bool,
                                                 Invocation*);
  struct Given {
    const Option* option;
    std::string_view text;
    int64_t number;  // kNumber, kSize; kDuration: nanoseconds; kWord: place in words
  };
  const Given* Last(std::string_view option) const;
  const Option& Declared(std::string_view option) const;

  std::string_view applet_;
  std::span<const Option> table_;
  std::vector<Given> given_;
  std::vector<std::string_view> operands_;
};

// What is wrong, in one line without the applet's name, or nothing and *invocation is filled.
// operands_last: the first operand ends the options (for applets that pass arguments on).
// The views point into the arguments and the table.
std::optional<std::string> ParseOptions(std::string_view applet, std::span<const Option> table,
                                        std::span<const std::string_view> arguments,
                                        bool operands_last, Invocation* invocation);

// The words of "a|b|c" with another separator between them.
std::string JoinWords(std::string_view words, std::string_view separator);

// Options that several applets have, said the same way.
inline constexpr Option kRootOption = {0, "root", OptionType::kDirectory, "DIR",
                                       "work on the tree below DIR"};
inline constexpr Option kDryRunOption = {'n', "dry-run", OptionType::kFlag, "",
                                         "say what would be done, change nothing"};
inline constexpr Option kOutputOption = {'o',      "output",       OptionType::kWord,
                                         "FORMAT", "how to print", "text|tsv|json"};
inline constexpr Option kSystemOption = {0,
                                         "system",
                                         OptionType::kWord,
                                         "SYSTEM",
                                         "whose file formats: the running system's by default",
                                         "linux|freebsd|netbsd|openbsd|dragonfly"};

}  // namespace keelson

#endif  // KEELSON_APPLETS_OPTIONS_H_
