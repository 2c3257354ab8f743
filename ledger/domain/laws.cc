#include "ledger/domain/laws.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "ledger/domain/command.h"

namespace ledger::domain::laws {
namespace {

using base::AccountId;
using base::Int128;

// What an entry does to one account.
struct Delta {
  AccountId account;
  Int128 debits = 0;
  Int128 credits = 0;
  Int128 debits_pending = 0;
  Int128 credits_pending = 0;
};

using Deltas = std::vector<Delta>;

Delta& delta_of(Deltas& deltas, AccountId id) {
  // Few accounts: a linear look-up; many: the caller merges by sorting.
  if (deltas.size() < 16) {
    for (Delta& d : deltas) {
      if (d.account == id) return d;
    }
  }
  Delta fresh;
  fresh.account = id;
  return deltas.emplace_back(fresh);
}

void merge(Deltas& deltas) {
  if (deltas.size() < 16) return;
  std::sort(deltas.begin(), deltas.end(),
            [](const Delta& a, const Delta& b) { return a.account < b.account; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < deltas.size(); ++i) {
    if (deltas[i].account != deltas[kept].account) {
      deltas[++kept] = deltas[i];
      continue;
    }
    deltas[kept].debits += deltas[i].debits;
    deltas[kept].credits += deltas[i].credits;
    deltas[kept].debits_pending += deltas[i].debits_pending;
    deltas[kept].credits_pending += deltas[i].credits_pending;
  }
  deltas.resize(kept + 1);
}

bool adds(HoldOp op) { return op == HoldOp::kOpen || op == HoldOp::kReopen; }

// The result lives in the thread until the next call: laws run on every entry.
const Deltas& deltas_of(const Entry& entry) {
  thread_local Deltas deltas;
  deltas.clear();
  for (const Posting& p : entry.postings) {
    delta_of(deltas, p.debit).debits += p.amount.minor();
    delta_of(deltas, p.credit).credits += p.amount.minor();
  }
  for (const HoldChange& h : entry.holds) {
    const Int128 amount = adds(h.op) ? Int128{h.amount.minor()} : -Int128{h.amount.minor()};
    if (is_memo(h.kind)) {
      delta_of(deltas, h.account);
    } else if (h.kind == HoldKind::kDepositTransit) {
      delta_of(deltas, h.account).credits_pending += amount;
      delta_of(deltas, h.beneficiary).credits_pending += amount;
    } else {
      delta_of(deltas, h.account).debits_pending += amount;
    }
  }
  merge(deltas);
  return deltas;
}

bool exists(const State& state, AccountId id) {
  return !id.is_none() && id.value() <= state.account_count();
}

const AccountClass& class_of(const State& state, AccountId id) {
  return state.profile().classes()[state.account(id).class_index];
}

Refusal broken(RefusalCode law, std::string detail) { return {law, std::move(detail)}; }

// Every account the entry names exists; what the other laws rely on.
bool names_only_accounts(const State& state, const Entry& entry) {
  const auto known = [&](AccountId id) { return exists(state, id); };
  return std::all_of(entry.postings.begin(), entry.postings.end(),
                     [&](const Posting& p) { return known(p.debit) && known(p.credit); }) &&
         std::all_of(entry.holds.begin(), entry.holds.end(),
                     [&](const HoldChange& h) { return known(h.account) && known(h.beneficiary); });
}

std::optional<Refusal> never_negative(const State& state, const Deltas& deltas) {
  for (const Delta& d : deltas) {
    const Account& a = state.account(d.account);
    const Int128 credit = Int128{a.credits_posted} + d.credits - a.debits_posted - d.debits;
    const Int128 balance = class_of(state, d.account).debit_normal ? -credit : credit;
    if (balance < 0) {
      return broken(RefusalCode::kLawNegative,
                    fmt::format("account={} balance={}", state.account_code(d.account),
                                base::to_string(balance)));
    }
  }
  return std::nullopt;
}

std::optional<Refusal> counters_grow(const State& state, const Deltas& deltas) {
  constexpr Int128 kMost = INT64_MAX;
  for (const Delta& d : deltas) {
    const Account& a = state.account(d.account);
    const Int128 pending_d = a.debits_pending + d.debits_pending;
    const Int128 pending_c = a.credits_pending + d.credits_pending;
    if (d.debits < 0 || d.credits < 0 || a.debits_posted + d.debits > kMost ||
        a.credits_posted + d.credits > kMost || pending_d < 0 || pending_c < 0 ||
        pending_d > kMost || pending_c > kMost) {
      return broken(RefusalCode::kLawCounter,
                    fmt::format("account={}", state.account_code(d.account)));
    }
  }
  return std::nullopt;
}

// Balance = pending in the itemised classes, after the entry.
std::optional<Refusal> balances_are_itemised(const State& state, const Deltas& deltas) {
  for (const Delta& d : deltas) {
    const AccountClass& c = class_of(state, d.account);
    if (!c.itemised) continue;
    const Account& a = state.account(d.account);
    const Int128 credit = Int128{a.credits_posted} + d.credits - a.debits_posted - d.debits;
    const Int128 balance = c.debit_normal ? -credit : credit;
    const Int128 pending = c.debit_normal ? a.credits_pending + d.credits_pending
                                          : a.debits_pending + d.debits_pending;
    if (balance != pending) {
      return broken(RefusalCode::kLawItemised,
                    fmt::format("account={} balance={} holds={}", state.account_code(d.account),
                                base::to_string(balance), base::to_string(pending)));
    }
  }
  return std::nullopt;
}

// Money under a restriction stays on its account.
std::optional<Refusal> restrictions_kept(const State& state, const Entry& entry,
                                         const Deltas& deltas) {
  const FlowRules* rules = state.profile().rules_of(effective_flow(entry));
  if (rules != nullptr && rules->despite_restriction) return std::nullopt;
  for (const Delta& d : deltas) {
    const AccountClass& c = class_of(state, d.account);
    if (c.itemised || c.debit_normal || d.debits == 0) continue;
    const Account& a = state.account(d.account);
    const Int128 balance = Int128{a.credits_posted} + d.credits - a.debits_posted - d.debits;
    const Int128 kept = Int128{a.debits_pending} + d.debits_pending;
    if (balance < kept) {
      return broken(
          RefusalCode::kLawRestricted,
          fmt::format("account={} balance={} restricted={}", state.account_code(d.account),
                      base::to_string(balance), base::to_string(kept)));
    }
  }
  return std::nullopt;
}

// Money on its way to a client is held on the asset that it comes through, all other money where it
// is owed; so the pending counter of an itemised account's own side is the sum of the holds on it.
bool lies_on_its_side(const State& state, const HoldChange& h) {
  if (is_memo(h.kind)) return true;
  const bool in_transit = h.kind == HoldKind::kDepositTransit;
  return class_of(state, h.account).debit_normal == in_transit &&
         !(in_transit && class_of(state, h.beneficiary).debit_normal);
}

// No hold gives more than it has; opened ones are new.
std::optional<Refusal> holds_suffice(const State& state, const Entry& entry) {
  std::map<std::uint64_t, Int128> left;  // holds used more than once in the entry
  std::uint64_t next = state.next_hold();
  for (const HoldChange& h : entry.holds) {
    const Hold* open = state.find_hold(h.id);
    const auto refuse = [&](std::string_view why) {
      return broken(RefusalCode::kLawItemised, fmt::format("hold={} {}", h.id.value(), why));
    };
    if (h.amount.is_zero()) return refuse("amount is zero");
    if (!lies_on_its_side(state, h)) return refuse("lies on an account of the wrong side");
    if (h.op == HoldOp::kOpen) {
      if (h.id.value() != next++) return refuse("is opened out of order");
      continue;
    }
    if (h.op == HoldOp::kReopen && (h.id.is_none() || h.id.value() >= next)) {
      return refuse("was never open");
    }
    if (h.op == HoldOp::kReopen && open == nullptr) continue;
    if (open == nullptr) return refuse("is not open");
    if (open->account != h.account || open->beneficiary != h.beneficiary || open->kind != h.kind ||
        open->project != h.project || open->instalment != h.instalment || open->order != h.order ||
        open->fee_rule != h.fee_rule || open->expires != h.expires ||
        open->principal != h.principal.minor()) {
      return refuse("is described wrongly");
    }
    if (h.op == HoldOp::kReopen) continue;
    const auto at = left.try_emplace(h.id.value(), open->remaining).first;
    at->second -= h.amount.minor();
    if (at->second < 0) {
      return refuse(fmt::format("has {} and gives {}", open->remaining, h.amount.minor()));
    }
  }
  return std::nullopt;
}

// Accounts of the entry's holds that belong to a project, ascending.
std::vector<AccountId> project_accounts(const Entry& entry) {
  std::vector<AccountId> accounts;
  for (const HoldChange& h : entry.holds) {
    if (!h.project.is_none()) accounts.push_back(h.account);
  }
  std::sort(accounts.begin(), accounts.end());
  return accounts;
}

// A fee posting: known rule, right payer, all fees of the entry together within the rule.
bool fee_is_ruled(const State& state, const Entry& entry, const Posting& posting) {
  const FlowCode flow = effective_flow(entry);
  const std::string_view body = effective_body(entry);
  std::string_view rule_id = value_in(body, Field::kFeeRule);
  Int128 base_amount = 0;
  std::int64_t taken = 0;  // by earlier entries under the same limit
  for (const HoldChange& h : entry.holds) {
    if (h.kind == HoldKind::kFee) rule_id = h.fee_rule;
  }
  const FeeRule* rule = state.profile().fee_rule(rule_id);
  if (rule == nullptr || posting.kind != PostingKind::kFee || rule->flow != flow) return false;
  const Owner& payer = state.owner(base::ClientId(state.account(posting.debit).owner));
  if (state.profile().kinds()[payer.kind].name != rule->payer_kind) return false;
  if (const auto project = state.find_project(value_in(body, Field::kProject))) {
    if (state.project(*project).borrower.value() != state.account(posting.debit).owner)
      return false;
    base_amount = state.project(*project).target.minor();
    taken = state.project(*project).fees;
    const bool counted = entry.fees.size() == 1 && entry.fees[0].op == FeeOp::kTake &&
                         entry.fees[0].project == *project;
    if (!counted) return false;
  } else {
    for (const Posting& other : entry.postings) {
      if (other.kind != PostingKind::kFee) base_amount += other.amount.minor();
    }
  }
  base::Total fees;
  for (const Posting& other : entry.postings) {
    if (other.kind == PostingKind::kFee) fees += other.amount;
  }
  if (!entry.fees.empty() && base::Total(entry.fees[0].amount) != fees) return false;
  fees += base::Total::from_minor(taken);
  const auto capped = base::Total::from_minor(base_amount).to_amount();
  return capped && fees <= base::Total(Profile::fee_limit(*rule, *capped));
}

std::optional<Refusal> movement_allowed(const State& state, const Entry& entry, const Posting& p,
                                        const std::vector<AccountId>& in_project) {
  // What takes back a movement is judged as that one, turned round.
  const bool reversal =
      entry.flow == FlowCode::kReversalApprove && p.kind == PostingKind::kReversal;
  const FlowCode flow =
      reversal && !entry.reversals.empty() ? entry.reversals[0].target_flow : effective_flow(entry);
  const Account& debit = state.account(reversal ? p.credit : p.debit);
  const Account& credit = state.account(reversal ? p.debit : p.credit);
  const auto refuse = [&](std::string_view why) {
    const auto& classes = state.profile().classes();
    return broken(
        RefusalCode::kLawFlowMatrix,
        fmt::format("flow={} {} -> {}: {}", name_of(entry.flow), classes[debit.class_index].name,
                    classes[credit.class_index].name, why));
  };
  const FlowRules* rules = state.profile().rules_of(flow);
  const MatrixRule* rule = state.profile().matrix(flow, debit.class_index, credit.class_index);
  if (rules == nullptr || rule == nullptr) return refuse("the profile has no such movement");
  if (rule->same_owner && debit.owner != credit.owner) return refuse("two owners");
  if (reversal) {
    return rules->reversible ? std::nullopt : std::optional(refuse("the flow is not reversible"));
  }
  if (rule->needs_project && !std::binary_search(in_project.begin(), in_project.end(), p.debit) &&
      !std::binary_search(in_project.begin(), in_project.end(), p.credit)) {
    return refuse("no project");
  }
  if (rule->needs_fee_rule && !fee_is_ruled(state, entry, p))
    return refuse("no fee rule covers it");
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> balanced(const State& state, const Entry& entry) {
  if (!names_only_accounts(state, entry)) {
    return broken(RefusalCode::kLawUnbalanced, "an account does not exist");
  }
  for (const Posting& p : entry.postings) {
    if (p.amount.is_zero() || p.debit == p.credit) {
      return broken(RefusalCode::kLawUnbalanced, "a posting moves nothing");
    }
    if (state.account(p.debit).currency_index != state.account(p.credit).currency_index) {
      return broken(RefusalCode::kLawUnbalanced, "a posting mixes currencies");
    }
  }
  return std::nullopt;
}

std::optional<Refusal> never_negative(const State& state, const Entry& entry) {
  return never_negative(state, deltas_of(entry));
}

std::optional<Refusal> flow_matrix(const State& state, const Entry& entry) {
  if (entry.postings.empty()) return std::nullopt;
  const FlowRules* rules = state.profile().rules_of(effective_flow(entry));
  const Authority authority = effective_authority(entry);
  if (rules == nullptr || std::find(rules->authorities.begin(), rules->authorities.end(),
                                    authority) == rules->authorities.end()) {
    return broken(
        RefusalCode::kLawFlowMatrix,
        fmt::format("flow={} authority={}", name_of(effective_flow(entry)), name_of(authority)));
  }
  const std::vector<AccountId> in_project = project_accounts(entry);
  for (const Posting& p : entry.postings) {
    if (auto refusal = movement_allowed(state, entry, p, in_project)) return refusal;
  }
  return std::nullopt;
}

std::optional<Refusal> control_equation(const State& state, const Entry& entry) {
  const auto& currencies = state.profile().currencies();
  for (std::size_t k = 0; k < currencies.size(); ++k) {
    // Assets enter with debits - credits, liabilities with the opposite sign: the same figure.
    Int128 difference = state.imbalance(static_cast<std::uint8_t>(k)).minor();
    for (const Posting& p : entry.postings) {
      if (state.account(p.debit).currency_index == k) difference += p.amount.minor();
      if (state.account(p.credit).currency_index == k) difference -= p.amount.minor();
    }
    if (difference != 0) {
      return broken(RefusalCode::kLawControl,
                    fmt::format("currency={} difference={}", currencies[k].code(),
                                base::to_string(difference)));
    }
  }
  return std::nullopt;
}

std::optional<Refusal> itemised(const State& state, const Entry& entry) {
  if (auto refusal = holds_suffice(state, entry)) return refusal;
  return balances_are_itemised(state, deltas_of(entry));
}

std::optional<Refusal> restricted(const State& state, const Entry& entry) {
  return restrictions_kept(state, entry, deltas_of(entry));
}

std::optional<Refusal> counters_grow(const State& state, const Entry& entry) {
  return counters_grow(state, deltas_of(entry));
}

std::optional<Refusal> check_all(const State& state, const Entry& entry) {
  if (auto refusal = balanced(state, entry)) return refusal;
  const Deltas& deltas = deltas_of(entry);
  if (auto refusal = never_negative(state, deltas)) return refusal;
  if (auto refusal = flow_matrix(state, entry)) return refusal;
  if (auto refusal = parties_apart(state, entry)) return refusal;
  if (auto refusal = control_equation(state, entry)) return refusal;
  if (auto refusal = holds_suffice(state, entry)) return refusal;
  if (auto refusal = balances_are_itemised(state, deltas)) return refusal;
  if (auto refusal = restrictions_kept(state, entry, deltas)) return refusal;
  if (auto refusal = project_conserved(state, entry)) return refusal;
  if (auto refusal = claims_conserved(state, entry)) return refusal;
  if (auto refusal = evidenced(state, entry)) return refusal;
  return counters_grow(state, deltas);
}

}  // namespace ledger::domain::laws
