// Day: one business day against one day of statements: L3 by matcher.h, then L1, the control
// account against the statement's closing balance with every difference itemised.
//
//   statement closing - ledger closing = sum of the effects of all open findings
//
// What is open is carried to the next day and closes there by itself when its other side comes.
// Everything here is pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "recon/matcher.h"
#include "recon/values.h"

namespace recon {

// A statement without its lines.
struct StatementHead {
  std::string key;   // "<date>/<account>/<number or id>[/<page>]": its identity
  std::string file;  // SHA-256 of the file, hex
  std::string format;
  std::string id;
  std::string account;
  base::Currency currency;
  base::Date date;        // the day it is for
  base::Date first_date;  // the earliest day that it states anything about
  std::uint64_t number = 0;
  std::uint64_t page = 0;
  bool last_page = true;
  bool proved = false;
  bool truncated = false;
  std::string verdict;     // "PROVED", "UNPROVED (0.05)", ...
  base::Total difference;  // closing - (opening + entries), where both are stated
  std::optional<base::Total> opening;
  std::optional<base::Total> closing;
  std::uint64_t entries = 0;     // as the reader counted them
  std::uint64_t unreadable = 0;  // lines that could not be read
  friend bool operator==(const StatementHead&, const StatementHead&) = default;
};

struct BankDay {
  base::Date date;
  std::vector<StatementHead> statements;  // ascending by number, page, key
  std::vector<BankLine> lines;
};

struct LedgerDay {
  base::Date first;  // business dates covered: first ... last
  base::Date last;
  base::Total opening;  // of the control account, positive: money at the bank
  base::Total closing;
  base::Sequence head;  // the cut-off entry of `last`
  crypto::Digest head_hash;
  std::vector<LedgerItem> items;
  std::vector<Order> in_transit;  // at the close of `last`, ascending by order id
};

struct Tally {
  std::uint64_t count = 0;
  base::Total amount;  // sum of amounts, whatever the side
  friend bool operator==(const Tally&, const Tally&) = default;
};
using Tallies = std::array<Tally, kBucketCount>;

struct MatchRow {
  std::vector<std::string> lines;  // ids
  std::vector<std::string> items;
  friend bool operator==(const MatchRow&, const MatchRow&) = default;
};

enum class DayVerdict : std::uint8_t {
  kClean = 1,   // nothing open
  kTiming = 2,  // only timing items are open, and the books close with them
  kBreaks = 3,
};
std::string_view name_of(DayVerdict verdict);  // "CLEAN"

struct DayResult {
  base::Date date;
  base::Date first;
  base::Currency currency;
  std::string account;  // of the ledger: "custody:bank"
  DayVerdict verdict = DayVerdict::kClean;
  std::vector<StatementHead> statements;
  base::Total bank_opening, bank_closing;
  bool closing_stated = true;  // false: opening + lines, because the file does not say
  base::Total ledger_opening, ledger_closing;
  base::Sequence head;
  crypto::Digest head_hash;

  Tally lines_in, items_in;  // of this day
  Tallies lines, items;      // where they ended; the sums are lines_in and items_in
  Tally carried_in;          // lines and items of earlier days
  Tally carried_closed, carried_open;
  base::Total explained;    // sum of effects of open findings
  base::Total unexplained;  // zero, or this program has a bug

  std::vector<MatchRow> matches;  // one line, one item (or a batch), nothing to say
  std::vector<Finding> findings;  // everything else
  std::vector<Order> in_transit;  // at the close

  friend bool operator==(const DayResult&, const DayResult&) = default;
};

// What the next day takes over.
struct Carry {
  base::Date day;
  base::Total bank_closing;
  bool closing_stated = true;
  std::vector<Finding> open;
};
Carry carry_of(const DayResult& day);

struct DayOptions {
  int transit_days_max = 3;
};

// `previous` is null for the first day ever.
DayResult reconcile(const BankDay& bank, const LedgerDay& ledger, const Carry* previous,
                    base::Currency currency, std::string account, const Knowledge& knowledge,
                    const DayOptions& options);

// Tells `day` what the day after it found out: what was missing on one side and came there is
// TIMING, booked next day. The books of `day` do not change, only the name of the difference.
void amend(DayResult& day, const DayResult& next);

}  // namespace recon
