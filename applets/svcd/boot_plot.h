// A boot as a picture: when each service began, when it was up, whom it waited for.
#ifndef KEELSON_APPLETS_SVCD_BOOT_PLOT_H_
#define KEELSON_APPLETS_SVCD_BOOT_PLOT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keelson {

// Times are nanoseconds of one clock.
struct PlotService {
  std::string name;
  int64_t began_ns = 0;
  int64_t up_ns = 0;     // 0: it is not, or never was
  int64_t ended_ns = 0;  // 0: it has not
  bool has_failed = false;
  std::vector<std::string> waited_for;  // names; what is not in the list has no arrow
};

// An SVG document from start_ns to now_ns; the same list gives the same bytes, in whichever order
// it is.
std::string PlotBoot(std::string_view title, std::span<const PlotService> services,
                     int64_t start_ns, int64_t now_ns);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_BOOT_PLOT_H_
