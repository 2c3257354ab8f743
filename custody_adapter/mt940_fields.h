// The contents of single MT940 fields, as values. No state, no files: text in, value out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "custody_adapter/statement.h"

namespace custody_adapter {

// YYMMDD; years 80-99 are 19xx. Nothing if it is no day of the calendar.
std::optional<ledger::base::Date> parse_yymmdd(std::string_view text);

// "C140901EUR137,00" of :60a:, :62a:, :64:, :65:; without a currency `fallback` is taken. `problem`
// says why it is nothing; a day that does not exist leaves `date` none and is no problem.
std::optional<Balance> parse_mt940_balance(std::string_view text, ledger::base::Currency fallback,
                                           std::string& problem);

// Field 61, 6!n[4!n]2a[1!a]15d1!a3!c16x[//16x][34x], the part before the supplementary text.
struct StatementLine {
  ledger::base::Date value_date;
  ledger::base::Date entry_date;  // year taken from the nearer side of the value date
  bool bad_date = false;          // a date is no day of the calendar
  Side side = Side::kCredit;      // RC and RD are turned already
  bool reversal = false;
  bool expected = false;  // EC, ED
  Figure amount;          // positive
  bool decimal_point = false;
  std::string_view type;        // "NTRF"; "" when missing
  std::string_view owner_ref;   // fillers left out
  std::string_view beside_ref;  // text after a blank-filled reference: a name
  std::string_view bank_ref;
};
// `digits` is the currency's number of decimals. Views point into `text`.
std::optional<StatementLine> parse_statement_line(std::string_view text, int digits,
                                                  std::string& problem);

// ":25:": account, with an 8-character or numeric bank before "/", and a currency at the end.
struct AccountId {
  std::string account;
  std::string bank;
  ledger::base::Currency currency;
};
AccountId parse_mt940_account(std::string_view text);

// NONREF, NOTPROVIDED, KREF+ ...: words that stand where a reference is mandatory but absent.
bool is_filler_reference(std::string_view text);
std::string_view trimmed(std::string_view text);

// Field 86 in any of its dialects into references, counterparty, remittance and bank code:
// German sub-fields ("166?00...?20EREF+...", also with > < ~ and others for '?'), slash codes
// ("/EREF/.../REMI/..."), or free text. `lines` is UTF-8 with '\n' between lines. Existing contents
// are kept; remittance is appended to.
void parse_information(std::string_view lines, StatementEntry& entry);

}  // namespace custody_adapter
