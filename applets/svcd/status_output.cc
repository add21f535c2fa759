// The text is for reading: what is empty has no line.
#include "applets/svcd/status_output.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <optional>

namespace keelson {
namespace {

constexpr Column kAllColumns[] = {{"name"},
                                  {"state"},
                                  {"pid", Column::kNumber},
                                  {"uptime_s", Column::kNumber},
                                  {"restarts", Column::kNumber},
                                  {"exit"},
                                  {"source"},
                                  {"type"},
                                  {"kind"},
                                  {"why"},
                                  {"file"},
                                  {"description"},
                                  {"says"}};
static_assert(std::size(kAllColumns) == std::size(kStatusColumns));

constexpr Column kTextColumns[] = {{"name"},   {"state"}, {"pid"},        {"uptime"},
                                   {"source"}, {"why"},   {"description"}};

std::optional<int64_t> ReadNumber(std::string_view text) {
  int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string Uptime(const ServiceRow& row) {
  const auto seconds = ReadNumber(row["uptime_s"]);
  return seconds ? DurationText(*seconds) : "";
}

std::string LocalTime(int64_t seconds) {
  const time_t moment = seconds;
  tm parts{};
  localtime_r(&moment, &parts);
  char text[40];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts));
}

}  // namespace

const std::string& ServiceRow::operator[](std::string_view column) const {
  const auto found = std::find(std::begin(kStatusColumns), std::end(kStatusColumns), column);
  return fields[found - std::begin(kStatusColumns)];
}

ServiceRow ReadServiceRow(std::span<const std::string_view> fields) {
  ServiceRow row;
  const size_t count = std::min(fields.size(), std::size(kStatusColumns));
  for (size_t i = 0; i < count; ++i) row.fields[i] = fields[i];
  return row;
}

std::string DurationText(int64_t seconds) {
  constexpr struct {
    int64_t seconds;
    const char* unit;
  } kUnits[] = {{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}};
  size_t i = 0;
  while (i + 1 < std::size(kUnits) && seconds < kUnits[i].seconds) ++i;
  std::string text = std::to_string(seconds / kUnits[i].seconds) + kUnits[i].unit;
  if (i + 1 == std::size(kUnits)) return text;
  const int64_t rest = seconds % kUnits[i].seconds / kUnits[i + 1].seconds;
  return text + " " + std::to_string(rest) + kUnits[i + 1].unit;
}

void PrintStatusTable(OutputFormat format, const std::vector<ServiceRow>& rows) {
  const bool is_text = format == OutputFormat::kText;
  RowOutput output(format, is_text ? std::span<const Column>(kTextColumns)
                                   : std::span<const Column>(kAllColumns));
  for (const ServiceRow& row : rows) {
    if (is_text) {
      output.Add({row["name"], row["state"], row["pid"], Uptime(row), row["source"], row["why"],
                  row["description"]});
    } else {
      output.Add({std::begin(row.fields), std::end(row.fields)});
    }
  }
  output.Finish();
}

std::string StatusText(const ServiceRow& row, const std::vector<std::string>& last, int64_t now) {
  std::string text = EscapedField(row["name"]) + ": " + EscapedField(row["state"]);
  if (const auto seconds = ReadNumber(row["uptime_s"])) {
    text += " since " + LocalTime(now - *seconds) + ", " + DurationText(*seconds);
  }
  text += '\n';
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    text += "  " + std::string(name);
    text.append(name.size() < 10 ? 10 - name.size() : 1, ' ');
    text += EscapedField(value) + "\n";
  };
  add("what", row["description"]);
  add("pid", row["pid"]);
  add("why", row["why"]);
  add("says", row["says"]);
  add("restarts", row["restarts"] == "0" ? "" : row["restarts"]);
  add("last end", row["exit"]);
  add("is a", row["type"] + (row["kind"].empty() ? "" : ", " + row["kind"]));
  add("source", row["source"] + (row["file"].empty() ? "" : ", " + row["file"]));
  if (!last.empty()) text += "  log\n";
  for (const std::string& line : last) text += "    " + EscapedField(line) + "\n";
  return text;
}

}  // namespace keelson
