// Base64 (RFC 4648, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledger::crypto {

std::string to_base64(std::string_view bytes);  // in one line
// White space is skipped; nothing else that does not belong there.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace ledger::crypto
