// Repayment off the schedule: partial (F19), early (F18), overdue (F20).
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

// P1 lends 1000.00 on 2017-03-01: 333.33+10.01 on 04-01, 333.33+6.67 on 05-01, 333.34+3.33 on
// 06-01.
class Loan : public testing::Test {
 protected:
  void SetUp() override {
    play(bank, kTown);
    play(bank, kLoan);
    play(bank, "deposit e1 client=borrower:B1 channel=alipay amount=200.00");
    play(bank, "settle e2 order=e1 amount=200.00");
  }
  Bank bank;
};
using RepayPartial = Loan;
using RepayEarly = Loan;
using Overdue = Loan;

TEST_F(RepayPartial, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    repay_partial r1 project=none amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    repay_partial r2 project=none amount=1.00 ! UNKNOWN_PROJECT
    repay_partial r3 project=P2 amount=1.00 ! WRONG_PROJECT_STATE state=collecting
    repay_partial r4 project=P1 amount=343.34 ! AMOUNT_MISMATCH principal=33333 interest=1001 requested=34334
    repay_partial r5 project=P1 amount=343.33
    repay_partial r6 project=P1 amount=0.01 ! INSTALMENT_OUT_OF_ORDER frozen=1
    repay_early r7 project=P1 amount=0.01 ! INSTALMENT_OUT_OF_ORDER frozen=1
    distribute y1 order=r5
    repay_partial r8 project=P1 amount=0.01 ! AMOUNT_MISMATCH principal=1 interest=0
    repay r9 project=P1 instalment=1 amount=0.01
    distribute y2 order=r9
    withdraw w1 client=borrower:B1 amount=856.00
    repay_partial r10 project=P1 amount=1.00 ! INSUFFICIENT_FUNDS available=66
  )");
}

TEST(RepayPartialPolicy, IsTheProfiles) {
  Bank bank(profile_with("partial_repayment = true", "partial_repayment = false"));
  play(bank, kTown);
  play(bank, kLoan);
  play(bank, "repay_partial r1 project=P1 amount=5.00 ! POLICY_FORBIDS partial_repayment=false");
}

TEST_F(RepayPartial, PaysInterestFirstAndAddsUpToTheInstalment) {
  play(bank, R"(
    repay_partial r1 project=P1 amount=4.00
    hold r1 repayment 4.00
    distribute y1 order=r1
    claim P1 lender:L1 400.00 0.00 1.60
    claim P1 lender:L2 600.00 0.00 2.40
    project P1 repaying 0.00 1000.00 0.00 4.00
    repay_partial r2 project=P1 amount=106.01
    distribute y2 order=r2
    claim P1 lender:L1 400.00 40.00 4.00
    claim P1 lender:L2 600.00 60.00 6.01
    repay r3 project=P1 instalment=1 amount=343.34 ! AMOUNT_MISMATCH principal=23333 interest=0
    repay r4 project=P1 instalment=1 amount=233.33
    distribute y3 order=r4
    claim P1 lender:L1 400.00 133.33 4.00    # as if paid at once
    claim P1 lender:L2 600.00 200.00 6.01
    owes borrower:B1 666.67
    repay r5 project=P1 instalment=2 amount=340.00
    distribute y4 order=r5
    repay_partial r6 project=P1 amount=336.66
    distribute y5 order=r6
    project P1 repaying 0.00 1000.00 999.99 20.01
    repay r7 project=P1 instalment=3 amount=0.01
    distribute y6 order=r7
    project P1 settled 0.00 1000.00 1000.00 20.01
    claim P1 lender:L1 400.00 400.00 8.00
    claim P1 lender:L2 600.00 600.00 12.01
  )");
  EXPECT_EQ(bank.entries.back().claims.size(), 1U);
}

TEST_F(RepayEarly, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    repay_early r1 project=none amount=1.00 authority=standing ! AUTHORITY_FORBIDDEN
    repay_early r2 project=none amount=1.00 ! UNKNOWN_PROJECT
    repay_early r3 project=P2 amount=1.00 ! WRONG_PROJECT_STATE state=collecting
    repay_early r4 project=P1 amount=1000.01 ! AMOUNT_MISMATCH principal=100000 interest=0 compensation=0
    repay_early r5 project=P1 amount=1000.00 compensation=0.01 ! AMOUNT_MISMATCH compensation=1
    withdraw w1 client=borrower:B1 amount=999.00
    repay_early r6 project=P1 amount=1000.00 ! INSUFFICIENT_FUNDS available=20100
    repay_early r7 project=P1 compensation=10000000000000.01 amount=10000000001000.01 ! LOAN_TOO_LARGE interest=1000000000000001
  )");
}

TEST_F(RepayEarly, PaysAllPrincipalAndTheInterestToTheDay) {
  play(bank, R"(
    until 2017-03-16                     # 15 of 31 days: 4.84(35)
    repay_early r1 project=P1 amount=1004.83 ! AMOUNT_MISMATCH interest=484
    repay_early r2 project=P1 amount=1009.84 compensation=5.00
    hold r2 repayment 1009.84
    until 2017-03-17                     # what was frozen was enough
    distribute y1 order=r2
    claim P1 lender:L1 400.00 400.00 3.94           # 3.936
    claim P1 lender:L2 600.00 600.00 5.90
    project P1 settled 0.00 1000.00 1000.00 9.84
    owes borrower:B1 0.00
    repay r3 project=P1 instalment=1 amount=343.34 ! WRONG_PROJECT_STATE state=settled
    overdue v1 project=P1 ! WRONG_PROJECT_STATE
  )");
  const Project& p = bank.state.project(base::ProjectId(1));
  EXPECT_EQ(p.voided_from, 1U);
  EXPECT_EQ(p.instalments_paid, 0U);
}

TEST_F(RepayEarly, RoundsTheDaysHalfUpAndCountsWhatIsPaidAlready) {
  play(bank, R"(
    until 2017-04-01
    repay_partial r1 project=P1 amount=3.00
    distribute y1 order=r1
    repay_early n1 project=P1 amount=1.00 ! AMOUNT_MISMATCH principal=100000 interest=701
    repay r2 project=P1 instalment=1 amount=340.34
    distribute y2 order=r2
    until 2017-04-16                     # 15 of 30 days of 6.67: 3.335
    repay_early n2 project=P1 amount=1.00 ! AMOUNT_MISMATCH principal=66667 interest=334
    repay_partial r3 project=P1 amount=5.00         # more interest than is earned yet
    distribute y3 order=r3
    repay_early n3 project=P1 amount=1.00 ! AMOUNT_MISMATCH principal=66667 interest=0
    until 2017-05-11                     # 1.67 of the due one, 10 of 31 days of 3.33
    repay_early r4 project=P1 amount=669.41
    distribute y4 order=r4
    project P1 settled 0.00 1000.00 1000.00 17.75
  )");
  EXPECT_EQ(bank.entries.back().voided.at(0).from, 2U);
  EXPECT_EQ(bank.entries.back().voided.at(0).interest.minor(), 274);
}

TEST_F(RepayEarly, MayBeTakenBackUntilItIsDistributed) {
  play(bank, R"(
    repay_early r1 project=P1 amount=1000.00
    reversal_propose v1 entry=@r1 entry_hash=@r1 reason=mistake operator=ann
    reversal_approve v2 proposal=v1 operator=bob
    balance borrower:B1:available 1200.00
    repay r2 project=P1 instalment=1 amount=343.34
  )");
}

TEST_F(Overdue, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    overdue v1 project=none authority=bank ! AUTHORITY_FORBIDDEN
    overdue v2 project=none ! UNKNOWN_PROJECT
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    overdue v3 project=P2 ! WRONG_PROJECT_STATE state=collecting
    until 2017-04-01
    overdue v4 project=P1 ! NOT_OVERDUE due=2017-04-01      # the day itself is in time
    until 2017-04-02
    overdue v5 project=P1
    overdue v6 project=P1 ! ALREADY_IN_STATE overdue_since=2017-04-01
  )");
}

TEST_F(Overdue, NotesDaysAndPenaltyAndMovesNothing) {
  play(bank, R"(
    repay_partial r1 project=P1 amount=43.34
    distribute y1 order=r1
    until 2017-04-11
    overdue v1 project=P1
  )");
  const OverdueMark& mark = bank.entries.back().overdue.at(0);
  EXPECT_EQ(mark.instalment, 1U);
  EXPECT_EQ(format(mark.due), "2017-04-01");
  EXPECT_EQ(mark.days, 10U);
  EXPECT_EQ(mark.penalty.minor(), 150) << "300.00 * 500 / 1,000,000 * 10";
  EXPECT_TRUE(bank.entries.back().postings.empty());
  // Paying the instalment ends it; the next one is marked by itself.
  play(bank, R"(
    repay r2 project=P1 instalment=1 amount=300.00
    distribute y2 order=r2
    overdue v2 project=P1 ! NOT_OVERDUE due=2017-05-01
    until 2017-05-02
    overdue v3 project=P1
  )");
  EXPECT_EQ(bank.state.project(base::ProjectId(1)).overdue_marks, 2U);
}

// One entry pays them all, in their order, to the last minor unit.
TEST(ManyLenders, FiveThousandAreRepaidInOneEntry) {
  Bank bank(profile_with("natural_person = 20_000_000", "natural_person = 90_000_000"));
  bank.audit_each = false;
  play(bank, R"(
    open_account c client=channel:ch
    open_account b client=borrower:B
    open_project p project=P borrower=borrower:B target=250000.00 contract_hash=h instalments=2017-04-01:100000.01+333.37,2017-05-01:149999.99+77.77
  )");
  constexpr int kLenders = 5'000;
  for (int i = 0; i < kLenders; ++i) {
    const std::string n = std::to_string(i);
    const std::string amount = i % 2 == 0 ? "33.33" : "66.67";
    play(bank, "open_account o" + n + " client=lender:" + n + "\ndeposit d" + n +
                   " client=lender:" + n + " channel=ch amount=" + amount + "\nbid b" + n +
                   " client=lender:" + n + " project=P amount=" + amount);
  }
  play(bank, R"(
    disburse x project=P
    deposit e client=borrower:B channel=ch amount=1000.00
    repay r1 project=P instalment=1 amount=100333.38
    distribute y1 order=r1
    project P repaying 0.00 250000.00 100000.01 333.37
    repay_early n1 project=P amount=149999.99
    distribute y2 order=n1
    project P settled 0.00 250000.00 250000.00 333.37
  )");
  EXPECT_EQ(bank.entries.back().claims.size(), std::size_t{kLenders});
  EXPECT_EQ(audit(bank.state), "");
}

}  // namespace
}  // namespace ledger::domain::test
