// A module's files -> its records. Each format is a function of the bytes of one file.
//
//   *.mds       records as stanzas: "Record: RELATION", then "Attribute: value" lines, a blank line
//               between records (mds.5); a file of this name that begins with '<' is a resource of
//               an .mdsinfo file and no records of its own
//   *.mdsinfo   Apple's property lists in XML; a binary one is an error that says so
//   *.module    p11-kit's configuration, one P11_MODULE record
//   ELF         the records of a note of ours (owner "MDS", type 1, a stanza file), MODINFO records
//               of .modinfo, a PACKAGE record of .note.package; sections only, nothing is loaded
#ifndef KEELSON_CORE_MDS_READER_H_
#define KEELSON_CORE_MDS_READER_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mds_record.h"
#include "core/mds_schema.h"

namespace keelson {

// What the file says that is read for, beyond its bytes.
struct MdsContext {
  std::string module_id;  // for records without ModuleID (install defaults); for files that cannot
                          // have one: their identity. In Apple's form or any other text
  std::string path;       // of the module, below the root: the attribute Path where it is not said
  std::string name;       // of the module, without its suffix: ModuleName where it is not said
  uint32_t ssid = 0;      // SSID where it is not said
  // Another file of the same module, for "file:NAME" of an .mdsinfo file; false: there is none.
  std::function<bool(const std::string& name, std::string* bytes)> resource;
};

enum class MdsFileKind : uint8_t { kStanza, kPropertyList, kP11, kElf, kOther };
// By the name's ending, and for kStanza by the first byte.
MdsFileKind KindOfMdsFile(std::string_view name, std::string_view bytes);

// The records of one file; all or, with errors, none. file: for MdsRecord::file and messages.
// Relations that the file declares go into *schema.
std::vector<ParseError> ReadMdsFile(MdsFileKind kind, std::string_view bytes,
                                    const std::string& file, const MdsContext& context,
                                    MdsSchema* schema, std::vector<MdsRecord>* records);

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_READER_H_
