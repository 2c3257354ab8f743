#include "ledger/server/json_check.h"

#include <array>
#include <limits>

namespace ledger::server {
namespace {

constexpr std::size_t kDepthMax = 64;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  // No recursion: the depth of the input must not be the depth of our stack.
  bool check() {
    std::array<char, kDepthMax> open{};
    std::size_t depth = 0;
    while (true) {
      spaces();
      if (take('{') || take('[')) {
        if (depth == kDepthMax) return false;
        open[depth++] = text_[at_ - 1];
        spaces();
        if (open[depth - 1] == '[' ? !peek(']') : !peek('}')) {
          if (open[depth - 1] == '{' && !key()) return false;
          continue;
        }
      } else if (!scalar()) {
        return false;
      }
      // A value has ended, or an empty container is about to: close what closes here.
      while (true) {
        spaces();
        if (depth == 0) return at_ == text_.size();
        const char kind = open[depth - 1];
        if (take(kind == '[' ? ']' : '}')) {
          --depth;
          continue;
        }
        if (!take(',')) return false;
        if (kind == '{' && !key()) return false;
        break;
      }
    }
  }

 private:
  bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!peek(c)) return false;
    ++at_;
    return true;
  }
  void spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  bool key() {
    spaces();
    if (!string()) return false;
    spaces();
    return take(':');
  }
  bool scalar() {
    if (peek('"')) return string();
    if (peek('t')) return word("true");
    if (peek('f')) return word("false");
    if (peek('n')) return word("null");
    return number();
  }
  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }
  bool escape() {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; ++i) {
      if (at_ == text_.size() || !is_hex(text_[at_++])) return false;
    }
    return true;
  }
  bool digits() {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > from;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

NumberToken read_number(std::string_view token) {
  using Kind = NumberToken::Kind;
  while (!token.empty() && is_space(token.back())) token.remove_suffix(1);
  if (!is_well_formed(token)) return {};
  const bool negative = token.front() == '-';
  std::uint64_t magnitude = 0;
  bool beyond = false;
  for (const char c : token.substr(negative ? 1 : 0)) {
    if (!is_digit(c)) return {Kind::kFraction, 0};
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (magnitude > (kMax - digit) / 10) beyond = true;
    if (!beyond) magnitude = magnitude * 10 + digit;
  }
  if (beyond) return {negative ? Kind::kTooSmall : Kind::kTooLarge, 0};
  const auto value = static_cast<std::int64_t>(magnitude);
  return {Kind::kInteger, negative ? -value : value};
}

bool is_well_formed(std::string_view text) { return Checker(text).check(); }

}  // namespace ledger::server
