// Extended attributes of an open file, for those who implement platform/file.h.
#ifndef KEELSON_PLATFORM_FILE_ATTRIBUTES_H_
#define KEELSON_PLATFORM_FILE_ATTRIBUTES_H_

#include <vector>

#include "platform/file.h"

namespace keelson {

// Appends those that another file with other bytes may have, too. A file system without any: kOk.
Error ListFileAttributes(int fd, std::vector<FileAttribute>* attributes);

// kOk as well when the file has it already and we may not set it. kUnsupported: as OutputFile says.
Error SetFileAttribute(int fd, const FileAttribute& attribute);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_FILE_ATTRIBUTES_H_
