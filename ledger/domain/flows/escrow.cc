// Holds that belong to no loan: a client's money set aside for another (an order, a deal in
// escrow), captured in parts for that one, given back in parts, never more than was held. While the
// parties disagree only two operators move it.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kHoldFields[] = {{Field::kClient, true},
                                     {Field::kAmount, true},
                                     {Field::kBeneficiary, false},
                                     {Field::kProject, false},
                                     {Field::kExpires, false}};
constexpr FlowField kCaptureFields[] = {
    {Field::kOrder, true}, {Field::kAmount, true}, {Field::kFee, false}, {Field::kFeeRule, false}};
constexpr FlowField kReleaseFields[] = {{Field::kOrder, true}, {Field::kAmount, true}};
constexpr FlowField kDisputeFields[] = {{Field::kOrder, true}, {Field::kReason, true}};

base::ClientId owner_of(const State& state, base::AccountId account) {
  return base::ClientId(state.account(account).owner);
}

// The profile's matrix as a refusal, so that no money is held that could never be captured.
std::optional<Refusal> need_movement(const State& state, FlowCode flow, base::AccountId debit,
                                     base::AccountId credit) {
  const Account& from = state.account(debit);
  const Account& to = state.account(credit);
  const MatrixRule* rule = state.profile().matrix(flow, from.class_index, to.class_index);
  if (rule != nullptr && !(rule->same_owner && from.owner != to.owner)) return std::nullopt;
  return refuse(RefusalCode::kPolicyForbids,
                fmt::format("flow={} from={} to={}", name_of(flow), state.account_code(debit),
                            state.account_code(credit)));
}

std::optional<Refusal> hold(const State& state, const Command& command, const Context&,
                            Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  Party other = *client;
  if (command.has(Field::kBeneficiary)) {
    const auto named = find_client(state, command, Field::kBeneficiary);
    if (!named) return named.error();
    other = *named;
  }
  base::ProjectId project;
  if (command.has(Field::kProject)) {
    const auto named = find_project(state, command);
    if (!named) return named.error();
    project = *named;
  }
  if (auto refusal = need_client_kind(state, *client)) return refusal;
  if (auto refusal = need_client_kind(state, other)) return refusal;
  if (state.owner(client->id).currency != state.owner(other.id).currency) {
    return refuse(RefusalCode::kWrongKind,
                  fmt::format("beneficiary={} currency", state.owner(other.id).code));
  }
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_settled(state, client->available, amount)) return refusal;
  if (auto refusal = need_movement(state, FlowCode::kHold, client->available, client->frozen)) {
    return refusal;
  }
  if (other.id != client->id) {
    auto refusal = need_movement(state, FlowCode::kCapture, client->frozen, other.available);
    if (refusal) return refusal;
  }
  if (auto refusal = need_not_over(state, command.date(Field::kExpires))) return refusal;

  // From here the entry must succeed.
  post(draft, client->available, client->frozen, amount);
  open_hold(state, draft, HoldKind::kEscrow, client->frozen, other.available, amount);
  draft.holds.back().project = project;
  draft.holds.back().expires = command.date(Field::kExpires);
  return std::nullopt;
}

// The order's hold; of a disputed one only the operators get it.
base::Result<const Hold*, Refusal> find_escrow(const State& state, const Command& command,
                                               const Context& context) {
  const Hold* disputed = state.find_hold(command.text(Field::kOrder), HoldKind::kDisputed);
  if (disputed == nullptr) return find_order(state, command, context, HoldKind::kEscrow);
  if (command.authority() == Authority::kOperators) return disputed;
  return base::fail(refuse(RefusalCode::kInDispute, fmt::format("order={}", disputed->order)));
}

// Who pays a fee of a capture: the holder, if the rule is for that kind, else the beneficiary.
struct Fee {
  base::Amount amount;
  bool from_holder = false;
};

base::Result<Fee, Refusal> find_fee(const State& state, const Command& command, const Hold& hold,
                                    base::Amount captured) {
  using base::fail;
  const base::Amount fee = command.amount(Field::kFee);
  if (fee.is_zero()) return Fee();
  const std::string_view id = command.text(Field::kFeeRule);
  const auto of_holder =
      find_fee_rule(state, id, FlowCode::kCapture, owner_of(state, hold.account));
  const auto rule =
      of_holder ? of_holder
                : find_fee_rule(state, id, FlowCode::kCapture, owner_of(state, hold.beneficiary));
  if (!rule) return fail(rule.error());
  if (fee >= captured) {
    return fail(refuse(
        RefusalCode::kFeeExceedsRule,
        fmt::format("fee_rule={} captured={} requested={}", id, captured.minor(), fee.minor())));
  }
  // A holder's fee is part of what is captured, so the rule measures the rest.
  const bool from_holder = of_holder.has_value();
  const base::Amount base_amount =
      from_holder ? base::Amount::of(captured.minor() - fee.minor()) : captured;
  if (auto refusal = need_fee_limit(**rule, fee, base_amount)) return fail(*refusal);
  return Fee{fee, from_holder};
}

std::optional<Refusal> capture(const State& state, const Command& command, const Context& context,
                               Entry& draft) {
  const auto found = find_escrow(state, command, context);
  if (!found) return found.error();
  const Hold& hold = **found;
  const base::Amount amount = command.amount(Field::kAmount);
  const auto fee = find_fee(state, command, hold, amount);
  if (!fee && fee.error().code == RefusalCode::kUnknownFeeRule) return fee.error();
  if (owner_of(state, hold.account) == owner_of(state, hold.beneficiary)) {
    return refuse(RefusalCode::kWrongKind, fmt::format("order={} has no beneficiary", hold.order));
  }
  if (auto refusal = need_within(hold, amount)) return refusal;
  if (!fee) return fee.error();
  // What the parties fight over stays until the operators decide.
  if (hold.kind == HoldKind::kEscrow) {
    if (auto refusal = need_not_over(state, hold.expires)) return refusal;
  }

  // From here the entry must succeed.
  const std::int64_t held_back = fee->from_holder ? fee->amount.minor() : 0;
  post(draft, hold.account, hold.beneficiary, base::Amount::of(amount.minor() - held_back));
  if (!fee->amount.is_zero()) {
    post(draft, fee->from_holder ? hold.account : hold.beneficiary,
         structural(state, "platform:fee"), fee->amount, PostingKind::kFee);
  }
  use_hold(draft, HoldOp::kCapture, hold, amount);
  return std::nullopt;
}

std::optional<Refusal> release(const State& state, const Command& command, const Context& context,
                               Entry& draft) {
  const auto found = find_escrow(state, command, context);
  if (!found) return found.error();
  const Hold& hold = **found;
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_within(hold, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, hold.account, party_of(state, owner_of(state, hold.account)).available, amount);
  use_hold(draft, HoldOp::kRelease, hold, amount);
  return std::nullopt;
}

std::optional<Refusal> dispute(const State& state, const Command& command, const Context& context,
                               Entry& draft) {
  const std::string_view order = command.text(Field::kOrder);
  if (state.find_hold(order, HoldKind::kDisputed) != nullptr) {
    return refuse(RefusalCode::kAlreadyInState, fmt::format("order={} is in dispute", order));
  }
  const auto found = find_order(state, command, context, HoldKind::kEscrow);
  if (!found) return found.error();
  const Hold& hold = **found;
  if (auto refusal = need_not_over(state, hold.expires)) return refusal;

  // From here the entry must succeed. No money moves.
  const base::Amount all = base::Amount::of(hold.remaining);
  use_hold(draft, HoldOp::kRelease, hold, all);
  open_hold(state, draft, HoldKind::kDisputed, hold.account, hold.beneficiary, all);
  draft.holds.back().order = hold.order;
  draft.holds.back().project = hold.project;
  draft.holds.back().expires = hold.expires;
  return std::nullopt;
}

}  // namespace

const Flow kHold{FlowCode::kHold, kHoldFields, Needs::kNothing, hold};
const Flow kCapture{FlowCode::kCapture, kCaptureFields, Needs::kNothing, capture};
const Flow kRelease{FlowCode::kRelease, kReleaseFields, Needs::kNothing, release};
const Flow kDispute{FlowCode::kDispute, kDisputeFields, Needs::kNothing, dispute};

}  // namespace ledger::domain::flows
