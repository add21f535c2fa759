// What is exported is made harmless first (exported_values.h); each format then only has to say it.
#include "applets/useradd_profile/account_export.h"

#include "applets/useradd_profile/exported_values.h"
#include "core/sysusers.h"

namespace keelson {

std::string ExportAccounts(const ExportedAccounts& accounts, ExportFormat format,
                           AccountSystem system, std::vector<std::string>* problems) {
  const ExportedValues::IsName is_name =
      format == ExportFormat::kSysusers ? IsSysusersName : nullptr;
  ExportedValues values(accounts, system, is_name, problems);
  switch (format) {
    case ExportFormat::kFiles:
      return ExportAsFiles(&values, system);
    case ExportFormat::kSysusers:
      return ExportAsSysusers(&values);
    case ExportFormat::kPw:
      return ExportAsPw(&values);
    case ExportFormat::kLdif:
      return ExportAsLdif(&values);
    case ExportFormat::kShadow:
      return ExportAsShadow(&values);
  }
  return "";
}

}  // namespace keelson
