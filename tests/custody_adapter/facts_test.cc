// Every MT940 and camt file of the public sample collection against its FACTS.tsv: what independent
// readers found in the files of many banks. The collection is not part of the repository.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "custody_adapter/detect.h"
#include "custody_adapter/reader.h"

namespace custody_adapter {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::optional<fs::path> samples() {
  const char* set = std::getenv("ESCROW_SAMPLES");
  const fs::path folder =
      set != nullptr ? fs::path(set) : fs::path(ESCROW_SOURCE_DIR) / "../shared/samples";
  if (fs::exists(folder / "FACTS.tsv")) return folder;
  return std::nullopt;
}

std::vector<std::string> split(const std::string& line, char sign) {
  std::vector<std::string> cells;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = line.find(sign, begin);
    cells.push_back(line.substr(begin, end - begin));
    if (end == std::string::npos) return cells;
    begin = end + 1;
  }
}

struct Fact {
  std::string file;
  std::string format;
  std::size_t statements = 0;
  std::uint64_t entries = 0;
  std::size_t with_both = 0;
  std::size_t prove = 0;
  bool has_proof_columns = false;
  std::string text;
};

std::vector<Fact> read_facts(const fs::path& folder) {
  std::ifstream in(folder / "FACTS.tsv");
  std::string line;
  std::getline(in, line);
  std::vector<Fact> facts;
  while (std::getline(in, line)) {
    const auto cells = split(line, '\t');
    if (cells.size() < 10) continue;
    const auto number = [](const std::string& cell) -> std::size_t {
      return cell.empty() ? 0 : std::stoul(cell);
    };
    Fact fact;
    fact.file = cells[0].substr(cells[0].find('/') + 1);  // without "public/"
    fact.format = cells[3];
    fact.statements = number(cells[5]);
    fact.entries = number(cells[6]);
    fact.has_proof_columns = !cells[7].empty();
    fact.with_both = number(cells[7]);
    fact.prove = number(cells[8]);
    fact.text = cells[9];
    facts.push_back(fact);
  }
  return facts;
}

std::map<std::string, std::string> read_exceptions() {
  std::ifstream in(fs::path(ESCROW_SOURCE_DIR) / "tests/custody_adapter/facts_exceptions.tsv");
  std::map<std::string, std::string> exceptions;
  std::string line;
  while (std::getline(in, line)) {
    const std::size_t tab = line.find('\t');
    if (line.empty() || line[0] == '#' || tab == std::string::npos) continue;
    exceptions[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return exceptions;
}

// The text between two marks; nothing if a mark is absent.
std::optional<std::string> between(const std::string& text, const std::string& from,
                                   const std::string& to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t end = text.find(to, begin + from.size());
  return text.substr(begin + from.size(), end - begin - from.size());
}

// "18.15" against a balance; "" against none.
void expect_balance(std::string stated, const std::optional<Balance>& found, const char* which,
                    std::string& wrong) {
  while (!stated.empty() && (stated.back() == ' ' || stated.back() == ',')) stated.pop_back();
  while (!stated.empty() && stated.front() == ' ') stated.erase(0, 1);
  const auto figure = parse_figure(stated, 2, '.');
  if (stated.empty() && !found) return;
  if (figure && found && *figure == found->value) return;
  wrong += std::string(which) + " '" + stated + "' stated, " +
           (found ? format(found->value) : "none") + " found; ";
}

// "first 444.29, last 501.23" for several statements, "1.12 → 2.00, 1 entries, Σ 0.88" for one.
void compare_text(const Fact& fact, const std::vector<Statement>& statements, std::string& wrong) {
  if (statements.empty()) return;
  if (const auto first = between(fact.text, "first ", ",")) {
    expect_balance(*first, statements.front().opening, "first opening", wrong);
    std::string last = between(fact.text, "last ", "[").value_or("");
    expect_balance(last.substr(0, last.find(';')), statements.back().closing, "last closing",
                   wrong);
  }
  const std::size_t arrow = fact.text.find("→");
  if (statements.size() != 1 || arrow == std::string::npos) return;
  const Statement& only = statements.front();
  expect_balance(fact.text.substr(0, arrow), only.opening, "opening", wrong);
  expect_balance(between(fact.text, "→", ",").value_or(""), only.closing, "closing", wrong);
  auto sum = between(fact.text, "Σbooked ", " ");
  if (!sum) sum = between(fact.text, "Σ ", " ");
  if (sum) {
    std::string digits = *sum;
    while (!digits.empty() && (digits.back() == ';' || digits.back() == ',')) digits.pop_back();
    const auto stated = parse_figure(digits, 2, '.');
    const Figure found = only.credit_sum - only.debit_sum;
    if (!stated || !(*stated == found)) {
      wrong += "sum '" + digits + "' stated, " + format(found) + " found; ";
    }
  }
  const auto difference = between(fact.text, "Δ ", ")");
  const bool unproved = only.verdict.kind == VerdictKind::kUnproved;
  if (difference.has_value() != unproved) {
    wrong += "verdict " + format(only.verdict) + ", stated difference '" +
             difference.value_or("none") + "'; ";
  } else if (difference) {
    const auto stated = parse_figure(*difference, 2, '.');
    if (!stated || !(*stated == only.verdict.difference)) {
      wrong +=
          "difference " + *difference + " stated, " + format(only.verdict.difference) + " found; ";
    }
  }
}

std::string compare(const Fact& fact, const std::vector<Statement>& statements) {
  std::string wrong;
  const auto expect = [&wrong](const char* what, std::size_t stated, std::size_t found) {
    if (stated == found) return;
    wrong += std::string(what) + " " + std::to_string(stated) + " stated, " +
             std::to_string(found) + " found; ";
  };
  std::uint64_t entries = 0;
  std::size_t with_both = 0;
  std::size_t prove = 0;
  for (const Statement& statement : statements) {
    entries += statement.entry_count;
    if (statement.opening && statement.closing) ++with_both;
    if (statement.verdict.kind == VerdictKind::kProved) ++prove;
  }
  expect("statements", fact.statements, statements.size());
  expect("entries", fact.entries, entries);
  if (fact.has_proof_columns) {
    expect("with both balances", fact.with_both, with_both);
    expect("prove", fact.prove, prove);
  }
  compare_text(fact, statements, wrong);
  return wrong;
}

bool is_ours(const std::string& format) {
  return format.substr(0, 4) == "MT94" || format.substr(0, 7) == "camt.05";
}

TEST(SampleCollection, StatementsEntriesBalancesAndVerdictsAreThoseOfTheFacts) {
  const auto folder = samples();
  if (!folder) GTEST_SKIP() << "no sample collection beside the repository (ESCROW_SAMPLES)";
  const auto exceptions = read_exceptions();
  std::size_t compared = 0;
  std::size_t excepted = 0;
  for (const Fact& fact : read_facts(*folder)) {
    if (!is_ours(fact.format)) continue;
    Collector sink;
    const auto source = open_file((*folder / fact.file).string());
    const auto status = read_statements(*source, {}, sink);
    std::string wrong = compare(fact, sink.statements);
    if (!status && status.error().code != ErrorCode::kNoStatement) {
      wrong += format(status.error());
    }
    ++compared;
    if (exceptions.contains(fact.file)) {
      ++excepted;
      EXPECT_FALSE(wrong.empty()) << fact.file << " is listed as an exception but agrees";
      continue;
    }
    EXPECT_TRUE(wrong.empty()) << fact.file << " (" << fact.format << ") " << wrong;
  }
  std::cout << compared << " files compared, " << excepted << " listed exceptions\n";
  EXPECT_GT(compared, 140U);
  EXPECT_EQ(excepted, exceptions.size());
}

TEST(SampleCollection, NoFileOfAnyFormatStopsAReader) {
  const auto folder = samples();
  if (!folder) GTEST_SKIP() << "no sample collection beside the repository (ESCROW_SAMPLES)";
  std::size_t files = 0;
  for (const auto& item : fs::recursive_directory_iterator(*folder)) {
    if (!item.is_regular_file()) continue;
    ++files;
    const std::string bytes = slurp(item.path());
    for (const auto make : {make_mt940_reader, make_camt053_reader}) {
      Collector sink;
      const auto reader = make(sink, ReadOptions{});
      if (reader->push(bytes)) (void)reader->finish();
    }
  }
  EXPECT_GT(files, 800U);
}

}  // namespace
}  // namespace custody_adapter
