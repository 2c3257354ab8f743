#include "ledger/domain/allocation.h"

#include <algorithm>

#include "ledger/base/amount.h"
#include "ledger/base/check.h"

namespace ledger::domain {

std::vector<std::int64_t> allocate(std::int64_t due, std::int64_t due_before,
                                   std::span<const Share> shares) {
  using base::Int128;
  Int128 total_weight = 0;
  for (const Share& share : shares) total_weight += share.weight;
  LEDGER_CHECK(due >= 0 && due_before >= 0 && total_weight > 0);

  std::vector<std::int64_t> parts(shares.size());
  Int128 left = due;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    parts[i] = static_cast<std::int64_t>(Int128{due} * shares[i].weight / total_weight);
    left -= parts[i];
  }
  if (left == 0) return parts;

  struct Deficit {
    Int128 amount;
    std::size_t index;
  };
  std::vector<Deficit> deficits(shares.size());
  const Int128 due_now = Int128{due_before} + due;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Int128 paid = Int128{shares[i].paid} + parts[i];
    deficits[i] = {due_now * shares[i].weight - paid * total_weight, i};
  }
  const auto count = static_cast<std::size_t>(left);
  LEDGER_CHECK(count < shares.size());
  std::partial_sort(deficits.begin(), deficits.begin() + static_cast<std::ptrdiff_t>(count),
                    deficits.end(), [](const Deficit& a, const Deficit& b) {
                      return a.amount != b.amount ? a.amount > b.amount : a.index < b.index;
                    });
  for (std::size_t k = 0; k < count; ++k) ++parts[deficits[k].index];
  return parts;
}

}  // namespace ledger::domain
