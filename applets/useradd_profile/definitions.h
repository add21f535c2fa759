// What accounts(5) says of a user or group, all profiles and the local override taken together.
//
// The order: each profile of the chain with its folders accounts and accounts-SYSTEM, then
// /etc/portage/profile/accounts and accounts-SYSTEM below the root. A later file of a name replaces
// the earlier ones, or adds to them with inherit:yes. Only files that are asked for are read.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_DEFINITIONS_H_
#define KEELSON_APPLETS_USERADD_PROFILE_DEFINITIONS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/account_definition.h"
#include "core/account_state.h"
#include "core/profile_chain.h"
#include "platform/file.h"

namespace keelson {

// Of the root itself; the last one of all.
inline constexpr char kLocalProfile[] = "/etc/portage/profile";

// Where definitions are looked for.
struct DefinitionPlaces {
  // Folders of the running system, whatever the root is; so are the links in them.
  std::vector<std::string> profiles;
  // As --repo NAME=DIR gives them: profiles are in DIR/profiles, or in DIR when that is not there.
  std::vector<ProfileRepository> repositories;
  std::string system;    // "linux", "freebsd" ...
  Root* root = nullptr;  // has the local override; null: there is none. Outlives the definitions
  std::string root_path = "";  // in front of the override's files, in messages
};

// Errors are whole messages, "PATH:LINE:COLUMN: what" or "PATH: what".
class Definitions {
 public:
  // Walks the profiles and reads all accounts/accounts. False: there are errors.
  bool Load(const DefinitionPlaces& places, std::vector<std::string>* errors);

  enum class Found : uint8_t { kNo, kYes, kFaulty };
  // kFaulty: the definition is there, and there are errors. A definition is defunct if the last
  // file that says so or not says so, even one that was replaced. uid and gid 0 are the caller's to
  // refuse (ForbiddenRoot).
  Found FindUser(std::string_view name, UserDefinition* user,
                 std::vector<std::string>* errors) const;
  Found FindGroup(std::string_view name, GroupDefinition* group,
                  std::vector<std::string>* errors) const;

  const AccountDefaults& defaults() const { return defaults_; }
  const std::vector<std::string>& chain() const { return chain_; }  // the profiles in order

  // All declared names, sorted; those that begin with '.' or end with '~' are no definitions.
  // Lists folders only. Errors: other names that no account can have.
  std::vector<std::string> Names(AccountKind kind, std::vector<std::string>* errors) const;

  // Set once something could not be read because the system failed (SystemFailed), from whichever
  // call: what was read since may lack anything. A whole message.
  const std::string& system_error() const { return system_error_; }

  // Reads every file, those that later ones replace too. *errors: all that is wrong with them.
  void ParseAll(std::vector<std::string>* errors) const;

 private:
  // One folder accounts or accounts-SYSTEM.
  struct Layer {
    std::string shown;   // its path, for messages
    std::string inside;  // its path below root
    Root* root = nullptr;
    bool local = false;
    std::shared_ptr<Directory> users, groups;  // null: it has none
    Directory* folder(AccountKind kind) const {
      return (kind == AccountKind::kUser ? users : groups).get();
    }
  };

  std::string Message(std::string_view path, Error error) const;
  bool OpenFolder(Root* root, const std::string& path, const std::string& shown,
                  std::shared_ptr<Directory>* folder, std::vector<std::string>* errors) const;
  bool FindProfiles(ProfileRepository* repository, std::vector<std::string>* errors) const;
  ProfileNode ReadNode(const std::string& path);
  bool AddLayers(Root* root, const std::string& shown, const std::string& inside, bool local,
                 const std::string& system, std::vector<std::string>* errors);
  bool ReadDefaults(const Layer& layer, const std::string& system,
                    std::vector<std::string>* errors);
  template <typename D>
  Found ReadOne(const Layer& layer, std::string_view name, D* definition,
                std::vector<std::string>* errors) const;
  template <typename D>
  Found Find(std::string_view name, D* definition, std::vector<std::string>* errors) const;
  template <typename D>
  void ParseFolder(const Layer& layer, std::vector<std::string>* errors) const;

  std::unique_ptr<Root> host_;  // the running system, where profiles and their links are
  std::vector<Layer> layers_;   // later ones override earlier ones
  std::vector<std::string> chain_;
  AccountDefaults defaults_;
  mutable std::string system_error_;  // reading is const, what it meets is remembered
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_DEFINITIONS_H_
