#include "custody_adapter/bai2_account.h"

#include <algorithm>

#include "custody_adapter/charset.h"
#include "custody_adapter/mt940_fields.h"

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Currency;
using ledger::base::Int128;
using ledger::base::Total;

namespace {

constexpr std::size_t kTextBytesMax = 1U << 16U;
constexpr std::size_t kBalancesMax = 10'000;
constexpr int kOpeningLedger = 10;
constexpr int kClosingLedger = 15;
constexpr int kTotalCredits = 100;
constexpr int kTotalDebits = 400;

std::string in_units(Int128 raw, int digits) {
  return format(Figure{Total::from_minor(raw), static_cast<std::uint8_t>(digits)});
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  text = without_blanks(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  constexpr std::size_t kDigits = 18;
  if (text.empty() || text.size() > kDigits) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

}  // namespace

std::string_view BaiAccount::text_of(std::string_view bytes) {
  return to_utf8(bytes, options_.charset, scratch_);
}

void BaiAccount::issue(Severity severity, std::string_view code, std::string_view field,
                       std::string text) {
  builder_.issue(severity, code, field, std::move(text), place_);
}

// Account -----------------------------------------------------------------------------------------

void BaiAccount::open(std::string_view content, const BaiGroup& group, Place place) {
  builder_.open("BAI2", place);
  place_ = place;
  in_ = In::kAccount;
  next_ = Next::kAccount;
  control_ = 0;
  control_known_ = true;
  stated_total_ = 0;
  credits_ = debits_ = stated_credit_count_ = stated_debit_count_ = 0;
  as_of_ = group.as_of;
  Statement& statement = builder_.statement();
  statement.message_id = group.message_id;
  statement.account_bank = group.originator;
  statement.from_date = statement.to_date = group.as_of;
  statement.unprovable = group.unprovable;
  statement.information = group.information;
  // The standard's default is US dollars.
  const bool given = !group.currency.code().empty();
  statement.currency = given ? group.currency : Currency::of("USD");
  digits_ = statement.currency.minor_digits();
  account_fields(content);
}

void BaiAccount::account_fields(std::string_view content) {
  BaiFields fields(content);
  while (fields.more()) account_field(fields.next());
}

void BaiAccount::account_field(std::string_view field) {
  switch (next_) {
    case Next::kAccount:
      for (const char c : text_of(field)) {
        if (c != ' ') builder_.statement().account.push_back(c);
      }
      next_ = Next::kCurrency;
      return;
    case Next::kCurrency:
      currency_field(without_blanks(field));
      next_ = Next::kType;
      return;
    case Next::kType:
      field = without_blanks(field);
      if (field.empty()) return;  // an absent group, or a comma too many
      code_text_.assign(field.substr(0, 8));
      code_ = parse_bai_code(field);
      if (code_ < 0) {
        issue(Severity::kError, "bad_record", "03/type",
              "a type code of three digits is expected, found '" + excerpt(field) + "'");
        control_known_ = false;
      }
      amount_.reset();
      amount_given_ = false;
      count_ = 0;
      next_ = Next::kAmount;
      return;
    case Next::kAmount:
      amount_field(field);
      next_ = Next::kCount;
      return;
    case Next::kCount: {
      const auto count = parse_count(field);
      if (!count && !without_blanks(field).empty()) {
        issue(Severity::kWarning, "bad_number", "03/" + code_text_ + "/count", excerpt(field));
      }
      count_ = count.value_or(0);
      next_ = Next::kFunds;
      return;
    }
    case Next::kFunds:
      if (!funds_.start(field)) {
        issue(Severity::kWarning, "bad_funds_type", "03/" + code_text_ + "/funds type",
              excerpt(field));
      }
      if (!funds_.pending()) return end_group();
      next_ = Next::kFundsMore;
      return;
    case Next::kFundsMore:
      if (!funds_.take(field)) {
        issue(Severity::kWarning, "bad_funds_type", "03/" + code_text_ + "/availability",
              excerpt(field));
      }
      if (!funds_.pending()) end_group();
      return;
    case Next::kBankReference:
    case Next::kReference:
    case Next::kText:
      return;  // of details only
  }
}

void BaiAccount::currency_field(std::string_view field) {
  Statement& statement = builder_.statement();
  if (field.empty()) return;
  const auto currency = Currency::parse(field);
  if (!currency) {
    issue(Severity::kError, "bad_currency", "03/currency",
          "three capital letters are expected, found '" + excerpt(field) + "'");
    return;
  }
  statement.currency = *currency;
  digits_ = currency->minor_digits();
}

// The amount of a 03 group or a 16: counted for the control total as it stands.
void BaiAccount::amount_field(std::string_view field) {
  const auto where = [this] {
    return std::string(in_ == In::kAccount ? "03/" : "16/") + code_text_ + "/amount";
  };
  field = without_blanks(field);
  if (field.empty()) return;
  amount_given_ = true;
  amount_ = parse_bai_amount(field, digits_);
  if (!amount_) {
    control_known_ = false;
    const bool balance =
        in_ == In::kAccount && (code_ == kOpeningLedger || code_ == kClosingLedger);
    issue(Severity::kError, balance ? "bad_balance" : "bad_amount", where(),
          "the amount is not a number: '" + excerpt(field) + "'");
    return;
  }
  control_ += amount_->raw;
  if (!amount_->raw_exact) control_known_ = false;
  if (amount_->point) {
    issue(Severity::kWarning, "decimal_point", where(),
          "the format implies the decimal point: '" + excerpt(field) + "'");
  }
}

// A group that its record ended early: "015,200/" has no count and no funds type.
void BaiAccount::end_open_group() {
  if (in_ == In::kAccount && next_ > Next::kType) end_group();
}

void BaiAccount::end_group() {
  next_ = Next::kType;
  if (amount_) status_or_summary();
}

void BaiAccount::status_or_summary() {
  Statement& statement = builder_.statement();
  if (code_ == kTotalCredits) {
    statement.stated_credits = amount_->value;
    stated_credit_count_ = count_;
    return;
  }
  if (code_ == kTotalDebits) {
    // Some banks sign the debit total.
    const Figure value = amount_->value;
    statement.stated_debits = value.units.is_negative() ? -value : value;
    stated_debit_count_ = count_;
    return;
  }
  if (meaning_of(code_, options_) != BaiMeaning::kStatus) return;  // sums of parts of the details
  Balance balance;
  balance.code = code_text_;
  balance.value = amount_->value;
  balance.currency = statement.currency;
  balance.date = as_of_;
  balance.place = place_;
  if (code_ == kOpeningLedger) {
    balance.kind = BalanceKind::kOpening;
    keep(statement.opening, std::move(balance));
  } else if (code_ == kClosingLedger) {
    balance.kind = BalanceKind::kClosing;
    keep(statement.closing, std::move(balance));
  } else if (statement.balances.size() < kBalancesMax) {
    constexpr int kClosingAvailable = 45;
    constexpr int kCurrentAvailable = 60;
    const bool available = code_ == kClosingAvailable || code_ == kCurrentAvailable;
    balance.kind = available ? BalanceKind::kAvailable : BalanceKind::kOther;
    statement.balances.push_back(std::move(balance));
  } else {
    issue(Severity::kWarning, "too_many_balances", "03/" + code_text_, excerpt(code_text_));
  }
}

void BaiAccount::keep(std::optional<Balance>& slot, Balance balance) {
  if (slot && !(slot->value == balance.value)) {
    issue(Severity::kError, "duplicate_balance", "03/" + balance.code,
          "earlier in this account: " + format(slot->value));
  }
  slot = std::move(balance);
}

void BaiAccount::continuation(std::string_view content, Place place) {
  switch (in_) {
    case In::kAccount:
      place_ = place;
      return account_fields(content);
    case In::kDetail:
      place_.length = place.offset + place.length - place_.offset;
      return next_ == Next::kText ? text_piece(content) : detail_fields(content);
    case In::kNone:
      return;
  }
}

// Details -----------------------------------------------------------------------------------------

void BaiAccount::detail(std::string_view content, Place place) {
  flush_entry();
  end_open_group();
  in_ = In::kDetail;
  next_ = Next::kType;
  place_ = place;
  reset(entry_);
  entry_good_ = false;
  entry_.currency = builder_.statement().currency;
  entry_.booking_date = as_of_;
  amount_.reset();
  amount_given_ = false;
  detail_fields(content);
}

void BaiAccount::detail_fields(std::string_view content) {
  BaiFields fields(content);
  while (fields.more()) {
    if (next_ == Next::kText) return text_piece(fields.rest());
    detail_field(fields.next());
  }
}

void BaiAccount::detail_field(std::string_view field) {
  switch (next_) {
    case Next::kType:
      field = without_blanks(field);
      code_text_.assign(field.substr(0, 8));
      code_ = parse_bai_code(field);
      entry_.transaction_code.assign(text_of(code_text_));
      next_ = Next::kAmount;
      return;
    case Next::kAmount: {
      amount_field(field);
      const BaiMeaning meaning = meaning_of(code_, options_);
      entry_.side = meaning == BaiMeaning::kDebit ? Side::kDebit : Side::kCredit;
      entry_good_ = amount_.has_value() || !amount_given_;
      if (amount_) {
        Figure value = amount_->value;
        if (value.units.is_negative()) {
          // The sign turns the code's direction; the standard has none here.
          value = -value;
          entry_.side = entry_.side == Side::kCredit ? Side::kDebit : Side::kCredit;
          issue(Severity::kWarning, "negative_amount", "16/" + code_text_ + "/amount",
                "taken as the other direction: " + excerpt(field));
        }
        entry_.amount = value.units.to_amount().value_or(Amount());
        entry_.digits = value.digits;
      } else {
        entry_.digits = static_cast<std::uint8_t>(digits_);
      }
      const bool known = meaning == BaiMeaning::kCredit || meaning == BaiMeaning::kDebit;
      if (!known) {
        // Money of unknown direction cannot be in a proof; without money it is a message.
        entry_.status = EntryStatus::kInformation;
        const bool money = amount_ && !amount_->value.is_zero();
        issue(money ? Severity::kError : Severity::kNote, "unknown_type_code", "16/type",
              "type code '" + excerpt(code_text_) + "' says neither credit nor debit");
      }
      next_ = Next::kFunds;
      return;
    }
    case Next::kFunds:
      if (!funds_.start(field)) {
        issue(Severity::kWarning, "bad_funds_type", "16/funds type", excerpt(field));
      }
      next_ = funds_.pending() ? Next::kFundsMore : Next::kBankReference;
      return;
    case Next::kFundsMore:
      if (!funds_.take(field)) {
        issue(Severity::kWarning, "bad_funds_type", "16/availability", excerpt(field));
      }
      if (!funds_.pending()) next_ = Next::kBankReference;
      return;
    case Next::kBankReference:
      field = without_blanks(field);
      if (!is_filler_reference(field)) entry_.references.bank.assign(text_of(field));
      next_ = Next::kReference;
      return;
    case Next::kReference:
      field = without_blanks(field);
      if (!is_filler_reference(field)) entry_.references.owner.assign(text_of(field));
      next_ = Next::kText;
      return;
    case Next::kAccount:
    case Next::kCurrency:
    case Next::kCount:
    case Next::kText:
      return;
  }
}

void BaiAccount::text_piece(std::string_view text) {
  text = without_blanks(text);
  if (text.empty()) return;
  const std::string_view utf8 = text_of(text);
  if (take_labelled(utf8, entry_)) return;
  std::string& target = entry_.remittance;
  if (target.size() + utf8.size() > kTextBytesMax) {
    issue(Severity::kWarning, "field_too_long", "16/text", "the rest is left in the file");
    return;
  }
  if (!target.empty()) target.push_back(' ');
  target.append(utf8);
}

void BaiAccount::flush_entry() {
  if (in_ != In::kDetail) return;
  in_ = In::kNone;
  if (next_ == Next::kType || next_ == Next::kAmount) {
    issue(Severity::kError, "bad_entry", "16", "the record ends before its amount");
    return;
  }
  if (!entry_good_) return;  // its amount was reported
  entry_.value_date = funds_.value_date();
  entry_.place = place_;
  if (entry_.status == EntryStatus::kBooked) ++(entry_.side == Side::kCredit ? credits_ : debits_);
  builder_.add(entry_);
}

// Trailer -----------------------------------------------------------------------------------------

void BaiAccount::trailer(std::string_view content, std::uint64_t records, Place place) {
  end_account(place);
  BaiFields fields(content);
  const std::string_view sum = fields.next();
  const std::string_view count = fields.more() ? fields.next() : std::string_view();
  const auto stated = parse_bai_amount(sum, digits_);
  if (!stated || !stated->raw_exact) {
    issue(Severity::kError, "bad_control_total", "49/control total", excerpt(sum));
    stated_total_ = control_;
  } else {
    stated_total_ = stated->raw;
    if (control_known_ && stated_total_ != control_) {
      issue(Severity::kError, "control_total_mismatch", "49/control total",
            "stated " + in_units(stated_total_, digits_) + ", amounts give " +
                in_units(control_, digits_) + ", difference " +
                in_units(stated_total_ - control_, digits_));
    }
  }
  const auto stated_count = parse_count(count);
  if (!stated_count) {
    issue(Severity::kWarning, "bad_control_total", "49/records", excerpt(count));
  } else if (*stated_count != records) {
    issue(Severity::kError, "record_count_mismatch", "49/records",
          "stated " + std::to_string(*stated_count) + ", found " + std::to_string(records));
  }
  builder_.close(place.offset + place.length);
}

void BaiAccount::cut_off(std::string_view why, Place place, bool file_ends) {
  if (!is_open()) return;
  // The last amount may be cut in the middle: "3200" of "320000".
  if (file_ends && in_ == In::kDetail) in_ = In::kNone;
  end_account(place);
  stated_total_ = control_;
  if (file_ends) builder_.statement().truncated = true;
  issue(Severity::kError, file_ends ? "truncated" : "missing_trailer", "49", std::string(why));
  builder_.close(place.offset);
}

void BaiAccount::end_account(Place place) {
  end_open_group();
  flush_entry();
  in_ = In::kNone;
  place_ = place;
  const Statement& statement = builder_.statement();
  check_total(statement.stated_credits, statement.credit_sum, stated_credit_count_, credits_,
              "03/100", place);
  check_total(statement.stated_debits, statement.debit_sum, stated_debit_count_, debits_, "03/400",
              place);
}

// The bank's totals against the entries; a statement without any entry is judged by its totals.
void BaiAccount::check_total(const std::optional<Figure>& stated, const Figure& found,
                             std::uint64_t count, std::uint64_t entries, std::string_view field,
                             Place place) {
  if (!stated || builder_.statement().entry_count == 0) return;
  if (!(*stated == found)) {
    builder_.issue(Severity::kError, "summary_mismatch", field,
                   "stated " + format(*stated) + ", entries give " + format(found) +
                       ", difference " + format(*stated - found),
                   place);
  } else if (count != 0 && count != entries) {
    builder_.issue(Severity::kWarning, "count_mismatch", field,
                   "stated " + std::to_string(count) + " items, found " + std::to_string(entries),
                   place);
  }
}

}  // namespace custody_adapter
