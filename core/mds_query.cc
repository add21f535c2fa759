// A condition that asks for values of a stretch of ranks (=, <, >, ^= and, the other way round, !=)
// is turned into that stretch by a search in the sorted values; then it is a comparison of integers
// for each record, and two searches in the attribute's ordered index say how many records fulfil
// it. Of conditions that must all hold the one with the fewest records is followed and the others
// are tested on those; = on all unique attributes is one look into the hashed index. *=, $= and ~=
// need the bytes; ~= comes last, and a pattern with a fixed beginning is searched by that first.
//
// Without indexes every record's bytes are compared: the same answer by another way.
#include "core/mds_query.h"

#include <algorithm>
#include <memory>

#include "core/mds_snapshot_format.h"
#include "re2/re2.h"

namespace keelson {
namespace {

constexpr int64_t kPatternMemory = int64_t{4} << 20;  // bytes, for the program and its states

struct Stretch {
  uint32_t first = 0;
  uint32_t last = 0;  // the one behind
};

// A condition made ready.
struct Test {
  const MdsCondition* condition = nullptr;
  MdsFormat format = MdsFormat::kString;
  std::string_view operand;      // bytes, of numbers too
  std::unique_ptr<RE2> pattern;  // of ~=
  bool by_rank = false;          // the ranks decide: inside of `ranks`, or outside
  bool outside = false;
  bool narrows = false;  // what fulfils it has one of `ranks`
  Stretch ranks;
  Stretch places;  // in the ordered index, those ranks
  // The last value that was looked at, since neighbours often have the same.
  uint32_t last_rank_plus_1 = 0;
  bool last_answer = false;

  uint32_t records() const { return places.last - places.first; }
};

bool IsNumber(MdsFormat format) { return MdsTableOf(format) == 1; }

// Whether b stands in a, at a whole number where these are numbers.
bool Contains(MdsFormat format, std::string_view a, std::string_view b) {
  if (!IsNumber(format)) return a.find(b) != std::string_view::npos;
  for (size_t at = 0; at + b.size() <= a.size(); at += 4) {
    if (a.substr(at, b.size()) == b) return true;
  }
  return false;
}

bool Fulfils(const Test& test, std::string_view value) {
  const auto compare = [&] {
    return CompareMdsValues(MdsTableOf(test.format), value, test.operand);
  };
  switch (test.condition->op) {
    case MdsOperator::kEqual:
      return value == test.operand;
    case MdsOperator::kNotEqual:
      return value != test.operand;
    case MdsOperator::kLess:
      return compare() < 0;
    case MdsOperator::kGreater:
      return compare() > 0;
    case MdsOperator::kContains:
      return Contains(test.format, value, test.operand);
    case MdsOperator::kInitial:
      return value.starts_with(test.operand);
    case MdsOperator::kFinal:
      return value.ends_with(test.operand);
    case MdsOperator::kMatches:
      return RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), *test.pattern);
  }
  return false;
}

class Run {
 public:
  Run(const MdsSnapshot& snapshot, const MdsQuery& query, std::string* wrong)
      : snapshot_(snapshot), query_(query), wrong_(wrong) {}

  bool All(bool use_indexes, std::vector<uint32_t>* records);

 private:
  bool Prepare();
  bool PreparePattern(Test* test, std::string_view attribute);
  bool Rank(Test* test) const;
  bool RankInitial(std::string_view beginning, Test* test) const;
  bool Place(Test* test) const;
  std::optional<uint32_t> FirstPlaceFrom(size_t attribute, uint32_t rank) const;
  bool IsLastOfRank(size_t attribute, uint32_t rank, uint32_t* place) const;
  bool IsUniqueKey() const;
  bool TakeUnique(std::vector<uint32_t>* records);
  bool TakeIndexed(std::vector<uint32_t>* records);
  bool TakePlaces(const Test& test, std::vector<uint32_t>* records) const;
  std::optional<bool> Holds(Test* test, uint32_t record) const;
  std::optional<bool> Holds(uint32_t record);
  bool Filter(std::vector<uint32_t>* records);
  bool Scan(std::vector<uint32_t>* records);

  const MdsSnapshot& snapshot_;
  const MdsQuery& query_;
  std::string* wrong_;
  std::vector<Test> tests_;
  uint32_t records_ = 0;
};

bool Run::PreparePattern(Test* test, std::string_view attribute) {
  RE2::Options options;
  options.set_max_mem(kPatternMemory);
  options.set_log_errors(false);
  if (test->format == MdsFormat::kBlob) options.set_encoding(RE2::Options::EncodingLatin1);
  test->pattern = std::make_unique<RE2>(test->condition->value.bytes, options);
  if (test->pattern->ok()) return true;
  *wrong_ = std::string(attribute) + "~=: " + test->pattern->error();
  return false;
}

bool Run::Prepare() {
  const auto relation = snapshot_.relation(query_.relation);
  if (!relation) return false;
  records_ = relation->records;
  for (const MdsCondition& condition : query_.conditions) {
    const auto attribute = snapshot_.attribute(query_.relation, condition.attribute);
    if (!attribute) {
      *wrong_ = std::string(relation->name) + " has no attribute of that number";
      return false;
    }
    *wrong_ = MdsOperatorFault(condition.op, attribute->format, attribute->name);
    if (!wrong_->empty()) return false;
    Test test;
    test.condition = &condition;
    test.format = attribute->format;
    test.operand = condition.value.bytes;
    if (IsNumber(test.format)) {
      const std::vector<uint32_t>& numbers = condition.value.numbers;
      if (test.format == MdsFormat::kUint32 && numbers.size() != 1) {
        *wrong_ = std::string(attribute->name) + " is one number";
        return false;
      }
      test.operand = {reinterpret_cast<const char*>(numbers.data()), 4 * numbers.size()};
    }
    if (condition.op == MdsOperator::kMatches && !PreparePattern(&test, attribute->name)) {
      return false;
    }
    tests_.push_back(std::move(test));
  }
  return true;
}

// --- With indexes ---

// What a text has to begin with to match: plain characters behind '^' in front of the pattern.
// Nothing where another branch may begin otherwise.
std::string_view BeginningOf(std::string_view pattern) {
  if (!pattern.starts_with('^') || pattern.find('|') != std::string_view::npos) return {};
  pattern.remove_prefix(1);
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/:;,@%&=~!#<>\"' ";
  const size_t size = std::min(pattern.find_first_not_of(kPlain), pattern.size());
  const bool last_may_be_absent =
      size > 0 && size < pattern.size() && std::string_view("*?{").find(pattern[size]) < 3;
  return pattern.substr(0, size - last_may_be_absent);
}

// The ranks that the condition asks for.
bool Run::Rank(Test* test) const {
  const MdsOperator op = test->condition->op;
  if (op == MdsOperator::kContains || op == MdsOperator::kFinal) return true;
  if (op == MdsOperator::kMatches) {
    const std::string_view beginning = BeginningOf(test->operand);
    return beginning.empty() || RankInitial(beginning, test);
  }
  test->by_rank = true;
  if (op == MdsOperator::kInitial) return RankInitial(test->operand, test);
  bool equal = false;
  const auto lowest = snapshot_.LowestRank(test->format, test->operand, &equal);
  if (!lowest) return false;
  test->outside = op == MdsOperator::kNotEqual;
  test->narrows = !test->outside;
  test->ranks = {*lowest, *lowest + equal};
  if (op == MdsOperator::kLess) test->ranks = {0, *lowest};
  if (op == MdsOperator::kGreater) test->ranks = {*lowest + equal, UINT32_MAX};
  return true;
}

bool Run::RankInitial(std::string_view beginning, Test* test) const {
  bool equal = false;
  const auto first = snapshot_.LowestRank(test->format, beginning, &equal);
  const auto last = snapshot_.RankBehindInitial(test->format, beginning);
  if (!first || !last || *first > *last) return false;
  test->ranks = {*first, *last};
  test->narrows = true;
  return true;
}

// The first place in the attribute's ordered index whose rank is not lower. The ranks of one
// attribute are often nearly a row of numbers, so a step goes to where the rank would be if they
// were, as long as such a step halves what is left.
std::optional<uint32_t> Run::FirstPlaceFrom(size_t attribute, uint32_t rank) const {
  const auto count = snapshot_.ordered(query_.relation, attribute);
  if (!count) return std::nullopt;
  uint32_t first = 0, last = *count;
  uint64_t below = 0, above = 0;  // the ranks before `first` and at `last`
  bool has_below = false, has_above = false, guess = true, hit = false;
  while (first < last) {
    uint32_t at = first + (last - first) / 2;
    if (!has_below) {
      at = first;
    } else if (!has_above) {
      at = last - 1;
    } else if (guess && above > below) {
      const uint64_t ahead = (rank - below) * (uint64_t{last} - first + 1) / (above - below);
      at = first + static_cast<uint32_t>(std::clamp<uint64_t>(ahead, 1, last - first) - 1);
    }
    const uint32_t half = (last - first) / 2;
    const auto record = snapshot_.ordered_record(query_.relation, attribute, at);
    if (!record) return std::nullopt;
    const auto cell = snapshot_.rank_plus_1(query_.relation, *record, attribute);
    if (!cell || *cell == 0) return std::nullopt;
    if (*cell - 1 < rank) {
      first = at + 1;
      below = *cell - 1;
      has_below = true;
    } else {
      last = at;
      above = *cell - 1;
      has_above = true;
    }
    guess = !guess || last - first <= half || (*cell - 1 == rank && !hit);
    hit |= *cell - 1 == rank;
  }
  return first;
}

// Whether at most one record has that rank, which would be at *place. Then *place is the one
// behind.
bool Run::IsLastOfRank(size_t attribute, uint32_t rank, uint32_t* place) const {
  uint32_t after = *place;
  for (int i = 0; i < 2; ++i, ++after) {
    if (after == snapshot_.ordered(query_.relation, attribute)) break;
    const auto record = snapshot_.ordered_record(query_.relation, attribute, after);
    if (!record) return false;
    const auto cell = snapshot_.rank_plus_1(query_.relation, *record, attribute);
    if (!cell) return false;
    if (*cell != rank + 1) break;
    if (i == 1) return false;
  }
  *place = after;
  return true;
}

bool Run::Place(Test* test) const {
  if (!test->narrows || test->ranks.first == test->ranks.last) return true;
  const size_t attribute = test->condition->attribute;
  const auto first =
      test->ranks.first == 0 ? std::optional(0u) : FirstPlaceFrom(attribute, test->ranks.first);
  if (!first) return false;
  uint32_t behind = *first;
  if (test->ranks.last == test->ranks.first + 1 &&
      IsLastOfRank(attribute, test->ranks.first, &behind)) {
    test->places = {*first, behind};
    return true;
  }
  const auto last = test->ranks.last == UINT32_MAX ? snapshot_.ordered(query_.relation, attribute)
                                                   : FirstPlaceFrom(attribute, test->ranks.last);
  if (!last || *first > *last) return false;
  test->places = {*first, *last};
  return true;
}

bool Run::TakePlaces(const Test& test, std::vector<uint32_t>* records) const {
  for (uint32_t place = test.places.first; place < test.places.last; ++place) {
    const auto record = snapshot_.ordered_record(query_.relation, test.condition->attribute, place);
    if (!record) return false;
    records->push_back(*record);
  }
  return true;
}

// Does = on every unique attribute say which record it is?
bool Run::IsUniqueKey() const {
  if (query_.any && tests_.size() > 1) return false;
  const size_t attributes = snapshot_.relation(query_.relation)->attributes;
  bool any = false;
  for (size_t a = 0; a < attributes; ++a) {
    if (!snapshot_.attribute(query_.relation, a)->unique) continue;
    any = true;
    const auto asks = [a](const Test& test) {
      return test.condition->attribute == a && test.condition->op == MdsOperator::kEqual;
    };
    if (std::none_of(tests_.begin(), tests_.end(), asks)) return false;
  }
  return any;
}

bool Run::TakeUnique(std::vector<uint32_t>* records) {
  std::vector<MdsSnapshot::Cell> key;
  for (size_t a = 0; a < snapshot_.relation(query_.relation)->attributes; ++a) {
    if (!snapshot_.attribute(query_.relation, a)->unique) continue;
    const auto asks = [a](const Test& test) {
      return test.condition->attribute == a && test.condition->op == MdsOperator::kEqual;
    };
    key.push_back({true, std::find_if(tests_.begin(), tests_.end(), asks)->operand});
  }
  std::optional<uint32_t> record;
  if (!snapshot_.FindUnique(query_.relation, key, &record)) return false;
  if (record) records->push_back(*record);
  return Filter(records);
}

// By the ordered indexes, or record by record where they do not narrow enough to pay.
bool Run::TakeIndexed(std::vector<uint32_t>* records) {
  const Test* fewest = nullptr;
  uint64_t sum = 0;
  bool all_narrow = true;
  for (Test& test : tests_) {
    if (!Rank(&test) || !Place(&test)) return false;
    all_narrow &= test.narrows;
    if (!test.narrows) continue;
    sum += test.records();
    if (fewest == nullptr || test.records() < fewest->records()) fewest = &test;
  }
  const uint64_t follow = query_.any ? sum : fewest == nullptr ? 0 : fewest->records();
  if (query_.any ? !all_narrow || tests_.empty() : fewest == nullptr) return Scan(records);
  if (follow > records_ / 4) return Scan(records);
  for (const Test& test : tests_) {
    if ((query_.any || &test == fewest) && !TakePlaces(test, records)) return false;
  }
  std::sort(records->begin(), records->end());
  records->erase(std::unique(records->begin(), records->end()), records->end());
  return Filter(records);
}

// --- Record by record ---

std::optional<bool> Run::Holds(Test* test, uint32_t record) const {
  const size_t attribute = test->condition->attribute;
  const auto rank_plus_1 = snapshot_.rank_plus_1(query_.relation, record, attribute);
  if (!rank_plus_1) return std::nullopt;
  if (*rank_plus_1 == 0) return false;
  if (test->by_rank) {
    const uint32_t rank = *rank_plus_1 - 1;
    return (rank >= test->ranks.first && rank < test->ranks.last) != test->outside;
  }
  if (*rank_plus_1 == test->last_rank_plus_1) return test->last_answer;
  const auto cell = snapshot_.cell(query_.relation, record, attribute);
  if (!cell) return std::nullopt;
  test->last_rank_plus_1 = *rank_plus_1;
  test->last_answer = Fulfils(*test, cell->bytes);
  return test->last_answer;
}

std::optional<bool> Run::Holds(uint32_t record) {
  for (Test& test : tests_) {
    const auto holds = Holds(&test, record);
    if (!holds) return std::nullopt;
    if (*holds == query_.any) return *holds;
  }
  return !query_.any || tests_.empty();
}

bool Run::Filter(std::vector<uint32_t>* records) {
  size_t kept = 0;
  for (const uint32_t record : *records) {
    const auto holds = Holds(record);
    if (!holds) return false;
    if (*holds) (*records)[kept++] = record;
  }
  records->resize(kept);
  return true;
}

bool Run::Scan(std::vector<uint32_t>* records) {
  for (uint32_t record = 0; record < records_; ++record) {
    const auto holds = Holds(record);
    if (!holds) return false;
    if (*holds) records->push_back(record);
  }
  return true;
}

bool Run::All(bool use_indexes, std::vector<uint32_t>* records) {
  if (!Prepare()) return false;
  if (!use_indexes) return Scan(records);
  std::stable_sort(tests_.begin(), tests_.end(), [](const Test& a, const Test& b) {
    const auto cost = [](const Test& test) {
      const MdsOperator op = test.condition->op;
      if (op == MdsOperator::kMatches) return 2;
      return op == MdsOperator::kContains || op == MdsOperator::kFinal ? 1 : 0;
    };
    return cost(a) < cost(b);
  });
  return IsUniqueKey() ? TakeUnique(records) : TakeIndexed(records);
}

}  // namespace

bool RunMdsQuery(const MdsSnapshot& snapshot, const MdsQuery& query, std::vector<uint32_t>* records,
                 std::string* wrong, bool use_indexes) {
  records->clear();
  wrong->clear();
  return Run(snapshot, query, wrong).All(use_indexes, records);
}

}  // namespace keelson
