// The relations that every scan knows, in the words of a declaration (core/mds_schema.h).
#ifndef KEELSON_CORE_MDS_RELATIONS_H_
#define KEELSON_CORE_MDS_RELATIONS_H_

#include <span>

namespace keelson {

struct MdsDeclaration {
  const char* name;
  const char* unique;      // attributes that together tell a record from all others
  const char* attributes;  // the further ones
};

// Apple's: OBJECT of the Object directory, those of the CDSA directory, and the three SCHEMA_* ones
// by which a directory describes itself. Then ours. The order is that of every snapshot.
std::span<const MdsDeclaration> MdsDeclarations();

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_RELATIONS_H_
