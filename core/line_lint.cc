// The raw bytes are looked at, since a NUL hides what follows it from everything else.
#include "core/line_lint.h"

#include <utility>

#include "core/log.h"

namespace keelson {

void Tell(const Line& line, std::string_view part, std::string what, const LintSink& sink) {
  const auto column = static_cast<uint32_t>(part.data() - line.raw.data() + 1);
  sink({{line.number, column}, std::move(what)});
}

void LintText(const Line& line, bool tabs, const LintSink& sink) {
  const bool has_end = line.raw.ends_with('\n');
  std::string_view text = line.raw.substr(0, line.raw.size() - (has_end ? 1 : 0));
  for (size_t skipped = 0;;) {
    const size_t at = FindUnprintable(text.substr(skipped));
    if (at == std::string_view::npos) break;
    const auto byte = static_cast<uint8_t>(text[skipped + at]);
    skipped += at + 1;
    if (byte == '\t' && tabs) continue;
    const std::string_view part = text.substr(skipped - 1);
    if (byte == '\r' && part.size() == 1) {
      Tell(line, part, "the line ends with CR", sink);
    } else if (byte == 0) {
      Tell(line, part, "NUL: the rest of the line is not read", sink);
    } else {
      const std::string shown = Printable(part.substr(0, 1));
      Tell(line, part, (byte < 0x80 ? "control character " : "no UTF-8: ") + shown, sink);
    }
    break;
  }
  if (!has_end) Tell(line, line.raw, "the last line has no end", sink);
}

}  // namespace keelson
