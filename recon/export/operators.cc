// operators: what each person did, by flow: counts for the appraisal of staff.
#include <fmt/format.h>

#include <map>

#include "ledger/domain/refusal.h"
#include "recon/export/export.h"

namespace recon::exports {
namespace {

constexpr Definition kDefinitions[] = {
    {"record",
     "operator: everything of one person; flow: of one flow; refusal: of one refusal code"},
    {"manual", "commands that name an operator, committed or refused"},
    {"refused", "of them, refused by the ledger"},
    {"proposed", "proposals made; approved and rejected are those decided by this person"},
    {"reversals", "entries reversed by this person's approval"},
};

struct Counts {
  std::uint64_t manual = 0, refused = 0, proposed = 0, approved = 0, rejected = 0, reversals = 0;
  std::uint64_t first = 0, last = 0;
};

class Operators : public TableExport {
 public:
  Operators(const Options& options, Put put)
      : TableExport(options, std::move(put),
                    {"operators",
                     {},
                     {"record", "operator", "name", "manual", "refused", "proposed", "approved",
                      "rejected", "reversals", "first_sequence", "last_sequence"}}) {}

  void take(const Step& step) override {
    const domain::Entry& e = step.entry;
    if (e.operator_name.empty()) return;
    count({e.operator_name, 0, ""}, e);
    count({e.operator_name, 1, std::string(domain::name_of(flow_of(e)))}, e);
    if (e.committed()) return;
    const auto code = domain::refusal_from_number(e.refusal);
    count({e.operator_name, 2, code ? std::string(domain::text_of(*code).name) : "unknown"}, e);
  }

  bool finish(const Position& position, const domain::State&) override {
    static constexpr std::string_view kRecords[] = {"operator", "flow", "refusal"};
    for (const auto& [key, c] : counts_) {
      Row row;
      row.text(kRecords[std::get<1>(key)]).text(std::get<0>(key)).text(std::get<2>(key));
      row.count(c.manual).count(c.refused).count(c.proposed).count(c.approved).count(c.rejected);
      row.count(c.reversals).count(c.first).count(c.last);
      table().row(row);
    }
    table().end(position, kDefinitions);
    return true;
  }

 private:
  using Key = std::tuple<std::string, std::size_t, std::string>;

  void count(const Key& key, const domain::Entry& e) {
    Counts& c = counts_[key];
    if (c.manual++ == 0) c.first = e.sequence.value();
    c.last = e.sequence.value();
    if (!e.committed()) ++c.refused;
    for (const domain::ReversalStep& step : e.reversals) count(c, step.op, e.proposals.empty());
    for (const domain::ProposalStep& step : e.proposals) {
      if (step.op == domain::ProposalOp::kProposed) ++c.proposed;
      if (step.op == domain::ProposalOp::kApproved) ++c.approved;
      if (step.op == domain::ProposalOp::kRejected) ++c.rejected;
    }
  }
  // A reversal that a proposal carries is proposed and approved there.
  static void count(Counts& c, domain::ReversalOp op, bool by_itself) {
    switch (op) {
      case domain::ReversalOp::kProposed:
        if (by_itself) ++c.proposed;
        break;
      case domain::ReversalOp::kApproved:
        if (by_itself) ++c.approved;
        ++c.reversals;
        break;
      case domain::ReversalOp::kRejected:
        if (by_itself) ++c.rejected;
        break;
      case domain::ReversalOp::kReturned:
        break;
    }
  }

  std::map<Key, Counts> counts_;
};

}  // namespace

Made make_operators(const Options& options, Put put) {
  return {std::make_unique<Operators>(options, std::move(put)), {}};
}

}  // namespace recon::exports
