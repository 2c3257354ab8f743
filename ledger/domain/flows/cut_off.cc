// F32: the day's close (日切). The entry carries the trial balance and the evidence an auditor ties
// it to: chain head and Merkle root over everything before. Later entries get the new date.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOpens, true}};
constexpr std::int64_t kDaysMax = 31;  // a longer gap is a mistyped date

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const base::Date opens = command.date(Field::kOpens);
  const base::Date today = state.business_date();
  if (opens <= today || opens > today.plus_days(kDaysMax)) {
    return refuse(RefusalCode::kBusinessDateWrong,
                  fmt::format("business_date={} opens={}", format(today), format(opens)));
  }

  // From here the entry must succeed.
  CutOff& cut = draft.cut_offs.emplace_back();
  cut.closed = today;
  cut.opened = opens;
  cut.head = context.head;
  cut.tree_size = context.tree_size;
  cut.tree_root = context.tree_root;
  cut.totals = state.class_totals();
  return std::nullopt;
}

}  // namespace

const Flow kCutOff{FlowCode::kCutOff, kFields, Needs::kTreeRoot, decide};

}  // namespace ledger::domain::flows
