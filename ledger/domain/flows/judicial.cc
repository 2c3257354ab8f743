// F29, F30: a court freezes a client's money, and later lets it go or takes it. What is there is
// set aside at once; what the order names beyond that waits as a restriction on whatever comes in
// (轮候), behind the orders that were there before it. An order ends with its last day.
//
// Only settled money is set aside: what a channel still owes the bank cannot be paid to a court. It
// is under the restriction all the same, so nobody else gets it.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/domain/flows/common.h"

namespace ledger::domain::flows {
namespace {

constexpr FlowField kFreezeFields[] = {{Field::kClient, true},
                                       {Field::kAmount, true},
                                       {Field::kEvidence, true},
                                       {Field::kExpires, true}};
constexpr FlowField kReleaseFields[] = {{Field::kOrder, true}, {Field::kAmount, false}};
constexpr FlowField kCatchFields[] = {{Field::kOrder, true}};
constexpr FlowField kDeductFields[] = {
    {Field::kOrder, true}, {Field::kAmount, true}, {Field::kEvidence, true}};

// Settled money on the account that nothing with a better claim keeps back: of restrictions all but
// the waiting orders from `rank` on.
std::int64_t reachable(const State& state, base::AccountId account, base::HoldId rank) {
  std::int64_t left = state.balance(account) - state.account(account).credits_pending;
  for (const Hold* hold : state.restrictions_on(account)) {
    if (hold->kind != HoldKind::kJudicialWaiting || hold->id < rank) left -= hold->remaining;
  }
  return std::max<std::int64_t>(0, left);
}

// Adds to what is frozen under the order.
void set_aside(const State& state, Entry& draft, base::AccountId available, base::Amount amount,
               std::string_view order, base::Date expires) {
  const Party client = party_of(state, base::ClientId(state.account(available).owner));
  post(draft, available, client.frozen, amount);
  set_aside_again(state, draft, HoldKind::kJudicial, order, client.frozen, available, amount,
                  base::ProjectId(), expires);
}

std::optional<Refusal> freeze(const State& state, const Command& command, const Context&,
                              Entry& draft) {
  const auto client = find_client(state, command);
  if (!client) return client.error();
  if (auto refusal = need_client_kind(state, *client)) return refusal;
  const base::Date expires = command.date(Field::kExpires);
  if (auto refusal = need_not_over(state, expires)) return refusal;

  // From here the entry must succeed.
  const std::int64_t wanted = command.amount(Field::kAmount).minor();
  const base::HoldId last(state.next_hold());
  const std::int64_t now = std::min(wanted, reachable(state, client->available, last));
  if (now > 0) {
    set_aside(state, draft, client->available, base::Amount::of(now), command.id, expires);
  }
  if (now < wanted) {
    open_hold(state, draft, HoldKind::kJudicialWaiting, client->available, client->available,
              base::Amount::of(wanted - now));
    draft.holds.back().expires = expires;
  }
  return std::nullopt;
}

std::optional<Refusal> release(const State& state, const Command& command, const Context& context,
                               Entry& draft) {
  const std::string_view order = command.text(Field::kOrder);
  const Hold* waiting = state.find_hold(order, HoldKind::kJudicialWaiting);
  const Hold* frozen = state.find_hold(order, HoldKind::kJudicial);
  if (waiting == nullptr && frozen == nullptr) {
    return find_order(state, command, context, HoldKind::kJudicial).error();
  }
  const auto of = [](const Hold* hold) { return hold == nullptr ? 0 : hold->remaining; };
  const base::Total all =
      base::Total::from_minor(of(waiting)) + base::Total::from_minor(of(frozen));
  const base::Total wanted =
      command.has(Field::kAmount) ? base::Total(command.amount(Field::kAmount)) : all;
  if (wanted > all) {
    return refuse(RefusalCode::kAmountMismatch,
                  fmt::format("order={} amount={} requested={}", order,
                              base::to_string(all.minor()), base::to_string(wanted.minor())));
  }

  // From here the entry must succeed. What was not there is let go first.
  const auto whole = static_cast<std::int64_t>(wanted.minor());
  const std::int64_t from_waiting = std::min(whole, of(waiting));
  const std::int64_t from_frozen = whole - from_waiting;
  if (from_waiting > 0) {
    use_hold(draft, HoldOp::kRelease, *waiting, base::Amount::of(from_waiting));
  }
  if (from_frozen > 0) {
    post(draft, frozen->account, frozen->beneficiary, base::Amount::of(from_frozen));
    use_hold(draft, HoldOp::kRelease, *frozen, base::Amount::of(from_frozen));
  }
  return std::nullopt;
}

std::optional<Refusal> catch_up(const State& state, const Command& command, const Context& context,
                                Entry& draft) {
  const auto waiting = find_order(state, command, context, HoldKind::kJudicialWaiting);
  if (!waiting) return waiting.error();
  const Hold& hold = **waiting;
  const std::int64_t there = reachable(state, hold.account, hold.id);
  if (there == 0) {
    return refuse(RefusalCode::kInsufficientFunds,
                  fmt::format("order={} waiting={} available=0", hold.order, hold.remaining));
  }
  if (auto refusal = need_not_over(state, hold.expires)) return refusal;

  // From here the entry must succeed.
  const base::Amount amount = base::Amount::of(std::min(there, hold.remaining));
  use_hold(draft, HoldOp::kRelease, hold, amount);
  set_aside(state, draft, hold.account, amount, hold.order, hold.expires);
  return std::nullopt;
}

// On its way to the court the money is as that of a withdrawal under this command's id:
// withdraw_pay books it out, and if the bank cannot pay it, withdraw_fail freezes it again, until
// the same day.
std::optional<Refusal> deduct(const State& state, const Command& command, const Context& context,
                              Entry& draft) {
  const auto frozen = find_order(state, command, context, HoldKind::kJudicial);
  if (!frozen) return frozen.error();
  const Hold& hold = **frozen;
  const base::Amount amount = command.amount(Field::kAmount);
  if (auto refusal = need_within(hold, amount)) return refusal;
  if (auto refusal = need_not_over(state, hold.expires)) return refusal;

  // From here the entry must succeed.
  const Party client = party_of(state, base::ClientId(state.account(hold.account).owner));
  post(draft, client.frozen, client.withdrawing, amount);
  use_hold(draft, HoldOp::kCapture, hold, amount);
  open_hold(state, draft, HoldKind::kWithdrawTransit, client.withdrawing, client.frozen, amount);
  draft.holds.back().expires = hold.expires;
  return std::nullopt;
}

}  // namespace

const Flow kJudicialFreeze{FlowCode::kJudicialFreeze, kFreezeFields, Needs::kNothing, freeze};
const Flow kJudicialRelease{FlowCode::kJudicialRelease, kReleaseFields, Needs::kNothing, release};
const Flow kJudicialCatch{FlowCode::kJudicialCatch, kCatchFields, Needs::kNothing, catch_up};
const Flow kJudicialDeduct{FlowCode::kJudicialDeduct, kDeductFields, Needs::kNothing, deduct};

}  // namespace ledger::domain::flows
