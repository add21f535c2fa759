// Each is looked up when it is used, and texts of errors are those that the original gives.
#include "applets/useradd_profile/systemd_sysusers_specifiers.h"

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "core/os_release.h"
#include "platform/machine.h"

namespace keelson {
namespace {

constexpr size_t kMaxFile = 1024 * 1024;  // bytes
constexpr size_t kMachineIdDigits = 32;
constexpr std::string_view kHex = "0123456789abcdef";

SpecifierValue Found(std::string value) { return {.value = std::move(value), .why = ""}; }
SpecifierValue Failed(Error error) { return {.value = {}, .why = error.Text()}; }

// What os-release is asked for.
const char* OsReleaseKey(char letter) {
  switch (letter) {
    case 'A':
      return "IMAGE_VERSION";
    case 'B':
      return "BUILD_ID";
    case 'M':
      return "IMAGE_ID";
    case 'o':
      return "ID";
    case 'w':
      return "VERSION_ID";
    case 'W':
      return "VARIANT_ID";
    default:
      return nullptr;
  }
}

SpecifierValue OfOsRelease(Root& root, const char* key) {
  FileBytes bytes;
  for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const Error error = root.Read(path, kMaxFile, &bytes, nullptr);
    if (error.ok()) return Found(OsReleaseValue(bytes.view(), key));
    if (!error.not_found()) return Failed(error);
  }
  return Failed(Error(EUNATCH));
}

SpecifierValue MachineId(Root& root) {
  FileBytes bytes;
  const Error error = root.Read("/etc/machine-id", kMaxFile, &bytes, nullptr);
  if (error.not_found()) return Failed(Error(EUNATCH));
  if (!error.ok()) return Failed(error);
  std::string_view text = bytes.view();
  if (text.empty()) return Failed(Error(ENOMEDIUM));
  if (text == "uninitialized\n") return Failed(Error(ENOPKG));
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::string id(text);
  for (char& c : id) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  if (id.size() != kMachineIdDigits || id.find_first_not_of(kHex) != id.npos) {
    return Failed(Error(EINVAL));
  }
  return Found(id);
}

struct ArchitectureName {
  std::string_view machine, name;
};

// uname's name where the specifier has another one.
constexpr ArchitectureName kArchitectures[] = {
    {"x86_64", "x86-64"},
    {"i386", "x86"},
    {"i486", "x86"},
    {"i586", "x86"},
    {"i686", "x86"},
    {"aarch64", "arm64"},
    {"aarch64_be", "arm64-be"},
    {"armv5tel", "arm"},
    {"armv5tejl", "arm"},
    {"armv6l", "arm"},
    {"armv7l", "arm"},
    {"armv8l", "arm"},
    {"ppc64le", "ppc64-le"},
    {"ppcle", "ppc-le"},
};

std::string Architecture(const std::string& machine) {
  for (const ArchitectureName& known : kArchitectures) {
    if (known.machine == machine) return std::string(known.name);
  }
  return machine;
}

std::string HostName(const MachineFacts& facts) {
  return facts.host_name.empty() ? "localhost" : facts.host_name;
}

std::string ShortHostName(const MachineFacts& facts) {
  const std::string name = HostName(facts);
  return name.substr(0, name.find('.'));
}

SpecifierValue PrettyHostName(Root& root, const MachineFacts& facts) {
  FileBytes bytes;
  std::string pretty;
  if (root.Read("/etc/machine-info", kMaxFile, &bytes, nullptr).ok()) {
    pretty = OsReleaseValue(bytes.view(), "PRETTY_HOSTNAME");
  }
  return Found(pretty.empty() ? ShortHostName(facts) : pretty);
}

SpecifierValue OfMachine(Root& root, char letter) {
  MachineFacts facts;
  if (Error error = ReadMachineFacts(&facts); !error.ok()) return Failed(error);
  switch (letter) {
    case 'a':
      return Found(Architecture(facts.architecture));
    case 'H':
      return Found(HostName(facts));
    case 'l':
      return Found(ShortHostName(facts));
    case 'q':
      return PrettyHostName(root, facts);
    default:
      return Found(facts.kernel_release);
  }
}

// The first variable that names a folder of the running system counts.
std::string TemporaryFolder(bool other_root, const char* otherwise) {
  if (other_root) return otherwise;
  for (const char* variable : {"TMPDIR", "TEMP", "TMP"}) {
    const char* path = std::getenv(variable);
    std::unique_ptr<Root> folder;
    if (path != nullptr && path[0] == '/' && OpenRoot(path, &folder).ok()) return path;
  }
  return otherwise;
}

SpecifierValue Value(Root& root, bool other_root, char letter) {
  if (const char* key = OsReleaseKey(letter)) return OfOsRelease(root, key);
  switch (letter) {
    case 'a':
    case 'H':
    case 'l':
    case 'q':
    case 'v':
      return OfMachine(root, letter);
    case 'b': {
      std::string id;
      const Error error = ReadBootId(&id);
      return error.ok() ? Found(id) : Failed(error);
    }
    case 'm':
      return MachineId(root);
    case 'T':
      return Found(TemporaryFolder(other_root, "/tmp"));
    case 'V':
      return Found(TemporaryFolder(other_root, "/var/tmp"));
    default:
      return {};
  }
}

}  // namespace

SpecifierSource SysusersSpecifiers(Root* root, bool other_root) {
  return [root, other_root](char letter) { return Value(*root, other_root, letter); };
}

}  // namespace keelson
