// The load of the throughput benchmarks: clients of one channel deposit, the bank settles. Every
// command makes one entry with one posting of two legs; the open in-transit items stay few.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct Load {
  std::uint64_t clients = 333'333;  // three accounts each
  std::uint64_t entries = 10'000'000;
  std::uint64_t seed = 1;
};

// JSON text of the commands that open channel and clients, `first` to `first + count` of them
// (number 0 is the channel).
void append_opening(std::string& json, std::uint64_t number);
// The command with this number, 0 ... entries-1: in runs of `kStride`, deposits and then their
// settlements.
inline constexpr std::uint64_t kStride = 500;
void append_command(std::string& json, const Load& load, std::uint64_t number);

struct Fields {
  bool settles = false;
  std::string id, order;
  std::uint64_t client = 0;
  std::int64_t amount = 0;
};
Fields fields_of(const Load& load, std::uint64_t number);

}  // namespace bench
