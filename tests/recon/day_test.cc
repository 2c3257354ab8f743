// One planted defect each: it must be found in the right bucket with the right cause, and nothing
// else with it.
#include <gtest/gtest.h>

#include "tests/recon/town.h"

namespace recon::test {
namespace {

using Strings = std::vector<std::string>;

// The first day of a busy town, against the statement given.
class FirstDay : public ::testing::Test {
 protected:
  Town town;
  void busy() {
    town.ledger(kPeople);
    town.ledger(kBusyDay);
    town.close_day();
  }
  Strings against(std::string_view lines) {
    busy();
    town.statement("2017-03-01", lines);
    return town.open("2017-03-01");
  }
};

TEST_F(FirstDay, CleanGivesNoBreaks) {
  EXPECT_EQ(against(kBusyStatement), Strings{});
  const DayResult day = town.day("2017-03-01");
  EXPECT_EQ(day.verdict, DayVerdict::kClean);
  EXPECT_EQ(day.lines_in.count, 3U);
  EXPECT_EQ(day.items_in.count, 3U);
  EXPECT_EQ(day.matches.size(), 3U);
  EXPECT_EQ(base::format(day.bank_closing, base::kCny), "310.00");
  EXPECT_EQ(day.ledger_closing, day.bank_closing);
  EXPECT_TRUE(town.breaks().empty());
}

TEST_F(FirstDay, EvidenceAndCommandIdMatchToo) {
  EXPECT_EQ(against("in 100.00 S1\nin 250.00 BANK-2\nout 40.00 P1"), Strings{});
}

TEST_F(FirstDay, EvidenceOfTheDepositMatchesItsSettlement) {
  EXPECT_EQ(against("in 100.00 D1\nin 250.00 CH-2\nout 40.00 W1"), Strings{});
}

TEST_F(FirstDay, MissingLineIsLedgerOnly) {
  EXPECT_EQ(against("in 100.00 D1\nout 40.00 W1"), Strings{"LEDGER_ONLY missing_in_bank"});
  const Finding finding = town.day("2017-03-01").findings.front();
  EXPECT_EQ(finding.items.front().order, "D2");
  EXPECT_EQ(base::format(finding.effect, base::kCny), "-250.00");
}

TEST_F(FirstDay, ExtraLineIsBankOnly) {
  EXPECT_EQ(against(std::string(kBusyStatement) + "in 7.00 GHOST"),
            Strings{"BANK_ONLY extra_in_bank"});
}

TEST_F(FirstDay, EqualAmountWithoutReferenceIsNotAMatch) {
  EXPECT_EQ(against("in 100.00 -\nin 250.00 D2\nout 40.00 W1"),
            (Strings{"BANK_ONLY no_reference", "LEDGER_ONLY missing_in_bank"}));
}

TEST_F(FirstDay, OtherAmountIsAmountDiffWithTheDifference) {
  EXPECT_EQ(against("in 100.10 D1\nin 250.00 D2\nout 40.00 W1"),
            Strings{"AMOUNT_DIFF amount_differs"});
  const Finding finding = town.day("2017-03-01").findings.front();
  EXPECT_EQ(finding.text, "bank 100.10, ledger 100.00: differs by 0.10");
  EXPECT_EQ(base::format(finding.effect, base::kCny), "0.10");
}

TEST_F(FirstDay, SecondCopyIsDuplicate) {
  EXPECT_EQ(against(std::string(kBusyStatement) + "in 100.00 D1 party=L1"),
            Strings{"DUPLICATE sent_twice"});
}

TEST_F(FirstDay, OtherClientIsPartyDiff) {
  EXPECT_EQ(against("in 100.00 D1 party=L1\nin 250.00 D2 party=L1\nout 40.00 W1 party=L1"),
            Strings{"PARTY_DIFF other_party"});
  const DayResult day = town.day("2017-03-01");
  EXPECT_EQ(day.bank_closing, day.ledger_closing);
  EXPECT_EQ(day.verdict, DayVerdict::kBreaks);
}

TEST_F(FirstDay, StrangerIsPartyDiffWhereTheBankNamesClients) {
  EXPECT_EQ(against("in 100.00 D1 party=L1\nin 250.00 D2 party=XYZ\nout 40.00 W1 party=L1"),
            Strings{"PARTY_DIFF other_party"});
}

TEST_F(FirstDay, AccountNumbersOfPeopleAreNotComparedWithCodes) {
  EXPECT_EQ(against("in 100.00 D1 party=NL20X\nin 250.00 D2 party=NL21X\nout 40.00 W1 party=NL22X"),
            Strings{});
}

TEST_F(FirstDay, LineOnTheOtherSideIsStatusDiff) {
  EXPECT_EQ(against("in 100.00 D1\nin 250.00 D2\nin 40.00 W1"),
            (Strings{"LEDGER_ONLY missing_in_bank", "STATUS_DIFF opposite_side"}));
}

TEST_F(FirstDay, UnreadableLineIsUnparseableAndTheStatementDoesNotProve) {
  busy();
  town.statement(
      {"2017-03-01", "in 100.00 D1\n!not a line of a statement\nout 40.00 W1", "0.00", "310.00"});
  EXPECT_EQ(town.open("2017-03-01"), (Strings{"LEDGER_ONLY missing_in_bank", "STATEMENT unproved",
                                              "UNPARSEABLE unreadable"}));
  const DayResult day = town.day("2017-03-01");
  EXPECT_EQ(day.lines_in.count, 3U);
  EXPECT_EQ(day.bank_closing, day.ledger_closing);
}

TEST_F(FirstDay, TruncatedFileIsABreakAndSaysSoOfWhatIsMissing) {
  busy();
  const std::string whole = town.bank.write({"2017-03-01", std::string(kBusyStatement)});
  const auto outcome = town.file(whole.substr(0, whole.find("CNY310") - 12));
  EXPECT_EQ(outcome.kind, ImportKind::kAccepted);
  EXPECT_EQ(town.day("2017-03-01").verdict, DayVerdict::kBreaks);
  const Strings open = town.open("2017-03-01");
  EXPECT_NE(std::find(open.begin(), open.end(), "STATEMENT file_truncated"), open.end());

  // The complete file takes its place, and the day is clean.
  EXPECT_EQ(town.file(whole).kind, ImportKind::kAccepted);
  EXPECT_EQ(town.open("2017-03-01"), Strings{});
  EXPECT_EQ((*town.store().files()).front().verdict, FileVerdict::kSuperseded);
}

TEST_F(FirstDay, MoneyNobodyKnowsOfAtTheStartIsAnOpeningGap) {
  busy();
  town.statement({"2017-03-01", std::string(kBusyStatement), "5.00"});
  EXPECT_EQ(town.open("2017-03-01"), Strings{"STATEMENT opening_gap"});
}

TEST_F(FirstDay, OrderInTransitExplainsALineBeforeItsPosting) {
  town.ledger(kPeople);
  town.ledger(kBusyDay);
  town.ledger("deposit D3 client=lender:L1 channel=alipay amount=60.00");
  town.close_day();
  town.statement("2017-03-01", std::string(kBusyStatement) + "in 60.00 D3");
  EXPECT_EQ(town.open("2017-03-01"), Strings{"TIMING in_transit"});
  const DayResult day = town.day("2017-03-01");
  EXPECT_EQ(day.verdict, DayVerdict::kTiming);
  ASSERT_EQ(day.in_transit.size(), 1U);
  EXPECT_EQ(day.in_transit.front().id, "D3");

  town.ledger("settle S3 order=D3 amount=60.00");
  town.close_day();
  town.statement("2017-03-02", "");
  EXPECT_EQ(town.open("2017-03-02"), Strings{});
  const auto breaks = town.breaks();
  ASSERT_EQ(breaks.size(), 1U);
  EXPECT_FALSE(breaks.front().open);
  EXPECT_EQ(base::format(breaks.front().first_seen), "2017-03-01");
  EXPECT_EQ(base::format(breaks.front().closed), "2017-03-02");
}

TEST_F(FirstDay, TwoLinesOfOneOrderInTransitAreOneAndItsCopy) {
  town.ledger(kPeople);
  town.ledger("deposit D3 client=lender:L1 channel=alipay amount=60.00");
  town.close_day();
  town.statement("2017-03-01", "in 60.00 D3\nin 60.00 D3");
  EXPECT_EQ(town.open("2017-03-01"), (Strings{"DUPLICATE sent_twice", "TIMING in_transit"}));
}

TEST_F(FirstDay, PayingAnOrderThatWasGivenBackIsStatusDiff) {
  town.ledger(kPeople);
  town.ledger(kBusyDay);
  town.ledger(
      "withdraw W2 client=lender:L1 amount=10.00\nwithdraw_accept A2 order=W2\n"
      "withdraw_fail F2 order=W2 reason=closed\nwithdraw W3 client=lender:L1 amount=11.00");
  town.close_day();
  town.statement("2017-03-01", std::string(kBusyStatement) + "out 10.00 W2\nout 11.00 W3");
  EXPECT_EQ(town.open("2017-03-01"),
            (Strings{"STATUS_DIFF order_failed", "STATUS_DIFF order_not_accepted"}));
}

TEST_F(FirstDay, NextDaysLineTurnsMissingIntoTiming) {
  EXPECT_EQ(against("in 100.00 D1\nout 40.00 W1"), Strings{"LEDGER_ONLY missing_in_bank"});
  town.close_day();
  town.statement("2017-03-02", "in 250.00 D2");
  EXPECT_EQ(town.open("2017-03-01"), Strings{"TIMING booked_next_day"});
  EXPECT_EQ(town.open("2017-03-02"), Strings{});
  const DayResult second = town.day("2017-03-02");
  EXPECT_EQ(second.lines[1].count, 1U) << "the line is matched on the day it came";
  const auto breaks = town.breaks();
  ASSERT_EQ(breaks.size(), 1U);
  EXPECT_FALSE(breaks.front().open);
  EXPECT_EQ(base::format(breaks.front().first_seen), "2017-03-01");
}

TEST_F(FirstDay, CopyOnALaterDayIsDuplicate) {
  against(kBusyStatement);
  town.close_day();
  town.statement("2017-03-02", "in 250.00 D2");
  EXPECT_EQ(town.open("2017-03-02"), Strings{"DUPLICATE sent_twice"});
}

TEST_F(FirstDay, StatementThatWasNotDeliveredShowsAsGap) {
  busy();
  town.statement("2017-03-01", kBusyStatement);
  town.ledger(
      "deposit D3 client=lender:L1 channel=alipay amount=60.00\nsettle S3 order=D3 amount=60.00");
  town.close_day();
  const std::string lost = town.bank.write({"2017-03-02", "in 60.00 D3"});
  town.close_day();
  town.statement("2017-03-03", "");
  EXPECT_EQ(town.open("2017-03-03"),
            (Strings{"LEDGER_ONLY missing_in_bank", "STATEMENT opening_gap"}));
  // When it comes after all, both days are done again.
  town.file(lost);
  EXPECT_EQ(town.open("2017-03-02"), Strings{});
  EXPECT_EQ(town.open("2017-03-03"), Strings{});
}

TEST_F(FirstDay, ReversalOfAWrongSettlementClearsTheDifference) {
  busy();
  town.statement("2017-03-01", "in 100.00 D1\nin 250.00 D2\nout 40.00 W1\nout 12.00 FEE");
  EXPECT_EQ(town.open("2017-03-01"), Strings{"BANK_ONLY extra_in_bank"});
  town.close_day();
  town.statement("2017-03-02", "in 12.00 FEE reversal");
  EXPECT_EQ(town.open("2017-03-02"), Strings{}) << day_text(town.day("2017-03-02"));
}

TEST_F(FirstDay, LedgersReversalCancelsWhatTheBankNeverHad) {
  EXPECT_EQ(against("in 100.00 D1\nin 250.00 D2"), Strings{"LEDGER_ONLY missing_in_bank"});
  town.ledger(
      "reversal_propose R1 entry=@P1 entry_hash=@P1 reason=wrong operator=ann\n"
      "reversal_approve R2 proposal=R1 operator=bob");
  town.close_day();
  town.statement("2017-03-02", "");
  EXPECT_EQ(town.open("2017-03-02"), Strings{}) << day_text(town.day("2017-03-02"));
}

TEST_F(FirstDay, WhatTwoOperatorsSendBackMatchesByTheReferencesOfTheirProposal) {
  town.ledger(kPeople);
  town.ledger(
      "receipt E1 amount=70.00 evidence=BK1\n"
      "receipt E2 amount=30.00 evidence=BK2\n"
      "propose V1 proposed=receipt_return,order=E1,amount=70.00,evidence=BK3,reason=nobody,"
      "authority=operators operator=ann\n"
      "approve V2 proposal=V1 operator=bob\n"
      "propose V3 proposed=receipt_return,order=E2,amount=30.00,evidence=BK4,reason=nobody,"
      "authority=operators operator=ann\n"
      "approve V4 proposal=V3 operator=bob");
  town.close_day();
  town.statement("2017-03-01", "in 70.00 E1\nin 30.00 BK2\nout 70.00 E1\nout 30.00 BK4");
  EXPECT_EQ(town.open("2017-03-01"), Strings{}) << day_text(town.day("2017-03-01"));
}

TEST_F(FirstDay, BatchOfAChannelMatchesItsDepositsByEvidence) {
  town.ledger(kPeople);
  town.ledger(
      "deposit D1 client=lender:L1 channel=alipay amount=100.00\n"
      "deposit D2 client=lender:L2 channel=alipay amount=250.00\n"
      "settle S1 order=D1 amount=100.00 evidence=BATCH-7\n"
      "settle S2 order=D2 amount=250.00 evidence=BATCH-7");
  town.close_day();
  town.statement("2017-03-01", "in 350.00 BATCH-7");
  EXPECT_EQ(town.open("2017-03-01"), Strings{});
}

TEST_F(FirstDay, WaitsForTheLedgersCutOff) {
  town.ledger(kPeople);
  town.ledger(kBusyDay);
  EXPECT_TRUE(town.statement("2017-03-01", kBusyStatement).days.empty());
  town.close_day();
  EXPECT_EQ(town.open("2017-03-01"), Strings{});
}

}  // namespace
}  // namespace recon::test
