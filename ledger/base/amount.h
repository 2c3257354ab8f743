// Money as integers: Amount (one figure), Total (a sum), Currency, Money (an Amount with its
// Currency). No float or double, no implicit conversion, no operator that can wrap.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/check.h"

namespace ledger::base {

// 128-bit integers are a compiler extension; this is the one place that says so.
__extension__ typedef __int128 Int128;            // NOLINT(modernize-use-using)
__extension__ typedef unsigned __int128 UInt128;  // NOLINT(modernize-use-using)

// An amount in minor units (fen, cents), 0 ... 10^18. The side, debit or credit, is never in the
// sign: it is a field of whatever holds the amount.
class Amount {
 public:
  static constexpr std::int64_t kMaxMinor = 1'000'000'000'000'000'000;

  constexpr Amount() = default;

  // Nothing if `minor` is negative or above kMaxMinor.
  static constexpr std::optional<Amount> from_minor(std::int64_t minor) {
    if (minor < 0 || minor > kMaxMinor) return std::nullopt;
    return Amount(minor);
  }
  // For constants and for values already proved in range; out of range is a bug.
  static constexpr Amount of(std::int64_t minor) {
    LEDGER_CHECK(minor >= 0 && minor <= kMaxMinor);
    return Amount(minor);
  }

  constexpr std::int64_t minor() const { return minor_; }
  constexpr bool is_zero() const { return minor_ == 0; }

  friend constexpr auto operator<=>(Amount, Amount) = default;

 private:
  explicit constexpr Amount(std::int64_t minor) : minor_(minor) {}
  std::int64_t minor_ = 0;
};
static_assert(sizeof(Amount) == 8);

// A signed sum of amounts: 128 bits, so that no journal can be long enough to overflow it
// (2^127 / 10^18 > 1.7 * 10^20 amounts).
class Total {
 public:
  constexpr Total() = default;
  constexpr Total(Amount amount) : minor_(amount.minor()) {}  // NOLINT: implicit, widening
  static constexpr Total from_minor(Int128 minor) {
    Total t;
    t.minor_ = minor;
    return t;
  }

  constexpr Int128 minor() const { return minor_; }
  constexpr bool is_zero() const { return minor_ == 0; }
  constexpr bool is_negative() const { return minor_ < 0; }

  // Nothing if the sum is negative or above Amount::kMaxMinor.
  constexpr std::optional<Amount> to_amount() const {
    if (minor_ < 0 || minor_ > Amount::kMaxMinor) return std::nullopt;
    return Amount::from_minor(static_cast<std::int64_t>(minor_));
  }

  constexpr Total& operator+=(Total other) {
    minor_ += other.minor_;
    return *this;
  }
  constexpr Total& operator-=(Total other) {
    minor_ -= other.minor_;
    return *this;
  }
  friend constexpr Total operator+(Total a, Total b) { return a += b; }
  friend constexpr Total operator-(Total a, Total b) { return a -= b; }
  friend constexpr Total operator-(Total a) { return Total() -= a; }
  friend constexpr bool operator==(Total a, Total b) { return a.minor_ == b.minor_; }
  friend constexpr std::strong_ordering operator<=>(Total a, Total b) {
    return a.minor_ < b.minor_   ? std::strong_ordering::less
           : a.minor_ > b.minor_ ? std::strong_ordering::greater
                                 : std::strong_ordering::equal;
  }

 private:
  Int128 minor_ = 0;
};
// Mixed sums and comparisons go through Total.
constexpr Total operator+(Amount a, Amount b) { return Total(a) + Total(b); }
constexpr Total operator-(Amount a, Amount b) { return Total(a) - Total(b); }

// ISO 4217 alphabetic code, three capital letters. Default is no currency ("").
class Currency {
 public:
  constexpr Currency() = default;
  static std::optional<Currency> parse(std::string_view code);
  static constexpr Currency of(const char (&code)[4]) {
    Currency c;
    c.code_ = {code[0], code[1], code[2]};
    return c;
  }
  std::string_view code() const { return {code_.data(), code_[0] == 0 ? 0U : 3U}; }
  // Digits after the decimal point by ISO 4217: 2 for most, 0 for JPY, 3 for KWD, ...
  int minor_digits() const;
  friend constexpr auto operator<=>(const Currency&, const Currency&) = default;

 private:
  std::array<char, 3> code_{};
};
inline constexpr Currency kCny = Currency::of("CNY");

// An amount with its currency. There is no arithmetic on Money: sums are per currency, on Totals.
struct Money {
  Amount amount;
  Currency currency;
  friend bool operator==(const Money&, const Money&) = default;
};

// Why a decimal text is not an amount.
enum class DecimalError { kEmpty, kNotANumber, kTooManyDecimals, kOutOfRange };
std::string_view name_of(DecimalError error);

struct ParsedDecimal {
  std::optional<Total> value;  // minor units, signed
  DecimalError error = DecimalError::kEmpty;
};
// "-1234.5" with digits = 2 becomes -123450. `point` is '.' or ','. Digits beyond `digits` are
// accepted only when they are zeros, so that no money is rounded on the way in. No grouping marks,
// no exponent, at most 18 integer digits.
ParsedDecimal parse_decimal(std::string_view text, int digits, char point = '.');

// 123450 with digits = 2 becomes "1234.50"; -5 becomes "-0.05".
std::string format_decimal(Total minor, int digits);
inline std::string format(Total minor, Currency currency) {
  return format_decimal(minor, currency.minor_digits());
}
// Plain integer text of minor units.
std::string to_string(Int128 value);

}  // namespace ledger::base
