#include "ledger/engine/engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/engine/impl.h"
#include "ledger/journal/block.h"

namespace ledger::engine {

using base::fail;
using base::Fault;
using base::ok;

base::Result<base::Ok, Fault> create(const std::string& path, std::string_view profile_toml,
                                     base::Timestamp now, base::Date business_date) {
  auto profile = domain::Profile::parse(profile_toml);
  if (!profile) return fail(profile.error());
  auto store = store::Store::open(path, store::Mode::kCreate);
  if (!store) return fail(store.error());
  const domain::Entry entry = domain::genesis(*profile, now, business_date);
  std::string bytes;
  domain::encode(entry, bytes);
  crypto::Sha256 sha;
  store::Block block;
  block.first = base::Sequence(1);
  journal::append_record(block.bytes, bytes, sha.hash(journal::chain_start().view(), bytes));
  return (*store)->append({std::move(block)});
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Engine::~Engine() { impl_->stop(); }

base::Result<std::unique_ptr<Engine>, Fault> Engine::open(Options options) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  LEDGER_CHECK(impl->options.clock != nullptr);
  auto store = store::Store::open(impl->options.path, store::Mode::kReadWrite);
  if (!store) return fail(store.error());
  impl->store = *std::move(store);
  if (auto done = impl->recover(); !done) return fail(done.error());
  impl->start();
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

bool Engine::submit(Batch batch, std::function<void(Answers)> done) {
  {
    const std::lock_guard lock(impl_->mutex);
    const std::size_t more = batch.commands.size();
    const bool full = impl_->queued_commands > 0 &&
                      impl_->queued_commands + more > impl_->options.queue_commands_max;
    if (impl_->stopping || full) return false;
    impl_->queued_commands += more;
    Work& work = impl_->queue.emplace_back();
    work.batch = std::move(batch);
    work.done = std::move(done);
  }
  impl_->work_ready.notify_one();
  return true;
}

bool Engine::read(std::function<void(const View&)> read, std::function<void()> done) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping || impl_->read_only) return false;
    Work& work = impl_->queue.emplace_back();
    work.read = std::move(read);
    work.read_done = std::move(done);
  }
  impl_->work_ready.notify_one();
  return true;
}

base::Result<std::vector<Engine::RawRecord>, Fault> Engine::journal(base::Sequence after,
                                                                    std::size_t limit,
                                                                    std::size_t bytes_max) const {
  std::vector<RawRecord> records;
  const std::uint64_t last = impl_->durable.load(std::memory_order_acquire);
  if (after.value() >= last || limit == 0) return records;
  std::optional<Fault> fault;
  std::size_t bytes = 0;
  auto done = impl_->store->scan_journal(base::next(after), [&](const store::Block& block) {
    journal::RecordReader reader(block.bytes);
    std::uint64_t sequence = block.first.value();
    while (!reader.at_end()) {
      const auto record = reader.next();
      if (!record) {
        fault = record.error();
        return false;
      }
      if (sequence > last || records.size() == limit || bytes >= bytes_max) return false;
      if (sequence > after.value()) {
        records.push_back({base::Sequence(sequence), std::string(record->entry), record->hash});
        bytes += record->entry.size();
      }
      ++sequence;
    }
    return true;
  });
  if (!done) return fail(done.error());
  if (fault) return fail(*fault);
  return records;
}

std::uint64_t Engine::subscribe(std::function<void(base::Sequence)> on_durable) {
  const std::lock_guard lock(impl_->mutex);
  const std::uint64_t handle = impl_->next_subscriber++;
  impl_->subscribers.emplace(handle, std::move(on_durable));
  return handle;
}

void Engine::unsubscribe(std::uint64_t handle) {
  const std::lock_guard lock(impl_->mutex);
  impl_->subscribers.erase(handle);
}

base::Sequence Engine::durable_head() const {
  return base::Sequence(impl_->durable.load(std::memory_order_acquire));
}

std::optional<Fault> Engine::closed_reason() const {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->read_only) return base::closed("read-only: " + impl_->read_only_reason);
  if (impl_->stopping) return base::closed("stopping");
  return std::nullopt;
}

const domain::Profile& Engine::profile() const { return *impl_->profile.load(); }

Metrics Engine::metrics() const {
  const Counts& c = impl_->counts;
  Metrics m;
  m.groups = c.groups;
  m.entries = c.entries;
  m.postings = c.postings;
  m.refusals = c.refusals;
  m.replays = c.replays;
  m.reads = c.reads;
  m.syncs = c.groups;
  m.sync_ns = c.sync_ns;
  m.sync_ns_max = c.sync_ns_max;
  m.bytes = c.bytes;
  m.fold_runs = c.fold_runs;
  m.fold_rows = c.fold_rows;
  m.fold_wait_ns = c.fold_wait_ns;
  for (const domain::RefusalText& row : domain::refusal_catalogue()) {
    const auto count = c.refusals_by_code[static_cast<std::size_t>(row.code)].load();
    if (count > 0) m.refusals_by_name.emplace_back(row.name, count);
  }
  const std::lock_guard lock(impl_->mutex);
  m.queued = impl_->queued_commands;
  return m;
}

}  // namespace ledger::engine
