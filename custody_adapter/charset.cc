#include "custody_adapter/charset.h"

#include <cstring>

namespace custody_adapter {
namespace {

using Table = std::array<char32_t, 128>;

constexpr char32_t kUnknown = 0xfffd;

constexpr Table latin1() {
  Table t{};
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<char32_t>(0x80 + i);
  return t;
}

constexpr Table cp1252() {
  constexpr char32_t kC1[32] = {0x20ac, kUnknown, 0x201a,   0x0192, 0x201e, 0x2026, 0x2020,
                                0x2021, 0x02c6,   0x2030,   0x0160, 0x2039, 0x0152, kUnknown,
                                0x017d, kUnknown, kUnknown, 0x2018, 0x2019, 0x201c, 0x201d,
                                0x2022, 0x2013,   0x2014,   0x02dc, 0x2122, 0x0161, 0x203a,
                                0x0153, kUnknown, 0x017e,   0x0178};
  Table t = latin1();
  for (std::size_t i = 0; i < 32; ++i) t[i] = kC1[i];
  return t;
}

constexpr Table latin9() {
  Table t = latin1();
  t[0x24] = 0x20ac;
  t[0x26] = 0x0160;
  t[0x28] = 0x0161;
  t[0x34] = 0x017d;
  t[0x38] = 0x017e;
  t[0x3c] = 0x0152;
  t[0x3d] = 0x0153;
  t[0x3e] = 0x0178;
  return t;
}

constexpr Table cp852() {
  return {0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x016f, 0x0107, 0x00e7, 0x0142, 0x00eb, 0x0150,
          0x0151, 0x00ee, 0x0179, 0x00c4, 0x0106, 0x00c9, 0x0139, 0x013a, 0x00f4, 0x00f6, 0x013d,
          0x013e, 0x015a, 0x015b, 0x00d6, 0x00dc, 0x0164, 0x0165, 0x0141, 0x00d7, 0x010d, 0x00e1,
          0x00ed, 0x00f3, 0x00fa, 0x0104, 0x0105, 0x017d, 0x017e, 0x0118, 0x0119, 0x00ac, 0x017a,
          0x010c, 0x015f, 0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x00c1, 0x00c2,
          0x011a, 0x015e, 0x2563, 0x2551, 0x2557, 0x255d, 0x017b, 0x017c, 0x2510, 0x2514, 0x2534,
          0x252c, 0x251c, 0x2500, 0x253c, 0x0102, 0x0103, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560,
          0x2550, 0x256c, 0x00a4, 0x0111, 0x0110, 0x010e, 0x00cb, 0x010f, 0x0147, 0x00cd, 0x00ce,
          0x011b, 0x2518, 0x250c, 0x2588, 0x2584, 0x0162, 0x016e, 0x2580, 0x00d3, 0x00df, 0x00d4,
          0x0143, 0x0144, 0x0148, 0x0160, 0x0161, 0x0154, 0x00da, 0x0155, 0x0170, 0x00fd, 0x00dd,
          0x0163, 0x00b4, 0x00ad, 0x02dd, 0x02db, 0x02c7, 0x02d8, 0x00a7, 0x00f7, 0x00b8, 0x00b0,
          0x00a8, 0x02d9, 0x0171, 0x0158, 0x0159, 0x25a0, 0x00a0};
}

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Length of the character that `lead` begins; 0 if it begins none.
std::size_t utf8_length(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// The second byte has a narrower range after some leads (no overlong forms, no surrogates).
bool second_fits(unsigned lead, unsigned second) {
  if (lead == 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (lead == 0xed) return second >= 0x80 && second <= 0x9f;
  if (lead == 0xf0) return second >= 0x90 && second <= 0xbf;
  if (lead == 0xf4) return second >= 0x80 && second <= 0x8f;
  return second >= 0x80 && second <= 0xbf;
}

// Of the character at `i`: its length when it is whole and valid, else 0.
std::size_t valid_length(std::string_view text, std::size_t i) {
  const std::size_t length = utf8_length(byte_at(text, i));
  if (length == 0 || i + length > text.size()) return 0;
  if (length > 1 && !second_fits(byte_at(text, i), byte_at(text, i + 1))) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xc0U) != 0x80U) return 0;
  }
  return length;
}

}  // namespace

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & kHighBits) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if (byte_at(text, i) >= 0x80) return false;
  }
  return true;
}

std::size_t utf8_prefix(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = valid_length(text, i);
    if (length == 0) break;
    i += length;
  }
  return i;
}

bool is_utf8(std::string_view text) { return is_ascii(text) || utf8_prefix(text) == text.size(); }

std::size_t incomplete_utf8_tail(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const unsigned byte = byte_at(text, text.size() - back);
    if ((byte & 0xc0U) == 0x80U) continue;
    return utf8_length(byte) > back ? back : 0;
  }
  return 0;
}

const std::array<char32_t, 128>& upper_half(Charset charset) {
  static constexpr Table kLatin1 = latin1();
  static constexpr Table kLatin9 = latin9();
  static constexpr Table kCp1252 = cp1252();
  static constexpr Table kCp852 = cp852();
  switch (charset) {
    case Charset::kCp1252:
      return kCp1252;
    case Charset::kLatin1:
    case Charset::kLatin1Only:
      return kLatin1;
    case Charset::kLatin9:
      return kLatin9;
    case Charset::kCp852:
      return kCp852;
  }
  return kCp1252;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else {  // the tables hold nothing above the basic plane
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

std::string_view to_utf8(std::string_view text, Charset charset, std::string& scratch) {
  if (is_ascii(text)) return text;
  if (charset != Charset::kLatin1Only && is_utf8(text)) return text;
  const Table& table = upper_half(charset);
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned byte = byte_at(text, i);
    append_utf8(scratch, byte < 0x80 ? static_cast<char32_t>(byte) : table[byte - 0x80]);
  }
  return scratch;
}

}  // namespace custody_adapter
