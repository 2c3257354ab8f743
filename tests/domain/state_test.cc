// State: taking back, folding again, and entries that do not fit.
#include <functional>

#include <gtest/gtest.h>

#include "tests/domain/random_commands.h"

namespace ledger::domain::test {
namespace {

TEST(State, RollbackRestoresEverything) {
  const std::uint64_t seed = Random::seed(11);
  Random r(seed);
  CommandSource source(seed);
  Bank bank;
  bank.audit_each = false;
  for (const std::string& line : CommandSource::opening()) bank.send(command_of(bank, line));
  int taken_back = 0;
  for (int group = 0; group < 700 && !HasFailure(); ++group) {
    const std::string before = dump(bank.state);
    bank.mark();
    for (auto n = r.between(1, 25); n > 0; --n) {
      const std::string line = source.next(bank);
      SCOPED_TRACE(line);
      bank.send(command_of(bank, line));
    }
    if (r.chance(10)) {  // clients opened inside the group, too
      const std::string n = std::to_string(group);
      play(bank, "open_account n" + n + " client=lender:N" + n + "\ndeposit nd" + n +
                     " client=lender:N" + n + " channel=one amount=1.00");
    }
    ASSERT_EQ(audit(bank.state), "") << "group " << group;
    if (r.chance(40)) {
      bank.commit();
      continue;
    }
    bank.rollback();
    ++taken_back;
    ASSERT_EQ(dump(bank.state), before) << "group " << group;
    ASSERT_EQ(audit(bank.state), "") << "group " << group;
  }
  EXPECT_GT(taken_back, 300);

  State again;
  for (const Entry& e : bank.entries) ASSERT_TRUE(again.apply(e, nullptr));
  EXPECT_EQ(dump(again), dump(bank.state)) << "the same entries make the same state";
}

TEST(State, TouchedNamesWhatChanged) {
  Bank bank;
  play(bank, kTown);
  play(bank, kLoan);
  State again;
  Touched touched;
  std::string before;
  for (const Entry& e : bank.entries) {
    ASSERT_TRUE(again.apply(e, &touched));
    EXPECT_TRUE(std::is_sorted(touched.accounts.begin(), touched.accounts.end()));
    for (const Posting& p : e.postings) {
      for (const base::AccountId id : {p.debit, p.credit}) {
        EXPECT_EQ(std::count(touched.accounts.begin(), touched.accounts.end(), id), 1);
      }
    }
    EXPECT_EQ(touched.holds.size(), e.holds.size());
    EXPECT_EQ(touched.claims.size(), e.claims.size());
    EXPECT_EQ(touched.owners.empty(), e.owners.empty() && e.claims.empty());
  }
}

class Contradictions : public testing::Test {
 protected:
  void SetUp() override {
    play(bank_, kTown);
    play(bank_, kLoan);
    play(bank_, "repay r1 project=P1 instalment=1 amount=343.34");
  }
  // The entry of `line`, changed, must be a fault; the state is used up by it.
  void refuses(std::string_view line, std::string_view why,
               const std::function<void(Entry&)>& change) {
    Entry entry;
    ASSERT_FALSE(bank_.ask(command_of(bank_, line), entry));
    change(entry);
    State state;
    for (const Entry& e : bank_.entries) ASSERT_TRUE(state.apply(e, nullptr));
    const auto done = state.apply(entry, nullptr);
    ASSERT_FALSE(done) << "applied, but should not: " << why;
    EXPECT_EQ(done.error().kind, base::Fault::Kind::kCorruption);
    EXPECT_NE(done.error().message.find(why), std::string::npos) << done.error().message;
    EXPECT_NE(done.error().message.find("entry "), std::string::npos);
  }
  Bank bank_;
};

constexpr const char* kDeposit = "deposit e1 client=lender:L1 channel=alipay amount=5.00";
constexpr const char* kOpen = "open_account e1 client=lender:NEW";
constexpr const char* kProject =
    "open_project e1 project=P2 borrower=borrower:BIG target=10.00 contract_hash=two "
    "instalments=2017-04-01:10.00+1.00";
constexpr const char* kDistribute = "distribute e1 order=r1";

TEST_F(Contradictions, OfSequenceAndTimeAreFaults) {
  refuses(kDeposit, "sequence has a gap", [](Entry& e) { e.sequence = base::next(e.sequence); });
  refuses(kDeposit, "sequence has a gap", [](Entry& e) { e.sequence = base::Sequence(1); });
  refuses(kDeposit, "time goes back", [&](Entry& e) { e.time = bank_.state.time(); });
  State empty;
  Entry none;
  none.sequence = base::Sequence(1);
  EXPECT_FALSE(empty.apply(none, nullptr)) << "the first entry adopts a profile";
}

TEST_F(Contradictions, OfOwnersAreFaults) {
  refuses(kOpen, "out of order", [](Entry& e) { e.owners[0].id = base::ClientId(999); });
  refuses(kOpen, "out of order", [](Entry& e) { e.owners[0].first_account = base::AccountId(1); });
  refuses(kOpen, "opened twice", [](Entry& e) { e.owners[0].code = "lender:L1"; });
  const auto no = [&](const std::function<void(OwnerOpened&)>& change) {
    refuses(kOpen, "does not fit the profile", [&](Entry& e) { change(e.owners[0]); });
  };
  no([](OwnerOpened& o) { o.kind = "landlord"; });
  no([](OwnerOpened& o) { o.currency = base::Currency::of("USD"); });
  no([](OwnerOpened& o) { o.account_count = 200; });
  no([](OwnerOpened& o) { o.classes.pop_back(); });
  no([](OwnerOpened& o) { o.classes[0] = 3000; });
  no([](OwnerOpened& o) { o.account_names[0] = "hidden"; });
}

TEST_F(Contradictions, OfProjectsAreFaults) {
  refuses(kProject, "out of order", [](Entry& e) { e.projects[0].id = base::ProjectId(7); });
  refuses(kProject, "opened twice", [](Entry& e) { e.projects[0].code = "P1"; });
  refuses(kProject, "opened twice",
          [](Entry& e) { e.projects[0].contract = crypto::sha256("one"); });
  refuses(kProject, "out of order", [](Entry& e) { e.projects[0].borrower = base::ClientId(0); });
  refuses(kProject, "unknown project is moved", [](Entry& e) {
    e.moves.push_back({base::ProjectId(99), ProjectState::kFull});
  });
}

TEST_F(Contradictions, OfMoneyAreFaults) {
  const auto nobody = base::AccountId(9'999);
  refuses(kDeposit, "account that does not exist", [&](Entry& e) { e.postings[0].debit = nobody; });
  refuses(kDeposit, "account that does not exist",
          [&](Entry& e) { e.holds[0].beneficiary = nobody; });
  refuses(kDeposit, "posted counter overflows", [](Entry& e) {
    e.postings[0].amount = base::Amount::of(base::Amount::kMaxMinor);
    e.postings.resize(10, e.postings[0]);
  });
  refuses(kDeposit, "pending counter overflows", [](Entry& e) {
    e.holds[0].amount = base::Amount::of(base::Amount::kMaxMinor);
    for (std::uint64_t i = 1; i < 10; ++i) {
      e.holds.push_back(e.holds[0]);
      e.holds[i].id = base::HoldId(e.holds[0].id.value() + i);
      e.holds[i].order = "o" + std::to_string(i);
    }
  });
}

TEST_F(Contradictions, OfHoldsAreFaults) {
  refuses(kDeposit, "opened out of order", [](Entry& e) { e.holds[0].id = base::HoldId(999); });
  refuses(kDeposit, "opened out of order", [](Entry& e) { e.holds[0].id = base::HoldId(1); });
  refuses(kDeposit, "two open holds", [](Entry& e) {
    e.holds.push_back(e.holds[0]);
    e.holds[1].id = base::HoldId(e.holds[0].id.value() + 1);
  });
  refuses(kDeposit, "is not open", [](Entry& e) { e.holds[0].op = HoldOp::kCapture; });
  refuses(kDeposit, "names no project", [](Entry& e) { e.holds[0].kind = HoldKind::kBid; });
  refuses(kDeposit, "names no project", [](Entry& e) { e.holds[0].kind = HoldKind::kRepayment; });
  refuses(kDistribute, "has less than is taken",
          [](Entry& e) { e.holds[0].amount = base::Amount::of(99'999); });
  refuses(kDistribute, "has less than is taken",
          [](Entry& e) { e.holds[0].project = base::ProjectId(99); });
}

TEST_F(Contradictions, OfClaimsAndInstalmentsAreFaults) {
  refuses(kDistribute, "unknown or unloaded",
          [](Entry& e) { e.claims[0].project = base::ProjectId(9); });
  refuses(kDistribute, "a claim does not fit",
          [](Entry& e) { e.claims[0].holder = base::ClientId(1); });
  refuses(kDistribute, "a claim does not fit",
          [](Entry& e) { e.claims[0].principal = base::Amount::of(40'001); });
  refuses(kDistribute, "paid out of order", [](Entry& e) { e.instalments[0].instalment = 2; });
  refuses(kDistribute, "instalment of no project",
          [](Entry& e) { e.instalments[0].project = base::ProjectId(9); });
  refuses(kDistribute, "owes overflows", [](Entry& e) {
    e.claims.resize(1);
    e.claims[0].op = ClaimOp::kCreate;
    e.claims[0].principal = base::Amount::of(base::Amount::kMaxMinor);
    for (std::uint64_t i = 1; i < 12; ++i) {
      e.claims.push_back(e.claims[0]);
      e.claims[i].holder = base::ClientId(100 + i);
    }
  });
}

TEST_F(Contradictions, OfReversalsAndCutOffsAreFaults) {
  play(bank_, "reversal_propose v1 entry=@d1 entry_hash=@d1 reason=x operator=ann");
  const char* reject = "reversal_reject e1 proposal=v1 operator=bob";
  refuses(reject, "decided again", [](Entry& e) { e.reversals[0].proposal = "v2"; });
  refuses(reject, "decided again", [](Entry& e) { e.reversals.push_back(e.reversals[0]); });
  refuses(reject, "exists already", [](Entry& e) { e.reversals[0].op = ReversalOp::kProposed; });
  refuses("cut_off e1 opens=2017-03-02", "does not close",
          [](Entry& e) { e.cut_offs[0].closed = e.cut_offs[0].opened; });
  refuses("cut_off e1 opens=2017-03-02", "does not close",
          [](Entry& e) { e.cut_offs[0].opened = e.cut_offs[0].closed; });
}

}  // namespace
}  // namespace ledger::domain::test
