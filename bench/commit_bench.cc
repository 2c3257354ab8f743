// What a group commit costs: Engine::submit() of 1, 100, 1,000 and 8,000 commands, one batch in
// flight, until its answers come after the sync. The disk is that of the temporary folder (TMPDIR).
// With one batch in flight nothing overlaps: engine_load and socket_load show the pipeline full.
#include <benchmark/benchmark.h>

#include <chrono>
#include <future>
#include <memory>
#include <vector>

#include "bench/support.h"
#include "ledger/base/check.h"
#include "ledger/engine/engine.h"

namespace {

namespace domain = ledger::domain;
namespace engine = ledger::engine;

constexpr std::uint64_t kClients = 10'000;

ledger::base::Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

class Ledger {
 public:
  Ledger() {
    LEDGER_CHECK(engine::create(folder_.path(), *domain::Profile::built_in("cn-2017"), now(),
                                *ledger::base::Date::parse("2024-06-30"))
                     .has_value());
    engine::Options options;
    options.path = folder_.path();
    options.clock = now;
    auto opened = engine::Engine::open(options);
    LEDGER_CHECK(opened.has_value());
    engine_ = *std::move(opened);
    std::vector<domain::Command> commands;
    for (std::uint64_t n = 0; n <= kClients; ++n) commands.push_back(bench::opening(n));
    send(std::move(commands));
  }
  void send(std::vector<domain::Command> commands) {
    std::promise<void> answered;
    const bool taken = engine_->submit({std::move(commands), false}, [&](engine::Answers answers) {
      LEDGER_CHECK(answers.has_value());
      for (const auto& answer : *answers) LEDGER_CHECK(!answer.refusal.has_value());
      answered.set_value();
    });
    LEDGER_CHECK(taken);
    answered.get_future().wait();
  }
  engine::Metrics metrics() const { return engine_->metrics(); }

 private:
  bench::Folder folder_;
  std::unique_ptr<engine::Engine> engine_;
};

void commit(benchmark::State& state) {
  Ledger ledger;
  bench::Load load;
  load.clients = kClients;
  std::uint64_t next = 0;
  const auto before = ledger.metrics();
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<domain::Command> commands;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      commands.push_back(bench::load_command(load, next++));
    }
    state.ResumeTiming();
    ledger.send(std::move(commands));
  }
  const auto after = ledger.metrics();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["sync_us"] = static_cast<double>(after.sync_ns - before.sync_ns) / 1e3 /
                              static_cast<double>(state.iterations());
}

BENCHMARK(commit)->ArgName("commands")->Arg(1)->Arg(100)->Arg(1'000)->Arg(8'000)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
