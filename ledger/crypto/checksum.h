// Checksums as banks write them beside their files. They find accidents; none of them is a
// signature.
#pragma once

#include <string>
#include <string_view>

namespace ledger::crypto {

bool is_checksum(std::string_view algorithm);  // "md5", "sha1", "sha256", "sm3"
// Small hex digits; the algorithm is one of those.
std::string checksum_hex(std::string_view algorithm, std::string_view message);

}  // namespace ledger::crypto
