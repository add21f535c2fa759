// One row a service, in the order in which they began; time goes to the right.
//
//   net   [####|++++++++++++++++    starting, then up
//                \_
//   web           [######|++++++    an arrow from where net was up to where web began
//
// Coordinates are whole numbers, so that no rounding differs between machines.
#include "applets/svcd/boot_plot.h"

#include <algorithm>
#include <map>

#include "core/log.h"

namespace keelson {
namespace {

constexpr int64_t kPlotWidth = 1000;
constexpr int64_t kNames = 200;  // left of the bars
constexpr int64_t kTop = 50;
constexpr int64_t kRow = 20;
constexpr int64_t kBar = 14;
constexpr int64_t kTicks = 10;  // about so many

constexpr char kStyle[] =
    "<style>text{font:12px sans-serif}.tick{stroke:#ddd}.starting{fill:#e9a23b}.up{fill:#7fb77e}"
    ".failed{fill:#d9534f}.wait{stroke:#557;fill:none;marker-end:url(#head)}</style>\n"
    "<defs><marker id=\"head\" markerWidth=\"6\" markerHeight=\"6\" refX=\"5\" refY=\"3\" "
    "orient=\"auto\"><path d=\"M0 0L6 3L0 6z\" fill=\"#557\"/></marker></defs>\n";

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : Printable(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string Attribute(const char* name, int64_t value) {
  return " " + std::string(name) + "=\"" + std::to_string(value) + "\"";
}

std::string Text(int64_t x, int64_t y, std::string_view text) {
  return "<text" + Attribute("x", x) + Attribute("y", y) + ">" + Escaped(text) + "</text>\n";
}

// The least of 1, 2, 5, 10, 20 ... milliseconds that gives no more than kTicks of them.
int64_t TickOf(int64_t span_ns) {
  for (int64_t power = 1'000'000;; power *= 10) {
    for (const int64_t factor : {1, 2, 5}) {
      if (span_ns / (power * factor) <= kTicks || power > span_ns) return power * factor;
    }
  }
}

std::string TickText(int64_t ns) {
  const int64_t milliseconds = ns / 1'000'000;
  if (milliseconds % 1000 == 0) return std::to_string(milliseconds / 1000) + " s";
  return std::to_string(milliseconds) + " ms";
}

class BootPlot {
 public:
  BootPlot(std::span<const PlotService> services, int64_t start_ns, int64_t now_ns)
      : start_ns_(start_ns), span_ns_(std::max<int64_t>(now_ns - start_ns, 1)) {
    for (const PlotService& service : services) rows_.push_back(&service);
    std::sort(rows_.begin(), rows_.end(), [](const PlotService* a, const PlotService* b) {
      return a->began_ns != b->began_ns ? a->began_ns < b->began_ns : a->name < b->name;
    });
    for (size_t i = 0; i < rows_.size(); ++i) places_[rows_[i]->name] = i;
  }

  std::string Draw(std::string_view title) const {
    const int64_t height = kTop + static_cast<int64_t>(rows_.size()) * kRow + kRow;
    const int64_t width = kNames + kPlotWidth + kRow;
    std::string svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    svg += "<svg xmlns=\"http://www.w3.org/2000/svg\"" + Attribute("width", width) +
           Attribute("height", height) + ">\n" + kStyle + Text(kRow / 2, kRow, title);
    const int64_t tick = TickOf(span_ns_);
    for (int64_t i = 0; i <= span_ns_ / tick; ++i) {
      const int64_t at = i * tick;
      const int64_t x = X(start_ns_ + at);
      svg += "<line class=\"tick\"" + Attribute("x1", x) + Attribute("y1", kTop - kRow / 4) +
             Attribute("x2", x) + Attribute("y2", height - kRow / 2) + "/>\n";
      svg += Text(x + 2, kTop - kRow / 2, TickText(at));
    }
    for (size_t row = 0; row < rows_.size(); ++row) svg += Service(row);
    for (size_t row = 0; row < rows_.size(); ++row) svg += Arrows(row);
    return svg + "</svg>\n";
  }

 private:
  int64_t X(int64_t moment_ns) const {
    const int64_t since = std::clamp<int64_t>(moment_ns - start_ns_, 0, span_ns_);
    // In parts of 2^16, so that days do not overflow.
    const int64_t part = span_ns_ >> 32 > 0 ? since / (span_ns_ >> 16) : (since << 16) / span_ns_;
    return kNames + ((std::min<int64_t>(part, 1 << 16) * kPlotWidth + (1 << 15)) >> 16);
  }
  static int64_t Y(size_t row) { return kTop + static_cast<int64_t>(row) * kRow; }

  std::string Bar(const char* kind, size_t row, int64_t from_ns, int64_t to_ns) const {
    const int64_t x = X(from_ns);
    return "<rect class=\"" + std::string(kind) + "\"" + Attribute("x", x) +
           Attribute("y", Y(row) + (kRow - kBar) / 2) +
           Attribute("width", std::max<int64_t>(X(to_ns) - x, 1)) + Attribute("height", kBar) +
           "/>\n";
  }

  std::string Service(size_t row) const {
    const PlotService& service = *rows_[row];
    const int64_t end_ns = service.ended_ns != 0 ? service.ended_ns : start_ns_ + span_ns_;
    const bool was_up = service.up_ns != 0;
    std::string svg = Text(kRow / 2, Y(row) + kRow - 6, service.name);
    svg += Bar(service.has_failed && !was_up ? "failed" : "starting", row, service.began_ns,
               was_up ? service.up_ns : end_ns);
    if (was_up) svg += Bar(service.has_failed ? "failed" : "up", row, service.up_ns, end_ns);
    return svg;
  }

  std::string Arrows(size_t row) const {
    const PlotService& service = *rows_[row];
    std::vector<std::string> names = service.waited_for;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::string svg;
    for (const std::string& name : names) {
      const auto place = places_.find(name);
      if (place == places_.end() || place->second == row) continue;
      const PlotService& awaited = *rows_[place->second];
      const int64_t settled_ns = awaited.up_ns != 0 ? awaited.up_ns : awaited.ended_ns;
      if (settled_ns == 0) continue;
      svg += "<path class=\"wait\" d=\"M" + std::to_string(X(settled_ns)) + " " +
             std::to_string(Y(place->second) + kRow / 2) + "L" +
             std::to_string(X(service.began_ns)) + " " + std::to_string(Y(row) + kRow / 2) +
             "\"><title>" + Escaped(service.name + " waited for " + name) + "</title></path>\n";
    }
    return svg;
  }

  const int64_t start_ns_, span_ns_;
  std::vector<const PlotService*> rows_;
  std::map<std::string_view, size_t> places_;
};

}  // namespace

std::string PlotBoot(std::string_view title, std::span<const PlotService> services,
                     int64_t start_ns, int64_t now_ns) {
  return BootPlot(services, start_ns, now_ns).Draw(title);
}

}  // namespace keelson
