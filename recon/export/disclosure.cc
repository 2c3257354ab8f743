// disclosure: the figures a platform publishes, as of any entry; and behind each figure the entries
// that made it.
#include <fmt/format.h>

#include <map>

#include "recon/export/export.h"
#include "recon/export/figures.h"
#include "recon/export/ratio.h"

namespace recon::exports {
namespace {

std::vector<Definition> definitions() {
  std::vector<Definition> out = {
      {"received",
       "distributed to the lenders' sub-accounts, with money that the bank had confirmed: "
       "a payment out of a deposit still in transit counts from the settlement of that "
       "deposit. The bank's statement is of the whole custody account, so a lender's "
       "own booking at the bank is not in the journal"},
      {"ratio",
       "numerator and denominator are the figures named in the columns of; basis_points is "
       "their quotient rounded down, 0 where the denominator is 0"},
      {"average", "numerator by denominator in minor units, rounded down"},
      {"fee",
       "fee:RULE, a rule of the profile in force: a fee under it is at most value + basis_points "
       "of its base, the loan's target or the amount moved; numerator_of is the kind of client "
       "that pays it, denominator_of the flow that takes it"},
  };
  for (const Figure& figure : figures()) out.push_back({figure.name, figure.definition});
  for (const Quotient& q : quotients()) out.push_back({q.name, q.definition});
  return out;
}

// The figure over all its subjects of one currency.
base::Int128 value_of(const Figure& figure, const View& view, std::uint8_t currency) {
  base::Int128 sum = 0;
  if (figure.of_owner != nullptr) {
    for (std::uint64_t i = 1; i <= view.state.owner_count(); ++i) {
      const base::ClientId id(i);
      if (view.state.owner(id).currency == currency) sum += figure.of_owner(view, id);
    }
    return sum;
  }
  for (const Loan& loan : view.facts.book().loans()) {
    const domain::Project& project = view.state.project(loan.project);
    if (view.state.owner(project.borrower).currency != currency) continue;
    sum += figure.of_project(view, loan, project);
  }
  return sum;
}

void cell(Row& row, Unit unit, base::Int128 value) {
  if (unit == Unit::kAmount) {
    row.amount(base::Total::from_minor(value));
  } else {
    row.count(value);
  }
}

class Disclosure : public TableExport {
 public:
  Disclosure(const Options& options, Put put)
      : TableExport(options, std::move(put),
                    {"disclosure",
                     {},
                     {"figure", "zh", "currency", "unit", "value", "numerator", "numerator_of",
                      "denominator", "denominator_of", "basis_points"}}) {}

  void take(const Step& step) override { facts_.take(step); }

  bool finish(const Position& position, const domain::State& state) override {
    const auto& currencies = state.profile().currencies();
    for (std::uint8_t c = 0; c < currencies.size(); ++c) {
      const Largest largest = largest_of(facts_, state, c);
      const View view{facts_, state, position.date, largest};
      std::map<std::string_view, base::Int128> values;
      for (const Figure& figure : figures()) {
        const base::Int128 value = value_of(figure, view, c);
        values[figure.name] = value;
        Row row(currencies[c]);
        row.text(figure.name).text(figure.zh).text(currencies[c].code());
        row.text(figure.unit == Unit::kAmount ? "amount" : "count");
        cell(row, figure.unit, value);
        table().row(row.none(5));
      }
      for (const Quotient& q : quotients()) write(q, values, currencies[c]);
    }
    write_fees(state.profile());
    table().end(position, definitions());
    return true;
  }

 private:
  // Fees are taken in the first currency, that of the platform's accounts.
  void write_fees(const domain::Profile& profile) {
    const base::Currency currency = profile.currencies().front();
    for (const auto& [id, rule] : profile.fee_rules()) {
      Row row(currency);
      row.text("fee:" + id).text("收费标准").text(currency.code()).text("fee");
      row.amount(rule.fixed).none().text(rule.payer_kind).none();
      row.text(domain::name_of(rule.flow)).count(rule.basis_points);
      table().row(row);
    }
  }

  void write(const Quotient& q, std::map<std::string_view, base::Int128>& values,
             base::Currency currency) {
    const base::Int128 numerator = values[q.numerator];
    const base::Int128 denominator = values[q.denominator];
    Row row(currency);
    row.text(q.name).text(q.zh).text(currency.code()).text(q.average ? "average" : "ratio");
    if (q.average) {
      row.amount(base::Total::from_minor(denominator == 0 ? 0 : numerator / denominator));
    } else {
      row.none();
    }
    cell(row, find_figure(q.numerator)->unit, numerator);
    row.text(q.numerator);
    cell(row, find_figure(q.denominator)->unit, denominator);
    row.text(q.denominator);
    if (q.average) {
      row.none();
    } else {
      row.count(basis_points(numerator, denominator));
    }
    table().row(row);
  }

  Facts facts_;
};

constexpr Definition kDrillDefinitions[] = {
    {"change",
     "what the entry changed of the figure as it stands at the end: its subjects and the "
     "business date are those of the last entry"},
    {"running", "the sum of the changes so far; after the last row it is the figure"},
};

// Walks twice: first to know the day and who the largest are, then to find who changed the figure.
class FigureEntries : public TableExport {
 public:
  FigureEntries(const Options& options, Put put, const Figure& figure)
      : TableExport(options, std::move(put),
                    {"disclosure",
                     {{"figure", options.figure}},
                     {"figure", "currency", "subject", "sequence", "hash", "business_date", "flow",
                      "command", "change", "running"}}),
        figure_(figure) {}

  void take(const Step& step) override {
    facts_.take(step);
    if (!day_.is_none()) find_changes(step);
  }

  bool finish(const Position& position, const domain::State& state) override {
    if (!day_.is_none()) {
      table().end(position, kDrillDefinitions);
      return true;
    }
    for (std::uint8_t c = 0; c < state.profile().currencies().size(); ++c) {
      largest_.push_back(largest_of(facts_, state, c));
    }
    day_ = position.date;
    facts_ = Facts();
    running_.assign(largest_.size(), 0);
    return false;
  }

 private:
  void find_changes(const Step& step) {
    if (figure_.of_owner != nullptr) {
      for (const base::ClientId id : facts_.touched_owners()) {
        const std::uint8_t currency = step.state.owner(id).currency;
        const View view{facts_, step.state, day_, largest_[currency]};
        changed(step, currency, id.value(), step.state.owner(id).code, figure_.of_owner(view, id));
      }
      return;
    }
    for (const base::ProjectId id : facts_.book().touched()) {
      const domain::Project& project = step.state.project(id);
      const std::uint8_t currency = step.state.owner(project.borrower).currency;
      const View view{facts_, step.state, day_, largest_[currency]};
      changed(step, currency, id.value(), project.code,
              figure_.of_project(view, facts_.book().loan(id), project));
    }
  }

  void changed(const Step& step, std::uint8_t currency, std::uint64_t subject,
               const std::string& code, base::Int128 now) {
    base::Int128& before = values_[subject];
    if (now == before) return;
    running_[currency] += now - before;
    const base::Currency unit = step.state.profile().currencies()[currency];
    Row row(unit);
    row.text(figure_.name).text(unit.code()).text(code).count(step.entry.sequence.value());
    row.text(step.hash.hex()).date(step.entry.business_date);
    row.text(domain::name_of(flow_of(step.entry))).text(step.entry.command_id);
    cell(row, figure_.unit, now - before);
    cell(row, figure_.unit, running_[currency]);
    table().row(row);
    before = now;
  }

  const Figure& figure_;
  Facts facts_;
  base::Date day_;                                // none during the first walk
  std::vector<Largest> largest_;                  // by currency
  std::vector<base::Int128> running_;             // by currency
  std::map<std::uint64_t, base::Int128> values_;  // by subject
};

}  // namespace

Made make_disclosure(const Options& options, Put put) {
  if (options.figure.empty()) return {std::make_unique<Disclosure>(options, std::move(put)), {}};
  const Figure* figure = find_figure(options.figure);
  if (figure == nullptr)
    return {nullptr, "--figure " + options.figure + ": there is no such figure"};
  return {std::make_unique<FigureEntries>(options, std::move(put), *figure), {}};
}

}  // namespace recon::exports
