// rebuild: what the projections say against a fresh fold of the journal up to their mark. Nothing
// is changed.
#include <fmt/format.h>

#include <map>

#include "ledger/base/bytes.h"
#include "ledger/engine/projection.h"
#include "ledger/store/store.h"
#include "recon/json.h"
#include "tools/recon_commands.h"

namespace tools {

namespace base = ledger::base;
namespace domain = ledger::domain;
namespace engine = ledger::engine;
using ledger::store::Column;
using recon::Faulty;
using Rows = std::map<std::string, std::string>;

namespace {

struct Compared {
  std::string_view name;
  std::uint64_t rows = 0;
  std::uint64_t different = 0;
  std::string first;  // key of the first difference
};

void count_difference(Compared& compared, std::string_view key) {
  if (compared.different++ == 0) {
    compared.first = key.size() == 8 ? std::to_string(base::get_key(key)) : std::string(key);
  }
}

// Every row on either side must be on the other with the same bytes.
Faulty<Compared> compare(const ledger::store::Store& store, Column column, std::string_view name,
                         const Rows& expected) {
  Compared compared{name, expected.size(), 0, ""};
  std::uint64_t found = 0;
  auto scanned = store.scan(column, "", [&](std::string_view key, std::string_view value) {
    const auto at = expected.find(std::string(key));
    if (at == expected.end()) {
      count_difference(compared, key);
    } else {
      ++found;
      if (at->second != value) count_difference(compared, key);
    }
    return true;
  });
  if (!scanned) return base::fail(std::move(scanned.error()));
  if (found < expected.size()) {
    for (const auto& [key, value] : expected) {
      auto there = store.get(column, key);
      if (!there) return base::fail(std::move(there.error()));
      if (!*there) count_difference(compared, key);
    }
  }
  return compared;
}

Rows account_rows(const domain::State& state) {
  Rows rows;
  for (std::uint64_t id = 1; id <= state.account_count(); ++id) {
    rows[engine::number_key(id)] =
        engine::encode(engine::counters_of(state.account(base::AccountId(id))));
  }
  return rows;
}
Rows owner_rows(const domain::State& state) {
  Rows rows;
  for (std::uint64_t id = 1; id <= state.owner_count(); ++id) {
    rows[engine::number_key(id)] = engine::encode(state.owner(base::ClientId(id)));
  }
  return rows;
}
Rows hold_rows(const domain::State& state) {
  Rows rows;
  for (const domain::Hold* hold : state.open_holds()) {
    rows[engine::number_key(hold->id.value())] = engine::encode(*hold);
  }
  return rows;
}
Rows project_rows(const domain::State& state) {
  Rows rows;
  for (std::uint64_t id = 1; id <= state.project_count(); ++id) {
    rows[engine::number_key(id)] = engine::encode(state.project(base::ProjectId(id)));
  }
  return rows;
}
Rows claim_rows(const domain::State& state) {
  Rows rows;
  for (std::uint64_t id = 1; id <= state.project_count(); ++id) {
    const base::ProjectId project(id);
    if (!state.claims_loaded(project)) continue;
    for (const domain::Claim& claim : state.claims(project)) {
      rows[engine::claim_key(project, claim.holder)] = engine::encode(claim);
    }
  }
  return rows;
}

Faulty<std::vector<Compared>> compare_all(const ledger::store::Store& store,
                                          const domain::State& state, const Rows& proposals) {
  std::vector<Compared> out;
  const auto add = [&](Column column, std::string_view name, const Rows& rows) {
    auto compared = compare(store, column, name, rows);
    if (compared) out.push_back(*compared);
    return compared;
  };
  if (auto c = add(Column::kOwners, "owners", owner_rows(state)); !c) return base::fail(c.error());
  if (auto c = add(Column::kAccounts, "accounts", account_rows(state)); !c) {
    return base::fail(c.error());
  }
  if (auto c = add(Column::kHolds, "holds", hold_rows(state)); !c) return base::fail(c.error());
  if (auto c = add(Column::kProjects, "projects", project_rows(state)); !c) {
    return base::fail(c.error());
  }
  if (auto c = add(Column::kClaims, "claims", claim_rows(state)); !c) return base::fail(c.error());
  if (auto c = add(Column::kProposals, "proposals", proposals); !c) return base::fail(c.error());
  return out;
}

void print_result(const ReconArguments& args, std::uint64_t through, std::uint64_t entries,
                  const std::vector<Compared>& compared) {
  recon::Json json;
  json.open('{').field("projected_through", through).field("entries", entries);
  json.key("compared").open('[');
  std::string text =
      fmt::format("journal {} entries, projections through entry {}\n", entries, through);
  for (const Compared& c : compared) {
    json.open('{').field("projection", c.name).field("rows", c.rows);
    json.field("different", c.different).field("first", c.first).close('}');
    text += fmt::format("  {:<12}{:>12} compared {:>10} different{}\n", c.name, c.rows, c.different,
                        c.different == 0 ? "" : ", first " + c.first);
  }
  json.close(']').close('}');
  fmt::print("{}", args.json ? json.str() + "\n" : text);
}

}  // namespace

int recon_rebuild(const ReconArguments& args) {
  auto store = ledger::store::Store::open(args.ledger, ledger::store::Mode::kReadOnly);
  if (!store) return fail_with(args, store.error());
  auto bytes = (*store)->get(Column::kMeta, engine::kMarkKey);
  if (!bytes) return fail_with(args, bytes.error());
  const auto mark = *bytes ? engine::decode_mark(**bytes) : std::nullopt;
  if (*bytes && !mark) return fail_with(args, base::corruption("projections: unreadable mark"));
  const std::uint64_t through = mark ? mark->sequence.value() : 0;

  recon::LedgerView view(args.control_account);
  const auto& verifier = view.verifier();
  const auto source = folder_journal(args.ledger);
  std::optional<std::vector<Compared>> compared;
  std::optional<base::Fault> fault;
  Rows proposals;
  const auto loaded = load(*source, view, [&](const domain::Entry& entry) {
    for (const auto& step : entry.reversals) {
      proposals[step.proposal] = engine::encode(*verifier.state().find_proposal(step.proposal));
    }
    if (entry.sequence.value() != through) return true;
    auto all = compare_all(**store, verifier.state(), proposals);
    if (all) {
      compared = std::move(*all);
    } else {
      fault = all.error();
    }
    if (mark->head != verifier.head()) {
      fault = base::corruption("projections: their mark is of another journal");
    }
    return !fault.has_value();
  });
  if (!loaded) return fail_with(args, loaded.error());
  if (fault) return fail_with(args, *fault);
  if (through > 0 && !compared) {
    return fail_with(args, base::corruption(fmt::format(
                               "projections: go through entry {}, the journal ends with {}",
                               through, verifier.entries())));
  }
  print_result(args, through, verifier.entries(), compared.value_or(std::vector<Compared>()));
  for (const Compared& c : compared.value_or(std::vector<Compared>())) {
    if (c.different > 0) return kExitIntegrity;
  }
  return kExitClean;
}

}  // namespace tools
