// Rows of services, for people and programs.
#ifndef KEELSON_APPLETS_SVCD_STATUS_OUTPUT_H_
#define KEELSON_APPLETS_SVCD_STATUS_OUTPUT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "applets/row_output.h"
#include "core/svcd_protocol.h"

namespace keelson {

// As kStatusColumns has them.
struct ServiceRow {
  std::string fields[std::size(kStatusColumns)];
  const std::string& operator[](std::string_view column) const;  // REQUIRES: one of them
};

// Missing fields are empty, more than there are columns are left out.
ServiceRow ReadServiceRow(std::span<const std::string_view> fields);

// A table. Text has the columns that people look at.
void PrintStatusTable(OutputFormat format, const std::vector<ServiceRow>& rows);

// One service, in lines. last: what it said last. now: seconds since 1970.
std::string StatusText(const ServiceRow& row, const std::vector<std::string>& last, int64_t now);

// "3 d 4 h", "12 min 3 s", "0 s".
std::string DurationText(int64_t seconds);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_STATUS_OUTPUT_H_
