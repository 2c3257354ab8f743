// The exports over small scenes, figure by figure.
#include "recon/export/export.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/domain/script.h"

namespace recon::exports::test {
namespace {

using domain::ClaimOp;
using domain::Entry;

// Commands decided by the flows; entries that no flow makes here are written by hand.
class Scene {
 public:
  Scene() {
    bank_.audit_each = false;
    play(domain::test::kTown);
  }
  void play(std::string_view script) { domain::test::play(bank_, script); }
  // The next entry, committed, without effects yet.
  Entry next(domain::FlowCode flow) const {
    Entry e;
    e.flow = flow;
    e.authority = domain::Authority::kPlatform;
    e.profile_version = bank_.state.profile().version();
    e.sequence = base::next(bank_.state.sequence());
    e.time = base::Timestamp{bank_.state.time().ns + 1'000};
    e.business_date = bank_.state.business_date();
    e.value_date = e.business_date;
    e.command_id = "hand-" + std::to_string(e.sequence.value());
    return e;
  }
  void take(const Entry& entry) { bank_.take(entry); }
  const domain::State& state() const { return bank_.state; }
  base::AccountId account(std::string_view code) const { return *bank_.state.find_account(code); }
  base::ClientId owner(std::string_view code) const { return *bank_.state.find_owner(code); }
  base::ProjectId project(std::string_view code) const { return *bank_.state.find_project(code); }
  std::uint64_t size() const { return bank_.entries.size(); }

  // As of entry `at`, or of the last one. "" and the problem in problem() if it cannot be made.
  std::string text(std::string_view name, const Options& options = {}, std::uint64_t at = 0) {
    std::string out;
    Made made = find_kind(name)->make(options, [&](std::string_view piece) { out += piece; });
    problem_ = made.problem;
    if (made.fold == nullptr) return {};
    for (bool done = false; !done;) {
      JournalFold fold;
      for (std::size_t i = 0; i < (at == 0 ? size() : at); ++i) {
        std::string bytes;
        domain::encode(bank_.entries[i], bytes);
        const auto taken = fold.take(bytes, bank_.hashes[i]);
        EXPECT_TRUE(taken) << taken.error().message;
        made.fold->take(fold.step());
      }
      done = made.fold->finish(fold.position(), fold.state());
    }
    return out;
  }
  // Its rows that begin so, without the footer; hashes become #.
  std::string rows(std::string_view name, std::string_view begin, const Options& options = {},
                   std::uint64_t at = 0) {
    std::istringstream lines(text(name, options, at));
    std::string out;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('#') || !line.starts_with(begin)) continue;
      for (const crypto::Digest& hash : bank_.hashes) {
        const auto found = line.find(hash.hex());
        if (found != std::string::npos) line.replace(found, 64, "#");
      }
      out += line + "\n";
    }
    return out;
  }
  const std::string& problem() const { return problem_; }

 private:
  domain::test::Bank bank_;
  std::string problem_;
};

Options client(std::string_view code) {
  Options options;
  options.client = code;
  return options;
}
Options order(std::string_view id) {
  Options options;
  options.order = id;
  return options;
}

// The first instalment of P1 is due on 04-01.
constexpr std::string_view kToApril = R"(
  cut_off ca opens=2017-03-08
  cut_off cb opens=2017-03-15
  cut_off cc opens=2017-03-22
  cut_off cd opens=2017-03-29
  cut_off ce opens=2017-04-02
)";
constexpr std::string_view kSettled = R"(
  cut_off cf opens=2017-04-05
  settle s3 order=d3 amount=1343.34 evidence=BANK-77
  withdraw w1 client=lender:L1 amount=50.00
)";

class Exports : public ::testing::Test {
 protected:
  void SetUp() override { scene_.play(domain::test::kLoan); }
  std::string figure(std::string_view name, std::uint64_t at = 0) {
    const std::string row = scene_.rows("disclosure", std::string(name) + ",", {}, at);
    // figure, zh, currency, unit, value or nothing, ...
    std::size_t from = 0;
    for (int i = 0; i < 4; ++i) from = row.find(',', from) + 1;
    return row.substr(from, row.size() - from - 1);
  }
  Scene scene_;
};

TEST_F(Exports, LateRepaymentIsLateUntilTheBankHasTheMoney) {
  scene_.play(kToApril);
  scene_.play("deposit d3 client=borrower:B1 channel=alipay amount=1343.34");
  const std::uint64_t unpaid = scene_.size();
  // 1,000.00 of the loan and 1,343.34 of the deposit: the payer's other money covers nothing of it
  // once the loan is gone.
  scene_.play("withdraw w0 client=borrower:B1 amount=1000.00");
  scene_.play("repay r1 project=P1 instalment=1 amount=343.34\ndistribute y1 order=r1");
  const std::uint64_t unsettled = scene_.size();
  scene_.play(kSettled);

  EXPECT_EQ(figure("overdue_amount", unpaid), "343.34,,,,,");
  EXPECT_EQ(figure("overdue_loans", unpaid), "1,,,,,");
  EXPECT_EQ(figure("overdue_amount_ratio", unpaid),
            ",343.34,overdue_amount,1020.01,unreceived,3366");
  EXPECT_EQ(figure("overdue_loans_ratio", unpaid), ",1,overdue_loans,1,outstanding_loans,10000");
  EXPECT_EQ(figure("overdue_amount", unsettled), "343.34,,,,,");
  EXPECT_EQ(figure("outstanding", unsettled), "666.67,,,,,");
  EXPECT_EQ(figure("overdue_amount"), "0.00,,,,,");
  EXPECT_EQ(figure("unreceived"), "676.67,,,,,");
  EXPECT_EQ(
      scene_.rows("projects", "instalment", {}, unpaid),
      "instalment,P1,borrower:B1,repaying,CNY,,,,,,,1,2017-04-01,333.33,10.01,0.00,0.00,333.33,,,"
      "overdue,1\n"
      "instalment,P1,borrower:B1,repaying,CNY,,,,,,,2,2017-05-01,333.33,6.67,0.00,0.00,333.33,,,"
      "due,0\n"
      "instalment,P1,borrower:B1,repaying,CNY,,,,,,,3,2017-06-01,333.34,3.33,0.00,0.00,333.34,,,"
      "due,0\n");
  EXPECT_EQ(
      scene_.rows("projects", "instalment,P1,borrower:B1,repaying,CNY,,,,,,,1", {}, unsettled),
      "instalment,P1,borrower:B1,repaying,CNY,,,,,,,1,2017-04-01,333.33,10.01,333.33,10.01,0.00,"
      "2017-04-02,,unsettled,1\n");
  EXPECT_EQ(
      scene_.rows("projects", "instalment,P1,borrower:B1,repaying,CNY,,,,,,,1"),
      "instalment,P1,borrower:B1,repaying,CNY,,,,,,,1,2017-04-01,333.33,10.01,333.33,10.01,0.00,"
      "2017-04-02,2017-04-05,late,4\n");
  EXPECT_EQ(
      scene_.rows("projects", "project"),
      "project,P1,borrower:B1,repaying,CNY,1000.00,0.00,1000.00,10000,2017-03-01,18,,,1000.00,"
      "20.01,333.33,10.01,666.67,,,,0\n");
  EXPECT_EQ(scene_.rows("credit-history", "borrower:"),
            "borrower:B1,CNY,1,1,666.67,1,1,0.00,4,0,0.00,0,2017-04-02\n");
}

TEST_F(Exports, SettledMoneyOfThePayerIsReceivedAtOnce) {
  scene_.play(kToApril);
  scene_.play("deposit d3 client=borrower:B1 channel=alipay amount=100.00");
  scene_.play("repay r1 project=P1 instalment=1 amount=343.34\ndistribute y1 order=r1");
  EXPECT_EQ(figure("overdue_amount"), "0.00,,,,,");
  EXPECT_EQ(scene_.rows("credit-history", "borrower:"),
            "borrower:B1,CNY,1,1,666.67,1,1,0.00,1,0,0.00,0,2017-04-02\n");
}

TEST_F(Exports, StatementOfALenderOpensMovesAndCloses) {
  scene_.play(kToApril);
  scene_.play("repay r1 project=P1 instalment=1 amount=343.34\ndistribute y1 order=r1");
  scene_.play("withdraw w1 client=lender:L1 amount=50.00");
  EXPECT_EQ(scene_.rows("client-statement", "total", client("lender:L1")),
            "total,,,,,,,,,CNY,1000.00,0.00,,deposits,,,\n"
            "total,,,,,,,,,CNY,4.00,0.00,,interest,,,\n"
            "total,,,,,,,,,CNY,0.00,400.00,,invested,,,\n"
            "total,,,,,,,,,CNY,133.33,0.00,,principal,,,\n");
  EXPECT_EQ(scene_.rows("client-statement", "total", client("borrower:B1")),
            "total,,,,,,,,,CNY,1000.00,0.00,,borrowed,,,\n"
            "total,,,,,,,,,CNY,0.00,10.01,,interest,,,\n"
            "total,,,,,,,,,CNY,0.00,333.33,,principal,,,\n");
  Options april = client("lender:L1");
  april.from = *base::Date::parse("2017-04-02");
  EXPECT_EQ(
      scene_.rows("client-statement", "", april),
      "record,sequence,hash,business_date,value_date,flow,command,account,counter_account,currency,"
      "in,out,balance,reason,project,order,until\n"
      "opening,,,,,,,lender:L1:available,,CNY,,,600.00,,,,\n"
      "opening,,,,,,,lender:L1:frozen,,CNY,,,0.00,,,,\n"
      "opening,,,,,,,lender:L1:withdrawing,,CNY,,,0.00,,,,\n"
      "movement,25,#,2017-04-02,2017-04-02,distribute,y1,lender:L1:available,borrower:B1:frozen,"
      "CNY,"
      "133.33,,733.33,principal,P1,,\n"
      "movement,25,#,2017-04-02,2017-04-02,distribute,y1,lender:L1:available,borrower:B1:frozen,"
      "CNY,"
      "4.00,,737.33,interest,P1,,\n"
      "movement,26,#,2017-04-02,2017-04-02,withdraw,w1,lender:L1:available,lender:L1:frozen,CNY,,"
      "50.00,687.33,transfer,,,\n"
      "movement,26,#,2017-04-02,2017-04-02,withdraw,w1,lender:L1:frozen,lender:L1:available,CNY,"
      "50.00,,50.00,transfer,,,\n"
      "frozen,,,,,,,,,CNY,,,50.00,withdrawal,,,\n"
      "hold,26,,2017-04-02,,,,lender:L1:frozen,lender:L1:available,CNY,,,50.00,withdrawal,,w1,\n"
      "claim,,,,,,,,,CNY,,,266.67,repaying,P1,,\n"
      "total,,,,,,,,,CNY,4.00,0.00,,interest,,,\n"
      "total,,,,,,,,,CNY,133.33,0.00,,principal,,,\n"
      "closing,,,,,,,lender:L1:available,,CNY,,,687.33,,,,\n"
      "closing,,,,,,,lender:L1:frozen,,CNY,,,50.00,,,,\n"
      "closing,,,,,,,lender:L1:withdrawing,,CNY,,,0.00,,,,\n");
  EXPECT_EQ(scene_.text("client-statement"), "");
  EXPECT_EQ(scene_.problem(), "client-statement needs --client");
}

TEST_F(Exports, OrderIsFollowedToItsHoldsAndNoFurther) {
  EXPECT_EQ(
      scene_.rows("trace", "", order("b1")),
      "record,sequence,hash,business_date,value_date,flow,command,authority,operator,outcome,order,"
      "evidence,project,client,account,counter_account,currency,amount,interest,detail\n"
      "entry,16,#,2017-03-01,2017-03-01,bid,b1,client,,committed,,,P1,lender:L1,,,,,,\n"
      "posting,16,#,2017-03-01,2017-03-01,bid,b1,,,,,,,,lender:L1:available,lender:L1:frozen,CNY,"
      "400.00,,transfer\n"
      "hold,16,#,2017-03-01,2017-03-01,bid,b1,,,,b1,,P1,lender:L1,lender:L1:frozen,"
      "lender:L1:available,CNY,400.00,,open bid hold 3\n"
      "entry,18,#,2017-03-01,2017-03-01,disburse,x1,platform,,committed,,,P1,,,,,,,\n"
      "posting,18,#,2017-03-01,2017-03-01,disburse,x1,,,,,,,,lender:L1:frozen,borrower:B1:"
      "available,"
      "CNY,400.00,,principal\n"
      "hold,18,#,2017-03-01,2017-03-01,disburse,x1,,,,b1,,P1,lender:L1,lender:L1:frozen,"
      "lender:L1:available,CNY,400.00,,capture bid hold 3\n"
      "claim,18,#,2017-03-01,2017-03-01,disburse,x1,,,,,,P1,lender:L1,,,CNY,400.00,0.00,create\n");
}

TEST_F(Exports, OrderIsFollowedBackFromWhatContinuesIt) {
  scene_.play("deposit d3 client=lender:L1 channel=alipay amount=10.00");
  scene_.play("settle s3 order=d3 amount=10.00 evidence=BANK-77");
  const std::string forward = scene_.rows("trace", "", order("d3"));
  EXPECT_EQ(forward, scene_.rows("trace", "", order("s3")));
  EXPECT_NE(forward.find("settle,s3,bank,,committed,d3,BANK-77"), std::string::npos) << forward;
  EXPECT_NE(forward.find("deposit,d3,bank,,committed"), std::string::npos) << forward;
  EXPECT_EQ(scene_.rows("trace", "entry", order("nobody")), "");
  EXPECT_EQ(scene_.text("trace"), "");
  EXPECT_EQ(scene_.problem(),
            "trace needs one of --order, --client, --project, --flow and --operator");
}

TEST_F(Exports, LadderCoverageAndStress) {
  scene_.play(kToApril);
  EXPECT_EQ(
      scene_.rows("liquidity", ""),
      "record,currency,days,until,loans,instalments,principal,interest,total,numerator,denominator,"
      "ratio_bp,uncovered\n"
      "overdue,CNY,,2017-03-28,0,0,0.00,0.00,0.00,,,,\n"
      "due_within,CNY,1,2017-03-30,0,0,0.00,0.00,0.00,,,,\n"
      "due_within,CNY,7,2017-04-05,1,1,333.33,10.01,343.34,,,,\n"
      "due_within,CNY,14,2017-04-12,1,1,333.33,10.01,343.34,,,,\n"
      "due_within,CNY,30,2017-04-28,1,1,333.33,10.01,343.34,,,,\n"
      "due_within,CNY,60,2017-05-28,1,2,666.66,16.68,683.34,,,,\n"
      "due_within,CNY,90,2017-06-27,1,3,1000.00,20.01,1020.01,,,,\n"
      "due_later,CNY,,,0,0,0.00,0.00,0.00,,,,\n"
      "coverage,CNY,,,,,,,,2000.00,2000.00,10000,0.00\n"
      "stress,CNY,,,,,,,,2000.00,600.00,33333,0.00\n"
      "stress_after,CNY,,,,,,,,1400.00,1400.00,10000,0.00\n");
  scene_.play("deposit d3 client=borrower:B1 channel=alipay amount=0.10");
  Options all;
  all.withdraw_percent = 100;
  EXPECT_EQ(scene_.rows("liquidity", "stress,", all),
            "stress,CNY,,,,,,,,2000.00,2000.00,10000,0.00\n")
      << "unsettled money cannot be withdrawn";
  all.withdraw_percent = 101;
  EXPECT_EQ(scene_.text("liquidity", all), "");
}

TEST_F(Exports, FlowsAreCountedByPeriodAndClass) {
  EXPECT_EQ(scene_.rows("flows", "2017-03,"),
            "2017-03,deposit,1010,channel.in_transit,2001,lender.available,CNY,2,2000.00\n"
            "2017-03,settle,1001,custody.bank,1010,channel.in_transit,CNY,2,2000.00\n"
            "2017-03,bid,2001,lender.available,2002,lender.frozen,CNY,2,1000.00\n"
            "2017-03,disburse,2002,lender.frozen,2011,borrower.available,CNY,2,1000.00\n");
  Options wrong;
  wrong.period = "year";
  EXPECT_EQ(scene_.text("flows", wrong), "");
}

// --- entries by hand: what third parties pay, sell and end
// -----------------------------------------

class ByHand : public Exports {
 protected:
  void SetUp() override {
    Exports::SetUp();
    scene_.play("deposit d9 client=guarantor:G1 channel=alipay amount=1000.00");
    scene_.play("settle s9 order=d9 amount=1000.00");
    scene_.play(kToApril);
  }
  domain::Posting posting(std::string_view from, std::string_view to, std::int64_t fen,
                          domain::PostingKind kind = domain::PostingKind::kTransfer) {
    return {scene_.account(from), scene_.account(to), base::Amount::of(fen), kind};
  }
  domain::ClaimChange claim(ClaimOp op, std::string_view holder, std::int64_t principal,
                            std::int64_t interest) {
    return {op, scene_.project("P1"), scene_.owner(holder), base::Amount::of(principal),
            base::Amount::of(interest)};
  }
  // The first instalment, 333.33 and 10.01, by somebody else than the borrower.
  void compensate(std::string_view payer, std::string_view account) {
    Entry e = scene_.next(domain::FlowCode::kCompensate);
    using enum domain::PostingKind;
    e.postings = {posting(account, "lender:L1:available", 13333, kPrincipal),
                  posting(account, "lender:L1:available", 400, kInterest),
                  posting(account, "lender:L2:available", 20000, kPrincipal),
                  posting(account, "lender:L2:available", 601, kInterest)};
    e.claims = {claim(ClaimOp::kCompensate, "lender:L1", 13333, 400),
                claim(ClaimOp::kCompensate, "lender:L2", 20000, 601),
                claim(ClaimOp::kSubrogate, payer, 33333, 1001)};
    e.instalments = {{scene_.project("P1"), 1, base::Amount::of(33333), base::Amount::of(1001)}};
    scene_.take(e);
  }
};

TEST_F(ByHand, GuarantorsPaymentEndsTheArrearsAndIsStillOwed) {
  EXPECT_EQ(figure("overdue_amount"), "0.00,,,,,") << "the last entry is of 03-29";
  compensate("guarantor:G1", "guarantor:G1:available");
  EXPECT_EQ(figure("compensated"), "343.34,,,,,");
  EXPECT_EQ(figure("compensations"), "1,,,,,");
  EXPECT_EQ(figure("overdue_amount"), "0.00,,,,,");
  EXPECT_EQ(figure("outstanding"), "1000.00,,,,,") << "the borrower owes it to another";
  EXPECT_EQ(figure("outstanding_top10_lenders"), "666.67,,,,,");
  EXPECT_EQ(scene_.rows("credit-history", "borrower:"),
            "borrower:B1,CNY,1,1,1000.00,1,1,0.00,1,1,343.34,0,\n");
  EXPECT_EQ(scene_.rows("claims", "recovery"),
            "recovery,P1,repaying,borrower:B1,guarantor:G1,CNY,333.33,0.00,333.33,10.01,0.00,\n");
  EXPECT_EQ(scene_.rows("clients", "guarantor:G1"),
            "guarantor:G1,10,guarantor,,CNY,656.66,656.66,0.00,0.00,0.00,0.00,0.00,0.00,343.34,2017-03-01\n");
  EXPECT_EQ(scene_.rows("client-statement", "total", client("guarantor:G1")),
            "total,,,,,,,,,CNY,1000.00,0.00,,deposits,,,\n"
            "total,,,,,,,,,CNY,0.00,10.01,,interest,,,\n"
            "total,,,,,,,,,CNY,0.00,333.33,,principal,,,\n");

  Entry back = scene_.next(domain::FlowCode::kRecover);
  back.postings = {posting("borrower:B1:available", "guarantor:G1:available", 11001)};
  back.claims = {claim(ClaimOp::kRecover, "guarantor:G1", 10000, 1001)};
  scene_.take(back);
  EXPECT_EQ(figure("outstanding"), "900.00,,,,,");
  EXPECT_EQ(
      scene_.rows("claims", "recovery"),
      "recovery,P1,repaying,borrower:B1,guarantor:G1,CNY,333.33,100.00,233.33,10.01,10.01,\n");
  EXPECT_EQ(scene_.rows("credit-history", "borrower:"),
            "borrower:B1,CNY,1,1,900.00,1,1,0.00,1,1,343.34,0,2017-04-02\n");
}

TEST_F(ByHand, ReservesPaymentIsNoCompensationByAThirdParty) {
  compensate("reserve", "reserve:risk");
  EXPECT_EQ(figure("compensated"), "0.00,,,,,");
  EXPECT_EQ(figure("compensations"), "0,,,,,");
  EXPECT_EQ(scene_.rows("credit-history", "borrower:"),
            "borrower:B1,CNY,1,1,1000.00,1,1,0.00,1,1,343.34,0,\n");
}

TEST_F(ByHand, BoughtClaimMakesALenderAndNoTurnover) {
  Entry e = scene_.next(domain::FlowCode::kClaimTransfer);
  e.postings = {posting("lender:KIN:available", "lender:L1:available", 9900)};
  e.claims = {claim(ClaimOp::kSell, "lender:L1", 10000, 0),
              claim(ClaimOp::kBuy, "lender:KIN", 10000, 0)};
  scene_.take(e);
  EXPECT_EQ(figure("lent"), "1000.00,,,,,");
  EXPECT_EQ(figure("lenders"), "3,,,,,");
  EXPECT_EQ(figure("current_lenders"), "3,,,,,");
  EXPECT_EQ(figure("trades"), "2,,,,,");
  EXPECT_EQ(scene_.rows("client-statement", "total", client("lender:L1")),
            "total,,,,,,,,,CNY,99.00,0.00,,claim_transfers,,,\n"
            "total,,,,,,,,,CNY,1000.00,0.00,,deposits,,,\n"
            "total,,,,,,,,,CNY,0.00,400.00,,invested,,,\n");
}

TEST_F(ByHand, EarlyRepaymentEndsTheSchedule) {
  Entry e = scene_.next(domain::FlowCode::kDistribute);
  e.claims = {claim(ClaimOp::kRepay, "lender:L1", 40000, 400),
              claim(ClaimOp::kRepay, "lender:L2", 60000, 601)};
  e.voided = {{scene_.project("P1"), 1, base::Amount::of(100000), base::Amount::of(1001)}};
  e.moves = {{scene_.project("P1"), domain::ProjectState::kSettled}};
  scene_.take(e);
  EXPECT_EQ(figure("interest_outstanding"), "0.00,,,,,");
  EXPECT_EQ(figure("outstanding_loans"), "0,,,,,");
  EXPECT_EQ(figure("unreceived"), "0.00,,,,,");
  EXPECT_EQ(figure("current_borrowers"), "0,,,,,");
  EXPECT_EQ(scene_.rows("credit-history", "borrower:"),
            "borrower:B1,CNY,1,0,0.00,1,1,0.00,1,0,0.00,1,2017-04-02\n");
  EXPECT_EQ(scene_.rows("projects", "instalment,P1,borrower:B1,settled,CNY,,,,,,,2"),
            "instalment,P1,borrower:B1,settled,CNY,,,,,,,2,2017-05-01,333.33,6.67,0.00,0.00,0.00,,,"
            "void,0\n");
}

TEST_F(ByHand, OperatorsAreCountedByWhatTheyDid) {
  const auto step = [&](domain::FlowCode flow, const char* who, domain::ProposalOp op) {
    Entry e = scene_.next(flow);
    e.operator_name = who;
    e.proposals = {{op, domain::FlowCode::kTopUp, base::Date(), "p1", "ann", ""}};
    if (op == domain::ProposalOp::kProposed) e.command_id = "p1";
    return e;
  };
  scene_.take(step(domain::FlowCode::kPropose, "ann", domain::ProposalOp::kProposed));
  Entry refused = scene_.next(domain::FlowCode::kApprove);
  refused.operator_name = "ann";
  refused.outcome = domain::Outcome::kRefused;
  refused.refusal = 230;
  scene_.take(refused);
  scene_.take(step(domain::FlowCode::kReject, "bob", domain::ProposalOp::kRejected));
  const std::string s = std::to_string(scene_.size() - 2);
  const std::string r = std::to_string(scene_.size() - 1);
  const std::string t = std::to_string(scene_.size());
  EXPECT_EQ(
      scene_.rows("operators", ""),
      "record,operator,name,manual,refused,proposed,approved,rejected,reversals,first_sequence,"
      "last_sequence\n"
      "operator,ann,,2,1,1,0,0,0," +
          s + "," + r + "\n" + "flow,ann,approve,1,1,0,0,0,0," + r + "," + r + "\n" +
          "flow,ann,propose,1,0,1,0,0,0," + s + "," + s + "\n" +
          "refusal,ann,SAME_OPERATOR,1,1,0,0,0,0," + r + "," + r + "\n" +
          "operator,bob,,1,0,0,0,1,0," + t + "," + t + "\n" + "flow,bob,reject,1,0,0,0,1,0," + t +
          "," + t + "\n");
}

// --- form ---------------------------------------------------------------------------------------

TEST_F(Exports, FooterNamesTheJournalAndTheControlTotals) {
  const std::string csv = scene_.text("holds");
  EXPECT_TRUE(csv.starts_with("# export: holds, format 1\nhold,reason,client,")) << csv;
  scene_.play("withdraw w1 client=lender:L1 amount=50.00");
  scene_.play("withdraw w2 client=lender:L1 amount=25.01");
  const std::string two = scene_.text("holds");
  EXPECT_NE(two.find("\n# records: 2\n# control total: amount 75.01 CNY\n# sequence: 20\n# head: "),
            std::string::npos)
      << two;
  EXPECT_NE(two.find("\n# business date: 2017-03-01\n# profile: cn-2017 version "),
            std::string::npos);
  Options json;
  json.format = Format::kJson;
  const std::string text = scene_.text("holds", json);
  EXPECT_NE(text.find("\"amount\":5000,"), std::string::npos) << text;
  EXPECT_NE(
      text.find("\"control_totals\":[{\"column\":\"amount\",\"currency\":\"CNY\",\"total\":7501}]"),
      std::string::npos)
      << text;
}

TEST(CsvFields, AreQuotedWhereAReaderWouldMistakeThem) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("# end"), "\"# end\"");
}

TEST(JournalFolds, RefuseADamagedEntryByItsSequence) {
  domain::test::Bank bank;
  std::string bytes;
  domain::encode(bank.entries[0], bytes);
  JournalFold fold;
  bytes[bytes.size() - 1] ^= 1;
  const auto taken = fold.take(bytes, bank.hashes[0]);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message, "entry 1: hash");
}

// 10.00 for ten days and 20.00 for the last five of them; a deposit in transit earns nothing, money
// on its way out does, a day without a cut-off counts like the one before.
TEST(BankInterest, IsDividedByDailyBalances) {
  Scene scene;  // lender:L1 and L2 have 1000.00 from 2017-03-01
  scene.play(R"(
    until 2017-03-06
    deposit e1 client=lender:L2 channel=alipay amount=1000.00
    withdraw w1 client=lender:L1 amount=400.00
    until 2017-03-08
    settle e2 order=e1 amount=1000.00
    withdraw_accept w2 order=w1
    until 2017-03-09
    withdraw_pay w3 order=w1 amount=400.00
    until 2017-03-12
    bank_interest i1 amount=1.00 evidence=bank-1
  )");
  Options options;
  options.order = "i1";
  options.from = *base::Date::parse("2017-03-01");
  options.to = *base::Date::parse("2017-03-10");
  // L1: 8 days of 1000.00 and 2 of 600.00; L2: 7 days of 1000.00 and 3 of 2000.00.
  const std::string expected =
      "lender:L1,CNY,920000,0.41\n"
      "lender:L2,CNY,1300000,0.59\n";
  EXPECT_EQ(scene.rows("bank-interest", "lender", options), expected);
  EXPECT_EQ(
      scene.rows("bank-interest-commands", "{", options),
      R"({"id":"interest:24:6","flow":"bank_interest_pay","authority":"platform","order":"i1","client":"lender:L1","amount":41})"
      "\n"
      R"({"id":"interest:24:7","flow":"bank_interest_pay","authority":"platform","order":"i1","client":"lender:L2","amount":59})"
      "\n");
  // Later entries change nothing about it.
  const auto at = scene.size();
  scene.play("withdraw w9 client=lender:L2 amount=1.00\nuntil 2017-03-20");
  EXPECT_EQ(scene.rows("bank-interest", "lender", options), expected);
  EXPECT_EQ(scene.text("bank-interest", options, at), scene.text("bank-interest", options, at));
  options.to = *base::Date::parse("2017-03-01");
  EXPECT_EQ(scene.rows("bank-interest", "lender", options),
            "lender:L1,CNY,100000,0.50\nlender:L2,CNY,100000,0.50\n");
  options.order = "none";
  EXPECT_EQ(scene.rows("bank-interest", "lender", options), "");
  EXPECT_EQ(scene.text("bank-interest", Options()), "");
  EXPECT_NE(scene.problem().find("--order"), std::string::npos);
}

}  // namespace
}  // namespace recon::exports::test
