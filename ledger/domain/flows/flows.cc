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
    // --- accounts and projects
    &flows::kOpenAccount,
    &flows::kOpenProject,
    // --- money in and out
    &flows::kDepositRequest,
    &flows::kDeposit,
    &flows::kSettle,
    &flows::kDepositFail,
    &flows::kDepositChargeback,
    &flows::kReceipt,
    &flows::kReceiptAllocate,
    &flows::kReceiptReturn,
    &flows::kWithdraw,
    &flows::kReviewPass,
    &flows::kReviewHold,
    &flows::kWithdrawAccept,
    &flows::kWithdrawUnknown,
    &flows::kWithdrawPay,
    &flows::kWithdrawFail,
    &flows::kWithdrawReturn,
    &flows::kTopUp,
    &flows::kFeeSweep,
    &flows::kFeeSweepPaid,
    &flows::kFeeSweepFail,
    &flows::kReward,
    &flows::kBankInterest,
    &flows::kBankInterestPay,
    // --- loans
    &flows::kBid,
    &flows::kRedPacket,
    &flows::kBidCancel,
    &flows::kProjectFail,
    &flows::kDisburse,
    &flows::kFee,
    &flows::kEntrustedPay,
    &flows::kRepay,
    &flows::kRepayEarly,
    &flows::kRepayPartial,
    &flows::kDistribute,
    &flows::kOverdue,
    &flows::kCompensate,
    &flows::kCompensateIndirect,
    &flows::kReserveCompensate,
    &flows::kRecover,
    &flows::kReserveFund,
    &flows::kReserveRefund,
    &flows::kClaimBid,
    &flows::kClaimTransfer,
    &flows::kClaimCancel,
    // --- holds
    &flows::kJudicialFreeze,
    &flows::kJudicialRelease,
    &flows::kJudicialCatch,
    &flows::kJudicialDeduct,
    &flows::kHold,
    &flows::kCapture,
    &flows::kRelease,
    &flows::kDispute,
    &flows::kHoldExpire,
    // --- control
    &flows::kPropose,
    &flows::kApprove,
    &flows::kReject,
    &flows::kProposalExpire,
    &flows::kOwnerUpdate,
    &flows::kDormant,
    &flows::kDormantEnd,
    &flows::kFreeze,
    &flows::kUnfreeze,
    &flows::kHalt,
    &flows::kResume,
    &flows::kAlert,
    &flows::kProfileAdopt,
    &flows::kReversalPropose,
    &flows::kReversalApprove,
    &flows::kReversalReject,
    &flows::kCutOff,
};

// Flow numbers are small: the table answers without a search.
const std::array<const Flow*, 1024>& flow_table() {
  static const auto table = [] {
    std::array<const Flow*, 1024> t{};
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

// A halted ledger takes only what ends the halt, closes the day or records what went wrong.
std::optional<Refusal> need_running(const State& state, const Command& command) {
  if (!state.is_on(SwitchCode::kHalted)) return std::nullopt;
  const auto proposed = proposed_command(state, command);
  const FlowCode flow = proposed ? proposed->flow : command.flow;
  for (const FlowCode passes : {FlowCode::kResume, FlowCode::kCutOff, FlowCode::kAlert,
                                FlowCode::kReject, FlowCode::kProposalExpire}) {
    if (flow == passes) return std::nullopt;
  }
  return Refusal{RefusalCode::kHalted, fmt::format("flow={}", name_of(flow))};
}

std::optional<Refusal> need_two_operators(const State& state, const Command& command) {
  const FlowRules* rules = state.profile().rules_of(command.flow);
  const bool above =
      rules->four_eyes_above && command.amount(Field::kAmount) > *rules->four_eyes_above;
  if (!rules->four_eyes && !above) return std::nullopt;
  return Refusal{RefusalCode::kNeedsTwoOperators, fmt::format("flow={}", name_of(command.flow))};
}

// The word of operators is that of two, where money moves on it.
std::optional<Refusal> need_both_operators(const Entry& entry) {
  if (!is_of_one_operator(entry)) return std::nullopt;
  return Refusal{RefusalCode::kNeedsTwoOperators, fmt::format("flow={}", name_of(entry.flow))};
}

// Nothing leaves the accounts of a frozen owner, but by flows that the profile lets pass.
std::optional<Refusal> need_unfrozen(const State& state, const Entry& entry) {
  const FlowRules* rules = state.profile().rules_of(effective_flow(entry));
  if (rules != nullptr && rules->despite_freeze) return std::nullopt;
  for (const Posting& p : entry.postings) {
    const Owner& owner = state.owner(base::ClientId(state.account(p.debit).owner));
    if (owner.has(OwnerFlag::kFrozen)) {
      return Refusal{RefusalCode::kOwnerFrozen, fmt::format("client={}", owner.code)};
    }
  }
  return std::nullopt;
}

// A dormant client pays no fee, but one that was set aside before.
std::optional<Refusal> need_awake_for_fee(const State& state, const Entry& entry) {
  bool captured = false;
  for (const HoldChange& h : entry.holds) {
    captured = captured || (h.kind == HoldKind::kFee && h.op == HoldOp::kCapture);
  }
  const auto dormant = [&state](base::AccountId id) -> std::optional<Refusal> {
    const Owner& owner = state.owner(base::ClientId(state.account(id).owner));
    if (!owner.has(OwnerFlag::kDormant)) return std::nullopt;
    return Refusal{RefusalCode::kOwnerDormant, fmt::format("client={}", owner.code)};
  };
  for (const Posting& p : entry.postings) {
    if (p.kind != PostingKind::kFee || captured) continue;
    if (auto refusal = dormant(p.debit)) return refusal;
  }
  for (const HoldChange& h : entry.holds) {
    if (h.kind != HoldKind::kFee || h.op != HoldOp::kOpen) continue;
    if (auto refusal = dormant(h.account)) return refusal;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Command> proposed_command(const State& state, const Command& command) {
  if (command.flow == FlowCode::kPropose) return command.nested(Field::kProposed);
  if (command.flow != FlowCode::kApprove) return std::nullopt;
  const Proposal* proposal = state.find_proposal(command.text(Field::kProposal));
  if (proposal == nullptr || find_flow(proposal->flow) == nullptr) return std::nullopt;
  Command proposed;
  proposed.id = command.id;
  proposed.flow = proposal->flow;
  proposed.body = proposal->body;
  return proposed;
}

std::span<const Flow* const> all_flows() { return kFlows; }

const Flow* find_flow(FlowCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < flow_table().size() ? flow_table()[index] : nullptr;
}

const Flow& flow_of(FlowCode code) {
  const Flow* flow = find_flow(code);
  LEDGER_CHECK(flow != nullptr);
  return *flow;
}

base::ProjectId claims_project(const State& state, const Command& command) {
  if (const auto id = state.find_project(command.text(Field::kProject))) return *id;
  for (const HoldKind kind : {HoldKind::kRepayment, HoldKind::kClaimPurchase}) {
    const Hold* hold = state.find_hold(command.text(Field::kOrder), kind);
    if (hold != nullptr) return hold->project;
  }
  return {};
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& entry) {
  fill_header(state, command, context, entry);
  auto refusal = need_running(state, command);
  if (!refusal) refusal = flows::need_authority(state, command);
  if (!refusal) refusal = need_two_operators(state, command);
  if (!refusal) refusal = flow_of(command.flow).decide(state, command, context, entry);
  if (!refusal) refusal = need_both_operators(entry);
  if (!refusal) refusal = need_unfrozen(state, entry);
  if (!refusal) refusal = need_awake_for_fee(state, entry);
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
