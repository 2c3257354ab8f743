// Opening: load the projections as of their mark, then fold the journal from there on.
#include <fmt/format.h>

#include "ledger/base/bytes.h"
#include "ledger/engine/impl.h"
#include "ledger/journal/block.h"

namespace ledger::engine {
namespace {

using base::fail;
using base::ok;
using store::Column;
using Done = base::Result<base::Ok, base::Fault>;

base::Fault bad_record(std::string_view column, std::string_view key) {
  return base::corruption(
      fmt::format("projection {}: bad record of key {}", column,
                  key.size() == 8 ? std::to_string(base::get_key(key)) : std::string(key)));
}

// Reads a column of records with dense or sparse numeric keys; `take` gets id and record.
template <typename Record, typename Decode, typename Take>
Done load_column(const store::Store& store, Column column, std::string_view name, Decode decode,
                 Take take) {
  std::optional<base::Fault> fault;
  auto done = store.scan(column, "", [&](std::string_view key, std::string_view value) {
    std::optional<Record> record = decode(value);
    if (!record || (key.size() == 8 && !take(base::get_key(key), *std::move(record)))) {
      fault = bad_record(name, key);
    }
    return !fault.has_value();
  });
  if (!done) return done;
  if (fault) return fail(*fault);
  return ok;
}

}  // namespace

Done Engine::Impl::recover() {
  auto value = store->get(Column::kMeta, kMarkKey);
  if (!value) return fail(value.error());
  if (*value) {
    const auto mark = decode_mark(**value);
    if (!mark) return fail(bad_record("meta", kMarkKey));
    if (auto done = load_projections(*mark); !done) return done;
  } else {
    // No mark: whatever lies in the columns is of no use (an interrupted rebuild).
    if (auto done = store->drop_projections(); !done) return done;
    head = journal::chain_start();
  }
  run = std::make_shared<FoldRun>(state.next_hold(), options.fold_rows);
  run_began = std::chrono::steady_clock::now();
  folded_through = state.sequence().value();
  if (auto done = replay(); !done) return done;
  if (!state.has_profile()) return fail(base::not_found(options.path + ": the journal is empty"));
  publish_profile();
  durable = state.sequence().value();
  return ok;
}

Done Engine::Impl::load_projections(const Mark& mark) {
  auto parsed = domain::Profile::parse(mark.profile);
  if (!parsed) return fail(base::corruption("mark: " + parsed.error().message));
  state.load_profile(*std::move(parsed));
  if (!tree.load(mark.tree)) return fail(bad_record("meta", kMarkKey));
  head = mark.head;

  // Accounts get their fixed part from their owner and their counters from their own column.
  std::vector<domain::Account> accounts;
  auto done = load_column<domain::Owner>(
      *store, Column::kOwners, "owners", decode_owner, [&](std::uint64_t id, domain::Owner owner) {
        const auto& kinds = state.profile().kinds();
        if (id != state.owner_count() + 1 || owner.kind >= kinds.size() ||
            owner.first_account != accounts.size() + 1) {
          return false;
        }
        for (std::uint16_t i = 0; i < owner.account_count; ++i) {
          domain::Account a;
          a.owner = id;
          a.class_index =
              state.profile().class_index(kinds[owner.kind].accounts[i].account_class).value_or(0);
          a.currency_index = owner.currency;
          a.position = i;
          accounts.push_back(a);
        }
        state.load_owner(base::ClientId(id), std::move(owner));
        return true;
      });
  if (!done) return done;
  done = load_column<Counters>(*store, Column::kAccounts, "accounts", decode_counters,
                               [&](std::uint64_t id, const Counters& c) {
                                 if (id != state.account_count() + 1 || id > accounts.size()) {
                                   return false;
                                 }
                                 domain::Account a = accounts[id - 1];
                                 a.debits_posted = c.debits_posted;
                                 a.credits_posted = c.credits_posted;
                                 a.debits_pending = c.debits_pending;
                                 a.credits_pending = c.credits_pending;
                                 state.load_account(base::AccountId(id), a);
                                 return true;
                               });
  if (!done) return done;
  if (state.account_count() != accounts.size()) {
    return fail(base::corruption("projection accounts: some are missing"));
  }
  done = load_column<domain::Hold>(*store, Column::kHolds, "holds", decode_hold,
                                   [&](std::uint64_t id, domain::Hold hold) {
                                     if (hold.id.value() != id) return false;
                                     state.load_hold(std::move(hold));
                                     return true;
                                   });
  if (!done) return done;
  done = load_column<domain::Project>(*store, Column::kProjects, "projects", decode_project,
                                      [&](std::uint64_t id, domain::Project project) {
                                        if (id != state.project_count() + 1) return false;
                                        state.load_project(std::move(project));
                                        return true;
                                      });
  if (!done) return done;
  std::optional<base::Fault> fault;
  done = store->scan(Column::kProposals, "", [&](std::string_view key, std::string_view value) {
    auto proposal = decode_proposal(value);
    if (!proposal) fault = bad_record("proposals", key);
    if (proposal) state.load_proposal(*std::move(proposal));
    return !fault.has_value();
  });
  if (!done) return done;
  if (fault) return fail(*fault);
  done = store->scan(Column::kMeta, "day", [&](std::string_view key, std::string_view value) {
    if (!key.starts_with("day") || key.size() != 11 || value.size() != 8) return false;
    const auto date =
        base::Date::from_yyyymmdd(static_cast<std::uint32_t>(base::get_key(key.substr(3))));
    if (date) days[*date] = base::Sequence(base::get_key(value));
    return true;
  });
  state.load_position(mark.sequence, mark.time, mark.business_date, mark.next_hold, mark.switches);
  return done;
}

Done Engine::Impl::replay() {
  std::optional<base::Fault> fault;
  domain::Entry entry;
  domain::Touched touched;
  const auto take_record = [&](const journal::Record& record) -> std::optional<base::Fault> {
    const std::uint64_t expected = state.sequence().value() + 1;
    const auto at = [&](std::string_view what) {
      return base::corruption(fmt::format("journal entry {}: {}", expected, what));
    };
    if (auto done = domain::decode(record.entry, entry); !done) return at(done.error().message);
    if (entry.sequence.value() < expected) return std::nullopt;  // folded already
    if (entry.sequence.value() != expected) return at("is missing");
    if (sha.hash(head.view(), record.entry) != record.hash) return at("hash differs");
    // Claims that an entry changes must be in memory first.
    for (const domain::ClaimChange& change : entry.claims) {
      if (auto done = load_claims(change.project); !done) return done.error();
    }
    if (auto done = state.apply(entry, &touched); !done) return done.error();
    head = record.hash;
    tree.append(record.entry);
    counters_after(touched, entry_after);
    note_effects(entry, entry_after, hash_of(entry.command_id));
    run->add_objects(state, touched);
    return std::nullopt;
  };
  auto done = store->scan_journal(base::next(state.sequence()), [&](const store::Block& block) {
    journal::RecordReader records(block.bytes);
    while (!records.at_end() && !fault) {
      const auto record = records.next();
      fault = record ? take_record(*record) : std::optional(record.error());
    }
    if (!fault && run->rows() >= options.fold_rows) {
      // The fold thread is not running yet: what is replayed is durable, so fold it here.
      seal_run();
      auto folded = store->ingest([&](store::RunWriter& out) { live.front()->write(out); });
      if (!folded) fault = folded.error();
      folded_through = live.front()->mark().sequence.value();
      live.clear();
      to_fold.clear();
      live_rows = 0;
    }
    return !fault.has_value();
  });
  if (!done) return done;
  if (fault) return fail(*fault);
  group_touched.clear();
  return ok;
}

Done Engine::Impl::load_claims(base::ProjectId project) {
  if (state.claims_loaded(project)) return ok;
  std::vector<domain::Claim> claims;
  std::optional<base::Fault> fault;
  auto done = store->scan_prefix(Column::kClaims, number_key(project.value()),
                                 [&](std::string_view key, std::string_view value) {
                                   auto claim = decode_claim(value);
                                   if (!claim) fault = bad_record("claims", key);
                                   if (claim) claims.push_back(*claim);
                                   return !fault.has_value();
                                 });
  if (!done) return done;
  if (fault) return fail(*fault);
  state.load_claims(project, std::move(claims));
  return ok;
}

}  // namespace ledger::engine
