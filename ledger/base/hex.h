// Lower-case hexadecimal text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledger::base {

std::string to_hex(std::string_view bytes);
// Appends to `out`; for reply bodies, where a temporary per digest would cost.
void append_hex(std::string& out, std::string_view bytes);
// Nothing unless the text is an even number of hex digits of either case.
std::optional<std::string> from_hex(std::string_view text);

}  // namespace ledger::base
