// The formats whose profiles ship with the program, by files that have their traps.
#include "tests/custody_adapter/profile_files.h"

namespace custody_adapter {
namespace {

using namespace test;

ProfileOptions openings(std::map<std::string, std::int64_t, std::less<>> known) {
  ProfileOptions options;
  options.opening_of = [known = std::move(known)](std::string_view number) {
    const auto at = known.find(number);
    return at == known.end() ? std::optional<Figure>()
                             : Figure{ledger::base::Total::from_minor(at->second), 2};
  };
  return options;
}

TEST(Aleve, BytesAreSlicedBeforeTheyAreDecoded) {
  const auto out =
      read_by(shipped("aleve"), aleve({"6212000001", 150, "7781", 1150, "还款0元", "1"}));
  const StatementEntry& entry = out.statement().entries.at(0);
  EXPECT_EQ(entry.amount.minor(), 150);
  EXPECT_EQ(entry.side, Side::kCredit);
  EXPECT_TRUE(entry.reversal);
  EXPECT_EQ(entry.remittance, "还款0元");
  EXPECT_EQ(entry.custody.sub_account, "6212000001");
  EXPECT_EQ(entry.custody.time, "10:20:30");
  EXPECT_EQ(format(entry.booking_date), "2024-06-28");
  EXPECT_EQ(entry.currency, ledger::base::kCny);
  EXPECT_EQ(format(*entry.custody.balance_after), "11.50");
}

TEST(Aleve, TheChainProvesWhenTheOpeningsAreKnown) {
  const std::string file = aleve_day();
  const auto alone = read_by(shipped("aleve"), file);
  EXPECT_EQ(alone.verdict(),
            "NOT PROVABLE: no balance before the first entry of 2 of 2 sub-accounts; 2 links hold");
  std::vector<std::string> closings;
  auto options = openings({{"A1", 1000}, {"B2", 0}});
  EXPECT_EQ(read_by(shipped("aleve"), file, options).verdict(),
            "NOT PROVABLE: the balances after entries hold, but nothing says that the file is "
            "complete");
  options.entries_expected = 4;
  options.on_sub_account = [&closings](const SubAccount& account) {
    closings.push_back(std::string(account.number) + " " + format(account.opening) + " " +
                       format(account.closing) + " " + std::to_string(account.entries));
  };
  EXPECT_EQ(read_by(shipped("aleve"), file, options).verdict(), "PROVED");
  EXPECT_EQ(closings, (std::vector<std::string>{"A1 10.00 9.00 2", "B2 0.00 2.00 2"}));
  EXPECT_EQ(read_by(shipped("aleve"), file, openings({{"A1", 1001}, {"B2", 0}})).verdict(),
            "UNPROVED (-0.01): 1 break(s) in the balances after entries");
}

// Two postings of 3.00 and 2.00 that went to each other's account: every total is the same.
TEST(Aleve, TwoMispostingsThatCancelInEveryTotalAreFound) {
  auto good = openings({{"A1", 1000}, {"B2", 1000}});
  good.entries_expected = 2;
  const std::string right =
      aleve({"A1", 300, "7820", 1300, "", "0"}) + aleve({"B2", 200, "7820", 1200, "", "0"});
  const std::string wrong =
      aleve({"A1", 200, "7820", 1300, "", "0"}) + aleve({"B2", 300, "7820", 1200, "", "0"});
  EXPECT_EQ(read_by(shipped("aleve"), right, good).verdict(), "PROVED");
  const auto out = read_by(shipped("aleve"), wrong, good);
  EXPECT_EQ(out.summary.verdict.kind, VerdictKind::kUnproved);
  EXPECT_EQ(format(out.summary.credit_sum), "5.00");
  EXPECT_EQ(out.codes(), (std::vector<std::string>{"broken_chain", "broken_chain"}));
}

TEST(Aleve, AnIdleDayIsAStatementWithoutEntries) {
  const auto out = read_by(shipped("aleve"), "");
  EXPECT_FALSE(out.error.has_value());
  EXPECT_EQ(out.statement().entry_count, 0U);
  EXPECT_EQ(out.summary.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Aleve, ARecordOfAnotherLengthIsRefused) {
  std::string file = aleve_day();
  file.insert(400, "x");
  const auto out = read_by(shipped("aleve"), file);
  ASSERT_TRUE(out.error.has_value());
  EXPECT_EQ(out.error->place.line, 2U);
  EXPECT_NE(out.error->message.find("371 bytes is expected, this has 372"), std::string::npos);
}

TEST(Eve, AWithdrawalTakenBackGoesTheOtherWay) {
  ProfileOptions options;
  options.file_date = *ledger::base::Date::parse("2024-01-01");
  const auto out =
      read_by(shipped("eve"), eve("2820", "0200", 5000, "ORD1") + eve("2820", "0420", 5000, "ORD1"),
              options);
  ASSERT_EQ(out.summary.entries, 2U);
  const auto& entries = out.statement().entries;
  EXPECT_EQ(entries[0].side, Side::kDebit);
  EXPECT_EQ(entries[1].side, Side::kCredit);
  EXPECT_TRUE(entries[1].reversal);
  EXPECT_EQ(entries[1].references.owner, "ORD1");
  EXPECT_EQ(format(entries[0].booking_date), "2023-12-31");
  EXPECT_EQ(out.verdict(), "NOT PROVABLE: no totals and no balances");
}

TEST(Lanmao, TheFiveFilesAreOneCustodyDay) {
  const auto day = read_day(lanmao_day());
  EXPECT_TRUE(day.issues.empty());
  EXPECT_EQ(format(day.date), "2024-06-28");
  EXPECT_EQ(day.platform, "600000");
  ASSERT_EQ(day.members.size(), 5U);
  EXPECT_EQ(day.members[0].type, "RECHARGE");
  EXPECT_EQ(format(day.members[0].summary.credit_sum), "150.50");
  EXPECT_EQ(format(day.members[1].summary.debit_sum), "30.00");  // the failed one is not booked
  EXPECT_EQ(format(day.members[2].summary.transfer_sum), "1.25");
  EXPECT_EQ(format(day.members[3].summary.transfer_sum), "101.00");
  EXPECT_EQ(format(day.members[4].summary.credit_sum), "20.00");
  EXPECT_EQ(day.entries, 7U);
  EXPECT_EQ(format(day.credit_sum), "170.50");
  EXPECT_EQ(format(day.transfer_sum), "102.25");
  EXPECT_EQ(day.verdict.kind, VerdictKind::kNotProvable);
}

TEST(Lanmao, TheLinesKeepWhoWhomAndWhatFor) {
  const auto out = read_by(shipped("lanmao-transaction"), lanmao_day()[3].second);
  const StatementEntry& entry = out.statement().entries.at(0);
  EXPECT_TRUE(entry.transfer);
  EXPECT_EQ(entry.custody.payer, "U1");
  EXPECT_EQ(entry.custody.payee, "U2");
  EXPECT_EQ(entry.custody.project, "LOAN7");
  EXPECT_EQ(entry.custody.original_order, "T1");
  EXPECT_EQ(format(*entry.custody.interest), "1.00");
  EXPECT_EQ(entry.references.owner, "R5");
  EXPECT_EQ(entry.transaction_code, "REPAYMENT");
}

TEST(Lanmao, MissingRepeatedForeignAndOtherDaysMembersAreTold) {
  auto files = lanmao_day();
  files.erase(files.begin() + 2);
  files.push_back({"20240628_600000_RECHARGE.csv", files[0].second});
  files.push_back({"20240627_600000_COMMISSION.txt", ""});
  files.push_back({"notes.txt", ""});
  const auto day = read_day(files);
  std::vector<std::string> codes;
  for (const Issue& issue : day.issues) codes.emplace_back(issue.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"repeated_member", "other_day", "foreign_member",
                                             "missing_member"}));
  EXPECT_EQ(day.members.size(), 4U);
  EXPECT_EQ(format(day.credit_sum), "170.50");
}

TEST(Lanmao, AFirstLineThatIsAnOrderIsNotPassedOver) {
  const std::string file = lanmao_day()[0].second;
  const auto out = read_by(shipped("lanmao-recharge"), file.substr(file.find('\n') + 1));
  EXPECT_EQ(out.summary.entries, 2U);
}

TEST(Ucf, RepeatedOrdersAreTwoLinesAndFailedBidsAreKept) {
  const std::string line = "O1|S1|3001|10.00|S|2024-06-28 10:00:00|D1|1|2|bid\n";
  const auto out =
      read_by(shipped("ucf-transaction"),
              "heading\n" + line + line + "O2|S2|3005|10.00|S|2024-06-28 11:00:00|D1|2|1|back\n");
  ASSERT_EQ(out.summary.entries, 3U);
  EXPECT_FALSE(out.statement().entries[0].reversal);
  EXPECT_TRUE(out.statement().entries[2].reversal);
  EXPECT_EQ(format(out.summary.transfer_sum), "30.00");
}

TEST(Ucf, TheColumnThatCameWithoutNoticeIsRefused) {
  const auto out = read_by(shipped("ucf-withdraw"),
                           "heading\nO1|S1|2001|10.00|S|2024-06-28 10:00:00|P|1|r|new\n");
  ASSERT_TRUE(out.error.has_value());
  EXPECT_EQ(out.error->place.line, 2U);
}

TEST(HeadsAndTails, EachConventionProvesAndFails) {
  for (const auto& [name, file] : conventions()) {
    const auto out = read_by(shipped(name), file);
    EXPECT_EQ(out.verdict(), "PROVED") << name << (out.error ? format(*out.error) : "");
    EXPECT_EQ(out.summary.entries, 2U) << name;
    EXPECT_EQ(format(out.statement().credit_sum + out.statement().debit_sum), "3.50") << name;
    // One digit of an amount that a total covers.
    std::string damaged = file;
    const bool yuan = damaged.find("2.50") != std::string::npos;
    damaged.replace(damaged.rfind(yuan ? "2.50" : "250"), yuan ? 4 : 3, yuan ? "2.51" : "251");
    EXPECT_NE(read_by(shipped(name), damaged).verdict(), "PROVED") << name;
  }
}

TEST(HeadsAndTails, AFileWithoutItsEndMarkIsTruncated) {
  const std::string file = "PO|1|1.00\nO1|622|N|1.00|r\n########\n";
  EXPECT_EQ(read_by(shipped("cn-end-mark"), file).verdict(), "PROVED");
  const auto cut = read_by(shipped("cn-end-mark"), file.substr(0, file.find("####")));
  EXPECT_EQ(cut.verdict(), "NOT PROVABLE: truncated");
  EXPECT_TRUE(cut.has("missing_record"));
  EXPECT_TRUE(
      read_by(shipped("cn-end-mark"), file + "O2|622|N|1.00|r\n").has("entry_after_trailer"));
}

TEST(HeadsAndTails, AFundFileWithOtherFieldsIsRefused) {
  std::string file = fund_file();
  EXPECT_EQ(read_by(shipped("ofd-fund"), file).verdict(),
            "NOT PROVABLE: no totals and no balances");
  file.replace(file.find("FundCode"), 8, "FundKode");
  const auto out = read_by(shipped("ofd-fund"), file);
  ASSERT_TRUE(out.error.has_value());
  EXPECT_EQ(out.error->place.line, 12U);
  const std::string one_more = fund_file();
  EXPECT_EQ(read_by(shipped("ofd-fund"),
                    std::string(one_more).replace(one_more.find("00000002"), 8, "00000003"))
                .summary.verdict.kind,
            VerdictKind::kUnproved);
}

TEST(Allinpay, AmountsAreFenAndNoDirectionIsClaimed) {
  const auto out =
      read_by(shipped("allinpay"), "A1|1|1050|5|20240628101112|M1|||1||1045||||||||622|1|||t|\n");
  EXPECT_FALSE(out.error.has_value()) << format(*out.error);
  EXPECT_TRUE(out.statement().entries.at(0).transfer);
  EXPECT_EQ(format(out.summary.transfer_sum), "10.50");
  EXPECT_EQ(format(*out.statement().entries[0].custody.fee), "0.05");
}

TEST(Norma43, AccountsProveByBalancesCountsAndSums) {
  const std::string file = norma43();
  const auto out = read_by(shipped("norma43"), file);
  EXPECT_EQ(out.verdict(), "PROVED") << (out.error ? format(*out.error) : "");
  ASSERT_EQ(out.statements.size(), 2U);
  EXPECT_EQ(out.statements[0].account_bank, "00815398");
  EXPECT_EQ(out.statements[0].account, "0001414452");
  EXPECT_EQ(out.statements[0].currency.code(), "EUR");
  EXPECT_EQ(format(out.statements[0].opening->value), "30.05");
  EXPECT_EQ(format(out.statements[1].opening->value), "-1.00");
  EXPECT_EQ(out.statements[0].entries.at(0).remittance, "COMPRA TARG 5540 CAFÉ");
  EXPECT_EQ(out.statements[0].totals.size(), 4U);
}

TEST(Norma43, TrailingBlanksMayBeCutOff) {
  std::string file;
  std::istringstream lines(norma43());
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    file += line + "\n";
  }
  EXPECT_EQ(read_by(shipped("norma43"), file).verdict(), "PROVED");
}

TEST(Norma43, ARecordThatIsMissingFailsTheFile) {
  std::string file = norma43();
  file.erase(file.find("\n23") + 1, 81);
  const auto out = read_by(shipped("norma43"), file);
  ASSERT_TRUE(out.error.has_value());
  EXPECT_EQ(out.error->code, ErrorCode::kControlTotal);
  EXPECT_EQ(out.summary.verdict.kind, VerdictKind::kUnproved);
  std::string cut = norma43();
  cut.erase(cut.find("\n88") + 1);
  const auto truncated = read_by(shipped("norma43"), cut);
  ASSERT_TRUE(truncated.error.has_value());
  EXPECT_EQ(truncated.error->code, ErrorCode::kTruncated);
}

TEST(Norma43, ATrailerOfAnotherAccountIsAnError) {
  std::string file = norma43();
  file.replace(file.find("\n33") + 3, 4, "0082");
  const auto out = read_by(shipped("norma43"), file);
  EXPECT_TRUE(out.has("differs_from_head"));
  EXPECT_NE(out.verdict(), "PROVED");
}

TEST(Coda, GlobalisedDetailsAreNotAddedAgain) {
  const auto out = read_by(shipped("coda"), coda());
  EXPECT_EQ(out.verdict(), "PROVED") << (out.error ? format(*out.error) : "");
  const Statement& s = out.statement();
  EXPECT_EQ(s.account, "BE68539007547034");
  EXPECT_EQ(s.number, 17U);
  EXPECT_EQ(format(s.opening->value), "100.00");
  EXPECT_EQ(format(s.closing->value), "125.50");
  ASSERT_EQ(s.entries.size(), 2U);
  ASSERT_EQ(s.entries[0].details.size(), 2U);
  EXPECT_EQ(format(*s.entries[0].details[1].amount), "20.00");
  EXPECT_EQ(s.entries[0].details[1].counterparty.name, "CLIENT TWO");
  EXPECT_EQ(s.entries[1].side, Side::kDebit);
  EXPECT_EQ(s.entries[1].counterparty.account, "BE43068999999501");
  // The text fills its field and goes on in the next record.
  EXPECT_EQ(s.entries[1].remittance, std::string(53, 'A') + "BC");
  EXPECT_EQ(s.information, "FREE MESSAGE");
}

TEST(Coda, SumsOfBothSidesAreChecked) {
  std::string file = coda();
  const std::size_t trailer = file.rfind("\n9") + 1;
  file.replace(trailer + 37, 15, digits(30001, 15));
  const auto out = read_by(shipped("coda"), file);
  EXPECT_EQ(out.verdict(), "UNPROVED (0.001): trailer.credits: 30.001 stated, 30.00 read");
}

}  // namespace
}  // namespace custody_adapter
