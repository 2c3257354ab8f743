// Figures: what a platform publishes, each the sum of one measure over projects or owners. Because
// a figure is nothing but that sum, the entries behind it are those that change the measure of one
// of its subjects, and their changes add up to it.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "recon/export/loan_book.h"

namespace recon::exports {

// Everything figures are computed from.
class Facts {
 public:
  void take(const Step& step);

  const LoanBook& book() const { return book_; }
  bool ever_lent(base::ClientId id) const { return at(id).lent; }
  bool ever_borrowed(base::ClientId id) const { return at(id).borrowed; }
  // Principal of open claims.
  std::int64_t holds(base::ClientId id) const { return at(id).holds; }
  // Owners whose figures the last entry may have changed.
  const std::vector<base::ClientId>& touched_owners() const { return touched_; }

 private:
  struct Party {
    bool lent = false;
    bool borrowed = false;
    std::int64_t holds = 0;
  };
  Party& edit(base::ClientId id);
  const Party& at(base::ClientId id) const;

  LoanBook book_;
  std::vector<Party> parties_;
  std::vector<base::ClientId> touched_;
};

// The largest borrowers and lenders of a currency, by what is outstanding, then by number.
struct Largest {
  std::set<base::ClientId> borrower, borrowers, lender, lenders;  // one and ten
};
Largest largest_of(const Facts& facts, const domain::State& state, std::uint8_t currency);

struct View {
  const Facts& facts;
  const domain::State& state;
  base::Date day;
  const Largest& largest;
};

enum class Unit { kAmount, kCount };
struct Figure {
  std::string_view name;
  std::string_view zh;
  Unit unit = Unit::kAmount;
  std::string_view definition;
  // One of the two: what a project, or an owner, adds.
  base::Int128 (*of_project)(const View&, const Loan&, const domain::Project&) = nullptr;
  base::Int128 (*of_owner)(const View&, base::ClientId) = nullptr;
};
const std::vector<Figure>& figures();
const Figure* find_figure(std::string_view name);

// One figure by another: in basis points, or for an average in minor units.
struct Quotient {
  std::string_view name;
  std::string_view zh;
  std::string_view numerator;
  std::string_view denominator;
  std::string_view definition;
  bool average = false;
};
const std::vector<Quotient>& quotients();

}  // namespace recon::exports
