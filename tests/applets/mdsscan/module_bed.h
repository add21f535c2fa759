// Modules and a database in a tree in memory, whose clock is turned by hand.
#ifndef KEELSON_TESTS_APPLETS_MDSSCAN_MODULE_BED_H_
#define KEELSON_TESTS_APPLETS_MDSSCAN_MODULE_BED_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "applets/mdsscan/module_directory.h"
#include "platform/fake/clock.h"
#include "platform/fake/file.h"

namespace keelson {

inline std::string StanzaOf(const std::string& id, const std::string& vendor = "us") {
  return "Record: CSSM\nModuleID: " + id + "\nVendor: " + vendor + "\n";
}

// "added 0/a.mds; changed 0/b.mds"
inline std::string ChangesOf(const RefreshReport& report) {
  static constexpr const char* kKinds[] = {"added ", "changed ", "removed "};
  std::string text;
  for (const ModuleChange& change : report.changes) {
    text += (text.empty() ? "" : "; ") + std::string(kKinds[change.kind]) + change.module;
  }
  return text;
}

class ModuleBed : public testing::Test {
 public:
  ModuleBed() {
    tree_.PutDirectory("/m");
    Restart();
  }

  // As another process would begin.
  void Restart(bool recursive = false) {
    directory_ = std::make_unique<ModuleDirectory>(
        root_.get(), &clock_, ModuleDirectory::Options{{"/m"}, "/var/db", recursive, 0});
  }

  // As a program would: the folder's stamps tell of it. A new file each time.
  void Put(const std::string& path, std::string_view bytes) {
    const bool is_new = tree_.Find(path) == nullptr;
    for (size_t at = path.find('/', 1); at != path.npos; at = path.find('/', at + 1)) {
      const bool made = tree_.Find(path.substr(0, at)) == nullptr;
      if (!made) continue;
      tree_.PutDirectory(path.substr(0, at));
      Touch(path.substr(0, path.rfind('/', at - 1)));
    }
    tree_.Put(path, bytes);
    if (is_new) Touch(path.substr(0, path.rfind('/')));
  }
  // In place: the inode stays.
  void Write(const std::string& path, std::string_view bytes) {
    const auto node = tree_.Find(path);
    node->bytes = bytes;
    node->info.size = bytes.size();
    Touch(path);
  }
  void Remove(const std::string& path) {
    const std::string parent = path.substr(0, path.rfind('/'));
    tree_.Find(parent)->entries.erase(path.substr(path.rfind('/') + 1));
    Touch(parent);
  }
  void Touch(const std::string& path) {
    const auto node = tree_.Find(path);
    node->info.mtime_ns = node->info.ctime_ns = clock_.WallNs();
  }

  void Refresh(Freshness freshness = Freshness::kFull) {
    const absl::Status status = directory_->Refresh(freshness, &report_);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  std::string Changes() const { return ChangesOf(report_); }
  std::string Messages() const { return Joined(report_.messages); }
  std::string Notes() const { return Joined(report_.notes); }
  static std::string Joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
    return text;
  }
  // Of all CSSM records, in their order: "id=vendor".
  std::string Vendors() const {
    const MdsSnapshot& snapshot = directory_->snapshot()->snapshot();
    std::string text;
    for (size_t r = 0; r < snapshot.relations(); ++r) {
      if (snapshot.relation(r)->name != "CSSM") continue;
      for (uint32_t i = 0; i < snapshot.relation(r)->records; ++i) {
        text += (text.empty() ? "" : " ") + std::string(snapshot.cell(r, i, 0)->bytes) + "=" +
                std::string(snapshot.cell(r, i, 2)->bytes);
      }
    }
    return text;
  }

  FakeClock clock_;
  FakeTree tree_{&clock_};
  std::unique_ptr<Root> root_ = tree_.NewRoot();
  std::unique_ptr<ModuleDirectory> directory_;
  RefreshReport report_;
};

}  // namespace keelson

#endif  // KEELSON_TESTS_APPLETS_MDSSCAN_MODULE_BED_H_
