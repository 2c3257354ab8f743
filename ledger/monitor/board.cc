#include "ledger/monitor/board.h"

#include <algorithm>
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

Board::Board(const domain::Profile& profile) : calendar_(profile.calendar()) {
  for (const Monitor& monitor : profile.monitors()) rules_.push_back({monitor, {}});
}

void Board::adopt(const domain::Profile& profile) {
  calendar_ = profile.calendar();
  std::vector<Rule> before = std::exchange(rules_, {});
  for (const Monitor& monitor : profile.monitors()) {
    const auto same = std::find_if(before.begin(), before.end(),
                                   [&](const Rule& rule) { return rule.monitor == monitor; });
    rules_.push_back(same == before.end() ? Rule{monitor, {}} : std::move(*same));
  }
}

bool Board::wants(MonitorKind kind) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [kind](const Rule& rule) { return rule.monitor.kind == kind; });
}

std::int64_t Board::days_back() const {
  std::int64_t most = 1;
  for (const Rule& rule : rules_) {
    if (!judges_facts(rule.monitor.kind)) continue;
    most = std::max({most, rule.monitor.days, rule.monitor.minutes / (24 * 60) + 2});
  }
  return most;
}

std::vector<Finding> Board::take(const Fact& fact) {
  if (fact.business_date != swept_) sweep(fact.time, fact.business_date);
  std::vector<Finding> findings;
  for (Rule& rule : rules_) {
    const Monitor& monitor = rule.monitor;
    if (!judges_facts(monitor.kind) || !is_of(monitor, fact.flow)) continue;
    if (fact.refused != (monitor.kind == MonitorKind::kRefused)) continue;
    if (monitor.kind == MonitorKind::kStructuring && fact.amount >= monitor.amount.minor()) {
      continue;  // large enough to be seen by itself
    }
    Track& track = rule.tracks.try_emplace(fact.subject).first->second;
    forget(monitor, track, fact.time, fact.business_date);
    if (monitor.kind == MonitorKind::kLarge) track = {};
    track.items.push_back({fact.sequence, fact.time, fact.business_date, fact.amount, fact.in});
    (fact.in ? track.in : track.out) += fact.amount;
    if (!is_over(monitor, track)) {
      track.fired = false;
      continue;
    }
    if (track.fired || fact.sequence <= track.fired_through) continue;
    track.fired = true;
    track.fired_at = fact.time;
    track.fired_on = fact.business_date;
    findings.push_back(finding_of(rule, fact.subject, track));
  }
  return findings;
}

bool Board::is_over(const Monitor& monitor, const Track& track) {
  const std::int64_t amount = monitor.amount.minor();
  const auto count = static_cast<std::int64_t>(track.items.size());
  switch (monitor.kind) {
    case MonitorKind::kLarge:
    case MonitorKind::kAggregate:
      return track.in + track.out >= amount;
    case MonitorKind::kVelocity:
    case MonitorKind::kRefused:
      return count >= monitor.count;
    case MonitorKind::kStructuring:
      return count >= monitor.count && track.in + track.out >= amount;
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
  while (!track.items.empty()) {
    const Item& oldest = track.items.front();
    if (is_inside(monitor, oldest.time, oldest.date, now, today)) break;
    (oldest.in ? track.in : track.out) -= oldest.amount;
    track.items.pop_front();
  }
  if (track.fired && !is_inside(monitor, track.fired_at, track.fired_on, now, today)) {
    track.fired = false;
  }
}

Finding Board::finding_of(const Rule& rule, std::string_view subject, const Track& track) {
  Finding finding{
      rule.monitor.id, rule.monitor.action, std::string(subject), track.in + track.out, {}};
  const std::size_t shown = std::min(track.items.size(), kEntriesShown);
  for (std::size_t i = track.items.size() - shown; i < track.items.size(); ++i) {
    // Two facts of one entry about one subject are one cause.
    const base::Sequence sequence = track.items[i].sequence;
    if (finding.entries.empty() || finding.entries.back() != sequence) {
      finding.entries.push_back(sequence);
    }
  }
  return finding;
}

// A claim on the platform is what the bank lacks; a reserve must not fall below its floor.
bool Board::is_over(const Monitor& monitor, std::int64_t balance) {
  const std::int64_t limit = monitor.amount.minor();
  return monitor.kind == MonitorKind::kCoverage ? balance > limit : balance < limit;
}

void Board::note_balance(MonitorKind kind, std::string_view account, std::int64_t balance) {
  for (Rule& rule : rules_) {
    if (rule.monitor.kind != kind || !is_over(rule.monitor, balance)) continue;
    rule.tracks.try_emplace(std::string(account)).first->second.fired = true;
  }
}

std::vector<Finding> Board::take_balance(MonitorKind kind, std::string_view account,
                                         std::int64_t balance, base::Sequence sequence) {
  std::vector<Finding> findings;
  for (Rule& rule : rules_) {
    if (rule.monitor.kind != kind) continue;
    Track& track = rule.tracks.try_emplace(std::string(account)).first->second;
    if (!is_over(rule.monitor, balance)) {
      track.fired = false;
      continue;
    }
    if (track.fired || sequence <= track.fired_through) continue;
    track.fired = true;
    findings.push_back(
        {rule.monitor.id, rule.monitor.action, std::string(account), balance, {sequence}});
  }
  return findings;
}

std::vector<Finding> Board::take_waiting(MonitorKind kind, const std::vector<Waiting>& waiting,
                                         base::Timestamp now, base::Date today) {
  std::vector<Finding> findings;
  for (Rule& rule : rules_) {
    if (rule.monitor.kind != kind) continue;
    std::map<std::string, Finding> aged;  // by subject
    for (const Waiting& item : waiting) {
      if (!waits_too_long(rule.monitor, calendar_, item, now, today)) continue;
      Finding& finding = aged[item.subject];
      finding.amount += item.amount;
      finding.entries.push_back(item.since);
    }
    for (auto& [subject, finding] : aged) {
      finding.rule = rule.monitor.id;
      finding.action = rule.monitor.action;
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
  for (Rule& rule : rules_) {
    if (rule.monitor.id != rule_id) continue;
    Track& track = rule.tracks.try_emplace(std::string(subject)).first->second;
    track.fired = true;
    track.fired_at = time;
    track.fired_on = business_date;
    track.fired_through = std::max(track.fired_through, last_cause);
  }
}

// Once a day: subjects without anything inside the window leave the memory.
void Board::sweep(base::Timestamp now, base::Date today) {
  swept_ = today;
  for (Rule& rule : rules_) {
    if (!judges_facts(rule.monitor.kind)) continue;
    for (auto at = rule.tracks.begin(); at != rule.tracks.end();) {
      forget(rule.monitor, at->second, now, today);
      at = at->second.items.empty() && !at->second.fired ? rule.tracks.erase(at) : std::next(at);
    }
  }
}

}  // namespace ledger::monitor
