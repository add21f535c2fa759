// What %x in sysusers.d stands for: the running kernel's facts, and those of the files below a
// root.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_SPECIFIERS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_SPECIFIERS_H_

#include "core/sysusers.h"
#include "platform/file.h"

namespace keelson {

// root outlives the source. other_root: it was asked for by --root, so that %T and %V do not come
// from the environment.
SpecifierSource SysusersSpecifiers(Root* root, bool other_root);

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_SPECIFIERS_H_
