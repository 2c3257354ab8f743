#include "recon/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "recon/party.h"

namespace recon {
namespace {

using Positions = std::vector<std::size_t>;
using Index = std::unordered_map<std::string_view, Positions>;

// The order in which lines are looked at: by day and content, so that the order of the file does
// not matter; equal ones by place.
auto content_of(const BankLine& l) {
  return std::tie(l.day, l.side, l.amount, l.references, l.hints, l.booking_date, l.value_date,
                  l.status, l.party_account, l.party_name, l.text, l.statement, l.number, l.part);
}
auto content_of(const LedgerItem& i) { return std::tie(i.sequence, i.posting); }

template <typename T>
Positions ordered(const std::vector<T>& values) {
  Positions order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return content_of(values[a]) < content_of(values[b]);
  });
  return order;
}

class Matcher {
 public:
  Matcher(const MatchInput& input, const Knowledge& knowledge)
      : in_(input),
        knowledge_(knowledge),
        parties_(input.lines, input.items, input.first_day, knowledge),
        line_order_(ordered(input.lines)),
        item_order_(ordered(input.items)),
        line_group_(input.lines.size(), kFree),
        item_group_(input.items.size(), kFree) {
    for (const std::size_t l : line_order_) {
      for (const std::string& ref : in_.lines[l].references) lines_by_ref_[ref].push_back(l);
    }
    for (const std::size_t i : item_order_) {
      for (const std::string_view key : in_.items[i].keys()) items_by_key_[key].push_back(i);
    }
  }

  std::vector<Group> run() {
    cancel_reversed_items();
    match_exactly();
    match_batches();
    cancel_reversed_lines();
    pair_unbooked();
    pair_other_amounts();
    find_copies();
    ask_the_ledger();
    leave_the_rest();
    return std::move(groups_);
  }

 private:
  static constexpr std::size_t kFree = static_cast<std::size_t>(-1);

  bool line_free(std::size_t l) const { return line_group_[l] == kFree; }
  bool item_free(std::size_t i) const { return item_group_[i] == kFree; }
  bool line_carried(std::size_t l) const { return in_.lines[l].day < in_.day; }
  bool item_carried(std::size_t i) const { return in_.items[i].business_date < in_.first_day; }
  bool open_booked(std::size_t l) const { return line_free(l) && in_.lines[l].booked(); }
  std::string money(base::Total units) const { return base::format(units, in_.currency); }

  void add(Bucket bucket, Cause cause, std::string text, Positions lines, Positions items) {
    for (const std::size_t l : lines) line_group_[l] = groups_.size();
    for (const std::size_t i : items) item_group_[i] = groups_.size();
    groups_.push_back({bucket, cause, std::move(text), std::move(lines), std::move(items)});
  }

  const Positions& items_of(std::string_view key) const { return found(items_by_key_, key); }
  const Positions& lines_of(std::string_view ref) const { return found(lines_by_ref_, ref); }
  static const Positions& found(const Index& index, std::string_view key) {
    static const Positions none;
    const auto at = index.find(key);
    return at == index.end() ? none : at->second;
  }

  bool same_money(const BankLine& line, const LedgerItem& item) const {
    return line.side == item.side && line.amount == item.amount;
  }
  bool has_exact_line(std::size_t i) const {
    for (const std::string_view key : in_.items[i].keys()) {
      for (const std::size_t l : lines_of(key)) {
        if (open_booked(l) && same_money(in_.lines[l], in_.items[i])) return true;
      }
    }
    return false;
  }

  // Step 1. A correction by two operators leaves the original and its inverse in the books.
  void cancel_reversed_items() {
    std::map<std::uint64_t, Positions> by_sequence;
    for (const std::size_t i : item_order_) {
      by_sequence[in_.items[i].sequence.value()].push_back(i);
    }
    for (const std::size_t i : item_order_) {
      const LedgerItem& inverse = in_.items[i];
      if (inverse.reverses.is_none() || !item_free(i)) continue;
      const auto targets = by_sequence.find(inverse.reverses.value());
      if (targets == by_sequence.end() || has_exact_line(i)) continue;
      for (const std::size_t t : targets->second) {
        const LedgerItem& target = in_.items[t];
        if (!item_free(t) || target.side == inverse.side || target.amount != inverse.amount) {
          continue;
        }
        add(Bucket::kMatched, Cause::kReversed,
            fmt::format("entry {} takes back entry {}", inverse.sequence.value(),
                        target.sequence.value()),
            {}, {t, i});
        break;
      }
    }
  }

  // Step 2. Every pass is stricter than the next, so that a weak pair never takes what a strong one
  // needs.
  void match_exactly() {
    for (const Agreement party : {Agreement::kAgrees, Agreement::kSilent, Agreement::kDiffers}) {
      for (const bool same_day : {true, false}) {
        for (const bool same_date : {true, false}) exact_pass(same_day, party, same_date);
      }
    }
  }
  void exact_pass(bool same_day, Agreement party, bool same_date) {
    for (const std::size_t l : line_order_) {
      if (!open_booked(l)) continue;
      const BankLine& line = in_.lines[l];
      const auto try_keys = [&](const std::vector<std::string>& keys) {
        for (const std::string& key : keys) {
          for (const std::size_t i : items_of(key)) {
            const LedgerItem& item = in_.items[i];
            if (!item_free(i) || !same_money(line, item)) continue;
            if ((line_carried(l) == item_carried(i)) != same_day) continue;
            if (parties_.compare(line, item) != party) continue;
            if (dates_agree(line, item) != same_date) continue;
            add_exact(l, i, party);
            return true;
          }
        }
        return false;
      };
      if (!try_keys(line.references)) try_keys(line.hints);
    }
  }
  void add_exact(std::size_t l, std::size_t i, Agreement party) {
    const BankLine& line = in_.lines[l];
    const LedgerItem& item = in_.items[i];
    if (party == Agreement::kDiffers) {
      add(Bucket::kPartyDiff, Cause::kOtherParty,
          fmt::format("bank names {}, ledger has {}", PartyBook::name_on(line), item.client), {l},
          {i});
    } else {
      add(Bucket::kMatched, Cause::kNone, "", {l}, {i});
    }
  }
  static bool dates_agree(const BankLine& line, const LedgerItem& item) {
    return line.value_date.is_none() || line.value_date == item.value_date;
  }

  // Step 3. A channel settles a batch in one line; a bank may pay one order in two.
  void match_batches() {
    for (const std::size_t l : line_order_) {
      if (!open_booked(l)) continue;
      const BankLine& line = in_.lines[l];
      for (const std::string& ref : line.references) {
        const Positions batch = free_of(items_of(ref), [&](std::size_t i) {
          return item_free(i) && in_.items[i].side == line.side;
        });
        if (batch.size() < 2 || sum_of(in_.items, batch) != base::Total(line.amount)) continue;
        add(Bucket::kMatched, Cause::kNone, fmt::format("1 line, {} items", batch.size()), {l},
            batch);
        break;
      }
    }
    for (const std::size_t i : item_order_) {
      if (!item_free(i)) continue;
      const LedgerItem& item = in_.items[i];
      for (const std::string_view key : item.keys()) {
        const Positions parts = free_of(lines_of(key), [&](std::size_t l) {
          return open_booked(l) && in_.lines[l].side == item.side;
        });
        if (parts.size() < 2 || sum_of(in_.lines, parts) != base::Total(item.amount)) continue;
        add(Bucket::kMatched, Cause::kNone, fmt::format("{} lines, 1 item", parts.size()), parts,
            {i});
        break;
      }
    }
  }
  template <typename Test>
  static Positions free_of(const Positions& all, const Test& test) {
    Positions free;
    std::copy_if(all.begin(), all.end(), std::back_inserter(free), test);
    return free;
  }
  template <typename T>
  static base::Total sum_of(const std::vector<T>& values, const Positions& at) {
    base::Total sum;
    for (const std::size_t i : at) sum += values[i].amount;
    return sum;
  }

  // Step 4. Only what the bank itself marks as a reversal.
  void cancel_reversed_lines() {
    for (const std::size_t l : line_order_) {
      if (!open_booked(l) || !in_.lines[l].reversal) continue;
      const BankLine& inverse = in_.lines[l];
      for (const std::string& ref : inverse.references) {
        const Positions originals = free_of(lines_of(ref), [&](std::size_t o) {
          return o != l && open_booked(o) && !in_.lines[o].reversal &&
                 in_.lines[o].side != inverse.side && in_.lines[o].amount == inverse.amount;
        });
        if (originals.empty()) continue;
        // The last one: of two copies the bank takes back the second.
        add(Bucket::kMatched, Cause::kReversed,
            fmt::format("{} takes back {}", inverse.id(), in_.lines[originals.back()].id()),
            {originals.back(), l}, {});
        break;
      }
    }
  }

  // Step 5.
  void pair_unbooked() {
    for (const std::size_t l : line_order_) {
      const BankLine& line = in_.lines[l];
      if (!line_free(l) || !line.readable || line.booked()) continue;
      Positions pair;
      for (const std::string& ref : line.references) {
        pair = free_of(items_of(ref), [&](std::size_t i) {
          return item_free(i) && in_.items[i].side == line.side;
        });
        if (!pair.empty()) break;
      }
      if (pair.empty()) {
        add(Bucket::kTiming, Cause::kNotBooked, "counts when it is booked", {l}, {});
      } else {
        add(Bucket::kStatusDiff, Cause::kNotBooked,
            fmt::format("pending at the bank, committed in entry {}",
                        in_.items[pair.front()].sequence.value()),
            {l}, {pair.front()});
      }
    }
  }

  // Step 6.
  void pair_other_amounts() {
    for (const bool same_day : {true, false}) {
      for (const std::size_t l : line_order_) {
        if (!open_booked(l)) continue;
        const BankLine& line = in_.lines[l];
        for (const std::string& ref : line.references) {
          const Positions pair = free_of(items_of(ref), [&](std::size_t i) {
            return item_free(i) && in_.items[i].side == line.side &&
                   (line_carried(l) == item_carried(i)) == same_day;
          });
          if (pair.empty()) continue;
          const LedgerItem& item = in_.items[pair.front()];
          add(Bucket::kAmountDiff, Cause::kAmountDiffers, differs(line.amount, item.amount), {l},
              {pair.front()});
          break;
        }
      }
    }
  }
  std::string differs(base::Amount bank, base::Amount ledger) const {
    return fmt::format("bank {}, ledger {}: differs by {}", money(bank), money(ledger),
                       money(bank - ledger));
  }

  // Step 7. Copies of what is matched, today or earlier.
  void find_copies() {
    for (const std::size_t l : line_order_) {
      if (!open_booked(l)) continue;
      const BankLine& line = in_.lines[l];
      for (const std::string& ref : line.references) {
        if (const auto twin = matched_twin(l, ref)) {
          add(Bucket::kDuplicate, Cause::kSentTwice, "equal to " + in_.lines[*twin].id(), {l}, {});
          break;
        }
        if (!knowledge_.earlier) continue;
        if (const auto entry = knowledge_.earlier(ref, line.side, line.amount)) {
          add(Bucket::kDuplicate, Cause::kSentTwice,
              fmt::format("item {} was matched on an earlier day", *entry), {l}, {});
          break;
        }
      }
    }
  }
  std::optional<std::size_t> matched_twin(std::size_t l, std::string_view ref) const {
    const BankLine& line = in_.lines[l];
    for (const std::size_t other : lines_of(ref)) {
      if (other == l || line_free(other) || !in_.lines[other].booked()) continue;
      const Group& group = groups_[line_group_[other]];
      if (group.items.empty() && group.bucket == Bucket::kMatched) continue;
      if (in_.lines[other].side == line.side && in_.lines[other].amount == line.amount) {
        return other;
      }
    }
    return std::nullopt;
  }

  // Step 8.
  void ask_the_ledger() {
    for (const std::size_t l : line_order_) {
      if (!open_booked(l)) continue;
      const BankLine& line = in_.lines[l];
      for (const std::string& ref : line.references) {
        // A copy of a line that was explained a moment ago.
        if (const auto twin = matched_twin(l, ref)) {
          add(Bucket::kDuplicate, Cause::kSentTwice, "equal to " + in_.lines[*twin].id(), {l}, {});
          break;
        }
        const auto order = knowledge_.order ? knowledge_.order(ref) : std::nullopt;
        if (order && explain_by(*order, l)) break;
      }
    }
  }
  bool explain_by(const Order& order, std::size_t l) {
    const BankLine& line = in_.lines[l];
    if (order.side != line.side) {
      add(Bucket::kStatusDiff, Cause::kOppositeSide,
          fmt::format("order {} is {} in the ledger", order.id, name_of(order.state)), {l}, {});
      return true;
    }
    switch (order.state) {
      case OrderState::kInTransit:
        explain_by_transit(order, l);
        return true;
      case OrderState::kRequested:
        add(Bucket::kStatusDiff, Cause::kOrderNotAccepted, "order " + order.id, {l}, {});
        return true;
      case OrderState::kFailed:
        add(Bucket::kStatusDiff, Cause::kOrderFailed,
            fmt::format("order {} was given back in entry {}", order.id, order.entry.value()), {l},
            {});
        return true;
      case OrderState::kDone:
        return false;
    }
    return false;
  }
  void explain_by_transit(const Order& order, std::size_t l) {
    const BankLine& line = in_.lines[l];
    const std::int64_t age = in_.day.days() - line.day.days();
    if (line.amount != order.amount) {
      add(Bucket::kAmountDiff, Cause::kAmountDiffers,
          fmt::format("order {} in transit: {}", order.id, differs(line.amount, order.amount)), {l},
          {});
    } else if (age > in_.transit_days_max) {
      add(Bucket::kBankOnly, Cause::kAgedTransit,
          fmt::format("order {} in transit, booked by the bank {} days ago", order.id, age), {l},
          {});
    } else {
      add(Bucket::kTiming, Cause::kInTransit,
          fmt::format("order {} of {}, in transit since {}", order.id, order.client,
                      base::format(order.since)),
          {l}, {});
    }
  }

  void leave_the_rest() {
    for (const std::size_t l : line_order_) {
      if (!line_free(l)) continue;
      const BankLine& line = in_.lines[l];
      if (!line.readable) {
        add(Bucket::kUnparseable, Cause::kUnreadable, line.text, {l}, {});
      } else if (const auto twin = twin_left(l)) {
        add(Bucket::kDuplicate, Cause::kSentTwice, "equal to " + in_.lines[*twin].id(), {l}, {});
      } else {
        const bool bare = line.references.empty() && line.hints.empty();
        add(Bucket::kBankOnly, bare ? Cause::kNoReference : Cause::kExtraInBank,
            "no order, command or evidence of the ledger", {l}, {});
      }
    }
    for (const std::size_t i : item_order_) {
      if (item_free(i)) leave_item(i);
    }
  }
  std::optional<std::size_t> twin_left(std::size_t l) const {
    for (const std::string& ref : in_.lines[l].references) {
      if (const auto twin = matched_twin(l, ref)) return twin;
    }
    return std::nullopt;
  }
  void leave_item(std::size_t i) {
    const LedgerItem& item = in_.items[i];
    const bool carried = item_carried(i);
    if (item.value_date > in_.day) {
      add(Bucket::kTiming, Cause::kValueDateLater,
          "the money counts on " + base::format(item.value_date), {}, {i});
    } else if (item.late && !carried) {
      add(Bucket::kTiming, Cause::kCutOffWindow, "expected on the next statement", {}, {i});
    } else if (in_.truncated && !carried) {
      add(Bucket::kLedgerOnly, Cause::kFileTruncated, "not in the part that was received", {}, {i});
    } else {
      add(Bucket::kLedgerOnly, Cause::kMissingInBank,
          fmt::format("order {} of {}", item.order, item.client), {}, {i});
    }
  }

  const MatchInput& in_;
  const Knowledge& knowledge_;
  PartyBook parties_;
  Positions line_order_;
  Positions item_order_;
  std::vector<std::size_t> line_group_;
  std::vector<std::size_t> item_group_;
  Index lines_by_ref_;
  Index items_by_key_;
  std::vector<Group> groups_;
};

}  // namespace

std::vector<Group> match(const MatchInput& input, const Knowledge& knowledge) {
  return Matcher(input, knowledge).run();
}

}  // namespace recon
