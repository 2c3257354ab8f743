#include "ledger/domain/profile.h"

#include <algorithm>
#include <initializer_list>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "ledger/domain/flow.h"

namespace ledger::domain {

// Written into the program at build time from profiles/*.toml.
extern const std::string_view kProfile_cn_2017;

namespace {

constexpr std::pair<std::string_view, ClassGroup> kGroups[] = {
    {"bank", ClassGroup::kBank},           {"in_transit", ClassGroup::kInTransit},
    {"shortfall", ClassGroup::kShortfall}, {"client", ClassGroup::kClient},
    {"platform", ClassGroup::kPlatform},
};

// "owner code:suffix" is at most 64 characters, of which the owner's code takes 48.
constexpr std::size_t kSuffixMax = 15;

constexpr std::uint32_t matrix_key(FlowCode flow, std::uint8_t debit, std::uint8_t credit) {
  return static_cast<std::uint32_t>(flow) << 16 | static_cast<std::uint32_t>(debit) << 8 | credit;
}

}  // namespace

// Reads the TOML tables one by one; the first fault stops it. Exceptions carry the fault out of the
// nested tables and end in Profile::parse.
class ProfileReader {
 public:
  explicit ProfileReader(std::string_view text) { profile_.text_ = text; }

  Profile read(const toml::table& root) {
    only(root, {"name", "version", "currencies", "caps", "classes", "kinds", "fee_rules", "flows"});
    profile_.name_ = text(root, "name");
    profile_.version_ = static_cast<std::uint32_t>(number(root, "version", 1, 1'000'000));
    read_currencies(root);
    const toml::table& caps = sub_table(root, "caps");
    only(caps, {"natural_person", "legal_person"});
    profile_.cap_natural_ = amount(caps, "natural_person");
    profile_.cap_legal_ = amount(caps, "legal_person");
    for (const toml::table* t : tables(root, "classes")) read_class(*t);
    std::sort(profile_.classes_.begin(), profile_.classes_.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    for (const toml::table* t : tables(root, "kinds")) read_kind(*t);
    for (const toml::table* t : tables(root, "flows")) read_flow(*t);
    for (const toml::table* t : tables(root, "fee_rules")) read_fee_rule(*t);
    check_whole(root);
    return std::move(profile_);
  }

 private:
  [[noreturn]] static void refuse(const toml::node& at, const std::string& what) {
    throw base::invalid(fmt::format("profile: line {}: {}", at.source().begin.line, what));
  }
  static void only(const toml::table& table, std::initializer_list<std::string_view> keys) {
    for (const auto& [key, node] : table) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
        refuse(node, fmt::format("unknown key '{}'", key.str()));
      }
    }
  }
  static const toml::node& need(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) refuse(table, fmt::format("key '{}' is missing", key));
    return *node;
  }
  static std::string text(const toml::table& table, std::string_view key) {
    const toml::node& node = need(table, key);
    const auto value = node.value_exact<std::string>();
    if (!value || value->empty() || value->size() > 64) {
      refuse(node, fmt::format("'{}' must be a text of 1 to 64 characters", key));
    }
    return *value;
  }
  static std::int64_t number(const toml::table& table, std::string_view key, std::int64_t least,
                             std::int64_t most) {
    const toml::node& node = need(table, key);
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) {
      refuse(node, fmt::format("'{}' must be an integer, {} to {}", key, least, most));
    }
    return *value;
  }
  static base::Amount amount(const toml::table& table, std::string_view key) {
    return base::Amount::of(number(table, key, 0, base::Amount::kMaxMinor));
  }
  static bool flag(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) refuse(*node, fmt::format("'{}' must be true or false", key));
    return *value;
  }
  static const toml::table& sub_table(const toml::table& table, std::string_view key) {
    const toml::node& node = need(table, key);
    if (!node.is_table()) refuse(node, fmt::format("'{}' must be a table", key));
    return *node.as_table();
  }
  static const toml::array& array(const toml::table& table, std::string_view key) {
    const toml::node& node = need(table, key);
    if (!node.is_array()) refuse(node, fmt::format("'{}' must be an array", key));
    return *node.as_array();
  }
  static std::vector<const toml::table*> tables(const toml::table& table, std::string_view key) {
    std::vector<const toml::table*> list;
    for (const toml::node& node : array(table, key)) {
      if (!node.is_table()) refuse(node, fmt::format("'{}' must hold tables", key));
      list.push_back(node.as_table());
    }
    return list;
  }
  static std::vector<std::string> texts(const toml::table& table, std::string_view key) {
    std::vector<std::string> list;
    for (const toml::node& node : array(table, key)) {
      const auto value = node.value_exact<std::string>();
      if (!value) refuse(node, fmt::format("'{}' must hold texts", key));
      list.push_back(*value);
    }
    return list;
  }

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
      if (!is_name(a.suffix) || a.suffix.size() > kSuffixMax) {
        refuse(*account, "a suffix is a code of 1 to 15 characters without ':'");
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
  }

  void read_flow(const toml::table& table) {
    only(table, {"name", "authorities", "roles", "reversible", "matrix"});
    FlowRules rules;
    const std::string name = text(table, "name");
    const auto flow = flow_from_name(name);
    if (!flow || *flow == FlowCode::kGenesis) refuse(table, "unknown flow '" + name + "'");
    rules.flow = *flow;
    for (const std::string& authority : texts(table, "authorities")) {
      const auto value = authority_from_name(authority);
      if (!value) refuse(need(table, "authorities"), "unknown authority '" + authority + "'");
      rules.authorities.push_back(*value);
    }
    rules.roles = texts(table, "roles");
    rules.reversible = flag(table, "reversible");
    if (!profile_.flows_.emplace(*flow, std::move(rules)).second) {
      refuse(table, "flow '" + name + "' is declared twice");
    }
    if (table.get("matrix") == nullptr) return;
    for (const toml::table* row : tables(table, "matrix")) read_matrix_row(*flow, *row);
  }

  void read_matrix_row(FlowCode flow, const toml::table& row) {
    only(row, {"debit", "credit", "same_owner", "project", "fee_rule"});
    const MatrixRule rule{flag(row, "same_owner"), flag(row, "project"), flag(row, "fee_rule")};
    for (const std::uint8_t debit : class_list(row, "debit")) {
      for (const std::uint8_t credit : class_list(row, "credit")) {
        if (!profile_.matrix_.emplace(matrix_key(flow, debit, credit), rule).second) {
          refuse(row, "a pair of classes stands in two rows of one flow");
        }
      }
    }
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

  void read_fee_rule(const toml::table& table) {
    only(table, {"id", "payer", "flow", "fixed", "basis_points"});
    FeeRule rule;
    rule.id = text(table, "id");
    rule.payer_kind = text(table, "payer");
    if (!profile_.kind_index(rule.payer_kind)) refuse(table, "unknown kind " + rule.payer_kind);
    const auto flow = flow_from_name(text(table, "flow"));
    if (!flow || profile_.rules_of(*flow) == nullptr) refuse(table, "unknown flow of a fee rule");
    rule.flow = *flow;
    if (table.get("fixed") != nullptr) rule.fixed = amount(table, "fixed");
    if (table.get("basis_points") != nullptr) {
      rule.basis_points = number(table, "basis_points", 0, 10'000);
    }
    const std::string id = rule.id;
    if (!profile_.fees_.emplace(id, std::move(rule)).second) {
      refuse(table, "fee rule '" + id + "' is declared twice");
    }
  }

  // What the flows rely on to find their accounts.
  void check_whole(const toml::table& root) {
    constexpr std::pair<std::string_view, std::string_view> kNeeded[] = {
        {"custody", "bank"},       {"platform", "fee"},    {"channel", "in_transit"},
        {"lender", "available"},   {"lender", "frozen"},   {"lender", "withdrawing"},
        {"borrower", "available"}, {"borrower", "frozen"}, {"borrower", "withdrawing"},
    };
    for (const auto& [kind, suffix] : kNeeded) {
      const auto index = profile_.kind_index(kind);
      if (!index || !profile_.account_position(*index, suffix)) {
        refuse(root, fmt::format("the flows need an account {}:{}", kind, suffix));
      }
    }
    for (const std::string_view kind : {"custody", "platform"}) {
      if (!profile_.kinds_[*profile_.kind_index(kind)].structural) {
        refuse(root, fmt::format("kind '{}' must be structural", kind));
      }
    }
    for (const std::string_view kind : {"channel", "lender", "borrower"}) {
      if (profile_.kinds_[*profile_.kind_index(kind)].structural) {
        refuse(root, fmt::format("kind '{}' must not be structural", kind));
      }
    }
    for (const Flow* flow : all_flows()) {
      if (profile_.rules_of(flow->code) == nullptr) {
        refuse(root, fmt::format("flow '{}' is not declared", name_of(flow->code)));
      }
    }
  }

  Profile profile_;
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

std::optional<std::string_view> Profile::built_in(std::string_view name) {
  if (name == "cn-2017") return kProfile_cn_2017;
  return std::nullopt;
}

std::vector<std::string_view> Profile::built_in_names() { return {"cn-2017"}; }

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
