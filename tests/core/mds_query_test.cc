#include "core/mds_query.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "re2/re2.h"
#include "tests/core/mds_modules.h"

namespace keelson {
namespace {

bool IsNumber(MdsFormat format) {
  return format == MdsFormat::kUint32 || format == MdsFormat::kMultiUint32;
}

template <typename Sequence>
bool Naive(MdsOperator op, const Sequence& a, const Sequence& b) {
  const auto has_at = [&](size_t at) {
    if (at + b.size() > a.size()) return false;
    for (size_t i = 0; i < b.size(); ++i) {
      if (a[at + i] != b[i]) return false;
    }
    return true;
  };
  const auto is_less = [](const Sequence& x, const Sequence& y) {
    using Unsigned = std::make_unsigned_t<typename Sequence::value_type>;
    for (size_t i = 0; i < x.size() && i < y.size(); ++i) {
      if (x[i] != y[i]) return static_cast<Unsigned>(x[i]) < static_cast<Unsigned>(y[i]);
    }
    return x.size() < y.size();
  };
  switch (op) {
    case MdsOperator::kEqual:
      return a.size() == b.size() && has_at(0);
    case MdsOperator::kNotEqual:
      return a.size() != b.size() || !has_at(0);
    case MdsOperator::kLess:
      return is_less(a, b);
    case MdsOperator::kGreater:
      return is_less(b, a);
    case MdsOperator::kContains:
      for (size_t at = 0; at <= a.size(); ++at) {
        if (has_at(at)) return true;
      }
      return false;
    case MdsOperator::kInitial:
      return has_at(0);
    case MdsOperator::kFinal:
      return a.size() >= b.size() && has_at(a.size() - b.size());
    default:
      return false;
  }
}

bool NaiveMatch(const std::string& text, const std::string& pattern, bool bytes) {
  RE2::Options options;
  if (bytes) options.set_encoding(RE2::Options::EncodingLatin1);
  return RE2::PartialMatch(text, RE2(pattern, options));
}

bool NaiveHolds(const MdsSchema& schema, const MdsRecord& record, const MdsCondition& condition) {
  const auto& value = record.values[condition.attribute];
  if (!value) return false;
  const MdsFormat format =
      schema.relations()[record.relation].attributes[condition.attribute].format;
  if (IsNumber(format)) return Naive(condition.op, value->numbers, condition.value.numbers);
  if (condition.op != MdsOperator::kMatches) {
    return Naive(condition.op, value->bytes, condition.value.bytes);
  }
  return NaiveMatch(value->bytes, condition.value.bytes, format == MdsFormat::kBlob);
}

std::vector<uint32_t> NaiveQuery(const MdsSchema& schema, const std::vector<MdsRecord>& records,
                                 const MdsQuery& query) {
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < records.size(); ++i) {
    size_t holds = 0;
    for (const auto& condition : query.conditions) {
      holds += NaiveHolds(schema, records[i], condition);
    }
    if (query.conditions.empty() || (query.any ? holds > 0 : holds == query.conditions.size())) {
      found.push_back(i);
    }
  }
  return found;
}

MdsQuery RandomQuery(const MdsSchema& schema, size_t relation,
                     const std::vector<MdsRecord>& records, RandomMds* random) {
  static const char* const kPatterns[] = {"^a",   "a$",     "^ab?",   "[aA]",  "^$",
                                          "a|b",  "^a.*b$", "(?i)^a", "\\xff", "^[^a]",
                                          "^aA*", "^a|^b",  "\\x00",  "",      "^(a|b)A"};
  MdsQuery query;
  query.relation = relation;
  query.any = random->Below(2) == 0;
  const auto& attributes = schema.relations()[relation].attributes;
  for (uint32_t size = random->Below(4); size > 0; --size) {
    MdsCondition condition;
    condition.attribute = random->Below(static_cast<uint32_t>(attributes.size()));
    const MdsFormat format = attributes[condition.attribute].format;
    const uint32_t operators = format == MdsFormat::kUint32        ? 4
                               : format == MdsFormat::kMultiUint32 ? 7
                                                                   : 8;
    condition.op = static_cast<MdsOperator>(random->Below(operators));
    condition.value = random->Value(format);
    // Often a value that is there.
    if (!records.empty() && random->Below(2) == 0) {
      const auto& record = records[random->Below(static_cast<uint32_t>(records.size()))];
      if (record.values[condition.attribute]) condition.value = *record.values[condition.attribute];
    }
    if (condition.op == MdsOperator::kMatches) {
      condition.value.bytes = kPatterns[random->Below(std::size(kPatterns))];
    }
    query.conditions.push_back(condition);
  }
  return query;
}

TEST(MdsQuery, SameAnswerWithIndexesAndWithoutAndOneByOne) {
  const MdsSchema schema = SmallMdsSchema();
  size_t found = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    RandomMds random(seed);
    MdsModules modules = random.Modules(schema, random.Below(60), 5000);
    std::vector<std::vector<MdsRecord>> records(3);
    const std::string bytes = BuildMds(schema, modules);
    const auto snapshot = MdsSnapshot::FromBytes(bytes);
    ASSERT_TRUE(snapshot);
    for (const auto& [name, of_module] : modules) {
      for (const MdsRecord& record : of_module) {
        // Those that were left out: the first one of a key is there.
        const auto& attributes = schema.relations()[record.relation].attributes;
        bool duplicate = false;
        for (const MdsRecord& has : records[record.relation]) {
          bool same = true;
          for (size_t a = 0; a < attributes.size(); ++a) {
            same &= !attributes[a].unique || has.values[a] == record.values[a];
          }
          duplicate |= same;
        }
        if (!duplicate) records[record.relation].push_back(record);
      }
    }
    for (int i = 0; i < 300; ++i) {
      const size_t relation = random.Below(3);
      const MdsQuery query = RandomQuery(schema, relation, records[relation], &random);
      std::string text = std::to_string(seed) + " " + std::to_string(i);
      for (const auto& c : query.conditions) {
        text += " " + std::to_string(c.attribute) + std::string(MdsOperatorName(c.op));
        if (c.op == MdsOperator::kMatches) text += c.value.bytes;
      }
      SCOPED_TRACE(text);
      const auto expected = NaiveQuery(schema, records[relation], query);
      std::vector<uint32_t> with, without;
      std::string wrong;
      ASSERT_TRUE(RunMdsQuery(*snapshot, query, &with, &wrong)) << wrong;
      ASSERT_TRUE(RunMdsQuery(*snapshot, query, &without, &wrong, false)) << wrong;
      EXPECT_EQ(with, expected);
      EXPECT_EQ(without, expected);
      found += expected.size();
    }
  }
  EXPECT_GT(found, 10000u);
}

// One relation of a unique number and one attribute; asks for that.
struct Numbers {
  MdsSchema schema;
  std::string bytes;
  std::optional<MdsSnapshot> snapshot;

  Numbers(MdsFormat format, const std::vector<MdsValue>& values) {
    schema.Add({"R", {{"ID", MdsFormat::kUint32, "", true}, {"V", format, "", false}}});
    std::vector<MdsRecord> records;
    for (uint32_t i = 0; i < values.size(); ++i) {
      records.push_back(MakeMdsRecord(0, {MdsNumbers({i}), values[i]}));
    }
    bytes = BuildMds(schema, {{"m", records}});
    snapshot = MdsSnapshot::FromBytes(bytes);
  }
  std::vector<uint32_t> Ask(MdsOperator op, MdsValue value, bool use_indexes) const {
    std::vector<uint32_t> records;
    std::string wrong;
    MdsQuery query;
    query.conditions = {{1, op, std::move(value)}};
    EXPECT_TRUE(RunMdsQuery(*snapshot, query, &records, &wrong, use_indexes)) << wrong;
    return records;
  }
};

// MultiUInt32Value stopped one short: `values + length1 < values2 + length2`.
TEST(MdsQuery, ContainsDidNotSeeTheLastNumber) {
  const Numbers lab(MdsFormat::kMultiUint32,
                    {MdsNumbers({1, 2, 3}), MdsNumbers({3}), MdsNumbers({3, 1}), MdsNumbers({})});
  for (const bool index : {true, false}) {
    const auto ask = [&](std::vector<uint32_t> numbers) {
      return lab.Ask(MdsOperator::kContains, MdsNumbers(std::move(numbers)), index);
    };
    EXPECT_EQ(ask({3}), (std::vector<uint32_t>{0, 1, 2}));
    EXPECT_EQ(ask({2, 3}), (std::vector<uint32_t>{0}));
    EXPECT_EQ(ask({1}), (std::vector<uint32_t>{0, 2}));
    EXPECT_EQ(ask({}), (std::vector<uint32_t>{0, 1, 2, 3}));
  }
}

// DbConstIndex took lower_bound for GREATER_THAN: with the index the equal ones came too.
TEST(MdsQuery, GreaterGaveEqualOnesWithTheIndex) {
  std::vector<MdsValue> values;
  for (uint32_t i = 0; i < 40; ++i) values.push_back(MdsNumbers({i / 4}));
  const Numbers lab(MdsFormat::kUint32, values);
  for (const bool index : {true, false}) {
    const auto ask = [&](MdsOperator op, uint32_t number) {
      return lab.Ask(op, MdsNumbers({number}), index);
    };
    EXPECT_EQ(ask(MdsOperator::kGreater, 8), (std::vector<uint32_t>{36, 37, 38, 39}));
    EXPECT_EQ(ask(MdsOperator::kGreater, 9), (std::vector<uint32_t>{}));
    EXPECT_EQ(ask(MdsOperator::kLess, 1), (std::vector<uint32_t>{0, 1, 2, 3}));
    EXPECT_EQ(ask(MdsOperator::kLess, 0), (std::vector<uint32_t>{}));
  }
}

// The index of CSP_CAPABILITY called its numbers strings; header constants had other counts of
// attributes than the schema, and one table was read behind its end.
TEST(MdsQuery, IndexOfNumbersWasOneOfStrings) {
  const Numbers lab(MdsFormat::kUint32,
                    {MdsNumbers({256}), MdsNumbers({2}), MdsNumbers({0x10000}), MdsNumbers({1})});
  // As little-endian bytes 256 and 65536 would be below 1, and as text 10 below 2.
  for (const bool index : {true, false}) {
    EXPECT_EQ(lab.Ask(MdsOperator::kLess, MdsNumbers({256}), index), (std::vector<uint32_t>{1, 3}));
    EXPECT_EQ(lab.Ask(MdsOperator::kGreater, MdsNumbers({2}), index),
              (std::vector<uint32_t>{0, 2}));
  }
  const auto last = lab.snapshot->relation(0)->attributes;
  MdsQuery query;
  query.conditions = {{last, MdsOperator::kEqual, MdsNumbers({1})}};
  std::vector<uint32_t> records;
  std::string wrong;
  EXPECT_FALSE(RunMdsQuery(*lab.snapshot, query, &records, &wrong));
  EXPECT_NE(wrong, "");
}

TEST(MdsQuery, PatternsAreOfTextAndOfBytes) {
  const Numbers text(MdsFormat::kString, {MdsText("gr\xc3\xbc\xc3\x9f"), MdsText("gr\xfc\xdf")});
  const Numbers blob(MdsFormat::kBlob, {MdsText("gr\xc3\xbc\xc3\x9f"), MdsText("gr\xfc\xdf")});
  for (const bool index : {true, false}) {
    EXPECT_EQ(text.Ask(MdsOperator::kMatches, MdsText("^gr..$"), index), std::vector<uint32_t>{0});
    EXPECT_EQ(blob.Ask(MdsOperator::kMatches, MdsText("^gr..$"), index), std::vector<uint32_t>{1});
  }
}

TEST(MdsQuery, WhatIsWrongWithAQuery) {
  const Numbers lab(MdsFormat::kUint32, {MdsNumbers({1})});
  const Numbers text(MdsFormat::kString, {MdsText("a")});
  const struct {
    const Numbers* lab;
    MdsOperator op;
    MdsValue value;
    const char* wrong;
  } cases[] = {
      {&lab, MdsOperator::kContains, MdsNumbers({1}), "V is a UINT32: *= is not for a number"},
      {&lab, MdsOperator::kMatches, MdsText("1"), "V is a UINT32: ~= is not for a number"},
      {&lab, MdsOperator::kEqual, MdsNumbers({}), "V is one number"},
      {&lab, MdsOperator::kEqual, MdsNumbers({1, 1}), "V is one number"},
      {&text, MdsOperator::kMatches, MdsText("a("), "V~=: missing ): a("},
      {&text, MdsOperator::kMatches, MdsText("((a{1,100}){1,100}){1,100}"),
       "V~=: invalid repetition size: {1,100}"},
      {&text, MdsOperator::kMatches, MdsText("(\\pL{1,100}){1,10}"),
       "V~=: pattern too large - compile failed"},
  };
  for (const auto& c : cases) {
    for (const bool index : {true, false}) {
      MdsQuery query;
      query.conditions = {{1, c.op, c.value}};
      std::vector<uint32_t> records;
      std::string wrong;
      EXPECT_FALSE(RunMdsQuery(*c.lab->snapshot, query, &records, &wrong, index));
      EXPECT_EQ(wrong, c.wrong);
    }
  }
}

TEST(MdsQuery, CorruptPageIsAnErrorOfTheQueryThatNeedsIt) {
  const MdsSchema schema = SmallMdsSchema();
  RandomMds random(5);
  const std::string right = BuildMds(schema, random.Modules(schema, 2000, 100000));
  MdsQuery query;
  query.relation = 1;
  query.conditions = {{1, MdsOperator::kGreater, MdsText("{id9")}};
  std::vector<uint32_t> expected;
  std::string wrong;
  const auto snapshot = MdsSnapshot::FromBytes(right);
  ASSERT_TRUE(RunMdsQuery(*snapshot, query, &expected, &wrong));
  size_t refused = 0, answered = 0;
  for (size_t at = 8192; at < right.size(); at += 4096) {
    std::string bytes = right;
    bytes[at] = static_cast<char>(bytes[at] ^ 64);
    const auto corrupt = MdsSnapshot::FromBytes(bytes);
    ASSERT_TRUE(corrupt);
    std::vector<uint32_t> records;
    if (RunMdsQuery(*corrupt, query, &records, &wrong)) {
      EXPECT_EQ(records, expected);
      ++answered;
    } else {
      EXPECT_EQ(wrong, "");
      ++refused;
    }
  }
  EXPECT_GT(refused, 3u);
  EXPECT_GT(answered, 10u);
}

}  // namespace
}  // namespace keelson
