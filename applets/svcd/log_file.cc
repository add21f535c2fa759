// Rotation goes from the oldest file down, so that being interrupted loses no name: a gap in the
// numbers is closed by the next one.
#include "applets/svcd/log_file.h"

#include <cstdio>
#include <ctime>

namespace keelson {
namespace {

constexpr uint32_t kFileMode = 0640;
constexpr uint32_t kFolderMode = 0755;
constexpr int64_t kRetryNs = kSecond;

std::string TimeStamp(int64_t wall_ns) {
  int64_t below = wall_ns % kSecond;
  if (below < 0) below += kSecond;
  const time_t seconds = (wall_ns - below) / kSecond;
  tm parts{};
  gmtime_r(&seconds, &parts);
  char text[80];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(below / 1000));
  return text;
}

// The folder that a path is in, made where it is missing: /var/log may be a file system in memory.
Error MakeParent(Root* root, std::string_view path, std::unique_ptr<Directory>* parent,
                 std::string* name) {
  Error error = root->Locate(path, false, parent, name);
  if (error.code() != ENOENT) return error;
  const size_t slash = path.rfind('/');
  if (slash == 0 || slash == path.npos) return error;
  const std::string_view folder = path.substr(0, slash);
  std::unique_ptr<Directory> above;
  std::string folder_name;
  error = MakeParent(root, folder, &above, &folder_name);
  if (error.ok()) error = above->MakeDirectory(folder_name, kFolderMode);
  if (!error.ok() && error.code() != EEXIST) return error;
  return root->Locate(path, false, parent, name);
}

}  // namespace

void LogFile::Write(std::string_view line) {
  if (dropped_ > told_ && clock_->MonotonicNs() < retry_ns_) {
    ++dropped_;
    return;
  }
  const std::string stamp = TimeStamp(clock_->WallNs());
  std::string text;
  if (dropped_ > told_) {
    text = stamp + "(" + std::to_string(dropped_ - told_) + " lines were dropped)\n";
  }
  text.append(stamp).append(line) += '\n';
  failure_ = TryWrite(text);
  if (failure_.ok()) {
    told_ = dropped_;
    return;
  }
  file_.reset();
  directory_.reset();
  ++dropped_;
  retry_ns_ = clock_->MonotonicNs() + kRetryNs;
}

Error LogFile::TryWrite(const std::string& text) {
  if (file_ == nullptr) {
    if (Error error = Open(); !error.ok()) return error;
  }
  if (size_ > 0 && size_ + text.size() > limits_.size) {
    if (Error error = Rotate(); !error.ok()) return error;
  }
  const std::string begin = is_torn_ && size_ > 0 ? "\n" : "";
  is_torn_ = true;
  if (Error error = file_->Write(begin + text); !error.ok()) return error;
  is_torn_ = false;
  size_ += begin.size() + text.size();
  return kOk;
}

Error LogFile::Open() {
  const uint64_t known = size_;
  FileInfo info;
  Error error = MakeParent(root_, path_, &directory_, &name_);
  if (error.ok()) error = directory_->Append(name_, kFileMode, &file_, &info);
  if (!error.ok()) return error;
  // A second name would be somebody else's file.
  if (info.nlink > 1) return Error(EMLINK);
  if (info.size == known) is_torn_ = false;
  size_ = info.size;
  return kOk;
}

Error LogFile::Rotate() {
  file_.reset();
  if (limits_.count <= 1) {
    if (Error error = directory_->Remove(name_); !error.ok() && error.code() != ENOENT) {
      return error;
    }
  }
  for (uint32_t number = limits_.count; number-- > 1;) {
    const Error error = directory_->Rename(Numbered(number - 1), Numbered(number));
    if (!error.ok() && error.code() != ENOENT) return error;
  }
  is_torn_ = false;
  return Open();
}

std::string LogFile::Numbered(uint32_t number) const {
  return number == 0 ? name_ : name_ + "." + std::to_string(number);
}

}  // namespace keelson
