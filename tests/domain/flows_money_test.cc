// Money in and out beyond the straight path: deposits F1, F2', F4, receipts F5, and the platform's
// and the bank's own money F23, F24, F26, F28.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class MoneyFlows : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }
  void by_two(const std::string& id, std::string_view line) { play_by_two(bank, id, line); }
  void by_two_refused(const std::string& id, std::string_view line, std::string_view refusal) {
    play_by_two(bank, id, line, refusal);
  }
  void reverse(const std::string& id, std::string_view refusal = {}) {
    play_reversal(bank, id, refusal);
  }
  Bank bank;
};

// --- F1, F2: a deposit that the client ordered ---

using DepositRequest = MoneyFlows;

TEST_F(DepositRequest, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    deposit_request r1 client=lender:none channel=none amount=5.00 authority=bank ! AUTHORITY_FORBIDDEN
    deposit_request r2 client=lender:none channel=none amount=5.00 ! UNKNOWN_CLIENT
    deposit_request r3 client=platform channel=none amount=5.00 ! UNKNOWN_CHANNEL channel=none
    deposit_request r4 client=platform channel=alipay amount=5.00 ! WRONG_KIND client=platform
  )");
}

TEST_F(DepositRequest, IsNotedAndCompletedOnceByItsDeposit) {
  play(bank, R"(
    deposit_request r1 client=lender:L1 channel=alipay amount=5.00
    hold r1 deposit_requested 5.00
    counters lender:L1:available 0.00 1000.00 0.00 0.00
    counters channel:alipay:in_transit 2000.00 2000.00 0.00 0.00
    deposit e1 client=lender:none channel=alipay amount=5.00 order=r1 ! UNKNOWN_CLIENT
    deposit e2 client=lender:L1 channel=alipay amount=5.00 order=nothing ! UNKNOWN_ORDER order=nothing
    deposit e3 client=lender:L2 channel=alipay amount=5.00 order=r1 ! UNKNOWN_ORDER order=r1 is of another client
    deposit e4 client=platform channel=alipay amount=5.00 order=d1 ! WRONG_KIND
    deposit e5 client=lender:L1 channel=alipay amount=5.00 order=d1 ! ORDER_CLOSED order=d1 has no open deposit_requested
    deposit e6 client=lender:L1 channel=alipay amount=4.99 order=r1 ! AMOUNT_MISMATCH amount=500 requested=499
    deposit e7 client=lender:L1 channel=alipay amount=5.00 order=r1
    hold r1 deposit_requested none
    hold e7 deposit_transit 5.00
    balance lender:L1:available 1005.00
    deposit e8 client=lender:L1 channel=alipay amount=5.00 order=r1 ! ORDER_CLOSED
    deposit_fail f1 order=r1 amount=5.00 ! ORDER_CLOSED
  )");
}

TEST_F(DepositRequest, OfAnotherChannelIsNotThisDeposits) {
  play(bank, R"(
    open_account n1 client=channel:wechat
    deposit_request r1 client=lender:L1 channel=alipay amount=5.00
    deposit e1 client=lender:L1 channel=wechat amount=5.00 order=r1 ! UNKNOWN_ORDER
  )");
}

TEST_F(DepositRequest, IsOpenAgainAfterTheReversalOfItsDeposit) {
  play(bank, R"(
    deposit_request r1 client=lender:L1 channel=alipay amount=5.00
    deposit e1 client=lender:L1 channel=alipay amount=5.00 order=r1
  )");
  reverse("e1");
  play(bank, R"(
    hold r1 deposit_requested 5.00
    hold e1 deposit_transit none
    balance lender:L1:available 1000.00
    deposit e2 client=lender:L1 channel=alipay amount=5.00 order=r1
  )");
}

TEST(DepositRequestOfTwoCurrencies, NeedsAChannelOfTheClientsCurrency) {
  Bank bank(changed(cn_2017(), "[\"CNY\"]", "[\"CNY\", \"USD\"]"));
  play(bank, R"(
    open_account o1 client=channel:ch
    open_account o2 client=lender:L1 currency=USD
    deposit_request r1 client=lender:L1 channel=ch amount=5.00 ! WRONG_KIND channel=ch currency
    receipt c1 amount=5.00 evidence=x currency=USD ! WRONG_KIND currency=USD
    receipt c2 amount=5.00 evidence=x currency=CNY
    propose v1 operator=ann proposed=receipt_allocate,order=c2,client=lender:L1,amount=5.00,reason=x,authority=operators ! WRONG_KIND client currency
    top_up t1 account=platform:marketing amount=5.00 evidence=y
    reward w1 client=lender:L1 amount=5.00 ! WRONG_KIND client currency
    bank_interest i1 amount=5.00 evidence=z
    bank_interest_pay y1 order=i1 client=lender:L1 amount=5.00 ! WRONG_KIND client currency
  )");
}

// --- F2': nothing is credited before the bank has settled ---

class CreditOnSettlement : public testing::Test {
 protected:
  void SetUp() override {
    std::string text = changed(cn_2017(), "\"on-success\"", "\"on-settlement\"");
    text = changed(text, "matrix = [{ debit = [1001], credit = [1010] }]",
                   "matrix = [{ debit = [1001], credit = [1010, 2001, 2011, 2021] }]");
    bank.emplace(text);
    play(*bank, R"(
      open_account o1 client=channel:alipay
      open_account o2 client=lender:L1
      open_account o3 client=lender:L2
    )");
  }
  std::optional<Bank> bank;
};

TEST_F(CreditOnSettlement, DepositIsANoteUntilItIsSettled) {
  play(*bank, R"(
    deposit_request r1 client=lender:L1 channel=alipay amount=5.00
    deposit e1 client=lender:L1 channel=alipay amount=5.00 order=r1
    hold e1 deposit_unsettled 5.00
    counters lender:L1:available 0.00 0.00 0.00 0.00
    counters channel:alipay:in_transit 0.00 0.00 0.00 0.00
    settle s1 order=e1 amount=4.99 ! AMOUNT_MISMATCH
    settle s2 order=e1 amount=5.00 evidence=line-1
    hold e1 deposit_unsettled none
    counters lender:L1:available 0.00 5.00 0.00 0.00
    counters custody:bank 5.00 0.00 0.00 0.00
    settle s3 order=e1 amount=5.00 ! ORDER_CLOSED
    withdraw w1 client=lender:L1 amount=5.00
  )");
}

TEST_F(CreditOnSettlement, AFailedDepositIsForgotten) {
  play(*bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    deposit_fail f1 order=e1 amount=5.00
    hold e1 deposit_unsettled none
    settle s1 order=e1 amount=5.00 ! ORDER_CLOSED
    balance custody:shortfall 0.00
  )");
}

TEST_F(CreditOnSettlement, SettlementCanBeReversedAndChargedBack) {
  play(*bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    settle s1 order=e1 amount=5.00
    reversal_propose rp1 entry=@s1 entry_hash=@s1 reason=mistake operator=ann
    reversal_approve ra1 proposal=rp1 operator=bob
    hold e1 deposit_unsettled 5.00
    balance lender:L1:available 0.00
    settle s2 order=e1 amount=5.00
    deposit_chargeback c1 entry=@s1 entry_hash=@s1 amount=5.00 evidence=cb ! ALREADY_REVERSED
    deposit_chargeback c2 entry=@s2 entry_hash=@s2 amount=5.00 evidence=cb
    balance lender:L1:available 0.00
    balance custody:bank 0.00
  )");
}

// --- F4: what was credited is taken back ---

using DepositFail = MoneyFlows;
using Chargeback = MoneyFlows;

TEST_F(DepositFail, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    deposit_fail f1 order=e1 amount=5.00 authority=platform ! AUTHORITY_FORBIDDEN
    deposit_fail f2 order=nothing amount=5.00 ! UNKNOWN_ORDER
    deposit_fail f3 order=d1 amount=1000.00 ! ORDER_CLOSED order=d1 has no open deposit_transit
    deposit_fail f4 order=e1 amount=4.99 ! AMOUNT_MISMATCH
    deposit_fail f5 order=e1 amount=5.00
    deposit_fail f6 order=e1 amount=5.00 ! ORDER_CLOSED
    settle s3 order=e1 amount=5.00 ! ORDER_CLOSED
  )");
}

TEST_F(DepositFail, TakesTheCreditBack) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    deposit_fail f1 order=e1 amount=5.00 evidence=tx-7
    counters lender:L1:available 5.00 1005.00 0.00 0.00
    counters channel:alipay:in_transit 2005.00 2005.00 0.00 0.00
    hold e1 deposit_transit none
    reversal_propose rp1 entry=@f1 entry_hash=@f1 reason=x operator=ann ! NOT_REVERSIBLE flow=deposit_fail
  )");
}

TEST_F(DepositFail, OfAMereOrderDropsIt) {
  play(bank, R"(
    deposit_request r1 client=lender:L1 channel=alipay amount=5.00
    deposit_fail f1 order=r1 amount=4.00 ! AMOUNT_MISMATCH
    deposit_fail f2 order=r1 amount=5.00
    hold r1 deposit_requested none
    deposit e1 client=lender:L1 channel=alipay amount=5.00 order=r1 ! ORDER_CLOSED
    counters lender:L1:available 0.00 1000.00 0.00 0.00
  )");
}

TEST_F(DepositFail, WhatTheClientHasNoMoreThePlatformOwesUntilItTopsUp) {
  play(bank, R"(
    open_account n1 client=lender:NEW
    open_project p1 project=P1 borrower=borrower:B1 target=500.00 contract_hash=c instalments=2017-04-01:500.00+1.00
    deposit e1 client=lender:NEW channel=alipay amount=100.00
    bid b1 client=lender:NEW project=P1 amount=80.00
    deposit_fail f1 order=e1 amount=100.00
    balance lender:NEW:available 0.00
    balance lender:NEW:frozen 80.00
    balance custody:shortfall 80.00
    balance channel:alipay:in_transit 0.00
    top_up t1 account=custody:shortfall amount=80.01 evidence=own-1 ! AMOUNT_MISMATCH owes=8000 requested=8001
    top_up t2 account=custody:shortfall amount=30.00 evidence=own-1
    balance custody:shortfall 50.00
    top_up t3 account=custody:shortfall amount=50.00 evidence=own-2
    balance custody:shortfall 0.00
    date 2017-03-01
    top_up t4 account=custody:shortfall amount=0.01 evidence=own-3 ! AMOUNT_MISMATCH owes=0
    balance custody:bank 2080.00
  )");
}

TEST_F(Chargeback, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=none amount=5.00 ! UNKNOWN_CHANNEL
    deposit_chargeback c1 entry=999 entry_hash=@s1 amount=1.00 evidence=cb authority=client ! AUTHORITY_FORBIDDEN
    deposit_chargeback c2 entry=999 entry_hash=@s1 amount=1.00 evidence=cb ! UNKNOWN_ENTRY entry=999
    deposit_chargeback c3 entry=@s1 entry_hash=@s2 amount=999.99 evidence=cb ! AMOUNT_MISMATCH amount=100000 requested=99999
    deposit_chargeback c4 entry=@s1 entry_hash=@s1 amount=1000.01 evidence=cb ! AMOUNT_MISMATCH
    deposit_chargeback c5 entry=@s1 entry_hash=@s2 amount=1000.00 evidence=cb ! HASH_MISMATCH
    deposit_chargeback c6 entry=@d1 entry_hash=@s1 amount=1000.00 evidence=cb ! HASH_MISMATCH
    deposit_chargeback c7 entry=@d1 entry_hash=@d1 amount=1000.00 evidence=cb ! NOT_REVERSIBLE is no settle
    deposit_chargeback c8 entry=@e1 entry_hash=@e1 amount=5.00 evidence=cb ! NOT_REVERSIBLE
    settle s9 order=nothing amount=5.00 ! UNKNOWN_ORDER
    deposit_chargeback c9 entry=@s9 entry_hash=@s9 amount=5.00 evidence=cb ! NOT_REVERSIBLE   # it was refused
    deposit_chargeback c10 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=cb
    deposit_chargeback c11 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=cb ! ALREADY_REVERSED
    reversal_propose rp1 entry=@s1 entry_hash=@s1 reason=x operator=ann ! ALREADY_REVERSED
    reversal_propose rp2 entry=@c10 entry_hash=@c10 reason=x operator=ann ! NOT_REVERSIBLE
  )");
}

TEST_F(Chargeback, TakesASettledDepositFromItsClient) {
  play(bank, R"(
    deposit_chargeback c1 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=cb-1
    counters lender:L1:available 1000.00 1000.00 0.00 0.00
    counters custody:bank 2000.00 1000.00 0.00 0.00
    balance custody:shortfall 0.00
    proposal c1 approved
  )");
}

TEST_F(Chargeback, ShortOfMoneyIsCoveredByThePlatformTheSameDay) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=700.00
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=700.00
    deposit_chargeback c1 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=cb-1
    balance lender:L1:available 0.00
    balance custody:shortfall 700.00
    balance custody:bank 300.00
    top_up t1 account=custody:shortfall amount=700.00 evidence=own-1
    balance custody:shortfall 0.00
    balance custody:bank 1000.00
    date 2017-03-01
  )");
}

TEST_F(Chargeback, OfMoreThanTheBankHasWaitsForTheTopUp) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=1000.00
    withdraw w2 client=lender:L2 amount=500.00
    withdraw_accept a1 order=w1
    withdraw_accept a2 order=w2
    withdraw_pay y1 order=w1 amount=1000.00
    withdraw_pay y2 order=w2 amount=500.00
    deposit_chargeback c1 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=cb-1 ! INSUFFICIENT_FUNDS account=custody:bank available=50000
    top_up t1 account=platform:master amount=500.00 evidence=own-1
    deposit_chargeback c2 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=cb-1
    balance custody:shortfall 1000.00
  )");
}

// --- F5: receipts ---

using Receipt = MoneyFlows;

TEST_F(Receipt, IsAllocatedInPartsAndTheRestReturned) {
  play(bank, R"(
    receipt r1 amount=100.00 evidence=line-9
    balance suspense:unallocated 100.00
    hold r1 receipt 100.00
    balance custody:bank 2100.00
  )");
  by_two("a1", "receipt_allocate order=r1 client=lender:L1 amount=60.00 reason=named");
  by_two("a2", "receipt_allocate order=r1 client=borrower:B1 amount=25.00 reason=named");
  play(bank, R"(
    balance lender:L1:available 1060.00
    balance borrower:B1:available 25.00
    hold r1 receipt 15.00
  )");
  by_two("t1", "receipt_return order=r1 amount=15.00 evidence=back-1 reason=nobodys");
  play(bank, R"(
    hold r1 receipt none
    balance suspense:unallocated 0.00
    balance custody:bank 2085.00
    withdraw w1 client=lender:L1 amount=1060.00
  )");
  by_two_refused("a3", "receipt_allocate order=r1 client=lender:L1 amount=0.01 reason=x",
                 "ORDER_CLOSED order=r1 has no open receipt");
  by_two_refused("t2", "receipt_return order=r1 amount=0.01 evidence=x reason=x", "ORDER_CLOSED");
}

TEST_F(Receipt, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    receipt r0 amount=1.00 evidence=x currency=USD authority=platform ! AUTHORITY_FORBIDDEN
    receipt r2 amount=1.00 evidence=x currency=USD ! WRONG_KIND currency=USD
    receipt r1 amount=100.00 evidence=line-9
    receipt_allocate a1 order=r1 client=lender:L1 amount=1.00 reason=x authority=bank ! AUTHORITY_FORBIDDEN
    receipt_allocate a2 order=r1 client=lender:L1 amount=1.00 reason=x ! NEEDS_TWO_OPERATORS
    receipt_return t1 order=r1 amount=1.00 evidence=x reason=x ! NEEDS_TWO_OPERATORS
  )");
  by_two_refused("b1", "receipt_allocate order=nothing client=lender:none amount=1.00 reason=x",
                 "UNKNOWN_CLIENT");
  by_two_refused("b2", "receipt_allocate order=nothing client=platform amount=1.00 reason=x",
                 "UNKNOWN_ORDER");
  by_two_refused("b3", "receipt_allocate order=d1 client=platform amount=1.00 reason=x",
                 "WRONG_KIND");
  by_two_refused("b4", "receipt_allocate order=d1 client=lender:L1 amount=1.00 reason=x",
                 "ORDER_CLOSED");
  by_two_refused("b5", "receipt_allocate order=r1 client=lender:L1 amount=100.01 reason=x",
                 "AMOUNT_MISMATCH order=r1 left=10000 requested=10001");
  by_two_refused("b6", "receipt_return order=nothing amount=1.00 evidence=x reason=x",
                 "UNKNOWN_ORDER");
  by_two_refused("b7", "receipt_return order=r1 amount=100.01 evidence=x reason=x",
                 "AMOUNT_MISMATCH");
}

TEST_F(Receipt, IsNotReturnedByABankAccountThatIsEmpty) {
  play(bank, R"(
    receipt r1 amount=100.00 evidence=line-9
    withdraw w1 client=lender:L2 amount=1000.00
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=1000.00
    withdraw w2 client=lender:L1 amount=1000.00
    withdraw_accept a2 order=w2
    deposit e1 client=lender:L2 channel=alipay amount=50.00
    settle s3 order=e1 amount=50.00
    withdraw w3 client=lender:L2 amount=50.00
    withdraw_accept a3 order=w3
    withdraw_pay y3 order=w3 amount=50.00
    deposit_chargeback c1 entry=@s3 entry_hash=@s3 amount=50.00 evidence=cb
    withdraw_pay y2 order=w2 amount=1000.00
    balance custody:bank 50.00
  )");
  by_two_refused("b1", "receipt_return order=r1 amount=60.00 evidence=x reason=x",
                 "INSUFFICIENT_FUNDS account=custody:bank available=5000 requested=6000");
}

TEST_F(Receipt, AllocatedToTheWrongClientIsTakenBack) {
  play(bank, "receipt r1 amount=100.00 evidence=line-9");
  by_two("a1", "receipt_allocate order=r1 client=lender:L1 amount=100.00 reason=x");
  reverse("a1");
  play(bank, R"(
    hold r1 receipt 100.00
    balance lender:L1:available 1000.00
  )");
  by_two("a2", "receipt_allocate order=r1 client=lender:L2 amount=100.00 reason=x");
  reverse("r1", "ORDER_CLOSED order=r1 has moved on");
  reverse("a2");
  play(bank, R"(
    reversal_approve ra9 proposal=rp-r1 operator=bob
    hold r1 receipt none
    balance suspense:unallocated 0.00
    balance custody:bank 2000.00
  )");
}

// --- F23, F24, F26, F28: the platform's own money, and the bank's interest ---

using Platform = MoneyFlows;

TEST_F(Platform, ToppingUpIsForItsOwnAccountsOnly) {
  play(bank, R"(
    top_up t1 account=nobody:home amount=1.00 evidence=own authority=client ! AUTHORITY_FORBIDDEN
    top_up t2 account=nobody:home amount=1.00 evidence=own ! UNKNOWN_CLIENT account=nobody:home
    top_up t3 account=lender:L1:available amount=1.00 evidence=own ! WRONG_KIND account=lender:L1:available is not for top_up
    top_up t4 account=platform:fee amount=1.00 evidence=own ! WRONG_KIND
    top_up t5 account=custody:bank amount=1.00 evidence=own ! WRONG_KIND
    top_up t6 account=custody:shortfall amount=1.00 evidence=own ! AMOUNT_MISMATCH owes=0 requested=100
    top_up t7 account=platform:master amount=1.00 evidence=own
    top_up t8 account=platform:marketing amount=2.00 evidence=own
    top_up t9 account=platform:subsidy amount=3.00 evidence=own
    balance platform:master 1.00
    balance platform:marketing 2.00
    balance platform:subsidy 3.00
    balance custody:bank 2006.00
  )");
  reverse("t8");
  play(bank, "balance platform:marketing 0.00");
}

TEST_F(Platform, RewardsClientsFromMarketingOrSubsidy) {
  play(bank, R"(
    top_up t1 account=platform:marketing amount=2.00 evidence=own
    top_up t2 account=platform:subsidy amount=3.00 evidence=own
    top_up t3 account=platform:master amount=9.00 evidence=own
    reward w1 client=lender:none amount=1.00 authority=client ! AUTHORITY_FORBIDDEN
    reward w2 client=lender:none amount=1.00 ! UNKNOWN_CLIENT
    reward w3 client=lender:L1 amount=1.00 account=nobody:home ! UNKNOWN_CLIENT account=nobody:home
    reward w4 client=platform amount=1.00 ! WRONG_KIND client=platform
    reward w5 client=lender:L1 amount=1.00 account=platform:master ! WRONG_KIND account=platform:master is not for reward
    reward w6 client=lender:L1 amount=1.00 account=lender:L2:available ! WRONG_KIND
    reward w7 client=lender:L1 amount=2.01 ! INSUFFICIENT_FUNDS account=platform:marketing available=200
    reward w8 client=lender:L1 amount=2.00
    reward w9 client=guarantor:G1 amount=3.00 account=platform:subsidy
    balance lender:L1:available 1002.00
    balance guarantor:G1:available 3.00
    balance platform:marketing 0.00
    balance platform:subsidy 0.00
  )");
  reverse("w8");
  play(bank, "balance lender:L1:available 1000.00\nbalance platform:marketing 2.00");
}

class Sweep : public MoneyFlows {
 protected:
  void SetUp() override {
    MoneyFlows::SetUp();
    play(bank, R"(
      withdraw x1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
      withdraw_accept x2 order=x1
      withdraw_pay x3 order=x1 amount=10.00
    )");
  }
};

TEST_F(Sweep, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    fee_sweep f1 amount=2.01 authority=bank ! AUTHORITY_FORBIDDEN
    fee_sweep f2 amount=2.01 ! INSUFFICIENT_FUNDS account=platform:fee available=200 requested=201
    fee_sweep f3 amount=2.00
    fee_sweep f4 amount=0.01 ! INSUFFICIENT_FUNDS
    fee_sweep_paid p1 order=f3 amount=2.00 evidence=x authority=platform ! AUTHORITY_FORBIDDEN
    fee_sweep_paid p2 order=nothing amount=2.00 evidence=x ! UNKNOWN_ORDER
    fee_sweep_paid p3 order=x1 amount=2.00 evidence=x ! ORDER_CLOSED order=x1 has no open sweep
    fee_sweep_paid p4 order=f3 amount=1.99 evidence=x ! AMOUNT_MISMATCH
    fee_sweep_fail q1 order=f3 amount=2.00 authority=platform ! AUTHORITY_FORBIDDEN
    fee_sweep_fail q2 order=nothing amount=2.00 ! UNKNOWN_ORDER
    fee_sweep_fail q3 order=x1 amount=2.00 ! ORDER_CLOSED
    fee_sweep_fail q4 order=f3 amount=2.01 ! AMOUNT_MISMATCH
  )");
}

TEST_F(Sweep, TakesFeesOutByWayOfTheirItem) {
  play(bank, R"(
    fee_sweep f1 amount=1.50
    hold f1 sweep 1.50
    balance platform:fee 0.50
    balance platform:in_transit 1.50
    balance custody:bank 1990.00
    fee_sweep_paid p1 order=f1 amount=1.50 evidence=line-3
    hold f1 sweep none
    balance platform:in_transit 0.00
    balance custody:bank 1988.50
    fee_sweep_paid p2 order=f1 amount=1.50 evidence=line-3 ! ORDER_CLOSED
  )");
  reverse("f1", "ORDER_CLOSED order=f1 has moved on");
  reverse("p1");
  play(bank,
       "hold f1 sweep 1.50\nreversal_approve ra9 proposal=rp-f1 operator=bob\n"
       "balance platform:fee 2.00");
}

TEST_F(Sweep, ThatFailsComesBackToTheFees) {
  play(bank, R"(
    fee_sweep f1 amount=1.50
    fee_sweep_fail q1 order=f1 amount=1.50
    balance platform:fee 2.00
    balance platform:in_transit 0.00
    fee_sweep_fail q2 order=f1 amount=1.50 ! ORDER_CLOSED
  )");
}

TEST_F(Sweep, IsNotPaidByABankAccountThatIsEmpty) {
  play(bank, R"(
    fee_sweep f1 amount=2.00
    deposit_chargeback c1 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=cb
    withdraw w1 client=lender:L2 amount=989.00
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=989.00
    balance custody:bank 1.00
    fee_sweep_paid p1 order=f1 amount=2.00 evidence=x ! INSUFFICIENT_FUNDS account=custody:bank available=100
  )");
}

using Interest = MoneyFlows;

TEST_F(Interest, IsPaidToTheClientsInParts) {
  play(bank, R"(
    bank_interest i1 amount=10.00 evidence=line-5 authority=platform ! AUTHORITY_FORBIDDEN
    bank_interest i2 amount=10.00 evidence=line-5
    balance suspense:bank_interest 10.00
    hold i2 interest 10.00
    bank_interest_pay y1 order=i2 client=lender:L1 amount=1.00 authority=bank ! AUTHORITY_FORBIDDEN
    bank_interest_pay y2 order=nothing client=lender:none amount=1.00 ! UNKNOWN_CLIENT
    bank_interest_pay y3 order=nothing client=platform amount=1.00 ! UNKNOWN_ORDER
    bank_interest_pay y4 order=d1 client=platform amount=1.00 ! WRONG_KIND
    bank_interest_pay y5 order=d1 client=lender:L1 amount=1.00 ! ORDER_CLOSED
    bank_interest_pay y6 order=i2 client=lender:L1 amount=10.01 ! AMOUNT_MISMATCH left=1000 requested=1001
    bank_interest_pay y7 order=i2 amount=10.01 ! AMOUNT_MISMATCH
    bank_interest_pay y8 order=i2 amount=10.00 ! POLICY_FORBIDS interest_to=clients
    bank_interest_pay y9 order=i2 client=lender:L1 amount=4.00
    bank_interest_pay y10 order=i2 client=borrower:B1 amount=6.00
    hold i2 interest none
    balance lender:L1:available 1004.00
    balance borrower:B1:available 6.00
    balance suspense:bank_interest 0.00
  )");
  reverse("y10");
  play(bank, "hold i2 interest 6.00\nbalance borrower:B1:available 0.00");
}

TEST(InterestOfThePlatform, IsItsOwnWhereTheProfileSaysSo) {
  std::string text = changed(cn_2017(), "interest_to = \"clients\"", "interest_to = \"platform\"");
  text = changed(text, "matrix = [{ debit = [2060], credit = [2001, 2011, 2021] }]",
                 "matrix = [{ debit = [2060], credit = [2001, 2011, 2021, 3000] }]");
  Bank bank(text);
  play(bank, R"(
    bank_interest i1 amount=10.00 evidence=line-5
    bank_interest_pay y1 order=i1 amount=10.00
    balance platform:master 10.00
    hold i1 interest none
  )");
}

}  // namespace
}  // namespace ledger::domain::test
