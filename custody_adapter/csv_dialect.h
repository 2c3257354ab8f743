// How one bank writes its CSV statements, as data: no code per bank. From a TOML file, from the
// program, or inferred from a header row (with the evidence told). README.md has the keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/amount.h"
#include "ledger/base/result.h"

namespace custody_adapter {

enum class CsvRole : std::uint8_t {
  kBookingDate,
  kValueDate,
  kAmount,   // signed, or unsigned beside a flag column
  kDebit,    // money out
  kCredit,   // money in
  kFlag,     // says debit or credit
  kBalance,  // after the entry
  kCurrency,
  kAccount,
  kReference,  // the account owner's
  kBankReference,
  kParty,
  kPartyAccount,
  kText,
  kCode,
  kStatus,
};
std::string_view name_of(CsvRole role);  // "booking_date", the key in TOML

struct CsvColumn {
  CsvRole role = CsvRole::kText;
  std::string header;        // as in the header row; "" when `position` says where
  std::size_t position = 0;  // from 1; 0 when `header` does
};

// Which way the rows run; with a balance column the chain itself tells when it is not stated.
enum class CsvOrder : std::uint8_t { kFromTheChain, kOldestFirst, kNewestFirst };
enum class CsvEncoding : std::uint8_t {
  kUtf8OrSource,
  kGb18030,
  kCp1252,
  kLatin1,
  kLatin9,
  kCp852
};

struct CsvDialect {
  std::string name;  // "" when inferred
  char separator = ',';
  char quote = '"';  // '\0' for none
  char decimal = '.';
  CsvEncoding encoding =
      CsvEncoding::kUtf8OrSource;  // UTF-8, and ReadOptions::charset if it is not
  bool has_header = true;     // the row that holds all `header` texts; rows before it are preamble
  std::size_t skip_rows = 0;  // without a header row: rows before the first entry
  std::vector<CsvColumn> columns;
  std::vector<std::string> date_formats;  // tried in turn: "YYYY-MM-DD", "DD.MM.YY", "D Mon YYYY"
  bool debit_positive = false;            // of kAmount: card statements that count spending
  std::vector<std::string> credit_flags;  // of kFlag, compared without case
  std::vector<std::string> debit_flags;
  std::vector<std::string> pending;  // of kStatus or of a date cell: not booked yet
  std::vector<std::string> ignored;  // of kStatus: no money moved
  std::vector<std::string> summary;  // rows whose first cell begins so are no entries
  ledger::base::Currency currency;   // when no column states it
  std::string account;
  CsvOrder order = CsvOrder::kFromTheChain;

  const CsvColumn* column(CsvRole role) const;  // the first one; nothing when absent
};

// From TOML; the fault names line and key. Unknown keys are faults.
ledger::base::Result<CsvDialect, std::string> parse_csv_dialect(std::string_view toml);
// What a dialect lacks or contradicts, "" when it is usable.
std::string problem_of(const CsvDialect& dialect);

// What a header row and the rows below it show.
struct CsvInference {
  std::optional<CsvDialect> dialect;  // nothing when it cannot be told
  bool is_csv = false;                // a header row with a date and an amount was found
  std::string evidence;               // what was found, or what could not be told
};
CsvInference infer_csv_dialect(std::string_view first_bytes);

}  // namespace custody_adapter
