// Words of commands and names of signals. The signals' numbers are those of the running system.
#include <csignal>
#include <string>

#include "core/config.h"
#include "core/service_definition.h"

namespace keelson {
namespace {

constexpr size_t kMaxWords = 1000;
constexpr int kLastSignal = 64;

struct SignalName {
  std::string_view name;
  int number;
};
constexpr SignalName kSignals[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT},   {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT}, {"BUS", SIGBUS},   {"FPE", SIGFPE},     {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV}, {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},   {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"CHLD", SIGCHLD}, {"CONT", SIGCONT}, {"STOP", SIGSTOP},   {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU}, {"URG", SIGURG},   {"XCPU", SIGXCPU},   {"XFSZ", SIGXFSZ}, {"PROF", SIGPROF},
    {"IO", SIGIO},     {"SYS", SIGSYS},   {"WINCH", SIGWINCH},
};

bool IsPlainLetter(char c) { return !IsBlank(c) && c != '\\' && c != '\'' && c != '"'; }

// One word from the front of the text, which does not begin with a blank.
std::optional<std::string> TakeWord(std::string_view* text, std::string* word) {
  char quote = 0;
  size_t i = 0;
  while (i < text->size()) {
    const size_t begin = i;
    while (i < text->size() && IsPlainLetter((*text)[i])) ++i;
    word->append(*text, begin, i - begin);
    if (i == text->size()) break;
    const char c = (*text)[i];
    if (quote == 0 && IsBlank(c)) break;
    ++i;
    if (c == '\\' && quote != '\'') {
      if (i == text->size()) return "nothing follows the last backslash";
      *word += (*text)[i++];
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      *word += c;
    }
  }
  text->remove_prefix(i);
  if (quote != 0) return "a quote is open";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> SplitCommand(std::string_view text, std::vector<std::string>* words) {
  words->clear();
  for (text = SkipBlanks(text); !text.empty(); text = SkipBlanks(text)) {
    words->emplace_back();
    if (words->size() > kMaxWords) return "more than 1000 words";
    if (auto wrong = TakeWord(&text, &words->back())) return wrong;
  }
  return std::nullopt;
}

std::optional<int> ParseSignal(std::string_view text) {
  if (const std::optional<uint64_t> number = ParseUnsigned(text)) {
    if (*number < 1 || *number > kLastSignal) return std::nullopt;
    return static_cast<int>(*number);
  }
  std::string name(text);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (const SignalName& signal : kSignals) {
    if (signal.name == name) return signal.number;
  }
  return std::nullopt;
}

}  // namespace keelson
