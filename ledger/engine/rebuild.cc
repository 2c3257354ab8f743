#include "ledger/engine/rebuild.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "ledger/base/bytes.h"
#include "ledger/base/hex.h"
#include "ledger/domain/state.h"
#include "ledger/engine/projection.h"
#include "ledger/journal/block.h"
#include "ledger/journal/tree.h"
#include "ledger/store/store.h"

namespace ledger::engine {
namespace {

using base::fail;
using base::Fault;
using base::ok;
using store::Column;
using Done = base::Result<base::Ok, Fault>;

// A sum of hashes does not depend on the order of what is summed, so the millions of history rows
// need not be held or sorted to be compared.
struct Sum {
  std::uint64_t count = 0;
  base::UInt128 total = 0;
  void add(std::string_view key, std::string_view value) {
    ++count;
    const std::uint64_t low = hash_of(std::string(key) + std::string(value));
    const std::uint64_t high = hash_of(std::string(value) + std::string(key));
    total += (static_cast<base::UInt128>(high) << 64) | low;
  }
  friend bool operator==(const Sum&, const Sum&) = default;
};

class Comparison {
 public:
  explicit Comparison(const store::Store& store) : store_(store) {}

  base::Result<RebuildReport, Fault> run() {
    auto value = store_.get(Column::kMeta, kMarkKey);
    if (!value) return fail(value.error());
    if (*value) {
      mark_ = decode_mark(**value);
      if (!mark_) return fail(base::corruption("projection meta: bad mark"));
      report_.mark = mark_->sequence;
    }
    if (auto done = fold(); !done) return fail(done.error());
    if (auto done = compare(); !done) return fail(done.error());
    return report_;
  }

 private:
  Done fold() {
    std::optional<Fault> fault;
    auto done = store_.scan_journal(base::Sequence(1), [&](const store::Block& block) {
      journal::RecordReader records(block.bytes);
      while (!records.at_end() && !fault) {
        const auto record = records.next();
        fault = record ? take(*record) : std::optional(record.error());
      }
      return !fault.has_value();
    });
    if (!done) return done;
    if (fault) return fail(*fault);
    if (report_.mark > report_.journal_head) {
      return fail(base::corruption("the projections are ahead of the journal"));
    }
    return ok;
  }

  std::optional<Fault> take(const journal::Record& record) {
    const std::uint64_t expected = report_.journal_head.value() + 1;
    const auto bad = [&](std::string_view what) {
      return base::corruption(fmt::format("journal entry {}: {}", expected, what));
    };
    if (auto done = domain::decode(record.entry, entry_); !done) return bad(done.error().message);
    if (entry_.sequence.value() != expected) return bad("is missing");
    head_ = sha_.hash(head_.view(), record.entry);
    if (head_ != record.hash) return bad("hash differs");
    report_.journal_head = entry_.sequence;
    if (entry_.sequence > report_.mark) return std::nullopt;
    if (auto done = state_.apply(entry_, &touched_); !done) return done.error();
    tree_.append(record.entry);
    mark_head_ = head_;
    ids_.add(id_key(hash_of(entry_.command_id), entry_.sequence.value()), {});
    for (const base::AccountId id : touched_.accounts) {
      history_.add(history_key(id.value(), entry_.sequence.value()),
                   encode(counters_of(state_.account(id))));
    }
    for (const domain::CutOff& cut : entry_.cut_offs) {
      days_[day_key(cut.closed)] = number_key(entry_.sequence.value());
    }
    return std::nullopt;
  }

  Done compare() {
    if (auto done = compare_meta(); !done) return done;
    std::map<std::string, std::string> expected;
    for (std::uint64_t i = 1; i <= state_.owner_count(); ++i) {
      expected[number_key(i)] = encode(state_.owner(base::ClientId(i)));
    }
    if (auto done = compare_column(Column::kOwners, "owners", std::move(expected)); !done) {
      return done;
    }
    expected.clear();
    for (std::uint64_t i = 1; i <= state_.account_count(); ++i) {
      expected[number_key(i)] = encode(counters_of(state_.account(base::AccountId(i))));
    }
    if (auto done = compare_column(Column::kAccounts, "accounts", std::move(expected)); !done) {
      return done;
    }
    expected.clear();
    for (const domain::Hold* hold : state_.open_holds()) {
      expected[number_key(hold->id.value())] = encode(*hold);
    }
    if (auto done = compare_column(Column::kHolds, "holds", std::move(expected)); !done)
      return done;
    if (auto done = compare_projects(); !done) return done;
    expected.clear();
    for (const domain::Proposal* proposal : state_.proposals()) {
      expected[proposal->id] = encode(*proposal);
    }
    if (auto done = compare_column(Column::kProposals, "proposals", std::move(expected)); !done) {
      return done;
    }
    if (auto done = compare_sum(Column::kHistory, "history", history_); !done) return done;
    return compare_sum(Column::kIds, "ids", ids_);
  }

  Done compare_meta() {
    if (mark_) {
      RebuildReport::Line& line = add_line("mark", 1, 1);
      const bool same = mark_->head == mark_head_ && mark_->tree == tree_.save() &&
                        mark_->time == state_.time() && mark_->next_hold == state_.next_hold() &&
                        mark_->switches == state_.switches() &&
                        mark_->business_date == state_.business_date();
      if (!same) note(line, fmt::format("mark at {}", report_.mark.value()));
    }
    std::map<std::string, std::string> stored;
    auto done =
        store_.scan(Column::kMeta, "day", [&](std::string_view key, std::string_view value) {
          if (!key.starts_with("day")) return false;
          stored.emplace(key, value);
          return true;
        });
    if (!done) return done;
    RebuildReport::Line& line = add_line("days", days_.size(), stored.size());
    if (stored != days_) note(line, "business dates");
    return ok;
  }

  Done compare_projects() {
    std::map<std::string, std::string> projects;
    std::map<std::string, std::string> claims;
    for (std::uint64_t i = 1; i <= state_.project_count(); ++i) {
      const base::ProjectId id(i);
      projects[number_key(i)] = encode(state_.project(id));
      for (const domain::Claim& claim : state_.claims(id)) {
        claims[claim_key(id, claim.holder)] = encode(claim);
      }
    }
    auto done = compare_column(Column::kProjects, "projects", std::move(projects));
    if (!done) return done;
    return compare_column(Column::kClaims, "claims", std::move(claims));
  }

  Done compare_column(Column column, std::string_view name,
                      std::map<std::string, std::string> expected) {
    RebuildReport::Line& line = add_line(name, expected.size(), 0);
    auto done = store_.scan(column, "", [&](std::string_view key, std::string_view value) {
      ++line.stored;
      const auto at = expected.find(std::string(key));
      if (at == expected.end() || at->second != value) note(line, show(key));
      if (at != expected.end()) expected.erase(at);
      return true;
    });
    for (const auto& [key, value] : expected) note(line, show(key) + " is not stored");
    return done;
  }

  Done compare_sum(Column column, std::string_view name, const Sum& expected) {
    Sum stored;
    auto done = store_.scan(column, "", [&](std::string_view key, std::string_view value) {
      stored.add(key, value);
      return true;
    });
    RebuildReport::Line& line = add_line(name, expected.count, stored.count);
    if (stored != expected) note(line, "the sum over all rows");
    return done;
  }

  RebuildReport::Line& add_line(std::string_view name, std::uint64_t folded, std::uint64_t stored) {
    return report_.lines.emplace_back(
        RebuildReport::Line{std::string(name), folded, stored, 0, std::string()});
  }
  static void note(RebuildReport::Line& line, const std::string& what) {
    if (line.different++ == 0) line.first_difference = what;
  }
  static std::string show(std::string_view key) {
    if (key.size() == 8) return std::to_string(base::get_key(key));
    return key.size() == 16 ? base::to_hex(key) : std::string(key);
  }

  const store::Store& store_;
  std::optional<Mark> mark_;
  RebuildReport report_;
  domain::State state_;
  domain::Entry entry_;
  domain::Touched touched_;
  journal::Tree tree_;
  crypto::Sha256 sha_;
  crypto::Digest head_ = journal::chain_start();
  crypto::Digest mark_head_ = journal::chain_start();
  Sum history_;
  Sum ids_;
  std::map<std::string, std::string> days_;
};

}  // namespace

bool RebuildReport::equal() const {
  return std::all_of(lines.begin(), lines.end(), [](const Line& line) {
    return line.different == 0 && line.folded == line.stored;
  });
}

base::Result<RebuildReport, Fault> compare_projections(const std::string& path) {
  auto opened = store::Store::open(path, store::Mode::kReadOnly);
  if (!opened) return fail(opened.error());
  return Comparison(**opened).run();
}

base::Result<base::Ok, Fault> drop_projections(const std::string& path) {
  auto opened = store::Store::open(path, store::Mode::kReadWrite);
  if (!opened) return fail(opened.error());
  return (*opened)->drop_projections();
}

}  // namespace ledger::engine
