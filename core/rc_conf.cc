// A lexer for as much of the shell's language as tells plain assignments from the rest. A command
// is the words and operators up to a line end; only when all of them are plain assignments does it
// count. Openers of compound commands are on a stack, and as long as it is not empty nothing
// counts.
#include "core/rc_conf.h"

#include <cstddef>
#include <utility>

namespace keelson {
namespace {

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool IsNameByte(char c) { return IsNameStart(c) || (c >= '0' && c <= '9'); }

bool IsOperator(char c) { return std::string_view(";&|<>()").find(c) != std::string_view::npos; }

struct Assignment {
  std::string name, text;
  Position at;
};

}  // namespace

class RcConfReader {
 public:
  RcConfReader(RcConf* conf, std::string_view bytes) : conf_(conf), bytes_(bytes) {}

  std::vector<ParseError> Run() {
    while (next_ < bytes_.size()) {
      SkipBlanksAndComments();
      if (AtEnd()) break;
      if (Peek() == '\n') {
        Take();
        EndLine();
      } else if (IsOperator(Peek())) {
        TakeOperator();
      } else {
        TakeWord();
      }
    }
    EndLine();
    return std::move(notes_);
  }

 private:
  bool AtEnd() const { return next_ >= bytes_.size(); }
  char Peek(size_t ahead = 0) const {
    return next_ + ahead < bytes_.size() ? bytes_[next_ + ahead] : '\0';
  }
  Position Here() const { return {line_, static_cast<uint32_t>(next_ - line_begin_ + 1)}; }

  char Take() {
    const char c = bytes_[next_++];
    if (c == '\n') {
      ++line_;
      line_begin_ = next_;
    }
    return c;
  }

  bool TakeContinuation() {
    if (Peek() != '\\' || Peek(1) != '\n') return false;
    Take();
    Take();
    return true;
  }

  void SkipBlanksAndComments() {
    while (!AtEnd()) {
      if (TakeContinuation()) continue;
      if (Peek() == '#') {
        while (!AtEnd() && Peek() != '\n') Take();
      } else if (Peek() == ' ' || Peek() == '\t') {
        Take();
      } else {
        return;
      }
    }
  }

  // The first thing of a command that is no plain assignment; inside of a compound one it was told.
  void LeaveOut(Position at, std::string what) {
    if (!is_left_out_ && open_.empty()) notes_.push_back({at, std::move(what)});
    is_left_out_ = true;
  }

  void EndLine() {
    at_command_ = true;
    if (joins_ && !AtEnd()) return SkipHereDocuments();
    for (Assignment& found : line_assignments_) {
      if (is_left_out_) {
        conf_->unknown_.insert(found.name);
        continue;
      }
      conf_->unknown_.erase(found.name);
      conf_->values_.insert_or_assign(
          std::move(found.name),
          RcConf::Value{std::move(found.text), conf_->files_.size() - 1, found.at});
    }
    line_assignments_.clear();
    is_left_out_ = !open_.empty();
    SkipHereDocuments();
  }

  void TakeOperator() {
    const Position at = Here();
    joins_ = Peek() == '|' || (Peek() == '&' && next_ > 0 && bytes_[next_ - 1] == '&');
    const char c = Take();
    LeaveOut(at, std::string("`") + c + "' is left to a shell, and so is this line");
    if (c == '<' && Peek() == '<') {
      Take();
      if (Peek() == '-') Take();
      here_document_next_ = true;
      return;
    }
    if (c == '(') open_.push_back(')');
    if (c == ')' && !open_.empty() && open_.back() == ')') open_.pop_back();
    at_command_ = c != '<' && c != '>';
  }

  // A word that opens or closes a compound command does so only where a command may begin.
  void TakeReserved(std::string_view word) {
    static constexpr struct {
      std::string_view word;
      char closer;
    } kOpeners[] = {{"if", 'f'},    {"case", 'e'},  {"for", 'd'},
                    {"while", 'd'}, {"until", 'd'}, {"{", '}'}},
      kClosers[] = {{"fi", 'f'}, {"esac", 'e'}, {"done", 'd'}, {"}", '}'}};
    for (const auto& opener : kOpeners) {
      if (word == opener.word) open_.push_back(opener.closer);
    }
    for (const auto& closer : kClosers) {
      if (word == closer.word && !open_.empty() && open_.back() == closer.closer) open_.pop_back();
    }
    at_command_ = false;
    for (std::string_view before :
         {"if", "then", "else", "elif", "while", "until", "do", "{", "!"}) {
      if (word == before) at_command_ = true;
    }
  }

  void TakeWord() {
    const Position at = Here();
    const size_t begin = next_;
    joins_ = false;
    std::string name;
    if (IsNameStart(Peek())) {
      while (IsNameByte(Peek()) || (Peek() == '\\' && Peek(1) == '\n')) {
        if (!TakeContinuation()) name += Take();
      }
    }
    const bool is_assignment = !name.empty() && Peek() == '=';
    if (is_assignment) Take();
    text_.clear();
    fault_.clear();
    if (is_assignment && Peek() == '~') Fault("`~'");
    TakeText();
    if (here_document_next_) {
      here_document_next_ = false;
      here_documents_.push_back(name + text_);
    } else if (is_assignment) {
      if (!fault_.empty()) LeaveOut(fault_at_, fault_ + " is left to a shell, and so is " + name);
      line_assignments_.push_back({std::move(name), std::move(text_), at});
    } else {
      const std::string_view word = bytes_.substr(begin, next_ - begin);
      LeaveOut(at, "no plain assignment: a command, which is left to a shell");
      if (at_command_) TakeReserved(word);
    }
  }

  void Fault(std::string what) {
    if (!fault_.empty()) return;
    fault_at_ = Here();
    fault_ = std::move(what);
  }

  void Append(std::string_view text) {
    if (text_.size() + text.size() > kMaxRcConfValue) return Fault("a value of this length");
    text_ += text;
  }

  // The rest of a word, to text_; what is not plain is a fault and skipped.
  void TakeText() {
    while (!AtEnd()) {
      if (TakeContinuation()) continue;
      const char c = Peek();
      if (c == ' ' || c == '\t' || c == '\n' || IsOperator(c)) return;
      if (c == '\'') {
        TakeSingle();
      } else if (c == '"') {
        TakeDouble();
      } else if (c == '\\') {
        TakeEscaped("");
      } else if (c == '$' || c == '`') {
        TakeSubstitution(false);
      } else {
        if (c == '~' && (text_.ends_with(':'))) Fault("`~'");
        TakePlain();
      }
    }
  }

  void TakePlain() {
    if (Peek() == '\0') Fault("a NUL");
    const char c = Take();
    Append({&c, 1});
  }

  void TakeSingle() {
    const Position at = Here();
    Take();
    while (!AtEnd() && Peek() != '\'') TakePlain();
    EndQuote(at);
  }

  void TakeDouble() {
    const Position at = Here();
    Take();
    while (!AtEnd() && Peek() != '"') {
      if (TakeContinuation()) continue;
      if (Peek() == '\\') {
        TakeEscaped("$`\"\\");
      } else if (Peek() == '$' || Peek() == '`') {
        TakeSubstitution(true);
      } else {
        TakePlain();
      }
    }
    EndQuote(at);
  }

  void EndQuote(Position at) {
    if (!AtEnd()) {
      Take();
    } else if (fault_.empty()) {
      fault_ = "a quote without an end";
      fault_at_ = at;
    }
  }

  // Only the bytes of `special` lose their backslash; all do when there are none.
  void TakeEscaped(std::string_view special) {
    const Position at = Here();
    Take();
    if (AtEnd()) {
      fault_at_ = at;
      fault_ = "a backslash at the end";
      return;
    }
    if (!special.empty() && special.find(Peek()) == special.npos) Append("\\");
    TakePlain();
  }

  void TakeSubstitution(bool in_double) {
    const Position at = Here();
    const auto fault = [&](const char* what) {
      if (fault_.empty()) fault_at_ = at, fault_ = what;
    };
    if (Take() == '`') {
      fault("a command substitution");
      while (!AtEnd() && Peek() != '`') {
        if (Take() == '\\' && !AtEnd()) Take();
      }
      if (!AtEnd()) Take();
      return;
    }
    const char c = Peek();
    if (c == '(') {
      fault("a substitution");
      return SkipNested('(', ')');
    }
    if (c == '{') {
      size_t end = next_ + 1;
      while (end < bytes_.size() && IsNameByte(bytes_[end])) ++end;
      const std::string_view name = bytes_.substr(next_ + 1, end - next_ - 1);
      if (end < bytes_.size() && bytes_[end] == '}' && !name.empty() && IsNameStart(name[0])) {
        next_ = end + 1;
        return Expand(name, at);
      }
      fault("a substitution");
      return SkipNested('{', '}');
    }
    if (IsNameStart(c)) {
      const size_t begin = next_;
      while (IsNameByte(Peek())) ++next_;
      return Expand(bytes_.substr(begin, next_ - begin), at);
    }
    if ((c >= '0' && c <= '9') ||
        (c != '\0' && std::string_view("@*#?-$!\\").find(c) != std::string_view::npos) ||
        (!in_double && (c == '\'' || c == '"'))) {
      fault("a parameter of the shell");
      return;
    }
    Append("$");
  }

  void Expand(std::string_view name, Position at) {
    for (size_t i = line_assignments_.size(); i-- > 0;) {
      if (line_assignments_[i].name == name) return Append(line_assignments_[i].text);
    }
    if (conf_->unknown_.contains(name)) {
      if (fault_.empty()) fault_at_ = at, fault_ = "$" + std::string(name);
      return;
    }
    if (const RcConf::Value* value = conf_->Find(name)) Append(value->text);
  }

  // From the opener to its closer, over quotes and nested ones.
  void SkipNested(char opener, char closer) {
    size_t depth = 0;
    char quote = '\0';
    while (!AtEnd()) {
      const char c = Take();
      if (c == '\\' && quote != '\'' && !AtEnd()) {
        Take();
      } else if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == opener) {
        ++depth;
      } else if (c == closer && --depth == 0) {
        return;
      }
    }
  }

  void SkipHereDocuments() {
    for (const std::string& end : here_documents_) {
      while (!AtEnd()) {
        const size_t begin = next_;
        while (!AtEnd() && Peek() != '\n') Take();
        std::string_view line = bytes_.substr(begin, next_ - begin);
        if (!AtEnd()) Take();
        while (line.starts_with('\t')) line.remove_prefix(1);
        if (line == end) break;
      }
    }
    here_documents_.clear();
  }

  RcConf* conf_;
  std::string_view bytes_;
  size_t next_ = 0, line_begin_ = 0;
  uint32_t line_ = 1;
  std::vector<ParseError> notes_;

  std::vector<Assignment> line_assignments_;
  bool is_left_out_ = false;
  bool at_command_ = true;
  bool joins_ = false;      // "&&", "||" or "|" stands last: the command goes on in the next line
  std::vector<char> open_;  // what closes each compound command
  bool here_document_next_ = false;
  std::vector<std::string> here_documents_;  // their last lines

  std::string text_;   // of this word
  std::string fault_;  // why it is not plain
  Position fault_at_;
};

std::vector<ParseError> RcConf::Add(std::string path, std::string_view bytes) {
  files_.push_back(std::move(path));
  return RcConfReader(this, bytes).Run();
}

const RcConf::Value* RcConf::Find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::optional<bool> RcYesNo(std::string_view text) {
  std::string lower(text.substr(0, 6));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (std::string_view word : {"yes", "true", "on", "1"}) {
    if (lower == word) return true;
  }
  for (std::string_view word : {"no", "false", "off", "0"}) {
    if (lower == word) return false;
  }
  return std::nullopt;
}

}  // namespace keelson
