// 8-bit text to UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "custody_adapter/reader.h"

namespace custody_adapter {

bool is_ascii(std::string_view text);
bool is_utf8(std::string_view text);
// Bytes at the front of `text` that are valid UTF-8.
std::size_t utf8_prefix(std::string_view text);
// Bytes at the end of `text` that begin a UTF-8 character without completing it: 0 to 3.
std::size_t incomplete_utf8_tail(std::string_view text);

// The code points of 0x80 ... 0xff; bytes the table leaves undefined map to U+FFFD.
const std::array<char32_t, 128>& upper_half(Charset charset);
void append_utf8(std::string& out, char32_t code_point);

// `text` as UTF-8: unchanged when it is valid (see Charset), else by table. A view of `text` or of
// `scratch`.
std::string_view to_utf8(std::string_view text, Charset charset, std::string& scratch);

}  // namespace custody_adapter
