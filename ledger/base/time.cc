#include "ledger/base/time.h"

#include <chrono>

#include <fmt/format.h>

#include "ledger/base/check.h"

namespace ledger::base {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

year_month_day ymd_of(const Date& d) {
  return year_month_day{std::chrono::year(d.year()),
                        std::chrono::month(static_cast<unsigned>(d.month())),
                        std::chrono::day(static_cast<unsigned>(d.day()))};
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<Date> Date::from_ymd(int year, int month, int day) {
  if (year < 1900 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  Date d;
  d.yyyymmdd_ = static_cast<std::uint32_t>(year * 10000 + month * 100 + day);
  if (!ymd_of(d).ok()) return std::nullopt;
  return d;
}

std::optional<Date> Date::from_yyyymmdd(std::uint32_t v) {
  if (v == 0) return Date();
  if (v > 99991231) return std::nullopt;
  return from_ymd(static_cast<int>(v / 10000), static_cast<int>(v / 100 % 100),
                  static_cast<int>(v % 100));
}

std::optional<Date> Date::parse(std::string_view iso) {
  if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-') return std::nullopt;
  const auto y = digits(iso.substr(0, 4));
  const auto m = digits(iso.substr(5, 2));
  const auto d = digits(iso.substr(8, 2));
  if (!y || !m || !d) return std::nullopt;
  return from_ymd(*y, *m, *d);
}

Date Date::of(Timestamp t) {
  const auto day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(t.ns)));
  const year_month_day ymd(day);
  const auto date = from_ymd(int(ymd.year()), static_cast<int>(unsigned(ymd.month())),
                             static_cast<int>(unsigned(ymd.day())));
  LEDGER_CHECK(date.has_value());
  return *date;
}

int Date::weekday() const {
  return static_cast<int>(std::chrono::weekday(sys_days(ymd_of(*this))).iso_encoding()) - 1;
}

std::int64_t Date::days() const { return sys_days(ymd_of(*this)).time_since_epoch().count(); }

Date Date::plus_days(std::int64_t days) const {
  const year_month_day ymd(sys_days(ymd_of(*this)) + std::chrono::days(days));
  const auto date = from_ymd(int(ymd.year()), static_cast<int>(unsigned(ymd.month())),
                             static_cast<int>(unsigned(ymd.day())));
  LEDGER_CHECK(date.has_value());
  return *date;
}

std::string format(Date d) {
  if (d.is_none()) return "";
  return fmt::format("{:04}-{:02}-{:02}", d.year(), d.month(), d.day());
}

std::string format(Timestamp t) {
  constexpr std::int64_t kDay = 86'400'000'000'000;
  std::int64_t in_day = t.ns % kDay;
  if (in_day < 0) in_day += kDay;
  const std::int64_t seconds = in_day / 1'000'000'000;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:09}Z", format(Date::of(t)), seconds / 3600,
                     seconds / 60 % 60, seconds % 60, in_day % 1'000'000'000);
}

}  // namespace ledger::base
