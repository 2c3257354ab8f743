// Random numbers for tests: seeded, printed, repeated by ESCROW_TEST_SEED=n.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace ledger::domain::test {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // The seed of this run, printed so that a failure can be repeated.
  static std::uint64_t seed(std::uint64_t usual) {
    const char* given = std::getenv("ESCROW_TEST_SEED");
    const std::uint64_t chosen = given == nullptr ? usual : std::strtoull(given, nullptr, 10);
    std::printf("seed %llu (ESCROW_TEST_SEED repeats it)\n",
                static_cast<unsigned long long>(chosen));
    return chosen;
  }
  std::uint64_t bits() { return engine_(); }
  // Uniform enough for tests; `least` to `most`, both possible.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    const auto span = static_cast<std::uint64_t>(most - least) + 1;
    return least + static_cast<std::int64_t>(span == 0 ? bits() : bits() % span);
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  std::string text(std::int64_t longest) {
    std::string out(static_cast<std::size_t>(between(0, longest)), ' ');
    for (char& c : out) c = static_cast<char>(between('a', 'z'));
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace ledger::domain::test
