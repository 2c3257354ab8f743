// LedgerView: what reconciliation needs from a journal, folded entry by entry. Every entry goes
// through journal::Verifier first, so a view never stands on an unproved entry.
//
// Memory: the verifier's, about 300 bytes per posting on the control account and per order that
// moves money at the bank. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ledger/journal/verifier.h"
#include "recon/day.h"
#include "recon/values.h"

namespace recon {

// The close of a business date, as the cut-off entry states it.
struct Close {
  base::Date date;
  base::Sequence sequence;  // of the cut-off entry
  crypto::Digest hash;
  base::Total control;  // balance of the control account, positive: money at the bank
  std::vector<ledger::domain::ClassTotal> totals;
};

class LedgerView {
 public:
  // `late_minutes`: items booked so long before a cut-off may be on the next day's statement.
  explicit LedgerView(std::string control_account = "custody:bank", int late_minutes = 0);
  LedgerView(const LedgerView&) = delete;
  LedgerView& operator=(const LedgerView&) = delete;

  // After a violation nothing more may be given.
  std::optional<ledger::journal::Violation> take(std::string_view entry,
                                                 const crypto::Digest& stored_hash);

  ledger::journal::Verifier& verifier() { return verifier_; }
  const ledger::journal::Verifier& verifier() const { return verifier_; }
  const std::string& control_account() const { return control_account_; }
  base::Currency currency() const;  // of the control account; none before genesis

  const std::map<base::Date, Close>& closes() const { return closes_; }
  // Whether the business date of the ledger is beyond `date`: nothing can be added to it.
  bool is_closed(base::Date date) const;
  // Calendar days `first` ... `last`, which must be closed; the ledger may have skipped some.
  LedgerDay day(base::Date first, base::Date last) const;
  // As of the close of `last`. Items before `since` were never reconciled and are not "earlier".
  // The functions point into this view.
  Knowledge knowledge(base::Date since, base::Date first, base::Date last) const;

  const std::deque<LedgerItem>& items() const { return items_; }
  // As of the last entry; by order id or evidence.
  std::optional<Order> order(std::string_view key) const;

 private:
  struct Step {
    base::Date date;
    base::Sequence sequence;
    base::Amount amount;
    OrderState state;
  };
  struct History {
    Side side = Side::kCredit;
    std::string client;
    std::string evidence;
    std::string channel;
    std::vector<Step> steps;
  };

  void fold(const ledger::domain::Entry& entry, const crypto::Digest& hash);
  void fold_owners(const ledger::domain::Entry& entry);
  void fold_holds(const ledger::domain::Entry& entry);
  void fold_item(const ledger::domain::Entry& entry, const crypto::Digest& hash, std::size_t at);
  void fold_cut_off(const ledger::domain::Entry& entry, const crypto::Digest& hash);
  History& history_of(const ledger::domain::HoldChange& change, const std::string& evidence);
  std::optional<Order> order_at(std::string_view key, base::Date date) const;
  static Order order_of(const std::string& id, const History& history, const Step& step);

  std::string control_account_;
  std::int64_t late_ns_;
  ledger::journal::Verifier verifier_;
  std::optional<base::AccountId> control_;
  std::unordered_set<std::string> people_;                      // "lender:L123" and "L123"
  std::deque<LedgerItem> items_;                                // in order of the journal
  std::vector<std::pair<std::size_t, base::Timestamp>> today_;  // items of the open business date
  std::unordered_map<std::string, std::vector<std::size_t>> items_by_key_;
  std::map<std::string, History, std::less<>> orders_;
  std::unordered_map<std::string, std::string> order_by_evidence_;
  std::map<base::Date, Close> closes_;
};

}  // namespace recon
