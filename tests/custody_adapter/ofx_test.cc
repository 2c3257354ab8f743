// OFX 1.x and 2.x: one reader for both, and the traps of real files.
#include <gtest/gtest.h>

#include "custody_adapter/builder.h"
#include "custody_adapter/ofx_fields.h"
#include "tests/custody_adapter/support.h"

namespace custody_adapter {
namespace {

using test::has_issue;
using test::only;
using test::read;

constexpr const char* kHeader =
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n";

std::string entry(const std::string& amount, const std::string& fitid,
                  const std::string& more = "") {
  return "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240610<TRNAMT>" + amount + "<FITID>" + fitid + more +
         "</STMTTRN>\n";
}
std::string statement(const std::string& entries, const std::string& balance = "100.00",
                      const std::string& as_of = "20240630") {
  return "<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>7<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS>"
         "<CURDEF>EUR<BANKACCTFROM><BANKID>BIC1<ACCTID>DE 12<ACCTTYPE>CHECKING</BANKACCTFROM>"
         "<BANKTRANLIST><DTSTART>20240601<DTEND>20240630\n" +
         entries + "</BANKTRANLIST><LEDGERBAL><BALAMT>" + balance + "<DTASOF>" + as_of +
         "</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";
}

TEST(Ofx, SgmlWithoutClosingTagsIsRead) {
  const Statement s = only(read(
      kHeader + statement(entry("-12.34", "F1",
                                "<CHECKNUM>42<REFNUM>R9<NAME>ANN &amp; BOB<MEMO>FOR INVOICE"))));
  EXPECT_EQ(s.format, "OFX 102");
  EXPECT_EQ(s.id, "7");
  EXPECT_EQ(s.account, "DE12");
  EXPECT_EQ(s.account_bank, "BIC1");
  EXPECT_EQ(s.currency.code(), "EUR");
  EXPECT_EQ(ledger::base::format(s.from_date), "2024-06-01");
  EXPECT_EQ(ledger::base::format(s.to_date), "2024-06-30");
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(format(s.closing->value), "100.00");
  EXPECT_EQ(format(s.verdict), "NOT PROVABLE: no opening balance");
  ASSERT_EQ(s.entries.size(), 1U);
  EXPECT_EQ(format(s.entries[0].signed_figure()), "-12.34");
  EXPECT_EQ(s.entries[0].transaction_code, "DEBIT");
  EXPECT_EQ(s.entries[0].references.bank, "F1");
  EXPECT_EQ(s.entries[0].references.cheque, "42");
  EXPECT_EQ(s.entries[0].references.owner, "R9");
  EXPECT_EQ(s.entries[0].counterparty.name, "ANN & BOB");
  EXPECT_EQ(s.entries[0].remittance, "FOR INVOICE");
  EXPECT_EQ(s.entries[0].place.line, 8U);
}

TEST(Ofx, XmlWithClosingTagsCdataAndCommentsIsRead) {
  const Statement s = only(read(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\" VERSION=\"211\" "
      "SECURITY=\"NONE\"?>\n<OFX><!-- <STMTRS> --><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS>"
      "<CURDEF>GBP</CURDEF><CCACCTFROM><ACCTID>4111</ACCTID></CCACCTFROM><BANKTRANLIST>"
      "<STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20240610</DTPOSTED><TRNAMT>-1</TRNAMT>"
      "<FITID>1</FITID><NAME><![CDATA[A <B> & C]]></NAME><MEMO>1 &lt; 2 &#8364;</MEMO></STMTTRN>"
      "</BANKTRANLIST><LEDGERBAL><BALAMT>-123.45</BALAMT><DTASOF>20240630</DTASOF></LEDGERBAL>"
      "</CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>"));
  EXPECT_EQ(s.format, "OFX 211");
  EXPECT_EQ(s.account, "4111");
  EXPECT_EQ(format(s.closing->value), "-123.45");
  EXPECT_EQ(s.entries.at(0).counterparty.name, "A <B> & C");
  EXPECT_EQ(s.entries.at(0).remittance, "1 < 2 \xe2\x82\xac");
}

TEST(Ofx, AHeaderWithoutLineEndsAndNoHeaderAreRead) {
  const std::string glued = "OFXHEADER:100DATA:OFXSGMLVERSION:103SECURITY:NONECHARSET:1252";
  EXPECT_EQ(only(read(glued + statement(entry("-1", "F")))).format, "OFX 103");
  EXPECT_EQ(only(read(statement(entry("-1", "F")))).format, "OFX");
}

TEST(Ofx, AggregatesThatAreNotClosedEndWhereTheNextBegins) {
  std::string bytes = kHeader + statement(entry("-1", "A") + entry("-2", "B"));
  for (const std::string tag : {"</STMTTRN>", "</BANKACCTFROM>", "</BANKTRANLIST>", "</STATUS>",
                                "</LEDGERBAL>", "</STMTRS>"}) {
    for (std::size_t at = bytes.find(tag); at != std::string::npos; at = bytes.find(tag)) {
      bytes.erase(at, tag.size());
    }
  }
  const Statement s = only(read(bytes));
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  EXPECT_EQ(s.account, "DE12");
  EXPECT_EQ(format(s.debit_sum), "3.00");
  EXPECT_EQ(format(s.closing->value), "100.00");
}

TEST(Ofx, EqualFitidsAreSeveralEntries) {
  const Statement s = only(
      read(kHeader + statement(entry("-1", "SAME") + entry("-1", "SAME") + entry("-5", "SAME"))));
  EXPECT_EQ(s.entry_count, 3U);
  EXPECT_EQ(format(s.debit_sum), "7.00");
  EXPECT_TRUE(has_issue(s.issues, "repeated_reference"));
  EXPECT_EQ(s.error_count, 0U);
}

TEST(Ofx, DecimalCommasAreReadAndAmbiguousOnesRefused) {
  const auto parsed = [](const std::string& text, int digits = 2) {
    std::string problem;
    const auto amount = parse_ofx_amount(text, digits, problem);
    return amount ? format(amount->value) : problem;
  };
  EXPECT_EQ(parsed("-12,34"), "-12.34");
  EXPECT_EQ(parsed("1234,5"), "1234.50");
  EXPECT_EQ(parsed("-1.234,56"), "-1234.56");
  EXPECT_EQ(parsed("1,234,567.8"), "1234567.80");
  EXPECT_EQ(parsed("+0015.8331"), "15.8331");
  EXPECT_EQ(parsed("1,234", 3), "1.234");
  EXPECT_EQ(parsed("1,234"), "a comma before three digits is a decimal mark or a grouping mark");
  EXPECT_EQ(parsed("1.23,456.7"), "point and comma are mixed");
  EXPECT_EQ(parsed("$120"), "the amount is not a number");
  const Statement s = only(read(kHeader + statement(entry("-1,234", "A") + entry("-2,5", "B"))));
  EXPECT_TRUE(has_issue(s.issues, "bad_amount"));
  EXPECT_EQ(s.issues[0].field, "STMTTRN/TRNAMT");
  EXPECT_EQ(s.entry_count, 1U);
  EXPECT_EQ(s.error_count, 2U);
}

TEST(Ofx, DatesKeepTheBanksDayWhateverTheTimeZone) {
  const Statement s = only(
      read(kHeader + statement("<STMTTRN><TRNTYPE>POS<DTPOSTED>20240610235959.000[-5:EST]<TRNAMT>-1"
                               "<FITID>1<DTAVAIL>20240612</STMTTRN>",
                               "100.00", "20240701001500.000[+9:JST]")));
  EXPECT_EQ(ledger::base::format(s.entries.at(0).booking_date), "2024-06-10");
  EXPECT_EQ(ledger::base::format(s.entries.at(0).value_date), "2024-06-12");
  EXPECT_EQ(ledger::base::format(s.closing->date), "2024-07-01");
  EXPECT_TRUE(has_issue(s.issues, "balance_date"));
  const Statement bad =
      only(read(kHeader + statement("<STMTTRN><DTPOSTED>20240231<TRNAMT>1<FITID>1</STMTTRN>"
                                    "<STMTTRN><DTPOSTED><TRNAMT>1<FITID>2</STMTTRN>")));
  EXPECT_EQ(bad.entry_count, 2U);
  EXPECT_TRUE(has_issue(bad.issues, "bad_date"));
  EXPECT_TRUE(has_issue(bad.issues, "missing_date"));
}

TEST(Ofx, ACharsetHeaderThatLiesDoesNotSpoilText) {
  const Statement utf8 = only(read(kHeader + statement(entry("-1", "F", "<NAME>M\xc3\xbcller"))));
  EXPECT_EQ(utf8.entries.at(0).counterparty.name, "M\xc3\xbcller");
  EXPECT_TRUE(has_issue(utf8.issues, "charset_header"));
  const Statement latin = only(read("OFXHEADER:100\nVERSION:102\nENCODING:UTF-8\nCHARSET:NONE\n\n" +
                                    statement(entry("-1", "F", "<NAME>M\xfcller"))));
  EXPECT_EQ(latin.entries.at(0).counterparty.name, "M\xc3\xbcller");
  EXPECT_TRUE(has_issue(latin.issues, "not_utf8"));
}

TEST(Ofx, RawAmpersandsAndAnglesAreText) {
  const Statement s = only(
      read(kHeader + statement(entry("-1", "F", "<NAME>A & B<MEMO>3 < 4 and <5 > &x; \"q\""))));
  EXPECT_EQ(s.entries.at(0).counterparty.name, "A & B");
  EXPECT_EQ(s.entries.at(0).remittance, "3 < 4 and <5 > &x; \"q\"");
}

TEST(Ofx, ChainedToTheBalanceBeforeAStatementProves) {
  const Statement may = only(read(kHeader + statement("", "150.00", "20240531")));
  const Statement june = only(read(kHeader + statement(entry("-60", "A") + entry("10", "B"))));
  EXPECT_EQ(format(judge_after(may, june)), "PROVED");
  const Statement wrong = only(read(kHeader + statement(entry("-60", "A"))));
  EXPECT_EQ(format(judge_after(may, wrong)), "UNPROVED (10.00)");
  const Statement late = only(read(kHeader + statement("", "150.00", "20240602")));
  EXPECT_EQ(judge_after(late, june).kind, VerdictKind::kNotProvable);
}

TEST(Ofx, AForeignAmountIsNotAddedAsIfItWereLocal) {
  const Statement s = only(
      read(kHeader + statement(entry("-1", "A", "<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>") +
                               entry("-2", "B",
                                     "<ORIGCURRENCY><CURRATE>1.1<CURSYM>USD"
                                     "</ORIGCURRENCY>"))));
  EXPECT_EQ(s.error_count, 1U);
  EXPECT_EQ(s.entries.at(0).currency.code(), "USD");
  EXPECT_EQ(s.entries.at(1).currency.code(), "EUR");  // converted already
}

TEST(Ofx, PendingTransactionsAreNotBooked) {
  const std::string bytes = kHeader + statement(entry("-1", "A"));
  const std::string pending =
      "<BANKTRANLISTP><DTASOF>20240630<STMTTRNP><TRNTYPE>DEBIT<DTTRAN>20240630<TRNAMT>-9<NAME>P"
      "</STMTTRNP></BANKTRANLISTP>";
  std::string both = bytes;
  both.insert(both.find("<LEDGERBAL>"), pending);
  const Statement s = only(read(both));
  EXPECT_EQ(s.entry_count, 2U);
  EXPECT_EQ(s.booked_count, 1U);
  EXPECT_EQ(s.entries[1].status, EntryStatus::kPending);
}

TEST(Ofx, WhatTheBankRefusedIsTold) {
  const auto outcome = read(std::string(kHeader) +
                            "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500<SEVERITY>ERROR"
                            "<MESSAGE>Wrong password</STATUS></SONRS></SIGNONMSGSRSV1></OFX>");
  EXPECT_EQ(outcome.error->code, ErrorCode::kNoStatement);
  EXPECT_NE(format(*outcome.error).find("15500 ERROR Wrong password"), std::string::npos);
}

TEST(Ofx, AFileThatEndsEarlyIsTruncatedAndItsLastAmountNotTrusted) {
  const std::string bytes = kHeader + statement(entry("-1", "A") + entry("-34.51", "B"));
  const auto outcome = read(bytes.substr(0, bytes.find(".51") + 2));
  EXPECT_EQ(outcome.error->code, ErrorCode::kTruncated);
  const Statement s = only(outcome);
  EXPECT_TRUE(s.truncated);
  EXPECT_EQ(s.entry_count, 1U);
}

TEST(Ofx, Utf16IsRefused) {
  const std::string wide("\xff\xfe<\0O\0F\0X\0>\0", 12);
  EXPECT_EQ(read(wide).error->code, ErrorCode::kUnsupportedEncoding);
}

}  // namespace
}  // namespace custody_adapter
