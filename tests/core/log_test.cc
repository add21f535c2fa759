#include "core/log.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace keelson {
namespace {

using namespace std::string_literals;

TEST(Log, PrintableShowsWhatATerminalMustNotSee) {
  const struct {
    const char* name;
    std::string input, expected;
  } kCases[] = {
      {"ASCII", "a b~\\", "a b~\\"},
      {"control", "\0\t\n\x1b\x7f"s, "\\x00\\x09\\x0a\\x1b\\x7f"},
      {"UTF-8", "é 中 😀", "é 中 😀"},
      {"C1 control", "\xc2\x9b", "\\xc2\\x9b"},
      {"Latin-1", "caf\xe9", "caf\\xe9"},
      {"cut character", "\xe4\xb8", "\\xe4\\xb8"},
      {"overlong", "\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf"},
      {"surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"beyond Unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"lone continuation", "a\x80z", "a\\x80z"},
      {"empty", "", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Printable(c.input), c.expected) << c.name;
}

TEST(Log, PassesTheUrgentOnes) {
  RingSink sink(8);
  const Log log(&sink, LogLevel::kNotice);
  log.Error("e");
  log.Warning("w");
  log.Notice("n");
  log.Info("i");
  log.Debug("d");
  EXPECT_EQ(sink.Text(), "error: e\nwarning: w\nnotice: n\n");
  Log(nullptr).Error("nobody listens");
}

TEST(Log, RingKeepsTheLast) {
  RingSink sink(3), none(0);
  for (const char* line : {"1", "2", "3", "4", "5"}) {
    sink.Write(LogLevel::kInfo, line);
    none.Write(LogLevel::kInfo, line);
  }
  EXPECT_EQ(sink.Text(), "info: 3\ninfo: 4\ninfo: 5\n");
  EXPECT_EQ(none.Text(), "");
}

TEST(Log, LongLinesAreCutBetweenCharacters) {
  const std::string head = "error: ", tail = "...\n";
  const struct {
    const char* name;
    std::string input, expected;
  } kCases[] = {
      {"fits", std::string(kMaxLogLine, 'a'), std::string(kMaxLogLine, 'a') + "\n"},
      {"one too many", std::string(kMaxLogLine + 1, 'a'), std::string(kMaxLogLine - 3, 'a') + tail},
      {"character across the cut", std::string(kMaxLogLine - 4, 'a') + "ééé",
       std::string(kMaxLogLine - 4, 'a') + tail},
      {"megabyte", std::string(1 << 20, 'b'), std::string(kMaxLogLine - 3, 'b') + tail},
  };
  for (const auto& c : kCases) {
    RingSink sink(1);
    Log(&sink).Error(c.input);
    EXPECT_EQ(sink.Text(), head + c.expected) << c.name;
  }
}

class ErrnoSink : public LogSink {
 public:
  void Write(LogLevel, std::string_view) override { errno = 1; }
};

TEST(Log, ErrnoSurvives) {
  ErrnoSink sink;
  errno = 42;
  Log(&sink).Error("x");
  EXPECT_EQ(errno, 42);
}

}  // namespace
}  // namespace keelson
