// libFuzzer: any bytes through the OFX reader.
#include "tests/custody_adapter/fuzz_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  custody_adapter::test::check_chunking(bytes, [](custody_adapter::StatementSink& sink) {
    return custody_adapter::make_ofx_reader(sink, {});
  });
  return 0;
}
