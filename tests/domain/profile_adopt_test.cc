// A new version of the rules in a running ledger: what it must keep, and that nothing is lost.
#include <gtest/gtest.h>

#include "ledger/domain/profile_change.h"
#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

std::string second() {
  return replaced(std::string(*Profile::built_in("cn-2017")), "version = 1", "version = 2");
}

// More of everything, behind what there was.
std::string larger() {
  std::string text =
      replaced(second(), "currencies = [\"CNY\"]", "currencies = [\"CNY\", \"USD\"]");
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

class Adoption : public testing::Test {
 protected:
  void SetUp() override {
    play(bank, kTown);
    play(bank, kLoan);
  }
  Command propose(const std::string& id, std::string_view profile) const {
    CommandBuilder inner;
    inner.start();
    EXPECT_FALSE(inner.set_id("nested") || inner.set_flow("profile_adopt") ||
                 inner.set_text(Field::kAuthority, "operators") ||
                 inner.set_text(Field::kProfile, profile));
    CommandBuilder outer;
    outer.start();
    EXPECT_FALSE(outer.set_id(id) || outer.set_flow("propose") ||
                 outer.set_text(Field::kAuthority, "operators") ||
                 outer.set_text(Field::kOperator, "ann") ||
                 outer.set_command(Field::kProposed, *inner.finish()));
    return *outer.finish();
  }
  void adopt(const std::string& id, std::string_view profile) {
    const auto refusal = bank.send(propose(id, profile)).refusal;
    EXPECT_FALSE(refusal) << refusal->detail;
    play(bank, "approve yes-" + id + " proposal=" + id + " operator=bob");
  }
  void refused(std::string_view profile, std::string_view why) {
    const auto refusal = bank.send(propose("r" + std::to_string(++count_), profile)).refusal;
    ASSERT_TRUE(refusal) << why;
    EXPECT_EQ(refusal->code, RefusalCode::kProfileInvalid);
    EXPECT_NE(refusal->detail.find(why), std::string::npos) << refusal->detail;
  }
  Bank bank;

 private:
  int count_ = 0;
};

TEST_F(Adoption, KeepsWhatTheBooksRelyOn) {
  refused("nonsense", "line 1");
  refused(*Profile::built_in("cn-2017"), "version 1 does not follow 1");
  refused(replaced(second(), "[\"CNY\"]", "[\"USD\", \"CNY\"]"), "the currency CNY");
  refused(replaced(second(), "name = \"platform.profit_share\"\ngroup = \"platform\"",
                   "name = \"platform.profit_share\"\ngroup = \"client\""),
          "the class 3003");
  refused(replaced(second(), "number = 3003\nname", "number = 3007\nname"), "3003");
  // A class among the others would move those behind it.
  refused(second() + "[[classes]]\nnumber = 2050\nname = \"more\"\ngroup = \"client\"\n",
          "the class 2060");
  refused(second() + "[[classes]]\nnumber = 1002\nname = \"more\"\ngroup = \"bank\"\n",
          "the class 1010");
  refused(replaced(second(), "{ suffix = \"profit_share\", class = 3003 },\n", ""),
          "the kind platform");
  refused(replaced(second(), "accounts = [{ suffix = \"risk\", class = 3001 }]",
                   "accounts = [{ suffix = \"risk\", class = 3001 }, "
                   "{ suffix = \"more\", class = 3003 }]"),
          "the kind reserve");
}

TEST_F(Adoption, NeedsTwoOperators) {
  Entry entry;
  CommandBuilder alone;
  alone.start();
  EXPECT_FALSE(alone.set_id("x") || alone.set_flow("profile_adopt") ||
               alone.set_text(Field::kAuthority, "operators") ||
               alone.set_text(Field::kProfile, second()));
  EXPECT_EQ(bank.ask(*alone.finish(), entry)->code, RefusalCode::kNeedsTwoOperators);
}

TEST_F(Adoption, AFeeUnderWayKeepsItsRule) {
  play(bank, R"(
    deposit e1 client=lender:L1 channel=alipay amount=10.00
    settle t1 order=e1 amount=10.00
    withdraw w1 client=lender:L1 amount=1.00 fee=2.00 fee_rule=withdraw
  )");
  const std::string dearer = replaced(second(), "flow = \"withdraw_pay\"\nfixed = 200",
                                      "flow = \"withdraw_pay\"\nfixed = 300");
  refused(replaced(second(), "flow = \"withdraw_pay\"\nfixed = 200",
                   "flow = \"withdraw_pay\"\nfixed = 199"),
          "the fee of order w1 is under rule withdraw");
  refused(replaced(second(), "id = \"withdraw\"", "id = \"withdrawal\""), "w1");
  adopt("v1", dearer);
  play(bank, R"(
    withdraw_accept x9 order=w1
    withdraw_pay y9 order=w1 amount=1.00
    balance platform:fee 2.00
  )");
}

TEST_F(Adoption, NewRulesCountFromTheNextCommandOn) {
  EXPECT_EQ(bank.state.profile().version(), 1U);
  adopt("v1", replaced(second(), "natural_person = 20_000_000", "natural_person = 100_001"));
  EXPECT_EQ(bank.state.profile().version(), 2U);
  EXPECT_EQ(bank.entries.back().profile_version, 1U) << "decided under the old rules";
  play(bank, R"(
    open_project p2 project=P2 borrower=borrower:B1 target=0.02 contract_hash=d instalments=2017-04-01:0.02+1.00 ! CAP_EXCEEDED cap=100001
  )");
  EXPECT_EQ(bank.entries.back().profile_version, 2U);
}

TEST_F(Adoption, NewClassesCurrenciesAndOwnersStandBehindTheOldOnes) {
  const auto before = bank.state.class_totals();
  adopt("v1", larger());
  EXPECT_EQ(audit(bank.state), "");
  const auto after = bank.state.class_totals();
  EXPECT_EQ(after.size(), (before.size() + 1) * 2);
  for (const ClassTotal& t : before) {
    EXPECT_NE(std::find(after.begin(), after.end(), t), after.end()) << t.account_class;
  }
  EXPECT_TRUE(bank.state.imbalance(0).minor() == 0 && bank.state.imbalance(1).minor() == 0);
  ASSERT_TRUE(bank.state.find_account("escrow:available"));
  play(bank, R"(
    balance escrow:available 0.00
    open_account u1 client=channel:usd currency=USD
    open_account u2 client=lender:U currency=USD
    deposit e1 client=lender:U channel=usd amount=7.00
    repay r1 project=P1 instalment=1 amount=343.34
    distribute t1 order=r1
    cut_off c1 opens=2017-03-02
  )");
}

TEST_F(Adoption, CanBeTakenBackWithTheRestOfABatch) {
  ASSERT_FALSE(bank.send(propose("v1", larger())).refusal);
  const std::string before = dump(bank.state);
  bank.mark();
  play(bank, R"(
    approve a1 proposal=v1 operator=bob
    open_account u1 client=channel:usd currency=USD
    open_account u2 client=lender:U currency=USD
    deposit e1 client=lender:U channel=usd amount=7.00
  )");
  EXPECT_EQ(bank.state.profile().version(), 2U);
  bank.rollback();
  EXPECT_EQ(bank.state.profile().version(), 1U);
  EXPECT_EQ(dump(bank.state), before);
  EXPECT_EQ(audit(bank.state), "");
}

TEST_F(Adoption, TheFoldRefusesWhatTheFlowWouldHaveRefused) {
  Entry entry;
  ASSERT_FALSE(bank.send(propose("v1", second())).refusal);
  ASSERT_FALSE(bank.ask(command_of(bank, "approve a1 proposal=v1 operator=bob"), entry));
  entry.profiles[0].text = replaced(second(), "version = 2", "version = 1");
  const auto done = bank.state.apply(entry, nullptr);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("version 1 does not follow 1"), std::string::npos);
}

}  // namespace
}  // namespace ledger::domain::test
