// Reads a profile's TOML and checks it.
#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "ledger/domain/flow.h"
#include "ledger/domain/profile.h"
#include "ledger/domain/profile_needs.h"
#include "ledger/domain/profile_toml.h"

namespace ledger::domain {
namespace {

constexpr std::pair<std::string_view, ClassGroup> kGroups[] = {
    {"bank", ClassGroup::kBank},           {"in_transit", ClassGroup::kInTransit},
    {"shortfall", ClassGroup::kShortfall}, {"client", ClassGroup::kClient},
    {"platform", ClassGroup::kPlatform},
};
constexpr std::pair<std::string_view, CreditMoment> kCreditMoments[] = {
    {"on-success", CreditMoment::kOnSuccess}, {"on-settlement", CreditMoment::kOnSettlement}};
constexpr std::pair<std::string_view, ReserveMode> kReserveModes[] = {
    {"off", ReserveMode::kOff},
    {"accrue", ReserveMode::kAccrue},
    {"run-off", ReserveMode::kRunOff}};
constexpr std::pair<std::string_view, InterestTo> kInterestTo[] = {
    {"clients", InterestTo::kClients}, {"platform", InterestTo::kPlatform}};
constexpr std::pair<std::string_view, MonitorAction> kActions[] = {
    {"alert", MonitorAction::kAlert}, {"freeze", MonitorAction::kFreeze}};
constexpr std::string_view kWeekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// Which keys a kind of monitor has: those it needs, and those it may have.
struct MonitorSpec {
  MonitorKind kind;
  std::initializer_list<std::string_view> needs;
  std::initializer_list<std::string_view> may;
  bool window;       // minutes or days
  bool age;          // or business_days
  bool of_a_client;  // its finding has a client, who can be frozen
};
const MonitorSpec kMonitors[] = {
    {MonitorKind::kLarge, {"flows", "amount"}, {}, false, false, true},
    {MonitorKind::kAggregate, {"flows", "amount"}, {}, true, false, true},
    {MonitorKind::kVelocity, {"flows", "count"}, {}, true, false, true},
    {MonitorKind::kStructuring, {"flows", "amount", "count"}, {}, true, false, true},
    {MonitorKind::kInAndOut, {"flows", "amount"}, {}, true, false, true},
    {MonitorKind::kSuspenseAge, {}, {}, true, true, false},
    {MonitorKind::kTransitAge, {}, {}, true, true, false},
    {MonitorKind::kCoverage, {}, {"amount"}, false, false, false},
    {MonitorKind::kReserveFloor, {"amount"}, {}, false, false, false},
    {MonitorKind::kRefused, {"count"}, {"flows"}, true, false, false},
};

// "owner code:suffix" is at most 64 characters. Of a client's, the owner's code takes 48; the code
// of a structural owner is the name of its kind.
constexpr std::size_t kAccountCodeMax = 64;
constexpr std::size_t kSuffixMax = 15;
constexpr std::size_t kDaysListed = 4000;

}  // namespace

// Reads the TOML tables one by one; the first fault stops it. Exceptions carry the fault out of the
// nested tables and end in Profile::parse.
class ProfileReader : private TomlKeys {
 public:
  explicit ProfileReader(std::string_view text) { profile_.text_ = text; }

  Profile read(const toml::table& root) {
    only(root, {"name", "version", "currencies", "policy", "caps", "calendar", "classes", "kinds",
                "fee_rules", "flows", "monitors"});
    profile_.name_ = text(root, "name");
    profile_.version_ = static_cast<std::uint32_t>(number(root, "version", 1, 1'000'000));
    read_currencies(root);
    if (const toml::table* t = optional_table(root, "policy")) read_policy(*t);
    if (const toml::table* t = optional_table(root, "caps")) read_caps(*t);
    if (const toml::table* t = optional_table(root, "calendar")) read_calendar(*t);
    for (const toml::table* t : tables(root, "classes")) read_class(*t);
    std::sort(profile_.classes_.begin(), profile_.classes_.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    for (const toml::table* t : tables(root, "kinds")) read_kind(*t);
    for (const toml::table* t : tables(root, "flows")) read_flow(*t);
    if (root.get("fee_rules") != nullptr) {
      for (const toml::table* t : tables(root, "fee_rules")) read_fee_rule(*t);
    }
    check_flows(root);
    if (root.get("monitors") != nullptr) {
      for (const toml::table* t : tables(root, "monitors")) read_monitor(*t);
    }
    return std::move(profile_);
  }

 private:
  // A colon separates kind, name and suffix in the code of an account.
  static bool is_name(std::string_view text) {
    return is_code(text) && text.find(':') == std::string_view::npos;
  }

  void read_currencies(const toml::table& root) {
    for (const std::string& code : texts(root, "currencies")) {
      const auto currency = base::Currency::parse(code);
      if (!currency) refuse(need(root, "currencies"), fmt::format("'{}' is no currency", code));
      const auto& known = profile_.currencies_;
      if (std::find(known.begin(), known.end(), *currency) != known.end()) {
        refuse(need(root, "currencies"), fmt::format("'{}' is listed twice", code));
      }
      profile_.currencies_.push_back(*currency);
    }
    if (profile_.currencies_.empty() || profile_.currencies_.size() > 16) {
      refuse(need(root, "currencies"), "1 to 16 currencies are needed");
    }
  }

  void read_policy(const toml::table& table) {
    only(table, {"credit", "reserve", "interest_to", "review_above", "penalty_ppm_per_day",
                 "partial_repayment", "claim_price_min_bp", "claim_price_max_bp",
                 "transfer_overdue", "dormant_after_days", "proposal_days"});
    Policy& p = profile_.policy_;
    p.credit = choice(table, "credit", kCreditMoments, p.credit);
    p.reserve = choice(table, "reserve", kReserveModes, p.reserve);
    p.interest_to = choice(table, "interest_to", kInterestTo, p.interest_to);
    p.review_above = optional_amount(table, "review_above");
    const auto figure = [&](std::int64_t& value, std::string_view key, std::int64_t least,
                            std::int64_t most) {
      value = number_or(table, key, least, most, value);
    };
    figure(p.penalty_ppm_per_day, "penalty_ppm_per_day", 0, 1'000'000);
    figure(p.claim_price_min_bp, "claim_price_min_bp", 0, 100'000);
    figure(p.claim_price_max_bp, "claim_price_max_bp", 0, 100'000);
    figure(p.dormant_after_days, "dormant_after_days", 0, 36'500);
    figure(p.proposal_days, "proposal_days", 1, 3'650);
    p.partial_repayment = flag(table, "partial_repayment");
    p.transfer_overdue = flag(table, "transfer_overdue");
    if (p.claim_price_min_bp > p.claim_price_max_bp) {
      refuse(table, "'claim_price_min_bp' is above 'claim_price_max_bp'");
    }
  }

  static std::optional<base::Amount> cap(const toml::table& table, std::string_view key) {
    const auto value = optional_amount(table, key);
    return value && value->is_zero() ? std::nullopt : value;
  }

  void read_caps(const toml::table& table) {
    only(table, {"natural_person", "legal_person", "natural_person_all", "legal_person_all"});
    Caps& c = profile_.caps_;
    c.natural_person = cap(table, "natural_person");
    c.legal_person = cap(table, "legal_person");
    c.natural_person_all = cap(table, "natural_person_all");
    c.legal_person_all = cap(table, "legal_person_all");
    for (const bool legal : {false, true}) {
      if (c.everywhere(legal) && c.here(legal).value_or(base::Amount()) > *c.everywhere(legal)) {
        refuse(table,
               fmt::format("'{0}_person' is above '{0}_person_all'", legal ? "legal" : "natural"));
      }
    }
  }

  static std::vector<base::Date> dates(const toml::table& table, std::string_view key) {
    std::vector<base::Date> days;
    if (table.get(key) == nullptr) return days;
    for (const toml::node& node : array(table, key)) {
      const auto value = node.value_exact<std::string>();
      const auto day = value ? base::Date::parse(*value) : std::nullopt;
      if (!day) refuse(node, fmt::format("'{}' must hold dates like \"2024-01-01\"", key));
      if (!days.empty() && *day <= days.back()) {
        refuse(node, fmt::format("'{}' must ascend: {}", key, *value));
      }
      if (days.size() == kDaysListed) {
        refuse(node, fmt::format("'{}' holds at most {} days", key, kDaysListed));
      }
      days.push_back(*day);
    }
    return days;
  }

  void read_calendar(const toml::table& table) {
    only(table, {"weekend", "holidays", "workdays"});
    Calendar& c = profile_.calendar_;
    if (table.get("weekend") != nullptr) {
      for (const std::string& name : texts(table, "weekend")) {
        const auto* at = std::find(std::begin(kWeekdays), std::end(kWeekdays), name);
        const toml::node& node = need(table, "weekend");
        if (at == std::end(kWeekdays)) refuse(node, "unknown day '" + name + "'");
        bool& set = c.weekend_[static_cast<std::size_t>(at - std::begin(kWeekdays))];
        if (set) refuse(node, "'" + name + "' is listed twice");
        set = true;
      }
      if (std::find(c.weekend_.begin(), c.weekend_.end(), false) == c.weekend_.end()) {
        refuse(need(table, "weekend"), "no day of the week is left");
      }
    }
    c.holidays_ = dates(table, "holidays");
    c.workdays_ = dates(table, "workdays");
    for (const base::Date day : c.workdays_) {
      if (c.is_business_day(day) && c.weekend_[static_cast<std::size_t>(day.weekday())]) continue;
      refuse(need(table, "workdays"),
             fmt::format("{} is a holiday, or no day of the weekend", base::format(day)));
    }
  }

  void read_class(const toml::table& table) {
    only(table, {"number", "name", "group", "itemised"});
    AccountClass c;
    c.number = static_cast<std::uint16_t>(number(table, "number", 1, 9999));
    c.name = text(table, "name");
    const std::string group = text(table, "group");
    const auto* at = std::find_if(std::begin(kGroups), std::end(kGroups),
                                  [&](const auto& g) { return g.first == group; });
    if (at == std::end(kGroups)) refuse(need(table, "group"), "unknown group '" + group + "'");
    c.group = at->second;
    c.debit_normal = c.group == ClassGroup::kBank || c.group == ClassGroup::kInTransit ||
                     c.group == ClassGroup::kShortfall;
    c.itemised = flag(table, "itemised");
    for (const AccountClass& other : profile_.classes_) {
      if (other.number == c.number || other.name == c.name) {
        refuse(table, fmt::format("class {} is declared twice", c.number));
      }
    }
    if (profile_.classes_.size() == 200) refuse(table, "at most 200 classes");
    profile_.classes_.push_back(std::move(c));
  }

  void read_kind(const toml::table& table) {
    only(table, {"name", "structural", "accounts"});
    OwnerKind kind;
    kind.name = text(table, "name");
    kind.structural = flag(table, "structural");
    if (!is_name(kind.name)) refuse(table, "a kind's name is a code without ':'");
    if (profile_.kinds_.size() == 200) refuse(table, "at most 200 kinds");
    if (profile_.kind_index(kind.name)) refuse(table, "kind '" + kind.name + "' is declared twice");
    for (const toml::table* account : tables(table, "accounts")) {
      only(*account, {"suffix", "class"});
      KindAccount a;
      a.suffix = text(*account, "suffix");
      a.account_class = static_cast<std::uint16_t>(number(*account, "class", 1, 9999));
      if (!profile_.class_index(a.account_class)) {
        refuse(*account, fmt::format("class {} is not declared", a.account_class));
      }
      if (!is_name(a.suffix) || (!kind.structural && a.suffix.size() > kSuffixMax)) {
        refuse(*account, "a suffix is a code of 1 to 15 characters without ':'");
      }
      if (kind.name.size() + 1 + a.suffix.size() > kAccountCodeMax) {
        refuse(*account, fmt::format("{}:{} is longer than 64", kind.name, a.suffix));
      }
      for (const KindAccount& other : kind.accounts) {
        if (other.suffix == a.suffix) refuse(*account, "suffix '" + a.suffix + "' stands twice");
      }
      kind.accounts.push_back(std::move(a));
    }
    if (kind.accounts.empty() || kind.accounts.size() > 16) {
      refuse(table, "a kind has 1 to 16 accounts");
    }
    profile_.kinds_.push_back(std::move(kind));
    OwnerKind& added = profile_.kinds_.back();
    const auto index = static_cast<std::uint8_t>(profile_.kinds_.size() - 1);
    added.available = profile_.account_position(index, "available");
    added.frozen = profile_.account_position(index, "frozen");
    added.withdrawing = profile_.account_position(index, "withdrawing");
    if (const std::string why = unfit_account(profile_, added); !why.empty()) refuse(table, why);
  }

  void read_flow(const toml::table& table) {
    only(table, {"name", "authorities", "roles", "reversible", "four_eyes", "four_eyes_above",
                 "despite_freeze", "despite_restriction", "matrix"});
    FlowRules rules;
    const std::string name = text(table, "name");
    const auto flow = flow_from_name(name);
    if (!flow || *flow == FlowCode::kGenesis) refuse(table, "unknown flow '" + name + "'");
    rules.flow = *flow;
    for (const std::string& word : texts(table, "authorities")) {
      const auto value = authority_from_name(word);
      const toml::node& node = need(table, "authorities");
      if (!value) refuse(node, "unknown authority '" + word + "'");
      const auto& known = rules.authorities;
      if (std::find(known.begin(), known.end(), *value) != known.end()) {
        refuse(node, "authority '" + word + "' is listed twice");
      }
      rules.authorities.push_back(*value);
    }
    if (rules.authorities.empty()) {
      refuse(need(table, "authorities"), "flow '" + name + "' has no authority to start it");
    }
    rules.roles = texts(table, "roles");
    rules.reversible = flag(table, "reversible");
    rules.four_eyes = flag(table, "four_eyes");
    rules.four_eyes_above = optional_amount(table, "four_eyes_above");
    rules.despite_freeze = flag(table, "despite_freeze");
    rules.despite_restriction = flag(table, "despite_restriction");
    if (!profile_.flows_.emplace(*flow, std::move(rules)).second) {
      refuse(table, "flow '" + name + "' is declared twice");
    }
    flow_tables_[*flow] = &table;
    if (table.get("matrix") == nullptr) return;
    for (const toml::table* row : tables(table, "matrix")) read_matrix_row(*flow, *row);
  }

  void read_matrix_row(FlowCode flow, const toml::table& row) {
    only(row, {"debit", "credit", "same_owner", "project", "fee_rule"});
    const MatrixRule rule{flag(row, "same_owner"), flag(row, "project"), flag(row, "fee_rule")};
    for (const std::uint8_t debit : class_list(row, "debit")) {
      for (const std::uint8_t credit : class_list(row, "credit")) {
        const auto key = Profile::matrix_key(flow, debit, credit);
        if (!profile_.matrix_.emplace(key, rule).second) {
          refuse(row, "a pair of classes stands in two rows of one flow");
        }
        const std::uint16_t from = profile_.classes_[debit].number;
        const std::uint16_t to = profile_.classes_[credit].number;
        if (rule.same_owner && !has_both(from, to)) {
          refuse(row, fmt::format("no kind has accounts of both classes {} and {}", from, to));
        }
      }
    }
  }

  bool has_both(std::uint16_t one, std::uint16_t other) const {
    const auto has = [](const OwnerKind& kind, std::uint16_t number) {
      return std::any_of(kind.accounts.begin(), kind.accounts.end(),
                         [number](const KindAccount& a) { return a.account_class == number; });
    };
    return std::any_of(profile_.kinds_.begin(), profile_.kinds_.end(),
                       [&](const OwnerKind& k) { return has(k, one) && has(k, other); });
  }

  std::vector<std::uint8_t> class_list(const toml::table& row, std::string_view key) {
    std::vector<std::uint8_t> list;
    for (const toml::node& node : array(row, key)) {
      const auto class_number = node.value_exact<std::int64_t>();
      const auto index = class_number && *class_number > 0 && *class_number < 10000
                             ? profile_.class_index(static_cast<std::uint16_t>(*class_number))
                             : std::nullopt;
      if (!index) refuse(node, fmt::format("'{}' names a class that is not declared", key));
      list.push_back(*index);
    }
    return list;
  }

  bool takes_fees(FlowCode flow) const {
    const auto& matrix = profile_.matrix_;
    return std::any_of(matrix.begin(), matrix.end(), [flow](const auto& row) {
      return row.second.needs_fee_rule && Profile::flow_in(row.first) == flow;
    });
  }

  void read_fee_rule(const toml::table& table) {
    only(table, {"id", "payer", "flow", "fixed", "basis_points"});
    FeeRule rule;
    rule.id = text(table, "id");
    rule.payer_kind = text(table, "payer");
    if (!profile_.kind_index(rule.payer_kind)) refuse(table, "unknown kind " + rule.payer_kind);
    const auto flow = flow_from_name(text(table, "flow"));
    if (!flow || profile_.rules_of(*flow) == nullptr) refuse(table, "unknown flow of a fee rule");
    rule.flow = *flow;
    if (!takes_fees(*flow)) {
      refuse(need(table, "flow"), fmt::format("flow '{}' takes no fee", name_of(*flow)));
    }
    if (table.get("fixed") != nullptr) rule.fixed = amount(table, "fixed");
    if (table.get("basis_points") != nullptr) {
      rule.basis_points = number(table, "basis_points", 0, 10'000);
    }
    const std::string id = rule.id;
    if (!profile_.fees_.emplace(id, std::move(rule)).second) {
      refuse(table, "fee rule '" + id + "' is declared twice");
    }
  }

  bool declared(FlowCode flow) const { return profile_.rules_of(flow) != nullptr; }

  // What the flows rely on, and what one flow needs of another.
  void check_flows(const toml::table& root) {
    for (const FlowCode flow : {FlowCode::kOpenAccount, FlowCode::kCutOff}) {
      if (!declared(flow)) refuse(root, fmt::format("flow '{}' is not declared", name_of(flow)));
    }
    for (const auto& [flow, rules] : profile_.flows_) {
      const toml::table& at = *flow_tables_.at(flow);
      const std::string missing = missing_for(profile_, flow);
      if (!missing.empty()) refuse(at, fmt::format("flow '{}': {}", name_of(flow), missing));
      if (flow == FlowCode::kSettle && !credits_when_it_says()) {
        refuse(at, "flow 'settle': the matrix does not fit the policy's 'credit'");
      }
      check_four_eyes(at, rules);
      // Whoever could change the rules alone could do anything alone.
      if (flow == FlowCode::kAdoptProfile && !rules.four_eyes) {
        refuse(at, "flow 'profile_adopt' takes two operators: four_eyes = true");
      }
    }
  }

  // Money of the bank goes into the transit it settles, or straight to the client.
  bool credits_when_it_says() const {
    const auto wanted = profile_.policy_.credit == CreditMoment::kOnSettlement
                            ? ClassGroup::kClient
                            : ClassGroup::kInTransit;
    const auto& classes = profile_.classes_;
    for (std::uint8_t debit = 0; debit < classes.size(); ++debit) {
      for (std::uint8_t credit = 0; credit < classes.size(); ++credit) {
        if (classes[debit].group == ClassGroup::kBank && classes[credit].group == wanted &&
            profile_.matrix(FlowCode::kSettle, debit, credit) != nullptr) {
          return true;
        }
      }
    }
    return false;
  }

  void check_four_eyes(const toml::table& at, const FlowRules& rules) {
    const bool above = rules.four_eyes_above.has_value();
    if (!rules.four_eyes && !above) return;
    const std::string_view name = name_of(rules.flow);
    const toml::node& key = need(at, above ? "four_eyes_above" : "four_eyes");
    if (rules.four_eyes && above) {
      refuse(key, fmt::format("flow '{}': 'four_eyes' is for any amount already", name));
    }
    // Proposals are how two operators act: they cannot wait for each other.
    constexpr FlowCode kProposals[] = {FlowCode::kPropose, FlowCode::kApprove, FlowCode::kReject,
                                       FlowCode::kProposalExpire};
    if (std::find(std::begin(kProposals), std::end(kProposals), rules.flow) !=
        std::end(kProposals)) {
      refuse(key, fmt::format("flow '{}' cannot be proposed", name));
    }
    for (const FlowCode flow : {FlowCode::kPropose, FlowCode::kApprove, FlowCode::kReject}) {
      if (!declared(flow)) {
        refuse(key, fmt::format("flow '{}' needs the flow '{}' for its two operators", name,
                                name_of(flow)));
      }
    }
    const Flow* known = find_flow(rules.flow);
    const auto is_amount = [](const FlowField& f) { return f.field == Field::kAmount; };
    if (above && known != nullptr &&
        std::none_of(known->fields.begin(), known->fields.end(), is_amount)) {
      refuse(key, fmt::format("flow '{}' has no amount", name));
    }
  }

  void read_monitor(const toml::table& table) {
    only(table,
         {"id", "kind", "flows", "amount", "count", "minutes", "days", "business_days", "action"});
    Monitor m;
    m.id = text(table, "id");
    if (!is_name(m.id)) refuse(need(table, "id"), "a monitor's id is a code without ':'");
    for (const Monitor& other : profile_.monitors_) {
      if (other.id == m.id) refuse(table, "monitor '" + m.id + "' is declared twice");
    }
    if (profile_.monitors_.size() == 200) refuse(table, "at most 200 monitors");
    const std::string kind = text(table, "kind");
    const auto* spec = std::find_if(std::begin(kMonitors), std::end(kMonitors),
                                    [&](const auto& s) { return name_of(s.kind) == kind; });
    if (spec == std::end(kMonitors)) {
      refuse(need(table, "kind"), "unknown kind of monitor '" + kind + "'");
    }
    m.kind = spec->kind;
    check_monitor_keys(table, *spec);
    read_monitor_flows(table, m);
    if (table.get("amount") != nullptr) {
      m.amount = base::Amount::of(number(table, "amount", 1, base::Amount::kMaxMinor));
    }
    m.count = number_or(table, "count", 1, 1'000'000, 0);
    m.minutes = number_or(table, "minutes", 1, 527'040, 0);
    m.days = number_or(table, "days", 1, 3'660, 0);
    m.business_days = number_or(table, "business_days", 1, 3'660, 0);
    m.action = choice(table, "action", kActions, m.action);
    if (m.action == MonitorAction::kFreeze && !spec->of_a_client) {
      refuse(need(table, "action"), "a monitor of kind '" + kind + "' has nobody to freeze");
    }
    const auto flow =
        m.action == MonitorAction::kFreeze ? FlowCode::kFreezeOwner : FlowCode::kAlert;
    for (const FlowCode needed : {FlowCode::kAlert, flow}) {
      if (!declared(needed)) {
        refuse(table, fmt::format("monitor '{}' needs the flow '{}'", m.id, name_of(needed)));
      }
    }
    profile_.monitors_.push_back(std::move(m));
  }

  static void check_monitor_keys(const toml::table& table, const MonitorSpec& spec) {
    const auto in = [](std::initializer_list<std::string_view> keys, std::string_view key) {
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    for (const std::string_view key : spec.needs) need(table, key);
    for (const std::string_view key :
         {"flows", "amount", "count", "minutes", "days", "business_days"}) {
      const bool fits = in(spec.needs, key) || in(spec.may, key) ||
                        (spec.window && (key == "minutes" || key == "days")) ||
                        (spec.age && key == "business_days");
      const toml::node* node = table.get(key);
      if (node != nullptr && !fits) {
        refuse(*node, fmt::format("a monitor of kind '{}' has no '{}'", name_of(spec.kind), key));
      }
    }
    int given = 0;
    for (const std::string_view key : {"minutes", "days", "business_days"}) {
      given += table.get(key) != nullptr ? 1 : 0;
    }
    if (!spec.window || given == 1) return;
    refuse(table, spec.age ? "one of 'minutes', 'days' and 'business_days' is needed"
                           : "either 'minutes' or 'days' is needed");
  }

  void read_monitor_flows(const toml::table& table, Monitor& m) {
    if (table.get("flows") == nullptr) return;
    for (const std::string& name : texts(table, "flows")) {
      const toml::node& node = need(table, "flows");
      const auto flow = flow_from_name(name);
      if (!flow || !declared(*flow)) refuse(node, "'" + name + "' is no flow of this profile");
      if (std::find(m.flows.begin(), m.flows.end(), *flow) != m.flows.end()) {
        refuse(node, "'" + name + "' is listed twice");
      }
      m.flows.push_back(*flow);
    }
    if (m.flows.empty()) refuse(need(table, "flows"), "'flows' is empty");
  }

  Profile profile_;
  std::map<FlowCode, const toml::table*> flow_tables_;  // for the lines of faults
};

base::Result<Profile, base::Fault> Profile::parse(std::string_view toml_text) {
  try {
    return ProfileReader(toml_text).read(toml::parse(toml_text));
  } catch (const toml::parse_error& error) {
    return base::fail(base::invalid(
        fmt::format("profile: line {}: {}", error.source().begin.line, error.description())));
  } catch (const base::Fault& fault) {
    return base::fail(fault);
  }
}

}  // namespace ledger::domain
