// Four eyes for any command: propose, approve, reject, expire, and who may not act alone.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

// The rules of cn-2017, but a bank receives fees of the platform only if two operators agree, and
// withdrawals above 100.00 need two operators.
std::string strict_rules() {
  std::string text(*Profile::built_in("cn-2017"));
  const auto change = [&](std::string_view flow, std::string_view more) {
    const std::string head = "name = \"" + std::string(flow) + "\"\n";
    const auto at = text.find("[[flows]]\n" + head);
    EXPECT_NE(at, std::string::npos) << flow;
    text.insert(at + 10 + head.size(), more);
  };
  change("withdraw", "four_eyes_above = 10_000\n");
  change("fee", "four_eyes = true\n");
  return text;
}

class Proposals : public testing::Test {
 protected:
  Proposals() : bank(strict_rules()) {
    play(bank, kTown);
    play(bank, kLoan);
  }
  Bank bank;
};

TEST_F(Proposals, AFlowOfTwoOperatorsIsRefusedFromOne) {
  play(bank, R"(
    fee e1 client=borrower:B1 project=P1 amount=10.00 fee_rule=service ! NEEDS_TWO_OPERATORS flow=fee
    withdraw w1 client=lender:L1 amount=100.00
    withdraw w2 client=lender:L1 amount=100.01 ! NEEDS_TWO_OPERATORS flow=withdraw
  )");
}

TEST_F(Proposals, WhatOneProposesAnotherApproves) {
  play(bank, R"(
    propose v1 proposed=fee,client=borrower:B1,project=P1,amount=10.00,fee_rule=service,authority=platform operator=ann reason=agreed
    proposal v1 proposed
    balance platform:fee 0.00
    approve a1 proposal=v1 operator=bob
    proposal v1 approved
    balance platform:fee 10.00
    balance borrower:B1:available 990.00
    approve a2 proposal=v1 operator=cid ! PROPOSAL_CLOSED proposal=v1 is approved
  )");
  const Entry& entry = bank.entries[bank.entries.size() - 2];
  ASSERT_EQ(entry.proposals.size(), 1U);
  EXPECT_EQ(effective_flow(entry), FlowCode::kFee);
  EXPECT_EQ(effective_authority(entry), Authority::kPlatform);
  EXPECT_EQ(entry.flow, FlowCode::kApprove);
  EXPECT_EQ(entry.operator_name, "bob");
  EXPECT_EQ(entry.proposals[0].maker, "ann");
  ASSERT_EQ(entry.fees.size(), 1U) << "an approval has all effects of the proposed command";
}

TEST_F(Proposals, HoldsOfAnApprovedCommandBelongToTheApproval) {
  play(bank, R"(
    propose v1 proposed=withdraw,client=lender:L1,amount=200.00,authority=client operator=ann
    approve a1 proposal=v1 operator=bob
    hold a1 withdrawal 200.00
    withdraw_accept k1 order=a1
    withdraw_pay y1 order=a1 amount=200.00
    balance lender:L1:available 400.00
  )");
}

TEST_F(Proposals, NobodyApprovesTheirOwn) {
  play(bank, R"(
    propose v1 proposed=fee,client=borrower:B1,project=P1,amount=10.00,fee_rule=service,authority=platform operator=ann
    approve a1 proposal=v1 operator=ann ! SAME_OPERATOR operator=ann
    reject r1 proposal=v1 operator=ann reason=mistake
    proposal v1 rejected
    approve a2 proposal=v1 operator=bob ! PROPOSAL_CLOSED proposal=v1 is rejected
    balance platform:fee 0.00
  )");
}

TEST_F(Proposals, AProposalIsDecidedAnewWhenItIsApproved) {
  play(bank, R"(
    propose v1 proposed=withdraw,client=lender:L1,amount=600.00,authority=client operator=ann
    withdraw w1 client=lender:L1 amount=1.00
    approve a1 proposal=v1 operator=bob ! INSUFFICIENT_FUNDS available=59900 requested=60000
    proposal v1 proposed
    withdraw_fail f1 order=w1
    approve a2 proposal=v1 operator=bob
    hold a2 withdrawal 600.00
  )");
}

TEST_F(Proposals, WhatWouldBeRefusedIsRefusedToTheMaker) {
  play(bank, R"(
    propose v1 proposed=withdraw,client=lender:L1,amount=600.01,authority=client operator=ann ! INSUFFICIENT_FUNDS
    propose v2 proposed=withdraw,client=lender:L1,amount=1.00,authority=bank operator=ann ! AUTHORITY_FORBIDDEN flow=withdraw
    propose v3 proposed=approve,proposal=p9,operator=bob,authority=operators operator=ann ! POLICY_FORBIDS flow=approve
    propose v4 proposed=reversal_approve,proposal=p9,operator=bob,authority=operators operator=ann ! POLICY_FORBIDS
    approve a1 proposal=nothing operator=bob ! UNKNOWN_ORDER proposal=nothing
    propose v5 proposed=withdraw,client=lender:L1,amount=1.00,authority=client operator=ann expires=2017-02-28 ! EXPIRED
  )");
}

TEST_F(Proposals, EndOnTheirLastDay) {
  play(bank, R"(
    propose v1 proposed=withdraw,client=lender:L1,amount=1.00,authority=client operator=ann
    propose v2 proposed=withdraw,client=lender:L1,amount=1.00,authority=client operator=ann expires=2017-03-01
    proposal_expire y1 proposal=v2 ! NOT_EXPIRED proposal=v2 expires=2017-03-01
    cut_off c1 opens=2017-03-02
    approve a2 proposal=v2 operator=bob ! PROPOSAL_EXPIRED proposal=v2 expires=2017-03-01
    proposal_expire y2 proposal=v2
    proposal v2 expired
    cut_off c2 opens=2017-03-06
    approve a1 proposal=v1 operator=bob
    proposal v1 approved
  )");
}

TEST_F(Proposals, AReversalIsNotAProposalOfTheGeneralKind) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    reversal_propose r1 entry=@e1 entry_hash=@e1 reason=x operator=ann
    approve a1 proposal=r1 operator=bob ! UNKNOWN_ORDER proposal=r1
    reject a2 proposal=r1 operator=bob ! UNKNOWN_ORDER proposal=r1
    propose v1 proposed=withdraw,client=lender:L1,amount=1.00,authority=client operator=ann
    reversal_approve a3 proposal=v1 operator=bob ! UNKNOWN_ORDER proposal=v1
    reversal_reject a4 proposal=v1 operator=bob ! UNKNOWN_ORDER proposal=v1
  )");
}

}  // namespace
}  // namespace ledger::domain::test
