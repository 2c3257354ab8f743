// The daemon's JSON answers as text for people: objects as lines, lists of objects as tables, money
// in minor units and as decimals.
#pragma once

#include <string>
#include <string_view>

namespace tools {

// "100.00 (10000)": the decimal by `digits`, and the minor units.
std::string show_money(std::int64_t minor, int digits);

// The text of one JSON answer; JSON that cannot be read is given back as it is.
std::string render(std::string_view json);

// What the last answer says about the outcome: the name of the refusal or the problem, or empty.
std::string problem_of(std::string_view json);

}  // namespace tools
