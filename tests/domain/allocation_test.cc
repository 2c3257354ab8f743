// Exact pro-rata allocation (CUSTODY 3.6): its vectors, and its promises over random loans.
#include "ledger/domain/allocation.h"

#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "ledger/base/amount.h"
#include "tests/domain/random_source.h"

namespace ledger::domain::test {
namespace {

using base::Int128;
using Row = std::vector<std::int64_t>;

Row once(std::int64_t due, const Row& weights) {
  std::vector<Share> shares;
  for (const std::int64_t w : weights) shares.push_back({w, 0});
  return allocate(due, 0, shares);
}

struct Loan {
  Row weights;
  Row dues;
  bool principal = false;  // the last due pays what each weight still lacks, as `distribute` does
};
// The rows of all dues.
std::vector<Row> play_loan(const Loan& loan) {
  std::vector<Row> rows;
  std::vector<Share> shares;
  for (const std::int64_t w : loan.weights) shares.push_back({w, 0});
  std::int64_t before = 0;
  for (std::size_t k = 0; k < loan.dues.size(); ++k) {
    Row row;
    if (loan.principal && k + 1 == loan.dues.size()) {
      for (const Share& s : shares) row.push_back(s.weight - s.paid);
    } else {
      row = allocate(loan.dues[k], before, shares);
    }
    before += loan.dues[k];
    for (std::size_t i = 0; i < row.size(); ++i) shares[i].paid += row[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

Loan random_loan(Random& r, int kind) {
  Loan loan;
  const std::int64_t holders = r.between(1, 60);
  const std::int64_t periods = r.between(1, 36);
  std::int64_t whole = 0;
  for (std::int64_t i = 0; i < holders; ++i) {
    loan.weights.push_back(r.between(1, 400) * (r.chance(50) ? 100 : 1));
    whole += loan.weights.back();
  }
  std::int64_t left = whole;
  for (std::int64_t k = 0; k < periods; ++k) {
    if (kind == 0) loan.dues.push_back(r.between(0, 3 * holders));  // tiny interest
    if (kind == 1) loan.dues.push_back(k + 1 == periods ? left : whole / periods);
    if (kind == 2) loan.dues.push_back(r.between(0, 100'000));
    left -= whole / periods;
  }
  loan.principal = kind == 1;
  return loan;
}

TEST(Allocation, SinglePeriodVectors) {
  EXPECT_EQ(once(10'001, {1, 1, 1}), (Row{3'334, 3'334, 3'333}));
  EXPECT_EQ(once(1, {5, 3, 2}), (Row{1, 0, 0}));
  EXPECT_EQ(once(833'334, {50'000, 30'000, 19'900, 100}), (Row{416'667, 250'000, 165'834, 833}));
  EXPECT_EQ(once(0, {1, 2}), (Row{0, 0}));
  EXPECT_EQ(once(7, {1}), (Row{7}));
  EXPECT_EQ(once(1, {1, 1}), (Row{1, 0})) << "a tie goes to the earlier share";
  EXPECT_EQ(once(5, {0, 1, 0}), (Row{0, 5, 0}));
}

TEST(Allocation, MultiPeriodVectorEndsExactly) {
  Loan loan{{10'000, 30'000, 45'000, 15'000}, Row(11, 8'333), true};
  loan.dues.push_back(8'337);
  Row sum(4);
  for (const Row& row : play_loan(loan)) {
    for (std::size_t i = 0; i < 4; ++i) sum[i] += row[i];
  }
  EXPECT_EQ(sum, loan.weights);
  // Without the rule for the last instalment, error feedback alone ends there too.
  loan.principal = false;
  sum.assign(4, 0);
  for (const Row& row : play_loan(loan)) {
    for (std::size_t i = 0; i < 4; ++i) sum[i] += row[i];
  }
  EXPECT_EQ(sum, loan.weights);
}

TEST(Allocation, LargestFiguresDoNotOverflow) {
  constexpr std::int64_t kMost = 1'000'000'000'000'000'000;
  EXPECT_EQ(once(kMost, {kMost}), (Row{kMost}));
  EXPECT_EQ(once(kMost, {kMost / 2, kMost / 2}), (Row{kMost / 2, kMost / 2}));
  const Row parts = once(kMost - 1, {kMost / 2, kMost / 4, kMost / 4});
  EXPECT_EQ(parts[0] + parts[1] + parts[2], kMost - 1);
}

TEST(Allocation, RandomLoansAreExactNeverNegativeAndDriftLessThanOne) {
  Random r(Random::seed(7));
  for (int n = 0; n < 10'000; ++n) {
    const Loan loan = random_loan(r, n % 3);
    Int128 weight = 0;
    for (const std::int64_t w : loan.weights) weight += w;
    Row paid(loan.weights.size());
    Int128 due = 0;
    const auto rows = play_loan(loan);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      due += loan.dues[k];
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < paid.size(); ++i) {
        ASSERT_GE(rows[k][i], 0) << "loan " << n << " due " << k;
        sum += rows[k][i];
        paid[i] += rows[k][i];
        const Int128 drift = due * loan.weights[i] - Int128{paid[i]} * weight;
        ASSERT_TRUE(drift < weight && -drift < weight) << "loan " << n << " due " << k;
      }
      ASSERT_EQ(sum, loan.dues[k]) << "loan " << n << " due " << k;
    }
    if (loan.principal) {
      ASSERT_EQ(paid, loan.weights) << "loan " << n;
    }
  }
}

// "w w w | d d d | p | row row row": read by allocation_oracle.py, which computes the rows anew.
TEST(Allocation, CasesAreWrittenForTheOracle) {
  const char* path = std::getenv("ESCROW_ALLOCATION_CASES");
  if (path == nullptr) GTEST_SKIP() << "ESCROW_ALLOCATION_CASES names no file";
  Random r(Random::seed(2017));
  std::ofstream out(path);
  const auto put = [&](const Row& row) {
    for (const std::int64_t v : row) out << v << ' ';
  };
  for (int n = 0; n < 10'000; ++n) {
    const Loan loan = random_loan(r, n % 3);
    put(loan.weights);
    out << "| ";
    put(loan.dues);
    out << "| " << (loan.principal ? 1 : 0) << " | ";
    for (const Row& row : play_loan(loan)) put(row);
    out << '\n';
  }
  EXPECT_TRUE(out.good()) << path;
}

}  // namespace
}  // namespace ledger::domain::test
