#include "recon/day.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace recon {
namespace {

base::Total effect_of(const Finding& finding) {
  base::Total effect;
  for (const BankLine& line : finding.lines) effect += line.effect();
  for (const LedgerItem& item : finding.items) effect -= item.effect();
  return effect;
}

// A pair whose money agrees is settled for good unless its entry is taken back.
bool keeps_together(const Finding& finding) { return finding.bucket == Bucket::kPartyDiff; }

class DayBuilder {
 public:
  DayBuilder(const BankDay& bank, const LedgerDay& ledger, const Carry* previous,
             base::Currency currency)
      : bank_(bank), ledger_(ledger), previous_(previous), currency_(currency) {}

  DayResult run(std::string account, const Knowledge& knowledge, const DayOptions& options) {
    day_.date = bank_.date;
    day_.first = ledger_.first;
    day_.currency = currency_;
    day_.account = std::move(account);
    day_.statements = bank_.statements;
    day_.ledger_opening = ledger_.opening;
    day_.ledger_closing = ledger_.closing;
    day_.head = ledger_.head;
    day_.head_hash = ledger_.head_hash;
    day_.in_transit = ledger_.in_transit;
    prove_balances();
    fill_pool(options);
    const std::vector<Group> groups = match(pool_, knowledge);
    for (const Group& group : groups) take(group);
    std::sort(day_.matches.begin(), day_.matches.end(),
              [](const MatchRow& a, const MatchRow& b) { return a.lines < b.lines; });
    even_out_statements();
    close_books();
    return std::move(day_);
  }

 private:
  std::string money(base::Total units) const { return base::format(units, currency_); }

  // --- balances of the statements ------------------------------------------------------------
  void prove_balances() {
    const base::Total expected = previous_ != nullptr ? previous_->bank_closing : ledger_.opening;
    base::Total running = expected;
    bool first = true;
    for (const StatementHead& s : bank_.statements) {
      const base::Total opening = s.opening.value_or(running);
      if (first) day_.bank_opening = opening;
      if (opening != running) opening_gap(s, opening, running, first);
      first = false;
      running = opening + lines_of(s.key);
      judge(s);
      if (s.closing) running = *s.closing;
    }
    day_.closing_stated = !bank_.statements.empty() && bank_.statements.back().closing.has_value();
    day_.bank_closing = running;
    const bool incomplete = !bank_.statements.empty() && !bank_.statements.back().last_page;
    if (incomplete && !bank_.statements.back().truncated) {
      pool_.truncated = true;
      statement_finding(bank_.statements.back(), Cause::kFileTruncated, "its last page is missing",
                        {});
    }
  }
  base::Total lines_of(const std::string& key) const {
    base::Total sum;
    for (const BankLine& line : bank_.lines) {
      if (line.statement == key) sum += line.effect();
    }
    return sum;
  }
  void opening_gap(const StatementHead& s, base::Total opening, base::Total before, bool first) {
    std::string_view what = "statement before it closed with";
    if (first && previous_ == nullptr) what = "ledger opened with";
    if (first && previous_ != nullptr && !previous_->closing_stated) {
      what = "lines received before it add up to";
    }
    statement_finding(s, Cause::kOpeningGap,
                      fmt::format("opening {}, {} {}: differs by {}", money(opening), what,
                                  money(before), money(opening - before)),
                      opening - before);
  }
  void judge(const StatementHead& s) {
    if (s.proved && !s.truncated) return;
    if (s.truncated) pool_.truncated = true;
    const base::Total stated =
        s.closing ? *s.closing - s.opening.value_or(*s.closing - lines_of(s.key)) - lines_of(s.key)
                  : base::Total();
    statement_finding(s, s.truncated ? Cause::kFileTruncated : Cause::kUnproved, s.verdict, stated);
  }
  void statement_finding(const StatementHead& s, Cause cause, std::string text,
                         base::Total effect) {
    Finding finding;
    finding.bucket = Bucket::kStatement;
    finding.cause = cause;
    finding.text = fmt::format("{}: {}", s.key, text);
    finding.first_seen = bank_.date;
    finding.open = true;
    finding.effect = effect;
    finding.keys = {fmt::format("{}:{}", s.key, name_of(cause))};
    day_.findings.push_back(std::move(finding));
  }

  // --- lines and items -------------------------------------------------------------------------
  void fill_pool(const DayOptions& options) {
    pool_.day = bank_.date;
    pool_.first_day = ledger_.first;
    pool_.currency = currency_;
    pool_.transit_days_max = options.transit_days_max;
    pool_.lines = bank_.lines;
    pool_.items = ledger_.items;
    for (const BankLine& line : bank_.lines) day_.lines_in = plus(day_.lines_in, line.amount);
    for (const LedgerItem& item : ledger_.items) day_.items_in = plus(day_.items_in, item.amount);
    if (previous_ != nullptr) {
      for (const Finding& finding : previous_->open) take_over(finding);
    }
  }
  static Tally plus(Tally tally, base::Amount amount) {
    ++tally.count;
    tally.amount += amount;
    return tally;
  }
  void take_over(const Finding& finding) {
    for (const BankLine& line : finding.lines) {
      if (line.booked()) day_.carried_in = plus(day_.carried_in, line.amount);
    }
    for (const LedgerItem& item : finding.items) {
      day_.carried_in = plus(day_.carried_in, item.amount);
    }
    const bool stays =
        finding.bucket == Bucket::kStatement || (keeps_together(finding) && !taken_back(finding));
    if (stays) {
      Finding kept = finding;
      kept.carried = true;
      count_carried(kept);
      day_.findings.push_back(std::move(kept));
      return;
    }
    for (const BankLine& line : finding.lines) {
      if (!line.booked()) continue;
      origin_[line.id()] = &finding;
      pool_.lines.push_back(line);
    }
    for (const LedgerItem& item : finding.items) {
      origin_[item.id()] = &finding;
      pool_.items.push_back(item);
    }
  }
  bool taken_back(const Finding& finding) const {
    return std::any_of(ledger_.items.begin(), ledger_.items.end(), [&](const LedgerItem& today) {
      return !today.reverses.is_none() &&
             std::any_of(finding.items.begin(), finding.items.end(),
                         [&](const LedgerItem& item) { return item.sequence == today.reverses; });
    });
  }

  // --- groups become findings ------------------------------------------------------------------
  void take(const Group& group) {
    Finding finding;
    finding.bucket = group.bucket;
    finding.cause = group.cause;
    finding.text = group.text;
    finding.first_seen = bank_.date;
    std::vector<const Finding*> origins;
    const auto came_from = [&](const std::string& id) {
      const auto at = origin_.find(id);
      if (at == origin_.end()) return;
      if (std::find(origins.begin(), origins.end(), at->second) == origins.end()) {
        origins.push_back(at->second);
      }
    };
    for (const std::size_t l : group.lines) {
      const BankLine& line = pool_.lines[l];
      finding.lines.push_back(line);
      if (line.day == bank_.date) count(day_.lines, group.bucket, line.amount);
      came_from(line.id());
    }
    for (const std::size_t i : group.items) {
      const LedgerItem& item = pool_.items[i];
      finding.items.push_back(item);
      if (item.business_date >= ledger_.first) count(day_.items, group.bucket, item.amount);
      came_from(item.id());
    }
    finish(std::move(finding), std::move(origins));
  }
  static void count(Tallies& tallies, Bucket bucket, base::Amount amount) {
    Tally& tally = tallies[static_cast<std::size_t>(bucket)];
    tally = plus(tally, amount);
  }
  void finish(Finding finding, std::vector<const Finding*> origins) {
    std::sort(origins.begin(), origins.end(), [](const Finding* a, const Finding* b) {
      return std::tie(a->first_seen, a->keys) < std::tie(b->first_seen, b->keys);
    });
    for (const Finding* origin : origins) {
      finding.first_seen = std::min(finding.first_seen, origin->first_seen);
      finding.keys.push_back(origin->keys.front());
    }
    finding.carried = !origins.empty();
    const bool matched = finding.bucket == Bucket::kMatched;
    if (matched && !finding.carried && finding.cause == Cause::kNone) {
      MatchRow& row = day_.matches.emplace_back();
      for (const BankLine& line : finding.lines) row.lines.push_back(line.id());
      for (const LedgerItem& item : finding.items) row.items.push_back(item.id());
      return;
    }
    const bool announced = finding.cause == Cause::kNotBooked && finding.items.empty();
    finding.open = !matched && !announced;
    if (matched && finding.carried && finding.cause == Cause::kNone) {
      finding.cause = Cause::kBookedNextDay;
      finding.text =
          fmt::format("open since {}, closed by itself", base::format(finding.first_seen));
    }
    if (finding.open && finding.bucket != Bucket::kPartyDiff) finding.effect = effect_of(finding);
    if (finding.keys.empty()) {
      finding.keys = {finding.lines.empty() ? finding.items.front().id()
                                            : finding.lines.front().id()};
    }
    count_carried(finding);
    day_.findings.push_back(std::move(finding));
  }
  void count_carried(const Finding& finding) {
    Tally& tally = finding.open ? day_.carried_open : day_.carried_closed;
    for (const BankLine& line : finding.lines) {
      if (line.day < bank_.date && line.booked()) tally = plus(tally, line.amount);
    }
    for (const LedgerItem& item : finding.items) {
      if (item.business_date < ledger_.first) tally = plus(tally, item.amount);
    }
  }

  // --- the books -------------------------------------------------------------------------------
  // Differences of statements end when they cancel each other: a gap that the bank corrects.
  void even_out_statements() {
    base::Total sum;
    std::vector<Finding*> parts;
    for (Finding& finding : day_.findings) {
      if (finding.bucket != Bucket::kStatement || finding.effect.is_zero()) continue;
      sum += finding.effect;
      parts.push_back(&finding);
    }
    if (parts.size() < 2 || !sum.is_zero()) return;
    for (Finding* part : parts) {
      part->bucket = Bucket::kMatched;
      part->cause = Cause::kReversed;
      part->open = false;
      part->effect = {};
      part->carried = true;
    }
  }
  void close_books() {
    std::stable_sort(day_.findings.begin(), day_.findings.end(),
                     [](const Finding& a, const Finding& b) {
                       return std::tie(a.bucket, a.first_seen, a.keys) <
                              std::tie(b.bucket, b.first_seen, b.keys);
                     });
    bool any_break = false;
    bool any_open = false;
    for (const Finding& finding : day_.findings) {
      if (!finding.open) continue;
      any_open = true;
      any_break |= finding.is_break();
      day_.explained += finding.effect;
    }
    day_.unexplained = day_.bank_closing - day_.ledger_closing - day_.explained;
    any_break |= !day_.unexplained.is_zero();
    day_.verdict = any_break  ? DayVerdict::kBreaks
                   : any_open ? DayVerdict::kTiming
                              : DayVerdict::kClean;
  }

  const BankDay& bank_;
  const LedgerDay& ledger_;
  const Carry* previous_;
  base::Currency currency_;
  MatchInput pool_;
  std::map<std::string, const Finding*> origin_;  // of carried members, by their id
  DayResult day_;
};

void move_tally(Tallies& tallies, Bucket from, Bucket to, base::Amount amount) {
  Tally& source = tallies[static_cast<std::size_t>(from)];
  Tally& target = tallies[static_cast<std::size_t>(to)];
  --source.count;
  source.amount -= amount;
  ++target.count;
  target.amount += amount;
}

}  // namespace

std::string_view name_of(DayVerdict verdict) {
  switch (verdict) {
    case DayVerdict::kClean:
      return "CLEAN";
    case DayVerdict::kTiming:
      return "TIMING";
    case DayVerdict::kBreaks:
      return "BREAKS";
  }
  return "unknown";
}

Carry carry_of(const DayResult& day) {
  Carry carry{day.date, day.bank_closing, day.closing_stated, {}};
  for (const Finding& finding : day.findings) {
    const bool spent = finding.bucket == Bucket::kStatement && finding.effect.is_zero();
    const bool unreadable = finding.bucket == Bucket::kUnparseable;
    if (finding.open && !spent && !unreadable) carry.open.push_back(finding);
  }
  return carry;
}

DayResult reconcile(const BankDay& bank, const LedgerDay& ledger, const Carry* previous,
                    base::Currency currency, std::string account, const Knowledge& knowledge,
                    const DayOptions& options) {
  return DayBuilder(bank, ledger, previous, currency).run(std::move(account), knowledge, options);
}

void amend(DayResult& day, const DayResult& next) {
  std::set<std::string> closed;
  for (const Finding& finding : next.findings) {
    if (finding.bucket != Bucket::kMatched || finding.cause != Cause::kBookedNextDay) continue;
    closed.insert(finding.keys.begin(), finding.keys.end());
  }
  bool any_break = !day.unexplained.is_zero();
  for (Finding& finding : day.findings) {
    const bool one_sided =
        finding.bucket == Bucket::kBankOnly || finding.bucket == Bucket::kLedgerOnly;
    if (finding.open && one_sided && closed.contains(finding.keys.front())) {
      const Bucket from = finding.bucket;
      finding.bucket = Bucket::kTiming;
      finding.cause = Cause::kBookedNextDay;
      finding.text =
          fmt::format("{} on {}", from == Bucket::kBankOnly ? "in the ledger" : "at the bank",
                      base::format(next.date));
      for (const BankLine& line : finding.lines) {
        if (line.day == day.date) move_tally(day.lines, from, Bucket::kTiming, line.amount);
      }
      for (const LedgerItem& item : finding.items) {
        if (item.business_date >= day.first) {
          move_tally(day.items, from, Bucket::kTiming, item.amount);
        }
      }
    }
    any_break |= finding.is_break();
  }
  if (day.verdict == DayVerdict::kBreaks && !any_break) day.verdict = DayVerdict::kTiming;
  std::stable_sort(
      day.findings.begin(), day.findings.end(), [](const Finding& a, const Finding& b) {
        return std::tie(a.bucket, a.first_seen, a.keys) < std::tie(b.bucket, b.first_seen, b.keys);
      });
}

}  // namespace recon
