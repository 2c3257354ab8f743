// Each law is broken by an entry made by hand: a lawful one, changed in one place.
#include "ledger/domain/laws.h"

#include <functional>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

using base::AccountId;
using base::Amount;
using base::ClientId;
using base::HoldId;
using base::ProjectId;

using Law = std::optional<Refusal> (*)(const State&, const Entry&);

class Laws : public testing::Test {
 protected:
  void SetUp() override { play(bank, kTown); }

  AccountId account(std::string_view code) const { return bank.state.find_account(code).value(); }
  ClientId owner(std::string_view code) const { return bank.state.find_owner(code).value(); }

  // The entry of a command that would be committed now.
  Entry lawful(std::string_view line) const {
    Entry entry;
    const auto refusal = bank.ask(command_of(bank, line), entry);
    EXPECT_FALSE(refusal) << line << ": " << refusal->detail;
    EXPECT_FALSE(laws::check_all(bank.state, entry));
    return entry;
  }
  void breaks(Law law, RefusalCode code, const Entry& entry, std::string_view why) const {
    const auto refusal = law(bank.state, entry);
    ASSERT_TRUE(refusal) << "holds, but should not: " << why;
    EXPECT_EQ(refusal->code, code);
    EXPECT_NE(refusal->detail.find(why), std::string::npos) << refusal->detail;
    EXPECT_TRUE(laws::check_all(bank.state, entry)) << why;
  }
  void breaks(Law law, RefusalCode code, Entry entry, std::string_view why,
              const std::function<void(Entry&)>& change) const {
    change(entry);
    breaks(law, code, entry, why);
  }
  Bank bank;
};

constexpr auto kNobody = AccountId(999'999);

TEST_F(Laws, BalancedNeedsTwoAccountsThatExistAndAnAmount) {
  const Entry deposit = lawful("deposit e1 client=lender:L1 channel=alipay amount=5.00");
  const auto no = [&](std::string_view why, const std::function<void(Entry&)>& change) {
    breaks(laws::balanced, RefusalCode::kLawUnbalanced, deposit, why, change);
  };
  no("does not exist", [](Entry& e) { e.postings[0].debit = kNobody; });
  no("does not exist", [](Entry& e) { e.postings[0].credit = AccountId(); });
  no("does not exist", [](Entry& e) { e.holds[0].account = kNobody; });
  no("does not exist", [](Entry& e) { e.holds[0].beneficiary = AccountId(); });
  no("moves nothing", [](Entry& e) { e.postings[0].amount = Amount(); });
  no("moves nothing", [](Entry& e) { e.postings[0].debit = e.postings[0].credit; });
}

TEST(LawsOfTwoCurrencies, BalancedAndControlRefuseToMixThem) {
  std::string text(*Profile::built_in("cn-2017"));
  text.replace(text.find("[\"CNY\"]"), 7, "[\"CNY\", \"USD\"]");
  Bank bank(text);
  play(bank, R"(
    open_account o1 client=channel:ch
    open_account o2 client=lender:L1 currency=USD
    open_account o3 client=lender:L2
    open_account o4 client=channel:usd currency=USD
    deposit d1 client=lender:L1 channel=ch amount=5.00 ! WRONG_KIND channel=ch currency
    deposit d2 client=lender:L1 channel=usd amount=5.00
    open_account o5 client=borrower:B
    open_project p1 project=P borrower=borrower:B target=5.00 contract_hash=c instalments=2017-04-01:5.00+1.00
    bid b1 client=lender:L1 project=P amount=5.00 ! WRONG_KIND client=lender:L1
  )");
  Entry e;
  ASSERT_FALSE(bank.ask(command_of(bank, "deposit d3 client=lender:L2 channel=ch amount=5.00"), e));
  e.postings[0].credit = bank.state.find_account("lender:L1:available").value();
  EXPECT_EQ(laws::balanced(bank.state, e)->code, RefusalCode::kLawUnbalanced);
  EXPECT_EQ(laws::control_equation(bank.state, e)->code, RefusalCode::kLawControl);
  EXPECT_EQ(laws::check_all(bank.state, e)->detail, "a posting mixes currencies");
}

TEST_F(Laws, NoAccountFallsBelowZero) {
  Entry e = lawful("withdraw e1 client=lender:L1 amount=1000.00");
  e.postings[0].amount = Amount::of(100'001);
  e.holds[0].amount = Amount::of(100'001);
  breaks(laws::never_negative, RefusalCode::kLawNegative, e,
         "account=lender:L1:available balance=-1");
  // Many small postings are added up before they are judged.
  Entry many = lawful("withdraw e2 client=lender:L1 amount=1000.00");
  many.postings.assign(1'001, many.postings[0]);
  for (Posting& p : many.postings) p.amount = Amount::of(100);
  breaks(laws::never_negative, RefusalCode::kLawNegative, many, "balance=-100");
  // A debit-normal account falls by credits.
  play(bank, "deposit e3 client=lender:L1 channel=alipay amount=5.00");
  Entry settle = lawful("settle e4 order=e3 amount=5.00");
  std::swap(settle.postings[0].debit, settle.postings[0].credit);
  settle.postings[0].amount = Amount::of(200'001);
  breaks(laws::never_negative, RefusalCode::kLawNegative, settle, "custody:bank balance=-1");
}

TEST_F(Laws, TheBanksMoneyMovesOnItsReference) {
  play(bank, "receipt r1 amount=5.00 evidence=line-1");
  for (const char* line :
       {"receipt e1 amount=5.00 evidence=x",
        "top_up e1 account=platform:master amount=5.00 evidence=x",
        "bank_interest e1 amount=5.00 evidence=x",
        "deposit_chargeback e1 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=x"}) {
    const Entry e = lawful(line);
    breaks(laws::evidenced, RefusalCode::kLawEvidence, e, "has no reference of the bank",
           [&](Entry& x) {
             x.command = command_of(bank, "settle e1 order=d1 amount=1.00").body;
             const auto authority = authority_of(e.command);
             x.authority = authority;
           });
  }
  // A settlement's reference may come with the statement.
  play(bank, "deposit d3 client=lender:L1 channel=alipay amount=5.00");
  lawful("settle e2 order=d3 amount=5.00");
}

TEST_F(Laws, AnEntryIsTakenBackOnce) {
  const Entry back =
      lawful("deposit_chargeback e1 entry=@s1 entry_hash=@s1 amount=1000.00 evidence=x");
  const auto no = [&](std::string_view why, const std::function<void(Entry&)>& change) {
    breaks(laws::evidenced, RefusalCode::kLawEvidence, back, why, change);
  };
  no("returns 0 entries", [](Entry& e) { e.reversals.clear(); });
  no("returns 2 entries", [](Entry& e) { e.reversals.push_back(e.reversals[0]); });
  no("is not there", [](Entry& e) { e.reversals[0].target = base::Sequence(); });
  no("is not there", [](Entry& e) { e.reversals[0].target = e.sequence; });
  no("does not return withdraw_pay",
     [](Entry& e) { e.reversals[0].target_flow = FlowCode::kWithdrawPay; });
  Entry reward = lawful("deposit_request e2 client=lender:L1 channel=alipay amount=5.00");
  reward.reversals = back.reversals;
  breaks(laws::evidenced, RefusalCode::kLawEvidence, reward,
         "flow=deposit_request does not return settle");
  bank.take(back);
  Entry again = back;
  again.sequence = base::next(bank.state.sequence());
  breaks(laws::evidenced, RefusalCode::kLawEvidence, again, "is taken back already");
}

TEST_F(Laws, AHoldThatGrowsIsTheOneThatIsOpen) {
  play(bank, R"(
    judicial_freeze j1 client=lender:L1 amount=1100.00 evidence=no-7 expires=2017-09-01
    deposit e1 client=lender:L1 channel=alipay amount=5.00
    settle t1 order=e1 amount=5.00
  )");
  const Entry grows = lawful("judicial_catch e2 order=j1");
  ASSERT_EQ(grows.holds.size(), 2U);
  ASSERT_EQ(grows.holds[1].op, HoldOp::kReopen);
  const auto no = [&](const std::function<void(HoldChange&)>& change) {
    breaks(laws::itemised, RefusalCode::kLawItemised, grows, "is described wrongly",
           [&](Entry& e) { change(e.holds[1]); });
  };
  no([&](HoldChange& h) { h.beneficiary = account("lender:L2:available"); });
  no([&](HoldChange& h) { h.account = account("lender:L2:frozen"); });
  no([](HoldChange& h) { h.expires = base::Date(); });
  no([](HoldChange& h) { h.order = "j2"; });
}

TEST_F(Laws, RestrictedMoneyStaysOnItsAccount) {
  play(bank, "judicial_freeze j1 client=lender:L1 amount=1100.00 evidence=no-7 expires=2017-09-01");
  play(bank, "deposit e1 client=lender:L1 channel=alipay amount=150.00");
  play(bank, "settle t1 order=e1 amount=150.00");
  Entry e = lawful("withdraw e2 client=lender:L1 amount=50.00");
  e.postings[0].amount = Amount::of(5'001);
  e.holds[0].amount = Amount::of(5'001);
  breaks(laws::restricted, RefusalCode::kLawRestricted, e,
         "account=lender:L1:available balance=9999 restricted=10000");
}

TEST_F(Laws, MoneyMovesByTheFlowsAuthoritiesOnly) {
  const Entry e = lawful("withdraw e1 client=lender:L1 amount=5.00");
  for (int a = 0; a <= static_cast<int>(Authority::kOperators); ++a) {
    if (static_cast<Authority>(a) == Authority::kClient) continue;
    breaks(laws::flow_matrix, RefusalCode::kLawFlowMatrix, e,
           "flow=withdraw authority=", [&](Entry& x) { x.authority = static_cast<Authority>(a); });
  }
  breaks(laws::flow_matrix, RefusalCode::kLawFlowMatrix, e, "flow=genesis",
         [](Entry& x) { x.flow = FlowCode::kGenesis; });
}

TEST_F(Laws, MoneyOfOneClientDoesNotBecomeAnothers) {
  const Entry e = lawful("withdraw e1 client=lender:L1 amount=5.00");
  breaks(laws::flow_matrix, RefusalCode::kLawFlowMatrix, e, "two owners",
         [&](Entry& x) { x.postings[0].credit = account("lender:L2:frozen"); });
}

TEST_F(Laws, MoneyOfAProjectNamesIt) {
  play(bank, kLoan);
  play(bank,
       "open_project p2 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two "
       "instalments=2017-04-01:10.00+1.00");
  for (const char* line : {"bid e1 client=lender:L1 project=P2 amount=5.00",
                           "repay e2 project=P1 instalment=1 amount=343.34"}) {
    breaks(laws::flow_matrix, RefusalCode::kLawFlowMatrix, lawful(line), "no project",
           [](Entry& x) { x.holds[0].project = ProjectId(); });
    breaks(laws::project_conserved, RefusalCode::kLawProject, lawful(line), "does not fit",
           [](Entry& x) { x.holds[0].project = ProjectId(); });
  }
}

TEST_F(Laws, FeesNeedARuleThatCoversThem) {
  play(bank, kLoan);
  const Entry fee = lawful("fee e1 client=borrower:B1 project=P1 amount=50.00 fee_rule=service");
  const auto no = [&](const Entry& entry, const std::function<void(Entry&)>& change) {
    breaks(laws::flow_matrix, RefusalCode::kLawFlowMatrix, entry, "no fee rule covers it", change);
  };
  no(fee, [](Entry& e) { e.postings[0].amount = Amount::of(5'001); });
  no(fee, [](Entry& e) { e.postings[0].kind = PostingKind::kTransfer; });
  no(fee, [](Entry& e) { e.command.clear(); });
  no(fee, [](Entry& e) { e.fees.clear(); });  // not counted
  no(fee, [](Entry& e) { e.fees[0].amount = Amount::of(1); });
  no(fee, [](Entry& e) { e.fees[0].op = FeeOp::kGiveBack; });
  no(fee, [](Entry& e) {  // in two parts
    e.postings[0].amount = Amount::of(2'501);
    e.postings.push_back(e.postings[0]);
  });
  no(fee, [&](Entry& e) {  // another's project
    play(bank, "deposit e3 client=borrower:BIG channel=alipay amount=100.00");
    e.postings[0].debit = account("borrower:BIG:available");
  });

  play(bank,
       "withdraw w1 client=lender:L1 amount=5.00 fee=2.00 fee_rule=withdraw\n"
       "withdraw_accept a1 order=w1");
  const Entry pay = lawful("withdraw_pay e2 order=w1 amount=5.00");
  no(pay, [](Entry& e) { e.holds[1].fee_rule = "withdraw-borrower"; });
  no(pay, [](Entry& e) { e.holds[1].fee_rule = "service"; });
  no(pay, [](Entry& e) { e.holds[1].fee_rule = ""; });
  no(pay, [](Entry& e) { e.holds.pop_back(); });
  no(pay, [](Entry& e) { e.postings[1].amount = Amount::of(201); });
}

TEST_F(Laws, AReversalIsJudgedAsTheFlowItTakesBack) {
  play(bank, kLoan);
  play(bank,
       "deposit e1 client=lender:L1 channel=alipay amount=5.00\n"
       "reversal_propose r1 entry=@e1 entry_hash=@e1 reason=x operator=ann");
  const Entry e = lawful("reversal_approve r2 proposal=r1 operator=bob");
  const auto no = [&](std::string_view why, const std::function<void(Entry&)>& change) {
    breaks(laws::flow_matrix, RefusalCode::kLawFlowMatrix, e, why, change);
  };
  no("no such movement", [](Entry& x) { x.reversals.clear(); });
  no("no such movement", [](Entry& x) { x.reversals[0].target_flow = FlowCode::kSettle; });
  no("no such movement", [](Entry& x) { std::swap(x.postings[0].debit, x.postings[0].credit); });
  no("is not reversible", [&](Entry& x) {
    x.reversals[0].target_flow = FlowCode::kDisburse;
    x.postings[0] = {account("borrower:B1:available"), account("lender:L1:frozen"), Amount::of(1),
                     PostingKind::kReversal};
  });
}

TEST_F(Laws, ControlEquationSeesAStateThatLostMoney) {
  const Entry e = lawful("deposit e1 client=lender:L1 channel=alipay amount=5.00");
  State other;
  other.load_profile(Profile::parse(*Profile::built_in("cn-2017")).value());
  for (std::uint64_t i = 1; i <= bank.state.owner_count(); ++i) {
    other.load_owner(ClientId(i), bank.state.owner(ClientId(i)));
  }
  for (std::uint64_t i = 1; i <= bank.state.account_count(); ++i) {
    Account a = bank.state.account(AccountId(i));
    if (AccountId(i) == account("custody:bank")) a.debits_posted -= 1;
    other.load_account(AccountId(i), a);
  }
  const auto refusal = laws::control_equation(other, e);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, RefusalCode::kLawControl);
  EXPECT_EQ(refusal->detail, "currency=CNY difference=-1");
}

TEST_F(Laws, FrozenMoneyIsItemised) {
  const Entry e = lawful("withdraw e1 client=lender:L1 amount=5.00");
  const auto no = [&](std::string_view why, const std::function<void(Entry&)>& change) {
    breaks(laws::itemised, RefusalCode::kLawItemised, e, why, change);
  };
  no("account=lender:L1:frozen balance=500 holds=0", [](Entry& x) { x.holds.clear(); });
  no("balance=500 holds=499", [](Entry& x) { x.holds[0].amount = Amount::of(499); });
  no("balance=0 holds=500", [](Entry& x) { x.postings.clear(); });
  no("amount is zero", [](Entry& x) { x.holds[0].amount = Amount(); });
  no("opened out of order", [](Entry& x) { x.holds[0].id = HoldId(77); });
  no("opened out of order", [](Entry& x) { x.holds.push_back(x.holds[0]); });
  no("was never open", [](Entry& x) { x.holds[0].op = HoldOp::kReopen; });
  no("is not open", [](Entry& x) { x.holds[0].op = HoldOp::kCapture; });
}

TEST_F(Laws, AHoldLiesWhereItsMoneyIsCounted) {
  const Entry ordered = lawful("deposit_request e1 client=lender:L1 channel=alipay amount=5.00");
  const Entry deposit = lawful("deposit e2 client=lender:L1 channel=alipay amount=5.00");
  const Entry withdraw = lawful("withdraw e3 client=lender:L1 amount=5.00");
  const auto no = [&](const Entry& e, const std::function<void(HoldChange&)>& change) {
    breaks(laws::itemised, RefusalCode::kLawItemised, e, "wrong side",
           [&](Entry& x) { change(x.holds[0]); });
  };
  // On the channel's account nothing but money in transit counts: this would be held by nobody.
  no(ordered, [](HoldChange& h) { h.kind = HoldKind::kWithdrawal; });
  no(deposit, [&](HoldChange& h) { h.account = account("lender:L1:frozen"); });
  no(deposit, [&](HoldChange& h) { h.beneficiary = account("custody:bank"); });
  no(withdraw, [](HoldChange& h) { h.kind = HoldKind::kDepositTransit; });
}

TEST_F(Laws, AHoldGivesWhatItHasAndIsDescribedAsItIs) {
  play(bank,
       "withdraw w1 client=lender:L1 amount=5.00 fee=1.00 fee_rule=withdraw\n"
       "withdraw w2 client=lender:L1 amount=5.00");
  const Entry e = lawful("withdraw_fail e1 order=w1");
  const auto no = [&](std::string_view why, const std::function<void(Entry&)>& change) {
    breaks(laws::itemised, RefusalCode::kLawItemised, e, why, change);
  };
  no("has 500 and gives 501", [](Entry& x) { x.holds[0].amount = Amount::of(501); });
  no("has 500 and gives 500", [](Entry& x) { x.holds.push_back(x.holds[0]); });
  no("described wrongly", [&](Entry& x) { x.holds[0].account = account("lender:L2:frozen"); });
  no("described wrongly", [&](Entry& x) { x.holds[0].beneficiary = account("platform:fee"); });
  no("described wrongly", [](Entry& x) { x.holds[0].kind = HoldKind::kFee; });
  no("described wrongly", [](Entry& x) { x.holds[0].project = ProjectId(1); });
  no("described wrongly", [](Entry& x) { x.holds[0].order = "w2"; });
  no("described wrongly", [](Entry& x) { x.holds[0].instalment = 1; });
  no("described wrongly", [](Entry& x) { x.holds[1].fee_rule = "service"; });
}

class ProjectLaws : public Laws {
 protected:
  void SetUp() override {
    Laws::SetUp();
    play(bank, R"(
      open_account n1 client=lender:L3
      open_project p1 project=P1 borrower=borrower:B1 target=100.00 contract_hash=one instalments=2017-04-01:50.00+2.00,2017-05-01:50.00+1.00
      open_project p2 project=P2 borrower=borrower:BIG target=100.00 contract_hash=two instalments=2017-04-01:100.00+1.00
      bid b1 client=lender:L1 project=P1 amount=40.00
    )");
  }
  void lend() {
    play(bank, "bid b2 client=lender:L2 project=P1 amount=60.00\ndisburse x1 project=P1");
  }
  void no(const Entry& entry, std::string_view why, const std::function<void(Entry&)>& change) {
    breaks(laws::project_conserved, RefusalCode::kLawProject, entry, why, change);
  }
  void no_claim(const Entry& entry, std::string_view why,
                const std::function<void(Entry&)>& change) {
    breaks(laws::claims_conserved, RefusalCode::kLawClaim, entry, why, change);
  }
};

TEST_F(ProjectLaws, BidsStayWithinOneProjectAndItsTarget) {
  const Entry bid = lawful("bid e1 client=lender:L2 project=P1 amount=60.00");
  no(bid, "names two projects", [](Entry& e) {
    e.holds.push_back(e.holds[0]);
    e.holds[1].project = ProjectId(2);
  });
  no(bid, "names two projects", [](Entry& e) { e.moves[0].id = ProjectId(2); });
  no(bid, "does not exist", [](Entry& e) {
    e.holds[0].project = ProjectId(9);
    e.moves[0].id = ProjectId(9);
  });
  no(bid, "not within its target", [](Entry& e) { e.holds[0].amount = Amount::of(6'001); });
  no(bid, "is full without its target", [](Entry& e) { e.holds[0].amount = Amount::of(5'999); });
  no(bid, "does not fit its project", [](Entry& e) { e.holds[0].kind = HoldKind::kWithdrawal; });
  no(lawful("bid_cancel e2 order=b1"), "not within its target",
     [](Entry& e) { e.holds[0].amount = Amount::of(4'001); });
  no(lawful("project_fail e3 project=P1"), "miscarries with money frozen",
     [](Entry& e) { e.holds.clear(); });
}

TEST_F(ProjectLaws, AProjectIsOpenedWithoutMoney) {
  const Entry open = lawful(
      "open_project e1 project=P3 borrower=borrower:B1 target=100.00 contract_hash=three "
      "instalments=2017-04-01:100.00+1.00");
  const Entry bid = lawful("bid e2 client=lender:L2 project=P1 amount=60.00");
  no(open, "does not fit its project", [&](Entry& e) {
    e.holds = bid.holds;
    e.holds[0].project = e.projects[0].id;
  });
  no(open, "does not fit its project", [](Entry& e) {
    e.moves.push_back({e.projects[0].id, ProjectState::kFull});
  });
  no(open, "names two projects", [](Entry& e) {
    e.projects.push_back(e.projects[0]);
    e.projects[1].id = ProjectId(4);
  });
}

TEST_F(ProjectLaws, ALoanIsTheTargetAndGoesToItsBorrower) {
  play(bank, "bid b2 client=lender:L2 project=P1 amount=60.00");
  const Entry lend = lawful("disburse e1 project=P1");
  no(lend, "claims differ", [](Entry& e) { e.claims[0].principal = Amount::of(3'999); });
  no(lend, "claims differ", [](Entry& e) { e.claims.pop_back(); });
  no(lend, "is not the target", [](Entry& e) {  // the second lender is forgotten
    e.holds.pop_back();
    e.claims.pop_back();
    e.postings.pop_back();
  });
  no(lend, "between others than",
     [&](Entry& e) { e.postings[1].credit = account("borrower:BIG:available"); });
  no(lend, "between others than", [&](Entry& e) { e.postings[1].kind = PostingKind::kTransfer; });
  no(lend, "claims note another interest", [](Entry& e) { e.claims[0].interest = Amount::of(1); });

  no_claim(lend, "without a claim", [](Entry& e) { e.claims.clear(); });
  no_claim(lend, "gets a claim that is not its bid",
           [&](Entry& e) { e.claims[0].holder = owner("lender:L3"); });
  no_claim(lend, "gets a claim that is not its bid",
           [](Entry& e) { std::swap(e.claims[0].principal, e.claims[1].principal); });
  no_claim(lend, "platform is the platform",
           [&](Entry& e) { e.claims[0].holder = owner("platform"); });
  no_claim(lend, "holder does not exist", [](Entry& e) {
    e.claims.push_back({ClaimOp::kCreate, ProjectId(1), ClientId(9'999), Amount(), Amount()});
  });
  no_claim(lend, "unknown project", [](Entry& e) {
    for (ClaimChange& c : e.claims) c.project = ProjectId(9);
  });
  bank.state.evict_claims(ProjectId(1));
  EXPECT_EQ(laws::claims_conserved(bank.state, lend)->detail, "claims of an unknown project");
}

TEST_F(ProjectLaws, ARepaymentIsTheBorrowersOwn) {
  lend();
  play(bank, "deposit d3 client=borrower:BIG channel=alipay amount=500.00");
  no(lawful("repay e1 project=P1 instalment=1 amount=52.00"), "between others than", [&](Entry& e) {
    e.postings[0].debit = account("borrower:BIG:available");
    e.postings[0].credit = account("borrower:BIG:frozen");
    e.holds[0].account = account("borrower:BIG:frozen");
    e.holds[0].beneficiary = account("borrower:BIG:available");
  });
}

TEST_F(ProjectLaws, ARepaymentIsDistributedWholeToTheHolders) {
  lend();
  play(bank, "deposit d3 client=borrower:B1 channel=alipay amount=50.00");
  play(bank, "repay r1 project=P1 instalment=1 amount=52.00");
  const Entry e = lawful("distribute e1 order=r1");
  no(e, "another sum than is repaid", [](Entry& x) { x.claims[0].principal = Amount::of(1'999); });
  no(e, "another interest than", [](Entry& x) { x.claims[0].interest = Amount::of(79); });
  no(e, "another interest than", [](Entry& x) { x.instalments[0].interest = Amount::of(199); });
  no(e, "not distributed whole", [](Entry& x) {
    x.instalments.clear();
    x.claims.clear();
  });
  no(e, "not distributed whole", [](Entry& x) { x.holds[0].amount = Amount::of(5'199); });
  no(e, "not distributed whole", [](Entry& x) { x.holds.clear(); });
  no(e, "is settled with principal outstanding", [](Entry& x) {
    x.moves.push_back({ProjectId(1), ProjectState::kSettled});
  });
  no(e, "more principal is repaid", [](Entry& x) {
    x.instalments[0].principal = Amount::of(10'001);
    x.claims[0].principal = Amount::of(7'001);
  });
  // Interest to a stranger, as a plain transfer that no claim notes.
  no(e, "between others than", [&](Entry& x) {
    x.postings.back().kind = PostingKind::kTransfer;
    x.postings.back().credit = account("lender:L3:available");
  });
  no_claim(e, "is paid another sum",
           [&](Entry& x) { x.postings[0].credit = account("lender:L3:available"); });
  no_claim(e, "is paid another sum", [&](Entry& x) { x.postings[0].amount = Amount::of(2'001); });
  no_claim(e, "lender:L3 has no claim", [&](Entry& x) {
    for (Posting& p : x.postings) {
      if (p.credit == account("lender:L1:available")) p.credit = account("lender:L3:available");
    }
    x.claims[0].holder = owner("lender:L3");
  });
  no_claim(e, "is repaid more than its claim", [&](Entry& x) {
    x.claims[0].principal = Amount::of(4'001);
    x.postings[0].amount = Amount::of(4'001);
  });
}

TEST_F(Laws, CountersStayWithinSixtyThreeBits) {
  Entry e = lawful("deposit e1 client=lender:L1 channel=alipay amount=5.00");
  const std::int64_t room = std::numeric_limits<std::int64_t>::max() - 200'000;
  e.postings.clear();
  e.holds.clear();
  for (int i = 0; i < 9; ++i) {
    e.postings.push_back({account("channel:alipay:in_transit"), account("lender:L1:available"),
                          Amount::of(Amount::kMaxMinor)});
  }
  const std::int64_t rest = room - 9 * Amount::kMaxMinor;
  e.postings.push_back(
      {account("channel:alipay:in_transit"), account("lender:L1:available"), Amount::of(rest)});
  EXPECT_FALSE(laws::counters_grow(bank.state, e)) << "the last number that fits";
  breaks(laws::counters_grow, RefusalCode::kLawCounter, e, "account=channel:alipay:in_transit",
         [&](Entry& x) { x.postings.back().amount = Amount::of(rest + 1); });
  breaks(laws::counters_grow, RefusalCode::kLawCounter,
         lawful("deposit e2 client=lender:L1 channel=alipay amount=5.00"),
         "account=lender:L2:frozen", [&](Entry& x) {
           x.holds[0].kind = HoldKind::kWithdrawal;
           x.holds[0].op = HoldOp::kRelease;
           x.holds[0].account = account("lender:L2:frozen");
         });
}

}  // namespace
}  // namespace ledger::domain::test
