// Monitors: the profile's rules about what is unusual, judged on facts in journal order.
//
// A board keeps, for each rule and subject, what happened inside the rule's window, and answers
// with findings. It reads no clock and no disk: time comes from the entries. Each crossing is found
// once: again only when the subject was below the rule in between, or the window has passed.
//
// Memory is bounded by the subjects that moved inside the longest window, and what each keeps by
// the days of a window in days, and by the movements inside one in minutes. Not thread-safe.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/base/ids.h"
#include "ledger/base/time.h"
#include "ledger/domain/profile.h"

namespace ledger::monitor {

// One client's part in one entry, or one refused command.
struct Fact {
  base::Sequence sequence;
  base::Timestamp time;
  base::Date business_date;
  domain::FlowCode flow = domain::FlowCode::kGenesis;
  bool refused = false;
  bool in = false;          // money came to the subject; else it left or was set aside
  std::int64_t amount = 0;  // minor units
  std::string subject;      // "lender:L123"; of a refusal whoever it is about
};

// An open order that waits for the bank or for an operator.
struct Waiting {
  std::string subject;  // account code
  std::int64_t amount = 0;
  base::Sequence since;       // the entry that opened it
  base::Date opened;          // its business date
  base::Timestamp opened_at;  // its time
};

struct Finding {
  std::string rule;  // id of the monitor
  domain::MonitorAction action = domain::MonitorAction::kAlert;
  std::string subject;
  std::int64_t amount = 0;
  std::vector<base::Sequence> entries;  // the causes, ascending, the last kEntriesShown of them
};
inline constexpr std::size_t kEntriesShown = 20;

class Board {
 public:
  explicit Board(const domain::Profile& profile);
  // The rules of another version. A rule that is as it was goes on with what it has seen.
  void adopt(const domain::Profile& profile);

  // Facts come in journal order.
  std::vector<Finding> take(const Fact& fact);
  // The shortfall or reserve account after an entry that moved it; balance on its normal side.
  std::vector<Finding> take_balance(domain::MonitorKind kind, std::string_view account,
                                    std::int64_t balance, base::Sequence sequence);
  // What the account had when judging went on after a restart: found already, if it is over.
  void note_balance(domain::MonitorKind kind, std::string_view account, std::int64_t balance);
  // At a day's close: whatever waits, for the kind of ageing rule; `today` is the date that opens,
  // `now` the time of the cut-off. What waits too long is found again at every close.
  std::vector<Finding> take_waiting(domain::MonitorKind kind, const std::vector<Waiting>& waiting,
                                    base::Timestamp now, base::Date today);
  // An alert that stands in the journal already: it is not found again.
  void note_alert(std::string_view rule, std::string_view subject, base::Timestamp time,
                  base::Date business_date, base::Sequence last_cause);

  bool wants(domain::MonitorKind kind) const;
  bool empty() const { return rules_.empty(); }
  // How many business dates back facts can still matter.
  std::int64_t days_back() const;

 private:
  // Movements that leave the window together: those of one date where the window is in days, else
  // one.
  struct Bucket {
    base::Timestamp time;
    base::Date date;
    std::int64_t in = 0, out = 0, count = 0;
  };
  // One subject under one rule.
  struct Track {
    std::uint32_t rule = 0;
    bool fired = false;
    base::Date fired_on;
    base::Timestamp fired_at;
    base::Sequence fired_through;
    std::int64_t in = 0, out = 0, count = 0;  // sums over the buckets
    std::vector<Bucket> buckets;              // oldest first
    std::vector<base::Sequence> recent;       // causes, the last kEntriesShown of them
  };
  struct Subject {
    std::vector<Track> tracks;  // of the rules that have seen it
  };

  Track& track_of(std::string_view subject, std::uint32_t rule);
  static void add(const domain::Monitor& monitor, Track& track, const Fact& fact);
  static bool is_over(const domain::Monitor& monitor, std::int64_t balance);
  static bool is_over(const domain::Monitor& monitor, const Track& track);
  static void forget(const domain::Monitor& monitor, Track& track, base::Timestamp now,
                     base::Date today);
  static void drop(Track& track, std::size_t buckets);
  static Finding finding_of(const domain::Monitor& monitor, std::string_view subject,
                            const Track& track);
  void sweep(base::Timestamp now, base::Date today);

  std::vector<domain::Monitor> rules_;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view code) const {
      return std::hash<std::string_view>()(code);
    }
  };
  // By code. Movements come in any order of clients, and there may be a million of them.
  std::unordered_map<std::string, Subject, Hash, std::equal_to<>> subjects_;
  base::Date swept_;
  domain::Calendar calendar_;
};

}  // namespace ledger::monitor
