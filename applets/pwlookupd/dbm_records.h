// What a DBM file of a database has: its keys, and what each is answered with.
//
//   key          value
//   keelson      the source's version (core/dbm.h); first
//   nNAME        the line of that name; services: of that name or alias, of any protocol
//   iID          the line of that uid or gid, decimal
//   mUSER        the gids of the groups with that member, decimal, separated by commas, in order
//   pPORT        services: the line of that port, of any protocol
//   NPROTOCOL\0NAME, PPROTOCOL\0PORT    services: of that protocol
//
// A line is its text without LF. Of several lines of a key the first one is there.
#ifndef KEELSON_APPLETS_PWLOOKUPD_DBM_RECORDS_H_
#define KEELSON_APPLETS_PWLOOKUPD_DBM_RECORDS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "applets/pwlookupd/machine.h"
#include "core/dbm.h"
#include "platform/file.h"

namespace keelson {

inline constexpr char kDbmName = 'n', kDbmId = 'i', kDbmMember = 'm', kDbmPort = 'p';
inline constexpr char kDbmNameProtocol = 'N', kDbmPortProtocol = 'P';

std::string DbmKey(char kind, std::string_view key);
std::string DbmKey(char kind, uint32_t number);
std::string DbmKey(char kind, std::string_view protocol, std::string_view key);

using DbmPut = std::function<Error(std::string_view key, std::string_view value)>;

// All records of a file's bytes, the header first: version with what the bytes say added. EFBIG:
// that would be far more than what is in them; an error of put ends it.
// REQUIRES: database is passwd, group or services.
Error PutDbmRecords(Database database, FileBytes bytes, DbmHeader version, const DbmPut& put);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_DBM_RECORDS_H_
