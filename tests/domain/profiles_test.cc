// The profiles that ship: each loads, is written canonically, lets no money be trapped, and however
// its text is damaged, the reader refuses it by line or takes it whole.
#include <algorithm>
#include <map>
#include <queue>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/domain/flow.h"
#include "ledger/domain/profile.h"
#include "tests/domain/profile_mutant.h"
#include "tests/domain/random_source.h"
#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

class Shipped : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    auto parsed = Profile::parse(*Profile::built_in(GetParam()));
    ASSERT_TRUE(parsed) << parsed.error().message;
    profile = *std::move(parsed);
  }
  struct Movement {
    FlowCode flow;
    std::uint8_t debit, credit;
  };
  // What the matrix allows, without the reversals: what they do is another flow's, turned round.
  std::vector<Movement> movements() const {
    std::vector<Movement> all;
    const auto count = static_cast<std::uint8_t>(profile.classes().size());
    for (const auto& [flow, rules] : profile.flows()) {
      if (flow == FlowCode::kReversalApprove) continue;
      for (std::uint8_t d = 0; d < count; ++d) {
        for (std::uint8_t c = 0; c < count; ++c) {
          if (profile.matrix(flow, d, c) != nullptr) all.push_back({flow, d, c});
        }
      }
    }
    return all;
  }
  Profile profile;
};

TEST_P(Shipped, IsNamedAsItIsAskedFor) {
  EXPECT_EQ(profile.name(), GetParam());
  EXPECT_EQ(profile.text(), *Profile::built_in(GetParam()));
  EXPECT_GE(profile.version(), 1U);
}

TEST_P(Shipped, IsWrittenCanonically) {
  const std::string& text = profile.text();
  EXPECT_TRUE(text.ends_with('\n'));
  EXPECT_FALSE(text.ends_with("\n\n"));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << "byte " << i;
    ASSERT_FALSE(c == '\n' && i > 0 && text[i - 1] == ' ') << "a line ends in a blank, byte " << i;
  }
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    EXPECT_LE(end - at, 140U) << text.substr(at, end - at);
    at = end + 1;
  }
}

TEST_P(Shipped, OpensAJournal) {
  bool accepted = false;
  EXPECT_EQ(flaw_of_profile(profile.text(), accepted), "");
  EXPECT_TRUE(accepted);
}

TEST_P(Shipped, EveryClassBelongsToAKindAndEveryMovementToOwnedClasses) {
  std::set<std::uint16_t> owned;
  for (const OwnerKind& kind : profile.kinds()) {
    for (const KindAccount& a : kind.accounts) owned.insert(a.account_class);
  }
  for (const AccountClass& c : profile.classes()) EXPECT_TRUE(owned.contains(c.number)) << c.name;
}

// What one flow puts onto an account another one takes off it again.
TEST_P(Shipped, TheMatrixCloses) {
  std::map<std::uint8_t, std::pair<int, int>> changes;  // rises, falls
  for (const Movement& m : movements()) {
    const bool debit_normal_d = profile.classes()[m.debit].debit_normal;
    const bool debit_normal_c = profile.classes()[m.credit].debit_normal;
    ++(debit_normal_d ? changes[m.debit].first : changes[m.debit].second);
    ++(debit_normal_c ? changes[m.credit].second : changes[m.credit].first);
  }
  EXPECT_GE(changes.size(), 8U);
  for (const auto& [index, count] : changes) {
    const std::string& name = profile.classes()[index].name;
    EXPECT_GT(count.first, 0) << name << " can only fall";
    // The platform's own money stays with it: what is swept out are fees.
    EXPECT_TRUE(count.second > 0 || name == "platform.master") << name << " can only rise";
  }
}

// From the bank to each account of a client, and from there back to the bank.
TEST_P(Shipped, NoClientsMoneyIsTrapped) {
  const auto reach = [this](bool backwards) {
    std::set<std::uint8_t> seen;
    std::queue<std::uint8_t> next;
    for (std::uint8_t i = 0; i < profile.classes().size(); ++i) {
      if (profile.classes()[i].group == ClassGroup::kBank) next.push(i);
    }
    while (!next.empty()) {
      const std::uint8_t at = next.front();
      next.pop();
      if (!seen.insert(at).second) continue;
      for (const Movement& m : movements()) {
        if (!backwards && m.debit == at) next.push(m.credit);
        if (backwards && m.credit == at) next.push(m.debit);
      }
    }
    return seen;
  };
  const auto in = reach(false);
  const auto out = reach(true);
  for (std::uint8_t i = 0; i < profile.classes().size(); ++i) {
    const AccountClass& c = profile.classes()[i];
    if (c.group != ClassGroup::kClient) continue;
    // A deposit credited before it is settled enters from the transit, not from the bank.
    if (profile.policy().credit == CreditMoment::kOnSettlement) {
      EXPECT_TRUE(in.contains(i)) << c.name << " cannot be reached from the bank";
    }
    const bool platforms =
        c.name == "suspense.bank_interest" && profile.policy().interest_to == InterestTo::kPlatform;
    EXPECT_TRUE(out.contains(i) || platforms) << c.name << " does not lead to the bank";
  }
}

TEST_P(Shipped, ClientsMoneyReachesThePlatformOnlyByAFeeRule) {
  for (const Movement& m : movements()) {
    const bool out = profile.classes()[m.debit].group == ClassGroup::kClient &&
                     profile.classes()[m.credit].group == ClassGroup::kPlatform;
    if (!out) continue;
    const MatrixRule& rule = *profile.matrix(m.flow, m.debit, m.credit);
    // What borrowers owe the reserve, and interest that is not the clients', are no fees.
    const bool other =
        m.flow == FlowCode::kRecover || (m.flow == FlowCode::kBankInterestPay &&
                                         profile.policy().interest_to == InterestTo::kPlatform);
    EXPECT_TRUE(rule.needs_fee_rule || other)
        << name_of(m.flow) << " " << profile.classes()[m.debit].name;
  }
}

TEST_P(Shipped, NobodyButTheClientSetsItsMoneyAside) {
  for (const FlowCode flow : {FlowCode::kWithdraw, FlowCode::kHold}) {
    const FlowRules* rules = profile.rules_of(flow);
    if (rules != nullptr) {
      EXPECT_EQ(rules->authorities, std::vector<Authority>{Authority::kClient}) << name_of(flow);
    }
  }
}

TEST_P(Shipped, WhatIsIrrevocableTakesTwoOperators) {
  for (const FlowCode flow : {FlowCode::kAdoptProfile, FlowCode::kUpdateOwner,
                              FlowCode::kReceiptAllocate, FlowCode::kReceiptReturn,
                              FlowCode::kReviewPass, FlowCode::kUnfreezeOwner, FlowCode::kResume}) {
    const FlowRules* rules = profile.rules_of(flow);
    ASSERT_NE(rules, nullptr) << name_of(flow);
    EXPECT_TRUE(rules->four_eyes) << name_of(flow);
  }
  for (const FlowCode flow : {FlowCode::kHalt, FlowCode::kFreezeOwner}) {
    EXPECT_FALSE(profile.rules_of(flow)->four_eyes) << name_of(flow) << " is for emergencies";
  }
}

TEST_P(Shipped, AnOwnersFreezeDoesNotStopWhatTheBankReports) {
  for (const auto& [flow, rules] : profile.flows()) {
    const bool bank_says = flow == FlowCode::kWithdrawPay || flow == FlowCode::kWithdrawFail;
    EXPECT_TRUE(!bank_says || rules.despite_freeze) << name_of(flow);
    const bool leaves = flow == FlowCode::kWithdraw || flow == FlowCode::kWithdrawAccept ||
                        flow == FlowCode::kHold || flow == FlowCode::kCapture ||
                        flow == FlowCode::kBid || flow == FlowCode::kDisburse;
    EXPECT_FALSE(leaves && rules.despite_freeze) << name_of(flow);
  }
}

// --- damage
// ------------------------------------------------------------------------------------------

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
    lines.push_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

class Damage {
 public:
  Damage(const std::string& text, std::uint64_t seed) : text_(text), random_(seed) {
    for (std::size_t at = text.find('"'); at != std::string::npos;) {
      const std::size_t end = text.find('"', at + 1);
      words_.push_back(text.substr(at, end + 1 - at));
      at = text.find('"', end + 1);
    }
  }
  std::string next() {
    std::string damaged = text_;
    const std::int64_t times = random_.between(1, 3);
    for (std::int64_t i = 0; i < times; ++i) once(damaged);
    return damaged;
  }

 private:
  std::size_t below(std::size_t n) {
    return static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(n) - 1));
  }
  void once(std::string& text) {
    switch (random_.between(0, 7)) {
      case 0:
        text[below(text.size())] = static_cast<char>(random_.between(0, 255));
        break;
      case 1:
        text.resize(below(text.size()) + 1);
        break;
      case 2:
      case 3:
      case 4:
        of_lines(text);
        break;
      case 5:
        exchange(text, '"', [this] { return words_[below(words_.size())]; });
        break;
      default:
        exchange_figure(text);
        break;
    }
  }
  // A line goes, stands twice, or changes places.
  void of_lines(std::string& text) {
    auto lines = lines_of(text);
    const std::size_t at = below(lines.size());
    const std::int64_t what = random_.between(0, 2);
    if (what == 0) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
    if (what == 1) lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), lines[at]);
    if (what == 2) std::swap(lines[at], lines[below(lines.size())]);
    text.clear();
    for (const std::string& line : lines) text += line;
    if (text.empty()) text = "\n";
  }
  template <typename F>
  void exchange(std::string& text, char quote, F&& with) {
    const std::size_t at = text.find(quote, below(text.size()));
    const std::size_t end = at == std::string::npos ? at : text.find(quote, at + 1);
    if (end != std::string::npos) text.replace(at, end + 1 - at, with());
  }
  void exchange_figure(std::string& text) {
    const std::size_t at = text.find_first_of("0123456789", below(text.size()));
    if (at == std::string::npos) return;
    const std::size_t end = std::min(text.find_first_not_of("0123456789_", at), text.size());
    constexpr std::string_view kFigures[] = {"0",    "1",     "-1",   "2001", "1001",
                                             "9999", "10000", "3.5",  "true", "9223372036854775808",
                                             "2030", "[]",    "\"\"", "1e3",  "2024-01-01"};
    text.replace(at, end - at, kFigures[below(std::size(kFigures))]);
  }

  std::string text_;
  Random random_;
  std::vector<std::string> words_;
};

TEST_P(Shipped, HoweverItIsDamagedItIsRefusedByLineOrTakenWhole) {
  constexpr int kTries = 600;
  const std::uint64_t seed = Random::seed(2017);
  SCOPED_TRACE(fmt::format("seed {}", seed));
  Damage damage(profile.text(), seed);
  int taken = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::string text = damage.next();
    bool accepted = false;
    const std::string flaw = flaw_of_profile(text, accepted);
    ASSERT_EQ(flaw, "") << "try " << i << "\n" << text;
    taken += accepted ? 1 : 0;
  }
  fmt::print("{}: seed {}, {} damaged texts, {} still profiles\n", GetParam(), seed, kTries, taken);
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, kTries / 2) << "most damage must be seen";
}

std::string test_name(const testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Profiles, Shipped, testing::ValuesIn(Profile::built_in_names()),
                         test_name);

// --- one by one
// --------------------------------------------------------------------------------------

Profile shipped(std::string_view name) {
  return std::move(Profile::parse(*Profile::built_in(name))).value();
}
bool moves(const Profile& p, FlowCode flow, std::uint16_t debit, std::uint16_t credit) {
  return p.matrix(flow, *p.class_index(debit), *p.class_index(credit)) != nullptr;
}

TEST(ShippedProfiles, AreTheseFour) {
  EXPECT_EQ(Profile::built_in_names(),
            (std::vector<std::string_view>{"cn-2017", "marketplace", "uk-cass15", "us-escrow"}));
  EXPECT_FALSE(Profile::built_in("nothing"));
}

TEST(ShippedProfiles, Cn2017KnowsTheSpringFestivalAndTheSundayWorkedForIt) {
  const Profile p = shipped("cn-2017");
  EXPECT_TRUE(p.calendar().is_business_day(*base::Date::parse("2018-02-11")));
  EXPECT_FALSE(p.calendar().is_business_day(*base::Date::parse("2018-02-15")));
  EXPECT_EQ(p.calendar().next_business_day(*base::Date::parse("2018-02-14")),
            *base::Date::parse("2018-02-22"));
}

TEST(ShippedProfiles, MarketplaceHasNoLoan) {
  const Profile p = shipped("marketplace");
  for (const FlowCode flow : {FlowCode::kOpenProject, FlowCode::kBid, FlowCode::kDisburse,
                              FlowCode::kRepay, FlowCode::kCompensate, FlowCode::kClaimBid}) {
    EXPECT_EQ(p.rules_of(flow), nullptr) << name_of(flow);
  }
  EXPECT_FALSE(p.kind_index("lender"));
  EXPECT_TRUE(moves(p, FlowCode::kCapture, 2002, 2011)) << "a sale";
  EXPECT_TRUE(moves(p, FlowCode::kCapture, 2012, 2001)) << "a refund out of the seller's hold";
  EXPECT_FALSE(moves(p, FlowCode::kCapture, 2001, 2011)) << "only what was held";
  EXPECT_FALSE(moves(p, FlowCode::kHold, 2001, 2012)) << "only in one's own name";
  EXPECT_EQ(Profile::fee_limit(*p.fee_rule("sale"), base::Amount::of(10'000)).minor(), 530);
}

TEST(ShippedProfiles, UkCass15CreditsWhatTheSafeguardingAccountHas) {
  const Profile p = shipped("uk-cass15");
  EXPECT_EQ(p.policy().credit, CreditMoment::kOnSettlement);
  EXPECT_TRUE(moves(p, FlowCode::kSettle, 1001, 2001));
  EXPECT_FALSE(moves(p, FlowCode::kDeposit, 1010, 2001));
  EXPECT_TRUE(moves(p, FlowCode::kTopUp, 1001, 1090)) << "a shortfall is paid in";
  EXPECT_FALSE(moves(p, FlowCode::kBankInterestPay, 2060, 2001)) << "no interest on e-money";
  EXPECT_EQ(p.currencies().front().code(), "GBP");
  EXPECT_EQ(p.calendar().next_business_day(*base::Date::parse("2026-12-24")),
            *base::Date::parse("2026-12-29"));
}

TEST(ShippedProfiles, UsEscrowTakesTwoOperatorsForALargeClosing) {
  const Profile p = shipped("us-escrow");
  EXPECT_EQ(p.policy().credit, CreditMoment::kOnSettlement) << "good funds";
  EXPECT_EQ(p.rules_of(FlowCode::kCapture)->four_eyes_above, base::Amount::of(25'000'000));
  EXPECT_TRUE(moves(p, FlowCode::kBankInterestPay, 2060, 2001));
  EXPECT_TRUE(moves(p, FlowCode::kBankInterestPay, 2060, 3000));
  EXPECT_TRUE(moves(p, FlowCode::kCapture, 2002, 2021)) << "a payee at closing";
  EXPECT_EQ(p.calendar().next_business_day(*base::Date::parse("2027-07-02")),
            *base::Date::parse("2027-07-06"));
}

}  // namespace
}  // namespace ledger::domain::test
