// Matcher: L3, line by line. Lines and items in, groups out; every line and every item is in
// exactly one group. Pure, and independent of the order in which lines and items are given.
//
// In this order, each step on what the steps before left over:
//   1. an item and the reversal of its entry cancel each other
//   2. one line, one item: a common reference, same side, same amount; named party before silent
//      before another, members of one day before members of two, equal dates before others
//   3. one line and several items, or several lines and one item, of one reference and equal sum
//   4. a line and the bank's own reversal of it
//   5. a line the bank has not booked and an item of its reference
//   6. a common reference and side, another amount
//   7. copies of lines already explained
//   8. lines whose reference is an order that the ledger knows in another state
// The amount alone never matches anything.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recon/values.h"

namespace recon {

// What the ledger knows beyond the items given. Unset functions know nothing.
struct Knowledge {
  std::function<bool(std::string_view)> is_client;  // "lender:L123" or "L123"
  // As of the close of the day; by order id or evidence.
  std::function<std::optional<Order>(std::string_view)> order;
  // The id of an item of an earlier reconciled day with this key, side and amount.
  std::function<std::optional<std::string>(std::string_view, Side, base::Amount)> earlier;
};

struct MatchInput {
  base::Date day;        // lines of an earlier day are carried
  base::Date first_day;  // items of an earlier business date are carried
  base::Currency currency;
  std::vector<BankLine> lines;
  std::vector<LedgerItem> items;
  int transit_days_max = 3;  // older ones are breaks
  bool truncated = false;    // the day's statement is: what is missing may be in the missing part
};

struct Group {
  Bucket bucket = Bucket::kMatched;
  Cause cause = Cause::kNone;
  std::string text;
  std::vector<std::size_t> lines;  // positions in the input
  std::vector<std::size_t> items;
};

std::vector<Group> match(const MatchInput& input, const Knowledge& knowledge);

}  // namespace recon
