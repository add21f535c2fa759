// A DBM file written whole: temporary file, records, checksums, sync, rename.
#ifndef KEELSON_APPLETS_PWLOOKUPD_DBM_WRITER_H_
#define KEELSON_APPLETS_PWLOOKUPD_DBM_WRITER_H_

#include "applets/pwlookupd/machine.h"
#include "core/dbm.h"
#include "platform/file.h"

namespace keelson {

// version: dev to ctime_ns and read_ns of the bytes. An error leaves the old file as it was and no
// other. REQUIRES: the directory's lock is held.
Error WriteDbm(Directory& directory, Database database, FileBytes bytes, const DbmHeader& version);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_DBM_WRITER_H_
