// Claims change hands (债权转让): F25.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

// P1 of kLoan, lent by L1 (400.00) and L2 (600.00); L3 has 500.00.
class Sellers : public testing::Test {
 protected:
  void SetUp() override {
    play(bank, kTown);
    play(bank, kLoan);
    play(bank, R"(
      open_account n1 client=lender:L3
      deposit e1 client=lender:L3 channel=alipay amount=500.00
      settle e2 order=e1 amount=500.00
    )");
  }
  Bank bank;
};
using ClaimBid = Sellers;
using ClaimTransfer = Sellers;
using ClaimCancel = Sellers;

TEST_F(ClaimBid, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    deposit e3 client=lender:KIN channel=alipay amount=500.00
    deposit e4 client=lender:B1 channel=alipay amount=500.00
    claim_bid t1 client=none seller=none project=none principal=1.00 amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    claim_bid t2 client=none seller=lender:L1 project=none principal=1.00 amount=1.00 ! UNKNOWN_CLIENT client=none
    claim_bid t3 client=lender:L3 seller=none project=none principal=1.00 amount=1.00 ! UNKNOWN_CLIENT client=none
    claim_bid t4 client=lender:L3 seller=lender:L1 project=none principal=1.00 amount=1.00 ! UNKNOWN_PROJECT
    claim_bid t5 client=platform seller=lender:L1 project=P1 principal=1.00 amount=1.00 ! WRONG_KIND client=platform
    claim_bid t6 client=guarantor:G1 seller=lender:L1 project=P1 principal=1.00 amount=1.00 ! WRONG_KIND
    claim_bid t7 client=lender:L3 seller=borrower:B1 project=P1 principal=1.00 amount=1.00 ! WRONG_KIND client=borrower:B1
    claim_bid t8 client=lender:L1 seller=lender:L1 project=P1 principal=1.00 amount=1.00 ! WRONG_KIND seller=lender:L1
    claim_bid t9 client=lender:L3 seller=lender:L1 project=P2 principal=1.00 amount=1.00 ! WRONG_PROJECT_STATE state=collecting
    claim_bid t10 client=lender:B1 seller=lender:L1 project=P1 principal=1.00 amount=1.00 ! SELF_LENDING
    claim_bid t11 client=lender:KIN seller=lender:L1 project=P1 principal=1.00 amount=1.00 ! RELATED_PARTY client=lender:KIN
    claim_bid t12 client=lender:L3 seller=lender:KIN project=P1 principal=1.00 amount=1.00 ! RELATED_PARTY
    claim_bid t13 client=lender:L3 seller=lender:L1 project=P1 principal=500.01 amount=500.01 ! INSUFFICIENT_FUNDS
    claim_bid t14 client=lender:L3 seller=lender:L1 project=P1 principal=400.01 amount=400.01 ! CLAIM_EXCEEDED free=40000 requested=40001
    claim_bid t15 client=lender:L3 seller=lender:B1 project=P1 principal=1.00 amount=1.00 ! CLAIM_EXCEEDED free=0
    claim_bid t16 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=49.99 ! PRICE_OUT_OF_BAND min_bp=5000
    claim_bid t17 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=150.01 ! PRICE_OUT_OF_BAND max_bp=15000
    claim_bid t18 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=100.00 expires=2017-02-28 ! EXPIRED
    claim_bid t19 client=lender:L3 seller=lender:L1 project=P1 principal=300.00 amount=150.00
    claim_bid t20 client=lender:L3 seller=lender:L1 project=P1 principal=100.01 amount=100.01 ! CLAIM_EXCEEDED free=10000
    claim_bid t21 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=150.00
    until 2017-04-02
    claim_bid t22 client=lender:L3 seller=lender:L2 project=P1 principal=10.00 amount=10.00 ! OVERDUE      # marked or not
    claim_transfer t23 order=t21 ! OVERDUE
  )");
}

TEST_F(ClaimBid, SetsPriceAndClaimAside) {
  play(bank, R"(
    claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=98.00 expires=2017-03-31
    counters lender:L3:frozen 0.00 98.00 98.00 0.00
    hold t1 claim_purchase 98.00
    offered P1 lender:L1 100.00
    claim P1 lender:L1 400.00 0.00 0.00
    claim P1 lender:L3 0.00 0.00 0.00
  )");
  EXPECT_EQ(bank.entries.back().holds.at(0).principal.minor(), 10'000);
}

TEST(ClaimBidPolicy, MayAllowOverdueLoans) {
  Bank bank(profile_with("transfer_overdue = false", "transfer_overdue = true"));
  play(bank, kTown);
  play(bank, kLoan);
  play(bank, R"(
    until 2017-04-02
    overdue v1 project=P1
    claim_bid t1 client=lender:L2 seller=lender:L1 project=P1 principal=400.00 amount=200.00
    claim_transfer t2 order=t1
    claim P1 lender:L1 0.00 0.00 0.00
    claim P1 lender:L2 1000.00 0.00 0.00
  )");
}

TEST_F(ClaimTransfer, RefusesInOrderOfPrecedence) {
  play(bank, R"(
    claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=98.00 expires=2017-03-31
    claim_bid t2 client=lender:L3 seller=lender:L1 project=P1 principal=300.00 amount=300.00
    claim_transfer u1 order=t1 authority=bank ! AUTHORITY_FORBIDDEN
    claim_transfer u2 order=none ! UNKNOWN_ORDER
    claim_transfer u3 order=b1 ! ORDER_CLOSED
    claim_transfer u4 order=t1 fee=0.10 ! UNKNOWN_FEE_RULE
    claim_transfer u5 order=t1 fee=0.10 fee_rule=withdraw ! UNKNOWN_FEE_RULE
    claim_transfer u6 order=t1 fee=0.50 fee_rule=transfer ! FEE_EXCEEDS_RULE limit=49
    cut_off c1 opens=2017-04-01
    claim_transfer u7 order=t1 ! EXPIRED expires=2017-03-31
    claim_cancel u8 order=t1
    repay r1 project=P1 instalment=1 amount=343.34
    distribute y1 order=r1
    claim_transfer u9 order=t2 ! CLAIM_EXCEEDED outstanding=26667 offered=30000
    deposit e3 client=borrower:B1 channel=alipay amount=100.00
    repay_early r2 project=P1 amount=666.67
    distribute y2 order=r2
    claim_transfer u10 order=t2 ! WRONG_PROJECT_STATE state=settled
    claim_cancel u11 order=t2
    offered P1 lender:L1 0.00
    balance lender:L3:available 500.00
  )");
}

TEST_F(ClaimTransfer, WhoBecameRelatedSinceTheBidNeitherBuysNorSells) {
  play(bank,
       "claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=98.00");
  const auto related = [this](const std::string& code, bool yes) {
    const std::string n = std::to_string(bank.entries.size());
    play(bank, "propose p" + n + " operator=ann proposed=owner_update,client=" + code +
                   (yes ? ",related_party=true" : "") + ",authority=operators\napprove a" + n +
                   " proposal=p" + n + " operator=bob");
  };
  related("lender:L3", true);
  play(bank, "claim_transfer u1 order=t1 ! RELATED_PARTY client=lender:L3");
  related("lender:L3", false);
  related("lender:L1", true);
  play(bank, "claim_transfer u2 order=t1 ! RELATED_PARTY client=lender:L1");
  play(bank, R"(
    claim_cancel u3 order=t1
    offered P1 lender:L1 0.00
    balance lender:L3:available 500.00
  )");
}

TEST_F(ClaimTransfer, ExchangesPriceAndClaim) {
  play(bank, R"(
    claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=98.00
    claim_transfer u1 order=t1 fee=0.49 fee_rule=transfer
    balance lender:L3:frozen 0.00
    balance lender:L1:available 697.51
    balance platform:fee 0.49
    offered P1 lender:L1 0.00
    claim P1 lender:L1 300.00 0.00 0.00
    claim P1 lender:L3 100.00 0.00 0.00
    project P1 repaying 0.00 1000.00 0.00 0.00
    owes borrower:B1 1000.00
    claim_transfer u2 order=t1 ! ORDER_CLOSED
    repay r1 project=P1 instalment=1 amount=343.34
    claim_bid t2 client=lender:L3 seller=lender:L1 project=P1 principal=300.00 amount=300.00
    claim_transfer u3 order=t2                     # holders of the day of distribution are paid
    distribute y1 order=r1
    claim P1 lender:L1 0.00 0.00 0.00
    claim P1 lender:L2 600.00 200.00 6.01
    claim P1 lender:L3 400.00 133.33 4.00
  )");
}

// What a claim had too little stays with it: the next unit goes where it is missing.
TEST_F(ClaimTransfer, CarriesTheRoundingOn) {
  play(bank, R"(
    repay r1 project=P1 instalment=1 amount=343.34
    distribute y1 order=r1
    claim P1 lender:L1 400.00 133.33 4.00          # 0.2 and 0.4 of a fen too little
    claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=133.00 amount=133.00
    claim_transfer u1 order=t1
  )");
  const auto& claims = bank.state.claims(base::ProjectId(1));
  ASSERT_EQ(claims.size(), 3U);
  EXPECT_EQ(claims[0].weight, 13'367);
  EXPECT_EQ(claims[0].principal_carry, 209'715) << "0.2 * 2^20";
  EXPECT_EQ(claims[0].interest_carry, 419'430) << "0.4 * 2^20";
  EXPECT_EQ(claims[1].principal_carry, -209'716) << "rounded down";
  EXPECT_EQ(claims[2].principal_carry, 0);
  play(bank, R"(
    deposit e3 client=borrower:B1 channel=alipay amount=100.00
    repay r2 project=P1 instalment=2 amount=340.00
    distribute y2 order=r2
    repay r3 project=P1 instalment=3 amount=336.67
    distribute y3 order=r3
    project P1 settled 0.00 1000.00 1000.00 20.01
    claim P1 lender:L1 267.00 267.00 6.01
    claim P1 lender:L2 600.00 600.00 12.01
    claim P1 lender:L3 133.00 133.00 1.99
  )");
}

TEST_F(ClaimTransfer, TheSellerPaysTheFeeOutOfThePriceAtMost) {
  play(bank, R"(
    withdraw w1 client=lender:L1 amount=600.00
    claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=0.02 amount=0.02
    claim_transfer u1 order=t1 fee=0.01 fee_rule=transfer ! FEE_EXCEEDS_RULE limit=0
    claim_transfer u2 order=t1
    balance lender:L1:available 0.02
  )");
}

TEST_F(ClaimCancel, HappensByItselfAfterTheLastDay) {
  play(bank, R"(
    claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=98.00 expires=2017-03-20
    until 2017-03-20
    hold_expire k1 order=t1 ! NOT_EXPIRED expires=2017-03-20
    until 2017-03-21
    hold_expire k2 order=t1
    balance lender:L3:available 500.00
    offered P1 lender:L1 0.00
  )");
}

TEST_F(ClaimCancel, GivesPriceAndClaimBack) {
  play(bank, R"(
    claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=100.00 amount=98.00
    claim_cancel k1 order=t1 authority=bank ! AUTHORITY_FORBIDDEN
    claim_cancel k2 order=none ! UNKNOWN_ORDER
    claim_cancel k3 order=t1 authority=platform
    claim_cancel k4 order=t1 ! ORDER_CLOSED
    balance lender:L3:available 500.00
    hold t1 claim_purchase none
    offered P1 lender:L1 0.00
  )");
}

}  // namespace
}  // namespace ledger::domain::test
