// The matcher alone: where lines and items go does not depend on the order in which they come.
#include "recon/matcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

namespace recon::test {
namespace {

const base::Date kDay = *base::Date::parse("2024-06-30");

BankLine line(std::uint64_t number, Side side, std::int64_t fen, std::string ref) {
  BankLine l;
  l.statement = "S";
  l.number = number;
  l.side = side;
  l.amount = base::Amount::of(fen);
  l.day = kDay;
  l.value_date = kDay;
  if (!ref.empty()) l.references = {std::move(ref)};
  return l;
}
LedgerItem item(std::uint64_t sequence, Side side, std::int64_t fen, std::string order) {
  LedgerItem i;
  i.sequence = base::Sequence(sequence);
  i.side = side;
  i.amount = base::Amount::of(fen);
  i.business_date = kDay;
  i.value_date = kDay;
  i.order = std::move(order);
  i.command_id = fmt::format("c{}", sequence);
  return i;
}
MatchInput input_of(std::vector<BankLine> lines, std::vector<LedgerItem> items) {
  MatchInput input;
  input.day = kDay;
  input.first_day = kDay;
  input.currency = base::kCny;
  input.lines = std::move(lines);
  input.items = std::move(items);
  return input;
}

// What became of each line and item, by id.
std::map<std::string, std::string> fate(const MatchInput& input) {
  std::map<std::string, std::string> out;
  std::size_t members = 0;
  for (const Group& group : match(input, {})) {
    std::string what = fmt::format("{} {}", name_of(group.bucket), name_of(group.cause));
    std::vector<std::string> ids;
    for (const std::size_t l : group.lines) ids.push_back(input.lines[l].id());
    for (const std::size_t i : group.items) ids.push_back(input.items[i].id());
    members += ids.size();
    std::sort(ids.begin(), ids.end());
    for (const std::string& id : ids) what += " " + id;
    for (const std::string& id : ids) {
      EXPECT_TRUE(out.emplace(id, what).second) << id << " is in two groups";
    }
  }
  EXPECT_EQ(members, input.lines.size() + input.items.size());
  return out;
}

TEST(Matcher, TwoEqualLinesAndOneItemAreAMatchAndADuplicate) {
  const auto f = fate(input_of({line(1, Side::kCredit, 100, "A"), line(2, Side::kCredit, 100, "A")},
                               {item(7, Side::kCredit, 100, "A")}));
  EXPECT_EQ(f.at("S#1"), "MATCHED none S#1 e7.0");
  EXPECT_EQ(f.at("S#2"), "DUPLICATE sent_twice S#2");
}

TEST(Matcher, TwoEqualLinesAndTwoEqualItemsAreTwoMatches) {
  const auto f =
      fate(input_of({line(1, Side::kCredit, 100, "A"), line(2, Side::kCredit, 100, "A")},
                    {item(7, Side::kCredit, 100, "A"), item(8, Side::kCredit, 100, "A")}));
  EXPECT_EQ(f.at("S#1").substr(0, 7), "MATCHED");
  EXPECT_EQ(f.at("S#2").substr(0, 7), "MATCHED");
}

TEST(Matcher, ExactPairIsNotTakenByAnAmountDifference) {
  const auto f = fate(input_of({line(1, Side::kCredit, 90, "A"), line(2, Side::kCredit, 100, "A")},
                               {item(7, Side::kCredit, 100, "A")}));
  EXPECT_EQ(f.at("S#2"), "MATCHED none S#2 e7.0");
  EXPECT_EQ(f.at("S#1"), "BANK_ONLY extra_in_bank S#1");
}

TEST(Matcher, TwoPaymentsOfOneOrderMatchTheirSum) {
  const auto f = fate(input_of({line(1, Side::kDebit, 60, "W"), line(2, Side::kDebit, 40, "W")},
                               {item(7, Side::kDebit, 100, "W")}));
  EXPECT_EQ(f.at("e7.0"), "MATCHED none S#1 S#2 e7.0");
}

TEST(Matcher, HintsMatchOnlyWithTheExactAmount) {
  BankLine good = line(1, Side::kCredit, 100, "");
  good.hints = {"A-1"};
  BankLine bad = line(2, Side::kCredit, 99, "");
  bad.hints = {"B-1"};
  const auto f = fate(input_of(
      {good, bad}, {item(7, Side::kCredit, 100, "A-1"), item(8, Side::kCredit, 100, "B-1")}));
  EXPECT_EQ(f.at("S#1"), "MATCHED none S#1 e7.0");
  EXPECT_EQ(f.at("S#2"), "BANK_ONLY extra_in_bank S#2");
}

std::uint64_t seed_of_run() {
  if (const char* text = std::getenv("RECON_TEST_SEED")) return std::strtoull(text, nullptr, 10);
  return std::random_device{}();
}

// Few references, amounts and sides, so that everything collides with everything.
MatchInput crowd(std::mt19937_64& random) {
  const auto side = [&] { return random() % 4 == 0 ? Side::kDebit : Side::kCredit; };
  const auto fen = [&] { return static_cast<std::int64_t>(100 + random() % 3); };
  const auto ref = [&] { return fmt::format("R{}", random() % 12); };
  std::vector<BankLine> lines;
  std::vector<LedgerItem> items;
  for (std::uint64_t n = 1; n <= 40; ++n) {
    BankLine l = line(n, side(), fen(), random() % 8 == 0 ? "" : ref());
    if (random() % 10 == 0) l.status = EntryStatus::kPending;
    if (random() % 10 == 0) l.reversal = true;
    if (random() % 12 == 0) l.day = kDay.plus_days(-1);
    if (random() % 4 == 0) l.party_account = random() % 2 == 0 ? "L1" : "L2";
    lines.push_back(std::move(l));
    LedgerItem i = item(n, side(), fen(), ref());
    i.parties = {random() % 2 == 0 ? "L1" : "L2"};
    if (random() % 12 == 0) i.business_date = kDay.plus_days(-1);
    if (random() % 12 == 0 && n > 1) i.reverses = base::Sequence(1 + random() % (n - 1));
    items.push_back(std::move(i));
  }
  return input_of(std::move(lines), std::move(items));
}

TEST(Matcher, OrderOfLinesAndItemsDoesNotMatter) {
  const std::uint64_t seed = seed_of_run();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(fmt::format("RECON_TEST_SEED={} round {}", seed, round));
    MatchInput input = crowd(random);
    const auto expected = fate(input);
    std::shuffle(input.lines.begin(), input.lines.end(), random);
    std::shuffle(input.items.begin(), input.items.end(), random);
    ASSERT_EQ(fate(input), expected);
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
}

}  // namespace
}  // namespace recon::test
