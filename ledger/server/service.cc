#include "ledger/server/service.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "ledger/domain/command.h"
#include "ledger/server/query.h"

namespace ledger::server {
namespace {

constexpr std::string_view kBrace = "{";

// The text at the braces of `route`, still encoded; nothing if `path` is not of this form. Codes
// may have slashes in them, so the braces take whatever stands between prefix and suffix.
std::optional<std::string_view> match(std::string_view route, std::string_view path) {
  const std::size_t open = route.find(kBrace);
  if (open == std::string_view::npos) {
    return route == path ? std::optional<std::string_view>("") : std::nullopt;
  }
  const std::string_view prefix = route.substr(0, open);
  const std::string_view suffix = route.substr(route.find('}') + 1);
  if (path.size() <= prefix.size() + suffix.size() || !path.starts_with(prefix) ||
      !path.ends_with(suffix)) {
    return std::nullopt;
  }
  return path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
}

}  // namespace

std::uint64_t Followers::add(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wakes_.emplace_back(next_, std::move(wake));
  return next_++;
}

void Followers::remove(std::uint64_t handle) {
  const std::lock_guard lock(mutex_);
  std::erase_if(wakes_, [handle](const auto& one) { return one.first == handle; });
}

void Followers::wake_all() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [handle, wake] : wakes_) wake();
}

// Longer forms first: "/v1/accounts/{code}" matches whatever the two before it left.
const std::vector<Route>& Service::routes() {
  static const std::vector<Route> all = {
      {Method::kPost, "/v1/commands", handle_commands},
      {Method::kGet, "/v1/accounts/{code}/balance", handle_balance},
      {Method::kGet, "/v1/accounts/{code}/history", handle_history},
      {Method::kGet, "/v1/accounts/{code}", handle_account},
      {Method::kGet, "/v1/owners/{code}", handle_owner},
      {Method::kGet, "/v1/owners", handle_owners},
      {Method::kGet, "/v1/entries/{sequence}", handle_entry},
      {Method::kGet, "/v1/commands/{id}", handle_command},
      {Method::kGet, "/v1/projects/{code}/quote", handle_quote},
      {Method::kGet, "/v1/projects/{code}", handle_project},
      {Method::kGet, "/v1/holds/{order}", handle_hold},
      {Method::kGet, "/v1/holds", handle_holds},
      {Method::kGet, "/v1/proposals", handle_proposals},
      {Method::kGet, "/v1/overdue", handle_overdue},
      {Method::kGet, "/v1/trial-balance", handle_trial_balance},
      {Method::kGet, "/v1/journal", handle_journal},
      {Method::kGet, "/v1/status", handle_status},
      {Method::kGet, "/v1/profile", handle_profile},
      {Method::kGet, "/v1/refusals", handle_refusals},
      {Method::kGet, "/metrics", handle_metrics},
      {Method::kGet, "/healthz", handle_health},
      {Method::kGet, "/openapi.yaml", handle_openapi},
  };
  return all;
}

void Service::handle(const ExchangePtr& exchange) {
  const Request& request = exchange->request();
  std::string_view allowed;
  for (const Route& route : routes()) {
    const auto name = match(route.path, request.path);
    if (!name) continue;
    if (route.method != request.method) {
      allowed = route.method == Method::kPost ? "POST" : "GET";
      continue;
    }
    const auto decoded = percent_decode(*name);
    if (!decoded) {
      reply_bad_parameter(*exchange, "the path has a broken percent escape");
      return;
    }
    route.handle(core_, exchange, *decoded);
    return;
  }
  if (allowed.empty()) {
    reply_not_found(*exchange, "there is no such path; /openapi.yaml lists them");
    return;
  }
  reply_problem(*exchange,
                {405, "METHOD_NOT_ALLOWED", "the path does not know this method",
                 fmt::format("allowed: {}", allowed)},
                fmt::format("Allow: {}\r\n", allowed));
}

bool usable(Exchange& exchange, const std::string& code, const Query& query) {
  if (query.error()) {
    reply_bad_parameter(exchange, *query.error());
    return false;
  }
  if (!domain::is_code(code)) {
    reply_bad_parameter(exchange, "a code is 1 to 64 letters, digits or . _ : / -");
    return false;
  }
  return true;
}

void reply_not_found(Exchange& exchange, std::string what) {
  reply_problem(exchange, {404, "NOT_FOUND", "there is no such thing", std::move(what)});
}

void reply_bad_parameter(Exchange& exchange, std::string why) {
  reply_problem(exchange, {400, "BAD_PARAMETER", "a parameter cannot be used", std::move(why)});
}

void reply_fault(Exchange& exchange, const base::Fault& fault) {
  using Kind = base::Fault::Kind;
  switch (fault.kind) {
    case Kind::kNotFound:
      reply_not_found(exchange, fault.message);
      return;
    case Kind::kInvalid:
      reply_bad_parameter(exchange, fault.message);
      return;
    case Kind::kClosed:
      reply_problem(exchange,
                    {503, "CLOSED", "the ledger is read-only or shutting down", fault.message},
                    "Retry-After: 5\r\n");
      return;
    case Kind::kIo:
    case Kind::kCorruption:
      reply_problem(exchange, {500, "STORAGE_FAULT", "the ledger's storage failed", fault.message});
      return;
  }
}

void reply_not_taken(Core& core, Exchange& exchange) {
  if (const auto reason = core.engine.closed_reason()) return reply_fault(exchange, *reason);
  core.counters->queue_full.fetch_add(1, std::memory_order_relaxed);
  reply_problem(exchange,
                {429, "QUEUE_FULL", "more commands are waiting than the ledger takes",
                 "nothing of this request was taken; send it again"},
                "Retry-After: 1\r\n");
}

}  // namespace ledger::server
