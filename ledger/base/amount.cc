#include "ledger/base/amount.h"

#include <algorithm>

namespace ledger::base {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
  if (code.size() != 3) return std::nullopt;
  if (!std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return std::nullopt;
  }
  Currency c;
  std::copy(code.begin(), code.end(), c.code_.begin());
  return c;
}

int Currency::minor_digits() const {
  // ISO 4217 table A.1; every currency not named here has two.
  static constexpr std::string_view kNone[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                               "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                               "VND", "VUV", "XAF", "XOF", "XPF"};
  static constexpr std::string_view kThree[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  static constexpr std::string_view kFour[] = {"CLF", "UYW"};
  const auto has = [this](const auto& list) {
    return std::find(std::begin(list), std::end(list), code()) != std::end(list);
  };
  if (has(kNone)) return 0;
  if (has(kThree)) return 3;
  if (has(kFour)) return 4;
  return 2;
}

std::string_view name_of(DecimalError error) {
  switch (error) {
    case DecimalError::kEmpty:
      return "empty";
    case DecimalError::kNotANumber:
      return "not a number";
    case DecimalError::kTooManyDecimals:
      return "more decimals than the currency has";
    case DecimalError::kOutOfRange:
      return "out of range";
  }
  return "unknown";
}

ParsedDecimal parse_decimal(std::string_view text, int digits, char point) {
  const auto refuse = [](DecimalError e) { return ParsedDecimal{std::nullopt, e}; };
  if (text.empty()) return refuse(DecimalError::kEmpty);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  const std::size_t dot = text.find(point);
  const std::string_view whole = text.substr(0, dot);
  const std::string_view fraction =
      dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  if (whole.empty() && fraction.empty()) return refuse(DecimalError::kNotANumber);
  if (!std::all_of(whole.begin(), whole.end(), is_digit) ||
      !std::all_of(fraction.begin(), fraction.end(), is_digit)) {
    return refuse(DecimalError::kNotANumber);
  }
  Int128 minor = 0;
  for (const char c : whole) {
    minor = minor * 10 + (c - '0');
    if (minor > Amount::kMaxMinor) return refuse(DecimalError::kOutOfRange);
  }
  for (int i = 0; i < digits; ++i) {
    const auto at = static_cast<std::size_t>(i);
    minor = minor * 10 + (at < fraction.size() ? fraction[at] - '0' : 0);
  }
  for (std::size_t i = static_cast<std::size_t>(digits); i < fraction.size(); ++i) {
    if (fraction[i] != '0') return refuse(DecimalError::kTooManyDecimals);
  }
  if (minor > Amount::kMaxMinor) return refuse(DecimalError::kOutOfRange);
  return {Total::from_minor(negative ? -minor : minor), DecimalError::kEmpty};
}

std::string to_string(Int128 value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  UInt128 rest = negative ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
  std::string reversed;
  while (rest != 0) {
    reversed.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  }
  if (negative) reversed.push_back('-');
  return {reversed.rbegin(), reversed.rend()};
}

std::string format_decimal(Total minor, int digits) {
  std::string text = to_string(minor.is_negative() ? -minor.minor() : minor.minor());
  const auto places = static_cast<std::size_t>(digits);
  if (places > 0) {
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, 1, '.');
  }
  if (minor.is_negative()) text.insert(0, 1, '-');
  return text;
}

}  // namespace ledger::base
