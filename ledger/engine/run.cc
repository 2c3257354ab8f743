#include "ledger/engine/run.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "ledger/base/bytes.h"

namespace ledger::engine {
namespace {

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

void write_text(const std::map<std::string, std::string>& map, store::Column column,
                store::RunWriter& out) {
  out.start(column);
  for (const auto& [key, value] : map) out.put(key, value);
}

void write_value(store::RunWriter& out, std::string_view key, const std::string& value) {
  out.put(key, value);
}
void write_value(store::RunWriter& out, std::string_view key,
                 const std::optional<std::string>& value) {
  if (value) {
    out.put(key, *value);
  } else {
    out.remove(key);
  }
}

template <typename Map>
void write_numbered(const Map& map, store::Column column, store::RunWriter& out) {
  std::vector<std::uint64_t> ids;
  ids.reserve(map.size());
  for (const auto& [id, value] : map) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  out.start(column);
  for (const std::uint64_t id : ids) write_value(out, number_key(id), map.find(id)->second);
}

// A key of one or two numbers in bytes that sort like them, without an allocation.
struct Key {
  std::array<char, 16> bytes;
  Key(std::uint64_t first, std::uint64_t second) {
    const std::uint64_t big[] = {__builtin_bswap64(first), __builtin_bswap64(second)};
    std::memcpy(bytes.data(), big, 16);
  }
  std::string_view both() const { return {bytes.data(), 16}; }
  std::string_view first() const { return {bytes.data(), 8}; }
};

static_assert(sizeof(Counters) == 32, "Counters are their own encoding");
std::string_view bytes_of(const Counters& counters) {
  return {reinterpret_cast<const char*>(&counters), sizeof counters};
}

}  // namespace

FoldRun::FoldRun(std::uint64_t first_hold, std::size_t rows_expected) : first_hold_(first_hold) {
  history_.reserve(rows_expected);
  ids_.reserve(rows_expected / 2);
}

void FoldRun::add_history(base::AccountId account, base::Sequence sequence, const Counters& after) {
  history_.push_back({account.value(), sequence.value(), after});
}

void FoldRun::add_id(std::uint64_t hash, base::Sequence sequence) {
  ids_.emplace_back(hash, sequence.value());
}

void FoldRun::index_rows() const {
  for (std::size_t i = previous_.size(); i < history_.size(); ++i) {
    std::uint32_t& last = last_row_[history_[i].account];
    previous_.push_back(last);
    last = static_cast<std::uint32_t>(i + 1);
  }
}

void FoldRun::index_ids() const {
  for (; ids_indexed_ < ids_.size(); ++ids_indexed_) {
    const auto& [hash, sequence] = ids_[ids_indexed_];
    if (!by_hash_.emplace(hash, sequence).second) same_hash_.emplace(hash, sequence);
  }
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
  add_claims(state, touched.claims);
  for (const std::string& id : touched.proposals) {
    proposals_[id] = encode(*state.find_proposal(id));
  }
}

// A repayment touches all claims of its project, in their order: most are next to the one before.
void FoldRun::add_claims(const domain::State& state,
                         const std::vector<std::pair<base::ProjectId, base::ClientId>>& touched) {
  if (claims_.capacity() == 0) claims_.reserve(history_.capacity() / 2);
  const std::vector<domain::Claim>* claims = nullptr;
  base::ProjectId of;
  std::size_t next = 0;
  for (const auto& [project, holder] : touched) {
    if (claims == nullptr || of != project) {
      claims = &state.claims(project);
      of = project;
      next = 0;
    }
    if (next >= claims->size() || (*claims)[next].holder != holder) {
      const auto at = std::lower_bound(
          claims->begin(), claims->end(), holder,
          [](const domain::Claim& c, base::ClientId wanted) { return c.holder < wanted; });
      next = static_cast<std::size_t>(at - claims->begin());
    }
    claims_.push_back({project.value(), (*claims)[next]});
    ++next;
  }
}

void FoldRun::seal(Mark mark) { mark_ = std::move(mark); }

void FoldRun::write(store::RunWriter& out) const {
  std::map<std::string, std::string> meta = days_;
  meta[std::string(kMarkKey)] = encode(mark_);
  write_text(meta, Column::kMeta, out);
  write_ids(out);
  write_history(out);
  write_numbered(owners_, Column::kOwners, out);
  write_numbered(holds_, Column::kHolds, out);
  write_numbered(projects_, Column::kProjects, out);
  write_claims(out);
  write_text(proposals_, Column::kProposals, out);
}

void FoldRun::write_ids(store::RunWriter& out) const {
  auto sorted = ids_;
  std::sort(sorted.begin(), sorted.end());
  out.start(Column::kIds);
  for (const auto& [hash, sequence] : sorted) out.put(Key(hash, sequence).both(), {});
}

void FoldRun::write_claims(store::RunWriter& out) const {
  struct Place {
    std::uint64_t project, holder;
    std::uint32_t row;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places;
  places.reserve(claims_.size());
  for (std::uint32_t i = 0; i < claims_.size(); ++i) {
    places.push_back({claims_[i].project, claims_[i].claim.holder.value(), i});
  }
  std::sort(places.begin(), places.end());
  out.start(Column::kClaims);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& at = places[i];
    const bool last = i + 1 == places.size() || places[i + 1].project != at.project ||
                      places[i + 1].holder != at.holder;
    if (last) out.put(Key(at.project, at.holder).both(), encode(claims_[at.row].claim));
  }
}

// Every row, and from the last one of each account the account's counters.
void FoldRun::write_history(store::RunWriter& out) const {
  const std::vector<std::uint32_t> order = order_by_account(history_);
  out.start(Column::kHistory);
  constexpr std::size_t kAhead = 16;  // the rows lie scattered: fetch them before they are needed
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + kAhead < order.size()) __builtin_prefetch(&history_[order[i + kAhead]]);
    const HistoryItem& row = history_[order[i]];
    out.put(Key(row.account, row.sequence).both(), bytes_of(row.after));
  }
  out.start(Column::kAccounts);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + kAhead < order.size()) __builtin_prefetch(&history_[order[i + kAhead]]);
    const HistoryItem& row = history_[order[i]];
    const bool last = i + 1 == order.size() || history_[order[i + 1]].account != row.account;
    if (last) out.put(Key(row.account, 0).first(), bytes_of(row.after));
  }
}

}  // namespace ledger::engine
