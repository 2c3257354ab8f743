// Every delimited and fixed-width file of the public sample collection, read by a profile that
// ships or that stands in profiles/. The collection is not part of the repository.
#include <cstdlib>
#include <set>

#include "tests/custody_adapter/profile_support.h"

namespace custody_adapter {
namespace {

using namespace test;
namespace fs = std::filesystem;

const fs::path kTests = fs::path(ESCROW_SOURCE_DIR) / "tests/custody_adapter";

std::optional<fs::path> samples() {
  const char* set = std::getenv("ESCROW_SAMPLES");
  const fs::path folder =
      set != nullptr ? fs::path(set) : fs::path(ESCROW_SOURCE_DIR) / "../shared/samples";
  if (fs::exists(folder / "FACTS.tsv")) return folder;
  return std::nullopt;
}

std::vector<std::vector<std::string>> table(const fs::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> cells;
    std::istringstream parts(line);
    for (std::string cell; std::getline(parts, cell, '\t');) cells.push_back(cell);
    rows.push_back(std::move(cells));
  }
  return rows;
}

StatementProfile profile_named(const std::string& name) {
  const fs::path own = kTests / "profiles" / (name + ".toml");
  return fs::exists(own) ? profile(slurp(own)) : shipped(name);
}

TEST(ProfileSamples, EveryTestProfileIsReadAndUsed) {
  std::string used;
  for (const auto& row : table(kTests / "profile_samples.tsv")) used += row.at(1) + " ";
  for (const auto& item : fs::directory_iterator(kTests / "profiles")) {
    const auto parsed = StatementProfile::parse(slurp(item.path()));
    ASSERT_TRUE(parsed.has_value()) << item.path() << ": " << parsed.error().message;
    EXPECT_NE(used.find(item.path().stem().string() + " "), std::string::npos) << item.path();
  }
}

TEST(ProfileSamples, FilesHaveTheRecordsEntriesAndVerdictsOfTheTable) {
  const auto folder = samples();
  if (!folder) GTEST_SKIP() << "no sample collection beside the repository (ESCROW_SAMPLES)";
  std::map<std::string, std::string> lines;  // file -> "N lines"
  std::set<std::string> family;
  for (const auto& row : table(*folder / "FACTS.tsv")) {
    if (row.size() < 10) continue;
    const std::string file = row[0].substr(row[0].find('/') + 1);
    lines[file] = row[9];
    if (row[3] == "CN delimited/fixed") family.insert(file);
  }
  std::size_t read = 0;
  for (const auto& row : table(kTests / "profile_samples.tsv")) {
    const std::string& file = row.at(0);
    family.erase(file);
    const std::string reason = row.size() > 5 ? row[5] : "";
    if (row.at(1) == "-") {
      EXPECT_FALSE(reason.empty()) << file;
      continue;
    }
    ++read;
    const auto out = read_by(profile_named(row[1]), slurp(*folder / file), {}, 1000);
    const std::string verdict = out.verdict();
    const std::string found =
        out.error ? std::string(name_of(out.error->code)) : verdict.substr(0, verdict.find(':'));
    EXPECT_EQ(found, row.at(4)) << file << (out.error ? format(*out.error) : "");
    EXPECT_EQ(std::to_string(out.summary.records), row.at(2)) << file;
    EXPECT_EQ(std::to_string(out.summary.entries), row.at(3)) << file;
    const bool all_lines = lines[file] == row.at(2) + " lines";
    EXPECT_TRUE(all_lines != !reason.empty() || out.error)
        << file << ": FACTS say '" << lines[file] << "', read were " << row.at(2);
  }
  for (const std::string& file : family) ADD_FAILURE() << file << " is in no row of the table";
  std::cout << read << " files read by profile\n";
}

TEST(ProfileSamples, Norma43IsWhatTheFactsSay) {
  const auto folder = samples();
  if (!folder) GTEST_SKIP() << "no sample collection beside the repository (ESCROW_SAMPLES)";
  const auto out = read_by(shipped("norma43"), slurp(*folder / "tryton__aeb43/aeb43/AEB43.txt"));
  EXPECT_EQ(out.verdict(), "PROVED");
  EXPECT_EQ(out.summary.statements, 1U);
  EXPECT_EQ(out.summary.entries, 1U);
  EXPECT_EQ(format(out.statement().opening->value), "3005.00");
  EXPECT_EQ(format(out.statement().closing->value), "2994.02");
}

TEST(ProfileSamples, NoFileOfAnyFormatStopsTheEngine) {
  const auto folder = samples();
  if (!folder) GTEST_SKIP() << "no sample collection beside the repository (ESCROW_SAMPLES)";
  std::vector<StatementProfile> all;
  for (const std::string_view name : StatementProfile::built_in_names()) {
    all.push_back(shipped(name));
  }
  std::size_t files = 0;
  for (const auto& item : fs::recursive_directory_iterator(*folder)) {
    if (!item.is_regular_file()) continue;
    ++files;
    const std::string bytes = slurp(item.path());
    for (const StatementProfile& by : all) (void)read_by(by, bytes);
  }
  EXPECT_GT(files, 800U);
}

}  // namespace
}  // namespace custody_adapter
