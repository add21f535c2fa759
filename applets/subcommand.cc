// The option table of an applet is one for all its commands: which of them a command takes is its
// own.
#include "applets/subcommand.h"

namespace keelson {

std::string WrongUse(const Subcommand& command, std::string_view of_all,
                     std::span<const Option> options, const Invocation& invocation,
                     size_t operands) {
  for (const Option& option : options) {
    const std::string word = " " + std::string(option.name) + " ";
    const bool takes = of_all.find(word) != of_all.npos ||
                       std::string_view(command.options).find(word) != std::string_view::npos;
    if (invocation.Has(option.name) && !takes) {
      return std::string(command.name) + ": it does not take --" + option.name;
    }
  }
  if (operands < command.min_operands) return std::string(command.name) + ": an operand is missing";
  if (operands > command.max_operands) {
    return std::string(command.name) + ": unexpected operand '" +
           std::string(invocation.operands()[1 + command.max_operands]) + "'";
  }
  return "";
}

}  // namespace keelson
