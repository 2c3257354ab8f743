#include "ledger/domain/entry.h"

#include "ledger/domain/command.h"

namespace ledger::domain {
namespace {

const ProposalStep* executed(const Entry& e) {
  const bool one = e.proposals.size() == 1 && e.proposals[0].op == ProposalOp::kApproved;
  return one ? &e.proposals[0] : nullptr;
}

}  // namespace

FlowCode effective_flow(const Entry& e) {
  const ProposalStep* step = executed(e);
  return step == nullptr ? e.flow : step->flow;
}

std::string_view effective_body(const Entry& e) {
  const ProposalStep* step = executed(e);
  return step == nullptr ? std::string_view(e.command) : std::string_view(step->body);
}

Authority effective_authority(const Entry& e) {
  const ProposalStep* step = executed(e);
  return step == nullptr ? e.authority : authority_of(step->body);
}

void Entry::clear() {
  command_id.clear();
  operator_name.clear();
  command.clear();
  detail.clear();
  postings.clear();
  owners.clear();
  holds.clear();
  projects.clear();
  moves.clear();
  instalments.clear();
  claims.clear();
  reversals.clear();
  profiles.clear();
  cut_offs.clear();
  fees.clear();
  proposals.clear();
  voided.clear();
  overdue.clear();
  owner_changes.clear();
  switches.clear();
  alerts.clear();
  flow = FlowCode::kGenesis;
  outcome = Outcome::kCommitted;
  authority = Authority::kNone;
  allocation_version = 0;
  refusal = 0;
  profile_version = 0;
  sequence = {};
  time = {};
  business_date = {};
  value_date = {};
}

bool is_of_one_operator(const Entry& entry) {
  return entry.authority == Authority::kOperators && !entry.postings.empty() &&
         entry.flow != FlowCode::kApprove && entry.flow != FlowCode::kReversalApprove;
}

}  // namespace ledger::domain
