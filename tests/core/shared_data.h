// Real files that tests compare with and that are no part of the tree.
#ifndef KEELSON_TESTS_CORE_SHARED_DATA_H_
#define KEELSON_TESTS_CORE_SHARED_DATA_H_

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

namespace keelson {

inline std::string SharedDataPath(const std::string& name) {
  const char* shared = std::getenv("KEELSON_SHARED");
  return std::string(shared ? shared : "../shared") + "/data/" + name;
}

inline std::optional<std::string> ReadWhole(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return std::nullopt;
  std::string bytes;
  char buffer[65536];
  for (size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
    bytes.append(buffer, got);
  }
  std::fclose(file);
  return bytes;
}

// The bytes of ../shared/data/NAME; nothing: it is not there.
inline std::optional<std::string> SharedData(const std::string& name) {
  return ReadWhole(SharedDataPath(name));
}

}  // namespace keelson

#endif  // KEELSON_TESTS_CORE_SHARED_DATA_H_
