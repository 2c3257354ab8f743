// What a project may have besides bids: a computed schedule, a guarantor, red packets, a payee.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class Project_ : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }
  Bank bank;
};
using OpenLoan = Project_;
using RedPacket = Project_;
using EntrustedPay = Project_;

TEST_F(OpenLoan, ComputesItsScheduleFromTerms) {
  play(bank,
       "open_project p1 project=P1 borrower=borrower:B1 target=10000.00 contract_hash=one "
       "method=equal_instalment rate_ppm=120000 terms=3 first_due=2017-04-30");
  const Project& p = bank.state.project(base::ProjectId(1));
  ASSERT_EQ(p.instalments.size(), 3U);
  EXPECT_EQ(p.instalments[0].principal.minor(), 330'022);
  EXPECT_EQ(p.instalments[2].interest.minor(), 3'367);
  EXPECT_EQ(format(p.instalments[1].due), "2017-05-30");
  EXPECT_EQ(bank.entries.back().projects.at(0).instalments, p.instalments);
}

TEST_F(OpenLoan, RefusesInOrderOfPrecedence) {
  const std::string open = "project=P1 borrower=borrower:B1 target=10.00 contract_hash=one ";
  const std::string rows = "instalments=2017-04-01:10.00+1.00 ";
  auto no = [&, n = 0](const std::string& more, const std::string& refusal) mutable {
    play(bank, "open_project n" + std::to_string(++n) + " " + open + more + " ! " + refusal);
  };
  no(rows + "guarantor=guarantor:none", "UNKNOWN_CLIENT client=guarantor:none");
  no(rows + "guarantor=lender:L1", "WRONG_KIND guarantor=lender:L1");
  no(rows + "guarantor=platform", "WRONG_KIND guarantor=platform");
  no("", "SCHEDULE_MISMATCH either instalments or");
  no(rows + "terms=3", "SCHEDULE_MISMATCH either instalments or");
  no("terms=3 first_due=2017-04-01", "SCHEDULE_MISMATCH method=");
  no("method=balloon terms=3 first_due=2017-04-01", "SCHEDULE_MISMATCH method=balloon");
  no("method=one_time first_due=2017-04-01", "SCHEDULE_MISMATCH terms=0");
  no("method=one_time terms=601 first_due=2017-04-01", "SCHEDULE_MISMATCH terms=601");
  no("method=one_time terms=3", "SCHEDULE_MISMATCH first_due=none");
  no("method=one_time terms=3 first_due=2017-04-01 rate_ppm=10000001",
     "SCHEDULE_MISMATCH rate_ppm=10000001");
  no("instalments=2017-04-01:10.00+10000000000000.01", "LOAN_TOO_LARGE");
  play(bank, "open_project p1 " + open + rows + "guarantor=guarantor:G1 payee=hospital");
  EXPECT_EQ(bank.state.project(base::ProjectId(1)).payee, "hospital");
  EXPECT_EQ(bank.state.owner(bank.state.project(base::ProjectId(1)).guarantor).code,
            "guarantor:G1");
}

TEST(OpenProjectWithoutCaps, RefusesLoansThatCannotBeAllocated) {
  std::string profile = profile_with("natural_person = 20_000_000", "natural_person = 0");
  constexpr std::string_view kEverywhere = "natural_person_all = 100_000_000";
  profile.replace(profile.find(kEverywhere), kEverywhere.size(), "natural_person_all = 0");
  Bank bank(profile);
  play(bank, R"(
    open_account o1 client=borrower:B
    open_project p1 project=P1 borrower=borrower:B target=10000000000000.01 contract_hash=one instalments=2017-04-01:10000000000000.01+1.00 ! LOAN_TOO_LARGE
    open_project p2 project=P2 borrower=borrower:B target=10000000000000.01 contract_hash=two method=one_time terms=1 first_due=2017-04-01 ! LOAN_TOO_LARGE
    open_project p3 project=P3 borrower=borrower:B target=10000000000000.00 contract_hash=three method=one_time terms=1 first_due=2017-04-01
  )");
}

constexpr std::string_view kCollecting = R"(
  open_project p1 project=P1 borrower=borrower:B1 target=1000.00 contract_hash=one instalments=2017-04-01:1000.00+10.00
  bid b1 client=lender:L1 project=P1 amount=390.00
)";

TEST_F(RedPacket, RefusesInOrderOfPrecedence) {
  fund(bank, "platform:marketing", "100.00");
  play(bank, kCollecting);
  play(bank, R"(
    red_packet g1 order=none amount=1.00 authority=client ! AUTHORITY_FORBIDDEN
    red_packet g2 order=none amount=1.00 ! UNKNOWN_ORDER
    red_packet g3 order=d1 amount=1.00 ! ORDER_CLOSED
    red_packet g4 order=b1 amount=10.00
    red_packet g5 order=b1 amount=10.00 ! ALREADY_EXISTS order=b1
    bid b2 client=lender:L2 project=P1 amount=550.00
    red_packet g6 order=b2 amount=50.01 ! TARGET_EXCEEDED bid=95000 requested=5001
    red_packet g7 order=b2 amount=50.00
    bid b3 client=lender:L2 project=P1 amount=1.00 ! WRONG_PROJECT_STATE state=full
    red_packet g8 order=b2 amount=1.00 ! ALREADY_EXISTS
    open_project p2 project=P2 borrower=borrower:BIG target=100.00 contract_hash=two instalments=2017-04-01:100.00+1.00
    bid b4 client=lender:L1 project=P2 amount=10.00
    red_packet g9 order=b4 amount=40.01 ! INSUFFICIENT_FUNDS account=platform:marketing available=4000
    bid b5 client=lender:L1 project=P2 amount=90.00
    red_packet g10 order=b4 amount=1.00 ! WRONG_PROJECT_STATE state=full
  )");
}

TEST_F(RedPacket, LendsInTheBiddersName) {
  fund(bank, "platform:marketing", "100.00");
  play(bank, kCollecting);
  play(bank, R"(
    red_packet g1 order=b1 amount=10.00
    project P1 collecting 400.00 0.00 0.00 0.00
    counters platform:marketing_frozen 0.00 10.00 10.00 0.00
    bid b2 client=lender:L2 project=P1 amount=550.00
    red_packet g2 order=b2 amount=50.00
    project P1 full 1000.00 0.00 0.00 0.00
    disburse x1 project=P1
    balance borrower:B1:available 1000.00
    balance platform:marketing 40.00
    balance platform:marketing_frozen 0.00
    claim P1 lender:L1 400.00 0.00 0.00
    claim P1 lender:L2 600.00 0.00 0.00
    deposit e1 client=borrower:B1 channel=alipay amount=10.00
    repay r1 project=P1 instalment=1 amount=1010.00
    distribute y1 order=r1
    balance lender:L1:available 1014.00              # with the platform's 10.00
  )");
}

TEST_F(RedPacket, GoesBackWithItsBid) {
  fund(bank, "platform:marketing", "100.00");
  play(bank, kCollecting);
  play(bank, R"(
    red_packet g1 order=b1 amount=10.00
    reversal_propose v1 entry=@b1 entry_hash=@b1 reason=mistake operator=ann
    reversal_approve v2 proposal=v1 operator=bob ! ORDER_CLOSED has a red packet
    bid_cancel k1 order=b1
    balance lender:L1:available 1000.00
    balance platform:marketing 100.00
    project P1 collecting 0.00 0.00 0.00 0.00
    bid b2 client=lender:L1 project=P1 amount=10.00
    bid b3 client=lender:L2 project=P1 amount=20.00
    red_packet g2 order=b2 amount=1.00
    red_packet g3 order=b3 amount=2.00
    bid b4 client=lender:L2 project=P1 amount=30.00
    project_fail f1 project=P1 limit=1
    project P1 failing 52.00 0.00 0.00 0.00
    balance platform:marketing 98.00
    project_fail f2 project=P1 limit=2
    project P1 miscarried 0.00 0.00 0.00 0.00
    balance platform:marketing 100.00
    balance lender:L2:available 1000.00
  )");
}

constexpr std::string_view kEntrusted = R"(
  open_project p1 project=P1 borrower=borrower:B1 target=1000.00 contract_hash=one payee=hospital instalments=2017-04-01:1000.00+10.00
  bid b1 client=lender:L1 project=P1 amount=1000.00
)";

TEST_F(EntrustedPay, RefusesInOrderOfPrecedence) {
  play(bank, kEntrusted);
  play(bank, R"(
    entrusted_pay t1 project=none payee=hospital amount=1.00 authority=platform ! AUTHORITY_FORBIDDEN
    entrusted_pay t2 project=none payee=hospital amount=1.00 ! UNKNOWN_PROJECT
    entrusted_pay t3 project=P1 payee=hospital amount=1.00 ! WRONG_PROJECT_STATE state=full
    disburse x1 project=P1
    entrusted_pay t4 project=P1 payee=casino amount=1000.01 ! PAYEE_MISMATCH
    entrusted_pay t5 project=P1 payee=hospital amount=1000.01 ! INSUFFICIENT_FUNDS entrusted=100000
    open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two instalments=2017-04-01:10.00+1.00
    bid b2 client=lender:L2 project=P2 amount=10.00
    disburse x2 project=P2
    entrusted_pay t6 project=P2 payee=hospital amount=1.00 ! PAYEE_MISMATCH
  )");
}

TEST_F(EntrustedPay, TakesTheLoanToItsPayeeOnly) {
  play(bank, kEntrusted);
  play(bank, R"(
    disburse x1 project=P1
    hold x1 entrusted 1000.00
    counters borrower:B1:available 0.00 1000.00 1000.00 0.00
    withdraw w1 client=borrower:B1 amount=0.01 ! INSUFFICIENT_FUNDS available=0
    repay r1 project=P1 instalment=1 amount=1010.00 ! INSUFFICIENT_FUNDS
    entrusted_pay t1 project=P1 payee=hospital amount=600.00
    hold x1 entrusted 400.00
    hold t1 withdraw_transit 600.00
    counters borrower:B1:withdrawing 0.00 600.00 600.00 0.00
    withdraw_pay q1 order=t1 amount=600.00
    entrusted_pay t2 project=P1 payee=hospital amount=400.00
    hold x1 entrusted none
    entrusted_pay t3 project=P1 payee=hospital amount=0.01 ! INSUFFICIENT_FUNDS entrusted=0
    withdraw_pay q2 order=t2 amount=400.00
    balance custody:bank 1000.00
    deposit e1 client=borrower:B1 channel=alipay amount=1010.00
    repay r2 project=P1 instalment=1 amount=1010.00
    distribute y1 order=r2
    project P1 settled 0.00 1000.00 1000.00 10.00
  )");
}

}  // namespace
}  // namespace ledger::domain::test
