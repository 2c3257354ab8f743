#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/server/peers.h"
#include "tests/server/fixture.h"

namespace {

using ledger::server::Options;
using ledger::server::PeerRule;
using server_test::Daemon;
using server_test::deposit;

Options as(std::vector<std::string> roles, std::vector<std::string> operators = {}) {
  Options options;
  options.peers = {{::geteuid(), std::nullopt, std::move(roles), std::move(operators)}};
  return options;
}

constexpr const char* kOpen =
    R"({"id":"o","flow":"open_account","authority":"platform","client":"lender:L1"})";

TEST(Peers, ABankMayNotOpenAccounts) {
  Daemon daemon(as({"bank"}));
  const auto refused = daemon.send(kOpen);
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("ROLE_FORBIDDEN"), std::string::npos);
  EXPECT_EQ(daemon.head(), 1U);
  // The role opens the door; the state then refuses for its own reasons.
  EXPECT_EQ(daemon.send(deposit("d", 1)).status, 422);
}

TEST(Peers, AnAuditorReadsAndSendsNothing) {
  Daemon daemon(as({"auditor"}));
  EXPECT_EQ(daemon.get("/v1/status").status, 200);
  EXPECT_EQ(daemon.get("/v1/trial-balance").status, 200);
  EXPECT_EQ(daemon.send(kOpen).status, 403);
  const auto many = daemon.send(fmt::format("[{},{}]", kOpen, deposit("d", 1)));
  EXPECT_EQ(many.status, 200);
  EXPECT_EQ(many.body.find("committed"), std::string::npos);
  EXPECT_EQ(daemon.head(), 1U);
}

TEST(Peers, AnOperatorIsOnlyWhoItMayBe) {
  Daemon daemon(as({"operator"}, {"alice"}));
  const auto propose = [](std::string_view name) {
    return fmt::format(
        R"({{"id":"r-{0}","flow":"reversal_propose","authority":"operators","operator":"{0}",)"
        R"("entry":1,"entry_hash":"{1}","reason":"test"}})",
        name, std::string(64, '0'));
  };
  const auto bob = daemon.send(propose("bob"));
  EXPECT_EQ(bob.status, 403);
  EXPECT_NE(bob.body.find("OPERATOR_FORBIDDEN"), std::string::npos) << bob.body;
  EXPECT_EQ(daemon.head(), 1U);
  EXPECT_EQ(daemon.send(propose("alice")).status, 422);
}

TEST(Peers, AProposalIsNoWayAroundTheRoles) {
  Daemon daemon(as({"operator"}, {"alice"}));
  const auto propose = [](std::string_view id, std::string_view proposed) {
    return fmt::format(R"({{"id":"{}","flow":"propose","authority":"operators","operator":"alice",)"
                       R"("proposed":{}}})",
                       id, proposed);
  };
  // Money from nowhere, a client's withdrawal, a loan paid out: whoever may not send them may not
  // have them approved either.
  for (
      const char* proposed :
      {R"({"flow":"deposit","authority":"bank","client":"lender:L1","channel":"alipay","amount":1})",
       R"({"flow":"withdraw","authority":"client","client":"lender:L1","amount":1})",
       R"({"flow":"disburse","authority":"platform","project":"P1"})"}) {
    const auto refused = daemon.send(propose("v1", proposed));
    EXPECT_EQ(refused.status, 403) << proposed;
    EXPECT_NE(refused.body.find("ROLE_FORBIDDEN"), std::string::npos) << refused.body;
  }
  EXPECT_EQ(daemon.head(), 1U);
  // What operators may send they may propose; the state then refuses for its own reasons.
  const auto own = daemon.send(propose(
      "v2",
      R"({"flow":"unfreeze","authority":"operators","client":"lender:L1","reason":"cleared"})"));
  EXPECT_EQ(own.status, 422) << own.body;
}

TEST(Peers, WhatOperatorsDoHasAName) {
  Daemon daemon;
  const auto refused =
      daemon.send(R"({"id":"h","flow":"halt","authority":"operators","reason":"breach"})");
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_NE(refused.body.find("MISSING_FIELD"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("field=operator"), std::string::npos) << refused.body;
  EXPECT_EQ(daemon.head(), 1U);
  EXPECT_EQ(daemon
                .send(R"({"id":"h","flow":"halt","authority":"operators","reason":"breach",)"
                      R"("operator":"ann"})")
                .status,
            200);
}

TEST(Peers, AStrangerGetsNothingButHealth) {
  Options options;
  options.peers = {{::geteuid() + 1, std::nullopt, {"platform"}, {}}};
  Daemon daemon(options);
  EXPECT_EQ(daemon.get("/healthz").status, 200);
  for (const char* path : {"/v1/status", "/metrics", "/openapi.yaml", "/v1/nothing"}) {
    EXPECT_EQ(daemon.get(path).status, 403) << path;
  }
  EXPECT_EQ(daemon.send(kOpen).status, 403);
  EXPECT_EQ(daemon.head(), 1U);
}

TEST(Peers, RulesOfUserAndGroupsAddUp) {
  const auto profile =
      ledger::domain::Profile::parse(*ledger::domain::Profile::built_in("cn-2017"));
  const ledger::server::PeerRules rules(
      {{7, std::nullopt, {"bank"}, {}}, {std::nullopt, 9, {"operator"}, {"*"}}}, 0,
      [&profile]() -> const ledger::domain::Profile& { return *profile; });
  const auto both = rules.peer_of({7, {8, 9}});
  EXPECT_TRUE(both.may_send(ledger::domain::FlowCode::kDeposit));
  EXPECT_TRUE(both.may_send(ledger::domain::FlowCode::kReversalApprove));
  EXPECT_FALSE(both.may_send(ledger::domain::FlowCode::kBid));
  EXPECT_TRUE(both.may_act_as("anyone"));
  EXPECT_FALSE(rules.peer_of({7, {8}}).may_act_as("anyone"));
  EXPECT_FALSE(rules.peer_of({0, {0}}).known());
}

// {"flow":"profile_adopt",...} inside a proposal; the answer to its approval.
std::string adopt(Daemon& daemon, const std::string& profile) {
  std::string text;
  for (const char c : profile) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  const auto proposed = daemon.send(fmt::format(
      R"({{"id":"v1","flow":"propose","authority":"operators","operator":"ann","proposed":)"
      R"({{"flow":"profile_adopt","authority":"operators","profile":"{}"}}}})",
      text));
  EXPECT_EQ(proposed.status, 200) << proposed.body;
  return daemon
      .send(R"({"id":"a1","flow":"approve","authority":"operators","operator":"bob",)"
            R"("proposal":"v1"})")
      .body;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(Peers, OpenConnectionsFollowAnAdoptedProfile) {
  Daemon daemon;
  daemon.open_and_fund();
  ASSERT_EQ(daemon.send(deposit("d1", 1)).status, 200);
  // The same rules, but deposits are sent by a role that there was not.
  std::string next(*ledger::domain::Profile::built_in("cn-2017"));
  next = replaced(next, "version = 1", "version = 2");
  next = replaced(next,
                  "name = \"deposit\"\nauthorities = [\"bank\"]\nroles = [\"platform\", \"bank\"]",
                  "name = \"deposit\"\nauthorities = [\"bank\"]\nroles = [\"teller\"]");
  const std::string answer = adopt(daemon, next);
  EXPECT_NE(answer.find("committed"), std::string::npos) << answer;
  EXPECT_EQ(daemon.engine().profile().version(), 2U);
  EXPECT_NE(daemon.get("/v1/profile").body.find("version = 2"), std::string::npos);
  EXPECT_NE(daemon.get("/v1/status").body.find("\"profile_version\":2"), std::string::npos);
  // The daemon's own user has every role of the new profile too.
  EXPECT_EQ(daemon.send(deposit("d2", 1)).status, 200);
}

TEST(Peers, ARoleThatAProfileTakesAwayIsGoneAtOnce) {
  Daemon daemon(as({"platform", "operator"}, {"*"}));
  ASSERT_EQ(daemon.send(kOpen).status, 200);
  std::string next(*ledger::domain::Profile::built_in("cn-2017"));
  next = replaced(next, "version = 1", "version = 2");
  next = replaced(next, "authorities = [\"platform\"]\nroles = [\"platform\", \"operator\"]",
                  "authorities = [\"platform\"]\nroles = [\"registrar\"]");
  const std::string answer = adopt(daemon, next);
  EXPECT_NE(answer.find("committed"), std::string::npos) << answer;
  const auto refused = daemon.send(
      R"({"id":"o2","flow":"open_account","authority":"platform","client":"lender:L2"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("ROLE_FORBIDDEN"), std::string::npos) << refused.body;
}

}  // namespace
