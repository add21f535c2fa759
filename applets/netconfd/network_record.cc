// Lines of words with tabs between them:
//
//   netconfd 1
//   unit NAME LOGICAL PHASE down|- WHY
//   trial PATH
//   before NAME LOGICAL PHASE
//   end
//
// Bytes up to the blank, '%' and 0x7f are %XX.
#include "applets/netconfd/network_record.h"

#include <algorithm>
#include <utility>

namespace keelson {
namespace {

constexpr std::string_view kFirstLine = "netconfd\t1";
constexpr std::string_view kLastLine = "end";
constexpr char kDigits[] = "0123456789ABCDEF";
constexpr size_t kUnitWords = 6, kTrialWords = 2, kBeforeWords = 4;

void AppendWord(std::string_view word, std::string* line) {
  line->push_back('\t');
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && c != '%' && byte != 0x7f) {
      line->push_back(c);
    } else {
      line->append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
}

bool ReadWord(std::string_view text, std::string* word) {
  word->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      word->push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const char* const high = std::find(kDigits, kDigits + 16, text[i + 1]);
    const char* const low = std::find(kDigits, kDigits + 16, text[i + 2]);
    if (high == kDigits + 16 || low == kDigits + 16) return false;
    word->push_back(static_cast<char>((high - kDigits) * 16 + (low - kDigits)));
    i += 2;
  }
  return true;
}

bool Split(std::string_view line, std::vector<std::string>* words) {
  words->clear();
  while (true) {
    const size_t tab = std::min(line.find('\t'), line.size());
    words->emplace_back();
    if (!ReadWord(line.substr(0, tab), &words->back())) return false;
    if (tab == line.size()) return true;
    line.remove_prefix(tab + 1);
  }
}

bool ReadPhase(std::string_view word, NetPhase* phase) {
  for (int i = 0; i <= static_cast<int>(NetPhase::kFailed); ++i) {
    *phase = static_cast<NetPhase>(i);
    if (NetPhaseName(*phase) == word) return true;
  }
  return false;
}

}  // namespace

std::string FormatNetworkRecord(const NetworkRecord& record) {
  std::string bytes(kFirstLine);
  const auto begin = [&](std::string_view kind, const RecordedUnit& unit) {
    bytes.append("\n").append(kind);
    AppendWord(unit.name, &bytes);
    AppendWord(unit.logical, &bytes);
    AppendWord(NetPhaseName(unit.phase), &bytes);
  };
  for (const RecordedUnit& unit : record.units) {
    begin("unit", unit);
    AppendWord(unit.stays_down ? "down" : "-", &bytes);
    AppendWord(unit.why, &bytes);
  }
  if (record.trial) {
    bytes += "\ntrial";
    AppendWord(record.trial->path, &bytes);
    for (const RecordedUnit& unit : record.trial->before) begin("before", unit);
  }
  bytes.append("\n").append(kLastLine).append("\n");
  return bytes;
}

bool ParseNetworkRecord(std::string_view bytes, NetworkRecord* record) {
  *record = {};
  bool is_first = true, is_whole = false;
  while (!bytes.empty() && !is_whole) {
    const size_t end = bytes.find('\n');
    if (end == bytes.npos) return false;
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (std::exchange(is_first, false)) {
      if (line != kFirstLine) return false;
      continue;
    }
    is_whole = line == kLastLine;
    std::vector<std::string> words;
    RecordedUnit unit;
    if (!Split(line, &words)) return false;
    if (words[0] == "trial" && words.size() >= kTrialWords) {
      record->trial.emplace().path = words[1];
      continue;
    }
    const bool is_unit = words[0] == "unit" && words.size() >= kUnitWords;
    const bool is_before = words[0] == "before" && words.size() >= kBeforeWords && record->trial;
    if ((!is_unit && !is_before) || !ReadPhase(words[3], &unit.phase)) continue;
    unit.name = std::move(words[1]);
    unit.logical = std::move(words[2]);
    if (is_before) {
      record->trial->before.push_back(std::move(unit));
      continue;
    }
    unit.stays_down = words[4] == "down";
    unit.why = std::move(words[5]);
    record->units.push_back(std::move(unit));
  }
  return is_whole;
}

}  // namespace keelson
