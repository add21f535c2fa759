// The configuration files and operands of systemd-sysusers, read into items.
#ifndef KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_CONFIGURATION_H_
#define KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_CONFIGURATION_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "applets/useradd_profile/systemd_sysusers_files.h"
#include "applets/useradd_profile/systemd_sysusers_items.h"
#include "applets/useradd_profile/systemd_sysusers_messages.h"
#include "core/sysusers.h"

namespace keelson {

struct SysusersOperands {
  std::vector<std::string_view> words;
  bool lines = false;   // they are lines, not files
  std::string replace;  // all files are read, and these in the place of this one; empty: these only
};

class SysusersConfiguration {
 public:
  // Both outlive this.
  SysusersConfiguration(const SysusersFiles* files, SysusersMessages* messages,
                        SpecifierSource specifiers)
      : files_(*files), messages_(*messages), specifiers_(std::move(specifiers)) {}

  // Without operands: all files of the folders; what is wrong in one of them is told, and the rest
  // counts. False: something is wrong with an operand, and nothing is to be done.
  bool Read(const SysusersOperands& operands);

  // Prints all files of the folders. False: one cannot be read; that was told.
  bool Print() const;

  SysusersItems& items() { return items_; }

 private:
  bool ListFiles(std::string_view replace, std::vector<SysusersFiles::File>* files) const;
  bool ReadOperands(const SysusersOperands& operands);
  bool ReadLine(uint32_t number, std::string_view line);
  bool ReadOperandFile(std::string_view operand);
  bool ReadFile(const SysusersFiles::File& file, bool may_be_absent);
  void Add(SysusersEntry entry, const std::string& shown);

  const SysusersFiles& files_;
  SysusersMessages& messages_;
  const SpecifierSource specifiers_;
  SysusersItems items_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_USERADD_PROFILE_SYSTEMD_SYSUSERS_CONFIGURATION_H_
