#include "ledger/journal/verifier.h"

#include <gtest/gtest.h>

#include <set>

#include "ledger/journal/block.h"
#include "tests/verifier/sample_journal.h"

namespace ledger::journal {
namespace {

using domain::Entry;
using testing::SampleJournal;

constexpr std::uint64_t kSeed = 20240630;

SampleJournal& sample() {
  static SampleJournal journal(kSeed, 600);
  return journal;
}

// The sample with entry n changed by `change` and every later hash computed anew: what somebody who
// owns the whole journal can make.
template <typename Change>
VerifyReport verify_forged(std::size_t n, Change change, const Retained* retained = nullptr) {
  std::string file;
  append_export_header(file, {});
  crypto::Digest head;
  for (std::size_t i = 1; i <= sample().size(); ++i) {
    std::string bytes = sample().bytes(i);
    if (i == n) {
      Entry entry = sample().entry(i);
      change(entry);
      bytes.clear();
      encode(entry, bytes);
    }
    head = crypto::sha256(std::string(head.view()) + bytes);
    append_record(file, bytes, head);
  }
  Verifier verifier;
  return verify_export(file, verifier, retained);
}

// The first entry of a flow with that outcome, from `after` + 1 on.
std::size_t find(domain::FlowCode flow, bool committed = true, std::size_t after = 0) {
  for (std::size_t n = after + 1; n <= sample().size(); ++n) {
    const Entry& e = sample().entry(n);
    if (e.flow == flow && e.committed() == committed) return n;
  }
  ADD_FAILURE() << "the sample has no " << name_of(flow);
  return 1;
}

TEST(SampleJournal, HasTheFlowsItPlaysCommittedAndSomeRefused) {
  std::set<domain::FlowCode> committed;
  std::size_t refused = 0;
  for (std::size_t n = 1; n <= sample().size(); ++n) {
    if (sample().entry(n).committed()) {
      committed.insert(sample().entry(n).flow);
    } else {
      ++refused;
    }
  }
  EXPECT_GE(committed.size(), 20U);
  EXPECT_GT(refused, 10U);
}

TEST(Verifier, AcceptsAJournalAndFindsItsHeadAndRoot) {
  Verifier verifier;
  const Retained checkpoint = sample().checkpoint();
  const VerifyReport report = verify_export(sample().file(), verifier, &checkpoint);
  ASSERT_FALSE(report.violation) << report.violation->sequence << " " << report.violation->what;
  EXPECT_EQ(report.entries, sample().size());
  EXPECT_EQ(report.head, checkpoint.head);
  EXPECT_EQ(report.tree_root, checkpoint.tree_root);
  EXPECT_EQ(verifier.state().class_totals(), sample().state().class_totals());
}

TEST(Verifier, ContinuesAJournalOverSeveralFiles) {
  std::string first;
  std::string second;
  append_export_header(first, {});
  append_export_header(second, {301, sample().hash(300)});
  for (std::size_t n = 1; n <= sample().size(); ++n) {
    append_record(n <= 300 ? first : second, sample().bytes(n), sample().hash(n));
  }
  Verifier verifier;
  EXPECT_FALSE(verify_export(first, verifier).violation);
  EXPECT_FALSE(verify_export(second, verifier).violation);
  EXPECT_EQ(verifier.head(), sample().hash(sample().size()));

  Verifier fresh;
  const auto report = verify_export(second, fresh);
  ASSERT_TRUE(report.violation);
  EXPECT_EQ(report.violation->sequence, 1U);
}

TEST(Verifier, MissingEndIsFoundByTheCheckpointOnly) {
  std::string file;
  append_export_header(file, {});
  for (std::size_t n = 1; n <= 400; ++n) append_record(file, sample().bytes(n), sample().hash(n));
  Verifier trusting;
  EXPECT_FALSE(verify_export(file, trusting).violation);
  Verifier verifier;
  const Retained checkpoint = sample().checkpoint();
  const auto report = verify_export(file, verifier, &checkpoint);
  ASSERT_TRUE(report.violation);
  EXPECT_EQ(report.violation->sequence, 401U);
}

TEST(Verifier, RewrittenJournalIsFoundByTheCheckpoint) {
  // Of the last entries: no later cut-off or reversal names the hash that changes.
  const std::size_t n = sample().size();
  const auto rename = [](Entry& e) { e.command_id = "other"; };
  EXPECT_FALSE(verify_forged(n, rename).violation);
  Retained checkpoint = sample().checkpoint();
  const auto by_head = verify_forged(n, rename, &checkpoint);
  ASSERT_TRUE(by_head.violation);
  checkpoint.head.reset();
  const auto by_root = verify_forged(n, rename, &checkpoint);
  ASSERT_TRUE(by_root.violation);
}

struct Forgery {
  const char* what;  // start of the reason
  std::size_t entry;
  void (*change)(Entry&);
};

// Of two operators: who proposed what, and who did it when.
std::vector<Forgery> proposal_forgeries() {
  using domain::FlowCode;
  using domain::ProposalOp;
  const std::size_t propose = find(FlowCode::kPropose);
  const std::size_t approve = find(FlowCode::kApprove);
  return {
      {"proposal: of somebody else", propose, [](Entry& e) { e.operator_name = "zoe"; }},
      {"proposal: of somebody else", propose, [](Entry& e) { e.proposals[0].proposal = "c5"; }},
      {"proposal: of somebody else", propose,
       [](Entry& e) { e.operator_name = e.proposals[0].maker = ""; }},
      {"proposal: of no command", propose, [](Entry& e) { e.proposals[0].body.push_back('x'); }},
      {"proposal: of no command", propose,
       [](Entry& e) { e.proposals[0].flow = FlowCode::kApprove; }},
      {"proposal: not the proposed command", propose,
       [](Entry& e) { e.proposals[0].flow = FlowCode::kFee; }},
      {"proposal: is over when it begins", propose,
       [](Entry& e) { e.proposals[0].expires = e.business_date.plus_days(-1); }},
      {"proposal: not a step of this flow", propose, [](Entry& e) { e.proposals.clear(); }},
      {"proposal: not a step of this flow", propose, [](Entry& e) { e.flow = FlowCode::kDeposit; }},
      {"proposal: not a step of this flow", approve,
       [](Entry& e) { e.proposals.push_back(e.proposals[0]); }},
      {"proposal: not the step of this flow", propose,
       [](Entry& e) { e.proposals[0].op = ProposalOp::kApproved; }},
      {"proposal: has effects", propose,
       [](Entry& e) {
         e.switches.push_back({domain::SwitchCode::kHalted, true});
       }},
      {"proposal: not what was proposed", approve, [](Entry& e) { e.proposals[0].maker = "zoe"; }},
      {"proposal: not what was proposed", approve,
       [](Entry& e) { e.proposals[0].proposal = "c5"; }},
      {"proposal: not what was proposed", approve, [](Entry& e) { e.proposals[0].body.clear(); }},
      {"proposal: not what was proposed", approve,
       [](Entry& e) { e.proposals[0].flow = FlowCode::kGenesis; }},
      {"proposal: not what was proposed", approve, [](Entry& e) { e.command.clear(); }},
      {"proposal: approved by its maker", approve, [](Entry& e) { e.operator_name = "anna"; }},
      {"proposal: approved by its maker", approve, [](Entry& e) { e.operator_name = ""; }},
      {"proposal: approved after its end", find(FlowCode::kProposalExpire),
       [](Entry& e) {
         e.flow = FlowCode::kApprove;
         e.operator_name = "boris";
         e.proposals[0].op = ProposalOp::kApproved;
       }},
      {"proposal: is not over", approve,
       [](Entry& e) {
         e.flow = FlowCode::kProposalExpire;
         e.proposals[0].op = ProposalOp::kExpired;
         e.postings.clear();
         e.holds.clear();
       }},
      {"two operators: done by one", find(FlowCode::kOpenAccount),
       [](Entry& e) { e.flow = FlowCode::kUnfreezeOwner; }},
      {"two operators: done by one", find(FlowCode::kDeposit),
       [](Entry& e) { e.authority = domain::Authority::kOperators; }},
      {"profile: adopted by another flow", 7,
       [](Entry& e) { e.profiles = sample().entry(1).profiles; }},
      {"profile: adopted by another flow", 7, [](Entry& e) { e.flow = FlowCode::kAdoptProfile; }},
  };
}

std::vector<Forgery> forgeries() {
  using domain::FlowCode;
  return {
      {"sequence", 7, [](Entry& e) { e.sequence = base::next(e.sequence); }},
      {"time", 7, [](Entry& e) { e.time.ns = 1; }},
      {"genesis", 7, [](Entry& e) { e.flow = FlowCode::kGenesis; }},
      {"genesis", 1, [](Entry& e) { e.flow = FlowCode::kDeposit; }},
      {"genesis", 1, [](Entry& e) { e.profiles.clear(); }},
      {"profile", 1, [](Entry& e) { e.profiles[0].version = 9; }},
      {"command id", 7, [](Entry& e) { e.command_id = "c5"; }},
      {"command id", 7, [](Entry& e) { e.command_id = "no spaces"; }},
      {"command id", 7, [](Entry& e) { e.command_id = "genesis"; }},
      {"command id", 1, [](Entry& e) { e.command_id = ""; }},
      {"command: ", 7, [](Entry& e) { e.command.push_back('x'); }},
      {"profile version", 7, [](Entry& e) { e.profile_version = 2; }},
      {"business date", 7, [](Entry& e) { e.business_date = e.business_date.plus_days(1); }},
      {"outcome", 7, [](Entry& e) { e.refusal = 224; }},
      {"outcome", 7, [](Entry& e) { e.outcome = domain::Outcome::kRefused; }},
      {"outcome", find(FlowCode::kBid, false), [](Entry& e) { e.refusal = 300; }},
      {"law LAW_NEGATIVE", find(FlowCode::kBid),
       [](Entry& e) { e.postings[0].amount = base::Amount::of(1'000'000'000); }},
      {"law LAW_UNBALANCED", find(FlowCode::kDeposit),
       [](Entry& e) { e.postings[0].credit = base::AccountId(999); }},
      {"law LAW_FLOW_MATRIX", find(FlowCode::kDeposit),
       [](Entry& e) { e.postings[0].credit = base::AccountId(5); }},
      {"law LAW_ITEMISED", find(FlowCode::kDeposit),
       [](Entry& e) { e.postings[0].amount = base::Amount::of(1); }},
      {"law LAW_ITEMISED", find(FlowCode::kSettle),
       [](Entry& e) { e.holds[0].amount = base::Amount::of(1); }},
      {"law LAW_PROJECT", find(FlowCode::kDistribute),
       [](Entry& e) { std::swap(e.claims[0].interest, e.claims[0].principal); }},
      {"law", find(FlowCode::kDisburse), [](Entry& e) { e.claims.pop_back(); }},
      {"law LAW_EVIDENCE", find(FlowCode::kDepositChargeback),
       [](Entry& e) { e.reversals.clear(); }},
      {"reversal: return of somebody else", find(FlowCode::kWithdrawReturn),
       [](Entry& e) { e.reversals[0].proposal = "c1"; }},
      {"state", find(FlowCode::kOpenAccount), [](Entry& e) { e.owners[0].kind = "pirate"; }},
      {"cut-off: head", find(FlowCode::kCutOff), [](Entry& e) { e.cut_offs[0].head = {}; }},
      {"cut-off: tree size", find(FlowCode::kCutOff), [](Entry& e) { ++e.cut_offs[0].tree_size; }},
      {"cut-off: tree root", find(FlowCode::kCutOff),
       [](Entry& e) { e.cut_offs[0].tree_root = {}; }},
      {"cut-off: trial balance", find(FlowCode::kCutOff),
       [](Entry& e) { e.cut_offs[0].totals[3].debits += base::Amount::of(1); }},
      {"reversal: hash", find(FlowCode::kReversalPropose),
       [](Entry& e) { e.reversals[0].target_hash = {}; }},
      {"reversal: hash", find(FlowCode::kReversalPropose),
       [](Entry& e) { e.reversals[0].target_hash.bytes[31] ^= 1U; }},
      {"reversal: flow", find(FlowCode::kReversalPropose),
       [](Entry& e) { e.reversals[0].target_flow = FlowCode::kCutOff; }},
      {"reversal: approved by its maker", find(FlowCode::kReversalApprove),
       [](Entry& e) { e.operator_name = "anna"; }},
      {"reversal: not what was proposed", find(FlowCode::kReversalApprove),
       [](Entry& e) { e.reversals[0].maker = "carol"; }},
      {"reversal: not the inverse", find(FlowCode::kReversalApprove),
       [](Entry& e) { e.holds.pop_back(); }},
      {"reversal: not the inverse", find(FlowCode::kReversalApprove),
       [](Entry& e) { e.holds[0].instalment = 1; }},
      {"reversal: not the inverse", find(FlowCode::kReversalApprove),
       [](Entry& e) {
         domain::HoldOp& op = e.holds[0].op;
         op = op == domain::HoldOp::kRelease ? domain::HoldOp::kCapture : domain::HoldOp::kOpen;
       }},
      {"reversal: not the inverse", find(FlowCode::kReversalApprove),
       [](Entry& e) { e.postings[0].kind = domain::PostingKind::kTransfer; }},
  };
}

TEST(Verifier, NamesTheForgedEntryThoughEveryHashFits) {
  std::vector<Forgery> all = forgeries();
  for (const Forgery& forgery : proposal_forgeries()) all.push_back(forgery);
  for (const Forgery& forgery : all) {
    const auto report = verify_forged(forgery.entry, forgery.change);
    ASSERT_TRUE(report.violation) << forgery.what;
    EXPECT_EQ(report.violation->sequence, forgery.entry) << report.violation->what;
    EXPECT_EQ(report.violation->what.substr(0, std::string_view(forgery.what).size()), forgery.what)
        << report.violation->what;
  }
}

TEST(Verifier, SurvivesEveryBitOfAResealedEntry) {
  // No crash, and nothing accepted that is not in canonical form.
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 1500; ++round) {
    const std::size_t n = 1 + random() % 200;
    std::string bytes = sample().bytes(n);
    const std::size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << random() % 8));
    Verifier verifier;
    for (std::size_t i = 1; i < n; ++i) {
      ASSERT_FALSE(verifier.take(sample().bytes(i), sample().hash(i)));
    }
    const auto hash = crypto::sha256(std::string(verifier.head().view()) + bytes);
    const auto violation = verifier.take(bytes, hash);
    if (violation) {
      EXPECT_EQ(violation->sequence, n);
    }
  }
}

}  // namespace
}  // namespace ledger::journal
