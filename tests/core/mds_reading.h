// Records as text, for the tests of their readers.
#ifndef KEELSON_TESTS_CORE_MDS_READING_H_
#define KEELSON_TESTS_CORE_MDS_READING_H_

#include <string>
#include <vector>

#include "core/mds_reader.h"
#include "core/mds_text.h"

namespace keelson {

inline std::string Texts(const std::vector<ParseError>& errors) {
  std::string texts;
  for (const ParseError& error : errors) texts += error.Text("F") + "\n";
  return texts;
}

// "RELATION FILE:LINE:COLUMN Attribute=value; ...\n", attributes that are not there left out.
inline std::string Show(const MdsSchema& schema, const MdsRecord& record) {
  const MdsRelation& relation = schema.relations()[record.relation];
  std::string shown = relation.name + " " + record.file + ":" + std::to_string(record.at.line) +
                      ":" + std::to_string(record.at.column);
  for (size_t i = 0; i < relation.attributes.size(); ++i) {
    const MdsAttribute& attribute = relation.attributes[i];
    if (!record.values[i]) continue;
    shown += " " + attribute.name + "=" +
             FormatMdsValue(*record.values[i], attribute.format, attribute.symbols) + ";";
  }
  return shown + "\n";
}

inline std::string Show(const MdsSchema& schema, const std::vector<MdsRecord>& records) {
  std::string shown;
  for (const MdsRecord& record : records) shown += Show(schema, record);
  return shown;
}

// The records of a file F; of one with errors these, each a line.
inline std::string Read(MdsFileKind kind, std::string_view bytes, const MdsContext& context = {},
                        std::vector<ParseError>* notes = nullptr) {
  MdsSchema schema = MdsSchema::BuiltIn();
  std::vector<MdsRecord> records;
  const auto errors = ReadMdsFile(kind, bytes, "F", context, &schema, &records, notes);
  if (errors.empty()) return Show(schema, records);
  return records.empty() ? Texts(errors) : "records beside errors";
}

}  // namespace keelson

#endif  // KEELSON_TESTS_CORE_MDS_READING_H_
