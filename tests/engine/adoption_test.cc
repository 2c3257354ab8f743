// Another profile is adopted while the engine runs, and is in force after a restart.
#include <chrono>
#include <thread>

#include "ledger/domain/profile.h"
#include "tests/engine/harness.h"

namespace ledger::engine {
namespace {

std::string larger() {
  std::string text(*domain::Profile::built_in("cn-2017"));
  const auto change = [&text](std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  change("version = 1", "version = 2");
  change("currencies = [\"CNY\"]", "currencies = [\"CNY\", \"USD\"]");
  return text + R"(
[[classes]]
number = 9001
name = "escrow.available"
group = "client"
[[kinds]]
name = "escrow"
structural = true
accounts = [{ suffix = "available", class = 9001 }]
)";
}

domain::Command propose(std::string_view id, std::string_view profile) {
  const domain::Command inner =
      command("nested", "profile_adopt", {{"authority", "operators"}, {"profile", profile}});
  domain::CommandBuilder builder;
  builder.start();
  EXPECT_FALSE(builder.set_id(id) || builder.set_flow("propose") ||
               builder.set_text(domain::Field::kAuthority, "operators") ||
               builder.set_text(domain::Field::kOperator, "ann") ||
               builder.set_command(domain::Field::kProposed, inner));
  return *builder.finish();
}

domain::Command approve(std::string_view id, std::string_view proposal) {
  return command(id, "approve",
                 {{"authority", "operators"}, {"operator", "bob"}, {"proposal", proposal}});
}

domain::Command open_usd(std::string_view id, std::string_view client) {
  return command(id, "open_account",
                 {{"authority", "platform"}, {"client", client}, {"currency", "USD"}});
}

domain::Command deposit(std::string_view id, std::string_view client, std::string_view channel) {
  return command(
      id, "deposit",
      {{"authority", "bank"}, {"client", client}, {"channel", channel}, {"amount", "700"}});
}

void open_town(Ledger& ledger) {
  for (const auto* client : {"channel:one", "lender:L1"}) {
    const auto answer = ledger.send(command(std::string("open-") + client, "open_account",
                                            {{"authority", "platform"}, {"client", client}}));
    EXPECT_FALSE(answer.refusal);
  }
  EXPECT_FALSE(ledger.send(deposit("d1", "lender:L1", "one")).refusal);
}

std::vector<domain::ClassTotal> totals(Ledger& ledger) {
  return ledger.read([](const Engine::View& v) { return v.trial_balance(); }).totals;
}

class Adoption : public testing::TestWithParam<std::uint32_t> {};

// With a fold before the restart the profile comes from the mark, without one from the journal.
TEST_P(Adoption, IsInForceAtOnceAndAfterARestart) {
  TempFolder folder;
  Options options;
  options.fold_delay_ms = GetParam();
  Ledger ledger(folder.path(), true, options);
  open_town(ledger);
  const domain::Profile& first = ledger.engine().profile();
  ASSERT_FALSE(ledger.send(propose("v1", larger())).refusal);
  ASSERT_FALSE(ledger.send(approve("a1", "v1")).refusal);
  EXPECT_EQ(ledger.engine().profile().version(), 2U);
  EXPECT_EQ(first.version(), 1U) << "a reference once given stays good";
  ASSERT_FALSE(ledger.send(open_usd("o1", "channel:usd")).refusal);
  ASSERT_FALSE(ledger.send(open_usd("o2", "lender:U")).refusal);
  ASSERT_FALSE(ledger.send(deposit("d2", "lender:U", "usd")).refusal);
  const auto before = totals(ledger);
  EXPECT_EQ(before.size(), (first.classes().size() + 1) * 2);
  const auto head = ledger.engine().durable_head();
  const auto folded = [&ledger] {
    return ledger.read([](const Engine::View& v) { return v.status(); }).folded_through;
  };
  while (GetParam() == 1 && folded() < head) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ledger.reopen();
  EXPECT_EQ(ledger.engine().profile().version(), 2U);
  EXPECT_EQ(totals(ledger), before);
  EXPECT_EQ(ledger.balance("lender:U:available"), 700);
  EXPECT_EQ(ledger.balance("lender:L1:available"), 700);
  EXPECT_FALSE(ledger.send(deposit("d3", "lender:U", "usd")).refusal);
}
INSTANTIATE_TEST_SUITE_P(FoldedOrNot, Adoption, testing::Values(1, 60'000));

TEST(AdoptionInABatch, IsTakenBackWithTheBatch) {
  TempFolder folder;
  Ledger ledger(folder.path());
  open_town(ledger);
  ASSERT_FALSE(ledger.send(propose("v1", larger())).refusal);
  const auto before = totals(ledger);
  auto answers = ledger.send({approve("a1", "v1"), open_usd("o1", "channel:usd"),
                              deposit("d2", "lender:nobody", "usd")},
                             true);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_TRUE(answers[2].refusal);
  EXPECT_EQ(ledger.engine().profile().version(), 1U);
  EXPECT_EQ(totals(ledger), before);
  const auto evidence =
      ledger.read([&](const Engine::View& v) { return v.entry(answers[2].sequence); });
  ASSERT_TRUE(evidence.has_value());
  EXPECT_EQ(evidence->entry.profile_version, 1U) << "the rules that are in force";
  answers = ledger.send({approve("a2", "v1"), open_usd("o2", "channel:usd")}, true);
  EXPECT_FALSE(answers[0].refusal || answers[1].refusal);
  EXPECT_EQ(ledger.engine().profile().version(), 2U);
  ledger.reopen();
  EXPECT_EQ(ledger.engine().profile().version(), 2U);
}

}  // namespace
}  // namespace ledger::engine
