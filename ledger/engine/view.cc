// Reads on the decide thread: present values from the state, past ones from live runs and history.
#include <algorithm>

#include <fmt/format.h>

#include "ledger/base/bytes.h"
#include "ledger/engine/impl.h"

namespace ledger::engine {
namespace {

using base::fail;
using base::Fault;
using domain::State;

AccountView fixed_part(const State& state, base::AccountId id) {
  const domain::Account& a = state.account(id);
  const domain::AccountClass& c = state.profile().classes()[a.class_index];
  AccountView view;
  view.id = id;
  view.code = state.account_code(id);
  view.owner = state.owner(base::ClientId(a.owner)).code;
  view.account_class = c.number;
  view.class_name = c.name;
  view.currency = state.profile().currencies()[a.currency_index];
  view.debit_normal = c.debit_normal;
  return view;
}

// Pending debits restrict what is not itemised; elsewhere every fen has its hold anyway.
void fill_counters(const State& state, AccountView& view, const Counters& c, base::Sequence as_of) {
  view.debits_posted = c.debits_posted;
  view.credits_posted = c.credits_posted;
  view.debits_pending = c.debits_pending;
  view.credits_pending = c.credits_pending;
  const std::int64_t credit = c.credits_posted - c.debits_posted;
  view.balance = view.debit_normal ? -credit : credit;
  const auto class_index = state.profile().class_index(view.account_class);
  const bool itemised = class_index && state.profile().classes()[*class_index].itemised;
  const std::int64_t restricted = itemised ? 0 : view.debits_pending;
  view.usable = std::max<std::int64_t>(0, view.balance - restricted);
  view.as_of = as_of;
}

struct Row {
  std::uint64_t sequence = 0;
  Counters after;
};

}  // namespace

std::optional<AccountView> Engine::View::account(std::string_view code) const {
  const auto id = impl_.state.find_account(code);
  if (!id) return std::nullopt;
  AccountView view = fixed_part(impl_.state, *id);
  fill_counters(impl_.state, view, counters_of(impl_.state.account(*id)), impl_.state.sequence());
  return view;
}

// Rows of an account with sequences <= `at`, newest first, until `take` returns false.
template <typename Take>
static base::Result<base::Ok, Fault> rows_back(const std::deque<std::shared_ptr<FoldRun>>& live,
                                               const FoldRun& run, const store::Store& store,
                                               std::uint64_t account, std::uint64_t at, Take take) {
  bool more = true;
  std::uint64_t below = at;  // rows seen so far are above it
  const auto take_item = [&](const HistoryItem& item) {
    if (item.sequence > below) return true;
    below = item.sequence - 1;
    more = take(Row{item.sequence, item.after});
    return more;
  };
  run.rows_back(account, take_item);
  for (auto sealed = live.rbegin(); more && sealed != live.rend(); ++sealed) {
    (*sealed)->rows_back(account, take_item);
  }
  if (!more) return base::ok;
  std::optional<Fault> fault;
  const std::string prefix = number_key(account);
  auto done =
      store.scan_back(store::Column::kHistory, history_key(account, below),
                      [&](std::string_view key, std::string_view value) {
                        if (!key.starts_with(prefix) || key.size() != 16) return false;
                        const auto counters = decode_counters(value);
                        if (!counters) {
                          fault = base::corruption(fmt::format("history of account {}", account));
                          return false;
                        }
                        return take(Row{base::get_key(key.substr(8)), *counters});
                      });
  if (!done) return done;
  if (fault) return fail(*fault);
  return base::ok;
}

base::Result<AccountView, Fault> Engine::View::account_at(std::string_view code,
                                                          base::Sequence at) const {
  const auto id = impl_.state.find_account(code);
  if (!id) return fail(base::not_found(fmt::format("account {}", code)));
  if (at > impl_.state.sequence()) {
    return fail(base::not_found(fmt::format("sequence {}", at.value())));
  }
  AccountView view = fixed_part(impl_.state, *id);
  std::optional<Counters> found;
  auto done =
      rows_back(impl_.live, *impl_.run, *impl_.store, id->value(), at.value(), [&](const Row& row) {
        found = row.after;
        return false;
      });
  if (!done) return fail(done.error());
  if (!found) {
    return fail(base::not_found(fmt::format("account {} at sequence {}", code, at.value())));
  }
  fill_counters(impl_.state, view, *found, at);
  return view;
}

base::Result<AccountView, Fault> Engine::View::account_on(std::string_view code,
                                                          base::Date date) const {
  const auto day = impl_.days.find(date);
  if (day == impl_.days.end()) {
    return fail(base::not_found(fmt::format("business date {} is not closed", format(date))));
  }
  return account_at(code, day->second);
}

base::Result<std::vector<HistoryRow>, Fault> Engine::View::history(std::string_view code,
                                                                   base::Sequence cursor,
                                                                   std::size_t limit,
                                                                   bool older_first) const {
  const auto id = impl_.state.find_account(code);
  if (!id) return fail(base::not_found(fmt::format("account {}", code)));
  const bool debit_normal = fixed_part(impl_.state, *id).debit_normal;
  const std::uint64_t newest =
      older_first || cursor.is_none() ? impl_.state.sequence().value() : cursor.value() - 1;
  // One row more than asked for: the difference to it is what the oldest row's entry did.
  std::deque<Row> rows;
  bool cut = false;
  auto done =
      rows_back(impl_.live, *impl_.run, *impl_.store, id->value(), newest, [&](const Row& row) {
        rows.push_back(row);
        if (older_first) return row.sequence > cursor.value();
        cut = rows.size() > limit;
        return !cut;
      });
  if (!done) return fail(done.error());
  std::vector<HistoryRow> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const Counters before = i + 1 < rows.size() ? rows[i + 1].after : Counters();
    if (older_first ? row.sequence <= cursor.value() : cut && i == limit) break;
    HistoryRow& h = out.emplace_back();
    h.sequence = base::Sequence(row.sequence);
    h.debits = row.after.debits_posted - before.debits_posted;
    h.credits = row.after.credits_posted - before.credits_posted;
    const std::int64_t credit = row.after.credits_posted - row.after.debits_posted;
    h.balance = debit_normal ? -credit : credit;
    h.debits_pending = row.after.debits_pending;
    h.credits_pending = row.after.credits_pending;
  }
  if (older_first) {
    std::reverse(out.begin(), out.end());
    if (out.size() > limit) out.resize(limit);
  }
  for (HistoryRow& h : out) {
    const auto stored = impl_.read_entry(h.sequence);
    if (!stored) return fail(base::corruption(fmt::format("entry {}", h.sequence.value())));
    h.time = stored->entry.time;
    h.business_date = stored->entry.business_date;
    h.flow = stored->entry.flow;
    h.command_id = stored->entry.command_id;
  }
  return out;
}

std::optional<StoredEntry> Engine::View::entry(base::Sequence sequence) const {
  return impl_.read_entry(sequence);
}

std::optional<StoredEntry> Engine::View::entry_by_command(std::string_view id) const {
  return impl_.find_command(id, hash_of(id));
}

std::optional<ProjectView> Engine::View::project(std::string_view code) const {
  const auto id = impl_.state.find_project(code);
  if (!id) return std::nullopt;
  if (auto loaded = impl_.load_claims(*id); !loaded) {
    impl_.read_fault = loaded.error();
    return std::nullopt;
  }
  impl_.claims_used.try_emplace(id->value(), 0);
  ProjectView view;
  view.project = impl_.state.project(*id);
  view.borrower = owner_code(view.project.borrower);
  if (!view.project.guarantor.is_none()) view.guarantor = owner_code(view.project.guarantor);
  for (const domain::Claim& claim : impl_.state.claims(*id)) {
    view.claims.emplace_back(owner_code(claim.holder), claim);
  }
  for (const domain::Recovery& recovery : view.project.recoveries) {
    view.recoveries.emplace_back(owner_code(recovery.holder), recovery);
  }
  return view;
}

std::vector<std::string> Engine::View::owners(std::uint64_t after, std::size_t limit) const {
  std::vector<std::string> codes;
  for (std::uint64_t id = after + 1; id <= impl_.state.owner_count() && codes.size() < limit;
       ++id) {
    codes.push_back(owner_code(base::ClientId(id)));
  }
  return codes;
}

TrialBalance Engine::View::trial_balance() const {
  return {impl_.state.business_date(), impl_.state.sequence(), impl_.state.class_totals()};
}

base::Result<TrialBalance, Fault> Engine::View::trial_balance_on(base::Date date) const {
  const auto day = impl_.days.find(date);
  const auto stored = day == impl_.days.end() ? std::nullopt : impl_.read_entry(day->second);
  if (!stored || stored->entry.cut_offs.empty()) {
    return fail(base::not_found(fmt::format("business date {} is not closed", format(date))));
  }
  return TrialBalance{date, day->second, stored->entry.cut_offs.front().totals};
}

Status Engine::View::status() const {
  Status s;
  s.head = impl_.state.sequence();
  s.head_hash = impl_.head;
  s.tree_size = impl_.tree.size();
  s.tree_root = impl_.tree.root();
  s.business_date = impl_.state.business_date();
  s.accounts = impl_.state.account_count();
  s.owners = impl_.state.owner_count();
  s.projects = impl_.state.project_count();
  s.open_holds = impl_.state.open_hold_count();
  s.profile = impl_.state.profile().name();
  s.profile_version = impl_.state.profile().version();
  const std::lock_guard lock(impl_.mutex);
  s.folded_through = base::Sequence(impl_.folded_through);
  s.read_only = impl_.read_only;
  s.read_only_reason = impl_.read_only_reason;
  return s;
}

std::string Engine::View::account_code(base::AccountId id) const {
  return impl_.state.account_code(id);
}
std::string Engine::View::project_code(base::ProjectId id) const {
  return impl_.state.project(id).code;
}
std::string Engine::View::owner_code(base::ClientId id) const { return impl_.state.owner(id).code; }

}  // namespace ledger::engine
