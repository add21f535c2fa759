// What a failed system call left behind.
//
// An Error is an errno value; 0 is success. It is returned by value and must be looked at. A
// concern that the running system does not have (memfd seals on BSD, cgroups ...) answers
// kUnsupported and its caller has another way.
#ifndef KEELSON_PLATFORM_ERROR_H_
#define KEELSON_PLATFORM_ERROR_H_

#include <cerrno>
#include <string>

namespace keelson {

class [[nodiscard]] Error {
 public:
  constexpr Error() = default;
  constexpr explicit Error(int code) : code_(code) {}

  // The error of the system call that just failed. REQUIRES: nothing ran in between.
  static Error Last() { return Error(errno); }

  constexpr bool ok() const { return code_ == 0; }
  constexpr int code() const { return code_; }
  constexpr bool unsupported() const { return code_ == ENOTSUP || code_ == ENOSYS; }
  constexpr bool not_found() const { return code_ == ENOENT || code_ == ENOTDIR; }

  // The system's text for the code, such as "No such file or directory".
  std::string Text() const;

  friend constexpr bool operator==(Error a, Error b) { return a.code_ == b.code_; }

 private:
  int code_ = 0;
};

inline constexpr Error kOk;
inline constexpr Error kUnsupported{ENOTSUP};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_ERROR_H_
