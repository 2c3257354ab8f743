// Opening: accounts, projects, and the first entry.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

TEST(Genesis, OpensTheStructuralAccountsOfTheProfile) {
  Bank bank;
  EXPECT_EQ(bank.state.sequence(), base::Sequence(1));
  EXPECT_EQ(bank.state.profile().name(), "cn-2017");
  for (const char* code : {"custody:bank", "custody:shortfall", "platform:fee", "platform:master",
                           "suspense:unallocated", "reserve:risk"}) {
    EXPECT_TRUE(bank.state.find_account(code)) << code;
  }
  EXPECT_FALSE(bank.state.find_account("custody:nothing"));
  EXPECT_FALSE(bank.state.find_account("nobody:available"));
  EXPECT_FALSE(bank.state.find_account("custody"));
  play(bank, "date 2017-03-01");
}

TEST(OpenAccount, RefusesAWrongAuthorityFirst) {
  Bank bank;
  play(bank, R"(
    open_account a1 client=lender:L1 authority=client ! AUTHORITY_FORBIDDEN flow=open_account authority=client
    open_account a2 client=nonsense authority=bank ! AUTHORITY_FORBIDDEN
  )");
}

TEST(OpenAccount, RefusesKindsThatDoNotExistOrAreTheHousesOwn) {
  Bank bank;
  play(bank, R"(
    open_account a1 client=lender ! WRONG_KIND client=lender
    open_account a2 client=lender: ! WRONG_KIND
    open_account a3 client=lender:L1:x ! WRONG_KIND
    open_account a4 client=landlord:L1 ! WRONG_KIND client=landlord:L1
    open_account a5 client=platform ! WRONG_KIND
    open_account a6 client=platform:two ! WRONG_KIND
    open_account a7 client=custody:two ! WRONG_KIND
    open_account a8 client=lender:a123456789012345678901234567890123456789012 ! WRONG_KIND
    open_account a9 client=lender:L1 currency=USD ! WRONG_KIND currency=USD
  )");
  EXPECT_FALSE(bank.state.find_owner("lender:L1"));
}

TEST(OpenAccount, RefusesACodeInUse) {
  Bank bank;
  play(bank, R"(
    open_account a1 client=lender:L1
    open_account a2 client=lender:L1 ! ALREADY_EXISTS client=lender:L1
    open_account a3 client=lender:L1 currency=USD ! ALREADY_EXISTS
  )");
}

TEST(OpenAccount, OpensTheAccountsOfTheKind) {
  Bank bank;
  const auto before = bank.state.account_count();
  play(bank, R"(
    open_account a1 client=lender:L1 currency=CNY related_party=true
    open_account a2 client=borrower:L1 legal_person=true
    open_account a3 client=channel:alipay
    counters lender:L1:available 0.00 0.00 0.00 0.00
    balance lender:L1:frozen 0.00
    balance lender:L1:withdrawing 0.00
    balance borrower:L1:withdrawing 0.00
    balance channel:alipay:in_transit 0.00
  )");
  EXPECT_EQ(bank.state.account_count(), before + 7);
  const Owner& lender = bank.state.owner(*bank.state.find_owner("lender:L1"));
  EXPECT_TRUE(lender.has(OwnerFlag::kRelatedParty));
  EXPECT_FALSE(lender.has(OwnerFlag::kLegalPerson));
  EXPECT_EQ(lender.person(), "L1");
  EXPECT_TRUE(bank.state.owner(*bank.state.find_owner("borrower:L1")).has(OwnerFlag::kLegalPerson));
}

TEST(OpenProject, RefusesInOrderOfPrecedence) {
  Bank bank;
  play(bank, kTown);
  play(bank, R"(
    open_project q0 project=P1 borrower=borrower:B1 target=10.00 contract_hash=c instalments=2017-04-01:10.00+0.10 authority=client ! AUTHORITY_FORBIDDEN
    open_project q1 project=P1 borrower=borrower:none target=10.00 contract_hash=c instalments=2017-04-01:9.00+0.10 ! UNKNOWN_CLIENT client=borrower:none
    open_project q2 project=P1 borrower=lender:L1 target=10.00 contract_hash=c instalments=2017-04-01:10.00+0.10 ! WRONG_KIND borrower=lender:L1
    open_project q3 project=P1 borrower=channel:alipay target=10.00 contract_hash=c instalments=2017-04-01:10.00+0.10 ! WRONG_KIND
    open_project q4 project=P1 borrower=borrower:B1 target=10.00 contract_hash=c instalments=2017-04-01:9.00+0.10 ! SCHEDULE_MISMATCH target=1000 principal=900
    open_project q5 project=P1 borrower=borrower:KIN target=10.00 contract_hash=c instalments=2017-04-01:10.00+0.10 ! RELATED_PARTY borrower=borrower:KIN
    open_project q6 project=P1 borrower=borrower:B1 target=200000.01 contract_hash=c instalments=2017-04-01:200000.01+0.10 ! CAP_EXCEEDED cap=20000000 outstanding=0 requested=20000001
    open_project q7 project=P1 borrower=borrower:BIG target=1000000.01 contract_hash=c instalments=2017-04-01:1000000.01+0.10 ! CAP_EXCEEDED cap=100000000
    open_project q8 project=P1 borrower=borrower:B1 target=200000.00 contract_hash=c instalments=2017-04-01:200000.00+0.10
    open_project q9 project=P1 borrower=lender:L1 target=10.00 contract_hash=c instalments=2017-04-01:10.00+0.10 ! ALREADY_EXISTS project=P1
    open_project q10 project=P2 borrower=lender:L1 target=10.00 contract_hash=c instalments=2017-04-01:10.00+0.10 ! CONTRACT_REUSED
    open_project q11 project=P2 borrower=borrower:BIG target=1000000.00 contract_hash=d instalments=2017-04-01:1000000.00+0.10
  )");
}

TEST(OpenProject, CollectsWithNothingInItYet) {
  Bank bank;
  play(bank, kTown);
  play(bank, R"(
    open_project q1 project=P1 borrower=borrower:B1 target=10.00 contract_hash=c instalments=2017-04-01:4.00+0.10,2017-05-01:6.00+0.05
    project P1 collecting 0.00 0.00 0.00 0.00
    owes borrower:B1 0.00
  )");
  const Project& p = bank.state.project(*bank.state.find_project("P1"));
  EXPECT_EQ(p.instalments.size(), 2U);
  EXPECT_EQ(p.target, base::Amount::of(1000));
  EXPECT_TRUE(bank.state.contract_used(crypto::sha256("c")));
  EXPECT_TRUE(bank.state.claims(p.id).empty());
}

}  // namespace
}  // namespace ledger::domain::test
