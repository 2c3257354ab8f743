// F11r: the platform adds to a bid from its marketing money (红包). What it adds is frozen for the
// same project and lends in the bidder's name; it goes back to the platform if the bid does.
#include <fmt/format.h>

#include "ledger/domain/flows/lenders.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kOrder, true}, {Field::kAmount, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto bid = find_order(state, command, context, HoldKind::kBid);
  if (!bid) return bid.error();
  const Project& project = state.project((*bid)->project);
  const base::Amount amount = command.amount(Field::kAmount);
  if (state.find_hold((*bid)->order, HoldKind::kRedPacket) != nullptr) {
    return refuse(RefusalCode::kAlreadyExists, fmt::format("order={}", (*bid)->order));
  }
  if (auto refusal = need_state(project, ProjectState::kCollecting)) return refusal;
  const auto frozen = base::Total::from_minor(project.frozen) + base::Total(amount);
  if (frozen > base::Total(project.target)) {
    return refuse(RefusalCode::kTargetExceeded,
                  fmt::format("project={} target={} bid={} requested={}", project.code,
                              project.target.minor(), project.frozen, amount.minor()));
  }
  const base::AccountId from = structural(state, "platform:marketing");
  if (auto refusal = need_funds(state, from, amount)) return refusal;

  // From here the entry must succeed.
  const base::AccountId to = structural(state, "platform:marketing_frozen");
  post(draft, from, to, amount);
  open_hold(state, draft, HoldKind::kRedPacket, to, (*bid)->beneficiary, amount);
  draft.holds.back().project = project.id;
  draft.holds.back().order = (*bid)->order;
  if (frozen == base::Total(project.target)) {
    draft.moves.push_back({project.id, ProjectState::kFull});
  }
  return std::nullopt;
}

}  // namespace

const Flow kRedPacket{FlowCode::kRedPacket, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
