// Repayment and its distribution: F16 and F17.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class Lent : public testing::Test {
 protected:
  void SetUp() override {
    play(bank, kTown);
    play(bank, kLoan);
  }
  Bank bank;
};
using Repay = Lent;
using Distribute = Lent;

TEST_F(Repay, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    repay r1 project=none instalment=1 amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    repay r2 project=none instalment=1 amount=1.00 ! UNKNOWN_PROJECT
    repay r3 project=P2 instalment=9 amount=1.00 ! WRONG_PROJECT_STATE state=collecting
    repay r4 project=P1 instalment=4 amount=1.00 ! INSTALMENT_UNKNOWN project=P1 instalments=3
    repay r5 project=P1 instalment=2 amount=1.00 ! INSTALMENT_OUT_OF_ORDER paid=0 frozen=0
    repay r6 project=P1 instalment=1 amount=343.33 ! AMOUNT_MISMATCH principal=33333 interest=1001 requested=34333
    withdraw_fail n1 order=x1 ! ORDER_CLOSED
    fee f1 client=borrower:B1 project=P1 amount=50.00 fee_rule=service
    repay r7 project=P1 instalment=1 amount=343.34
    repay r8 project=P1 instalment=1 amount=343.34 ! INSTALMENT_OUT_OF_ORDER paid=0 frozen=1
    repay r9 project=P1 instalment=2 amount=340.00 ! INSTALMENT_OUT_OF_ORDER
    distribute y1 order=r7
    repay r10 project=P1 instalment=1 amount=343.34 ! INSTALMENT_OUT_OF_ORDER paid=1
    repay r11 project=P1 instalment=2 amount=340.00
    distribute y2 order=r11
    repay r12 project=P1 instalment=3 amount=336.67 ! INSUFFICIENT_FUNDS account=borrower:B1:available available=26666 requested=33667
    deposit e1 client=borrower:B1 channel=alipay amount=100.00
    repay r13 project=P1 instalment=3 amount=336.67
    distribute y3 order=r13
    repay r14 project=P1 instalment=4 amount=1.00 ! WRONG_PROJECT_STATE state=settled
  )");
}

TEST_F(Repay, SetsTheInstalmentAsideWhole) {
  play(bank, R"(
    repay r1 project=P1 instalment=1 amount=343.34
    counters borrower:B1:available 343.34 1000.00 0.00 0.00
    counters borrower:B1:frozen 0.00 343.34 343.34 0.00
    hold r1 repayment 343.34
    project P1 repaying 0.00 1000.00 0.00 0.00
    owes borrower:B1 1000.00
  )");
}

TEST_F(Distribute, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    repay r1 project=P1 instalment=1 amount=343.34
    distribute y1 order=r1 authority=client ! AUTHORITY_FORBIDDEN
    distribute y2 order=nothing ! UNKNOWN_ORDER
    distribute y3 order=b1 ! ORDER_CLOSED order=b1 has no open repayment
    distribute y4 order=r1
    distribute y5 order=r1 ! ORDER_CLOSED
  )");
}

TEST_F(Distribute, PaysHoldersProRataAndEndsExactly) {
  play(bank, R"(
    deposit e1 client=borrower:B1 channel=alipay amount=100.00
    repay r1 project=P1 instalment=1 amount=343.34
    distribute y1 order=r1
    claim P1 lender:L1 400.00 133.33 4.00     # 133.332 and 4.004
    claim P1 lender:L2 600.00 200.00 6.01     # 199.998 and 6.006
    counters borrower:B1:frozen 343.34 343.34 0.00 0.00
    counters lender:L1:available 400.00 1137.33 0.00 0.00
    project P1 repaying 0.00 1000.00 333.33 10.01
    owes borrower:B1 666.67
    repay r2 project=P1 instalment=2 amount=340.00
    distribute y2 order=r2
    claim P1 lender:L1 400.00 266.66 6.67
    claim P1 lender:L2 600.00 400.00 10.01
    repay r3 project=P1 instalment=3 amount=336.67
    distribute y3 order=r3
    claim P1 lender:L1 400.00 400.00 8.00
    claim P1 lender:L2 600.00 600.00 12.01
    project P1 settled 0.00 1000.00 1000.00 20.01
    owes borrower:B1 0.00
    balance lender:L1:available 1008.00
    balance lender:L2:available 1012.01
    balance borrower:B1:available 79.99
  )");
  EXPECT_EQ(bank.entries.back().allocation_version, 2);
}

// Holdings 100.00, 300.00, 450.00 and 150.00; eleven instalments of 83.33 and one of 83.37.
// Dividing each instalment alone would end at 99.97, 300.01, 450.02 and 150.00.
TEST(DistributeVector, OfTheCustodyRulesEndsExactly) {
  Bank bank;
  std::string script = "open_account c client=channel:ch\nopen_account b client=borrower:B\n";
  std::string schedule;
  for (int k = 1; k <= 12; ++k) {
    schedule += (k == 1 ? "2018-" : ",2018-") + std::string(k < 10 ? "0" : "") + std::to_string(k) +
                "-01:" + (k == 12 ? "83.37" : "83.33") + "+0.00";
  }
  script +=
      "open_project p project=P borrower=borrower:B target=1000.00 contract_hash=h instalments=" +
      schedule + "\n";
  const char* holdings[] = {"100.00", "300.00", "450.00", "150.00"};
  for (int i = 0; i < 4; ++i) {
    const std::string n = std::to_string(i);
    script += "open_account o" + n + " client=lender:" + n + "\ndeposit d" + n +
              " client=lender:" + n + " channel=ch amount=" + holdings[i] + "\nbid b" + n +
              " client=lender:" + n + " project=P amount=" + holdings[i] + "\n";
  }
  script += "disburse x project=P\n";
  for (int k = 1; k <= 12; ++k) {
    const std::string n = std::to_string(k);
    script += "repay r" + n + " project=P instalment=" + n +
              " amount=" + (k == 12 ? "83.37" : "83.33") + "\ndistribute y" + n + " order=r" + n +
              "\n";
  }
  play(bank, script);
  play(bank, R"(
    claim P lender:0 100.00 100.00 0.00
    claim P lender:1 300.00 300.00 0.00
    claim P lender:2 450.00 450.00 0.00
    claim P lender:3 150.00 150.00 0.00
    project P settled 0.00 1000.00 1000.00 0.00
    balance lender:2:available 450.00
  )");
}

TEST_F(Distribute, LeavesOutHoldersWhoGetNothingThisTime) {
  play(bank, R"(
    open_project p2 project=P2 borrower=borrower:BIG target=100.00 contract_hash=two instalments=2017-04-01:0.01+0.00,2017-05-01:99.99+0.00
    bid c1 client=lender:L1 project=P2 amount=30.00
    bid c2 client=lender:L2 project=P2 amount=70.00
    disburse x2 project=P2
    repay r1 project=P2 instalment=1 amount=0.01
    distribute y1 order=r1
    claim P2 lender:L1 30.00 0.00 0.00
    claim P2 lender:L2 70.00 0.01 0.00
  )");
  EXPECT_EQ(bank.entries.back().postings.size(), 1U);
}

}  // namespace
}  // namespace ledger::domain::test
