// What others pay in a borrower's place, and get back: F21, F21', F22, F22b, F22c.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

// As kLoan, guaranteed by guarantor:G1, who has 1500.00.
constexpr std::string_view kGuaranteed = R"(
  open_project p1 project=P1 borrower=borrower:B1 target=1000.00 contract_hash=one instalments=2017-04-01:333.33+10.01,2017-05-01:333.33+6.67,2017-06-01:333.34+3.33 guarantor=guarantor:G1
  bid b1 client=lender:L1 project=P1 amount=400.00
  bid b2 client=lender:L2 project=P1 amount=600.00
  disburse x1 project=P1
  open_account n1 client=guarantor:G2
  deposit e1 client=guarantor:G1 channel=alipay amount=1500.00
  deposit e2 client=guarantor:G2 channel=alipay amount=1500.00
)";

class Guaranteed : public testing::Test {
 protected:
  explicit Guaranteed(std::string_view reserve = "off")
      : bank(profile_with("reserve = \"off\"", "reserve = \"" + std::string(reserve) + "\"")) {}
  void SetUp() override {
    play(bank, kTown);
    play(bank, kGuaranteed);
  }
  void mark_overdue() { play(bank, "until 2017-04-02\noverdue v1 project=P1"); }
  Bank bank;
};
using Compensate = Guaranteed;
using CompensateIndirect = Guaranteed;
using Recover = Guaranteed;
class Accruing : public Guaranteed {
 protected:
  Accruing() : Guaranteed("accrue") {}
};
class RunningOff : public Guaranteed {
 protected:
  RunningOff() : Guaranteed("run-off") {}
};

TEST_F(Compensate, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    compensate k1 project=none amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    compensate k2 project=none amount=1.00 ! UNKNOWN_PROJECT
    compensate k3 project=P2 amount=1.00 ! WRONG_PROJECT_STATE state=collecting
    compensate k4 project=P1 amount=1.00 guarantor=guarantor:G2 ! NOT_GUARANTOR guarantor=guarantor:G1
    compensate k5 project=P1 amount=1.00 ! NOT_OVERDUE
    until 2017-04-02
    compensate k6 project=P1 amount=1.00 ! NOT_OVERDUE      # it takes the mark, not the date
    overdue v1 project=P1
    compensate k7 project=P1 amount=343.35 ! AMOUNT_MISMATCH principal=33333 interest=1001 requested=34335
    repay r1 project=P1 instalment=1 amount=343.34
    compensate k8 project=P1 amount=1.00 ! INSTALMENT_OUT_OF_ORDER frozen=1
    distribute y1 order=r1
    compensate k9 project=P1 amount=1.00 ! NOT_OVERDUE      # paid meanwhile
    until 2017-05-02
    overdue v2 project=P1
    settle s3 order=e1 amount=1500.00
    withdraw w1 client=guarantor:G1 amount=1499.50
    compensate k10 project=P1 amount=1.00 ! INSUFFICIENT_FUNDS available=50
  )");
}

TEST_F(Compensate, NeedsAGuarantorAtAll) {
  play(bank, R"(
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    deposit e3 client=lender:L1 channel=alipay amount=10.00
    bid b3 client=lender:L1 project=P2 amount=10.00
    disburse x2 project=P2
    until 2017-04-02
    overdue v1 project=P2
    compensate k1 project=P2 amount=1.00 ! NOT_GUARANTOR guarantor=none
    compensate_indirect k2 project=P2 amount=1.00 ! NOT_GUARANTOR
  )");
}

TEST_F(Compensate, PaysTheLendersAndTakesTheirPlace) {
  mark_overdue();
  play(bank, R"(
    compensate k1 project=P1 amount=10.00                    # a part: interest first
    claim P1 lender:L1 400.00 0.00 4.00
    claim P1 lender:L2 600.00 0.00 6.00
    recovery P1 guarantor:G1 0.00 0.00 10.00 0.00
    compensate k2 project=P1 amount=333.34 guarantor=guarantor:G1
    claim P1 lender:L1 400.00 133.33 4.00
    claim P1 lender:L2 600.00 200.00 6.01
    recovery P1 guarantor:G1 333.33 0.00 10.01 0.00
    balance guarantor:G1:available 1156.66
    project P1 repaying 0.00 1000.00 333.33 10.01
    owes borrower:B1 1000.00                                 # to others than before
    repay r1 project=P1 instalment=1 amount=343.34 ! INSTALMENT_OUT_OF_ORDER paid=1
    compensate k3 project=P1 amount=1.00 ! NOT_OVERDUE
    repay r2 project=P1 instalment=2 amount=340.00
    distribute y1 order=r2
    owes borrower:B1 666.67
  )");
}

TEST_F(Compensate, OfEverythingLeavesTheBorrowerInDefaultUntilItIsRecovered) {
  mark_overdue();
  play(bank, R"(
    compensate k1 project=P1 amount=343.34
    until 2017-06-02
    overdue v2 project=P1
    compensate k2 project=P1 amount=340.00
    overdue v3 project=P1
    compensate k3 project=P1 amount=336.66
    project P1 repaying 0.00 1000.00 999.99 20.01
    compensate k4 project=P1 amount=0.01
    project P1 defaulted 0.00 1000.00 1000.00 20.01
    claim P1 lender:L1 400.00 400.00 8.00
    claim P1 lender:L2 600.00 600.00 12.01
    owes borrower:B1 1000.00
    repay r1 project=P1 instalment=3 amount=1.00 ! WRONG_PROJECT_STATE state=defaulted
    repay_early r2 project=P1 amount=1.00 ! WRONG_PROJECT_STATE
    recovery P1 guarantor:G1 1000.00 0.00 20.01 0.00
    recover q1 project=P1 client=guarantor:G1 amount=520.01
    recovery P1 guarantor:G1 1000.00 500.00 20.01 20.01
    owes borrower:B1 500.00
    recover q2 project=P1 client=guarantor:G1 amount=500.00 ! INSUFFICIENT_FUNDS available=47999
    deposit e3 client=borrower:B1 channel=alipay amount=20.01
    recover q3 project=P1 client=guarantor:G1 amount=500.00
    project P1 settled 0.00 1000.00 1000.00 20.01
    owes borrower:B1 0.00
    balance guarantor:G1:available 1500.00
  )");
}

TEST_F(CompensateIndirect, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    compensate_indirect k1 project=none amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    compensate_indirect k2 project=none amount=1.00 ! UNKNOWN_PROJECT
    compensate_indirect k3 project=P1 amount=1.00 ! NOT_OVERDUE
  )");
  mark_overdue();
  play(bank, R"(
    compensate_indirect k4 project=P1 amount=343.35 ! AMOUNT_MISMATCH
    compensate_indirect k5 project=P1 amount=343.34
    compensate_indirect k6 project=P1 amount=1.00 ! INSTALMENT_OUT_OF_ORDER
    repay r1 project=P1 instalment=1 amount=343.34 ! INSTALMENT_OUT_OF_ORDER
    distribute y1 order=k5
    overdue v2 project=P1 ! NOT_OVERDUE
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    compensate_indirect k7 project=P2 amount=1.00 ! WRONG_PROJECT_STATE
    until 2017-05-02
    overdue v3 project=P1
    settle s3 order=e1 amount=1500.00
    withdraw w1 client=guarantor:G1 amount=1156.00
    compensate_indirect k8 project=P1 amount=1.00 ! INSUFFICIENT_FUNDS available=66
  )");
}

TEST_F(CompensateIndirect, PassesThroughTheBorrowersFrozenMoney) {
  mark_overdue();
  play(bank, R"(
    compensate_indirect k1 project=P1 amount=110.01
    counters borrower:B1:frozen 0.00 110.01 110.01 0.00
    balance guarantor:G1:available 1389.99
    distribute y1 order=k1
    counters borrower:B1:frozen 110.01 110.01 0.00 0.00
    claim P1 lender:L1 400.00 40.00 4.00
    claim P1 lender:L2 600.00 60.00 6.01
    recovery P1 guarantor:G1 100.00 0.00 10.01 0.00
    owes borrower:B1 1000.00
    repay r1 project=P1 instalment=1 amount=233.33           # the borrower pays the rest itself
    distribute y2 order=r1
    recovery P1 guarantor:G1 100.00 0.00 10.01 0.00
    owes borrower:B1 766.67
    recover q1 project=P1 client=guarantor:G1 amount=110.01
    balance guarantor:G1:available 1500.00
    project P1 repaying 0.00 1000.00 333.33 10.01
    owes borrower:B1 666.67
  )");
}

TEST_F(Recover, RefusesInOrderOfPrecedence) {
  mark_overdue();
  play(bank, R"(
    compensate k1 project=P1 amount=110.01
    recover q1 project=none client=nobody amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    recover q2 project=none client=nobody amount=1.00 ! UNKNOWN_CLIENT
    recover q3 project=none client=guarantor:G1 amount=1.00 ! UNKNOWN_PROJECT
    recover q4 project=P1 client=guarantor:G2 amount=1.00 ! CLAIM_EXCEEDED principal=0 interest=0
    recover q5 project=P1 client=platform amount=1.00 ! CLAIM_EXCEEDED
    recover q6 project=P1 client=lender:L1 amount=1.00 ! CLAIM_EXCEEDED
    recover q7 project=P1 client=guarantor:G1 amount=110.02 ! CLAIM_EXCEEDED principal=10000 interest=1001 requested=11002
    recover q8 project=P1 client=guarantor:G1 amount=5.00
    recovery P1 guarantor:G1 100.00 0.00 10.01 5.00
    recover q9 project=P1 client=guarantor:G1 amount=105.02 ! CLAIM_EXCEEDED interest=501
  )");
}

TEST_F(Compensate, ThenAnEarlyRepaymentLeavesOnlyTheGuarantorOwed) {
  mark_overdue();
  play(bank, R"(
    compensate k1 project=P1 amount=343.34
    repay_early r1 project=P1 amount=666.89                  # 1 of 30 days of 6.67
    distribute y1 order=r1
    project P1 defaulted 0.00 1000.00 1000.00 10.23
    owes borrower:B1 333.33
    deposit e3 client=borrower:B1 channel=alipay amount=50.00
    recover q1 project=P1 client=guarantor:G1 amount=343.34
    project P1 settled 0.00 1000.00 1000.00 10.23
  )");
}

TEST_F(Guaranteed, AReserveThatIsOffDoesNothing) {
  fund(bank, "platform:master", "10.00");
  mark_overdue();
  play(bank, R"(
    reserve_fund f1 amount=1.00 account=platform:master ! POLICY_FORBIDS
    reserve_compensate k1 project=P1 amount=1.00 ! POLICY_FORBIDS reserve=off
  )");
}

TEST_F(Accruing, ReserveIsFundedFromThePlatformsOwnMoney) {
  fund(bank, "platform:master", "10.00");
  fund(bank, "platform:fee", "5.00");
  play(bank, R"(
    reserve_fund f1 amount=1.00 account=platform:master authority=client ! AUTHORITY_FORBIDDEN
    reserve_fund f2 amount=1.00 account=platform:marketing ! WRONG_KIND
    reserve_fund f3 amount=1.00 account=lender:L1:available ! WRONG_KIND
    reserve_fund f4 amount=10.01 account=platform:master ! INSUFFICIENT_FUNDS
    reserve_fund f5 amount=10.00 account=platform:master
    reserve_fund f6 amount=4.00 account=platform:fee
    balance reserve:risk 14.00
    propose g1 proposed=reserve_refund,authority=operators,amount=1.00 operator=ann ! POLICY_FORBIDS reserve is not run-off
  )");
}

TEST_F(Accruing, ReservePaysWhatItHasAndRecoversIt) {
  fund(bank, "reserve:risk", "100.00");
  play(bank, R"(
    reserve_compensate k1 project=none amount=1.00 authority=client ! AUTHORITY_FORBIDDEN
    reserve_compensate k2 project=none amount=1.00 ! UNKNOWN_PROJECT
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    reserve_compensate k3 project=P2 amount=1.00 ! WRONG_PROJECT_STATE
    reserve_compensate k4 project=P1 amount=1.00 ! NOT_OVERDUE
  )");
  mark_overdue();
  play(bank, R"(
    reserve_compensate k5 project=P1 amount=343.35 ! AMOUNT_MISMATCH
    reserve_compensate k6 project=P1 amount=100.01 ! INSUFFICIENT_FUNDS account=reserve:risk
    repay_partial r1 project=P1 amount=1.00
    reserve_compensate k7 project=P1 amount=1.00 ! INSTALMENT_OUT_OF_ORDER
    distribute y1 order=r1
    reserve_compensate k8 project=P1 amount=100.00           # it is short: pro rata
    claim P1 lender:L1 400.00 36.40 4.00                      # 36.396
    claim P1 lender:L2 600.00 54.59 6.01
    recovery P1 reserve 90.99 0.00 9.01 0.00
    balance reserve:risk 0.00
    compensate k9 project=P1 amount=242.34                   # the guarantor the rest
    recovery P1 guarantor:G1 242.34 0.00 0.00 0.00
    recover q1 project=P1 client=reserve amount=100.01 ! CLAIM_EXCEEDED
    recover q2 project=P1 client=reserve amount=100.00
    balance reserve:risk 100.00
    recovery P1 reserve 90.99 90.99 9.01 9.01
    owes borrower:B1 909.01
  )");
}

TEST_F(RunningOff, ReserveReturnsWhatOverdueLoansCannotNeed) {
  fund(bank, "reserve:risk", "1100.00");
  fund(bank, "platform:master", "1.00");
  play(bank, R"(
    reserve_fund f1 amount=1.00 account=platform:master ! POLICY_FORBIDS reserve is not accrue
    reserve_refund g0 amount=1.00 ! NEEDS_TWO_OPERATORS
    propose g1 proposed=reserve_refund,authority=operators,amount=1100.01 operator=ann ! INSUFFICIENT_FUNDS account=reserve:risk
    propose g3 proposed=reserve_refund,authority=operators,amount=50.00 operator=ann
    approve g4 proposal=g3 operator=bob                      # nothing is overdue
    balance platform:master 51.00
    until 2017-04-02
    propose g5 proposed=reserve_refund,authority=operators,amount=30.00 operator=ann ! POLICY_FORBIDS reserve=105000 needed=102001 requested=3000
    propose g7 proposed=reserve_refund,authority=operators,amount=29.99 operator=ann
    approve g8 proposal=g7 operator=bob
    overdue v1 project=P1
    reserve_compensate k1 project=P1 amount=343.34
    balance reserve:risk 676.67
  )");
}

}  // namespace
}  // namespace ledger::domain::test
