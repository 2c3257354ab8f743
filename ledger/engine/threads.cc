// The three loops: decide, commit, fold.
#include <pthread.h>

#include <algorithm>

#include <fmt/format.h>

#include "ledger/engine/impl.h"

namespace ledger::engine {
namespace {

std::uint64_t ns_since(std::chrono::steady_clock::time_point began) {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now() - began).count());
}

// Shown by top -H and perf; at most 15 characters.
void name_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

base::Fault unknown_outcome(const std::string& reason) {
  return base::closed("the outcome is unknown, send the same ids again after a restart: " + reason);
}

}  // namespace

void Engine::Impl::start() {
  ids_total = state.sequence().value();
  start_scan(ids_total * 2);
  decide_thread = std::thread([this] { decide_loop(); });
  commit_thread = std::thread([this] { commit_loop(); });
  fold_thread = std::thread([this] { fold_loop(); });
}

void Engine::Impl::stop() {
  {
    const std::lock_guard lock(mutex);
    stopping = true;
  }
  work_ready.notify_all();
  group_ready.notify_all();
  group_taken.notify_all();
  fold_ready.notify_all();
  fold_done.notify_all();
  if (decide_thread.joinable()) decide_thread.join();
  if (commit_thread.joinable()) commit_thread.join();
  if (fold_thread.joinable()) fold_thread.join();
  if (scan_thread.joinable()) scan_thread.join();
}

void Engine::Impl::enter_read_only(const std::string& reason) {
  {
    const std::lock_guard lock(mutex);
    if (read_only_reason.empty()) read_only_reason = reason;
  }
  read_only = true;
  fold_done.notify_all();
  fold_ready.notify_all();
  group_taken.notify_all();
}

// --- decide
// -----------------------------------------------------------------------------------------

void Engine::Impl::decide_loop() {
  name_thread("decide");
  std::vector<Work> taken;
  while (true) {
    taken.clear();
    {
      std::unique_lock lock(mutex);
      const auto ready = [this] { return stopping || !queue.empty(); };
      if (run->empty()) {
        work_ready.wait(lock, ready);
      } else {
        work_ready.wait_for(lock, std::chrono::milliseconds(options.fold_delay_ms), ready);
      }
      if (queue.empty() && stopping) break;
      // Natural batching: everything that waits, up to one group's measure, always whole requests.
      std::size_t commands = 0;
      while (!queue.empty()) {
        const std::size_t more = queue.front().batch.commands.size();
        if (!taken.empty() && commands + more > options.group_commands_max) break;
        commands += more;
        taken.push_back(std::move(queue.front()));
        queue.pop_front();
      }
      queued_commands -= commands;
    }
    forget_folded();
    Group group;
    group.last = state.sequence();
    const base::Timestamp now = taken.empty() ? base::Timestamp() : options.clock();
    for (Work& work : taken) {
      if (read_only) {
        if (work.done) work.done(base::fail(unknown_outcome(read_only_reason)));
        if (work.read_done) work.read_done();
        continue;
      }
      decide_work(work, group, now);
      if (read_fault) enter_read_only(read_fault->message);
    }
    if (taken.empty()) {
      seal_if_due();
      continue;
    }
    finish_group(group);
    std::unique_lock lock(mutex);
    // Nobody else waits and the commit thread is idle: commit here and save the hand-over.
    if (groups.empty() && !group_busy && queue.empty()) {
      group_busy = true;
      lock.unlock();
      commit(group);
      lock.lock();
      group_busy = false;
    } else {
      group_taken.wait(lock, [this] { return groups.empty(); });
      groups.push_back(std::move(group));
    }
    lock.unlock();
    group_ready.notify_one();
    seal_if_due();
    if (ids_total > 0 && filter && !next_filter && ids_total > filter->capacity()) {
      start_scan(ids_total * 2);
    }
  }
  if (!run->empty() && !read_only) seal_run();
  {
    const std::lock_guard lock(mutex);
    decided_all = true;
  }
  group_ready.notify_all();
  fold_ready.notify_all();
}

// --- commit
// -----------------------------------------------------------------------------------------

void Engine::Impl::commit_loop() {
  name_thread("commit");
  while (true) {
    Group group;
    {
      std::unique_lock lock(mutex);
      group_ready.wait(lock, [this] {
        return (!groups.empty() && !group_busy) || (decided_all && groups.empty());
      });
      if (groups.empty()) break;
      group = std::move(groups.front());
      groups.pop_front();
      group_busy = true;
    }
    group_taken.notify_one();
    commit(group);
    {
      const std::lock_guard lock(mutex);
      group_busy = false;
    }
  }
  {
    const std::lock_guard lock(mutex);
    committed_all = true;
  }
  fold_ready.notify_all();
}

// Syncs one group and tells everybody. A failed sync leaves the outcome unknown: from then on
// nothing is accepted, and a restart decides from what is on the disk.
void Engine::Impl::commit(Group& group) {
  if (!group.blocks.empty() && !read_only) {
    const auto began = std::chrono::steady_clock::now();
    auto done = store->append(group.blocks);
    const std::uint64_t took = ns_since(began);
    counts.sync_ns += took;
    if (took > counts.sync_ns_max) counts.sync_ns_max = took;
    if (!done) enter_read_only(done.error().message);
  }
  if (read_only) {
    std::string reason;
    {
      const std::lock_guard lock(mutex);
      reason = read_only_reason;
    }
    for (auto& [done, answers] : group.answers) done(base::fail(unknown_outcome(reason)));
    for (auto& done : group.reads) done();
    return;
  }
  counts.groups += 1;
  counts.entries += group.entries;
  counts.postings += group.postings;
  for (const store::Block& block : group.blocks) counts.bytes += block.bytes.size();
  if (group.entries > 0) {
    std::vector<std::function<void(base::Sequence)>> tell;
    {
      const std::lock_guard lock(mutex);
      durable.store(group.last.value(), std::memory_order_release);
      for (const auto& [handle, subscriber] : subscribers) tell.push_back(subscriber);
    }
    fold_ready.notify_one();
    for (const auto& subscriber : tell) subscriber(group.last);
  }
  for (auto& [done, answers] : group.answers) done(std::move(answers));
  for (auto& done : group.reads) done();
}

// --- fold
// -------------------------------------------------------------------------------------------

void Engine::Impl::fold_loop() {
  name_thread("fold");
  while (true) {
    std::shared_ptr<FoldRun> next;
    {
      std::unique_lock lock(mutex);
      // A run is folded only when all of it is durable.
      fold_ready.wait(lock, [this] {
        if (read_only) return true;
        if (to_fold.empty()) return decided_all && committed_all;
        return to_fold.front()->mark().sequence.value() <= durable.load();
      });
      if (to_fold.empty() || read_only) return;
      next = std::move(to_fold.front());
      to_fold.pop_front();
    }
    auto done = store->ingest([&](store::RunWriter& out) { next->write(out); });
    if (!done) {
      enter_read_only("projections: " + done.error().message);
      return;
    }
    counts.fold_runs += 1;
    counts.fold_rows += next->rows();
    {
      const std::lock_guard lock(mutex);
      folded_through = next->mark().sequence.value();
    }
    fold_done.notify_all();
  }
}

}  // namespace ledger::engine
