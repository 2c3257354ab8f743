// libFuzzer: any bytes, in chunks of any size, through the camt.053 reader. Besides not crashing,
// the statements must not depend on how the bytes were cut into chunks.
#include <cstdint>
#include <cstdlib>

#include "custody_adapter/reader.h"

using custody_adapter::Collector;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Collector whole;
  auto reader = custody_adapter::make_camt053_reader(whole, {});
  (void)reader->push(bytes);
  const bool good = reader->finish().has_value();

  Collector pieces;
  auto second = custody_adapter::make_camt053_reader(pieces, {});
  const std::size_t step = size == 0 ? 1 : 1 + data[0] % 7U;
  for (std::size_t i = 0; i < size; i += step) (void)second->push(bytes.substr(i, step));
  if (second->finish().has_value() != good) std::abort();
  if (pieces.statements.size() != whole.statements.size()) std::abort();
  for (std::size_t i = 0; i < whole.statements.size(); ++i) {
    const auto& a = whole.statements[i];
    const auto& b = pieces.statements[i];
    if (a.entry_count != b.entry_count || a.place != b.place) std::abort();
    if (format(a.verdict) != format(b.verdict)) std::abort();
  }
  return 0;
}
