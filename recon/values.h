// The values reconciliation works on: lines of the bank, items of the ledger, what they became.
//
// One reconciliation is about one control account in one currency; amounts are its minor units.
// Everything here is plain data, encoded by codec.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/statement.h"
#include "ledger/base/amount.h"
#include "ledger/base/ids.h"
#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/codes.h"

namespace recon {

namespace base = ledger::base;
namespace crypto = ledger::crypto;
using custody_adapter::EntryStatus;
using custody_adapter::Side;

// Where a line or item ends; each ends in exactly one. Numbers are stored: never reused.
enum class Bucket : std::uint8_t {
  kMatched = 1,
  kAmountDiff = 2,
  kPartyDiff = 3,
  kStatusDiff = 4,
  kBankOnly = 5,
  kLedgerOnly = 6,
  kDuplicate = 7,
  kTiming = 8,
  kUnparseable = 9,
  kStatement = 10,  // no line: the statement as a whole
};
inline constexpr std::size_t kBucketCount = 11;  // indexed by number; 0 is unused
std::string_view name_of(Bucket bucket);         // "AMOUNT_DIFF"

// Why it is there. Numbers are stored: never reused.
enum class Cause : std::uint8_t {
  kNone = 0,
  kMissingInBank = 1,
  kExtraInBank = 2,
  kAmountDiffers = 3,
  kSentTwice = 4,
  kOtherParty = 5,
  kBookedNextDay = 6,
  kInTransit = 7,          // the bank has booked; the ledger's order is still in transit
  kNotBooked = 8,          // the bank announces, but has not booked
  kOrderFailed = 9,        // the bank paid an order that the ledger has given back
  kOrderNotAccepted = 10,  // the bank paid an order that the ledger holds as requested only
  kOppositeSide = 11,      // the bank moved the money of this order the other way
  kNoReference = 12,
  kUnreadable = 13,
  kFileTruncated = 14,
  kUnproved = 15,
  kOpeningGap = 16,  // the opening balance is not the closing balance before
  kReversed = 17,    // cancelled by its own reversal, on either side
  kValueDateLater = 18,
  kCutOffWindow = 19,
  kAgedTransit = 20,  // in transit for longer than allowed
};
std::string_view name_of(Cause cause);    // "missing_in_bank", for programs
std::string_view phrase_of(Cause cause);  // "missing in bank file", for people

// One movement on a statement: an entry, or a part of a batch that the bank itemised.
struct BankLine {
  std::string statement;      // key of the statement
  std::uint64_t number = 0;   // in the statement, from 1; unreadable ones count after the others
  std::uint64_t line = 0;     // in the file, from 1
  std::uint64_t offset = 0;   // in the file, bytes
  std::uint32_t part = 0;     // of an itemised batch, from 1; 0 for a whole entry
  bool readable = true;       // false: amount, side and the rest are not known
  Side side = Side::kCredit;  // credit is money into the account
  base::Amount amount;
  EntryStatus status = EntryStatus::kBooked;
  bool reversal = false;
  base::Date booking_date;
  base::Date value_date;
  base::Date day;                       // of the statement
  std::vector<std::string> references;  // in the order to try them
  std::vector<std::string> hints;       // words of the purpose text that look like references
  std::string party_name;
  std::string party_account;
  std::string text;  // purpose, or why the line is unreadable

  std::string id() const;  // "<statement>#<number>[.<part>]"
  bool booked() const { return readable && status == EntryStatus::kBooked; }
  base::Total effect() const;  // on the statement's balance; zero unless booked
  friend bool operator==(const BankLine&, const BankLine&) = default;
};

// One posting on the control account.
struct LedgerItem {
  base::Sequence sequence;
  std::uint32_t posting = 0;  // in the entry, from 0
  crypto::Digest hash;        // of the entry
  ledger::domain::FlowCode flow = ledger::domain::FlowCode::kGenesis;
  Side side = Side::kCredit;  // as the bank sees it: credit is a debit of the control account
  base::Amount amount;
  base::Date business_date;
  base::Date value_date;
  bool late = false;  // within the cut-off window before its day's close
  std::string order;  // the command's order, else the command's id
  std::string command_id;
  std::string evidence;              // of the command
  std::string order_evidence;        // of the command that opened the order
  std::string client;                // owner behind the movement: "lender:L123", or ""
  std::vector<std::string> parties;  // texts that name the other side: client, person, channel
  base::Sequence reverses;           // the entry that this one takes back, or none

  std::string id() const;                      // "e<sequence>.<posting>"
  base::Total effect() const;                  // on the ledger's balance, as the bank sees it
  std::vector<std::string_view> keys() const;  // of the four texts, each once, none empty
  friend bool operator==(const LedgerItem&, const LedgerItem&) = default;
};

// How far the ledger has come with an order that moves money at the bank.
enum class OrderState : std::uint8_t {
  kRequested = 1,  // a withdrawal that the bank has not accepted
  kInTransit = 2,
  kFailed = 3,  // given back
  kDone = 4,
};
std::string_view name_of(OrderState state);

struct Order {
  std::string id;
  Side side = Side::kCredit;
  OrderState state = OrderState::kRequested;
  base::Amount amount;  // still open, while requested or in transit; else the last one
  base::Date since;     // business date of this state
  std::string client;
  std::string evidence;
  std::string channel;   // the account the money is in transit on
  base::Sequence entry;  // that brought it into this state
  friend bool operator==(const Order&, const Order&) = default;
};

// One row of a day's result: lines and items that belong together, or one alone.
struct Finding {
  Bucket bucket = Bucket::kMatched;
  Cause cause = Cause::kNone;
  std::string text;  // the figures: "bank 100.10, ledger 100.00: differs by 0.10"
  base::Date first_seen;
  bool open = false;     // carried on to the next day
  bool carried = false;  // came from an earlier day
  base::Total effect;    // on statement minus ledger, while open
  std::vector<BankLine> lines;
  std::vector<LedgerItem> items;
  // Names under which it is known from day to day, its own first; the others are findings of
  // earlier days that ended in this one. Empty for a plain match.
  std::vector<std::string> keys;

  bool is_break() const { return open && bucket != Bucket::kMatched && bucket != Bucket::kTiming; }
  friend bool operator==(const Finding&, const Finding&) = default;
};

}  // namespace recon
