// The law about what the bank did: the bank's money moves on evidence, and what it took back once
// is not taken back again.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/command.h"
#include "ledger/domain/laws.h"

namespace ledger::domain::laws {
namespace {

// Where the reference may come later, with the statement: what the platform reports by itself from
// the bank's callbacks. A reversal names its entry by the hash instead.
bool may_lack_reference(FlowCode flow) {
  return flow == FlowCode::kSettle || flow == FlowCode::kWithdrawPay ||
         flow == FlowCode::kReversalApprove;
}

bool moves_at_bank(const State& state, const Entry& entry) {
  const auto& classes = state.profile().classes();
  const auto at_bank = [&](base::AccountId id) {
    return classes[state.account(id).class_index].group == ClassGroup::kBank;
  };
  return std::any_of(entry.postings.begin(), entry.postings.end(),
                     [&](const Posting& p) { return at_bank(p.debit) || at_bank(p.credit); });
}

// The flow of the entries that this one can return; genesis: none.
FlowCode returned_by(FlowCode flow) {
  if (flow == FlowCode::kDepositChargeback) return FlowCode::kSettle;
  if (flow == FlowCode::kWithdrawReturn) return FlowCode::kWithdrawPay;
  return FlowCode::kGenesis;
}

Refusal broken(std::string detail) { return {RefusalCode::kLawEvidence, std::move(detail)}; }

}  // namespace

std::optional<Refusal> evidenced(const State& state, const Entry& entry) {
  const FlowCode flow = effective_flow(entry);
  if (moves_at_bank(state, entry) && !may_lack_reference(flow) &&
      value_in(effective_body(entry), Field::kEvidence).empty()) {
    return broken(fmt::format("flow={} has no reference of the bank", name_of(flow)));
  }
  std::size_t returned = 0;
  for (const ReversalStep& step : entry.reversals) {
    const bool takes_back = step.op == ReversalOp::kReturned || step.op == ReversalOp::kApproved;
    if (!takes_back) continue;
    if (step.target.is_none() || step.target > state.sequence()) {
      return broken(fmt::format("entry={} is not there", step.target.value()));
    }
    if (state.is_reversed(step.target)) {
      return broken(fmt::format("entry={} is taken back already", step.target.value()));
    }
    if (step.op != ReversalOp::kReturned) continue;
    ++returned;
    if (step.target_flow != returned_by(flow)) {
      return broken(
          fmt::format("flow={} does not return {}", name_of(flow), name_of(step.target_flow)));
    }
  }
  const std::size_t wanted = returned_by(flow) == FlowCode::kGenesis ? 0 : 1;
  if (entry.committed() && returned != wanted) {
    return broken(fmt::format("flow={} returns {} entries", name_of(flow), returned));
  }
  return std::nullopt;
}

}  // namespace ledger::domain::laws
