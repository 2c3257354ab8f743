// F15: entrusted payment (受托支付). The loan's money goes to the payee that the project declared
// when it was opened, and nowhere else; withdraw_accept is not needed, the order is on its way.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kProject, true}, {Field::kPayee, true}, {Field::kAmount, true}};

// As need_settled(), of an account on which `amount` less is restricted afterwards.
std::optional<Refusal> need_freed(const State& state, base::AccountId id, base::Amount amount) {
  const Account& account = state.account(id);
  const base::Int128 usable =
      base::Int128{state.balance(id)} - account.debits_pending + amount.minor();
  const base::Int128 settled = usable - account.credits_pending;
  if (settled >= amount.minor()) return std::nullopt;
  const bool funds = usable >= amount.minor();
  return refuse(
      funds ? RefusalCode::kUnsettledFunds : RefusalCode::kInsufficientFunds,
      fmt::format("account={} available={} unsettled={} requested={}", state.account_code(id),
                  base::to_string(usable), account.credits_pending, amount.minor()));
}

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto id = find_project(state, command);
  if (!id) return id.error();
  const Project& project = state.project(*id);
  const base::Amount amount = command.amount(Field::kAmount);
  if (project.disbursed == 0) {
    return refuse(RefusalCode::kWrongProjectState,
                  fmt::format("project={} state={}", project.code, name_of(project.state)));
  }
  if (project.payee.empty() || command.text(Field::kPayee) != project.payee) {
    return refuse(RefusalCode::kPayeeMismatch, fmt::format("project={}", project.code));
  }
  base::Total entrusted;
  for (const base::HoldId hold : project.entrusted) {
    entrusted += base::Total::from_minor(state.find_hold(hold)->remaining);
  }
  if (base::Total(amount) > entrusted) {
    return refuse(RefusalCode::kInsufficientFunds,
                  fmt::format("entrusted={} requested={}", base::to_string(entrusted.minor()),
                              amount.minor()));
  }
  const Party borrower = party_of(state, project.borrower);
  if (auto refusal = need_freed(state, borrower.available, amount)) return refusal;

  // From here the entry must succeed.
  post(draft, borrower.available, borrower.withdrawing, amount);
  std::int64_t left = amount.minor();
  for (const base::HoldId hold : project.entrusted) {
    const Hold& open = *state.find_hold(hold);
    const std::int64_t part = std::min(left, open.remaining);
    if (part > 0) use_hold(draft, HoldOp::kCapture, open, base::Amount::of(part));
    left -= part;
  }
  open_hold(state, draft, HoldKind::kWithdrawTransit, borrower.withdrawing, borrower.available,
            amount);
  draft.holds.back().project = *id;
  return std::nullopt;
}

}  // namespace

const Flow kEntrustedPay{FlowCode::kEntrustedPay, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
