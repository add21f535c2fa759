#include "core/flat_file.h"

#include <gtest/gtest.h>

#include <vector>

namespace keelson {
namespace {

using namespace std::string_literals;

std::string Lines(std::string_view bytes) {
  std::string shown, raw;
  LineReader reader(bytes);
  Line line;
  while (reader.Next(&line)) {
    EXPECT_EQ(line.offset, raw.size());
    const Line again = LineAt(bytes, line.offset);
    EXPECT_EQ(again.text, line.text);
    EXPECT_EQ(again.raw, line.raw);
    raw += line.raw;
    shown += std::to_string(line.number) + "[" + std::string(line.text) + "]";
  }
  EXPECT_EQ(raw, bytes);
  return shown;
}

TEST(FlatFile, LinesJoinedAreTheFile) {
  const struct {
    const char* name;
    std::string input, expected;
  } kCases[] = {
      {"empty file", "", ""},
      {"one line", "a\n", "1[a]"},
      {"no final newline", "a\nb", "1[a]2[b]"},
      {"empty lines", "\n\na\n\n", "1[]2[]3[a]4[]"},
      {"CR is text", "a\r\nb\r", "1[a\r]2[b\r]"},
      {"NUL cuts its line only", "a\0b\nc\n"s, "1[a]2[c]"},
      {"NUL first and last", "\0a\nb\0"s, "1[]2[b]"},
      {"NUL in the next line", "a\nb\0\nc\0d\0\n\0"s, "1[a]2[b]3[c]4[]"},
      {"only NUL", "\0\0\0"s, "1[]"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Lines(c.input), c.expected) << c.name;
}

TEST(FlatFile, NulBeyondTheFirstWindow) {
  std::string bytes;
  for (int i = 0; i < 20000; ++i) bytes += "0123456789\n";
  bytes += "ab\0cd\n"s;
  for (int i = 0; i < 20000; ++i) bytes += "0123456789\n";
  bytes += "ef\0gh"s;
  LineReader reader(bytes);
  Line line;
  size_t short_lines = 0;
  while (reader.Next(&line)) {
    if (line.text.size() == 10) continue;
    ++short_lines;
    EXPECT_EQ(line.text, line.number == 20001 ? "ab" : "ef");
  }
  EXPECT_EQ(line.number, 40002u);
  EXPECT_EQ(short_lines, 2u);
}

TEST(FlatFile, TenMebibyteLine) {
  const std::string big(10 << 20, 'x');
  Line line;
  const std::string bytes = "a\n" + big + "\n" + big + "\0y\nz"s;
  LineReader lines(bytes);
  ASSERT_TRUE(lines.Next(&line));
  ASSERT_TRUE(lines.Next(&line));
  EXPECT_EQ(line.text.size(), big.size());
  ASSERT_TRUE(lines.Next(&line));
  EXPECT_EQ(line.text.size(), big.size());
  EXPECT_EQ(line.raw.size(), big.size() + 3);
  ASSERT_TRUE(lines.Next(&line));
  EXPECT_EQ(line.text, "z");
  EXPECT_FALSE(lines.Next(&line));
}

TEST(FlatFile, Fields) {
  const struct {
    const char* name;
    std::string_view input;
    size_t fields;
    std::vector<std::string_view> expected;
  } kCases[] = {
      {"exact", "a:b:c", 3, {"a", "b", "c"}},
      {"fewer", "a:b", 3, {"a", "b"}},
      {"the last keeps the rest", "a:b:c:d", 3, {"a", "b", "c:d"}},
      {"empty text is one empty field", "", 3, {""}},
      {"empty fields", "::", 3, {"", "", ""}},
      {"trailing delimiter", "a:", 3, {"a", ""}},
      {"one field", "a:b", 1, {"a:b"}},
      {"no room", "a:b", 0, {}},
  };
  for (const auto& c : kCases) {
    std::vector<std::string_view> fields(c.fields);
    fields.resize(SplitFields(c.input, ':', fields));
    EXPECT_EQ(fields, c.expected) << c.name;
  }
}

TEST(FlatFile, Ids) {
  const struct {
    std::string_view input;
    std::optional<uint32_t> expected;
  } kCases[] = {
      {"0", 0},
      {"7", 7},
      {"007", 7},
      {"+7", 7},
      {" 12", 12},
      {"\t\v\f\r12", 12},
      {"-0", 0},
      {" +3", 3},
      {"4294967295", 4294967295u},
      {"00000000000000000000000000000000007", 7},
      {"-18446744073709551615", 1},  // strtoul wraps, and so does libc's passwd
      {"", {}},
      {"+", {}},
      {"-", {}},
      {"++7", {}},
      {"+ 7", {}},
      {"-1", {}},
      {"12 ", {}},
      {"0x10", {}},
      {"12x", {}},
      {"4294967296", {}},
      {"18446744073709551616", {}},
      {"18446744073709551617", {}},
      {"-18446744073709551617", {}},
      {" ", {}},
      {"\xc2\xa0"
       "1",
       {}},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParseId(c.input), c.expected) << c.input;
}

TEST(FlatFile, NumbersOfAnyBase) {
  const struct {
    std::string_view input;
    int base;
    uint64_t value;
    size_t used;
  } kCases[] = {
      {"22/tcp", 0, 22, 2},
      {"0x16/", 0, 22, 4},
      {"0X16", 0, 22, 4},
      {"022", 0, 18, 3},
      {"08", 0, 0, 1},
      {"0x", 0, 0, 1},
      {"0xg", 0, 0, 1},
      {"x", 0, 0, 0},
      {"-2", 10, -2ul, 2},
      {"ff", 16, 255, 2},
      {"0", 0, 0, 1},
      {"", 0, 0, 0},
      {"99999999999999999999", 10, UINT64_MAX, 20},
  };
  for (const auto& c : kCases) {
    const Number number = TakeNumber(c.input, c.base);
    EXPECT_EQ(number.value, c.value) << c.input;
    EXPECT_EQ(number.used, c.used) << c.input;
  }
}

TEST(FlatFile, Lists) {
  const struct {
    std::string_view input;
    std::vector<std::string_view> expected;
  } kCases[] = {
      {"a,b", {"a", "b"}},
      {"", {}},
      {" ", {}},
      {",a,,b,,", {"a", "b"}},
      {" a , b ,\tc", {"a ", "b ", "c"}},
      {"a, ,b", {"a", "b"}},
      {"a b,c d", {"a b", "c d"}},
      {"a,a", {"a", "a"}},
      {"a,b\r", {"a", "b\r"}},
  };
  for (const auto& c : kCases) {
    std::vector<std::string_view> items;
    ListReader reader(c.input);
    for (std::string_view item; reader.Next(&item);) items.push_back(item);
    EXPECT_EQ(items, c.expected) << c.input;
  }
}

TEST(FlatFile, HundredThousandMembers) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "user" + std::to_string(i) + ",";
  ListReader reader(text);
  int count = 0;
  for (std::string_view item; reader.Next(&item); ++count) {
    ASSERT_EQ(item, "user" + std::to_string(count));
  }
  EXPECT_EQ(count, 100000);
}

TEST(FlatFile, Columns) {
  const struct {
    std::string_view input;
    std::vector<std::string_view> expected;
  } kCases[] = {
      {"ssh 22/tcp a", {"ssh", "22/tcp", "a"}},
      {"  ssh\t22/tcp\v\fa\r", {"ssh", "22/tcp", "a"}},
      {"ssh 22/tcp # c d", {"ssh", "22/tcp"}},
      {"ssh 22/tcp a#b", {"ssh", "22/tcp", "a"}},
      {"# ssh", {}},
      {"", {}},
      {" \t", {}},
  };
  for (const auto& c : kCases) {
    std::vector<std::string_view> words;
    ColumnReader reader(c.input);
    for (std::string_view word; reader.Next(&word);) words.push_back(word);
    EXPECT_EQ(words, c.expected) << c.input;
  }
}

// Every record as NAME@LINE{ITEM...}.
std::string Netgroups(std::string_view bytes) {
  std::string shown;
  NetgroupReader reader(bytes);
  std::string_view name, items;
  Position at;
  while (reader.Next(&name, &items, &at)) {
    shown += std::string(name) + "@" + std::to_string(at.line) + "{";
    NetgroupItem item;
    while (NetgroupReader::NextItem(&items, &item)) {
      if (item.is_triple) {
        shown += "(" + std::string(item.host) + "," + std::string(item.user) + "," +
                 std::string(item.domain) + ")";
      } else {
        shown += " " + std::string(item.name);
      }
    }
    shown += "}";
  }
  return shown;
}

// The answers are those of getent netgroup.
TEST(FlatFile, NetgroupsAsLibcReadsThem) {
  const struct {
    std::string input, expected;
  } kCases[] = {
      {"g (h,u,d) (h2,u2,d2)\n", "g@1{(h,u,d)(h2,u2,d2)}"},
      {"g (,,)", "g@1{(,,)}"},
      {"g ( h , u , d )\n", "g@1{(h,u,d)}"},
      {"g (a b,u w,d x)\n", "g@1{(a,u,d)}"},
      {"g (h,u,d,e)\n", "g@1{(h,u,d,e)}"},
      {"g (h,u)\n", "g@1{}"},
      {"g (h,u,d\n", "g@1{}"},
      {"g ()\n", "g@1{}"},
      {"g (h,u,d) (bad (a,b,c)\n", "g@1{(h,u,d)(bad,b,c)}"},
      {"g (h,u) x (a,b,c)\n", "g@1{(h,u),b,c)}"},
      {"g x (1,2,3) y\n", "g@1{ x(1,2,3) y}"},
      {"g (a,b,c)x (d,e,f)\n", "g@1{(a,b,c) x(d,e,f)}"},
      {"g x(d,e,f)\n", "g@1{ x(d,e,f)}"},
      {"g \\\n (h,u,d) \\\n (a,b,c)\nh (x,,)\n", "g@1{(h,u,d)(a,b,c)}h@4{(x,,)}"},
      {"g (h,u,d)\\\n(a,b,c)\n", "g@1{(h,u,d)(a,b,c)}"},
      {"g a\\\nb\n", "g@1{ a b}"},
      {"g a\\b\n", "g@1{ a\\b}"},
      {"g (h,\\\nu,d)\n", "g@1{(h,u,d)}"},
      {"g (h\\\n x,u,d\\\n)\n", "g@1{(h,u,d)}"},
      {"g\\\n (h,u,d)\nh\n", "h@3{}"},
      {"g (h,u,d)\\\n\n(a,b,c)\n", "g@1{(h,u,d)}(a,b,c)@3{}"},
      {"# (h,u,d) #x\n", "#@1{(h,u,d) #x}"},
      {" g (h,u,d)\n\ng (a,,)\n", "g@3{(a,,)}"},
      {"g (h,u,d)\0(a,b,c)\n"s, "g@1{(h,u,d)}"},
      {"g \\\0\n(a,b,c)\n"s, "g@1{ \\}(a,b,c)@2{}"},
      {"g (h,u,d) \\", "g@1{(h,u,d) \\}"},
      {"g (h,u,d)\r\n", "g@1{(h,u,d)}"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Netgroups(c.input), c.expected) << c.input;
}

std::string Show(const Position& at) {
  return std::to_string(at.line) + "." + std::to_string(at.column);
}

// Fields as AT KEY=VALUE_AT VALUE, records in brackets, an error in words at its place.
template <typename Reader, typename Record>
std::string Records(Reader reader) {
  std::string shown;
  for (Record record;;) {
    const bool found = reader.Next(&record);
    if (!found && !reader.error()) break;
    if (found) shown += "[" + Show(record.at);
    if constexpr (std::is_same_v<Record, Section>) {
      if (found) shown += " " + std::string(record.name);
    }
    for (const StanzaField& field : record.fields) {
      shown += "|" + Show(field.at) + " " + std::string(field.key) + "=" + Show(field.value_at) +
               " " + field.Joined("_");
    }
    shown += found ? "]" : "!" + reader.error()->Text("f") + "!";
  }
  return shown;
}

TEST(FlatFile, Stanzas) {
  const struct {
    const char* name;
    std::string input, expected;
    bool one_record = false;
  } kCases[] = {
      {"both forms", "a: b\nc:d\n", "[1.1|1.1 a=1.4 b|2.1 c=2.3 d]"},
      {"split at the first colon", "a: b:c: d\n", "[1.1|1.1 a=1.4 b:c: d]"},
      {"a blank line ends a record", "\n\na: b\n \t\r\nc: d\n",
       "[3.1|3.1 a=3.4 b][5.1|5.1 c=5.4 d]"},
      {"one record", "a: b\n\nc: d\n", "[1.1|1.1 a=1.4 b|3.1 c=3.4 d]", true},
      {"comments", "#x\na: b #c\n#y: z\n\n# e\n", "[2.1|2.1 a=2.4 b #c]"},
      {"continuation", "a: b\n  c \n\td\ne: f\n", "[1.1|1.1 a=1.4 b_c_d|4.1 e=4.4 f]"},
      {"a comment within", "a: b\n#x\n c\n", "[1.1|1.1 a=1.4 b_c]"},
      {"# of a continuation is text", "a: b\n #x\n", "[1.1|1.1 a=1.4 b_#x]"},
      {"value on the next line", "a:\n  b\n c\n", "[1.1|1.1 a=2.3 b_c]"},
      {"empty value", "a:\nb: \n", "[1.1|1.1 a=1.3 |2.1 b=2.4 ]"},
      {"CRLF", "a: b\r\n c\r\n\r\nd: e\r\n", "[1.1|1.1 a=1.4 b_c][4.1|4.1 d=4.4 e]"},
      {"blank before the colon", "a : b\n", "[1.1|1.1 a=1.5 b]"},
      {"NUL", "a: b\0c\nd: e\n"s, "[1.1|1.1 a=1.4 b|2.1 d=2.4 e]"},
      {"repeated keys", "a: b\na: c", "[1.1|1.1 a=1.4 b|2.1 a=2.4 c]"},
      {"no colon", "a: b\nc d\n e\nf: g\n", "|1.1 a=1.4 b!f:2:1: ':' is missing![4.1|4.1 f=4.4 g]"},
      {"no key", "  \n: b\n", "!f:2:1: a name is missing before ':'!"},
      {"orphan", "  a: b\n", "!f:1:3: a continuation line without a key before it!"},
      {"empty", "", ""},
  };
  for (const auto& c : kCases) {
    const auto shown = Records<StanzaReader, Stanza>(StanzaReader(c.input, c.one_record));
    EXPECT_EQ(shown, c.expected) << c.name;
  }
}

TEST(FlatFile, StanzaFindsTheLastOfAKey) {
  StanzaReader reader("a: 1\nb: 2\na: 3\n");
  Stanza stanza;
  ASSERT_TRUE(reader.Next(&stanza));
  EXPECT_EQ(stanza.Find("a")->value, "3");
  EXPECT_EQ(stanza.Find("c"), nullptr);
}

TEST(FlatFile, ContinuedValueIsOneView) {
  const std::string bytes = "a:  b \n#x\n  c \nd: e\n";
  StanzaReader reader(bytes);
  Stanza stanza;
  ASSERT_TRUE(reader.Next(&stanza));
  EXPECT_EQ(stanza.fields[0].value, "b \n#x\n  c");
  EXPECT_EQ(stanza.fields[0].value.data(), bytes.data() + 4);
}

TEST(FlatFile, Sections) {
  const struct {
    const char* name;
    std::string input, expected;
  } kCases[] = {
      {"usual", "[a]\nb = c\nd=e\n[f]\n", "[1.1 a|2.1 b=2.5 c|3.1 d=3.3 e][4.1 f]"},
      {"before the first", "b=c\n[a]\n", "[1.1 |1.1 b=1.3 c][2.1 a]"},
      {"nothing before the first", "\n#x\n;y=z\n[a]\n", "[4.1 a]"},
      {"blanks", "  [ a ] \r\n\t b  =  c d \r\n", "[1.3 a|2.3 b=2.9 c d]"},
      {"split at the first =", "[a]\nb=c=d\n", "[1.1 a|2.1 b=2.3 c=d]"},
      {"empty value", "[a]\nb=\n", "[1.1 a|2.1 b=2.3 ]"},
      {"no bracket", "[a\n[b]\n", "!f:1:1: ']' is missing![2.1 b]"},
      {"text behind", "[a] b\n", "!f:1:5: text after ']'!"},
      {"no name", "[ ]\n", "!f:1:1: a section's name is missing!"},
      {"no =", "[a]\n  b\n", "!f:2:3: '=' is missing!"},
      {"no key", "[a]\n = b\n", "!f:2:2: a name is missing before '='!"},
      {"no final newline", "[a]\nb=c", "[1.1 a|2.1 b=2.3 c]"},
      {"empty", "", ""},
  };
  for (const auto& c : kCases) {
    const auto shown = Records<SectionReader, Section>(SectionReader(c.input));
    EXPECT_EQ(shown, c.expected) << c.name;
  }
}

TEST(FlatFile, ErrorTextShowsControlCharacters) {
  const ParseError error{{3, 14}, "unknown key 'a\x1b[2J\x01'"};
  EXPECT_EQ(error.Text("/etc/x"), "/etc/x:3:14: unknown key 'a\\x1b[2J\\x01'");
}

}  // namespace
}  // namespace keelson
