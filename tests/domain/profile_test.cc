// Profiles: cn-2017 is what it should be; a bad profile is refused by line and key.
#include "ledger/domain/profile.h"

#include <algorithm>

#include <gtest/gtest.h>

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
  if (profile) return "accepted";
  EXPECT_EQ(profile.error().kind, base::Fault::Kind::kInvalid);
  return profile.error().message;
}
// The line of the good profile on which a text begins.
std::string line_of(std::string_view text) {
  const auto end = kGood.begin() + static_cast<std::ptrdiff_t>(kGood.find(text));
  return "profile: line " + std::to_string(1 + std::count(kGood.begin(), end, '\n')) + ": ";
}

TEST(BuiltInProfile, Cn2017IsAsTheRulesSay) {
  const auto profile = Profile::parse(kGood);
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->name(), "cn-2017");
  EXPECT_EQ(profile->version(), 1U);
  EXPECT_EQ(profile->text(), kGood);
  EXPECT_EQ(profile->caps().here(false), base::Amount::of(20'000'000)) << "200,000 yuan";
  EXPECT_EQ(profile->caps().here(true), base::Amount::of(100'000'000)) << "1,000,000 yuan";
  ASSERT_EQ(profile->currencies().size(), 1U);
  EXPECT_EQ(profile->currencies()[0], base::kCny);
  EXPECT_EQ(profile->classes().size(), 20U);
  for (std::size_t i = 1; i < profile->classes().size(); ++i) {
    EXPECT_LT(profile->classes()[i - 1].number, profile->classes()[i].number);
  }
  for (const int itemised : {1010, 2002, 2012, 2022, 2030, 3009}) {
    EXPECT_TRUE(
        profile->classes()[*profile->class_index(static_cast<std::uint16_t>(itemised))].itemised)
        << itemised;
  }
  EXPECT_FALSE(profile->class_index(3006)) << "deposits by the platform for others are not offered";
  EXPECT_EQ(profile->roles(), (std::vector<std::string>{"bank", "operator", "platform"}));
  EXPECT_TRUE(profile->role_may("bank", FlowCode::kSettle));
  EXPECT_FALSE(profile->role_may("bank", FlowCode::kBid));
  EXPECT_FALSE(profile->role_may("auditor", FlowCode::kDeposit));
  EXPECT_EQ(profile->caps().everywhere(false), base::Amount::of(100'000'000)) << "1,000,000 yuan";
  EXPECT_EQ(profile->caps().everywhere(true), base::Amount::of(500'000'000)) << "5,000,000 yuan";
  EXPECT_EQ(profile->policy().reserve, ReserveMode::kOff) << "notice 57 of 2017";
  EXPECT_EQ(profile->policy().credit, CreditMoment::kOnSuccess);
  EXPECT_FALSE(Profile::built_in("nothing"));
}

TEST(BuiltInProfile, OnlyClientsThemselvesTakeTheirMoneyOut) {
  const auto profile = Profile::parse(kGood);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->rules_of(FlowCode::kWithdraw)->authorities,
            std::vector<Authority>{Authority::kClient});
  for (const FlowCode flow : {FlowCode::kDisburse, FlowCode::kDistribute, FlowCode::kProjectFail,
                              FlowCode::kCutOff, FlowCode::kReversalApprove}) {
    EXPECT_FALSE(profile->rules_of(flow)->reversible) << name_of(flow);
  }
}

TEST(FeeRules, AllowAFixedPartAndAShareRoundedDown) {
  const auto limit = [](std::int64_t fixed, std::int64_t points, std::int64_t of) {
    FeeRule rule;
    rule.fixed = base::Amount::of(fixed);
    rule.basis_points = points;
    return Profile::fee_limit(rule, base::Amount::of(of)).minor();
  };
  EXPECT_EQ(limit(200, 0, 1'000'000), 200);
  EXPECT_EQ(limit(0, 500, 10'000), 500);
  EXPECT_EQ(limit(0, 500, 19), 0);
  EXPECT_EQ(limit(0, 500, 39), 1);
  EXPECT_EQ(limit(7, 1, 9'999), 7);
  EXPECT_EQ(limit(7, 1, 10'000), 8);
  EXPECT_EQ(limit(0, 10'000, base::Amount::kMaxMinor), base::Amount::kMaxMinor);
  EXPECT_EQ(limit(base::Amount::kMaxMinor, 10'000, base::Amount::kMaxMinor),
            base::Amount::kMaxMinor);
}

TEST(BadProfile, BrokenTomlIsRefusedByLine) {
  EXPECT_TRUE(fault("version = 1", "version = = 1").starts_with(line_of("version = 1")));
  EXPECT_NE(Profile::parse("\xff\xfe").error().message.find("profile: line"), std::string::npos);
}

TEST(BadProfile, UnknownKeysAreRefusedByLineAndName) {
  EXPECT_EQ(fault("version = 1", "colour = 1"), line_of("version = 1") + "unknown key 'colour'");
  EXPECT_EQ(fault("natural_person", "natural"),
            line_of("natural_person") + "unknown key 'natural'");
  EXPECT_EQ(fault("group = \"bank\"", "gruppe = \"bank\""),
            line_of("group = \"bank\"") + "unknown key 'gruppe'");
  EXPECT_EQ(fault("same_owner = true", "one_owner = true"),
            line_of("same_owner = true }") + "unknown key 'one_owner'");
  EXPECT_EQ(fault("payer = \"borrower\"", "payor = \"borrower\""),
            line_of("payer = \"borrower\"") + "unknown key 'payor'");
  EXPECT_EQ(fault("reversible = true", "undo = true"),
            line_of("reversible = true") + "unknown key 'undo'");
  EXPECT_EQ(fault("suffix = \"bank\"", "name = \"bank\""),
            line_of("suffix = \"bank\"") + "unknown key 'name'");
}

TEST(BadProfile, MissingKeysAreRefusedByName) {
  EXPECT_NE(fault("name = \"cn-2017\"\n", "").find("key 'name' is missing"), std::string::npos);
  EXPECT_NE(fault("version = 1\n", "").find("line 1: key 'version' is missing"), std::string::npos);
  EXPECT_EQ(fault("number = 1090\n", ""),
            "profile: line " + std::to_string(std::stoi(line_of("number = 1090").substr(14)) - 1) +
                ": key 'number' is missing");
  EXPECT_NE(fault("authorities = [\"client\"]\n", "").find("key 'authorities' is missing"),
            std::string::npos);
}

TEST(BadProfile, WrongTypesAndRangesAreRefusedByLineAndKey) {
  const std::string version = line_of("version = 1");
  for (const char* bad : {"version = \"1\"", "version = 1.0", "version = 0", "version = -1",
                          "version = 1000001", "version = true"}) {
    EXPECT_EQ(fault("version = 1", bad), version + "'version' must be an integer, 1 to 1000000");
  }
  EXPECT_EQ(fault("name = \"cn-2017\"", "name = 2017"),
            line_of("name = ") + "'name' must be a text of 1 to 64 characters");
  EXPECT_EQ(fault("name = \"cn-2017\"", "name = \"\""),
            line_of("name = ") + "'name' must be a text of 1 to 64 characters");
  EXPECT_EQ(fault("itemised = true", "itemised = 1"),
            line_of("itemised = true") + "'itemised' must be true or false");
  EXPECT_EQ(fault("currencies = [\"CNY\"]", "currencies = \"CNY\""),
            line_of("currencies") + "'currencies' must be an array");
  EXPECT_EQ(fault("currencies = [\"CNY\"]", "currencies = [156]"),
            line_of("currencies") + "'currencies' must hold texts");
  EXPECT_EQ(fault("currencies = [\"CNY\"]", "currencies = [\"yuan\"]"),
            line_of("currencies") + "'yuan' is no currency");
  EXPECT_EQ(fault("currencies = [\"CNY\"]", "currencies = []"),
            line_of("currencies") + "1 to 16 currencies are needed");
  EXPECT_EQ(fault("currencies = [\"CNY\"]", "currencies = [\"CNY\", \"CNY\"]"),
            line_of("currencies") + "'CNY' is listed twice");
  EXPECT_EQ(fault("group = \"bank\"", "group = \"vault\""),
            line_of("group = \"bank\"") + "unknown group 'vault'");
  EXPECT_EQ(fault("basis_points = 500", "basis_points = 10001"),
            line_of("basis_points = 500") + "'basis_points' must be an integer, 0 to 10000");
  EXPECT_EQ(
      fault("natural_person = 20_000_000", "natural_person = 1e9"),
      line_of("natural_person") + "'natural_person' must be an integer, 0 to 1000000000000000000");
}

TEST(BadProfile, DuplicatesAreRefused) {
  EXPECT_NE(fault("number = 1010", "number = 1001").find("class 1001 is declared twice"),
            std::string::npos);
  EXPECT_NE(fault("name = \"lender.frozen\"", "name = \"lender.available\"")
                .find("class 2002 is declared twice"),
            std::string::npos);
  EXPECT_NE(
      fault("name = \"guarantor\"", "name = \"lender\"").find("kind 'lender' is declared twice"),
      std::string::npos);
  EXPECT_NE(
      fault("name = \"settle\"", "name = \"deposit\"").find("flow 'deposit' is declared twice"),
      std::string::npos);
  EXPECT_NE(fault("id = \"withdraw-borrower\"", "id = \"withdraw\"")
                .find("fee rule 'withdraw' is declared twice"),
            std::string::npos);
  EXPECT_NE(fault("credit = [2001, 2011, 2021]", "credit = [2001, 2001]").find("in two rows"),
            std::string::npos);
  EXPECT_NE(fault("suffix = \"marketing\"", "suffix = \"master\"").find("'master' stands twice"),
            std::string::npos);
}

TEST(BadProfile, NamesOfThingsThatDoNotExistAreRefused) {
  EXPECT_EQ(fault("debit = [1010]", "debit = [1011]"),
            line_of("matrix = [{ debit = [1010]") + "'debit' names a class that is not declared");
  EXPECT_NE(fault("class = 1090", "class = 1091").find("class 1091 is not declared"),
            std::string::npos);
  EXPECT_EQ(fault("authorities = [\"client\", \"standing\"]", "authorities = [\"king\"]"),
            line_of("authorities = [\"client\", \"standing\"]") + "unknown authority 'king'");
  EXPECT_NE(fault("name = \"settle\"", "name = \"sattle\"").find("unknown flow 'sattle'"),
            std::string::npos);
  EXPECT_NE(fault("name = \"settle\"", "name = \"genesis\"").find("unknown flow 'genesis'"),
            std::string::npos);
  EXPECT_NE(fault("payer = \"lender\"", "payer = \"lander\"").find("unknown kind lander"),
            std::string::npos);
  EXPECT_NE(fault("flow = \"withdraw_pay\"", "flow = \"tax\"").find("unknown flow of a fee rule"),
            std::string::npos);
}

TEST(BadProfile, WhatTheFlowsRelyOnMustBeThere) {
  EXPECT_NE(fault("suffix = \"fee\"", "suffix = \"fees\"").find("needs an account platform:fee"),
            std::string::npos);
  EXPECT_NE(
      fault("name = \"channel\"", "name = \"canal\"").find("needs an account channel:in_transit"),
      std::string::npos);
  EXPECT_NE(fault("name = \"custody\"\nstructural = true", "name = \"custody\"")
                .find("needs the kind custody to be structural"),
            std::string::npos);
  EXPECT_NE(fault("name = \"channel\"", "name = \"channel\"\nstructural = true")
                .find("needs the kind channel to be not structural"),
            std::string::npos);
  EXPECT_NE(fault("name = \"channel\"", "name = \"cha:nnel\"").find("without ':'"),
            std::string::npos);
  std::string text = kGood;
  text.resize(text.rfind("[[flows]]"));
  EXPECT_NE(Profile::parse(text).error().message.find("flow 'cut_off' is not declared"),
            std::string::npos);
}

}  // namespace
}  // namespace ledger::domain::test
