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
      {{7, std::nullopt, {"bank"}, {}}, {std::nullopt, 9, {"operator"}, {"*"}}}, 0, *profile);
  const auto both = rules.peer_of({7, {8, 9}});
  EXPECT_TRUE(both.may_send(ledger::domain::FlowCode::kDeposit));
  EXPECT_TRUE(both.may_send(ledger::domain::FlowCode::kReversalApprove));
  EXPECT_FALSE(both.may_send(ledger::domain::FlowCode::kBid));
  EXPECT_TRUE(both.may_act_as("anyone"));
  EXPECT_FALSE(rules.peer_of({7, {8}}).may_act_as("anyone"));
  EXPECT_FALSE(rules.peer_of({0, {0}}).known());
}

}  // namespace
