// Random: a small integer generator (splitmix64), the same on every machine, unlike the
// distributions of the standard library.
#pragma once

#include <cstdint>

namespace tools::generator {

class Random {
 public:
  // Streams of one seed are independent: what one draws does not move another.
  Random(std::uint64_t seed, std::uint64_t stream)
      : state_(mixed(seed) ^ mixed(stream * kStep + 1)) {}

  std::uint64_t next() { return mixed(state_ += kStep); }
  // 0 ... n - 1; n > 0. The bias is below n / 2^32 for n up to 2^32.
  std::uint64_t below(std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{next()} * n) >> 64U);
  }
  bool per_mille(std::uint64_t chance) { return below(1000) < chance; }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;
  static constexpr std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace tools::generator
