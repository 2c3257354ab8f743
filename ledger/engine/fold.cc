// Runs: when they are sealed, folded and forgotten; the id filter's growth; claims in memory.
#include <algorithm>

#include "ledger/base/bytes.h"
#include "ledger/engine/impl.h"

namespace ledger::engine {
namespace {

constexpr std::uint64_t kFilterCapacityLeast = 1 << 22;

}  // namespace

Mark Engine::Impl::present_mark() const {
  return {state.sequence(), state.time(), state.business_date(), state.next_hold(),
          state.switches(), head,         tree.save(),           state.profile().text()};
}

void Engine::Impl::seal_run() {
  run->seal(present_mark());
  live_rows += run->rows();
  live.push_back(run);
  {
    const std::lock_guard lock(mutex);
    to_fold.push_back(run);
  }
  fold_ready.notify_one();
  run = std::make_shared<FoldRun>(state.next_hold(), options.fold_rows);
  run_began = std::chrono::steady_clock::now();
}

// Between groups. A full run is sealed at once, a smaller one after a while, but only if the fold
// thread has nothing else to do.
void Engine::Impl::seal_if_due() {
  if (run->empty()) {
    run_began = std::chrono::steady_clock::now();
    return;
  }
  const auto age = std::chrono::steady_clock::now() - run_began;
  const bool full = run->rows() >= options.fold_rows;
  const bool old = age >= std::chrono::milliseconds(options.fold_delay_ms) && live.empty();
  if (full || old) seal_run();
}

// Drops what is durable or folded by now.
void Engine::Impl::forget_folded() {
  const std::uint64_t synced = durable.load(std::memory_order_acquire);
  while (recent.size() > 1 && recent[1]->first.value() <= synced + 1) recent.pop_front();
  std::unique_lock lock(mutex);
  if (live_rows > options.unfolded_rows_max && !stopping) {
    const auto began = std::chrono::steady_clock::now();
    fold_done.wait(lock, [this] {
      return stopping || read_only || live.empty() ||
             live.front()->mark().sequence.value() <= folded_through;
    });
    counts.fold_wait_ns += static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now() - began).count());
  }
  const std::uint64_t folded = folded_through;
  lock.unlock();
  while (!live.empty() && live.front()->mark().sequence.value() <= folded) {
    live_rows -= live.front()->rows();
    live.pop_front();
  }
  evict_claims(folded);
  adopt_filter();
}

// Claims leave the memory only when all that changed them is folded.
void Engine::Impl::evict_claims(std::uint64_t folded) {
  if (claims_used.size() <= options.claim_projects_max) return;
  boost::unordered::erase_if(claims_used, [&](const auto& used) {
    if (used.second > folded) return false;
    state.evict_claims(base::ProjectId(used.first));
    return true;
  });
}

// --- the id filter ---

// The scan thread fills the new filter from the index, the decide thread from everything that is
// not in the index yet and from every new command; when the scan is done, it is complete.
void Engine::Impl::start_scan(std::uint64_t capacity) {
  next_filter = std::make_unique<IdFilter>(std::max(capacity, kFilterCapacityLeast));
  run->each_id([this](std::uint64_t hash) { next_filter->insert(hash); });
  for (const auto& sealed : live) {
    sealed->each_id([this](std::uint64_t hash) { next_filter->insert(hash); });
  }
  if (scan_thread.joinable()) scan_thread.join();
  scan_thread = std::thread([this] { scan_ids(); });
}

void Engine::Impl::scan_ids() {
  std::uint64_t count = 0;
  auto done = store->scan(store::Column::kIds, "", [&](std::string_view key, std::string_view) {
    if (key.size() == 16) next_filter->insert(base::get_key(key));
    ++count;
    return (count & 0xffff) != 0 || !read_only.load(std::memory_order_relaxed);
  });
  const std::lock_guard lock(mutex);
  // Without a complete filter every look-up asks the index: slower, never wrong.
  if (done) scan_done = true;
}

void Engine::Impl::adopt_filter() {
  {
    const std::lock_guard lock(mutex);
    if (!scan_done) return;
    scan_done = false;
  }
  filter = std::move(next_filter);
}

}  // namespace ledger::engine
