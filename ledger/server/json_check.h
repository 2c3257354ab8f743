// Strict reading of JSON tokens. The on-demand parser validates only what is asked for; what a
// command does not ask for (a value of the wrong type, an unknown field) is checked here, so that
// broken JSON never passes for a merely wrong command.
#pragma once

#include <cstdint>
#include <string_view>

namespace ledger::server {

struct NumberToken {
  enum class Kind {
    kInteger,   // `value` holds it
    kTooLarge,  // an integer above int64
    kTooSmall,  // an integer below int64
    kFraction,  // a well-formed number with a point or an exponent
    kBroken,    // not a JSON number
  };
  Kind kind = Kind::kBroken;
  std::int64_t value = 0;
};
// `token` may have white space behind it.
NumberToken read_number(std::string_view token);

// Whether `text` is exactly one well-formed JSON value, nested at most 64 deep. UTF-8 is not
// checked here: the parser's first stage has done so.
bool is_well_formed(std::string_view text);

}  // namespace ledger::server
