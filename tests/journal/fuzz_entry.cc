// Any bytes: the decoder refuses them or has read an entry that encodes to these very bytes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "ledger/base/check.h"
#include "ledger/domain/command.h"
#include "ledger/domain/entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ledger::domain;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Entry entry;
  if (!decode(bytes, entry)) return 0;
  std::string again;
  encode(entry, again);
  LEDGER_CHECK(again == bytes);
  // A body that is canonical can be shown field by field.
  if (const auto fields = fields_of(entry.command)) {
    for (const BodyField& f : *fields) LEDGER_CHECK(!show(f.field, f.value).empty());
  }
  return 0;
}
