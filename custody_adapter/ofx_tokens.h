// OFX bytes into elements, SGML and XML alike: a tag and the text behind it. Closing tags of leaves
// may be absent, text may hold raw "&" and "<", and nothing is ever expanded but the five XML
// entities, "&nbsp;" and character numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "custody_adapter/statement.h"

namespace custody_adapter {

struct OfxElement {
  std::string_view name;  // upper case; "" for what stands before the first tag
  bool closes = false;    // "</NAME>"
  std::string_view text;  // raw, up to the next tag, CDATA marks removed; valid during the callback
  bool cut = false;       // the text is longer than OfxTokens::kTextBytesMax; the rest is dropped
  Place place;            // of the tag and its text
};

class OfxTokens {
 public:
  static constexpr std::size_t kTextBytesMax = 1U << 16U;
  using OnElement = std::function<void(const OfxElement&)>;

  explicit OfxTokens(OnElement on_element) : on_element_(std::move(on_element)) {}

  void push(std::string_view chunk);
  void finish();
  // Of the end of what was read.
  Place end() const { return {offset_ + held_.size(), 0, line_}; }
  // The attributes of <?OFX ...?>, "" when there was none.
  const std::string& declaration() const { return declaration_; }

 private:
  void scan(bool final);
  std::size_t markup(std::string_view text, bool final);
  std::size_t tag(std::string_view text, bool final);
  void add_text(std::string_view text);
  void emit();
  std::size_t skip(std::string_view text, std::string_view end, std::size_t from, bool final) const;

  OnElement on_element_;
  std::string held_;          // bytes not yet used
  std::uint64_t offset_ = 0;  // of held_ in the file
  std::uint64_t line_ = 1;    // at offset_
  std::string declaration_;

  std::string name_;
  bool closes_ = false;
  std::string text_;
  bool cut_ = false;
  Place place_{0, 0, 1};
};

// Entities resolved, blanks at both ends removed, line ends made blanks. A view of `text` or of
// `scratch`. Works on bytes of any charset that extends ASCII; numbers become UTF-8.
std::string_view plain_ofx_text(std::string_view text, std::string& scratch);

}  // namespace custody_adapter
