// What bare RocksDB does with the same bytes: the baseline that the engine's rate is divided by.
//   rocksdb_baseline DIR [entries] [batch] [clients]
//
// It uses ledger/store, which is RocksDB with our options and nothing else: Store::append() is one
// WriteBatch with one sync, Store::ingest() is SstFileWriter and IngestExternalFiles. It writes
// what the engine writes for the load of workload.h: the journal's blocks, made by really encoding
// and chaining each entry, and the projections without WAL, sorted by the engine's own code
// (FoldRun), while the next entries go on. As in the engine, one thread makes batches, a second one
// syncs them, a third one writes runs, with the same run size and bounds. What it does not do:
// sockets, JSON, commands, idempotency, decisions, laws, balances, the Merkle tree, answers. So the
// ratio of a rate to this one is what all of that costs.
//
// Before it starts, the first deposit and settlement are decided by the domain as well and must
// give the same bytes. Balances in history rows are not real (they would need the state), but have
// the size and about the entropy of real ones.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/support.h"
#include "bench/workload.h"
#include "ledger/base/bytes.h"
#include "ledger/base/check.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/entry.h"
#include "ledger/engine/engine.h"
#include "ledger/engine/projection.h"
#include "ledger/engine/run.h"
#include "ledger/journal/block.h"
#include "ledger/store/store.h"

namespace {

using Clock = std::chrono::steady_clock;
namespace base = ledger::base;
namespace domain = ledger::domain;
namespace engine = ledger::engine;
namespace store = ledger::store;

// Entries and accounts of the ledger before the load: where its numbers begin. Clients' accounts
// follow each other in the order of their opening.
struct Origin {
  std::uint64_t sequence = 0;
  std::int64_t time = 0;
  base::Date date;
  base::AccountId bank, transit, first_client, second_client;
};

Origin origin_of(const bench::Books& books) {
  const domain::State& s = books.state();
  return {s.sequence().value(),
          s.time().ns,
          s.business_date(),
          *s.find_account("custody:bank"),
          *s.find_account("channel:alipay:in_transit"),
          *s.find_account("lender:L1:available"),
          *s.find_account("lender:L2:available")};
}

template <typename T>
void put_field(std::string& body, domain::Field field, T value) {
  base::put(body, static_cast<std::uint8_t>(field));
  base::put(body, static_cast<std::uint16_t>(sizeof value));
  base::put(body, value);
}
void put_field(std::string& body, domain::Field field, std::string_view value) {
  base::put(body, static_cast<std::uint8_t>(field));
  base::put_text<std::uint16_t>(body, value);
}

// Makes the load's entries one after the other, straight from their numbers.
class Maker {
 public:
  Maker(const Origin& origin, const bench::Load& load) : origin_(origin), load_(load) {}

  const domain::Entry& make(std::uint64_t number) {
    const bench::Fields f = bench::fields_of(load_, number);
    const std::uint64_t run = number / (2 * bench::kStride);
    hold_ = 1 + run * bench::kStride + number % bench::kStride;
    const std::uint64_t width = origin_.second_client.value() - origin_.first_client.value();
    client_ = base::AccountId(origin_.first_client.value() + (f.client - 1) * width);
    const base::Amount amount = base::Amount::of(f.amount);
    entry_.clear();
    entry_.flow = f.settles ? domain::FlowCode::kSettle : domain::FlowCode::kDeposit;
    entry_.authority = domain::Authority::kBank;
    entry_.profile_version = 1;
    entry_.sequence = base::Sequence(origin_.sequence + 1 + number);
    entry_.time = base::Timestamp{origin_.time + 1 + static_cast<std::int64_t>(number)};
    entry_.business_date = entry_.value_date = origin_.date;
    entry_.command_id = f.id;
    std::string& body = entry_.command;
    put_field(body, domain::Field::kAuthority, static_cast<std::uint8_t>(domain::Authority::kBank));
    if (!f.settles) {
      code_ = "lender:L";
      code_ += std::to_string(f.client);
      put_field(body, domain::Field::kClient, std::string_view(code_));
    }
    put_field(body, domain::Field::kAmount, f.amount);
    if (f.settles) {
      put_field(body, domain::Field::kOrder, std::string_view(f.order));
    } else {
      put_field(body, domain::Field::kChannel, std::string_view("alipay"));
    }
    domain::Posting& posting = entry_.postings.emplace_back();
    posting.debit = f.settles ? origin_.bank : origin_.transit;
    posting.credit = f.settles ? origin_.transit : client_;
    posting.amount = amount;
    domain::HoldChange& hold = entry_.holds.emplace_back();
    hold.op = f.settles ? domain::HoldOp::kCapture : domain::HoldOp::kOpen;
    hold.kind = domain::HoldKind::kDepositTransit;
    hold.id = base::HoldId(hold_);
    hold.account = origin_.transit;
    hold.beneficiary = client_;
    hold.amount = amount;
    hold.order = f.settles ? f.order : f.id;
    return entry_;
  }
  base::AccountId client() const { return client_; }

 private:
  Origin origin_;
  bench::Load load_;
  domain::Entry entry_;
  std::string code_;
  base::AccountId client_;
  std::uint64_t hold_ = 0;
};

// The claim "the same bytes", checked on a small ledger.
void check_bytes() {
  bench::Load load;
  load.clients = 10;
  bench::Books books;
  books.open_clients(load.clients);
  Maker maker(origin_of(books), load);
  for (std::uint64_t number = 0; number < 4 * bench::kStride; ++number) {
    const domain::Entry decided = books.send(bench::load_command(load, number));
    std::string want;
    std::string have;
    domain::encode(decided, want);
    domain::encode(maker.make(number), have);
    LEDGER_CHECK(want == have);
  }
}

struct Run {
  std::unique_ptr<engine::FoldRun> rows;
  std::map<std::string, std::optional<std::string>> holds;  // nothing: the hold is closed by now
};

template <typename T>
class Queue {
 public:
  explicit Queue(std::size_t room) : room_(room) {}
  void push(T item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return items_.size() < room_; });
    items_.push_back(std::move(item));
    changed_.notify_all();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    T item = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

 private:
  std::size_t room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool closed_ = false;
};

class Baseline {
 public:
  Baseline(store::Store& store, const Origin& origin, const bench::Load& load)
      : store_(store), origin_(origin), load_(load), maker_(origin, load) {
    new_run();
  }

  void write(std::uint64_t batch) {
    const auto began = Clock::now();
    std::thread committer([this] { commit_all(); });
    std::thread folder([this] { fold_all(); });
    for (std::uint64_t n = 0; n < load_.entries; ++n) {
      add(n);
      if ((n + 1) % batch == 0 || n + 1 == load_.entries) {
        close_block();
        batches_.push(std::exchange(blocks_, {}));
        if (run_.rows->rows() >= options_.fold_rows) seal(n);
      }
    }
    batches_.close();
    committer.join();
    const double synced = std::chrono::duration<double>(Clock::now() - began).count();
    seal(load_.entries - 1);
    runs_.close();
    folder.join();
    const double all = std::chrono::duration<double>(Clock::now() - began).count();
    const auto entries = static_cast<double>(load_.entries);
    std::printf(
        "baseline batch %llu entries %llu: %.0f entries/s; all in %.0f entries/s; "
        "%.0f bytes/entry; sync max %.1f ms\n",
        static_cast<unsigned long long>(batch), static_cast<unsigned long long>(load_.entries),
        entries / synced, entries / all, static_cast<double>(bytes_) / entries,
        sync_seconds_max_ * 1e3);
  }

 private:
  void add(std::uint64_t number) {
    const domain::Entry& entry = maker_.make(number);
    encoded_.clear();
    domain::encode(entry, encoded_);
    head_ = sha_.hash(head_.view(), encoded_);
    const bool full = in_block_ == ledger::journal::kBlockEntriesMax ||
                      block_.bytes.size() + encoded_.size() > ledger::journal::kBlockBytesMax;
    if (in_block_ > 0 && full) close_block();
    if (in_block_++ == 0) block_.first = entry.sequence;
    ledger::journal::append_record(block_.bytes, encoded_, head_);

    engine::FoldRun& rows = *run_.rows;
    const std::int64_t amount = entry.postings.front().amount.minor();
    total_ += amount;
    rows.add_history(origin_.transit, entry.sequence, {total_, total_ - amount, amount, 0});
    if (entry.flow == domain::FlowCode::kSettle) {
      rows.add_history(origin_.bank, entry.sequence, {total_, 0, 0, 0});
      rows.add_history(maker_.client(), entry.sequence, {0, amount, 0, 0});
    } else {
      rows.add_history(maker_.client(), entry.sequence, {0, amount, 0, amount});
    }
    rows.add_id(engine::hash_of(entry.command_id), entry.sequence);
  }

  void close_block() {
    if (in_block_ == 0) return;
    bytes_ += block_.bytes.size();
    blocks_.push_back(std::move(block_));
    block_ = {};
    in_block_ = 0;
  }

  void new_run() {
    run_.rows = std::make_unique<engine::FoldRun>(1, options_.fold_rows);
    // What was open at the end of the last run is closed in this one.
    for (auto it = run_.holds.begin(); it != run_.holds.end();) {
      if (it->second) {
        (it++)->second = std::nullopt;
      } else {
        it = run_.holds.erase(it);
      }
    }
  }

  // The run ends with the entry `number`: writes it with the holds that are open then.
  void seal(std::uint64_t number) {
    const std::uint64_t stride = number / (2 * bench::kStride);
    const std::uint64_t at = number % (2 * bench::kStride);
    const std::uint64_t first = at < bench::kStride ? 0 : at - bench::kStride + 1;
    const std::uint64_t last = at < bench::kStride ? at + 1 : bench::kStride;
    for (std::uint64_t i = first; i < last; ++i) {
      const bench::Fields f = bench::fields_of(load_, 2 * stride * bench::kStride + i);
      domain::Hold hold;
      hold.id = base::HoldId(1 + stride * bench::kStride + i);
      hold.kind = domain::HoldKind::kDepositTransit;
      hold.account = origin_.transit;
      hold.remaining = f.amount;
      hold.order = f.id;
      run_.holds[engine::number_key(hold.id.value())] = engine::encode(hold);
    }
    engine::Mark mark;
    mark.sequence = base::Sequence(origin_.sequence + 1 + number);
    mark.business_date = origin_.date;
    mark.head = head_;
    mark.tree = std::string(8 + 32 * 24, 't');
    mark.profile = *domain::Profile::built_in("cn-2017");
    run_.rows->seal(std::move(mark));
    Run sealed;
    sealed.rows = std::move(run_.rows);
    sealed.holds = run_.holds;
    runs_.push(std::move(sealed));
    new_run();
  }

  void commit_all() {
    while (auto blocks = batches_.pop()) {
      const auto began = Clock::now();
      LEDGER_CHECK(store_.append(*blocks).has_value());
      const double took = std::chrono::duration<double>(Clock::now() - began).count();
      sync_seconds_max_ = std::max(sync_seconds_max_, took);
    }
  }

  void fold_all() {
    while (auto run = runs_.pop()) {
      const auto done = store_.ingest([&](store::RunWriter& out) {
        run->rows->write(out);
        out.start(store::Column::kHolds);
        for (const auto& [key, value] : run->holds) {
          if (value) {
            out.put(key, *value);
          } else {
            out.remove(key);
          }
        }
      });
      LEDGER_CHECK(done.has_value());
    }
  }

  store::Store& store_;
  Origin origin_;
  bench::Load load_;
  Maker maker_;
  engine::Options options_;  // for the sizes
  ledger::crypto::Sha256 sha_;
  ledger::crypto::Digest head_;
  std::string encoded_;
  store::Block block_;
  std::uint64_t in_block_ = 0;
  std::vector<store::Block> blocks_;
  std::uint64_t bytes_ = 0;
  std::int64_t total_ = 0;
  Run run_;
  double sync_seconds_max_ = 0;
  Queue<std::vector<store::Block>> batches_{1};
  Queue<Run> runs_{options_.unfolded_rows_max / options_.fold_rows};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "rocksdb_baseline DIR [entries] [batch] [clients]\n");
    return 64;
  }
  bench::Load load;
  if (argc > 2) load.entries = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t batch = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 8'000;
  if (argc > 4) load.clients = std::strtoull(argv[4], nullptr, 10);
  if (load.entries == 0 || batch == 0 || load.clients == 0) return 64;
  check_bytes();
  // Two clients suffice to know where the accounts of the others would be.
  bench::Books books;
  books.open_clients(2);
  Origin origin = origin_of(books);
  origin.sequence += load.clients - 2;
  const auto clock = std::chrono::system_clock::now().time_since_epoch();
  origin.time = std::chrono::duration_cast<std::chrono::nanoseconds>(clock).count();
  auto opened = store::Store::open(argv[1], store::Mode::kCreate);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    return 1;
  }
  Baseline(**opened, origin, load).write(batch);
  return 0;
}
