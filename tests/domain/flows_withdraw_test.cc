// Withdrawals beyond the straight path: reviews and unknown outcomes of F6 to F9, and F10.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class MoneyFlows : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }
  void reverse(const std::string& id) { play_reversal(bank, id); }
  Bank bank;
};

// --- F6 to F9: reviews and unknown outcomes ---

class Review : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }
  Bank bank{changed(cn_2017(), "review_above = 1_000_000_000", "review_above = 10_000")};
};

TEST_F(Review, ALargeWithdrawalWaitsForTwoOperators) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=100.01 fee=2.00 fee_rule=withdraw
    hold w1 withdraw_review 100.01
    hold w1 withdrawal none
    hold w1 fee 2.00
    counters lender:L1:frozen 0.00 102.01 102.01 0.00
    withdraw_accept a1 order=w1 ! ORDER_CLOSED order=w1 has no open withdrawal
    review_pass v1 order=w1 authority=platform ! AUTHORITY_FORBIDDEN
    review_pass v2 order=w1 ! NEEDS_TWO_OPERATORS
    propose v3 proposed=review_pass,order=nothing,authority=operators operator=ann ! UNKNOWN_ORDER
    propose v4 proposed=review_pass,order=d1,authority=operators operator=ann ! ORDER_CLOSED order=d1 has no open withdraw_review
    propose v5 proposed=review_pass,order=w1,authority=operators operator=ann
    approve v6 proposal=v5 operator=bob
    hold w1 withdraw_review none
    hold w1 withdrawal 100.01
    counters lender:L1:frozen 0.00 102.01 102.01 0.00
    withdraw_accept a2 order=w1
    withdraw_pay y1 order=w1 amount=100.01
    balance platform:fee 2.00
  )");
}

TEST_F(Review, IsOnlyForMoreThanTheBound) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=100.00 fee=2.00 fee_rule=withdraw
    hold w1 withdrawal 100.00
    hold w1 withdraw_review none
  )");
}

TEST_F(Review, AnyoneWhoWatchesMayHoldASmallOneUntilTheBankAcceptsIt) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
    review_hold h1 order=w1 reason=odd authority=client ! AUTHORITY_FORBIDDEN
    review_hold h2 order=none reason=odd ! UNKNOWN_ORDER
    review_hold h3 order=d1 reason=odd ! ORDER_CLOSED order=d1 has no open withdrawal
    review_hold h4 order=w1 reason=odd authority=bank
    hold w1 withdraw_review 10.00
    hold w1 withdrawal none
    counters lender:L1:frozen 0.00 12.00 12.00 0.00
    review_hold h5 order=w1 reason=again ! ORDER_CLOSED
    withdraw_accept a1 order=w1 ! ORDER_CLOSED order=w1 has no open withdrawal
  )");
  play_by_two(bank, "v1", "review_pass order=w1");
  play(bank, R"(
    review_hold h6 order=w1 reason=once-more
    withdraw_fail f1 order=w1
    hold w1 fee none
    balance lender:L1:available 1000.00
    withdraw w2 client=lender:L1 amount=10.00
    withdraw_accept a2 order=w2
    review_hold h7 order=w2 reason=late ! ORDER_CLOSED order=w2 has no open withdrawal
  )");
}

TEST_F(Review, MayBeTakenBackOrRejected) {
  for (const std::string who : {"client", "bank"}) {
    play(bank, "withdraw w-" + who +
                   " client=lender:L1 amount=500.00 fee=2.00 fee_rule=withdraw\n" +
                   "withdraw_fail f-" + who + " order=w-" + who + " authority=" + who +
                   "\nhold w-" + who + " withdraw_review none\nhold w-" + who +
                   " fee none\nbalance lender:L1:available 1000.00");
  }
}

using Unknown = MoneyFlows;

TEST_F(Unknown, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00
    withdraw_unknown u1 order=w1 authority=client ! AUTHORITY_FORBIDDEN
    withdraw_unknown u2 order=nothing ! UNKNOWN_ORDER
    withdraw_unknown u3 order=w1 ! ORDER_CLOSED order=w1 has no open withdraw_transit
    withdraw_accept a1 order=w1
    withdraw_unknown u4 order=w1 authority=platform
    hold w1 withdraw_transit none
    hold w1 withdraw_unknown 10.00
    withdraw_unknown u5 order=w1 ! ORDER_CLOSED
    withdraw_fail f1 order=w1 authority=client ! ORDER_CLOSED order=w1 is accepted by the bank
    withdraw_pay y1 order=w1 amount=9.99 ! AMOUNT_MISMATCH
  )");
}

TEST_F(Unknown, MayTurnOutPaid) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
    withdraw_accept a1 order=w1
    withdraw_unknown u1 order=w1
    counters lender:L1:withdrawing 0.00 10.00 10.00 0.00
    withdraw_pay y1 order=w1 amount=10.00
    hold w1 withdraw_unknown none
    balance platform:fee 2.00
    balance custody:bank 1990.00
    withdraw_fail f1 order=w1 ! ORDER_CLOSED
  )");
  reverse("y1");
  play(bank, "hold w1 withdraw_unknown 10.00");
}

TEST_F(Unknown, MayTurnOutFailed) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
    withdraw_accept a1 order=w1
    withdraw_unknown u1 order=w1
    withdraw_fail f1 order=w1 reason=not-found
    hold w1 withdraw_unknown none
    hold w1 fee none
    balance lender:L1:available 1000.00
    balance lender:L1:withdrawing 0.00
    withdraw_pay y1 order=w1 amount=10.00 ! ORDER_CLOSED
  )");
}

// Money that a court took goes back to where it was frozen for the court. The entry of the
// deduction is made by hand: frozen for the court, then sent to the bank.
TEST_F(Unknown, FailedPaymentToACourtStaysFrozen) {
  play(bank, "withdraw w1 client=lender:L1 amount=10.00");
  Entry e;
  ASSERT_FALSE(bank.ask(command_of(bank, "withdraw_accept a1 order=w1"), e));
  e.holds[1].beneficiary = bank.state.find_account("lender:L1:frozen").value();
  bank.take(e);
  play(bank, R"(
    withdraw_unknown u1 order=w1
    withdraw_fail f1 order=w1
    counters lender:L1:frozen 10.00 20.00 10.00 0.00
    hold w1 judicial 10.00
    balance lender:L1:available 990.00
  )");
}

// --- F10: back after success ---

using Return = MoneyFlows;

TEST_F(Return, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=10.00
    withdraw_return b1 entry=999 entry_hash=@y1 amount=10.00 evidence=br authority=client ! AUTHORITY_FORBIDDEN
    withdraw_return b2 entry=999 entry_hash=@y1 amount=10.00 evidence=br ! UNKNOWN_ENTRY
    withdraw_return b3 entry=@y1 entry_hash=@a1 amount=10.01 evidence=br ! AMOUNT_MISMATCH amount=1000 requested=1001
    withdraw_return b4 entry=@y1 entry_hash=@a1 amount=10.00 evidence=br ! HASH_MISMATCH
    withdraw_return b5 entry=@a1 entry_hash=@a1 amount=10.00 evidence=br ! NOT_REVERSIBLE is no withdraw_pay
    withdraw_return b6 entry=@s1 entry_hash=@s1 amount=10.00 evidence=br ! NOT_REVERSIBLE
    withdraw_return b7 entry=@y1 entry_hash=@y1 amount=10.00 evidence=br
    withdraw_return b8 entry=@y1 entry_hash=@y1 amount=10.00 evidence=br ! ALREADY_REVERSED
    reversal_propose rp1 entry=@y1 entry_hash=@y1 reason=x operator=ann ! ALREADY_REVERSED
    reversal_propose rp2 entry=@b7 entry_hash=@b7 reason=x operator=ann ! NOT_REVERSIBLE
  )");
}

TEST_F(Return, GivesTheMoneyBackOnceAndKeepsTheFee) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=10.00
    withdraw_return b1 entry=@y1 entry_hash=@y1 amount=9.00 evidence=br-1
    balance lender:L1:available 997.00
    balance custody:bank 1999.00
    balance platform:fee 2.00
    withdraw w2 client=lender:L1 amount=997.00
  )");
}

TEST_F(Return, IsRefusedForAPaymentThatWasReversed) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=10.00
  )");
  reverse("y1");
  play(bank, R"(
    withdraw_return b1 entry=@y1 entry_hash=@y1 amount=10.00 evidence=br ! ALREADY_REVERSED
    withdraw_pay y2 order=w1 amount=10.00
    withdraw_return b2 entry=@y2 entry_hash=@y2 amount=10.00 evidence=br
    balance lender:L1:available 1000.00
  )");
}

}  // namespace
}  // namespace ledger::domain::test
