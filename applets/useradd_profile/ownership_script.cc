//   uid_123=     # was ntp, 2 files
//   ...          (ends here while a variable is empty)
//   # --- uid 123 (was ntp) ---
//   chown -h -- "$uid_123" '/var/lib/ntp'
//   # rmdir -- '/var/lib/ntp'
//
// A path that has control characters, or is not UTF-8, is written with escapes for printf's %b,
// which any POSIX shell turns back; what can be seen is then what is meant.
#include "applets/useradd_profile/ownership_script.h"

#include <map>
#include <memory>

#include "applets/status.h"
#include "core/log.h"
#include "core/shell_quote.h"
#include "platform/file.h"
#include "platform/program.h"
#include "platform/replace.h"

namespace keelson {

namespace {

constexpr uint32_t kScriptMode = 0700;

// Every byte that is not plain as \0NNN. Byte by byte: what is UTF-8 stays together.
std::string PrintfEscaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      escaped += c;
      continue;
    }
    escaped += {'\\', '0', static_cast<char>('0' + (byte >> 6)),
                static_cast<char>('0' + (byte >> 3 & 7)), static_cast<char>('0' + (byte & 7))};
  }
  return escaped;
}

// COMMAND with the path as its last word.
std::string CommandLine(const std::string& command, const std::string& path) {
  if (Printable(path) == path) return command + " " + ShellQuoted(path) + "\n";
  // The letter keeps line ends at the end of the path.
  return "path=$(printf '%b_' " + ShellQuoted(PrintfEscaped(path)) + ") && " + command +
         " \"${path%_}\"\n";
}

// The files of one dead id.
struct Block {
  AccountKind kind = AccountKind::kUser;
  uint32_t id = 0;
  std::string former;
  std::vector<const OwnedFile*> files;

  std::string what() const {
    return (kind == AccountKind::kUser ? "uid" : "gid") + std::string("_") + std::to_string(id);
  }
  std::string was() const { return former.empty() ? "" : "was " + former; }
};

std::string Variables(const std::vector<Block>& blocks) {
  std::string text;
  for (const Block& block : blocks) {
    text += block.what() + "=     # " + block.was() + (block.former.empty() ? "" : ", ") +
            std::to_string(block.files.size()) + (block.files.size() == 1 ? " file" : " files") +
            "\n";
  }
  text += "\n";
  for (const Block& block : blocks) {
    text += "[ -n \"$" + block.what() + "\" ] || { echo \"$0: " + block.what() +
            " has no value: complete the top of this script\" >&2; exit 1; }\n";
  }
  return text;
}

std::string BlockText(const Block& block, const std::string& root_path) {
  const bool user = block.kind == AccountKind::kUser;
  std::string text = std::string("\n# --- ") + (user ? "uid " : "gid ") + std::to_string(block.id) +
                     (block.former.empty() ? "" : " (" + block.was() + ")") + " ---\n";
  const std::string chown =
      std::string("chown -h -- \"") + (user ? "$" : ":$") + block.what() + "\"";
  for (const OwnedFile* file : block.files) {
    text += CommandLine(chown, root_path + file->path);
  }
  // What is in a folder comes before the folder.
  for (auto file = block.files.rbegin(); file != block.files.rend(); ++file) {
    text +=
        "# " + CommandLine((*file)->is_directory ? "rmdir --" : "rm --", root_path + (*file)->path);
  }
  return text;
}

absl::Status OpenPlace(const std::string& path, std::unique_ptr<Directory>* directory,
                       std::string* name) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "." : path.substr(0, slash + 1);
  *name = slash == path.npos ? path : path.substr(slash + 1);
  std::string real;
  std::unique_ptr<Root> root;
  Error error = RealPath(folder, &real);
  if (error.ok()) error = OpenRoot(real, &root);
  if (error.ok()) error = root->OpenDirectory("/", directory);
  if (!error.ok()) return SystemError(path, "", error);
  FileInfo info;
  if ((*directory)->Stat(*name, &info).ok() && info.type != FileType::kRegular) {
    return Failure(path + ": it is there, and is no regular file");
  }
  return absl::OkStatus();
}

}  // namespace

std::string OwnershipScript(const std::vector<OwnedFile>& files, const FormerNames& former,
                            const std::string& root_path) {
  std::map<std::pair<bool, uint32_t>, Block> by_id;
  for (const OwnedFile& file : files) {
    if (file.by_uid) by_id[{false, file.uid}].files.push_back(&file);
    if (file.by_gid) by_id[{true, file.gid}].files.push_back(&file);
  }
  std::vector<Block> blocks;
  for (auto& [key, block] : by_id) {
    block.kind = key.first ? AccountKind::kGroup : AccountKind::kUser;
    block.id = key.second;
    block.former = former.Find(block.kind, block.id);
    blocks.push_back(std::move(block));
  }
  std::string text =
      "#!/bin/sh\n"
      "# Gives files whose owners are gone to others. Read it, give each id a new owner (a name\n"
      "# or a number), and run it while nobody else can rename these folders. To remove files\n"
      "# instead, take the # away from the lines with rm.\n"
      "set -eu\n\n";
  text += Variables(blocks);
  for (const Block& block : blocks) text += BlockText(block, root_path);
  return text;
}

absl::Status CheckScriptPlace(const std::string& path) {
  std::unique_ptr<Directory> directory;
  std::string name;
  return OpenPlace(path, &directory, &name);
}

absl::Status WriteScript(const std::string& path, const std::string& text) {
  std::unique_ptr<Directory> directory;
  std::string name;
  if (absl::Status status = OpenPlace(path, &directory, &name); !status.ok()) return status;
  ReplaceOptions options{kScriptMode};
  options.keep_identity = false;
  const Error error = ReplaceFile(*directory, name, text, options);
  return error.ok() ? absl::OkStatus() : SystemError(path, "", error);
}

}  // namespace keelson
