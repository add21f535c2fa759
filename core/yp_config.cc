// Words of a line.
#include "core/yp_config.h"

#include <algorithm>

#include "core/flat_file.h"
#include "core/yp_wire.h"

namespace keelson {

bool IsYpDomain(std::string_view name) {
  const auto is_odd = [](char c) { return c == '/' || (c >= 0 && c <= ' ') || c == 127; };
  return !name.empty() && name.size() <= kYpMaxDomain && name[0] != '.' && name != "(none)" &&
         std::none_of(name.begin(), name.end(), is_odd);
}

std::string_view YpDomainOf(std::string_view bytes) {
  LineReader lines(bytes);
  std::string_view word;
  for (Line line; lines.Next(&line);) {
    if (ColumnReader(line.text).Next(&word)) return IsYpDomain(word) ? word : std::string_view();
  }
  return {};
}

std::vector<std::string_view> YpServersOf(std::string_view bytes, std::string_view domain) {
  std::vector<std::string_view> servers;
  LineReader lines(bytes);
  for (Line line; lines.Next(&line);) {
    ColumnReader reader(line.text);
    std::string_view word, name, host;
    if (!reader.Next(&word)) continue;
    const bool any_domain = word == "ypserver" || word == "server";
    const bool of_domain = word == "domain" && reader.Next(&name) && name == domain &&
                           reader.Next(&word) && word == "server";
    if ((any_domain || of_domain) && reader.Next(&host)) servers.push_back(host);
  }
  return servers;
}

}  // namespace keelson
