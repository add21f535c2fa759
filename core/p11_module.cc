// Lines into attributes by one table of names.
#include "core/p11_module.h"

#include <algorithm>

namespace keelson {

namespace {

struct FieldRow {
  std::string_view field, attribute;
};
constexpr FieldRow kFields[] = {
    {"module", "Module"},
    {"priority", "Priority"},
    {"critical", "Critical"},
    {"enable-in", "EnableIn"},
    {"disable-in", "DisableIn"},
    {"trust-policy", "TrustPolicy"},
    {"managed", "Managed"},
    {"remote", "Remote"},
    {"log-calls", "LogCalls"},
    {"init-reserved", "InitReserved"},
    {"x-init-reserved", "InitReserved"},  // its older name
    {"user-config", "UserConfig"},
};

// Empty: a field, or nothing. Otherwise why p11-kit refuses it.
std::string_view FaultOf(const Line& line, std::string_view text) {
  if (line.text.starts_with("-----BEGIN ")) return "a PEM block has no place here";
  if (text.empty() || text[0] == '#') return "";
  if (text[0] == '[') return "a section has no place here";
  if (text.find(':') == std::string_view::npos) return "':' is missing";
  return "";
}

}  // namespace

std::vector<ParseError> ReadP11Module(std::string_view bytes, const std::string& file,
                                      const MdsContext& context, const MdsSchema& schema,
                                      std::vector<MdsRecord>* records,
                                      std::vector<ParseError>* notes) {
  const size_t place = *schema.Find("P11_MODULE");
  const MdsRelation& relation = schema.relations()[place];
  MdsRecord record = BeginMdsRecord(schema, place, context, file, {1, 1});
  if (!HasMdsModuleId(relation, record)) return {{{1, 1}, "ModuleID is missing"}};
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    const std::string_view text = TrimBlanks(line.text);
    const Position at = {line.number, static_cast<uint32_t>(text.data() - line.raw.data() + 1)};
    if (const std::string_view fault = FaultOf(line, text); !fault.empty()) {
      return {{at, std::string(fault)}};
    }
    if (text.empty() || text[0] == '#') continue;
    const size_t colon = text.find(':');
    const std::string_view name = TrimBlanks(text.substr(0, colon));
    const auto row = std::find_if(std::begin(kFields), std::end(kFields),
                                  [&](const FieldRow& r) { return r.field == name; });
    if (row != std::end(kFields)) {
      SetMdsText(relation, row->attribute, TrimBlanks(text.substr(colon + 1)), &record);
    } else if (notes->size() < kMaxMdsNotes) {
      notes->push_back({at, "there is no field '" + std::string(name.substr(0, 64)) + "'"});
    }
  }
  records->push_back(std::move(record));
  return {};
}

}  // namespace keelson
