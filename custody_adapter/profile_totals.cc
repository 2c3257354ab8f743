#include "custody_adapter/profile_totals.h"

#include <algorithm>

namespace custody_adapter {

using ledger::base::Total;

ProfileTotals::ProfileTotals(const ProfileModel& model, bool file_scope) : model_(model) {
  for (const CheckSpec& check : model.checks) {
    if (check.file_scope != file_scope) continue;
    State state;
    state.check = &check;
    states_.push_back(state);
    has_money_ = has_money_ || check.kind == CheckKind::kSum;
  }
}

bool ProfileTotals::is_complete() const {
  return std::any_of(states_.begin(), states_.end(),
                     [](const State& s) { return s.check->complete && s.stated.has_value(); });
}

void ProfileTotals::clear() {
  for (State& state : states_) {
    const CheckSpec* const check = state.check;
    state = State();
    state.check = check;
  }
}

void ProfileTotals::add_record(std::size_t record) {
  for (State& state : states_) {
    if (state.check->kind == CheckKind::kRecords && state.check->parts[record].takes_part) {
      ++state.count;
    }
  }
}

ProfileTotals::Cover ProfileTotals::add_detail(const DetailFigures& detail) {
  Cover cover = Cover::kNothing;
  for (State& state : states_) {
    const CheckSpec& check = *state.check;
    const CheckSpec::Part& part = check.parts[detail.record];
    if (check.kind == CheckKind::kRecords || !part.takes_part) continue;
    if (check.side && check.side != detail.side) continue;
    const bool taken =
        std::all_of(part.when.begin(), part.when.end(), [&detail](const Condition& condition) {
          return satisfies(condition, (*detail.values)[condition.field]);
        });
    if (!taken) continue;
    ++state.count;
    if (check.kind != CheckKind::kSum || part.sum_field < 0) continue;
    const auto& number = (*detail.numbers)[static_cast<std::size_t>(part.sum_field)];
    if (!number) continue;
    Figure value = *number;
    if (check.is_signed || check.side) {
      if (value.units.is_negative()) value = -value;
      if (check.is_signed) {
        if (!detail.side) continue;
        if (*detail.side == Side::kDebit) value = -value;
      }
    }
    state.computed = state.computed + value;
    if (part.sum_field != detail.amount_field) continue;
    if (part.covers_side) {
      cover = Cover::kAmountAndSide;
    } else if (cover == Cover::kNothing) {
      cover = Cover::kAmount;
    }
  }
  return cover;
}

void ProfileTotals::state(std::size_t record, const std::vector<std::optional<Figure>>& numbers,
                          const Place& place) {
  for (State& state : states_) {
    if (state.check->record != record) continue;
    state.seen = true;
    state.stated = numbers[state.check->field];
    state.place = place;
  }
}

std::vector<ControlTotal> ProfileTotals::totals() const {
  std::vector<ControlTotal> list;
  for (const State& state : states_) {
    const CheckSpec& check = *state.check;
    if (!state.seen && model_.records[check.record].optional) continue;
    ControlTotal total;
    total.name = check.name;
    total.is_money = check.kind == CheckKind::kSum;
    total.stated = state.stated;
    total.computed = total.is_money
                         ? state.computed
                         : Figure{Total::from_minor(static_cast<std::int64_t>(state.count)), 0};
    total.place = state.place;
    list.push_back(std::move(total));
  }
  return list;
}

}  // namespace custody_adapter
