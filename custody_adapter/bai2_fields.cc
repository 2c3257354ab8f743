#include "custody_adapter/bai2_fields.h"

#include <algorithm>
#include <cstdlib>

#include "custody_adapter/mt940_fields.h"

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Date;
using ledger::base::Total;

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<BaiAmount> parse_with_point(std::string_view text, int digits) {
  const auto figure = parse_figure(text, digits, '.');
  if (!figure) return std::nullopt;
  BaiAmount amount;
  amount.value = *figure;
  amount.point = true;
  const auto raw = figure->at(digits);
  amount.raw_exact = raw.has_value();
  if (raw) amount.raw = static_cast<std::int64_t>(raw->minor());
  return amount;
}

}  // namespace

BaiMeaning meaning_of(int code, const ReadOptions& options) {
  for (const BaiDirection& given : options.bai_directions) {
    if (code >= given.first && code <= given.last) {
      return given.side == Side::kCredit ? BaiMeaning::kCredit : BaiMeaning::kDebit;
    }
  }
  if (code < 1) return BaiMeaning::kUnknown;
  if (code < 100 || (code >= 900 && code < 920)) return BaiMeaning::kStatus;
  if (code < 400 || (code >= 920 && code < 960)) return BaiMeaning::kCredit;
  if (code < 700 || (code >= 960 && code < 1000)) return BaiMeaning::kDebit;
  return BaiMeaning::kUnknown;
}

int parse_bai_code(std::string_view text) {
  if (text.size() != 3 || !std::all_of(text.begin(), text.end(), is_digit)) return -1;
  return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

std::optional<BaiAmount> parse_bai_amount(std::string_view text, int digits) {
  text = without_blanks(text);
  std::string_view number = text;
  const bool negative = !number.empty() && number.front() == '-';
  if (negative || (!number.empty() && number.front() == '+')) number.remove_prefix(1);
  if (number.empty()) return std::nullopt;
  std::uint64_t units = 0;
  for (const char c : number) {
    if (c == '.') return parse_with_point(text, digits);
    if (!is_digit(c)) return std::nullopt;
    units = units * 10 + static_cast<std::uint64_t>(c - '0');
    if (units > static_cast<std::uint64_t>(Amount::kMaxMinor)) return std::nullopt;
  }
  BaiAmount amount;
  amount.raw = negative ? -static_cast<std::int64_t>(units) : static_cast<std::int64_t>(units);
  amount.value = {Total::from_minor(amount.raw), static_cast<std::uint8_t>(digits)};
  return amount;
}

std::optional<Date> parse_bai_date(std::string_view text) {
  text = without_blanks(text);
  if (text.size() == 6) return parse_yymmdd(text);
  if (text.size() != 8 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  return Date::from_ymd(number(0, 4), number(4, 2), number(6, 2));
}

bool is_bai_time(std::string_view text) {
  text = without_blanks(text);
  if (text.empty() || text == "2400" || text == "9999") return true;
  if (text.size() != 4 || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  return text.substr(0, 2) < "24" && text.substr(2) < "60";
}

bool BaiFunds::start(std::string_view type) {
  type = without_blanks(type);
  left_ = 0;
  awaits_count_ = false;
  value_date_ = Date();
  type_ = type.size() == 1 ? type.front() : ' ';
  switch (type_) {
    case 'S':
      left_ = 3;
      return true;
    case 'V':
      left_ = 2;
      return true;
    case 'D':
      awaits_count_ = true;
      return true;
    case 'Z':
    case '0':
    case '1':
    case '2':
      return true;
    default:
      return type.empty();
  }
}

bool BaiFunds::take(std::string_view field) {
  field = without_blanks(field);
  if (awaits_count_) {
    awaits_count_ = false;
    constexpr std::size_t kCountDigitsMax = 3;
    if (field.size() > kCountDigitsMax || !std::all_of(field.begin(), field.end(), is_digit)) {
      return false;
    }
    for (const char c : field) left_ = left_ * 10 + static_cast<std::uint32_t>(c - '0');
    left_ *= 2;
    return true;
  }
  const std::uint32_t place = left_--;
  if (type_ != 'V' || field.empty()) return true;
  if (place == 1) return is_bai_time(field);
  const auto date = parse_bai_date(field);
  if (date) value_date_ = *date;
  return date.has_value();
}

bool take_labelled(std::string_view text, StatementEntry& entry) {
  if (text.size() < 5 || text[4] != ':') return false;
  const std::string_view label = text.substr(0, 4);
  const std::string_view value = without_blanks(text.substr(5));
  const bool credit = entry.side == Side::kCredit;
  const auto put = [value](std::string& field) {
    if (field.empty()) field.assign(value);
    return true;
  };
  if (label == "EREF") return put(entry.references.end_to_end);
  if (label == "CREF") return put(entry.references.instruction);
  if (label == "CHKN") return put(entry.references.cheque);
  if (label == "REMI") return put(entry.remittance);
  // The other side of a credit is the debtor (D...), of a debit the creditor (C...).
  const char other = credit ? 'D' : 'C';
  if (label == "DBNM" || label == "CRNM") {
    const bool other_side = (label == "DBNM") == credit;
    return other_side && put(entry.counterparty.name);
  }
  if (label[0] != other) return false;
  if (label.substr(1) == "ACT") return put(entry.counterparty.account);
  if (label.substr(1) == "BIC" || label.substr(1) == "ABA") return put(entry.counterparty.bank);
  return false;
}

}  // namespace custody_adapter
