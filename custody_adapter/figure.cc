#include "custody_adapter/figure.h"

#include <algorithm>

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Int128;
using ledger::base::Total;

namespace {

Int128 power_of_ten(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Total widened(const Figure& figure, int digits) {
  return Total::from_minor(figure.units.minor() * power_of_ten(digits - figure.digits));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Total> Figure::at(int to) const {
  if (to >= digits) return widened(*this, to);
  const Int128 divisor = power_of_ten(digits - to);
  if (units.minor() % divisor != 0) return std::nullopt;
  return Total::from_minor(units.minor() / divisor);
}

bool operator==(const Figure& a, const Figure& b) { return (a - b).is_zero(); }

Figure operator+(Figure a, Figure b) {
  if (a.digits == b.digits) return {a.units + b.units, a.digits};
  const std::uint8_t digits = std::max(a.digits, b.digits);
  return {widened(a, digits) + widened(b, digits), digits};
}

Figure operator-(Figure a, Figure b) { return a + -b; }

std::string format(const Figure& figure) {
  return ledger::base::format_decimal(figure.units, figure.digits);
}

std::optional<Figure> parse_figure(std::string_view text, int digits_min, char point) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  const std::size_t mark = text.find(point);
  const std::string_view whole = text.substr(0, mark);
  std::string_view fraction =
      mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
  if (whole.empty() && fraction.empty()) return std::nullopt;
  const auto floor = static_cast<std::size_t>(digits_min);
  while (fraction.size() > floor && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > static_cast<std::size_t>(kDigitsMax)) return std::nullopt;

  constexpr auto kLimit = static_cast<std::uint64_t>(Amount::kMaxMinor);
  std::uint64_t units = 0;
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      if (!is_digit(c)) return std::nullopt;
      units = units * 10 + static_cast<std::uint64_t>(c - '0');
      if (units > kLimit) return std::nullopt;
    }
  }
  for (std::size_t i = fraction.size(); i < floor; ++i) {
    units *= 10;
    if (units > kLimit) return std::nullopt;
  }
  const auto value = static_cast<std::int64_t>(units);
  return Figure{Total::from_minor(negative ? -value : value),
                static_cast<std::uint8_t>(std::max(fraction.size(), floor))};
}

}  // namespace custody_adapter
