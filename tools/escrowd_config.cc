#include "tools/escrowd_config.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace tools {

namespace base = ledger::base;
using ledger::server::PeerRule;

namespace {

// Exceptions carry a fault out of nested tables and end in read_config().
class ConfigReader {
 public:
  ConfigReader(std::string path, EscrowdConfig& config) : path_(std::move(path)), config_(config) {}

  void read() {
    const toml::table root = toml::parse_file(path_);
    only(root, {"limits", "server", "engine", "peers"});
    read_limits(root);
    if (const toml::table* server = sub_table(root, "server")) {
      only(*server, {"socket", "threads"});
      text(*server, "socket", config_.server.socket_path);
      number(*server, "threads", 1, 64, config_.server.threads);
    }
    if (const toml::table* engine = sub_table(root, "engine")) {
      only(*engine, {"data", "queue_commands_max", "group_commands_max", "fold_rows",
                     "fold_delay_ms", "unfolded_rows_max"});
      text(*engine, "data", config_.engine.path);
      number(*engine, "queue_commands_max", 1, 10'000'000, config_.engine.queue_commands_max);
      number(*engine, "group_commands_max", 1, 1'000'000, config_.engine.group_commands_max);
      number(*engine, "fold_rows", 1, 100'000'000, config_.engine.fold_rows);
      number(*engine, "fold_delay_ms", 1, 3'600'000, config_.engine.fold_delay_ms);
      number(*engine, "unfolded_rows_max", 1, 1'000'000'000, config_.engine.unfolded_rows_max);
    }
    read_peers(root);
  }

 private:
  [[noreturn]] void refuse(const toml::node& at, const std::string& what) const {
    throw base::invalid(fmt::format("{}: line {}: {}", path_, at.source().begin.line, what));
  }
  void only(const toml::table& table, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
        refuse(node, fmt::format("unknown key '{}'", key.str()));
      }
    }
  }
  const toml::table* sub_table(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) refuse(*node, fmt::format("'{}' must be a table", key));
    return node->as_table();
  }
  void text(const toml::table& table, std::string_view key, std::string& out) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) refuse(*node, fmt::format("'{}' must be a text", key));
    out = *value;
  }
  template <typename T>
  void number(const toml::table& table, std::string_view key, std::int64_t least, std::int64_t most,
              T& out) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) {
      refuse(*node, fmt::format("'{}' must be an integer, {} to {}", key, least, most));
    }
    out = static_cast<T>(*value);
  }
  std::vector<std::string> texts(const toml::table& table, std::string_view key) const {
    std::vector<std::string> list;
    const toml::node* node = table.get(key);
    if (node == nullptr) return list;
    if (!node->is_array()) refuse(*node, fmt::format("'{}' must be an array", key));
    for (const toml::node& one : *node->as_array()) {
      const auto value = one.value_exact<std::string>();
      if (!value || value->empty()) refuse(one, fmt::format("'{}' must hold texts", key));
      list.push_back(*value);
    }
    return list;
  }

  void read_limits(const toml::table& root) {
    const toml::table* limits = sub_table(root, "limits");
    if (limits == nullptr) return;
    only(*limits,
         {"body_bytes_max", "header_bytes_max", "commands_max", "connections_max",
          "buffered_bytes_max", "request_timeout_ms", "idle_timeout_ms", "write_timeout_ms"});
    ledger::server::Limits& out = config_.server.limits;
    number(*limits, "body_bytes_max", 1'024, 1LL << 30, out.body_bytes_max);
    number(*limits, "header_bytes_max", 512, 1LL << 20, out.header_bytes_max);
    number(*limits, "commands_max", 1, 65'536, out.commands_max);
    number(*limits, "connections_max", 1, 60'000, out.connections_max);
    number(*limits, "buffered_bytes_max", 1LL << 20, 1LL << 40, out.buffered_bytes_max);
    number(*limits, "request_timeout_ms", 100, 3'600'000, out.request_timeout_ms);
    number(*limits, "idle_timeout_ms", 100, 86'400'000, out.idle_timeout_ms);
    number(*limits, "write_timeout_ms", 100, 3'600'000, out.write_timeout_ms);
  }

  // A user or group by number or by name.
  void read_identity(const toml::table& table, PeerRule& rule) const {
    constexpr auto kMax = static_cast<std::int64_t>(std::numeric_limits<std::uint32_t>::max() - 1);
    std::uint32_t id = 0;
    std::string name;
    if (table.get("uid") != nullptr) {
      number(table, "uid", 0, kMax, id);
      rule.uid = id;
    } else if (table.get("gid") != nullptr) {
      number(table, "gid", 0, kMax, id);
      rule.gid = id;
    } else if (const toml::node* user = table.get("user")) {
      text(table, "user", name);
      const passwd* found = ::getpwnam(name.c_str());
      if (found == nullptr) refuse(*user, "there is no user '" + name + "'");
      rule.uid = found->pw_uid;
    } else if (const toml::node* group_node = table.get("group")) {
      text(table, "group", name);
      const group* found = ::getgrnam(name.c_str());
      if (found == nullptr) refuse(*group_node, "there is no group '" + name + "'");
      rule.gid = found->gr_gid;
    } else {
      refuse(table, "a peer needs uid, user, gid or group");
    }
  }

  void read_peers(const toml::table& root) {
    const toml::node* node = root.get("peers");
    if (node == nullptr) return;
    if (!node->is_array()) refuse(*node, "'peers' must be tables: [[peers]]");
    for (const toml::node& one : *node->as_array()) {
      if (!one.is_table()) refuse(one, "'peers' must be tables: [[peers]]");
      const toml::table& table = *one.as_table();
      only(table, {"uid", "user", "gid", "group", "roles", "operators", "relay"});
      PeerRule rule;
      read_identity(table, rule);
      rule.roles = texts(table, "roles");
      rule.operators = texts(table, "operators");
      if (rule.roles.empty()) refuse(table, "a peer needs roles");
      need_one_person(table, rule);
      config_.server.peers.push_back(std::move(rule));
    }
  }

  // Four eyes are two people: a user is one operator, and a group none, for each of its members
  // could propose as one and approve as another. Only a program that has its own way to tell people
  // apart may speak for several.
  void need_one_person(const toml::table& table, const PeerRule& rule) const {
    bool relay = false;
    if (const toml::node* node = table.get("relay")) {
      const auto value = node->value_exact<bool>();
      if (!value) refuse(*node, "'relay' must be true or false");
      relay = *value;
    }
    if (relay || rule.operators.empty()) return;
    const toml::node& node = *table.get("operators");
    if (rule.gid) refuse(node, "a group is no operator: name its users, or set relay = true");
    std::set<std::string> names(rule.operators.begin(), rule.operators.end());
    for (const PeerRule& other : config_.server.peers) {
      if (other.uid == rule.uid) names.insert(other.operators.begin(), other.operators.end());
    }
    if (names.size() > 1 || names.contains("*")) {
      refuse(node,
             "one user would be several operators, and approve what it proposed; "
             "set relay = true for a program that tells people apart itself");
    }
  }

  const std::string path_;
  EscrowdConfig& config_;
};

}  // namespace

base::Result<base::Ok, base::Fault> read_config(const std::string& path, EscrowdConfig& config) {
  try {
    ConfigReader(path, config).read();
    return base::ok;
  } catch (const toml::parse_error& error) {
    return base::fail(base::invalid(
        fmt::format("{}: line {}: {}", path, error.source().begin.line, error.description())));
  } catch (const base::Fault& fault) {
    return base::fail(fault);
  }
}

}  // namespace tools
