// trace: everything the journal says about an order, a client, a project, a flow or an operator,
// entry by entry.
//
// An order is followed both ways: back along what its commands continue (`order`, `proposal`, the
// entry they reverse), forward along what continues them, and to every entry that touched one of
// its holds. An entry reached only through a hold shows the hold, not what else it did.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/domain/command.h"
#include "ledger/domain/refusal.h"
#include "recon/export/export.h"

namespace recon::exports {
namespace {

using domain::Field;

constexpr Definition kDefinitions[] = {
    {"record",
     "entry: a line of the journal; the rows after it are its effects: posting (account "
     "debited, counter_account credited), hold, claim, instalment, void, overdue, move"},
    {"order", "the order that the command continues, or that the hold belongs to"},
    {"evidence", "the bank's or channel's own reference, to be looked for in its statement"},
    {"amount", "of claims and instalments the principal; interest stands beside it"},
};

std::string text_in(const domain::Entry& entry, Field field) {
  return std::string(domain::value_in(body_of(entry), field));
}

class Trace : public TableExport {
 public:
  Trace(const Options& options, Put put)
      : TableExport(options, std::move(put), title_of(options)),
        client_(options.client),
        project_(options.project),
        flow_(options.flow),
        operator_(options.operator_name),
        from_(options.from),
        to_(options.to),
        collecting_(!options.order.empty()) {
    if (collecting_) keys_.insert(options.order);
  }

  void take(const Step& step) override {
    if (!keys_.empty()) {
      const bool touched = follow(step.entry);
      if (touched && !collecting_) write(step);
      return;
    }
    if (concerns(step)) write(step);
  }

  bool finish(const Position& position, const domain::State&) override {
    if (!collecting_) {
      table().end(position, kDefinitions);
      return true;
    }
    collecting_ = keys_.size() + targets_.size() + reversible_.size() != known_;
    known_ = keys_.size() + targets_.size() + reversible_.size();
    return false;
  }

 private:
  static Title title_of(const Options& options) {
    Title title{"trace", {}, {"record",     "sequence", "hash",     "business_date",
                              "value_date", "flow",     "command",  "authority",
                              "operator",   "outcome",  "order",    "evidence",
                              "project",    "client",   "account",  "counter_account",
                              "currency",   "amount",   "interest", "detail"}};
    for (const auto& [name, value] :
         {std::pair("order", &options.order), std::pair("client", &options.client),
          std::pair("project", &options.project), std::pair("flow", &options.flow),
          std::pair("operator", &options.operator_name)}) {
      if (!value->empty()) title.parameters.emplace_back(name, *value);
    }
    for (const auto& [name, day] : {std::pair("from", options.from), std::pair("to", options.to)}) {
      if (!day.is_none()) title.parameters.emplace_back(name, base::format(day));
    }
    return title;
  }

  // --- an order ----------------------------------------------------------------------------------
  // Whether the entry belongs to the keys; learns the keys it adds.
  bool follow(const domain::Entry& e) {
    const std::string order = text_in(e, Field::kOrder);
    const std::string proposal(domain::value_in(e.command, Field::kProposal));
    const std::uint64_t sequence = e.sequence.value();
    if (keys_.contains(order) || keys_.contains(proposal) || targets_.contains(sequence)) {
      keys_.insert(e.command_id);
    }
    for (const domain::ReversalStep& step : e.reversals) {
      if (reversible_.contains(step.target.value())) keys_.insert(e.command_id);
    }
    if (keys_.contains(e.command_id)) {
      if (!order.empty()) keys_.insert(order);
      if (!proposal.empty()) keys_.insert(proposal);
      reversible_.insert(sequence);
      for (const domain::ReversalStep& step : e.reversals) targets_.insert(step.target.value());
      return true;
    }
    return std::any_of(e.holds.begin(), e.holds.end(),
                       [&](const auto& hold) { return keys_.contains(hold.order); });
  }

  // --- a client, a project, a flow or an operator
  // ---------------------------------------------------------------------
  bool concerns(const Step& step) const {
    const domain::Entry& e = step.entry;
    if (!from_.is_none() && e.business_date < from_) return false;
    if (!to_.is_none() && e.business_date > to_) return false;
    if (!flow_.empty()) return domain::name_of(flow_of(e)) == flow_;
    if (!operator_.empty()) return e.operator_name == operator_;
    if (!client_.empty()) {
      if (text_in(e, Field::kClient) == client_ || text_in(e, Field::kBorrower) == client_) {
        return true;
      }
      const auto id = step.state.find_owner(client_);
      return id && touches(step, *id);
    }
    if (text_in(e, Field::kProject) == project_) return true;
    const auto id = step.state.find_project(project_);
    return id && touches(e, *id);
  }
  static bool touches(const Step& step, base::ClientId id) {
    const domain::Entry& e = step.entry;
    const auto owned = [&](base::AccountId account) { return owner_of(step.state, account) == id; };
    return std::any_of(e.postings.begin(), e.postings.end(),
                       [&](const auto& p) { return owned(p.debit) || owned(p.credit); }) ||
           std::any_of(e.holds.begin(), e.holds.end(),
                       [&](const auto& h) { return owned(h.account) || owned(h.beneficiary); }) ||
           std::any_of(e.claims.begin(), e.claims.end(),
                       [&](const auto& c) { return c.holder == id; }) ||
           std::any_of(e.owners.begin(), e.owners.end(),
                       [&](const auto& o) { return o.id == id; }) ||
           std::any_of(e.owner_changes.begin(), e.owner_changes.end(),
                       [&](const auto& o) { return o.id == id; });
  }
  static bool touches(const domain::Entry& e, base::ProjectId id) {
    const auto names = [&](const auto& row) { return row.project == id; };
    return std::any_of(e.holds.begin(), e.holds.end(), names) ||
           std::any_of(e.claims.begin(), e.claims.end(), names) ||
           std::any_of(e.instalments.begin(), e.instalments.end(), names) ||
           std::any_of(e.fees.begin(), e.fees.end(), names) ||
           std::any_of(e.voided.begin(), e.voided.end(), names) ||
           std::any_of(e.overdue.begin(), e.overdue.end(), names) ||
           std::any_of(e.moves.begin(), e.moves.end(), [&](const auto& m) { return m.id == id; }) ||
           std::any_of(e.projects.begin(), e.projects.end(),
                       [&](const auto& p) { return p.id == id; });
  }

  // --- which effects -----------------------------------------------------------------------------
  // An entry that belongs as a whole shows all; otherwise what concerns these owners.
  struct Shown {
    bool all = false;
    std::set<base::ClientId> owners;
  };
  Shown shown_of(const Step& step) const {
    Shown shown;
    if (!client_.empty()) {
      if (const auto id = step.state.find_owner(client_)) shown.owners.insert(*id);
      return shown;
    }
    shown.all = keys_.empty() || keys_.contains(step.entry.command_id);
    if (shown.all) return shown;
    for (const domain::HoldChange& hold : step.entry.holds) {
      if (keys_.contains(hold.order)) shown.owners.insert(owner_of(step.state, hold.account));
    }
    return shown;
  }
  bool shows(const Shown& shown, const Step& step, const domain::HoldChange& hold) const {
    if (shown.all) return true;
    if (!keys_.empty()) return keys_.contains(hold.order);
    return shown.owners.contains(owner_of(step.state, hold.account)) ||
           shown.owners.contains(owner_of(step.state, hold.beneficiary));
  }

  // --- rows --------------------------------------------------------------------------------------
  Row start(const Step& step, std::string_view record, base::Currency currency) const {
    Row row(currency);
    row.text(record).count(step.entry.sequence.value()).text(step.hash.hex());
    row.date(step.entry.business_date).date(step.entry.value_date);
    row.text(domain::name_of(flow_of(step.entry))).text(step.entry.command_id);
    return row;
  }
  void write(const Step& step) {
    const domain::Entry& e = step.entry;
    Row row = start(step, "entry", {});
    row.text(domain::name_of(domain::effective_authority(e))).text(e.operator_name);
    row.text(e.committed() ? "committed" : "refused").text(text_in(e, Field::kOrder));
    row.text(text_in(e, Field::kEvidence)).text(text_in(e, Field::kProject));
    row.text(text_in(e, Field::kClient)).none(5);
    const auto code = domain::refusal_from_number(e.refusal);
    row.text(code && !e.committed() ? fmt::format("{} {}", domain::text_of(*code).name, e.detail)
                                    : text_in(e, Field::kReason));
    table().row(row);
    const Shown shown = shown_of(step);
    write_postings(step, shown);
    for (const domain::HoldChange& hold : e.holds) {
      if (shows(shown, step, hold)) write_hold(step, hold);
    }
    for (const domain::ClaimChange& claim : e.claims) {
      if (shown.all || shown.owners.contains(claim.holder)) write_claim(step, claim);
    }
    if (shown.all) write_project_effects(step);
  }
  void write_postings(const Step& step, const Shown& shown) {
    for (const domain::Posting& p : step.entry.postings) {
      if (!shown.all && !shown.owners.contains(owner_of(step.state, p.debit)) &&
          !shown.owners.contains(owner_of(step.state, p.credit))) {
        continue;
      }
      const base::Currency currency = currency_of(step.state, p.debit);
      Row row = start(step, "posting", currency);
      row.none(7).text(step.state.account_code(p.debit)).text(step.state.account_code(p.credit));
      row.text(currency.code()).amount(p.amount).none().text(domain::name_of(p.kind));
      table().row(row);
    }
  }
  void write_hold(const Step& step, const domain::HoldChange& hold) {
    const base::Currency currency = currency_of(step.state, hold.account);
    Row row = start(step, "hold", currency);
    row.none(3).text(hold.order).none();
    row.text(hold.project.is_none() ? "" : step.state.project(hold.project).code);
    row.text(step.state.owner(owner_of(step.state, hold.account)).code);
    row.text(step.state.account_code(hold.account));
    row.text(step.state.account_code(hold.beneficiary)).text(currency.code()).amount(hold.amount);
    row.none().text(fmt::format("{} {} hold {}", domain::name_of(hold.op),
                                domain::name_of(hold.kind), hold.id.value()));
    table().row(row);
  }
  void write_claim(const Step& step, const domain::ClaimChange& claim) {
    const domain::Project& project = step.state.project(claim.project);
    const base::Currency currency = currency_of(step.state, project);
    Row row = start(step, "claim", currency);
    row.none(5).text(project.code).text(step.state.owner(claim.holder).code).none(2);
    row.text(currency.code()).amount(claim.principal).amount(claim.interest);
    row.text(domain::name_of(claim.op));
    table().row(row);
  }
  void write_schedule(const Step& step, std::string_view record, base::ProjectId id,
                      base::Amount principal, base::Amount interest, std::string_view detail) {
    const domain::Project& project = step.state.project(id);
    const base::Currency currency = currency_of(step.state, project);
    Row row = start(step, record, currency);
    row.none(5).text(project.code).none(3).text(currency.code()).amount(principal);
    row.amount(interest).text(detail);
    table().row(row);
  }
  void write_project_effects(const Step& step) {
    for (const domain::InstalmentPaid& paid : step.entry.instalments) {
      write_schedule(step, "instalment", paid.project, paid.principal, paid.interest,
                     fmt::format("instalment {}", paid.instalment));
    }
    for (const domain::ScheduleVoided& voided : step.entry.voided) {
      write_schedule(step, "void", voided.project, voided.principal, voided.interest,
                     fmt::format("from instalment {}", voided.from));
    }
    for (const domain::OverdueMark& mark : step.entry.overdue) {
      write_schedule(step, "overdue", mark.project, base::Amount(), mark.penalty,
                     fmt::format("instalment {}, {} days, penalty", mark.instalment, mark.days));
    }
    for (const domain::ProjectMoved& move : step.entry.moves) {
      Row row = start(step, "move", {});
      row.none(5).text(step.state.project(move.id).code).none(6);
      row.text(domain::name_of(move.to));
      table().row(row);
    }
  }

  std::string client_;
  std::string project_;
  std::string flow_;
  std::string operator_;
  base::Date from_, to_;                // of business dates, not for orders
  std::set<std::string> keys_;          // command ids that are followed
  std::set<std::uint64_t> reversible_;  // sequences of their entries
  std::set<std::uint64_t> targets_;     // entries that they reverse
  std::size_t known_ = 0;
  bool collecting_;
};

}  // namespace

Made make_trace(const Options& options, Put put) {
  int given = 0;
  for (const std::string* one :
       {&options.order, &options.client, &options.project, &options.flow, &options.operator_name}) {
    given += one->empty() ? 0 : 1;
  }
  if (given != 1) {
    return {nullptr, "trace needs one of --order, --client, --project, --flow and --operator"};
  }
  if (!options.flow.empty() && !domain::flow_from_name(options.flow)) {
    return {nullptr, "--flow " + options.flow + ": there is no such flow"};
  }
  return {std::make_unique<Trace>(options, std::move(put)), {}};
}

}  // namespace recon::exports
