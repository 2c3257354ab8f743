// Blanks around a field.
#pragma once

#include <string_view>

namespace custody_adapter {

// Without the ASCII blanks (space, tab) at both ends.
inline std::string_view without_blanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace custody_adapter
