// What reading a file by profile costs: fixed width (ALEVE with its chain per sub-account, GBK
// texts; Norma 43 with its sums) and delimited (a head with count and sum, '|' after each cell),
// 20,000 entries each, in blocks of 256 KiB, every entry delivered and the totals checked. `plain`
// counts the line ends of the same bytes: what only touching them costs.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/plain_read.h"
#include "custody_adapter/profile.h"

namespace {

namespace adapter = custody_adapter;

constexpr int kEntries = 20'000;
constexpr int kAccounts = 5'000;
constexpr std::size_t kBlock = 256 * 1024;

std::string digits(std::int64_t value, std::size_t count) {
  std::string text = std::to_string(value);
  return std::string(count - text.size(), '0') + text;
}
std::string padded(std::string text, std::size_t bytes) {
  text.resize(bytes, ' ');
  return text;
}
std::int64_t amount(int i) { return 100 + static_cast<std::int64_t>(i) * 7'919 % 1'000'000; }

// Every third line has a Chinese text, as bytes of GBK.
std::string aleve() {
  std::string file;
  std::vector<std::int64_t> balances(kAccounts, 0);
  for (int i = 0; i < kEntries; ++i) {
    const auto account = static_cast<std::size_t>(i % kAccounts);
    balances[account] += amount(i);
    file += "3005" + padded("6212" + digits(i % kAccounts, 12), 19) + digits(amount(i), 17) +
            "156C202406282024062820240628" + "10203000" + digits(i % 1'000'000, 6) + "      7820" +
            padded(i % 3 == 0 ? "\xb3\xe4\xd6\xb5\xc8\xeb\xd5\xca" : "DEPOSIT BY CHANNEL", 42) +
            digits(balances[account], 17) + std::string(19, ' ') + "0 " + digits(i % 1'000'000, 6) +
            std::string(193, ' ') + "\n";
  }
  return file;
}

std::string norma43() {
  std::string file;
  std::int64_t sum = 0;
  for (int i = 0; i < kEntries; ++i) sum += amount(i);
  file += padded("110081539800014144521803181803202" + digits(0, 14) + "9783OWNER", 80) + "\n";
  for (int i = 0; i < kEntries; ++i) {
    file += padded(
                "22    0901180319180319"
                "12408"
                "2" +
                    digits(amount(i), 14) + digits(i, 10) + digits(i, 12) + digits(i, 16),
                80) +
            "\n";
  }
  file += padded("33008153980001414452" + digits(0, 19) + digits(kEntries, 5) + digits(sum, 14) +
                     "2" + digits(sum, 14) + "978",
                 80) +
          "\n88" + std::string(18, '9') + padded(digits(kEntries + 2, 6), 60) + "\n";
  return file;
}

std::string delimited() {
  std::string lines;
  std::int64_t sum = 0;
  const auto yuan = [](std::int64_t fen) {
    return std::to_string(fen / 100) + "." + digits(fen % 100, 2);
  };
  for (int i = 0; i < kEntries; ++i) {
    sum += amount(i);
    lines += "ORDER" + digits(i, 10) + "|SERIAL" + digits(i, 10) + "|6212" +
             digits(i % kAccounts, 12) + "|" + yuan(amount(i)) + "|20240628102030|REMARK|\n";
  }
  return "20240628|" + std::to_string(kEntries) + "|" + yuan(sum) + "|\n" + lines;
}

struct Subject {
  const char* profile;
  std::string (*make)();
};
constexpr Subject kSubjects[] = {
    {"aleve", aleve}, {"norma43", norma43}, {"cn-dated-head", delimited}};

const std::string& file(int subject) {
  static const std::string files[] = {kSubjects[0].make(), kSubjects[1].make(),
                                      kSubjects[2].make()};
  return files[subject];
}

class Counter final : public adapter::StatementSink {
 public:
  void on_entry(const adapter::Statement&, adapter::StatementEntry& entry) override {
    ++entries;
    text_bytes += entry.remittance.size();
  }
  void on_issue(const adapter::Issue&) override { ++issues; }
  void on_statement_end(adapter::Statement&) override {}
  int entries = 0;
  int issues = 0;
  std::size_t text_bytes = 0;
};

void count(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * kEntries);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void parse(benchmark::State& state, int subject) {
  const std::string_view bytes = file(subject);
  const auto profile = adapter::StatementProfile::parse(
      *adapter::StatementProfile::built_in(kSubjects[subject].profile));
  for (auto _ : state) {
    Counter sink;
    adapter::ProfileOptions options;
    options.entries_expected = kEntries;
    options.opening_of = [](std::string_view) { return adapter::Figure{}; };
    const auto reader = adapter::make_profile_reader(*profile, sink, options);
    bool read = true;
    for (std::size_t at = 0; at < bytes.size() && read; at += kBlock) {
      read = reader->push(bytes.substr(at, kBlock)).has_value();
    }
    read = read && reader->finish().has_value();
    if (!read || sink.entries != kEntries || sink.issues != 0 ||
        reader->summary().verdict.kind != adapter::VerdictKind::kProved) {
      return state.SkipWithError("not read and proved");
    }
  }
  count(state, bytes.size());
}

void plain(benchmark::State& state, int subject) {
  const std::string_view bytes = file(subject);
  for (auto _ : state) benchmark::DoNotOptimize(bench::count_line_ends(bytes));
  count(state, bytes.size());
}

BENCHMARK_CAPTURE(parse, aleve, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, aleve, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, norma43, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, norma43, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, delimited, 2)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, delimited, 2)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
