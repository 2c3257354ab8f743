// What deciding costs, flow by flow: domain::decide() with all laws, then State::apply(). No ids
// are looked up, nothing is encoded, hashed or written; commands are made outside the clock.
// Workloads: 100,000 clients (random balances: caches miss as they do in service); a loan of 40 and
// of 5,000 lenders, in the same books.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "bench/support.h"
#include "ledger/domain/laws.h"

namespace {

namespace domain = ledger::domain;
using domain::Field;

constexpr std::uint64_t kClients = 100'000;
// Commands between two stops of the clock, which cost about as much as one of them.
constexpr std::uint64_t kBatch = bench::kStride;

bench::Load small_load() {
  bench::Load load;
  load.clients = kClients;
  return load;
}

struct Town {
  bench::Books books;
  std::uint64_t next = 0;  // number of the load's next command
  Town() { books.open_clients(kClients); }
  std::vector<domain::Command> commands() {
    std::vector<domain::Command> made;
    for (std::uint64_t i = 0; i < kBatch; ++i) {
      made.push_back(bench::load_command(small_load(), next++));
    }
    return made;
  }
};
Town& town() {
  static Town made;
  return made;
}

void decide_and_apply(bench::Books& books, const std::vector<domain::Command>& commands) {
  static domain::Entry entry;
  for (const domain::Command& command : commands) {
    books.decide(command, entry);
    books.apply(entry);
  }
}

// The load comes as 500 deposits and then their 500 settlements: the clock runs for one of the two.
void deposits_or_settlements(benchmark::State& state, bool settlements) {
  Town& t = town();
  while (state.KeepRunningBatch(kBatch)) {
    state.PauseTiming();
    auto deposits = t.commands();
    auto settles = t.commands();
    if (settlements) decide_and_apply(t.books, deposits);
    state.ResumeTiming();
    decide_and_apply(t.books, settlements ? settles : deposits);
    state.PauseTiming();
    if (!settlements) decide_and_apply(t.books, settles);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations());
}
void deposit(benchmark::State& state) { deposits_or_settlements(state, false); }
void settle(benchmark::State& state) { deposits_or_settlements(state, true); }

// Bids on one project that stays open; cancelled again, 500 at a time, outside the clock.
void bid(benchmark::State& state) {
  bench::Books books;
  bench::Load load = small_load();
  books.open_clients(kClients);
  for (std::uint64_t n = 0; n < 20 * bench::kStride; ++n) {
    books.send(bench::load_command(load, n));
  }
  books.send(bench::command("ob", "open_account",
                            {{Field::kAuthority, "platform"}, {Field::kClient, "borrower:B"}}));
  books.send(bench::command(
      "op", "open_project",
      {{Field::kAuthority, "platform"},
       {Field::kProject, "P"},
       {Field::kBorrower, "borrower:B"},
       {Field::kTarget, std::int64_t{1'000'000}},
       {Field::kContractHash, std::string(64, 'a')}},
      {{*ledger::base::Date::parse("2024-07-30"), ledger::base::Amount::of(1'000'000), {}}}));
  std::vector<domain::Command> bids;
  std::vector<domain::Command> cancels;
  for (std::uint64_t n = 0; n < kBatch; ++n) {
    const std::string id = "b" + std::to_string(n);
    const std::string lender = "lender:L" + std::to_string(bench::fields_of(load, n).client);
    bids.push_back(bench::command(id, "bid",
                                  {{Field::kAuthority, "client"},
                                   {Field::kClient, lender},
                                   {Field::kProject, "P"},
                                   {Field::kAmount, std::int64_t{1}}}));
    cancels.push_back(bench::command("c" + id, "bid_cancel",
                                     {{Field::kAuthority, "client"}, {Field::kOrder, id}}));
  }
  while (state.KeepRunningBatch(kBatch)) {
    decide_and_apply(books, bids);
    state.PauseTiming();
    decide_and_apply(books, cancels);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations());
}

struct Lent {
  explicit Lent(std::uint64_t lenders) : loan((books.open_clients(lenders), books), lenders) {}
  bench::Books books;
  bench::Loan loan;
};

void distribute(benchmark::State& state) {
  const auto lenders = static_cast<std::uint64_t>(state.range(0));
  std::unique_ptr<Lent> lent;
  domain::Entry entry;
  for (auto _ : state) {
    state.PauseTiming();
    if (!lent || lent->loan.instalments_left() == 0) lent = std::make_unique<Lent>(lenders);
    const domain::Command command = lent->loan.repay();
    state.ResumeTiming();
    lent->books.decide(command, entry);
    lent->books.apply(entry);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["postings"] = benchmark::Counter(
      static_cast<double>(entry.postings.size()) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
}

// All laws on an entry that satisfies them; each looks at the state before it.
void laws_of(benchmark::State& state, const bench::Books& books, const domain::Command& command) {
  domain::Entry entry;
  books.decide(command, entry);
  for (auto _ : state) {
    if (domain::laws::check_all(books.state(), entry)) return state.SkipWithError("law broken");
  }
  state.SetItemsProcessed(state.iterations());
}
void laws_deposit(benchmark::State& state) {
  laws_of(state, town().books, bench::load_command(small_load(), 0));
}
void laws_distribute(benchmark::State& state) {
  Lent lent(static_cast<std::uint64_t>(state.range(0)));
  const domain::Command command = lent.loan.repay();
  laws_of(state, lent.books, command);
}

BENCHMARK(deposit);
BENCHMARK(settle);
BENCHMARK(bid);
BENCHMARK(distribute)->ArgName("lenders")->Arg(40)->Arg(5'000);
BENCHMARK(laws_deposit);
BENCHMARK(laws_distribute)->ArgName("lenders")->Arg(40)->Arg(5'000);

}  // namespace

BENCHMARK_MAIN();
