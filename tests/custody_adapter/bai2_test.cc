// BAI2: records, continuations, funds types, control totals, and the traps of real feeds.
#include <gtest/gtest.h>

#include "tests/custody_adapter/support.h"

namespace custody_adapter {
namespace {

using test::has_issue;
using test::only;
using test::read;

// A file around `records` of one group; the trailers of group and file are computed by hand.
std::string file_of(const std::string& records, const std::string& group_trailer,
                    const std::string& file_trailer,
                    const std::string& group = "02,ME,BANK,1,240628,2400,USD,2/\n") {
  return "01,BANK,ME,240629,0300,7,80,,2/\n" + group + records + group_trailer + file_trailer;
}
// One account whose file and group trailers are right: `total` in minor units, `records` of the
// account.
std::string one_account(const std::string& records, long total, int count,
                        const std::string& group = "02,ME,BANK,1,240628,2400,USD,2/\n") {
  const std::string sum = std::to_string(total);
  return file_of(records + "49," + sum + "," + std::to_string(count) + "/\n",
                 "98," + sum + ",1," + std::to_string(count + 2) + "/\n",
                 "99," + sum + ",1," + std::to_string(count + 4) + "/\n", group);
}

TEST(Bai2, AProvedAccountHasItsHeadBalancesAndEntries) {
  const auto outcome = read(
      one_account("03,1234 5678,EUR,010,1000,,,015,1350,,,100,500,1,Z,400,150,1,Z,045,1300,,/\n"
                  "16,165,500,V,240701,0900,BANKREF1,OWNER1,PAYMENT OF INVOICE 7/\n"
                  "16,475,150,0,,0001042,CHECK PAID/\n",
                  1000 + 1350 + 500 + 150 + 1300 + 500 + 150, 4));
  EXPECT_FALSE(outcome.error);
  EXPECT_TRUE(outcome.file_issues.empty());
  const Statement s = only(outcome);
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(s.format, "BAI2");
  EXPECT_EQ(s.message_id, "BANK-240629-0300-7");
  EXPECT_EQ(s.account, "12345678");
  EXPECT_EQ(s.account_bank, "BANK");
  EXPECT_EQ(s.currency.code(), "EUR");
  EXPECT_EQ(ledger::base::format(s.to_date), "2024-06-28");
  EXPECT_EQ(format(s.opening->value), "10.00");
  EXPECT_EQ(format(s.closing->value), "13.50");
  ASSERT_EQ(s.balances.size(), 1U);
  EXPECT_EQ(s.balances[0].code, "045");
  EXPECT_EQ(s.balances[0].kind, BalanceKind::kAvailable);
  EXPECT_EQ(format(s.verdict), "PROVED");
  ASSERT_EQ(s.entries.size(), 2U);
  EXPECT_EQ(format(s.entries[0].signed_figure()), "5.00");
  EXPECT_EQ(s.entries[0].transaction_code, "165");
  EXPECT_EQ(ledger::base::format(s.entries[0].booking_date), "2024-06-28");
  EXPECT_EQ(ledger::base::format(s.entries[0].value_date), "2024-07-01");
  EXPECT_EQ(s.entries[0].references.bank, "BANKREF1");
  EXPECT_EQ(s.entries[0].references.owner, "OWNER1");
  EXPECT_EQ(s.entries[0].remittance, "PAYMENT OF INVOICE 7");
  EXPECT_EQ(s.entries[0].place.line, 4U);
  EXPECT_EQ(format(s.entries[1].signed_figure()), "-1.50");
  EXPECT_EQ(s.entries[1].references.owner, "0001042");
}

TEST(Bai2, AWrongBalanceIsUnprovedWithTheExactDifference) {
  const Statement s =
      only(read(one_account("03,1,USD,010,1000,,,015,1505,,/\n"
                            "16,165,500,,,,/\n",
                            1000 + 1505 + 500, 3)));
  EXPECT_EQ(format(s.verdict), "UNPROVED (0.05)");
}

TEST(Bai2, TotalsWithoutEntriesAreCheckedAndProveNothing) {
  const auto totals = [](const std::string& closing, long sum) {
    return only(read(one_account(
        "03,1,GBP,010,36521,,,015," + closing + ",,,100,89,1,,400,2765,2,/\n", sum, 2)));
  };
  const Statement agree = totals("33845", 36521 + 33845 + 89 + 2765);
  EXPECT_EQ(format(agree.verdict), "NOT PROVABLE: the stated totals agree, but no entry was sent");
  const Statement differ = totals("33846", 36521 + 33846 + 89 + 2765);
  EXPECT_EQ(format(differ.verdict), "UNPROVED (0.01)");
}

TEST(Bai2, TheBanksTotalsAreHeldAgainstTheEntries) {
  const Statement s =
      only(read(one_account("03,1,USD,100,600,1,,400,0,0,/\n16,165,500,,,,/\n", 600 + 500, 3)));
  EXPECT_TRUE(has_issue(s.issues, "summary_mismatch"));
  EXPECT_EQ(s.issues[0].field, "03/100");
  EXPECT_NE(s.issues[0].text.find("difference 1.00"), std::string::npos);
  const Statement count =
      only(read(one_account("03,1,USD,100,500,2,/\n16,165,500,,,,/\n", 500 + 500, 3)));
  EXPECT_FALSE(has_issue(count.issues, "summary_mismatch"));
  EXPECT_TRUE(has_issue(count.issues, "count_mismatch"));
}

TEST(Bai2, ContinuationsGoOnAnywhereInAnAccountRecord) {
  // In the middle of a type group, after its type, after its amount, inside a distribution.
  const Statement s = only(read(one_account(
      "03,1,USD,010/\n88,1000/\n88,,,015,1500,,,100,500/\n88,1,D/\n88,2,0,200/\n88,1,300,400,0/\n"
      "88,0,\n16,165,500,,,,/\n",
      1000 + 1500 + 500 + 0 + 500, 9)));
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(format(s.opening->value), "10.00");
  EXPECT_EQ(format(*s.stated_credits), "5.00");
  EXPECT_EQ(format(*s.stated_debits), "0.00");
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Bai2, ContinuationsGoOnInsideADetailBeforeAndInItsText) {
  const Statement s = only(read(one_account(
      "03,1,USD,/\n16,165,500,V/\n88,240701,/\n88,BANKREF/\n88,OWNER/\n88,FIRST, WITH COMMA\n"
      "88,/SECOND/\n88,EREF: E2E-9\n88,DBNM: ANN\n",
      500, 10)));
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  ASSERT_EQ(s.entries.size(), 1U);
  EXPECT_EQ(ledger::base::format(s.entries[0].value_date), "2024-07-01");
  EXPECT_EQ(s.entries[0].references.bank, "BANKREF");
  EXPECT_EQ(s.entries[0].references.owner, "OWNER");
  EXPECT_EQ(s.entries[0].remittance, "FIRST, WITH COMMA /SECOND");
  EXPECT_EQ(s.entries[0].references.end_to_end, "E2E-9");
  EXPECT_EQ(s.entries[0].counterparty.name, "ANN");
}

TEST(Bai2, ContinuationsGoOnInHeadersAndTrailers) {
  const auto outcome = read(
      "01,BANK,ME,240629/\n88,0300,7,80,,2/\n02,ME,BANK,1,240628/\n88,2400,JPY,2/\n"
      "03,1,,010,1000,,,015,1500,,/\n16,165,500,,,,/\n49,3000/\n88,4/\n98,3000,1/\n88,8/\n"
      "99,3000/\n88,1,12/\n");
  EXPECT_FALSE(outcome.error);
  EXPECT_TRUE(outcome.file_issues.empty());
  const Statement s = only(outcome);
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(s.message_id, "BANK-240629-0300-7");
  EXPECT_EQ(format(s.closing->value), "1500");  // yen have no decimals
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Bai2, FundsTypesTakeTheFieldsTheyHave) {
  const Statement s = only(read(one_account(
      "03,1,USD,190,10,4,0,191,20,1,S,5,5,10,192,30,2,V,240701,,193,40,,D,2,0,10,1,30,194,50,,Z,"
      "010,100,,/\n"
      "16,165,1,S,1,0,0,B1,O1,T1/\n16,165,2,V,240701,2400,B2,O2,T2/\n"
      "16,165,3,D,1,0,3,B3,O3,T3/\n16,165,4,Z,B4,O4,T4/\n16,165,5,1,B5,O5,T5/\n",
      10 + 20 + 30 + 40 + 50 + 100 + 1 + 2 + 3 + 4 + 5, 7)));
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(format(s.opening->value), "1.00");
  ASSERT_EQ(s.entries.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string number = std::to_string(i + 1);
    EXPECT_EQ(s.entries[i].references.bank, "B" + number);
    EXPECT_EQ(s.entries[i].references.owner, "O" + number);
    EXPECT_EQ(s.entries[i].remittance, "T" + number);
  }
}

TEST(Bai2, SeveralRecordsMayShareALine) {
  const auto outcome = read(
      "01,BANK,ME,240629,0300,7,80,,2/  02,ME,BANK,1,240628,2400,USD,2/\n"
      "03,1,,010,1000,,,015,1400,,/ 16,165,500,Z,,,PAID 08/16,2023 OF 3/88, AND 1/2/ "
      "16,475,100,Z,,,TWO/ 88,LINES/   49,3000,5/  98,3000,1,7/ 99,3000,1,9/");
  EXPECT_FALSE(outcome.error);
  EXPECT_TRUE(outcome.file_issues.empty());
  const Statement s = only(outcome);
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(format(s.verdict), "PROVED");
  ASSERT_EQ(s.entries.size(), 2U);
  EXPECT_EQ(s.entries[0].remittance, "PAID 08/16,2023 OF 3/88, AND 1/2");
  EXPECT_EQ(s.entries[1].remittance, "TWO LINES");
}

TEST(Bai2, AFileWithoutLineEndsIsReadInPieces) {
  std::string records = "03,1,USD,010,0,,,015,0,,/";
  constexpr int kEntries = 4000;  // some 200 KB in one line
  for (int i = 0; i < kEntries; ++i) records += "16,165,100,Z,B,O,SOME TEXT OF SOME LENGTH/";
  for (int i = 0; i < kEntries; ++i) records += "16,475,100,Z,B,O,SOME TEXT OF SOME LENGTH/";
  std::string bytes = one_account(records, 200 * kEntries, 2 * kEntries + 2);
  std::erase(bytes, '\n');
  const auto outcome = read(bytes);
  EXPECT_FALSE(outcome.error);
  const Statement s = only(outcome);
  EXPECT_EQ(s.entry_count, 2U * kEntries);
  EXPECT_EQ(format(s.verdict), "PROVED");
  EXPECT_EQ(s.entries[1].place.offset - s.entries[0].place.offset, 42U);
}

TEST(Bai2, RecordsMayEndWithTheLineAlone) {
  const auto outcome = read(
      "01,BANK,ME,240629,0300,7,80,,2\n02,ME,BANK,1,240628,2400,USD,2\r\n03,1,,010,1000,,,015,1500,"
      ","
      "\n16,165,500,,REF,AB/CD,PAID 2/3\n88,MORE\n49,3000,4\n98,3000,1,6\n99,3000,1,8");
  EXPECT_FALSE(outcome.error);
  const Statement s = only(outcome);
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(s.entries[0].references.owner, "AB/CD");
  EXPECT_EQ(s.entries[0].remittance, "PAID 2/3 MORE");
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Bai2, EmptyGroupsAndCommasTooManyAreNoValues) {
  const Statement s = only(read(one_account("03,1,USD,,,,,060,500,,,100,,,,,/\n", 500, 2)));
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_FALSE(s.opening);
  EXPECT_FALSE(s.stated_credits);
  ASSERT_EQ(s.balances.size(), 1U);
  EXPECT_EQ(s.balances[0].code, "060");
}

TEST(Bai2, ATextThatWrapsWithoutItsCodeIsKept) {
  const Statement s = only(read(one_account("03,1,USD,/\n16,165,500,,,,FIRST\nSECOND/\n", 500, 3)));
  EXPECT_TRUE(has_issue(s.issues, "unknown_record"));
  EXPECT_EQ(s.entries.at(0).remittance, "FIRST SECOND");
}

TEST(Bai2, ControlTotalsOfAllLevelsAreChecked) {
  const std::string account = "03,1,USD,/\n16,475,500,,,,/\n16,165,200,,,,/\n";
  // Debits count positive: 700, not -300.
  const auto good = read(one_account(account, 700, 4));
  EXPECT_TRUE(good.file_issues.empty());
  EXPECT_TRUE(only(good).issues.empty());

  const auto all_wrong = read(file_of(account + "49,701,5/\n", "98,702,2,7/\n", "99,703,2,9/\n"));
  EXPECT_EQ(all_wrong.error->code, ErrorCode::kControlTotal);
  EXPECT_EQ(all_wrong.error->field, "98/control total");
  const Statement s = only(all_wrong);
  ASSERT_EQ(s.issues.size(), 2U);
  EXPECT_EQ(s.issues[0].code, "control_total_mismatch");
  EXPECT_EQ(s.issues[0].field, "49/control total");
  EXPECT_EQ(s.issues[0].text, "stated 7.01, amounts give 7.00, difference 0.01");
  EXPECT_EQ(s.issues[0].place.line, 6U);
  EXPECT_EQ(s.issues[1].code, "record_count_mismatch");
  ASSERT_EQ(all_wrong.file_issues.size(), 6U);
  std::string fields;
  for (const Issue& issue : all_wrong.file_issues) {
    EXPECT_EQ(issue.severity, Severity::kError);
    fields += issue.field + ";";
  }
  EXPECT_EQ(fields,
            "98/control total;98/accounts;98/records;99/control total;99/groups;99/records;");
}

TEST(Bai2, AWrongControlTotalPreventsProof) {
  const Statement s =
      only(read(one_account("03,1,USD,010,1000,,,015,1500,,/\n16,165,500,,,,/\n", 3001, 3)));
  EXPECT_EQ(format(s.verdict), "NOT PROVABLE: 1 error(s) in the statement");
}

TEST(Bai2, DeletionsCorrectionsAndTestsAreToldAndDoNotProve) {
  const std::string account = "03,1,USD,010,1000,,,015,1500,,/\n16,165,500,,,,/\n";
  const auto with = [&account](const std::string& status) {
    return only(
        read(one_account(account, 3000, 3, "02,ME,BANK," + status + ",240628,2400,USD,2/\n")));
  };
  EXPECT_EQ(format(with("2").verdict),
            "NOT PROVABLE: the group deletes what was sent before (group status 2)");
  EXPECT_EQ(format(with("3").verdict), "PROVED");
  EXPECT_EQ(format(with("4").verdict), "NOT PROVABLE: the group is a test (group status 4)");
}

TEST(Bai2, TheGroupGivesDateAndDefaultCurrency) {
  const auto with = [](const std::string& group, const std::string& currency) {
    return only(
        read(one_account("03,1," + currency + ",010,1000,,/\n16,165,1234,,,,/\n", 2234, 3, group)));
  };
  const Statement dinar = with("02,ME,BANK,1,240628,9999,KWD,2/\n", "");
  EXPECT_EQ(dinar.currency.code(), "KWD");
  EXPECT_EQ(format(dinar.entries.at(0).signed_figure()), "1.234");
  EXPECT_EQ(format(with("02,ME,BANK,1,240628,2400,KWD,2/\n", "JPY").opening->value), "1000");
  const Statement dollar = with("02,ME,BANK,1,240628,,,2/\n", "");
  EXPECT_EQ(dollar.currency.code(), "USD");  // the standard's default
  EXPECT_TRUE(dollar.issues.empty());
  EXPECT_FALSE(has_issue(
      read(one_account("03,1,USD,/\n", 0, 2, "02,ME,BANK,1,240628,9999,USD,2/\n")).file_issues,
      "bad_time"));
}

TEST(Bai2, CodesWhoseDirectionIsUnknownAreNotGuessed) {
  const std::string bytes = one_account(
      "03,1,USD,010,1000,,,015,1500,,/\n16,765,500,,,,/\n16,890,0,,,,A MESSAGE/\n", 3000, 4);
  const Statement s = only(read(bytes));
  EXPECT_TRUE(has_issue(s.issues, "unknown_type_code"));
  EXPECT_EQ(s.error_count, 1U);  // the message without money is a note
  EXPECT_EQ(s.booked_count, 0U);
  EXPECT_EQ(format(s.verdict), "UNPROVED (5.00): 1 error(s) in the statement");

  ReadOptions options;
  options.bai_directions = {{700, 799, Side::kCredit}};
  EXPECT_EQ(format(only(read(bytes, options)).verdict), "PROVED");
  // The customised ranges of the standard.
  const Statement custom = only(read(one_account(
      "03,1,USD,/\n16,930,5,,,,/\n16,970,7,,,,/\n16,699,1,,,,/\n16,399,2,,,,/\n", 15, 6)));
  EXPECT_EQ(format(custom.credit_sum), "0.07");
  EXPECT_EQ(format(custom.debit_sum), "0.08");
}

TEST(Bai2, AmountsThatAreNoNumbersAreNotGuessed) {
  const Statement s =
      only(read(one_account("03,1,USD,010,10O0,,,015,1500,,/\n16,165,5x,,,,/\n"
                            "16,165,-300,,,,/\n16,165,2.50,,,,/\n",
                            0, 5)));
  EXPECT_TRUE(has_issue(s.issues, "bad_balance"));
  EXPECT_TRUE(has_issue(s.issues, "bad_amount"));
  EXPECT_TRUE(has_issue(s.issues, "negative_amount"));
  EXPECT_TRUE(has_issue(s.issues, "decimal_point"));
  ASSERT_EQ(s.entries.size(), 2U);
  EXPECT_EQ(format(s.entries[0].signed_figure()), "-3.00");
  EXPECT_EQ(format(s.entries[1].signed_figure()), "2.50");
  EXPECT_EQ(s.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Bai2, AFileThatEndsEarlyIsTruncated) {
  const std::string whole =
      one_account("03,1,USD,010,1000,,,015,1500,,/\n16,165,500,,,,/\n", 3000, 3);
  const auto inside = read(whole.substr(0, whole.find("49,")));
  EXPECT_EQ(inside.error->code, ErrorCode::kTruncated);
  EXPECT_TRUE(only(inside).truncated);
  EXPECT_EQ(only(inside).entry_count, 0U);
  const auto before_end = read(whole.substr(0, whole.find("99,")));
  EXPECT_EQ(format(*before_end.error),
            "truncated at line 6 (offset 136), 99: the file ends before its trailer");
  EXPECT_EQ(format(only(before_end).verdict), "PROVED");
}

TEST(Bai2, RecordsOutOfOrderAreErrors) {
  EXPECT_TRUE(has_issue(read("01,B,M,240629,0300,7,80,,2/\n16,165,1,,,,/\n99,0,0,3/\n").file_issues,
                        "misplaced_record"));
  const auto no_trailer =
      read(file_of("03,1,USD,/\n03,2,USD,/\n49,0,2/\n", "98,0,2,5/\n", "99,0,1,7/\n"));
  ASSERT_EQ(no_trailer.statements.size(), 2U);
  EXPECT_TRUE(has_issue(no_trailer.statements[0].issues, "missing_trailer"));
  EXPECT_TRUE(no_trailer.file_issues.empty());
}

}  // namespace
}  // namespace custody_adapter
