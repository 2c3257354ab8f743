// The normalised bank statement: what every reader of this folder delivers, whatever the format.
//
// All texts are UTF-8. The bytes as received stay in the file; `Place` leads back to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/figure.h"
#include "ledger/base/amount.h"
#include "ledger/base/time.h"

namespace custody_adapter {

// Where in the file, uncompressed, as received.
struct Place {
  std::uint64_t offset = 0;  // of the first byte, from 0
  std::uint64_t length = 0;  // bytes
  std::uint64_t line = 0;    // from 1
  friend bool operator==(const Place&, const Place&) = default;
};

// As the account owner sees it: credit is money into the account.
enum class Side : std::uint8_t { kCredit, kDebit };
// Only booked entries count in the balance proof.
enum class EntryStatus : std::uint8_t { kBooked, kPending, kInformation };

// Every reference a bank may repeat, "" when absent; fillers (NONREF, NOTPROVIDED) are left out.
struct References {
  std::string owner;         // MT940 :61: customer reference; camt NtryRef
  std::string bank;          // MT940 :61: after "//"; camt AcctSvcrRef
  std::string end_to_end;    // EREF; EndToEndId
  std::string instruction;   // KREF; InstrId
  std::string transaction;   // TxId
  std::string payment_info;  // PREF; PmtInfId: the payer's batch
  std::string message;       // MsgId of the payment order
  std::string mandate;       // MREF; MndtId
  std::string creditor;      // structured remittance: CdtrRefInf/Ref, "/REMI/STRD/"
  std::string uetr;
  std::string cheque;

  // The non-empty ones, each text once, in the order a matcher should try them: end_to_end, owner,
  // instruction, creditor, transaction, payment_info, bank, message, mandate, uetr, cheque. The
  // views live as long as this object is unchanged.
  std::vector<std::string_view> all() const;
};

// The other side of a payment.
struct Party {
  std::string name;
  std::string account;  // IBAN or the bank's own number
  std::string bank;     // BIC or national bank code
};

// One payment inside an entry; banks book a batch as one entry.
struct EntryDetail {
  std::optional<Figure> amount;  // unsigned; nothing when the bank does not state it
  Side side = Side::kCredit;
  ledger::base::Currency currency;
  References references;
  Party counterparty;
  std::string remittance;
};

// What a line of a custody file says beyond a bank's own entry; "" and nothing when absent. The
// order's number is `References::owner`, the bank's is `References::bank`.
struct CustodyFacts {
  std::string sub_account;  // whose balance the line moves
  std::string payer;        // sub-accounts or the platform's numbers of its users
  std::string payee;
  std::string project;                  // the loan or project the order belongs to
  std::string original_order;           // that this one cancels, returns or transfers
  std::string time;                     // "HH:MM:SS", the producer's clock
  std::string state;                    // the producer's word for `status`
  std::optional<Figure> balance_after;  // of the sub-account
  std::optional<Figure> fee;
  std::optional<Figure> interest;  // part of the amount
  std::optional<Figure> received;  // what arrived, where the payer's bank kept a fee back
};

struct StatementEntry {
  ledger::base::Amount amount;  // in units of 10^-digits, see figure.h; the side is `side`
  std::uint8_t digits = 0;
  Side side = Side::kCredit;  // the real direction of the money; reversals are already turned
  EntryStatus status = EntryStatus::kBooked;
  bool reversal = false;  // RC/RD marks, RvslInd: information, `side` needs no correction
  // Between two sub-accounts of the statement's account: neither credit nor debit of it; `side`
  // means nothing, the parties are in `custody`.
  bool transfer = false;
  ledger::base::Currency currency;
  ledger::base::Date booking_date;  // none when absent or not a day of the calendar
  ledger::base::Date value_date;
  References references;         // of the only detail too, when there is exactly one
  std::string transaction_code;  // "NTRF", "PMNT/RCDT/ESCT"
  std::string bank_code;         // the bank's own code: German GVC, BkTxCd/Prtry/Cd
  Party counterparty;
  std::string remittance;            // purpose text, lines joined
  std::string additional;            // :61: supplementary line; AddtlNtryInf
  std::vector<EntryDetail> details;  // camt TxDtls; empty in MT940
  CustodyFacts custody;
  Place place;

  Figure signed_figure() const {
    const ledger::base::Total units(amount);
    return {side == Side::kCredit ? units : -units, digits};
  }
  // In minor units of the currency; nothing when the entry has more decimals than the currency.
  std::optional<ledger::base::Amount> minor_amount() const;
};
// As a new one, but the strings keep their memory: a reader's entry serves a whole file.
void reset(StatementEntry& entry);

// A count or sum that a file states about its own lines, beside what the lines give.
struct ControlTotal {
  std::string name;              // as the profile names it: "trailer.debit_sum"
  bool is_money = false;         // a sum; else a count
  std::optional<Figure> stated;  // nothing when the record that states it is absent or unreadable
  Figure computed;
  Place place;  // of the record that states it
  bool holds() const { return stated && *stated == computed; }
};

enum class BalanceKind : std::uint8_t { kOpening, kClosing, kAvailable, kForward, kOther };
struct Balance {
  BalanceKind kind = BalanceKind::kOther;
  std::string code;  // as in the file: "60F", "62M", "OPBD", "CLAV"
  Figure value;      // debit balances are negative
  ledger::base::Currency currency;
  ledger::base::Date date;
  bool intermediate = false;  // 60M, 62M, sub-type INTM: a page, not the whole statement
  Place place;
};

enum class Severity : std::uint8_t {
  kNote,     // unusual, read nevertheless
  kWarning,  // something beside the money could not be read
  kError,    // money could not be read: the statement cannot be PROVED
};
// Codes are stable; README.md lists them.
struct Issue {
  Severity severity = Severity::kNote;
  std::string_view code;  // "bad_amount": static storage
  std::string field;      // ":61:", "Ntry/Amt"
  std::string text;       // what and why, with the offending text (shortened)
  Place place;
};

enum class VerdictKind : std::uint8_t { kProved, kUnproved, kNotProvable };
// Opening balance + booked entries against the closing balance.
struct Verdict {
  VerdictKind kind = VerdictKind::kNotProvable;
  Figure difference;   // closing - (opening + entries); zero unless kUnproved
  std::string reason;  // "" when proved; "no opening balance", "3 lines unreadable", "truncated"
};
// "PROVED", "UNPROVED (0.05)", "NOT PROVABLE: no opening balance".
std::string format(const Verdict& verdict);

struct Statement {
  std::string format;        // "MT940", "camt.053.001.08"
  std::string id;            // MT940 :20:, camt Stmt/Id
  std::string message_id;    // camt GrpHdr/MsgId
  std::string account;       // :25: or IBAN / Othr/Id, spaces removed
  std::string account_bank;  // BIC or bank code, where the format separates it
  std::string account_owner;
  ledger::base::Currency currency;
  std::optional<std::uint64_t> number;        // MT940 :28C: before "/", camt ElctrncSeqNb
  std::optional<std::uint64_t> page;          // MT940 :28C: after "/", camt StmtPgntn or MsgPgntn
  std::optional<std::uint64_t> legal_number;  // camt LglSeqNb
  bool last_page = true;                      // 62M and LastPgInd=false say that more follows
  ledger::base::Date from_date;
  ledger::base::Date to_date;
  std::optional<Balance> opening;
  std::optional<Balance> closing;
  std::vector<Balance> balances;  // all others, in file order
  std::string information;        // statement-level :86:, AddtlStmtInf

  std::uint64_t entry_count = 0;  // of all states
  std::uint64_t booked_count = 0;
  Figure credit_sum;                 // booked entries
  Figure debit_sum;                  // booked entries, positive
  Figure transfer_sum;               // booked transfers between sub-accounts, in neither sum above
  std::vector<ControlTotal> totals;  // formats read by profile; see PROFILES.md
  std::uint64_t issue_count = 0;     // all issues, kept or not
  std::uint64_t error_count = 0;     // those of Severity::kError
  // What the bank says its booked entries sum to (BAI2 100 and 400). Counts in the verdict only when
  // no entry was sent.
  std::optional<Figure> stated_credits;
  std::optional<Figure> stated_debits;
  bool truncated = false;
  std::string unprovable;  // why agreeing figures prove nothing here ("the group is a deletion")
  Place place;
  Verdict verdict;  // set when the statement ends

  // Filled by read_all(); a streaming reader hands them to the sink instead.
  std::vector<StatementEntry> entries;
  std::vector<Issue> issues;
};

}  // namespace custody_adapter
