// verify, tb, control, minbal: what needs the journal only.
#include <fmt/format.h>

#include <map>

#include "ledger/journal/block.h"
#include "ledger/journal/verifier.h"
#include "ledger/store/store.h"
#include "recon/json.h"
#include "recon/ledger_report.h"
#include "tools/recon_commands.h"

namespace tools {

namespace base = ledger::base;
namespace domain = ledger::domain;
using recon::Faulty;

namespace {

Faulty<std::optional<ledger::journal::Retained>> checkpoint_of(const ReconArguments& args) {
  if (args.head.empty() && args.root.empty()) {
    return std::optional<ledger::journal::Retained>();
  }
  ledger::journal::Retained retained;
  retained.entries = args.size;
  for (const auto& [text, digest] :
       {std::pair(&args.head, &retained.head), std::pair(&args.root, &retained.tree_root)}) {
    if (text->empty()) continue;
    *digest = ledger::crypto::Digest::from_hex(*text);
    if (!*digest) return base::fail(base::invalid("--head and --root are 64 hex digits"));
  }
  if (args.size == 0) return base::fail(base::invalid("--head and --root need --size"));
  return std::optional(retained);
}

// Journal, checkpoint, and for a data folder every checksum of its files.
Faulty<base::Ok> verify_all(const ReconArguments& args, recon::LedgerView& view) {
  auto retained = checkpoint_of(args);
  if (!retained) return base::fail(std::move(retained.error()));
  auto open = open_journal(args);
  if (!open) return base::fail(std::move(open.error()));
  std::optional<ledger::journal::Violation> differs;
  auto loaded = load(*open->source, view, [&](const domain::Entry& entry) {
    if (*retained && entry.sequence.value() == (*retained)->entries) {
      differs = view.verifier().compare(**retained);
    }
    return !differs.has_value();
  });
  if (!loaded) return loaded;
  if (differs) {
    return base::fail(
        base::corruption(fmt::format("entry {}: {}", differs->sequence, differs->what)));
  }
  const std::uint64_t entries = view.verifier().entries();
  if (*retained && entries < (*retained)->entries) {
    return base::fail(
        base::corruption(fmt::format("entry {}: missing, a checkpoint of {} entries was kept",
                                     entries + 1, (*retained)->entries)));
  }
  if (entries == 0) return base::fail(base::not_found("the journal is empty"));
  if (args.ledger.empty() || !args.journal.empty()) return base::ok;
  auto store = ledger::store::Store::open(args.ledger, ledger::store::Mode::kReadOnly);
  if (!store) return base::fail(std::move(store.error()));
  return (*store)->verify_checksums();
}

// The state and the trial balance asked for, or the exit code.
template <typename Print>
int with_trial_balance(const ReconArguments& args, const Print& print) {
  auto open = open_journal(args);
  if (!open) return fail_with(args, open.error());
  recon::LedgerView view(args.control_account);
  if (auto loaded = load(*open->source, view); !loaded) return fail_with(args, loaded.error());
  base::Date date;
  if (!args.date.empty()) {
    const auto parsed = base::Date::parse(args.date);
    if (!parsed) return fail_with(args, base::invalid("--date " + args.date + ": not a date"));
    date = *parsed;
  }
  const auto tb = recon::trial_balance(view, date);
  if (!tb) {
    return fail_with(args, base::invalid("--date " + args.date + ": not a closed business date"));
  }
  return print(*tb);
}

}  // namespace

int recon_verify(const ReconArguments& args) {
  recon::LedgerView view(args.control_account);
  if (auto verified = verify_all(args, view); !verified) return fail_with(args, verified.error());
  auto& verifier = view.verifier();
  const std::uint64_t closed = view.closes().size();
  if (args.json) {
    recon::Json json;
    json.open('{').flag("ok", true).field("entries", verifier.entries());
    json.field("postings", verifier.postings()).field("head", verifier.head().hex());
    json.field("tree_root", verifier.tree_root().hex()).field("closed_days", closed);
    json.field("business_date", base::format(verifier.state().business_date())).close('}');
    fmt::print("{}\n", json.str());
    return kExitClean;
  }
  fmt::print("OK {} entries, {} postings, {} closed days, business date {}\n", verifier.entries(),
             verifier.postings(), closed, base::format(verifier.state().business_date()));
  fmt::print("head       {}\ntree root  {}\n", verifier.head().hex(), verifier.tree_root().hex());
  return kExitClean;
}

int recon_trial_balance(const ReconArguments& args) {
  return with_trial_balance(args, [&](const recon::TrialBalance& tb) {
    fmt::print("{}", args.json ? recon::trial_balance_json(tb) : recon::trial_balance_text(tb));
    return tb.balanced() ? kExitClean : kExitIntegrity;
  });
}

int recon_control(const ReconArguments& args) {
  return with_trial_balance(args, [&](const recon::TrialBalance& tb) {
    fmt::print("{}", args.json ? recon::control_json(tb) : recon::control_text(tb));
    for (const recon::ControlRow& row : recon::control(tb)) {
      if (!row.difference().is_zero()) return kExitIntegrity;
    }
    return kExitClean;
  });
}

// I-5: the lowest balance that any account of a class ever had, after any entry.
int recon_lowest(const ReconArguments& args) {
  struct Lowest {
    std::int64_t balance = 0;
    std::uint64_t sequence = 0;
    std::string account;
  };
  std::map<std::uint16_t, Lowest> lowest;
  auto open = open_journal(args);
  if (!open) return fail_with(args, open.error());
  recon::LedgerView view(args.control_account);
  auto loaded = load(*open->source, view, [&](const domain::Entry& entry) {
    const domain::State& state = view.verifier().state();
    for (const domain::Posting& posting : entry.postings) {
      for (const base::AccountId id : {posting.debit, posting.credit}) {
        const auto number = state.profile().classes()[state.account(id).class_index].number;
        const std::int64_t balance = state.balance(id);
        const auto [at, fresh] = lowest.try_emplace(number);
        if (!fresh && balance >= at->second.balance) continue;
        at->second = {balance, entry.sequence.value(), state.account_code(id)};
      }
    }
    return true;
  });
  if (!loaded) return fail_with(args, loaded.error());
  recon::Json json;
  json.open('[');
  bool negative = false;
  for (const auto& [number, low] : lowest) {
    negative |= low.balance < 0;
    const auto total = base::Total::from_minor(low.balance);
    if (args.json) {
      json.open('{').field("class", std::uint64_t{number}).field("lowest", total);
      json.field("account", low.account).field("sequence", low.sequence).close('}');
    } else {
      fmt::print("{:<6}{:>22}  after entry {:<12} {}\n", number,
                 base::format(total, view.currency()), low.sequence, low.account);
    }
  }
  if (args.json) fmt::print("{}\n", json.close(']').str());
  return negative ? kExitIntegrity : kExitClean;
}

}  // namespace tools
