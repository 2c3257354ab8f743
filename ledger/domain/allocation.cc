#include "ledger/domain/allocation.h"

#include <algorithm>

#include "ledger/base/amount.h"
#include "ledger/base/check.h"

namespace ledger::domain {
namespace {

using base::Int128;

Int128 total_weight_of(std::span<const Share> shares) {
  Int128 total = 0;
  for (const Share& share : shares) total += share.weight;
  return total;
}

// In units of 2^-20 minor units times W.
Int128 deficit_of(const Share& share, Int128 due, Int128 paid, Int128 total_weight) {
  return ((due * share.weight - paid * total_weight) << kCarryBits) + total_weight * share.carry;
}

// One unit each to the largest deficits, `left` of them at most; how many got one.
Int128 give_units(Int128 left, Int128 due_now, std::span<const Share> shares,
                  std::vector<std::int64_t>& parts) {
  struct Deficit {
    Int128 amount;
    std::size_t index;
  };
  const Int128 total_weight = total_weight_of(shares);
  std::vector<Deficit> deficits;
  deficits.reserve(shares.size());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i].weight == 0 || parts[i] >= shares[i].most) continue;
    const Int128 paid = Int128{shares[i].paid} + parts[i];
    deficits.push_back({deficit_of(shares[i], due_now, paid, total_weight), i});
  }
  LEDGER_CHECK(!deficits.empty());
  const auto count =
      static_cast<std::size_t>(std::min<Int128>(left, static_cast<Int128>(deficits.size())));
  std::partial_sort(deficits.begin(), deficits.begin() + static_cast<std::ptrdiff_t>(count),
                    deficits.end(), [](const Deficit& a, const Deficit& b) {
                      return a.amount != b.amount ? a.amount > b.amount : a.index < b.index;
                    });
  for (std::size_t k = 0; k < count; ++k) ++parts[deficits[k].index];
  return static_cast<Int128>(count);
}

}  // namespace

std::vector<std::int64_t> allocate(std::int64_t due, std::int64_t due_before,
                                   std::span<const Share> shares) {
  const Int128 total_weight = total_weight_of(shares);
  LEDGER_CHECK(due >= 0 && due_before >= 0 && total_weight > 0);

  std::vector<std::int64_t> parts(shares.size());
  Int128 left = due;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Int128 base = Int128{due} * shares[i].weight / total_weight;
    parts[i] = static_cast<std::int64_t>(std::min<Int128>(base, shares[i].most));
    left -= parts[i];
  }
  // One round but where carries have brought shares to their most.
  while (left > 0) left -= give_units(left, Int128{due_before} + due, shares, parts);
  return parts;
}

std::vector<std::int64_t> carries_after(std::int64_t due_before, std::span<const Share> shares) {
  const Int128 total_weight = total_weight_of(shares);
  std::vector<std::int64_t> carries(shares.size());
  if (total_weight == 0) return carries;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Int128 deficit = deficit_of(shares[i], due_before, shares[i].paid, total_weight);
    const Int128 floor = deficit / total_weight - (deficit % total_weight < 0 ? 1 : 0);
    carries[i] = static_cast<std::int64_t>(floor);
  }
  return carries;
}

}  // namespace ledger::domain
