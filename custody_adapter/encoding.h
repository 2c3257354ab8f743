// Which encoding the bytes of a file have, with the evidence.
#pragma once

#include <string>
#include <string_view>

namespace custody_adapter {

enum class TextEncoding {
  kAscii,
  kUtf8,
  kUtf8WithMark,
  kUtf16,
  kGb18030,
  kEightBit,  // some table of 8 bits: the source's profile must say which
};
std::string_view name_of(TextEncoding encoding);  // "UTF-8 with byte order mark"

struct EncodingFound {
  TextEncoding encoding = TextEncoding::kAscii;
  std::string evidence;  // "bytes 0x80-0xff, all of them valid UTF-8"
};
// From the first bytes; a character cut by their end is no fault.
EncodingFound detect_encoding(std::string_view first_bytes);

}  // namespace custody_adapter
