// Cut at the slashes first, then the last part at its '='.
#include "core/interface_selection.h"

#include <algorithm>

#include "core/flat_file.h"

namespace keelson {
namespace {

// Cuts what follows the first '=' off.
void TakeLogical(std::string_view* text, InterfaceSelection* selection) {
  const size_t equals = text->find('=');
  if (equals == text->npos) return;
  selection->has_logical = true;
  selection->logical = text->substr(equals + 1);
  *text = text->substr(0, equals);
}

}  // namespace

InterfaceSelection ParseInterfaceSelection(std::string_view word) {
  InterfaceSelection selection;
  const size_t slash = word.find('/');
  if (slash == word.npos) {
    selection.name = word;
    TakeLogical(&selection.name, &selection);
    return selection;
  }
  selection.is_pattern = true;
  selection.variable = word.substr(0, slash);
  selection.value = word.substr(slash + 1);
  const size_t second = selection.value.find('/');
  if (second == selection.value.npos || second == 0) {
    TakeLogical(&selection.value, &selection);
    return selection;
  }
  std::string_view nth = selection.value.substr(second + 1);
  selection.value = selection.value.substr(0, second);
  TakeLogical(&nth, &selection);
  const uint64_t number = nth.starts_with('-') ? 0 : TakeNumber(nth).value;
  selection.nth = static_cast<uint32_t>(std::min<uint64_t>(number, UINT32_MAX));
  return selection;
}

}  // namespace keelson
