#include "platform/cdb_writer.h"

#include <cdb.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "core/dbm.h"
#include "platform/descriptor.h"

namespace keelson {
namespace {

using Found = DbmReader::Found;

// A folder of its own, with one DBM file in it.
class CdbWriterTest : public testing::Test {
 protected:
  CdbWriterTest() {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
    EXPECT_TRUE(OpenRoot(path_, &root_).ok());
    EXPECT_TRUE(root_->OpenDirectory("/", &directory_).ok());
  }
  ~CdbWriterTest() override {
    (void)directory_->Remove("x.cdb");
    rmdir(path_.c_str());
  }

  void Begin() {
    ASSERT_TRUE(directory_->Create("x.cdb", 0600, &file_).ok());
    ASSERT_TRUE(StartCdb(*file_, &writer_).ok());
    Add(kDbmHeaderKey, FormatDbmHeader({}));
  }
  void Add(std::string_view key, std::string_view value) {
    ASSERT_TRUE(writer_->Add(key, value).ok());
  }
  void End() {
    uint64_t size = 0;
    ASSERT_TRUE(writer_->Finish(&size).ok());
    std::string trailer;
    ASSERT_TRUE(MakeDbmTrailer(Reading(), size, &trailer));
    ASSERT_TRUE(file_->Write(trailer).ok());
    FileBytes bytes;
    ASSERT_TRUE(directory_->Read("x.cdb", 1 << 30, &bytes, nullptr).ok());
    bytes_ = bytes.view();
    ASSERT_EQ(bytes_.size(), size + trailer.size());
  }
  DbmRead Reading() {
    return [this](uint64_t offset, std::span<char> to) {
      std::unique_ptr<InputFile> file;
      return directory_->OpenFile("x.cdb", &file, nullptr).ok() && file->ReadAt(offset, to).ok();
    };
  }
  // "(no)", "(damaged)", or the value.
  static std::string Look(DbmReader& reader, std::string_view key) {
    std::string_view value;
    const Found found = reader.Find(key, &value);
    if (found == Found::kYes) return std::string(value);
    return found == Found::kNo ? "(no)" : "(damaged)";
  }

  std::string path_ = testing::TempDir() + "/keelson-cdb-XXXXXX";
  std::unique_ptr<Root> root_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<CdbWriter> writer_;
  std::string bytes_;
};

TEST_F(CdbWriterTest, FindsTheFirstOfAKey) {
  Begin();
  Add("a", "first");
  Add("a", "second");
  Add("", "empty key");
  Add("b", "");
  End();
  DbmReader reader;
  ASSERT_TRUE(reader.Open(Reading(), bytes_.size()));
  EXPECT_EQ(Look(reader, "a"), "first");
  EXPECT_EQ(Look(reader, ""), "empty key");
  EXPECT_EQ(Look(reader, "b"), "");
}

// Whatever is written, tinycdb's own reader finds the same.
TEST_F(CdbWriterTest, IsReadAsTinycdbDoes) {
  Begin();
  std::mt19937 random(7);
  std::map<std::string, std::string> first;
  for (int i = 0; i < 3000; ++i) {
    const std::string key = "k" + std::to_string(random() % 2000);
    const std::string value(i % 500 == 0 ? 20'000 : random() % 300,
                            static_cast<char>('a' + i % 26));
    Add(key, value);
    first.emplace(key, value);
  }
  End();
  DbmReader reader;
  ASSERT_TRUE(reader.Open(Reading(), bytes_.size()));
  EXPECT_TRUE(reader.CheckAll());
  const Descriptor fd(open((path_ + "/x.cdb").c_str(), O_RDONLY | O_CLOEXEC));
  cdb theirs;
  ASSERT_EQ(cdb_init(&theirs, fd.get()), 0);
  for (int i = 0; i < 2100; ++i) {
    const std::string key = "k" + std::to_string(i);
    const auto expected = first.find(key);
    ASSERT_EQ(Look(reader, key), expected == first.end() ? "(no)" : expected->second) << key;
    ASSERT_EQ(cdb_find(&theirs, key.data(), static_cast<unsigned>(key.size())),
              expected == first.end() ? 0 : 1);
  }
  cdb_free(&theirs);
}

TEST_F(CdbWriterTest, SaysThatThereIsNoRoom) {
  Begin();
  // Nothing of it is read: that is what is tested.
  const std::string_view too_long(path_.data(), 0xffffffff);
  EXPECT_EQ(writer_->Add("k", too_long).code(), EFBIG);
}

}  // namespace
}  // namespace keelson
