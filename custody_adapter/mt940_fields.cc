#include "custody_adapter/mt940_fields.h"

#include <algorithm>
#include <cstdlib>

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Currency;
using ledger::base::Date;

namespace {

constexpr std::size_t kReferenceBytes = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
int digits_of(Currency currency) { return currency.code().empty() ? 2 : currency.minor_digits(); }
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}
int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// Entry dates carry no year: the one nearest to the value date, so that a value date in December
// with an entry date in January is five days later, not 360 earlier.
std::optional<Date> parse_entry_date(std::string_view mmdd, Date value_date) {
  const int month = two_digits(mmdd, 0);
  const int day = two_digits(mmdd, 2);
  std::optional<Date> best;
  for (int step = -1; step <= 1; ++step) {
    const auto candidate = Date::from_ymd(value_date.year() + step, month, day);
    if (!candidate) continue;
    const auto distance = [&](Date d) { return std::llabs(d.days() - value_date.days()); };
    if (!best || distance(*candidate) < distance(*best)) best = candidate;
  }
  return best;
}

// Reads marks C D RC RD EC ED at the front; false when there is none.
bool take_mark(std::string_view& text, StatementLine& line) {
  if (text.empty()) return false;
  char mark = text.front();
  if ((mark == 'R' || mark == 'E') && text.size() > 1 && (text[1] == 'C' || text[1] == 'D')) {
    line.reversal = mark == 'R';
    line.expected = mark == 'E';
    text.remove_prefix(1);
    mark = text.front();
  }
  if (mark != 'C' && mark != 'D') return false;
  text.remove_prefix(1);
  // A reversed credit takes money out, a reversed debit brings it back.
  line.side = (mark == 'C') != line.reversal ? Side::kCredit : Side::kDebit;
  return true;
}

// The amount at the front. A point is accepted as decimal mark before one or two last digits.
std::optional<Figure> take_amount(std::string_view& text, int digits, bool& decimal_point) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789,."), text.size());
  const std::string_view number = text.substr(0, size);
  const std::size_t point = number.find('.');
  char mark = ',';
  if (point != std::string_view::npos) {
    const std::size_t decimals = number.size() - point - 1;
    if (decimals < 1 || decimals > 2) return std::nullopt;
    decimal_point = true;
    mark = '.';
  }
  const auto figure = parse_figure(number, digits, mark);
  if (figure) text.remove_prefix(size);
  return figure;
}

void take_dates(std::string_view& text, StatementLine& line) {
  const auto value_date = parse_yymmdd(text.substr(0, 6));
  line.bad_date = !value_date;
  if (value_date) line.value_date = *value_date;
  text.remove_prefix(6);
  if (text.size() >= 4 && all_digits(text.substr(0, 4))) {
    const auto entry_date = value_date ? parse_entry_date(text, *value_date) : std::nullopt;
    line.bad_date = line.bad_date || !entry_date;
    if (entry_date) line.entry_date = *entry_date;
    text.remove_prefix(4);
  }
  // Some banks fill the absent entry date with blanks.
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

bool is_filler_reference(std::string_view text) {
  static constexpr std::string_view kFillers[] = {
      "NONREF", "NOREF", "NOTPROVIDED", "NOT PROVIDED", "NONE", "KREF+", "KREF", "EREF+", "EREF"};
  return std::find(std::begin(kFillers), std::end(kFillers), text) != std::end(kFillers);
}

std::optional<Date> parse_yymmdd(std::string_view text) {
  if (text.size() != 6 || !all_digits(text)) return std::nullopt;
  const int year = two_digits(text, 0);
  return Date::from_ymd(year + (year >= 80 ? 1900 : 2000), two_digits(text, 2),
                        two_digits(text, 4));
}

std::optional<Balance> parse_mt940_balance(std::string_view text, Currency fallback,
                                           std::string& problem) {
  text = trimmed(text);
  Balance balance;
  if (text.empty() || (text[0] != 'C' && text[0] != 'D')) {
    problem = "a balance begins with C or D";
    return std::nullopt;
  }
  const bool debit = text[0] == 'D';
  text.remove_prefix(1);
  if (text.size() < 7 || !all_digits(text.substr(0, 6))) {
    problem = "six digits of date are expected";
    return std::nullopt;
  }
  balance.date = parse_yymmdd(text.substr(0, 6)).value_or(Date());
  text.remove_prefix(6);
  const bool has_currency = !is_digit(text.front());
  const auto currency = has_currency ? Currency::parse(text.substr(0, 3)) : std::optional(fallback);
  if (!currency) {
    problem = "the currency is not three capital letters";
    return std::nullopt;
  }
  balance.currency = *currency;
  if (has_currency) text.remove_prefix(3);
  bool decimal_point = false;
  const auto value = take_amount(text, digits_of(*currency), decimal_point);
  if (!value || !trimmed(text).empty()) {
    problem = "the amount is not a number";
    return std::nullopt;
  }
  balance.value = debit ? -*value : *value;
  return balance;
}

std::optional<StatementLine> parse_statement_line(std::string_view text, int digits,
                                                  std::string& problem) {
  StatementLine line;
  if (text.size() < 6 || !all_digits(text.substr(0, 6))) {
    problem = "six digits of value date are expected";
    return std::nullopt;
  }
  take_dates(text, line);
  if (!take_mark(text, line)) {
    problem = "a mark C, D, RC, RD, EC or ED is expected after the dates";
    return std::nullopt;
  }
  if (!text.empty() && is_upper(text.front())) text.remove_prefix(1);  // funds code
  const auto amount = take_amount(text, digits, line.decimal_point);
  if (!amount) {
    problem = "the amount is not a number";
    return std::nullopt;
  }
  line.amount = *amount;
  if (text.size() >= 4 && is_upper(text.front())) {
    line.type = text.substr(0, 4);
    text.remove_prefix(4);
  }
  const std::size_t split = text.find("//");
  line.owner_ref = text.substr(0, split);
  // 16 characters, but some banks print the other party's name after the blank-filled reference.
  if (line.owner_ref.size() > kReferenceBytes && line.owner_ref[kReferenceBytes - 1] == ' ') {
    line.beside_ref = trimmed(line.owner_ref.substr(kReferenceBytes));
    line.owner_ref.remove_suffix(line.owner_ref.size() - kReferenceBytes);
  }
  line.owner_ref = trimmed(line.owner_ref);
  if (split != std::string_view::npos) line.bank_ref = trimmed(text.substr(split + 2));
  if (is_filler_reference(line.owner_ref)) line.owner_ref = {};
  if (is_filler_reference(line.bank_ref)) line.bank_ref = {};
  return line;
}

AccountId parse_mt940_account(std::string_view text) {
  AccountId id;
  text = trimmed(text);
  // "51210600/9223382012EUR": letters right after a digit at the end are a currency.
  if (text.size() > 4) {
    std::string_view head = trimmed(text.substr(0, text.size() - 3));
    const auto currency = Currency::parse(text.substr(text.size() - 3));
    if (currency && is_digit(head.back())) {
      id.currency = *currency;
      text = head;
    }
  }
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    id.bank = std::string(trimmed(text.substr(0, slash)));
    text.remove_prefix(slash + 1);
  }
  for (const char c : text) {
    if (c != ' ' && c != '\n') id.account.push_back(c);
  }
  return id;
}

}  // namespace custody_adapter
