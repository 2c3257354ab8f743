#include "ledger/engine/id_filter.h"

#include <algorithm>

#include "ledger/base/amount.h"

namespace ledger::engine {
namespace {

constexpr int kProbes = 6;
constexpr std::uint64_t kBitsPerKey = 16;
constexpr std::uint64_t kBlockBits = 512;

std::uint64_t block_of(std::uint64_t hash, std::uint64_t blocks) {
  return static_cast<std::uint64_t>((static_cast<base::UInt128>(hash) * blocks) >> 64);
}

// Nine bits of a remixed hash for each probe.
std::uint64_t probes_of(std::uint64_t hash) { return hash * 0x9e3779b97f4a7c15ULL; }

}  // namespace

IdFilter::IdFilter(std::uint64_t capacity)
    : capacity_(capacity),
      blocks_(std::max<std::uint64_t>(1, capacity * kBitsPerKey / kBlockBits)),
      words_(std::make_unique<std::atomic<std::uint64_t>[]>(blocks_ * 8)) {}

void IdFilter::insert(std::uint64_t hash) {
  std::atomic<std::uint64_t>* block = &words_[block_of(hash, blocks_) * 8];
  std::uint64_t bits = probes_of(hash);
  for (int i = 0; i < kProbes; ++i, bits >>= 9) {
    block[(bits >> 6) & 7].fetch_or(std::uint64_t{1} << (bits & 63), std::memory_order_relaxed);
  }
}

void IdFilter::prefetch(std::uint64_t hash) const {
  __builtin_prefetch(&words_[block_of(hash, blocks_) * 8], 1);
}

bool IdFilter::may_contain(std::uint64_t hash) const {
  const std::atomic<std::uint64_t>* block = &words_[block_of(hash, blocks_) * 8];
  std::uint64_t bits = probes_of(hash);
  for (int i = 0; i < kProbes; ++i, bits >>= 9) {
    const std::uint64_t word = block[(bits >> 6) & 7].load(std::memory_order_relaxed);
    if ((word >> (bits & 63) & 1) == 0) return false;
  }
  return true;
}

}  // namespace ledger::engine
