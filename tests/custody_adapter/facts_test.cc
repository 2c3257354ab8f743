// Every MT940, camt, BAI2 and OFX file of the public sample collection against its FACTS.tsv: what
// independent readers found in the files of many banks. The collection is not part of the
// repository.
#include <gtest/gtest.h>

#include <iostream>

#include "custody_adapter/detect.h"
#include "custody_adapter/reader.h"
#include "tests/custody_adapter/facts.h"

namespace custody_adapter {
namespace {

namespace fs = std::filesystem;
using test::between;
using test::Fact;
using test::read_exceptions;
using test::read_facts;
using test::samples;
using test::slurp;
using test::split;

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

void expect(std::string& wrong, const char* what, std::size_t stated, std::size_t found) {
  if (stated == found) return;
  wrong += std::string(what) + " " + std::to_string(stated) + " stated, " + std::to_string(found) +
           " found; ";
}

std::string compare(const Fact& fact, const std::vector<Statement>& statements) {
  std::string wrong;
  std::uint64_t entries = 0;
  std::size_t with_both = 0;
  std::size_t prove = 0;
  for (const Statement& statement : statements) {
    entries += statement.entry_count;
    if (statement.opening && statement.closing) ++with_both;
    if (statement.verdict.kind == VerdictKind::kProved) ++prove;
  }
  expect(wrong, "statements", fact.statements, statements.size());
  expect(wrong, "entries", fact.entries, entries);
  if (fact.has_proof_columns) {
    expect(wrong, "with both balances", fact.with_both, with_both);
    expect(wrong, "prove", fact.prove, prove);
  }
  compare_text(fact, statements, wrong);
  return wrong;
}

// BAI2: "2 accounts, 17 details, 27 records; 49-control sum ok 2/2, record count ok 2/2"; its
// column "prove" counts the accounts whose control total is right, not balance proofs.
std::string compare_bai2(const Fact& fact, const std::vector<Statement>& statements) {
  std::string wrong;
  std::size_t entries = 0;
  std::size_t sums = 0;
  std::size_t counts = 0;
  const auto has = [](const Statement& statement, std::string_view code) {
    return std::any_of(statement.issues.begin(), statement.issues.end(),
                       [code](const Issue& issue) { return issue.code == code; });
  };
  for (const Statement& statement : statements) {
    entries += statement.entry_count;
    if (!has(statement, "control_total_mismatch")) ++sums;
    if (!has(statement, "record_count_mismatch")) ++counts;
  }
  expect(wrong, "accounts", fact.statements, statements.size());
  expect(wrong, "details", fact.entries, entries);
  expect(wrong, "control totals right", fact.prove, sums);
  expect(wrong, "record counts right", std::stoul(*between(fact.text, "record count ok ", "/")),
         counts);
  return wrong;
}

// OFX: "1 statements, 3 STMTTRN, LEDGERBAL 382.34, Σ -345.27"; several balances have ", " between.
std::string compare_ofx(const Fact& fact, const std::vector<Statement>& statements) {
  std::string wrong;
  std::size_t entries = 0;
  std::string balances;
  Figure sum;
  for (const Statement& statement : statements) {
    entries += statement.entry_count;
    sum = sum + statement.credit_sum - statement.debit_sum;
    if (statement.closing) balances += " " + format(statement.closing->value);
  }
  expect(wrong, "statements", fact.statements, statements.size());
  expect(wrong, "entries", fact.entries, entries);
  std::string stated;
  for (const std::string& cell : split(*between(fact.text, "LEDGERBAL ", ", Σ"), ',')) {
    const auto balance = parse_figure(cell.substr(cell.find_first_not_of(' ')), 2, '.');
    if (balance) stated += " " + format(*balance);
  }
  if (stated != balances) wrong += "balances" + stated + " stated," + balances + " found; ";
  const auto stated_sum = parse_figure(fact.text.substr(fact.text.find("Σ ") + 3), 2, '.');
  if (!stated_sum || !(*stated_sum == sum)) wrong += "sum " + format(sum) + " found; ";
  return wrong;
}

std::string compare_any(const Fact& fact, const std::vector<Statement>& statements) {
  if (fact.format == "BAI2") return compare_bai2(fact, statements);
  if (fact.format.substr(0, 3) == "OFX") return compare_ofx(fact, statements);
  return compare(fact, statements);
}

bool is_ours(const std::string& format) {
  return format.substr(0, 4) == "MT94" || format.substr(0, 7) == "camt.05" || format == "BAI2" ||
         format.substr(0, 3) == "OFX";
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
    std::string wrong = compare_any(fact, sink.statements);
    // The edited BAI2 files are read to their ends, and their totals do not hold.
    const bool edited =
        !status && fact.format == "BAI2" && status.error().code == ErrorCode::kControlTotal;
    if (!status && !edited && status.error().code != ErrorCode::kNoStatement) {
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
  EXPECT_GT(compared, 190U);
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
    for (const auto make :
         {make_mt940_reader, make_camt053_reader, make_bai2_reader, make_ofx_reader}) {
      Collector sink;
      const auto reader = make(sink, ReadOptions{});
      if (reader->push(bytes)) (void)reader->finish();
    }
  }
  EXPECT_GT(files, 800U);
}

}  // namespace
}  // namespace custody_adapter
