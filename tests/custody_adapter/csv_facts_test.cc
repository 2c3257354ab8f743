// The CSV files of the public sample collection against csv_facts.tsv, and every file of the
// collection, whatever it is, through detection and reading.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>

#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/reader.h"
#include "tests/custody_adapter/facts.h"

namespace custody_adapter {
namespace {

namespace fs = std::filesystem;
using test::read_facts;
using test::samples;
using test::slurp;
using test::split;

const fs::path kHere = fs::path(ESCROW_SOURCE_DIR) / "tests/custody_adapter";

struct CsvFact {
  std::string file;
  std::string dialect;
  std::uint64_t entries = 0;
  std::string credits;
  std::string debits;
};

std::vector<CsvFact> read_csv_facts() {
  std::ifstream in(kHere / "csv_facts.tsv");
  std::vector<CsvFact> facts;
  std::string line;
  while (std::getline(in, line)) {
    const auto cells = split(line, '\t');
    if (line[0] == '#' || cells.size() != 5) continue;
    facts.push_back({cells[0], cells[1], std::stoul(cells[2]), cells[3], cells[4]});
  }
  return facts;
}

ReadOptions options_for(const CsvFact& fact) {
  ReadOptions options;
  if (fact.dialect == "-") return options;
  auto dialect = parse_csv_dialect(slurp(kHere / "data/csv" / (fact.dialect + ".toml")));
  EXPECT_TRUE(dialect) << fact.dialect << (dialect ? "" : ": " + dialect.error());
  if (dialect) options.csv = std::make_shared<const CsvDialect>(std::move(*dialect));
  return options;
}

TEST(CsvSamples, EntriesAndSumsAreThoseOfAnIndependentReader) {
  const auto folder = samples();
  if (!folder) GTEST_SKIP() << "no sample collection beside the repository (ESCROW_SAMPLES)";
  const auto facts = read_csv_facts();
  ASSERT_GT(facts.size(), 35U);
  for (const CsvFact& fact : facts) {
    Collector sink;
    const auto source = open_file((*folder / fact.file).string());
    const auto status = read_statements(*source, options_for(fact), sink);
    EXPECT_TRUE(status) << fact.file << ": " << (status ? "" : format(status.error()));
    std::uint64_t entries = 0;
    Figure credits;
    Figure debits;
    for (const Statement& statement : sink.statements) {
      entries += statement.entry_count;
      credits = credits + statement.credit_sum;
      debits = debits + statement.debit_sum;
    }
    EXPECT_EQ(entries, fact.entries) << fact.file;
    EXPECT_EQ(format(Figure{*credits.at(2), 2}), fact.credits) << fact.file;
    EXPECT_EQ(format(Figure{*debits.at(2), 2}), fact.debits) << fact.file;
  }
}

// FACTS.tsv has the lines of each CSV file: no reader may find more entries than lines, and every
// line is an entry, a row of the head, or told as an issue.
TEST(CsvSamples, NoLineOfAStatementIsLostInSilence) {
  const auto folder = samples();
  if (!folder) GTEST_SKIP() << "no sample collection beside the repository (ESCROW_SAMPLES)";
  std::set<std::string> read;
  for (const CsvFact& fact : read_csv_facts()) {
    Collector sink;
    const std::string bytes = slurp(*folder / fact.file);
    (void)read_statements(bytes, options_for(fact), sink);
    std::set<std::uint64_t> told;
    std::uint64_t first = 0;
    for (const Statement& statement : sink.statements) {
      for (const StatementEntry& entry : statement.entries) told.insert(entry.place.line);
      for (const Issue& issue : statement.issues) told.insert(issue.place.line);
      if (first == 0) first = statement.place.line;
    }
    std::uint64_t number = 0;
    for (const std::string& line : split(bytes, '\n')) {
      ++number;
      const bool blank = line.find_first_not_of(" \t\r,;\"") == std::string::npos;
      if (number <= first || blank) continue;
      EXPECT_TRUE(told.contains(number)) << fact.file << " line " << number << ": " << line;
    }
    read.insert(fact.file);
  }
  std::size_t others = 0;
  for (const test::Fact& fact : read_facts(*folder)) {
    if (fact.format == "CSV" && !read.contains(fact.file)) ++others;
  }
  std::cout << read.size() << " CSV files read, " << others << " without a dialect here\n";
}

TEST(SampleCollection, EveryFileIsReadOrRefusedInTime) {
  const auto folder = samples();
  if (!folder) GTEST_SKIP() << "no sample collection beside the repository (ESCROW_SAMPLES)";
  std::size_t files = 0;
  std::map<std::string, std::size_t> outcomes;
  for (const auto& item : fs::recursive_directory_iterator(*folder)) {
    if (!item.is_regular_file()) continue;
    ++files;
    const auto begin = std::chrono::steady_clock::now();
    Collector sink;
    const auto source = open_file(item.path().string());
    const auto status = read_statements(*source, {}, sink);
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took, std::chrono::seconds(20)) << item.path();
    ++outcomes[status ? "read" : std::string(name_of(status.error().code))];
    // A refusal says why.
    if (!status) {
      EXPECT_FALSE(status.error().message.empty()) << item.path();
    }
  }
  std::cout << files << " files:";
  for (const auto& [outcome, count] : outcomes) std::cout << " " << outcome << " " << count;
  std::cout << "\n";
  EXPECT_GT(files, 800U);
}

}  // namespace
}  // namespace custody_adapter
