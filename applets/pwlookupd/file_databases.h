// Databases that are not in memory: each lookup asks a DBM file, or goes through the file's lines
// where there is none.
#ifndef KEELSON_APPLETS_PWLOOKUPD_FILE_DATABASES_H_
#define KEELSON_APPLETS_PWLOOKUPD_FILE_DATABASES_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/pwlookupd/databases.h"
#include "applets/pwlookupd/dbm_store.h"

namespace keelson {

// What the three have in common.
class FileAnswers {
 public:
  // The file's bytes as they are now, valid until the next call. False: they cannot be read.
  using Bytes = std::function<bool(std::string_view* bytes)>;

  // All comes from the bytes until Adopt. on_damage hears of a DBM file that is found to be
  // damaged; it is not asked any more then.
  FileAnswers(Bytes bytes, std::function<void()> on_damage)
      : bytes_(std::move(bytes)), on_damage_(std::move(on_damage)) {}

  // Null: from the bytes again.
  void Adopt(std::unique_ptr<Dbm> dbm);

  // The record, or kDamaged: it has to be looked for in Scan's bytes.
  DbmReader::Found Record(const std::string& key, std::string_view* value) const;
  std::string_view Scan() const;

  bool frozen() const { return dbm_ != nullptr; }
  bool failed() const { return failed_; }

 private:
  Bytes bytes_;
  mutable std::unique_ptr<Dbm> dbm_;
  std::function<void()> on_damage_;  // not empty
  mutable bool failed_ = false;
};

// How many entries a file has, and whether there are lines of compat among them: for statistics and
// policy, counted when it was seen to change.
struct FileFacts {
  size_t entries = 0;
  bool has_compat_lines = false;
};
FileFacts CountFile(Database database, std::string_view bytes);

class FilePasswd : public PasswdDatabase {
 public:
  FilePasswd(std::shared_ptr<FileAnswers> answers, FileFacts facts)
      : answers_(std::move(answers)), facts_(facts) {}

  bool FindName(std::string_view name, PasswdEntry* entry) const override;
  bool FindUid(uint32_t uid, PasswdEntry* entry) const override;
  size_t entries() const override { return facts_.entries; }
  bool has_compat_lines() const override { return facts_.has_compat_lines; }
  bool frozen() const override { return answers_->frozen(); }
  bool failed() const override { return answers_->failed(); }

 private:
  std::shared_ptr<FileAnswers> answers_;
  FileFacts facts_;
};

class FileGroup : public GroupDatabase {
 public:
  FileGroup(std::shared_ptr<FileAnswers> answers, FileFacts facts)
      : answers_(std::move(answers)), facts_(facts) {}

  bool FindName(std::string_view name, GroupEntry* entry) const override;
  bool FindGid(uint32_t gid, GroupEntry* entry) const override;
  std::vector<uint32_t> GroupsOf(std::string_view user) const override;
  // One for each line of the user's, as the file has them.
  std::vector<uint32_t> GidsOf(std::string_view user) const;
  size_t entries() const override { return facts_.entries; }
  bool has_compat_lines() const override { return facts_.has_compat_lines; }
  bool frozen() const override { return answers_->frozen(); }
  bool failed() const override { return answers_->failed(); }

 private:
  std::shared_ptr<FileAnswers> answers_;
  FileFacts facts_;
};

class FileServices : public ServiceDatabase {
 public:
  FileServices(std::shared_ptr<FileAnswers> answers, FileFacts facts)
      : answers_(std::move(answers)), facts_(facts) {}

  bool FindName(std::string_view name, std::string_view protocol,
                ServiceEntry* entry) const override;
  bool FindPort(uint16_t port, std::string_view protocol, ServiceEntry* entry) const override;
  size_t entries() const override { return facts_.entries; }
  bool frozen() const override { return answers_->frozen(); }
  bool failed() const override { return answers_->failed(); }

 private:
  std::shared_ptr<FileAnswers> answers_;
  FileFacts facts_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_FILE_DATABASES_H_
