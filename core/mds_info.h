// Apple's .mdsinfo files -> records, by the rules of libsecurity_mds (MDSAttrParser.cpp), but
// strict where that was silent.
//
// A file is a property list with one dictionary. MdsFileType says what it gives: CSSM an OBJECT and
// a CSSM record; PluginCommon an OBJECT and a COMMON record; PluginSpecific the relation that
// MdsRecordType names: one record, of CSP_CAPABILITY one for each Capabilities[i].Attributes[j]
// with i as GroupId, of TP_OIDS one for each of Policies[]. Capabilities may be "file:NAME", a
// property list of its own in another file of the module.
//
// UINT32 takes a string of symbols and numbers, an integer or a boolean (0, 1); MULTI_UINT32 one of
// these or an array of them; STRING a string; BLOB data. An empty string is no value, in an array
// too. Any other type is an error, as is a word that is no symbol. Keys that are no attributes are
// passed over with a note, and so is a file: that is not there.
#ifndef KEELSON_CORE_MDS_INFO_H_
#define KEELSON_CORE_MDS_INFO_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/mds_reader.h"

namespace keelson {

// As ReadMdsFile: errors, or all records.
std::vector<ParseError> ReadMdsInfo(std::string_view bytes, const std::string& file,
                                    const MdsContext& context, const MdsSchema& schema,
                                    std::vector<MdsRecord>* records,
                                    std::vector<ParseError>* notes);

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_INFO_H_
