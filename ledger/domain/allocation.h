// Exact pro-rata allocation by error feedback (CUSTODY 3.6), algorithm version 2. Version 1 is
// version 2 with all carries 0: the two differ only after a claim of the project was transferred.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ledger::domain {

inline constexpr std::uint8_t kAllocationVersion = 2;

// A carry of 1 is 2^-20 minor units.
inline constexpr int kCarryBits = 20;
// Weights, and the dues of a series together, may be at most this, so that nothing overflows.
inline constexpr std::int64_t kAllocationMax = 1'000'000'000'000'000;

// One sharer: its weight and what it has been paid by earlier allocations of the same series.
struct Share {
  std::int64_t weight = 0;  // 0 ... kAllocationMax
  std::int64_t paid = 0;    // >= 0
  // What the share had got too little (too much, if negative) when the series began.
  std::int64_t carry = 0;
  // The most it can still get: of principal, what its claim still lacks.
  std::int64_t most = INT64_MAX;
};

// Splits `due` >= 0 over the shares; `due_before` is the sum of the earlier dues of the series.
// base = floor(due * weight / W); what is left goes, one unit each, to the largest cumulative
// deficits (due_before + due) * weight - paid * W + carry * W / 2^20, ties to the earlier share;
// shares of weight 0 get nothing, and no share gets more than its `most`, which only a carry can
// bring it near; all of them together have room for the due. The parts sum to `due` exactly, are
// never negative, and without carries each share stays within one unit of its exact cumulative
// part. W, the sum of the weights, must be positive.
std::vector<std::int64_t> allocate(std::int64_t due, std::int64_t due_before,
                                   std::span<const Share> shares);

// The deficit of each share after the dues so far, as a carry for a new series, rounded down.
std::vector<std::int64_t> carries_after(std::int64_t due_before, std::span<const Share> shares);

}  // namespace ledger::domain
