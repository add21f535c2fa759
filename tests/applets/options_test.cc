#include "applets/options.h"

#include <gtest/gtest.h>

#include "applets/completion.h"
#include "applets/help.h"
#include "applets/install.h"

namespace keelson {
namespace {

constexpr Option kTable[] = {
    {'v', "verbose", OptionType::kFlag, "", "say more", "", true},
    {'n', "dry-run", OptionType::kFlag, "", "change nothing"},
    {'o', "output", OptionType::kWord, "FORMAT", "how to print", "text|tsv|json"},
    {'c', "count", OptionType::kNumber, "N", "how many"},
    {0, "limit", OptionType::kSize, "BYTES", "how much"},
    {'t', nullptr, OptionType::kDuration, "TIME", "how long"},
    {'f', "file", OptionType::kPath, "FILE", "what to read", "", true},
    {0, "root", OptionType::kDirectory, "DIR", "where"},
};

using Arguments = std::vector<std::string_view>;

// "-v x" as "verbose= | x": what was given, in order of the table, then the operands.
std::string Parsed(const Arguments& arguments, bool operands_last = false) {
  Invocation invocation;
  std::optional<std::string> wrong =
      ParseOptions("test", kTable, arguments, operands_last, &invocation);
  if (wrong) return "error: " + *wrong;
  std::string text;
  for (const Option& option : kTable) {
    const std::string name = option.name != nullptr ? option.name : std::string(1, option.letter);
    for (std::string_view value : invocation.Texts(name)) {
      text += name + "=" + std::string(value) + " ";
    }
  }
  text += "|";
  for (std::string_view operand : invocation.operands()) text += " " + std::string(operand);
  return text;
}

struct Case {
  const char* name;
  Arguments arguments;
  const char* expected;
};

TEST(OptionsTest, Forms) {
  const Case kCases[] = {
      {"nothing", {}, "|"},
      {"long flag", {"--verbose"}, "verbose= |"},
      {"short flag", {"-v"}, "verbose= |"},
      {"bundle", {"-vn"}, "verbose= dry-run= |"},
      {"repeated flag", {"-vv", "--verbose"}, "verbose= verbose= verbose= |"},
      {"long with equals", {"--output=tsv"}, "output=tsv |"},
      {"long with next", {"--output", "tsv"}, "output=tsv |"},
      {"short joined", {"-otsv"}, "output=tsv |"},
      {"short with next", {"-o", "tsv"}, "output=tsv |"},
      {"value at the end of a bundle", {"-vno", "json"}, "verbose= dry-run= output=json |"},
      {"value joined to a bundle", {"-vnojson"}, "verbose= dry-run= output=json |"},
      {"empty path", {"--file="}, "error: option '--file': '' is not a path"},
      {"empty next path", {"--file", ""}, "error: option '--file': '' is not a path"},
      {"value with equals", {"--file=a=b"}, "file=a=b |"},
      {"value that looks like an option", {"-f", "-v"}, "file=-v |"},
      {"value that is two dashes", {"-f", "--", "x"}, "file=-- | x"},
      {"operands", {"a", "b"}, "| a b"},
      {"mixed", {"a", "-v", "b", "--output=text"}, "verbose= output=text | a b"},
      {"end of options", {"-v", "--", "-n", "--file"}, "verbose= | -n --file"},
      {"second end is an operand", {"--", "--"}, "| --"},
      {"dash is an operand", {"-", "-v"}, "verbose= | -"},
      {"empty operand", {"", "-v"}, "verbose= | "},
      {"repeated", {"-f", "a", "--file=b", "-fc"}, "file=a file=b file=c |"},
      {"letter without a name", {"-t", "5s"}, "t=5s |"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Parsed(c.arguments), c.expected) << c.name;
}

TEST(OptionsTest, OperandsLast) {
  EXPECT_EQ(Parsed({"-v", "run", "-v", "--nonsense"}, true), "verbose= | run -v --nonsense");
  EXPECT_EQ(Parsed({"--", "-v", "--"}, true), "| -v --");
  EXPECT_EQ(Parsed({"-", "-v"}, true), "| - -v");
}

TEST(OptionsTest, Errors) {
  const Case kCases[] = {
      {"unknown long", {"--frob"}, "error: unknown option '--frob'"},
      {"unknown long with a value", {"--frob=1"}, "error: unknown option '--frob'"},
      {"unknown letter", {"-x"}, "error: unknown option '-x'"},
      {"unknown letter in a bundle", {"-vx"}, "error: unknown option '-x'"},
      {"beginning of a name", {"--verb"}, "error: unknown option '--verb'"},
      {"name of an option with a letter only", {"--t=1"}, "error: unknown option '--t'"},
      {"letter and equals", {"-v=1"}, "error: unknown option '-='"},
      {"empty name", {"--=x"}, "error: unknown option '--'"},
      {"flag with a value", {"--dry-run=yes"}, "error: option '--dry-run' takes no value"},
      {"missing long value", {"--output"}, "error: option '--output' needs a value: FORMAT"},
      {"missing short value", {"-vo"}, "error: option '--output' needs a value: FORMAT"},
      {"wrong word",
       {"-o", "xml"},
       "error: option '--output': 'xml' is not one of text, tsv, json"},
      {"two words",
       {"-o", "text|tsv"},
       "error: option '--output': 'text|tsv' is not one of text, tsv, json"},
      {"empty word", {"--output="}, "error: option '--output': '' is not one of text, tsv, json"},
      {"not a number", {"-c", "7x"}, "error: option '--count': '7x' is not a number"},
      {"negative number", {"-c", "-1"}, "error: option '--count': '-1' is not a number"},
      {"empty number", {"--count="}, "error: option '--count': '' is not a number"},
      {"number of 64 bits",
       {"--count=9223372036854775808"},
       "error: option '--count': '9223372036854775808' is not a number"},
      {"not a size",
       {"--limit=12q"},
       "error: option '--limit': '12q' is not a size (a number, then k, M or G)"},
      {"not a time",
       {"-tsoon"},
       "error: option '-t': 'soon' is not a time (a number, then ms, s, m, h or d)"},
      {"after an operand", {"a", "--frob"}, "error: unknown option '--frob'"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Parsed(c.arguments), c.expected) << c.name;
}

TEST(OptionsTest, TypedValues) {
  Invocation invocation;
  const Arguments arguments = {
      "-c", "9223372036854775807", "--limit=4k", "-t", "250ms", "-o", "tsv", "-o", "json", "-vv"};
  ASSERT_EQ(ParseOptions("name", kTable, arguments, false, &invocation), std::nullopt);
  EXPECT_EQ(invocation.applet(), "name");
  EXPECT_EQ(invocation.Number("count", 0), INT64_MAX);
  EXPECT_EQ(invocation.Number("limit", 0), 4096);
  EXPECT_EQ(invocation.DurationNs("t", 0), 250'000'000);
  EXPECT_EQ(invocation.Text("output"), "json") << "the last one counts";
  EXPECT_EQ(invocation.Number("output", 0), 2) << "its place in the words";
  EXPECT_EQ(invocation.Count("verbose"), 2);
  EXPECT_TRUE(invocation.Has("verbose"));
  EXPECT_FALSE(invocation.Has("dry-run"));
  EXPECT_EQ(invocation.Text("root", "/"), "/");
  EXPECT_EQ(invocation.Texts("file").size(), 0u);
}

TEST(OptionsTest, UsedAgainStartsFresh) {
  Invocation invocation;
  const Arguments first = {"-v", "a"};
  const Arguments second = {"b"};
  ASSERT_FALSE(ParseOptions("test", kTable, first, false, &invocation));
  ASSERT_FALSE(ParseOptions("test", kTable, second, false, &invocation));
  EXPECT_FALSE(invocation.Has("verbose"));
  EXPECT_EQ(invocation.operands(), second);
}

TEST(OptionsDeathTest, AskingForAnOptionThatIsNotInTheTableAborts) {
  Invocation invocation;
  ASSERT_FALSE(ParseOptions("test", kTable, {}, false, &invocation));
  EXPECT_DEATH((void)invocation.Has("frob"), "");
}

absl::StatusOr<int> Nothing(const Invocation&) { return 0; }

constexpr Option kOwnHelp[] = {
    {'h', "help", OptionType::kFlag, "", "own words"},
    {0, "a-name-that-is-rather-long", OptionType::kText, "VALUE",
     "words that do not fit into what is left of a line of eighty columns, broken between words"},
};
constexpr Applet kFirst = {
    .name = "first", .summary = "do it", .operands = "FILE...", .options = kTable, .run = Nothing};
constexpr Applet kSecond = {.name = "second",
                            .summary = "it's [odd]: yes",
                            .operands = "",
                            .options = kOwnHelp,
                            .run = Nothing};
constexpr const Applet* kBoth[] = {&kFirst, &kSecond};

TEST(HelpTest, NamesEveryOption) {
  EXPECT_EQ(HelpText(kFirst),
            "Usage: first [OPTION...] FILE...\n"
            "Do it.\n"
            "\n"
            "Options:\n"
            "  -v, --verbose            say more; may be given more than once\n"
            "  -n, --dry-run            change nothing\n"
            "  -o, --output=FORMAT      how to print (text, tsv, json)\n"
            "  -c, --count=N            how many\n"
            "      --limit=BYTES        how much\n"
            "  -t TIME                  how long\n"
            "  -f, --file=FILE          what to read; may be given more than once\n"
            "      --root=DIR           where\n"
            "      --help               say how to call it, and exit\n"
            "      --version            say the version, and exit\n");
}

TEST(HelpTest, AnOwnRowTakesThePlaceOfTheCommonOne) {
  EXPECT_EQ(HelpText(kSecond),
            "Usage: second [OPTION...]\n"
            "It's [odd]: yes.\n"
            "\n"
            "Options:\n"
            "  -h, --help               own words\n"
            "      --a-name-that-is-rather-long=VALUE\n"
            "                           words that do not fit into what is left of a line of\n"
            "                           eighty columns, broken between words\n"
            "      --version            say the version, and exit\n");
}

TEST(CompletionTest, BashKnowsOptionsAndValues) {
  const std::string script = BashCompletion(kFirst, kBoth);
  for (const char* part :
       {"first:-o|first:--output) how=(-W 'text tsv json')", "first:-f|first:--file) how=(-f)",
        "first:--root) how=(-d)", "second:) how=(-W '-h --help --a-name", "first:-t) how=()"}) {
    EXPECT_NE(script.find(part), std::string::npos) << part << "\n" << script;
  }
}

TEST(CompletionTest, ZshKnowsOptionsAndValues) {
  const std::string script = ZshCompletion(kSecond, kBoth);
  for (const char* part :
       {"#compdef second first second\n", "'--output=[how to print]:FORMAT:(text tsv json)'",
        "'*-f+[what to read]:FILE:_files'", "'--root=[where]:DIR:_files -/'"}) {
    EXPECT_NE(script.find(part), std::string::npos) << part << "\n" << script;
  }
}

TEST(InstallTest, LinkTarget) {
  struct {
    const char* name;
    const char* directory;
    const char* file;
    const char* expected;
  } const kCases[] = {
      {"same folder", "/usr/bin", "/usr/bin/keelson", "keelson"},
      {"beside", "/image/bin", "/image/sbin/keelson", "../sbin/keelson"},
      {"below", "/image/usr/bin", "/image/keelson", "../../keelson"},
      {"above", "/image", "/image/usr/keelson", "usr/keelson"},
      {"names that begin alike", "/image/bi", "/image/bin/keelson", "../bin/keelson"},
      {"nothing in common", "/opt/bin", "/usr/bin/keelson", "/usr/bin/keelson"},
      {"in the root itself", "/", "/bin/keelson", "bin/keelson"},
  };
  for (const auto& c : kCases) EXPECT_EQ(LinkTarget(c.directory, c.file), c.expected) << c.name;
}

}  // namespace
}  // namespace keelson
