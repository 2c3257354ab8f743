#include "ledger/engine/run.h"

#include <algorithm>
#include <array>

#include "ledger/base/bytes.h"

namespace ledger::engine {
namespace {

using store::Change;
using store::Column;

// Indices of the rows, ordered by account and, within one, by sequence: a stable radix sort, since
// rows come in the order of sequences and accounts are dense numbers.
std::vector<std::uint32_t> order_by_account(const std::vector<HistoryItem>& rows) {
  std::vector<std::uint32_t> order(rows.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::vector<std::uint32_t> other(rows.size());
  std::uint64_t most = 0;
  for (const HistoryItem& row : rows) most = std::max(most, row.account);
  constexpr int kDigitBits = 11;
  constexpr std::uint64_t kDigitMask = (1U << kDigitBits) - 1;
  for (int shift = 0; shift < 64 && (most >> shift) != 0; shift += kDigitBits) {
    std::array<std::uint32_t, kDigitMask + 2> starts{};
    for (const std::uint32_t i : order) ++starts[((rows[i].account >> shift) & kDigitMask) + 1];
    for (std::size_t d = 1; d < starts.size(); ++d) starts[d] += starts[d - 1];
    for (const std::uint32_t i : order) {
      other[starts[(rows[i].account >> shift) & kDigitMask]++] = i;
    }
    order.swap(other);
  }
  return order;
}

template <typename Map>
std::vector<Change> by_number(const Map& map) {
  std::vector<std::uint64_t> ids;
  ids.reserve(map.size());
  for (const auto& [id, value] : map) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  std::vector<Change> changes;
  changes.reserve(ids.size());
  for (const std::uint64_t id : ids) changes.push_back({number_key(id), map.find(id)->second});
  return changes;
}

std::vector<Change> by_text(const std::map<std::string, std::string>& map) {
  std::vector<Change> changes;
  for (const auto& [key, value] : map) changes.push_back({key, value});
  return changes;
}

}  // namespace

void FoldRun::add_history(base::AccountId account, base::Sequence sequence, const Counters& after) {
  std::uint32_t& last = last_row_[account.value()];
  history_.push_back({account.value(), sequence.value(), after, last});
  last = static_cast<std::uint32_t>(history_.size());
}

void FoldRun::add_id(std::uint64_t hash, base::Sequence sequence) {
  if (!ids_.emplace(hash, sequence.value()).second) same_hash_.emplace(hash, sequence.value());
}

void FoldRun::add_day(base::Date closed, base::Sequence cut_off) {
  days_[day_key(closed)] = number_key(cut_off.value());
}

void FoldRun::add_objects(const domain::State& state, const domain::Touched& touched) {
  for (const base::HoldId id : touched.holds) {
    const domain::Hold* hold = state.find_hold(id);
    if (hold != nullptr) {
      holds_[id.value()] = encode(*hold);
    } else if (id.value() >= first_hold_) {
      holds_.erase(id.value());
    } else {
      holds_[id.value()] = std::nullopt;
    }
  }
  for (const base::ClientId id : touched.owners) owners_[id.value()] = encode(state.owner(id));
  for (const base::ProjectId id : touched.projects) {
    projects_[id.value()] = encode(state.project(id));
  }
  for (const auto& [project, holder] : touched.claims) {
    const auto& claims = state.claims(project);
    const auto at = std::lower_bound(
        claims.begin(), claims.end(), holder,
        [](const domain::Claim& c, base::ClientId wanted) { return c.holder < wanted; });
    claims_[claim_key(project, holder)] = encode(*at);
  }
  for (const std::string& id : touched.proposals) {
    proposals_[id] = encode(*state.find_proposal(id));
  }
}

void FoldRun::seal(Mark mark) { mark_ = std::move(mark); }

store::Run FoldRun::sorted() const {
  std::vector<Change> history;
  std::vector<Change> accounts;
  history.reserve(history_.size());
  const std::vector<std::uint32_t> order = order_by_account(history_);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const HistoryItem& row = history_[order[i]];
    std::string value = encode(row.after);
    const bool last = i + 1 == order.size() || history_[order[i + 1]].account != row.account;
    if (last) accounts.push_back({number_key(row.account), value});
    history.push_back({history_key(row.account, row.sequence), std::move(value)});
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> sequences(ids_.begin(), ids_.end());
  sequences.insert(sequences.end(), same_hash_.begin(), same_hash_.end());
  std::sort(sequences.begin(), sequences.end());
  std::vector<Change> ids;
  ids.reserve(sequences.size());
  for (const auto& [hash, sequence] : sequences) ids.push_back({id_key(hash, sequence), ""});

  std::vector<Change> meta = by_text(days_);
  meta.push_back({std::string(kMarkKey), encode(mark_)});
  store::Run run;
  run.columns.emplace_back(Column::kMeta, std::move(meta));
  run.columns.emplace_back(Column::kIds, std::move(ids));
  run.columns.emplace_back(Column::kHistory, std::move(history));
  run.columns.emplace_back(Column::kOwners, by_number(owners_));
  run.columns.emplace_back(Column::kAccounts, std::move(accounts));
  run.columns.emplace_back(Column::kHolds, by_number(holds_));
  run.columns.emplace_back(Column::kProjects, by_number(projects_));
  run.columns.emplace_back(Column::kClaims, by_text(claims_));
  run.columns.emplace_back(Column::kProposals, by_text(proposals_));
  return run;
}

}  // namespace ledger::engine
