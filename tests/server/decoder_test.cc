#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/domain/flow.h"
#include "ledger/server/command_decoder.h"

namespace ledger::server {
extern const std::string_view kOpenApiYaml;
}

namespace {

using namespace ledger;  // NOLINT
using domain::RefusalCode;
using Shape = server::DecodedRequest::Shape;

const domain::Profile& profile() {
  static const domain::Profile one =
      std::move(domain::Profile::parse(*domain::Profile::built_in("cn-2017"))).value();
  return one;
}

server::DecodedRequest decode(std::string body, bool lines = false) {
  static server::CommandDecoder decoder(8'192);
  static const server::PeerRules rules(
      {}, ::geteuid(), []() -> const domain::Profile& { return profile(); });
  const std::size_t size = body.size();
  body.append(server::kBodyPadding, '\0');
  return decoder.decode(std::string_view(body).substr(0, size), lines,
                        rules.peer_of({::geteuid(), {}}));
}

// The refusal of a single command: "NAME detail", or "none".
std::string refusal(const std::string& body) {
  const auto request = decode(body);
  const auto& why = request.broken ? request.broken : request.items.front().refusal;
  return why ? fmt::format("{} {}", domain::text_of(why->code).name, why->detail) : "none";
}

std::string withdraw(std::string_view amount, std::string_view more = "") {
  return fmt::format(
      R"({{"id":"w1","flow":"withdraw","authority":"client","client":"lender:L1","amount":{}{}}})",
      amount, more);
}

TEST(CommandDecoder, SeedsOfTheFuzzerAreAccepted) {
  std::size_t commands = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(ESCROW_SOURCE_DIR "/tests/server/fuzz_command_seeds")) {
    std::ifstream in(file.path(), std::ios::binary);
    const auto request =
        decode({std::istreambuf_iterator<char>(in), {}}, file.path().extension() == ".ndjson");
    ASSERT_FALSE(request.broken) << file.path();
    for (const auto& item : request.items) {
      EXPECT_FALSE(item.refusal) << file.path() << " " << item.refusal->detail;
    }
    commands += request.commands.size();
  }
  EXPECT_GE(commands, 13U);
}

TEST(CommandDecoder, EachBadFieldIsNamedWithItsReason) {
  const std::pair<std::string, std::string> cases[] = {
      {withdraw("1"), "none"},
      {withdraw("1000000000000000000"), "none"},
      {withdraw("0"), "AMOUNT_NOT_POSITIVE field=amount"},
      {withdraw("-1"), "AMOUNT_NOT_POSITIVE field=amount"},
      {withdraw("-99999999999999999999"), "AMOUNT_NOT_POSITIVE field=amount"},
      {withdraw("1000000000000000001"), "AMOUNT_TOO_LARGE field=amount"},
      {withdraw("99999999999999999999999"), "AMOUNT_TOO_LARGE field=amount"},
      {withdraw("1.0"), "WRONG_TYPE field=amount"},
      {withdraw("1e2"), "WRONG_TYPE field=amount"},
      {withdraw("\"1\""), "WRONG_TYPE field=amount"},
      {withdraw("true"), "WRONG_TYPE field=amount"},
      {withdraw("null"), "WRONG_TYPE field=amount"},
      {withdraw("[1]"), "WRONG_TYPE field=amount"},
      {withdraw("{\"a\":1}"), "WRONG_TYPE field=amount"},
      {withdraw("1", R"(,"amount":1)"), "DUPLICATE_KEY field=amount"},
      {withdraw("1", R"(,"\u0061mount":1)"), "DUPLICATE_KEY field=amount"},
      {withdraw("1", R"(,"id":"w2")"), "DUPLICATE_KEY field=id"},
      {withdraw("1", R"(,"flow":"bid")"), "DUPLICATE_KEY field=flow"},
      {withdraw("1", R"(,"colour":"red")"), "UNKNOWN_FIELD field=colour"},
      {withdraw("1", R"(,"":1)"), "UNKNOWN_FIELD field="},
      {withdraw("1", R"(,"project":"P1")"), "UNKNOWN_FIELD field=project"},
      {withdraw("1", R"(,"value_date":"2024-02-30")"), "BAD_DATE field=value_date"},
      {withdraw("1", R"(,"value_date":20240630)"), "WRONG_TYPE field=value_date"},
      {withdraw("1", R"(,"operator":5)"), "WRONG_TYPE field=operator"},
      {R"({"flow":"withdraw","authority":"client"})", "MISSING_FIELD field=id"},
      {R"({"id":"a","authority":"client"})", "MISSING_FIELD field=flow"},
      {R"({"id":"a","flow":"bid_cancel","authority":"client"})", "MISSING_FIELD field=order"},
      {R"({"id":"a","flow":"bid_cancel","order":"b"})", "MISSING_FIELD field=authority"},
      {R"({"id":"","flow":"bid_cancel"})", "BAD_ID field=id"},
      {R"({"id":"a b","flow":"bid_cancel"})", "BAD_ID field=id"},
      {R"({"id":7,"flow":"bid_cancel"})", "WRONG_TYPE field=id"},
      {R"({"id":"a","flow":"transfer"})", "UNKNOWN_FLOW flow=transfer"},
      {R"({"id":"a","flow":"genesis"})", "UNKNOWN_FLOW flow=genesis"},
      {R"({"id":"a","flow":"bid_cancel","authority":"king","order":"b"})",
       "UNKNOWN_AUTHORITY field=authority"},
      {R"({})", "MISSING_FIELD field=id"},
      {R"("text")", "NOT_AN_OBJECT the body is neither an object nor an array"},
      {R"(12)", "NOT_AN_OBJECT the body is neither an object nor an array"},
  };
  for (const auto& [body, expected] : cases) EXPECT_EQ(refusal(body), expected) << body;
}

TEST(CommandDecoder, BrokenJsonIsNeverTakenForAWrongCommand) {
  for (const std::string& body : {std::string(""),
                                  std::string("{"),
                                  std::string("nul"),
                                  withdraw("01"),
                                  withdraw("1x"),
                                  withdraw("-"),
                                  withdraw("tru"),
                                  withdraw(""),
                                  withdraw("[1,]"),
                                  withdraw("1", ",\"x\":nul"),
                                  withdraw("1", ",\"x\":{\"a\" 1}"),
                                  withdraw("1", ",\"x\":\"\\q\""),
                                  withdraw("1", ","),
                                  withdraw("1") + "{}",
                                  withdraw("1") + "x",
                                  std::string("[") + withdraw("1"),
                                  std::string("{\"id\":\"\xff\"}"),
                                  std::string("{\"id\":\"a\nb\"}"),
                                  std::string(100'000, '['),
                                  std::string("{\"a\":") + std::string(100'000, '[')}) {
    EXPECT_TRUE(refusal(body).starts_with("MALFORMED_JSON"))
        << body.substr(0, 200) << " gave " << refusal(body);
  }
}

TEST(CommandDecoder, AWrongElementLeavesItsNeighboursAlone) {
  const auto request =
      decode("[" + withdraw("1") + ", 5, [1], null, " + withdraw("-1") +
             R"(,{"id":"x","bad":[{"deep":[1,2,{"a":null}]}]},)" + withdraw("2") + "]");
  ASSERT_FALSE(request.broken);
  EXPECT_EQ(request.shape, Shape::kArray);
  ASSERT_EQ(request.items.size(), 7U);
  EXPECT_EQ(request.commands.size(), 2U);
  EXPECT_FALSE(request.items[0].refusal);
  for (const std::size_t i : {1U, 2U, 3U}) {
    EXPECT_EQ(request.items[i].refusal->code, RefusalCode::kNotAnObject) << i;
  }
  EXPECT_EQ(request.items[4].refusal->code, RefusalCode::kAmountNotPositive);
  EXPECT_EQ(request.items[5].refusal->code, RefusalCode::kUnknownField);
  EXPECT_EQ(request.id_of(request.items[5]), "x");
  EXPECT_FALSE(request.items[6].refusal);
}

TEST(CommandDecoder, ABrokenArrayGivesNothing) {
  for (const char* tail : {"", ",]", ",{]", ",{}}", "]]", "] 1", ",{\"id\":}]", ",nul]"}) {
    const auto request = decode("[" + withdraw("1") + tail);
    ASSERT_TRUE(request.broken) << tail;
    EXPECT_EQ(request.broken->code, RefusalCode::kMalformedJson) << tail;
    EXPECT_TRUE(request.commands.empty()) << tail;
    EXPECT_TRUE(request.items.empty()) << tail;
  }
}

TEST(CommandDecoder, ABrokenLineSpoilsOnlyItself) {
  const auto request = decode(
      withdraw("1") + "\n{\"id\":\n\n  \r\n" + withdraw("2") + "\r\n[]\n" + withdraw("3"), true);
  ASSERT_FALSE(request.broken);
  ASSERT_EQ(request.items.size(), 5U);
  EXPECT_EQ(request.commands.size(), 3U);
  EXPECT_EQ(request.items[1].refusal->code, RefusalCode::kMalformedJson);
  EXPECT_EQ(request.items[1].line, 2U);
  EXPECT_EQ(request.items[2].line, 5U);
  EXPECT_EQ(request.items[3].refusal->code, RefusalCode::kNotAnObject);
  EXPECT_EQ(request.items[4].line, 7U);
}

TEST(CommandDecoder, TooManyCommandsAreRefusedAsAWhole) {
  std::string body = "[1";
  for (int i = 0; i < 8'192; ++i) body += ",1";
  EXPECT_EQ(decode(body + "]").broken->code, RefusalCode::kBatchTooLarge);
  std::string lines;
  for (int i = 0; i < 8'193; ++i) lines += "{}\n";
  EXPECT_EQ(decode(lines, true).broken->code, RefusalCode::kBatchTooLarge);
}

TEST(CommandDecoder, SchedulesAreReadMemberByMember) {
  const auto project = [](std::string_view rows) {
    return fmt::format(
        R"({{"id":"p","flow":"open_project","authority":"platform","project":"P1","borrower":"borrower:B1",)"
        R"("target":100,"contract_hash":"{}","instalments":{}}})",
        std::string(64, 'a'), rows);
  };
  const std::pair<std::string, std::string> cases[] = {
      {R"([{"due":"2024-07-30","principal":100,"interest":0}])", "none"},
      {R"([])", "BAD_INSTALMENTS field=instalments"},
      {R"(5)", "WRONG_TYPE field=instalments"},
      {R"([5])", "WRONG_TYPE field=instalments[0]"},
      {R"([{"due":"2024-07-30","principal":100}])", "MISSING_FIELD field=instalments[0].interest"},
      {R"([{"due":"2024-07-30","principal":100,"interest":-1}])",
       "AMOUNT_NOT_POSITIVE field=instalments[0].interest"},
      {R"([{"due":"2024-07-30","principal":1.5,"interest":0}])",
       "WRONG_TYPE field=instalments[0].principal"},
      {R"([{"due":"2024-07-30","principal":1,"interest":0,"x":1}])",
       "UNKNOWN_FIELD field=instalments[0].x"},
      {R"([{"due":"2024-07-30","due":"2024-07-30","principal":1,"interest":0}])",
       "DUPLICATE_KEY field=instalments[0].due"},
      {R"([{"due":"30.7.2024","principal":1,"interest":0}])", "BAD_DATE field=instalments[0].due"},
  };
  for (const auto& [rows, expected] : cases) EXPECT_EQ(refusal(project(rows)), expected) << rows;
}

TEST(OpenApi, ListsTheFieldsOfEveryFlow) {
  for (const domain::Flow* flow : domain::all_flows()) {
    std::string line = fmt::format("\n        {}:", domain::name_of(flow->code));
    const char* between = " ";
    for (const domain::FlowField& field : flow->fields) {
      line += fmt::format("{}{}{}", between, domain::spec_of(field.field).name,
                          field.required ? " r" : "");
      between = ", ";
    }
    EXPECT_NE(server::kOpenApiYaml.find(line + ".\n"), std::string_view::npos) << line;
  }
  for (const domain::FieldSpec& spec : domain::all_fields()) {
    EXPECT_NE(server::kOpenApiYaml.find(fmt::format("\n        {}:", spec.name)),
              std::string_view::npos)
        << spec.name;
  }
}

}  // namespace
