// Service: what the requests mean. Routes them, asks the engine, words the answers. It hands all
// work that may wait to the engine and answers from its completion, so it never blocks a loop.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/engine/engine.h"
#include "ledger/server/counters.h"
#include "ledger/server/exchange.h"
#include "ledger/server/server.h"

namespace ledger::server {

class Query;
using ExchangePtr = std::shared_ptr<Exchange>;

// The streams that wait for the journal to grow.
class Followers {
 public:
  // `wake` runs on any thread and must only post. Returns a handle for remove().
  std::uint64_t add(std::function<void()> wake);
  void remove(std::uint64_t handle);
  void wake_all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::uint64_t, std::function<void()>>> wakes_;
  std::uint64_t next_ = 1;
};

// What every route may use. Outlives the requests; completions on engine threads must not touch it.
struct Core {
  engine::Engine& engine;
  const Limits limits;
  const std::shared_ptr<Counters> counters;
  const std::shared_ptr<Followers> followers;
};

struct Route {
  Method method;
  std::string_view path;  // "/v1/accounts/{code}/balance"
  // `name` is the decoded text at the braces.
  void (*handle)(Core& core, const ExchangePtr& exchange, const std::string& name);
};

class Service {
 public:
  explicit Service(Core core) : core_(std::move(core)) {}
  // Must end in a reply or a stream, now or later.
  void handle(const ExchangePtr& exchange);
  // Unknown peers are turned away before their bodies are read; only /healthz is for everyone.
  static bool is_open_to_all(std::string_view path) { return path == "/healthz"; }
  static const std::vector<Route>& routes();

 private:
  Core core_;
};

// --- handlers, one file per group ---
void handle_commands(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_account(Core& core, const ExchangePtr& exchange, const std::string& code);
void handle_balance(Core& core, const ExchangePtr& exchange, const std::string& code);
void handle_history(Core& core, const ExchangePtr& exchange, const std::string& code);
void handle_owner(Core& core, const ExchangePtr& exchange, const std::string& code);
void handle_owners(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_entry(Core& core, const ExchangePtr& exchange, const std::string& sequence);
void handle_command(Core& core, const ExchangePtr& exchange, const std::string& id);
void handle_project(Core& core, const ExchangePtr& exchange, const std::string& code);
void handle_hold(Core& core, const ExchangePtr& exchange, const std::string& order);
void handle_holds(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_quote(Core& core, const ExchangePtr& exchange, const std::string& code);
void handle_proposals(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_overdue(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_trial_balance(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_journal(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_status(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_profile(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_refusals(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_metrics(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_health(Core& core, const ExchangePtr& exchange, const std::string& name);
void handle_openapi(Core& core, const ExchangePtr& exchange, const std::string& name);

// --- what several handlers share ---
inline constexpr std::uint64_t kPage = 100;  // rows, unless the query says otherwise
inline constexpr std::uint64_t kPageMax = 1'000;
// Codes are checked before they are echoed or looked up; false: the answer is given.
bool usable(Exchange& exchange, const std::string& code, const Query& query);
void reply_not_found(Exchange& exchange, std::string what);
void reply_bad_parameter(Exchange& exchange, std::string why);
void reply_fault(Exchange& exchange, const base::Fault& fault);
// The engine took nothing: 503 if it is closed, 429 if its queue is full.
void reply_not_taken(Core& core, Exchange& exchange);

}  // namespace ledger::server
