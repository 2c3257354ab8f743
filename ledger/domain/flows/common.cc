#include "ledger/domain/flows/common.h"

#include <algorithm>

#include <fmt/format.h>

namespace ledger::domain::flows {

using base::fail;

Refusal refuse(RefusalCode code, std::string detail) { return {code, std::move(detail)}; }

std::string_view kind_name(const State& state, base::ClientId id) {
  return state.profile().kinds()[state.owner(id).kind].name;
}

Party party_of(const State& state, base::ClientId id) {
  const Owner& owner = state.owner(id);
  const OwnerKind& kind = state.profile().kinds()[owner.kind];
  const auto account = [&](std::optional<std::uint16_t> position) {
    return position ? base::AccountId(owner.first_account + *position) : base::AccountId();
  };
  return {id, account(kind.available), account(kind.frozen), account(kind.withdrawing)};
}

base::Result<Party, Refusal> find_client(const State& state, const Command& command, Field field) {
  const std::string_view code = command.text(field);
  const auto id = state.find_owner(code);
  if (!id) return fail(refuse(RefusalCode::kUnknownClient, fmt::format("client={}", code)));
  return party_of(state, *id);
}

std::optional<Refusal> need_client_kind(const State& state, const Party& party) {
  if (!party.available.is_none() && !party.frozen.is_none() && !party.withdrawing.is_none()) {
    return std::nullopt;
  }
  return refuse(RefusalCode::kWrongKind, fmt::format("client={}", state.owner(party.id).code));
}

base::Result<base::ProjectId, Refusal> find_project(const State& state, const Command& command) {
  const std::string_view code = command.text(Field::kProject);
  const auto id = state.find_project(code);
  if (!id) return fail(refuse(RefusalCode::kUnknownProject, fmt::format("project={}", code)));
  return *id;
}

base::Result<const Hold*, Refusal> find_order(const State& state, const Command& command,
                                              const Context& context, HoldKind kind) {
  const std::string_view order = command.text(Field::kOrder);
  const Hold* hold = state.find_hold(order, kind);
  if (hold != nullptr) return hold;
  const bool known = context.orders != nullptr && context.orders->exists(order);
  return fail(refuse(known ? RefusalCode::kOrderClosed : RefusalCode::kUnknownOrder,
                     fmt::format("order={} has no open {}", order, name_of(kind))));
}

base::AccountId structural(const State& state, std::string_view code) {
  const auto account = state.find_account(code);
  LEDGER_CHECK(account.has_value());
  return *account;
}

void post(Entry& draft, base::AccountId debit, base::AccountId credit, base::Amount amount,
          PostingKind kind) {
  draft.postings.push_back({debit, credit, amount, kind});
}

void open_hold(const State& state, Entry& draft, HoldKind kind, base::AccountId account,
               base::AccountId beneficiary, base::Amount amount) {
  std::uint64_t next = state.next_hold();
  for (const HoldChange& h : draft.holds) next += h.op == HoldOp::kOpen ? 1 : 0;
  HoldChange& change = draft.holds.emplace_back();
  change.op = HoldOp::kOpen;
  change.kind = kind;
  change.id = base::HoldId(next);
  change.account = account;
  change.beneficiary = beneficiary;
  change.amount = amount;
  change.order = draft.command_id;
}

void use_hold(Entry& draft, HoldOp op, const Hold& hold, base::Amount amount) {
  draft.holds.push_back({op, hold.kind, hold.id, hold.account, hold.beneficiary, hold.project,
                         hold.instalment, amount, hold.order, hold.fee_rule});
}

std::optional<Refusal> need_whole(const Hold& hold, base::Amount amount) {
  if (amount.minor() == hold.remaining) return std::nullopt;
  return refuse(
      RefusalCode::kAmountMismatch,
      fmt::format("order={} amount={} requested={}", hold.order, hold.remaining, amount.minor()));
}

std::optional<Refusal> need_funds(const State& state, base::AccountId account,
                                  base::Amount amount) {
  const std::int64_t available = state.balance(account);
  if (available >= amount.minor()) return std::nullopt;
  return refuse(RefusalCode::kInsufficientFunds,
                fmt::format("account={} available={} requested={}", state.account_code(account),
                            available, amount.minor()));
}

std::optional<Refusal> need_settled(const State& state, base::AccountId account,
                                    base::Amount amount) {
  if (auto refusal = need_funds(state, account, amount)) return refusal;
  const std::int64_t unsettled = state.account(account).credits_pending;
  const std::int64_t settled = std::max<std::int64_t>(0, state.balance(account) - unsettled);
  if (settled >= amount.minor()) return std::nullopt;
  return refuse(RefusalCode::kUnsettledFunds,
                fmt::format("account={} settled={} unsettled={} requested={}",
                            state.account_code(account), settled, unsettled, amount.minor()));
}

std::optional<Refusal> need_cap(const State& state, base::ClientId borrower, base::Amount more) {
  const Owner& owner = state.owner(borrower);
  const base::Amount cap = owner.has(OwnerFlag::kLegalPerson) ? state.profile().cap_legal()
                                                              : state.profile().cap_natural();
  if (base::Total::from_minor(owner.outstanding) + base::Total(more) <= base::Total(cap)) {
    return std::nullopt;
  }
  return refuse(RefusalCode::kCapExceeded,
                fmt::format("borrower={} cap={} outstanding={} requested={}", owner.code,
                            cap.minor(), owner.outstanding, more.minor()));
}

base::Result<const FeeRule*, Refusal> find_fee_rule(const State& state, std::string_view rule_id,
                                                    FlowCode flow, base::ClientId payer) {
  const FeeRule* rule = state.profile().fee_rule(rule_id);
  if (rule == nullptr || rule->flow != flow || rule->payer_kind != kind_name(state, payer)) {
    return fail(refuse(RefusalCode::kUnknownFeeRule, fmt::format("fee_rule={}", rule_id)));
  }
  return rule;
}

std::optional<Refusal> need_fee_limit(const FeeRule& rule, base::Amount fee,
                                      base::Amount base_amount) {
  const base::Amount limit = Profile::fee_limit(rule, base_amount);
  if (fee <= limit) return std::nullopt;
  return refuse(RefusalCode::kFeeExceedsRule, fmt::format("fee_rule={} limit={} requested={}",
                                                          rule.id, limit.minor(), fee.minor()));
}

}  // namespace ledger::domain::flows
