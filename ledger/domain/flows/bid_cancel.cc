// F12, one bid: it is taken back while the project still collects.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto hold = find_order(state, command, context, HoldKind::kBid);
  if (!hold) return hold.error();
  const Project& project = state.project((*hold)->project);
  if (project.state != ProjectState::kCollecting) {
    return refuse(RefusalCode::kWrongProjectState,
                  fmt::format("project={} state={}", project.code, name_of(project.state)));
  }

  // From here the entry must succeed.
  release_bid(state, **hold, draft);
  return std::nullopt;
}

}  // namespace

const Flow kBidCancel{FlowCode::kBidCancel, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
