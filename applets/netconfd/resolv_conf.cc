// What is kept beside is a second name of the same file, or a link that leads to where the first
// one leads; so at no moment is there no resolv.conf.
#include "applets/netconfd/resolv_conf.h"

#include <algorithm>
#include <cerrno>

#include "platform/replace.h"

namespace keelson {
namespace {

constexpr char kFolder[] = "/etc", kName[] = "resolv.conf";
constexpr char kRun[] = "/run", kOurRun[] = "keelson";
constexpr size_t kMaxSize = 64 * 1024;

struct Place {
  std::unique_ptr<Directory> folder;
  std::string name;
};

// The path behind /run/ that a link in /etc leads to; empty: it leads elsewhere.
std::string_view BehindRun(std::string_view target) {
  for (const std::string_view start : {"/run/", "../run/", "/var/run/", "../var/run/"}) {
    if (!target.starts_with(start)) continue;
    target.remove_prefix(start.size());
    const bool has_dots = ("/" + std::string(target) + "/").find("/../") != std::string::npos;
    return has_dots ? std::string_view() : target;
  }
  return {};
}

// Below /run no link is followed.
Error FindBelowRun(Root& root, std::string_view path, Place* place) {
  std::unique_ptr<Directory> folder;
  if (Error error = root.OpenDirectory(kRun, &folder); !error.ok()) return error;
  for (size_t slash; (slash = path.find('/')) != std::string_view::npos;
       path.remove_prefix(slash + 1)) {
    if (slash == 0) continue;
    std::unique_ptr<Directory> next;
    if (Error error = folder->Open(path.substr(0, slash), &next); !error.ok()) return error;
    folder = std::move(next);
  }
  *place = {std::move(folder), std::string(path)};
  return kOk;
}

Error FindPlace(Root& root, Place* place) {
  std::unique_ptr<Directory> etc;
  if (Error error = root.OpenDirectory(kFolder, &etc); !error.ok()) return error;
  std::string target;
  if (etc->ReadLink(kName, &target).ok()) {
    const std::string_view behind = BehindRun(target);
    if (!behind.empty() && FindBelowRun(root, behind, place).ok() && !place->name.empty()) {
      return kOk;
    }
  }
  *place = {std::move(etc), kName};
  return kOk;
}

Error FindFallback(Root& root, Place* place) {
  std::unique_ptr<Directory> run, ours;
  if (Error error = root.OpenDirectory(kRun, &run); !error.ok()) return error;
  const Error made = run->MakeDirectory(kOurRun, 0755);
  if (!made.ok() && made.code() != EEXIST) return made;
  if (Error error = run->Open(kOurRun, &ours); !error.ok()) return error;
  *place = {std::move(ours), kName};
  return kOk;
}

bool IsThere(const Place& place) {
  FileInfo info;
  return place.folder->Stat(place.name, &info).ok();
}

bool IsOurs(const Place& place) {
  FileBytes bytes;
  return place.folder->Read(place.name, kMaxSize, &bytes, nullptr).ok() &&
         bytes.view().starts_with(kResolvConfMark);
}

Error Keep(const Place& place) {
  const Error removed = place.folder->Remove(kResolvConfSaved);
  if (!removed.ok() && !removed.not_found()) return removed;
  std::string target;
  if (place.folder->ReadLink(place.name, &target).ok()) {
    return place.folder->MakeSymlink(target, kResolvConfSaved);
  }
  return place.folder->Link(place.name, kResolvConfSaved);
}

Error WriteAt(const Place& place, std::string_view text) {
  if (IsThere(place) && !IsOurs(place)) {
    if (Error error = Keep(place); !error.ok()) return error;
  }
  return ReplaceFile(*place.folder, place.name,
                     std::string(kResolvConfMark) + ": what networks offer; another file at its " +
                         "place is left alone.\n" + std::string(text),
                     {.mode = 0644, .keep_identity = false, .sync = false});
}

Error RestoreAt(const Place& place) {
  if (!IsOurs(place)) return kOk;
  const Error error = place.folder->Rename(kResolvConfSaved, place.name);
  return error.not_found() ? place.folder->Remove(place.name) : error;
}

bool IsReadOnly(Error error) {
  return error.code() == EROFS || error.code() == EACCES || error.code() == EPERM;
}

template <typename Value>
void AddNew(const std::vector<Value>& from, std::vector<Value>* to) {
  for (const Value& value : from) {
    if (std::find(to->begin(), to->end(), value) == to->end()) to->push_back(value);
  }
}

}  // namespace

std::string ResolverText(std::span<const ResolverOffer> offers) {
  ResolverOffer all;
  for (const ResolverOffer& offer : offers) {
    AddNew(offer.dns, &all.dns);
    AddNew(offer.search, &all.search);
  }
  std::string text;
  for (const std::string& name : all.search) (text += text.empty() ? "search " : " ") += name;
  if (!text.empty()) text += '\n';
  for (const IpAddress& address : all.dns) text += "nameserver " + FormatIpAddress(address) + "\n";
  return text;
}

Error WriteResolvConf(Root& root, std::string_view text) {
  Place place;
  Error error = FindPlace(root, &place);
  if (error.ok()) error = WriteAt(place, text);
  if (!IsReadOnly(error)) return error;
  if (Error fallback = FindFallback(root, &place); !fallback.ok()) return fallback;
  return WriteAt(place, text);
}

Error RestoreResolvConf(Root& root) {
  Place place;
  Error error = FindPlace(root, &place);
  if (error.ok()) error = RestoreAt(place);
  std::unique_ptr<Directory> run, ours;
  const bool has_fallback = root.OpenDirectory(kRun, &run).ok() && run->Open(kOurRun, &ours).ok();
  if (!has_fallback) return error;
  const Error second = RestoreAt({std::move(ours), kName});
  return error.ok() || IsReadOnly(error) ? second : error;
}

}  // namespace keelson
