// Messages and descriptors between two ends.
#include "platform/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace keelson {
namespace {

TEST(Channel, MessagesStayApartAndBringDescriptors) {
  Descriptor one, other;
  ASSERT_TRUE(MakeChannel(&one, &other).ok());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  const int sent[] = {writer.get()};
  ASSERT_TRUE(SendMessage(one.get(), "first", {}, false).ok());
  ASSERT_TRUE(SendMessage(one.get(), "second", sent, false).ok());
  writer.Reset();

  std::string message;
  std::vector<Descriptor> descriptors;
  ASSERT_TRUE(ReceiveMessage(other.get(), 100, &message, &descriptors).ok());
  EXPECT_EQ(message, "first");
  EXPECT_TRUE(descriptors.empty());
  ASSERT_TRUE(ReceiveMessage(other.get(), 100, &message, &descriptors).ok());
  EXPECT_EQ(message, "second");
  ASSERT_EQ(descriptors.size(), 1u);
  EXPECT_EQ(fcntl(descriptors[0].get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(write(descriptors[0].get(), "x", 1), 1);
  char byte;
  EXPECT_EQ(read(reader.get(), &byte, 1), 1);
  EXPECT_EQ(ReceiveMessage(other.get(), 100, &message, &descriptors), Error(EAGAIN));

  one.Reset();
  EXPECT_TRUE(ReceiveMessage(other.get(), 100, &message, &descriptors).ok());
  EXPECT_TRUE(message.empty());
  EXPECT_EQ(SendMessage(other.get(), "x", {}, false), Error(EPIPE));
}

TEST(Channel, WhatIsTooLongIsLostAlone) {
  Descriptor one, other;
  ASSERT_TRUE(MakeChannel(&one, &other).ok());
  ASSERT_TRUE(SendMessage(one.get(), std::string(101, 'x'), {}, false).ok());
  ASSERT_TRUE(SendMessage(one.get(), "short", {}, false).ok());
  std::string message;
  std::vector<Descriptor> descriptors;
  EXPECT_EQ(ReceiveMessage(other.get(), 100, &message, &descriptors), Error(EMSGSIZE));
  EXPECT_TRUE(ReceiveMessage(other.get(), 100, &message, &descriptors).ok());
  EXPECT_EQ(message, "short");
}

TEST(Channel, WhoDoesNotWaitIsToldThatItIsFull) {
  Descriptor one, other;
  ASSERT_TRUE(MakeChannel(&one, &other).ok());
  Error error;
  for (int i = 0; i < 100'000 && error.ok(); ++i) {
    error = SendMessage(one.get(), std::string(1000, 'x'), {}, false);
  }
  EXPECT_EQ(error, Error(EAGAIN));
}

}  // namespace
}  // namespace keelson
