#include "custody_adapter/csv_chain.h"

namespace custody_adapter {

void CsvChain::compare(Way& way, Figure difference, Place place) {
  if (difference.is_zero()) return;
  ++way.broken;
  if (way.breaks.size() < kBreaksMax) way.breaks.push_back({difference, place});
}

void CsvChain::add(Figure entry, const std::optional<Figure>& balance, Place place) {
  if (!balance) {
    if (!first_) {
      above_first_ = above_first_ + entry;
    } else {
      below_last_ = below_last_ + entry;
      from_last_ = from_last_ + entry;
    }
    return;
  }
  if (!first_) {
    first_ = last_ = *balance;
    before_first_ = above_first_ + entry;
    from_last_ = entry;
    below_last_ = Figure();
    return;
  }
  ++links_;
  // Oldest first: this balance is the last one plus the entries below it, this one with them.
  compare(oldest_first_, *balance - (*last_ + below_last_ + entry), place);
  // Newest first: the balance above is this one plus the entries from its row down to here.
  compare(newest_first_, *last_ - (*balance + from_last_), place);
  last_ = *balance;
  from_last_ = entry;
  below_last_ = Figure();
}

CsvChain::Result CsvChain::result(CsvOrder order, std::int64_t falling_dates) const {
  Result result;
  result.links = links_;
  if (!first_) return result;
  switch (order) {
    case CsvOrder::kOldestFirst:
      break;
    case CsvOrder::kNewestFirst:
      result.newest_first = true;
      break;
    case CsvOrder::kFromTheChain:
      result.newest_first = newest_first_.broken != oldest_first_.broken
                                ? newest_first_.broken < oldest_first_.broken
                                : falling_dates > 0;
      break;
  }
  const Way& way = result.newest_first ? newest_first_ : oldest_first_;
  result.broken = way.broken;
  result.breaks = way.breaks;
  if (result.newest_first) {
    result.opening = *last_ - from_last_;
    if (above_first_.is_zero()) result.closing = *first_;
  } else {
    result.opening = *first_ - before_first_;
    if (below_last_.is_zero()) result.closing = *last_;
  }
  return result;
}

}  // namespace custody_adapter
