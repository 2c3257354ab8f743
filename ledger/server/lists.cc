// The GETs on holds, quotes, and the listings that operators work through.
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "ledger/domain/command.h"
#include "ledger/server/ask.h"
#include "ledger/server/json_text.h"
#include "ledger/server/query.h"
#include "ledger/server/view_json.h"

namespace ledger::server {
namespace {

using View = engine::Engine::View;

// The kind that the parameter names; a fault of the query if there is no such kind.
std::optional<domain::HoldKind> hold_kind(Query& query) {
  const std::string* name = query.find("kind");
  if (name == nullptr) return std::nullopt;
  std::string known;
  for (int number = 1; number <= static_cast<int>(domain::HoldKind::kInterest); ++number) {
    const auto kind = static_cast<domain::HoldKind>(number);
    if (domain::name_of(kind) == *name) return kind;
    known.append(known.empty() ? "" : ", ").append(domain::name_of(kind));
  }
  query.fail("parameter 'kind' must be one of: " + known);
  return std::nullopt;
}

// A code given as a parameter; empty if it is not given.
std::string code_in(Query& query, std::string_view name) {
  const std::string* code = query.find(name);
  if (code == nullptr) return {};
  if (!domain::is_code(*code)) query.fail(fmt::format("parameter '{}' must be a code", name));
  return *code;
}

std::uint64_t number_cursor(Query& query) {
  return query.number("cursor", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
}

void append_cursor(ObjectWriter& object, std::uint64_t next) { object.number("next_cursor", next); }
void append_cursor(ObjectWriter& object, const std::string& next) {
  object.text("next_cursor", next);
}

template <typename Page, typename Append>
void reply_page(Exchange& exchange, std::string_view name, const Page& page, Append append) {
  ObjectWriter object(exchange.body());
  std::string& out = object.key(name);
  out.push_back('[');
  Commas commas;
  for (const auto& row : page.rows) {
    commas.next(out);
    append(out, row);
  }
  out.push_back(']');
  if (page.next) append_cursor(object, *page.next);
  object.close();
  exchange.reply(200, kJson);
}

}  // namespace

void handle_hold(Core& core, const ExchangePtr& exchange, const std::string& order) {
  Query query(exchange->request().query, {"kind"});
  const auto kind = hold_kind(query);
  if (query.find("kind") == nullptr) query.fail("parameter 'kind' is missing");
  if (!usable(*exchange, order, query)) return;
  ask(
      core, exchange, [order, kind](const View& view) { return view.hold(order, *kind); },
      [order](Exchange& to, const std::optional<engine::HoldView>& view) {
        if (!view) {
          reply_not_found(to, "no open hold of order " + order);
          return;
        }
        append_hold(to.body(), *view);
        to.reply(200, kJson);
      });
}

void handle_holds(Core& core, const ExchangePtr& exchange, const std::string&) {
  Query query(exchange->request().query, {"account", "client", "kind", "cursor", "limit"});
  const engine::HoldFilter filter{code_in(query, "account"), code_in(query, "client"),
                                  hold_kind(query)};
  const std::uint64_t cursor = number_cursor(query);
  const std::uint64_t limit = query.number("limit", 1, kPageMax).value_or(kPage);
  if (!filter.account.empty() && !filter.client.empty()) {
    query.fail("give 'account' or 'client', not both");
  }
  if (query.error()) {
    reply_bad_parameter(*exchange, *query.error());
    return;
  }
  using Holds = base::Result<engine::Page<engine::HoldView, std::uint64_t>, base::Fault>;
  ask(
      core, exchange,
      [filter, cursor, limit](const View& view) { return view.holds(filter, cursor, limit); },
      [](Exchange& to, const Holds& page) {
        if (!page) {
          reply_fault(to, page.error());
          return;
        }
        reply_page(to, "holds", *page, append_hold);
      });
}

void handle_quote(Core& core, const ExchangePtr& exchange, const std::string& code) {
  Query query(exchange->request().query, {"early"});
  if (!query.flag("early")) query.fail("parameter 'early' must be true: there is no other quote");
  if (!usable(*exchange, code, query)) return;
  ask(
      core, exchange, [code](const View& view) { return view.early_quote(code); },
      [code](Exchange& to, const base::Result<engine::EarlyQuote, base::Fault>& quote) {
        if (!quote) {
          reply_fault(to, quote.error());
          return;
        }
        ObjectWriter object(to.body());
        object.text("project", code)
            .date("business_date", quote->day)
            .signed_number("principal", quote->principal)
            .signed_number("interest", quote->interest)
            .signed_number("amount", quote->principal + quote->interest);
        object.close();
        to.reply(200, kJson);
      });
}

void handle_proposals(Core& core, const ExchangePtr& exchange, const std::string&) {
  Query query(exchange->request().query, {"cursor", "limit"});
  const std::string cursor = code_in(query, "cursor");
  const std::uint64_t limit = query.number("limit", 1, kPageMax).value_or(kPage);
  if (query.error()) {
    reply_bad_parameter(*exchange, *query.error());
    return;
  }
  ask(
      core, exchange,
      [cursor, limit](const View& view) { return view.open_proposals(cursor, limit); },
      [](Exchange& to, const engine::Page<domain::Proposal, std::string>& page) {
        reply_page(to, "proposals", page, append_proposal);
      });
}

void handle_overdue(Core& core, const ExchangePtr& exchange, const std::string&) {
  Query query(exchange->request().query, {"marked", "cursor", "limit"});
  const bool marked = query.flag("marked");
  const std::uint64_t cursor = number_cursor(query);
  const std::uint64_t limit = query.number("limit", 1, kPageMax).value_or(kPage);
  if (query.error()) {
    reply_bad_parameter(*exchange, *query.error());
    return;
  }
  ask(
      core, exchange,
      [marked, cursor, limit](const View& view) { return view.overdue(marked, cursor, limit); },
      [](Exchange& to, const engine::Page<engine::OverdueView, std::uint64_t>& page) {
        reply_page(to, "projects", page, append_overdue);
      });
}

}  // namespace ledger::server
