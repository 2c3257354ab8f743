// What the server counts about itself, for /metrics. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace ledger::server {

// Buckets of request time, from the first byte of the request to the last of the answer.
class Histogram {
 public:
  static constexpr std::array<std::uint64_t, 15> kBoundsUs = {
      50,     100,    250,     500,     1'000,   2'500,     5'000,    10'000,
      25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000};

  void record(std::uint64_t ns);
  // Prometheus text: name{kind="..."} in seconds.
  void append(std::string& out, std::string_view name, std::string_view kind) const;

 private:
  std::array<std::atomic<std::uint64_t>, kBoundsUs.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

struct Counters {
  std::atomic<std::uint64_t> connections{0};  // now
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> turned_away{0};  // over the limit of connections
  std::atomic<std::uint64_t> timed_out{0};
  std::atomic<std::uint64_t> commands{0};
  std::atomic<std::uint64_t> malformed{0};  // commands and requests refused before the engine
  std::atomic<std::uint64_t> queue_full{0};
  std::atomic<std::uint64_t> streams{0};                        // now
  std::atomic<std::uint64_t> buffered_bytes{0};                 // of request bodies, now
  std::array<std::atomic<std::uint64_t>, 6> by_status_class{};  // 2 for 2xx, ...
  Histogram command_time;
  Histogram read_time;

  void append(std::string& out) const;  // Prometheus text
};

// "# TYPE escrow_name counter" and its value.
void append_metric(std::string& out, std::string_view name, std::string_view type,
                   std::uint64_t value);
// Nanoseconds as decimal seconds: "1.500000000".
void append_seconds(std::string& out, std::uint64_t ns);

}  // namespace ledger::server
