// The checksums are those of what can be read back from the temporary file.

#include "applets/pwlookupd/dbm_writer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "applets/pwlookupd/dbm_records.h"
#include "applets/pwlookupd/dbm_store.h"
#include "platform/cdb_writer.h"
#include "platform/replace.h"

namespace keelson {
namespace {

constexpr uint32_t kMode = 0644;

// Those of a writer that was killed: nobody else has the lock.
void RemoveLeftovers(Directory& directory, const std::string& name) {
  std::vector<DirectoryEntry> entries;
  if (!directory.List(&entries).ok()) return;
  for (const DirectoryEntry& entry : entries) {
    if (IsTemporaryName(entry.name, name)) (void)directory.Remove(entry.name);
  }
}

Error WriteRecords(OutputFile& file, Database database, FileBytes bytes, const DbmHeader& version,
                   uint64_t* size) {
  std::unique_ptr<CdbWriter> writer;
  if (Error error = StartCdb(file, &writer); !error.ok()) return error;
  const auto put = [&writer](std::string_view key, std::string_view value) {
    return writer->Add(key, value);
  };
  Error error = PutDbmRecords(database, std::move(bytes), version, put);
  return error.ok() ? writer->Finish(size) : error;
}

Error WriteTrailer(Directory& directory, const std::string& name, OutputFile& file, uint64_t size) {
  std::unique_ptr<InputFile> written;
  if (Error error = directory.OpenFile(name, &written, nullptr); !error.ok()) return error;
  Error failed;
  const DbmRead read = [&](uint64_t offset, std::span<char> to) {
    failed = written->ReadAt(offset, to);
    return failed.ok();
  };
  std::string trailer;
  return MakeDbmTrailer(read, size, &trailer) ? file.Write(trailer) : failed;
}

}  // namespace

Error WriteDbm(Directory& directory, Database database, FileBytes bytes, const DbmHeader& version) {
  const std::string name = DbmName(database);
  RemoveLeftovers(directory, name);
  std::string temporary;
  std::unique_ptr<OutputFile> file;
  if (Error error = CreateTemporary(directory, name, &temporary, &file); !error.ok()) return error;
  uint64_t size = 0;
  Error error = WriteRecords(*file, database, std::move(bytes), version, &size);
  if (error.ok()) error = WriteTrailer(directory, temporary, *file, size);
  if (error.ok()) error = file->SetMode(kMode);
  if (error.ok()) error = file->Sync();
  file.reset();
  if (error.ok()) error = directory.Rename(temporary, name);
  if (error.ok()) return directory.Sync();
  (void)directory.Remove(temporary);  // the first error is the one that explains
  return error;
}

}  // namespace keelson
