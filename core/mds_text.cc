// Text goes in and out by the same rules, so that what is exported reads back as it was. A string
// that would not survive a line of text or a terminal (blanks at its ends, control characters,
// bytes that are not UTF-8, a beginning that looks like a code) is written in hexadecimal.
#include "core/mds_text.h"

#include <algorithm>

#include "core/flat_file.h"
#include "core/log.h"

namespace keelson {

namespace {

constexpr std::string_view kHex = "hex:", kBase64 = "base64:";
constexpr size_t kShown = 64;  // bytes of a wrong word that a message repeats

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int Base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::string EncodeHex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kHex);
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// The bytes of "hex:..." or "base64:...".
std::string Decode(std::string_view text, std::string* bytes, size_t* at) {
  const bool hexadecimal = text.starts_with(kHex);
  const size_t prefix = hexadecimal ? kHex.size() : kBase64.size();
  text.remove_prefix(prefix);
  auto decoded = hexadecimal ? DecodeHex(text, at) : DecodeBase64(text, at);
  *at += prefix;
  if (!decoded) return hexadecimal ? "pairs of hexadecimal digits go here" : "this is not base64";
  *bytes = std::move(*decoded);
  return "";
}

std::string ParseNumbers(std::string_view text, bool many, std::string_view symbols,
                         std::vector<uint32_t>* numbers, size_t* at) {
  for (std::string_view rest = text;;) {
    const size_t end = many ? std::min(rest.find(','), rest.size()) : rest.size();
    uint32_t number = 0;
    std::string_view wrong;
    if (!ParseMdsNumber(rest.substr(0, end), symbols, &number, &wrong)) {
      *at = static_cast<size_t>(wrong.data() - text.data());
      return MdsNumberFault(wrong, symbols);
    }
    numbers->push_back(number);
    if (end == rest.size()) return "";
    rest.remove_prefix(end + 1);
  }
}

std::string NumberText(uint32_t number, std::string_view symbols) {
  const std::string_view symbol = MdsSymbolOf(symbols, number);
  if (!symbol.empty()) return std::string(symbol);
  std::string text;
  // Only tables of flags have names for single bits alone; a sum of others would mislead.
  if (!symbols.empty() && MdsSymbolsAreFlags(symbols)) {
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
      if ((number & bit) == 0) continue;
      const std::string_view name = MdsSymbolOf(symbols, bit);
      if (name.empty()) return std::to_string(number);
      text += (text.empty() ? "" : " | ") + std::string(name);
    }
  }
  return text.empty() ? std::to_string(number) : text;
}

bool IsOneLine(std::string_view text) {
  if (text.empty() || text.starts_with(kHex) || text.starts_with(kBase64)) return false;
  if (IsBlank(text.front()) || IsBlank(text.back())) return false;
  return IsPlain(text) || Printable(text) == text;
}

}  // namespace

std::optional<std::string> DecodeHex(std::string_view text, size_t* at) {
  std::string bytes;
  int half = -1;
  for (*at = 0; *at < text.size(); ++*at) {
    if (IsBlank(text[*at])) continue;
    const int digit = HexDigit(text[*at]);
    if (digit < 0) return std::nullopt;
    if (half >= 0) bytes += static_cast<char>(half * 16 + digit);
    half = half >= 0 ? -1 : digit;
  }
  if (half >= 0) return std::nullopt;
  return bytes;
}

std::optional<std::string> DecodeBase64(std::string_view text, size_t* at) {
  std::string bytes;
  uint32_t bits = 0;
  size_t digits = 0, padding = 0;
  for (*at = 0; *at < text.size(); ++*at) {
    const char c = text[*at];
    if (IsBlank(c)) continue;
    if (c == '=' && digits % 4 >= 2 && digits % 4 + padding < 4) {
      ++padding;
      continue;
    }
    const int digit = Base64Digit(c);
    if (digit < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    ++digits;
    if (digits % 4 == 0) {
      for (const int shift : {16, 8, 0}) bytes += static_cast<char>(bits >> shift & 0xff);
    }
  }
  // A last group of two or three digits holds one or two bytes; its other bits are zero.
  const size_t left = digits % 4;
  if (left == 1 || (left != 0 && left + padding != 4)) return std::nullopt;
  if (left == 2) bytes += static_cast<char>(bits >> 4 & 0xff);
  if (left == 3) {
    bytes += static_cast<char>(bits >> 10 & 0xff);
    bytes += static_cast<char>(bits >> 2 & 0xff);
  }
  if ((left == 2 && (bits & 15) != 0) || (left == 3 && (bits & 3) != 0)) return std::nullopt;
  return bytes;
}

std::string EncodeBase64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    const size_t count = std::min<size_t>(bytes.size() - i, 3);
    for (size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (size_t k = 0; k < 4; ++k) text += k <= count ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::string MdsNumberFault(std::string_view wrong, std::string_view symbols) {
  if (wrong.empty()) return symbols.empty() ? "a number is missing" : "a name or number is missing";
  if (wrong.size() > kMaxMdsToken)
    return "a word of more than " + std::to_string(kMaxMdsToken) + " bytes";
  const std::string shown =
      "'" + std::string(wrong.substr(0, kShown)) + (wrong.size() > kShown ? "...' is" : "' is");
  const bool numeric = wrong.find_first_of("0123456789-+") == 0;
  if (symbols.empty() || numeric) return shown + " not a number of 32 bits";
  return shown + " neither a number nor one of " + std::string(symbols);
}

std::string ParseMdsValue(std::string_view text, MdsFormat format, std::string_view symbols,
                          std::optional<MdsValue>* value, size_t* at) {
  const std::string_view trimmed = TrimBlanks(text);
  const auto front = static_cast<size_t>(trimmed.data() - text.data());
  value->reset();
  *at = 0;
  if (trimmed.empty() && format != MdsFormat::kMultiUint32) return "";
  MdsValue parsed;
  std::string fault;
  if (format == MdsFormat::kUint32 || format == MdsFormat::kMultiUint32) {
    const bool many = format == MdsFormat::kMultiUint32;
    if (!trimmed.empty()) fault = ParseNumbers(trimmed, many, symbols, &parsed.numbers, at);
  } else if (trimmed.starts_with(kHex) || trimmed.starts_with(kBase64)) {
    fault = Decode(trimmed, &parsed.bytes, at);
  } else if (format == MdsFormat::kBlob) {
    fault = "a BLOB begins with hex: or base64:";
  } else {
    parsed.bytes = trimmed;
  }
  if (!fault.empty()) {
    *at += front;
    return fault;
  }
  *value = std::move(parsed);
  return "";
}

std::string FormatMdsValue(const MdsValue& value, MdsFormat format, std::string_view symbols) {
  if (format == MdsFormat::kBlob) return EncodeHex(value.bytes);
  if (format == MdsFormat::kString) {
    return IsOneLine(value.bytes) ? value.bytes : EncodeHex(value.bytes);
  }
  std::string text;
  for (size_t i = 0; i < value.numbers.size(); ++i) {
    if (i > 0) text += ", ";
    text += NumberText(value.numbers[i], symbols);
  }
  return text;
}

}  // namespace keelson
