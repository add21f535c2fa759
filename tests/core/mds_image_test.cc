#include "core/mds_image.h"

#include <string>
#include <vector>

#include "core/mds_snapshot.h"
#include "gtest/gtest.h"

namespace keelson {
namespace {

// Of every size around those of a word and a page.
TEST(MdsImage, PartsStandWhereItSays) {
  std::vector<std::string> parts;
  for (const size_t size : {0, 1, 7, 8, 9, 4095, 4096, 4097, 0, 3 << 20}) {
    parts.push_back(std::string(size, static_cast<char>('a' + parts.size())));
  }
  MdsImage image;
  MdsHead head = {};
  std::vector<uint64_t> at(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) image.Put(parts[i], &at[i]);
  const std::vector<MdsRelationHead> relations(3);
  const std::string bytes = image.Write(&head, relations, {}, "names");
  EXPECT_EQ(bytes.size(), head.file_size);
  EXPECT_EQ(bytes.size() % kMdsPage, 0u);
  EXPECT_EQ(head.pages, (3u << 20) / kMdsPage + 4);
  for (size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(at[i] % 8, 0u);
    EXPECT_EQ(bytes.substr(at[i], parts[i].size()), parts[i]) << i;
    EXPECT_TRUE(i == 0 || at[i] >= at[i - 1] + parts[i - 1].size());
  }
}

TEST(MdsImage, NothingIsAHead) {
  MdsHead head = {};
  EXPECT_EQ(MdsImage().Write(&head, {}, {}, "").size(), kMdsPage);
  EXPECT_EQ(head.head_size, kMdsPage);
  EXPECT_EQ(head.pages, 0u);
}

}  // namespace
}  // namespace keelson
