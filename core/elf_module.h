// An ELF file as a module: what its sections say of it. Nothing of it is run or mapped as code.
//
//   .modinfo        Linux kernel modules: "key=value" strings, each ended by a NUL -> MODINFO
//                   records, Ordinal counting from 0; a string without '=' is a key alone
//   .note.package   owner "FDO", type 0xcafe1a7e: a JSON object -> PACKAGE records
//   any note        owner "MDS", type 1: a stanza file (core/mds_stanza.h)
// Notes are looked for in sections of type SHT_NOTE and in those called .note.package and
// .note.mds.
#ifndef KEELSON_CORE_ELF_MODULE_H_
#define KEELSON_CORE_ELF_MODULE_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/mds_reader.h"

namespace keelson {

// As ReadMdsFile: errors, or all records.
std::vector<ParseError> ReadElfModule(std::string_view bytes, const std::string& file,
                                      const MdsContext& context, MdsSchema* schema,
                                      std::vector<MdsRecord>* records);

}  // namespace keelson

#endif  // KEELSON_CORE_ELF_MODULE_H_
