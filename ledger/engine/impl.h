// The insides of Engine, shared by its .cc files. Who owns what:
//
//   decide thread   state, chain head, tree, current run, live runs (list), recent blocks
//   commit thread   the group it syncs
//   fold thread     the sealed run it writes
//
// They hand groups and runs on through the queues below; `mutex` guards the queues and is never
// held across a sync, a decision or a fold.
#pragma once

#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ledger/crypto/digest.h"
#include "ledger/domain/flow.h"
#include "ledger/domain/state.h"
#include "ledger/engine/engine.h"
#include "ledger/engine/id_filter.h"
#include "ledger/engine/run.h"
#include "ledger/journal/tree.h"
#include "ledger/store/store.h"

namespace ledger::engine {

// One thing asked of the decide thread: a batch of commands, or a read.
struct Work {
  Batch batch;
  std::function<void(Answers)> done;
  std::function<void(const Engine::View&)> read;
  std::function<void()> read_done;
};

// What one sync makes durable, and whom to tell.
struct Group {
  std::vector<store::Block> blocks;
  std::vector<std::pair<std::function<void(Answers)>, std::vector<Answer>>> answers;
  std::vector<std::function<void()>> reads;
  base::Sequence last;
  std::uint64_t entries = 0;
  std::uint64_t postings = 0;
  std::size_t commands = 0;  // taken for it, replays and refusals included

  bool empty() const { return answers.empty() && reads.empty(); }
};

using AccountAfter = std::pair<base::AccountId, Counters>;

// An entry of an atomic batch, applied to the state but not yet appended: the batch may be taken
// back.
struct Staged {
  std::size_t index;  // of its command in the batch
  domain::Entry entry;
  domain::Touched touched;
  std::vector<AccountAfter> after;
};

struct Counts {
  std::atomic<std::uint64_t> groups{0}, entries{0}, postings{0}, refusals{0}, replays{0}, reads{0};
  std::atomic<std::uint64_t> sync_ns{0}, sync_ns_max{0}, bytes{0};
  std::atomic<std::uint64_t> fold_runs{0}, fold_rows{0}, fold_wait_ns{0};
  std::array<std::atomic<std::uint64_t>, 400> refusals_by_code{};
};

struct Engine::Impl final : domain::Orders {
  Options options;
  std::unique_ptr<store::Store> store;

  // --- decide thread -------------------------------------------------------------------------
  domain::State state;
  std::deque<domain::Profile> profiles;  // each that was in force since opening, never moved
  std::atomic<const domain::Profile*> profile{nullptr};  // the last of them; any thread
  crypto::Digest head;
  journal::Tree tree;
  crypto::Sha256 sha;
  std::map<base::Date, base::Sequence> days;  // closed business dates
  std::shared_ptr<FoldRun> run;               // being filled
  std::deque<std::shared_ptr<FoldRun>> live;  // sealed, not yet folded, oldest first
  std::uint64_t live_rows = 0;
  std::chrono::steady_clock::time_point run_began;
  std::deque<std::shared_ptr<const store::Block>> recent;  // not known to be durable yet
  store::Block open_block;                                 // of the group being decided
  std::uint64_t open_block_entries = 0;
  domain::Touched entry_touched;
  std::vector<AccountAfter> entry_after;
  domain::Touched group_touched;
  domain::Entry draft;
  std::vector<Staged> staged;  // of the atomic batch being decided
  std::string draft_bytes;
  std::unique_ptr<IdFilter> filter;       // null until the first scan of the index is done
  std::unique_ptr<IdFilter> next_filter;  // being filled by the scan thread as well
  std::uint64_t ids_total = 0;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> claims_used;  // project -> sequence
  mutable store::Block cached_block;  // last block read back from the store
  // The first fault of a read that a decision needed. Nothing decided after it is committed.
  mutable std::optional<base::Fault> read_fault;

  // --- queues, guarded by `mutex` ------------------------------------------------------------
  mutable std::mutex mutex;
  std::condition_variable work_ready;   // decide thread waits: work, or the commit is idle
  std::condition_variable group_ready;  // commit thread waits
  std::condition_variable fold_ready;   // fold thread waits: a sealed run, durability, or the end
  std::condition_variable fold_done;    // decide thread waits when too much is unfolded
  std::deque<Work> queue;
  std::uint64_t queued_commands = 0;
  std::deque<Group> groups;
  bool group_busy = false;
  std::deque<std::shared_ptr<FoldRun>> to_fold;
  std::uint64_t folded_through = 0;
  bool scan_done = false;
  bool stopping = false;
  bool decided_all = false;    // the decide thread has ended
  bool committed_all = false;  // the commit thread has ended
  std::string read_only_reason;
  std::map<std::uint64_t, std::function<void(base::Sequence)>> subscribers;
  std::uint64_t next_subscriber = 1;

  std::atomic<std::uint64_t> durable{0};
  std::atomic<bool> read_only{false};
  Counts counts;
  std::thread decide_thread, commit_thread, fold_thread, scan_thread;

  // recovery.cc
  base::Result<base::Ok, base::Fault> recover();
  base::Result<base::Ok, base::Fault> load_projections(const Mark& mark);
  base::Result<base::Ok, base::Fault> replay();
  base::Result<base::Ok, base::Fault> load_claims(base::ProjectId project);

  // decide.cc
  void decide_work(Work& work, Group& group, base::Timestamp now);
  Answer decide_one(const domain::Command& command, std::uint64_t id_hash, Group& group,
                    base::Timestamp now);
  std::vector<Answer> decide_each(const std::vector<domain::Command>& commands, Group& group,
                                  base::Timestamp now);
  std::optional<Answer> replay_of(const domain::Command& command, std::uint64_t id_hash);
  std::optional<domain::Refusal> decide_entry(const domain::Command& command, base::Timestamp now);
  crypto::Digest append_entry(const domain::Entry& entry, std::uint64_t id_hash, Group& group);
  // What the entry just applied has left on the accounts it touched.
  void counters_after(const domain::Touched& touched, std::vector<AccountAfter>& after) const;
  void note_effects(const domain::Entry& entry, std::span<const AccountAfter> after,
                    std::uint64_t id_hash);
  void merge_touched(const domain::Touched& touched);
  void publish_profile();
  void close_block(Group& group);
  void finish_group(Group& group);
  bool exists(std::string_view command_id) const override;
  std::optional<StoredEntry> find_command(std::string_view id, std::uint64_t id_hash) const;
  std::optional<StoredEntry> read_entry(base::Sequence sequence) const;
  void count_refusal(const domain::Refusal& refusal);

  // atomic.cc
  std::vector<Answer> decide_atomic(const std::vector<domain::Command>& commands, Group& group,
                                    base::Timestamp now);
  std::optional<std::size_t> stage(const std::vector<domain::Command>& commands,
                                   std::vector<Answer>& answers, base::Timestamp now);
  void keep_evidence(const domain::Command& command);
  void append_staged(std::vector<Answer>& answers, Group& group);
  void set_position(domain::Context& context);

  // fold.cc
  void seal_run();
  void seal_if_due();
  void forget_folded();
  void start_scan(std::uint64_t capacity);
  void adopt_filter();
  void evict_claims(std::uint64_t folded);
  Mark present_mark() const;

  // threads.cc
  void start();
  void stop();
  void decide_loop();
  bool await_work(const Group& group);
  void take_work(Group& group, std::vector<Work>& taken);
  void decide_or_refuse(Work& work, Group& group, base::Timestamp now);
  bool hand_over(Group& group);
  bool commit_idle() const { return groups.empty() && !group_busy; }  // holding the mutex
  std::string reason_of_read_only() const;
  void commit_loop();
  void commit(Group& group);
  void fold_loop();
  void scan_ids();
  void enter_read_only(const std::string& reason);
};

}  // namespace ledger::engine
