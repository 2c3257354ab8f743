// Four eyes: any command that needs two operators is proposed by one and approved, or rejected, by
// another. The approval carries the effects of the proposed command, which is decided anew: what
// was right when it was proposed may not be so any more. A proposal has an end, after which the
// day-roll closes it.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kProposeFields[] = {{Field::kProposed, true},
                                        {Field::kOperator, true},
                                        {Field::kReason, false},
                                        {Field::kExpires, false}};
constexpr FlowField kApproveFields[] = {{Field::kProposal, true}, {Field::kOperator, true}};
constexpr FlowField kRejectFields[] = {
    {Field::kProposal, true}, {Field::kOperator, true}, {Field::kReason, false}};
constexpr FlowField kExpireFields[] = {{Field::kProposal, true}};

// Proposals are how two operators act: they cannot wait for each other.
bool can_be_proposed(FlowCode flow) {
  switch (flow) {
    case FlowCode::kPropose:
    case FlowCode::kApprove:
    case FlowCode::kReject:
    case FlowCode::kProposalExpire:
    case FlowCode::kReversalPropose:
    case FlowCode::kReversalApprove:
    case FlowCode::kReversalReject:
      return false;
    default:
      return true;
  }
}

// The maker sees at once what would be refused.
std::optional<Refusal> try_out(const State& state, const Command& proposed, const Context& context,
                               const Entry& draft) {
  if (!can_be_proposed(proposed.flow)) {
    return refuse(RefusalCode::kPolicyForbids, fmt::format("flow={}", name_of(proposed.flow)));
  }
  if (auto refusal = need_authority(state, proposed)) return refusal;
  Entry scratch = draft;
  return flow_of(proposed.flow).decide(state, proposed, context, scratch);
}

std::optional<Refusal> propose(const State& state, const Command& command, const Context& context,
                               Entry& draft) {
  const auto proposed = proposed_command(state, command);
  LEDGER_CHECK(proposed.has_value());
  const base::Date today = state.business_date();
  const base::Date expires = command.has(Field::kExpires)
                                 ? command.date(Field::kExpires)
                                 : today.plus_days(state.profile().policy().proposal_days);
  if (expires < today) {
    return refuse(RefusalCode::kExpired, fmt::format("expires={}", format(expires)));
  }
  if (auto refusal = try_out(state, *proposed, context, draft)) return refusal;

  // From here the entry must succeed.
  draft.proposals.push_back({ProposalOp::kProposed, proposed->flow, expires, command.id,
                             std::string(command.text(Field::kOperator)), proposed->body});
  return std::nullopt;
}

// The open proposal of two operators; reversals have their own flows.
base::Result<const Proposal*, Refusal> find_open(const State& state, const Command& command) {
  const std::string_view id = command.text(Field::kProposal);
  const Proposal* proposal = state.find_proposal(id);
  if (proposal == nullptr || proposal->flow == FlowCode::kGenesis) {
    return base::fail(refuse(RefusalCode::kUnknownOrder, fmt::format("proposal={}", id)));
  }
  if (proposal->status != ProposalOp::kProposed) {
    return base::fail(refuse(RefusalCode::kProposalClosed,
                             fmt::format("proposal={} is {}", id, name_of(proposal->status))));
  }
  return proposal;
}

ProposalStep step_of(ProposalOp op, const Proposal& proposal) {
  return {op, proposal.flow, proposal.expires, proposal.id, proposal.maker, proposal.body};
}

std::optional<Refusal> approve(const State& state, const Command& command, const Context& context,
                               Entry& draft) {
  const auto proposal = find_open(state, command);
  if (!proposal) return proposal.error();
  const std::string_view checker = command.text(Field::kOperator);
  if (checker == (*proposal)->maker) {
    return refuse(RefusalCode::kSameOperator, fmt::format("operator={}", checker));
  }
  if (state.business_date() > (*proposal)->expires) {
    return refuse(
        RefusalCode::kProposalExpired,
        fmt::format("proposal={} expires={}", (*proposal)->id, format((*proposal)->expires)));
  }
  const auto proposed = proposed_command(state, command);
  LEDGER_CHECK(proposed.has_value());
  if (auto refusal = need_authority(state, *proposed)) return refusal;
  const base::Date value_date = proposed->date(Field::kValueDate);
  if (auto refusal = flow_of(proposed->flow).decide(state, *proposed, context, draft)) {
    return refusal;
  }

  // From here the entry must succeed.
  if (!value_date.is_none()) draft.value_date = value_date;
  draft.proposals.push_back(step_of(ProposalOp::kApproved, **proposal));
  return std::nullopt;
}

// The maker may withdraw the own proposal this way.
std::optional<Refusal> reject(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto proposal = find_open(state, command);
  if (!proposal) return proposal.error();
  draft.proposals.push_back(step_of(ProposalOp::kRejected, **proposal));
  return std::nullopt;
}

std::optional<Refusal> expire(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto proposal = find_open(state, command);
  if (!proposal) return proposal.error();
  if (state.business_date() <= (*proposal)->expires) {
    return refuse(RefusalCode::kNotExpired, fmt::format("proposal={} expires={}", (*proposal)->id,
                                                        format((*proposal)->expires)));
  }
  draft.proposals.push_back(step_of(ProposalOp::kExpired, **proposal));
  return std::nullopt;
}

}  // namespace

const Flow kPropose{FlowCode::kPropose, kProposeFields, Needs::kProposed, propose};
const Flow kApprove{FlowCode::kApprove, kApproveFields, Needs::kProposed, approve};
const Flow kReject{FlowCode::kReject, kRejectFields, Needs::kNothing, reject};
const Flow kProposalExpire{FlowCode::kProposalExpire, kExpireFields, Needs::kNothing, expire};

}  // namespace ledger::domain::flows
