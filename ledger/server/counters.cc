#include "ledger/server/counters.h"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/base/amount.h"

namespace ledger::server {
namespace {

std::uint64_t now(const std::atomic<std::uint64_t>& counter) {
  return counter.load(std::memory_order_relaxed);
}

}  // namespace

void append_seconds(std::string& out, std::uint64_t ns) {
  out += base::format_decimal(base::Total::from_minor(ns), 9);
}

void append_metric(std::string& out, std::string_view name, std::string_view type,
                   std::uint64_t value) {
  out += fmt::format("# TYPE {0} {1}\n{0} {2}\n", name, type, value);
}

void Histogram::record(std::uint64_t ns) {
  const std::uint64_t us = ns / 1'000;
  const auto at = std::lower_bound(kBoundsUs.begin(), kBoundsUs.end(), us) - kBoundsUs.begin();
  counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(ns, std::memory_order_relaxed);
}

void Histogram::append(std::string& out, std::string_view name, std::string_view kind) const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kBoundsUs.size(); ++i) {
    total += now(counts_[i]);
    out += fmt::format("{}_bucket{{kind=\"{}\",le=\"", name, kind);
    out += base::format_decimal(base::Total::from_minor(kBoundsUs[i]), 6);
    out += fmt::format("\"}} {}\n", total);
  }
  total += now(counts_.back());
  out += fmt::format("{}_bucket{{kind=\"{}\",le=\"+Inf\"}} {}\n", name, kind, total);
  out += fmt::format("{}_sum{{kind=\"{}\"}} ", name, kind);
  append_seconds(out, now(sum_ns_));
  out += fmt::format("\n{}_count{{kind=\"{}\"}} {}\n", name, kind, total);
}

void Counters::append(std::string& out) const {
  append_metric(out, "escrow_server_connections", "gauge", now(connections));
  append_metric(out, "escrow_server_accepted_total", "counter", now(accepted));
  append_metric(out, "escrow_server_turned_away_total", "counter", now(turned_away));
  append_metric(out, "escrow_server_timed_out_total", "counter", now(timed_out));
  append_metric(out, "escrow_server_commands_total", "counter", now(commands));
  append_metric(out, "escrow_server_malformed_total", "counter", now(malformed));
  append_metric(out, "escrow_server_queue_full_total", "counter", now(queue_full));
  append_metric(out, "escrow_server_streams", "gauge", now(streams));
  append_metric(out, "escrow_server_buffered_bytes", "gauge", now(buffered_bytes));
  out += "# TYPE escrow_server_responses_total counter\n";
  for (std::size_t i = 2; i < by_status_class.size(); ++i) {
    out += fmt::format("escrow_server_responses_total{{class=\"{}xx\"}} {}\n", i,
                       now(by_status_class[i]));
  }
  out += "# TYPE escrow_server_request_seconds histogram\n";
  command_time.append(out, "escrow_server_request_seconds", "command");
  read_time.append(out, "escrow_server_request_seconds", "read");
}

}  // namespace ledger::server
