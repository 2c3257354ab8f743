// Damage: a file with one byte changed is refused, or its verdict changes, or its money is the
// same. And: what is read does not depend on where the bytes were cut.
#include <random>

#include "tests/custody_adapter/profile_files.h"
#include "tests/custody_adapter/profile_seed.h"

namespace custody_adapter {
namespace {

using namespace test;

// All that moves money, as one text.
std::string money_of(const ByProfile& out) {
  std::string text;
  for (const Statement& s : out.statements) {
    text += s.currency.code();
    text += s.opening ? format(s.opening->value) : "-";
    text += s.closing ? format(s.closing->value) : "-";
    for (const StatementEntry& e : s.entries) {
      text += ";" + format(e.signed_figure()) + (e.transfer ? "t" : "") +
              (e.status == EntryStatus::kBooked ? "" : "n");
      // The chain is what proves a sub-account's lines; without its number they are another's.
      if (e.custody.balance_after) {
        text += "@" + e.custody.sub_account + "=" + format(*e.custody.balance_after);
      }
    }
    text += "\n";
  }
  return text;
}

std::string all_of(const ByProfile& out) {
  std::string text = money_of(out) + out.verdict() + (out.error ? format(*out.error) : "");
  for (const std::string& code : out.codes()) text += " " + code;
  for (const Statement& s : out.statements) {
    for (const StatementEntry& e : s.entries) {
      text += "|" + std::to_string(e.place.offset) + "+" + std::to_string(e.place.length) +
              e.remittance + e.references.owner;
    }
    for (const Issue& issue : s.issues) text += issue.text + std::to_string(issue.place.offset);
  }
  return text;
}

ProfileOptions known_openings(const std::string& name) {
  ProfileOptions options;
  if (name == "aleve") options.entries_expected = 4;
  options.opening_of = [](std::string_view number) -> std::optional<Figure> {
    if (number == "A1") return Figure{ledger::base::Total::from_minor(1000), 2};
    if (number == "B2") return Figure{ledger::base::Total::from_minor(0), 2};
    return std::nullopt;
  };
  return options;
}

TEST(ProfileDamage, OneByteNeverMakesOtherMoneyProved) {
  const std::uint32_t seed = 20240628;
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  std::uint64_t damages = 0;
  std::uint64_t refused = 0;
  std::uint64_t unproved = 0;
  for (const auto& [name, file] : all_files()) {
    const auto by = shipped(name);
    const auto options = known_openings(name);
    const auto whole = read_by(by, file, options);
    if (whole.summary.verdict.kind != VerdictKind::kProved) continue;
    const std::string money = money_of(whole);
    const auto try_one = [&](std::size_t at, char byte) {
      std::string damaged = file;
      if (damaged[at] == byte) return;
      damaged[at] = byte;
      ++damages;
      const auto out = read_by(by, damaged, options);
      if (out.error) ++refused;
      if (!out.error && out.summary.verdict.kind != VerdictKind::kProved) ++unproved;
      if (out.error || out.summary.verdict.kind != VerdictKind::kProved) return;
      EXPECT_EQ(money_of(out), money)
          << name << ": byte " << at << " '" << file[at] << "' became '" << byte << "'";
    };
    for (std::size_t at = 0; at < file.size(); ++at) {
      for (const char byte : {'0', '1', '2', '9', ' ', '|', '\n', '-', 'D', '\xff'}) {
        try_one(at, byte);
      }
      for (int i = 0; i < 3; ++i) try_one(at, static_cast<char>(random() & 0xffU));
    }
  }
  std::cout << damages << " damages, " << refused << " refused, " << unproved << " not proved\n";
  EXPECT_GT(damages, 50'000U);
}

TEST(ProfileDamage, ALineLostOrDoubledIsNeverProved) {
  for (const auto& [name, file] : all_files()) {
    const auto by = shipped(name);
    const auto options = known_openings(name);
    if (read_by(by, file, options).summary.verdict.kind != VerdictKind::kProved) continue;
    const std::string money = money_of(read_by(by, file, options));
    for (std::size_t at = 0; at < file.size();) {
      const std::size_t end = std::min(file.find('\n', at), file.size() - 1) + 1;
      std::string lost = file;
      lost.erase(at, end - at);
      std::string doubled = file;
      doubled.insert(end, file.substr(at, end - at));
      for (const std::string& damaged : {lost, doubled}) {
        const auto out = read_by(by, damaged, options);
        if (out.error || out.summary.verdict.kind != VerdictKind::kProved) continue;
        EXPECT_EQ(money_of(out), money) << name << " at byte " << at;
      }
      at = end;
    }
  }
}

TEST(ProfileChunks, WhatIsReadDoesNotDependOnTheCutting) {
  for (const auto& [name, file] : all_files()) {
    const auto by = shipped(name);
    for (const std::string& text :
         {file, "\xEF\xBB\xBF" + file, file.substr(0, file.size() * 2 / 3), file + "\n\n"}) {
      const std::string whole = all_of(read_by(by, text));
      for (const std::size_t chunk : {1U, 2U, 3U, 5U, 7U, 64U, 372U}) {
        EXPECT_EQ(all_of(read_by(by, text, {}, chunk)), whole) << name << ", " << chunk;
      }
    }
  }
}

TEST(ProfileChunks, RecordsHeldBackForTheEndAreTheSame) {
  const auto by = profile(
      "name = \"t\"\n[file]\nseparator = \"|\"\n[[records]]\nname = \"end\"\nrole = "
      "\"trailer\"\nlast = 1\nfields = [{ name = \"sum\", type = \"amount\" }]\n[[records]]\nname "
      "= \"title\"\nrole = \"title\"\nlast = 2\n[[records]]\nname = \"r\"\nrole = "
      "\"detail\"\nside = \"credit\"\nfields = [{ name = \"a\", as = \"amount\" "
      "}]\n[[checks]]\ntotal "
      "= \"end.sum\"\nof = \"sum\"\nfield = \"a\"\n");
  const std::string file = "1.00\n2.00\n3.00\n4.00\nSUM\n10.00\n\n";
  EXPECT_EQ(read_by(by, file).verdict(), "PROVED");
  for (const std::size_t chunk : {1U, 2U, 5U, 9U}) {
    EXPECT_EQ(all_of(read_by(by, file, {}, chunk)), all_of(read_by(by, file)));
  }
}

TEST(ProfileFuzzSeeds, EachHasAProfileThatIsReadAndAFileThatItReads) {
  const auto folder =
      std::filesystem::path(ESCROW_SOURCE_DIR) / "tests/custody_adapter/custody_fuzz_profile_seeds";
  std::size_t seeds = 0;
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    const std::string bytes = slurp(item.path());
    const auto seed = split_seed(bytes);
    ASSERT_TRUE(seed.has_value()) << item.path();
    const auto out = read_by(profile(seed->profile), seed->file);
    EXPECT_FALSE(out.error.has_value()) << item.path() << format(*out.error);
    EXPECT_GT(out.summary.entries, 0U) << item.path();
    ++seeds;
  }
  EXPECT_GT(seeds, 15U);
}

}  // namespace
}  // namespace custody_adapter
