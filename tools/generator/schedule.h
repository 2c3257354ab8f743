// Repayment schedules in whole fen, by the ledger's arithmetic (ledger/domain/schedule.h).
#pragma once

#include <string_view>
#include <vector>

#include "ledger/base/time.h"
#include "tools/generator/draws.h"

namespace tools::generator {

enum class Method { kEqualInstalment = 0, kInterestFirst = 1, kOneTime = 2, kEqualPrincipal = 3 };

std::string_view method_name(const LoanDraw& loan);  // as the ledger calls it

struct Due {
  ledger::base::Date date;
  Fen principal = 0;
  Fen interest = 0;
  Fen whole() const { return principal + interest; }
};

// The first instalment is due `month_days` days after `start`, and so on; 0 means calendar months.
std::vector<Due> schedule_of(const LoanDraw& loan, ledger::base::Date start, int month_days);

}  // namespace tools::generator
