// camt.053: structure, versions, and the traps of real feeds.
#include <gtest/gtest.h>

#include "tests/custody_adapter/support.h"

namespace custody_adapter {
namespace {

using test::has_issue;
using test::only;
using test::read;

std::string balance(const std::string& code, const std::string& amount, const std::string& side) {
  return "<Bal><Tp><CdOrPrtry><Cd>" + code + "</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">" + amount +
         "</Amt>" + (side.empty() ? "" : "<CdtDbtInd>" + side + "</CdtDbtInd>") +
         "<Dt><Dt>2024-06-30</Dt></Dt></Bal>";
}
std::string entry(const std::string& amount, const std::string& more = "",
                  const std::string& side = "CRDT") {
  return "<Ntry><Amt Ccy=\"EUR\">" + amount + "</Amt><CdtDbtInd>" + side +
         "</CdtDbtInd><Sts>BOOK</Sts>" + more + "</Ntry>";
}
std::string document(const std::string& inside) {
  return "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt>"
         "<Id>S</Id><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct>" +
         inside + "</Stmt></BkToCstmrStmt></Document>";
}
std::string proved(const std::string& inside, const std::string& closing) {
  return document(balance("OPBD", "100.00", "CRDT") + balance("CLBD", closing, "CRDT") + inside);
}

TEST(Camt053, BatchPendingAndReversalAreReadAsTheBankBookedThem) {
  const Statement s = only(read(test::file("batch.xml")));
  EXPECT_EQ(s.format, "camt.053.001.08");
  EXPECT_EQ(s.message_id, "MSG-1");
  EXPECT_EQ(s.account, "DE02120300000000202051");
  EXPECT_EQ(s.account_bank, "BYLADEM1001");
  EXPECT_EQ(s.number, 7U);
  EXPECT_EQ(s.legal_number, 6U);
  EXPECT_EQ(s.page, 1U);
  EXPECT_EQ(ledger::base::format(s.to_date), "2024-06-30");
  EXPECT_EQ(format(s.verdict), "PROVED");
  EXPECT_TRUE(s.issues.empty()) << s.issues.front().text;
  ASSERT_EQ(s.entries.size(), 3U);

  const StatementEntry& batch = s.entries[0];
  ASSERT_EQ(batch.details.size(), 2U);
  EXPECT_EQ(format(*batch.details[0].amount), "329.56");
  EXPECT_EQ(format(*batch.details[1].amount), "100.00");
  EXPECT_EQ(batch.details[1].references.end_to_end, "ORDER-B");
  EXPECT_EQ(batch.details[0].counterparty.name, "Ann");
  EXPECT_EQ(batch.references.end_to_end, "");
  EXPECT_EQ(batch.references.bank, "BANK-1");
  EXPECT_EQ(batch.references.payment_info, "BATCH-9");
  EXPECT_EQ(batch.transaction_code, "PMNT/RCDT/ESCT");
  EXPECT_EQ(ledger::base::format(batch.value_date), "2024-07-01");

  const StatementEntry& reversal = s.entries[1];
  EXPECT_TRUE(reversal.reversal);
  EXPECT_EQ(format(reversal.signed_figure()), "-20.00");  // CdtDbtInd is the real direction
  EXPECT_EQ(reversal.references.instruction, "WD-7");
  EXPECT_EQ(reversal.references.end_to_end, "");
  EXPECT_EQ(reversal.counterparty.name, "Old form");
  EXPECT_EQ(reversal.remittance, "line one line two");
  EXPECT_EQ(s.entries[2].status, EntryStatus::kPending);
}

TEST(Camt053, EveryVersionPrefixAndWrapperIsRead) {
  for (const std::string version : {"01", "02", "04", "06", "07", "08", "10", "13", "14"}) {
    const std::string code = version < "07" ? "<Sts>BOOK</Sts>" : "<Sts><Cd>BOOK</Cd></Sts>";
    const std::string bytes =
        "<?xml version='1.0'?><e:BizMsgEnvlp xmlns:e='urn:e'><AppHdr><CreDt>x</CreDt></AppHdr>"
        "<n:Document xmlns:n='urn:iso:std:iso:20022:tech:xsd:camt.053.001." +
        version +
        "'><n:BkToCstmrStmt><n:Stmt><n:Id>S</n:Id><n:Ntry><n:Amt Ccy='EUR'>1</n:Amt>"
        "<n:CdtDbtInd>CRDT</n:CdtDbtInd>" +
        code +
        "</n:Ntry></n:Stmt></n:BkToCstmrStmt>"
        "</n:Document></e:BizMsgEnvlp>";
    const Statement s = only(read(bytes));
    EXPECT_EQ(s.format, "camt.053.001." + version);
    EXPECT_EQ(s.booked_count, 1U);
    EXPECT_TRUE(s.issues.empty());
  }
}

TEST(Camt053, FirstVersionNamesAreRead) {
  const Statement s = only(read(
      "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.01'><BkToCstmrStmtV01><Stmt>"
      "<Id>S</Id><Acct><Id><PrtryAcct><Id>4711</Id></PrtryAcct></Id></Acct>"
      "<Bal><Tp><Cd>OPBD</Cd></Tp><Amt Ccy='EUR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
      "<Bal><Tp><Cd>CLBD</Cd></Tp><Amt Ccy='EUR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
      "</Stmt></BkToCstmrStmtV01></Document>"));
  EXPECT_EQ(s.account, "4711");
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Camt053, WrongOrMissingNamespaceIsRead) {
  for (const std::string ns : {" xmlns='urn:iso:std:iso:20023:tech:xsd:camt.053.001.02'", ""}) {
    const auto out = read("<Document" + ns +
                          "><BkToCstmrStmt><Stmt><Id>S</Id></Stmt>"
                          "</BkToCstmrStmt></Document>");
    EXPECT_FALSE(out.error);
    EXPECT_EQ(only(out).format.substr(0, 8), "camt.053");
  }
}

TEST(Camt053, FiveDecimalsStayExact) {
  const Statement s = only(read(proved(entry("8.00005"), "108.00004")));
  EXPECT_EQ(format(s.verdict), "UNPROVED (-0.00001)");
  EXPECT_EQ(s.entries.at(0).digits, 5);
  EXPECT_FALSE(s.entries.at(0).minor_amount());
  EXPECT_EQ(format(only(read(proved(entry("8.00000"), "108.0"))).verdict), "PROVED");
}

TEST(Camt053, ChargesExplainDetailsAndAnUnexplainedGapIsAnIssue) {
  const std::string details = "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">1500</Amt></TxDtls></NtryDtls>";
  const std::string charges = "<Chrgs><Rcrd><Amt Ccy=\"EUR\">26</Amt></Rcrd></Chrgs>";
  EXPECT_FALSE(has_issue(only(read(proved(entry("1526", charges + details), "1626"))).issues,
                         "details_mismatch"));
  const Statement s = only(read(proved(entry("1526", details), "1626")));
  EXPECT_TRUE(has_issue(s.issues, "details_mismatch"));
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Camt053, ReversalsAreTurnedOnlyForASourceThatNeedsIt) {
  const std::string bytes = proved(entry("5", "<RvslInd>true</RvslInd>"), "95");
  EXPECT_EQ(format(only(read(bytes)).verdict), "UNPROVED (-10.00)");
  EXPECT_EQ(format(only(read(bytes, {.turn_camt_reversals = true})).verdict), "PROVED");
}

TEST(Camt053, MixedSignsInABatchAreSummedWithTheirSigns) {
  const std::string details =
      "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">30</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls><TxDtls>"
      "<Amt Ccy=\"EUR\">10</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls>";
  const Statement s = only(read(proved(entry("20", details), "120")));
  EXPECT_TRUE(s.issues.empty());
  EXPECT_EQ(s.entries.at(0).details.at(1).side, Side::kDebit);
}

TEST(Camt053, SummaryIsASecondProof) {
  const std::string summary =
      "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>5.00</Sum></TtlNtries></TxsSummry>";
  const Statement s = only(read(proved(summary + entry("5"), "105")));
  EXPECT_TRUE(has_issue(s.issues, "summary_mismatch"));
  EXPECT_EQ(s.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Camt053, MissingBalanceDirectionIsLeftToTheProof) {
  const Statement s =
      only(read(document(balance("OPBD", "100", "") + balance("CLBD", "105", "") + entry("5"))));
  EXPECT_TRUE(has_issue(s.issues, "missing_direction"));
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Camt053, UnreadableEntryIsReportedAndPreventsTheProof) {
  for (const std::string& bad : {entry("-5"), entry("5,00"), entry(""), entry("5", "", "CREDIT")}) {
    const Statement s = only(read(proved(bad, "100")));
    EXPECT_TRUE(s.entries.empty()) << bad;
    EXPECT_GT(s.error_count, 0U);
    EXPECT_EQ(s.verdict.kind, VerdictKind::kNotProvable);
  }
}

TEST(Camt053, CurrenciesNeverMixIntoAProof) {
  std::string foreign = entry("5");
  foreign.replace(foreign.find("EUR"), 3, "SEK");
  const Statement s = only(read(proved(foreign, "105")));
  EXPECT_TRUE(has_issue(s.issues, "currency_mismatch"));
  EXPECT_EQ(s.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Camt053, DailyBalancesOfAPeriodUseTheFirstAndTheLast) {
  std::string late = balance("OPBD", "103", "CRDT") + balance("CLBD", "105", "CRDT");
  std::string early = balance("OPBD", "100", "CRDT") + balance("CLBD", "103", "CRDT");
  for (std::size_t at = early.find("06-30"); at != std::string::npos; at = early.find("06-30")) {
    early.replace(at, 5, "06-29");
  }
  const Statement s = only(read(document(late + early + entry("3") + entry("2"))));
  EXPECT_EQ(format(s.verdict), "PROVED");
  EXPECT_EQ(s.balances.size(), 2U);
}

TEST(Camt053, EmptyStatementIsAccepted) {
  EXPECT_EQ(format(only(read(proved("", "100"))).verdict), "PROVED");
  EXPECT_EQ(format(only(read(document(""))).verdict), "NOT PROVABLE: no opening balance");
}

TEST(Camt053, ReportsAndNotificationsAreNotSilentlyEmpty) {
  for (const std::string name : {"BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"}) {
    const std::string part = name == "BkToCstmrAcctRpt" ? "Rpt" : "Ntfctn";
    const Statement s = only(read("<Document><" + name + "><" + part + "><Id>R</Id>" + entry("1") +
                                  "</" + part + "></" + name + "></Document>"));
    EXPECT_EQ(s.entry_count, 1U);
    EXPECT_EQ(s.verdict.kind, VerdictKind::kNotProvable);
  }
}

TEST(Camt053, ForeignElementsInSupplementaryDataAreNotRead) {
  const std::string extra =
      "<SplmtryData><Envlp><Amt Ccy=\"EUR\">999</Amt><CdtDbtInd>DBIT</CdtDbtInd></Envlp>"
      "</SplmtryData>";
  const Statement s = only(read(proved(entry("5", extra), "105")));
  EXPECT_EQ(format(s.verdict), "PROVED");
  EXPECT_TRUE(has_issue(s.issues, "supplementary_data"));
}

TEST(Camt053, Latin9BytesInAFileThatSaysUtf8KeepOffsetsTrue) {
  const std::string bytes =
      proved(entry("5", "<AddtlNtryInf>M\xfcller \xa4</AddtlNtryInf>") + entry("1"), "106");
  const Statement s = only(read(bytes, {.charset = Charset::kLatin9}));
  EXPECT_EQ(s.entries.at(0).additional, "Müller €");
  const Place place = s.entries.at(1).place;
  EXPECT_EQ(bytes.substr(place.offset, place.length), entry("1"));
  EXPECT_EQ(format(s.verdict), "PROVED");
}

TEST(Camt053, DeclaredSingleByteEncodingIsHonoured) {
  const Statement s = only(read("<?xml version='1.0' encoding='windows-1252'?>" +
                                proved(entry("5", "<AddtlNtryInf>\x80</AddtlNtryInf>"), "105")));
  EXPECT_EQ(s.entries.at(0).additional, "€");
}

TEST(Camt053, DoctypeIsRefused) {
  const auto out = read("<!DOCTYPE Document [<!ENTITY a 'b'>]>" + document(""));
  EXPECT_EQ(out.error->code, ErrorCode::kDoctypeRefused);
}

TEST(Camt053, EveryCutOfAFileIsTruncatedAndNeverProved) {
  const std::string whole = proved(entry("3") + entry("2"), "105");
  for (std::size_t size = whole.find("<Stmt>") + 6; size < whole.rfind("</Document>"); ++size) {
    const auto out = read(whole.substr(0, size));
    ASSERT_TRUE(out.error) << size;
    EXPECT_EQ(out.error->code, ErrorCode::kTruncated) << size;
    if (size < whole.find("</Stmt>") + 7) {
      EXPECT_EQ(format(only(out).verdict), "NOT PROVABLE: truncated");
    }
  }
}

TEST(Camt053, BrokenXmlKeepsWhatWasReadAndNamesThePlace) {
  const auto out = read(proved(entry("3") + "<Ntry>\n</Oops>", "103"));
  EXPECT_EQ(out.error->code, ErrorCode::kNotWellFormed);
  EXPECT_EQ(out.error->place.line, 2U);
  EXPECT_EQ(out.statements.at(0).entry_count, 1U);
  EXPECT_TRUE(out.statements.at(0).truncated);
}

TEST(Camt053, NestingIsLimited) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<a>";
  EXPECT_EQ(read(document(deep).substr(0, 900)).error->code, ErrorCode::kLimitExceeded);
}

TEST(Camt053, ManyDetailsAreCountedBeyondTheLimit) {
  std::string details = "<NtryDtls>";
  for (int i = 0; i < 5; ++i) details += "<TxDtls><Amt Ccy=\"EUR\">1</Amt></TxDtls>";
  const Statement s =
      only(read(proved(entry("5", details + "</NtryDtls>"), "105"), {.details_max = 2}));
  EXPECT_EQ(s.entries.at(0).details.size(), 2U);
  EXPECT_TRUE(has_issue(s.issues, "too_many_details"));
  EXPECT_FALSE(has_issue(s.issues, "details_mismatch"));
}

TEST(Camt053, ChunkingDoesNotMatter) {
  const std::string bytes = test::file("batch.xml");
  for (const std::size_t step : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    Collector sink;
    const auto reader = make_camt053_reader(sink, {});
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      ASSERT_TRUE(reader->push(std::string_view(bytes).substr(i, step)));
    }
    ASSERT_TRUE(reader->finish());
    EXPECT_EQ(format(sink.statements.at(0).verdict), "PROVED");
  }
}

}  // namespace
}  // namespace custody_adapter
