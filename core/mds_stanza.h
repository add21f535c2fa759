// Records as stanzas, our own format (mds.5).
//
//   Record: RELATION          the first line of each record
//   Attribute: value          as core/mds_text.h reads values; lines that begin with a blank go on
//
// Each unique attribute has a line, ModuleID only where the context has none; SSID, Path and
// ModuleName are the context's without one. An attribute without a value is not there, and that is
// said. "Record: SCHEMA" declares a relation for the records that follow:
//
//   Record: SCHEMA
//   Relation: PKCS11_SLOT
//   Unique: ModuleID STRING, Slot UINT32
//   Attributes: Label STRING, Flags UINT32 CspFlagsNames
#ifndef KEELSON_CORE_MDS_STANZA_H_
#define KEELSON_CORE_MDS_STANZA_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/mds_reader.h"

namespace keelson {

// As ReadMdsFile: errors, or all records.
std::vector<ParseError> ReadMdsStanzas(std::string_view bytes, const std::string& file,
                                       const MdsContext& context, MdsSchema* schema,
                                       std::vector<MdsRecord>* records);

// A record as such a stanza, with the line for each attribute that has to have one; ends with an
// empty line. Reads back as the same record.
std::string FormatMdsStanza(const MdsRelation& relation, const MdsRecord& record);
// The stanza that declares the relation.
std::string FormatMdsDeclaration(const MdsRelation& relation);

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_STANZA_H_
