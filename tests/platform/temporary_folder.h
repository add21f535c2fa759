// A new folder of the running system that goes, with all in it, at the end of a test.
#ifndef KEELSON_TESTS_PLATFORM_TEMPORARY_FOLDER_H_
#define KEELSON_TESTS_PLATFORM_TEMPORARY_FOLDER_H_

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace keelson {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char pattern[] = "/tmp/keelson-test-XXXXXX";
    if (mkdtemp(pattern) == nullptr) abort();
    path_ = pattern;
  }
  ~TemporaryFolder() {
    nftw(
        path_.c_str(),
        [](const char* path, const struct stat*, int, struct FTW*) { return remove(path); }, 16,
        FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace keelson

#endif  // KEELSON_TESTS_PLATFORM_TEMPORARY_FOLDER_H_
