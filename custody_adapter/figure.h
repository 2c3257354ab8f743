// Figure: a signed decimal as a statement states it, exact whatever its number of decimals.
//
// Statements may carry more decimals than their currency has (camt allows 5), so a figure keeps the
// number of decimals of its unit beside it. `digits` is the larger of the currency's minor digits
// and the decimals that the text needs (trailing zeros do not count): in practice it equals
// Currency::minor_digits() and `units` are minor units. Nothing is ever rounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/amount.h"

namespace custody_adapter {

// More decimals than this are an unreadable amount (ISSUE bad_amount). Sums stay exact: 10^18 units
// widened to 8 decimals leave room for more than 10^12 entries in a Total.
inline constexpr int kDigitsMax = 8;

struct Figure {
  ledger::base::Total units;  // 10^-digits of the currency's main unit
  std::uint8_t digits = 0;    // 0 ... kDigitsMax

  // The same value in units of 10^-to; nothing if it has more decimals than that.
  std::optional<ledger::base::Total> at(int to) const;
  bool is_zero() const { return units.is_zero(); }

  // By value: 1.50 equals 1.500.
  friend bool operator==(const Figure& a, const Figure& b);
  // Exact; the result carries the larger number of digits.
  friend Figure operator+(Figure a, Figure b);
  friend Figure operator-(Figure a, Figure b);
  friend Figure operator-(Figure a) { return {-a.units, a.digits}; }
};

// "-54.00", with `digits` decimals.
std::string format(const Figure& figure);

// Decimal text with `point` as the decimal mark, at least `digits_min` digits kept; a sign and
// missing decimals ("11,", "11", ",50") are accepted, grouping marks are not. Nothing if it is no
// number, needs more than kDigitsMax decimals or exceeds Amount::kMaxMinor units.
std::optional<Figure> parse_figure(std::string_view text, int digits_min, char point);

}  // namespace custody_adapter
