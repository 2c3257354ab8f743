#include "ledger/domain/profile.h"

#include <algorithm>
#include <utility>

namespace ledger::domain {

// Written into the program at build time from profiles/*.toml.
extern const std::string_view kProfile_cn_2017, kProfile_marketplace, kProfile_uk_cass15,
    kProfile_us_escrow;

namespace {

constexpr std::pair<std::string_view, const std::string_view&> kBuiltIn[] = {
    {"cn-2017", kProfile_cn_2017},
    {"marketplace", kProfile_marketplace},
    {"uk-cass15", kProfile_uk_cass15},
    {"us-escrow", kProfile_us_escrow},
};

constexpr std::pair<MonitorKind, std::string_view> kMonitorKinds[] = {
    {MonitorKind::kLarge, "large"},
    {MonitorKind::kAggregate, "aggregate"},
    {MonitorKind::kVelocity, "velocity"},
    {MonitorKind::kStructuring, "structuring"},
    {MonitorKind::kInAndOut, "in_and_out"},
    {MonitorKind::kSuspenseAge, "suspense_age"},
    {MonitorKind::kTransitAge, "transit_age"},
    {MonitorKind::kCoverage, "coverage"},
    {MonitorKind::kReserveFloor, "reserve_floor"},
    {MonitorKind::kRefused, "refused"},
};

}  // namespace

std::string_view name_of(MonitorKind kind) {
  for (const auto& [value, name] : kMonitorKinds) {
    if (value == kind) return name;
  }
  return "unknown";
}

bool Calendar::is_business_day(base::Date day) const {
  const auto in = [day](const std::vector<base::Date>& days) {
    return std::binary_search(days.begin(), days.end(), day);
  };
  if (in(holidays_)) return false;
  return !weekend_[static_cast<std::size_t>(day.weekday())] || in(workdays_);
}

base::Date Calendar::next_business_day(base::Date day) const {
  constexpr std::uint32_t kLastDay = 9999'12'31;
  while (day.yyyymmdd() < kLastDay) {
    day = day.plus_days(1);
    if (is_business_day(day)) return day;
  }
  return {};
}

std::int64_t Calendar::business_days(base::Date first, base::Date last) const {
  std::int64_t count = 0;
  for (base::Date day = first; day < last;) {
    day = day.plus_days(1);
    if (is_business_day(day)) ++count;
  }
  return count;
}

std::optional<std::string_view> Profile::built_in(std::string_view name) {
  for (const auto& [known, text] : kBuiltIn) {
    if (known == name) return text;
  }
  return std::nullopt;
}

std::vector<std::string_view> Profile::built_in_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, text] : kBuiltIn) names.push_back(name);
  return names;
}

std::optional<std::uint8_t> Profile::class_index(std::uint16_t number) const {
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (classes_[i].number == number) return static_cast<std::uint8_t>(i);
  }
  return std::nullopt;
}

std::optional<std::uint8_t> Profile::kind_index(std::string_view name) const {
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    if (kinds_[i].name == name) return static_cast<std::uint8_t>(i);
  }
  return std::nullopt;
}

std::optional<std::uint16_t> Profile::account_position(std::uint8_t kind,
                                                       std::string_view suffix) const {
  const auto& accounts = kinds_[kind].accounts;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (accounts[i].suffix == suffix) return static_cast<std::uint16_t>(i);
  }
  return std::nullopt;
}

const FlowRules* Profile::rules_of(FlowCode flow) const {
  const auto at = flows_.find(flow);
  return at == flows_.end() ? nullptr : &at->second;
}

const MatrixRule* Profile::matrix(FlowCode flow, std::uint8_t debit_class,
                                  std::uint8_t credit_class) const {
  const auto at = matrix_.find(matrix_key(flow, debit_class, credit_class));
  return at == matrix_.end() ? nullptr : &at->second;
}

const FeeRule* Profile::fee_rule(std::string_view id) const {
  const auto at = fees_.find(id);
  return at == fees_.end() ? nullptr : &at->second;
}

base::Amount Profile::fee_limit(const FeeRule& rule, base::Amount base_amount) {
  const base::Int128 share =
      static_cast<base::Int128>(base_amount.minor()) * rule.basis_points / 10'000;
  return (base::Total(rule.fixed) + base::Total::from_minor(share))
      .to_amount()
      .value_or(base::Amount::of(base::Amount::kMaxMinor));
}

bool Profile::role_may(std::string_view role, FlowCode flow) const {
  const FlowRules* rules = rules_of(flow);
  return rules != nullptr &&
         std::find(rules->roles.begin(), rules->roles.end(), role) != rules->roles.end();
}

std::vector<std::string> Profile::roles() const {
  std::vector<std::string> all;
  for (const auto& [flow, rules] : flows_)
    all.insert(all.end(), rules.roles.begin(), rules.roles.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace ledger::domain
