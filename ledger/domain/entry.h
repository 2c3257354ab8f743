// Entry: one line of the journal, the effects of one command. ENTRY_FORMAT.md is its byte format.
//
// An entry says what changed, not which rule changed it, so that an auditor can verify balances,
// holds, projects and claims from entries alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/amount.h"
#include "ledger/base/fault.h"
#include "ledger/base/ids.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/codes.h"

namespace ledger::domain {

// Moves `amount` from `credit`'s point of view in, from `debit`'s out: Dr debit, Cr credit. Always
// one debit and one credit account, so the path of every fen is in the books, never via a third.
struct Posting {
  base::AccountId debit;
  base::AccountId credit;
  base::Amount amount;
  PostingKind kind = PostingKind::kTransfer;
  friend bool operator==(const Posting&, const Posting&) = default;
};

// A client, a channel or the custody bank itself: the owner of a few accounts with consecutive ids,
// in the order the profile lists for its kind.
struct OwnerOpened {
  base::ClientId id;
  base::AccountId first_account;
  std::uint16_t account_count = 0;
  std::uint16_t flags = 0;  // OwnerFlag
  base::Currency currency;
  std::string kind;                        // the profile's name: "lender"
  std::string code;                        // "lender:L123"
  std::vector<std::uint16_t> classes;      // account class of each account
  std::vector<std::string> account_names;  // suffix of each account: "available"
  friend bool operator==(const OwnerOpened&, const OwnerOpened&) = default;
};

// Money set aside on `account` under a purpose, until it is captured (goes where it was meant to)
// or released (goes back). While open, the amount stands in a pending counter of `account`, and for
// deposits also in credits_pending of `beneficiary`.
struct HoldChange {
  HoldOp op = HoldOp::kOpen;
  HoldKind kind = HoldKind::kBid;
  base::HoldId id;
  base::AccountId account;
  base::AccountId beneficiary;  // whose money it is or becomes: the owner's available account
  base::ProjectId project;
  std::uint32_t instalment = 0;  // repayments: 1, 2, ...
  base::Amount amount;           // opened, captured or released by this change
  std::string order;             // command id of the order this hold belongs to
  std::string fee_rule;          // kFee: the rule the fee is taken under; else empty
  base::Date expires;            // last day of the hold; none: it does not expire
  base::Amount principal;        // kClaimPurchase: how much of the claim is bought; else zero
  friend bool operator==(const HoldChange&, const HoldChange&) = default;
};

struct Instalment {
  base::Date due;
  base::Amount principal;
  base::Amount interest;
  friend bool operator==(const Instalment&, const Instalment&) = default;
};

struct ProjectOpened {
  base::ProjectId id;
  base::ClientId borrower;
  base::Amount target;
  crypto::Digest contract;  // SHA-256 of the project's contract
  std::string code;
  std::vector<Instalment> instalments;
  base::ClientId guarantor;  // who may compensate; none
  std::string payee;         // who alone may get the loan (entrusted payment); empty: the borrower
  friend bool operator==(const ProjectOpened&, const ProjectOpened&) = default;
};

struct ProjectMoved {
  base::ProjectId id;
  ProjectState to = ProjectState::kCollecting;
  friend bool operator==(const ProjectMoved&, const ProjectMoved&) = default;
};

// A payment on the next instalment; it is paid when the payments reach what is due.
struct InstalmentPaid {
  base::ProjectId project;
  std::uint32_t instalment = 0;  // 1, 2, ...
  base::Amount principal;
  base::Amount interest;
  friend bool operator==(const InstalmentPaid&, const InstalmentPaid&) = default;
};

// The memorandum book CLAIM. kCreate: Dr HOLDING{holder} Cr OUTSTANDING{borrower} by principal.
// kRepay, kRecover: the inverse by principal; interest is noted because its allocation carries
// over. kCompensate and kSubrogate: Dr HOLDING{compensator} Cr HOLDING{holder}; kBuy and kSell: Dr
// HOLDING{buyer} Cr HOLDING{seller}.
struct ClaimChange {
  ClaimOp op = ClaimOp::kCreate;
  base::ProjectId project;
  base::ClientId holder;
  base::Amount principal;
  base::Amount interest;
  friend bool operator==(const ClaimChange&, const ClaimChange&) = default;
};

struct ClassTotal {
  std::uint16_t account_class = 0;
  base::Currency currency;
  base::Total debits;   // posted
  base::Total credits;  // posted
  friend bool operator==(const ClassTotal&, const ClassTotal&) = default;
};

// The day's close: what stood in the books after the entry before this one.
struct CutOff {
  base::Date closed;               // the business date that ends here
  base::Date opened;               // the one that begins
  crypto::Digest head;             // chain hash of the entry before
  std::uint64_t tree_size = 0;     // entries under `tree_root`
  crypto::Digest tree_root;        // RFC 6962 root over all entries before
  std::vector<ClassTotal> totals;  // trial balance, ascending by class and currency
  friend bool operator==(const CutOff&, const CutOff&) = default;
};

struct ProfileAdopted {
  std::uint32_t version = 0;
  std::string name;
  std::string text;  // the whole TOML file
  friend bool operator==(const ProfileAdopted&, const ProfileAdopted&) = default;
};

// A reversal needs two operators: a proposal, then an approval that carries the inverse postings.
struct ReversalStep {
  ReversalOp op = ReversalOp::kProposed;
  base::Sequence target;  // the entry to reverse
  FlowCode target_flow = FlowCode::kGenesis;
  crypto::Digest target_hash;
  std::string proposal;  // command id of the proposal
  std::string maker;     // operator who proposed
  friend bool operator==(const ReversalStep&, const ReversalStep&) = default;
};

// A fee counted against the limit of its project, or no longer counted after a reversal.
struct FeeChange {
  FeeOp op = FeeOp::kTake;
  base::ProjectId project;
  base::Amount amount;
  friend bool operator==(const FeeChange&, const FeeChange&) = default;
};

// Any command that needs two operators, asked for and later executed. kApproved: the entry carries
// the effects of the proposed command.
struct ProposalStep {
  ProposalOp op = ProposalOp::kProposed;
  FlowCode flow = FlowCode::kGenesis;  // of the proposed command
  base::Date expires;                  // last day on which it may be approved
  std::string proposal;                // command id of the proposal
  std::string maker;                   // operator who proposed
  std::string body;                    // canonical fields of the proposed command
  friend bool operator==(const ProposalStep&, const ProposalStep&) = default;
};

// An early repayment ends the schedule: instalments from `from` on are void.
struct ScheduleVoided {
  base::ProjectId project;
  std::uint32_t from = 0;
  base::Amount principal;  // paid instead
  base::Amount interest;
  friend bool operator==(const ScheduleVoided&, const ScheduleVoided&) = default;
};

// The next unpaid instalment was due before the business date.
struct OverdueMark {
  base::ProjectId project;
  std::uint32_t instalment = 0;
  base::Date due;
  std::uint32_t days = 0;  // past due on the business date
  base::Amount penalty;    // by the profile's rate on what is unpaid of it; a memo, no money moves
  friend bool operator==(const OverdueMark&, const OverdueMark&) = default;
};

struct OwnerChanged {
  base::ClientId id;
  std::uint16_t flags = 0;  // OwnerFlag, all of them as they are from now on
  base::Amount elsewhere;   // what a borrower owes on other platforms, as reported
  friend bool operator==(const OwnerChanged&, const OwnerChanged&) = default;
};

struct Switch {
  SwitchCode what = SwitchCode::kHalted;
  bool on = false;
  friend bool operator==(const Switch&, const Switch&) = default;
};

// What a monitor noticed, and in which entries.
struct Alert {
  std::string rule;     // id of the profile's monitor
  std::string subject;  // code of the client, project or account
  std::uint8_t severity = 1;
  base::Amount amount;
  std::vector<base::Sequence> entries;  // ascending
  friend bool operator==(const Alert&, const Alert&) = default;
};

struct Entry {
  FlowCode flow = FlowCode::kGenesis;
  Outcome outcome = Outcome::kCommitted;
  Authority authority = Authority::kNone;
  std::uint8_t allocation_version = 0;  // of the pro-rata algorithm, 0 where none was used
  std::uint16_t refusal = 0;            // RefusalCode number, 0 if committed
  std::uint32_t profile_version = 0;
  base::Sequence sequence;
  base::Timestamp time;      // booking time, strictly increasing along the journal
  base::Date business_date;  // the accounting day
  base::Date value_date;     // the day the money counts, by the command; else the business date
  std::string command_id;
  std::string operator_name;  // who acted, where a person did
  std::string command;        // the command's fields in canonical form, see command.h
  std::string detail;         // of a refusal

  std::vector<Posting> postings;
  std::vector<OwnerOpened> owners;
  std::vector<HoldChange> holds;
  std::vector<ProjectOpened> projects;
  std::vector<ProjectMoved> moves;
  std::vector<InstalmentPaid> instalments;
  std::vector<ClaimChange> claims;
  std::vector<ReversalStep> reversals;
  std::vector<ProfileAdopted> profiles;
  std::vector<CutOff> cut_offs;
  std::vector<FeeChange> fees;
  std::vector<ProposalStep> proposals;
  std::vector<ScheduleVoided> voided;
  std::vector<OverdueMark> overdue;
  std::vector<OwnerChanged> owner_changes;
  std::vector<Switch> switches;
  std::vector<Alert> alerts;

  bool committed() const { return outcome == Outcome::kCommitted; }
  // Empty again, keeping the memory: entries are built by the hundred thousand.
  void clear();
  friend bool operator==(const Entry&, const Entry&) = default;
};

// Whose rules count: of an approval, those of the proposed command; else the entry's own. The views
// live as long as the entry.
FlowCode effective_flow(const Entry& entry);
std::string_view effective_body(const Entry& entry);
Authority effective_authority(const Entry& entry);
// Money moves on the word of operators, and only one of them gave it.
bool is_of_one_operator(const Entry& entry);

// Appends the canonical bytes of `entry`.
void encode(const Entry& entry, std::string& out);
// Reads exactly one entry. Refuses (Fault::kCorruption, naming the field) anything that encode()
// would not have written: unknown versions, codes and sections, ranges, spare bytes.
base::Result<base::Ok, base::Fault> decode(std::string_view bytes, Entry& out);

}  // namespace ledger::domain
