// F6: a client asks for money. Amount and fee are frozen until the bank has decided; an amount
// above the profile's bound waits for operators first.
#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFields[] = {
    {Field::kClient, true}, {Field::kAmount, true}, {Field::kFee, false}, {Field::kFeeRule, false}};

std::optional<Refusal> decide(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  const base::Amount amount = command.amount(Field::kAmount);
  const base::Amount fee = command.amount(Field::kFee);
  const std::string_view rule = command.text(Field::kFeeRule);
  const FeeRule* covering = nullptr;
  if (!fee.is_zero()) {
    const auto found = find_fee_rule(state, rule, FlowCode::kWithdrawPay, client->id);
    if (!found) return found.error();
    covering = *found;
  }
  if (auto refusal = need_client_kind(state, *client)) return refusal;
  if (covering != nullptr) {
    if (auto refusal = need_fee_limit(*covering, fee, amount)) return refusal;
  }
  const auto whole = (amount + fee).to_amount();
  if (!whole) {
    return refuse(RefusalCode::kInsufficientFunds, fmt::format("requested={}", amount.minor()));
  }
  if (auto refusal = need_settled(state, client->available, *whole)) return refusal;
  const auto& review_above = state.profile().policy().review_above;
  const bool reviewed = review_above.has_value() && amount > *review_above;

  // From here the entry must succeed.
  post(draft, client->available, client->frozen, *whole);
  open_hold(state, draft, reviewed ? HoldKind::kWithdrawReview : HoldKind::kWithdrawal,
            client->frozen, client->available, amount);
  if (!fee.is_zero()) {
    open_hold(state, draft, HoldKind::kFee, client->frozen, client->available, fee);
    draft.holds.back().fee_rule = rule;
  }
  return std::nullopt;
}

}  // namespace

const Flow kWithdraw{FlowCode::kWithdraw, kFields, Needs::kNothing, decide};

}  // namespace ledger::domain::flows
