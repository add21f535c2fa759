// The order in which profiles count: the cascade of `parent` files of the Package Manager
// Specification (profiles.tex, "The parent file").
//
// Depth first, a profile's parents in the order of its lines, then the profile itself. A profile
// that is reached twice counts twice. Nothing is read here: the caller hands in what is there.
#ifndef KEELSON_CORE_PROFILE_CHAIN_H_
#define KEELSON_CORE_PROFILE_CHAIN_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace keelson {

struct ProfileNode {
  enum Kind { kAbsent, kWithoutParents, kWithParents };
  Kind kind = kAbsent;
  std::string path;     // what it is called from now on, such as without symbolic links
  std::string parents;  // the bytes of its `parent` file
  std::string error;    // why it cannot be read, as a whole message; empty: it can
};

// Asked once for each path.
using ProfileReader = std::function<ProfileNode(const std::string& path)>;

// REPOSITORY:PATH means profiles + "/" + PATH; :PATH means the repository that the profile is in.
struct ProfileRepository {
  std::string name;
  std::string profiles;  // the folder of its profiles
};

struct ProfileChain {
  std::vector<std::string> nodes;  // later ones override earlier ones
  std::string error;               // a whole message, PATH:LINE:COLUMN in front; empty: all is well
};

inline constexpr size_t kMaxProfileDepth = 128;
inline constexpr size_t kMaxProfileNodes = 10'000;

// The chains of several profiles, one after another. After an error there are no nodes.
ProfileChain FlattenProfiles(std::span<const std::string> profiles,
                             std::span<const ProfileRepository> repositories,
                             const ProfileReader& reader);

// The path with "." and ".." and repeated slashes taken out, by its text alone. Empty: ".".
std::string NormalPath(std::string_view path);

}  // namespace keelson

#endif  // KEELSON_CORE_PROFILE_CHAIN_H_
