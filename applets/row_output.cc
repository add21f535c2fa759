// A row is gathered as a string and written at once.
#include "applets/row_output.h"

#include <algorithm>

#include "applets/run.h"
#include "core/json_text.h"
#include "core/log.h"

namespace keelson {

namespace {

constexpr std::string_view kGap = "  ";

size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string JsonValue(const std::string& field, Column::Type type) {
  if (type == Column::kNumber) return field.empty() ? "null" : field;
  if (type == Column::kText) return JsonQuoted(field);
  std::string array = "[";
  for (size_t begin = 0; begin < field.size();) {
    const size_t end = std::min(field.find(',', begin), field.size());
    if (begin > 0) array += ",";
    array += JsonQuoted(std::string_view(field).substr(begin, end - begin));
    begin = end + 1;
  }
  return array + "]";
}

}  // namespace

std::string EscapedField(std::string_view text) {
  std::string escaped;
  while (true) {
    const size_t backslash = text.find('\\');
    escaped += Printable(text.substr(0, backslash));
    if (backslash == text.npos) return escaped;
    escaped += "\\x5c";
    text.remove_prefix(backslash + 1);
  }
}

void RowOutput::Add(std::vector<std::string> fields) {
  if (format_ == OutputFormat::kJson) return PrintJson(fields);
  for (std::string& field : fields) field = EscapedField(field);
  if (format_ == OutputFormat::kText) {
    rows_.push_back(std::move(fields));
    return;
  }
  std::string line;
  for (const std::string& field : fields) (line += field) += '\t';
  line.back() = '\n';
  PrintOutput(line);
}

void RowOutput::PrintJson(const std::vector<std::string>& fields) {
  std::string object = first_ ? "[\n{" : ",\n{";
  first_ = false;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) object += ",";
    object += JsonQuoted(columns_[i].name) + ":" + JsonValue(fields[i], columns_[i].type);
  }
  PrintOutput(object + "}");
}

void RowOutput::PrintText() const {
  std::vector<size_t> widths;
  for (const Column& column : columns_) widths.push_back(Width(column.name));
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  const auto print = [&](const auto& field) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string text = field(i);
      line += text;
      line.append(widths[i] - Width(text), ' ').append(kGap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    PrintOutput(line + "\n");
  };
  print([&](size_t i) {
    std::string heading = columns_[i].name;
    for (char& c : heading) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return heading;
  });
  for (const auto& row : rows_) print([&](size_t i) { return row[i]; });
}

void RowOutput::Finish() {
  if (format_ == OutputFormat::kJson) PrintOutput(first_ ? "[]\n" : "\n]\n");
  if (format_ == OutputFormat::kText && !rows_.empty()) PrintText();
}

}  // namespace keelson
