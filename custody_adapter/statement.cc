#include "custody_adapter/statement.h"

#include <algorithm>

namespace custody_adapter {

using ledger::base::Amount;

std::vector<std::string_view> References::all() const {
  std::vector<std::string_view> found;
  for (const std::string* text : {&end_to_end, &owner, &instruction, &creditor, &transaction,
                                  &payment_info, &bank, &message, &mandate, &uetr, &cheque}) {
    if (text->empty()) continue;
    if (std::find(found.begin(), found.end(), *text) == found.end()) found.push_back(*text);
  }
  return found;
}

std::optional<Amount> StatementEntry::minor_amount() const {
  const int wanted = currency.minor_digits();
  if (digits == wanted) return amount;
  const auto units = Figure{amount, digits}.at(wanted);
  return units ? units->to_amount() : std::nullopt;
}

void reset(StatementEntry& entry) {
  entry.amount = Amount();
  entry.digits = 0;
  entry.side = Side::kCredit;
  entry.status = EntryStatus::kBooked;
  entry.reversal = false;
  entry.currency = ledger::base::Currency();
  entry.booking_date = entry.value_date = ledger::base::Date();
  References& references = entry.references;
  for (std::string* text :
       {&references.owner, &references.bank, &references.end_to_end, &references.instruction,
        &references.transaction, &references.payment_info, &references.message, &references.mandate,
        &references.creditor, &references.uetr, &references.cheque, &entry.transaction_code,
        &entry.bank_code, &entry.counterparty.name, &entry.counterparty.account,
        &entry.counterparty.bank, &entry.remittance, &entry.additional}) {
    text->clear();
  }
  entry.transfer = false;
  entry.custody = CustodyFacts();
  entry.details.clear();
  entry.place = Place();
}

std::string format(const Verdict& verdict) {
  const std::string why = verdict.reason.empty() ? "" : ": " + verdict.reason;
  switch (verdict.kind) {
    case VerdictKind::kProved:
      return "PROVED";
    case VerdictKind::kUnproved:
      return "UNPROVED (" + format(verdict.difference) + ")" + why;
    case VerdictKind::kNotProvable:
      return "NOT PROVABLE" + why;
  }
  return "NOT PROVABLE";
}

}  // namespace custody_adapter
