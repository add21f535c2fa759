// Who writes a file of his own is told by the exit code that it is wrong, and nothing is done; what
// packages have installed must not keep the machine from having all its other users.
#include "applets/useradd_profile/systemd_sysusers_configuration.h"

#include <cerrno>
#include <cstdio>

#include "applets/status.h"

namespace keelson {

namespace {
constexpr char kInline[] = "(argument)";
}  // namespace

void SysusersConfiguration::Add(SysusersEntry entry, const std::string& shown) {
  const uint32_t line = entry.line;
  std::string conflict = items_.Add(std::move(entry));
  if (!conflict.empty()) messages_.Say(SysusersError{line, std::move(conflict)}.Text(shown));
}

bool SysusersConfiguration::ReadFile(const SysusersFiles::File& file, bool may_be_absent) {
  std::string bytes;
  const Error error = files_.Read(file, &bytes);
  if (error.code() == ENOENT && may_be_absent) return true;
  if (file.path == "-" && error.code() == EBADF) {
    messages_.Say(kNoStandardInput);
    return false;
  }
  if (!error.ok()) {
    const bool opened = error.code() == EISDIR || error.code() == EFBIG;
    messages_.Say((opened ? "Failed to read '" + file.shown + "': "
                          : "Failed to open '" + file.shown + "', ignoring: ") +
                  error.Text());
    return false;
  }
  bool right = true;
  ParseSysusers(
      bytes, specifiers_, [&](SysusersEntry entry) { Add(std::move(entry), file.shown); },
      [&](SysusersError wrong) {
        messages_.Say(wrong.Text(file.shown));
        right = false;
      });
  return right;
}

bool SysusersConfiguration::ReadOperandFile(std::string_view operand) {
  SysusersFiles::File file;
  const Error error = files_.Find(operand, &file);
  if (error.ok()) return ReadFile(file, false);
  messages_.Say("Failed to open '" + std::string(operand) + "', ignoring: " + error.Text());
  return false;
}

bool SysusersConfiguration::ReadLine(uint32_t number, std::string_view line) {
  SysusersEntry entry;
  std::string wrong = ParseSysusersLine(line, specifiers_, &entry);
  if (!wrong.empty()) {
    messages_.Say(SysusersError{number, std::move(wrong)}.Text(kInline));
    return false;
  }
  entry.line = number;
  Add(std::move(entry), kInline);
  return true;
}

bool SysusersConfiguration::ReadOperands(const SysusersOperands& operands) {
  uint32_t number = 0;
  for (std::string_view word : operands.words) {
    ++number;
    if (!(operands.lines ? ReadLine(number, word) : ReadOperandFile(word))) return false;
  }
  return true;
}

bool SysusersConfiguration::ListFiles(std::string_view replace,
                                      std::vector<SysusersFiles::File>* files) const {
  const Error error = files_.List(replace, files);
  if (!error.ok()) messages_.Say("Failed to enumerate configuration files: " + error.Text());
  return error.ok();
}

bool SysusersConfiguration::Read(const SysusersOperands& operands) {
  if (!operands.words.empty() && operands.replace.empty()) return ReadOperands(operands);
  std::vector<SysusersFiles::File> files;
  if (!ListFiles(operands.replace, &files)) return false;
  for (const SysusersFiles::File& file : files) {
    if (!file.replaced) {
      (void)ReadFile(file, true);
    } else if (!ReadOperands(operands)) {
      return false;
    }
  }
  return true;
}

bool SysusersConfiguration::Print() const {
  std::vector<SysusersFiles::File> files;
  if (!ListFiles("", &files)) return false;
  const char* between = "";
  for (const SysusersFiles::File& file : files) {
    std::string bytes;
    if (Error error = files_.Read(file, &bytes); !error.ok()) {
      messages_.Say("Failed to cat " + file.shown + ": " + error.Text());
      return false;
    }
    if (!bytes.empty() && !bytes.ends_with('\n')) bytes += '\n';
    std::printf("%s# %s\n", between, file.shown.c_str());
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    between = "\n";
  }
  return true;
}

}  // namespace keelson
