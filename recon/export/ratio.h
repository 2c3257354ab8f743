// Ratios as integers: a ratio is its numerator and its denominator; basis points are for people.
#pragma once

#include "ledger/base/amount.h"

namespace recon::exports {

// numerator / denominator in basis points, rounded down; 0 where there is nothing to divide by.
inline ledger::base::Int128 basis_points(ledger::base::Int128 numerator,
                                         ledger::base::Int128 denominator) {
  return denominator <= 0 || numerator <= 0 ? 0 : numerator * 10'000 / denominator;
}

}  // namespace recon::exports
