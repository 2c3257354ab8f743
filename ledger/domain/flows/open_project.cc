// Opens a project (标的): one borrower, one contract, one target, one repayment schedule.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {{Field::kProject, true},
                                 {Field::kBorrower, true},
                                 {Field::kTarget, true},
                                 {Field::kContractHash, true},
                                 {Field::kInstalments, true}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto borrower = find_client(state, command, Field::kBorrower);
  if (!borrower) return borrower.error();
  const std::string_view code = command.text(Field::kProject);
  if (state.find_project(code)) {
    return refuse(RefusalCode::kAlreadyExists, fmt::format("project={}", code));
  }
  const crypto::Digest contract = command.hash(Field::kContractHash);
  if (state.contract_used(contract)) {
    return refuse(RefusalCode::kContractReused, fmt::format("contract_hash={}", contract.hex()));
  }
  if (kind_name(state, borrower->id) != "borrower") {
    return refuse(RefusalCode::kWrongKind,
                  fmt::format("borrower={}", command.text(Field::kBorrower)));
  }
  const base::Amount target = command.amount(Field::kTarget);
  const std::vector<Instalment> schedule = command.schedule();
  base::Total principal;
  for (const Instalment& i : schedule) principal += i.principal;
  if (principal != base::Total(target)) {
    return refuse(
        RefusalCode::kScheduleMismatch,
        fmt::format("target={} principal={}", target.minor(), base::to_string(principal.minor())));
  }
  if (state.owner(borrower->id).has(OwnerFlag::kRelatedParty)) {
    return refuse(RefusalCode::kRelatedParty,
                  fmt::format("borrower={}", command.text(Field::kBorrower)));
  }
  if (auto refusal = need_cap(state, borrower->id, target)) return refusal;

  // From here the entry must succeed.
  ProjectOpened& project = draft.projects.emplace_back();
  project.id = base::ProjectId(state.project_count() + 1);
  project.borrower = borrower->id;
  project.target = target;
  project.contract = contract;
  project.code = code;
  project.instalments = schedule;
  return std::nullopt;
}

}  // namespace

const Flow kOpenProject{FlowCode::kOpenProject, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
