#include "ledger/monitor/board.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace ledger::monitor {
namespace {

using domain::Monitor;
using domain::MonitorKind;

constexpr std::int64_t kMinute = 60'000'000'000;

bool is_of(const Monitor& monitor, domain::FlowCode flow) {
  return monitor.flows.empty() ||
         std::find(monitor.flows.begin(), monitor.flows.end(), flow) != monitor.flows.end();
}

bool judges_facts(MonitorKind kind) {
  switch (kind) {
    case MonitorKind::kLarge:
    case MonitorKind::kAggregate:
    case MonitorKind::kVelocity:
    case MonitorKind::kStructuring:
    case MonitorKind::kInAndOut:
    case MonitorKind::kRefused:
      return true;
    case MonitorKind::kSuspenseAge:
    case MonitorKind::kTransitAge:
    case MonitorKind::kCoverage:
    case MonitorKind::kReserveFloor:
      return false;
  }
  return false;
}

// Inside the rule's window, seen from now. A window of one day is the business date itself.
bool is_inside(const Monitor& monitor, base::Timestamp time, base::Date date, base::Timestamp now,
               base::Date today) {
  if (monitor.minutes > 0) return now.ns - time.ns < monitor.minutes * kMinute;
  const std::int64_t days = std::max<std::int64_t>(1, monitor.days);
  return today.days() - date.days() < days;
}

bool waits_too_long(const Monitor& monitor, const domain::Calendar& calendar, const Waiting& item,
                    base::Timestamp now, base::Date today) {
  if (monitor.business_days > 0) {
    return calendar.business_days(item.opened, today) > monitor.business_days;
  }
  if (monitor.minutes > 0) return now.ns - item.opened_at.ns > monitor.minutes * kMinute;
  return today.days() - item.opened.days() > monitor.days;
}

}  // namespace

Board::Board(const domain::Profile& profile)
    : rules_(profile.monitors()), calendar_(profile.calendar()) {}

void Board::adopt(const domain::Profile& profile) {
  calendar_ = profile.calendar();
  const std::vector<Monitor> before = std::exchange(rules_, profile.monitors());
  std::vector<std::optional<std::uint32_t>> now_at;  // by number before
  for (const Monitor& monitor : before) {
    const auto same = std::find(rules_.begin(), rules_.end(), monitor);
    now_at.push_back(same == rules_.end()
                         ? std::nullopt
                         : std::optional(static_cast<std::uint32_t>(same - rules_.begin())));
  }
  for (auto& [code, subject] : subjects_) {
    std::erase_if(subject.tracks, [&](const Track& track) { return !now_at[track.rule]; });
    for (Track& track : subject.tracks) track.rule = *now_at[track.rule];
  }
}

bool Board::wants(MonitorKind kind) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [kind](const Monitor& rule) { return rule.kind == kind; });
}

std::int64_t Board::days_back() const {
  std::int64_t most = 1;
  for (const Monitor& rule : rules_) {
    if (!judges_facts(rule.kind)) continue;
    most = std::max({most, rule.days, rule.minutes / (24 * 60) + 2});
  }
  return most;
}

Board::Track& Board::track_of(std::string_view subject, std::uint32_t rule) {
  auto known = subjects_.find(subject);
  if (known == subjects_.end()) known = subjects_.try_emplace(std::string(subject)).first;
  std::vector<Track>& tracks = known->second.tracks;
  for (Track& track : tracks) {
    if (track.rule == rule) return track;
  }
  Track& fresh = tracks.emplace_back();
  fresh.rule = rule;
  return fresh;
}

std::vector<Finding> Board::take(const Fact& fact) {
  if (fact.business_date != swept_) sweep(fact.time, fact.business_date);
  std::vector<Finding> findings;
  for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
    const Monitor& monitor = rules_[rule];
    if (!judges_facts(monitor.kind) || !is_of(monitor, fact.flow)) continue;
    if (fact.refused != (monitor.kind == MonitorKind::kRefused)) continue;
    const bool alone = fact.amount >= monitor.amount.minor();  // seen by itself
    if (monitor.kind == MonitorKind::kStructuring && alone) continue;
    if (monitor.kind == MonitorKind::kLarge && !alone) continue;
    Track& track = track_of(fact.subject, rule);
    forget(monitor, track, fact.time, fact.business_date);
    if (monitor.kind == MonitorKind::kLarge) {
      drop(track, track.buckets.size());
      track.fired = false;
    }
    add(monitor, track, fact);
    if (!is_over(monitor, track)) {
      track.fired = false;
      continue;
    }
    if (track.fired || fact.sequence <= track.fired_through) continue;
    track.fired = true;
    track.fired_at = fact.time;
    track.fired_on = fact.business_date;
    findings.push_back(finding_of(monitor, fact.subject, track));
  }
  return findings;
}

void Board::add(const Monitor& monitor, Track& track, const Fact& fact) {
  const bool joins = monitor.minutes == 0 && !track.buckets.empty() &&
                     track.buckets.back().date == fact.business_date;
  if (!joins) track.buckets.push_back({fact.time, fact.business_date, 0, 0, 0});
  Bucket& bucket = track.buckets.back();
  (fact.in ? bucket.in : bucket.out) += fact.amount;
  (fact.in ? track.in : track.out) += fact.amount;
  ++bucket.count;
  ++track.count;
  if (track.recent.size() == kEntriesShown) track.recent.erase(track.recent.begin());
  track.recent.push_back(fact.sequence);
  // Where only their number counts, more than that number need not be kept.
  const bool counts =
      monitor.kind == MonitorKind::kVelocity || monitor.kind == MonitorKind::kRefused;
  if (counts && track.buckets.size() > static_cast<std::size_t>(monitor.count)) drop(track, 1);
}

// The oldest ones.
void Board::drop(Track& track, std::size_t buckets) {
  const auto end = track.buckets.begin() + static_cast<std::ptrdiff_t>(buckets);
  for (auto at = track.buckets.begin(); at != end; ++at) {
    track.in -= at->in;
    track.out -= at->out;
    track.count -= at->count;
  }
  track.buckets.erase(track.buckets.begin(), end);
}

bool Board::is_over(const Monitor& monitor, const Track& track) {
  const std::int64_t amount = monitor.amount.minor();
  switch (monitor.kind) {
    case MonitorKind::kLarge:
    case MonitorKind::kAggregate:
      return track.in + track.out >= amount;
    case MonitorKind::kVelocity:
    case MonitorKind::kRefused:
      return track.count >= monitor.count;
    case MonitorKind::kStructuring:
      return track.count >= monitor.count && track.in + track.out >= amount;
    case MonitorKind::kInAndOut:
      return track.in >= amount && track.out >= amount;
    case MonitorKind::kSuspenseAge:
    case MonitorKind::kTransitAge:
    case MonitorKind::kCoverage:
    case MonitorKind::kReserveFloor:
      break;
  }
  return false;
}

// Drops what has left the window; a finding may be repeated in a window that begins after it.
void Board::forget(const Monitor& monitor, Track& track, base::Timestamp now, base::Date today) {
  const auto inside =
      std::find_if(track.buckets.begin(), track.buckets.end(), [&](const Bucket& bucket) {
        return is_inside(monitor, bucket.time, bucket.date, now, today);
      });
  drop(track, static_cast<std::size_t>(inside - track.buckets.begin()));
  if (track.fired && !is_inside(monitor, track.fired_at, track.fired_on, now, today)) {
    track.fired = false;
  }
}

Finding Board::finding_of(const Monitor& monitor, std::string_view subject, const Track& track) {
  Finding finding{monitor.id, monitor.action, std::string(subject), track.in + track.out, {}};
  const std::size_t inside = std::min(track.recent.size(), static_cast<std::size_t>(track.count));
  // Two facts of one entry about one subject are one cause.
  std::unique_copy(track.recent.end() - static_cast<std::ptrdiff_t>(inside), track.recent.end(),
                   std::back_inserter(finding.entries));
  return finding;
}

// A claim on the platform is what the bank lacks; a reserve must not fall below its floor.
bool Board::is_over(const Monitor& monitor, std::int64_t balance) {
  const std::int64_t limit = monitor.amount.minor();
  return monitor.kind == MonitorKind::kCoverage ? balance > limit : balance < limit;
}

void Board::note_balance(MonitorKind kind, std::string_view account, std::int64_t balance) {
  for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
    if (rules_[rule].kind != kind || !is_over(rules_[rule], balance)) continue;
    track_of(account, rule).fired = true;
  }
}

std::vector<Finding> Board::take_balance(MonitorKind kind, std::string_view account,
                                         std::int64_t balance, base::Sequence sequence) {
  std::vector<Finding> findings;
  for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
    const Monitor& monitor = rules_[rule];
    if (monitor.kind != kind) continue;
    Track& track = track_of(account, rule);
    if (!is_over(monitor, balance)) {
      track.fired = false;
      continue;
    }
    if (track.fired || sequence <= track.fired_through) continue;
    track.fired = true;
    findings.push_back({monitor.id, monitor.action, std::string(account), balance, {sequence}});
  }
  return findings;
}

std::vector<Finding> Board::take_waiting(MonitorKind kind, const std::vector<Waiting>& waiting,
                                         base::Timestamp now, base::Date today) {
  std::vector<Finding> findings;
  for (const Monitor& monitor : rules_) {
    if (monitor.kind != kind) continue;
    std::map<std::string, Finding> aged;  // by subject
    for (const Waiting& item : waiting) {
      if (!waits_too_long(monitor, calendar_, item, now, today)) continue;
      Finding& finding = aged[item.subject];
      finding.amount += item.amount;
      finding.entries.push_back(item.since);
    }
    for (auto& [subject, finding] : aged) {
      finding.rule = monitor.id;
      finding.action = monitor.action;
      finding.subject = subject;
      std::sort(finding.entries.begin(), finding.entries.end());
      if (finding.entries.size() > kEntriesShown) finding.entries.resize(kEntriesShown);
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

void Board::note_alert(std::string_view rule_id, std::string_view subject, base::Timestamp time,
                       base::Date business_date, base::Sequence last_cause) {
  for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
    if (rules_[rule].id != rule_id) continue;
    Track& track = track_of(subject, rule);
    track.fired = true;
    track.fired_at = time;
    track.fired_on = business_date;
    track.fired_through = std::max(track.fired_through, last_cause);
  }
}

// Once a day: subjects without anything inside a window leave the memory.
void Board::sweep(base::Timestamp now, base::Date today) {
  swept_ = today;
  for (auto at = subjects_.begin(); at != subjects_.end();) {
    std::erase_if(at->second.tracks, [&](Track& track) {
      const Monitor& monitor = rules_[track.rule];
      if (!judges_facts(monitor.kind)) return false;
      forget(monitor, track, now, today);
      return track.buckets.empty() && !track.fired;
    });
    at = at->second.tracks.empty() ? subjects_.erase(at) : std::next(at);
  }
}

}  // namespace ledger::monitor
