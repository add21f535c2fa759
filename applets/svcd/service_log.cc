// Almost all services of a large set say nothing, so what lines need is made with the first byte.
//
// Memory is one text of whole lines, oldest first; when the next line has no room, a quarter of it
// goes at once, so that making room costs little for each line.
#include "applets/svcd/service_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "applets/svcd/log_file.h"

namespace keelson {
namespace {

constexpr char kFolder[] = "/var/log/svcd/";
constexpr int64_t kTellAgainNs = 60 * kSecond;

class LineMemory {
 public:
  void Add(std::string_view line) {
    const size_t wanted = line.size() + 1;
    if (text_.size() + wanted > kServiceLogMemory) {
      const size_t free =
          std::max(kServiceLogMemory / 4, text_.size() + wanted - kServiceLogMemory);
      const size_t end = free < text_.size() ? text_.find('\n', free - 1) : text_.npos;
      text_.erase(0, end == text_.npos ? end : end + 1);
    }
    if (text_.size() + wanted > text_.capacity()) {
      text_.reserve(std::min(kServiceLogMemory, 2 * (text_.size() + wanted)));
    }
    text_.append(line) += '\n';
  }

  std::vector<std::string> Last(size_t lines) const {
    std::vector<std::string> last;
    for (size_t end = text_.size(); end > 0 && last.size() < lines;) {
      const size_t before = end > 1 ? text_.rfind('\n', end - 2) : text_.npos;
      const size_t begin = before == text_.npos ? 0 : before + 1;
      last.push_back(text_.substr(begin, end - 1 - begin));
      end = begin;
    }
    std::reverse(last.begin(), last.end());
    return last;
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

class ServiceLog::Impl {
 public:
  Impl(const Sinks* sinks, std::string_view service, const ServiceSettings& settings)
      : sinks_(sinks), service_(service) {
    Configure(settings);
  }

  void Configure(const ServiceSettings& settings) {
    kind_ = settings.log;
    count_ = settings.log_count;
    size_ = settings.log_size;
    file_name_.reset();
    if (!settings.log_file.empty()) file_name_ = std::make_unique<std::string>(settings.log_file);
    if (said_ == nullptr || !said_->file) return;
    said_->dropped_before += said_->file->dropped();
    said_->file.reset();
  }

  void Append(std::string_view bytes) {
    if (kind_ == ServiceLogKind::kNone) return;
    while (!bytes.empty()) {
      std::string& open = said().open;
      const size_t room = kMaxServiceLine - open.size();
      const size_t end = bytes.substr(0, room + 1).find('\n');
      if (end == bytes.npos) {
        open.append(bytes.substr(0, room));
        bytes.remove_prefix(std::min(room, bytes.size()));
        if (open.size() == kMaxServiceLine && !bytes.empty()) EndLine();
        continue;
      }
      if (open.empty()) {
        Line(bytes.substr(0, end));
      } else {
        open.append(bytes.substr(0, end));
        FinishOpen();
      }
      bytes.remove_prefix(end + 1);
    }
  }

  void EndLine() {
    if (said_ != nullptr && !said_->open.empty()) FinishOpen();
  }

  std::vector<std::string> Last(size_t lines) const {
    return said_ == nullptr ? std::vector<std::string>() : said_->memory.Last(lines);
  }

  std::string path() const {
    if (kind_ != ServiceLogKind::kFile) return "";
    return file_name_ != nullptr ? *file_name_ : kFolder + service_ + ".log";
  }

  uint64_t dropped() const {
    if (said_ == nullptr) return 0;
    return said_->dropped_before + (said_->file ? said_->file->dropped() : 0);
  }

  std::string failure() const {
    if (said_ == nullptr || !said_->file || said_->file->failure().ok()) return "";
    return said_->file->path() + ": " + said_->file->failure().Text();
  }

  std::string Held() const { return said_ == nullptr ? "" : said_->memory.text() + said_->open; }

  void Restore(std::string_view held) {
    for (size_t end; (end = held.find('\n')) != held.npos; held.remove_prefix(end + 1)) {
      said().memory.Add(held.substr(0, end));
    }
    if (!held.empty()) said().open = held.substr(0, kMaxServiceLine);
  }

  void Follow(std::function<void(std::string_view)> follower) {
    if (said_ == nullptr && !follower) return;
    said().follower = std::move(follower);
  }

 private:
  struct Said {
    std::string open;  // what has no line end yet
    LineMemory memory;
    std::optional<LogFile> file;
    uint64_t dropped_before = 0;  // by files before this one
    int64_t tell_ns = 0;          // a failure is not told of before
    std::function<void(std::string_view line)> follower;
  };

  Said& said() {
    if (said_ == nullptr) said_ = std::make_unique<Said>();
    return *said_;
  }

  void FinishOpen() {
    const std::string line = std::exchange(said().open, std::string());
    Line(line);
  }

  void Line(std::string_view line) {
    Said& said = this->said();
    said.memory.Add(line);
    if (kind_ == ServiceLogKind::kFile) {
      if (!said.file) {
        said.file.emplace(sinks_->root, sinks_->clock, path(), LogFile::Limits{size_, count_});
      }
      said.file->Write(line);
      TellFailure();
    } else if (kind_ != ServiceLogKind::kMemory && sinks_->line) {
      sinks_->line(kind_, service_, line);
    }
    if (said.follower) said.follower(line);
  }

  void TellFailure() {
    if (!sinks_->lost || said_->file->failure().ok()) return;
    const int64_t now_ns = sinks_->clock->MonotonicNs();
    if (now_ns < said_->tell_ns) return;
    said_->tell_ns = now_ns + kTellAgainNs;
    sinks_->lost(service_, failure());
  }

  const Sinks* const sinks_;
  const std::string service_;
  std::unique_ptr<std::string> file_name_;  // null: the default
  std::unique_ptr<Said> said_;              // null: nothing was ever said
  uint64_t size_ = 0;
  uint32_t count_ = 0;
  ServiceLogKind kind_ = ServiceLogKind::kMemory;
};

ServiceLog::ServiceLog(const Sinks* sinks, std::string_view service,
                       const ServiceSettings& settings)
    : impl_(std::make_unique<Impl>(sinks, service, settings)) {
  static_assert(sizeof(ServiceLog) + sizeof(Impl) < 100);
}
ServiceLog::~ServiceLog() = default;

void ServiceLog::Append(std::string_view bytes) { impl_->Append(bytes); }
void ServiceLog::EndLine() { impl_->EndLine(); }
void ServiceLog::Configure(const ServiceSettings& settings) { impl_->Configure(settings); }
std::vector<std::string> ServiceLog::Last(size_t lines) const { return impl_->Last(lines); }
std::string ServiceLog::path() const { return impl_->path(); }
uint64_t ServiceLog::dropped() const { return impl_->dropped(); }
std::string ServiceLog::failure() const { return impl_->failure(); }
std::string ServiceLog::Held() const { return impl_->Held(); }
void ServiceLog::Restore(std::string_view held) { impl_->Restore(held); }
void ServiceLog::Follow(std::function<void(std::string_view line)> follower) {
  impl_->Follow(std::move(follower));
}

}  // namespace keelson
