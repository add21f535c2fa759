// One file for each interface (docs/FORMATS.md).
#include "applets/netconfd/lease_files.h"

#include "core/interface_name.h"
#include "platform/replace.h"

namespace keelson {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string LeaseFileName(std::string_view interface) {
  const bool is_plain = IsPlainInterfaceName(interface) && !interface.starts_with('.');
  if (is_plain) return std::string(interface);
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string name;
  for (const char c : interface.substr(0, kMaxInterfaceName)) {
    if (IsAlphanumeric(c)) {
      name += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      ((name += '%') += kDigits[byte >> 4]) += kDigits[byte & 15];
    }
  }
  return name;
}

Error LeaseFiles::Open(Directory& parent, std::string_view name,
                       std::unique_ptr<LeaseFiles>* files) {
  const Error made = parent.MakeDirectory(name, 0700);
  if (!made.ok() && made.code() != EEXIST) return made;
  std::unique_ptr<Directory> folder;
  if (Error error = parent.Open(name, &folder); !error.ok()) return error;
  files->reset(new LeaseFiles(std::move(folder)));
  return kOk;
}

Error LeaseFiles::Write(std::string_view interface, const DhcpLeaseRecord& record) {
  return ReplaceFile(*folder_, LeaseFileName(interface), FormatDhcpLease(record),
                     {.mode = 0600, .keep_identity = false, .sync = false});
}

std::optional<DhcpLeaseRecord> LeaseFiles::Read(std::string_view interface, std::string* why) {
  const std::string name = LeaseFileName(interface);
  FileBytes bytes;
  DhcpLeaseRecord record;
  why->clear();
  if (Error error = folder_->Read(name, kMaxDhcpLeaseFile, &bytes, nullptr); !error.ok()) {
    if (!error.not_found()) *why = name + ": " + error.Text();
    return std::nullopt;
  }
  if (const auto fault = ParseDhcpLease(bytes.view(), &record)) {
    *why = fault->Text(name);
    return std::nullopt;
  }
  return record;
}

Error LeaseFiles::Remove(std::string_view interface) {
  const Error error = folder_->Remove(LeaseFileName(interface));
  return error.not_found() ? kOk : error;
}

}  // namespace keelson
