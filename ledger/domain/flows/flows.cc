// The list of flows, and the frame in which each of them decides.
#include <array>

#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/flow.h"
#include "ledger/domain/flows/common.h"
#include "ledger/domain/laws.h"

namespace ledger::domain {
namespace {

constexpr std::array kFlows = {
    &flows::kOpenAccount,
    &flows::kOpenProject,
    &flows::kDeposit,
    &flows::kSettle,
    &flows::kWithdraw,
    &flows::kWithdrawAccept,
    &flows::kWithdrawPay,
    &flows::kWithdrawFail,
    &flows::kBid,
    &flows::kBidCancel,
    &flows::kProjectFail,
    &flows::kDisburse,
    &flows::kFee,
    &flows::kRepay,
    &flows::kDistribute,
    &flows::kReversalPropose,
    &flows::kReversalApprove,
    &flows::kReversalReject,
    &flows::kCutOff,
};

// Flow numbers are small: the table answers without a search.
const std::array<const Flow*, 512>& flow_table() {
  static const auto table = [] {
    std::array<const Flow*, 512> t{};
    for (const Flow* flow : kFlows) t[static_cast<std::size_t>(flow->code)] = flow;
    return t;
  }();
  return table;
}

void fill_header(const State& state, const Command& command, const Context& context, Entry& entry) {
  entry.clear();
  entry.flow = command.flow;
  entry.authority = command.authority();
  entry.profile_version = state.profile().version();
  entry.sequence = base::next(state.sequence());
  entry.time = context.now;
  entry.business_date = state.business_date();
  const base::Date value_date = command.date(Field::kValueDate);
  entry.value_date = value_date.is_none() ? entry.business_date : value_date;
  entry.command_id = command.id;
  entry.operator_name = command.text(Field::kOperator);
  entry.command = command.body;
}

std::optional<Refusal> need_authority(const State& state, const Command& command) {
  const FlowRules* rules = state.profile().rules_of(command.flow);
  const Authority authority = command.authority();
  if (rules != nullptr && std::find(rules->authorities.begin(), rules->authorities.end(),
                                    authority) != rules->authorities.end()) {
    return std::nullopt;
  }
  return Refusal{RefusalCode::kAuthorityForbidden,
                 fmt::format("flow={} authority={}", name_of(command.flow), name_of(authority))};
}

}  // namespace

std::span<const Flow* const> all_flows() { return kFlows; }

const Flow& flow_of(FlowCode code) {
  const auto index = static_cast<std::size_t>(code);
  LEDGER_CHECK(index < flow_table().size() && flow_table()[index] != nullptr);
  return *flow_table()[index];
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& entry) {
  fill_header(state, command, context, entry);
  auto refusal = need_authority(state, command);
  if (!refusal) refusal = flow_of(command.flow).decide(state, command, context, entry);
  if (!refusal) refusal = laws::check_all(state, entry);
  // A full counter is no fault of the flow: the account has no room for this request.
  if (refusal && refusal->code == RefusalCode::kLawCounter) {
    refusal->code = RefusalCode::kCounterLimit;
  }
  if (refusal) {
    fill_header(state, command, context, entry);
    entry.outcome = Outcome::kRefused;
    entry.refusal = static_cast<std::uint16_t>(refusal->code);
    entry.detail = refusal->detail;
  }
  return refusal;
}

}  // namespace ledger::domain
