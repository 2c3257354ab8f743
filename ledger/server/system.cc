// The GETs on the daemon itself: status, profile, refusals, trial balance, metrics, health,
// contract.
#include <optional>

#include <fmt/format.h>

#include "ledger/domain/refusal.h"
#include "ledger/server/ask.h"
#include "ledger/server/json_text.h"
#include "ledger/server/query.h"

namespace ledger::server {

// Written into the program at build time from openapi.yaml.
extern const std::string_view kOpenApiYaml;

namespace {

using engine::TrialBalance;
using View = engine::Engine::View;

bool no_parameters(Exchange& exchange) {
  const Query query(exchange.request().query, {});
  if (query.error()) reply_bad_parameter(exchange, *query.error());
  return !query.error();
}

const domain::AccountClass* find_class(const domain::Profile& profile, std::uint16_t number) {
  const auto index = profile.class_index(number);
  return index ? &profile.classes()[*index] : nullptr;
}

void append_trial_balance(std::string& out, const TrialBalance& balance,
                          const domain::Profile& profile) {
  ObjectWriter object(out);
  object.date("business_date", balance.business_date).number("as_of", balance.as_of.value());
  object.key("rows").push_back('[');
  Commas commas;
  for (const domain::ClassTotal& total : balance.totals) {
    const domain::AccountClass* of_class = find_class(profile, total.account_class);
    const bool debit_normal = of_class != nullptr && of_class->debit_normal;
    commas.next(out);
    ObjectWriter row(out);
    row.number("class", total.account_class)
        .text("class_name", of_class == nullptr ? "" : of_class->name)
        .text("currency", total.currency.code())
        .total("debits", total.debits)
        .total("credits", total.credits)
        .text("normal_side", debit_normal ? "debit" : "credit")
        .total("balance",
               debit_normal ? total.debits - total.credits : total.credits - total.debits);
    row.close();
  }
  out.push_back(']');
  object.close();
}

void append_status(std::string& out, const engine::Status& status) {
  ObjectWriter object(out);
  object.number("head", status.head.value())
      .digest("head_hash", status.head_hash)
      .number("tree_size", status.tree_size)
      .digest("tree_root", status.tree_root)
      .date("business_date", status.business_date)
      .number("folded_through", status.folded_through.value())
      .number("accounts", status.accounts)
      .number("owners", status.owners)
      .number("projects", status.projects)
      .number("open_holds", status.open_holds)
      .text("profile", status.profile)
      .number("profile_version", status.profile_version)
      .flag("read_only", status.read_only);
  if (status.read_only) object.text("read_only_reason", status.read_only_reason);
  object.close();
}

void append_engine_metrics(std::string& out, const engine::Metrics& m, std::uint64_t head) {
  append_metric(out, "escrow_head", "counter", head);
  append_metric(out, "escrow_groups_total", "counter", m.groups);
  append_metric(out, "escrow_entries_total", "counter", m.entries);
  append_metric(out, "escrow_postings_total", "counter", m.postings);
  append_metric(out, "escrow_replays_total", "counter", m.replays);
  append_metric(out, "escrow_reads_total", "counter", m.reads);
  append_metric(out, "escrow_journal_bytes_total", "counter", m.bytes);
  append_metric(out, "escrow_syncs_total", "counter", m.syncs);
  append_metric(out, "escrow_fold_runs_total", "counter", m.fold_runs);
  append_metric(out, "escrow_fold_rows_total", "counter", m.fold_rows);
  append_metric(out, "escrow_queue_commands", "gauge", m.queued);
  const auto seconds = [&out](std::string_view name, std::string_view type, std::uint64_t ns) {
    out += fmt::format("# TYPE {0} {1}\n{0} ", name, type);
    append_seconds(out, ns);
    out.push_back('\n');
  };
  seconds("escrow_sync_seconds_total", "counter", m.sync_ns);
  seconds("escrow_sync_seconds_max", "gauge", m.sync_ns_max);
  seconds("escrow_fold_wait_seconds_total", "counter", m.fold_wait_ns);
  out += "# TYPE escrow_refusals_total counter\n";
  for (const auto& [name, count] : m.refusals_by_name) {
    out += fmt::format("escrow_refusals_total{{refusal=\"{}\"}} {}\n", name, count);
  }
}

void reply_text(Exchange& exchange, std::string_view type, std::string_view text) {
  exchange.body().append(text);
  exchange.reply(200, type);
}

}  // namespace

void handle_trial_balance(Core& core, const ExchangePtr& exchange, const std::string&) {
  Query query(exchange->request().query, {"date"});
  const auto date = query.date("date");
  if (query.error()) {
    reply_bad_parameter(*exchange, *query.error());
    return;
  }
  using Balance = base::Result<TrialBalance, base::Fault>;
  ask(
      core, exchange,
      [date](const View& view) -> Balance {
        if (date) return view.trial_balance_on(*date);
        return view.trial_balance();
      },
      [&profile = core.engine.profile()](Exchange& to, const Balance& balance) {
        if (!balance) {
          reply_fault(to, balance.error());
          return;
        }
        append_trial_balance(to.body(), *balance, profile);
        to.reply(200, kJson);
      });
}

void handle_status(Core& core, const ExchangePtr& exchange, const std::string&) {
  if (!no_parameters(*exchange)) return;
  ask(
      core, exchange, [](const View& view) { return view.status(); },
      [](Exchange& to, const engine::Status& status) {
        append_status(to.body(), status);
        to.reply(200, kJson);
      });
}

void handle_profile(Core& core, const ExchangePtr& exchange, const std::string&) {
  if (!no_parameters(*exchange)) return;
  reply_text(*exchange, "application/toml", core.engine.profile().text());
}

void handle_refusals(Core&, const ExchangePtr& exchange, const std::string&) {
  if (!no_parameters(*exchange)) return;
  std::string& out = exchange->body();
  out.push_back('[');
  Commas commas;
  for (const domain::RefusalText& row : domain::refusal_catalogue()) {
    commas.next(out);
    ObjectWriter object(out);
    object.number("code", static_cast<std::uint64_t>(row.code))
        .text("name", row.name)
        .flag("journaled", domain::is_sticky(row.code))
        .text("en", row.en)
        .text("zh", row.zh);
    object.close();
  }
  out.push_back(']');
  exchange->reply(200, kJson);
}

void handle_metrics(Core& core, const ExchangePtr& exchange, const std::string&) {
  if (!no_parameters(*exchange)) return;
  append_engine_metrics(exchange->body(), core.engine.metrics(),
                        core.engine.durable_head().value());
  core.counters->append(exchange->body());
  exchange->reply(200, "text/plain; version=0.0.4");
}

void handle_health(Core& core, const ExchangePtr& exchange, const std::string&) {
  if (!no_parameters(*exchange)) return;
  ask(
      core, exchange, [](const View& view) { return view.status(); },
      [](Exchange& to, const engine::Status& status) {
        if (status.read_only) {
          reply_problem(to, {503, "READ_ONLY", "the ledger is read-only", status.read_only_reason});
          return;
        }
        ObjectWriter object(to.body());
        object.text("status", "ok").number("head", status.head.value());
        object.close();
        to.reply(200, kJson);
      });
}

void handle_openapi(Core&, const ExchangePtr& exchange, const std::string&) {
  if (!no_parameters(*exchange)) return;
  reply_text(*exchange, "application/yaml", kOpenApiYaml);
}

}  // namespace ledger::server
