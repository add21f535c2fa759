// Which reader a file gets, and what all of them give a record. A file is all or nothing: what a
// reader put in before its first error goes again.
#include "core/mds_reader.h"

#include "core/elf_module.h"
#include "core/mds_info.h"
#include "core/mds_stanza.h"
#include "core/p11_module.h"

namespace keelson {

namespace {

// What beginnings of files say of them.
bool IsLinkerScript(std::string_view bytes) {
  return bytes.starts_with("/*") || bytes.starts_with("INPUT") || bytes.starts_with("GROUP");
}

bool IsPropertyList(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  return SkipBlanks(bytes).starts_with('<') || bytes.starts_with("bplist");
}

std::optional<size_t> Find(const MdsRelation& relation, std::string_view attribute,
                           MdsFormat format) {
  const auto found = relation.Find(attribute);
  if (!found || relation.attributes[*found].format != format) return std::nullopt;
  return found;
}

}  // namespace

MdsFileKind KindOfMdsFile(std::string_view name, std::string_view bytes) {
  if (const size_t slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  if (name.starts_with('.')) return MdsFileKind::kOther;
  if (name.ends_with(".mdsinfo")) return MdsFileKind::kPropertyList;
  if (name.ends_with(".module")) return MdsFileKind::kP11;
  if (name.ends_with(".mds")) {
    return IsPropertyList(bytes) ? MdsFileKind::kOther : MdsFileKind::kStanza;
  }
  if (name.ends_with(".so") || name.ends_with(".ko")) {
    return IsLinkerScript(bytes) ? MdsFileKind::kOther : MdsFileKind::kElf;
  }
  return MdsFileKind::kOther;
}

MdsRecord BeginMdsRecord(const MdsSchema& schema, size_t place, const MdsContext& context,
                         const std::string& file, Position at) {
  const MdsRelation& relation = schema.relations()[place];
  MdsRecord record{place, {}, file, at};
  record.values.resize(relation.attributes.size());
  const auto fill = [&](std::string_view attribute, const std::string& text) {
    const auto found = Find(relation, attribute, MdsFormat::kString);
    if (found && !text.empty()) record.values[*found] = MdsValue{text, {}};
  };
  fill("ModuleID", context.module_id);
  fill("Path", context.path);
  fill("ModuleName", context.name);
  if (const auto found = Find(relation, "SSID", MdsFormat::kUint32)) {
    record.values[*found] = MdsValue{"", {context.ssid}};
  }
  return record;
}

bool HasMdsModuleId(const MdsRelation& relation, const MdsRecord& record) {
  const auto found = relation.Find("ModuleID");
  return !found || !relation.attributes[*found].unique || record.values[*found];
}

void SetMdsText(const MdsRelation& relation, std::string_view attribute, std::string_view text,
                MdsRecord* record) {
  record->values[*relation.Find(attribute)] = MdsValue{std::string(text), {}};
}

std::vector<ParseError> ReadMdsFile(MdsFileKind kind, std::string_view bytes,
                                    const std::string& file, const MdsContext& context,
                                    MdsSchema* schema, std::vector<MdsRecord>* records,
                                    std::vector<ParseError>* notes) {
  const size_t before = records->size();
  std::vector<ParseError> errors, passed_over;
  if (bytes.size() > kMaxMdsFile && kind != MdsFileKind::kElf) {
    return {{{1, 1}, "more than " + std::to_string(kMaxMdsFile) + " bytes"}};
  }
  switch (kind) {
    case MdsFileKind::kStanza:
      errors = ReadMdsStanzas(bytes, file, context, schema, records);
      break;
    case MdsFileKind::kPropertyList:
      errors = ReadMdsInfo(bytes, file, context, *schema, records, &passed_over);
      break;
    case MdsFileKind::kP11:
      errors = ReadP11Module(bytes, file, context, *schema, records, &passed_over);
      break;
    case MdsFileKind::kElf:
      errors = ReadElfModule(bytes, file, context, schema, records);
      break;
    case MdsFileKind::kOther:
      break;
  }
  if (!errors.empty()) records->resize(before);
  if (errors.size() > kMaxMdsErrors) errors.resize(kMaxMdsErrors);
  if (notes != nullptr) notes->insert(notes->end(), passed_over.begin(), passed_over.end());
  return errors;
}

}  // namespace keelson
