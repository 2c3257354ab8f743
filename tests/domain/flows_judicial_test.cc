// A court's orders on a client's money (F29, F30): freezes that wait in line, releases, deductions.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class Judicial : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }
  Bank bank;
};

TEST_F(Judicial, FreezeIsRefusedInOrder) {
  play(bank, R"(
    judicial_freeze j1 client=lender:none amount=1.00 evidence=no-7 expires=2017-09-01 ! UNKNOWN_CLIENT client=lender:none
    judicial_freeze j2 client=channel:alipay amount=1.00 evidence=no-7 expires=2017-09-01 ! WRONG_KIND client=channel:alipay
    judicial_freeze j3 client=lender:L1 amount=1.00 evidence=no-7 expires=2017-02-28 ! EXPIRED expires=2017-02-28
    judicial_freeze j4 client=lender:L1 amount=1.00 evidence=no-7 expires=2017-09-01 authority=platform ! AUTHORITY_FORBIDDEN
    judicial_freeze j5 client=lender:L1 amount=1.00 evidence=no-7 expires=2017-03-01
  )");
}

TEST_F(Judicial, FrozenMoneyCannotBeBidOrWithdrawn) {
  play(bank, R"(
    open_project p1 project=P1 borrower=borrower:B1 target=1000.00 contract_hash=c instalments=2017-04-01:1000.00+1.00
    judicial_freeze j1 client=lender:L1 amount=400.00 evidence=no-7 expires=2017-09-01
    hold j1 judicial 400.00
    hold j1 judicial_waiting none
    counters lender:L1:available 400.00 1000.00 0.00 0.00
    counters lender:L1:frozen 0.00 400.00 400.00 0.00
    withdraw w1 client=lender:L1 amount=600.01 ! INSUFFICIENT_FUNDS available=60000
    bid b1 client=lender:L1 project=P1 amount=600.01 ! INSUFFICIENT_FUNDS
    withdraw w2 client=lender:L1 amount=600.00
  )");
}

TEST_F(Judicial, WhatIsNotThereWaitsAndKeepsBackWhatComesIn) {
  play(bank, R"(
    judicial_freeze j1 client=lender:L1 amount=1500.00 evidence=no-7 expires=2017-09-01
    hold j1 judicial 1000.00
    hold j1 judicial_waiting 500.00
    judicial_catch c0 order=j1 ! INSUFFICIENT_FUNDS order=j1 waiting=50000 available=0
    deposit d3 client=lender:L1 channel=alipay amount=200.00
    judicial_catch c1 order=j1 ! INSUFFICIENT_FUNDS    # the bank does not have it yet
    withdraw w1 client=lender:L1 amount=0.01 ! INSUFFICIENT_FUNDS available=0
    settle s3 order=d3 amount=200.00
    withdraw w2 client=lender:L1 amount=0.01 ! INSUFFICIENT_FUNDS available=0
    judicial_catch c2 order=j1
    hold j1 judicial 1200.00
    hold j1 judicial_waiting 300.00
    balance lender:L1:available 0.00
    deposit d4 client=lender:L1 channel=alipay amount=350.00
    settle s4 order=d4 amount=350.00
    judicial_catch c3 order=j1
    hold j1 judicial 1500.00
    hold j1 judicial_waiting none
    judicial_catch c4 order=j1 ! ORDER_CLOSED order=j1 has no open judicial_waiting
    judicial_catch c5 order=nothing ! UNKNOWN_ORDER
    withdraw w3 client=lender:L1 amount=50.00
  )");
}

TEST_F(Judicial, UnsettledMoneyIsNotSetAsideButKeptBack) {
  play(bank, R"(
    deposit d3 client=lender:L1 channel=alipay amount=200.00
    judicial_freeze j1 client=lender:L1 amount=1100.00 evidence=no-7 expires=2017-09-01
    hold j1 judicial 1000.00
    hold j1 judicial_waiting 100.00
    balance lender:L1:available 200.00
    settle s3 order=d3 amount=200.00
    withdraw w1 client=lender:L1 amount=100.01 ! INSUFFICIENT_FUNDS available=10000
    withdraw w2 client=lender:L1 amount=100.00
  )");
}

TEST_F(Judicial, OrdersWaitInLine) {
  play(bank, R"(
    judicial_freeze j1 client=lender:L1 amount=1100.00 evidence=first expires=2017-09-01
    judicial_freeze j2 client=lender:L1 amount=300.00 evidence=second expires=2017-09-01
    judicial_freeze j3 client=lender:L1 amount=50.00 evidence=third expires=2017-09-01
    hold j2 judicial none
    hold j2 judicial_waiting 300.00
    counters lender:L1:available 1000.00 1000.00 450.00 0.00
    deposit d3 client=lender:L1 channel=alipay amount=250.00
    settle s3 order=d3 amount=250.00
    judicial_catch c1 order=j3 ! INSUFFICIENT_FUNDS order=j3
    judicial_catch c2 order=j2                       # leaves the first order its 100.00
    hold j2 judicial 150.00
    hold j2 judicial_waiting 150.00
    balance lender:L1:available 100.00
    judicial_catch c3 order=j2 ! INSUFFICIENT_FUNDS order=j2
    judicial_catch c4 order=j1
    hold j1 judicial 1100.00
    balance lender:L1:available 0.00
    judicial_release r1 order=j1                     # the next in line get what the first lets go
    balance lender:L1:available 1100.00
    withdraw w1 client=lender:L1 amount=900.01 ! INSUFFICIENT_FUNDS available=90000
    judicial_catch c5 order=j3
    judicial_catch c6 order=j2
    hold j2 judicial 300.00
    hold j3 judicial 50.00
    withdraw w2 client=lender:L1 amount=900.00
  )");
}

TEST_F(Judicial, ReleaseTakesTheWaitingPartFirst) {
  play(bank, R"(
    judicial_freeze j1 client=lender:L1 amount=1500.00 evidence=no-7 expires=2017-09-01
    judicial_release r0 order=nothing ! UNKNOWN_ORDER order=nothing
    judicial_release r1 order=d1 ! ORDER_CLOSED
    judicial_release r2 order=j1 amount=1500.01 ! AMOUNT_MISMATCH order=j1 amount=150000 requested=150001
    judicial_release r3 order=j1 amount=400.00
    hold j1 judicial 1000.00
    hold j1 judicial_waiting 100.00
    judicial_release r4 order=j1 amount=300.00
    hold j1 judicial 800.00
    hold j1 judicial_waiting none
    balance lender:L1:available 200.00
    judicial_release r5 order=j1
    hold j1 judicial none
    counters lender:L1:available 1000.00 2000.00 0.00 0.00
    judicial_release r6 order=j1 ! ORDER_CLOSED
  )");
}

TEST_F(Judicial, DeductionGoesOutAsAWithdrawal) {
  play(bank, R"(
    judicial_freeze j1 client=lender:L1 amount=500.00 evidence=no-7 expires=2017-09-01
    judicial_deduct t0 order=nothing amount=1.00 evidence=no-8 ! UNKNOWN_ORDER
    judicial_deduct t1 order=j1 amount=500.01 evidence=no-8 ! AMOUNT_MISMATCH order=j1 left=50000 requested=50001
    judicial_deduct t2 order=j1 amount=300.00 evidence=no-8
    judicial_deduct t3 order=j1 amount=50.00 evidence=no-8
    hold j1 judicial 150.00
    hold t2 withdraw_transit 300.00
    hold t3 withdraw_transit 50.00
    balance lender:L1:withdrawing 350.00
    withdraw_pay y2 order=t2 amount=300.00
    withdraw_pay y3 order=t3 amount=50.00
    balance custody:bank 1650.00
    balance lender:L1:withdrawing 0.00
    balance lender:L1:frozen 150.00
  )");
}

TEST_F(Judicial, WhatTheBankCannotPayToTheCourtIsFrozenAgain) {
  play(bank, R"(
    judicial_freeze j1 client=lender:L1 amount=500.00 evidence=no-7 expires=2017-03-01
    judicial_deduct t1 order=j1 amount=300.00 evidence=no-8
    withdraw_fail f0 order=t1 authority=client ! ORDER_CLOSED
    withdraw_fail f1 order=t1 authority=bank
    hold j1 judicial 200.00
    hold t1 judicial 300.00
    balance lender:L1:frozen 500.00
    balance lender:L1:withdrawing 0.00
    judicial_deduct t2 order=t1 amount=100.00 evidence=no-8
    cut_off c1 opens=2017-03-02
    hold_expire h1 order=t1                  # it ends with the order it came from
    hold_expire h2 order=j1
    balance lender:L1:available 900.00
  )");
}

TEST_F(Judicial, AnOrderEndsWithItsLastDay) {
  play(bank, R"(
    judicial_freeze j1 client=lender:L1 amount=1500.00 evidence=no-7 expires=2017-03-02
    cut_off c1 opens=2017-03-02
    judicial_deduct t1 order=j1 amount=1.00 evidence=no-8
    hold_expire h1 order=j1 ! NOT_EXPIRED order=j1 expires=2017-03-02
    cut_off c2 opens=2017-03-03
    deposit d3 client=lender:L1 channel=alipay amount=5.00
    settle s3 order=d3 amount=5.00
    judicial_deduct t2 order=j1 amount=1.00 evidence=no-8 ! EXPIRED expires=2017-03-02
    judicial_catch k1 order=j1 ! EXPIRED expires=2017-03-02
    hold_expire h2 order=j1 authority=client ! AUTHORITY_FORBIDDEN
    hold_expire h3 order=j1
    hold j1 judicial none
    hold j1 judicial_waiting none
    counters lender:L1:available 1000.00 2004.00 0.00 0.00
    hold_expire h4 order=j1 ! ORDER_CLOSED
    hold_expire h5 order=nothing ! UNKNOWN_ORDER
  )");
}

TEST_F(Judicial, AFrozenClientsMoneyStaysWithinTheCourtsReach) {
  play(bank, R"(
    freeze f1 client=lender:L1 reason=suspicion
    judicial_freeze j1 client=lender:L1 amount=1200.00 evidence=no-7 expires=2017-09-01
    deposit d3 client=lender:L1 channel=alipay amount=200.00
    settle s3 order=d3 amount=200.00
    judicial_catch c1 order=j1
    judicial_deduct t1 order=j1 amount=100.00 evidence=no-8
    withdraw_pay y1 order=t1 amount=100.00
    judicial_release r1 order=j1
    balance lender:L1:available 1100.00
    withdraw w1 client=lender:L1 amount=1.00 ! OWNER_FROZEN client=lender:L1
  )");
}

TEST_F(Judicial, TheUndoOfAMarkPutsTheLineBack) {
  play(bank, R"(
    judicial_freeze j1 client=lender:L1 amount=1500.00 evidence=first expires=2017-09-01
    judicial_freeze j2 client=lender:L1 amount=300.00 evidence=second expires=2017-09-01
  )");
  const auto account = *bank.state.find_account("lender:L1:available");
  const std::string before = dump(bank.state);
  bank.mark();
  play(bank, R"(
    judicial_release r1 order=j1 amount=500.00
    judicial_freeze j3 client=lender:L1 amount=7.00 evidence=third expires=2017-09-01
  )");
  EXPECT_EQ(bank.state.restrictions_on(account).size(), 2U);
  EXPECT_EQ(bank.state.restrictions_on(account)[0]->order, "j2");
  bank.rollback();
  EXPECT_EQ(dump(bank.state), before);
  ASSERT_EQ(bank.state.restrictions_on(account).size(), 2U);
  EXPECT_EQ(bank.state.restrictions_on(account)[0]->order, "j1");
  EXPECT_EQ(bank.state.restrictions_on(account)[1]->order, "j2");
}

}  // namespace
}  // namespace ledger::domain::test
