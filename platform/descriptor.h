// An open descriptor that is closed when its owner goes.
#ifndef KEELSON_PLATFORM_DESCRIPTOR_H_
#define KEELSON_PLATFORM_DESCRIPTOR_H_

namespace keelson {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}  // takes it over; -1: none
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  ~Descriptor() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void Reset(int fd = -1);  // closes the one before; errno survives

 private:
  int fd_ = -1;
};

}  // namespace keelson

#endif  // KEELSON_PLATFORM_DESCRIPTOR_H_
