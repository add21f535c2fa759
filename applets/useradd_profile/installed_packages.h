// Which packages are installed, as a package manager's own records or a list say.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_INSTALLED_PACKAGES_H_
#define KEELSON_APPLETS_USERADD_PROFILE_INSTALLED_PACKAGES_H_

#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// Names as they are written, and without their version.
using InstalledPackages = std::set<std::string, std::less<>>;

// FILE: a package a line; '#' at the beginning of a line or behind a blank begins a comment. "-":
// the standard input. DIR: CATEGORY/NAME-VERSION (Gentoo's /var/db/pkg), NAME.list
// (/var/lib/dpkg/info), or an entry a package; what begins with '.' does not count.
absl::Status ReadInstalledPackages(const std::string& path, InstalledPackages* packages);

// "net-misc/ntp-4.2.8_p17-r1" -> "net-misc/ntp", by the rules of the Package Manager Specification:
// what is behind the first '-' from which on all of it is a version. Without one: the same.
std::string_view WithoutVersion(std::string_view package);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_INSTALLED_PACKAGES_H_
