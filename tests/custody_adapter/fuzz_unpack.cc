// Whatever is delivered is taken within its limits, or refused; nothing else happens.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "custody_adapter/unpack.h"
#include "ledger/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  custody_adapter::UnpackLimits limits;
  limits.bytes_max = 4 << 20;
  limits.members_max = 8;
  const auto members = custody_adapter::unpack("delivery.gz", bytes, limits);
  if (!members) {
    LEDGER_CHECK(!members.error().code.empty());
    return 0;
  }
  LEDGER_CHECK(!members->empty() && members->size() <= limits.members_max);
  std::size_t unpacked = 0;
  for (const auto& member : *members) unpacked += member.bytes.size();
  LEDGER_CHECK(unpacked <= limits.bytes_max);
  return 0;
}
