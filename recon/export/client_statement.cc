// client-statement: one client's money over a period: opening, every movement, why money is frozen,
// what it was all for, closing.
#include <fmt/format.h>

#include <map>

#include "ledger/base/check.h"
#include "recon/export/export.h"
#include "recon/export/hold_book.h"

namespace recon::exports {
namespace {

using domain::PostingKind;

constexpr Definition kDefinitions[] = {
    {"record",
     "opening and closing: balance of an account; movement: one side of a posting; frozen: "
     "sum of the open holds of one reason; hold: one of them; claim: what a loan still "
     "owes the client; total: what came in and went out for one purpose"},
    {"total",
     "movements between the client's own accounts count in none, every other in one: "
     "deposits, withdrawals, invested, borrowed, principal, interest, fees, claim_transfers, "
     "recovered, rewards, bank_interest, transfers, platform, reversals; opening + in - out = "
     "closing"},
    {"until", "last day of a hold, where it has one"},
};

class ClientStatement : public TableExport {
 public:
  ClientStatement(const Options& options, Put put)
      : TableExport(options, std::move(put), title_of(options)),
        code_(options.client),
        from_(options.from) {}

  void take(const Step& step) override {
    holds_.take(step);
    if (client_.is_none()) {
      const auto id = step.state.find_owner(code_);
      if (!id) return;
      client_ = *id;
      balances_.resize(step.state.owner(*id).account_count);
      currency_ = currency_of(step.state, *id);
    }
    const bool within = from_.is_none() || step.entry.business_date >= from_;
    if (within && !opened_) write_balances("opening", step.state);
    for (const domain::Posting& p : step.entry.postings) {
      const bool out = owner_of(step.state, p.debit) == client_;
      const bool in = owner_of(step.state, p.credit) == client_;
      if (out) move(step, p, p.debit, p.credit, false, within);
      if (in) move(step, p, p.credit, p.debit, true, within);
      if (within && in != out) {
        auto& total = totals_[category_of(step, p, in)];
        (in ? total.first : total.second) += p.amount;
      }
    }
  }

  bool finish(const Position& position, const domain::State& state) override {
    if (!client_.is_none()) {
      if (!opened_) write_balances("opening", state);
      write_holds(state);
      write_claims(state);
      write_totals();
      write_balances("closing", state);
    }
    table().end(position, kDefinitions);
    return true;
  }

 private:
  static Title title_of(const Options& options) {
    Title title{"client-statement",
                {{"client", options.client}},
                {"record", "sequence", "hash", "business_date", "value_date", "flow", "command",
                 "account", "counter_account", "currency", "in", "out", "balance", "reason",
                 "project", "order", "until"}};
    if (!options.from.is_none()) title.parameters.emplace_back("from", base::format(options.from));
    return title;
  }
  base::AccountId account(const domain::State& state, std::size_t position) const {
    return base::AccountId(state.owner(client_).first_account + position);
  }
  base::Total sum() const {
    base::Total total;
    for (const base::Total balance : balances_) total += balance;
    return total;
  }

  void write_balances(std::string_view record, const domain::State& state) {
    if (!opened_) opening_ = sum();
    opened_ = true;
    for (std::size_t i = 0; i < balances_.size(); ++i) {
      Row row(currency_);
      row.text(record).none(6).text(state.account_code(account(state, i))).none();
      row.text(currency_.code()).none(2).amount(balances_[i]).none(4);
      table().row(row);
    }
  }

  void move(const Step& step, const domain::Posting& p, base::AccountId own, base::AccountId other,
            bool in, bool within) {
    base::Total& balance = balances_[step.state.account(own).position];
    balance += in ? base::Total(p.amount) : -base::Total(p.amount);
    if (!within) return;
    Row row(currency_);
    row.text("movement").count(step.entry.sequence.value()).text(step.hash.hex());
    row.date(step.entry.business_date).date(step.entry.value_date);
    row.text(domain::name_of(flow_of(step.entry))).text(step.entry.command_id);
    row.text(step.state.account_code(own)).text(step.state.account_code(other));
    row.text(currency_.code());
    if (in) {
      row.amount(p.amount).none();
    } else {
      row.none().amount(p.amount);
    }
    row.amount(balance).text(domain::name_of(p.kind)).text(project_of(step)).none(2);
    table().row(row);
  }
  // An entry has one project at most.
  static std::string project_of(const Step& step) {
    for (const domain::HoldChange& hold : step.entry.holds) {
      if (!hold.project.is_none()) return step.state.project(hold.project).code;
    }
    if (!step.entry.claims.empty()) return step.state.project(step.entry.claims[0].project).code;
    if (!step.entry.fees.empty()) return step.state.project(step.entry.fees[0].project).code;
    return {};
  }

  // What a movement between the client and somebody else was for.
  std::string_view category_of(const Step& step, const domain::Posting& p, bool in) const {
    if (p.kind == PostingKind::kPrincipal || p.kind == PostingKind::kTransfer) {
      for (const domain::ClaimChange& claim : step.entry.claims) {
        if (claim.op == domain::ClaimOp::kCreate) return in ? "borrowed" : "invested";
        if (claim.op == domain::ClaimOp::kBuy) return "claim_transfers";
        if (claim.op == domain::ClaimOp::kRecover) return "recovered";
      }
    }
    switch (p.kind) {
      case PostingKind::kPrincipal:
        return "principal";
      case PostingKind::kInterest:
        return "interest";
      case PostingKind::kFee:
        return "fees";
      case PostingKind::kReversal:
        return "reversals";
      case PostingKind::kTransfer:
        break;
    }
    const base::AccountId other = in ? p.debit : p.credit;
    switch (class_of(step.state, other).group) {
      case domain::ClassGroup::kInTransit:
        return "deposits";
      case domain::ClassGroup::kBank:
      case domain::ClassGroup::kShortfall:
        return at_bank(step.entry, in);
      case domain::ClassGroup::kPlatform:
        return in ? rewards_or_loan(step) : "platform";
      case domain::ClassGroup::kClient:
        break;
    }
    for (const domain::HoldChange& hold : step.entry.holds) {
      if (hold.kind == domain::HoldKind::kReceipt) return "deposits";
      if (hold.kind == domain::HoldKind::kInterest) return "bank_interest";
    }
    return "transfers";
  }
  // What the bank took back counts against what it was: a payment that returned is a withdrawal.
  static std::string_view at_bank(const domain::Entry& entry, bool in) {
    for (const domain::ReversalStep& step : entry.reversals) {
      if (step.op == domain::ReversalOp::kReturned) return in ? "withdrawals" : "deposits";
    }
    return in ? "deposits" : "withdrawals";
  }
  static std::string_view rewards_or_loan(const Step& step) {
    return step.entry.claims.empty() ? "rewards" : "borrowed";
  }

  void write_holds(const domain::State& state) {
    std::map<domain::HoldKind, base::Total> reasons;
    std::vector<const domain::Hold*> own;
    for (const domain::Hold* hold : state.open_holds()) {
      if (owner_of(state, hold->account) != client_) continue;
      own.push_back(hold);
      reasons[hold->kind] += base::Total::from_minor(hold->remaining);
    }
    for (const auto& [kind, total] : reasons) {
      Row row(currency_);
      row.text("frozen").none(8).text(currency_.code()).none(2).amount(total);
      row.text(domain::name_of(kind)).none(3);
      table().row(row);
    }
    for (const domain::Hold* hold : own) {
      const HoldBook::Opened& opened = holds_.opened(hold->id);
      Row row(currency_);
      row.text("hold").count(opened.sequence.value()).none().date(opened.date).none(3);
      row.text(state.account_code(hold->account)).text(state.account_code(hold->beneficiary));
      row.text(currency_.code()).none(2).amount(base::Total::from_minor(hold->remaining));
      row.text(domain::name_of(hold->kind));
      row.text(hold->project.is_none() ? "" : state.project(hold->project).code);
      row.text(hold->order).date(until_of(*hold));
      table().row(row);
    }
  }

  void write_claims(const domain::State& state) {
    for (std::uint64_t i = 1; i <= state.project_count(); ++i) {
      const domain::Project& project = state.project(base::ProjectId(i));
      for (const domain::Claim& claim : state.claims(project.id)) {
        if (claim.holder != client_) continue;
        Row row(currency_);
        row.text("claim").none(8).text(currency_.code()).none(2);
        row.amount(base::Total::from_minor(claim.outstanding()));
        row.text(domain::name_of(project.state)).text(project.code).none(2);
        table().row(row);
      }
    }
  }

  void write_totals() {
    base::Total net;
    for (const auto& [category, total] : totals_) {
      Row row(currency_);
      row.text("total").none(8).text(currency_.code()).amount(total.first).amount(total.second);
      row.none().text(category).none(3);
      table().row(row);
      net += total.first - total.second;
    }
    LEDGER_CHECK(opening_ + net == sum());
  }

  std::string code_;
  base::Date from_;
  base::ClientId client_;
  base::Currency currency_;
  HoldBook holds_;
  bool opened_ = false;
  base::Total opening_;
  std::vector<base::Total> balances_;  // by position of the account
  std::map<std::string_view, std::pair<base::Total, base::Total>> totals_;  // in, out
};

}  // namespace

Made make_client_statement(const Options& options, Put put) {
  if (options.client.empty()) return {nullptr, "client-statement needs --client"};
  return {std::make_unique<ClientStatement>(options, std::move(put)), {}};
}

}  // namespace recon::exports
