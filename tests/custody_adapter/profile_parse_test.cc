// What a profile may say, and how its mistakes are told to the one who writes it.
#include "tests/custody_adapter/profile_support.h"

namespace custody_adapter {
namespace {

using namespace test;

const std::string kFile = "name = \"t\"\n[file]\nseparator = \"|\"\n";
const std::string kOrder =
    "[[records]]\nname = \"order\"\nrole = \"detail\"\nside = \"credit\"\nfields = [\n"
    "  { name = \"amount\", as = \"amount\" },\n]\n";

std::string fault_of(const std::string& toml) {
  const auto parsed = StatementProfile::parse(toml);
  return parsed ? "" : parsed.error().message;
}

TEST(StatementProfileText, AllThatShipAreRead) {
  EXPECT_GE(StatementProfile::built_in_names().size(), 19U);
  for (const std::string_view name : StatementProfile::built_in_names()) {
    const auto parsed = StatementProfile::parse(*StatementProfile::built_in(name));
    ASSERT_TRUE(parsed.has_value()) << name << ": " << parsed.error().message;
    EXPECT_EQ(parsed->model().name, name);
    EXPECT_FALSE(parsed->model().title.empty()) << name;
  }
  for (const std::string_view name : SetProfile::built_in_names()) {
    const auto parsed = SetProfile::parse(*SetProfile::built_in(name));
    ASSERT_TRUE(parsed.has_value()) << name << ": " << parsed.error().message;
  }
}

TEST(StatementProfileText, TheSmallestOneIsTenLines) { EXPECT_EQ(fault_of(kFile + kOrder), ""); }

TEST(StatementProfileText, AMistakeIsToldWithLinePlaceAndKey) {
  EXPECT_EQ(
      fault_of(kFile + "[[records]]\nname = \"order\"\nrole = \"detail\"\nside = \"credit\"\n"
                       "fields = [\n  { name = \"amount\", as = \"amount\", lenght = 3 },\n]\n"),
      "profile: line 9: record 'order', field 'amount': unknown key 'lenght'");
  EXPECT_EQ(fault_of("name = \"t\"\n[file]\nseparator = |\n").substr(0, 16), "profile: line 3:");
}

struct Case {
  const char* what;
  std::string toml;
};

TEST(StatementProfileText, WhatMakesNoSenseIsRefused) {
  const auto fixed = [](const std::string& fields, const std::string& more = "") {
    return "name = \"t\"\n[file]\nlayout = \"fixed\"\n[[records]]\nname = \"r\"\nrole = "
           "\"detail\"\nside = \"credit\"\n" +
           more + "fields = [\n" + fields + "]\n";
  };
  const std::string amount =
      "{ name = \"a\", at = 0, bytes = 5, as = \"amount\", decimals = 2 },\n";
  const auto detail = [](const std::string& side, const std::string& field) {
    return kFile + "[[records]]\nname = \"order\"\nrole = \"detail\"\n" + side + "fields = [\n" +
           field + "]\n";
  };
  const std::string plain = "{ name = \"amount\", as = \"amount\" },\n";
  const std::string head =
      "[[records]]\nname = \"head\"\nrole = \"head\"\nline = 1\nfields = [{ name = \"n\", type = "
      "\"count\" }, { name = \"s\", type = \"amount\" }]\n";
  const Case cases[] = {
      {"no [[records]]", kFile},
      {"no record has the role 'detail'", kFile + head},
      {"'encoding'", "name = \"t\"\n[file]\nseparator = \"|\"\nencoding = \"KLINGON\"\n" + kOrder},
      {"superset of ASCII",
       "name = \"t\"\n[file]\nseparator = \"|\"\nencoding = \"UTF-16LE\"\n" + kOrder},
      {"inside the field before", fixed(amount + "{ name = \"b\", at = 4, bytes = 3 },\n")},
      {"must be the last", fixed("{ name = \"b\" },\n" + amount)},
      {"less than", fixed(amount, "bytes = 3\n")},
      {"needs 'side'", detail("", plain)},
      {"field as 'amount'", detail("side = \"credit\"\n", "{ name = \"x\" },\n")},
      {"credit, debit, transfer", detail("side = \"both\"\n", plain)},
      {"lists no codes", detail("side = { field = \"amount\" }\n", plain)},
      {"listed twice",
       detail("side = { field = \"amount\", credit = \"C\", debit = \"C\" }\n", plain)},
      {"takes all", kFile + kOrder + head},
      {"two records", kFile + head + head + kOrder},
      {"same 'as'",
       detail("side = \"credit\"\n", plain + "{ name = \"again\", as = \"amount\" },\n")},
      {"cannot be 'money'", detail("side = \"credit\"\n", "{ name = \"x\", as = \"money\" },\n")},
      {"no meaning",
       detail("side = \"credit\"\n", plain + "{ name = \"x\", as = \"opening_balance\" },\n")},
      {"needs another type",
       detail("side = \"credit\"\n", "{ name = \"x\", as = \"amount\", type = \"date\" },\n")},
      {"is made of yyyy", detail("side = \"credit\"\n",
                                 plain + "{ name = \"d\", type = \"date\", form = \"qq\" },\n")},
      {"is for fields of type amount",
       detail("side = \"credit\"\n", plain + "{ name = \"d\", decimals = 2 },\n")},
      {"go together",
       detail(
           "side = \"credit\"\n",
           "{ name = \"c\" },\n{ name = \"amount\", as = \"amount\", negative_when = { c = \"1\" "
           "} },\n")},
      {"no field 'nothing'",
       kFile + head + kOrder + "[[checks]]\ntotal = \"head.nothing\"\nof = \"details\"\n"},
      {"no record 'tail'",
       kFile + head + kOrder + "[[checks]]\ntotal = \"tail.n\"\nof = \"details\"\n"},
      {"of type count",
       kFile + head + kOrder + "[[checks]]\ntotal = \"head.s\"\nof = \"details\"\n"},
      {"no detail has a field",
       kFile + head + kOrder + "[[checks]]\ntotal = \"head.s\"\nof = \"sum\"\nfield = \"x\"\n"},
      {"head or trailer", kFile + head + kOrder +
                              "[[checks]]\ntotal = \"order.amount\"\nof = \"sum\"\nfield = "
                              "\"amount\"\n"},
      {"balance_after", kFile + kOrder + "[chain]\n"},
      {"'opens'",
       "name = \"t\"\n[file]\nseparator = \"|\"\nstatement = \"account\"\n" + head + kOrder},
      {"'pattern'",
       kFile + "[[records]]\nname = \"x\"\nrole = \"skip\"\npattern = \"(\"\n" + kOrder},
      {"fixed-width",
       detail("side = \"credit\"\n", "{ name = \"a\", at = 3, as = \"amount\" },\n")},
      {"after an optional",
       detail("side = \"credit\"\n", "{ name = \"o\", optional = true },\n" + plain)},
      {"cannot be written", kFile.substr(0, kFile.size()) + "encoding = \"CP1252\"\n" +
                                "[[records]]\nname = \"x\"\nrole = \"skip\"\ntag = \"总\"\n" +
                                kOrder},
  };
  for (const Case& c : cases) {
    const std::string fault = fault_of(c.toml);
    EXPECT_NE(fault.find(c.what), std::string::npos) << c.what << ": '" << fault << "'";
    EXPECT_EQ(fault.substr(0, 14), "profile: line ") << c.what;
  }
}

TEST(StatementProfileText, TheWorkedExampleOfThePageIsTrue) {
  const std::string page =
      slurp(std::filesystem::path(ESCROW_SOURCE_DIR) / "custody_adapter/PROFILES.md");
  const std::size_t begin = page.find("```toml\n") + 8;
  const std::string toml = page.substr(begin, page.find("```", begin) - begin);
  std::string file;
  const std::size_t sample = page.find("    20240628|");
  std::istringstream lines(page.substr(sample, page.find("\n\n", sample) - sample));
  for (std::string line; std::getline(lines, line);) file += line.substr(4) + "\n";
  const auto out = read_by(profile(toml), in_gb18030(file));
  EXPECT_EQ(out.verdict(), "NOT PROVABLE: no total proves the direction of 2 of 2 entries");
  EXPECT_NE(page.find("no total proves the direction of 2 of 2 entries"), std::string::npos);
  EXPECT_EQ(out.statement().entries.at(1).remittance, "提现");
  std::string one_sided = toml;
  one_sided.replace(one_sided.find("side = {"),
                    one_sided.find('\n', one_sided.find("side = {")) - one_sided.find("side = {"),
                    "side = \"credit\"");
  EXPECT_EQ(read_by(profile(one_sided), in_gb18030(file)).verdict(), "PROVED");
}

TEST(StatementProfileText, TheWorkedExampleOfASetIsRead) {
  const std::string page =
      slurp(std::filesystem::path(ESCROW_SOURCE_DIR) / "custody_adapter/PROFILES.md");
  const std::size_t begin = page.find("```toml\nname = \"lanmao-day\"") + 8;
  const auto parsed = SetProfile::parse(page.substr(begin, page.find("```", begin) - begin));
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message);
}

TEST(StatementProfileText, EveryPrefixOfOneIsReadOrRefused) {
  const std::string text(*StatementProfile::built_in("norma43"));
  for (std::size_t size = 0; size < text.size(); size += 7) {
    const auto parsed = StatementProfile::parse(std::string_view(text).substr(0, size));
    EXPECT_TRUE(parsed.has_value() || !parsed.error().message.empty());
  }
}

TEST(StatementProfileSet, AMemberNeedsAProfileThatExists) {
  const auto parsed = SetProfile::parse(
      "name = \"d\"\nmember_name = \"{date}_{type}.txt\"\n[[members]]\ntype = \"A\"\nprofile = "
      "\"none\"\n");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().message, "profile: line 5: member 'A': there is no profile 'none'");
}

}  // namespace
}  // namespace custody_adapter
