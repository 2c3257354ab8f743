#include "custody_adapter/encoding.h"

#include "custody_adapter/charset.h"

namespace custody_adapter {
namespace {

struct Pairs {
  std::size_t common = 0;  // both bytes of a pair in the range of the common characters
  std::size_t other = 0;   // bytes from 0x80 on that begin no such pair
  std::size_t first = 0;   // offset of the first byte from 0x80 on
};

// GB2312 characters are two bytes from 0xa1 on; European texts have single high bytes between
// ASCII letters.
Pairs count_pairs(std::string_view bytes) {
  Pairs pairs;
  bool seen = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead < 0x80) continue;
    if (!seen) pairs.first = i;
    seen = true;
    if (i + 1 == bytes.size()) break;
    const auto trail = static_cast<unsigned char>(bytes[i + 1]);
    if (lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1 && trail <= 0xfe) {
      ++pairs.common;
      ++i;
    } else {
      ++pairs.other;
    }
  }
  return pairs;
}

std::string at(std::size_t offset) { return "offset " + std::to_string(offset); }

}  // namespace

std::string_view name_of(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kAscii:
      return "ASCII";
    case TextEncoding::kUtf8:
      return "UTF-8";
    case TextEncoding::kUtf8WithMark:
      return "UTF-8 with byte order mark";
    case TextEncoding::kUtf16:
      return "UTF-16";
    case TextEncoding::kGb18030:
      return "GB18030";
    case TextEncoding::kEightBit:
      return "8-bit";
  }
  return "unknown";
}

EncodingFound detect_encoding(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xef\xbb\xbf") {
    return {TextEncoding::kUtf8WithMark, "the file begins with ef bb bf"};
  }
  if (bytes.substr(0, 2) == "\xff\xfe" || bytes.substr(0, 2) == "\xfe\xff") {
    return {TextEncoding::kUtf16, "the file begins with a UTF-16 byte order mark"};
  }
  if (bytes.substr(0, 2) == std::string_view("<\0", 2) ||
      bytes.substr(0, 2) == std::string_view("\0<", 2)) {
    return {TextEncoding::kUtf16, "the file begins with '<' and a zero byte"};
  }
  if (is_ascii(bytes)) return {TextEncoding::kAscii, "no byte above 0x7f"};
  const std::string_view whole = bytes.substr(0, bytes.size() - incomplete_utf8_tail(bytes));
  const Pairs pairs = count_pairs(bytes);
  if (is_utf8(whole)) {
    return {TextEncoding::kUtf8,
            "all bytes above 0x7f are valid UTF-8, the first at " + at(pairs.first)};
  }
  const std::string no_utf8 = "no UTF-8 at " + at(utf8_prefix(whole)) + "; ";
  constexpr std::size_t kShare = 9;
  if (pairs.common >= 2 && pairs.common > pairs.other * kShare) {
    return {TextEncoding::kGb18030, no_utf8 + std::to_string(pairs.common) + " pairs of GB2312, " +
                                        std::to_string(pairs.other) + " other bytes above 0x7f"};
  }
  return {TextEncoding::kEightBit,
          no_utf8 + "a table of 8 bits, which the source's profile must name"};
}

}  // namespace custody_adapter
