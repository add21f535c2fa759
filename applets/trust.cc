// Group write is the system's own custom where users have groups of their own, but not for root.
#include "applets/trust.h"

namespace keelson {
namespace {

constexpr uint32_t kGroupWrites = 0020;
constexpr uint32_t kOthersWrite = 0002;

}  // namespace

std::string WhyNotTrusted(const FileInfo& info, uint32_t uid) {
  if (info.uid != 0 && info.uid != uid) return "belongs to uid " + std::to_string(info.uid);
  if ((info.mode & kOthersWrite) != 0) return "everybody may write to it";
  if (uid == 0 && info.gid != 0 && (info.mode & kGroupWrites) != 0) {
    return "group " + std::to_string(info.gid) + " may write to it";
  }
  return "";
}

}  // namespace keelson
