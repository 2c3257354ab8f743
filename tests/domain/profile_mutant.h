// A bad profile must be refused by line and thing, and an accepted one must carry a journal: what
// the property test and the fuzzer ask of any text.
#pragma once

#include <string>
#include <string_view>

namespace ledger::domain::test {

// The flaw in how the text was taken, or "". `accepted` says whether it made a profile.
std::string flaw_of_profile(std::string_view toml, bool& accepted);

}  // namespace ledger::domain::test
