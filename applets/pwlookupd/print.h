// Entries on stdout, byte for byte as getent(1) writes them.
#ifndef KEELSON_APPLETS_PWLOOKUPD_PRINT_H_
#define KEELSON_APPLETS_PWLOOKUPD_PRINT_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "applets/pwlookupd/hosts.h"
#include "core/flat_file.h"
#include "core/passwd.h"
#include "core/services.h"

namespace keelson {

// An entry with a ':' in a field cannot be written: a line on stderr instead, and no failure.
void PrintPasswd(const PasswdEntry& entry);
void PrintGroup(const GroupEntry& entry);
void PrintGroup(std::string_view name, std::string_view password, uint32_t gid,
                std::span<const std::string_view> members);

void PrintShadow(const ShadowEntry& entry);
void PrintInitgroups(std::string_view user, std::span<const uint32_t> gids);

void PrintService(const ServiceEntry& entry);
void PrintService(std::string_view name, uint16_t port, std::string_view protocol,
                  std::span<const std::string_view> aliases);

void PrintProtocol(const NumberedEntry& entry);
void PrintRpc(const NumberedEntry& entry);
void PrintNetwork(const NetworkEntry& entry);
void PrintHost(const HostAnswer& answer);
// As an enumeration shows it: what is not v4 is left out.
void PrintHost(const HostEntry& entry);

void PrintNetgroup(std::string_view name, std::span<const NetgroupItem> triples);
void PrintInNetgroup(std::span<const std::string_view> keys, bool in);

}  // namespace keelson

#endif  // KEELSON_APPLETS_PWLOOKUPD_PRINT_H_
