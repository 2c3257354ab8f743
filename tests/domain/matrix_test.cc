// The forbidden flows (CUSTODY 3.4): for every flow, a posting between every two classes is tried;
// only the pairs below may pass. The table is written from the flow table, not from the profile.
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/domain/laws.h"
#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

// debit>credit
const std::map<FlowCode, std::string_view> kAllowed = {
    {FlowCode::kDeposit, "1010>2001 1010>2011 1010>2021"},
    {FlowCode::kSettle, "1001>1010"},
    {FlowCode::kWithdraw, "2001>2002 2011>2012 2021>2022"},
    {FlowCode::kWithdrawAccept, "2002>2030 2012>2030 2022>2030"},
    // A guarantor's fee (2022>3004) is in the profile's matrix, but no fee rule covers it.
    {FlowCode::kWithdrawPay, "2030>1001 2002>3004 2012>3004"},
    {FlowCode::kWithdrawFail, "2002>2001 2030>2001 2012>2011 2030>2011 2022>2021 2030>2021"},
    {FlowCode::kBid, "2001>2002"},
    {FlowCode::kBidCancel, "2002>2001"},
    {FlowCode::kProjectFail, "2002>2001"},
    {FlowCode::kDisburse, "2002>2011"},
    {FlowCode::kFee, "2011>3004"},
    {FlowCode::kRepay, "2011>2012"},
    {FlowCode::kDistribute, "2012>2001"},
};

std::string body(std::string_view fee_rule, bool with_project) {
  CommandBuilder b;
  b.start();
  EXPECT_FALSE(b.set_id("x") || b.set_flow("fee") || b.set_text(Field::kAuthority, "platform"));
  EXPECT_FALSE(b.set_text(Field::kClient, "borrower:B1") || b.set_integer(Field::kAmount, 1));
  EXPECT_FALSE(b.set_text(Field::kFeeRule, fee_rule));
  EXPECT_FALSE(b.set_text(Field::kProject, with_project ? "P1" : "none"));
  return b.finish()->body;
}

class Matrix : public testing::Test {
 protected:
  void SetUp() override {
    play(bank, kTown);
    play(bank, kLoan);
    for (const char* rule : {"service", "withdraw", "withdraw-borrower"}) {
      bodies.push_back(body(rule, true));
      bodies.push_back(body(rule, false));
    }
  }
  // Whether the law lets the posting pass under any fee rule, with holds that name the project.
  bool passes(Entry& e, base::AccountId debit, base::AccountId credit) {
    e.postings[0] = {debit, credit, base::Amount::of(1), PostingKind::kFee};
    for (const std::string& command : bodies) {
      e.command = command;
      e.holds.resize(2);
      e.holds[0].account = debit;
      e.holds[1].account = credit;
      for (HoldChange& h : e.holds) {
        h.project = base::ProjectId(1);
        h.kind = HoldKind::kFee;
        h.fee_rule = value_in(command, Field::kFeeRule);
      }
      ++tries;
      if (!laws::flow_matrix(bank.state, e)) return true;
    }
    return false;
  }
  Bank bank;
  std::vector<std::string> bodies;
  std::uint64_t tries = 0;
};

TEST_F(Matrix, AllowsExactlyTheMovementsOfTheFlowTable) {
  const auto& classes = bank.state.profile().classes();
  std::map<std::uint16_t, std::vector<base::AccountId>> accounts;
  for (std::uint64_t i = 1; i <= bank.state.account_count(); ++i) {
    const base::AccountId id(i);
    auto& of_class = accounts[classes[bank.state.account(id).class_index].number];
    if (of_class.size() < 8) of_class.push_back(id);
  }
  EXPECT_EQ(accounts.size(), classes.size()) << "the town has accounts of every class";
  std::uint64_t pairs = 0;
  for (const Flow* flow : all_flows()) {
    const auto at = kAllowed.find(flow->code);
    const auto words = words_of(at == kAllowed.end() ? "" : at->second);
    const std::set<std::string> wanted(words.begin(), words.end());
    std::set<std::string> got;
    Entry e;
    e.flow = flow->code;
    e.authority = bank.state.profile().rules_of(flow->code)->authorities.front();
    e.postings.resize(1);
    e.fees.push_back({FeeOp::kTake, base::ProjectId(1), base::Amount::of(1)});
    for (const auto& [debit_class, debits] : accounts) {
      for (const auto& [credit_class, credits] : accounts) {
        ++pairs;
        for (const base::AccountId debit : debits) {
          for (const base::AccountId credit : credits) {
            if (debit != credit && passes(e, debit, credit)) {
              got.insert(fmt::format("{}>{}", debit_class, credit_class));
            }
          }
        }
      }
    }
    EXPECT_EQ(got, wanted) << name_of(flow->code);
  }
  fmt::print("{} pairs of classes, {} postings tried\n", pairs, tries);
  EXPECT_EQ(pairs, all_flows().size() * classes.size() * classes.size());
}

TEST_F(Matrix, IsTheSameSeenFromTheProfile) {
  const Profile& profile = bank.state.profile();
  for (const Flow* flow : all_flows()) {
    for (std::uint8_t d = 0; d < profile.classes().size(); ++d) {
      for (std::uint8_t c = 0; c < profile.classes().size(); ++c) {
        const auto pair =
            fmt::format("{}>{}", profile.classes()[d].number, profile.classes()[c].number);
        const auto at = kAllowed.find(flow->code);
        const bool listed = at != kAllowed.end() && at->second.find(pair) != std::string_view::npos;
        const bool guarantors_fee = flow->code == FlowCode::kWithdrawPay && pair == "2022>3004";
        EXPECT_EQ(profile.matrix(flow->code, d, c) != nullptr, listed || guarantors_fee)
            << name_of(flow->code) << " " << pair;
      }
    }
  }
}

}  // namespace
}  // namespace ledger::domain::test
