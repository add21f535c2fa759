// "ATTRIBUTE OPERATOR VALUE": the name of an attribute has no byte of an operator, so the first
// such byte begins the operator.
#include "core/flat_file.h"
#include "core/mds_query.h"
#include "core/mds_text.h"

namespace keelson {
namespace {

constexpr size_t kShown = 64;  // bytes of a condition that a message repeats

constexpr struct {
  std::string_view name;
  MdsOperator op;
} kOperators[] = {
    {"=", MdsOperator::kEqual},   {"!=", MdsOperator::kNotEqual}, {"<", MdsOperator::kLess},
    {">", MdsOperator::kGreater}, {"*=", MdsOperator::kContains}, {"^=", MdsOperator::kInitial},
    {"$=", MdsOperator::kFinal},  {"~=", MdsOperator::kMatches},
};

std::string Shown(std::string_view text) {
  return "'" + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "...'" : "'");
}

bool FindOperator(std::string_view text, MdsOperator* op, size_t* size) {
  if (text.starts_with("<=") || text.starts_with(">=")) return false;
  for (const auto& known : kOperators) {
    if (!text.starts_with(known.name)) continue;
    *op = known.op;
    *size = known.name.size();
    return true;
  }
  return false;
}

std::optional<size_t> FindAttribute(const MdsSnapshot& snapshot, size_t relation,
                                    std::string_view name) {
  for (size_t a = 0;; ++a) {
    const auto attribute = snapshot.attribute(relation, a);
    if (!attribute) return std::nullopt;
    if (attribute->name == name) return a;
  }
}

std::string NamesOf(const MdsSnapshot& snapshot, size_t relation) {
  std::string names;
  for (size_t a = 0; const auto attribute = snapshot.attribute(relation, a); ++a) {
    names += (a == 0 ? "" : ", ") + std::string(attribute->name);
  }
  return names;
}

}  // namespace

std::string_view MdsOperatorName(MdsOperator op) {
  for (const auto& known : kOperators) {
    if (known.op == op) return known.name;
  }
  return "";
}

std::string MdsOperatorFault(MdsOperator op, MdsFormat format, std::string_view attribute) {
  const bool compares = op == MdsOperator::kEqual || op == MdsOperator::kNotEqual ||
                        op == MdsOperator::kLess || op == MdsOperator::kGreater;
  const bool number = format == MdsFormat::kUint32;
  const bool numbers = format == MdsFormat::kMultiUint32;
  if (compares || (!number && !(numbers && op == MdsOperator::kMatches))) return "";
  return std::string(attribute) + " is a " + std::string(MdsFormatName(format)) + ": " +
         std::string(MdsOperatorName(op)) + " is not for " + (numbers ? "numbers" : "a number");
}

std::string ParseMdsCondition(std::string_view text, const MdsSnapshot& snapshot, size_t relation,
                              MdsCondition* condition) {
  const auto of = snapshot.relation(relation);
  if (!of) return "there is no such relation";
  const size_t at = text.find_first_of("=!<>*^$~");
  size_t size = 0;
  if (at == std::string_view::npos || !FindOperator(text.substr(at), &condition->op, &size)) {
    const std::string_view operators = "one of = != < > *= ^= $= ~= goes behind the attribute";
    return Shown(text) + ": " + std::string(operators);
  }
  const std::string_view name = TrimBlanks(text.substr(0, at));
  const std::string_view value = TrimBlanks(text.substr(at + size));
  const auto attribute = FindAttribute(snapshot, relation, name);
  if (!attribute) {
    return std::string(of->name) + " has no attribute " + Shown(name) + "; it has " +
           NamesOf(snapshot, relation);
  }
  condition->attribute = *attribute;
  const auto has = *snapshot.attribute(relation, *attribute);
  std::string fault = MdsOperatorFault(condition->op, has.format, has.name);
  if (!fault.empty()) return fault;
  condition->value = MdsValue();
  if (condition->op == MdsOperator::kMatches) {
    condition->value.bytes = value;
    return "";
  }
  std::optional<MdsValue> parsed;
  size_t wrong_at = 0;
  fault = ParseMdsValue(value, has.format, has.symbols, &parsed, &wrong_at);
  if (fault.empty() && !parsed) fault = "a value is missing";
  if (!fault.empty()) return std::string(has.name) + ": " + fault;
  condition->value = std::move(*parsed);
  return "";
}

}  // namespace keelson
