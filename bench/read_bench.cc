// What reads cost: balance now and at a past sequence, a page of 100 history rows, an entry by
// sequence and by command id, an id that does not exist; each with the whole ledger still in the
// memory tail, and after it has been folded into the projections. 1,000 clients, 200,000 entries
// (200 rows on an average account); everything asked for is random.
//
// The loop runs inside one Engine::read(), on the decide thread: `handover` is what a single read
// pays besides. Files are in the page cache.
#include <benchmark/benchmark.h>

#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <vector>

#include "bench/support.h"
#include "ledger/base/check.h"
#include "ledger/engine/engine.h"

namespace {

namespace base = ledger::base;
namespace domain = ledger::domain;
namespace engine = ledger::engine;
using View = engine::Engine::View;

constexpr std::uint64_t kClients = 1'000;
constexpr std::uint64_t kEntries = 200'000;
constexpr std::uint64_t kSeed = 7;

base::Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

class Ledger {
 public:
  explicit Ledger(bool folded) {
    LEDGER_CHECK(engine::create(folder_.path(), *domain::Profile::built_in("cn-2017"), now(),
                                *base::Date::parse("2024-06-30"))
                     .has_value());
    options_.path = folder_.path();
    options_.clock = now;
    // Nothing is folded before the end; then, if asked for, everything, as at a stop.
    options_.fold_rows = 100'000'000;
    options_.unfolded_rows_max = 200'000'000;
    options_.fold_delay_ms = 3'600'000;
    open();
    fill();
    if (folded) {
      engine_.reset();
      open();
    }
  }
  void read(const std::function<void(const View&)>& function) {
    std::promise<void> done;
    LEDGER_CHECK(engine_->read(function, [&] { done.set_value(); }));
    done.get_future().wait();
  }

 private:
  void open() {
    auto opened = engine::Engine::open(options_);
    LEDGER_CHECK(opened.has_value());
    engine_ = *std::move(opened);
  }
  void fill() {
    bench::Load load;
    load.clients = kClients;
    std::vector<domain::Command> commands;
    for (std::uint64_t n = 0; n <= kClients; ++n) commands.push_back(bench::opening(n));
    send(std::exchange(commands, {}));
    for (std::uint64_t n = 0; n < kEntries; ++n) {
      commands.push_back(bench::load_command(load, n));
      if (commands.size() == 8'000 || n + 1 == kEntries) send(std::exchange(commands, {}));
    }
  }
  void send(std::vector<domain::Command> commands) {
    std::promise<void> answered;
    LEDGER_CHECK(engine_->submit({std::move(commands), false}, [&](engine::Answers answers) {
      LEDGER_CHECK(answers.has_value());
      for (const auto& answer : *answers) LEDGER_CHECK(!answer.refusal.has_value());
      answered.set_value();
    }));
    answered.get_future().wait();
  }

  bench::Folder folder_;
  engine::Options options_;
  std::unique_ptr<engine::Engine> engine_;
};

Ledger& ledger(bool folded) {
  static Ledger tail(false);
  if (!folded) return tail;
  static Ledger on_disk(true);
  return on_disk;
}

// Runs `ask(view, random)` in a loop; it says whether it got what it should.
template <typename Ask>
void measure(benchmark::State& state, Ask ask) {
  std::mt19937_64 random(kSeed);
  ledger(state.range(0) != 0).read([&](const View& view) {
    for (auto _ : state) {
      if (!ask(view, random())) {
        state.SkipWithError("wrong answer");
        break;
      }
    }
  });
  state.SetItemsProcessed(state.iterations());
}

std::string account(std::uint64_t random) {
  return "lender:L" + std::to_string(1 + random % kClients) + ":available";
}
// Of the load: after genesis, the channel and the clients.
base::Sequence sequence(std::uint64_t random) {
  return base::Sequence(1 + 1 + kClients + 1 + random % kEntries);
}

void balance_now(benchmark::State& state) {
  measure(state,
          [](const View& view, std::uint64_t r) { return view.account(account(r)).has_value(); });
}
void balance_at_sequence(benchmark::State& state) {
  measure(state, [](const View& view, std::uint64_t r) {
    return view.account_at(account(r), sequence(r >> 20)).has_value();
  });
}
void history_page_of_100(benchmark::State& state) {
  measure(state, [](const View& view, std::uint64_t r) {
    const auto rows = view.history(account(r), base::Sequence(), 100, false);
    return rows && rows->size() == 100;
  });
}
void entry_by_sequence(benchmark::State& state) {
  measure(state,
          [](const View& view, std::uint64_t r) { return view.entry(sequence(r)).has_value(); });
}
void entry_by_command(benchmark::State& state) {
  measure(state, [](const View& view, std::uint64_t r) {
    return view.entry_by_command("D" + std::to_string(r % (kEntries / 2))).has_value();
  });
}
void absent_id(benchmark::State& state) {
  measure(state, [](const View& view, std::uint64_t r) {
    return !view.entry_by_command("X" + std::to_string(r)).has_value();
  });
}
void handover(benchmark::State& state) {
  for (auto _ : state) ledger(false).read([](const View&) {});
  state.SetItemsProcessed(state.iterations());
}

void both(benchmark::internal::Benchmark* b) {
  b->ArgName("folded")->Arg(0)->Arg(1)->UseRealTime();
}

BENCHMARK(balance_now)->Apply(both);
BENCHMARK(balance_at_sequence)->Apply(both);
BENCHMARK(history_page_of_100)->Apply(both);
BENCHMARK(entry_by_sequence)->Apply(both);
BENCHMARK(entry_by_command)->Apply(both);
BENCHMARK(absent_id)->Apply(both);
BENCHMARK(handover)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
