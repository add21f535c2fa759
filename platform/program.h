// The running program as a file: how it was called, where it lies, links to it.
#ifndef KEELSON_PLATFORM_PROGRAM_H_
#define KEELSON_PLATFORM_PROGRAM_H_

#include <string>
#include <string_view>
#include <vector>

#include "platform/error.h"

namespace keelson {

// Descriptors 0 to 2 that the caller left closed are taken by one that answers every read and write
// with an error (EBADF where the system can say so), so that no file of ours gets their number.
void HoldStandardDescriptors();

// From now on a write beyond the limit on file sizes is an error (EFBIG) and no signal.
void TakeFileSizeLimitAsError();

// The path that exec was given, a link where it was one. Empty: the system does not tell.
std::string ExecutedPath();

// The path, then what it links to, then what that links to ... until there is no link (or too
// many).
std::vector<std::string> FollowLinks(std::string_view path);

// "NAME=value" each, as the program was given them.
std::vector<std::string> OwnEnvironment();

// Where the program itself lies: absolute, no links in it.
Error ProgramPath(std::string* path);

// Absolute, no links in it. The file must be there.
Error RealPath(std::string_view path, std::string* real);

// What a name in a directory is, seen from the program's file.
enum class LinkState { kAbsent, kOurs, kOther };  // kOurs: leads to the same file
Error FindLink(const std::string& directory, const std::string& name, LinkState* state);

// Makes directory/name lead to the program: a symbolic link with this target, or, target being
// empty, a hard link. replace: what has the name now goes in the same moment; otherwise EEXIST.
Error MakeLink(const std::string& directory, const std::string& name, const std::string& target,
               bool replace);

}  // namespace keelson

#endif  // KEELSON_PLATFORM_PROGRAM_H_
