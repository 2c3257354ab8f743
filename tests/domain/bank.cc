#include "tests/domain/bank.h"

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/domain/laws.h"

namespace ledger::domain::test {
namespace {

using base::AccountId;
using base::ClientId;
using base::Int128;
using base::ProjectId;
using base::Sequence;

std::string total_text(base::Total total) { return base::to_string(total.minor()); }

void dump_owners(const State& s, std::string& out) {
  for (std::uint64_t i = 1; i <= s.owner_count(); ++i) {
    const Owner& o = s.owner(ClientId(i));
    out += fmt::format(
        "owner {} {} first={} accounts={} flags={} kind={} currency={} owes={} "
        "elsewhere={} active={}\n",
        i, o.code, o.first_account, o.account_count, o.flags, o.kind, o.currency, o.outstanding,
        o.elsewhere, format(o.active_on));
    if (s.find_owner(o.code) != ClientId(i)) out += "  is not found by its code\n";
  }
  for (std::uint64_t i = 1; i <= s.account_count(); ++i) {
    const Account& a = s.account(AccountId(i));
    out += fmt::format("account {} {} class={} {} {} {} {}\n", i, s.account_code(AccountId(i)),
                       a.class_index, a.debits_posted, a.credits_posted, a.debits_pending,
                       a.credits_pending);
  }
}

void dump_projects(const State& s, std::string& out) {
  for (std::uint64_t i = 1; i <= s.project_count(); ++i) {
    const Project& p = s.project(ProjectId(i));
    out += fmt::format(
        "project {} {} {} target={} paid={} frozen={} lent={} repaid={} interest={} fees={}", i,
        p.code, name_of(p.state), p.target.minor(), p.instalments_paid, p.frozen, p.disbursed,
        p.repaid, p.interest_paid, p.fees);
    out += fmt::format(
        " borrower={} contract={} instalments={} repayment={} bids=", p.borrower.value(),
        p.contract.hex(), p.instalments.size(), p.repayment.value());
    for (const base::HoldId bid : p.bids) out += fmt::format("{},", bid.value());
    out += fmt::format(
        " part={}/{} voided={} overdue={}/{} guarantor={} payee={} compensated={} recovered={}"
        " since={}/{} lent_on={} entrusted=",
        p.part_principal, p.part_interest, p.voided_from, p.overdue_marks, format(p.overdue_since),
        p.guarantor.value(), p.payee, p.compensated, p.recovered, p.principal_since,
        p.interest_since, format(p.lent_on));
    for (const base::HoldId hold : p.entrusted) out += fmt::format("{},", hold.value());
    for (const Recovery& r : p.recoveries) {
      out += fmt::format(" recovery {} {}/{} {}/{}", r.holder.value(), r.principal,
                         r.principal_recovered, r.interest, r.interest_recovered);
    }
    out += s.contract_used(p.contract) && s.find_project(p.code) == ProjectId(i) ? "\n" : " lost\n";
    if (!s.claims_loaded(ProjectId(i))) continue;
    for (const Claim& c : s.claims(ProjectId(i))) {
      out += fmt::format("  claim {} {} {} {} offered={} weight={} since={}/{} carry={}/{}\n",
                         c.holder.value(), c.principal, c.principal_paid, c.interest_paid,
                         c.reserved, c.weight, c.principal_since, c.interest_since,
                         c.principal_carry, c.interest_carry);
    }
  }
}

std::string audit_accounts(const State& s) {
  const auto& classes = s.profile().classes();
  std::map<std::uint64_t, Int128> held;
  std::map<std::uint64_t, Int128> awaited;
  for (const Hold* h : s.open_holds()) {
    if (h->remaining <= 0) return fmt::format("hold {} is empty", h->id.value());
    if (s.find_hold(h->order, h->kind) != h) return fmt::format("hold {} is lost", h->id.value());
    if (is_memo(h->kind)) continue;  // stands in no counter
    if (h->kind == HoldKind::kDepositTransit) {
      awaited[h->account.value()] += h->remaining;
      awaited[h->beneficiary.value()] += h->remaining;
    } else {
      held[h->account.value()] += h->remaining;
    }
  }
  std::map<std::uint8_t, Int128> difference;  // by currency
  for (std::uint64_t i = 1; i <= s.account_count(); ++i) {
    const Account& a = s.account(AccountId(i));
    const std::string code = s.account_code(AccountId(i));
    if (s.find_account(code) != AccountId(i)) return code + " is not found";
    if (s.balance(AccountId(i)) < 0) return code + " is negative";
    if (a.debits_pending != held[i]) return code + ": debits pending are not its holds";
    if (a.credits_pending != awaited[i]) return code + ": credits pending are not its holds";
    if (classes[a.class_index].itemised && s.balance(AccountId(i)) != held[i] + awaited[i]) {
      return code + " is not itemised";
    }
    difference[a.currency_index] += a.debits_posted - a.credits_posted;
  }
  for (const auto& [currency, d] : difference) {
    if (d != 0) return "debits are not credits";
  }
  return {};
}

std::string audit_totals(const State& s) {
  std::map<std::pair<std::uint16_t, std::string>, std::pair<Int128, Int128>> sums;
  for (std::uint64_t i = 1; i <= s.account_count(); ++i) {
    const Account& a = s.account(AccountId(i));
    auto& sum = sums[{s.profile().classes()[a.class_index].number,
                      std::string(s.profile().currencies()[a.currency_index].code())}];
    sum.first += a.debits_posted;
    sum.second += a.credits_posted;
  }
  for (const ClassTotal& t : s.class_totals()) {
    const auto& sum = sums[{t.account_class, std::string(t.currency.code())}];
    if (t.debits.minor() != sum.first || t.credits.minor() != sum.second) {
      return fmt::format("class {}: the trial balance is not its accounts", t.account_class);
    }
  }
  return {};
}

std::string audit_projects(const State& s) {
  std::map<std::uint64_t, Int128> frozen;
  std::map<std::uint64_t, Int128> owed;
  for (const Hold* h : s.open_holds()) {
    if (h->kind == HoldKind::kBid || h->kind == HoldKind::kRedPacket) {
      frozen[h->project.value()] += h->remaining;
    }
  }
  for (std::uint64_t i = 1; i <= s.project_count(); ++i) {
    const Project& p = s.project(ProjectId(i));
    if (p.frozen != frozen[i]) return p.code + ": frozen is not its bids";
    owed[p.borrower.value()] += p.outstanding();
    if (!s.claims_loaded(ProjectId(i))) continue;
    Int128 principal = 0;
    Int128 repaid = 0;
    Int128 interest = 0;
    for (const Claim& c : s.claims(ProjectId(i))) {
      if (c.principal_paid > c.principal) return p.code + ": a claim is overpaid";
      principal += c.principal;
      repaid += c.principal_paid;
      interest += c.interest_paid;
    }
    if (principal != p.disbursed || repaid != p.repaid || interest != p.interest_paid) {
      return p.code + ": claims are not what was lent and repaid";
    }
    if (p.disbursed != 0 && p.disbursed != p.target.minor()) return p.code + ": not the target";
    Int128 compensated = 0;
    Int128 recovered = 0;
    Int128 owed_to_others = 0;
    for (const Recovery& r : p.recoveries) {
      if (r.open_principal() < 0 || r.open_interest() < 0) return p.code + ": over-recovered";
      compensated += r.principal;
      recovered += r.principal_recovered;
      owed_to_others += Int128{r.open_principal()} + r.open_interest();
    }
    if (compensated != p.compensated || recovered != p.recovered) {
      return p.code + ": recoveries are not what was compensated";
    }
    if (p.state == ProjectState::kSettled && p.outstanding() + owed_to_others != 0) {
      return p.code + ": is settled, but not all is paid";
    }
    if (p.state == ProjectState::kDefaulted && (p.owed_to_lenders() != 0 || owed_to_others == 0)) {
      return p.code + ": is defaulted, but not only compensators are owed";
    }
  }
  for (std::uint64_t i = 1; i <= s.owner_count(); ++i) {
    if (s.owner(ClientId(i)).outstanding != owed[i]) return s.owner(ClientId(i)).code + " owes";
  }
  return {};
}

}  // namespace

std::string dump(const State& s) {
  std::string out = fmt::format("at {} time {} date {} next_hold {} switches {} rules {}\n",
                                s.sequence().value(), s.time().ns, format(s.business_date()),
                                s.next_hold(), s.switches(), s.profile().version());
  dump_owners(s, out);
  for (const Hold* h : s.open_holds()) {
    out += fmt::format(
        "hold {} {} order={} account={} for={} project={} instalment={} {} rule={} until={}\n",
        h->id.value(), name_of(h->kind), h->order, h->account.value(), h->beneficiary.value(),
        h->project.value(), h->instalment, h->remaining, h->fee_rule, format(h->expires));
  }
  dump_projects(s, out);
  for (const Proposal* p : s.proposals()) {
    out += fmt::format("proposal {} {} {} {} {}\n", p->id, p->maker, p->target.value(),
                       p->target_hash.hex(), name_of(p->status));
  }
  for (std::uint64_t i = 1; i <= s.sequence().value(); ++i) {
    if (s.is_reversed(Sequence(i))) out += fmt::format("reversed {}\n", i);
  }
  for (const ClassTotal& t : s.class_totals()) {
    out += fmt::format("class {} {} {} {}\n", t.account_class, t.currency.code(),
                       total_text(t.debits), total_text(t.credits));
  }
  return out;
}

std::string audit(const State& s) {
  for (const auto& check : {audit_accounts, audit_totals, audit_projects}) {
    if (std::string flaw = check(s); !flaw.empty()) return flaw;
  }
  return {};
}

crypto::Digest chain(const crypto::Digest& head, const Entry& entry) {
  std::string bytes(head.view());
  encode(entry, bytes);
  return crypto::sha256(bytes);
}

void check_lawful(const State& before, const Entry& entry) {
  const auto lawful = [&](const char* law, const std::optional<Refusal>& broken) {
    EXPECT_FALSE(broken) << law << ": " << broken->detail << " by " << name_of(entry.flow);
  };
  lawful("balanced", laws::balanced(before, entry));
  lawful("never_negative", laws::never_negative(before, entry));
  lawful("flow_matrix", laws::flow_matrix(before, entry));
  lawful("control_equation", laws::control_equation(before, entry));
  lawful("itemised", laws::itemised(before, entry));
  lawful("project_conserved", laws::project_conserved(before, entry));
  lawful("claims_conserved", laws::claims_conserved(before, entry));
  lawful("evidenced", laws::evidenced(before, entry));
  lawful("counters_grow", laws::counters_grow(before, entry));
}

void check_round_trip(const Entry& entry) {
  std::string bytes;
  encode(entry, bytes);
  Entry back;
  const auto done = decode(bytes, back);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(back, entry);
  std::string again;
  encode(back, again);
  EXPECT_EQ(again, bytes);
}

Bank::Bank() : Bank(*Profile::built_in("cn-2017")) {}

Bank::Bank(std::string_view profile_toml) {
  const auto profile = Profile::parse(profile_toml);
  LEDGER_CHECK(profile.has_value());
  take(genesis(*profile, base::Timestamp{1'000}, *base::Date::parse("2017-03-01")));
}

bool Bank::exists(std::string_view command_id) const { return ids_.contains(command_id); }

void Bank::take(const Entry& entry) {
  const auto done = state.apply(entry, nullptr);
  ASSERT_TRUE(done) << done.error().message;
  ids_.insert(entry.command_id);
  hashes.push_back(chain(hashes.empty() ? crypto::Digest() : hashes.back(), entry));
  entries.push_back(entry);
  check_round_trip(entry);
  if (audit_each) {
    ASSERT_EQ(audit(state), "") << "after " << name_of(entry.flow);
  }
}

std::optional<Refusal> Bank::ask(const Command& command, Entry& entry) const {
  Context context;
  context.now = base::Timestamp{state.time().ns + 1'000};
  context.head = hashes.back();
  context.tree_size = entries.size();
  context.tree_root = crypto::sha256(context.head.view());
  context.orders = this;
  Sequence target;
  const auto proposed = proposed_command(state, command);
  const Command& asked = proposed ? *proposed : command;
  if (flow_of(asked.flow).needs == Needs::kTargetEntry) {
    target = Sequence(asked.count(Field::kEntry));
  } else if (flow_of(command.flow).needs == Needs::kProposedEntry) {
    const Proposal* proposal = state.find_proposal(command.text(Field::kProposal));
    if (proposal != nullptr) target = proposal->target;
  }
  if (!target.is_none() && target.value() <= entries.size()) {
    context.target = &entries[target.value() - 1];
    context.target_hash = hashes[target.value() - 1];
  }
  return decide(state, command, context, entry);
}

Bank::Answer Bank::send(const Command& command) {
  EXPECT_FALSE(exists(command.id)) << "the test reuses the id " << command.id;
  const std::string before = audit_each ? dump(state) : std::string();
  Entry entry;
  const auto refusal = ask(command, entry);
  Entry again;
  EXPECT_EQ(ask(command, again), refusal) << "a decision must be repeatable";
  EXPECT_EQ(again, entry);
  if (audit_each) {
    EXPECT_EQ(dump(state), before) << "a decision must not change the state";
  }
  EXPECT_EQ(entry.committed(), !refusal);
  if (refusal && !is_sticky(refusal->code)) return {refusal, Sequence()};
  if (refusal) {
    EXPECT_TRUE(is_sticky(refusal->code)) << text_of(refusal->code).name;
    EXPECT_LT(static_cast<int>(refusal->code), 290) << "a flow broke a law: " << refusal->detail;
    EXPECT_EQ(entry.refusal, static_cast<std::uint16_t>(refusal->code));
    EXPECT_TRUE(entry.postings.empty() && entry.holds.empty() && entry.moves.empty());
  } else {
    check_lawful(state, entry);
  }
  take(entry);
  return {refusal, entry.sequence};
}

void Bank::mark() {
  state.mark();
  marked_ = entries.size();
}
void Bank::commit() { state.commit(); }
void Bank::rollback() {
  state.rollback();
  for (std::size_t i = marked_; i < entries.size(); ++i) ids_.erase(entries[i].command_id);
  entries.resize(marked_);
  hashes.resize(marked_);
}

}  // namespace ledger::domain::test
