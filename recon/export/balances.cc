// accounts, clients, holds, claims: who owns what at one place of the journal.
#include <fmt/format.h>

#include "recon/export/export.h"
#include "recon/export/hold_book.h"

namespace recon::exports {
namespace {

using domain::OwnerFlag;

constexpr Definition kAccountDefinitions[] = {
    {"balance",
     "debits less credits for the groups bank, in_transit and shortfall, else credits "
     "less debits"},
    {"debits_pending", "what open holds have set aside of the account"},
    {"credits_pending", "what is credited, or awaited, and not yet settled by the bank"},
};

class Accounts : public TableExport {
 public:
  Accounts(const Options& options, Put put)
      : TableExport(options, std::move(put),
                    {"accounts",
                     {},
                     {"account", "number", "class", "class_name", "group", "currency", "debits",
                      "credits", "debits_pending", "credits_pending", "balance"}}) {}

  void take(const Step&) override {}

  bool finish(const Position& position, const domain::State& state) override {
    for (std::uint64_t i = 1; i <= state.account_count(); ++i) {
      const base::AccountId id(i);
      const domain::Account& a = state.account(id);
      const domain::AccountClass& c = class_of(state, id);
      const base::Currency currency = currency_of(state, id);
      Row row(currency);
      row.text(state.account_code(id)).count(i).count(c.number).text(c.name);
      row.text(name_of(c.group)).text(currency.code());
      for (const std::int64_t minor : {a.debits_posted, a.credits_posted, a.debits_pending,
                                       a.credits_pending, state.balance(id)}) {
        row.amount(base::Total::from_minor(minor));
      }
      table().row(row);
    }
    table().end(position, kAccountDefinitions);
    return true;
  }

 private:
  static std::string_view name_of(domain::ClassGroup group) {
    switch (group) {
      case domain::ClassGroup::kBank:
        return "bank";
      case domain::ClassGroup::kInTransit:
        return "in_transit";
      case domain::ClassGroup::kShortfall:
        return "shortfall";
      case domain::ClassGroup::kClient:
        return "client";
      case domain::ClassGroup::kPlatform:
        return "platform";
    }
    return "unknown";
  }
};

constexpr Definition kClientDefinitions[] = {
    {"client", "an owner that is not structural and whose accounts are all of the group client"},
    {"total", "available + frozen + withdrawing + accounts of any other name"},
    {"unsettled", "part of available: credited, and not yet confirmed by the bank"},
    {"restricted", "part of available: may not leave, for a court or until its payee is paid"},
    {"claims", "principal lent and not repaid, over all projects"},
    {"owes", "principal borrowed and not repaid, over all projects, to lenders or compensators"},
    {"recovers", "principal and interest paid for borrowers who have not paid it back"},
    {"active_on",
     "business date on which money of the client last moved by its own, its guarantor's or the "
     "bank's word; else on which it was opened. From there dormancy is counted"},
};

class Clients : public TableExport {
 public:
  Clients(const Options& options, Put put)
      : TableExport(options, std::move(put),
                    {"clients",
                     {},
                     {"client", "number", "kind", "flags", "currency", "total", "available",
                      "frozen", "withdrawing", "unsettled", "restricted", "claims", "owes",
                      "recovers", "active_on"}}) {}

  void take(const Step&) override {}

  bool finish(const Position& position, const domain::State& state) override {
    std::vector<base::Int128> held(state.owner_count() + 1);
    std::vector<base::Int128> recovers(state.owner_count() + 1);
    for (std::uint64_t p = 1; p <= state.project_count(); ++p) {
      for (const domain::Claim& claim : state.claims(base::ProjectId(p))) {
        held[claim.holder.value()] += claim.outstanding();
      }
      for (const domain::Recovery& r : state.project(base::ProjectId(p)).recoveries) {
        recovers[r.holder.value()] += base::Int128{r.open_principal()} + r.open_interest();
      }
    }
    for (std::uint64_t i = 1; i <= state.owner_count(); ++i) {
      if (is_client(state, base::ClientId(i)))
        write(state, base::ClientId(i), held[i], recovers[i]);
    }
    table().end(position, kClientDefinitions);
    return true;
  }

 private:
  static bool is_client(const domain::State& state, base::ClientId id) {
    const domain::Owner& owner = state.owner(id);
    if (state.profile().kinds()[owner.kind].structural) return false;
    for (std::uint64_t a = 0; a < owner.account_count; ++a) {
      const base::AccountId account(owner.first_account + a);
      if (class_of(state, account).group != domain::ClassGroup::kClient) return false;
    }
    return true;
  }
  static std::string flags_of(const domain::Owner& owner) {
    std::string out;
    for (const auto& [flag, name] :
         {std::pair(OwnerFlag::kLegalPerson, "legal_person"),
          std::pair(OwnerFlag::kRelatedParty, "related_party"),
          std::pair(OwnerFlag::kDormant, "dormant"), std::pair(OwnerFlag::kFrozen, "frozen")}) {
      if (owner.has(flag)) out += (out.empty() ? "" : " ") + std::string(name);
    }
    return out;
  }
  void write(const domain::State& state, base::ClientId id, base::Int128 claims,
             base::Int128 recovers) {
    const domain::Owner& owner = state.owner(id);
    const domain::OwnerKind& kind = state.profile().kinds()[owner.kind];
    base::Total total;
    base::Total unsettled;
    base::Total restricted;
    for (std::uint64_t a = 0; a < owner.account_count; ++a) {
      const base::AccountId account(owner.first_account + a);
      total += base::Total::from_minor(state.balance(account));
      if (kind.available == a) {
        unsettled = base::Total::from_minor(state.account(account).credits_pending);
        restricted = base::Total::from_minor(state.account(account).debits_pending);
      }
    }
    const auto at = [&](std::optional<std::uint16_t> position) {
      if (!position) return base::Total();
      return base::Total::from_minor(
          state.balance(base::AccountId(owner.first_account + *position)));
    };
    const base::Currency currency = currency_of(state, id);
    Row row(currency);
    row.text(owner.code).count(id.value()).text(kind.name).text(flags_of(owner));
    row.text(currency.code()).amount(total).amount(at(kind.available)).amount(at(kind.frozen));
    row.amount(at(kind.withdrawing)).amount(unsettled).amount(restricted);
    row.amount(base::Total::from_minor(claims));
    row.amount(base::Total::from_minor(owner.outstanding));
    row.amount(base::Total::from_minor(recovers)).date(owner.active_on);
    table().row(row);
  }
};

constexpr Definition kHoldDefinitions[] = {
    {"reason", "the kind of the hold: why the money is set aside"},
    {"beneficiary", "the account the money goes to, or comes back to"},
    {"since", "business date of the entry that opened the hold, its sequence in opened_by"},
};

class Holds : public TableExport {
 public:
  Holds(const Options& options, Put put)
      : TableExport(
            options, std::move(put),
            {"holds",
             {},
             {"hold", "reason", "client", "account", "currency", "amount", "beneficiary", "project",
              "instalment", "order", "fee_rule", "since", "until", "opened_by"}}) {}

  void take(const Step& step) override { book_.take(step); }

  bool finish(const Position& position, const domain::State& state) override {
    for (const domain::Hold* hold : state.open_holds()) {
      const HoldBook::Opened& opened = book_.opened(hold->id);
      const base::Currency currency = currency_of(state, hold->account);
      Row row(currency);
      row.count(hold->id.value()).text(domain::name_of(hold->kind));
      row.text(state.owner(owner_of(state, hold->account)).code);
      row.text(state.account_code(hold->account)).text(currency.code());
      row.amount(base::Total::from_minor(hold->remaining));
      row.text(state.account_code(hold->beneficiary));
      if (hold->project.is_none()) {
        row.none();
      } else {
        row.text(state.project(hold->project).code);
      }
      row.id(hold->instalment).text(hold->order).text(hold->fee_rule).date(opened.date);
      row.date(until_of(*hold)).count(opened.sequence.value());
      table().row(row);
    }
    table().end(position, kHoldDefinitions);
    return true;
  }

 private:
  HoldBook book_;
};

base::Total minor(std::int64_t value) { return base::Total::from_minor(value); }

constexpr Definition kClaimDefinitions[] = {
    {"record", "claim: of a lender; recovery: what a compensator may claim of the borrower"},
    {"offered", "part of outstanding that is set aside for transfers"},
    {"principal", "what was lent and bought, less what was sold"},
    {"outstanding", "principal less principal_paid: what the holder is still owed of it"},
};

class Claims : public TableExport {
 public:
  Claims(const Options& options, Put put)
      : TableExport(options, std::move(put),
                    {"claims",
                     {},
                     {"record", "project", "state", "borrower", "holder", "currency", "principal",
                      "principal_paid", "outstanding", "interest", "interest_paid", "offered"}}) {}

  void take(const Step&) override {}

  bool finish(const Position& position, const domain::State& state) override {
    for (std::uint64_t p = 1; p <= state.project_count(); ++p) {
      const domain::Project& project = state.project(base::ProjectId(p));
      const base::Currency currency = currency_of(state, project);
      for (const domain::Claim& claim : state.claims(project.id)) {
        Row row(currency);
        row.text("claim").text(project.code).text(domain::name_of(project.state));
        row.text(state.owner(project.borrower).code).text(state.owner(claim.holder).code);
        row.text(currency.code()).amount(minor(claim.principal));
        row.amount(minor(claim.principal_paid)).amount(minor(claim.outstanding())).none();
        row.amount(minor(claim.interest_paid)).amount(minor(claim.reserved));
        table().row(row);
      }
      for (const domain::Recovery& r : project.recoveries) {
        Row row(currency);
        row.text("recovery").text(project.code).text(domain::name_of(project.state));
        row.text(state.owner(project.borrower).code).text(state.owner(r.holder).code);
        row.text(currency.code()).amount(minor(r.principal)).amount(minor(r.principal_recovered));
        row.amount(minor(r.open_principal())).amount(minor(r.interest));
        row.amount(minor(r.interest_recovered)).none();
        table().row(row);
      }
    }
    table().end(position, kClaimDefinitions);
    return true;
  }
};

}  // namespace

Made make_accounts(const Options& options, Put put) {
  return {std::make_unique<Accounts>(options, std::move(put)), {}};
}
Made make_clients(const Options& options, Put put) {
  return {std::make_unique<Clients>(options, std::move(put)), {}};
}
Made make_holds(const Options& options, Put put) {
  return {std::make_unique<Holds>(options, std::move(put)), {}};
}
Made make_claims(const Options& options, Put put) {
  return {std::make_unique<Claims>(options, std::move(put)), {}};
}

}  // namespace recon::exports
