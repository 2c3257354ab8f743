// Any text: it is refused by line and thing, or is a profile that carries a journal.
#include <cstddef>
#include <cstdint>

#include "ledger/base/check.h"
#include "tests/domain/profile_mutant.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bool accepted = false;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  LEDGER_CHECK(ledger::domain::test::flaw_of_profile(text, accepted).empty());
  return 0;
}
