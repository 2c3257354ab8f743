// Repayment schedules in whole fen. The principal parts sum to the target exactly; every part of
// interest is rounded down, the last principal part takes what is left.
#pragma once

#include <vector>

#include "ledger/base/time.h"
#include "tools/generator/draws.h"

namespace tools::generator {

enum class Method { kEqualInstalment = 0, kInterestFirst = 1, kOneTime = 2, kEqualPrincipal = 3 };

struct Due {
  ledger::base::Date date;
  Fen principal = 0;
  Fen interest = 0;
  Fen whole() const { return principal + interest; }
};

// The first instalment is due `month_days` days after `start`, and so on.
std::vector<Due> schedule_of(const LoanDraw& loan, ledger::base::Date start, int month_days);

}  // namespace tools::generator
