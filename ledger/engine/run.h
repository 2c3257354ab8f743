// FoldRun: what a stretch of entries did, collected by the decide thread and folded into the
// projections as one sorted run. Until it is folded, reads and the duplicate check look here.
//
// One thread fills it; after seal() it is immutable and any thread may read it.
#pragma once

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
  std::uint32_t previous = 0;  // 1 + index of the account's row before this one in the run
};

class FoldRun {
 public:
  // `first_hold`: holds below it are in the projections already.
  explicit FoldRun(std::uint64_t first_hold) : first_hold_(first_hold) {}

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
    const auto at = last_row_.find(account);
    std::uint32_t index = at == last_row_.end() ? 0 : at->second;
    for (; index != 0; index = history_[index - 1].previous) {
      if (!take(history_[index - 1])) return false;
    }
    return true;
  }
  // Sequences whose command id has this hash.
  template <typename Take>
  void sequences_of(std::uint64_t hash, Take take) const {
    const auto at = ids_.find(hash);
    if (at != ids_.end()) take(at->second);
    const auto [first, last] = same_hash_.equal_range(hash);
    for (auto more = first; more != last; ++more) take(more->second);
  }
  template <typename Take>
  void each_id(Take take) const {
    for (const auto& [hash, sequence] : ids_) take(hash);
  }
  std::size_t rows() const { return history_.size(); }
  std::size_t id_count() const { return ids_.size(); }
  bool empty() const { return history_.empty() && ids_.empty(); }
  const Mark& mark() const { return mark_; }

  // The sorted run; run by the fold thread.
  store::Run sorted() const;

 private:
  std::uint64_t first_hold_;
  std::vector<HistoryItem> history_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> last_row_;  // account -> 1 + index
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> ids_;       // hash -> sequence
  std::multimap<std::uint64_t, std::uint64_t> same_hash_;  // the rare further ids of a hash
  std::map<std::string, std::string> days_;
  boost::unordered_flat_map<std::uint64_t, std::optional<std::string>> holds_;
  boost::unordered_flat_map<std::uint64_t, std::string> owners_;
  boost::unordered_flat_map<std::uint64_t, std::string> projects_;
  std::map<std::string, std::string> claims_;
  std::map<std::string, std::string> proposals_;
  Mark mark_;
};

}  // namespace ledger::engine
