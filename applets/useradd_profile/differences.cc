// Only keys that the definition itself has are compared: defaults are for new accounts.
#include "applets/useradd_profile/differences.h"

#include "applets/useradd_profile/account_change.h"
#include "applets/useradd_profile/declared_accounts.h"
#include "applets/useradd_profile/declared_record.h"

namespace keelson {

namespace {

std::string Shown(std::string_view text) { return text.empty() ? "empty" : std::string(text); }

// unit: the file's, which is not always the definition's.
std::string Time(int64_t time, std::string_view unit) {
  return time <= 0 ? "never" : std::to_string(time) + " " + std::string(unit) + " since 1970";
}

class Comparison {
 public:
  Comparison(std::string subject, std::vector<Difference>* found)
      : subject_(std::move(subject)), found_(*found) {}

  void Tell(const DeclaredKey* key, std::string_view field, const std::string& is,
            const std::string& declared, bool changeable = true) {
    Difference difference;
    difference.told =
        PlaceOf(key) + subject_ + ": " + std::string(field) + " is " + is + ", not " + declared;
    if (changeable) {
      difference.change = "change " + subject_ + " " + std::string(field) + " " + declared;
    }
    found_.push_back(std::move(difference));
  }
  void Compare(const DeclaredKey* key, std::string_view field,
               const std::optional<std::string>& declared, std::string* value) {
    if (!declared || *declared == *value) return;
    Tell(key, field, Shown(*value), Shown(*declared));
    *value = *declared;
  }
  void CompareTime(const DeclaredKey* key, std::string_view field, int64_t declared,
                   std::string_view unit, int64_t* value) {
    if (Time(declared, unit) == Time(*value, unit)) return;
    Tell(key, field, Time(*value, unit), Time(declared, unit));
    *value = declared;
  }
  void ChangePassword() { found_.push_back({"", "change " + subject_ + " password", true}); }

 private:
  const std::string subject_;
  std::vector<Difference>& found_;
};

// What the declared password, or that the account is declared locked, makes of the field.
std::string PasswordOf(const UserDefinition& user, const std::string& there, AccountSystem system) {
  const std::string password = user.password ? *user.password : there;
  return user.locked ? LockedPassword(password, system) : password;
}

}  // namespace

std::vector<Difference> FindDifferences(const UserDefinition& user, const UserRecord& there,
                                        std::optional<uint32_t> gid, AccountSystem system,
                                        UserRecord* changed) {
  std::vector<Difference> found;
  Comparison comparison("user " + user.name, &found);
  *changed = there;
  if (user.uid && *user.uid != there.uid) {
    comparison.Tell(user.Find("uid"), "uid", std::to_string(there.uid), std::to_string(*user.uid),
                    false);
  }
  if (gid && *gid != there.gid) {
    comparison.Tell(user.Find("gid"), "gid", std::to_string(there.gid), std::to_string(*gid));
    changed->gid = *gid;
  }
  comparison.Compare(user.Find("gecos"), "gecos", user.gecos, &changed->gecos);
  comparison.Compare(user.Find("home"), "home", user.home, &changed->home);
  comparison.Compare(user.Find("shell"), "shell", user.shell, &changed->shell);
  if (user.expire) {
    comparison.CompareTime(user.Find("expire"), "expire", DeclaredExpiry(user, system),
                           system == AccountSystem::kLinux ? "days" : "seconds", &changed->expire);
  }
  if (system != AccountSystem::kLinux) {
    const DeclaredKey* login_class = user.Find("class");
    if (login_class != nullptr) {
      comparison.Compare(login_class, "class", user.login_class, &changed->login_class);
    }
    if (user.change) {
      comparison.CompareTime(user.Find("change"), "change", *user.change, "seconds",
                             &changed->change);
    }
  }
  const std::string password = PasswordOf(user, there.password, system);
  if (password == there.password) return found;
  if (user.locked && !IsLockedPassword(there.password)) {
    comparison.Tell(user.Find("locked"), "password", "open", "locked");
  } else {
    comparison.ChangePassword();
  }
  changed->password = password;
  changed->last_change = AccountDay();
  return found;
}

std::vector<Difference> FindDifferences(const GroupDefinition& group, const GroupRecord& there,
                                        GroupRecord* changed) {
  std::vector<Difference> found;
  Comparison comparison("group " + group.name, &found);
  *changed = there;
  if (group.gid && *group.gid != there.gid) {
    comparison.Tell(group.Find("gid"), "gid", std::to_string(there.gid), std::to_string(*group.gid),
                    false);
  }
  if (group.password && *group.password != there.password) {
    comparison.ChangePassword();
    changed->password = *group.password;
  }
  return found;
}

}  // namespace keelson
