// The traps of delimited and fixed-width files, each by a file that has it.
#include "tests/custody_adapter/profile_support.h"

namespace custody_adapter {
namespace {

using namespace test;

std::string delimited(const std::string& file, const std::string& detail,
                      const std::string& more = "") {
  return "name = \"t\"\n[file]\nseparator = \"|\"\ncurrency = \"CNY\"\n" + file +
         "[[records]]\nname = \"head\"\nrole = \"head\"\nline = 1\ntag = \"H\"\nfields = [\n"
         "  { name = \"mark\" },\n  { name = \"count\", type = \"count\" },\n"
         "  { name = \"sum\", type = \"amount\" },\n]\n"
         "[[records]]\nname = \"order\"\nrole = \"detail\"\n" +
         detail + "[[checks]]\ntotal = \"head.count\"\nof = \"details\"\n" +
         "[[checks]]\ntotal = \"head.sum\"\nof = \"sum\"\nfield = \"amount\"\n" + more;
}
const std::string kOrder =
    "side = \"credit\"\nfields = [\n  { name = \"order\", as = \"owner_reference\" },\n"
    "  { name = \"text\", as = \"remittance\" },\n  { name = \"amount\", as = \"amount\" },\n]\n";
const std::string kFlagged =
    "side = { field = \"flag\", credit = \"C\", debit = \"D\" }\nfields = [\n"
    "  { name = \"flag\" },\n  { name = \"amount\", as = \"amount\" },\n]\n";

TEST(ProfileReader, CountsAndSumsThatAgreeProveTheFile) {
  const auto out = read_by(profile(delimited("", kOrder)), "H|2|3.50\nA|x|1.00\nB|y|2.50\n");
  EXPECT_EQ(out.verdict(), "PROVED");
  const Statement& s = out.statement();
  ASSERT_EQ(s.entries.size(), 2U);
  EXPECT_EQ(s.entries[1].references.owner, "B");
  EXPECT_EQ(s.entries[1].amount.minor(), 250);
  EXPECT_EQ(s.entries[1].place, (Place{18, 8, 3}));
  ASSERT_EQ(s.totals.size(), 2U);
  EXPECT_TRUE(s.totals[0].holds() && s.totals[1].holds());
}

TEST(ProfileReader, ADifferenceIsExactAndNamed) {
  const auto profile_of = profile(delimited("", kOrder));
  EXPECT_EQ(read_by(profile_of, "H|2|3.49\nA|x|1.00\nB|y|2.50\n").verdict(),
            "UNPROVED (-0.01): head.sum: 3.49 stated, 3.50 read");
  EXPECT_EQ(read_by(profile_of, "H|3|3.50\nA|x|1.00\nB|y|2.50\n").verdict(),
            "UNPROVED (0): head.count: 3 stated, 2 read");
}

TEST(ProfileReader, AnAddedColumnIsRefusedWithItsLine) {
  const auto out = read_by(profile(delimited("", kOrder)), "H|2|3.50\nA|x|1.00\nB|y|2.50|new\n");
  ASSERT_TRUE(out.error.has_value());
  EXPECT_EQ(format(*out.error),
            "layout_mismatch at line 3 (offset 27), order: 3 columns are expected, this has 4: "
            "'new' is one too many");
  EXPECT_EQ(format(out.statement().verdict), "NOT PROVABLE: truncated");
}

TEST(ProfileReader, AColumnMayBeDeclaredOptional) {
  std::string detail = kOrder;
  detail.insert(detail.rfind(']'), "  { name = \"new\", optional = true },\n");
  EXPECT_EQ(read_by(profile(delimited("", detail)), "H|2|3.50\nA|x|1.00\nB|y|2.50|new\n").verdict(),
            "PROVED");
}

TEST(ProfileReader, AMissingColumnIsRefused) {
  const auto out = read_by(profile(delimited("", kOrder)), "H|2|3.50\nA|1.00\nB|y|2.50\n");
  ASSERT_TRUE(out.error.has_value());
  EXPECT_EQ(out.error->place.line, 2U);
}

TEST(ProfileReader, AByteOfAChineseCharacterIsNoSeparator) {
  // The second byte of this character is the one of the separator.
  const std::string hidden = "\x9a\x7c";
  const auto out = read_by(profile(delimited("encoding = \"GB18030\"\n", kOrder)),
                           "H|1|1.00\nA|" + hidden + "|1.00\n");
  EXPECT_EQ(out.verdict(), "PROVED");
  std::string utf8;
  EXPECT_EQ(make_decoder("GB18030")->convert(hidden, utf8), TextConverter::kAll);
  EXPECT_EQ(out.statement().entries.at(0).remittance, utf8);
}

TEST(ProfileReader, TextThatDoesNotDecodeIsAnIssueWithItsOffset) {
  const auto out = read_by(profile(delimited("encoding = \"GB18030\"\n", kOrder)),
                           "H|1|1.00\nA|ab\xff"
                           "cd|1.00\n");
  const Issue* issue = out.issue("not_decodable");
  ASSERT_NE(issue, nullptr);
  EXPECT_EQ(issue->place.offset, 13U);
  EXPECT_EQ(issue->severity, Severity::kWarning);
  EXPECT_EQ(out.statement().entries.at(0).remittance,
            "ab\xEF\xBF\xBD"
            "cd");
}

TEST(ProfileReader, UnmappedTextIsCheckedToo) {
  std::string detail = kOrder;
  detail.replace(detail.find(", as = \"remittance\""), 19, "");
  EXPECT_TRUE(
      read_by(profile(delimited("", detail)), "H|1|1.00\nA|\xff|1.00\n").has("not_decodable"));
}

TEST(ProfileReader, AFieldMayEndInsideACharacter) {
  Movement m{"62", 100, "7820", 100, "", "0"};
  std::string line = aleve(m);
  const std::string text = in_gb18030("转账转账转账转账转账转账转账转账转账转账转账");  // 44 bytes
  line.replace(92, 42, "A" + text.substr(0, 40) + "\xd7");
  const auto out = read_by(shipped("aleve"), line);
  EXPECT_TRUE(out.has("cut_character"));
  EXPECT_FALSE(out.has("not_decodable"));
  EXPECT_EQ(out.statement().entries.at(0).custody.balance_after->units.minor(), 100);
}

TEST(ProfileReader, AnUnsignedTotalDoesNotProveTheDirection) {
  const auto profile_of = profile(delimited("", kFlagged));
  EXPECT_EQ(read_by(profile_of, "H|2|3.50\nC|1.00\nD|2.50\n").verdict(),
            "NOT PROVABLE: no total proves the direction of 2 of 2 entries");
  std::string by_sign = delimited("", kFlagged);
  by_sign += "signed = true\n";
  EXPECT_EQ(read_by(profile(by_sign), "H|2|-1.50\nC|1.00\nD|2.50\n").verdict(), "PROVED");
  // One side alone covers only its own entries.
  std::string one = delimited("", kFlagged);
  one += "side = \"debit\"\n";
  EXPECT_EQ(read_by(profile(one), "H|2|2.50\nC|1.00\nD|2.50\n").verdict(),
            "NOT PROVABLE: no total or balance proves 1 of 2 entries");
}

TEST(ProfileReader, AnUnknownDirectionIsAnErrorAndNoEntry) {
  const auto out =
      read_by(profile(delimited("", kFlagged) + "signed = true\n"), "H|1|1.00\nX|1.00\n");
  EXPECT_TRUE(out.has("unknown_side"));
  EXPECT_EQ(out.summary.entries, 0U);
  EXPECT_EQ(out.summary.verdict.kind, VerdictKind::kUnproved);
}

TEST(ProfileReader, TwoRulesOfADirectionMustAgree) {
  std::string detail = kFlagged;
  detail.replace(0, detail.find("fields"),
                 "side = [{ field = \"flag\", match = \"prefix\", credit = \"C\", debit = \"D\" }, "
                 "{ field = \"flag\", credit = [\"C1\", \"D9\"], debit = \"D1\" }]\n");
  const auto profile_of = profile(delimited("", detail));
  EXPECT_FALSE(read_by(profile_of, "H|1|1.00\nC1|1.00\n").has("side_disagrees"));
  EXPECT_TRUE(read_by(profile_of, "H|1|1.00\nD9|1.00\n").has("side_disagrees"));
}

TEST(ProfileReader, ANegativeAmountNeedsARuleForItsSign) {
  EXPECT_TRUE(read_by(profile(delimited("", kOrder)), "H|1|1.00\nA|x|-1.00\n").has("bad_amount"));
  std::string detail = kOrder;
  detail.replace(0, detail.find("fields"), "side = { positive = \"debit\" }\n");
  const auto out = read_by(profile(delimited("", detail)), "H|2|1.50\nA|x|2.00\nB|y|-0.50\n");
  EXPECT_EQ(out.verdict(), "PROVED");
  EXPECT_EQ(out.statement().entries[0].side, Side::kDebit);
  EXPECT_EQ(out.statement().entries[1].side, Side::kCredit);
  EXPECT_EQ(out.statement().entries[1].amount.minor(), 50);
}

TEST(ProfileReader, TwoAmountColumnsSayTheSide) {
  const std::string detail =
      "fields = [\n  { name = \"out\", as = \"debit_amount\", grouping = \",\" },\n  { name = "
      "\"amount\", as = \"credit_amount\", grouping = \",\" },\n]\n";
  const auto profile_of = profile(delimited(
      "", detail, "[[checks]]\ntotal = \"head.count\"\nof = \"records\"\nrecords = [\"order\"]\n"));
  const auto out = read_by(profile_of, "H|2|1000.00\n1,234.50|\n0.00|1,000.00\n");
  EXPECT_EQ(out.statement().entries.at(0).side, Side::kDebit);
  EXPECT_EQ(out.statement().entries.at(0).amount.minor(), 123450);
  EXPECT_EQ(out.statement().entries.at(1).side, Side::kCredit);
  EXPECT_EQ(out.verdict(), "NOT PROVABLE: no total or balance proves 1 of 2 entries");
  EXPECT_TRUE(read_by(profile_of, "H|1|1.00\n1.00|1.00\n").has("two_amounts"));
  EXPECT_TRUE(read_by(profile_of, "H|1|1.00\n12,34.00|\n").has("bad_amount"));
}

TEST(ProfileReader, AStateThatIsNotKnownKeepsTheFileFromBeingProved) {
  std::string detail = kOrder;
  detail.insert(0, "status = { field = \"text\", booked = \"S\", information = \"F\" }\n");
  const auto profile_of = profile(delimited("", detail));
  const auto good = read_by(profile_of, "H|2|3.00\nA|S|1.00\nB|F|2.00\n");
  EXPECT_EQ(good.statement().entries[1].status, EntryStatus::kInformation);
  EXPECT_EQ(good.statement().booked_count, 1U);
  const auto bad = read_by(profile_of, "H|2|3.00\nA|S|1.00\nB|s|2.00\n");
  EXPECT_TRUE(bad.has("unknown_status"));
  EXPECT_EQ(bad.summary.verdict.kind, VerdictKind::kNotProvable);
}

TEST(ProfileReader, ABlankTotalIsAnErrorNotAPassedCheck) {
  const auto out = read_by(profile(delimited("", kOrder)), "H|1|\nA|x|1.00\n");
  EXPECT_TRUE(out.has("missing_value"));
  EXPECT_EQ(out.summary.verdict.kind, VerdictKind::kNotProvable);
}

TEST(ProfileReader, LineEndsMarksAndBlankLines) {
  const auto profile_of = profile(delimited("", kOrder));
  for (const char* file :
       {"H|1|1.00\r\nA|x|1.00\r\n", "H|1|1.00\nA|x|1.00", "\xEF\xBB\xBFH|1|1.00\nA|x|1.00\n",
        "H|1|1.00\nA|x|1.00\n\n\n\n", "H|1|1.00\r\nA|x|1.00\r\n\r\n"}) {
    EXPECT_EQ(read_by(profile_of, file).verdict(), "PROVED") << file;
  }
  const auto blank = read_by(profile_of, "H|1|1.00\n\nA|x|1.00\n");
  ASSERT_TRUE(blank.error.has_value());
  EXPECT_EQ(blank.error->place.line, 2U);
  EXPECT_EQ(
      read_by(profile(delimited("blank_lines = \"skip\"\n", kOrder)), "H|1|1.00\n\nA|x|1.00\n")
          .verdict(),
      "PROVED");
}

TEST(ProfileReader, QuotedCellsHoldSeparators) {
  const auto profile_of = profile(delimited("quote = '\"'\n", kOrder));
  const auto out = read_by(profile_of, "H|1|1.00\nA|\"x|y \"\"z\"\"\"|\"1.00\"\n");
  EXPECT_EQ(out.verdict(), "PROVED");
  EXPECT_EQ(out.statement().entries.at(0).remittance, "x|y \"z\"");
  EXPECT_TRUE(read_by(profile_of, "H|1|1.00\nA|\"x|1.00\n").error.has_value());
}

TEST(ProfileReader, RecordsWithoutLineEnds) {
  const auto profile_of = profile(
      "name = \"t\"\n[file]\nlayout = \"fixed\"\nrecord_bytes = 6\n[[records]]\nname = \"r\"\nrole "
      "= "
      "\"detail\"\nside = \"credit\"\nfields = [{ name = \"k\", bytes = 2 }, { name = \"a\", bytes "
      "= "
      "4, as = \"amount\", decimals = 2 }]\n");
  const auto out = read_by(profile_of, "AB0100CD0250", {}, 5);
  EXPECT_EQ(out.summary.entries, 2U);
  EXPECT_EQ(format(out.summary.credit_sum), "3.50");
  const auto cut = read_by(profile_of, "AB0100CD02");
  ASSERT_TRUE(cut.error.has_value());
  EXPECT_EQ(cut.error->code, ErrorCode::kTruncated);
}

TEST(ProfileReader, ASourceMayHaveAProfileInsteadOfADetectedFormat) {
  Collector sink;
  ReadOptions options;
  options.profile = std::make_shared<const StatementProfile>(profile(delimited("", kOrder)));
  EXPECT_TRUE(read_statements("H|1|1.00\nA|x|1.00\n", options, sink).has_value());
  ASSERT_EQ(sink.statements.size(), 1U);
  EXPECT_EQ(format(sink.statements[0].verdict), "PROVED");
}

TEST(ProfileReader, AChainAndACountOfAllEntriesProveTogether) {
  const std::string toml =
      "name = \"t\"\n[file]\nseparator = \"|\"\n[[records]]\nname = \"head\"\nrole = \"head\"\n"
      "line = 1\nfields = [{ name = \"count\", type = \"count\" }]\n[[records]]\nname = "
      "\"r\"\nrole = "
      "\"detail\"\nside = { positive = \"credit\" }\nfields = [{ name = \"a\", as = \"amount\" }, "
      "{ "
      "name = \"b\", as = \"balance_after\" }, { name = \"k\", optional = true }]\n[chain]\n"
      "[[checks]]\ntotal = \"head.count\"\nof = \"details\"\n";
  ProfileOptions options;
  options.opening_of = [](std::string_view) { return Figure{}; };
  EXPECT_EQ(read_by(profile(toml), "2\n1.00|1.00\n-0.25|0.75\n", options).verdict(), "PROVED");
  EXPECT_EQ(read_by(profile(toml), "2\n1.00|1.00\n-0.25|0.74\n", options).verdict(),
            "UNPROVED (-0.01): 1 break(s) in the balances after entries");
  // A count of some of them does not say that all are there.
  EXPECT_EQ(
      read_by(profile(toml + "where = { k = \"x\" }\n"), "1\n1.00|1.00|x\n-0.25|0.75|y\n", options)
          .verdict(),
      "NOT PROVABLE: the balances after entries hold, but nothing says that the file is "
      "complete");
}

TEST(ProfileReader, LimitsAreErrors) {
  const auto profile_of = profile(delimited("", kOrder));
  const auto out = read_by(profile_of, "H|1|1.00\nA|" + std::string(70'000, 'x') + "|1.00\n");
  ASSERT_TRUE(out.error.has_value());
  EXPECT_EQ(out.error->code, ErrorCode::kLimitExceeded);
  std::string flood = "H|5000|1.00\n";
  for (int i = 0; i < 5000; ++i) flood += "A|x|bad\n";
  const auto flooded = read_by(profile_of, flood);
  EXPECT_LT(flooded.statement().issues.size(), 1100U);
  EXPECT_GE(flooded.statement().error_count, 5000U);
  EXPECT_TRUE(flooded.has("too_many_issues"));
}

TEST(ProfileReader, AmountsOfManyFormsAreExact) {
  const auto read_one = [](const std::string& form, const std::string& text) {
    const auto out = read_by(
        profile("name = \"t\"\n[file]\nseparator = \"|\"\n[[records]]\nname = \"r\"\nrole = "
                "\"detail\"\nside = { positive = \"credit\" }\nfields = [{ name = \"a\", as = "
                "\"amount\"" +
                form + " }]\n"),
        text + "\n");
    if (out.statement().entries.size() != 1) return std::string("none");
    return format(out.statement().entries[0].signed_figure());
  };
  EXPECT_EQ(read_one("", "12.5"), "12.50");
  EXPECT_EQ(read_one(", decimals = 2", "0000000001250"), "12.50");
  EXPECT_EQ(read_one(", decimals = 3", "000012345"), "12.345");
  EXPECT_EQ(read_one(", decimals = 3", "000012340"), "12.34");
  EXPECT_EQ(read_one(", decimals = 0", "12"), "12.00");
  EXPECT_EQ(read_one(", decimals = 2", "125-"), "-1.25");
  EXPECT_EQ(read_one(", decimals = 2", "-125"), "-1.25");
  EXPECT_EQ(read_one(", decimals = 2", "1.25"), "none");
  EXPECT_EQ(read_one(", point = \",\"", "1234,5"), "1234.50");
  EXPECT_EQ(read_one(", point = \",\", grouping = \".\"", "-1.234,5"), "-1234.50");
  EXPECT_EQ(read_one("", "1e3"), "none");
  EXPECT_EQ(read_one(", decimals = 2", "1000000000000000000"), "10000000000000000.00");
  EXPECT_EQ(read_one(", decimals = 2", "1000000000000000001"), "none");
  EXPECT_EQ(read_one(", decimals = 2", "99999999999999999999999"), "none");
}

TEST(ProfileReader, DatesOfManyForms) {
  const auto read_one = [](const std::string& form, const std::string& text,
                           const char* near = nullptr) {
    ProfileOptions options;
    if (near != nullptr) options.file_date = *ledger::base::Date::parse(near);
    const auto out = read_by(
        profile(
            "name = \"t\"\n[file]\nseparator = \"|\"\n[[records]]\nname = \"r\"\nrole = "
            "\"detail\"\nside = \"credit\"\nfields = [{ name = \"a\", as = \"amount\" }, { name = "
            "\"d\", as = \"booking_date\", form = \"" +
            form + "\" }]\n"),
        "1.00|" + text + "\n", options);
    const StatementEntry& entry = out.statement().entries.at(0);
    return format(entry.booking_date) + " " + entry.custody.time +
           (out.has("bad_date") ? "bad" : "");
  };
  EXPECT_EQ(read_one("yyyymmdd", "20240229"), "2024-02-29 ");
  EXPECT_EQ(read_one("yyyymmdd", "20230229"), " bad");
  EXPECT_EQ(read_one("yyyymmdd", "00000000"), " ");
  EXPECT_EQ(read_one("yymmdd", "180318"), "2018-03-18 ");
  EXPECT_EQ(read_one("ddmmyy", "010200"), "2000-02-01 ");
  EXPECT_EQ(read_one("yyyy/mm/dd HH:MM:SS", "2024/06/28 23:59:59"), "2024-06-28 23:59:59");
  EXPECT_EQ(read_one("yyyymmddHHMMSS", "20240628246000"), " bad");
  EXPECT_EQ(read_one("mmddHHMMSS", "1231235900", "2024-01-01"), "2023-12-31 23:59:00");
  EXPECT_EQ(read_one("mmddHHMMSS", "0101000100", "2023-12-31"), "2024-01-01 00:01:00");
  EXPECT_EQ(read_one("mmddHHMMSS", "0628101112"), " 10:11:12");
  EXPECT_EQ(read_one("dd.mm.yyyy", "1.2.2024"), " bad");
}

}  // namespace
}  // namespace custody_adapter
