// FoldRun: what a stretch of entries did, collected by the decide thread and folded into the
// projections as one sorted run. Until it is folded, reads and the duplicate check look here.
//
// The decide thread fills it and reads it. After seal() its contents stay, and the fold thread may
// write() it meanwhile. The look-up tables are built when first asked for: under pure load nobody
// asks, and the load need not pay for them.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/domain/state.h"
#include "ledger/engine/projection.h"
#include "ledger/store/store.h"

namespace ledger::engine {

struct HistoryItem {
  std::uint64_t account = 0;
  std::uint64_t sequence = 0;
  Counters after;
};

// A claim as it stood after some group; of several rows of one claim the last counts.
struct ClaimRow {
  std::uint64_t project = 0;
  domain::Claim claim;
};

class FoldRun {
 public:
  // `first_hold`: holds below it are in the projections already.
  FoldRun(std::uint64_t first_hold, std::size_t rows_expected);

  // --- filling -------------------------------------------------------------------------------
  void add_history(base::AccountId account, base::Sequence sequence, const Counters& after);
  void add_id(std::uint64_t hash, base::Sequence sequence);
  void add_day(base::Date closed, base::Sequence cut_off);
  // The present values of everything touched since the last call (accounts excepted, which the
  // history rows carry).
  void add_objects(const domain::State& state, const domain::Touched& touched);
  void seal(Mark mark);

  // --- reading -------------------------------------------------------------------------------
  // Calls `take` for the account's rows, newest first, until it returns false.
  template <typename Take>
  bool rows_back(std::uint64_t account, Take take) const {
    index_rows();
    const auto at = last_row_.find(account);
    std::uint32_t index = at == last_row_.end() ? 0 : at->second;
    for (; index != 0; index = previous_[index - 1]) {
      if (!take(history_[index - 1])) return false;
    }
    return true;
  }
  // Sequences whose command id has this hash.
  template <typename Take>
  void sequences_of(std::uint64_t hash, Take take) const {
    index_ids();
    const auto at = by_hash_.find(hash);
    if (at != by_hash_.end()) take(at->second);
    const auto [first, last] = same_hash_.equal_range(hash);
    for (auto more = first; more != last; ++more) take(more->second);
  }
  template <typename Take>
  void each_id(Take take) const {
    for (const auto& [hash, sequence] : ids_) take(hash);
  }
  std::size_t rows() const { return std::max(history_.size(), claims_.size()); }
  bool empty() const { return history_.empty() && ids_.empty(); }
  const Mark& mark() const { return mark_; }

  // Everything, sorted, column by column; run by the fold thread.
  void write(store::RunWriter& out) const;

 private:
  void add_claims(const domain::State& state,
                  const std::vector<std::pair<base::ProjectId, base::ClientId>>& touched);
  void index_rows() const;
  void index_ids() const;
  void write_history(store::RunWriter& out) const;
  void write_ids(store::RunWriter& out) const;
  void write_claims(store::RunWriter& out) const;

  std::uint64_t first_hold_;
  std::vector<HistoryItem> history_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ids_;  // hash, sequence
  // Tables over history_ and ids_, as far as they have been asked for.
  mutable std::vector<std::uint32_t> previous_;  // per row: 1 + index of the account's row before
  mutable boost::unordered_flat_map<std::uint64_t, std::uint32_t> last_row_;  // 1 + index
  mutable std::size_t ids_indexed_ = 0;
  mutable boost::unordered_flat_map<std::uint64_t, std::uint64_t> by_hash_;
  mutable std::multimap<std::uint64_t, std::uint64_t> same_hash_;  // rare further ids of a hash
  std::map<std::string, std::string> days_;
  boost::unordered_flat_map<std::uint64_t, std::optional<std::string>> holds_;
  boost::unordered_flat_map<std::uint64_t, std::string> owners_;
  boost::unordered_flat_map<std::uint64_t, std::string> projects_;
  std::vector<ClaimRow> claims_;
  std::map<std::string, std::string> proposals_;
  Mark mark_;
};

}  // namespace ledger::engine
