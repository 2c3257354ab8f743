// From bid to loan: F11 to F14.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

// A town with P1 of 1000.00 for borrower:B1 collecting.
class Collecting : public testing::Test {
 protected:
  void SetUp() override {
    play(bank, kTown);
    play(bank, R"(
      open_project p1 project=P1 borrower=borrower:B1 target=1000.00 contract_hash=one instalments=2017-04-01:1000.00+10.00
    )");
  }
  Bank bank;
};
using Bid = Collecting;
using BidCancel = Collecting;
using ProjectFail = Collecting;
using Disburse = Collecting;
using Fee = Collecting;

TEST_F(Bid, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    deposit e1 client=borrower:B1 channel=alipay amount=500.00
    deposit e2 client=lender:B1 channel=alipay amount=500.00
    bid b1 client=lender:none project=none amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    bid b2 client=lender:none project=none amount=1.00 ! UNKNOWN_CLIENT
    bid b3 client=platform project=none amount=1.00 ! UNKNOWN_PROJECT project=none
    bid b4 client=platform project=P1 amount=1.00 ! WRONG_KIND     # the platform never lends
    bid b5 client=borrower:BIG project=P1 amount=1.00 ! WRONG_KIND
    bid b6 client=borrower:B1 project=P1 amount=1.00 ! WRONG_KIND
    bid b7 client=guarantor:G1 project=P1 amount=1.00 ! WRONG_KIND
    bid b8 client=lender:B1 project=P1 amount=2000.00 ! SELF_LENDING person=B1
    bid b9 client=lender:KIN project=P1 amount=2000.00 ! RELATED_PARTY client=lender:KIN
    bid b10 client=lender:L1 project=P1 amount=1000.01 ! TARGET_EXCEEDED target=100000 bid=0 requested=100001
    withdraw w1 client=lender:L1 amount=500.00
    bid b11 client=lender:L1 project=P1 amount=500.01 ! INSUFFICIENT_FUNDS available=50000 requested=50001
    bid b12 client=lender:L1 project=P1 amount=300.00
    bid b13 client=lender:L2 project=P1 amount=700.01 ! TARGET_EXCEEDED bid=30000
    bid b14 client=lender:L2 project=P1 amount=700.00
    bid b15 client=lender:L2 project=P1 amount=0.01 ! WRONG_PROJECT_STATE project=P1 state=full
    bid b16 client=lender:KIN project=P1 amount=0.01 ! WRONG_PROJECT_STATE
  )");
}

TEST_F(Bid, RefusesABorrowerOverTheCap) {
  play(bank, R"(
    open_account n1 client=lender:RICH
    deposit e1 client=lender:RICH channel=alipay amount=3000000.00
    settle t1 order=e1 amount=3000000.00
    open_project q1 project=A borrower=borrower:B1 target=150000.00 contract_hash=a instalments=2017-04-01:150000.00+1.00
    open_project q2 project=B borrower=borrower:B1 target=50000.01 contract_hash=b instalments=2017-04-01:50000.01+1.00
    open_project q3 project=C borrower=borrower:B1 target=50000.00 contract_hash=c instalments=2017-04-01:50000.00+1.00
    open_project q4 project=D borrower=borrower:BIG target=1000000.00 contract_hash=d instalments=2017-04-01:1000000.00+1.00
    open_project q5 project=E borrower=borrower:BIG target=0.01 contract_hash=e instalments=2017-04-01:0.01+1.00
    bid b1 client=lender:RICH project=B amount=50000.01    # nothing is owed yet
    bid b2 client=lender:RICH project=A amount=150000.00
    disburse x1 project=A
    disburse x2 project=B ! CAP_EXCEEDED borrower=borrower:B1 cap=20000000 outstanding=15000000 requested=5000001
    bid b3 client=lender:RICH project=C amount=50000.00
    disburse x3 project=C
    owes borrower:B1 200000.00
    bid b4 client=lender:RICH project=P1 amount=0.01 ! CAP_EXCEEDED
    bid b5 client=lender:RICH project=D amount=1000000.00
    disburse x4 project=D
    bid b6 client=lender:RICH project=E amount=0.01 ! CAP_EXCEEDED cap=100000000 outstanding=100000000 requested=1
  )");
}

TEST_F(Bid, FreezesTheMoneyInTheLendersNameForTheProject) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=400.00
    counters lender:L1:available 400.00 1000.00 0.00 0.00
    counters lender:L1:frozen 0.00 400.00 400.00 0.00
    hold b1 bid 400.00
    project P1 collecting 400.00 0.00 0.00 0.00
    bid b2 client=lender:L1 project=P1 amount=100.00 authority=standing
    hold b2 bid 100.00
    project P1 collecting 500.00 0.00 0.00 0.00
  )");
}

TEST_F(Bid, ThatReachesTheTargetMakesTheProjectFull) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=400.00
    bid b2 client=lender:L2 project=P1 amount=600.00
    project P1 full 1000.00 0.00 0.00 0.00
    claim P1 lender:L1 0.00 0.00 0.00     # nothing is lent before disbursement
  )");
}

TEST_F(BidCancel, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=400.00
    bid_cancel c1 order=b1 authority=bank ! AUTHORITY_FORBIDDEN
    bid_cancel c2 order=nothing ! UNKNOWN_ORDER
    bid_cancel c3 order=d1 ! ORDER_CLOSED
    bid b2 client=lender:L2 project=P1 amount=600.00
    bid_cancel c4 order=b1 ! WRONG_PROJECT_STATE state=full
    project_fail f1 project=P1 limit=1
    bid_cancel c5 order=b2 ! WRONG_PROJECT_STATE state=failing
  )");
}

TEST_F(BidCancel, GivesTheMoneyBackWhileTheProjectCollects) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=400.00
    bid b2 client=lender:L1 project=P1 amount=100.00
    bid_cancel c1 order=b1
    counters lender:L1:available 500.00 1400.00 0.00 0.00
    counters lender:L1:frozen 400.00 500.00 100.00 0.00
    hold b1 bid none
    project P1 collecting 100.00 0.00 0.00 0.00
    bid_cancel c2 order=b1 ! ORDER_CLOSED
    bid_cancel c3 order=b2 authority=platform
    project P1 collecting 0.00 0.00 0.00 0.00
    balance lender:L1:available 1000.00
  )");
}

TEST_F(ProjectFail, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    project_fail f1 project=none authority=client ! AUTHORITY_FORBIDDEN
    project_fail f2 project=none ! UNKNOWN_PROJECT
    project_fail f3 project=P1
    project_fail f4 project=P1 ! WRONG_PROJECT_STATE state=miscarried
    bid b1 client=lender:L1 project=P1 amount=1.00 ! WRONG_PROJECT_STATE state=miscarried
    disburse x1 project=P1 ! WRONG_PROJECT_STATE
  )");
}

TEST_F(ProjectFail, GivesBidsBackInChunksAndResumes) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=100.00
    bid b2 client=lender:L2 project=P1 amount=200.00
    bid b3 client=lender:L1 project=P1 amount=300.00
    bid b4 client=lender:L2 project=P1 amount=150.00
    bid b5 client=lender:L1 project=P1 amount=250.00
    project P1 full 1000.00 0.00 0.00 0.00
    project_fail f1 project=P1 limit=2
    project P1 failing 700.00 0.00 0.00 0.00
    hold b1 bid none
    hold b2 bid none
    hold b3 bid 300.00
    disburse x1 project=P1 ! WRONG_PROJECT_STATE state=failing
    bid b6 client=lender:L1 project=P1 amount=1.00 ! WRONG_PROJECT_STATE
    project_fail f2 project=P1 limit=2
    project P1 failing 250.00 0.00 0.00 0.00
    project_fail f3 project=P1 limit=2
    project P1 miscarried 0.00 0.00 0.00 0.00
    counters lender:L1:available 650.00 1650.00 0.00 0.00
    counters lender:L2:frozen 350.00 350.00 0.00 0.00
  )");
}

TEST_F(ProjectFail, WithExactlyTheLimitIsDoneAtOnce) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=100.00
    bid b2 client=lender:L2 project=P1 amount=200.00
    project_fail f1 project=P1 limit=2
    project P1 miscarried 0.00 0.00 0.00 0.00
  )");
}

TEST_F(Disburse, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    disburse x1 project=none authority=client ! AUTHORITY_FORBIDDEN
    disburse x2 project=none ! UNKNOWN_PROJECT
    bid b1 client=lender:L1 project=P1 amount=999.99
    disburse x3 project=P1 ! WRONG_PROJECT_STATE state=collecting
    bid b2 client=lender:L2 project=P1 amount=0.01
    disburse x4 project=P1
    disburse x5 project=P1 ! WRONG_PROJECT_STATE state=repaying
  )");
}

TEST_F(Disburse, PaysTheBorrowerGrossAndDirectly) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=400.00
    bid b2 client=lender:L2 project=P1 amount=500.00
    bid b3 client=lender:L1 project=P1 amount=100.00
    disburse x1 project=P1
    counters borrower:B1:available 0.00 1000.00 0.00 0.00
    counters lender:L1:frozen 500.00 500.00 0.00 0.00
    counters lender:L2:frozen 500.00 500.00 0.00 0.00
    balance platform:fee 0.00
    project P1 repaying 0.00 1000.00 0.00 0.00
    claim P1 lender:L1 500.00 0.00 0.00     # two bids, one claim
    claim P1 lender:L2 500.00 0.00 0.00
    owes borrower:B1 1000.00
    hold b1 bid none
  )");
  const Entry& e = bank.entries.back();
  ASSERT_EQ(e.postings.size(), 3U);
  for (const Posting& p : e.postings) {
    EXPECT_EQ(bank.state.account_code(p.credit), "borrower:B1:available");
    EXPECT_TRUE(bank.state.account_code(p.debit).ends_with(":frozen"));
    EXPECT_EQ(p.kind, PostingKind::kPrincipal);
  }
}

TEST(DisburseToMany, FiveThousandLendersInOneEntry) {
  constexpr int kLenders = 5'000;
  Bank bank;
  bank.audit_each = false;
  std::string script =
      "open_account c client=channel:alipay\nopen_account b client=borrower:B\n"
      "open_project p project=P borrower=borrower:B target=50000.00 contract_hash=h "
      "instalments=2017-04-01:25000.00+77.77,2017-05-01:25000.00+33.33\n";
  for (int i = 0; i < kLenders; ++i) {
    const std::string n = std::to_string(i);
    script += "open_account o" + n + " client=lender:L" + n + "\ndeposit d" + n +
              " client=lender:L" + n + " channel=alipay amount=10.00\nbid b" + n +
              " client=lender:L" + n + " project=P amount=10.00\n";
  }
  play(bank, script);
  play(bank, "project P full 50000.00 0.00 0.00 0.00\ndisburse x project=P");
  EXPECT_EQ(bank.entries.back().postings.size(), 5'000U);
  EXPECT_EQ(bank.entries.back().claims.size(), 5'000U);
  EXPECT_EQ(audit(bank.state), "");
  play(bank, R"(
    project P repaying 0.00 50000.00 0.00 0.00
    deposit e client=borrower:B channel=alipay amount=1000.00
    repay r1 project=P instalment=1 amount=25077.77
    distribute y1 order=r1
    repay r2 project=P instalment=2 amount=25033.33
    distribute y2 order=r2
    project P settled 0.00 50000.00 50000.00 111.10
    claim P lender:L0 10.00 10.00 0.03
    claim P lender:L4999 10.00 10.00 0.02
  )");
  EXPECT_EQ(audit(bank.state), "");
}

TEST_F(Fee, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    fee f1 client=borrower:none project=none amount=1.00 fee_rule=none authority=client ! AUTHORITY_FORBIDDEN
    fee f2 client=borrower:none project=none amount=1.00 fee_rule=none ! UNKNOWN_CLIENT
    fee f3 client=lender:L1 project=none amount=1.00 fee_rule=none ! UNKNOWN_PROJECT
    fee f4 client=lender:L1 project=P1 amount=1.00 fee_rule=none ! UNKNOWN_FEE_RULE fee_rule=none
    fee f5 client=lender:L1 project=P1 amount=1.00 fee_rule=service ! UNKNOWN_FEE_RULE
    fee f6 client=borrower:B1 project=P1 amount=1.00 fee_rule=withdraw-borrower ! UNKNOWN_FEE_RULE
    fee f7 client=borrower:BIG project=P1 amount=1.00 fee_rule=service ! WRONG_KIND
    fee f8 client=borrower:B1 project=P1 amount=1.00 fee_rule=service ! WRONG_PROJECT_STATE
    bid b1 client=lender:L1 project=P1 amount=1000.00
    fee f9 client=borrower:B1 project=P1 amount=1.00 fee_rule=service ! WRONG_PROJECT_STATE state=full
    disburse x1 project=P1
    fee f10 client=borrower:B1 project=P1 amount=50.01 fee_rule=service ! FEE_EXCEEDS_RULE limit=5000 requested=5001
    withdraw w1 client=borrower:B1 amount=960.00
    fee f11 client=borrower:B1 project=P1 amount=40.01 fee_rule=service ! INSUFFICIENT_FUNDS available=4000
  )");
}

TEST_F(Fee, IsTakenAfterTheLoanWasPaidOutInAnEntryOfItsOwn) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=1000.00
    disburse x1 project=P1
    fee f1 client=borrower:B1 project=P1 amount=50.00 fee_rule=service
    counters borrower:B1:available 50.00 1000.00 0.00 0.00
    counters platform:fee 0.00 50.00 0.00 0.00
    owes borrower:B1 1000.00
  )");
}

TEST_F(Fee, IsLimitedOverAllItsParts) {
  play(bank, R"(
    bid b1 client=lender:L1 project=P1 amount=1000.00
    disburse x1 project=P1
    fee f1 client=borrower:B1 project=P1 amount=30.00 fee_rule=service
    fee f2 client=borrower:B1 project=P1 amount=20.01 fee_rule=service ! FEE_EXCEEDS_RULE limit=5000 requested=5001
    fee f3 client=borrower:B1 project=P1 amount=20.00 fee_rule=service
    fee f4 client=borrower:B1 project=P1 amount=0.01 fee_rule=service ! FEE_EXCEEDS_RULE
  )");
}

}  // namespace
}  // namespace ledger::domain::test
