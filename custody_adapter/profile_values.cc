#include "custody_adapter/profile_values.h"

#include <algorithm>

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Date;
using ledger::base::Total;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// An integer of 10^-decimals units, brought to `digits` decimals where that loses nothing.
std::optional<Figure> implied(std::string_view text, int decimals, int digits) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  } else if (!text.empty() && (text.back() == '-' || text.back() == '+')) {
    negative = text.back() == '-';
    text.remove_suffix(1);
  }
  if (text.empty()) return std::nullopt;
  constexpr std::int64_t kLimit = Amount::kMaxMinor;
  std::int64_t units = 0;
  for (const char c : text) {
    if (!is_digit(c) || units > kLimit / 10) return std::nullopt;
    units = units * 10 + (c - '0');
  }
  if (units > kLimit) return std::nullopt;
  while (decimals > digits && units % 10 == 0) {
    units /= 10;
    --decimals;
  }
  for (; decimals < digits; ++decimals) {
    if (units > kLimit / 10) return std::nullopt;
    units *= 10;
  }
  return Figure{Total::from_minor(negative ? -units : units), static_cast<std::uint8_t>(decimals)};
}

// "1,234,567.00" without its grouping marks; nothing when they stand where they group no thousands.
std::optional<std::string_view> ungrouped(std::string_view text, char grouping, char point,
                                          std::string& scratch) {
  if (text.find(grouping) == std::string_view::npos) return text;
  const std::size_t whole_end = std::min(text.find(point), text.size());
  scratch.clear();
  std::size_t since_mark = 0;
  bool marked = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != grouping) {
      scratch.push_back(c);
      if (i < whole_end && is_digit(c)) ++since_mark;
      continue;
    }
    const bool fits = marked ? since_mark == 3 : since_mark >= 1 && since_mark <= 3;
    if (i >= whole_end || !fits) return std::nullopt;
    marked = true;
    since_mark = 0;
  }
  if (since_mark != 3) return std::nullopt;
  return std::string_view(scratch);
}

// The day of a year that is closest to `near`; none for 29 February where no year beside has one.
Date nearest(int month, int day, Date near) {
  Date best;
  for (const int year : {near.year() - 1, near.year(), near.year() + 1}) {
    const auto date = Date::from_ymd(year, month, day);
    if (!date) continue;
    const auto away = [near](Date d) {
      const std::int64_t days = d.days() - near.days();
      return days < 0 ? -days : days;
    };
    if (best.is_none() || away(*date) < away(best)) best = *date;
  }
  return best;
}

}  // namespace

std::optional<std::vector<DateStep>> parse_form(std::string_view form, bool is_time) {
  constexpr std::string_view kParts = "ymdHMS";
  std::vector<DateStep> steps;
  std::string seen;
  for (std::size_t i = 0; i < form.size();) {
    const char c = form[i];
    if (kParts.find(c) == std::string_view::npos) {
      if ((c >= 'a' && c <= 'z' && c != 'T') || is_digit(c)) return std::nullopt;
      steps.push_back({0, 0, c});
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < form.size() && form[end] == c) ++end;
    const std::size_t digits = end - i;
    const bool is_date_part = c == 'y' || c == 'm' || c == 'd';
    if ((is_time && is_date_part) || seen.find(c) != std::string::npos) return std::nullopt;
    if (digits != 2 && !(c == 'y' && digits == 4)) return std::nullopt;
    seen.push_back(c);
    steps.push_back({c, static_cast<std::uint8_t>(digits), 0});
    i = end;
  }
  const auto has = [&seen](char c) { return seen.find(c) != std::string::npos; };
  const bool date = has('m') && has('d');
  const bool time = has('H') && has('M');
  if (is_time ? !time : !date) return std::nullopt;
  if (!is_time && !time && (has('H') || has('M') || has('S'))) return std::nullopt;
  return steps;
}

DateTime read_date_time(std::string_view text, const std::vector<DateStep>& form, Date near) {
  DateTime out;
  int year = -1;
  int century = 0;
  int month = 0;
  int day = 0;
  int part_of_time[3] = {0, 0, 0};
  bool has_time = false;
  for (const DateStep& step : form) {
    if (step.part == 0) {
      if (text.empty() || text.front() != step.literal) return out;
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < step.digits) return out;
    int value = 0;
    for (std::size_t i = 0; i < step.digits; ++i) {
      if (!is_digit(text[i])) return out;
      value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(step.digits);
    if (step.part == 'y') {
      year = value;
      century = step.digits == 2 ? 2000 : 0;
    } else if (step.part == 'm') {
      month = value;
    } else if (step.part == 'd') {
      day = value;
    } else {
      part_of_time[step.part == 'H' ? 0 : step.part == 'M' ? 1 : 2] = value;
      has_time = true;
    }
  }
  if (!text.empty()) return out;
  const bool blank = month == 0 && day == 0 && year <= 0;
  if (!blank && year >= 0) {
    const auto date = Date::from_ymd(century + year, month, day);
    if (!date) return out;
    out.date = *date;
  } else if (!blank) {
    if (month < 1 || month > 12 || day < 1 || day > 31) {
      // A form of a time alone has no month.
      if (month != 0 || day != 0) return out;
    } else if (!near.is_none()) {
      out.date = nearest(month, day, near);
    }
  }
  if (has_time) {
    if (part_of_time[0] > 23 || part_of_time[1] > 59 || part_of_time[2] > 60) return {};
    out.time = "00:00:00";
    for (std::size_t i = 0; i < 3; ++i) {
      out.time[i * 3] = static_cast<char>('0' + part_of_time[i] / 10);
      out.time[i * 3 + 1] = static_cast<char>('0' + part_of_time[i] % 10);
    }
  }
  out.good = true;
  return out;
}

std::optional<Figure> read_amount(std::string_view text, const FieldSpec& field, int digits,
                                  std::string& scratch) {
  if (field.decimals >= 0) return implied(text, field.decimals, digits);
  if (field.grouping != 0) {
    const auto plain = ungrouped(text, field.grouping, field.point, scratch);
    if (!plain) return std::nullopt;
    return parse_figure(*plain, digits, field.point);
  }
  return parse_figure(text, digits, field.point);
}

std::optional<std::uint64_t> read_count(std::string_view text) {
  if (text.empty() || text.size() > 30) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c) || value > 100'000'000'000'000'000) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

}  // namespace custody_adapter
