// HoldBook: which entry opened each open hold. Memory: that of the open holds.
#pragma once

#include <unordered_map>

#include "ledger/base/check.h"
#include "recon/export/export.h"

namespace recon::exports {

class HoldBook {
 public:
  struct Opened {
    base::Sequence sequence;
    base::Date date;
  };

  void take(const Step& step) {
    for (const domain::HoldChange& change : step.entry.holds) {
      if (step.state.find_hold(change.id) == nullptr) {
        opened_.erase(change.id.value());
      } else {
        opened_.try_emplace(change.id.value(),
                            Opened{step.entry.sequence, step.entry.business_date});
      }
    }
  }
  // Of an open hold. A hold that was closed and opened again counts from then.
  const Opened& opened(base::HoldId id) const {
    const auto at = opened_.find(id.value());
    LEDGER_CHECK(at != opened_.end());
    return at->second;
  }

 private:
  std::unordered_map<std::uint64_t, Opened> opened_;
};

// The last day of a hold; none if it does not end by itself.
inline base::Date until_of(const domain::Hold& hold) { return hold.expires; }

}  // namespace recon::exports
