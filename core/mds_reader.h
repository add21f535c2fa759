// A module's files -> its records. Each format is a function of the bytes of one file.
//
//   *.mds       records as stanzas: "Record: RELATION", then "Attribute: value" lines, a blank line
//               between records (mds.5); a file of this name that begins with '<' is a resource of
//               an .mdsinfo file and no records of its own
//   *.mdsinfo   Apple's property lists in XML; a binary one is an error that says so
//   *.module    p11-kit's configuration, one P11_MODULE record
//   *.so, *.ko  ELF: the records of notes of ours (owner "MDS", type 1, a stanza file), MODINFO
//               records of .modinfo, PACKAGE records of .note.package; sections only, nothing is
//               loaded. Places are line 1 and the byte, counted from 1, as the column; those in a
//               note of ours are lines of the note
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
                          // have one: their identity. In Apple's form or any other text; empty:
                          // such records are errors
  std::string path;       // of the module, below the root: the attribute Path where it is not said
  std::string name;       // of the module, without its suffix: ModuleName where it is not said
  uint32_t ssid = 0;      // SSID where it is not said
  // Another file of the same module, for "file:NAME" of an .mdsinfo file; false: there is none.
  // The name has no '/' in it and is not ".." or such. Empty: no module has other files.
  std::function<bool(const std::string& name, std::string* bytes)> resource;
  // Of the file, below the root: where its declarations say that they are.
  std::string file_path = {};
  // Gets the names of the relations that it declares. Of all that are declared, records of a file
  // belong to these alone.
  std::vector<std::string>* declared = nullptr;
};

enum class MdsFileKind : uint8_t { kStanza, kPropertyList, kP11, kElf, kOther };
// By the name's ending, and for kStanza and kElf by the first bytes: a property list is no stanza
// file, and a linker script no ELF file. Names that begin with '.' are kOther.
MdsFileKind KindOfMdsFile(std::string_view name, std::string_view bytes);

// The records of one file; all or, with errors, none. file: for MdsRecord::file and messages.
// Relations that the file declares go into *schema, if it has no errors. At most kMaxMdsFile bytes
// (ELF: any number), kMaxMdsRecords records. notes: what was passed over without being an error
// (unknown keys of an .mdsinfo file, a resource that is not there); may be null.
std::vector<ParseError> ReadMdsFile(MdsFileKind kind, std::string_view bytes,
                                    const std::string& file, const MdsContext& context,
                                    MdsSchema* schema, std::vector<MdsRecord>* records,
                                    std::vector<ParseError>* notes = nullptr);

// --- For the readers of the formats, core/mds_stanza.h and so on ---

inline constexpr size_t kMaxMdsErrors = 100;  // of one file; then reading stops
inline constexpr size_t kMaxMdsNotes = 100;   // of one file; further ones are not told

// A record with what the context says: ModuleID, SSID, Path and ModuleName where the relation has
// them.
MdsRecord BeginMdsRecord(const MdsSchema& schema, size_t relation, const MdsContext& context,
                         const std::string& file, Position at);
// Is there a ModuleID, where the relation has a unique one?
bool HasMdsModuleId(const MdsRelation& relation, const MdsRecord& record);
// The attribute of that name, made a text. REQUIRES: the relation has it, as a STRING.
void SetMdsText(const MdsRelation& relation, std::string_view attribute, std::string_view text,
                MdsRecord* record);

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_READER_H_
