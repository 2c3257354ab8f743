// The GETs on one account, owner, entry or project, and on all owners; lists.cc has the others.
#include <optional>

#include <fmt/format.h>

#include "ledger/base/hex.h"
#include "ledger/server/ask.h"
#include "ledger/server/entry_json.h"
#include "ledger/server/json_text.h"
#include "ledger/server/query.h"
#include "ledger/server/view_json.h"

namespace ledger::server {
namespace {

using engine::AccountView;
using View = engine::Engine::View;

constexpr std::uint64_t kAnySequence = std::uint64_t{1} << 62;

void reply_account(Exchange& exchange, const base::Result<AccountView, base::Fault>& account) {
  if (!account) {
    reply_fault(exchange, account.error());
    return;
  }
  append_account(exchange.body(), *account);
  exchange.reply(200, kJson);
}

base::Result<AccountView, base::Fault> account_now(const View& view, const std::string& code) {
  auto account = view.account(code);
  if (!account) return base::fail(base::not_found("account " + code));
  return std::move(*account);
}

void reply_entry(Exchange& exchange, const engine::StoredEntry& stored, const Names& names) {
  ObjectWriter object(exchange.body());
  object.number("sequence", stored.entry.sequence.value()).digest("hash", stored.hash);
  append_entry(object.key("entry"), stored.entry, names);
  std::string& bytes = object.key("bytes");
  bytes.push_back('"');
  base::append_hex(bytes, stored.bytes);
  bytes.push_back('"');
  object.close();
  exchange.reply(200, kJson);
}

struct FoundEntry {
  std::optional<engine::StoredEntry> stored;
  Names names;
};

FoundEntry with_names(const View& view, std::optional<engine::StoredEntry> stored) {
  FoundEntry found{std::move(stored), {}};
  if (found.stored) {
    found.names.want(found.stored->entry);
    found.names.look_up(view);
  }
  return found;
}

void append_history_row(std::string& out, const engine::HistoryRow& row) {
  ObjectWriter object(out);
  object.number("sequence", row.sequence.value())
      .time("time", row.time)
      .date("business_date", row.business_date)
      .text("flow", domain::name_of(row.flow))
      .text("command_id", row.command_id)
      .signed_number("debits", row.debits)
      .signed_number("credits", row.credits)
      .signed_number("balance", row.balance)
      .signed_number("debits_pending", row.debits_pending)
      .signed_number("credits_pending", row.credits_pending);
  object.close();
}

}  // namespace

void handle_account(Core& core, const ExchangePtr& exchange, const std::string& code) {
  const Query query(exchange->request().query, {});
  if (!usable(*exchange, code, query)) return;
  ask(
      core, exchange, [code](const View& view) { return account_now(view, code); }, reply_account);
}

void handle_balance(Core& core, const ExchangePtr& exchange, const std::string& code) {
  Query query(exchange->request().query, {"at", "date"});
  const auto at = query.number("at", 1, kAnySequence);
  const auto date = query.date("date");
  if (at && date) query.fail("give 'at' or 'date', not both");
  if (!usable(*exchange, code, query)) return;
  ask(
      core, exchange,
      [code, at, date](const View& view) {
        if (at) return view.account_at(code, base::Sequence(*at));
        if (date) return view.account_on(code, *date);
        return account_now(view, code);
      },
      reply_account);
}

void handle_history(Core& core, const ExchangePtr& exchange, const std::string& code) {
  Query query(exchange->request().query, {"cursor", "limit", "order"});
  const std::uint64_t cursor = query.number("cursor", 0, kAnySequence).value_or(0);
  const std::uint64_t limit = query.number("limit", 1, kPageMax).value_or(kPage);
  const bool older_first = query.word("order", {"desc", "asc"}) == 1;
  if (!usable(*exchange, code, query)) return;
  using Rows = base::Result<std::vector<engine::HistoryRow>, base::Fault>;
  ask(
      core, exchange,
      [=](const View& view) {
        return view.history(code, base::Sequence(cursor), limit, older_first);
      },
      [code, limit](Exchange& to, const Rows& rows) {
        if (!rows) {
          reply_fault(to, rows.error());
          return;
        }
        ObjectWriter object(to.body());
        object.text("account", code);
        std::string& out = object.key("rows");
        out.push_back('[');
        Commas commas;
        for (const engine::HistoryRow& row : *rows) {
          commas.next(out);
          append_history_row(out, row);
        }
        out.push_back(']');
        // A full page may have more behind it; its last row is the place to go on.
        if (rows->size() == limit) object.number("next_cursor", rows->back().sequence.value());
        object.close();
        to.reply(200, kJson);
      });
}

void handle_owner(Core& core, const ExchangePtr& exchange, const std::string& code) {
  const Query query(exchange->request().query, {});
  if (!usable(*exchange, code, query)) return;
  ask(
      core, exchange, [code](const View& view) { return view.owner(code); },
      [code](Exchange& to, const std::optional<engine::OwnerView>& owner) {
        if (!owner) {
          reply_not_found(to, "owner " + code);
          return;
        }
        append_owner(to.body(), *owner);
        to.reply(200, kJson);
      });
}

void handle_owners(Core& core, const ExchangePtr& exchange, const std::string&) {
  Query query(exchange->request().query, {"after", "limit"});
  const std::uint64_t after = query.number("after", 0, kAnySequence).value_or(0);
  const std::uint64_t limit = query.number("limit", 1, kPageMax).value_or(kPage);
  if (query.error()) {
    reply_bad_parameter(*exchange, *query.error());
    return;
  }
  ask(
      core, exchange, [=](const View& view) { return view.owners(after, limit); },
      [after, limit](Exchange& to, const std::vector<std::string>& owners) {
        ObjectWriter object(to.body());
        std::string& out = object.key("owners");
        out.push_back('[');
        Commas commas;
        for (const std::string& owner : owners) {
          commas.next(out);
          append_string(out, owner);
        }
        out.push_back(']');
        // Owners are numbered without gaps, so the place to go on is known.
        if (owners.size() == limit) object.number("next_after", after + limit);
        object.close();
        to.reply(200, kJson);
      });
}

void handle_entry(Core& core, const ExchangePtr& exchange, const std::string& text) {
  const Query none(exchange->request().query, {});
  Query number("sequence=" + text, {"sequence"});
  const auto sequence = number.number("sequence", 1, kAnySequence);
  if (none.error() || !sequence) {
    reply_bad_parameter(*exchange, none.error() ? *none.error() : "a sequence is 1, 2, 3, ...");
    return;
  }
  ask(
      core, exchange,
      [sequence](const View& view) {
        return with_names(view, view.entry(base::Sequence(*sequence)));
      },
      [sequence](Exchange& to, const FoundEntry& found) {
        if (!found.stored) {
          reply_not_found(to, fmt::format("entry {}", *sequence));
        } else {
          reply_entry(to, *found.stored, found.names);
        }
      });
}

void handle_command(Core& core, const ExchangePtr& exchange, const std::string& id) {
  const Query query(exchange->request().query, {});
  if (!usable(*exchange, id, query)) return;
  ask(
      core, exchange,
      [id](const View& view) { return with_names(view, view.entry_by_command(id)); },
      [id](Exchange& to, const FoundEntry& found) {
        if (!found.stored) {
          reply_not_found(to, "command " + id);
        } else {
          reply_entry(to, *found.stored, found.names);
        }
      });
}

void handle_project(Core& core, const ExchangePtr& exchange, const std::string& code) {
  const Query query(exchange->request().query, {});
  if (!usable(*exchange, code, query)) return;
  ask(
      core, exchange, [code](const View& view) { return view.project(code); },
      [code](Exchange& to, const std::optional<engine::ProjectView>& project) {
        if (!project) {
          reply_not_found(to, "project " + code);
          return;
        }
        append_project(to.body(), *project);
        to.reply(200, kJson);
      });
}

}  // namespace ledger::server
