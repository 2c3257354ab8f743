// The three loops: decide, commit, fold.
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

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
}

// --- decide ---

// The group being decided grows for as long as the commit thread is busy with the one before: so a
// sync carries everything that came during the last one, and never less.
void Engine::Impl::decide_loop() {
  name_thread("decide");
  std::vector<Work> taken;
  Group group;
  while (await_work(group)) {
    take_work(group, taken);
    if (!taken.empty()) {
      const base::Timestamp now = options.clock();
      for (Work& work : taken) decide_or_refuse(work, group, now);
      taken.clear();
    }
    if (!group.empty() && hand_over(group)) group = Group();
    if (!group.empty()) continue;
    group.commands = 0;
    forget_folded();
    seal_if_due();
    if (filter && !next_filter && ids_total > filter->capacity()) start_scan(ids_total * 2);
  }
  if (!run->empty() && !read_only) seal_run();
  {
    const std::lock_guard lock(mutex);
    decided_all = true;
  }
  group_ready.notify_all();
  fold_ready.notify_all();
}

// Until there is something to do; false when all is done and the engine stops.
bool Engine::Impl::await_work(const Group& group) {
  std::unique_lock lock(mutex);
  const auto ready = [&] {
    if (stopping && group.empty()) return true;
    if (!group.empty() && commit_idle()) return true;
    return !queue.empty() && group.commands < options.group_commands_max;
  };
  if (group.empty() && !run->empty()) {
    work_ready.wait_for(lock, std::chrono::milliseconds(options.fold_delay_ms), ready);
  } else {
    work_ready.wait(lock, ready);
  }
  return !(stopping && queue.empty() && group.empty());
}

// Natural batching: everything that waits, up to one group's measure, always whole requests.
void Engine::Impl::take_work(Group& group, std::vector<Work>& taken) {
  const std::lock_guard lock(mutex);
  while (!queue.empty()) {
    const std::size_t more = queue.front().batch.commands.size();
    if (group.commands > 0 && group.commands + more > options.group_commands_max) break;
    group.commands += more;
    queued_commands -= more;
    taken.push_back(std::move(queue.front()));
    queue.pop_front();
  }
}

void Engine::Impl::decide_or_refuse(Work& work, Group& group, base::Timestamp now) {
  if (read_only) {
    if (work.done) work.done(base::fail(unknown_outcome(reason_of_read_only())));
    if (work.read_done) work.read_done();
    return;
  }
  decide_work(work, group, now);
  if (read_fault) enter_read_only(read_fault->message);
}

// Gives the group to the commit if that is idle. A small one is committed here: its decisions take
// less time than waking another thread. A large one goes to the commit thread, so that the next is
// decided while it syncs.
bool Engine::Impl::hand_over(Group& group) {
  constexpr std::uint64_t kSmall = 256;
  {
    const std::lock_guard lock(mutex);
    if (!commit_idle()) return false;
    group_busy = true;
  }
  finish_group(group);
  const bool small = group.entries <= kSmall;
  if (small) commit(group);
  {
    const std::lock_guard lock(mutex);
    group_busy = false;
    if (!small) groups.push_back(std::move(group));
  }
  if (!small) group_ready.notify_one();
  return true;
}

std::string Engine::Impl::reason_of_read_only() const {
  const std::lock_guard lock(mutex);
  return read_only_reason;
}

// --- commit ---

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
    commit(group);
    {
      const std::lock_guard lock(mutex);
      group_busy = false;
    }
    work_ready.notify_one();
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
    const std::string reason = reason_of_read_only();
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
    bool run_waits = false;
    {
      const std::lock_guard lock(mutex);
      durable.store(group.last.value(), std::memory_order_release);
      for (const auto& [handle, subscriber] : subscribers) tell.push_back(subscriber);
      run_waits = !to_fold.empty();
    }
    if (run_waits) fold_ready.notify_one();
    for (const auto& subscriber : tell) subscriber(group.last);
  }
  for (auto& [done, answers] : group.answers) done(std::move(answers));
  for (auto& done : group.reads) done();
}

// --- fold ---

void Engine::Impl::fold_loop() {
  name_thread("fold");
  // Folding can wait for commits; too far behind, the decide thread waits for it.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
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
