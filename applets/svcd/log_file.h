// A file that lines are appended to, and that makes room for the next one when it is full.
#ifndef KEELSON_APPLETS_SVCD_LOG_FILE_H_
#define KEELSON_APPLETS_SVCD_LOG_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/clock.h"
#include "platform/file.h"

namespace keelson {

class LogFile {
 public:
  struct Limits {
    uint64_t size;   // bytes; a file that would get larger is rotated
    uint32_t count;  // files, the present one included
  };

  // Nothing is opened before the first line. REQUIRES: both outlive it.
  LogFile(Root* root, Clock* clock, std::string path, Limits limits)
      : root_(root), clock_(clock), path_(std::move(path)), limits_(limits) {}

  // One line with its time stamp. What cannot be written is counted.
  void Write(std::string_view line);

  const std::string& path() const { return path_; }
  uint64_t dropped() const { return dropped_; }
  Error failure() const { return failure_; }  // of the last try

 private:
  Error TryWrite(const std::string& text);
  Error Open();
  Error Rotate();
  std::string Numbered(uint32_t number) const;

  Root* const root_;
  Clock* const clock_;
  const std::string path_;
  const Limits limits_;
  std::unique_ptr<Directory> directory_;
  std::string name_;  // in it
  std::unique_ptr<OutputFile> file_;
  uint64_t size_ = 0;
  bool is_torn_ = false;  // a line of ours may have got in only in part
  uint64_t dropped_ = 0;
  uint64_t told_ = 0;  // of those dropped, in the file
  int64_t retry_ns_ = 0;
  Error failure_;
};

}  // namespace keelson

#endif  // KEELSON_APPLETS_SVCD_LOG_FILE_H_
