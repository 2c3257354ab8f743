// escrowctl day-roll: what a new business date brings about by itself. It reads what is open, and
// sends the commands whose day has come; each is journaled like any other.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "tools/client/http_client.h"

namespace tools {

struct RollCounts {
  std::uint64_t committed = 0, replayed = 0, refused = 0;
};

struct RollTotals {
  std::string business_date;
  std::map<std::string, RollCounts> flows;  // by flow, in the order of their names
  std::uint64_t refused() const;
};

// In this order: marks instalments overdue, ends proposals and holds whose last day is over, sets
// aside for courts, order by order in the line they stand in, what has come in for them. The ids
// are made of the business date and the thing they are about: the same run again changes nothing.
// Prints refusals, and with `json` every answer.
ledger::base::Result<RollTotals, ledger::base::Fault> roll_day(HttpClient& client, bool json);

}  // namespace tools
