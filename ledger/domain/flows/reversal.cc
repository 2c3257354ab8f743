// F27: reversal (冲正) by two operators. The maker proposes, naming the entry by its hash; another
// operator approves, and the inverse of every posting and hold is booked. Both stay visible.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kProposeFields[] = {{Field::kEntry, true},
                                        {Field::kEntryHash, true},
                                        {Field::kReason, true},
                                        {Field::kOperator, true}};
constexpr FlowField kApproveFields[] = {{Field::kProposal, true}, {Field::kOperator, true}};
constexpr FlowField kRejectFields[] = {
    {Field::kProposal, true}, {Field::kOperator, true}, {Field::kReason, false}};

std::optional<Refusal> need_reversible(const State& state, const Entry& target) {
  const FlowRules* rules = state.profile().rules_of(effective_flow(target));
  if (!target.committed() || rules == nullptr || !rules->reversible) {
    return refuse(
        RefusalCode::kNotReversible,
        fmt::format("entry={} flow={}", target.sequence.value(), name_of(effective_flow(target))));
  }
  if (state.is_reversed(target.sequence)) {
    return refuse(RefusalCode::kAlreadyReversed, fmt::format("entry={}", target.sequence.value()));
  }
  return std::nullopt;
}

std::optional<Refusal> propose(const State& state, const Command& command, const Context& context,
                               Entry& draft) {
  const std::uint64_t sequence = command.count(Field::kEntry);
  if (context.target == nullptr) {
    return refuse(RefusalCode::kUnknownEntry, fmt::format("entry={}", sequence));
  }
  if (command.hash(Field::kEntryHash) != context.target_hash) {
    return refuse(RefusalCode::kHashMismatch, fmt::format("entry={}", sequence));
  }
  if (auto refusal = need_reversible(state, *context.target)) return refusal;

  // From here the entry must succeed.
  draft.reversals.push_back({ReversalOp::kProposed, context.target->sequence,
                             effective_flow(*context.target), context.target_hash, command.id,
                             std::string(command.text(Field::kOperator))});
  return std::nullopt;
}

base::Result<const Proposal*, Refusal> find_proposal(const State& state, const Command& command) {
  const std::string_view id = command.text(Field::kProposal);
  const Proposal* proposal = state.find_proposal(id);
  if (proposal == nullptr || proposal->target.is_none()) {
    return base::fail(refuse(RefusalCode::kUnknownOrder, fmt::format("proposal={}", id)));
  }
  if (proposal->status != ProposalOp::kProposed) {
    return base::fail(refuse(RefusalCode::kProposalClosed,
                             fmt::format("proposal={} is {}", id, name_of(proposal->status))));
  }
  return proposal;
}

// The hold must still be as the reversed entry left it.
std::optional<Refusal> need_hold_unmoved(const State& state, const HoldChange& change) {
  const Hold* open = state.find_hold(change.id);
  const bool opened = change.op == HoldOp::kOpen || change.op == HoldOp::kReopen;
  if (opened && (open == nullptr || open->remaining < change.amount.minor())) {
    return refuse(RefusalCode::kOrderClosed, fmt::format("order={} has moved on", change.order));
  }
  if (change.kind == HoldKind::kBid &&
      state.find_hold(change.order, HoldKind::kRedPacket) != nullptr) {
    return refuse(RefusalCode::kOrderClosed,
                  fmt::format("order={} has a red packet", change.order));
  }
  const Hold* same_order = state.find_hold(change.order, change.kind);
  if (!opened && same_order != nullptr && same_order != open) {
    return refuse(RefusalCode::kOrderClosed, fmt::format("order={} is open again", change.order));
  }
  if (!change.project.is_none()) {
    const ProjectState at = state.project(change.project).state;
    const bool fits = change.kind == HoldKind::kBid
                          ? at == ProjectState::kCollecting || at == ProjectState::kFull
                          : at == ProjectState::kRepaying;
    if (!fits) {
      return refuse(RefusalCode::kWrongProjectState, fmt::format("state={}", name_of(at)));
    }
  }
  return std::nullopt;
}

bool is_client(const State& state, base::AccountId id) {
  const Account& account = state.account(id);
  const OwnerKind& kind = state.profile().kinds()[state.owner(base::ClientId(account.owner)).kind];
  return kind.available == account.position && !kind.structural;
}

// The accounts that shrink when a posting is taken back still have the money; but for what clients
// can spend: what is missing there the platform owes them, see lend_shortfall().
std::optional<Refusal> need_reversible_funds(const State& state, const Posting& p) {
  const auto debit_normal = [&](base::AccountId id) {
    return state.profile().classes()[state.account(id).class_index].debit_normal;
  };
  if (!debit_normal(p.credit) && !is_client(state, p.credit)) {
    if (auto refusal = need_funds(state, p.credit, p.amount)) return refusal;
  }
  return debit_normal(p.debit) ? need_funds(state, p.debit, p.amount) : std::nullopt;
}

HoldChange inverse(const HoldChange& change) {
  HoldChange back = change;
  const bool opened = change.op == HoldOp::kOpen || change.op == HoldOp::kReopen;
  back.op = opened ? HoldOp::kRelease : HoldOp::kReopen;
  return back;
}

// Whatever the inverse would take from a client beyond what there is comes from the platform's debt
// (1090) first, to be covered the same day (F23).
void lend_shortfall(const State& state, const Entry& target, Entry& draft) {
  std::map<base::AccountId, base::Int128> needed;
  for (const Posting& p : target.postings) {
    if (is_client(state, p.credit)) needed[p.credit] += p.amount.minor();
    if (is_client(state, p.debit)) needed[p.debit] -= p.amount.minor();
  }
  for (const auto& [account, amount] : needed) {
    const base::Int128 missing = amount - state.balance(account);
    if (missing <= 0) continue;
    post(draft, structural(state, "custody:shortfall"), account,
         base::Amount::of(static_cast<std::int64_t>(missing)));
  }
}

void book_inverse(const State& state, const Entry& target, Entry& draft) {
  for (const Posting& p : target.postings) {
    post(draft, p.credit, p.debit, p.amount, PostingKind::kReversal);
  }
  for (const FeeChange& fee : target.fees) {
    draft.fees.push_back({FeeOp::kGiveBack, fee.project, fee.amount});
  }
  for (const HoldChange& change : target.holds) {
    draft.holds.push_back(inverse(change));
    // A full project whose bid is taken back collects again.
    if (change.kind == HoldKind::kBid &&
        state.project(change.project).state == ProjectState::kFull) {
      draft.moves.push_back({change.project, ProjectState::kCollecting});
    }
  }
}

std::optional<Refusal> approve(const State& state, const Command& command, const Context& context,
                               Entry& draft) {
  const auto proposal = find_proposal(state, command);
  if (!proposal) return proposal.error();
  const std::string_view checker = command.text(Field::kOperator);
  if (checker == (*proposal)->maker) {
    return refuse(RefusalCode::kSameOperator, fmt::format("operator={}", checker));
  }
  if (context.target == nullptr || context.target->sequence != (*proposal)->target) {
    return refuse(RefusalCode::kUnknownEntry, fmt::format("entry={}", (*proposal)->target.value()));
  }
  const Entry& target = *context.target;
  if (auto refusal = need_reversible(state, target)) return refusal;
  for (const HoldChange& change : target.holds) {
    if (auto refusal = need_hold_unmoved(state, change)) return refusal;
  }
  for (const Posting& p : target.postings) {
    if (auto refusal = need_reversible_funds(state, p)) return refusal;
  }

  // From here the entry must succeed.
  lend_shortfall(state, target, draft);
  book_inverse(state, target, draft);
  draft.reversals.push_back({ReversalOp::kApproved, target.sequence, effective_flow(target),
                             context.target_hash, (*proposal)->id, (*proposal)->maker});
  return std::nullopt;
}

std::optional<Refusal> reject(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto proposal = find_proposal(state, command);
  if (!proposal) return proposal.error();
  const FlowCode flow =
      context.target == nullptr ? FlowCode::kGenesis : effective_flow(*context.target);

  // From here the entry must succeed. The maker may withdraw the own proposal this way.
  draft.reversals.push_back({ReversalOp::kRejected, (*proposal)->target, flow,
                             (*proposal)->target_hash, (*proposal)->id, (*proposal)->maker});
  return std::nullopt;
}

}  // namespace

const Flow kReversalPropose{FlowCode::kReversalPropose, kProposeFields, Needs::kTargetEntry,
                            propose};
const Flow kReversalApprove{FlowCode::kReversalApprove, kApproveFields, Needs::kProposedEntry,
                            approve};
const Flow kReversalReject{FlowCode::kReversalReject, kRejectFields, Needs::kProposedEntry, reject};

}  // namespace ledger::domain::flows
