#include <gtest/gtest.h>

#include "ledger/server/json_check.h"
#include "ledger/server/json_text.h"
#include "ledger/server/query.h"

namespace {

using namespace ledger::server;  // NOLINT
using Kind = NumberToken::Kind;

TEST(JsonCheck, WellFormedValuesAreAccepted) {
  for (const char* text : {"null", "true", "[]", "{}", " [1 , 2] ", R"({"a":[{}],"b":"\u00e9\n"})",
                           "-0", "1.5e-3", "0", R"("")", "[[[[]]]]", R"({"a":{"b":{"c":null}}})"}) {
    EXPECT_TRUE(is_well_formed(text)) << text;
  }
}

TEST(JsonCheck, BrokenValuesAreNot) {
  for (const char* text :
       {"",    "nul",        "[1,]",  "[,1]", "{\"a\"}", "{\"a\":}", "{,}",     "01",
        "1.",  ".5",         "-",     "1e",   "+1",      "\"a",      "\"\\q\"", "\"\\u12g4\"",
        "[1}", "{\"a\":1,}", "[] []", "tru",  "\"\n\"",  "[",        "{",       "1 2"}) {
    EXPECT_FALSE(is_well_formed(text)) << text;
  }
}

TEST(JsonCheck, NestingHasALimitAndDoesNotUseTheStack) {
  EXPECT_TRUE(is_well_formed(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(is_well_formed(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(is_well_formed(std::string(10'000'000, '[')));
}

TEST(JsonCheck, NumbersAreIntegersOrSayWhyNot) {
  EXPECT_EQ(read_number("9223372036854775807").value, INT64_MAX);
  EXPECT_EQ(read_number("-12  ").value, -12);
  EXPECT_EQ(read_number("9223372036854775808").kind, Kind::kTooLarge);
  EXPECT_EQ(read_number("99999999999999999999999999").kind, Kind::kTooLarge);
  EXPECT_EQ(read_number("-99999999999999999999").kind, Kind::kTooSmall);
  for (const char* text : {"1.0", "1e3", "1E+2", "-0.0"}) {
    EXPECT_EQ(read_number(text).kind, Kind::kFraction) << text;
  }
  for (const char* text : {"01", "1.", "--1", "1x", ""}) {
    EXPECT_EQ(read_number(text).kind, Kind::kBroken) << text;
  }
}

TEST(JsonText, ControlCharactersAndQuotesAreEscaped) {
  std::string out;
  append_string(out, std::string_view("a\"\\\n\t\r\x01\x1f é", 11));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\t\\r\\u0001\\u001f é\"");
}

TEST(JsonText, TimesKeepAllNineDigits) {
  std::string out;
  append_time(out, {1'719'763'200'000'000'001});
  append_time(out, {1'719'763'200'999'999'999});
  EXPECT_EQ(out, "\"2024-06-30T16:00:00.000000001Z\"\"2024-06-30T16:00:00.999999999Z\"");
}

TEST(Query, ParametersAreDecodedAndChecked) {
  Query query("limit=10&order=asc&x=a%2Fb", {"limit", "order", "x"});
  EXPECT_EQ(query.number("limit", 1, 1000), 10U);
  EXPECT_EQ(query.word("order", {"desc", "asc"}), 1U);
  EXPECT_EQ(*query.find("x"), "a/b");
  EXPECT_FALSE(query.error());
}

TEST(Query, FaultsAreKept) {
  EXPECT_TRUE(Query("limit=1&limit=2", {"limit"}).error());
  EXPECT_TRUE(Query("limti=1", {"limit"}).error());
  EXPECT_TRUE(Query("limit=%zz", {"limit"}).error());
  EXPECT_TRUE(Query("limit=%2", {"limit"}).error());
  for (const char* text : {"limit=0", "limit=1001", "limit=-1", "limit=1x", "limit=", "limit"}) {
    Query query(text, {"limit"});
    EXPECT_FALSE(query.number("limit", 1, 1000)) << text;
    EXPECT_TRUE(query.error()) << text;
  }
  Query date("date=2024-02-30", {"date"});
  EXPECT_FALSE(date.date("date"));
  EXPECT_TRUE(date.error());
}

}  // namespace
