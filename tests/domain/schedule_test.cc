// Schedules: vectors worked out by hand, limits, and random loans for schedule_oracle.py.
#include "ledger/domain/schedule.h"

#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/domain/allocation.h"
#include "tests/domain/random_source.h"

namespace ledger::domain::test {
namespace {

using base::Amount;

LoanTerms terms(RepaymentMethod method, std::int64_t principal, std::uint64_t rate_ppm,
                std::uint64_t months, std::string_view first_due) {
  return {method, Amount::of(principal), rate_ppm, months,
          base::Date::parse(first_due).value_or(base::Date())};
}

std::string text(const std::vector<Instalment>& schedule) {
  std::string out;
  for (const Instalment& i : schedule) {
    out += fmt::format("{}{}:{}+{}", out.empty() ? "" : " ", format(i.due), i.principal.minor(),
                       i.interest.minor());
  }
  return out;
}

std::string schedule(const LoanTerms& loan) {
  const auto made = make_schedule(loan);
  if (!made) return fmt::format("{}", static_cast<int>(made.error().code));
  return text(*made);
}

// 10,000.00 at 12 % a year, over three months: i = 1 %.
TEST(Schedule, OfEachMethodIsAsWorkedOutByHand) {
  using M = RepaymentMethod;
  EXPECT_EQ(schedule(terms(M::kOneTime, 1'000'000, 120'000, 3, "2018-04-30")),
            "2018-04-30:1000000+30000");
  EXPECT_EQ(schedule(terms(M::kInterestFirst, 1'000'000, 120'000, 3, "2018-01-31")),
            "2018-01-31:0+10000 2018-02-28:0+10000 2018-03-31:1000000+10000");
  EXPECT_EQ(schedule(terms(M::kEqualPrincipal, 1'000'000, 120'000, 3, "2020-01-30")),
            "2020-01-30:333333+10000 2020-02-29:333333+6667 2020-03-30:333334+3333");
  // A = 1,000,000 * 0.01 * 1.030301 / 0.030301 = 340,022.11...
  EXPECT_EQ(schedule(terms(M::kEqualInstalment, 1'000'000, 120'000, 3, "2018-12-15")),
            "2018-12-15:330022+10000 2019-01-15:333322+6700 2019-02-15:336656+3367");
}

TEST(Schedule, WithoutInterestIsDividedPrincipal) {
  using M = RepaymentMethod;
  EXPECT_EQ(schedule(terms(M::kEqualInstalment, 100, 0, 3, "2018-01-01")),
            "2018-01-01:33+0 2018-02-01:33+0 2018-03-01:34+0");
  // Instalments of nothing are left out.
  EXPECT_EQ(schedule(terms(M::kInterestFirst, 100, 0, 3, "2018-01-01")), "2018-03-01:100+0");
  EXPECT_EQ(schedule(terms(M::kEqualPrincipal, 2, 0, 4, "2018-01-01")),
            "2018-02-01:1+0 2018-04-01:1+0");
  // A rounds up to 1, and the principal is paid before the last month.
  EXPECT_EQ(schedule(terms(M::kEqualInstalment, 2, 0, 3, "2018-01-01")),
            "2018-01-01:1+0 2018-02-01:1+0");
}

TEST(Schedule, RefusesWhatIsNoLoan) {
  using M = RepaymentMethod;
  const std::string mismatch = "217";
  const std::string too_large = "254";
  EXPECT_EQ(schedule(terms(M::kOneTime, 100, kRatePpmMax + 1, 3, "2018-01-01")), mismatch);
  EXPECT_EQ(schedule(terms(M::kOneTime, 100, 1, 0, "2018-01-01")), mismatch);
  EXPECT_EQ(schedule(terms(M::kOneTime, 100, 1, kTermsMax + 1, "2018-01-01")), mismatch);
  EXPECT_EQ(schedule(terms(M::kOneTime, 100, 1, 3, "")), mismatch);
  EXPECT_EQ(schedule(terms(M::kEqualPrincipal, 100, 1, 3, "9999-11-30")), mismatch);
  EXPECT_EQ(schedule(terms(M::kEqualPrincipal, 100, 1, 2, "9999-11-30")),
            "9999-11-30:50+0 9999-12-30:50+0");
  EXPECT_EQ(schedule(terms(M::kOneTime, kAllocationMax + 1, 0, 1, "2018-01-01")), too_large);
  EXPECT_EQ(schedule(terms(M::kOneTime, kAllocationMax, 0, 1, "2018-01-01")),
            "2018-01-01:1000000000000000+0");
  EXPECT_EQ(schedule(terms(M::kInterestFirst, kAllocationMax, 1'000'000, 13, "2018-01-01")),
            too_large);
}

TEST(Schedule, IsAllocatableUpToTheLimitOfEach) {
  std::vector<Instalment> rows(2);
  rows[0] = {*base::Date::parse("2018-01-01"), Amount::of(kAllocationMax - 1), Amount::of(1)};
  rows[1] = {*base::Date::parse("2018-02-01"), Amount::of(1), Amount::of(kAllocationMax - 1)};
  EXPECT_TRUE(is_allocatable(rows));
  rows[1].principal = Amount::of(2);
  EXPECT_FALSE(is_allocatable(rows));
  rows[1] = {rows[1].due, Amount::of(1), Amount::of(kAllocationMax)};
  EXPECT_FALSE(is_allocatable(rows));
}

TEST(Schedule, MethodsAreFoundByName) {
  for (int m = 0; m < 4; ++m) {
    const auto method = static_cast<RepaymentMethod>(m);
    EXPECT_EQ(method_from_name(name_of(method)), method);
  }
  EXPECT_FALSE(method_from_name("balloon"));
}

// "method principal rate_ppm months first_due | due:principal+interest ..."
TEST(Schedule, OfRandomLoansAddsUpAndIsWrittenForTheOracle) {
  Random r(Random::seed(28));
  const char* path = std::getenv("ESCROW_SCHEDULE_CASES");
  std::ofstream out;
  if (path != nullptr) out.open(path);
  for (int n = 0; n < 4'000; ++n) {
    const auto method = static_cast<RepaymentMethod>(n % 4);
    const std::int64_t most = n % 3 == 0   ? 2'000
                              : n % 3 == 1 ? 1'000'000'000
                                           : kAllocationMax / 100;
    const auto first = base::Date::parse("2017-01-01")->plus_days(r.between(0, 2'000));
    const LoanTerms loan{
        method, Amount::of(r.between(1, most)),
        static_cast<std::uint64_t>(r.chance(5) ? 0 : r.between(1, 700'000)),
        static_cast<std::uint64_t>(r.chance(90) ? r.between(1, 60) : r.between(61, 600)), first};
    const auto made = make_schedule(loan);
    ASSERT_TRUE(made) << n << ": " << made.error().detail;
    base::Total principal;
    base::Date last;
    for (const Instalment& i : *made) {
      EXPECT_GT(i.due, last);
      last = i.due;
      principal += i.principal;
    }
    EXPECT_EQ(principal, base::Total(loan.principal)) << n;
    out << fmt::format("{} {} {} {} {} | {}\n", name_of(method), loan.principal.minor(),
                       loan.rate_ppm, loan.terms, format(first), text(*made));
  }
  EXPECT_TRUE(path == nullptr || out.good()) << path;
}

}  // namespace
}  // namespace ledger::domain::test
