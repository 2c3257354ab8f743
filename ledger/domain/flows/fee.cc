// F14: the platform's fee from the borrower, after the loan was paid out gross, under a fee rule.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kClient, true},
                                 {Field::kProject, true},
                                 {Field::kAmount, true},
                                 {Field::kFeeRule, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const base::Amount amount = command.amount(Field::kAmount);
  const auto rule = find_fee_rule(state, command.text(Field::kFeeRule), FlowCode::kFee, client->id);
  if (!rule) return rule.error();
  if (project.borrower != client->id) {
    return refuse(RefusalCode::kWrongKind, fmt::format("client={} is not the borrower of {}",
                                                       command.text(Field::kClient), project.code));
  }
  if (project.disbursed == 0) {
    return refuse(RefusalCode::kWrongProjectState,
                  fmt::format("project={} state={}", project.code, name_of(project.state)));
  }
  // The rule limits what the project pays altogether, in however many parts.
  const auto all = (base::Total::from_minor(project.fees) + base::Total(amount)).to_amount();
  if (!all) return refuse(RefusalCode::kFeeExceedsRule, fmt::format("taken={}", project.fees));
  if (auto refusal = need_fee_limit(**rule, *all, project.target)) return refusal;
  if (auto refusal = need_funds(state, client->available, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, client->available, structural(state, "platform:fee"), amount, PostingKind::kFee);
  draft.fees.push_back({FeeOp::kTake, *id, amount});
  return std::nullopt;
}

}  // namespace

const Flow kFee{FlowCode::kFee, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
