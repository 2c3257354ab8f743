// Engine: the one writer. Takes commands and reads from any thread, decides them in order, commits
// them in groups with one sync each, and answers after the sync. Owns the store and the state.
//
// Threads: a decide thread, a commit thread, and a fold thread that writes the projections. Every
// completion runs on the commit (or decide) thread and must not block: hand the work on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/command.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/state.h"

namespace ledger::engine {

struct Options {
  std::string path;                         // data folder
  std::function<base::Timestamp()> clock;   // read once per group; the engine makes it increase
  std::size_t queue_commands_max = 65'536;  // waiting commands; beyond that submit() refuses
  std::size_t group_commands_max = 8'192;
  std::size_t fold_rows = 800'000;            // history rows in one projection run
  std::uint32_t fold_delay_ms = 2'000;        // a smaller run is written after this long
  std::size_t claim_projects_max = 50'000;    // projects whose claims are kept in memory
  std::size_t unfolded_rows_max = 4'000'000;  // the writer waits for the fold thread beyond this
};

// A new data folder: journals the genesis entry. kInvalid if the folder already holds a ledger.
base::Result<base::Ok, base::Fault> create(const std::string& path, std::string_view profile_toml,
                                           base::Timestamp now, base::Date business_date);

// The answer to one command.
struct Answer {
  std::optional<domain::Refusal> refusal;
  bool replayed = false;
  base::Sequence sequence;  // none for refusals that are not journaled (1xx, ID_REUSED)
  base::Timestamp time;
  crypto::Digest hash;
};

struct Batch {
  std::vector<domain::Command> commands;
  bool atomic = false;  // all or none
};
// Either the answers, one per command and in order, or why nothing is known of the outcome
// (kClosed: shut down or read-only after a failed sync: retry the same ids after a restart).
using Answers = base::Result<std::vector<Answer>, base::Fault>;

struct AccountView {
  base::AccountId id;
  std::string code;
  std::string owner;
  std::uint16_t account_class = 0;
  std::string class_name;
  base::Currency currency;
  bool debit_normal = false;
  // At a past sequence or date the pending counters are as of then, too.
  std::int64_t debits_posted = 0, credits_posted = 0, debits_pending = 0, credits_pending = 0;
  std::int64_t balance = 0;  // on the normal side
  std::int64_t usable = 0;   // what may leave: the balance less the restrictions on it
  base::Sequence as_of;      // last sequence taken into account
};

struct OwnerView {
  domain::Owner owner;
  std::string kind;
  std::vector<AccountView> accounts;
};

struct HistoryRow {  // one per entry and account
  base::Sequence sequence;
  base::Timestamp time;
  base::Date business_date;
  domain::FlowCode flow = domain::FlowCode::kGenesis;
  std::string command_id;
  std::int64_t debits = 0, credits = 0;                  // of this entry on this account
  std::int64_t balance = 0;                              // after it
  std::int64_t debits_pending = 0, credits_pending = 0;  // after it
};

struct StoredEntry {
  domain::Entry entry;
  std::string bytes;
  crypto::Digest hash;
};

struct ProjectView {
  domain::Project project;
  std::string borrower;
  std::string guarantor;                                             // empty: none
  std::vector<std::pair<std::string, domain::Claim>> claims;         // holder code, claim
  std::vector<std::pair<std::string, domain::Recovery>> recoveries;  // compensator's code
};

struct HoldView {
  domain::Hold hold;
  std::string account;
  std::string beneficiary;
  std::string project;
};

// What an early repayment of a project costs on the business date, without compensation.
struct EarlyQuote {
  base::Date day;
  std::int64_t principal = 0;
  std::int64_t interest = 0;
};

// Which open holds; one that is on the account (of the client) or for it. Empty: any.
struct HoldFilter {
  std::string account;
  std::string client;
  std::optional<domain::HoldKind> kind;
};

// A repaying project whose next instalment was due before the business date.
struct OverdueView {
  std::string project;
  std::string borrower;
  std::string guarantor;  // empty: none
  std::uint32_t instalment = 0;
  base::Date due;
  std::int64_t days = 0;                     // past due on the business date
  std::int64_t principal = 0, interest = 0;  // not paid of it
};

// A page of a listing: some rows, maybe none, and the cursor of the next page; without one it was
// the last. What is there during the whole listing comes once; what comes or goes meanwhile may be
// missed.
template <typename Row, typename Cursor>
struct Page {
  std::vector<Row> rows;
  std::optional<Cursor> next;
};

struct TrialBalance {
  base::Date business_date;
  base::Sequence as_of;
  std::vector<domain::ClassTotal> totals;
};

struct Status {
  base::Sequence head;
  crypto::Digest head_hash;
  std::uint64_t tree_size = 0;
  crypto::Digest tree_root;
  base::Date business_date;
  base::Sequence folded_through;
  std::uint64_t accounts = 0, owners = 0, projects = 0, open_holds = 0;
  std::string profile;
  std::uint32_t profile_version = 0;
  bool read_only = false;
  std::string read_only_reason;
};

// Monotone counters for /metrics; read from any thread.
struct Metrics {
  std::uint64_t groups = 0, entries = 0, postings = 0, refusals = 0, replays = 0, reads = 0;
  std::uint64_t syncs = 0, sync_ns = 0, sync_ns_max = 0, bytes = 0;
  std::uint64_t fold_runs = 0, fold_rows = 0, fold_wait_ns = 0;
  std::uint64_t queued = 0;  // now
  std::vector<std::pair<std::string, std::uint64_t>> refusals_by_name;
};

class Engine {
 public:
  // Opens and recovers. Refuses (kClosed) a folder another engine has open, kNotFound an empty one.
  static base::Result<std::unique_ptr<Engine>, base::Fault> open(Options options);
  ~Engine();  // drains the queue, commits, folds, closes

  // False at once if the queue is full: the caller answers "try again later". Any thread.
  [[nodiscard]] bool submit(Batch batch, std::function<void(Answers)> done);
  // Runs `read` on the decide thread, where it may use the View below; its result becomes visible
  // only after everything it may have seen is synced: `done` runs then. Keep `read` short.
  class View;
  [[nodiscard]] bool read(std::function<void(const View&)> read, std::function<void()> done);

  // Journal reads come from the store, never ahead of the last sync. Any thread.
  // Entries `after`+1 ... as raw records, at most `limit` entries or about `bytes_max`.
  struct RawRecord {
    base::Sequence sequence;
    std::string entry;
    crypto::Digest hash;
  };
  base::Result<std::vector<RawRecord>, base::Fault> journal(base::Sequence after, std::size_t limit,
                                                            std::size_t bytes_max) const;
  // Called (on the commit thread) after each sync with the new durable head. Returns a handle for
  // unsubscribe(). Any thread.
  std::uint64_t subscribe(std::function<void(base::Sequence)> on_durable);
  void unsubscribe(std::uint64_t handle);
  base::Sequence durable_head() const;
  // Why nothing is taken any more (read-only after a failed write, or stopping); nothing while
  // open. Any thread.
  std::optional<base::Fault> closed_reason() const;

  Metrics metrics() const;
  // The profile now in force. Another may be adopted at any time; a reference once given stays good
  // while the engine is open. Any thread.
  const domain::Profile& profile() const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What a read may ask. Only valid inside the read function.
class Engine::View {
 public:
  std::optional<AccountView> account(std::string_view code) const;
  // As of a past sequence (kNotFound: no such account or sequence), or of the close of a business
  // date (kNotFound: that date is not closed).
  base::Result<AccountView, base::Fault> account_at(std::string_view code, base::Sequence at) const;
  base::Result<AccountView, base::Fault> account_on(std::string_view code, base::Date date) const;
  // Rows after (older_first) or before the cursor, at most `limit`. Cursor 0 starts at the end.
  base::Result<std::vector<HistoryRow>, base::Fault> history(std::string_view code,
                                                             base::Sequence cursor,
                                                             std::size_t limit,
                                                             bool older_first) const;
  std::optional<StoredEntry> entry(base::Sequence sequence) const;
  std::optional<StoredEntry> entry_by_command(std::string_view id) const;
  std::optional<ProjectView> project(std::string_view code) const;
  // kNotFound: no such project, or nothing of it can be repaid early now.
  base::Result<EarlyQuote, base::Fault> early_quote(std::string_view code) const;
  std::optional<HoldView> hold(std::string_view order, domain::HoldKind kind) const;
  // All open holds of these kinds, by id. Looks at every open hold: for the day's close only.
  std::vector<HoldView> open_holds(std::span<const domain::HoldKind> kinds) const;
  std::optional<OwnerView> owner(std::string_view code) const;
  // Listings, each at most `limit` rows from a cursor on; 0 or "" starts. kNotFound: the filter
  // names nothing that exists. A cursor of holds() is good until the engine closes.
  base::Result<Page<HoldView, std::uint64_t>, base::Fault> holds(const HoldFilter& filter,
                                                                 std::uint64_t cursor,
                                                                 std::size_t limit) const;
  Page<domain::Proposal, std::string> open_proposals(std::string_view cursor,
                                                     std::size_t limit) const;
  // `marked`: those marked overdue already, else those not yet.
  Page<OverdueView, std::uint64_t> overdue(bool marked, std::uint64_t cursor,
                                           std::size_t limit) const;
  // Owners by id after `after`, for listings.
  std::vector<std::string> owners(std::uint64_t after, std::size_t limit) const;
  TrialBalance trial_balance() const;
  base::Result<TrialBalance, base::Fault> trial_balance_on(base::Date date) const;  // a closed day
  Status status() const;
  std::string account_code(base::AccountId id) const;
  std::string project_code(base::ProjectId id) const;
  std::string owner_code(base::ClientId id) const;

 private:
  friend class Engine;
  explicit View(Engine::Impl& impl) : impl_(impl) {}
  Engine::Impl& impl_;
};

}  // namespace ledger::engine
