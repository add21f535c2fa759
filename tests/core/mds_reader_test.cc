#include "core/mds_reader.h"

#include <dirent.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "core/flat_file.h"
#include "tests/core/mds_reading.h"
#include "tests/core/shared_data.h"

namespace keelson {
namespace {

TEST(MdsReader, Kinds) {
  const struct {
    const char *name, *bytes;
    MdsFileKind expected;
  } kCases[] = {
      {"a.mds", "Record: OBJECT\n", MdsFileKind::kStanza},
      {"a.mds", "", MdsFileKind::kStanza},
      {"a.mds", "<?xml", MdsFileKind::kOther},
      {"a.mds", "\xef\xbb\xbf\n <plist>", MdsFileKind::kOther},
      {"a.mds", "bplist00", MdsFileKind::kOther},
      {"a.mdsinfo", "", MdsFileKind::kPropertyList},
      {"Resources/a.mdsinfo", "bplist00", MdsFileKind::kPropertyList},
      {"._a.mdsinfo", "", MdsFileKind::kOther},
      {"Resources/.a.mds", "", MdsFileKind::kOther},
      {"a.module", "", MdsFileKind::kP11},
      {"a.so",
       "\x7f"
       "ELF",
       MdsFileKind::kElf},
      {"a.so", "", MdsFileKind::kElf},
      {"a.so", "/* GNU ld script", MdsFileKind::kOther},
      {"a.so", "INPUT(a.so.1)", MdsFileKind::kOther},
      {"a.ko", "", MdsFileKind::kElf},
      {"a.ko.xz", "", MdsFileKind::kOther},
      {"a.so.1", "", MdsFileKind::kOther},
      {"mds", "", MdsFileKind::kOther},
      {"", "", MdsFileKind::kOther},
  };
  for (const auto& c : kCases) EXPECT_EQ(KindOfMdsFile(c.name, c.bytes), c.expected) << c.name;
}

TEST(MdsReader, TooLarge) {
  const std::string bytes(kMaxMdsFile + 1, ' ');
  for (const auto kind : {MdsFileKind::kStanza, MdsFileKind::kPropertyList, MdsFileKind::kP11}) {
    EXPECT_EQ(Read(kind, bytes), "F:1:1: more than 16777216 bytes\n");
  }
  EXPECT_EQ(Read(MdsFileKind::kElf, bytes), "F:1:1: not an ELF file\n");
  EXPECT_EQ(Read(MdsFileKind::kOther, "anything"), "");
}

// --- Apple's own files ---

std::vector<std::string> FilesOf(const std::string& folder) {
  std::vector<std::string> names;
  DIR* directory = opendir(folder.c_str());
  if (directory == nullptr) return names;
  while (const dirent* entry = readdir(directory)) names.push_back(entry->d_name);
  closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

struct Bundle {
  std::vector<MdsRecord> records;
  std::vector<ParseError> notes;
};

Bundle ReadBundle(const std::string& folder, MdsSchema* schema) {
  MdsContext context{"{default}", "/PATH", "", 0, nullptr};
  context.resource = [&folder](const std::string& name, std::string* bytes) {
    auto read = ReadWhole(folder + "/" + name);
    if (read) *bytes = std::move(*read);
    return read.has_value();
  };
  Bundle bundle;
  for (const std::string& name : FilesOf(folder)) {
    const auto bytes = ReadWhole(folder + "/" + name);
    if (!bytes) continue;
    const auto errors = ReadMdsFile(KindOfMdsFile(name, *bytes), *bytes, name, context, schema,
                                    &bundle.records, &bundle.notes);
    for (const ParseError& error : errors) ADD_FAILURE() << error.Text(folder + "/" + name);
  }
  return bundle;
}

// "{'OBJECT': 1, 'dangling file: ref (...)': 1, ...}": the counts of relations, and of the others.
void ReadExpected(std::string_view text, const MdsSchema& schema,
                  std::map<std::string, size_t>* relations, size_t* dangling) {
  for (;;) {
    const size_t begin = text.find('\''), end = text.find("': ", begin + 1);
    if (begin == std::string_view::npos || end == std::string_view::npos) return;
    const std::string name(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(end + 3);
    const auto count = static_cast<size_t>(TakeNumber(text).value);
    if (schema.Find(name)) (*relations)[name] = count;
    if (name.starts_with("dangling")) *dangling = count;
  }
}

// For tests/core/mds_plist_test.py: "BUNDLE RELATION" and below it "ATTRIBUTE FORMAT VALUE" lines.
std::string Dump(const std::string& bundle, const MdsSchema& schema,
                 const std::vector<MdsRecord>& records) {
  std::string dump;
  for (const MdsRecord& record : records) {
    const MdsRelation& relation = schema.relations()[record.relation];
    dump += bundle + "\t" + relation.name + "\n";
    for (size_t i = 0; i < relation.attributes.size(); ++i) {
      if (!record.values[i]) continue;
      dump += "\t" + relation.attributes[i].name + "\t";
      for (const char c : record.values[i]->bytes) {
        char digits[4];
        std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
        dump += digits;
      }
      for (const uint32_t number : record.values[i]->numbers) dump += std::to_string(number) + ",";
      dump += "\n";
    }
  }
  return dump;
}

TEST(MdsReader, ApplesBundles) {
  const auto expected = SharedData("mds/EXPECTED.txt");
  if (!expected) GTEST_SKIP() << "no data/mds in ../shared";
  MdsSchema schema = MdsSchema::BuiltIn();
  LineReader lines(*expected);
  std::string dump;
  size_t bundles = 0;
  for (Line line; lines.Next(&line); ++bundles) {
    const std::string name(line.text.substr(0, line.text.find(' ')));
    std::map<std::string, size_t> relations, got;
    size_t dangling = 0, missing = 0;
    ReadExpected(line.text, schema, &relations, &dangling);
    const Bundle bundle = ReadBundle(SharedDataPath("mds/" + name), &schema);
    for (const MdsRecord& record : bundle.records) {
      ++got[schema.relations()[record.relation].name];
    }
    for (const ParseError& note : bundle.notes) {
      missing += note.what.starts_with("there is no regular file");
    }
    EXPECT_EQ(got, relations) << name;
    EXPECT_EQ(missing, dangling) << name;
    dump += Dump(name, schema, bundle.records);
  }
  EXPECT_EQ(bundles, 12u);
  const char* path = std::getenv("KEELSON_MDS_DUMP");
  if (path == nullptr) return;
  std::FILE* file = std::fopen(path, "w");
  ASSERT_NE(file, nullptr) << path;
  EXPECT_EQ(std::fwrite(dump.data(), 1, dump.size(), file), dump.size());
  EXPECT_EQ(std::fclose(file), 0);
}

}  // namespace
}  // namespace keelson
