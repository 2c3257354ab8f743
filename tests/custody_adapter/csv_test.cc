// CSV: dialects, rows, amounts, the balance chain, and what inference leaves to the dialect.
#include <gtest/gtest.h>

#include "custody_adapter/csv_chain.h"
#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/csv_values.h"
#include "tests/custody_adapter/support.h"

namespace custody_adapter {
namespace {

using test::has_issue;
using test::only;
using test::read;

CsvDialect dialect_of(const std::string& toml) {
  auto dialect = parse_csv_dialect(toml);
  EXPECT_TRUE(dialect) << (dialect ? "" : dialect.error());
  return dialect ? *dialect : CsvDialect();
}
test::Outcome read_as(const std::string& toml, std::string_view bytes) {
  ReadOptions options;
  options.csv = std::make_shared<const CsvDialect>(dialect_of(toml));
  return read(bytes, options);
}

constexpr const char* kPlain =
    "name = \"plain\"\ndates = [\"YYYY-MM-DD\"]\ncurrency = \"EUR\"\n[columns]\n"
    "booking_date = \"Date\"\namount = \"Amount\"\nbalance = \"Balance\"\ntext = \"Text\"\n";

TEST(CsvDialect, IsReadFromToml) {
  const CsvDialect dialect = dialect_of(
      "name = \"bank-x\"\nseparator = \";\"\nquote = \"'\"\ndecimal = \",\"\n"
      "encoding = \"gb18030\"\nheader = false\nskip_rows = 2\ndates = [\"DD.MM.YY\"]\n"
      "currency = \"CNY\"\naccount = \"A1\"\ndebit_positive = true\norder = \"newest_first\"\n"
      "credit_flags = [\"C\"]\ndebit_flags = [\"D\"]\n[columns]\nbooking_date = 1\namount = 3\n"
      "flag = 4\ntext = [5, 6]\n");
  EXPECT_EQ(dialect.name, "bank-x");
  EXPECT_EQ(dialect.separator, ';');
  EXPECT_EQ(dialect.encoding, CsvEncoding::kGb18030);
  EXPECT_EQ(dialect.skip_rows, 2U);
  EXPECT_EQ(dialect.order, CsvOrder::kNewestFirst);
  EXPECT_EQ(dialect.columns.size(), 5U);
  EXPECT_EQ(dialect.column(CsvRole::kAmount)->position, 3U);
}

TEST(CsvDialect, FaultsNameLineAndKey) {
  const auto fault = [](const std::string& toml) {
    const auto dialect = parse_csv_dialect(toml);
    return dialect ? std::string("none") : dialect.error();
  };
  EXPECT_EQ(fault("name = \"x\"\nseperator = \";\"\n"), "line 2, seperator: unknown key");
  EXPECT_EQ(fault("separator = \"ab\"\n"), "line 1, separator: one ASCII character is expected");
  EXPECT_EQ(fault("dates = [\"YYYY\"]\n[columns]\nbooking_date = 1\namount = 0\n"),
            "line 4, amount: a header text or a column number from 1 is expected");
  EXPECT_EQ(fault("header = false\ndates = [\"YYYY\"]\n[columns]\nbooking_date = 1\n"),
            "columns: amount, or debit and credit, are missing");
  EXPECT_EQ(fault("dates = [\"YYYY\"]\n[columns]\nbooking_date = 1\namount = 2\n"),
            "header is true, but no column has a header text");
  EXPECT_NE(fault("name = \n").find("line 1"), std::string::npos);
}

TEST(CsvValues, DatesFollowTheirFormat) {
  const auto day = [](const char* text, const char* format) {
    const auto date = parse_csv_date(text, format);
    return date ? ledger::base::format(*date) : std::string("none");
  };
  EXPECT_EQ(day("2024-06-09", "YYYY-MM-DD"), "2024-06-09");
  EXPECT_EQ(day("2024-06-09 23:59:59", "YYYY-MM-DD"), "2024-06-09");
  EXPECT_EQ(day("2024-06-09T23:59:59Z", "YYYY-MM-DD"), "2024-06-09");
  EXPECT_EQ(day("9.6.24", "DD.MM.YY"), "2024-06-09");
  EXPECT_EQ(day("09.06.99", "DD.MM.YY"), "1999-06-09");
  EXPECT_EQ(day("20240609", "YYYYMMDD"), "2024-06-09");
  EXPECT_EQ(day("2019.04.19.", "YYYY.MM.DD"), "2019-04-19");
  EXPECT_EQ(day("9 Jun 2024", "DD Mon YYYY"), "2024-06-09");
  EXPECT_EQ(day("2024\xe5\xb9\xb4"
                "06\xe6\x9c\x88"
                "09\xe6\x97\xa5",
                "YYYY\xe5\xb9\xb4MM\xe6\x9c\x88"
                "DD\xe6\x97\xa5"),
            "2024-06-09");
  EXPECT_EQ(day("30.02.2024", "DD.MM.YYYY"), "none");
  EXPECT_EQ(day("09.06.2024x", "DD.MM.YYYY"), "none");
  EXPECT_EQ(day("2024061", "YYYYMMDD"), "none");
}

TEST(CsvValues, NumbersOfManyHandsAreReadExactly) {
  const auto number = [](const char* text, char decimal = '.') {
    const auto found = parse_csv_number(text, decimal, 2);
    return found ? format(found->value) : std::string("none");
  };
  EXPECT_EQ(number("1234.5"), "1234.50");
  EXPECT_EQ(number("-1,234,567.89"), "-1234567.89");
  EXPECT_EQ(number("1.234,56", ','), "1234.56");
  EXPECT_EQ(number("1 234,56", ','), "1234.56");
  EXPECT_EQ(number("1'234.56"), "1234.56");
  EXPECT_EQ(number("12,34,567.00"), "1234567.00");
  EXPECT_EQ(number("(12.00)"), "-12.00");
  EXPECT_EQ(number("12.00-"), "-12.00");
  EXPECT_EQ(number("12.00 DR"), "-12.00");
  EXPECT_EQ(number("12.00 CR"), "12.00");
  EXPECT_EQ(number("\xc2\xa3"
                   "1,183.23"),
            "1183.23");
  EXPECT_EQ(number("-\xc2\xa5"
                   "3.50"),
            "-3.50");
  EXPECT_EQ(number("CNY 13.50"), "13.50");
  EXPECT_EQ(number("13.50 EUR"), "13.50");
  EXPECT_EQ(number("+0.01"), "0.01");
  // Not numbers, or not for sure.
  for (const char* text : {"", "-", "1,23.4", "1,2345.00", "12,34", "1.2.3", "--5", "1e5",
                           "12.00 DR-", "0x10", "12.00(refund)", "1,,234.00", "1,234 567.00"}) {
    EXPECT_EQ(number(text), "none") << text;
  }
  EXPECT_EQ(parse_csv_number("CNY 13.50", '.', 2)->currency.code(), "CNY");
}

TEST(Csv, RowsWithABalanceColumnProveAChain) {
  const auto outcome =
      read_as(kPlain,
              "Export of today,,\n\nDate,Amount,Text,Balance\n"
              "2024-06-03,10.00,in,110.00\n2024-06-04,-30.00,\"out, twice\",80.00\n"
              "2024-06-05,0.50,\"say \"\"hi\"\"\",80.50\n");
  EXPECT_FALSE(outcome.error);
  const Statement s = only(outcome);
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(s.format, "CSV plain");
  EXPECT_EQ(format(s.opening->value), "100.00");
  EXPECT_EQ(format(s.closing->value), "80.50");
  EXPECT_EQ(format(s.verdict), "PROVED");
  EXPECT_EQ(ledger::base::format(s.from_date), "2024-06-03");
  EXPECT_EQ(ledger::base::format(s.to_date), "2024-06-05");
  ASSERT_EQ(s.entries.size(), 3U);
  EXPECT_EQ(s.entries[1].remittance, "out, twice");
  EXPECT_EQ(s.entries[1].place.line, 5U);
  EXPECT_EQ(s.entries[2].remittance, "say \"hi\"");
}

TEST(Csv, NewestFirstIsFoundByTheChain) {
  const Statement s = only(read_as(kPlain,
                                   "Date,Amount,Text,Balance\n2024-06-05,0.50,,80.50\n"
                                   "2024-06-04,-30.00,,80.00\n2024-06-03,10.00,,110.00\n"));
  EXPECT_EQ(format(s.opening->value), "100.00");
  EXPECT_EQ(format(s.closing->value), "80.50");
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Csv, ABrokenChainTellsTheRowAndTheExactDifference) {
  const Statement s = only(read_as(kPlain,
                                   "Date,Amount,Text,Balance\n2024-06-03,10.00,,110.00\n"
                                   "2024-06-04,-30.00,,80.00\n2024-06-05,0.50,,85.50\n"
                                   "2024-06-05,1.00,,86.50\n"));
  ASSERT_EQ(s.issues.size(), 1U);
  EXPECT_EQ(s.issues[0].code, "balance_chain");
  EXPECT_EQ(s.issues[0].field, "balance (column 4)");
  EXPECT_NE(s.issues[0].text.find("differs by 5.00"), std::string::npos);
  EXPECT_EQ(s.issues[0].place.line, 4U);
  EXPECT_EQ(format(s.verdict), "UNPROVED (5.00): 1 error(s) in the statement");
}

TEST(Csv, TwoBreaksThatCancelDoNotProve) {
  const Statement s = only(read_as(kPlain,
                                   "Date,Amount,Text,Balance\n2024-06-03,10.00,,110.00\n"
                                   "2024-06-04,5.00,,120.00\n2024-06-05,5.00,,120.00\n"
                                   "2024-06-06,1.00,,121.00\n"));
  EXPECT_EQ(s.error_count, 2U);
  EXPECT_EQ(s.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Csv, BalancesMayStandInSomeRowsOnly) {
  const auto verdict = [](const std::string& rows) {
    return format(only(read_as(kPlain, "Date,Amount,Text,Balance\n" + rows)).verdict);
  };
  EXPECT_EQ(verdict("2024-06-03,10,,\n2024-06-03,5,,115\n2024-06-04,-30,,\n2024-06-04,-1,,84\n"),
            "PROVED");
  // Newest first: the day's balance stands at its last entry, which is its first row.
  EXPECT_EQ(verdict("2024-06-04,-1,,84\n2024-06-04,-30,,\n2024-06-03,5,,115\n2024-06-03,10,,\n"),
            "PROVED");
  EXPECT_EQ(verdict("2024-06-03,10,,110\n2024-06-04,-30,,80\n2024-06-05,4,,\n"),
            "NOT PROVABLE: no closing balance");
  EXPECT_EQ(verdict("2024-06-03,10,,110\n"), "NOT PROVABLE: one balance alone proves nothing");
}

TEST(Csv, EqualRowsAreSeveralEntries) {
  const Statement s = only(read_as(kPlain,
                                   "Date,Amount,Text,Balance\n2024-06-03,-1.50,FEE,98.50\n"
                                   "2024-06-03,-1.50,FEE,97.00\n2024-06-03,-1.50,FEE,95.50\n"));
  EXPECT_EQ(s.entry_count, 3U);
  EXPECT_EQ(format(s.verdict), "PROVED");
}

constexpr const char* kTwoColumns =
    "dates = [\"DD.MM.YYYY\"]\nseparator = \";\"\ndecimal = \",\"\nheader = false\n"
    "currency = \"EUR\"\n[columns]\nbooking_date = 1\ndebit = 2\ncredit = 3\n";

TEST(Csv, DebitAndCreditColumnsGiveTheDirection) {
  const Statement plain = only(read_as(kTwoColumns,
                                       "03.06.2024;12,34;\n04.06.2024;;1.000,00\n"
                                       "04.06.2024;0,00;5,00\n"));
  EXPECT_EQ(format(plain.debit_sum), "12.34");
  EXPECT_EQ(format(plain.credit_sum), "1005.00");
  const Statement with_sign = only(read_as(kTwoColumns, "03.06.2024;-12,34;\n04.06.2024;;-2,00\n"));
  EXPECT_EQ(format(with_sign.debit_sum), "14.34");  // a credit taken back is money out
  const Statement mixed = only(read_as(kTwoColumns, "03.06.2024;-12,34;\n04.06.2024;2,00;\n"));
  EXPECT_TRUE(has_issue(mixed.issues, "mixed_signs"));
  const Statement both = only(read_as(kTwoColumns, "03.06.2024;1,00;2,00\n04.06.2024;;\n"));
  EXPECT_EQ(both.entry_count, 0U);
  EXPECT_EQ(both.error_count, 2U);
}

TEST(Csv, FlagColumnsGiveTheDirectionAndUnknownFlagsNone) {
  const std::string toml =
      "dates = [\"YYYYMMDD\"]\nseparator = \"|\"\nheader = false\ncurrency = \"CNY\"\n"
      "credit_flags = [\"C\"]\ndebit_flags = [\"D\", \"O\"]\n[columns]\nbooking_date = 1\n"
      "amount = 2\nflag = 3\n";
  const Statement s = only(read_as(toml,
                                   "20240603|5.00|c\n20240603|2.00|D\n20240603|-3.00|O\n"
                                   "20240603|9.00|X\n20240603|-1.00|C\n20240603|0.00|\n"));
  EXPECT_EQ(format(s.credit_sum), "5.00");
  EXPECT_EQ(format(s.debit_sum), "5.00");
  EXPECT_EQ(s.entry_count, 4U);
  EXPECT_TRUE(has_issue(s.issues, "unknown_flag"));
  EXPECT_TRUE(has_issue(s.issues, "sign_conflict"));
}

TEST(Csv, CardStatementsMayCountSpendingPositive) {
  const std::string toml =
      "dates = [\"YYYY-MM-DD\"]\ndebit_positive = true\nheader = false\ncurrency = \"CNY\"\n"
      "[columns]\nbooking_date = 1\namount = 2\n";
  const Statement s = only(read_as(toml, "2024-06-03,5.00\n2024-06-03,-2.00\n"));
  EXPECT_EQ(format(s.debit_sum), "5.00");
  EXPECT_EQ(format(s.credit_sum), "2.00");
  EXPECT_TRUE(has_issue(only(read_as(toml, "2024-06-03,5.00\n")).issues, "direction_unproved"));
}

TEST(Csv, PreambleRepeatedHeadersSummariesAndBlankRowsAreNoEntries) {
  const std::string toml = std::string("summary = [\"Total\", \"# \"]\n") + kPlain;
  const Statement s = only(
      read_as(toml,
              "Account;4711\n,,,\nDate,Amount,Text,Balance\n2024-06-03,1,,1\n,,,\n"
              "Date,Amount,Text,Balance\n2024-06-03,1,,2\nTotal,2,,2\n# 2 rows\nsome words\n"));
  EXPECT_EQ(s.entry_count, 2U);
  EXPECT_EQ(s.error_count, 0U);
  EXPECT_TRUE(has_issue(s.issues, "summary_row"));
  EXPECT_TRUE(has_issue(s.issues, "text_outside"));
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Csv, CellsThatCannotBeReadAreErrorsWithTheirPlace) {
  const Statement s = only(read_as(kPlain,
                                   "Date,Amount,Text,Balance\n2024-06-03,1x,,\n03.06.2024,2.00,,\n"
                                   "2024-06-03,,,\n2024-06-03,1.00,,1x\n"));
  ASSERT_EQ(s.issues.size(), 4U);
  EXPECT_EQ(s.issues[0].code, "bad_amount");
  EXPECT_EQ(s.issues[0].field, "amount (column 2)");
  EXPECT_EQ(s.issues[0].place.line, 2U);
  EXPECT_EQ(s.issues[0].place.offset, 25U);
  EXPECT_EQ(s.issues[1].code, "bad_date");
  EXPECT_EQ(s.issues[2].code, "bad_entry");
  EXPECT_EQ(s.issues[3].code, "bad_balance");
  EXPECT_EQ(s.entry_count, 2U);
  EXPECT_EQ(s.error_count, 4U);
}

TEST(Csv, QuotedCellsMaySpanLinesAndAStrayQuoteSwallowsNothing) {
  const Statement s = only(read_as(kPlain,
                                   "Date,Amount,Text,Balance\r\n2024-06-03,1,\"two\r\nlines\",1\r\n"
                                   "2024-06-04,1,\"opens,2\r\n2024-06-05,1,6\" nails,3\r\n"
                                   "2024-06-06,1,,4\r\n"));
  ASSERT_EQ(s.entries.size(), 4U);
  EXPECT_EQ(s.entries[0].remittance, "two lines");
  EXPECT_EQ(s.entries[1].place.line, 4U);
  EXPECT_TRUE(has_issue(s.issues, "unclosed_quote") || has_issue(s.issues, "stray_quote"));
}

TEST(Csv, QuotesInsideQuotedCellsThatNobodyDoubledAreText) {
  const Statement s = only(read_as(kPlain,
                                   "Date,Amount,Text,Balance\n2024-06-03,1,\"say \"hi\" now\" ,1\n"
                                   "2024-06-03,1,\"open,2\n2024-06-03,1,\"x\",3\n"));
  ASSERT_EQ(s.entries.size(), 3U);
  EXPECT_EQ(s.entries[0].remittance, "say \"hi\" now");
  EXPECT_EQ(s.entries[2].remittance, "x");
  EXPECT_TRUE(has_issue(s.issues, "stray_quote"));
  EXPECT_TRUE(has_issue(s.issues, "unclosed_quote"));
}

TEST(Csv, APageOfUnclosedQuotesIsReadLineByLine) {
  std::string bytes = "Date,Amount,Text,Balance\n";
  for (int i = 1; i <= 100; ++i) {
    bytes +=
        "2024-06-03,1," + std::string(i == 7 ? "\"open" : "x") + "," + std::to_string(i) + "\n";
  }
  const Statement s = only(read_as(kPlain, bytes));
  EXPECT_EQ(s.entry_count, 100U);
  EXPECT_TRUE(has_issue(s.issues, "unclosed_quote"));
}

TEST(Csv, Gb18030TextIsDecodedAndItsBytesDoNotSplitRows) {
  // "备|注" beside a character whose second byte is '|' (0x7c).
  const std::string toml =
      "encoding = \"gb18030\"\nseparator = \"|\"\ndates = [\"YYYYMMDD\"]\ncurrency = \"CNY\"\n"
      "[columns]\nbooking_date = \"\xe6\x97\xa5\xe6\x9c\x9f\"\namount = "
      "\"\xe9\x87\x91\xe9\xa2\x9d\"\n"
      "text = \"\xe6\x91\x98\xe8\xa6\x81\"\n";
  const std::string bytes =
      "\xc8\xd5\xc6\xda|\xbd\xf0\xb6\xee|\xd5\xaa\xd2\xaa\n20240603|1.00|\x81\x7c\xcf\xa2\n";
  const Statement s = only(read_as(toml, bytes));
  EXPECT_TRUE(s.issues.size() == 1U && s.issues[0].code == "direction_unproved");
  EXPECT_EQ(s.entries.at(0).remittance.substr(3), "\xe6\x81\xaf");
  const Statement broken = only(read_as(toml, bytes + "20240603|1.00|\xff\n"));
  EXPECT_TRUE(has_issue(broken.issues, "bad_text"));
}

TEST(Csv, RowsOfOtherAccountsAreOtherStatements) {
  const std::string toml =
      "dates = [\"YYYY-MM-DD\"]\nheader = false\ncurrency = \"EUR\"\n[columns]\nbooking_date = 1\n"
      "amount = 2\naccount = 3\nbalance = 4\ncurrency = 5\n";
  const auto outcome = read_as(toml,
                               "2024-06-03,1,A 1,1,EUR\n2024-06-03,1,A 1,2,EUR\n"
                               "2024-06-03,5,B,5,USD\n2024-06-04,5,B,10,EUR\n");
  ASSERT_EQ(outcome.statements.size(), 2U);
  EXPECT_EQ(outcome.statements[0].account, "A1");
  EXPECT_EQ(format(outcome.statements[0].verdict), "PROVED");
  EXPECT_EQ(outcome.statements[1].account, "B");
  EXPECT_TRUE(has_issue(outcome.statements[1].issues, "currency_mismatch"));
}

TEST(Csv, PendingAndIgnoredRowsAreNotBooked) {
  const std::string toml =
      "dates = [\"YYYY-MM-DD\"]\nheader = false\ncurrency = \"EUR\"\npending = [\"Pending\"]\n"
      "ignored = [\"Closed\"]\n[columns]\nbooking_date = 1\namount = 2\nstatus = 3\n";
  const Statement s = only(read_as(
      toml, "2024-06-03,-1,OK\nPending,-2,\n2024-06-03,-4,pending\n2024-06-03,-8,Closed\n"));
  EXPECT_EQ(s.entry_count, 4U);
  EXPECT_EQ(s.booked_count, 1U);
  EXPECT_EQ(s.error_count, 0U);
  EXPECT_EQ(format(s.debit_sum), "1.00");
}

TEST(Csv, AMissingHeaderRowIsRefusedWithTheColumnsWanted) {
  const auto outcome = read_as(kPlain, "Date,Amount,Text\n2024-06-03,1,\n");
  EXPECT_EQ(format(*outcome.error),
            "not_this_format at line 1 (offset 0), header row: no row holds the columns 'Amount', "
            "'Balance', 'Date', "
            "'Text'");
}

// Inference ---------------------------------------------------------------------------------------

TEST(CsvInference, AHeaderRowGivesADialectWithItsEvidence) {
  const std::string bytes =
      "\xef\xbb\xbf\"Kontoauszug\";\n\"Buchungstag\";\"Betrag "
      "(EUR)\";\"Saldo\";\"Verwendungszweck\"\n"
      "\"13.06.2024\";\"-1.234,50\";\"100,00\";\"RENT\"\n\"14.06.2024\";\"5,00\";\"105,00\";"
      "\"X\"\n";
  const Detection found = detect(bytes);
  EXPECT_EQ(found.format, FileFormat::kCsv);
  EXPECT_EQ(found.encoding.encoding, TextEncoding::kUtf8WithMark);
  EXPECT_EQ(
      found.evidence,
      "header row 2: booking_date = 'Buchungstag', amount = 'Betrag (EUR)', balance = 'Saldo', "
      "text = 'Verwendungszweck'; separator ';', decimal ',', dates DD.MM.YYYY");
  const Statement s = only(read(bytes));
  EXPECT_EQ(s.currency.code(), "EUR");
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(CsvInference, WhatTheCellsLeaveOpenIsNotGuessed) {
  const auto evidence = [](const std::string& rows) {
    const auto inference = infer_csv_dialect("Date,Amount\n" + rows);
    EXPECT_TRUE(inference.is_csv);
    EXPECT_FALSE(inference.dialect);
    return inference.evidence;
  };
  EXPECT_NE(evidence("05/06/2024,1.00\n").find("can be DD/MM/YYYY or MM/DD/YYYY"),
            std::string::npos);
  EXPECT_NE(evidence("2024-06-05,1.000\n").find("a decimal or a grouping mark"), std::string::npos);
  EXPECT_NE(evidence("12/29,1.00\n").find("no known format"), std::string::npos);
  EXPECT_EQ(read("Date,Amount\n05/06/2024,1.00\n").error->code, ErrorCode::kNotThisFormat);
  EXPECT_TRUE(infer_csv_dialect("Date,Amount\n05/06/2024,1.00\n25/06/2024,1.00\n").dialect);
}

TEST(CsvInference, TextThatIsNoTableIsNoCsv) {
  for (const char* text :
       {"", "hello, world\n", "{\"date\": 1, \"amount\": 2}\n", "Date,Name\n1,2\n"}) {
    EXPECT_EQ(detect(text).format, FileFormat::kUnknown) << text;
  }
}

TEST(Encoding, IsToldWithItsEvidence) {
  EXPECT_EQ(detect_encoding("plain").encoding, TextEncoding::kAscii);
  EXPECT_EQ(detect_encoding("M\xc3\xbcller").encoding, TextEncoding::kUtf8);
  EXPECT_EQ(detect_encoding("M\xc3").encoding, TextEncoding::kUtf8);  // cut by the end
  EXPECT_EQ(detect_encoding("M\xfcller f\xfcr").encoding, TextEncoding::kEightBit);
  EXPECT_EQ(detect_encoding("\xbd\xf0\xb6\xee,\xc8\xd5\xc6\xda").encoding, TextEncoding::kGb18030);
  EXPECT_EQ(detect_encoding("\xff\xfe<\0").encoding, TextEncoding::kUtf16);
  EXPECT_EQ(detect_encoding("M\xfcller").evidence,
            "no UTF-8 at offset 1; a table of 8 bits, which the source's profile must name");
}

}  // namespace
}  // namespace custody_adapter
