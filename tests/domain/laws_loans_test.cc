// The laws of projects and claims over the life of a loan: entries made by hand, each a lawful one
// changed in one place.
#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/domain/laws.h"
#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

using base::AccountId;
using base::Amount;
using base::ClientId;
using base::ProjectId;
using Change = std::function<void(Entry&)>;

// P1 is guaranteed by G1, P2 by nobody. L3 and the guarantors have money, as has the reserve.
class LoanLaws : public testing::Test {
 protected:
  void SetUp() override { begin(bank); }
  static void begin(Bank& b) {
    play(b, kTown);
    fund(b, "reserve:risk", "500.00");
    fund(b, "platform:marketing", "500.00");
    play(b, R"(
      open_account n1 client=lender:L3
      open_account n2 client=guarantor:G2
      deposit e1 client=lender:L3 channel=alipay amount=500.00
      deposit e2 client=guarantor:G1 channel=alipay amount=500.00
      deposit e3 client=guarantor:G2 channel=alipay amount=500.00
      deposit e4 client=borrower:B1 channel=alipay amount=500.00
      deposit e5 client=borrower:BIG channel=alipay amount=500.00
      open_project p1 project=P1 borrower=borrower:B1 target=100.00 contract_hash=one instalments=2017-04-01:50.00+2.00,2017-05-01:50.00+1.00 guarantor=guarantor:G1
      open_project p2 project=P2 borrower=borrower:BIG target=100.00 contract_hash=two instalments=2017-04-01:100.00+1.00
      bid b1 client=lender:L1 project=P1 amount=40.00
    )");
  }
  void lend() { lend(bank); }
  static void lend(Bank& b) {
    play(b, "bid b2 client=lender:L2 project=P1 amount=60.00\ndisburse x1 project=P1");
  }
  void lend_overdue() {
    lend();
    play(bank, "until 2017-04-02\noverdue v1 project=P1");
  }

  AccountId account(std::string_view code) const { return bank.state.find_account(code).value(); }
  ClientId owner(std::string_view code) const { return bank.state.find_owner(code).value(); }
  Entry lawful(std::string_view line) const {
    Entry entry;
    const auto refusal = bank.ask(command_of(bank, line), entry);
    EXPECT_FALSE(refusal) << line << ": " << refusal->detail;
    EXPECT_FALSE(laws::check_all(bank.state, entry));
    return entry;
  }
  void breaks(const std::optional<Refusal>& refusal, RefusalCode code, const Entry& entry,
              std::string_view why) const {
    ASSERT_TRUE(refusal) << "holds, but should not: " << why;
    EXPECT_EQ(refusal->code, code);
    EXPECT_NE(refusal->detail.find(why), std::string::npos) << refusal->detail;
    EXPECT_TRUE(laws::check_all(bank.state, entry)) << why;
  }
  void no(Entry entry, std::string_view why, const Change& change) const {
    change(entry);
    breaks(laws::project_conserved(bank.state, entry), RefusalCode::kLawProject, entry, why);
  }
  void no_claim(Entry entry, std::string_view why, const Change& change) const {
    change(entry);
    breaks(laws::claims_conserved(bank.state, entry), RefusalCode::kLawClaim, entry, why);
  }
  Bank bank;
};

TEST_F(LoanLaws, AProjectOpensWithAScheduleOfItsTargetAndAClientAsGuarantor) {
  const Entry open = lawful(
      "open_project e1 project=P3 borrower=borrower:B1 target=100.00 contract_hash=three "
      "instalments=2017-04-01:50.00+1.00,2017-05-01:50.00+0.00 guarantor=guarantor:G1");
  no(open, "not of the project's target",
     [](Entry& e) { e.projects[0].instalments[0].principal = Amount::of(4'999); });
  no(open, "not of the project's target",
     [](Entry& e) { e.projects[0].instalments[0].interest = Amount::of(1'000'000'000'000'001); });
  no(open, "does not ascend", [](Entry& e) {
    std::swap(e.projects[0].instalments[0].due, e.projects[0].instalments[1].due);
  });
  no(open, "is not a client", [&](Entry& e) { e.projects[0].guarantor = owner("platform"); });
  no(open, "is not a client", [&](Entry& e) { e.projects[0].guarantor = owner("borrower:B1"); });
  no(open, "is not a client", [&](Entry& e) { e.projects[0].guarantor = ClientId(9'999); });
  no(open, "does not fit its project", [](Entry& e) {
    e.overdue.push_back({e.projects[0].id, 1, e.projects[0].instalments[0].due, 1, Amount()});
  });
}

TEST_F(LoanLaws, ARedPacketIsOfAnOpenBidAndGoesBackWithIt) {
  const Entry add = lawful("red_packet e1 order=b1 amount=60.00");
  no(add, "not of an open bid", [](Entry& e) { e.holds[0].order = "e1"; });
  no(add, "not of an open bid",
     [&](Entry& e) { e.holds[0].beneficiary = account("lender:L3:available"); });
  no(add, "not within its target", [](Entry& e) { e.holds[0].amount = Amount::of(6'001); });
  no(add, "does not fit its project", [](Entry& e) { e.holds[0].project = ProjectId(); });
  play(bank, "red_packet g1 order=b1 amount=10.00");
  const Entry back = lawful("bid_cancel e2 order=b1");
  no(back, "stays without its bid", [](Entry& e) {
    e.holds.pop_back();
    e.postings.pop_back();
  });
  play(bank, "bid b2 client=lender:L2 project=P1 amount=50.00");
  const Entry lend = lawful("disburse e3 project=P1");
  no_claim(lend, "gets a claim that is not its bid", [&](Entry& e) {  // the platform's own
    for (ClaimChange& c : e.claims) {
      c.principal = Amount::of(c.holder == owner("lender:L1") ? 4'000 : 6'000);
    }
  });
  no_claim(lend, "platform is the platform", [&](Entry& e) {
    e.claims.push_back(
        {ClaimOp::kCreate, ProjectId(1), owner("platform"), Amount::of(1'000), Amount()});
  });
}

TEST_F(LoanLaws, MoneyForAPayeeIsRestrictedAndLeavesToItOnly) {
  play(bank, R"(
    open_project p3 project=P3 borrower=borrower:B1 target=10.00 contract_hash=three payee=school instalments=2017-04-01:10.00+1.00
    bid b3 client=lender:L3 project=P3 amount=10.00
  )");
  const Entry lend = lawful("disburse e1 project=P3");
  constexpr std::string_view kElsewhere = "money for the payee goes elsewhere";
  no(lend, kElsewhere, [](Entry& e) { e.holds.pop_back(); });
  no(lend, kElsewhere, [](Entry& e) { e.holds.back().amount = Amount::of(999); });
  no(lend, kElsewhere,
     [&](Entry& e) { e.holds.back().account = account("borrower:BIG:available"); });
  no(lend, "does not fit its project", [](Entry& e) { e.holds.back().project = ProjectId(); });
  play(bank, "disburse x3 project=P3");
  const Entry pay = lawful("entrusted_pay e2 project=P3 payee=school amount=4.00");
  no(pay, kElsewhere, [](Entry& e) { e.holds[0].amount = Amount::of(500); });
  no(pay, kElsewhere, [](Entry& e) { e.holds.pop_back(); });
  no(pay, kElsewhere, [](Entry& e) { e.holds[0].op = HoldOp::kRelease, e.holds.pop_back(); });
}

TEST_F(LoanLaws, TheLendersGetTheNextInstalmentInterestFirst) {
  lend();
  play(bank, "repay_partial r1 project=P1 amount=12.00");
  const Entry e = lawful("distribute e1 order=r1");
  no(e, "another instalment is paid", [](Entry& x) { x.instalments[0].instalment = 2; });
  no(e, "another instalment is paid", [](Entry& x) {
    x.instalments.push_back(x.instalments[0]);
    x.instalments[1].principal = Amount();
    x.instalments[1].interest = Amount();
  });
  no(e, "principal is paid before interest", [](Entry& x) {
    x.instalments[0].principal = Amount::of(1'001);
    x.instalments[0].interest = Amount::of(199);
    x.claims[0].principal = Amount::of(401);
    x.claims[0].interest = Amount::of(79);
  });
  no(e, "not distributed whole", [](Entry& x) { x.holds[0].amount = Amount::of(1'199); });
  no(e, "is not in the state", [](Entry& x) {
    x.moves.push_back({ProjectId(1), ProjectState::kDefaulted});
  });
  no(e, "state that cannot follow", [](Entry& x) {
    x.moves.push_back({ProjectId(1), ProjectState::kCollecting});
  });
  no(e, "two pay in one entry", [](Entry& x) { x.claims[0].op = ClaimOp::kCompensate; });
  // More than is due of it, though not more than was lent.
  play(bank, "distribute y1 order=r1\nrepay r2 project=P1 instalment=1 amount=40.00");
  no(lawful("distribute e2 order=r2"), "more is paid than is due", [](Entry& x) {
    x.holds[0].amount = Amount::of(4'001);
    x.instalments[0].principal = Amount::of(4'001);
    x.claims[0].principal = Amount::of(1'601);
  });
  play(bank, "distribute y2 order=r2\nrepay r3 project=P1 instalment=2 amount=51.00");
  no(lawful("distribute e3 order=r3"), "is not in the state", [](Entry& x) { x.moves.clear(); });
}

TEST_F(LoanLaws, WhatIsFrozenForARepaymentIsDueAndComesFromWhoMayPay) {
  lend();
  const Entry repay = lawful("repay e1 project=P1 instalment=1 amount=52.00");
  const auto other = [&](const Change& change) {
    no(repay, "another amount is frozen than is due", change);
  };
  other([](Entry& e) { e.holds[0].amount = Amount::of(5'201); });
  other([](Entry& e) { e.holds[0].instalment = 2; });
  other([](Entry& e) { e.holds[0].instalment = 0; });  // early, but not all
  no(repay, "between others than",
     [&](Entry& e) { e.postings[0].debit = account("guarantor:G1:available"); });
  no(repay, "by another than its guarantor", [&](Entry& e) {  // not overdue yet
    e.holds[0].beneficiary = account("guarantor:G1:available");
  });
  Entry second = repay;
  play(bank, "repay r1 project=P1 instalment=1 amount=52.00");
  second.holds[0].id = base::HoldId(bank.state.next_hold());
  no(second, "is repaid twice at once", [](Entry&) {});
  play(bank, "distribute y1 order=r1\nuntil 2017-05-02\noverdue v1 project=P1");
  const Entry guaranteed = lawful("compensate_indirect e2 project=P1 amount=51.00");
  no(guaranteed, "by another than its guarantor", [&](Entry& e) {
    e.postings[0].debit = account("guarantor:G2:available");
    e.holds[0].beneficiary = e.postings[0].debit;
  });
  no(guaranteed, "another amount", [](Entry& e) { e.holds[0].instalment = 0; });
}

TEST_F(LoanLaws, AnEarlyRepaymentPaysAllThatIsOutstanding) {
  lend();
  play(bank, "until 2017-04-02");
  const Entry early = lawful("repay_early e1 project=P1 amount=102.03");
  no(early, "another amount is frozen", [](Entry& e) { e.holds[0].amount = Amount::of(10'199); });
  play(bank, "repay_early r1 project=P1 amount=102.03");
  const Entry e = lawful("distribute e2 order=r1");
  constexpr std::string_view kNotAll = "is not of all that is outstanding";
  no(e, "another instalment", [](Entry& x) {  // as if it were the next instalment
    x.instalments.push_back({ProjectId(1), 1, x.voided[0].principal, x.voided[0].interest});
    x.voided.clear();
  });
  no(e, kNotAll, [](Entry& x) {  // a fen of principal is called interest
    x.voided[0].principal = Amount::of(9'999);
    x.voided[0].interest = Amount::of(204);
    x.claims[0].principal = Amount::of(3'999);
    x.claims[0].interest = Amount::of(x.claims[0].interest.minor() + 1);
  });
  no(e, kNotAll, [](Entry& x) { x.voided[0].from = 2; });
  no(e, kNotAll, [](Entry& x) {
    for (ClaimChange& c : x.claims) c.op = ClaimOp::kCompensate;
  });
  no(e, "is not in the state", [](Entry& x) { x.moves.clear(); });
  // An ordinary repayment does not end the schedule.
  play(bank, "distribute y1 order=r1");
  play(bank, R"(
    bid b3 client=lender:L3 project=P2 amount=100.00
    disburse x2 project=P2
    repay r2 project=P2 instalment=1 amount=101.00
  )");
  no(lawful("distribute e3 order=r2"), "another instalment", [](Entry& x) {
    x.voided.push_back({ProjectId(2), 1, x.instalments[0].principal, x.instalments[0].interest});
    x.instalments.clear();
  });
}

TEST_F(LoanLaws, OnlyGuarantorOrReserveOfAnOverdueLoanCompensate) {
  lend();
  play(bank, "until 2017-04-02\noverdue v1 project=P1");
  const Entry e = lawful("compensate e1 project=P1 amount=52.00");
  constexpr std::string_view kStranger = "is compensated by a stranger";
  const auto by = [&](std::string_view code) {
    return [this, code](Entry& x) {
      for (ClaimChange& c : x.claims) {
        if (c.op == ClaimOp::kSubrogate) c.holder = owner(code);
      }
      for (Posting& p : x.postings) p.debit = account(fmt::format("{}:available", code));
    };
  };
  no(e, kStranger, by("guarantor:G2"));
  no(e, kStranger, by("lender:L3"));
  no(e, kStranger, [&](Entry& x) { x.claims.back().holder = owner("platform"); });
  no(e, kStranger, [&](Entry& x) { x.claims.back().holder = ClientId(); });
  no(e, "between others than", [&](Entry& x) {  // the reserve pays, the guarantor recovers
    for (Posting& p : x.postings) p.debit = account("reserve:risk");
  });
  no(e, "between others than",
     [&](Entry& x) { x.postings[0].debit = account("borrower:B1:available"); });
  no(e, "between others than", [](Entry& x) { x.postings[0].kind = PostingKind::kTransfer; });
  constexpr std::string_view kUnequal = "what is compensated is not what may be recovered";
  no(e, kUnequal, [](Entry& x) { x.claims.pop_back(); });
  no(e, kUnequal, [](Entry& x) { x.claims.back().principal = Amount::of(5'001); });
  no(e, kUnequal, [](Entry& x) { x.claims.back().interest = Amount::of(201); });
  no(e, kUnequal, [](Entry& x) {
    x.claims.push_back(x.claims.back());
    x.claims.back().principal = x.claims.back().interest = Amount();
  });
  // The same in a ledger without the mark.
  Bank other;
  begin(other);
  lend(other);
  play(other, "until 2017-04-02");
  const auto refusal = laws::project_conserved(other.state, e);
  ASSERT_TRUE(refusal);
  EXPECT_NE(refusal->detail.find("without being overdue"), std::string::npos) << refusal->detail;
}

TEST_F(LoanLaws, WhatIsFrozenForAGuarantorIsPaidInItsName) {
  lend_overdue();
  play(bank, "compensate_indirect k1 project=P1 amount=52.00");
  const Entry e = lawful("distribute e1 order=k1");
  no(e, "is compensated by a stranger", [&](Entry& x) {
    for (ClaimChange& c : x.claims) {
      if (c.op == ClaimOp::kSubrogate) c.holder = owner("reserve");
    }
  });
  no(e, "between others than", [&](Entry& x) {
    for (Posting& p : x.postings) p.debit = account("guarantor:G1:available");
  });
  no(e, "not distributed whole", [](Entry& x) { x.holds[0].amount = Amount::of(5'199); });
}

TEST_F(LoanLaws, CompensationLeavesTheProjectInTheStateOfItsDebts) {
  lend_overdue();
  play(bank, R"(
    compensate k1 project=P1 amount=52.00
    until 2017-05-02
    overdue v2 project=P1
  )");
  const Entry last = lawful("compensate e1 project=P1 amount=51.00");
  ASSERT_EQ(last.moves.at(0).to, ProjectState::kDefaulted);
  no(last, "is not in the state", [](Entry& x) { x.moves[0].to = ProjectState::kSettled; });
  no(last, "is not in the state", [](Entry& x) { x.moves.clear(); });
  play(bank, "compensate k2 project=P1 amount=51.00");
  no(lawful("recover e2 project=P1 client=guarantor:G1 amount=102.99"), "is not in the state",
     [](Entry& x) {
       x.moves.push_back({ProjectId(1), ProjectState::kSettled});
     });
  no(lawful("recover e3 project=P1 client=guarantor:G1 amount=103.00"), "is not in the state",
     [](Entry& x) { x.moves.clear(); });
}

TEST_F(LoanLaws, ACompensatorRecoversWhatItPaidInterestFirst) {
  lend_overdue();
  play(bank, "compensate k1 project=P1 amount=52.00");
  const Entry e = lawful("recover e1 project=P1 client=guarantor:G1 amount=12.00");
  no(e, "more is recovered than", [](Entry& x) { x.claims[0].principal = Amount::of(5'001); });
  no(e, "more is recovered than", [](Entry& x) { x.claims[0].interest = Amount::of(201); });
  no(e, "more is recovered than", [&](Entry& x) { x.claims[0].holder = owner("guarantor:G2"); });
  no(e, "more is recovered than", [&](Entry& x) { x.claims[0].holder = owner("platform"); });
  no(e, "principal is paid before interest",
     [](Entry& x) { x.claims[0].interest = Amount::of(199); });
  no(e, "another sum than it falls by", [](Entry& x) { x.claims[0].principal = Amount::of(999); });
  no(e, "another sum than it falls by",
     [](Entry& x) { x.postings[0].kind = PostingKind::kTransfer; });
  no(e, "than borrower and compensator",
     [&](Entry& x) { x.postings[0].debit = account("borrower:BIG:available"); });
  no(e, "than borrower and compensator",
     [&](Entry& x) { x.postings[1].credit = account("guarantor:G2:available"); });
  no(e, "a recovery is not alone", [](Entry& x) { x.claims.push_back(x.claims[0]); });
}

TEST_F(LoanLaws, AClaimIsSetAsideWithItsPrice) {
  lend();
  const std::string_view line =
      "claim_bid e1 client=lender:L3 seller=lender:L1 project=P1 principal=40.00 amount=30.00";
  const Entry e = lawful(line);
  constexpr std::string_view kOther = "set aside by another sum";
  no(e, kOther, [](Entry& x) { x.claims[0].principal = Amount::of(3'999); });
  no(e, kOther, [](Entry& x) { x.claims.clear(); });
  no(e, kOther, [](Entry& x) { x.claims[0].op = ClaimOp::kUnoffer; });
  no(e, "what is sold is not", [](Entry& x) { x.claims[0].interest = Amount::of(1); });
  no(e, "what is sold is not", [](Entry& x) { x.holds.push_back(x.holds[0]); });
  no(e, "between others than seller and buyer",
     [&](Entry& x) { x.claims[0].holder = owner("lender:L2"); });
  no(e, "between others than seller and buyer",
     [&](Entry& x) { x.holds[0].beneficiary = account("lender:L3:available"); });
  no(e, "does not fit its project", [](Entry& x) { x.holds[0].project = ProjectId(); });
  no_claim(e, "sells more than is free",
           [](Entry& x) { x.holds[0].principal = x.claims[0].principal = Amount::of(4'001); });
  no_claim(e, "has no claim", [&](Entry& x) { x.claims[0].holder = owner("lender:L3"); });
  no_claim(e, "is the platform", [&](Entry& x) { x.claims[0].holder = owner("platform"); });
}

TEST_F(LoanLaws, AClaimChangesHandsAgainstItsPrice) {
  lend();
  play(bank,
       "claim_bid t1 client=lender:L3 seller=lender:L1 project=P1 principal=30.00 amount=30.00");
  const Entry e = lawful("claim_transfer e1 order=t1 fee=0.10 fee_rule=transfer");
  constexpr std::string_view kNotBought = "what is sold is not what is bought";
  no(e, kNotBought, [](Entry& x) { x.claims[1].principal = Amount::of(2'999); });
  no(e, kNotBought, [](Entry& x) { x.claims[2].principal = Amount::of(3'001); });
  no(e, kNotBought, [](Entry& x) { x.claims.pop_back(); });
  constexpr std::string_view kNoPrice = "changes hands without its price";
  no(e, kNoPrice, [](Entry& x) { x.holds[0].op = HoldOp::kRelease; });
  no(e, kNoPrice,
     [](Entry& x) { x.claims[1].principal = x.claims[2].principal = Amount::of(2'999); });
  no(e, kNoPrice, [&](Entry& x) { x.postings[0].credit = account("lender:L2:available"); });
  no(e, kNoPrice, [](Entry& x) { x.postings[0].amount = Amount::of(2'999); });
  no(e, "set aside by another sum", [](Entry& x) { x.claims.erase(x.claims.begin()); });
  no(e, "is paid in part", [](Entry& x) { x.holds[0].amount = Amount::of(2'999); });
  no(e, "between others than seller and buyer",
     [&](Entry& x) { x.claims[2].holder = owner("lender:L2"); });
  no_claim(e, "platform is the platform",
           [&](Entry& x) { x.claims[2].holder = owner("platform"); });
  // The rest is offered to another: it is not free for more.
  play(bank,
       "claim_bid t2 client=lender:L2 seller=lender:L1 project=P1 principal=10.00 amount=10.00");
  no_claim(lawful("claim_transfer e2 order=t2"), "sells more than is free",
           [](Entry& x) { x.claims[1].principal = x.claims[2].principal = Amount::of(1'001); });
  no_claim(lawful("claim_cancel e3 order=t2"), "takes back more than it offered",
           [](Entry& x) { x.claims[0].principal = Amount::of(4'001); });
  no(lawful("claim_cancel e4 order=t2"), "set aside by another sum",
     [](Entry& x) { x.claims.clear(); });
  // Nobody sells what nobody owes any more.
  Entry late = lawful("claim_transfer e5 order=t1");
  play(bank, "repay_early r1 project=P1 amount=100.00\ndistribute y1 order=r1");
  no(late, "sold that nobody owes", [](Entry&) {});
}

// The flow table's movements between two parties, without the claim or the order that makes them
// lawful: payments from client to client, or out of the reserve.
TEST_F(LoanLaws, NothingGoesFromClientToClientWithoutAClaimOrAnOrder) {
  lend_overdue();
  const auto no_party = [&](Entry entry, const Change& change) {
    change(entry);
    breaks(laws::parties_apart(bank.state, entry), RefusalCode::kLawFlowMatrix, entry,
           "no claim or order between them");
  };
  const auto bare = [](Entry& x) {
    x.claims.clear();
    x.instalments.clear();
    x.moves.clear();
    x.allocation_version = 0;
  };
  const Entry compensated = lawful("compensate e1 project=P1 amount=52.00");
  no_party(compensated, bare);
  Entry only = compensated;
  bare(only);
  EXPECT_FALSE(laws::flow_matrix(bank.state, only) || laws::project_conserved(bank.state, only) ||
               laws::claims_conserved(bank.state, only))
      << "no other law sees it";
  no_party(compensated, [](Entry& x) { x.postings[0].kind = PostingKind::kTransfer; });
  // Naming a project is not enough.
  no_party(lawful("compensate e2 project=P1 amount=52.00"), [&](Entry& x) {
    bare(x);
    x.fees.push_back({FeeOp::kTake, ProjectId(1), Amount::of(1)});
  });
  const auto frozen = account("borrower:B1:frozen");
  no_party(lawful("compensate_indirect e3 project=P1 amount=52.00"), [&](Entry& x) {
    x.postings.push_back({account("guarantor:G2:available"), frozen, Amount::of(1)});
  });
  no_party(lawful("compensate_indirect e4 project=P1 amount=52.00"),
           [&](Entry& x) { x.postings[0].amount = Amount::of(5'201); });
  play(bank, "compensate k1 project=P1 amount=52.00");
  const Entry recovered = lawful("recover e5 project=P1 client=guarantor:G1 amount=52.00");
  no_party(recovered, bare);
  no_party(recovered, [&](Entry& x) {  // beside what is recovered
    x.postings.push_back(
        {x.postings[0].debit, x.postings[0].credit, Amount::of(1), PostingKind::kTransfer});
  });
}

TEST_F(LoanLaws, TheReservePaysLendersOfAnOverdueLoanOnly) {
  Bank with(profile_with("reserve = \"off\"", "reserve = \"run-off\""));
  begin(with);
  lend(with);
  play(with, "until 2017-04-02\noverdue v1 project=P1");
  Entry e;
  ASSERT_FALSE(with.ask(command_of(with, "reserve_compensate e1 project=P1 amount=52.00"), e));
  ASSERT_FALSE(laws::check_all(with.state, e));
  e.claims.clear();
  e.instalments.clear();
  const auto refusal = laws::parties_apart(with.state, e);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, RefusalCode::kLawFlowMatrix);
  EXPECT_TRUE(laws::check_all(with.state, e));
}

TEST_F(LoanLaws, AMarkIsOfTheNextInstalmentAndItsDays) {
  lend();
  play(bank, "until 2017-04-11");
  const Entry e = lawful("overdue e1 project=P1");
  constexpr std::string_view kOther = "on another instalment than the next";
  no(e, kOther, [](Entry& x) { x.overdue[0].instalment = 2; });
  no(e, kOther, [](Entry& x) { x.overdue.push_back(x.overdue[0]); });
  no(e, kOther, [](Entry& x) { x.overdue[0].project = ProjectId(2); });
  constexpr std::string_view kDay = "overdue on the wrong day";
  no(e, kDay, [](Entry& x) { x.overdue[0].days = 9; });
  no(e, kDay, [](Entry& x) { x.overdue[0].due = x.overdue[0].due.plus_days(1); });
  no(e, kDay, [](Entry& x) { x.business_date = x.overdue[0].due; });
  play(bank, "overdue v1 project=P1");
  no(e, kOther, [](Entry&) {});
}

}  // namespace
}  // namespace ledger::domain::test
