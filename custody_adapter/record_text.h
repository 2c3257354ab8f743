// Text of records in a file's own encoding: to UTF-8, from UTF-8, and cutting at separators without
// taking half a character for one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"

namespace custody_adapter {

// One direction of iconv. Not for several threads at once.
class TextConverter {
 public:
  virtual ~TextConverter() = default;
  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);
  // `out` becomes the converted text. Returns kAll, or the offset of the first byte that does not
  // decode; `out` then holds U+FFFD (from the encoding) for each such byte.
  virtual std::size_t convert(std::string_view text, std::string& out) = 0;
};
// Nothing when the system does not know the encoding, or when ASCII text is not itself in it.
std::unique_ptr<TextConverter> make_decoder(const std::string& encoding);
std::unique_ptr<TextConverter> make_encoder(const std::string& encoding);

// Which bytes begin characters of several bytes, as far as cutting at ASCII separators needs it: in
// GBK, GB18030, Big5 and Shift-JIS a second byte may look like '|', '\' or a letter.
class CharacterMap {
 public:
  explicit CharacterMap(std::string_view encoding);
  // False when no byte of `separator` can be the second byte of a character.
  bool can_hide(std::string_view separator) const;
  // The length of the character at `i`, at least 1, at most what is left of `text`.
  std::size_t length_at(std::string_view text, std::size_t i) const {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (!leads_[lead] || i + 1 >= text.size()) return 1;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (four_bytes_ && second >= '0' && second <= '9') return i + 4 <= text.size() ? 4 : 1;
    return second >= 0x40 ? 2 : 1;
  }
  // Bytes at the end of `text` that begin a character without completing it: what a fixed-width
  // field cuts off.
  std::size_t incomplete_tail(std::string_view text) const;

 private:
  std::array<bool, 256> leads_{};
  bool four_bytes_ = false;
  bool utf8_ = false;
  bool multibyte_ = false;
};

// Cells of a delimited record; views of it, or of `scratch` for quoted ones.
class RecordCutter {
 public:
  RecordCutter(std::string separator, char quote, std::string_view encoding);
  // False when a quote is not closed, or text follows a closing one. A cell is given as it stands
  // in the record, quotes included.
  bool cut(std::string_view record, std::vector<std::string_view>& cells) const;
  // The text inside quotes, doubled ones undone; `cell` itself when it has none.
  std::string_view unquoted(std::string_view cell, std::string& scratch) const;

 private:
  std::size_t find_separator(std::string_view record, std::size_t from) const;

  std::string separator_;
  char quote_;
  CharacterMap characters_;
  bool careful_;
};

}  // namespace custody_adapter
