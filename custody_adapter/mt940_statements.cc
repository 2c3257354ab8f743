#include "custody_adapter/mt940_statements.h"

#include <algorithm>

#include "custody_adapter/charset.h"

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Currency;

namespace {

constexpr std::size_t kInformationBytesMax = 1U << 16U;
constexpr std::size_t kBalancesMax = 10'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool Mt940Statements::ends_before(std::string_view tag) const {
  if (!is_open()) return false;
  const std::string_view kind = tag.substr(0, 2);
  return tag == "20" || (closing_seen_ && (kind == "60" || kind == "25" || kind == "28"));
}

bool Mt940Statements::lacks_closing() const {
  const bool has_money =
      opening_seen_ || entry_state_ != EntryState::kNone || builder_.statement().entry_count > 0;
  return is_open() && has_money && !closing_seen_ && builder_.statement().format != "MT942";
}

void Mt940Statements::open(std::string_view tag) {
  builder_.open(block_type_.empty() ? "MT940" : block_type_, place_);
  closing_seen_ = false;
  opening_seen_ = false;
  currency_ = Currency();
  digits_ = 2;
  entry_state_ = EntryState::kNone;
  expected_credits_.reset();
  expected_debits_.reset();
  if (!inherited_ || tag == "20") return;
  Statement& statement = builder_.statement();
  statement.id = inherited_->id;
  if (tag.substr(0, 2) != "25") {
    statement.account = inherited_->account;
    statement.account_bank = inherited_->bank;
  }
  issue(Severity::kNote, "missing_20", std::string(tag),
        "a statement begins without a reference of its own");
}

// Several statements under one :20:, or merged messages: only the last balance would survive.
void Mt940Statements::close_and_go_on() {
  const Statement& statement = builder_.statement();
  Head head{statement.id, statement.account, statement.account_bank};
  close();
  inherited_ = std::move(head);
}

void Mt940Statements::close(std::string_view cut_off) {
  flush_entry();
  inherited_.reset();
  if (!is_open()) return;
  Statement& statement = builder_.statement();
  if (!cut_off.empty()) {
    statement.truncated = true;
    builder_.issue(Severity::kError, "truncated", "", std::string(cut_off), place_);
  } else if (lacks_closing()) {
    issue(Severity::kWarning, "missing_closing", "62F", "the statement has no closing balance");
  }
  check_control_total(expected_credits_, statement.credit_sum, ":90C:");
  check_control_total(expected_debits_, statement.debit_sum, ":90D:");
  builder_.close(place_.offset + place_.length);
}

void Mt940Statements::check_control_total(const std::optional<Figure>& expected,
                                          const Figure& found, std::string_view field) {
  if (!expected || *expected == found) return;
  builder_.issue(Severity::kError, "control_total_mismatch", field,
                 "stated " + format(*expected) + ", entries give " + format(found), place_);
}

void Mt940Statements::field(std::string_view tag, std::string_view content, Place place) {
  field_ = content;
  place_ = place;
  if (!is_open()) {
    if (tag == "NS") {
      issue(Severity::kNote, "text_outside", "NS", excerpt(field_));
      return;
    }
    open(tag);
  }
  dispatch(std::string(tag));
}

void Mt940Statements::dispatch(const std::string& tag) {
  if (tag == "61") return on_entry_line();
  if (tag == "86") return on_information();
  if (tag == "NS") return on_bank_lines();
  flush_entry();
  if (tag == "20") {
    builder_.statement().id = std::string(text_of(trimmed(field_)));
  } else if (tag == "25" || tag == "25P") {
    on_account();
  } else if (tag == "28" || tag == "28C") {
    on_number();
  } else if (tag == "34F") {
    builder_.statement().format = "MT942";
  } else if (tag == "90C" || tag == "90D") {
    on_control_total(tag);
  } else if (tag[0] == '6') {
    on_balance(tag);
  } else if (tag != "21" && tag != "13D") {
    issue(Severity::kNote, "unknown_tag", tag, excerpt(field_));
  }
}

std::string_view Mt940Statements::text_of(std::string_view bytes) {
  return to_utf8(bytes, options_.charset, scratch_);
}

void Mt940Statements::set_currency(Currency currency) {
  currency_ = currency;
  digits_ = currency.minor_digits();
  builder_.statement().currency = currency;
}

void Mt940Statements::on_account() {
  Statement& statement = builder_.statement();
  if (opening_seen_ || !statement.account.empty()) {
    issue(Severity::kWarning, "unexpected_tag", "25",
          "a second account in one statement: " + excerpt(field_));
    return;
  }
  AccountId id = parse_mt940_account(text_of(field_));
  statement.account = std::move(id.account);
  statement.account_bank = std::move(id.bank);
  if (!id.currency.code().empty()) set_currency(id.currency);
}

void Mt940Statements::on_number() {
  Statement& statement = builder_.statement();
  const std::string_view text = trimmed(field_);
  const std::size_t slash = text.find('/');
  const auto number = [&](std::string_view part) -> std::optional<std::uint64_t> {
    const auto figure = part.size() > 18 ? std::nullopt : parse_figure(part, 0, ',');
    if (!figure || figure->digits != 0 || figure->units.is_negative()) return std::nullopt;
    return static_cast<std::uint64_t>(figure->units.minor());
  };
  statement.number = number(text.substr(0, slash));
  if (slash != std::string_view::npos) statement.page = number(text.substr(slash + 1));
  if (!statement.number || (slash != std::string_view::npos && !statement.page)) {
    issue(Severity::kWarning, "bad_number", "28C", excerpt(text));
  }
}

void Mt940Statements::on_control_total(const std::string& tag) {
  // Count, currency, sum: "3EUR125,00".
  const std::string_view text = trimmed(field_);
  const std::size_t at = text.find_first_not_of("0123456789");
  const bool shaped = at != std::string_view::npos && at + 3 < text.size();
  const auto currency = Currency::parse(shaped ? text.substr(at, 3) : "");
  const auto sum =
      currency ? parse_figure(text.substr(at + 3), currency->minor_digits(), ',') : std::nullopt;
  if (!sum) {
    issue(Severity::kWarning, "bad_control_total", tag, excerpt(text));
    return;
  }
  (tag == "90C" ? expected_credits_ : expected_debits_) = *sum;
}

void Mt940Statements::on_balance(const std::string& tag) {
  std::string problem;
  auto balance = parse_mt940_balance(field_, currency_, problem);
  const bool opening = tag.substr(0, 2) == "60";
  const bool closing = tag.substr(0, 2) == "62";
  if (closing) closing_seen_ = true;
  if (opening) opening_seen_ = true;
  if (!balance) {
    builder_.issue(opening || closing ? Severity::kError : Severity::kWarning, "bad_balance",
                   ":" + tag + ":", problem + ": " + excerpt(field_), place_);
    return;
  }
  if (balance->date.is_none()) {
    issue(Severity::kWarning, "bad_date", tag, excerpt(field_));
  }
  if (field_.find(balance->currency.code()) == std::string::npos ||
      balance->currency.code().empty()) {
    issue(Severity::kWarning, "missing_currency", tag, excerpt(field_));
  }
  balance->code = tag;
  balance->place = place_;
  balance->intermediate = tag.back() == 'M';
  Statement& statement = builder_.statement();
  if (opening) {
    balance->kind = BalanceKind::kOpening;
    set_currency(balance->currency);
    statement.from_date = balance->date;
    keep(statement.opening, *balance);
  } else if (closing) {
    balance->kind = BalanceKind::kClosing;
    if (currency_.code().empty()) set_currency(balance->currency);
    statement.to_date = balance->date;
    statement.last_page = !balance->intermediate;
    keep(statement.closing, *balance);
  } else if (statement.balances.size() >= kBalancesMax) {
    issue(Severity::kWarning, "too_many_balances", tag, excerpt(field_));
  } else {
    balance->kind = tag == "64" ? BalanceKind::kAvailable : BalanceKind::kForward;
    statement.balances.push_back(*balance);
  }
}

// The last one counts, as in a chain of pages; two that differ cannot prove anything.
void Mt940Statements::keep(std::optional<Balance>& slot, const Balance& balance) {
  if (slot && !(slot->value == balance.value)) {
    builder_.issue(Severity::kError, "duplicate_balance", ":" + balance.code + ":",
                   "earlier in this statement: " + format(slot->value), balance.place);
  }
  slot = balance;
}

// Entries --------------------------------------------------------------------------------------

void Mt940Statements::on_entry_line() {
  flush_entry();
  if (closing_seen_) {
    issue(Severity::kError, "entry_after_closing", "61",
          "an entry after the closing balance counts in this statement");
  }
  const std::size_t line_end = field_.find('\n');
  std::string_view first = field_.substr(0, line_end);
  std::string_view more = line_end == std::string::npos ? "" : field_.substr(line_end + 1);
  std::string problem;
  auto line = parse_statement_line(first, digits_, problem);
  if ((!line || line->type.empty()) && !more.empty()) {
    // Wrapped in the middle of the mandatory part.
    joined_.assign(first).append(more.substr(0, more.find('\n')));
    auto whole = parse_statement_line(joined_, digits_, problem);
    if (whole && !whole->type.empty()) {
      line = whole;
      const std::size_t next = more.find('\n');
      more = next == std::string_view::npos ? "" : more.substr(next + 1);
    }
  }
  if (!line) {
    entry_state_ = EntryState::kUnreadable;
    issue(Severity::kError, "bad_entry", "61", problem + ": " + excerpt(field_));
    return;
  }
  fill_entry(*line, more);
}

void Mt940Statements::fill_entry(const StatementLine& line, std::string_view more) {
  entry_ = StatementEntry();
  const auto amount = line.amount.units.to_amount();
  entry_.amount = amount.value_or(Amount());  // never absent: the text had no sign
  entry_.digits = line.amount.digits;
  entry_.side = line.side;
  entry_.reversal = line.reversal;
  entry_.status = line.expected ? EntryStatus::kPending : EntryStatus::kBooked;
  entry_.currency = currency_;
  entry_.booking_date = line.entry_date;
  entry_.value_date = line.value_date;
  entry_.transaction_code = std::string(text_of(line.type));
  entry_.references.owner = std::string(text_of(line.owner_ref));
  entry_.references.bank = std::string(text_of(line.bank_ref));
  entry_.counterparty.name = std::string(text_of(line.beside_ref));
  entry_.additional = std::string(text_of(more));
  for (char& c : entry_.additional) {
    if (c == '\n') c = ' ';
  }
  entry_.place = place_;
  entry_state_ = EntryState::kPending;
  const auto note = [this](std::string_view code) {
    issue(Severity::kWarning, code, "61", excerpt(field_));
  };
  if (line.bad_date) note("bad_date");
  if (line.type.empty()) note("missing_transaction_type");
  if (line.decimal_point) note("decimal_point");
}

void Mt940Statements::on_information() {
  if (entry_state_ == EntryState::kPending) {
    if (!entry_.remittance.empty()) {
      issue(Severity::kNote, "repeated_86", "86", "added to the entry");
    }
    if (entry_.remittance.size() > kInformationBytesMax) {
      issue(Severity::kWarning, "field_too_long", "86", "entry text is left in the file");
      return;
    }
    parse_information(text_of(field_), entry_);
    entry_.place.length = place_.offset + place_.length - entry_.place.offset;
    return;
  }
  if (entry_state_ == EntryState::kUnreadable) return;  // belongs to the unreadable line
  if (!closing_seen_ && opening_seen_) {
    issue(Severity::kNote, "information_before_entry", "86",
          "text before the first entry is kept with the statement");
  }
  append_information(text_of(field_));
}

void Mt940Statements::append_information(std::string_view text) {
  std::string& information = builder_.statement().information;
  if (information.size() + text.size() > kInformationBytesMax) {
    issue(Severity::kWarning, "field_too_long", "86", "statement text is left in the file");
    return;
  }
  if (!information.empty()) information.push_back('\n');
  information.append(text);
}

// :NS: of German Multicash: lines with two-digit codes; 01-14 purpose, 15 and 16 name.
void Mt940Statements::on_bank_lines() {
  const std::string_view text = text_of(field_);
  if (entry_state_ != EntryState::kPending) return append_information(text);
  if (entry_.remittance.size() + entry_.additional.size() > kInformationBytesMax) {
    issue(Severity::kWarning, "field_too_long", "NS", "entry text is left in the file");
    return;
  }
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.size() < 3 || !is_digit(line[0]) || !is_digit(line[1])) continue;
    const int code = (line[0] - '0') * 10 + (line[1] - '0');
    std::string& target = code <= 14                 ? entry_.remittance
                          : code == 15 || code == 16 ? entry_.counterparty.name
                                                     : entry_.additional;
    if (!target.empty()) target.push_back(' ');
    target.append(trimmed(line.substr(2)));
  }
}

void Mt940Statements::flush_entry() {
  if (entry_state_ == EntryState::kPending) builder_.add(entry_);
  entry_state_ = EntryState::kNone;
}

}  // namespace custody_adapter
