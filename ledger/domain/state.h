// State: the working set, a fold of the journal. apply() is the only way to change it, and the same
// function serves the running engine, recovery, rebuild and the auditor.
//
//   accounts, owners, open holds, projects, proposals   in memory, bounded by what exists
//   claims (project x holder)                            loaded per project when needed
//
// Not thread-safe: one thread owns it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/amount.h"
#include "ledger/base/ids.h"
#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/allocation.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/profile.h"

namespace ledger::domain {

// Four counters. Posted ones only grow; pending ones are the open holds on the account.
struct Account {
  std::int64_t debits_posted = 0;
  std::int64_t credits_posted = 0;
  std::int64_t debits_pending = 0;
  std::int64_t credits_pending = 0;
  std::uint64_t owner = 0;          // ClientId
  std::uint8_t class_index = 0;     // into Profile::classes()
  std::uint8_t currency_index = 0;  // into Profile::currencies()
  std::uint16_t position = 0;       // among the owner's accounts

  std::int64_t credit_balance() const { return credits_posted - debits_posted; }
  friend bool operator==(const Account&, const Account&) = default;
};
static_assert(sizeof(Account) == 48);

struct Owner {
  std::string code;  // "lender:L123"
  std::uint64_t first_account = 0;
  std::uint16_t account_count = 0;
  std::uint16_t flags = 0;
  std::uint8_t kind = 0;         // into Profile::kinds()
  std::uint8_t currency = 0;     // into Profile::currencies()
  std::int64_t outstanding = 0;  // borrowers: principal not repaid, over all projects
  std::int64_t elsewhere = 0;    // what is owed on other platforms, as reported
  base::Date active_on;          // last business date on which money moved by the owner's own word

  bool has(OwnerFlag flag) const { return (flags & static_cast<std::uint16_t>(flag)) != 0; }
  // "L123": the person, who may be a client of several kinds.
  std::string_view person() const;
  friend bool operator==(const Owner&, const Owner&) = default;
};

// An open hold; closed ones leave the working set.
struct Hold {
  base::HoldId id;
  HoldKind kind = HoldKind::kBid;
  base::AccountId account;
  base::AccountId beneficiary;
  base::ProjectId project;
  std::uint32_t instalment = 0;
  std::int64_t remaining = 0;
  std::string order;
  std::string fee_rule;
  base::Date expires;          // last day; none: does not expire
  std::int64_t principal = 0;  // claim purchases: how much of the claim
  friend bool operator==(const Hold&, const Hold&) = default;
};

// What a compensator (guarantor or reserve) paid in a borrower's place, and got back.
struct Recovery {
  base::ClientId holder;
  std::int64_t principal = 0;
  std::int64_t principal_recovered = 0;
  std::int64_t interest = 0;
  std::int64_t interest_recovered = 0;

  std::int64_t open_principal() const { return principal - principal_recovered; }
  std::int64_t open_interest() const { return interest - interest_recovered; }
  friend bool operator==(const Recovery&, const Recovery&) = default;
};

struct Project {
  base::ProjectId id;
  std::string code;
  base::ClientId borrower;
  base::Amount target;
  crypto::Digest contract;
  ProjectState state = ProjectState::kCollecting;
  std::vector<Instalment> instalments;
  std::uint32_t instalments_paid = 0;
  std::int64_t part_principal = 0;  // paid of the next instalment
  std::int64_t part_interest = 0;
  std::uint32_t voided_from = 0;  // first instalment that an early repayment made void, or 0
  std::uint32_t overdue_marks = 0;
  base::Date overdue_since;  // due date of the oldest instalment marked overdue, or none
  base::ClientId guarantor;
  std::string payee;
  std::int64_t frozen = 0;         // open bids, the platform's part included
  std::int64_t disbursed = 0;      // principal of claims created
  std::int64_t repaid = 0;         // principal paid to the lenders, by whomever
  std::int64_t interest_paid = 0;  // interest paid to the lenders, by whomever
  std::int64_t compensated = 0;    // principal of `repaid` that others paid than the borrower
  std::int64_t recovered = 0;      // principal of `compensated` that the borrower paid back
  // Due of the allocations since a transfer last changed the weights.
  std::int64_t principal_since = 0;
  std::int64_t interest_since = 0;
  std::vector<Recovery> recoveries;     // ascending by holder
  std::int64_t fees = 0;                // taken from the borrower for this project
  base::Date lent_on;                   // business date of the disbursement, or none
  std::vector<base::HoldId> bids;       // open, red packets too, ascending
  std::vector<base::HoldId> entrusted;  // open restrictions for the payee, ascending
  base::HoldId repayment;               // open repayment hold, or none

  // What the borrower still owes, to lenders and compensators.
  std::int64_t outstanding() const { return disbursed - repaid + compensated - recovered; }
  std::int64_t owed_to_lenders() const { return disbursed - repaid; }
  const Recovery* recovery_of(base::ClientId holder) const;
  friend bool operator==(const Project&, const Project&) = default;
};

struct Claim {
  base::ClientId holder;
  std::int64_t principal = 0;  // lent and bought, less sold
  std::int64_t principal_paid = 0;
  std::int64_t interest_paid = 0;
  std::int64_t reserved = 0;  // of what is outstanding: offered in open transfers
  // The allocation, see allocation.h. Until a transfer, weight is the principal.
  std::int64_t weight = 0;
  std::int64_t principal_since = 0;
  std::int64_t interest_since = 0;
  std::int64_t principal_carry = 0;
  std::int64_t interest_carry = 0;

  std::int64_t outstanding() const { return principal - principal_paid; }
  friend bool operator==(const Claim&, const Claim&) = default;
};

// What allocate() needs of the claims, in their order.
std::vector<Share> principal_shares(const std::vector<Claim>& claims);
std::vector<Share> interest_shares(const std::vector<Claim>& claims);

// A proposal of two operators' business; also the note of an entry that was reversed or returned
// (`target`), under the id of the command that did it.
struct Proposal {
  std::string id;  // command id
  std::string maker;
  base::Sequence target;
  crypto::Digest target_hash;
  ProposalOp status = ProposalOp::kProposed;
  FlowCode flow = FlowCode::kGenesis;  // of the proposed command
  base::Date expires;
  std::string body;  // canonical fields of the proposed command
  friend bool operator==(const Proposal&, const Proposal&) = default;
};

// What the last apply() changed: what projections have to write.
struct Touched {
  std::vector<base::AccountId> accounts;  // each once, ascending
  std::vector<base::ClientId> owners;
  std::vector<base::HoldId> holds;  // open or just closed
  std::vector<base::ProjectId> projects;
  std::vector<std::pair<base::ProjectId, base::ClientId>> claims;
  std::vector<std::string> proposals;
  void clear();
};

struct ClassSums {
  base::Total debits;
  base::Total credits;
  friend bool operator==(const ClassSums&, const ClassSums&) = default;
};

class State {
 public:
  State();
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // --- reading -----------------------------------------------------------------------------
  bool has_profile() const;  // false only before genesis
  const Profile& profile() const;
  base::Date business_date() const;
  base::Sequence sequence() const;  // of the last applied entry
  base::Timestamp time() const;
  bool is_on(SwitchCode what) const;

  std::uint64_t account_count() const;
  const Account& account(base::AccountId id) const;    // must exist
  std::string account_code(base::AccountId id) const;  // "lender:L123:available"
  std::optional<base::AccountId> find_account(std::string_view code) const;
  // Positive when the account has money on its normal side.
  std::int64_t balance(base::AccountId id) const;
  // What may leave an account: its balance less the restrictions on it, at least 0.
  std::int64_t usable(base::AccountId id) const;

  std::uint64_t owner_count() const;
  const Owner& owner(base::ClientId id) const;  // must exist
  std::optional<base::ClientId> find_owner(std::string_view code) const;
  // The owner's account with this suffix; absent for kinds without it.
  std::optional<base::AccountId> account_of(base::ClientId owner, std::string_view suffix) const;

  const Hold* find_hold(base::HoldId id) const;
  const Hold* find_hold(std::string_view order, HoldKind kind) const;
  std::uint64_t open_hold_count() const;
  std::uint64_t next_hold() const;              // id that the next opened hold gets
  std::vector<const Hold*> open_holds() const;  // ascending by id
  // An open hold stands in one place, of hold_places(), until it is closed: for listings that must
  // not visit all of them at once. Null: nothing stands there now.
  std::uint64_t hold_places() const;
  const Hold* hold_at(std::uint64_t place) const;
  // The open restrictions on an account, ascending by id.
  std::vector<const Hold*> restrictions_on(base::AccountId id) const;

  std::uint64_t project_count() const;
  const Project& project(base::ProjectId id) const;  // must exist
  std::optional<base::ProjectId> find_project(std::string_view code) const;
  bool contract_used(const crypto::Digest& contract) const;

  // Claims of a project, ascending by holder. They must be loaded (see below).
  const std::vector<Claim>& claims(base::ProjectId id) const;
  bool claims_loaded(base::ProjectId id) const;

  const Proposal* find_proposal(std::string_view id) const;
  std::vector<const Proposal*> proposals() const;  // ascending by id
  // At most `count` of them, with ids after `after`.
  std::vector<const Proposal*> proposals_after(std::string_view after, std::size_t count) const;
  bool is_reversed(base::Sequence entry) const;

  // Posted debits less posted credits of one currency over all classes: zero in balanced books.
  base::Total imbalance(std::uint8_t currency_index) const;
  // Posted sums per class and currency, kept up to date: the trial balance.
  std::vector<ClassTotal> class_totals() const;

  // --- changing ----------------------------------------------------------------------------
  // Folds one entry in. The entry must have passed the laws or come from a verified journal; an
  // entry that contradicts the state (unknown account, hold over-captured) is a Fault and leaves
  // the state unusable.
  base::Result<base::Ok, base::Fault> apply(const Entry& entry, Touched* touched);

  // Everything applied since mark() can be taken back, once, by rollback(); commit() forgets.
  void mark();
  void commit();
  void rollback();

  // --- loading a snapshot, before any apply --------------------------------------------------
  void load_profile(Profile profile);
  void load_owner(base::ClientId id, Owner owner);
  void load_account(base::AccountId id, const Account& account);
  void load_hold(Hold hold);
  void load_project(Project project);
  void load_proposal(Proposal proposal);
  void load_claims(base::ProjectId id, std::vector<Claim> claims);
  void load_position(base::Sequence sequence, base::Timestamp time, base::Date business_date,
                     std::uint64_t next_hold, std::uint8_t switches);
  std::uint8_t switches() const;  // bit n-1: SwitchCode n is on
  // Drops the claims of a project from memory; they must be safe in a projection.
  void evict_claims(base::ProjectId id);

  // The insides, in state_impl.h; only state*.cc see them.
  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledger::domain
