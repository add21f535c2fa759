// What a command of an applet with several takes, for "APPLET COMMAND [OPERAND...]".
#ifndef KEELSON_APPLETS_SUBCOMMAND_H_
#define KEELSON_APPLETS_SUBCOMMAND_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "applets/options.h"

namespace keelson {

struct Subcommand {
  static constexpr size_t kMany = SIZE_MAX;

  const char* name;
  const char* options;  // between blanks; beside those that all take
  size_t min_operands, max_operands;
};

// What is wrong with options and operands; empty: nothing. operands: how many follow the command.
std::string WrongUse(const Subcommand& command, std::string_view of_all,
                     std::span<const Option> options, const Invocation& invocation,
                     size_t operands);

}  // namespace keelson

#endif  // KEELSON_APPLETS_SUBCOMMAND_H_
