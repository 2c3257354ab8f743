#include <atomic>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/server/fixture.h"

namespace {

using server_test::Daemon;
using server_test::deposit;

bool has(const tools::HttpResponse& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++n;
  }
  return n;
}

std::string withdraw(std::string_view id, std::int64_t amount) {
  return fmt::format(
      R"({{"id":"{}","flow":"withdraw","authority":"client","client":"lender:L1","amount":{}}})",
      id, amount);
}

TEST(Commands, ARepeatedCommandGetsItsFirstAnswer) {
  Daemon daemon;
  daemon.open_and_fund();
  const auto first = daemon.send(withdraw("w1", 300));
  const auto again = daemon.send(withdraw("w1", 300));
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(again.status, 200);
  EXPECT_TRUE(has(first, "\"replayed\":false"));
  EXPECT_TRUE(has(again, "\"replayed\":true"));
  EXPECT_EQ(first.body.substr(0, first.body.find("\"replayed\"")),
            again.body.substr(0, again.body.find("\"replayed\"")));
}

TEST(Commands, AReusedIdNamesTheFieldThatDiffers) {
  Daemon daemon;
  daemon.open_and_fund();
  ASSERT_EQ(daemon.send(withdraw("w1", 300)).status, 200);
  const std::uint64_t head = daemon.head();
  const auto other = daemon.send(withdraw("w1", 301));
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.content_type, "application/problem+json");
  EXPECT_TRUE(has(other, "ID_REUSED") && has(other, "field=amount")) << other.body;
  EXPECT_EQ(daemon.head(), head);
}

TEST(Commands, ARefusalByStateIsAProblemThatCarriesTheAnswer) {
  Daemon daemon;
  daemon.open_and_fund(100);
  const auto refused = daemon.send(withdraw("w1", 101));
  EXPECT_EQ(refused.status, 422);
  for (const char* part : {"\"type\":\"urn:escrow:refusal:INSUFFICIENT_FUNDS\"", "\"status\":422",
                           "\"outcome\":\"refused\"", "\"code\":224",
                           "\"sequence\":", "\"hash\":", "requested=101", "\"zh\":"}) {
    EXPECT_TRUE(has(refused, part)) << part << " in " << refused.body;
  }
  const auto sticky = daemon.send(withdraw("w1", 101));
  EXPECT_EQ(sticky.status, 422);
  EXPECT_TRUE(has(sticky, "\"replayed\":true"));
}

TEST(Commands, MalformedRequestsAreAnsweredAndNotJournaled) {
  Daemon daemon;
  daemon.open_and_fund();
  const std::uint64_t head = daemon.head();
  for (const char* body :
       {"", "{", "[", "[1", "nul", "{\"id\":\"a\"", "{}", "7", "\"x\"",
        "{\"id\":\"a\",\"id\":\"a\"}", "{\"id\":\"a\",\"flow\":\"withdraw\",\"amount\":-5}",
        "\xff\xfe", "{\"\\ud800\":1}"}) {
    const auto answer = daemon.send(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.content_type, "application/problem+json") << body;
    EXPECT_TRUE(has(answer, "\"type\"") && has(answer, "\"detail\"")) << answer.body;
  }
  EXPECT_EQ(daemon.head(), head);
}

TEST(Commands, AnArrayIsAnsweredElementByElement) {
  Daemon daemon;
  daemon.open_and_fund();
  const auto answer = daemon.send("[" + withdraw("a", 1) + ",{\"id\":\"b\"},false," +
                                  withdraw("c", 999'999) + "," + withdraw("d", 1) + "]");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(count(answer.body, "\"status\":\"committed\""), 2U);
  EXPECT_EQ(count(answer.body, "\"status\":\"refused\""), 3U);
  EXPECT_LT(answer.body.find("\"id\":\"a\""), answer.body.find("\"id\":\"b\""));
  EXPECT_LT(answer.body.find("NOT_AN_OBJECT"), answer.body.find("INSUFFICIENT_FUNDS"));
  EXPECT_EQ(daemon.send("[]").body, "[]");
}

TEST(Commands, AnArrayThatCannotBeReadDoesNothing) {
  Daemon daemon;
  daemon.open_and_fund();
  const std::uint64_t head = daemon.head();
  EXPECT_EQ(daemon.send("[" + withdraw("a", 1) + "," + withdraw("b", 1) + ",").status, 400);
  EXPECT_EQ(daemon.head(), head);
  EXPECT_EQ(daemon.get("/v1/commands/a").status, 404);
}

TEST(Commands, LinesAreAnsweredWithTheirNumbers) {
  Daemon daemon;
  daemon.open_and_fund();
  const auto answer = daemon.send(withdraw("a", 1) + "\n\n{broken\n" + withdraw("b", 1) + "\n",
                                  "application/x-ndjson");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/x-ndjson");
  EXPECT_EQ(count(answer.body, "\n"), 3U);
  EXPECT_TRUE(has(answer, "{\"line\":1,\"id\":\"a\"")) << answer.body;
  EXPECT_TRUE(has(answer, "{\"line\":3,\"id\":null")) << answer.body;
  EXPECT_TRUE(has(answer, "{\"line\":4,\"id\":\"b\"")) << answer.body;
}

TEST(Commands, AnAtomicBatchIsAllOrNothing) {
  Daemon daemon;
  daemon.open_and_fund(100);
  const std::string poor = "[" + withdraw("a", 60) + "," + withdraw("b", 60) + "]";
  const auto refused = daemon.send(poor, "application/json", "?atomic=true");
  EXPECT_EQ(refused.status, 422);
  EXPECT_TRUE(has(refused, "BATCH_ABORTED") && has(refused, "INSUFFICIENT_FUNDS")) << refused.body;
  EXPECT_TRUE(has(daemon.get("/v1/accounts/lender:L1:available"), "\"balance\":100,"));
  const std::string malformed = "[" + withdraw("c", 1) + "," + withdraw("d", -1) + "]";
  const auto bad = daemon.send(malformed, "application/json", "?atomic=true");
  EXPECT_EQ(bad.status, 422);
  EXPECT_TRUE(has(bad, "BATCH_ABORTED") && has(bad, "AMOUNT_NOT_POSITIVE")) << bad.body;
  EXPECT_EQ(daemon.get("/v1/commands/c").status, 404);
  const std::string good = "[" + withdraw("e", 60) + "," + withdraw("f", 40) + "]";
  EXPECT_EQ(daemon.send(good, "application/json", "?atomic=true").status, 200);
  EXPECT_TRUE(has(daemon.get("/v1/accounts/lender:L1:available"), "\"balance\":0,"));
}

TEST(Commands, BadParametersAndTypesAreNamed) {
  Daemon daemon;
  EXPECT_EQ(daemon.send("{}", "application/json", "?atomic=perhaps").status, 400);
  EXPECT_EQ(daemon.send("{}", "application/json", "?atomc=true").status, 400);
  EXPECT_EQ(daemon.send("{}", "text/plain").status, 415);
  EXPECT_EQ(daemon.send("{}", "application/x-www-form-urlencoded").status, 415);
  EXPECT_EQ(daemon.get("/v1/commands").status, 405);
  EXPECT_EQ(daemon.get("/v1/nothing").status, 404);
  EXPECT_EQ(daemon.get("/v1/accounts/a%20b").status, 400);
  EXPECT_EQ(daemon.get("/v1/accounts/%zz").status, 400);
  EXPECT_EQ(daemon.get("/v1/entries/x").status, 400);
  EXPECT_EQ(daemon.get("/v1/entries/999").status, 404);
}

// How often the queue is full depends on the machine; that nothing is half taken must not.
TEST(Commands, AFullQueueSaysTryLaterAndTakesNothing) {
  Daemon daemon({}, 1'000);
  daemon.open_and_fund();
  const std::uint64_t before = daemon.head();
  std::atomic<std::uint64_t> taken{0};
  std::vector<std::thread> senders;
  for (int t = 0; t < 6; ++t) {
    senders.emplace_back([&, t] {
      tools::HttpClient client(daemon.socket());
      for (int batch = 0; batch < 10; ++batch) {
        std::string body = "[" + deposit(fmt::format("q{}-{}", t, batch), 1);
        for (int i = 1; i < 900; ++i) {
          body += "," + deposit(fmt::format("q{}-{}-{}", t, batch, i), 1);
        }
        const auto response = client.post("/v1/commands", "application/json", body + "]");
        ASSERT_TRUE(response);
        ASSERT_TRUE(response->status == 200 || has(*response, "QUEUE_FULL")) << response->body;
        if (response->status == 200) taken += 900;
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(daemon.head(), before + taken);
}

TEST(Reads, BalancesAreAnsweredNowAndInThePast) {
  Daemon daemon;
  daemon.open_and_fund(100);
  const std::uint64_t before = daemon.head();
  ASSERT_EQ(daemon.send(withdraw("w", 30)).status, 200);
  const std::string path = "/v1/accounts/lender:L1:available/balance";
  EXPECT_TRUE(has(daemon.get(path), "\"balance\":70,"));
  EXPECT_TRUE(has(daemon.get(fmt::format("{}?at={}", path, before)), "\"balance\":100,"));
  EXPECT_EQ(daemon.get(path + "?date=2024-06-30").status, 404);
  ASSERT_EQ(
      daemon.send(R"({"id":"c","flow":"cut_off","authority":"platform","opens":"2024-07-01"})")
          .status,
      200);
  ASSERT_EQ(daemon.send(withdraw("w2", 30)).status, 200);
  EXPECT_TRUE(has(daemon.get(path + "?date=2024-06-30"), "\"balance\":70,"));
  EXPECT_EQ(daemon.get(path + "?at=1&date=2024-06-30").status, 400);
  EXPECT_EQ(daemon.get("/v1/trial-balance?date=2024-06-30").status, 200);
}

TEST(Reads, HistoryIsReadPageByPage) {
  Daemon daemon;
  daemon.open_and_fund(1'000);
  for (int i = 0; i < 5; ++i) daemon.send(withdraw(fmt::format("w{}", i), 1));
  const auto page = daemon.get("/v1/accounts/lender:L1:available/history?limit=2");
  EXPECT_EQ(count(page.body, "\"command_id\""), 2U);
  EXPECT_TRUE(has(page, "\"w4\"") && has(page, "\"w3\"") && has(page, "\"next_cursor\""));
  const auto oldest = daemon.get("/v1/accounts/lender:L1:available/history?limit=1&order=asc");
  EXPECT_TRUE(has(oldest, "\"open-l1\"") || has(oldest, "\"deposit-0\"")) << oldest.body;
}

TEST(Journal, LinesComeInOrderAndRawOnesAreTheCanonicalBytes) {
  Daemon daemon;
  daemon.open_and_fund();
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  };
  ASSERT_TRUE(daemon.client().lines("/v1/journal", take, 10'000));
  ASSERT_EQ(lines.size(), daemon.head());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_TRUE(lines[i].starts_with(fmt::format("{{\"sequence\":{},", i + 1)));
  }
  lines.clear();
  ASSERT_TRUE(daemon.client().lines("/v1/journal?after=1&limit=2&raw=true", take, 10'000));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find("\"bytes\":\"01"), std::string::npos);
}

}  // namespace
