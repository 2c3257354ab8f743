#include "custody_adapter/profile_entry.h"

#include <algorithm>

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Currency;
using ledger::base::Date;

namespace {

constexpr std::pair<Target, std::string References::*> kReferenceTexts[] = {
    {Target::kOwnerReference, &References::owner},
    {Target::kBankReference, &References::bank},
    {Target::kEndToEnd, &References::end_to_end},
    {Target::kInstruction, &References::instruction},
    {Target::kTransactionReference, &References::transaction},
    {Target::kCreditorReference, &References::creditor},
};
constexpr std::pair<Target, std::string Party::*> kPartyTexts[] = {
    {Target::kPartyName, &Party::name},
    {Target::kPartyAccount, &Party::account},
    {Target::kPartyBank, &Party::bank},
};
constexpr std::pair<Target, std::string CustodyFacts::*> kCustodyTexts[] = {
    {Target::kSubAccount, &CustodyFacts::sub_account},
    {Target::kPayer, &CustodyFacts::payer},
    {Target::kPayee, &CustodyFacts::payee},
    {Target::kProject, &CustodyFacts::project},
    {Target::kOriginalOrder, &CustodyFacts::original_order},
    {Target::kState, &CustodyFacts::state},
};
constexpr std::pair<Target, std::string StatementEntry::*> kEntryTexts[] = {
    {Target::kTransactionCode, &StatementEntry::transaction_code},
    {Target::kBankCode, &StatementEntry::bank_code},
    {Target::kAdditional, &StatementEntry::additional},
    {Target::kRemittance, &StatementEntry::remittance},
};

template <typename Owner, std::size_t N>
std::string* find(Target target, const std::pair<Target, std::string Owner::*> (&texts)[N],
                  Owner& owner) {
  for (const auto& [known, member] : texts) {
    if (known == target) return &(owner.*member);
  }
  return nullptr;
}

// Where a text goes; nullptr for what is no text.
std::string* slot_of(Target target, StatementEntry& entry) {
  std::string* slot = find(target, kReferenceTexts, entry.references);
  if (slot == nullptr) slot = find(target, kPartyTexts, entry.counterparty);
  if (slot == nullptr) slot = find(target, kCustodyTexts, entry.custody);
  return slot != nullptr ? slot : find(target, kEntryTexts, entry);
}

// A part has no place for the other texts.
std::string* slot_of(Target target, EntryDetail& part) {
  if (target == Target::kRemittance) return &part.remittance;
  std::string* slot = find(target, kReferenceTexts, part.references);
  return slot != nullptr ? slot : find(target, kPartyTexts, part.counterparty);
}

// Identifiers that a file keeps in several fields are one text; words are apart.
bool is_identifier(Target target) {
  return target != Target::kRemittance && target != Target::kAdditional &&
         target != Target::kPartyName;
}

// The capacity of the texts is kept: an entry is reused for every record of a file.
void clear(StatementEntry& entry) {
  for (const auto& [target, member] : kReferenceTexts) (entry.references.*member).clear();
  for (const auto& [target, member] : kPartyTexts) (entry.counterparty.*member).clear();
  for (const auto& [target, member] : kCustodyTexts) (entry.custody.*member).clear();
  for (const auto& [target, member] : kEntryTexts) (entry.*member).clear();
  entry.custody.time.clear();
  entry.custody.balance_after.reset();
  entry.custody.fee.reset();
  entry.custody.interest.reset();
  entry.custody.received.reset();
  entry.booking_date = Date();
  entry.value_date = Date();
  entry.status = EntryStatus::kBooked;
  entry.reversal = false;
  entry.transfer = false;
  entry.details.clear();
}

}  // namespace

bool read_currency(ProfileRecord& record, std::size_t field, ProfileIssues& issues,
                   Currency& currency) {
  std::string code;
  const bool known = record.text(field, code);
  if (code.empty()) return true;
  const auto parsed = known ? Currency::parse(code) : std::nullopt;
  if (!parsed) {
    issues.raise(Severity::kError, "bad_currency", record.field(field).name,
                 "'" + excerpt(code) + "' is no currency", record.place_of(field));
    return false;
  }
  currency = *parsed;
  return true;
}

std::optional<EntryMaker::Money> EntryMaker::money(ProfileRecord& record) {
  Money found;
  bool bad = false;
  bool blank = true;
  const auto& fields = record.spec().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Target target = fields[i].target;
    if (target != Target::kAmount && target != Target::kCreditAmount &&
        target != Target::kDebitAmount) {
      continue;
    }
    if (!record.number_good(i)) bad = true;
    const auto& number = record.numbers()[i];
    if (!number) continue;
    const bool column = target != Target::kAmount;
    // Of two columns one is blank or zero.
    if (column && found.field >= 0 && number->is_zero()) continue;
    if (column && found.field >= 0 && !found.amount.is_zero()) {
      issues_.raise(Severity::kError, "two_amounts", fields[i].name,
                    "both the credit and the debit column have an amount", record.place_of(i));
      return std::nullopt;
    }
    blank = false;
    found.field = static_cast<int>(i);
    found.negative = number->units.is_negative();
    found.amount = found.negative ? -*number : *number;
  }
  if (bad) return std::nullopt;
  if (blank) {
    issues_.raise(Severity::kError, "missing_value", "amount", "the record has no amount",
                  record.place());
    return std::nullopt;
  }
  return found;
}

// 1 credit, 2 debit, 3 transfer.
std::optional<int> EntryMaker::side_by(const SideRule& rule, const ProfileRecord& record,
                                       bool negative) const {
  switch (rule.kind) {
    case SideRule::Kind::kConstant:
      return rule.constant == Side::kCredit ? 1 : 2;
    case SideRule::Kind::kTransfer:
      return 3;
    case SideRule::Kind::kSign:
      return (rule.constant == Side::kCredit) != negative ? 1 : 2;
    case SideRule::Kind::kCodes:
      break;
  }
  const std::string_view value = record.values()[rule.field];
  const auto in = [&](const std::vector<std::string>& words) {
    return rule.prefix ? begins_with_one_of(words, value) : is_one_of(words, value);
  };
  if (in(rule.credit)) return 1;
  if (in(rule.debit)) return 2;
  if (in(rule.transfer)) return 3;
  return std::nullopt;
}

EntryMaker::Made EntryMaker::direct(ProfileRecord& record, const Money& money, bool& transfer,
                                    Side& side) {
  const RecordSpec& spec = record.spec();
  const auto amount_field = static_cast<std::size_t>(money.field);
  Made made;
  made.amount_field = money.field;
  const Target target = spec.fields[amount_field].target;
  int found = target == Target::kCreditAmount ? 1 : target == Target::kDebitAmount ? 2 : 0;
  const bool by_sign = std::any_of(spec.sides.begin(), spec.sides.end(), [](const SideRule& rule) {
    return rule.kind == SideRule::Kind::kSign;
  });
  if (money.negative && !by_sign) {
    issues_.raise(Severity::kError, "bad_amount", spec.fields[amount_field].name,
                  "a negative amount, though the profile does not take the side from the sign",
                  record.place_of(amount_field));
    return made;
  }
  for (const SideRule& rule : spec.sides) {
    const auto side_here = side_by(rule, record, money.negative);
    if (!side_here && found == 0) {
      issues_.raise(Severity::kError, "unknown_side", spec.fields[rule.field].name,
                    "the profile does not say which side '" + record.shown(rule.field) + "' is",
                    record.place_of(rule.field));
      return made;
    }
    if (found != 0 && side_here && *side_here != found) {
      issues_.raise(Severity::kError, "side_disagrees", spec.fields[rule.field].name,
                    "'" + record.shown(rule.field) + "' is another side than the fields before say",
                    record.place_of(rule.field));
      return made;
    }
    if (found == 0) found = *side_here;
  }
  transfer = found == 3;
  side = found == 2 ? Side::kDebit : Side::kCredit;
  made.good = true;
  if (!transfer) made.side = side;
  return made;
}

void EntryMaker::set_status(ProfileRecord& record, StatementEntry& entry) {
  const auto& rule = record.spec().status;
  if (!rule) return;
  const std::string_view value = record.values()[rule->field];
  if (is_one_of(rule->booked, value)) return;
  if (is_one_of(rule->information, value)) {
    entry.status = EntryStatus::kInformation;
    return;
  }
  entry.status = EntryStatus::kPending;
  if (is_one_of(rule->pending, value)) return;
  issues_.raise(Severity::kError, "unknown_status", record.field(rule->field).name,
                "the profile does not know '" + record.shown(rule->field) + "'",
                record.place_of(rule->field));
}

EntryMaker::Made EntryMaker::make(ProfileRecord& record, const Currency& currency,
                                  StatementEntry& entry) {
  clear(entry);
  goes_on_ = false;
  entry.currency = currency;
  entry.place = record.place();
  const RecordSpec& spec = record.spec();
  const auto found = money(record);
  if (!found) return {};
  bool transfer = false;
  Made made = direct(record, *found, transfer, entry.side);
  if (!made.good) return made;
  const auto amount = found->amount.units.to_amount();
  if (!amount) return {};  // parse_figure and implied() keep to Amount's range
  entry.amount = *amount;
  entry.digits = found->amount.digits;
  entry.transfer = transfer;
  const auto holds = [&record](const Condition& condition) {
    return satisfies(condition, record.values()[condition.field]);
  };
  if (!spec.reversal.empty() && std::all_of(spec.reversal.begin(), spec.reversal.end(), holds)) {
    entry.reversal = true;
    if (spec.reversal_turns && !transfer) {
      entry.side = entry.side == Side::kCredit ? Side::kDebit : Side::kCredit;
      made.side = entry.side;
    }
  }
  set_status(record, entry);
  for (std::size_t i = 0; i < spec.fields.size(); ++i) {
    if (spec.fields[i].target != Target::kNone) set_field(record, i, entry);
  }
  return made;
}

void EntryMaker::set_currency(ProfileRecord& record, std::size_t i, Currency& currency) {
  (void)read_currency(record, i, issues_, currency);
}

void EntryMaker::set_field(ProfileRecord& record, std::size_t i, StatementEntry& entry) {
  const Target target = record.field(i).target;
  CustodyFacts& custody = entry.custody;
  const auto& number = record.numbers()[i];
  if (target == Target::kBalanceAfter) {
    custody.balance_after = number;
  } else if (target == Target::kFee) {
    custody.fee = number;
  } else if (target == Target::kInterest) {
    custody.interest = number;
  } else if (target == Target::kReceived) {
    custody.received = number;
  } else if (target == Target::kBookingDate || target == Target::kValueDate) {
    DateTime value = record.date(i);
    (target == Target::kBookingDate ? entry.booking_date : entry.value_date) = value.date;
    if (!value.time.empty()) custody.time = std::move(value.time);
  } else if (target == Target::kTime) {
    custody.time = record.date(i).time;
  } else if (target == Target::kCurrency) {
    set_currency(record, i, entry.currency);
  } else {
    add_text(record, i, slot_of(target, entry));
  }
}

void EntryMaker::add_text(ProfileRecord& record, std::size_t i, std::string* slot) {
  if (slot == nullptr || record.values()[i].empty()) return;
  if (slot->empty()) {
    (void)record.text(i, *slot);
  } else {
    (void)record.text(i, text_);
    if (!is_identifier(record.field(i).target) && !goes_on_) slot->push_back(' ');
    slot->append(text_);
  }
  if (record.field(i).target == Target::kRemittance) goes_on_ = record.is_full(i);
}

void EntryMaker::append(ProfileRecord& record, StatementEntry& entry) {
  for (std::size_t i = 0; i < record.spec().fields.size(); ++i) {
    if (record.field(i).target != Target::kNone) set_field(record, i, entry);
  }
}

EntryMaker::Made EntryMaker::make_part(ProfileRecord& record, const Currency& currency,
                                       EntryDetail& part) {
  goes_on_ = false;
  part.currency = currency;
  const auto found = money(record);
  if (!found) return {};
  bool transfer = false;
  Made made = direct(record, *found, transfer, part.side);
  part.amount = found->amount;
  append(record, part);
  return made;
}

void EntryMaker::append(ProfileRecord& record, EntryDetail& part) {
  for (std::size_t i = 0; i < record.spec().fields.size(); ++i) {
    const Target target = record.field(i).target;
    if (target == Target::kCurrency) set_currency(record, i, part.currency);
    add_text(record, i, slot_of(target, part));
  }
}

}  // namespace custody_adapter
