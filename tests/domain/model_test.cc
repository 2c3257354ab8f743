// Random commands, decided by the ledger and by a naive model: every answer, counter, hold, project
// and claim must be the same. ESCROW_MODEL_COMMANDS says how many (20,000).
#include <chrono>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/domain/model.h"
#include "tests/domain/random_commands.h"

namespace ledger::domain::test {
namespace {

// The flows that the model and the random commands know.
constexpr FlowCode kModelled[] = {
    FlowCode::kOpenAccount,
    FlowCode::kOpenProject,
    FlowCode::kDeposit,
    FlowCode::kSettle,
    FlowCode::kWithdraw,
    FlowCode::kWithdrawAccept,
    FlowCode::kWithdrawPay,
    FlowCode::kWithdrawFail,
    FlowCode::kBid,
    FlowCode::kBidCancel,
    FlowCode::kProjectFail,
    FlowCode::kDisburse,
    FlowCode::kFee,
    FlowCode::kRepay,
    FlowCode::kDistribute,
    FlowCode::kReversalPropose,
    FlowCode::kReversalApprove,
    FlowCode::kReversalReject,
    FlowCode::kCutOff,
};

void compare_accounts(const Bank& bank, const Model& model) {
  for (const auto& [code, c] : model.accounts) {
    const auto id = bank.state.find_account(code);
    ASSERT_TRUE(id) << code;
    const Account& a = bank.state.account(*id);
    ASSERT_EQ(a.debits_posted, c.debits) << code;
    ASSERT_EQ(a.credits_posted, c.credits) << code;
    ASSERT_EQ(a.debits_pending, c.debits_pending) << code;
    ASSERT_EQ(a.credits_pending, c.credits_pending) << code;
  }
  ASSERT_EQ(format(bank.state.business_date()), model.date);
  ASSERT_EQ(bank.state.open_hold_count(), model.holds.size());
}

void compare_project(const Bank& bank, const Model& model, const std::string& code) {
  const Model::Project& wanted = model.projects.at(code);
  const Project& got = bank.state.project(bank.state.find_project(code).value());
  ASSERT_EQ(name_of(got.state), wanted.state) << code;
  ASSERT_EQ(got.frozen, model.frozen(code)) << code;
  ASSERT_EQ(got.instalments_paid, wanted.paid) << code;
  ASSERT_EQ(got.interest_paid, wanted.interest) << code;
  const auto& claims = bank.state.claims(got.id);
  ASSERT_EQ(claims.size(), wanted.claims.size()) << code;
  for (const Claim& c : claims) {
    const Model::Claim& w = wanted.claims.at(model.owner_number(bank.state.owner(c.holder).code));
    ASSERT_EQ(c.principal, w.principal) << code;
    ASSERT_EQ(c.principal_paid, w.principal_paid) << code;
    ASSERT_EQ(c.interest_paid, w.interest_paid) << code;
  }
}

void compare_whole(const Bank& bank, const Model& model) {
  for (const auto& [key, wanted] : model.holds) {
    const Hold* got = nullptr;
    for (const Hold* h : bank.state.open_holds()) {
      if (h->order == key.first && name_of(h->kind) == key.second) got = h;
    }
    ASSERT_NE(got, nullptr) << key.first << " " << key.second;
    ASSERT_EQ(got->remaining, wanted.amount);
    ASSERT_EQ(static_cast<std::int64_t>(got->id.value()), wanted.id);
    ASSERT_EQ(bank.state.account_code(got->account), wanted.account);
    ASSERT_EQ(bank.state.account_code(got->beneficiary), wanted.back);
  }
  ASSERT_EQ(bank.state.project_count(), model.projects.size());
  for (const auto& [code, p] : model.projects) {
    compare_project(bank, model, code);
    const auto borrower = bank.state.find_owner(p.borrower).value();
    ASSERT_EQ(bank.state.owner(borrower).outstanding, model.owes(p.borrower)) << p.borrower;
  }
  ASSERT_EQ(audit(bank.state), "");
}

TEST(Model, AgreesWithTheLedgerOnRandomCommands) {
  const char* wanted = std::getenv("ESCROW_MODEL_COMMANDS");
  const int commands = wanted == nullptr ? 20'000 : std::atoi(wanted);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(240);
  CommandSource source(Random::seed(2017'0222));
  Bank bank;
  bank.audit_each = false;
  Model model;
  std::vector<std::string> opening = CommandSource::opening();
  std::map<std::string, int> answers;
  int sent = 0;
  for (; sent < commands && std::chrono::steady_clock::now() < end; ++sent) {
    const auto at = static_cast<std::size_t>(sent);
    const std::string line = at < opening.size() ? opening[at] : source.next(bank);
    SCOPED_TRACE(fmt::format("command {}: {}", sent, line));
    const Command command = command_of(bank, line);
    const auto refusal = bank.send(command).refusal;
    const std::string answer = refusal ? std::string(text_of(refusal->code).name) : "";
    ASSERT_EQ(answer, model.send(line)) << (refusal ? refusal->detail : "");
    ++answers[fmt::format("{} {}", name_of(command.flow), answer)];
    compare_accounts(bank, model);
    const std::string project(command.text(Field::kProject));
    if (model.projects.contains(project)) compare_project(bank, model, project);
    if (sent % 200 == 0) compare_whole(bank, model);
    if (HasFailure()) return;
  }
  compare_whole(bank, model);
  for (const auto& [what, count] : answers) fmt::print("{:7} {}\n", count, what);
  fmt::print("{} commands, {} different answers, {} projects\n", sent, answers.size(),
             bank.state.project_count());
  for (const FlowCode flow : kModelled) {
    EXPECT_GT(answers[fmt::format("{} ", name_of(flow))], 0)
        << name_of(flow) << " never succeeded: the source has lost its aim";
  }
}

}  // namespace
}  // namespace ledger::domain::test
