// The kernel's command line as words, cut as the kernel does it.
#ifndef KEELSON_CORE_KERNEL_ARGUMENTS_H_
#define KEELSON_CORE_KERNEL_ARGUMENTS_H_

#include <cstddef>
#include <string_view>

namespace keelson {

struct KernelArgument {
  std::string_view name;
  std::string_view value;  // a part of the bytes; quotes around it are cut
  bool has_value = false;  // there is a '='
};

class KernelArgumentReader {
 public:
  explicit KernelArgumentReader(std::string_view bytes) : rest_(bytes) {}
  // False at the end and at "--", behind which all is init's.
  bool Next(KernelArgument* argument);

 private:
  std::string_view rest_;
};

}  // namespace keelson

#endif  // KEELSON_CORE_KERNEL_ARGUMENTS_H_
