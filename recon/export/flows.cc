// flows: the flow-of-funds matrix: what moved from which class to which, by period and flow.
#include <fmt/format.h>

#include <map>
#include <tuple>

#include "recon/export/export.h"

namespace recon::exports {
namespace {

constexpr Definition kDefinitions[] = {
    {"period", "business dates: a day, a month, or all of them"},
    {"flow", "the command that moved the money; an approved proposal counts as what it proposed"},
    {"debit_class", "the class the money left (client and platform classes)"},
    {"postings", "how many postings of the journal make up the amount"},
};

class Flows : public TableExport {
 public:
  Flows(const Options& options, Put put)
      : TableExport(options, std::move(put),
                    {"flows",
                     {{"period", options.period}},
                     {"period", "flow", "debit_class", "debit_name", "credit_class", "credit_name",
                      "currency", "postings", "amount"}}),
        period_(options.period) {}

  void take(const Step& step) override {
    for (const domain::Posting& p : step.entry.postings) {
      const domain::Account& debit = step.state.account(p.debit);
      Sum& sum = sums_[{period_of(step.entry.business_date), flow_of(step.entry),
                        class_of(step.state, p.debit).number, class_of(step.state, p.credit).number,
                        debit.currency_index}];
      ++sum.postings;
      sum.amount += p.amount;
    }
  }

  bool finish(const Position& position, const domain::State& state) override {
    const domain::Profile& profile = state.profile();
    const auto name = [&](std::uint16_t number) {
      const auto index = profile.class_index(number);
      return index ? profile.classes()[*index].name : std::string();
    };
    for (const auto& [key, sum] : sums_) {
      const auto& [period, flow, debit, credit, currency_index] = key;
      const base::Currency currency = profile.currencies()[currency_index];
      Row row(currency);
      row.text(period).text(domain::name_of(flow)).count(debit).text(name(debit));
      row.count(credit).text(name(credit)).text(currency.code()).count(sum.postings);
      row.amount(sum.amount);
      table().row(row);
    }
    table().end(position, kDefinitions);
    return true;
  }

 private:
  // Ascending by period, then the numbers of flow, classes and currency.
  using Key = std::tuple<std::string, domain::FlowCode, std::uint16_t, std::uint16_t, std::uint8_t>;
  struct Sum {
    std::uint64_t postings = 0;
    base::Total amount;
  };

  std::string period_of(base::Date date) const {
    if (period_ == "all") return "all";
    return base::format(date).substr(0, period_ == "month" ? 7 : 10);
  }

  std::string period_;
  std::map<Key, Sum> sums_;
};

}  // namespace

Made make_flows(const Options& options, Put put) {
  if (options.period != "day" && options.period != "month" && options.period != "all") {
    return {nullptr, "--period is day, month or all"};
  }
  return {std::make_unique<Flows>(options, std::move(put)), {}};
}

}  // namespace recon::exports
