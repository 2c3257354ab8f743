// What an entry costs as bytes: encoding, decoding, hashing into the chain, adding to the tree.
// Workloads: the deposit of the throughput load; one instalment distributed to 40 and to 5,000
// lenders (one entry each).
#include <benchmark/benchmark.h>

#include "bench/support.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/entry.h"
#include "ledger/journal/tree.h"

namespace {

namespace domain = ledger::domain;

// 0 is the deposit, else the number of lenders. Made once each.
const domain::Entry& entry_of(std::int64_t lenders) {
  static const domain::Entry deposit = bench::deposit();
  static const domain::Entry few = bench::distribution(40);
  if (lenders == 0) return deposit;
  if (lenders == 40) return few;
  static const domain::Entry many = bench::distribution(5'000);
  return many;
}

std::string bytes_of(std::int64_t lenders) {
  std::string bytes;
  domain::encode(entry_of(lenders), bytes);
  return bytes;
}

void count(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.counters["entry_bytes"] = static_cast<double>(bytes);
}

void encode(benchmark::State& state) {
  const domain::Entry& entry = entry_of(state.range(0));
  std::string out;
  for (auto _ : state) {
    out.clear();
    domain::encode(entry, out);
    benchmark::DoNotOptimize(out.data());
  }
  count(state, out.size());
}

void decode(benchmark::State& state) {
  const std::string bytes = bytes_of(state.range(0));
  domain::Entry entry;
  for (auto _ : state) {
    if (!domain::decode(bytes, entry)) return state.SkipWithError("does not decode");
  }
  count(state, bytes.size());
}

void chain_hash(benchmark::State& state) {
  const std::string bytes = bytes_of(state.range(0));
  ledger::crypto::Sha256 sha;
  ledger::crypto::Digest head;
  for (auto _ : state) head = sha.hash(head.view(), bytes);
  benchmark::DoNotOptimize(head);
  count(state, bytes.size());
}

void tree_append(benchmark::State& state) {
  const std::string bytes = bytes_of(state.range(0));
  ledger::journal::Tree tree;
  for (auto _ : state) tree.append(bytes);
  benchmark::DoNotOptimize(tree.root());
  count(state, bytes.size());
}

void workloads(benchmark::internal::Benchmark* b) {
  b->ArgName("lenders")->Arg(0)->Arg(40)->Arg(5'000);
}

BENCHMARK(encode)->Apply(workloads);
BENCHMARK(decode)->Apply(workloads);
BENCHMARK(chain_hash)->Apply(workloads);
BENCHMARK(tree_append)->Apply(workloads);

}  // namespace

BENCHMARK_MAIN();
