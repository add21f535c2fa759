// What a line of a file is in a snapshot: the answer as the socket gives it, and every key by which
// it is asked for.
#ifndef KEELSON_APPLETS_PWLOOKUPD_SNAPSHOT_LINE_H_
#define KEELSON_APPLETS_PWLOOKUPD_SNAPSHOT_LINE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/pwlookupd/machine.h"
#include "core/nscd_map.h"

namespace keelson {

class SnapshotLine {
 public:
  explicit SnapshotLine(Database database) : database_(database) {}

  // False: a line that is never the answer to a key. text: without line end and NUL.
  bool Parse(std::string_view text);

  // Valid until the next Parse.
  std::string_view answer() const { return answer_; }
  std::span<const NscdKey> keys() const { return keys_; }

 private:
  bool ParseAccount(std::string_view text);
  bool ParseServiceLine(std::string_view text);

  Database database_;
  std::string answer_;
  std::string key_texts_;  // of those keys that are not in the answer
  std::vector<NscdKey> keys_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_SNAPSHOT_LINE_H_
