#include "applets/run.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace keelson {
namespace {

absl::StatusOr<int> Outcome(const Invocation& invocation) {
  const std::string_view what = invocation.Text("outcome");
  if (what == "three") return 3;
  if (what == "usage") return absl::InvalidArgumentError("two names");
  if (what == "failed") return absl::NotFoundError("/etc/x: not there");
  if (what == "system") return absl::InternalError("/etc/x: Input/output error");
  if (what == "unavailable") return absl::UnavailableError("busy");
  if (what == "exhausted") return absl::ResourceExhaustedError("full");
  if (what == "lost") return absl::DataLossError("torn");
  if (what == "silent") return absl::NotFoundError("");
  if (what == "hostile") return absl::NotFoundError("name 'a\n\x1b[31mb'");
  std::fputs("done\n", stdout);
  return 0;
}

constexpr Option kOptions[] = {{'o', "outcome", OptionType::kText, "WHAT", "what to return"}};
constexpr Applet kPlain = {
    .name = "plain", .summary = "try", .operands = "", .options = kOptions, .run = Outcome};
constexpr Applet kStandIn = {.name = "stand-in",
                             .summary = "try",
                             .operands = "NAME...",
                             .options = kOptions,
                             .run = Outcome,
                             .exit_codes = {.failed = 10, .usage = 64, .system = 12}};

struct Result {
  int code;
  std::string out;
  std::string err;
  friend bool operator==(const Result&, const Result&) = default;
  friend void PrintTo(const Result& r, std::ostream* stream) {
    *stream << "{" << r.code << ", \"" << r.out << "\", \"" << r.err << "\"}";
  }
};

Result Called(const Applet& applet, std::vector<std::string_view> arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = RunApplet(applet, arguments);
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(RunTest, StatusToCodeAndMessage) {
  struct {
    const char* outcome;
    int plain;
    int stand_in;
    const char* message;
  } const kCases[] = {
      {"three", 3, 3, nullptr},
      {"usage", 2, 64, "two names"},
      {"failed", 1, 10, "/etc/x: not there"},
      {"system", 111, 12, "/etc/x: Input/output error"},
      {"unavailable", 111, 12, "busy"},
      {"exhausted", 111, 12, "full"},
      {"lost", 111, 12, "torn"},
      {"silent", 1, 10, nullptr},
      {"hostile", 1, 10, "name 'a\\x0a\\x1b[31mb'"},
  };
  for (const auto& c : kCases) {
    const auto line = [&](const char* name) {
      return c.message ? std::string(name) + ": " + c.message + "\n" : std::string();
    };
    EXPECT_EQ(Called(kPlain, {"-o", c.outcome}), (Result{c.plain, "", line("plain")}));
    EXPECT_EQ(Called(kStandIn, {"-o", c.outcome}), (Result{c.stand_in, "", line("stand-in")}));
  }
}

TEST(RunTest, WrongCommandLinesDoNotRun) {
  EXPECT_EQ(Called(kPlain, {"--frob"}),
            (Result{2, "", "plain: unknown option '--frob'; see 'plain --help'\n"}));
  EXPECT_EQ(Called(kStandIn, {"-x", "-o", "three"}),
            (Result{64, "", "stand-in: unknown option '-x'; see 'stand-in --help'\n"}));
  EXPECT_EQ(Called(kPlain, {"extra"}),
            (Result{2, "", "plain: unexpected operand 'extra'; see 'plain --help'\n"}));
  EXPECT_EQ(Called(kPlain, {"--help", "--frob"}).code, 2) << "the whole line is checked first";
  EXPECT_EQ(Called(kPlain, {"--frob\n"}).err,
            "plain: unknown option '--frob\\x0a'; see 'plain --help'\n");
}

TEST(RunTest, HelpAndVersionDoNotRun) {
  Result help = Called(kPlain, {"-o", "failed", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_TRUE(help.out.starts_with("Usage: plain [OPTION...]\n")) << help.out;
  Result version = Called(kStandIn, {"--version", "name"});
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(version.out.starts_with("stand-in (keelson) ")) << version.out;
}

TEST(RunTest, Done) { EXPECT_EQ(Called(kPlain, {}), (Result{0, "done\n", ""})); }

}  // namespace
}  // namespace keelson
