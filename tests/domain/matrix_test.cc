// The forbidden flows (CUSTODY 3.4): for every flow and every authority, a posting between every
// two classes is tried; only the pairs below may pass. The table is written from the flow table,
// not from the profile.
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/domain/flows/common.h"
#include "ledger/domain/laws.h"
#include "tests/domain/script.h"

namespace ledger::domain::test {
namespace {

// By whose word (CUSTODY 3.2: C client, S standing, P platform, G guarantor, B bank, J court, M two
// operators), and debit>credit.
struct Allowed {
  std::string_view authorities;
  std::string_view pairs;
};
const std::map<FlowCode, Allowed> kAllowed = {
    {FlowCode::kOpenAccount, {"P", ""}},
    {FlowCode::kUpdateOwner, {"M", ""}},
    {FlowCode::kAdoptProfile, {"M", ""}},
    {FlowCode::kOpenProject, {"P", ""}},
    {FlowCode::kDepositRequest, {"C", ""}},
    {FlowCode::kDeposit, {"B", "1010>2001 1010>2011 1010>2021"}},
    {FlowCode::kSettle, {"B", "1001>1010"}},
    {FlowCode::kDepositFail, {"B", "2001>1010 2011>1010 2021>1010 1090>1010"}},
    {FlowCode::kDepositChargeback, {"B", "2001>1001 2011>1001 2021>1001 1090>1001"}},
    {FlowCode::kReceipt, {"B", "1001>2040"}},
    {FlowCode::kReceiptAllocate, {"M", "2040>2001 2040>2011 2040>2021"}},
    {FlowCode::kReceiptReturn, {"M", "2040>1001"}},
    {FlowCode::kWithdraw, {"C", "2001>2002 2011>2012 2021>2022"}},
    {FlowCode::kReviewPass, {"M", ""}},
    {FlowCode::kReviewHold, {"MBP", ""}},
    {FlowCode::kWithdrawAccept, {"B", "2002>2030 2012>2030 2022>2030"}},
    {FlowCode::kWithdrawUnknown, {"BP", ""}},
    {FlowCode::kWithdrawPay, {"B", "2030>1001 2002>3004 2012>3004"}},
    {FlowCode::kWithdrawFail,
     {"BC",
      "2002>2001 2012>2011 2022>2021 2030>2001 2030>2011 2030>2021 2030>2002 2030>2012 "
      "2030>2022"}},
    {FlowCode::kWithdrawReturn, {"B", "1001>2001 1001>2011 1001>2021"}},
    {FlowCode::kTopUp, {"P", "1001>3000 1001>3002 1001>3005 1001>1090"}},
    {FlowCode::kFeeSweep, {"P", "3004>3009"}},
    {FlowCode::kFeeSweepPaid, {"B", "3009>1001"}},
    {FlowCode::kFeeSweepFail, {"B", "3009>3004"}},
    {FlowCode::kReward, {"P", "3002>2001 3002>2011 3002>2021 3005>2001 3005>2011 3005>2021"}},
    {FlowCode::kBankInterest, {"B", "1001>2060"}},
    {FlowCode::kBankInterestPay, {"P", "2060>2001 2060>2011 2060>2021"}},
    {FlowCode::kBid, {"CS", "2001>2002"}},
    {FlowCode::kRedPacket, {"P", "3002>3012"}},
    {FlowCode::kBidCancel, {"CP", "2002>2001 3012>3002"}},
    {FlowCode::kProjectFail, {"P", "2002>2001 3012>3002"}},
    {FlowCode::kDisburse, {"P", "2002>2011 3012>2011"}},
    {FlowCode::kFee, {"SP", "2011>3004"}},
    {FlowCode::kEntrustedPay, {"C", "2011>2030"}},
    {FlowCode::kRepay, {"CS", "2011>2012"}},
    {FlowCode::kRepayEarly, {"C", "2011>2012"}},
    {FlowCode::kRepayPartial, {"C", "2011>2012"}},
    {FlowCode::kDistribute, {"P", "2012>2001"}},
    {FlowCode::kOverdue, {"P", ""}},
    {FlowCode::kCompensate, {"GS", "2021>2001"}},
    {FlowCode::kCompensateIndirect, {"GS", "2021>2012"}},
    {FlowCode::kReserveCompensate, {"P", "3001>2001"}},
    {FlowCode::kRecover, {"CB", "2011>2021 2011>3001"}},
    {FlowCode::kReserveFund, {"P", "3004>3001 3000>3001"}},
    {FlowCode::kReserveRefund, {"M", "3001>3000"}},
    {FlowCode::kClaimBid, {"C", "2001>2002"}},
    {FlowCode::kClaimTransfer, {"C", "2002>2001 2001>3004"}},
    {FlowCode::kClaimCancel, {"CP", "2002>2001"}},
    {FlowCode::kJudicialFreeze, {"J", "2001>2002 2011>2012 2021>2022"}},
    {FlowCode::kJudicialRelease, {"J", "2002>2001 2012>2011 2022>2021"}},
    {FlowCode::kJudicialCatch, {"P", "2001>2002 2011>2012 2021>2022"}},
    {FlowCode::kJudicialDeduct, {"J", "2002>2030 2012>2030 2022>2030"}},
    {FlowCode::kHoldExpire, {"P", "2002>2001 2012>2011 2022>2021"}},
    {FlowCode::kDormant, {"P", ""}},
    {FlowCode::kDormantEnd, {"CP", ""}},
    {FlowCode::kPropose, {"M", ""}},
    {FlowCode::kApprove, {"M", ""}},
    {FlowCode::kReject, {"M", ""}},
    {FlowCode::kProposalExpire, {"P", ""}},
    {FlowCode::kReversalPropose, {"M", ""}},
    {FlowCode::kReversalApprove, {"M", "1090>2001 1090>2011 1090>2021"}},
    {FlowCode::kReversalReject, {"M", ""}},
    {FlowCode::kFreezeOwner, {"PBM", ""}},
    {FlowCode::kUnfreezeOwner, {"M", ""}},
    {FlowCode::kHalt, {"M", ""}},
    {FlowCode::kResume, {"M", ""}},
    {FlowCode::kAlert, {"P", ""}},
    {FlowCode::kCutOff, {"P", ""}},
};
// The profile knows them, but no fee rule covers them: a guarantor's withdrawal fee.
constexpr std::string_view kWithoutRule = "2022>3004";

constexpr std::pair<char, Authority> kAuthorities[] = {
    {'C', Authority::kClient},    {'S', Authority::kStanding}, {'P', Authority::kPlatform},
    {'G', Authority::kGuarantor}, {'B', Authority::kBank},     {'J', Authority::kCourt},
    {'M', Authority::kOperators}, {'-', Authority::kNone}};

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
    for (const char* rule : {"service", "withdraw", "withdraw-borrower", "transfer"}) {
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
      // The fee of a transfer is measured on the price that is paid with it.
      if (e.flow == FlowCode::kClaimTransfer && with_price(e)) return true;
    }
    return false;
  }
  bool with_price(Entry e) {
    const auto frozen = *bank.state.find_account("lender:L1:frozen");
    const auto available = *bank.state.find_account("lender:L2:available");
    e.postings.push_back({frozen, available, base::Amount::of(1'000'000)});
    e.holds.push_back(e.holds[0]);
    e.holds.back().account = frozen;
    return !laws::flow_matrix(bank.state, e);
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
  for (const auto& [flow, rules] : bank.state.profile().flows()) {
    const auto at = kAllowed.find(flow);
    ASSERT_NE(at, kAllowed.end()) << name_of(flow) << " is not in the flow table";
    const auto words = words_of(at->second.pairs);
    for (const auto& [letter, authority] : kAuthorities) {
      const bool may = at->second.authorities.find(letter) != std::string_view::npos;
      const std::set<std::string> wanted =
          may ? std::set<std::string>(words.begin(), words.end()) : std::set<std::string>();
      std::set<std::string> got;
      Entry e;
      e.flow = flow;
      e.authority = authority;
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
      EXPECT_EQ(got, wanted) << name_of(flow) << " by " << name_of(authority);
    }
  }
  fmt::print("{} flows, {} authorities, {} pairs of classes, {} postings tried\n",
             bank.state.profile().flows().size(), std::size(kAuthorities), pairs, tries);
  EXPECT_EQ(pairs, kAllowed.size() * std::size(kAuthorities) * classes.size() * classes.size());
}

// The authority is asked for before anything else, so a command with nothing but its authority is
// enough to be refused; so is one that is proposed for two operators.
TEST_F(Matrix, EveryOtherAuthorityIsRefusedByTheFlowAndByItsProposal) {
  std::uint64_t refused = 0;
  for (const auto& [flow, allowed] : kAllowed) {
    if (find_flow(flow) == nullptr) continue;
    for (const auto& [letter, authority] : kAuthorities) {
      if (allowed.authorities.find(letter) != std::string_view::npos) continue;
      Command command;
      command.id = fmt::format("x-{}", ++refused);
      command.flow = flow;
      if (authority != Authority::kNone) {
        command.body = {static_cast<char>(Field::kAuthority), 1, 0, static_cast<char>(authority)};
      }
      ASSERT_EQ(command.authority(), authority);
      Entry entry;
      const auto refusal = bank.ask(command, entry);
      ASSERT_TRUE(refusal) << name_of(flow) << " by " << name_of(authority);
      EXPECT_EQ(refusal->code, RefusalCode::kAuthorityForbidden)
          << name_of(flow) << " by " << name_of(authority) << ": " << refusal->detail;
      EXPECT_TRUE(entry.postings.empty() && entry.holds.empty());
      const auto proposed = flows::need_authority(bank.state, command);
      ASSERT_TRUE(proposed) << name_of(flow) << " by " << name_of(authority);
    }
  }
  fmt::print("{} flows by an authority that is not theirs refused\n", refused);
  EXPECT_GT(refused, 400U);
}

// A reversal is judged by the flow it takes back, turned round: of every flow and pair exactly the
// inverse movements of reversible flows pass.
TEST_F(Matrix, AReversalTakesBackExactlyTheMovementsOfReversibleFlows) {
  const auto& classes = bank.state.profile().classes();
  std::map<std::uint16_t, std::vector<base::AccountId>> accounts;
  for (std::uint64_t i = 1; i <= bank.state.account_count(); ++i) {
    const base::AccountId id(i);
    auto& of_class = accounts[classes[bank.state.account(id).class_index].number];
    if (of_class.size() < 8) of_class.push_back(id);
  }
  for (const auto& [flow, rules] : bank.state.profile().flows()) {
    std::set<std::string> wanted;
    for (const std::string& pair : words_of(kAllowed.at(flow).pairs)) {
      if (rules.reversible) wanted.insert(pair.substr(5) + ">" + pair.substr(0, 4));
    }
    if (flow == FlowCode::kWithdrawPay) wanted.insert("3004>2022");
    std::set<std::string> got;
    Entry e;
    e.flow = FlowCode::kReversalApprove;
    e.authority = Authority::kOperators;
    e.reversals.push_back({ReversalOp::kApproved, base::Sequence(1), flow, {}, "p", "ann"});
    e.postings.resize(1);
    for (const auto& [debit_class, debits] : accounts) {
      for (const auto& [credit_class, credits] : accounts) {
        for (const base::AccountId debit : debits) {
          for (const base::AccountId credit : credits) {
            if (debit == credit) continue;
            e.postings[0] = {debit, credit, base::Amount::of(1), PostingKind::kReversal};
            ++tries;
            if (!laws::flow_matrix(bank.state, e)) {
              got.insert(fmt::format("{}>{}", debit_class, credit_class));
            }
          }
        }
      }
    }
    EXPECT_EQ(got, wanted) << name_of(flow);
  }
  fmt::print("{} reversed postings tried\n", tries);
}

TEST_F(Matrix, IsTheSameSeenFromTheProfile) {
  const Profile& profile = bank.state.profile();
  for (const auto& [flow, allowed] : kAllowed) {
    ASSERT_NE(profile.rules_of(flow), nullptr) << name_of(flow);
    for (std::uint8_t d = 0; d < profile.classes().size(); ++d) {
      for (std::uint8_t c = 0; c < profile.classes().size(); ++c) {
        const auto pair =
            fmt::format("{}>{}", profile.classes()[d].number, profile.classes()[c].number);
        const bool listed = allowed.pairs.find(pair) != std::string_view::npos;
        const bool without_rule = flow == FlowCode::kWithdrawPay && pair == kWithoutRule;
        EXPECT_EQ(profile.matrix(flow, d, c) != nullptr, listed || without_rule)
            << name_of(flow) << " " << pair;
      }
    }
  }
}

}  // namespace
}  // namespace ledger::domain::test
