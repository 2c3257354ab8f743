#include "custody_adapter/ofx_fields.h"

#include <algorithm>

namespace custody_adapter {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "1.234.567" by '.': one to three digits, then groups of three.
bool is_grouped(std::string_view text, char mark) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  std::size_t group = 0;
  bool first = true;
  for (const char c : text) {
    if (c == mark) {
      if (group == 0 || (!first && group != 3) || group > 3) return false;
      first = false;
      group = 0;
    } else if (is_digit(c)) {
      ++group;
    } else {
      return false;
    }
  }
  return !first && group == 3;
}

}  // namespace

std::optional<OfxAmount> parse_ofx_amount(std::string_view text, int digits, std::string& problem) {
  const std::size_t point = text.rfind('.');
  const std::size_t comma = text.rfind(',');
  const bool has_point = point != std::string_view::npos;
  const bool has_comma = comma != std::string_view::npos;
  OfxAmount amount;
  std::optional<Figure> value;
  if (has_point && has_comma) {
    const char mark = point > comma ? '.' : ',';
    const std::size_t at = std::max(point, comma);
    const char other = mark == '.' ? ',' : '.';
    if (!is_grouped(text.substr(0, at), other)) {
      problem = "point and comma are mixed";
      return std::nullopt;
    }
    std::string plain(text);
    plain.erase(std::remove(plain.begin(), plain.end(), other), plain.end());
    amount.grouping = true;
    value = parse_figure(plain, digits, mark);
  } else if (has_comma && digits != 3 && text.size() - comma == 4) {
    problem = "a comma before three digits is a decimal mark or a grouping mark";
    return std::nullopt;
  } else {
    value = parse_figure(text, digits, has_comma ? ',' : '.');
  }
  if (!value) {
    problem = "the amount is not a number";
    return std::nullopt;
  }
  amount.value = *value;
  return amount;
}

std::optional<ledger::base::Date> parse_ofx_date(std::string_view text) {
  constexpr std::size_t kDayDigits = 8;
  if (text.size() < kDayDigits) return std::nullopt;
  const std::string_view day = text.substr(0, kDayDigits);
  if (!std::all_of(day.begin(), day.end(), is_digit)) return std::nullopt;
  const auto number = [day](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : day.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  return ledger::base::Date::from_ymd(number(0, 4), number(4, 2), number(6, 2));
}

}  // namespace custody_adapter
