// Conditions on the records of one relation: CSSM's seven operators and a regular expression.
//
// The comparison is "the record's value OPERATOR the given one". STRING and BLOB compare as bytes,
// UINT32 as a number, MULTI_UINT32 number by number from the left, the shorter of two that begin
// alike first. *= ^= $= take STRING, BLOB and (as sequences of numbers) MULTI_UINT32; on a UINT32
// they are an error, as in CSSM. A record without the attribute fulfils no condition on it, !=
// included.
//
// An index narrows the records where one can; the answer is the same without.
#ifndef KEELSON_CORE_MDS_QUERY_H_
#define KEELSON_CORE_MDS_QUERY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/mds_snapshot.h"

namespace keelson {

enum class MdsOperator : uint8_t {
  kEqual,     // =
  kNotEqual,  // !=
  kLess,      // <
  kGreater,   // >
  kContains,  // *=
  kInitial,   // ^=
  kFinal,     // $=
  kMatches,   // ~= : an unanchored RE2, of STRING (UTF-8) and BLOB (bytes)
};
std::string_view MdsOperatorName(MdsOperator op);  // "*="
// Empty: the operator is one for values of this format. Else why not.
std::string MdsOperatorFault(MdsOperator op, MdsFormat format, std::string_view attribute);

struct MdsCondition {
  size_t attribute = 0;
  MdsOperator op = MdsOperator::kEqual;
  MdsValue value;
};

struct MdsQuery {
  size_t relation = 0;
  std::vector<MdsCondition> conditions;  // none: all records
  bool any = false;                      // one of them is enough
};

// "ATTR=V" and so on; the value as ParseMdsValue takes it (symbols and | for numbers, commas
// between those of MULTI_UINT32, hex: and base64: for BLOB), of ~= the pattern. Blanks around both
// mean nothing; \x20 is one in a pattern, hex:20 in a text. Empty: *condition is right; else why
// not.
std::string ParseMdsCondition(std::string_view text, const MdsSnapshot& snapshot, size_t relation,
                              MdsCondition* condition);

// The records, ascending. False: the snapshot is corrupt, or (then *wrong says so) a regular
// expression is malformed or too large, an operator does not suit its attribute, there is no such
// attribute, or a UINT32 is compared with other than one number.
bool RunMdsQuery(const MdsSnapshot& snapshot, const MdsQuery& query, std::vector<uint32_t>* records,
                 std::string* wrong, bool use_indexes = true);

}  // namespace keelson

#endif  // KEELSON_CORE_MDS_QUERY_H_
