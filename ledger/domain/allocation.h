// Exact pro-rata allocation by error feedback (CUSTODY 3.6), algorithm version 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ledger::domain {

inline constexpr std::uint8_t kAllocationVersion = 1;

// One sharer: its weight and what it has been paid by earlier allocations of the same series.
struct Share {
  std::int64_t weight = 0;  // >= 0, at most 10^18
  std::int64_t paid = 0;    // >= 0
};

// Splits `due` >= 0 over the shares; `due_before` is the sum of the earlier dues of the series.
// base = floor(due * weight / W); what is left goes, one unit each, to the largest cumulative
// deficits ((due_before + due) * weight - paid * W), ties to the earlier share. The parts sum to
// `due` exactly, are never negative, and each share stays within one unit of its exact cumulative
// part. W, the sum of the weights, must be positive.
std::vector<std::int64_t> allocate(std::int64_t due, std::int64_t due_before,
                                   std::span<const Share> shares);

}  // namespace ledger::domain
