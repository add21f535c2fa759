// Bytes -> records, as views into the bytes. No copies, no system calls.
//
// Every reader here stands on LineReader. Joining the `raw` of every line gives the file back byte
// for byte, so a writer copies the lines that it does not change.
//
// What all dialects agree on:
//   line       ends with LF; the last one may lack it. CR is an ordinary byte of the text (as for
//   libc). NUL        ends the text of its line, as it does for every reader written in C; raw
//   keeps it all. length     no limit below 4 GiB (offsets are 32 bits); a 10 MiB line is a line.
//   position   1-based line and 1-based byte column.
#ifndef KEELSON_CORE_FLAT_FILE_H_
#define KEELSON_CORE_FLAT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// Files of this size and more are refused by whoever reads them: offsets have to fit.
inline constexpr size_t kMaxFlatFile = 0xfffffffe;

struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
};

struct ParseError {
  Position at;
  std::string what;
  // "PATH:LINE:COLUMN: what", control characters shown as \xNN; RawText: as they are, for an output
  // that escapes in its own way.
  std::string Text(std::string_view path) const;
  std::string RawText(std::string_view path) const;
};

struct Line {
  std::string_view text;  // without LF, cut at the first NUL
  std::string_view raw;   // with everything
  size_t offset = 0;      // of raw, from the beginning of the bytes
  uint32_t number = 0;    // 1-based
};

class LineReader {
 public:
  explicit LineReader(std::string_view bytes) : bytes_(bytes) {}

  bool Next(Line* line) {
    if (next_ >= bytes_.size()) return false;
    const char* begin = bytes_.data() + next_;
    const size_t left = bytes_.size() - next_;
    const void* line_end = std::memchr(begin, '\n', left);
    size_t text = left, raw = left;
    if (line_end != nullptr) {
      text = static_cast<size_t>(static_cast<const char*>(line_end) - begin);
      raw = text + 1;
    }
    if (next_ + text > clean_until_) [[unlikely]]
      text = CutAtNul(text);
    line->text = {begin, text};
    line->raw = {begin, raw};
    line->offset = next_;
    line->number = ++number_;
    next_ += raw;
    return true;
  }

 private:
  // The length of the text of the line at next_, which has `text` bytes before its LF.
  size_t CutAtNul(size_t text);

  std::string_view bytes_;
  size_t next_ = 0;
  uint32_t number_ = 0;
  size_t clean_until_ = 0;  // no NUL from next_ up to here
};

// Where the first NUL is, for a file that is refused with one. Nothing: there is none.
std::optional<ParseError> FindNul(std::string_view bytes);

// The line that begins at this offset; its number is 0. REQUIRES: offset < bytes.size().
Line LineAt(std::string_view bytes, size_t offset);

// --- Words and numbers, as libc's readers take them ---

// What isspace(3) says in the C locale: blank, \t, \n, \v, \f, \r.
inline bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view SkipBlanks(std::string_view text);  // without those in front
std::string_view TrimBlanks(std::string_view text);  // without those at both ends

// What strtoul(3) would take from the front of the text on a 64-bit system: blanks, a sign ('-'
// wraps around), digits; base 0 knows 0x and 0. Too large: 2^64-1.
struct Number {
  uint64_t value = 0;
  size_t used = 0;  // bytes taken; 0: no number there
};
Number TakeNumber(std::string_view text, int base = 10);

// --- Delimited: name:password:uid:... ---

// Splits at every delimiter. The first fields.size() - 1 delimiters separate; the last field keeps
// the rest, delimiters included. Returns how many fields there are (at most fields.size()).
size_t SplitFields(std::string_view text, char delimiter, std::span<std::string_view> fields);

// A number as libc's readers take it in passwd and group: all of the text as TakeNumber takes it,
// at most 4294967295. So "+7", "007", " 12" and "-0" are numbers; "", "12 ", "0x10" and "-1" are
// not.
std::optional<uint32_t> ParseId(std::string_view text);

// Items of a comma list as libc reads them: blanks before an item are skipped, empty items too.
// Blanks behind an item belong to it.
class ListReader {
 public:
  explicit ListReader(std::string_view text, char delimiter = ',')
      : rest_(text), delimiter_(delimiter) {}
  bool Next(std::string_view* item);

 private:
  std::string_view rest_;
  char delimiter_;
};

// --- Columns: words between blanks (services, hosts, protocols, networks, rpc) ---

// A '#' anywhere begins a comment.
class ColumnReader {
 public:
  explicit ColumnReader(std::string_view text)  // the text of one line
      : rest_(text.substr(0, text.find('#'))) {}
  bool Next(std::string_view* word);
  // What is left, without the comment.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// netgroup: a record is a name in column 1, then triples and names of other netgroups between
// blanks; a backslash before LF continues it. '#' means nothing here (seen: "# (a,b,c)" is a
// netgroup).
struct NetgroupItem {
  bool is_triple = false;
  std::string_view name;                // of a member netgroup
  std::string_view host, user, domain;  // of a triple, each cut at its first blank; empty: any
};
class NetgroupReader {
 public:
  explicit NetgroupReader(std::string_view bytes) : lines_(bytes) {}
  // The next record: its name, and its items as one view (continuations included) for NextItem.
  // Lines that are empty or begin with a blank are passed over.
  bool Next(std::string_view* name, std::string_view* items, Position* at);
  // False at the end and at a malformed triple, which ends the record. A host or user ends at the
  // next comma, a domain at the next ')', whatever stands between.
  static bool NextItem(std::string_view* items, NetgroupItem* item);

 private:
  LineReader lines_;
};

// --- Stanzas: "key: value" or "key:value", a blank line ends a record, '#' in column 1 is a
// comment ---

// A value runs to the end of its line, blanks at both ends trimmed (CR counts as one); following
// lines that begin with a blank continue it. `value` is the raw view of all of it, line ends and
// comment lines between included.
struct StanzaField {
  std::string_view key;
  std::string_view value;
  Position at;        // of the key
  Position value_at;  // of the value's first byte, or of where it would stand
  // The value's lines joined by `separator`, each trimmed, without comment lines and empty ones.
  // Copies.
  std::string Joined(std::string_view separator = " ") const;
};

struct Stanza {
  std::vector<StanzaField> fields;  // in order, repeated keys included
  Position at;
  bool continues = false;  // goes on with the record that an error interrupted
  // The last field of that key, or null.
  const StanzaField* Find(std::string_view key) const;
};

class StanzaReader {
 public:
  // one_record: blank lines do not end a record (files that are one stanza).
  explicit StanzaReader(std::string_view bytes, bool one_record = false)
      : lines_(bytes), one_record_(one_record) {}
  // False at the end of the bytes and at an error; then error() tells which, and *stanza holds the
  // fields before it. Another call goes on behind the line in error.
  bool Next(Stanza* stanza);
  const std::optional<ParseError>& error() const { return error_; }

 private:
  LineReader lines_;
  bool one_record_;
  bool interrupted_ = false;
  std::optional<ParseError> error_;
};

// --- Sections: "[name]" lines, "key = value" below them ('#' and ';' in column 1 are comments) ---

// Blanks around names, keys and values are trimmed. A value is one line.
struct Section {
  std::string_view name;  // empty for what stands before the first one
  std::vector<StanzaField> fields;
  Position at;
};

class SectionReader {
 public:
  explicit SectionReader(std::string_view bytes) : lines_(bytes) {}
  // As StanzaReader::Next. What stands before the first header is a section only if it has fields.
  bool Next(Section* section);
  const std::optional<ParseError>& error() const { return error_; }

 private:
  LineReader lines_;
  std::optional<ParseError> error_;
  // The header line that ended the section before.
  std::optional<Section> pending_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_FLAT_FILE_H_
