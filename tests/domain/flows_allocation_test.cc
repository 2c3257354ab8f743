// Random loans through the flows themselves (bid, disburse, repay, distribute), written for
// allocation_oracle.py, which computes every lender's part anew.
#include <cstdlib>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/domain/random_source.h"
#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

using Row = std::vector<std::int64_t>;

constexpr int kLenders = 60;
constexpr int kLoansOfABank = 40;  // a bank keeps its entries

// Lenders L10 ... L69 with money for any loan, in the order of their claims.
std::unique_ptr<Bank> town() {
  auto bank = std::make_unique<Bank>();
  bank->audit_each = false;
  play(*bank, "open_account o1 client=channel:c\nopen_account o2 client=borrower:B");
  play(*bank, "deposit d0 client=borrower:B channel=c amount=9000000.00");
  for (int i = 0; i < kLenders; ++i) {
    play(*bank, fmt::format("open_account o-{0} client=lender:L{0}\n"
                            "deposit d-{0} client=lender:L{0} channel=c amount=9000000.00",
                            10 + i));
  }
  return bank;
}

struct Loan {
  Row weights;
  Row principal, interest;  // dues
};

Loan random_loan(Random& r) {
  Loan loan;
  std::int64_t whole = 0;
  for (std::int64_t i = r.between(1, kLenders); i > 0; --i) {
    loan.weights.push_back(r.between(1, 400) * (r.chance(50) ? 100 : 1));
    whole += loan.weights.back();
  }
  const std::int64_t periods = r.between(1, 24);
  const std::int64_t kind = r.between(0, 2);  // of the interest: tiny, small, anything
  std::int64_t left = whole;
  for (std::int64_t k = 1; k <= periods; ++k) {
    const std::int64_t due = k == periods   ? left
                             : r.chance(20) ? 0
                             : r.chance(50) ? std::min(left, whole / periods)
                                            : r.between(0, std::min(left, 2 * whole / periods));
    loan.principal.push_back(due);
    left -= due;
    const std::int64_t most = kind == 0 ? 3 : kind == 1 ? 3 * kLenders : 100'000;
    loan.interest.push_back(r.between(due == 0 ? 1 : 0, most));
  }
  return loan;
}

// The loan from its bids to its end; a row of parts for each due, principal and interest.
std::pair<Row, Row> play_loan(Bank& bank, const Loan& loan, int number) {
  std::string schedule;
  std::int64_t whole = 0;
  base::Date due = bank.state.business_date();
  for (std::size_t k = 0; k < loan.principal.size(); ++k) {
    due = due.plus_days(1);
    schedule += fmt::format("{}{}:{}+{}", k == 0 ? "" : ",", format(due), yuan(loan.principal[k]),
                            yuan(loan.interest[k]));
    whole += loan.principal[k];
  }
  play(bank, fmt::format("open_project p{0} project=P{0} borrower=borrower:B target={1} "
                         "contract_hash=c{0} instalments={2}",
                         number, yuan(whole), schedule));
  for (std::size_t i = 0; i < loan.weights.size(); ++i) {
    play(bank, fmt::format("bid b{0}-{1} client=lender:L{2} project=P{0} amount={3}", number, i,
                           10 + i, yuan(loan.weights[i])));
  }
  play(bank, fmt::format("disburse x{0} project=P{0}", number));
  std::pair<Row, Row> rows;
  for (std::size_t k = 0; k < loan.principal.size(); ++k) {
    play(bank, fmt::format("repay r{0}-{1} project=P{0} instalment={1} amount={2}\n"
                           "distribute t{0}-{1} order=r{0}-{1}",
                           number, k + 1, yuan(loan.principal[k] + loan.interest[k])));
    Row principal(loan.weights.size()), interest(loan.weights.size());
    const std::uint64_t first = bank.state.find_owner("lender:L10")->value();
    for (const ClaimChange& c : bank.entries.back().claims) {
      principal[c.holder.value() - first] = c.principal.minor();
      interest[c.holder.value() - first] = c.interest.minor();
    }
    rows.first.insert(rows.first.end(), principal.begin(), principal.end());
    rows.second.insert(rows.second.end(), interest.begin(), interest.end());
  }
  play(bank,
       fmt::format("project P{0} settled 0.00 {1} {1} {2}", number, yuan(whole),
                   yuan(bank.state.project(*bank.state.find_project(fmt::format("P{}", number)))
                            .interest_paid)));
  return rows;
}

// Two lines a loan, "w w w | d d d | settles | row row row".
TEST(AllocationByFlows, LoansAreWrittenForTheOracle) {
  const char* path = std::getenv("ESCROW_ALLOCATION_CASES");
  if (path == nullptr) GTEST_SKIP() << "ESCROW_ALLOCATION_CASES names no file";
  const char* wanted = std::getenv("ESCROW_ALLOCATION_LOANS");
  const int loans = wanted == nullptr ? 200 : std::atoi(wanted);
  Random r(Random::seed(41));
  std::ofstream out(path);
  const auto put = [&](const Row& row) {
    for (const std::int64_t v : row) out << v << ' ';
    out << "| ";
  };
  std::unique_ptr<Bank> bank;
  for (int n = 0; n < loans && !testing::Test::HasFailure(); ++n) {
    if (n % kLoansOfABank == 0) bank = town();
    // Each lender's claim is what is left of its bid: the weights stay those of the beginning.
    const Loan loan = random_loan(r);
    const auto [principal, interest] = play_loan(*bank, loan, n);
    put(loan.weights);
    put(loan.principal);
    out << "1 | ";
    for (const std::int64_t v : principal) out << v << ' ';
    out << '\n';
    put(loan.weights);
    put(loan.interest);
    out << "0 | ";
    for (const std::int64_t v : interest) out << v << ' ';
    out << '\n';
  }
  EXPECT_TRUE(out.good()) << path;
}

}  // namespace
}  // namespace ledger::domain::test
