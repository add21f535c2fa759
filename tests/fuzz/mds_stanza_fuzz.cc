// Any bytes as a file of stanzas and as p11-kit's configuration. Every error has a place, a file
// with errors gives nothing, and what is read reads back from what is written of it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/mds_reader.h"
#include "core/mds_stanza.h"
#include "core/mds_text.h"
#include "tests/fuzz/require.h"

namespace keelson {
namespace {

constexpr size_t kLongestMessage = 500;  // bytes

// Copying it takes longer than reading an input.
MdsSchema& Schema(size_t number) {
  static MdsSchema schemas[2] = {MdsSchema::BuiltIn(), MdsSchema::BuiltIn()};
  MdsSchema& schema = schemas[number];
  if (schema.relations().size() != MdsSchema::BuiltIn().relations().size()) {
    schema = MdsSchema::BuiltIn();
  }
  return schema;
}

void CheckStanzas(std::string_view bytes, const MdsContext& context) {
  MdsSchema &schema = Schema(0), &again_schema = Schema(1);
  const size_t built_in = schema.relations().size();
  std::vector<MdsRecord> records, again;
  const auto errors = ReadMdsStanzas(bytes, "file", context, &schema, &records);
  RequirePlaces(bytes, errors, kLongestMessage);
  if (!errors.empty()) {
    Require(records.empty() && schema.relations().size() == built_in);
    return;
  }
  std::string written;
  for (size_t i = built_in; i < schema.relations().size(); ++i) {
    written += FormatMdsDeclaration(schema.relations()[i]);
  }
  for (const MdsRecord& record : records) {
    const MdsRelation& relation = schema.relations()[record.relation];
    Require(record.values.size() == relation.attributes.size());
    Require(HasMdsModuleId(relation, record));
    written += FormatMdsStanza(relation, record);
  }
  Require(ReadMdsStanzas(written, "file", {}, &again_schema, &again).empty());
  Require(again.size() == records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    Require(again[i].relation == records[i].relation);
    const auto& attributes = schema.relations()[records[i].relation].attributes;
    for (size_t k = 0; k < attributes.size(); ++k) {
      // A list that has to have a line is empty rather than not there.
      const bool unsaid = !records[i].values[k] && attributes[k].unique &&
                          attributes[k].format == MdsFormat::kMultiUint32;
      Require(unsaid || again[i].values[k] == records[i].values[k]);
    }
  }
}

void CheckP11(std::string_view bytes) {
  std::vector<MdsRecord> records;
  std::vector<ParseError> notes;
  MdsSchema& schema = Schema(0);
  const MdsContext context{"id", "/path", "name", 0, nullptr};
  const auto errors =
      ReadMdsFile(MdsFileKind::kP11, bytes, "file", context, &schema, &records, &notes);
  RequirePlaces(bytes, errors, kLongestMessage);
  RequirePlaces(bytes, notes, kLongestMessage);
  Require(errors.empty() ? records.size() == 1 : records.empty());
}

void CheckValue(std::string_view bytes) {
  for (const auto format :
       {MdsFormat::kString, MdsFormat::kBlob, MdsFormat::kUint32, MdsFormat::kMultiUint32}) {
    std::optional<MdsValue> value, again;
    size_t at = 0;
    const std::string fault = ParseMdsValue(bytes, format, "CspFlagsNames", &value, &at);
    Require(at <= bytes.size());
    if (!fault.empty() || !value) continue;
    const std::string text = FormatMdsValue(*value, format, "CspFlagsNames");
    Require(text.find('\n') == std::string::npos);
    Require(ParseMdsValue(text, format, "CspFlagsNames", &again, &at).empty());
    Require(again == value);
  }
}

}  // namespace
}  // namespace keelson

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace keelson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckStanzas(bytes, {});
  CheckStanzas(bytes, {"id", "/path", "name", 3, nullptr});
  CheckP11(bytes);
  CheckValue(bytes);
  return 0;
}
