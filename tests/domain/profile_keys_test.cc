// The keys of a profile that say policy, caps, calendar, two operators and monitors: what they
// mean, and how each bad one is refused.
#include <algorithm>

#include <gtest/gtest.h>

#include "ledger/domain/command.h"
#include "ledger/domain/flow.h"
#include "ledger/domain/profile.h"

namespace ledger::domain::test {
namespace {

const std::string kGood(*Profile::built_in("cn-2017"));

// The good profile with one piece replaced; the fault's message.
std::string fault(std::string_view from, std::string_view to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const auto profile = Profile::parse(text);
  return profile ? "accepted" : profile.error().message;
}

constexpr std::string_view kFlowsOfSmall = R"(
[[flows]]
name = "open_account"
authorities = ["platform"]
roles = ["platform"]
[[flows]]
name = "cut_off"
authorities = ["platform"]
roles = ["platform"]
)";

// The least profile there is, with more tables; keys of the root come first.
std::string small(std::string_view tables, std::string_view root = "") {
  return std::string("name = \"small\"\nversion = 7\ncurrencies = [\"EUR\"]\n").append(root) +
         "classes = []\nkinds = []\n" + std::string(kFlowsOfSmall) + std::string(tables);
}
std::string small_fault(std::string_view tables) {
  const auto profile = Profile::parse(small(tables));
  return profile ? "accepted" : profile.error().message;
}
// As above, without "profile: line N: ". N must be the line of `at`.
std::string small_fault_at(std::string_view tables, std::string_view at) {
  const std::string text = small(tables);
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(text.find(at, text.find(tables)));
  const auto line = 1 + std::count(text.begin(), end, '\n');
  const std::string start = "profile: line " + std::to_string(line) + ": ";
  const std::string got = small_fault(tables);
  EXPECT_TRUE(got.starts_with(start)) << got << "\nexpected line " << line;
  return got.size() > start.size() ? got.substr(start.size()) : got;
}

TEST(Policy, HasDefaultsThatChangeNothing) {
  const auto profile = Profile::parse(small(""));
  ASSERT_TRUE(profile) << profile.error().message;
  const Policy& p = profile->policy();
  EXPECT_EQ(p.credit, CreditMoment::kOnSuccess);
  EXPECT_EQ(p.reserve, ReserveMode::kOff);
  EXPECT_EQ(p.interest_to, InterestTo::kClients);
  EXPECT_FALSE(p.review_above);
  EXPECT_EQ(p.penalty_ppm_per_day, 0);
  EXPECT_FALSE(p.partial_repayment);
  EXPECT_EQ(p.claim_price_min_bp, 0);
  EXPECT_EQ(p.claim_price_max_bp, 100'000);
  EXPECT_FALSE(p.transfer_overdue);
  EXPECT_EQ(p.dormant_after_days, 0);
  EXPECT_EQ(p.proposal_days, 30);
  EXPECT_FALSE(profile->caps().here(false));
  EXPECT_FALSE(profile->caps().everywhere(true));
  EXPECT_TRUE(profile->monitors().empty());
  EXPECT_TRUE(profile->fee_rules().empty());
  EXPECT_EQ(profile->flows().size(), 2U);
  EXPECT_EQ(profile->rules_of(FlowCode::kDisburse), nullptr) << "not declared";
}

TEST(Policy, EachKeyIsRead) {
  const auto profile = Profile::parse(
      small("[policy]\ncredit = \"on-settlement\"\nreserve = \"run-off\"\n"
            "interest_to = \"platform\"\nreview_above = 0\npenalty_ppm_per_day = 1_000_000\n"
            "partial_repayment = true\nclaim_price_min_bp = 9_000\nclaim_price_max_bp = 9_000\n"
            "transfer_overdue = true\ndormant_after_days = 365\nproposal_days = 1\n"));
  ASSERT_TRUE(profile) << profile.error().message;
  const Policy& p = profile->policy();
  EXPECT_EQ(p.credit, CreditMoment::kOnSettlement);
  EXPECT_EQ(p.reserve, ReserveMode::kRunOff);
  EXPECT_EQ(p.interest_to, InterestTo::kPlatform);
  EXPECT_EQ(p.review_above, base::Amount()) << "every withdrawal";
  EXPECT_EQ(p.penalty_ppm_per_day, 1'000'000);
  EXPECT_TRUE(p.partial_repayment);
  EXPECT_EQ(p.claim_price_min_bp, 9'000);
  EXPECT_EQ(p.claim_price_max_bp, 9'000);
  EXPECT_TRUE(p.transfer_overdue);
  EXPECT_EQ(p.dormant_after_days, 365);
  EXPECT_EQ(p.proposal_days, 1);
}

TEST(Policy, BadValuesAreRefusedByLineAndKey) {
  const auto bad = [](const std::string& line) {
    return small_fault_at("[policy]\n" + line + "\n", line);
  };
  EXPECT_EQ(bad("credit = \"later\""), "'credit' cannot be 'later'");
  EXPECT_EQ(bad("credit = true"), "'credit' must be a text of 1 to 64 characters");
  EXPECT_EQ(bad("reserve = \"on\""), "'reserve' cannot be 'on'");
  EXPECT_EQ(bad("interest_to = \"bank\""), "'interest_to' cannot be 'bank'");
  EXPECT_EQ(bad("review_above = -1"),
            "'review_above' must be an integer, 0 to 1000000000000000000");
  EXPECT_EQ(bad("review_above = 1.5"),
            "'review_above' must be an integer, 0 to 1000000000000000000");
  EXPECT_EQ(bad("penalty_ppm_per_day = 1_000_001"),
            "'penalty_ppm_per_day' must be an integer, 0 to 1000000");
  EXPECT_EQ(bad("partial_repayment = 1"), "'partial_repayment' must be true or false");
  EXPECT_EQ(bad("transfer_overdue = \"no\""), "'transfer_overdue' must be true or false");
  EXPECT_EQ(bad("claim_price_min_bp = -1"), "'claim_price_min_bp' must be an integer, 0 to 100000");
  EXPECT_EQ(bad("claim_price_max_bp = 100_001"),
            "'claim_price_max_bp' must be an integer, 0 to 100000");
  EXPECT_EQ(bad("dormant_after_days = 36_501"),
            "'dormant_after_days' must be an integer, 0 to 36500");
  EXPECT_EQ(bad("proposal_days = 0"), "'proposal_days' must be an integer, 1 to 3650");
  EXPECT_EQ(bad("mood = 1"), "unknown key 'mood'");
  EXPECT_EQ(
      small_fault_at("[policy]\nclaim_price_min_bp = 2\nclaim_price_max_bp = 1\n", "[policy]"),
      "'claim_price_min_bp' is above 'claim_price_max_bp'");
  EXPECT_EQ(small_fault_at("[[policy]]\n", "[[policy]]"), "'policy' must be a table");
}

TEST(CapsOfAProfile, ZeroAndAbsentMeanNone) {
  const auto profile =
      Profile::parse(small("[caps]\nnatural_person = 5\nlegal_person = 0\n"
                           "natural_person_all = 5\nlegal_person_all = 9\n"));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->caps().here(false), base::Amount::of(5));
  EXPECT_FALSE(profile->caps().here(true));
  EXPECT_EQ(profile->caps().everywhere(false), base::Amount::of(5));
  EXPECT_EQ(profile->caps().everywhere(true), base::Amount::of(9));
}

TEST(CapsOfAProfile, BadOnesAreRefused) {
  EXPECT_EQ(small_fault_at("[caps]\nnatural_person = 6\nnatural_person_all = 5\n", "[caps]"),
            "'natural_person' is above 'natural_person_all'");
  EXPECT_EQ(small_fault_at("[caps]\nlegal_person = 6\nlegal_person_all = 5\n", "[caps]"),
            "'legal_person' is above 'legal_person_all'");
  EXPECT_EQ(small_fault_at("[caps]\nlegal_person_all = -1\n", "legal_person_all"),
            "'legal_person_all' must be an integer, 0 to 1000000000000000000");
  EXPECT_EQ(small_fault_at("[caps]\nperson = 1\n", "person"), "unknown key 'person'");
}

base::Date day(std::string_view iso) { return *base::Date::parse(iso); }

TEST(CalendarOfAProfile, KnowsWeekendsHolidaysAndWorkedWeekends) {
  const auto profile =
      Profile::parse(small("[calendar]\nweekend = [\"sat\", \"sun\"]\nholidays = [\"2024-05-01\", "
                           "\"2024-05-02\", \"2024-05-04\"]\nworkdays = [\"2024-05-11\"]\n"));
  ASSERT_TRUE(profile) << profile.error().message;
  const Calendar& c = profile->calendar();
  EXPECT_TRUE(c.is_business_day(day("2024-04-30")));
  EXPECT_FALSE(c.is_business_day(day("2024-05-01")));
  EXPECT_TRUE(c.is_business_day(day("2024-05-03"))) << "a Friday";
  EXPECT_FALSE(c.is_business_day(day("2024-05-04"))) << "a Saturday";
  EXPECT_TRUE(c.is_business_day(day("2024-05-11"))) << "a Saturday, worked";
  EXPECT_FALSE(c.is_business_day(day("2024-05-12")));
  EXPECT_EQ(c.next_business_day(day("2024-04-30")), day("2024-05-03"));
  EXPECT_EQ(c.next_business_day(day("2024-05-03")), day("2024-05-06"));
  EXPECT_EQ(c.next_business_day(day("2024-05-10")), day("2024-05-11"));
  EXPECT_EQ(c.next_business_day(day("9999-12-30")), day("9999-12-31"));
  EXPECT_TRUE(c.next_business_day(day("9999-12-31")).is_none());
}

TEST(CalendarOfAProfile, WithoutOneEveryDayIsABusinessDay) {
  const auto profile = Profile::parse(small(""));
  ASSERT_TRUE(profile);
  EXPECT_TRUE(profile->calendar().is_business_day(day("2024-05-05"))) << "a Sunday";
  EXPECT_EQ(profile->calendar().next_business_day(day("2024-05-04")), day("2024-05-05"));
}

TEST(CalendarOfAProfile, BadDaysAreRefused) {
  const auto bad = [](const std::string& line) {
    return small_fault_at("[calendar]\nweekend = [\"sun\"]\n" + line + "\n", line);
  };
  EXPECT_EQ(bad("holidays = [\"2024-02-30\"]"), "'holidays' must hold dates like \"2024-01-01\"");
  EXPECT_EQ(bad("holidays = [20240101]"), "'holidays' must hold dates like \"2024-01-01\"");
  EXPECT_EQ(bad("holidays = [2024-01-01]"), "'holidays' must hold dates like \"2024-01-01\"");
  EXPECT_EQ(bad("holidays = \"2024-01-01\""), "'holidays' must be an array");
  EXPECT_EQ(bad("holidays = [\"2024-01-02\", \"2024-01-02\"]"),
            "'holidays' must ascend: 2024-01-02");
  EXPECT_EQ(bad("workdays = [\"2024-05-06\"]"),
            "2024-05-06 is a holiday, or no day of the weekend");
  EXPECT_EQ(bad("days = 5"), "unknown key 'days'");
  const auto weekend = [](const std::string& line) {
    return small_fault_at("[calendar]\n" + line + "\n", line);
  };
  EXPECT_EQ(weekend("weekend = [\"saturday\"]"), "unknown day 'saturday'");
  EXPECT_EQ(weekend("weekend = [\"sat\", \"sat\"]"), "'sat' is listed twice");
  EXPECT_EQ(weekend("weekend = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]"),
            "no day of the week is left");
  EXPECT_EQ(small_fault_at("[calendar]\nweekend = [\"sun\"]\nholidays = [\"2024-05-05\"]\n"
                           "workdays = [\"2024-05-05\"]\n",
                           "workdays"),
            "2024-05-05 is a holiday, or no day of the weekend");
  std::string many = "holidays = [";
  for (int i = 0; i <= 4000; ++i) {
    many += "\"" + base::format(day("2000-01-01").plus_days(i)) + "\", ";
  }
  EXPECT_EQ(bad(many + "]"), "'holidays' holds at most 4000 days");
}

// --- flows
// -------------------------------------------------------------------------------------------

constexpr std::string_view kProposals = R"(
[[flows]]
name = "propose"
authorities = ["operators"]
roles = []
[[flows]]
name = "approve"
authorities = ["operators"]
roles = []
[[flows]]
name = "reject"
authorities = ["operators"]
roles = []
)";
std::string flow(std::string_view name, std::string_view keys) {
  return "[[flows]]\nname = \"" + std::string(name) + "\"\nauthorities = [\"operators\"]\n" +
         "roles = [\"operator\"]\n" + std::string(keys) + "\n";
}

TEST(FlowKeys, AreReadAndDefaultToNo) {
  const auto profile = Profile::parse(
      small(std::string(kProposals) + flow("halt", "") + flow("resume", "four_eyes = true") +
            flow("freeze", "despite_freeze = true\ndespite_restriction = true") +
            flow("alert", "four_eyes_above = 0")));
  ASSERT_TRUE(profile) << profile.error().message;
  const FlowRules& halt = *profile->rules_of(FlowCode::kHalt);
  EXPECT_FALSE(halt.four_eyes || halt.four_eyes_above || halt.despite_freeze ||
               halt.despite_restriction || halt.reversible);
  EXPECT_TRUE(profile->rules_of(FlowCode::kResume)->four_eyes);
  EXPECT_TRUE(profile->rules_of(FlowCode::kFreezeOwner)->despite_freeze);
  EXPECT_TRUE(profile->rules_of(FlowCode::kFreezeOwner)->despite_restriction);
  EXPECT_EQ(profile->rules_of(FlowCode::kAlert)->four_eyes_above, base::Amount());
}

TEST(FlowKeys, BadOnesAreRefusedByLineAndKey) {
  const auto bad = [](std::string_view name, const std::string& line) {
    return small_fault_at(std::string(kProposals) + flow(name, line), line);
  };
  EXPECT_EQ(bad("halt", "four_eyes = 2"), "'four_eyes' must be true or false");
  EXPECT_EQ(bad("halt", "four_eyes_above = true"),
            "'four_eyes_above' must be an integer, 0 to 1000000000000000000");
  EXPECT_EQ(bad("halt", "despite_freeze = \"yes\""), "'despite_freeze' must be true or false");
  EXPECT_EQ(bad("halt", "despite_restriction = 1"), "'despite_restriction' must be true or false");
  EXPECT_EQ(bad("halt", "six_eyes = true"), "unknown key 'six_eyes'");
  EXPECT_EQ(small_fault_at(
                std::string(kProposals) + flow("halt", "four_eyes = true\nfour_eyes_above = 5"),
                "four_eyes_above"),
            "flow 'halt': 'four_eyes' is for any amount already");
}

TEST(FlowKeys, TwoOperatorsNeedProposals) {
  EXPECT_EQ(small_fault_at(flow("halt", "four_eyes = true"), "four_eyes"),
            "flow 'halt' needs the flow 'propose' for its two operators");
  EXPECT_EQ(small_fault_at(
                flow("propose", "") + flow("approve", "") + flow("halt", "four_eyes_above = 5"),
                "four_eyes_above"),
            "flow 'halt' needs the flow 'reject' for its two operators");
  for (const std::string_view name : {"propose", "approve", "reject"}) {
    EXPECT_EQ(small_fault_at(flow(name, "four_eyes = true"), "four_eyes"),
              "flow '" + std::string(name) + "' cannot be proposed");
  }
  EXPECT_EQ(small_fault_at(std::string(kProposals) + flow("proposal_expire", "four_eyes = true"),
                           "four_eyes"),
            "flow 'proposal_expire' cannot be proposed");
}

TEST(FlowKeys, TheRulesThemselvesTakeTwoOperators) {
  EXPECT_NE(
      fault("name = \"profile_adopt\"\nauthorities = [\"operators\"]\nroles = [\"operator\"]\n"
            "four_eyes = true",
            "name = \"profile_adopt\"\nauthorities = [\"operators\"]\nroles = [\"operator\"]")
          .find("flow 'profile_adopt' takes two operators: four_eyes = true"),
      std::string::npos);
}

TEST(FlowKeys, AThresholdNeedsAnAmountToCompare) {
  std::string text(kGood);
  const std::string_view cut = "name = \"cut_off\"\n";
  text.insert(text.find(cut) + cut.size(), "four_eyes_above = 5\n");
  EXPECT_NE(Profile::parse(text).error().message.find("flow 'cut_off' has no amount"),
            std::string::npos);
  std::string other(kGood);
  const std::string_view withdraw = "name = \"withdraw\"\n";
  other.insert(other.find(withdraw) + withdraw.size(), "four_eyes_above = 5\n");
  const auto profile = Profile::parse(other);
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->rules_of(FlowCode::kWithdraw)->four_eyes_above, base::Amount::of(5));
}

TEST(FlowKeys, SomebodyMustBeAbleToStartIt) {
  EXPECT_NE(fault("authorities = [\"client\", \"standing\"]", "authorities = []")
                .find("has no authority to start it"),
            std::string::npos);
  EXPECT_NE(
      fault("authorities = [\"client\", \"standing\"]", "authorities = [\"client\", \"client\"]")
          .find("authority 'client' is listed twice"),
      std::string::npos);
}

TEST(FlowsOfAProfile, MayBeFew) {
  // No loans, no bank: a register of accounts and days. What is not declared, nobody may start.
  const auto profile = Profile::parse(small(""));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_FALSE(profile->role_may("platform", FlowCode::kDeposit));
  for (const std::string_view name : {"open_account", "cut_off"}) {
    std::string text = small("");
    text.replace(text.find(name), name.size(), "alert");
    const std::string got = Profile::parse(text).error().message;
    EXPECT_EQ(got, "profile: line 1: flow '" + std::string(name) + "' is not declared");
  }
}

TEST(FlowsOfAProfile, NeedTheAccountsTheyMoveMoneyBetween) {
  // Each flow with nothing around it: what it asks for first.
  const std::pair<std::string_view, std::string_view> kAsk[] = {
      {"deposit", "needs an account channel:in_transit"},
      {"settle", "needs an account custody:bank"},
      {"deposit_fail", "needs an account custody:shortfall"},
      {"receipt", "needs an account custody:bank"},
      {"receipt_allocate", "needs an account suspense:unallocated"},
      {"withdraw", "needs a kind of clients with an account 'available'"},
      {"withdraw_pay", "needs an account custody:bank"},
      {"open_project", "needs an account borrower:available"},
      {"bid", "needs an account lender:available"},
      {"red_packet", "needs an account platform:marketing"},
      {"disburse", "needs an account lender:available"},
      {"fee", "needs an account platform:fee"},
      {"entrusted_pay", "needs an account borrower:available"},
      {"repay", "needs an account borrower:available"},
      {"distribute", "needs an account lender:available"},
      {"compensate", "needs an account lender:available"},
      {"reserve_fund", "needs an account platform:master"},
      {"reserve_refund", "needs an account platform:master"},
      {"top_up", "needs an account custody:bank"},
      {"fee_sweep", "needs an account platform:fee"},
      {"claim_bid", "needs an account lender:available"},
      {"reward", "needs an account platform:marketing"},
      {"reversal_approve", "needs an account custody:shortfall"},
      {"bank_interest", "needs an account custody:bank"},
      {"judicial_deduct", "needs a kind of clients with an account 'available'"},
      {"hold", "needs a kind of clients with an account 'available'"},
  };
  for (const auto& [name, ask] : kAsk) {
    const std::string table = flow(name, "");
    EXPECT_EQ(small_fault_at(table, "[[flows]]"),
              "flow '" + std::string(name) + "': " + std::string(ask));
  }
}

TEST(FlowsOfAProfile, NeedAccountsOfTheRightSort) {
  EXPECT_NE(fault("number = 2002\nname = \"lender.frozen\"\ngroup = \"client\"\nitemised = true",
                  "number = 2002\nname = \"lender.frozen\"\ngroup = \"client\"")
                .find("the account lender:frozen must be itemised"),
            std::string::npos);
  EXPECT_NE(fault("name = \"lender.available\"\ngroup = \"client\"",
                  "name = \"lender.available\"\ngroup = \"client\"\nitemised = true")
                .find("the account lender:available must not be itemised"),
            std::string::npos);
  EXPECT_NE(fault("name = \"lender.available\"\ngroup = \"client\"",
                  "name = \"lender.available\"\ngroup = \"platform\"")
                .find("the account lender:available must be of the group client"),
            std::string::npos);
  EXPECT_NE(fault("name = \"custody.bank\"\ngroup = \"bank\"",
                  "name = \"custody.bank\"\ngroup = \"in_transit\"")
                .find("the account custody:bank must be of the group bank"),
            std::string::npos);
}

TEST(FlowsOfAProfile, NeedCodesThatFitAnAccount) {
  EXPECT_NE(fault("{ suffix = \"frozen\", class = 2002 }",
                  "{ suffix = \"frozen-for-longer\", class = 2002 }")
                .find("a suffix is a code of 1 to 15 characters"),
            std::string::npos);
  EXPECT_NE(fault("suffix = \"marketing_frozen\"", "suffix = \"" + std::string(56, 'm') + "\"")
                .find("is longer than 64"),
            std::string::npos)
      << "platform: and 56 characters";
}

TEST(FlowsOfAProfile, SettleAsThePolicySays) {
  EXPECT_NE(fault("credit = \"on-success\"", "credit = \"on-settlement\"")
                .find("flow 'settle': the matrix does not fit the policy's 'credit'"),
            std::string::npos);
}

TEST(FlowsOfAProfile, OneOwnerMustBeAbleToHaveBothAccounts) {
  EXPECT_NE(fault("debit = [2001], credit = [2002], same_owner",
                  "debit = [2001], credit = [2012], same_owner")
                .find("no kind has accounts of both classes 2001 and 2012"),
            std::string::npos);
}

TEST(FlowsOfAProfile, TakeFeesOnlyWhereTheMatrixSaysSo) {
  EXPECT_NE(fault("payer = \"borrower\"\nflow = \"fee\"", "payer = \"borrower\"\nflow = \"bid\"")
                .find("flow 'bid' takes no fee"),
            std::string::npos);
}

TEST(FlowsOfAProfile, MayBeKnownToTheTableAndNotToTheProgram) {
  // A profile may run ahead of the program; a command of such a flow is refused, not decided.
  const auto profile = Profile::parse(kGood);
  ASSERT_TRUE(profile);
  for (const auto& [code, rules] : profile->flows()) {
    CommandBuilder builder;
    builder.start();
    const auto refusal = builder.set_flow(name_of(code));
    EXPECT_EQ(refusal.has_value(), find_flow(code) == nullptr) << name_of(code);
    EXPECT_TRUE(!refusal || refusal->code == RefusalCode::kUnknownFlow) << name_of(code);
  }
  EXPECT_EQ(find_flow(FlowCode::kGenesis), nullptr);
  EXPECT_EQ(find_flow(static_cast<FlowCode>(65'535)), nullptr);
}

// --- monitors
// ----------------------------------------------------------------------------------------

const std::string kWatched = flow("alert", "") + flow("freeze", "") + flow("halt", "");
std::string monitor(std::string_view keys) {
  return kWatched + "[[monitors]]\nid = \"m\"\n" + std::string(keys) + "\n";
}

TEST(Monitors, AreRead) {
  const auto profile = Profile::parse(small(
      monitor("kind = \"structuring\"\nflows = [\"halt\", \"freeze\"]\namount = 5\ncount = 3\n"
              "minutes = 60\naction = \"freeze\"") +
      "[[monitors]]\nid = \"n\"\nkind = \"coverage\"\n"));
  ASSERT_TRUE(profile) << profile.error().message;
  ASSERT_EQ(profile->monitors().size(), 2U);
  const Monitor& m = profile->monitors()[0];
  EXPECT_EQ(m.id, "m");
  EXPECT_EQ(m.kind, MonitorKind::kStructuring);
  EXPECT_EQ(m.flows, (std::vector<FlowCode>{FlowCode::kHalt, FlowCode::kFreezeOwner}));
  EXPECT_EQ(m.amount, base::Amount::of(5));
  EXPECT_EQ(m.count, 3);
  EXPECT_EQ(m.minutes, 60);
  EXPECT_EQ(m.days, 0);
  EXPECT_EQ(m.action, MonitorAction::kFreeze);
  EXPECT_EQ(profile->monitors()[1].action, MonitorAction::kAlert);
}

TEST(Monitors, EachKindHasItsKeys) {
  const std::string flows = "flows = [\"halt\"]\n", amount = "amount = 1\n", count = "count = 1\n",
                    days = "days = 1\n";
  const std::pair<std::string_view, std::string> kKinds[] = {
      {"large", flows + amount},
      {"aggregate", flows + amount + days},
      {"velocity", flows + count + days},
      {"structuring", flows + amount + count + days},
      {"in_and_out", flows + amount + days},
      {"suspense_age", days},
      {"transit_age", days},
      {"coverage", ""},
      {"reserve_floor", amount},
      {"refused", count + days},
  };
  for (const auto& [name, keys] : kKinds) {
    const std::string kind = "kind = \"" + std::string(name) + "\"\n";
    EXPECT_EQ(small_fault(monitor(kind + keys)), "accepted") << name;
    // Without any one of its keys it is refused.
    for (const std::string& key : {flows, amount, count, days}) {
      std::string less = keys;
      if (less.find(key) == std::string::npos) continue;
      less.erase(less.find(key), key.size());
      const bool age = name.ends_with("_age");
      const std::string want =
          key == days && age ? "one of 'minutes', 'days' and 'business_days' is needed"
          : key == days      ? "either 'minutes' or 'days' is needed"
                             : "key '" + key.substr(0, key.find(' ')) + "' is missing";
      EXPECT_EQ(small_fault_at(monitor(kind + less), "[[monitors]]"), want) << name;
    }
    // Only an age goes by the calendar.
    const std::string business = "business_days = 1\n";
    if (name.ends_with("_age")) {
      EXPECT_EQ(small_fault(monitor(kind + business)), "accepted") << name;
      EXPECT_EQ(small_fault_at(monitor(kind + days + business), "[[monitors]]"),
                "one of 'minutes', 'days' and 'business_days' is needed");
    } else {
      EXPECT_EQ(small_fault_at(monitor(kind + keys + business), business),
                "a monitor of kind '" + std::string(name) + "' has no 'business_days'");
    }
    // With one that it does not have, too.
    for (const std::string& key : {flows, amount, count, days}) {
      const std::string word = key.substr(0, key.find(' '));
      const bool optional =
          (name == "coverage" && word == "amount") || (name == "refused" && word == "flows");
      if (keys.find(key) != std::string::npos || optional) continue;
      EXPECT_EQ(small_fault_at(monitor(kind + keys + key), key),
                "a monitor of kind '" + std::string(name) + "' has no '" + word + "'");
    }
  }
}

TEST(Monitors, BadOnesAreRefusedByLineAndKey) {
  const std::string large = "kind = \"large\"\nflows = [\"halt\"]\namount = 1\n";
  EXPECT_EQ(small_fault_at(monitor("kind = \"odd\""), "kind"), "unknown kind of monitor 'odd'");
  EXPECT_EQ(small_fault_at(monitor(large + "colour = 1"), "colour"), "unknown key 'colour'");
  EXPECT_EQ(
      small_fault_at(monitor("kind = \"large\"\nflows = [\"bid\"]\namount = 1"), "flows = [\"bid"),
      "'bid' is no flow of this profile");
  EXPECT_EQ(small_fault_at(monitor("kind = \"large\"\nflows = [\"jump\"]\namount = 1"),
                           "flows = [\"jump"),
            "'jump' is no flow of this profile");
  EXPECT_EQ(small_fault_at(monitor("kind = \"large\"\nflows = []\namount = 1"), "flows = []"),
            "'flows' is empty");
  EXPECT_EQ(small_fault_at(monitor("kind = \"large\"\nflows = [\"halt\", \"halt\"]\namount = 1"),
                           "flows = [\"halt\", "),
            "'halt' is listed twice");
  EXPECT_EQ(small_fault_at(monitor("kind = \"large\"\nflows = [\"halt\"]\namount = 0"), "amount"),
            "'amount' must be an integer, 1 to 1000000000000000000");
  EXPECT_EQ(small_fault_at(monitor("kind = \"refused\"\ncount = 0\ndays = 1"), "count"),
            "'count' must be an integer, 1 to 1000000");
  EXPECT_EQ(small_fault_at(monitor("kind = \"refused\"\ncount = 1\nminutes = 527_041"), "minutes"),
            "'minutes' must be an integer, 1 to 527040");
  EXPECT_EQ(small_fault_at(monitor("kind = \"refused\"\ncount = 1\ndays = 3661"), "days"),
            "'days' must be an integer, 1 to 3660");
  EXPECT_EQ(small_fault_at(monitor("kind = \"refused\"\ncount = 1\ndays = 1\nminutes = 1"),
                           "[[monitors]]"),
            "either 'minutes' or 'days' is needed");
  EXPECT_EQ(small_fault_at(monitor(large + "action = \"shoot\""), "action"),
            "'action' cannot be 'shoot'");
  EXPECT_EQ(small_fault_at(monitor("kind = \"coverage\"\naction = \"freeze\""), "action"),
            "a monitor of kind 'coverage' has nobody to freeze");
  const std::string twice = monitor(large) + "[[monitors]]\nid = \"m\" # again\n" + large;
  EXPECT_NE(small_fault(twice).find("monitor 'm' is declared twice"), std::string::npos);
  EXPECT_EQ(small_fault_at(kWatched + "[[monitors]]\nid = \"a:b\"\n" + large, "id"),
            "a monitor's id is a code without ':'");
}

TEST(Monitors, NeedTheFlowsTheySend) {
  const std::string large =
      "[[monitors]]\nid = \"m\"\nkind = \"large\"\nflows = [\"halt\"]\namount = 1\n";
  EXPECT_EQ(small_fault_at(flow("halt", "") + large, "[[monitors]]"),
            "monitor 'm' needs the flow 'alert'");
  EXPECT_EQ(small_fault_at(flow("halt", "") + flow("alert", "") + large + "action = \"freeze\"\n",
                           "[[monitors]]"),
            "monitor 'm' needs the flow 'freeze'");
}

}  // namespace
}  // namespace ledger::domain::test
