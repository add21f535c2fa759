// The leases that interfaces have or had, as files, so that they are asked for again.
#ifndef KEELSON_APPLETS_NETCONFD_LEASE_FILES_H_
#define KEELSON_APPLETS_NETCONFD_LEASE_FILES_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/dhcp_lease_text.h"
#include "platform/error.h"
#include "platform/file.h"

namespace keelson {

// The interface's name where it is plain; else each byte that is not a letter or a digit as %XX.
std::string LeaseFileName(std::string_view interface);

class LeaseFiles {
 public:
  // A folder of that name, which is made when it is not there, for its owner alone.
  static Error Open(Directory& parent, std::string_view name, std::unique_ptr<LeaseFiles>* files);

  // Atomically. What is lost with the power is asked for as if it had never been.
  Error Write(std::string_view interface, const DhcpLeaseRecord& record);
  // Nothing: there is none, or *why says what is wrong with it.
  std::optional<DhcpLeaseRecord> Read(std::string_view interface, std::string* why);
  Error Remove(std::string_view interface);  // kOk: there is none any more

 private:
  explicit LeaseFiles(std::unique_ptr<Directory> folder) : folder_(std::move(folder)) {}

  std::unique_ptr<Directory> folder_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_NETCONFD_LEASE_FILES_H_
