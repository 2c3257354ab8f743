// Entries as JSON: whatever an entry says is told, by the names that people use.
#include <gtest/gtest.h>

#include "ledger/domain/command.h"
#include "ledger/server/entry_json.h"

namespace {

using namespace ledger;          // NOLINT
using namespace ledger::domain;  // NOLINT
using server::Names;

base::Date day(const char* text) { return *base::Date::parse(text); }

Entry empty_entry() {
  Entry entry;
  entry.flow = FlowCode::kApprove;
  entry.authority = Authority::kOperators;
  entry.sequence = base::Sequence(7);
  entry.business_date = entry.value_date = day("2024-06-30");
  entry.command_id = "c7";
  entry.profile_version = 1;
  return entry;
}

// The JSON after the command, which the entries of these tests do not have.
std::string effects_of(const Entry& entry) {
  Names names;
  names.want(entry);
  for (auto& [id, code] : names.accounts) code = "account" + std::to_string(id);
  for (auto& [id, code] : names.owners) code = "owner" + std::to_string(id);
  for (auto& [id, code] : names.projects) code = "project" + std::to_string(id);
  std::string out;
  server::append_entry(out, entry, names);
  const std::string_view end = "\"command\":{}";
  const std::size_t at = out.find(end);
  EXPECT_NE(at, std::string::npos) << out;
  return out.substr(at + end.size());
}

TEST(EntryJson, AHoldTellsItsEndAndWhatOfAClaimItBuys) {
  Entry entry = empty_entry();
  HoldChange hold;
  hold.kind = HoldKind::kClaimPurchase;
  hold.id = base::HoldId(5);
  hold.account = base::AccountId(8);
  hold.beneficiary = base::AccountId(9);
  hold.project = base::ProjectId(2);
  hold.amount = base::Amount::of(990);
  hold.order = "b1";
  hold.expires = day("2024-07-01");
  hold.principal = base::Amount::of(1'000);
  entry.holds.push_back(hold);
  EXPECT_EQ(effects_of(entry),
            R"(,"holds":[{"op":"open","kind":"claim_purchase","id":5,"order":"b1",)"
            R"("account":"account8","amount":990,"beneficiary":"account9","project":"project2",)"
            R"("expires":"2024-07-01","principal":1000}]})");
}

TEST(EntryJson, AProjectTellsItsGuarantorAndItsPayee) {
  Entry entry = empty_entry();
  ProjectOpened project;
  project.borrower = base::ClientId(3);
  project.target = base::Amount::of(100);
  project.code = "P1";
  project.guarantor = base::ClientId(4);
  project.payee = "shop:S1";
  entry.projects.push_back(project);
  const std::string effects = effects_of(entry);
  EXPECT_NE(effects.find(R"("guarantor":"owner4","payee":"shop:S1","instalments":[])"),
            std::string::npos)
      << effects;
  entry.projects[0].guarantor = base::ClientId();
  entry.projects[0].payee.clear();
  EXPECT_EQ(effects_of(entry).find("guarantor"), std::string::npos);
}

TEST(EntryJson, AProposalTellsTheCommandThatItIsAbout) {
  CommandBuilder builder;
  builder.start();
  ASSERT_FALSE(builder.set_id("x") || builder.set_flow("deposit") ||
               builder.set_text(Field::kAuthority, "bank") ||
               builder.set_text(Field::kClient, "lender:L1") ||
               builder.set_text(Field::kChannel, "quick") ||
               builder.set_integer(Field::kAmount, 25));
  const auto deposit = builder.finish();
  ASSERT_TRUE(deposit);
  Entry entry = empty_entry();
  entry.proposals.push_back(
      {ProposalOp::kApproved, deposit->flow, day("2024-07-02"), "c3", "anna", deposit->body});
  EXPECT_EQ(effects_of(entry),
            R"(,"proposals":[{"op":"approved","proposal":"c3","maker":"anna",)"
            R"("expires":"2024-07-02","command":{"flow":"deposit","authority":"bank",)"
            R"("client":"lender:L1","amount":25,"channel":"quick"}}]})");
}

TEST(EntryJson, EverySectionAfterTheProposalsIsTold) {
  Entry entry = empty_entry();
  entry.voided.push_back({base::ProjectId(2), 3, base::Amount::of(700), base::Amount::of(20)});
  entry.overdue.push_back({base::ProjectId(2), 3, day("2024-06-28"), 2, base::Amount::of(9)});
  entry.owner_changes.push_back({base::ClientId(4), 10, base::Amount::of(5'000)});
  entry.switches.push_back({SwitchCode::kHalted, true});
  entry.alerts.push_back(
      {"large", "lender:L1", 2, base::Amount::of(50'000), {base::Sequence(3), base::Sequence(5)}});
  EXPECT_EQ(effects_of(entry),
            R"(,"voided":[{"project":"project2","from":3,"principal":700,"interest":20}],)"
            R"("overdue":[{"project":"project2","instalment":3,"due":"2024-06-28","days":2,)"
            R"("penalty":9}],"owner_changes":[{"owner":"owner4","legal_person":false,)"
            R"("related_party":true,"dormant":false,"frozen":true,"elsewhere":5000}],)"
            R"("switches":[{"what":"halted","on":true}],"alerts":[{"rule":"large",)"
            R"("subject":"lender:L1","severity":2,"amount":50000,"entries":[3,5]}]})");
}

}  // namespace
