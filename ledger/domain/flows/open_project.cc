// Opens a project (标的): one borrower, one contract, one target, one repayment schedule, given as
// instalments or computed from a method, a rate and a number of months (schedule.h). It may name a
// guarantor, and a payee to whom alone the loan may be paid out.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"
#include "ledger/domain/schedule.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kProject, true},      {Field::kBorrower, true},     {Field::kTarget, true},
    {Field::kContractHash, true}, {Field::kInstalments, false}, {Field::kMethod, false},
    {Field::kRatePpm, false},     {Field::kTerms, false},       {Field::kFirstDue, false},
    {Field::kGuarantor, false},   {Field::kPayee, false}};

base::Result<std::vector<Instalment>, Refusal> schedule_of(const Command& command) {
  const auto mismatch = [](std::string detail) {
    return base::fail(refuse(RefusalCode::kScheduleMismatch, std::move(detail)));
  };
  const base::Amount target = command.amount(Field::kTarget);
  const bool terms = command.has(Field::kMethod) || command.has(Field::kRatePpm) ||
                     command.has(Field::kTerms) || command.has(Field::kFirstDue);
  if (terms == command.has(Field::kInstalments)) {
    return mismatch("give either instalments or method, rate_ppm, terms and first_due");
  }
  if (terms) {
    const auto method = method_from_name(command.text(Field::kMethod));
    if (!method) return mismatch(fmt::format("method={}", command.text(Field::kMethod)));
    return make_schedule({*method, target, command.count(Field::kRatePpm),
                          command.count(Field::kTerms), command.date(Field::kFirstDue)});
  }
  std::vector<Instalment> schedule = command.schedule();
  base::Total principal;
  for (const Instalment& i : schedule) principal += i.principal;
  if (principal != base::Total(target)) {
    return mismatch(
        fmt::format("target={} principal={}", target.minor(), base::to_string(principal.minor())));
  }
  return schedule;
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto borrower = find_client(state, command, Field::kBorrower);
  if (!borrower) return borrower.error();
  base::ClientId guarantor;
  if (command.has(Field::kGuarantor)) {
    const auto found = find_client(state, command, Field::kGuarantor);
    if (!found) return found.error();
    guarantor = found->id;
  }
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
  const bool guaranteed = !guarantor.is_none();
  if (guaranteed && (kind_name(state, guarantor) != "guarantor" ||
                     state.owner(guarantor).currency != state.owner(borrower->id).currency)) {
    return refuse(RefusalCode::kWrongKind,
                  fmt::format("guarantor={}", command.text(Field::kGuarantor)));
  }
  const base::Amount target = command.amount(Field::kTarget);
  const auto schedule = schedule_of(command);
  if (!schedule && schedule.error().code == RefusalCode::kScheduleMismatch) {
    return schedule.error();
  }
  if (state.owner(borrower->id).has(OwnerFlag::kRelatedParty)) {
    return refuse(RefusalCode::kRelatedParty,
                  fmt::format("borrower={}", command.text(Field::kBorrower)));
  }
  if (guaranteed && state.owner(guarantor).has(OwnerFlag::kRelatedParty)) {
    return refuse(RefusalCode::kRelatedParty,
                  fmt::format("guarantor={}", command.text(Field::kGuarantor)));
  }
  if (auto refusal = need_cap(state, borrower->id, target)) return refusal;
  if (!schedule) return schedule.error();
  if (!is_allocatable(*schedule)) {
    return refuse(RefusalCode::kLoanTooLarge, fmt::format("target={}", target.minor()));
  }

  // From here the entry must succeed.
  ProjectOpened& project = draft.projects.emplace_back();
  project.id = base::ProjectId(state.project_count() + 1);
  project.borrower = borrower->id;
  project.target = target;
  project.contract = contract;
  project.code = code;
  project.instalments = *schedule;
  project.guarantor = guarantor;
  project.payee = command.text(Field::kPayee);
  return std::nullopt;
}

}  // namespace

const Flow kOpenProject{FlowCode::kOpenProject, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
