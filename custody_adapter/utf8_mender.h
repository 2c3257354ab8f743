// Bytes of ISO-8859-x inside a file that says UTF-8 (seen from several banks) become UTF-8 before
// the XML parser sees them; offsets in the mended stream lead back to the file.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "custody_adapter/reader.h"

namespace custody_adapter {

class Utf8Mender {
 public:
  explicit Utf8Mender(Charset charset) : charset_(charset) {}

  // Valid UTF-8 for the parser, valid until the next call; up to three bytes may be held back.
  std::string_view mend(std::string_view chunk);
  // What was held back, at the end of the file.
  std::string_view finish();

  // Offset in the file of an offset in the mended stream. Offsets must not decrease by calls.
  std::uint64_t original(std::uint64_t mended);
  std::uint64_t bytes_mended() const { return bytes_mended_; }

 private:
  struct Shift {
    std::uint64_t mended = 0;  // from this offset on
    std::uint64_t added = 0;   // so many bytes more than the file has
  };
  void mend_broken(std::string_view text);

  Charset charset_;
  std::string held_;
  std::string joined_;
  std::string out_;
  std::uint64_t fed_ = 0;  // mended bytes delivered so far
  std::uint64_t added_ = 0;
  std::uint64_t passed_ = 0;  // `added` at the last answered offset
  std::deque<Shift> shifts_;
  std::uint64_t bytes_mended_ = 0;
};

}  // namespace custody_adapter
