// What reading a bank statement costs: files of 20,000 entries of each family, as the generator of
// a platform's days writes them, parsed from memory in blocks of 256 KiB, with balance proof and
// every entry delivered. `plain` counts the line ends of the same bytes: what only touching them
// costs.
#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string>

#include "bench/plain_read.h"
#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/reader.h"
#include "ledger/base/check.h"
#include "tools/generator/bank.h"

namespace {

namespace adapter = custody_adapter;
namespace generator = tools::generator;

constexpr int kEntries = 20'000;
constexpr std::size_t kBlock = 256 * 1024;

generator::StatementDay day() {
  generator::StatementDay day;
  day.date = *ledger::base::Date::parse("2024-06-28");
  day.opening = 1'000'000'000'000;
  day.closing = day.opening;
  for (int i = 0; i < kEntries; ++i) {
    generator::Booking line;
    line.credit = i % 3 != 0;
    line.amount = 100 + static_cast<std::int64_t>(i) * 7'919 % 1'000'000;
    line.order = "D" + std::to_string(1'000'000 + i);
    line.reference = "B" + std::to_string(20'240'628'000'000 + i);
    line.party = "L" + std::to_string(100'000 + i % 5'000);
    line.name = "CLIENT " + std::to_string(i % 5'000);
    line.text = line.credit ? "DEPOSIT BY CHANNEL" : "WITHDRAWAL";
    line.value_date = day.date;
    day.closing += line.credit ? line.amount : -line.amount;
    day.lines.push_back(std::move(line));
  }
  return day;
}

enum class Family { kMt940, kCamt053, kBai2, kCsv, kOfx };

std::string text_of(Family family) {
  const std::string account = "6222000012345678";
  switch (family) {
    case Family::kMt940:
      return generator::mt940_text(day(), account);
    case Family::kCamt053:
      return generator::camt053_text(day(), account);
    case Family::kBai2:
      return generator::bai2_text(day(), account);
    case Family::kCsv:
      return generator::csv_text(day(), account);
    case Family::kOfx:
      return generator::ofx_text(day(), account);
  }
  return {};
}

const std::string& file(Family family) {
  static std::map<Family, std::string> files;
  std::string& text = files[family];
  if (text.empty()) text = text_of(family);
  return text;
}

class Counter final : public adapter::StatementSink {
 public:
  void on_entry(const adapter::Statement&, adapter::StatementEntry&) override { ++entries; }
  void on_statement_end(adapter::Statement& statement) override {
    proved = statement.verdict.kind == adapter::VerdictKind::kProved;
  }
  int entries = 0;
  bool proved = false;
};

void count(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * kEntries);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

std::unique_ptr<adapter::StatementReader> reader_of(Family family, adapter::StatementSink& sink) {
  switch (family) {
    case Family::kMt940:
      return adapter::make_mt940_reader(sink, {});
    case Family::kCamt053:
      return adapter::make_camt053_reader(sink, {});
    case Family::kBai2:
      return adapter::make_bai2_reader(sink, {});
    case Family::kCsv:
      return adapter::make_csv_reader(
          sink, *adapter::infer_csv_dialect(file(family).substr(0, adapter::kDetectBytes)).dialect,
          {});
    case Family::kOfx:
      return adapter::make_ofx_reader(sink, {});
  }
  return nullptr;
}

void parse(benchmark::State& state, Family family) {
  const std::string_view bytes = file(family);
  for (auto _ : state) {
    Counter sink;
    const auto reader = reader_of(family, sink);
    bool read = true;
    for (std::size_t at = 0; at < bytes.size() && read; at += kBlock) {
      read = reader->push(bytes.substr(at, kBlock)).has_value();
    }
    read = read && reader->finish().has_value();
    // OFX states no opening balance.
    if (!read || sink.entries != kEntries || sink.proved == (family == Family::kOfx)) {
      return state.SkipWithError("not read and proved");
    }
  }
  count(state, bytes.size());
}

void plain(benchmark::State& state, Family family) {
  const std::string_view bytes = file(family);
  for (auto _ : state) benchmark::DoNotOptimize(bench::count_line_ends(bytes));
  count(state, bytes.size());
}

BENCHMARK_CAPTURE(parse, mt940, Family::kMt940)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, mt940, Family::kMt940)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, camt053, Family::kCamt053)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, camt053, Family::kCamt053)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, bai2, Family::kBai2)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, bai2, Family::kBai2)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, csv, Family::kCsv)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, csv, Family::kCsv)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, ofx, Family::kOfx)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, ofx, Family::kOfx)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
