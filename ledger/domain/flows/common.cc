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

base::Result<base::AccountId, Refusal> find_channel(const State& state, const Command& command) {
  const std::string_view channel = command.text(Field::kChannel);
  std::string account = "channel:";
  account.append(channel).append(":in_transit");
  const auto transit = state.find_account(account);
  if (transit) return *transit;
  return fail(refuse(RefusalCode::kUnknownChannel, fmt::format("channel={}", channel)));
}

base::Result<base::ProjectId, Refusal> find_project(const State& state, const Command& command) {
  const std::string_view code = command.text(Field::kProject);
  const auto id = state.find_project(code);
  if (!id) return fail(refuse(RefusalCode::kUnknownProject, fmt::format("project={}", code)));
  return *id;
}

base::Result<const Hold*, Refusal> find_order(const State& state, const Command& command,
                                              const Context& context, HoldKind kind) {
  return find_order(state, command, context, {kind});
}

base::Result<const Hold*, Refusal> find_order(const State& state, const Command& command,
                                              const Context& context,
                                              std::initializer_list<HoldKind> kinds) {
  const std::string_view order = command.text(Field::kOrder);
  for (const HoldKind kind : kinds) {
    if (const Hold* hold = state.find_hold(order, kind)) return hold;
  }
  const bool known = context.orders != nullptr && context.orders->exists(order);
  return fail(refuse(known ? RefusalCode::kOrderClosed : RefusalCode::kUnknownOrder,
                     fmt::format("order={} has no open {}", order, name_of(*kinds.begin()))));
}

base::Result<Returned, Refusal> find_returned(const State& state, const Command& command,
                                              const Context& context, FlowCode flow,
                                              base::AccountId payer) {
  const std::uint64_t sequence = command.count(Field::kEntry);
  if (context.target == nullptr) {
    return fail(refuse(RefusalCode::kUnknownEntry, fmt::format("entry={}", sequence)));
  }
  const Entry& target = *context.target;
  const bool fits = target.committed() && effective_flow(target) == flow;
  const HoldChange* moved = nullptr;
  if (fits) {
    // The captured hold of the client's order; a fee that was taken with it is another matter.
    const auto at = std::find_if(target.holds.begin(), target.holds.end(), [](const HoldChange& h) {
      return h.op == HoldOp::kCapture && h.kind != HoldKind::kFee;
    });
    LEDGER_CHECK(at != target.holds.end());
    moved = &*at;
    const base::Amount amount = command.amount(Field::kAmount);
    if (payer.is_none() ? amount > moved->amount : amount != moved->amount) {
      return fail(refuse(RefusalCode::kAmountMismatch,
                         fmt::format("entry={} amount={} requested={}", sequence,
                                     moved->amount.minor(), amount.minor())));
    }
    if (!payer.is_none()) {
      if (auto refusal = need_funds(state, payer, amount)) return fail(*std::move(refusal));
    }
  }
  if (command.hash(Field::kEntryHash) != context.target_hash) {
    return fail(refuse(RefusalCode::kHashMismatch, fmt::format("entry={}", sequence)));
  }
  if (!fits) {
    return fail(refuse(RefusalCode::kNotReversible,
                       fmt::format("entry={} is no {}", sequence, name_of(flow))));
  }
  if (state.is_reversed(target.sequence)) {
    return fail(refuse(RefusalCode::kAlreadyReversed, fmt::format("entry={}", sequence)));
  }
  return Returned{moved->beneficiary, moved->project, moved->order};
}

void mark_returned(const Context& context, Entry& draft) {
  draft.reversals.push_back({ReversalOp::kReturned, context.target->sequence,
                             effective_flow(*context.target), context.target_hash, draft.command_id,
                             draft.operator_name});
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
                         hold.instalment, amount, hold.order, hold.fee_rule, hold.expires,
                         base::Amount::of(hold.principal)});
}

std::optional<Refusal> need_authority(const State& state, const Command& command) {
  const FlowRules* rules = state.profile().rules_of(command.flow);
  const Authority authority = command.authority();
  if (rules != nullptr && std::find(rules->authorities.begin(), rules->authorities.end(),
                                    authority) != rules->authorities.end()) {
    return std::nullopt;
  }
  return Refusal{RefusalCode::kAuthorityForbidden,
                 fmt::format("flow={} authority={}", name_of(command.flow), name_of(authority))};
}

void change_kind(const State& state, Entry& draft, const Hold& hold, HoldKind kind) {
  const base::Amount amount = base::Amount::of(hold.remaining);
  use_hold(draft, HoldOp::kRelease, hold, amount);
  open_hold(state, draft, kind, hold.account, hold.beneficiary, amount);
  HoldChange& opened = draft.holds.back();
  opened.order = hold.order;
  opened.project = hold.project;
  opened.expires = hold.expires;
}

void set_aside_again(const State& state, Entry& draft, HoldKind kind, std::string_view order,
                     base::AccountId account, base::AccountId beneficiary, base::Amount amount,
                     base::ProjectId project, base::Date expires) {
  if (const Hold* open = state.find_hold(order, kind)) {
    use_hold(draft, HoldOp::kReopen, *open, amount);
    return;
  }
  open_hold(state, draft, kind, account, beneficiary, amount);
  HoldChange& opened = draft.holds.back();
  opened.order = order;
  opened.project = project;
  opened.expires = expires;
}

void take_from_client(const State& state, Entry& draft, base::AccountId available,
                      base::AccountId credit, base::Amount amount) {
  const std::int64_t taken = std::min(amount.minor(), state.usable(available));
  if (taken > 0) post(draft, available, credit, base::Amount::of(taken));
  const std::int64_t missing = amount.minor() - taken;
  if (missing > 0) {
    post(draft, structural(state, "custody:shortfall"), credit, base::Amount::of(missing));
  }
}

std::optional<Refusal> need_whole(const Hold& hold, base::Amount amount) {
  if (amount.minor() == hold.remaining) return std::nullopt;
  return refuse(
      RefusalCode::kAmountMismatch,
      fmt::format("order={} amount={} requested={}", hold.order, hold.remaining, amount.minor()));
}

std::optional<Refusal> need_within(const Hold& hold, base::Amount amount) {
  if (amount.minor() <= hold.remaining) return std::nullopt;
  return refuse(
      RefusalCode::kAmountMismatch,
      fmt::format("order={} left={} requested={}", hold.order, hold.remaining, amount.minor()));
}

std::optional<Refusal> need_currency(const State& state, base::AccountId account,
                                     base::AccountId other, std::string_view what) {
  if (state.account(account).currency_index == state.account(other).currency_index) {
    return std::nullopt;
  }
  return refuse(RefusalCode::kWrongKind, fmt::format("{} currency", what));
}

std::optional<Refusal> need_movement(const State& state, FlowCode flow, base::AccountId debit,
                                     base::AccountId credit, std::string_view what) {
  const std::uint8_t from = state.account(debit).class_index;
  const std::uint8_t to = state.account(credit).class_index;
  if (state.profile().matrix(flow, from, to) != nullptr) return std::nullopt;
  return refuse(RefusalCode::kWrongKind, fmt::format("{} is not for {}", what, name_of(flow)));
}

std::optional<Refusal> need_not_over(const State& state, base::Date expires) {
  if (expires.is_none() || state.business_date() <= expires) return std::nullopt;
  return refuse(RefusalCode::kExpired, fmt::format("expires={}", format(expires)));
}

std::optional<Refusal> need_funds(const State& state, base::AccountId account,
                                  base::Amount amount) {
  const std::int64_t available = state.usable(account);
  if (available >= amount.minor()) return std::nullopt;
  return refuse(RefusalCode::kInsufficientFunds,
                fmt::format("account={} available={} requested={}", state.account_code(account),
                            available, amount.minor()));
}

std::optional<Refusal> need_settled(const State& state, base::AccountId account,
                                    base::Amount amount) {
  if (auto refusal = need_funds(state, account, amount)) return refusal;
  const std::int64_t unsettled = state.account(account).credits_pending;
  const std::int64_t settled = std::max<std::int64_t>(0, state.usable(account) - unsettled);
  if (settled >= amount.minor()) return std::nullopt;
  return refuse(RefusalCode::kUnsettledFunds,
                fmt::format("account={} settled={} unsettled={} requested={}",
                            state.account_code(account), settled, unsettled, amount.minor()));
}

std::optional<Refusal> need_cap(const State& state, base::ClientId borrower, base::Amount more) {
  const Owner& owner = state.owner(borrower);
  const bool legal = owner.has(OwnerFlag::kLegalPerson);
  const auto here = state.profile().caps().here(legal);
  const auto total = base::Total::from_minor(owner.outstanding) + base::Total(more);
  if (here && total > base::Total(*here)) {
    return refuse(RefusalCode::kCapExceeded,
                  fmt::format("borrower={} cap={} outstanding={} requested={}", owner.code,
                              here->minor(), owner.outstanding, more.minor()));
  }
  const auto everywhere = state.profile().caps().everywhere(legal);
  if (everywhere && total + base::Total::from_minor(owner.elsewhere) > base::Total(*everywhere)) {
    return refuse(
        RefusalCode::kCapExceeded,
        fmt::format("borrower={} cap_all={} outstanding={} elsewhere={} requested={}", owner.code,
                    everywhere->minor(), owner.outstanding, owner.elsewhere, more.minor()));
  }
  return std::nullopt;
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
