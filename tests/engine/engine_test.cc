#include "ledger/engine/engine.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "ledger/engine/rebuild.h"
#include "ledger/journal/verifier.h"
#include "tests/engine/harness.h"

namespace ledger::engine {
namespace {

using domain::RefusalCode;

domain::Command open_client(std::string_view id, std::string_view client) {
  return command(id, "open_account", {{"authority", "platform"}, {"client", client}});
}
domain::Command deposit(std::string_view id, std::string_view client, std::string_view amount) {
  return command(
      id, "deposit",
      {{"authority", "bank"}, {"client", client}, {"channel", "alipay"}, {"amount", amount}});
}
domain::Command settle(std::string_view id, std::string_view order, std::string_view amount) {
  return command(id, "settle", {{"authority", "bank"}, {"order", order}, {"amount", amount}});
}
domain::Command withdraw(std::string_view id, std::string_view client, std::string_view amount) {
  return command(id, "withdraw", {{"authority", "client"}, {"client", client}, {"amount", amount}});
}
domain::Command cut_off(std::string_view id, std::string_view opens) {
  return command(id, "cut_off", {{"authority", "platform"}, {"opens", opens}});
}

class EngineTest : public ::testing::Test {
 protected:
  void open_parties() {
    for (const auto& answer :
         ledger.send({open_client("o1", "lender:L1"), open_client("o2", "borrower:B1"),
                      open_client("o3", "channel:alipay")})) {
      ASSERT_FALSE(answer.refusal.has_value()) << answer.refusal->detail;
    }
  }
  TempFolder folder;
  Ledger ledger{folder.path()};
};

TEST_F(EngineTest, RefusesToCreateOverAnExistingLedgerAndToOpenItTwice) {
  const auto again = create(folder.path(), *domain::Profile::built_in("cn-2017"), {1},
                            *base::Date::parse("2024-06-30"));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().kind, base::Fault::Kind::kInvalid);
  Options options;
  options.path = folder.path();
  options.clock = system_clock_now;
  const auto second = Engine::open(options);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, base::Fault::Kind::kClosed);
  options.path = folder.path() + "/none";
  const auto none = Engine::open(options);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().kind, base::Fault::Kind::kNotFound);
}

TEST_F(EngineTest, ARetryGetsTheStoredAnswerAndAnotherPayloadIsRefused) {
  open_parties();
  const Answer first = ledger.send(deposit("d1", "lender:L1", "1000"));
  const Answer again = ledger.send(deposit("d1", "lender:L1", "1000"));
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(first.sequence, again.sequence);
  EXPECT_EQ(first.hash, again.hash);
  EXPECT_EQ(first.time, again.time);
  const Answer other = ledger.send(deposit("d1", "lender:L1", "1001"));
  ASSERT_TRUE(other.refusal.has_value());
  EXPECT_EQ(other.refusal->code, RefusalCode::kIdReused);
  EXPECT_NE(other.refusal->detail.find("field=amount"), std::string::npos);
  EXPECT_TRUE(other.sequence.is_none());
  EXPECT_EQ(ledger.balance("lender:L1:available"), 1000);
}

TEST_F(EngineTest, ARefusalIsStickyAlsoWhenTheStateWouldAllowItLater) {
  open_parties();
  const Answer refused = ledger.send(withdraw("w1", "lender:L1", "500"));
  ASSERT_TRUE(refused.refusal.has_value());
  EXPECT_EQ(refused.refusal->code, RefusalCode::kInsufficientFunds);
  EXPECT_FALSE(refused.sequence.is_none());
  ledger.send({deposit("d1", "lender:L1", "1000"), settle("s1", "d1", "1000")});
  const Answer again = ledger.send(withdraw("w1", "lender:L1", "500"));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.refusal, refused.refusal);
  EXPECT_EQ(again.sequence, refused.sequence);
  EXPECT_FALSE(ledger.send(withdraw("w2", "lender:L1", "500")).refusal.has_value());
}

TEST_F(EngineTest, AnAtomicBatchIsAllOrNone) {
  open_parties();
  const auto before = ledger.read([](const Engine::View& v) { return v.status(); });
  auto answers = ledger.send({deposit("a1", "lender:L1", "1000"), open_client("a2", "lender:L2"),
                              withdraw("a3", "lender:L1", "500"), deposit("a4", "lender:L2", "7")},
                             true);
  EXPECT_EQ(answers[0].refusal->code, RefusalCode::kBatchAborted);
  EXPECT_EQ(answers[1].refusal->code, RefusalCode::kBatchAborted);
  EXPECT_EQ(answers[2].refusal->code, RefusalCode::kUnsettledFunds);
  EXPECT_EQ(answers[3].refusal->code, RefusalCode::kBatchAborted);
  const auto after = ledger.read([](const Engine::View& v) { return v.status(); });
  EXPECT_EQ(after.head.value(), before.head.value() + 1);  // the refusal, as evidence
  EXPECT_EQ(after.accounts, before.accounts);
  EXPECT_EQ(ledger.balance("lender:L1:available"), 0);
  answers = ledger.send({deposit("a1", "lender:L1", "1000"), open_client("a2", "lender:L2"),
                         deposit("a4", "lender:L2", "7")},
                        true);
  for (const auto& answer : answers) EXPECT_FALSE(answer.refusal.has_value());
  EXPECT_EQ(ledger.balance("lender:L2:available"), 7);
}

TEST_F(EngineTest, EachEntryOfAnAtomicBatchHasItsOwnPlaceInTheHistoryOfAnAccount) {
  open_parties();
  const auto answers = ledger.send({deposit("a1", "lender:L1", "1000"), settle("a2", "a1", "1000"),
                                    withdraw("a3", "lender:L1", "400")},
                                   true);
  const auto balance_at = [&](const Answer& answer) {
    return ledger.read([&](const Engine::View& v) {
      const auto view = v.account_at("lender:L1:available", answer.sequence);
      return view ? view->balance : -1;
    });
  };
  EXPECT_EQ(balance_at(answers[0]), 1000);
  EXPECT_EQ(balance_at(answers[2]), 600);
}

// What the batch does before the day's close is before it in the chain and in the tree, too.
TEST_F(EngineTest, AnAtomicBatchMayCloseTheDay) {
  open_parties();
  const auto answers = ledger.send({deposit("a1", "lender:L1", "1000"), cut_off("a2", "2024-07-01"),
                                    deposit("a3", "lender:L1", "1")},
                                   true);
  for (const auto& answer : answers) EXPECT_FALSE(answer.refusal.has_value());
  const auto records = ledger.engine().journal(base::Sequence(0), 1000, 1 << 20);
  ASSERT_TRUE(records.has_value());
  journal::Verifier verifier;
  for (const auto& record : *records) {
    const auto violation = verifier.take(record.entry, record.hash);
    ASSERT_FALSE(violation.has_value()) << violation->sequence << ": " << violation->what;
  }
}

// The refusal stays as evidence when the batch is taken back; the day it was judged on does not.
TEST_F(EngineTest, TheEvidenceOfAnAtomicBatchIsOfTheDayInForce) {
  open_parties();
  const auto answers =
      ledger.send({cut_off("a1", "2024-07-01"), withdraw("a2", "lender:L1", "500")}, true);
  EXPECT_EQ(answers[0].refusal->code, RefusalCode::kBatchAborted);
  const auto stored =
      ledger.read([&](const Engine::View& v) { return v.entry(answers[1].sequence); });
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(format(stored->entry.business_date), "2024-06-30");
  EXPECT_EQ(format(stored->entry.value_date), "2024-06-30");
}

TEST_F(EngineTest, AnOrderOfTheSameAtomicBatchIsClosedNotUnknown) {
  open_parties();
  const auto answers = ledger.send({deposit("a1", "lender:L1", "1000"), settle("a2", "a1", "1000"),
                                    settle("a3", "a1", "1000")},
                                   true);
  EXPECT_EQ(answers[2].refusal->code, RefusalCode::kOrderClosed);
}

TEST_F(EngineTest, BalancesAreKnownNowAtASequenceAndAtABusinessDate) {
  open_parties();
  const Answer one = ledger.send(deposit("d1", "lender:L1", "1000"));
  ASSERT_FALSE(ledger.send(cut_off("c1", "2024-07-01")).refusal.has_value());
  ledger.send(deposit("d2", "lender:L1", "500"));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(ledger.balance("lender:L1:available"), 1500);
    const auto at = ledger.read([&](const Engine::View& v) {
      return std::optional(v.account_at("lender:L1:available", one.sequence));
    });
    ASSERT_TRUE(at->has_value());
    EXPECT_EQ((*at)->balance, 1000);
    EXPECT_EQ((*at)->credits_pending, 1000);
    const auto on = ledger.read([&](const Engine::View& v) {
      return std::optional(v.account_on("lender:L1:available", *base::Date::parse("2024-06-30")));
    });
    ASSERT_TRUE(on->has_value());
    EXPECT_EQ((*on)->balance, 1000);
    const auto open_day = ledger.read([&](const Engine::View& v) {
      return std::optional(v.account_on("lender:L1:available", *base::Date::parse("2024-07-01")));
    });
    EXPECT_FALSE(open_day->has_value());
    ledger.reopen();  // the second round reads the same from the projections
  }
}

TEST_F(EngineTest, HistoryPagesInBothDirectionsAcrossRunsAndRestarts) {
  open_parties();
  for (int i = 1; i <= 30; ++i) {
    ledger.send(deposit(fmt::format("d{}", i), "lender:L1", std::to_string(i)));
    if (i % 10 == 0) ledger.reopen();
  }
  const auto page = [&](std::uint64_t cursor, std::size_t limit, bool older_first) {
    return **ledger.read([&](const Engine::View& v) {
      return std::optional(
          v.history("lender:L1:available", base::Sequence(cursor), limit, older_first));
    });
  };
  const auto newest = page(0, 10, false);
  ASSERT_EQ(newest.size(), 10U);
  EXPECT_EQ(newest[0].command_id, "d30");
  EXPECT_EQ(newest[0].credits, 30);
  EXPECT_EQ(newest[0].balance, 465);
  const auto next = page(newest.back().sequence.value(), 100, false);
  ASSERT_EQ(next.size(), 21U);  // and the opening of the account
  EXPECT_EQ(next[0].command_id, "d20");
  EXPECT_EQ(next[0].credits, 20);
  EXPECT_EQ(next.back().command_id, "o1");
  const auto oldest = page(0, 3, true);
  ASSERT_EQ(oldest.size(), 3U);
  EXPECT_EQ(oldest[2].command_id, "d2");
  EXPECT_EQ(oldest[2].balance, 3);
}

TEST_F(EngineTest, EntriesAreFoundBySequenceAndByCommand) {
  open_parties();
  const Answer answer = ledger.send(deposit("d1", "lender:L1", "1000"));
  for (int round = 0; round < 2; ++round) {
    const auto by_id = ledger.read([](const Engine::View& v) { return v.entry_by_command("d1"); });
    const auto by_sequence =
        ledger.read([&](const Engine::View& v) { return v.entry(answer.sequence); });
    ASSERT_TRUE(by_id.has_value() && by_sequence.has_value());
    EXPECT_EQ(by_id->hash, answer.hash);
    EXPECT_EQ(by_id->bytes, by_sequence->bytes);
    EXPECT_FALSE(
        ledger.read([](const Engine::View& v) { return v.entry_by_command("d2"); }).has_value());
    ledger.reopen();
  }
}

TEST_F(EngineTest, TheJournalItServesVerifies) {
  open_parties();
  ledger.send({deposit("d1", "lender:L1", "1000"), settle("s1", "d1", "1000"),
               withdraw("w1", "lender:L1", "5000"), withdraw("w2", "lender:L1", "400"),
               cut_off("c1", "2024-07-01")});
  const auto records = ledger.engine().journal(base::Sequence(0), 1000, 1 << 20);
  ASSERT_TRUE(records.has_value());
  journal::Verifier verifier;
  for (const auto& record : *records) {
    const auto violation = verifier.take(record.entry, record.hash);
    ASSERT_FALSE(violation.has_value()) << violation->sequence << ": " << violation->what;
  }
  const auto status = ledger.read([](const Engine::View& v) { return v.status(); });
  EXPECT_EQ(verifier.entries(), status.head.value());
  EXPECT_EQ(verifier.head(), status.head_hash);
  EXPECT_EQ(verifier.tree_root(), status.tree_root);
}

TEST_F(EngineTest, AWholeLoanSurvivesARestartAtEveryStep) {
  open_parties();
  const auto step = [&](domain::Command one) {
    const Answer answer = ledger.send(one);
    ASSERT_FALSE(answer.refusal.has_value()) << one.id << ": " << answer.refusal->detail;
    ledger.reopen();
    EXPECT_TRUE(ledger.send(std::move(one)).replayed);
  };
  step(deposit("d1", "lender:L1", "100000"));
  step(settle("s1", "d1", "100000"));
  const std::string contract(64, 'a');
  step(command(
      "p1", "open_project",
      {{"authority", "platform"},
       {"project", "P1"},
       {"borrower", "borrower:B1"},
       {"target", "60000"},
       {"contract_hash", contract}},
      {{*base::Date::parse("2024-07-30"), base::Amount::of(30000), base::Amount::of(300)},
       {*base::Date::parse("2024-08-30"), base::Amount::of(30000), base::Amount::of(150)}}));
  step(command(
      "b1", "bid",
      {{"authority", "client"}, {"client", "lender:L1"}, {"project", "P1"}, {"amount", "60000"}}));
  step(command("x1", "disburse", {{"authority", "platform"}, {"project", "P1"}}));
  step(command(
      "r1", "repay",
      {{"authority", "client"}, {"project", "P1"}, {"instalment", "1"}, {"amount", "30300"}}));
  step(command("t1", "distribute", {{"authority", "platform"}, {"order", "r1"}}));
  step(deposit("d2", "borrower:B1", "450"));
  step(command(
      "r2", "repay",
      {{"authority", "client"}, {"project", "P1"}, {"instalment", "2"}, {"amount", "30150"}}));
  step(command("t2", "distribute", {{"authority", "platform"}, {"order", "r2"}}));
  const auto project = ledger.read([](const Engine::View& v) { return v.project("P1"); });
  ASSERT_TRUE(project.has_value());
  EXPECT_EQ(project->project.state, domain::ProjectState::kSettled);
  EXPECT_EQ(project->claims.at(0).second.principal_paid, 60000);
  EXPECT_EQ(ledger.balance("lender:L1:available"), 100450);
  EXPECT_EQ(ledger.balance("borrower:B1:available"), 0);
}

TEST(Claims, LeaveTheMemoryOnlyWhenTheyAreFolded) {
  TempFolder folder;
  Options options;
  options.fold_rows = 7;
  options.fold_delay_ms = 1;
  options.claim_projects_max = 1;
  Ledger ledger(folder.path(), true, options);
  const auto must = [&](const domain::Command& one) {
    const Answer answer = ledger.send(one);
    ASSERT_FALSE(answer.refusal.has_value()) << one.id << ": " << answer.refusal->detail;
  };
  constexpr int kLoans = 6;
  constexpr int kParts = 4;
  must(open_client("o1", "lender:L1"));
  must(open_client("o2", "lender:L2"));
  must(open_client("o3", "channel:alipay"));
  must(deposit("d1", "lender:L1", "1000000"));
  must(deposit("d2", "lender:L2", "1000000"));
  for (int i = 0; i < kLoans; ++i) {
    const std::string project = fmt::format("P{}", i);
    const std::string borrower = fmt::format("borrower:B{}", i);
    must(open_client(fmt::format("ob{}", i), borrower));
    must(deposit(fmt::format("db{}", i), borrower, "400"));
    std::vector<domain::Instalment> schedule;
    for (int k = 1; k <= kParts; ++k) {
      schedule.push_back(
          {*base::Date::from_ymd(2025, k, 1), base::Amount::of(2501), base::Amount::of(33)});
    }
    must(command(fmt::format("op{}", i), "open_project",
                 {{"authority", "platform"},
                  {"project", project},
                  {"borrower", borrower},
                  {"target", "10004"},
                  {"contract_hash", std::string(63, 'b') + std::to_string(i)}},
                 schedule));
    must(command(fmt::format("ba{}", i), "bid",
                 {{"authority", "client"},
                  {"client", "lender:L1"},
                  {"project", project},
                  {"amount", "3333"}}));
    must(command(fmt::format("bb{}", i), "bid",
                 {{"authority", "client"},
                  {"client", "lender:L2"},
                  {"project", project},
                  {"amount", "6671"}}));
    must(command(fmt::format("x{}", i), "disburse",
                 {{"authority", "platform"}, {"project", project}}));
  }
  for (int k = 1; k <= kParts; ++k) {
    for (int i = 0; i < kLoans; ++i) {
      const std::string order = fmt::format("r{}-{}", i, k);
      must(command(order, "repay",
                   {{"authority", "client"},
                    {"project", fmt::format("P{}", i)},
                    {"instalment", std::to_string(k)},
                    {"amount", "2534"}}));
      must(command("t" + order, "distribute", {{"authority", "platform"}, {"order", order}}));
    }
  }
  for (int i = 0; i < kLoans; ++i) {
    const auto project =
        ledger.read([&](const Engine::View& v) { return v.project(fmt::format("P{}", i)); });
    ASSERT_TRUE(project.has_value());
    EXPECT_EQ(project->project.state, domain::ProjectState::kSettled);
    ASSERT_EQ(project->claims.size(), 2U);
    EXPECT_EQ(project->claims[0].second.principal_paid, 3333);
    EXPECT_EQ(project->claims[1].second.principal_paid, 6671);
  }
  ledger.close();
  const auto report = compare_projections(folder.path());
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_TRUE(report->equal());
}

TEST_F(EngineTest, AReversalNeedsTwoOperatorsAndTheEntrysHash) {
  open_parties();
  const Answer target = ledger.send(deposit("d1", "lender:L1", "1000"));
  const std::string sequence = std::to_string(target.sequence.value());
  const auto propose = [&](std::string_view id, const std::string& hash) {
    return command(id, "reversal_propose",
                   {{"authority", "operators"},
                    {"entry", sequence},
                    {"entry_hash", hash},
                    {"reason", "booked twice"},
                    {"operator", "ann"}});
  };
  const auto approve = [&](std::string_view id, std::string_view who) {
    return command(id, "reversal_approve",
                   {{"authority", "operators"}, {"proposal", "v2"}, {"operator", who}});
  };
  EXPECT_EQ(ledger.send(propose("v1", std::string(64, '0'))).refusal->code,
            RefusalCode::kHashMismatch);
  ASSERT_FALSE(ledger.send(propose("v2", target.hash.hex())).refusal.has_value());
  ledger.reopen();
  EXPECT_EQ(ledger.send(approve("v3", "ann")).refusal->code, RefusalCode::kSameOperator);
  const Answer done = ledger.send(approve("v4", "bob"));
  ASSERT_FALSE(done.refusal.has_value()) << done.refusal->detail;
  EXPECT_EQ(ledger.balance("lender:L1:available"), 0);
  EXPECT_EQ(ledger.send(approve("v5", "eve")).refusal->code, RefusalCode::kProposalClosed);
  EXPECT_EQ(ledger.send(propose("v6", target.hash.hex())).refusal->code,
            RefusalCode::kAlreadyReversed);
}

TEST_F(EngineTest, AChargebackFindsItsSettlementOnDiskAndReturnsItOnce) {
  open_parties();
  ledger.send(deposit("d1", "lender:L1", "1000"));
  const Answer settled = ledger.send(
      command("s1", "settle", {{"authority", "bank"}, {"order", "d1"}, {"amount", "1000"}}));
  ASSERT_FALSE(settled.refusal.has_value()) << settled.refusal->detail;
  ledger.send(deposit("d2", "lender:L1", "5000"));
  ledger.send(
      command("s2", "settle", {{"authority", "bank"}, {"order", "d2"}, {"amount", "5000"}}));
  const auto charge_back = [&](std::string_view id, const std::string& hash) {
    return command(id, "deposit_chargeback",
                   {{"authority", "bank"},
                    {"entry", std::to_string(settled.sequence.value())},
                    {"entry_hash", hash},
                    {"amount", "1000"},
                    {"evidence", "cb-1"}});
  };
  ledger.reopen();
  EXPECT_EQ(ledger.send(charge_back("c1", std::string(64, '0'))).refusal->code,
            RefusalCode::kHashMismatch);
  const Answer done = ledger.send(charge_back("c2", settled.hash.hex()));
  ASSERT_FALSE(done.refusal.has_value()) << done.refusal->detail;
  EXPECT_EQ(ledger.balance("lender:L1:available"), 5000);
  EXPECT_EQ(ledger.balance("custody:bank"), 5000);
  ledger.reopen();
  EXPECT_EQ(ledger.send(charge_back("c3", settled.hash.hex())).refusal->code,
            RefusalCode::kAlreadyReversed);
}

}  // namespace
}  // namespace ledger::engine
