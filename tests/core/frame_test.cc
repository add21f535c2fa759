#include "core/frame.h"

#include <gtest/gtest.h>

namespace keelson {
namespace {

using namespace std::string_literals;

std::string Show(const std::string& bytes) {
  Frame frame;
  size_t consumed = 0;
  switch (ParseFrame(bytes, &frame, &consumed)) {
    case FrameResult::kNeedMore:
      return "more";
    case FrameResult::kMalformed:
      return "malformed";
    case FrameResult::kFrame:
      break;
  }
  std::string shown = std::to_string(frame.type) + "/" + std::to_string(consumed);
  for (const auto field : frame.fields) shown += "[" + std::string(field) + "]";
  return shown;
}

TEST(Frame, Parse) {
  const struct {
    const char* name;
    std::string input, expected;
  } kCases[] = {
      {"empty", "", "more"},
      {"half a length", "\4\0\0"s, "more"},
      {"no fields", "\4\0\0\0\2\1\0\0"s, "258/8"},
      {"one field", "\13\0\0\0\7\0\1\0\3\0\0\0abc"s, "7/15[abc]"},
      {"an empty field", "\10\0\0\0\7\0\1\0\0\0\0\0"s, "7/12[]"},
      {"the next frame stays", "\4\0\0\0\2\0\0\0\4\0"s, "2/8"},
      {"half a field", "\13\0\0\0\7\0\1\0\3\0\0\0ab"s, "more"},
      {"too short to be one", "\3\0\0\0\2\0\0"s, "malformed"},
      {"too large, told at once", "\1\0\1\0"s, "malformed"},
      {"as large as can be", "\0\0\1\0"s, "more"},
      {"a field beyond the frame", "\13\0\0\0\7\0\1\0\4\0\0\0abc"s, "malformed"},
      {"a giant field", "\13\0\0\0\7\0\1\0\377\377\377\377abc"s, "malformed"},
      {"more fields than bytes", "\10\0\0\0\7\0\377\377\0\0\0\0"s, "malformed"},
      {"bytes after the fields", "\5\0\0\0\7\0\0\0x"s, "malformed"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Show(c.input), c.expected) << c.name;
}

TEST(Frame, RoundTripAtEveryCut) {
  std::string bytes;
  const std::string_view fields[] = {"a", "", "with\0nul", std::string_view("\0\1", 2)};
  ASSERT_TRUE(AppendFrame(0xfffe, fields, &bytes));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(Show(bytes.substr(0, size)), "more") << size;
  }
  EXPECT_EQ(Show(bytes), "65534/" + std::to_string(bytes.size()) + "[a][][with][\0\1]"s);
}

TEST(Frame, RefusesWhatIsTooLarge) {
  std::string bytes = "before";
  const std::string big(kMaxFrame - 8, 'x'), bigger(kMaxFrame - 7, 'x');
  const std::string_view fits[] = {big}, does_not[] = {bigger};
  EXPECT_FALSE(AppendFrame(1, does_not, &bytes));
  EXPECT_EQ(bytes, "before");
  EXPECT_TRUE(AppendFrame(1, fits, &bytes));
  EXPECT_EQ(Show(bytes.substr(6)), "1/" + std::to_string(kMaxFrame + 4) + "[" + big + "]");
  const std::vector<std::string_view> most(kMaxFrameFields), too_many(kMaxFrameFields + 1);
  EXPECT_TRUE(AppendFrame(1, most, &bytes));
  EXPECT_FALSE(AppendFrame(1, too_many, &bytes));
}

}  // namespace
}  // namespace keelson
