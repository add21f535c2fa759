// Log lines are made safe and short once, here, so that no sink has to.
#include "core/log.h"

#include <algorithm>
#include <cerrno>

namespace keelson {

namespace {

constexpr std::string_view kCut = "...";

// How many bytes the UTF-8 character at the front has; 0: none, or one that must not be shown (C1
// control characters, surrogates, overlong forms, beyond U+10FFFF).
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return 0;
  uint32_t code = byte(0) & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kFirst[] = {0, 0, 0xa0, 0x800, 0x10000};
  if (code < kFirst[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
  return length;
}

// The same for any character. REQUIRES: not empty.
size_t PrintableLength(std::string_view text) {
  const auto byte = static_cast<uint8_t>(text[0]);
  return byte >= 0x20 && byte < 0x7f ? 1 : byte < 0x80 ? 0 : Utf8Length(text);
}

// The line, or as much of it as fits with "..." behind; no character is cut in two.
std::string Shortened(std::string line) {
  if (line.size() <= kMaxLogLine) return line;
  size_t end = kMaxLogLine - kCut.size();
  while (end > 0 && (static_cast<uint8_t>(line[end]) & 0xc0) == 0x80) --end;
  line.resize(end);
  return line.append(kCut);
}

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kNotice:
      return "notice";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kDebug:
      return "debug";
  }
  return "unknown";
}

void Log::Write(LogLevel level, std::string_view line) const {
  if (sink_ == nullptr || !Passes(level)) return;
  const int saved = errno;
  sink_->Write(level, Shortened(Printable(line.substr(0, kMaxLogLine + 1))));
  errno = saved;
}

void RingSink::Write(LogLevel level, std::string_view line) {
  if (lines_.empty()) return;
  std::string& place = lines_[written_++ % lines_.size()];
  place = LogLevelName(level);
  place.append(": ").append(line).append("\n");
}

std::string RingSink::Text() const {
  std::string text;
  const size_t kept = std::min<size_t>(written_, lines_.size());
  for (size_t i = written_ - kept; i < written_; ++i) text += lines_[i % lines_.size()];
  return text;
}

bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

size_t FindUnprintable(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = PrintableLength(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string Printable(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  constexpr char kHex[] = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const auto byte = static_cast<uint8_t>(text[0]);
    size_t length = PrintableLength(text);
    if (length == 0) {
      shown.append({'\\', 'x', kHex[byte >> 4], kHex[byte & 15]});
      length = 1;
    } else {
      shown.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return shown;
}

}  // namespace keelson
