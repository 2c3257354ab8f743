// Commands: what is malformed is refused by code and field; the same command has the same bytes.
#include "ledger/domain/command.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "ledger/domain/flow.h"

namespace ledger::domain::test {
namespace {

using base::Amount;

Command deposit(bool backwards, std::string_view evidence = "tx", std::int64_t amount = 500) {
  CommandBuilder b;
  b.start();
  EXPECT_FALSE(b.set_id("d1") || b.set_flow("deposit"));
  std::vector<std::function<std::optional<Refusal>()>> steps = {
      [&] { return b.set_text(Field::kAuthority, "bank"); },
      [&] { return b.set_text(Field::kClient, "lender:L1"); },
      [&] { return b.set_integer(Field::kAmount, amount); },
      [&] { return b.set_text(Field::kChannel, "alipay"); },
  };
  if (!evidence.empty()) {
    steps.emplace_back([&] { return b.set_text(Field::kEvidence, evidence); });
  }
  if (backwards) std::reverse(steps.begin(), steps.end());
  for (const auto& step : steps) EXPECT_FALSE(step());
  return b.finish().value();
}

class Builder : public testing::Test {
 protected:
  void SetUp() override { builder.start(); }
  static void refused(const std::optional<Refusal>& got, RefusalCode code, std::string_view field) {
    ASSERT_TRUE(got) << field;
    EXPECT_EQ(got->code, code) << field << ": " << text_of(got->code).name;
    EXPECT_EQ(got->detail, "field=" + std::string(field));
  }
  static Instalment due(std::string_view day, std::int64_t principal, std::int64_t interest) {
    return {base::Date::parse(day).value_or(base::Date()), Amount::of(principal),
            Amount::of(interest)};
  }
  CommandBuilder builder;
};

TEST_F(Builder, IdsAreCodes) {
  for (const std::string& bad :
       {std::string(), std::string("a b"), std::string("ä"), std::string(65, 'x'),
        std::string("a\0b", 3), std::string("a\"b"), std::string("a,b")}) {
    refused(builder.set_id(bad), RefusalCode::kBadId, "id");
  }
  EXPECT_FALSE(builder.set_id(std::string(64, 'x')));
  refused(builder.set_id("other"), RefusalCode::kDuplicateKey, "id");
  EXPECT_TRUE(is_code("AZaz09._:/-"));
}

TEST_F(Builder, FlowsAreThoseOfTheList) {
  EXPECT_EQ(builder.set_flow("genesis")->code, RefusalCode::kUnknownFlow);
  EXPECT_EQ(builder.set_flow("Deposit")->code, RefusalCode::kUnknownFlow);
  EXPECT_EQ(builder.set_flow("steal")->detail, "flow=steal");
  EXPECT_EQ(builder.set_flow("a b\n")->detail, "") << "rubbish is not repeated";
  EXPECT_FALSE(builder.set_flow("deposit"));
  refused(builder.set_flow("deposit"), RefusalCode::kDuplicateKey, "flow");
}

TEST_F(Builder, EachFieldRefusesWhatItsTypeDoesNotAllow) {
  for (const FieldSpec& spec : all_fields()) {
    const bool number = spec.type == FieldType::kAmount || spec.type == FieldType::kCount ||
                        spec.type == FieldType::kAmountOrZero;
    const bool text = !number && spec.type != FieldType::kFlag &&
                      spec.type != FieldType::kSchedule && spec.type != FieldType::kCommand;
    if (!text) refused(builder.set_text(spec.field, "x"), RefusalCode::kWrongType, spec.name);
    if (!number) refused(builder.set_integer(spec.field, 1), RefusalCode::kWrongType, spec.name);
    if (spec.type != FieldType::kFlag) {
      refused(builder.set_flag(spec.field, true), RefusalCode::kWrongType, spec.name);
      refused(builder.set_flag(spec.field, false), RefusalCode::kWrongType, spec.name);
    }
    const auto no = [&](std::string_view value, RefusalCode code) {
      refused(builder.set_text(spec.field, value), code, spec.name);
    };
    switch (spec.type) {
      case FieldType::kCode:
        for (const char* bad : {"", "a b", "é"}) no(bad, RefusalCode::kBadText);
        no(std::string(65, 'a'), RefusalCode::kBadText);
        break;
      case FieldType::kText:
        for (const char* bad : {"", "a\tb", "\x7f", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xe4\xb8",
                                "\xf4\x90\x80\x80", "\xf0\x80\x80\xaf", "\x80"}) {
          no(bad, RefusalCode::kBadText);
        }
        no(std::string(201, 'a'), RefusalCode::kBadText);
        break;
      case FieldType::kAmount:
        refused(builder.set_integer(spec.field, 0), RefusalCode::kAmountNotPositive, spec.name);
        refused(builder.set_integer(spec.field, -1), RefusalCode::kAmountNotPositive, spec.name);
        refused(builder.set_integer(spec.field, Amount::kMaxMinor + 1),
                RefusalCode::kAmountTooLarge, spec.name);
        break;
      case FieldType::kAmountOrZero:
        refused(builder.set_integer(spec.field, -1), RefusalCode::kAmountNotPositive, spec.name);
        refused(builder.set_integer(spec.field, Amount::kMaxMinor + 1),
                RefusalCode::kAmountTooLarge, spec.name);
        break;
      case FieldType::kDocument:
        for (const char* bad : {"", "a\rb", "\x7f", "\xff"}) no(bad, RefusalCode::kBadText);
        no(std::string(65536, 'a'), RefusalCode::kBadText);
        break;
      case FieldType::kCount:
        for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, Amount::kMaxMinor + 1}) {
          refused(builder.set_integer(spec.field, bad), RefusalCode::kBadNumber, spec.name);
        }
        break;
      case FieldType::kDate:
        for (const char* bad : {"", "2017-02-29", "2017-2-3", "20170203", "2017-13-01", "today"}) {
          no(bad, RefusalCode::kBadDate);
        }
        break;
      case FieldType::kHash:
        no("", RefusalCode::kBadHash);
        no(std::string(63, 'a'), RefusalCode::kBadHash);
        no(std::string(64, 'g'), RefusalCode::kBadHash);
        break;
      case FieldType::kCurrencyCode:
        for (const char* bad : {"", "cny", "CN", "CNYX"}) no(bad, RefusalCode::kBadText);
        break;
      case FieldType::kAuthorityName:
        for (const char* bad : {"", "none", "Bank", "god"}) no(bad, RefusalCode::kUnknownAuthority);
        break;
      case FieldType::kFlag:
      case FieldType::kCommand:
      case FieldType::kSchedule:
        break;
    }
  }
}

TEST_F(Builder, SchedulesAreOneToSixHundredInstalmentsInOrderOfTime) {
  const auto no = [&](const std::vector<Instalment>& schedule) {
    refused(builder.set_schedule(schedule), RefusalCode::kBadInstalments, "instalments");
  };
  no({});
  no({due("", 5, 1)});
  no({due("2017-01-01", 0, 0)});
  no({due("2017-01-02", 5, 1), due("2017-01-02", 5, 1)});
  no({due("2017-01-02", 5, 1), due("2017-01-01", 5, 1)});
  std::vector<Instalment> many;
  for (int i = 0; i <= 600; ++i) {
    many.push_back({base::Date::parse("2017-01-01")->plus_days(i), Amount::of(1), Amount()});
  }
  no(many);
  many.pop_back();
  EXPECT_FALSE(builder.set_schedule(many));
  refused(builder.set_schedule(many), RefusalCode::kDuplicateKey, "instalments");
}

TEST_F(Builder, FinishNamesWhatIsMissingOrNotAsked) {
  const auto end = [&]() -> std::optional<Refusal> {
    auto done = builder.finish();
    if (done) return std::nullopt;
    return done.error();
  };
  refused(end(), RefusalCode::kMissingField, "id");
  ASSERT_FALSE(builder.set_id("x1"));
  refused(end(), RefusalCode::kMissingField, "flow");
  ASSERT_FALSE(builder.set_flow("settle"));
  refused(end(), RefusalCode::kMissingField, "authority");
  ASSERT_FALSE(builder.set_text(Field::kAuthority, "bank"));
  refused(end(), RefusalCode::kMissingField, "order");
  ASSERT_FALSE(builder.set_text(Field::kOrder, "d1"));
  refused(end(), RefusalCode::kMissingField, "amount");
  ASSERT_FALSE(builder.set_integer(Field::kAmount, 5));
  EXPECT_FALSE(end());
  ASSERT_FALSE(builder.set_text(Field::kOperator, "ann"));
  ASSERT_FALSE(builder.set_text(Field::kValueDate, "2017-03-01"));
  EXPECT_FALSE(end()) << "every flow takes an operator and a value date";
  ASSERT_FALSE(builder.set_text(Field::kProject, "P1"));
  refused(end(), RefusalCode::kUnknownField, "project");
}

TEST_F(Builder, EveryRequiredFieldOfEveryFlowIsAskedFor) {
  for (const Flow* flow : all_flows()) {
    for (const FlowField& left_out : flow->fields) {
      builder.start();
      ASSERT_FALSE(builder.set_id("x") || builder.set_flow(name_of(flow->code)));
      ASSERT_FALSE(builder.set_text(Field::kAuthority, "client"));
      for (const FlowField& f : flow->fields) {
        if (f.field == left_out.field) continue;
        const FieldType type = spec_of(f.field).type;
        const Instalment one = due("2017-01-01", 1, 1);
        std::optional<Refusal> refusal;
        if (type == FieldType::kAmount || type == FieldType::kCount) {
          refusal = builder.set_integer(f.field, 1);
        } else if (type == FieldType::kAmountOrZero) {
          refusal = builder.set_integer(f.field, 0);
        } else if (type == FieldType::kCommand) {
          refusal = builder.set_command(f.field, deposit(false));
        } else if (type == FieldType::kFlag) {
          refusal = builder.set_flag(f.field, true);
        } else if (type == FieldType::kSchedule) {
          refusal = builder.set_schedule({&one, 1});
        } else {
          refusal = builder.set_text(f.field, type == FieldType::kDate   ? "2017-01-01"
                                              : type == FieldType::kHash ? std::string(64, 'a')
                                              : type == FieldType::kCurrencyCode ? "CNY"
                                                                                 : "x");
        }
        ASSERT_FALSE(refusal) << refusal->detail;
      }
      const auto done = builder.finish();
      EXPECT_EQ(done.has_value(), !left_out.required) << name_of(flow->code);
      if (!done) refused(done.error(), RefusalCode::kMissingField, spec_of(left_out.field).name);
    }
  }
}

TEST(Commands, BodyDoesNotDependOnTheOrderOfFields) {
  const Command a = deposit(false);
  EXPECT_EQ(a.body, deposit(true).body);
  EXPECT_EQ(a.text(Field::kClient), "lender:L1");
  EXPECT_EQ(a.amount(Field::kAmount), Amount::of(500));
  EXPECT_EQ(a.authority(), Authority::kBank);
  EXPECT_EQ(a.text(Field::kReason), "");
  EXPECT_TRUE(a.amount(Field::kFee).is_zero());
  EXPECT_TRUE(a.date(Field::kValueDate).is_none());
  const auto fields = fields_of(a.body);
  ASSERT_TRUE(fields);
  ASSERT_EQ(fields->size(), 5U);
  for (std::size_t i = 1; i < fields->size(); ++i) {
    EXPECT_LT((*fields)[i - 1].field, (*fields)[i].field);
  }
}

TEST(Commands, TheFirstDifferenceIsNamed) {
  const Command a = deposit(false);
  EXPECT_FALSE(first_difference(a.body, deposit(true).body));
  EXPECT_EQ(first_difference(a.body, deposit(false, "tx", 501).body), Field::kAmount);
  EXPECT_EQ(first_difference(a.body, deposit(false, "ty").body), Field::kEvidence);
  EXPECT_EQ(first_difference(a.body, deposit(false, "ty", 501).body), Field::kAmount);
  EXPECT_EQ(first_difference(a.body, deposit(false, "").body), Field::kEvidence);
  EXPECT_EQ(first_difference(deposit(false, "").body, a.body), Field::kEvidence);
  EXPECT_EQ(first_difference(a.body, ""), Field::kAuthority);
}

TEST(Commands, AFalseFlagIsLikeNone) {
  const auto open = [](int legal) {
    CommandBuilder b;
    b.start();
    EXPECT_FALSE(b.set_id("o") || b.set_flow("open_account"));
    EXPECT_FALSE(b.set_text(Field::kAuthority, "platform") || b.set_text(Field::kClient, "l:1"));
    if (legal >= 0) {
      EXPECT_FALSE(b.set_flag(Field::kLegalPerson, legal == 1));
    }
    return b.finish().value();
  };
  EXPECT_EQ(open(-1).body, open(0).body);
  EXPECT_NE(open(-1).body, open(1).body);
  EXPECT_FALSE(open(0).flag(Field::kLegalPerson));
  EXPECT_TRUE(open(1).flag(Field::kLegalPerson));
}

TEST(Commands, BodiesThatNoBuilderWritesAreNotCanonical) {
  const std::string good = deposit(false).body;
  EXPECT_TRUE(fields_of(good));
  EXPECT_TRUE(fields_of(""));
  int accepted = 0;
  for (std::size_t size = 1; size < good.size(); ++size) {
    accepted += fields_of(good.substr(0, size)) ? 1 : 0;
  }
  EXPECT_EQ(accepted, 4) << "only a cut between two fields leaves whole fields";
  EXPECT_FALSE(fields_of(good + good)) << "a field twice";
  EXPECT_FALSE(fields_of(std::string("\0\1\0x", 4))) << "no such field";
  EXPECT_FALSE(fields_of(std::string("\x2d\1\0x", 4))) << "no such field";
  const auto body = [](Field field, std::string_view value) {
    std::string out(1, static_cast<char>(field));
    out += static_cast<char>(value.size());
    out += '\0';
    return out.append(value);
  };
  EXPECT_FALSE(fields_of(body(Field::kAmount, std::string(8, '\0')))) << "zero";
  EXPECT_FALSE(fields_of(body(Field::kAmount, std::string(8, '\xff')))) << "negative";
  EXPECT_FALSE(fields_of(body(Field::kAmount, "1234567")));
  EXPECT_FALSE(fields_of(body(Field::kLegalPerson, std::string(1, '\0'))));
  EXPECT_FALSE(fields_of(body(Field::kAuthority, std::string(1, '\x08'))));
  EXPECT_FALSE(fields_of(body(Field::kContractHash, std::string(31, 'x'))));
  EXPECT_FALSE(fields_of(body(Field::kOpens, "\x01\x02\x03\x04")));
  EXPECT_FALSE(fields_of(body(Field::kInstalments, std::string(2, '\0')))) << "no instalment";
  EXPECT_FALSE(fields_of(body(Field::kInstalments, std::string("\1\0", 2) + std::string(20, 'x'))));
}

TEST(Commands, ValuesAreShownAsPeopleWriteThem) {
  const Command a = deposit(false);
  EXPECT_EQ(show(Field::kAmount, value_in(a.body, Field::kAmount)), "500");
  EXPECT_EQ(show(Field::kAuthority, value_in(a.body, Field::kAuthority)), "bank");
  EXPECT_EQ(show(Field::kClient, value_in(a.body, Field::kClient)), "lender:L1");
  CommandBuilder b;
  b.start();
  const Instalment rows[] = {{*base::Date::parse("2017-04-01"), Amount::of(5), Amount::of(1)},
                             {*base::Date::parse("2017-05-01"), Amount::of(6), Amount()}};
  ASSERT_FALSE(b.set_id("p") || b.set_flow("open_project") || b.set_schedule(rows));
  ASSERT_FALSE(b.set_text(Field::kAuthority, "platform") || b.set_text(Field::kProject, "P"));
  ASSERT_FALSE(b.set_text(Field::kBorrower, "b:1") || b.set_integer(Field::kTarget, 11));
  ASSERT_FALSE(b.set_text(Field::kContractHash, std::string(64, 'A')));
  const Command p = b.finish().value();
  EXPECT_EQ(show(Field::kInstalments, value_in(p.body, Field::kInstalments)),
            "2017-04-01:5+1,2017-05-01:6+0");
  EXPECT_EQ(show(Field::kContractHash, value_in(p.body, Field::kContractHash)),
            std::string(64, 'a'));
  ASSERT_EQ(p.schedule().size(), 2U);
  EXPECT_EQ(p.schedule()[1], rows[1]);
}

TEST(Commands, FieldNamesAndNumbersAreFrozen) {
  constexpr std::pair<int, std::string_view> kFrozen[] = {
      {1, "authority"},      {2, "operator"},   {3, "client"},         {4, "amount"},
      {5, "channel"},        {6, "order"},      {7, "project"},        {8, "currency"},
      {9, "borrower"},       {10, "target"},    {11, "contract_hash"}, {12, "instalments"},
      {13, "instalment"},    {14, "fee"},       {15, "fee_rule"},      {16, "entry"},
      {17, "entry_hash"},    {18, "proposal"},  {19, "reason"},        {20, "value_date"},
      {21, "evidence"},      {22, "opens"},     {23, "limit"},         {24, "legal_person"},
      {25, "related_party"}, {26, "guarantor"}, {27, "payee"},         {28, "method"},
      {29, "rate_ppm"},      {30, "terms"},     {31, "first_due"},     {32, "compensation"},
      {33, "seller"},        {34, "principal"}, {35, "expires"},       {36, "account"},
      {37, "beneficiary"},   {38, "elsewhere"}, {39, "profile"},       {40, "proposed"},
      {41, "rule"},          {42, "subject"},   {43, "entries"},       {44, "severity"},
  };
  ASSERT_EQ(all_fields().size(), std::size(kFrozen));
  for (std::size_t i = 0; i < std::size(kFrozen); ++i) {
    EXPECT_EQ(static_cast<int>(all_fields()[i].field), kFrozen[i].first);
    EXPECT_EQ(all_fields()[i].name, kFrozen[i].second);
    EXPECT_EQ(find_field(kFrozen[i].second), &all_fields()[i]);
  }
  EXPECT_EQ(find_field("nothing"), nullptr);
}

}  // namespace
}  // namespace ledger::domain::test
