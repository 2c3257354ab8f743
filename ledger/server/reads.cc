// The GETs on accounts, owners, entries, projects, holds and the trial balance.
#include <optional>

#include <fmt/format.h>

#include "ledger/base/hex.h"
#include "ledger/domain/command.h"
#include "ledger/server/ask.h"
#include "ledger/server/entry_json.h"
#include "ledger/server/json_text.h"
#include "ledger/server/query.h"

namespace ledger::server {
namespace {

using engine::AccountView;
using View = engine::Engine::View;

constexpr std::uint64_t kPageMax = 1'000;
constexpr std::uint64_t kPage = 100;
constexpr std::uint64_t kAnySequence = std::uint64_t{1} << 62;

// Codes are checked before they are echoed or looked up; false: the answer is given.
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

void append_account(std::string& out, const AccountView& account) {
  ObjectWriter object(out);
  object.text("code", account.code)
      .text("owner", account.owner)
      .number("class", account.account_class)
      .text("class_name", account.class_name)
      .text("currency", account.currency.code())
      .number("minor_digits", static_cast<std::uint64_t>(account.currency.minor_digits()))
      .text("normal_side", account.debit_normal ? "debit" : "credit")
      .signed_number("balance", account.balance)
      .signed_number("debits_posted", account.debits_posted)
      .signed_number("credits_posted", account.credits_posted)
      .signed_number("debits_pending", account.debits_pending)
      .signed_number("credits_pending", account.credits_pending)
      .number("as_of", account.as_of.value());
  object.close();
}

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

void append_project(std::string& out, const engine::ProjectView& view) {
  const domain::Project& project = view.project;
  ObjectWriter object(out);
  object.text("code", project.code)
      .text("borrower", view.borrower)
      .text("state", domain::name_of(project.state))
      .signed_number("target", project.target.minor())
      .digest("contract_hash", project.contract)
      .signed_number("frozen", project.frozen)
      .signed_number("disbursed", project.disbursed)
      .signed_number("repaid", project.repaid)
      .signed_number("outstanding", project.outstanding())
      .signed_number("interest_paid", project.interest_paid)
      .signed_number("fees", project.fees)
      .number("open_bids", project.bids.size())
      .number("instalments_paid", project.instalments_paid);
  object.key("instalments").push_back('[');
  Commas commas;
  for (const domain::Instalment& one : project.instalments) {
    commas.next(out);
    ObjectWriter row(out);
    row.date("due", one.due)
        .signed_number("principal", one.principal.minor())
        .signed_number("interest", one.interest.minor());
    row.close();
  }
  out.push_back(']');
  object.key("claims").push_back('[');
  Commas between;
  for (const auto& [holder, claim] : view.claims) {
    between.next(out);
    ObjectWriter row(out);
    row.text("holder", holder)
        .signed_number("principal", claim.principal)
        .signed_number("principal_paid", claim.principal_paid)
        .signed_number("interest_paid", claim.interest_paid);
    row.close();
  }
  out.push_back(']');
  object.close();
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
      [code](Exchange& to, const std::optional<std::vector<AccountView>>& accounts) {
        if (!accounts) {
          reply_not_found(to, "owner " + code);
          return;
        }
        ObjectWriter object(to.body());
        object.text("owner", code);
        std::string& out = object.key("accounts");
        out.push_back('[');
        Commas commas;
        for (const AccountView& account : *accounts) {
          commas.next(out);
          append_account(out, account);
        }
        out.push_back(']');
        object.close();
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

void handle_hold(Core& core, const ExchangePtr& exchange, const std::string& order) {
  using enum domain::HoldKind;
  constexpr domain::HoldKind kKinds[] = {
      kBid, kRepayment, kWithdrawal, kWithdrawTransit, kDepositTransit, kFee};
  Query query(exchange->request().query, {"kind"});
  const std::size_t at =
      query.word("kind", {domain::name_of(kBid), domain::name_of(kRepayment),
                          domain::name_of(kWithdrawal), domain::name_of(kWithdrawTransit),
                          domain::name_of(kDepositTransit), domain::name_of(kFee)});
  if (query.find("kind") == nullptr) query.fail("parameter 'kind' is missing");
  if (!usable(*exchange, order, query)) return;
  const domain::HoldKind kind = kKinds[at];
  ask(
      core, exchange, [order, kind](const View& view) { return view.hold(order, kind); },
      [order](Exchange& to, const std::optional<engine::HoldView>& view) {
        if (!view) {
          reply_not_found(to, "no open hold of order " + order);
          return;
        }
        ObjectWriter object(to.body());
        object.text("order", view->hold.order)
            .text("kind", domain::name_of(view->hold.kind))
            .number("id", view->hold.id.value())
            .text("account", view->account)
            .text("beneficiary", view->beneficiary)
            .signed_number("remaining", view->hold.remaining);
        if (!view->project.empty()) object.text("project", view->project);
        if (view->hold.instalment != 0) object.number("instalment", view->hold.instalment);
        if (!view->hold.fee_rule.empty()) object.text("fee_rule", view->hold.fee_rule);
        object.close();
        to.reply(200, kJson);
      });
}

}  // namespace ledger::server
