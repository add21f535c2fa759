// Scanning bundles, against bare walks of the same files: what opening, reading and closing them
// costs, and one stat of each. mds_scan_bench [BUNDLES] [FOLDER] [WORD]: rows of medians,
// tab-separated; only those with the word in their name.
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "applets/mdsscan/module_directory.h"
#include "platform/clock.h"
#include "platform/file.h"

namespace keelson {
namespace {

constexpr int kRounds = 9;

std::string_view only;
bool IsWanted(std::string_view name) { return name.find(only) != name.npos; }

void Require(bool is, const char* what) {
  if (is) return;
  std::fprintf(stderr, "mds_scan_bench: %s\n", what);
  exit(1);
}

void Put(const std::string& path, const std::string& bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  Require(fd >= 0 && write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
          "cannot write");
  close(fd);
}

std::string Stanza(int number, const std::string& vendor) {
  const std::string id = "{87191ca2-0fc9-11d4-849a-" + std::to_string(100000000000 + number) + "}";
  return "Record: OBJECT\nModuleID: " + id + "\nModuleName: Module " + std::to_string(number) +
         "\nProductVersion: 1.0\n\nRecord: CSP_PRIMARY\nModuleID: " + id +
         "\nSSID: 0\nVendor: " + vendor +
         "\nCspType: CSSM_CSP_HARDWARE\n"
         "CspFlags: CSSM_CSP_STORES_PRIVATE_KEYS | CSSM_CSP_STORES_CERTIFICATES\n"
         "UseeTags: CSSM_USEE_SSL, CSSM_USEE_KEYEXCH\n";
}

std::string NameOf(int number) { return "module" + std::to_string(number) + ".bundle"; }

// Opens each directory, lists it, opens, reads and closes what is in it.
void ReadWalk(int at, const char* name) {
  DIR* stream = fdopendir(openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Require(stream != nullptr, "cannot open a folder");
  while (const dirent* entry = readdir(stream)) {
    if (entry->d_name[0] == '.') continue;
    if (entry->d_type == DT_DIR) {
      ReadWalk(dirfd(stream), entry->d_name);
      continue;
    }
    char bytes[4096];
    const int fd = openat(dirfd(stream), entry->d_name, O_RDONLY | O_CLOEXEC);
    Require(fd >= 0 && read(fd, bytes, sizeof bytes) > 0, "cannot read");
    close(fd);
  }
  closedir(stream);
}

// When the snapshot has got its name, while a scan goes on.
class Published {
 public:
  explicit Published(const std::string& database) : fd_(inotify_init1(IN_CLOEXEC)) {
    Require(inotify_add_watch(fd_, database.c_str(), IN_MOVED_TO) >= 0, "cannot watch");
    waits_ = std::thread([this] {
      alignas(inotify_event) char bytes[4096];
      ssize_t size = 0;
      do {
        size = read(fd_, bytes, sizeof bytes);
      } while (size > 0 && std::string_view(reinterpret_cast<inotify_event*>(bytes)->name) !=
                               "mdsscan.snapshot");
      at_ns_ = SystemClock()->MonotonicNs();
    });
  }
  int64_t Wait() {
    waits_.join();
    close(fd_);
    return at_ns_;
  }

 private:
  const int fd_;
  std::thread waits_;
  int64_t at_ns_ = 0;
};

void StatWalk(int folder, const std::vector<std::string>& paths) {
  struct stat status;
  for (const std::string& path : paths) {
    Require(fstatat(folder, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0, "cannot stat");
  }
}

double MillisecondsSince(int64_t begin) {
  return static_cast<double>(SystemClock()->MonotonicNs() - begin) / 1e6;
}

double Milliseconds(const std::function<void()>& run) {
  const int64_t begin = SystemClock()->MonotonicNs();
  run();
  return MillisecondsSince(begin);
}

void Print(const char* name, std::vector<double> bare, std::vector<double> ours) {
  std::sort(bare.begin(), bare.end());
  std::sort(ours.begin(), ours.end());
  std::printf("%s\t%.3f\t%.3f\t%.2f\n", name, bare[kRounds / 2], ours[kRounds / 2],
              ours[kRounds / 2] / bare[kRounds / 2]);
}

// In turns, so that a busy machine is busy for both.
void Compare(const char* name, const std::function<void()>& bare,
             const std::function<void()>& prepare, const std::function<void()>& ours) {
  if (!IsWanted(name)) return;
  std::vector<double> a, b;
  for (int i = 0; i < kRounds; ++i) {
    a.push_back(Milliseconds(bare));
    prepare();
    b.push_back(Milliseconds(ours));
  }
  Print(name, std::move(a), std::move(b));
}

class Bench {
 public:
  Bench(std::string top, int bundles) : top_(std::move(top)), bundles_(bundles) {
    Require(mkdir((top_ + "/modules").c_str(), 0755) == 0, "cannot make a folder");
    for (int i = 0; i < bundles_; ++i) {
      const std::string bundle = top_ + "/modules/" + NameOf(i);
      Require(mkdir(bundle.c_str(), 0755) == 0, "cannot make a bundle");
      Put(bundle + "/records.mds", Stanza(i, "Keel"));
      paths_.push_back(NameOf(i));
      paths_.push_back(NameOf(i) + "/records.mds");
    }
    Require(OpenRoot(top_, &root_).ok(), "cannot open the root");
    Restart();
  }

  void Run() {
    const int folder = open((top_ + "/modules").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const auto stat_walk = [&] { StatWalk(folder, paths_); };
    const auto read_walk = [&] { ReadWalk(folder, "."); };
    const auto nothing = [] {};
    std::printf("what\tbare ms\tours ms\tratio\n");
    Refresh(Freshness::kFull);
    usleep(100'000);
    Compare(
        "cold, to open+read+close", read_walk, [&] { Forget(); },
        [&] { Refresh(Freshness::kFull); });
    usleep(100'000);
    Touch(0);
    Refresh(Freshness::kFull);
    Compare(
        "no change, to stat", stat_walk, [&] { Restart(); }, [&] { Refresh(Freshness::kFull); });
    Compare("no change again, to stat", stat_walk, nothing, [&] { Refresh(Freshness::kFull); });
    Compare(
        "folders only, to one stat",
        [&] {
          struct stat s;
          fstat(folder, &s);
        },
        nothing, [&] { Refresh(Freshness::kFolders); });
    Compare(
        "one changed, to stat", stat_walk,
        [&] {
          Touch(1);
          Restart();
        },
        [&] { Refresh(Freshness::kFull); });
    if (IsWanted("one changed and named")) Named(stat_walk);
    close(folder);
  }

 private:
  // The state is written when the snapshot has been published.
  void Named(const std::function<void()>& stat_walk) {
    std::vector<double> walks, published, all;
    for (int i = 0; i < kRounds; ++i) {
      walks.push_back(Milliseconds(stat_walk));
      Touch(2);
      Published snapshot(top_ + "/db");
      const int64_t begin = SystemClock()->MonotonicNs();
      Some({"0/" + NameOf(2)});
      all.push_back(MillisecondsSince(begin));
      published.push_back(static_cast<double>(snapshot.Wait() - begin) / 1e6);
    }
    Print("one changed and named, until it is published", walks, published);
    Print("one changed and named, with the state", walks, all);
  }
  void Restart() {
    directory_ = std::make_unique<ModuleDirectory>(root_.get(), SystemClock(),
                                                   ModuleDirectory::Options{{"/modules"}, "/db"});
  }
  void Forget() {
    unlink((top_ + "/db/mdsscan.snapshot").c_str());
    unlink((top_ + "/db/mdsscan.state").c_str());
    Restart();
  }
  void Touch(int number) {
    Put(top_ + "/modules/" + NameOf(number) + "/records.mds",
        Stanza(number, "Keel " + std::to_string(++versions_)));
  }
  void Refresh(Freshness freshness) {
    Require(directory_->Refresh(freshness, &report_).ok() && report_.not_published.ok() &&
                report_.messages.empty(),
            "cannot scan");
  }
  void Some(const std::vector<std::string>& places) {
    Require(directory_->RefreshSome(places, &report_).ok() && report_.published, "cannot scan");
    directory_->StoreState().IgnoreError();
  }

  const std::string top_;
  const int bundles_;
  std::vector<std::string> paths_;
  std::unique_ptr<Root> root_;
  std::unique_ptr<ModuleDirectory> directory_;
  RefreshReport report_;
  int versions_ = 0;
};

}  // namespace
}  // namespace keelson

int main(int argc, char** argv) {
  const int bundles = argc > 1 ? atoi(argv[1]) : 10000;
  std::string top = std::string(argc > 2 ? argv[2] : "/tmp") + "/mds-scan-bench-XXXXXX";
  if (argc > 3) keelson::only = argv[3];
  keelson::Require(mkdtemp(top.data()) != nullptr, "cannot make a folder");
  keelson::Bench(top, bundles).Run();
  nftw(
      top.c_str(), [](const char* path, const struct stat*, int, FTW*) { return remove(path); }, 16,
      FTW_DEPTH | FTW_PHYS);
}
