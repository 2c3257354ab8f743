// Each trap that MT940 files of real banks have set for their readers.
#include <gtest/gtest.h>

#include "tests/custody_adapter/support.h"

namespace custody_adapter {
namespace {

using test::has_issue;
using test::only;
using test::read;

// A statement of EUR from 100.00 to `closing`, with `lines` between the balances.
std::string statement(const std::string& lines, const std::string& closing) {
  return ":20:S\n:25:37040044/0532013000\n:28C:1/1\n:60F:C240628EUR100,00\n" + lines +
         ":62F:C240630EUR" + closing + "\n-\n";
}
StatementEntry entry_of(const std::string& lines, const std::string& closing = "0,") {
  const Statement s = only(read(statement(lines, closing)));
  EXPECT_EQ(s.entries.size(), 1U);
  return s.entries.empty() ? StatementEntry() : s.entries.front();
}
std::string value_of(const std::string& lines) { return format(entry_of(lines).signed_figure()); }

TEST(Mt940, PagesInFinBlocksProveEachForItself) {
  const auto out = read(test::file("pages.sta"));
  ASSERT_FALSE(out.error);
  ASSERT_EQ(out.statements.size(), 2U);
  const Statement& first = out.statements[0];
  EXPECT_EQ(first.id, "20240630P1");
  EXPECT_EQ(first.account_bank, "37040044");
  EXPECT_EQ(first.account, "0532013000");
  EXPECT_EQ(first.number, 126U);
  EXPECT_EQ(first.page, 1U);
  EXPECT_FALSE(first.last_page);
  EXPECT_TRUE(first.closing->intermediate);
  EXPECT_EQ(first.verdict.kind, VerdictKind::kProved);
  ASSERT_EQ(first.entries.size(), 1U);
  EXPECT_EQ(first.entries[0].references.end_to_end, "ORDER-2024-00000000001");
  EXPECT_EQ(first.entries[0].references.bank, "B000000001");
  EXPECT_EQ(first.entries[0].counterparty.account, "DE02120300000000202051");
  const Statement& second = out.statements[1];
  EXPECT_TRUE(second.last_page);
  EXPECT_EQ(second.verdict.kind, VerdictKind::kProved);
  ASSERT_EQ(second.balances.size(), 1U);
  EXPECT_EQ(second.balances[0].kind, BalanceKind::kAvailable);
}

TEST(Mt940, ReversalMarksTurnTheSide) {
  const auto out = read(test::file("pages.sta"));
  const auto& entries = out.statements.at(1).entries;
  EXPECT_EQ(format(entries.at(0).signed_figure()), "50.50");  // RD: money comes back
  EXPECT_TRUE(entries.at(0).reversal);
  EXPECT_EQ(format(entries.at(1).signed_figure()), "-0.50");  // RC
}

TEST(Mt940, ExpectedMarksAreNotBooked) {
  const Statement s = only(read(statement(":61:240630EC5,00NTRFX\n", "100,00")));
  EXPECT_EQ(s.entries.at(0).status, EntryStatus::kPending);
  EXPECT_EQ(s.verdict.kind, VerdictKind::kProved);
}

TEST(Mt940, EntryDateTakesTheYearNextToTheValueDate) {
  const auto entry = entry_of(":61:2312310102CR1,00NTRFX\n");
  EXPECT_EQ(ledger::base::format(entry.value_date), "2023-12-31");
  EXPECT_EQ(ledger::base::format(entry.booking_date), "2024-01-02");
  EXPECT_EQ(ledger::base::format(entry_of(":61:2401011231CR1,00NTRFX\n").booking_date),
            "2023-12-31");
}

TEST(Mt940, AbsentOrBlankEntryDateIsNone) {
  EXPECT_TRUE(entry_of(":61:240630CR1,00NTRFX\n").booking_date.is_none());
  EXPECT_EQ(value_of(":61:240630    D65,00NOVBX\n"), "-65.00");
}

TEST(Mt940, FundsCodeIsNeitherMarkNorReversal) {
  EXPECT_EQ(value_of(":61:240630DR5,00NTRFX\n"), "-5.00");
  EXPECT_EQ(value_of(":61:240630CN50,00NZ10NONREF\n"), "50.00");
  EXPECT_EQ(value_of(":61:240630RCR1,62NTRFX\n"), "-1.62");
}

TEST(Mt940, AmountsMayLackDecimalsOrTheComma) {
  EXPECT_EQ(value_of(":61:240630C11,NTRFX\n"), "11.00");
  EXPECT_EQ(value_of(":61:240630C11,8NTRFX\n"), "11.80");
  EXPECT_EQ(value_of(":61:240630C500NTRF29-07-2014 10:05//B4\n"), "500.00");
  EXPECT_EQ(value_of(":61:240630C000000000007,50N021117301582\n"), "7.50");
}

TEST(Mt940, GroupedAmountIsUnreadableAndTheStatementCannotBeProved) {
  const Statement s = only(read(statement(":61:240630C1.234,56NTRFX\n", "100,00")));
  EXPECT_TRUE(s.entries.empty());
  EXPECT_TRUE(has_issue(s.issues, "bad_entry"));
  EXPECT_EQ(s.issues.at(0).place.line, 5U);
  EXPECT_EQ(s.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Mt940, DifferenceIsExact) {
  const Statement s = only(read(statement(":61:240630C1,00NTRFX\n", "100,95")));
  EXPECT_EQ(format(s.verdict), "UNPROVED (-0.05)");
}

TEST(Mt940, DebitBalancesAreNegativeOnce) {
  const Statement s =
      only(read(":20:S\n:60F:D240628EUR100,00\n:61:240629D1,00NTRFX\n:62F:D240701EUR101,00\n-\n"));
  EXPECT_EQ(format(s.opening->value), "-100.00");
  EXPECT_EQ(s.verdict.kind, VerdictKind::kProved);
}

TEST(Mt940, CurrenciesWithoutAndWithThreeDecimals) {
  const Statement yen =
      only(read(":20:S\n:60F:C240628JPY100,\n:61:240629C1,NTRFX\n:62F:C240701JPY101,\n-\n"));
  EXPECT_EQ(yen.entries.at(0).minor_amount()->minor(), 1);
  const Statement dinar =
      only(read(":20:S\n:60F:C240628KWD1,\n:61:240629C1,234NTRFX\n:62F:C240701KWD2,234\n-\n"));
  EXPECT_EQ(dinar.entries.at(0).minor_amount()->minor(), 1234);
  EXPECT_EQ(dinar.verdict.kind, VerdictKind::kProved);
}

TEST(Mt940, SupplementaryLineBelongsToTheEntry) {
  const auto entry = entry_of(":61:240630D5,NTRFREF 1//MUL1\n/OCMT/EUR4,5//IACC/D3/\n");
  EXPECT_EQ(entry.additional, "/OCMT/EUR4,5//IACC/D3/");
  EXPECT_EQ(entry.references.owner, "REF 1");
  EXPECT_EQ(entry.references.bank, "MUL1");
}

TEST(Mt940, EntryLineWrappedInItsMandatoryPartIsJoined) {
  const auto entry = entry_of(":61:2406300630CR100\n0,00NTRFORDER1//B1\n");
  EXPECT_EQ(format(entry.signed_figure()), "1000.00");
  EXPECT_EQ(entry.references.owner, "ORDER1");
}

TEST(Mt940, NameAfterABlankFilledReferenceIsNoReference) {
  const auto entry = entry_of(":61:240630D3,N0440121470966      W.P. Jansen\n");
  EXPECT_EQ(entry.references.owner, "0121470966");
  EXPECT_EQ(entry.counterparty.name, "W.P. Jansen");
}

TEST(Mt940, FillersAreNoReferences) {
  EXPECT_TRUE(entry_of(":61:240630D3,NTRFNONREF//NONREF\n").references.all().empty());
  EXPECT_TRUE(entry_of(":61:240630D3,NTRFKREF+\n:86:/EREF/NOTPROVIDED\n").references.all().empty());
}

TEST(Mt940, GermanSubfieldsJoinAcrossLinesAndSubfields) {
  const auto entry = entry_of(
      ":61:240630C1,NTRFNONREF\n:86:166?00GUTSCHRIFT?100399?20EREF+EndToEndId TFNR 22 004?21 "
      "00001?22\nSVWZ+Verw CTSc-01 BC-PPP TF?23Nr 22 004?30DRESDEFF508?31DE1450880\n0500194785000?"
      "32KARL?33 KAUFMANN\n");
  EXPECT_EQ(entry.references.end_to_end, "EndToEndId TFNR 22 004 00001");
  EXPECT_EQ(entry.remittance, "Verw CTSc-01 BC-PPP TFNr 22 004");
  EXPECT_EQ(entry.counterparty.account, "DE14508800500194785000");
  EXPECT_EQ(entry.counterparty.name, "KARL KAUFMANN");
  EXPECT_EQ(entry.bank_code, "166");
}

TEST(Mt940, ReferenceEndsWithAShortSubfield) {
  const auto entry =
      entry_of(":61:240630C1,NTRFX\n:86:159?00RETOURE?20EREF+TFNR 40001 00005?21MTLG:Grund\n");
  EXPECT_EQ(entry.references.end_to_end, "TFNR 40001 00005");
  EXPECT_EQ(entry.remittance, "MTLG:Grund");
}

TEST(Mt940, SlashCodesGiveReferencesAndParties) {
  const auto entry = entry_of(
      ":61:240630C1,NTRFX\n:86:/TRTP/SEPA OVERBOEKING/IBAN/FR12345678901234/BIC/GEFRADAM\n"
      "/NAME/QASD JGRED/REMI/Dit zijn de omschrijvingsregels/EREF/ORD\nER-1\n");
  EXPECT_EQ(entry.references.end_to_end, "ORDER-1");
  EXPECT_EQ(entry.counterparty.account, "FR12345678901234");
  EXPECT_EQ(entry.counterparty.name, "QASD JGRED");
  EXPECT_EQ(entry.remittance, "Dit zijn de omschrijvingsregels");
}

TEST(Mt940, TimesAndColonsAtLineStartAreTextNotTags) {
  const Statement s = only(read(statement(
      ":61:240630C1,NTRFX\n:86:106?20EREF+VZ1?24/PL 12-09-2014T16\n:26:37 Fo?25lgenr. 007\n"
      ":61:240630C1,NTRFX\n:86:106?22 22-04-2019T03\n:20:46\n more text\n"
      ":61:240630C1,NTRFX\n:86:: 08 and :FOO: inside\n:08 Karten\n",
      "103,00")));
  EXPECT_EQ(s.entry_count, 3U);
  EXPECT_EQ(s.verdict.kind, VerdictKind::kProved);
}

TEST(Mt940, DashAtLineStartInsideTextIsText) {
  const Statement s = only(read(
      statement(":61:240630C1,NTRFX\n:86:-TX TRN-REF NO.1156\n-\nmore\n- 3 items\n", "101,00")));
  EXPECT_EQ(s.entries.at(0).remittance, "-TX TRN-REF NO.1156 - more - 3 items");
  EXPECT_EQ(s.verdict.kind, VerdictKind::kProved);
}

TEST(Mt940, TextBeforeTheFirstEntryAndAfterTheClosingBalanceIsTheStatements) {
  const Statement s = only(read(
      ":20:S\n:60F:C240628EUR1,\n:86:before\n:61:240630C1,NTRFX\n:62F:C240701EUR2,\n:86:after\n-"));
  EXPECT_EQ(s.information, "before\nafter");
  EXPECT_EQ(s.entries.at(0).remittance, "");
  EXPECT_TRUE(has_issue(s.issues, "information_before_entry"));
}

TEST(Mt940, BankTagNsIsKept) {
  const auto entry = entry_of(":61:240630C1,S051X\n:NS:01Zweck 1\n02Zweck 2\n15Muster AG\n");
  EXPECT_EQ(entry.remittance, "Zweck 1 Zweck 2");
  EXPECT_EQ(entry.counterparty.name, "Muster AG");
}

TEST(Mt940, MergedMessagesWithoutTwentyStaySeparate) {
  const auto out = read(
      ":20:S\n:25:A\n:60F:C240628EUR1,\n:62F:C240628EUR1,\n:60F:C240629EUR1,\n"
      ":61:240630C1,NTRFX\n:62F:C240629EUR2,\n-\n");
  ASSERT_EQ(out.statements.size(), 2U);
  EXPECT_EQ(out.statements[1].account, "A");
  EXPECT_EQ(out.statements[1].verdict.kind, VerdictKind::kProved);
}

TEST(Mt940, MessagesWithoutDelimiterAreTwo) {
  const auto out = read(
      ":20:A\n:60F:C240628EUR1,\n:62F:C240628EUR1,\n:20:B\n:60F:C240628EUR1,\n"
      ":62F:C240628EUR1,\n");
  EXPECT_EQ(out.statements.size(), 2U);
}

TEST(Mt940, StatementEndsWhereTheNextBegins) {
  const std::string one = ":20:A\n:60F:C240628EUR1,\n:62F:C240628EUR1,\n";
  const auto out = read(one + one);
  EXPECT_EQ(out.statements.at(0).place.length + 1, one.size());
  EXPECT_EQ(out.statements.at(1).place.offset, one.size());
  EXPECT_EQ(out.statements.at(1).place.line, 4U);
}

TEST(Mt940, RjeSeparatesMessagesByDollar) {
  const std::string message =
      "{1:F01BANKDEFFAXXX0000000000}{2:I940BANKDEFFXXXXN}{4:\r\n:20:A\r\n:60F:C240628EUR1,\r\n"
      ":62F:C240628EUR1,\r\n-}";
  const auto out = read(message + "$" + message + "$" + message);
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.statements.size(), 3U);
  for (const auto& s : out.statements) EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Mt940, Mt950AndMt942AreNamedByTheirBlockOrTags) {
  EXPECT_EQ(only(read("{1:F01X}{2:O9501200240628BANK}{4:\n:20:A\n:60F:C240628EUR1,\n"
                      ":62F:C240628EUR1,\n-}"))
                .format,
            "MT950");
  const Statement interim =
      only(read(":20:A\n:34F:EURD1,\n:61:240630D1,NTRFX\n:90D:1EUR2,30\n-\n"));
  EXPECT_EQ(interim.format, "MT942");
  EXPECT_TRUE(has_issue(interim.issues, "control_total_mismatch"));
  EXPECT_EQ(interim.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Mt940, FileCutBeforeTheClosingBalanceIsTruncated) {
  const std::string whole = statement(":61:240630C1,NTRFX\n", "101,00");
  const Statement s = only(read(whole.substr(0, whole.find(":62F:"))));
  EXPECT_TRUE(s.truncated);
  EXPECT_TRUE(has_issue(s.issues, "truncated"));
  EXPECT_EQ(s.entry_count, 1U);
  EXPECT_EQ(format(s.verdict), "NOT PROVABLE: truncated");
}

TEST(Mt940, BlockWithoutTrailerIsTruncatedEvenWhenItsFiguresAgree) {
  std::string bytes = test::file("pages.sta");
  bytes.resize(bytes.rfind("-}"));
  const auto out = read(bytes);
  EXPECT_EQ(format(out.statements.at(1).verdict), "NOT PROVABLE: truncated");
}

TEST(Mt940, EveryCutOfAFileIsReadWithoutProvingWhatIsMissing) {
  const std::string whole = test::file("pages.sta");
  for (std::size_t size = 0; size + 4 < whole.size(); ++size) {
    const auto out = read(whole.substr(0, size));
    for (std::size_t i = 1; i < out.statements.size(); ++i) {
      EXPECT_NE(out.statements[i].verdict.kind, VerdictKind::kProved) << size;
    }
  }
}

TEST(Mt940, DayThatDoesNotExistLosesOnlyTheDate) {
  const Statement s = only(read(statement(":61:2402300301C1,NTRFX\n", "101,00")));
  EXPECT_TRUE(s.entries.at(0).value_date.is_none());
  EXPECT_TRUE(has_issue(s.issues, "bad_date"));
  EXPECT_EQ(s.verdict.kind, VerdictKind::kProved);
}

TEST(Mt940, TwoDifferentOpeningBalancesProveNothing) {
  const Statement s = only(read(
      ":20:S\n:60F:C240628EUR5,\n:60F:C240628EUR1,\n:61:240630C1,NTRFX\n:62F:C240701EUR2,\n-"));
  EXPECT_TRUE(has_issue(s.issues, "duplicate_balance"));
  EXPECT_EQ(s.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Mt940, CharsetFollowsTheOption) {
  const std::string latin = statement(":61:240630C1,NTRFX\n:86:M\xfcller\n", "101,00");
  EXPECT_EQ(only(read(latin)).entries.at(0).remittance, "Müller");
  const std::string dos = statement(":61:240630C1,NTRFX\n:86:M\x81ller\n", "101,00");
  EXPECT_EQ(only(read(dos, {.charset = Charset::kCp852})).entries.at(0).remittance, "Müller");
  const std::string utf8 = statement(":61:240630C1,NTRFX\n:86:Müller\n", "101,00");
  EXPECT_EQ(only(read(utf8, {.charset = Charset::kCp852})).entries.at(0).remittance, "Müller");
}

TEST(Mt940, PlaceLeadsToTheBytesAsReceived) {
  const std::string bytes = statement(":61:240630C1,NTRFX\n:86:text\n of two\n", "101,00");
  const auto entry = only(read(bytes)).entries.at(0);
  EXPECT_EQ(bytes.substr(entry.place.offset, entry.place.length),
            ":61:240630C1,NTRFX\n:86:text\n of two");
  EXPECT_EQ(entry.place.line, 5U);
}

TEST(Mt940, AllLineEndsGiveTheSameStatement) {
  const std::string lf = statement(":61:240630C1,NTRFX//B\n:86:text\n", "101,00");
  for (const std::string end : {"\r\n", "\r", "@@"}) {
    std::string bytes = end == "@@" ? "@@" : "";
    for (const char c : lf) bytes += c == '\n' ? end : std::string(1, c);
    const Statement s = only(read(bytes));
    EXPECT_EQ(format(s.verdict), "PROVED") << bytes;
    EXPECT_EQ(s.entries.at(0).remittance, "text");
  }
}

TEST(Mt940, ChunkingDoesNotMatter) {
  const std::string bytes = test::file("pages.sta");
  for (std::size_t step = 1; step < 90; ++step) {
    Collector sink;
    const auto reader = make_mt940_reader(sink, {});
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      ASSERT_TRUE(reader->push(std::string_view(bytes).substr(i, step)));
    }
    ASSERT_TRUE(reader->finish());
    ASSERT_EQ(sink.statements.size(), 2U);
    EXPECT_EQ(sink.statements[1].place.length + sink.statements[1].place.offset,
              bytes.rfind("\n-}"));
  }
}

TEST(Mt940, ALineOfMegabytesIsReadInPiecesAndItsLossIsNoted) {
  const std::string bytes =
      statement(":61:240630C1,NTRFX\n:86:" + std::string(50'000'000, 'x') + "\n", "101,00");
  const Statement s = only(read(bytes));
  EXPECT_TRUE(has_issue(s.issues, "field_too_long"));
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Mt940, AFileWithoutFieldsIsAnErrorNotSilence) {
  EXPECT_EQ(read("1\n2\n3\n").error->code, ErrorCode::kNotThisFormat);
  EXPECT_EQ(read(":NS:\n").error->code, ErrorCode::kNoStatement);
  EXPECT_EQ(read("").error->code, ErrorCode::kNotThisFormat);
}

}  // namespace
}  // namespace custody_adapter
