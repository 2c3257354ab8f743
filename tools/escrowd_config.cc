#include "tools/escrowd_config.h"

#include <grp.h>
#include <pwd.h>

#include <filesystem>
#include <limits>
#include <set>

#include "ledger/domain/command.h"
#include "tools/key_file.h"
#include "tools/settings_reader.h"

namespace tools {

namespace base = ledger::base;
namespace crypto = ledger::crypto;
using ledger::server::PeerRule;

namespace {

class ConfigReader {
 public:
  ConfigReader(const SettingsReader& reader, const std::string& path, EscrowdConfig& config)
      : reader_(reader), folder_(std::filesystem::path(path).parent_path()), config_(config) {}

  void read(const toml::table& root) {
    reader_.only(root, {"limits", "server", "engine", "operators", "peers"});
    read_limits(root);
    if (const toml::table* server = reader_.sub_table(root, "server")) {
      reader_.only(*server, {"socket", "threads"});
      reader_.text(*server, "socket", config_.server.socket_path);
      reader_.number(*server, "threads", 1, 64, config_.server.threads);
    }
    if (const toml::table* engine = reader_.sub_table(root, "engine")) {
      reader_.only(*engine, {"data", "queue_commands_max", "group_commands_max", "fold_rows",
                             "fold_delay_ms", "unfolded_rows_max"});
      ledger::engine::Options& out = config_.engine;
      reader_.text(*engine, "data", out.path);
      reader_.number(*engine, "queue_commands_max", 1, 10'000'000, out.queue_commands_max);
      reader_.number(*engine, "group_commands_max", 1, 1'000'000, out.group_commands_max);
      reader_.number(*engine, "fold_rows", 1, 100'000'000, out.fold_rows);
      reader_.number(*engine, "fold_delay_ms", 1, 3'600'000, out.fold_delay_ms);
      reader_.number(*engine, "unfolded_rows_max", 1, 1'000'000'000, out.unfolded_rows_max);
    }
    for (const toml::table* one : reader_.tables(root, "operators")) read_operator(*one);
    for (const toml::table* peer : reader_.tables(root, "peers")) read_peer(*peer);
  }

 private:
  void read_limits(const toml::table& root) {
    const toml::table* limits = reader_.sub_table(root, "limits");
    if (limits == nullptr) return;
    reader_.only(*limits, {"body_bytes_max", "header_bytes_max", "commands_max", "connections_max",
                           "buffered_bytes_max", "request_timeout_ms", "idle_timeout_ms",
                           "write_timeout_ms"});
    ledger::server::Limits& out = config_.server.limits;
    reader_.number(*limits, "body_bytes_max", 1'024, 1LL << 30, out.body_bytes_max);
    reader_.number(*limits, "header_bytes_max", 512, 1LL << 20, out.header_bytes_max);
    reader_.number(*limits, "commands_max", 1, 65'536, out.commands_max);
    reader_.number(*limits, "connections_max", 1, 60'000, out.connections_max);
    reader_.number(*limits, "buffered_bytes_max", 1LL << 20, 1LL << 40, out.buffered_bytes_max);
    reader_.number(*limits, "request_timeout_ms", 100, 3'600'000, out.request_timeout_ms);
    reader_.number(*limits, "idle_timeout_ms", 100, 86'400'000, out.idle_timeout_ms);
    reader_.number(*limits, "write_timeout_ms", 100, 3'600'000, out.write_timeout_ms);
  }

  // A user or group by number or by name.
  void read_identity(const toml::table& table, PeerRule& rule) const {
    constexpr auto kMax = static_cast<std::int64_t>(std::numeric_limits<std::uint32_t>::max() - 1);
    std::uint32_t id = 0;
    std::string name;
    if (table.get("uid") != nullptr) {
      reader_.number(table, "uid", 0, kMax, id);
      rule.uid = id;
    } else if (table.get("gid") != nullptr) {
      reader_.number(table, "gid", 0, kMax, id);
      rule.gid = id;
    } else if (const toml::node* user = table.get("user")) {
      reader_.text(table, "user", name);
      const passwd* found = ::getpwnam(name.c_str());
      if (found == nullptr) reader_.refuse(*user, "there is no user '" + name + "'");
      rule.uid = found->pw_uid;
    } else if (const toml::node* group_node = table.get("group")) {
      reader_.text(table, "group", name);
      const group* found = ::getgrnam(name.c_str());
      if (found == nullptr) reader_.refuse(*group_node, "there is no group '" + name + "'");
      rule.gid = found->gr_gid;
    } else {
      reader_.refuse(table, "a peer needs uid, user, gid or group");
    }
  }

  // Two names with one key would be one person with two.
  void read_operator(const toml::table& table) {
    reader_.only(table, {"name", "key"});
    std::string name, file;
    reader_.text(table, "name", name);
    reader_.text(table, "key", file);
    if (!ledger::domain::is_code(name)) reader_.refuse(table, "an operator needs a name");
    if (file.empty()) reader_.refuse(table, "key 'key' is missing");
    auto key = read_public_key((folder_ / file).string());
    if (!key) reader_.refuse(table, file + ": " + key.error().message);
    if (!key->fits(crypto::Scheme::kEd25519)) reader_.refuse(table, file + ": not an Ed25519 key");
    for (const auto& [other, known] : config_.server.operator_keys) {
      if (other == name) reader_.refuse(table, "the operator stands twice");
      if (known.fingerprint() == key->fingerprint()) {
        reader_.refuse(table, fmt::format("{} has the key of {}", name, other));
      }
    }
    config_.server.operator_keys.emplace(name, *std::move(key));
  }

  void read_peer(const toml::table& table) {
    reader_.only(table, {"uid", "user", "gid", "group", "roles", "operators", "relay"});
    PeerRule rule;
    read_identity(table, rule);
    rule.roles = reader_.texts(table, "roles");
    rule.operators = reader_.texts(table, "operators");
    if (rule.roles.empty()) reader_.refuse(table, "a peer needs roles");
    need_one_person(table, rule);
    config_.server.peers.push_back(std::move(rule));
  }

  // Four eyes are two people: a user is one operator, and a group none, for each of its members
  // could propose as one and approve as another. Only a program that has its own way to tell people
  // apart may speak for several.
  void need_one_person(const toml::table& table, const PeerRule& rule) const {
    bool relay = false;
    if (const toml::node* node = table.get("relay")) {
      const auto value = node->value_exact<bool>();
      if (!value) reader_.refuse(*node, "'relay' must be true or false");
      relay = *value;
    }
    if (relay || rule.operators.empty()) return;
    const toml::node& node = *table.get("operators");
    if (rule.gid) {
      reader_.refuse(node, "a group is no operator: name its users, or set relay = true");
    }
    std::set<std::string> names(rule.operators.begin(), rule.operators.end());
    for (const PeerRule& other : config_.server.peers) {
      if (other.uid == rule.uid) names.insert(other.operators.begin(), other.operators.end());
    }
    if (names.size() > 1 || names.contains("*")) {
      reader_.refuse(node,
                     "one user would be several operators, and approve what it proposed; "
                     "set relay = true for a program that tells people apart itself");
    }
  }

  const SettingsReader& reader_;
  const std::filesystem::path folder_;
  EscrowdConfig& config_;
};

}  // namespace

base::Result<base::Ok, base::Fault> read_config(const std::string& path, EscrowdConfig& config) {
  return read_settings(path, [&](const SettingsReader& reader, const toml::table& root) {
    ConfigReader(reader, path, config).read(root);
  });
}

}  // namespace tools
