// Bytes -> records, as views into the bytes. No copies, no system calls.
//
// Every reader here stands on LineReader. Joining the `raw` of every line gives the file back byte for
// byte, so a writer copies the lines that it does not change.
//
// What all dialects agree on:
//   line       ends with LF; the last one may lack it. CR is an ordinary byte of the text (as for libc).
//   NUL        ends the text of its line, as it does for every reader written in C; raw keeps it all.
//   length     no limit below 4 GiB (offsets are 32 bits); a 10 MiB line is a line.
//   position   1-based line and 1-based byte column.
#ifndef KEELSON_CORE_FLAT_FILE_H_
#define KEELSON_CORE_FLAT_FILE_H_

#include <cstddef>
#include <cstdint>
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
  // "PATH:LINE:COLUMN: what", control characters of `what` shown as \xNN.
  std::string Text(std::string_view path) const;
};

struct Line {
  std::string_view text;  // without LF, cut at the first NUL
  std::string_view raw;   // with everything
  size_t offset = 0;      // of raw, from the beginning of the bytes
  uint32_t number = 0;    // 1-based
};

class LineReader {
 public:
  explicit LineReader(std::string_view bytes);
  bool Next(Line* line);

 private:
  std::string_view bytes_;
  size_t next_ = 0;
  uint32_t number_ = 0;
  bool has_nul_ = false;  // asked once, so that files without NUL pay one memchr
};

// The line that begins at this offset. REQUIRES: offset < bytes.size().
Line LineAt(std::string_view bytes, size_t offset);

// --- Delimited: name:password:uid:... ---

// Splits at every delimiter. The first fields.size() - 1 delimiters separate; the last field keeps the
// rest, delimiters included. Returns how many fields there are (at most fields.size()).
size_t SplitFields(std::string_view text, char delimiter, std::span<std::string_view> fields);

// A decimal number as libc's readers take it in passwd and group: an optional '+', then digits, all of
// the text, at most 4294967295. No blanks, no '-', no 0x.
std::optional<uint32_t> ParseId(std::string_view text);

// Items of a comma list as libc reads them: blanks before an item are skipped, empty items too.
class ListReader {
 public:
  explicit ListReader(std::string_view text, char delimiter = ',') : rest_(text), delimiter_(delimiter) {}
  bool Next(std::string_view* item);

 private:
  std::string_view rest_;
  char delimiter_;
};

// --- Columns: words between blanks, '#' begins a comment (services, hosts, protocols, networks, rpc) ---

class ColumnReader {
 public:
  explicit ColumnReader(std::string_view text);  // the text of one line
  bool Next(std::string_view* word);
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// netgroup's lines: a backslash before LF continues; a record is the name, then triples and names.
struct NetgroupItem {
  bool is_triple = false;
  std::string_view name;                // of a member netgroup
  std::string_view host, user, domain;  // of a triple; blanks trimmed; empty: any
};
class NetgroupReader {
 public:
  explicit NetgroupReader(std::string_view bytes);
  // The next record: its name, and its items as one view (continuations included) for Items.
  bool Next(std::string_view* name, std::string_view* items, Position* at);
  // False at the end or at a malformed item (an unclosed parenthesis ends the record).
  static bool NextItem(std::string_view* items, NetgroupItem* item);

 private:
  LineReader lines_;
};

// --- Stanzas: "key: value" or "key:value", a blank line ends a record, '#' in column 1 is a comment ---

// A value runs to the end of its line, blanks at both ends trimmed (CR counts as one); following lines
// that begin with a blank continue it. `value` is the raw view of all of it, line ends included.
struct StanzaField {
  std::string_view key;
  std::string_view value;
  Position at;        // of the key
  Position value_at;  // of the value's first byte
  // The value's lines joined by `separator`, each trimmed. Copies.
  std::string Joined(std::string_view separator = " ") const;
};

struct Stanza {
  std::vector<StanzaField> fields;  // in order, repeated keys included
  Position at;
  // The last field of that key, or null.
  const StanzaField* Find(std::string_view key) const;
};

class StanzaReader {
 public:
  // one_record: blank lines do not end a record (files that are one stanza).
  explicit StanzaReader(std::string_view bytes, bool one_record = false);
  // False at the end of the bytes and at an error; then error() tells which.
  bool Next(Stanza* stanza);
  const std::optional<ParseError>& error() const { return error_; }

 private:
  LineReader lines_;
  bool one_record_;
  std::optional<ParseError> error_;
};

// --- Sections: "[name]" lines, "key = value" below them ('#' and ';' in column 1 are comments) ---

struct Section {
  std::string_view name;  // empty for what stands before the first one
  std::vector<StanzaField> fields;
  Position at;
};

class SectionReader {
 public:
  explicit SectionReader(std::string_view bytes);
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
