// The inputs of the profile fuzzer: a profile and a file in one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "custody_adapter/profile.h"

namespace custody_adapter::test {

struct ProfileSeed {
  std::string_view profile;
  std::string_view file;
};
// A byte below 32 names a profile that ships, by its place in the list, and the file follows;
// otherwise the text of a profile, a zero byte, the file.
inline std::optional<ProfileSeed> split_seed(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes.front());
  if (first < 32 && first != '\n') {
    const auto names = StatementProfile::built_in_names();
    return ProfileSeed{*StatementProfile::built_in(names[first % names.size()]), bytes.substr(1)};
  }
  const std::size_t end = bytes.find('\0');
  if (end == std::string_view::npos) return ProfileSeed{bytes, {}};
  return ProfileSeed{bytes.substr(0, end), bytes.substr(end + 1)};
}

}  // namespace custody_adapter::test
