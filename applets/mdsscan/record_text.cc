// Each form is a walk over the attributes with another way to write a value.
#include "applets/mdsscan/record_text.h"

#include <algorithm>
#include <cstdio>

#include "applets/row_output.h"
#include "core/json_text.h"
#include "core/log.h"
#include "core/mds_relations.h"
#include "core/mds_text.h"

namespace keelson {

namespace {

constexpr char kModule[] = "@module";
constexpr size_t kDumpName = 20;  // columns of a name in mdsdump's lines

std::string JsonValue(const MdsValue& value, MdsFormat format) {
  if (format == MdsFormat::kString) return JsonQuoted(value.bytes);
  if (format == MdsFormat::kBlob) return "\"" + FormatMdsValue(value, format, "") + "\"";
  std::string text;
  for (const uint32_t number : value.numbers) {
    text += (text.empty() ? "" : ",") + std::to_string(number);
  }
  return format == MdsFormat::kUint32 ? text : "[" + text + "]";
}

std::string XmlEscaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// U+FFFE and U+FFFF are no characters of XML.
bool IsXmlText(std::string_view text) {
  return Printable(text) == text && text.find("\xef\xbf\xbe") == text.npos &&
         text.find("\xef\xbf\xbf") == text.npos;
}

std::string PlistData(std::string_view bytes) { return "<data>" + EncodeBase64(bytes) + "</data>"; }

std::string PlistText(std::string_view text) {
  return IsXmlText(text) ? "<string>" + XmlEscaped(text) + "</string>" : PlistData(text);
}

std::string PlistValue(const MdsValue& value, MdsFormat format) {
  if (format == MdsFormat::kString) return PlistText(value.bytes);
  if (format == MdsFormat::kBlob) return PlistData(value.bytes);
  std::string text;
  for (const uint32_t number : value.numbers) {
    text += "<integer>" + std::to_string(number) + "</integer>";
  }
  return format == MdsFormat::kUint32 ? text : "<array>" + text + "</array>";
}

std::string Hexadecimal(const char* format, uint32_t number) {
  char text[16];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

std::string DumpValue(const MdsValue& value, MdsFormat format) {
  std::string text;
  switch (format) {
    case MdsFormat::kString:
      return "'" + EscapedField(value.bytes) + "'";
    case MdsFormat::kBlob:
      text = "BLOB length " + std::to_string(value.bytes.size()) + " : ";
      for (const char c : value.bytes) text += Hexadecimal("%02X ", static_cast<unsigned char>(c));
      return text;
    case MdsFormat::kUint32:
      return Hexadecimal("0x%x", value.numbers[0]);
    case MdsFormat::kMultiUint32:
      for (const uint32_t number : value.numbers) {
        text += (text.empty() ? "" : ", ") + Hexadecimal("0x%x", number);
      }
      return "multi_int[" + text + "]";
  }
  return text;
}

}  // namespace

std::optional<MdsRelation> ReadRelation(const MdsSnapshot& snapshot, size_t relation) {
  const auto head = snapshot.relation(relation);
  if (!head) return std::nullopt;
  MdsRelation read{std::string(head->name), {}};
  for (size_t a = 0; a < head->attributes; ++a) {
    const auto attribute = snapshot.attribute(relation, a);
    if (!attribute) return std::nullopt;
    read.attributes.push_back({std::string(attribute->name), attribute->format,
                               std::string(attribute->symbols), attribute->unique});
  }
  return read;
}

std::optional<MdsRecord> ReadRecord(const MdsSnapshot& snapshot, const MdsRelation& of,
                                    size_t relation, uint32_t record, std::string_view* module) {
  const auto from = snapshot.module_of(relation, record);
  if (!from) return std::nullopt;
  *module = *from;
  MdsRecord read;
  read.relation = relation;
  for (size_t a = 0; a < of.attributes.size(); ++a) {
    const auto cell = snapshot.cell(relation, record, a);
    if (!cell) return std::nullopt;
    read.values.emplace_back();
    if (!cell->present) continue;
    MdsValue& value = read.values.back().emplace();
    const MdsFormat format = of.attributes[a].format;
    if (format == MdsFormat::kString || format == MdsFormat::kBlob) {
      value.bytes = cell->bytes;
    } else {
      for (size_t i = 0; i < cell->count(); ++i) value.numbers.push_back(cell->number(i));
    }
  }
  return read;
}

bool IsDeclaredByModules(const MdsRelation& relation) {
  const auto known = MdsDeclarations();
  return std::none_of(known.begin(), known.end(), [&](const MdsDeclaration& declaration) {
    return declaration.name == relation.name;
  });
}

std::string RecordTsvHeading(const MdsRelation& relation) {
  std::string line = kModule;
  for (const MdsAttribute& attribute : relation.attributes) line += "\t" + attribute.name;
  return line + "\n";
}

std::string RecordTsv(std::string_view module, const MdsRelation& relation,
                      const MdsRecord& record) {
  std::string line = EscapedField(module);
  for (size_t a = 0; a < relation.attributes.size(); ++a) {
    const MdsAttribute& attribute = relation.attributes[a];
    line += '\t';
    if (!record.values[a]) continue;
    line += EscapedField(FormatMdsValue(*record.values[a], attribute.format, attribute.symbols));
  }
  return line + "\n";
}

std::string RecordJson(std::string_view module, const MdsRelation& relation,
                       const MdsRecord& record) {
  std::string object = "{" + JsonQuoted(kModule) + ":" + JsonQuoted(module);
  for (size_t a = 0; a < relation.attributes.size(); ++a) {
    if (!record.values[a]) continue;
    const MdsAttribute& attribute = relation.attributes[a];
    object +=
        "," + JsonQuoted(attribute.name) + ":" + JsonValue(*record.values[a], attribute.format);
  }
  return object + "}";
}

std::string RecordPlist(std::string_view module, const MdsRelation& relation,
                        const MdsRecord& record) {
  std::string dictionary =
      "<dict>\n<key>" + std::string(kModule) + "</key>" + PlistText(module) + "\n";
  for (size_t a = 0; a < relation.attributes.size(); ++a) {
    if (!record.values[a]) continue;
    const MdsAttribute& attribute = relation.attributes[a];
    dictionary += "<key>" + attribute.name + "</key>" +
                  PlistValue(*record.values[a], attribute.format) + "\n";
  }
  return dictionary + "</dict>\n";
}

std::string RecordDump(size_t number, const MdsRelation& relation, const MdsRecord& record) {
  std::string text = "   record " + std::to_string(number) + "; numAttrs " +
                     std::to_string(relation.attributes.size()) + ":\n";
  for (size_t a = 0; a < relation.attributes.size(); ++a) {
    std::string name = relation.attributes[a].name;
    if (name.size() < kDumpName) name.resize(kDumpName, ' ');
    text += "      " + name + ": ";
    text += record.values[a] ? DumpValue(*record.values[a], relation.attributes[a].format)
                             : "<<no values present>>";
    text += "\n";
  }
  return text;
}

}  // namespace keelson
