// A record of a snapshot in the forms that people and programs read. No control character of a
// value comes out as it is.
#ifndef KEELSON_APPLETS_MDSSCAN_RECORD_TEXT_H_
#define KEELSON_APPLETS_MDSSCAN_RECORD_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/mds_record.h"
#include "core/mds_schema.h"
#include "core/mds_snapshot.h"

namespace keelson {

// Out of a snapshot, owned. Nothing: it is corrupt, or has none such.
std::optional<MdsRelation> ReadRelation(const MdsSnapshot& snapshot, size_t relation);
// *module points into the snapshot.
std::optional<MdsRecord> ReadRecord(const MdsSnapshot& snapshot, const MdsRelation& of,
                                    size_t relation, uint32_t record, std::string_view* module);

// Only such a relation needs a declaration in front of its stanzas.
bool IsDeclaredByModules(const MdsRelation& relation);

// "@module", which no attribute can be called, then the attributes; values as in stanzas, an empty
// field: not there.
std::string RecordTsvHeading(const MdsRelation& relation);
std::string RecordTsv(std::string_view module, const MdsRelation& relation,
                      const MdsRecord& record);

// {"@module":...,"ATTRIBUTE":...}: a STRING is a string as JsonQuoted makes it, a BLOB one of
// "hex:...", numbers are numbers, several an array.
std::string RecordJson(std::string_view module, const MdsRelation& relation,
                       const MdsRecord& record);

// A <dict> like that; a BLOB, and a STRING that XML cannot hold, is <data>.
std::string RecordPlist(std::string_view module, const MdsRelation& relation,
                        const MdsRecord& record);

// As Apple's mdsdump prints one: "   record 0; numAttrs 2:", then a line an attribute.
std::string RecordDump(size_t number, const MdsRelation& relation, const MdsRecord& record);

}  // namespace keelson

#endif  // KEELSON_APPLETS_MDSSCAN_RECORD_TEXT_H_
