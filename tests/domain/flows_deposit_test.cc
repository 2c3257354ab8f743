// Deposits and withdrawals: F2, F3 and F6 to F9.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class Money : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }
  Bank bank;
};
using Deposit = Money;
using Settle = Money;
using Withdraw = Money;
using WithdrawAccept = Money;
using WithdrawPay = Money;
using WithdrawFail = Money;

TEST_F(Deposit, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    deposit e1 client=lender:none channel=none amount=5.00 authority=client ! AUTHORITY_FORBIDDEN
    deposit e2 client=lender:none channel=none amount=5.00 ! UNKNOWN_CLIENT client=lender:none
    deposit e3 client=platform channel=none amount=5.00 ! UNKNOWN_CHANNEL channel=none
    deposit e4 client=lender:L1 channel=none amount=5.00 ! UNKNOWN_CHANNEL channel=none
    deposit e5 client=platform channel=alipay amount=5.00 ! WRONG_KIND client=platform
    deposit e6 client=channel:alipay channel=alipay amount=5.00 ! WRONG_KIND
    balance channel:alipay:in_transit 0.00
  )");
}

TEST_F(Deposit, CreditsTheClientAndWaitsForTheBank) {
  play(bank, R"(
    deposit e1 client=borrower:B1 channel=alipay amount=12.34 evidence=tx-77
    counters borrower:B1:available 0.00 12.34 0.00 12.34
    counters channel:alipay:in_transit 2012.34 2000.00 0.00 12.34
    balance custody:bank 2000.00
    hold e1 deposit_transit 12.34
    deposit e2 client=guarantor:G1 channel=alipay amount=0.01
    balance guarantor:G1:available 0.01
    balance channel:alipay:in_transit 12.35
  )");
}

TEST_F(Deposit, MayBeBidBeforeItIsSettledButNotWithdrawn) {
  play(bank, R"(
    open_account n1 client=lender:NEW
    deposit e1 client=lender:NEW channel=alipay amount=100.00
    withdraw e2 client=lender:NEW amount=0.01 ! UNSETTLED_FUNDS account=lender:NEW:available settled=0 unsettled=10000 requested=1
    open_project p1 project=P1 borrower=borrower:B1 target=500.00 contract_hash=c instalments=2017-04-01:500.00+1.00
    bid e3 client=lender:NEW project=P1 amount=80.00
    balance lender:NEW:available 20.00
    balance lender:NEW:frozen 80.00
    withdraw e4 client=lender:NEW amount=20.00 ! UNSETTLED_FUNDS settled=0
    settle e5 order=e1 amount=100.00
    withdraw e6 client=lender:NEW amount=20.01 ! INSUFFICIENT_FUNDS available=2000 requested=2001
    withdraw e7 client=lender:NEW amount=20.00
    balance lender:NEW:available 0.00
  )");
}

TEST_F(Deposit, ThatWouldPassACountersLimitIsRefused) {
  std::string script;
  for (int i = 0; i < 9; ++i) {
    script += "deposit big" + std::to_string(i) +
              " client=lender:L1 channel=alipay amount=10000000000000000.00\n";
  }
  play(bank, script);
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=10000000000000000.00 ! COUNTER_LIMIT
    deposit e2 client=lender:L1 channel=alipay amount=1.00
  )");
}

TEST_F(Settle, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    settle t1 order=e1 amount=5.00 authority=platform ! AUTHORITY_FORBIDDEN
    settle t2 order=nothing amount=5.00 ! UNKNOWN_ORDER order=nothing
    settle t3 order=e1 amount=4.99 ! AMOUNT_MISMATCH order=e1 amount=500 requested=499
    settle t4 order=e1 amount=5.01 ! AMOUNT_MISMATCH
    settle t5 order=o1 amount=5.00 ! ORDER_CLOSED     # a command, but no deposit
    settle t6 order=s1 amount=5.00 ! ORDER_CLOSED
    settle t7 order=d1 amount=1000.00 ! ORDER_CLOSED  # settled before
  )");
}

TEST_F(Settle, MovesTheControlAccountOnTheBanksWord) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    settle t1 order=e1 amount=5.00 evidence=stmt-1/7
    counters custody:bank 2005.00 0.00 0.00 0.00
    counters channel:alipay:in_transit 2005.00 2005.00 0.00 0.00
    counters lender:L1:available 0.00 1005.00 0.00 0.00
    hold e1 deposit_transit none
  )");
}

TEST_F(Withdraw, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    withdraw w2 client=lender:none amount=1.00 ! UNKNOWN_CLIENT
    withdraw w3 client=lender:L1 amount=1.00 fee=1.00 ! UNKNOWN_FEE_RULE fee_rule=
    withdraw w4 client=lender:L1 amount=1.00 fee=1.00 fee_rule=nothing ! UNKNOWN_FEE_RULE fee_rule=nothing
    withdraw w5 client=lender:L1 amount=1.00 fee=1.00 fee_rule=service ! UNKNOWN_FEE_RULE
    withdraw w6 client=lender:L1 amount=1.00 fee=1.00 fee_rule=withdraw-borrower ! UNKNOWN_FEE_RULE
    withdraw w7 client=platform amount=1.00 ! WRONG_KIND
    withdraw w8 client=lender:L1 amount=1.00 fee=2.01 fee_rule=withdraw ! FEE_EXCEEDS_RULE limit=200 requested=201
    withdraw w9 client=lender:L1 amount=1000.01 ! INSUFFICIENT_FUNDS account=lender:L1:available available=100000 requested=100001
    withdraw w10 client=lender:L1 amount=999.00 fee=1.01 fee_rule=withdraw ! INSUFFICIENT_FUNDS
    withdraw w11 client=lender:L1 amount=10000000000000000.00 fee=1.00 fee_rule=withdraw ! INSUFFICIENT_FUNDS
    counters lender:L1:available 0.00 1000.00 0.00 0.00
  )");
}

TEST_F(Withdraw, FreezesAmountAndFee) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=998.00 fee=2.00 fee_rule=withdraw
    counters lender:L1:available 1000.00 1000.00 0.00 0.00
    counters lender:L1:frozen 0.00 1000.00 1000.00 0.00
    hold w1 withdrawal 998.00
    hold w1 fee 2.00
    balance custody:bank 2000.00
  )");
}

TEST_F(WithdrawAccept, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00
    withdraw_accept a1 order=w1 authority=client ! AUTHORITY_FORBIDDEN
    withdraw_accept a2 order=nothing ! UNKNOWN_ORDER
    withdraw_accept a3 order=d1 ! ORDER_CLOSED
    withdraw_accept a4 order=w1
    withdraw_accept a5 order=w1 ! ORDER_CLOSED order=w1 has no open withdrawal
  )");
}

TEST_F(WithdrawAccept, PutsTheMoneyOnItsWay) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=1.00 fee_rule=withdraw
    withdraw_accept a1 order=w1
    counters lender:L1:frozen 10.00 11.00 1.00 0.00
    counters lender:L1:withdrawing 0.00 10.00 10.00 0.00
    hold w1 withdrawal none
    hold w1 withdraw_transit 10.00
    hold w1 fee 1.00
  )");
}

TEST_F(WithdrawPay, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00
    withdraw_pay y1 order=w1 amount=10.00 authority=client ! AUTHORITY_FORBIDDEN
    withdraw_pay y2 order=nothing amount=10.00 ! UNKNOWN_ORDER
    withdraw_pay y3 order=w1 amount=10.00 ! ORDER_CLOSED order=w1 has no open withdraw_transit
    withdraw_accept a1 order=w1
    withdraw_pay y4 order=w1 amount=9.99 ! AMOUNT_MISMATCH amount=1000 requested=999
    withdraw_pay y5 order=w1 amount=10.00
    withdraw_pay y6 order=w1 amount=10.00 ! ORDER_CLOSED
  )");
}

TEST_F(WithdrawPay, TakesTheMoneyOutOfCustodyAndTheFeeToThePlatform) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=10.00 evidence=stmt-9
    counters lender:L1:available 12.00 1000.00 0.00 0.00
    counters lender:L1:frozen 12.00 12.00 0.00 0.00
    counters lender:L1:withdrawing 10.00 10.00 0.00 0.00
    counters custody:bank 2000.00 10.00 0.00 0.00
    balance platform:fee 2.00
    hold w1 withdraw_transit none
    hold w1 fee none
  )");
}

TEST_F(WithdrawFail, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00
    withdraw_fail f1 order=w1 authority=platform ! AUTHORITY_FORBIDDEN
    withdraw_fail f2 order=nothing ! UNKNOWN_ORDER
    withdraw_fail f3 order=d1 ! ORDER_CLOSED
    withdraw_accept a1 order=w1
    withdraw_fail f4 order=w1 authority=client ! ORDER_CLOSED order=w1 is accepted by the bank
    withdraw_pay y1 order=w1 amount=10.00
    withdraw_fail f5 order=w1 ! ORDER_CLOSED
    withdraw_fail f6 order=w1 authority=client ! ORDER_CLOSED
  )");
}

TEST_F(WithdrawFail, BeforeAcceptanceGivesAllBack) {
  for (const std::string who : {"client", "bank"}) {
    SCOPED_TRACE(who);
    play(bank, "withdraw w-" + who + " client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw\n" +
                   "withdraw_fail f-" + who + " order=w-" + who + " authority=" + who +
                   " reason=changed-mind\n" + "hold w-" + who + " withdrawal none\n" + "hold w-" +
                   who + " fee none\n" + "balance lender:L1:available 1000.00\n" +
                   "balance lender:L1:frozen 0.00\n");
  }
}

TEST_F(WithdrawFail, AfterAcceptanceGivesAllBackOnTheBanksWord) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
    withdraw_accept a1 order=w1
    withdraw_fail f1 order=w1 authority=bank
    balance lender:L1:available 1000.00
    counters lender:L1:frozen 12.00 12.00 0.00 0.00
    counters lender:L1:withdrawing 10.00 10.00 0.00 0.00
    hold w1 withdraw_transit none
    hold w1 fee none
    withdraw w2 client=lender:L1 amount=1000.00
  )");
}

TEST_F(Withdraw, ServesBorrowersAndGuarantorsToo) {
  play(bank, R"(
    deposit e1 client=guarantor:G1 channel=alipay amount=5.00
    deposit e2 client=borrower:B1 channel=alipay amount=5.00
    settle t1 order=e1 amount=5.00
    settle t2 order=e2 amount=5.00
    withdraw w1 client=guarantor:G1 amount=5.00
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=5.00
    withdraw w2 client=borrower:B1 amount=3.00 fee=2.00 fee_rule=withdraw-borrower
    withdraw_accept a2 order=w2
    withdraw_pay y2 order=w2 amount=3.00
    balance platform:fee 2.00
    balance custody:bank 2002.00
    balance borrower:B1:available 0.00
    balance guarantor:G1:withdrawing 0.00
  )");
}

}  // namespace
}  // namespace ledger::domain::test
