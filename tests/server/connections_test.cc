#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/server/fixture.h"

namespace {

using ledger::server::Options;
using server_test::Daemon;
using server_test::deposit;
using server_test::RawSocket;
using namespace std::chrono_literals;

Options with(const std::function<void(Options&)>& change) {
  Options options;
  change(options);
  return options;
}

std::string post(std::string_view body) {
  return fmt::format(
      "POST /v1/commands HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      body.size(), body);
}
constexpr std::string_view kHealth = "GET /healthz HTTP/1.1\r\nHost: l\r\n\r\n";

TEST(Connections, PipelinedRequestsAreAnsweredInOrder) {
  Daemon daemon;
  daemon.open_and_fund();
  RawSocket raw(daemon.socket());
  std::string all;
  for (int i = 0; i < 200; ++i) {
    all += i % 2 == 0 ? post(deposit(fmt::format("p{}", i), 1)) : std::string(kHealth);
  }
  ASSERT_TRUE(raw.send(all));
  for (int i = 0; i < 200; ++i) {
    const std::string response = raw.response();
    ASSERT_TRUE(response.starts_with("HTTP/1.1 200")) << response;
    const std::string expected =
        i % 2 == 0 ? fmt::format("\"id\":\"p{}\"", i) : "\"status\":\"ok\"";
    EXPECT_NE(response.find(expected), std::string::npos) << response;
  }
}

TEST(Connections, ABodyOverTheLimitIsRefusedBeforeItIsSent) {
  Daemon daemon;
  RawSocket raw(daemon.socket());
  raw.send("POST /v1/commands HTTP/1.1\r\nContent-Length: 104857600\r\n\r\n");
  const std::string response = raw.response();
  EXPECT_TRUE(response.starts_with("HTTP/1.1 413")) << response;
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_NE(response.find("BODY_TOO_LARGE"), std::string::npos);
}

TEST(Connections, AHundredMegabytesDoNotTakeTheDaemonDown) {
  Daemon daemon;
  const std::string body(100U << 20, ' ');
  const auto response = daemon.client().post("/v1/commands", "application/json", body);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 413);
  EXPECT_EQ(daemon.get("/healthz").status, 200);
  RawSocket chunked(daemon.socket());
  chunked.send("POST /v1/commands HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100000\r\n" + std::string(1U << 20, ' ') + "\r\n";
  for (int i = 0; i < 100 && chunked.send(chunk); ++i) {
  }
  EXPECT_TRUE(chunked.response().starts_with("HTTP/1.1 413"));
  EXPECT_EQ(daemon.head(), 1U);
}

TEST(Connections, ChunkedBodiesAndExpectContinueAreUnderstood) {
  Daemon daemon;
  RawSocket raw(daemon.socket());
  raw.send("POST /v1/commands HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n");
  raw.send("1\r\n]\r\n0\r\n\r\n");
  EXPECT_TRUE(raw.response().ends_with("\r\n\r\n[]"));
  raw.send("POST /v1/commands HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(raw.receive(25), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("[]");
  EXPECT_TRUE(raw.response().ends_with("\r\n\r\n[]"));
}

TEST(Connections, WhatIsNotHttpIsAnsweredAndClosed) {
  Daemon daemon;
  for (const std::string& text :
       {std::string("hello\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        std::string("\x16\x03\x01\x02", 4) + "\r\n\r\n",
        std::string("POST /v1/commands HTTP/1.1\r\nContent-Length: x\r\n\r\n"),
        std::string("POST /v1/commands HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")}) {
    RawSocket raw(daemon.socket());
    raw.send(text);
    const std::string response = raw.receive();
    EXPECT_TRUE(response.starts_with("HTTP/1.1 400") || response.starts_with("HTTP/1.1 505"))
        << text << " gave " << response;
  }
  RawSocket raw(daemon.socket());
  raw.send("GET /healthz HTTP/1.1\r\nX: " + std::string(64U << 10, 'x'));
  EXPECT_TRUE(raw.response().starts_with("HTTP/1.1 431"));
  EXPECT_EQ(daemon.get("/healthz").status, 200);
}

TEST(Connections, ASlowRequestIsCutOffAndASilentPeerToo) {
  Daemon daemon(with([](Options& o) {
    o.limits.request_timeout_ms = 300;
    o.limits.idle_timeout_ms = 600;
  }));
  RawSocket slow(daemon.socket());
  RawSocket silent(daemon.socket());
  slow.send("POST /v1/commands HTTP/1.1\r\nContent-Length: 100\r\n\r\n[");
  for (int i = 0; i < 20 && slow.send(" "); ++i) std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(slow.response().starts_with("HTTP/1.1 408"));
  EXPECT_EQ(silent.receive(1, 3'000), "");
  EXPECT_EQ(daemon.head(), 1U);
}

TEST(Connections, AHalfClosedPeerStillGetsItsAnswer) {
  Daemon daemon;
  RawSocket raw(daemon.socket());
  raw.send(post("[]"));
  raw.finish_sending();
  EXPECT_TRUE(raw.receive().ends_with("\r\n\r\n[]"));
  RawSocket partial(daemon.socket());
  partial.send("POST /v1/commands HTTP/1.1\r\nContent-Length: 100\r\n\r\n[");
  partial.finish_sending();
  EXPECT_EQ(partial.receive(), "");
}

TEST(Connections, BeyondTheLimitPeersAreTurnedAway) {
  Daemon daemon(with([](Options& o) { o.limits.connections_max = 3; }));
  std::vector<std::unique_ptr<RawSocket>> held;
  for (int i = 0; i < 3; ++i) {
    held.push_back(std::make_unique<RawSocket>(daemon.socket()));
    held.back()->send(kHealth);
    ASSERT_TRUE(held.back()->response().starts_with("HTTP/1.1 200"));
  }
  RawSocket extra(daemon.socket());
  EXPECT_TRUE(extra.receive().starts_with("HTTP/1.1 503"));
  held.pop_back();
  std::this_thread::sleep_for(100ms);
  RawSocket next(daemon.socket());
  next.send(kHealth);
  EXPECT_TRUE(next.response().starts_with("HTTP/1.1 200"));
}

TEST(Connections, APeerThatLeavesBeforeItsAnswerHarmsNobody) {
  Daemon daemon;
  daemon.open_and_fund();
  for (int i = 0; i < 50; ++i) {
    RawSocket raw(daemon.socket());
    raw.send(post(deposit(fmt::format("gone{}", i), 1)));
  }
  // What was sent whole is done, whoever waits for the answer.
  const auto again = daemon.send(deposit("gone0", 1));
  EXPECT_NE(again.body.find("committed"), std::string::npos);
}

TEST(Connections, FollowersSeeEntriesAsTheyAreMade) {
  Daemon daemon;
  std::atomic<int> lines{0};
  std::thread follower([&] {
    tools::HttpClient client(daemon.socket());
    const auto end =
        client.lines("/v1/journal?follow=true", [&](std::string_view) { return ++lines < 14; });
    EXPECT_TRUE(end);
  });
  while (lines < 1) std::this_thread::sleep_for(1ms);
  daemon.open_and_fund();
  for (int i = 0; i < 9; ++i) daemon.send(deposit(fmt::format("f{}", i), 1));
  follower.join();
  EXPECT_EQ(lines, 14);
}

TEST(Connections, AFollowerThatDoesNotReadIsWaitedForAndThenCut) {
  Daemon daemon(with([](Options& o) { o.limits.write_timeout_ms = 500; }));
  daemon.open_and_fund();
  RawSocket lazy(daemon.socket());
  lazy.send("GET /v1/journal?follow=true HTTP/1.1\r\n\r\n");
  for (int batch = 0; batch < 10; ++batch) {
    std::string body = "[" + deposit(fmt::format("b{}", batch), 1);
    for (int i = 0; i < 999; ++i) body += "," + deposit(fmt::format("b{}-{}", batch, i), 1);
    ASSERT_EQ(daemon.send(body + "]").status, 200);
  }
  std::this_thread::sleep_for(1'500ms);
  EXPECT_NE(daemon.get("/metrics").body.find("escrow_server_streams 0\n"), std::string::npos);
}

TEST(Connections, StoppingFinishesWhatIsInFlight) {
  Daemon daemon;
  daemon.open_and_fund();
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> answered{0};
  std::vector<std::thread> senders;
  for (int t = 0; t < 4; ++t) {
    senders.emplace_back([&, t] {
      tools::HttpClient client(daemon.socket());
      for (int i = 0; !stop; ++i) {
        const auto response = client.post("/v1/commands", "application/json",
                                          deposit(fmt::format("s{}-{}", t, i), 1));
        if (!response) break;
        EXPECT_EQ(response->status, 200);
        ++answered;
      }
    });
  }
  RawSocket follower(daemon.socket());
  follower.send("GET /v1/journal?follow=true&after=1000000 HTTP/1.1\r\n\r\n");
  while (answered < 200) std::this_thread::sleep_for(1ms);
  daemon.server().stop();
  stop = true;
  for (std::thread& sender : senders) sender.join();
  EXPECT_TRUE(follower.receive().ends_with("0\r\n\r\n"));
  // Every answer that left rests on a durable entry: genesis, the four of the start, the deposits.
  EXPECT_GE(daemon.head(), 5 + answered);
}

TEST(Connections, TheSocketFileIsGuarded) {
  Daemon daemon;
  struct stat found {};
  ASSERT_EQ(::stat(daemon.socket().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0660U);
  Options second;
  second.socket_path = daemon.socket();
  const auto refused = ledger::server::Server::start(second, daemon.engine());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ledger::base::Fault::Kind::kClosed);
  daemon.server().stop();
  EXPECT_NE(::stat(daemon.socket().c_str(), &found), 0);
}

}  // namespace
