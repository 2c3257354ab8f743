// What reading a bank statement costs: MT940 and camt.053 files of 20,000 entries, as the generator
// of a platform's days writes them, parsed from memory in blocks of 256 KiB, with balance proof and
// every entry delivered. `plain` counts the line ends of the same bytes: what only touching them
// costs.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <string>

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

const std::string& file(bool camt) {
  static const std::string mt940 = generator::mt940_text(day(), "6222000012345678");
  static const std::string camt053 = generator::camt053_text(day(), "6222000012345678");
  return camt ? camt053 : mt940;
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

void parse(benchmark::State& state, bool camt) {
  const std::string_view bytes = file(camt);
  for (auto _ : state) {
    Counter sink;
    auto reader =
        camt ? adapter::make_camt053_reader(sink, {}) : adapter::make_mt940_reader(sink, {});
    bool read = true;
    for (std::size_t at = 0; at < bytes.size() && read; at += kBlock) {
      read = reader->push(bytes.substr(at, kBlock)).has_value();
    }
    read = read && reader->finish().has_value();
    if (!read || sink.entries != kEntries || !sink.proved) {
      return state.SkipWithError("not read and proved");
    }
  }
  count(state, bytes.size());
}

void plain(benchmark::State& state, bool camt) {
  const std::string_view bytes = file(camt);
  for (auto _ : state) {
    std::uint64_t lines = 0;
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
      at = static_cast<const char*>(found) + 1;
      ++lines;
    }
    benchmark::DoNotOptimize(lines);
  }
  count(state, bytes.size());
}

BENCHMARK_CAPTURE(parse, mt940, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, mt940, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, camt053, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plain, camt053, true)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
