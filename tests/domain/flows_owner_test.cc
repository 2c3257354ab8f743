// What changes about clients, and the whole ledger's halt: no money moves, but what may move does.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class Owners : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }
  // One operator proposes, another approves.
  void agree(const std::string& proposed, const std::string& outcome = "") {
    const std::string n = std::to_string(++count_);
    play(bank, "propose v" + n + " proposed=" + proposed + " operator=ann" + outcome);
    if (outcome.empty()) play(bank, "approve a" + n + " proposal=v" + n + " operator=bob");
  }
  const Owner& owner(std::string_view code) const {
    return bank.state.owner(*bank.state.find_owner(code));
  }
  Bank bank;

 private:
  int count_ = 0;
};
using Dormancy = Owners;
using Freezing = Owners;
using Halting = Owners;
using Alerts = Owners;

TEST_F(Owners, NewsOfADebtElsewhereCountsTowardsTheCap) {
  play(bank,
       "owner_update u1 client=borrower:B1 elsewhere=5.00 operator=ann ! NEEDS_TWO_OPERATORS");
  agree("owner_update,client=borrower:none,elsewhere=1.00,authority=operators",
        " ! UNKNOWN_CLIENT");
  agree("owner_update,client=platform,elsewhere=1.00,authority=operators", " ! WRONG_KIND");
  agree("owner_update,client=borrower:B1,elsewhere=0,authority=operators", " ! ALREADY_IN_STATE");
  agree("owner_update,client=borrower:B1,elsewhere=999500.00,authority=operators");
  EXPECT_EQ(owner("borrower:B1").elsewhere, 99'950'000);
  play(bank, R"(
    open_project p1 project=P1 borrower=borrower:B1 target=500.01 contract_hash=c instalments=2017-04-01:500.01+1.00 ! CAP_EXCEEDED cap_all=100000000 outstanding=0 elsewhere=99950000 requested=50001
    open_project p2 project=P2 borrower=borrower:B1 target=500.00 contract_hash=d instalments=2017-04-01:500.00+1.00
  )");
  agree("owner_update,client=borrower:B1,elsewhere=0,authority=operators");
  EXPECT_EQ(owner("borrower:B1").elsewhere, 0);
}

TEST_F(Owners, ARelatedPartyIsOneUntilTheOperatorsSayOtherwise) {
  agree("owner_update,client=lender:L1,authority=operators",
        " ! ALREADY_IN_STATE client=lender:L1");
  agree("owner_update,client=lender:L1,related_party=true,authority=operators");
  EXPECT_TRUE(owner("lender:L1").has(OwnerFlag::kRelatedParty));
  play(bank, R"(
    open_project p1 project=P1 borrower=borrower:B1 target=500.00 contract_hash=c instalments=2017-04-01:500.00+1.00
    bid b1 client=lender:L1 project=P1 amount=1.00 ! RELATED_PARTY
  )");
  // News of a debt does not make it unrelated.
  agree("owner_update,client=lender:L1,elsewhere=1.00,authority=operators");
  EXPECT_TRUE(owner("lender:L1").has(OwnerFlag::kRelatedParty));
  agree("owner_update,client=lender:L1,authority=operators");
  EXPECT_FALSE(owner("lender:L1").has(OwnerFlag::kRelatedParty));
  EXPECT_EQ(owner("lender:L1").elsewhere, 100) << "and does not forget the debt";
  play(bank, "bid b2 client=lender:L1 project=P1 amount=1.00");
}

TEST_F(Owners, WhoBecomesRelatedAfterTheProjectWasOpenedGetsNoLoan) {
  const auto related = [this](const std::string& code, bool yes) {
    agree("owner_update,client=" + code + (yes ? ",related_party=true" : "") +
          ",authority=operators");
  };
  play(bank, R"(
    open_project p1 project=P1 borrower=borrower:B1 target=500.00 contract_hash=c instalments=2017-04-01:500.00+1.00 guarantor=guarantor:G1
  )");
  related("borrower:B1", true);
  play(bank,
       "bid b1 client=lender:L1 project=P1 amount=1.00 ! RELATED_PARTY project=P1 "
       "client=borrower:B1");
  related("borrower:B1", false);
  related("guarantor:G1", true);
  play(bank, R"(
    bid b2 client=lender:L1 project=P1 amount=1.00 ! RELATED_PARTY project=P1 client=guarantor:G1
    open_project p2 project=P2 borrower=borrower:B1 target=5.00 contract_hash=d instalments=2017-04-01:5.00+1.00 guarantor=guarantor:G1 ! RELATED_PARTY guarantor=guarantor:G1
  )");
  related("guarantor:G1", false);
  play(bank,
       "bid b3 client=lender:L1 project=P1 amount=200.00\n"
       "bid b4 client=lender:L2 project=P1 amount=300.00");
  related("borrower:B1", true);
  play(bank, "disburse x1 project=P1 ! RELATED_PARTY project=P1 client=borrower:B1");
  related("borrower:B1", false);
  related("lender:L2", true);
  play(bank, "disburse x2 project=P1 ! RELATED_PARTY project=P1 client=lender:L2");
  // The way out: the bid is taken back and another lends.
  play_reversal(bank, "b4");
  play(bank, R"(
    bid b5 client=lender:L1 project=P1 amount=300.00
    disburse x3 project=P1
    project P1 repaying 0.00 500.00 0.00 0.00
  )");
}

TEST_F(Dormancy, ADormantClientPaysNoFee) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=1.00 fee=2.00 fee_rule=withdraw
    dormant n0 client=lender:none ! UNKNOWN_CLIENT
    dormant n1 client=channel:alipay ! WRONG_KIND
    dormant_end n2 client=lender:L1 ! ALREADY_IN_STATE client=lender:L1 is not dormant
    dormant n3 client=lender:L1 ! POLICY_FORBIDS client=lender:L1 active_on=2017-03-01 dormant_after_days=1095
    until 2020-02-28
    dormant n30 client=lender:L1 ! POLICY_FORBIDS active_on=2017-03-01
    until 2020-02-29
    dormant n31 client=lender:L1
    dormant n4 client=lender:L1 ! ALREADY_IN_STATE client=lender:L1 is dormant
    withdraw w2 client=lender:L1 amount=1.00 fee=2.00 fee_rule=withdraw ! OWNER_DORMANT client=lender:L1
    withdraw w3 client=lender:L1 amount=1.00
    withdraw_accept x1 order=w1
    withdraw_pay y1 order=w1 amount=1.00          # this fee was agreed before
    balance platform:fee 2.00
    dormant_end n5 client=lender:L1
    withdraw w4 client=lender:L1 amount=1.00 fee=2.00 fee_rule=withdraw
  )");
}

TEST_F(Dormancy, ADormantBorrowerPaysNoServiceFee) {
  play(bank, kLoan);
  play(bank, R"(
    until 2017-03-02
    repay r1 project=P1 instalment=1 amount=343.34
    until 2017-03-03
    distribute t1 order=r1                     # what the platform does is not the lender's doing
    until 2020-02-29
    dormant n1 client=borrower:B1 ! POLICY_FORBIDS active_on=2017-03-02     # its repayment
    until 2020-03-01
    dormant n2 client=borrower:B1
    fee f1 client=borrower:B1 project=P1 amount=10.00 fee_rule=service ! OWNER_DORMANT client=borrower:B1
    dormant l1 client=lender:L1
    dormant_end n3 client=borrower:B1 authority=client
    dormant n4 client=borrower:B1 ! POLICY_FORBIDS active_on=2020-03-01
    fee f2 client=borrower:B1 project=P1 amount=10.00 fee_rule=service
  )");
}

TEST_F(Dormancy, WhatAGuarantorPaysTheLendersIsNotTheirDoing) {
  play(bank, R"(
    open_project p1 project=P1 borrower=borrower:B1 target=500.00 contract_hash=c instalments=2017-04-01:500.00+1.00 guarantor=guarantor:G1
    bid b1 client=lender:L1 project=P1 amount=500.00
    disburse x1 project=P1
    deposit e1 client=guarantor:G1 channel=alipay amount=501.00
    until 2017-04-03
    overdue v1 project=P1
    compensate k1 project=P1 amount=501.00
    recover k2 client=guarantor:G1 project=P1 amount=100.00
  )");
  EXPECT_EQ(format(owner("lender:L1").active_on), "2017-03-01");
  EXPECT_EQ(format(owner("guarantor:G1").active_on), "2017-04-03");
  EXPECT_EQ(format(owner("borrower:B1").active_on), "2017-04-03");
  play(bank, R"(
    until 2017-05-01
    recover k3 client=guarantor:G1 project=P1 amount=100.00
  )");
  EXPECT_EQ(format(owner("guarantor:G1").active_on), "2017-04-03") << "the borrower's word";
  EXPECT_EQ(format(owner("borrower:B1").active_on), "2017-05-01");
}

TEST_F(Dormancy, IsAMatterOfTheProfile) {
  std::string text(*Profile::built_in("cn-2017"));
  const std::string key = "dormant_after_days = 1_095";
  text.replace(text.find(key), key.size(), "dormant_after_days = 0");
  Bank never(text);
  play(never, R"(
    open_account o1 client=lender:L1
    dormant n1 client=lender:L1 ! POLICY_FORBIDS dormant_after_days=0
  )");
}

TEST_F(Freezing, NothingLeavesAFrozenClient) {
  play(bank, kLoan);
  play(bank, R"(
    deposit d3 client=lender:L1 channel=alipay amount=50.00
    settle s3 order=d3 amount=50.00
    withdraw w1 client=lender:L1 amount=10.00
    freeze f0 client=lender:none reason=x ! UNKNOWN_CLIENT
    freeze f1 client=platform reason=x ! WRONG_KIND client=platform
    freeze f2 client=lender:L1 reason=x authority=client ! AUTHORITY_FORBIDDEN
    freeze f3 client=lender:L1 reason=suspicion authority=bank
    freeze f4 client=lender:L1 reason=again ! ALREADY_IN_STATE client=lender:L1 is frozen
    withdraw w2 client=lender:L1 amount=1.00 ! OWNER_FROZEN client=lender:L1
    withdraw_accept x9 order=w1 ! OWNER_FROZEN client=lender:L1
    withdraw_fail z1 order=w1
    deposit d4 client=lender:L1 channel=alipay amount=5.00
    repay r1 project=P1 instalment=1 amount=343.34
    distribute t1 order=r1                          # money may come in
    unfreeze u1 client=lender:L1 reason=cleared operator=ann ! NEEDS_TWO_OPERATORS flow=unfreeze
  )");
  agree("unfreeze,client=lender:L2,reason=x,authority=operators", " ! ALREADY_IN_STATE");
  agree("unfreeze,client=lender:L1,reason=cleared,authority=operators");
  play(bank, "withdraw w3 client=lender:L1 amount=1.00");
}

TEST_F(Halting, NothingMovesUntilTwoOperatorsResume) {
  play(bank, R"(
    resume u0 reason=x operator=ann ! NEEDS_TWO_OPERATORS
    halt h1 reason=breach operator=ann
  )");
  EXPECT_TRUE(bank.state.is_on(SwitchCode::kHalted));
  const auto entries = bank.entries.size();
  play(bank, R"(
    deposit d3 client=lender:L1 channel=alipay amount=5.00 ! HALTED flow=deposit
    halt h2 reason=again operator=ann ! HALTED flow=halt
    freeze f1 client=lender:L1 reason=x ! HALTED
    propose v8 proposed=unfreeze,client=lender:L1,reason=x,authority=operators operator=ann ! HALTED flow=unfreeze
  )");
  EXPECT_EQ(bank.entries.size(), entries) << "a halt is no verdict on a command: nothing is kept";
  play(bank, R"(
    alert n1 rule=coverage subject=custody entries=1,2
    cut_off c1 opens=2017-03-02
    propose v9 proposed=resume,reason=mended,authority=operators operator=ann
    approve a9 proposal=v9 operator=bob
  )");
  EXPECT_FALSE(bank.state.is_on(SwitchCode::kHalted));
  play(bank, "deposit d3 client=lender:L1 channel=alipay amount=5.00");
  agree("resume,reason=again,authority=operators", " ! ALREADY_IN_STATE is not halted");
}

TEST_F(Alerts, NameTheirMonitorAndEarlierEntries) {
  play(bank, R"(
    alert n1 rule=coverage subject=custody entries=0 ! UNKNOWN_ENTRY entries=0
    alert n2 rule=coverage subject=custody entries=99 ! UNKNOWN_ENTRY entries=99
    alert n3 rule=coverage subject=custody entries=2,2 ! UNKNOWN_ENTRY entries=2,2
    alert n4 rule=coverage subject=custody entries=3,2 ! UNKNOWN_ENTRY
    alert n5 rule=coverage subject=custody entries=2, ! UNKNOWN_ENTRY
    alert n6 rule=coverage subject=custody entries=2;3 ! UNKNOWN_ENTRY
    alert n7 rule=coverage subject=custody entries=02 ! UNKNOWN_ENTRY
    alert n8 rule=coverage subject=custody entries=18446744073709551617 ! UNKNOWN_ENTRY
    alert n9 rule=nothing subject=custody entries=2 ! POLICY_FORBIDS rule=nothing
    alert n10 rule=coverage subject=custody entries=2 severity=4 ! POLICY_FORBIDS severity=4 most=3
    alert n11 rule=coverage subject=lender:L1 entries=2,3,12 severity=3 amount=7.00
    alert n12 rule=refused subject=lender:unheard-of entries=24
  )");
  const Entry& first = bank.entries[bank.entries.size() - 2];
  ASSERT_EQ(first.alerts.size(), 1U);
  EXPECT_EQ(first.alerts[0].severity, 3);
  EXPECT_EQ(first.alerts[0].amount.minor(), 700);
  EXPECT_EQ(first.alerts[0].entries.size(), 3U);
  EXPECT_EQ(bank.entries.back().alerts[0].severity, 1);
}

}  // namespace
}  // namespace ledger::domain::test
