// Timestamp and Date. The ledger never reads a clock: times come in as arguments.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledger::base {

// Nanoseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
};
// "2024-06-30T16:00:00.000000000Z"
std::string format(Timestamp t);

// A calendar day (proleptic Gregorian), 1900-01-01 ... 9999-12-31, or none.
class Date {
 public:
  constexpr Date() = default;
  static std::optional<Date> from_ymd(int year, int month, int day);
  static std::optional<Date> from_yyyymmdd(std::uint32_t yyyymmdd);  // 20240630; 0 gives none
  static std::optional<Date> parse(std::string_view iso);            // "2024-06-30"
  static Date of(Timestamp t);                                       // the UTC day of an instant

  constexpr std::uint32_t yyyymmdd() const { return yyyymmdd_; }
  constexpr bool is_none() const { return yyyymmdd_ == 0; }
  int year() const { return static_cast<int>(yyyymmdd_ / 10000); }
  int month() const { return static_cast<int>(yyyymmdd_ / 100 % 100); }
  int day() const { return static_cast<int>(yyyymmdd_ % 100); }
  // 0 = Monday ... 6 = Sunday.
  int weekday() const;
  // Days since 1970-01-01.
  std::int64_t days() const;
  // `days` may be negative; the result must stay within the range of Date.
  Date plus_days(std::int64_t days) const;

  friend constexpr auto operator<=>(Date, Date) = default;

 private:
  std::uint32_t yyyymmdd_ = 0;
};
// "2024-06-30", or "" for none.
std::string format(Date d);

}  // namespace ledger::base
