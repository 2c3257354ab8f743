// Reversal by two operators (F27) and the day's close (F32).
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class Reversal : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }
  // Proposes and approves the reversal of a command's entry.
  void reverse(const std::string& id, const std::string& outcome = "") {
    const std::string n = std::to_string(++count_);
    play(bank, "reversal_propose rp" + n + " entry=@" + id + " entry_hash=@" + id +
                   " reason=mistake operator=ann\n" + "reversal_approve ra" + n + " proposal=rp" +
                   n + " operator=bob" + outcome);
  }
  Bank bank;

 private:
  int count_ = 0;
};
using CutOff_ = Reversal;

TEST_F(Reversal, ProposalIsRefusedInOrderOfPrecedence) {
  play(bank, R"(
    deposit e1 client=lender:none channel=alipay amount=1.00 ! UNKNOWN_CLIENT
    reversal_propose r1 entry=999 entry_hash=@d1 reason=x operator=ann authority=platform ! AUTHORITY_FORBIDDEN
    reversal_propose r2 entry=999 entry_hash=@d1 reason=x operator=ann ! UNKNOWN_ENTRY entry=999
    reversal_propose r3 entry=@d1 entry_hash=@d2 reason=x operator=ann ! HASH_MISMATCH
    reversal_propose r4 entry=@o1 entry_hash=@o2 reason=x operator=ann ! HASH_MISMATCH
    reversal_propose r5 entry=@o1 entry_hash=@o1 reason=x operator=ann ! NOT_REVERSIBLE flow=open_account
    reversal_propose r6 entry=@e1 entry_hash=@e1 reason=x operator=ann ! NOT_REVERSIBLE flow=deposit   # it was refused
    reversal_propose r7 entry=1 entry_hash=@genesis reason=x operator=ann ! NOT_REVERSIBLE flow=genesis
  )");
}

TEST_F(Reversal, IsRefusedForFlowsThatTouchManyPeople) {
  play(bank, kLoan);
  play(bank, R"(
    repay r1 project=P1 instalment=1 amount=343.34
    distribute y1 order=r1
    reversal_propose v1 entry=@x1 entry_hash=@x1 reason=x operator=ann ! NOT_REVERSIBLE flow=disburse
    reversal_propose v2 entry=@y1 entry_hash=@y1 reason=x operator=ann ! NOT_REVERSIBLE flow=distribute
  )");
}

TEST_F(Reversal, NeedsTwoOperatorsAndAnOpenProposal) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    reversal_propose r1 entry=@e1 entry_hash=@e1 reason=mistake operator=ann
    proposal r1 proposed
    reversal_approve a1 proposal=r1 operator=bob authority=platform ! AUTHORITY_FORBIDDEN
    reversal_approve a2 proposal=nothing operator=bob ! UNKNOWN_ORDER proposal=nothing
    reversal_approve a3 proposal=r1 operator=ann ! SAME_OPERATOR operator=ann
    balance lender:L1:available 1005.00
    reversal_approve a4 proposal=r1 operator=bob
    proposal r1 approved
    balance lender:L1:available 1000.00
    reversal_approve a5 proposal=r1 operator=eve ! PROPOSAL_CLOSED proposal=r1 is approved
    reversal_reject a6 proposal=r1 operator=eve ! PROPOSAL_CLOSED
    reversal_reject a7 proposal=nothing operator=eve ! UNKNOWN_ORDER
  )");
}

TEST_F(Reversal, RejectedLeavesTheEntryAndMayBeProposedAgain) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    reversal_propose r1 entry=@e1 entry_hash=@e1 reason=mistake operator=ann
    reversal_reject j1 proposal=r1 operator=bob reason=it-is-right authority=platform ! AUTHORITY_FORBIDDEN
    reversal_reject j2 proposal=r1 operator=bob reason=it-is-right
    proposal r1 rejected
    reversal_approve a1 proposal=r1 operator=bob ! PROPOSAL_CLOSED proposal=r1 is rejected
    balance lender:L1:available 1005.00
    reversal_propose r2 entry=@e1 entry_hash=@e1 reason=again operator=ann
    reversal_reject j3 proposal=r2 operator=ann     # the maker takes it back
    proposal r2 rejected
  )");
}

TEST_F(Reversal, HappensOnce) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    reversal_propose r1 entry=@e1 entry_hash=@e1 reason=one operator=ann
    reversal_propose r2 entry=@e1 entry_hash=@e1 reason=two operator=ann
    reversal_approve a1 proposal=r1 operator=bob
    reversal_approve a2 proposal=r2 operator=bob ! ALREADY_REVERSED
    reversal_propose r3 entry=@e1 entry_hash=@e1 reason=three operator=ann ! ALREADY_REVERSED
    reversal_propose r4 entry=@a1 entry_hash=@a1 reason=four operator=ann ! NOT_REVERSIBLE flow=reversal_approve
    balance lender:L1:available 1000.00
  )");
  EXPECT_TRUE(bank.state.is_reversed(base::Sequence(bank.entries.size() - 6)));
}

TEST_F(Reversal, OfADepositTakesBackMoneyAndHold) {
  play(bank, "deposit e1 client=lender:L1 channel=alipay amount=5.00");
  reverse("e1");
  play(bank, R"(
    counters lender:L1:available 5.00 1005.00 0.00 0.00
    counters channel:alipay:in_transit 2005.00 2005.00 0.00 0.00
    hold e1 deposit_transit none
    settle t1 order=e1 amount=5.00 ! ORDER_CLOSED
  )");
}

TEST_F(Reversal, OfADepositWhoseMoneyIsSpentLeavesAShortfallOfThePlatform) {
  play(bank, R"(
    open_account n1 client=lender:NEW
    open_project p1 project=P1 borrower=borrower:B1 target=500.00 contract_hash=c instalments=2017-04-01:500.00+1.00
    deposit e1 client=lender:NEW channel=alipay amount=5.00
    bid b1 client=lender:NEW project=P1 amount=0.01
  )");
  reverse("e1");
  play(bank, R"(
    balance lender:NEW:available 0.00
    balance lender:NEW:frozen 0.01
    balance custody:shortfall 0.01
  )");
}

TEST_F(Reversal, OfADepositThatIsSettledHasToBeginWithTheSettlement) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    settle t1 order=e1 amount=5.00
  )");
  reverse("e1", " ! ORDER_CLOSED order=e1 has moved on");
  reverse("t1");
  play(bank, R"(
    hold e1 deposit_transit 5.00
    balance custody:bank 2000.00
    counters lender:L1:available 0.00 1005.00 0.00 5.00
    settle t2 order=e1 amount=5.00
  )");
  reverse("t2");
  reverse("e1");
  play(bank, "balance lender:L1:available 1000.00");
}

TEST_F(Reversal, OfWithdrawalStepsGoesBackStepByStep) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00 fee=2.00 fee_rule=withdraw
    withdraw_accept a1 order=w1
    withdraw_pay y1 order=w1 amount=10.00
    balance platform:fee 2.00
  )");
  reverse("w1", " ! ORDER_CLOSED order=w1 has moved on");
  reverse("a1", " ! ORDER_CLOSED");
  reverse("y1");
  play(bank, R"(
    balance platform:fee 0.00
    balance custody:bank 2000.00
    hold w1 withdraw_transit 10.00
    hold w1 fee 2.00
  )");
  reverse("a1");
  reverse("w1");
  play(bank, "counters lender:L1:available 12.00 1012.00 0.00 0.00");
}

TEST_F(Reversal, OfAnAcceptanceOpensTheWithdrawalAgain) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00
    withdraw_accept a1 order=w1
  )");
  reverse("a1");
  play(bank, R"(
    hold w1 withdrawal 10.00
    hold w1 withdraw_transit none
    balance lender:L1:frozen 10.00
    withdraw_accept a2 order=w1
    withdraw_pay y2 order=w1 amount=10.00
    balance custody:bank 1990.00
  )");
}

TEST_F(Reversal, OfAFailureWhoseMoneyIsGoneLeavesAShortfallOfThePlatform) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=10.00
    withdraw_fail f1 order=w1
    withdraw w2 client=lender:L1 amount=995.00
    withdraw_fail f2 order=w2
  )");
  reverse("f2");
  play(bank, "hold w2 withdrawal 995.00");
  reverse("f1");
  play(bank, R"(
    hold w1 withdrawal 10.00
    balance lender:L1:available 0.00
    balance custody:shortfall 5.00
  )");
}

TEST_F(Reversal, OfABidReopensAFullProject) {
  play(bank, R"(
    open_project p1 project=P1 borrower=borrower:B1 target=500.00 contract_hash=c instalments=2017-04-01:500.00+1.00
    bid b1 client=lender:L1 project=P1 amount=200.00
    bid b2 client=lender:L2 project=P1 amount=300.00
    project P1 full 500.00 0.00 0.00 0.00
  )");
  reverse("b1");
  play(bank, R"(
    project P1 collecting 300.00 0.00 0.00 0.00
    balance lender:L1:available 1000.00
    bid b3 client=lender:L1 project=P1 amount=200.00
    disburse x1 project=P1
  )");
  reverse("b2", " ! ORDER_CLOSED");
}

TEST_F(Reversal, OfABidInAFailingProjectIsRefused) {
  play(bank, R"(
    open_project p1 project=P1 borrower=borrower:B1 target=500.00 contract_hash=c instalments=2017-04-01:500.00+1.00
    bid b1 client=lender:L1 project=P1 amount=200.00
    bid b2 client=lender:L2 project=P1 amount=300.00
    project_fail f1 project=P1 limit=1
  )");
  reverse("b2", " ! WRONG_PROJECT_STATE state=failing");
}

TEST_F(Reversal, OfARepaymentAndOfAFeeGivesTheBorrowerItsMoney) {
  play(bank, kLoan);
  play(bank, R"(
    fee f1 client=borrower:B1 project=P1 amount=50.00 fee_rule=service
    repay r1 project=P1 instalment=1 amount=343.34
  )");
  reverse("r1");
  reverse("f1");
  play(bank, R"(
    balance borrower:B1:available 1000.00
    balance platform:fee 0.00
    fee f2 client=borrower:B1 project=P1 amount=50.00 fee_rule=service
    deposit d9 client=borrower:B1 channel=alipay amount=50.00
    balance borrower:B1:available 1000.00
    hold r1 repayment none
    distribute y1 order=r1 ! ORDER_CLOSED
    repay r2 project=P1 instalment=1 amount=343.34
    distribute y2 order=r2
  )");
  reverse("r2", " ! ORDER_CLOSED");
}

TEST_F(CutOff_, RefusesDatesThatDoNotFollow) {
  play(bank, R"(
    cut_off c1 opens=2017-03-02 authority=operators ! AUTHORITY_FORBIDDEN
    cut_off c2 opens=2017-03-01 ! BUSINESS_DATE_WRONG business_date=2017-03-01 opens=2017-03-01
    cut_off c3 opens=2017-02-28 ! BUSINESS_DATE_WRONG
    cut_off c4 opens=2017-04-02 ! BUSINESS_DATE_WRONG
    date 2017-03-01
    cut_off c5 opens=2017-04-01
    date 2017-04-01
  )");
}

TEST_F(CutOff_, ClosesTheDayWithItsTrialBalance) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    withdraw w1 client=lender:L2 amount=70.00
    cut_off c1 opens=2017-03-02
    deposit e2 client=lender:L1 channel=alipay amount=5.00 value_date=2017-03-01
    deposit e3 client=lender:L1 channel=alipay amount=5.00
  )");
  const Entry& close = bank.entries[bank.entries.size() - 3];
  ASSERT_EQ(close.cut_offs.size(), 1U);
  const CutOff& cut = close.cut_offs[0];
  EXPECT_EQ(format(close.business_date), "2017-03-01") << "the close belongs to the day it closes";
  EXPECT_EQ(format(cut.closed), "2017-03-01");
  EXPECT_EQ(format(cut.opened), "2017-03-02");
  EXPECT_EQ(cut.tree_size, bank.entries.size() - 3);
  EXPECT_EQ(cut.head, bank.hashes[bank.hashes.size() - 4]);
  const auto total = [&](std::uint16_t number) {
    for (const ClassTotal& t : cut.totals) {
      if (t.account_class == number) return t;
    }
    return ClassTotal();
  };
  EXPECT_EQ(total(1001).debits, base::Total::from_minor(200'000));
  EXPECT_EQ(total(1010).debits - total(1010).credits, base::Total::from_minor(500));
  EXPECT_EQ(total(2001).credits - total(2001).debits, base::Total::from_minor(193'500));
  EXPECT_EQ(total(2002).credits, base::Total::from_minor(7'000));
  EXPECT_EQ(cut.totals.size(), bank.state.profile().classes().size());

  const Entry& late = bank.entries[bank.entries.size() - 2];
  EXPECT_EQ(format(late.business_date), "2017-03-02");
  EXPECT_EQ(format(late.value_date), "2017-03-01");
  EXPECT_EQ(bank.entries.back().value_date, bank.entries.back().business_date);
}

}  // namespace
}  // namespace ledger::domain::test
