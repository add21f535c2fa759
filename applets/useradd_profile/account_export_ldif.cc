// LDIF (RFC 2849) of posixAccount and posixGroup entries (RFC 2307).
//
//   dn: uid=ntp,ou=people,dc=example,dc=org
//   objectClass: account
//   ...
//
// A value that is no SAFE-STRING is written in base64. Names in a DN are escaped by RFC 4514.
// Records are entries; only when somebody joins a group that is not among them are all of them
// changes (changetype), since a file holds one kind or the other.
#include "applets/useradd_profile/exported_values.h"
#include "core/log.h"

namespace keelson {

namespace {

constexpr char kSuffix[] = "dc=example,dc=org";

std::string Base64(std::string_view bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = i; j < i + 3; ++j) {
      group = group << 8 | (j < bytes.size() ? static_cast<uint8_t>(bytes[j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += i + j <= bytes.size() ? kLetters[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

bool IsAscii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

// Printable shows bytes that are no UTF-8, and control characters, which are gone already.
bool IsUtf8(std::string_view text) { return Printable(text) == text; }

bool IsSafe(std::string_view text) {
  if (text.empty()) return true;
  if (text[0] == ' ' || text[0] == ':' || text[0] == '<' || text.back() == ' ') return false;
  return IsAscii(text) && text.find_first_of(std::string_view("\0\r\n", 3)) == text.npos;
}

std::string Attribute(std::string_view name, std::string_view value) {
  std::string line(name);
  if (IsSafe(value)) return line.append(": ").append(value) + "\n";
  return line.append(":: ") + Base64(value) + "\n";
}

std::string Dn(std::string_view attribute, std::string_view name, std::string_view folder) {
  std::string dn(attribute);
  dn += '=';
  for (size_t i = 0; i < name.size(); ++i) {
    const bool first_hash = i == 0 && name[i] == '#';
    if (first_hash || std::string_view(",+\"\\<>;=").find(name[i]) != std::string_view::npos) {
      dn += '\\';
    }
    dn += name[i];
  }
  dn.append(",ou=").append(folder).append(",").append(kSuffix);
  return Attribute("dn", dn);
}

std::string GroupEntry(const ExportedValues& values, const GroupRecord& group,
                       std::string_view change) {
  std::string text = Dn("cn", group.name, "groups");
  text.append(change).append("objectClass: posixGroup\n");
  text += Attribute("cn", group.name);
  text += Attribute("gidNumber", std::to_string(group.gid));
  for (const std::string& member : values.MembersOf(group.name)) {
    text += Attribute("memberUid", member);
  }
  return text + "\n";
}

// An attribute of type IA5String, which takes ASCII alone.
std::string AsciiAttribute(ExportedValues* values, const UserRecord& user, const char* what,
                           const char* name, std::string_view value) {
  if (value.empty()) return "";
  if (IsAscii(value)) return Attribute(name, value);
  values->Problem(user, std::string(what) + " is not ASCII, as LDAP wants " + name + "; left out");
  return "";
}

std::string UserEntry(ExportedValues* values, const ExportedUser& user, std::string_view change) {
  const UserRecord& record = user.record;
  values->ProblemOfClass(record);
  const auto day = values->ExpireDay(record);
  const bool full_name = !record.gecos.empty() && IsUtf8(record.gecos);
  std::string text = Dn("uid", record.name, "people");
  text.append(change).append("objectClass: account\nobjectClass: posixAccount\n");
  if (day) text += "objectClass: shadowAccount\n";
  text += Attribute("uid", record.name);
  text += Attribute("cn", full_name ? record.gecos : record.name);
  text += Attribute("uidNumber", std::to_string(record.uid));
  text += Attribute("gidNumber", std::to_string(record.gid));
  text += AsciiAttribute(values, record, "gecos", "gecos", record.gecos);
  const std::string home = AsciiAttribute(values, record, "home", "homeDirectory", record.home);
  text += home.empty() ? "homeDirectory: /\n" : home;  // an entry must have one
  text += AsciiAttribute(values, record, "shell", "loginShell", record.shell);
  if (day) text += Attribute("shadowExpire", std::to_string(*day));
  return text + "\n";
}

bool JoinsOthers(const ExportedValues& values) {
  for (const Membership& m : values.memberships()) {
    if (!values.HasGroup(m.group)) return true;
  }
  return false;
}

}  // namespace

std::string ExportAsLdif(ExportedValues* values) {
  const bool changes = JoinsOthers(*values);
  const std::string_view change = changes ? "changetype: add\n" : "";
  std::string text = std::string("# Below ") + kSuffix + ": put your own suffix in its place.\n" +
                     (changes ? "# For ldapmodify(1).\n" : "# For ldapadd(1).\n") +
                     "version: 1\n\n";
  for (const GroupRecord& group : values->groups()) text += GroupEntry(*values, group, change);
  for (const ExportedUser& user : values->users()) text += UserEntry(values, user, change);
  for (const Membership& m : values->memberships()) {
    if (values->HasGroup(m.group)) continue;
    text += Dn("cn", m.group, "groups") + "changetype: modify\nadd: memberUid\n" +
            Attribute("memberUid", m.user) + "-\n\n";
  }
  return text;
}

}  // namespace keelson
