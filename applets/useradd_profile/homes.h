// Home directories, made all or nothing beside the change of the accounts that they are for.
//
//   Prepare   a copy of /etc/skel, whole and synced, under a temporary name beside its place
//   (the accounts are committed)
//   Finish    owner, rename into place
//
// Who is killed in between leaves a folder ".NAME.keelson-RANDOM" of his own, which the next
// Prepare of any home beside it removes; one that has its owner already, the next of that home. No
// component of a path is ever reached through a symbolic link.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_HOMES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_HOMES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "platform/file.h"

namespace keelson {

struct HomeRequest {
  std::string path;
  uint32_t uid = 0, gid = 0;
  uint32_t mode = 0755;
  std::string place;  // for messages, "PATH:LINE:COLUMN: " or ""
};

enum class HomeState : uint8_t {
  kThere,
  kMissing,  // it may be made
  kRefused,  // it must not be made
  kUnknown,  // the system failed
};

// *why: of kRefused and kUnknown, without the place.
HomeState FindHome(Root& root, const std::string& root_path, const std::string& path,
                   std::string* why);

class Homes {
 public:
  // root outlives this. root_path: in front of what messages name.
  explicit Homes(Root* root, std::string root_path = "");
  ~Homes();  // what was prepared and not finished is removed
  Homes(const Homes&) = delete;

  // After an error nothing is left of any of them. Homes that are there are passed over.
  absl::Status Prepare(const std::vector<HomeRequest>& requests);
  // done: the paths that are in place now. After an error the others are removed.
  absl::Status Finish(std::vector<std::string>* done);

 private:
  struct Prepared;

  absl::Status PrepareOne(const HomeRequest& request);
  absl::Status OpenParent(Prepared* home, bool* exists);
  absl::Status Descend(const std::string& here, const std::string& name, Prepared* home);
  std::string NameNow(const std::string& path, const std::string& name) const;
  void RemoveLeftovers(const Prepared& home);
  bool IsPrepared(std::string_view name) const;  // now, under this temporary name
  Error Fill(Prepared* home, std::string* where);
  static Error SetOwner(const Prepared& home);
  void Discard();

  Root& root_;
  const std::string root_path_;
  std::vector<std::unique_ptr<Prepared>> prepared_;
  std::map<std::string, std::shared_ptr<Directory>> parents_;  // by path
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_HOMES_H_
