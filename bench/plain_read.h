// What the readers of statements are measured against: the least that can be done with all bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace bench {

inline std::uint64_t count_line_ends(std::string_view bytes) {
  std::uint64_t lines = 0;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
    at = static_cast<const char*>(found) + 1;
    ++lines;
  }
  return lines;
}

}  // namespace bench
