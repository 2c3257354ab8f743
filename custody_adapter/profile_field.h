// One field of a record as a statement profile describes it: where it stands, what form its value
// has, where the value goes. Part of profile_model.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace custody_adapter {

// Where a field's value goes.
enum class Target : std::uint8_t {
  kNone,
  // of an entry
  kAmount,
  kCreditAmount,
  kDebitAmount,
  kBalanceAfter,
  kFee,
  kInterest,
  kReceived,
  kBookingDate,
  kValueDate,
  kTime,
  kOwnerReference,
  kBankReference,
  kEndToEnd,
  kInstruction,
  kTransactionReference,
  kCreditorReference,
  kTransactionCode,
  kBankCode,
  kPartyName,
  kPartyAccount,
  kPartyBank,
  kRemittance,
  kAdditional,
  kSubAccount,
  kPayer,
  kPayee,
  kProject,
  kOriginalOrder,
  kState,
  kCurrency,  // of the entry in a detail, of the statement elsewhere
  // of a statement
  kAccount,
  kAccountBank,
  kAccountOwner,
  kStatementId,
  kMessageId,
  kStatementNumber,
  kOpeningBalance,
  kOpeningDate,
  kClosingBalance,
  kClosingDate,
  kFromDate,
  kToDate,
  kInformation,
};

enum class FieldType : std::uint8_t { kText, kAmount, kCount, kDate, kTime };

// One step of a date or time form: a part of so many digits, or a literal byte.
struct DateStep {
  char part = 0;  // 'y' 'm' 'd' 'H' 'M' 'S', or 0 for `literal`
  std::uint8_t digits = 0;
  char literal = 0;
};

// A field of one record equals one of some texts (or none of them).
struct Condition {
  std::size_t field = 0;
  std::vector<std::string> values;
  bool negated = false;
  bool prefix = false;
};

struct FieldSpec {
  std::string name;
  std::string key;          // of keyed records
  std::uint32_t at = 0;     // fixed: first byte, from 0
  std::uint32_t bytes = 0;  // fixed: 0 is the rest of the record
  FieldType type = FieldType::kText;
  Target target = Target::kNone;
  bool required = false;  // blank is an error
  bool used = false;      // its value matters for anything; else only its bytes are checked
  bool optional_column = false;
  std::optional<std::string> text;                       // the only value it may have
  std::string prefix;                                    // stands before the value
  std::vector<std::pair<std::string, std::string>> map;  // file text -> UTF-8 value
  int decimals = -1;  // implied; -1: the text has a decimal point
  char point = '.';
  char grouping = 0;
  std::vector<Condition> negative_when;
  std::vector<Condition> positive_when;
  std::vector<DateStep> form;
  bool form_has_time = false;
  bool overlay = false;  // fixed: may lie over other fields, to be compared as a whole
  // Record and field of heads: must have the same text as the one that was there.
  std::vector<std::pair<std::size_t, std::size_t>> same_as;
};

}  // namespace custody_adapter
