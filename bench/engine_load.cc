// Whole-process driver of the engine without a socket: what deciding, committing and folding cost.
//   engine_load DIR [entries] [batch] [clients]
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "bench/workload.h"
#include "ledger/domain/command.h"
#include "ledger/engine/engine.h"

namespace {

using Clock = std::chrono::steady_clock;
namespace domain = ledger::domain;

ledger::base::Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

domain::Command make(domain::CommandBuilder& builder, const bench::Load& load, std::uint64_t n) {
  const bench::Fields f = bench::fields_of(load, n);
  builder.start();
  (void)builder.set_id(f.id);
  (void)builder.set_flow(f.settles ? "settle" : "deposit");
  (void)builder.set_text(domain::Field::kAuthority, "bank");
  if (f.settles) {
    (void)builder.set_text(domain::Field::kOrder, f.order);
  } else {
    (void)builder.set_text(domain::Field::kChannel, "alipay");
    (void)builder.set_text(domain::Field::kClient, "lender:L" + std::to_string(f.client));
  }
  (void)builder.set_integer(domain::Field::kAmount, f.amount);
  return *builder.finish();
}

domain::Command make_opening(domain::CommandBuilder& builder, std::uint64_t n) {
  builder.start();
  (void)builder.set_id("o" + std::to_string(n));
  (void)builder.set_flow("open_account");
  (void)builder.set_text(domain::Field::kAuthority, "platform");
  (void)builder.set_text(domain::Field::kClient,
                         n == 0 ? "channel:alipay" : "lender:L" + std::to_string(n));
  return *builder.finish();
}

// Keeps a few batches in flight and counts refusals.
class Sender {
 public:
  explicit Sender(ledger::engine::Engine& engine) : engine_(engine) {}
  void send(std::vector<domain::Command> commands) {
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] { return in_flight_ < 4; });
      ++in_flight_;
    }
    const bool taken = engine_.submit({std::move(commands), false}, [this](auto answers) {
      const std::lock_guard lock(mutex_);
      --in_flight_;
      if (!answers) std::abort();
      for (const auto& answer : *answers) refused_ += answer.refusal.has_value() ? 1U : 0U;
      room_.notify_all();
    });
    if (!taken) std::abort();
  }
  std::uint64_t drain() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return in_flight_ == 0; });
    return refused_;
  }

 private:
  ledger::engine::Engine& engine_;
  std::mutex mutex_;
  std::condition_variable room_;
  int in_flight_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 64;
  const std::string path = argv[1];
  bench::Load load;
  if (argc > 2) load.entries = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t batch = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 8'000;
  if (argc > 4) load.clients = std::strtoull(argv[4], nullptr, 10);
  std::filesystem::remove_all(path);
  if (!ledger::engine::create(path, *domain::Profile::built_in("cn-2017"), now(),
                              *ledger::base::Date::parse("2024-06-30"))) {
    return 1;
  }
  ledger::engine::Options options;
  options.path = path;
  options.clock = now;
  auto opened = ledger::engine::Engine::open(options);
  if (!opened) return 1;
  ledger::engine::Engine& engine = **opened;
  domain::CommandBuilder builder;
  Sender sender(engine);
  auto began = Clock::now();
  std::vector<domain::Command> commands;
  for (std::uint64_t n = 0; n <= load.clients; ++n) {
    commands.push_back(make_opening(builder, n));
    if (commands.size() == 8'000 || n == load.clients) sender.send(std::exchange(commands, {}));
  }
  sender.drain();
  std::printf("opened %llu clients in %.1f s\n", static_cast<unsigned long long>(load.clients),
              seconds_since(began));
  began = Clock::now();
  for (std::uint64_t n = 0; n < load.entries; ++n) {
    commands.push_back(make(builder, load, n));
    if (commands.size() == batch || n + 1 == load.entries) sender.send(std::exchange(commands, {}));
  }
  const std::uint64_t refused = sender.drain();
  const double took = seconds_since(began);
  const auto m = engine.metrics();
  std::printf(
      "entries %llu batch %llu refused %llu: %.0f entries/s, sync max %.1f ms, "
      "fold runs %llu, fold wait %.2f s, %.0f bytes/entry\n",
      static_cast<unsigned long long>(load.entries), static_cast<unsigned long long>(batch),
      static_cast<unsigned long long>(refused), static_cast<double>(load.entries) / took,
      static_cast<double>(m.sync_ns_max) / 1e6, static_cast<unsigned long long>(m.fold_runs),
      static_cast<double>(m.fold_wait_ns) / 1e9,
      static_cast<double>(m.bytes) / static_cast<double>(m.entries));
  began = Clock::now();
  opened->reset();
  std::printf("closed in %.1f s\n", seconds_since(began));
  began = Clock::now();
  auto again = ledger::engine::Engine::open(options);
  std::printf("opened again in %.2f s\n", seconds_since(began));
  return refused == 0 && again ? 0 : 1;
}
