// Holds for a counterparty: captured and released in parts, disputed, expired; never more than
// held.
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

// The rules of cn-2017, with lenders who may hold money for borrowers.
constexpr std::string_view kEscrowRules = R"(
[[fee_rules]]
id = "buyers-fee"
payer = "lender"
flow = "capture"
basis_points = 100
[[fee_rules]]
id = "sellers-fee"
payer = "borrower"
flow = "capture"
basis_points = 100
[[flows]]
name = "hold"
authorities = ["client", "platform"]
roles = ["platform"]
matrix = [
  { debit = [2001], credit = [2002], same_owner = true },
]
[[flows]]
name = "capture"
authorities = ["client", "platform", "operators"]
roles = ["platform", "operator"]
matrix = [
  { debit = [2002], credit = [2011] },
  { debit = [2002, 2011], credit = [3004], fee_rule = true },
]
[[flows]]
name = "release"
authorities = ["client", "platform", "operators"]
roles = ["platform", "operator"]
despite_freeze = true
matrix = [{ debit = [2002], credit = [2001], same_owner = true }]
[[flows]]
name = "dispute"
authorities = ["client", "platform"]
roles = ["platform"]
)";

class Escrow : public testing::Test {
 protected:
  Escrow() : bank(std::string(*Profile::built_in("cn-2017")) + std::string(kEscrowRules)) {
    play(bank, kTown);
  }
  Bank bank;
};

TEST_F(Escrow, HoldIsRefusedInOrder) {
  play(bank, R"(
    hold h1 client=lender:none amount=1.00 ! UNKNOWN_CLIENT client=lender:none
    hold h2 client=lender:L1 amount=1.00 beneficiary=borrower:none ! UNKNOWN_CLIENT client=borrower:none
    hold h3 client=lender:L1 amount=1.00 project=none ! UNKNOWN_PROJECT project=none
    hold h4 client=platform amount=1.00 ! WRONG_KIND client=platform
    hold h5 client=lender:L1 amount=1.00 beneficiary=platform ! WRONG_KIND client=platform
    hold h6 client=lender:L1 amount=1000.01 ! INSUFFICIENT_FUNDS available=100000 requested=100001
    deposit d3 client=lender:L1 channel=alipay amount=5.00
    hold h7 client=lender:L1 amount=1000.01 ! UNSETTLED_FUNDS settled=100000 unsettled=500
    deposit d4 client=guarantor:G1 channel=alipay amount=5.00
    settle s4 order=d4 amount=5.00
    hold h8 client=guarantor:G1 amount=1.00 ! POLICY_FORBIDS flow=hold from=guarantor:G1:available
    hold h9 client=lender:L1 amount=1.00 beneficiary=lender:L2 ! POLICY_FORBIDS flow=capture from=lender:L1:frozen to=lender:L2:available
    hold h10 client=lender:L1 amount=1.00 expires=2017-02-28 ! EXPIRED
    hold h11 client=lender:L1 amount=1.00 authority=bank ! AUTHORITY_FORBIDDEN
    hold h12 client=lender:L1 amount=1000.00 beneficiary=borrower:B1 expires=2017-03-01
    hold h12 escrow 1000.00
  )");
}

TEST_F(Escrow, PartsAreCapturedAndReleasedButNeverMore) {
  play(bank, R"(
    hold h1 client=lender:L1 amount=100.00 beneficiary=borrower:B1
    counters lender:L1:frozen 0.00 100.00 100.00 0.00
    capture c0 order=nothing amount=1.00 ! UNKNOWN_ORDER
    release r0 order=d1 amount=1.00 ! ORDER_CLOSED order=d1 has no open escrow
    capture c1 order=h1 amount=100.01 ! AMOUNT_MISMATCH order=h1 left=10000 requested=10001
    capture c2 order=h1 amount=30.00
    release r1 order=h1 amount=20.00
    capture c3 order=h1 amount=50.01 ! AMOUNT_MISMATCH order=h1 left=5000
    release r2 order=h1 amount=50.01 ! AMOUNT_MISMATCH order=h1 left=5000
    capture c4 order=h1 amount=50.00
    hold h1 escrow none
    capture c5 order=h1 amount=0.01 ! ORDER_CLOSED
    release r3 order=h1 amount=0.01 ! ORDER_CLOSED
    balance borrower:B1:available 80.00
    balance lender:L1:available 920.00
    counters lender:L1:frozen 100.00 100.00 0.00 0.00
  )");
}

TEST_F(Escrow, WithoutABeneficiaryItCanOnlyComeBack) {
  play(bank, R"(
    hold h1 client=lender:L1 amount=100.00
    capture c1 order=h1 amount=1.00 ! WRONG_KIND order=h1 has no beneficiary
    release r1 order=h1 amount=100.00
    balance lender:L1:available 1000.00
  )");
}

TEST_F(Escrow, AFeeIsTheSellersOrTheBuyersByItsRule) {
  play(bank, R"(
    hold h1 client=lender:L1 amount=100.00 beneficiary=borrower:B1
    capture c1 order=h1 amount=50.00 fee=0.10 fee_rule=nothing ! UNKNOWN_FEE_RULE fee_rule=nothing
    capture c2 order=h1 amount=50.00 fee=0.10 fee_rule=service ! UNKNOWN_FEE_RULE
    capture c3 order=h1 amount=50.00 fee=0.51 fee_rule=sellers-fee ! FEE_EXCEEDS_RULE limit=50 requested=51
    capture c4 order=h1 amount=50.00 fee=0.50 fee_rule=sellers-fee
    balance borrower:B1:available 49.50
    balance platform:fee 0.50
    capture c5 order=h1 amount=50.00 fee=0.50 fee_rule=buyers-fee ! FEE_EXCEEDS_RULE limit=49
    capture c6 order=h1 amount=0.01 fee=0.01 fee_rule=buyers-fee ! FEE_EXCEEDS_RULE captured=1 requested=1
    capture c7 order=h1 amount=100.00 fee=0.51 fee_rule=sellers-fee ! AMOUNT_MISMATCH
    capture c8 order=h1 amount=50.00 fee=0.49 fee_rule=buyers-fee
    balance borrower:B1:available 99.01
    balance platform:fee 0.99
    counters lender:L1:frozen 100.00 100.00 0.00 0.00
  )");
}

TEST_F(Escrow, InADisputeOnlyOperatorsMoveIt) {
  play(bank, R"(
    hold h1 client=lender:L1 amount=100.00 beneficiary=borrower:B1 expires=2017-03-01
    dispute p0 order=nothing reason=broken ! UNKNOWN_ORDER
    capture c1 order=h1 amount=10.00
    dispute p1 order=h1 reason=broken
    hold h1 escrow none
    hold h1 disputed 90.00
    counters lender:L1:frozen 10.00 100.00 90.00 0.00
    dispute p2 order=h1 reason=again ! ALREADY_IN_STATE order=h1
    capture c2 order=h1 amount=10.00 ! IN_DISPUTE order=h1
    capture c3 order=h1 amount=10.00 authority=platform ! IN_DISPUTE
    release r1 order=h1 amount=10.00 ! IN_DISPUTE
    cut_off k1 opens=2017-03-02
    hold_expire e1 order=h1 ! IN_DISPUTE order=h1
    capture c4 order=h1 amount=90.01 authority=operators operator=ann ! AMOUNT_MISMATCH order=h1 left=9000
    capture c5 order=h1 amount=60.00 authority=operators operator=ann ! NEEDS_TWO_OPERATORS flow=capture
    release r2 order=h1 amount=30.00 authority=operators operator=ann ! NEEDS_TWO_OPERATORS flow=release
  )");
  play_by_two(bank, "c6", "capture order=h1 amount=60.00");
  play_by_two(bank, "r3", "release order=h1 amount=30.00");
  play(bank, R"(
    hold h1 disputed none
    dispute p3 order=h1 reason=late ! ORDER_CLOSED
    balance borrower:B1:available 70.00
    balance lender:L1:available 930.00
  )");
}

TEST_F(Escrow, AfterItsLastDayItOnlyGoesBack) {
  play(bank, R"(
    hold h1 client=lender:L1 amount=100.00 beneficiary=borrower:B1 expires=2017-03-01
    hold h2 client=lender:L1 amount=50.00 beneficiary=borrower:B1
    capture c1 order=h1 amount=10.00
    hold_expire e1 order=h1 ! NOT_EXPIRED expires=2017-03-01
    hold_expire e2 order=h2 ! NOT_EXPIRED expires=never
    cut_off k1 opens=2017-03-02
    capture c2 order=h1 amount=10.00 ! EXPIRED expires=2017-03-01
    dispute p1 order=h1 reason=late ! EXPIRED
    hold_expire e3 order=h2 ! NOT_EXPIRED expires=never
    hold_expire e4 order=h1
    hold h1 escrow none
    balance lender:L1:available 940.00
    balance borrower:B1:available 10.00
  )");
}

TEST_F(Escrow, AFrozenClientsHoldsComeBackButGoToNobody) {
  play(bank, R"(
    hold h1 client=lender:L1 amount=100.00 beneficiary=borrower:B1
    freeze f1 client=lender:L1 reason=suspicion
    capture c1 order=h1 amount=10.00 ! OWNER_FROZEN client=lender:L1
    hold h2 client=lender:L1 amount=1.00 ! OWNER_FROZEN
    release r1 order=h1 amount=100.00
    balance lender:L1:available 1000.00
  )");
}

TEST_F(Escrow, MayBeOfAProject) {
  play(bank, R"(
    open_project p1 project=P1 borrower=borrower:B1 target=1000.00 contract_hash=c instalments=2017-04-01:1000.00+1.00
    hold h1 client=lender:L1 amount=100.00 beneficiary=borrower:B1 project=P1
    dispute q1 order=h1 reason=broken
  )");
  play_by_two(bank, "r1", "release order=h1 amount=100.00");
  play(bank, R"(
    project P1 collecting 0.00 0.00 0.00 0.00
  )");
}

TEST_F(Escrow, ThePriceOfAClaimGoesBackAndTheClaimIsFreeAgain) {
  play(bank, kLoan);
  play(bank, R"(
    claim_bid q1 client=lender:L2 seller=lender:L1 project=P1 principal=100.00 amount=99.00 expires=2017-03-01
    hold_expire e1 order=q1 ! NOT_EXPIRED expires=2017-03-01
    claim_bid q2 client=lender:L2 seller=lender:L1 project=P1 principal=300.01 amount=300.01 ! CLAIM_EXCEEDED
    cut_off k1 opens=2017-03-02
    hold_expire e2 order=q1
    hold q1 claim_purchase none
    balance lender:L2:available 400.00
    claim_bid q3 client=lender:L2 seller=lender:L1 project=P1 principal=400.00 amount=400.00
  )");
}

TEST_F(Escrow, OfTwoCurrenciesIsRefused) {
  std::string text = std::string(*Profile::built_in("cn-2017")) + std::string(kEscrowRules);
  text.replace(text.find("[\"CNY\"]"), 7, "[\"CNY\", \"USD\"]");
  Bank two(text);
  play(two, R"(
    open_account o1 client=lender:L1
    open_account o2 client=borrower:B1 currency=USD
    hold h1 client=lender:L1 amount=1.00 beneficiary=borrower:B1 ! WRONG_KIND beneficiary=borrower:B1 currency
  )");
}

}  // namespace
}  // namespace ledger::domain::test
