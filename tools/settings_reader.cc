#include "tools/settings_reader.h"

#include <algorithm>

namespace tools {

namespace base = ledger::base;

void SettingsReader::refuse(const toml::node& at, const std::string& what) const {
  throw base::invalid(fmt::format("{}: line {}: {}", path_, at.source().begin.line, what));
}

void SettingsReader::only(const toml::table& table,
                          std::initializer_list<std::string_view> keys) const {
  for (const auto& [key, node] : table) {
    if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
      refuse(node, fmt::format("unknown key '{}'", key.str()));
    }
  }
}

const toml::table* SettingsReader::sub_table(const toml::table& table, std::string_view key) const {
  const toml::node* node = table.get(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) refuse(*node, fmt::format("'{}' must be a table", key));
  return node->as_table();
}

std::vector<const toml::table*> SettingsReader::tables(const toml::table& table,
                                                       std::string_view key) const {
  std::vector<const toml::table*> all;
  const toml::node* node = table.get(key);
  if (node == nullptr) return all;
  if (!node->is_array()) refuse(*node, fmt::format("'{0}' must be tables: [[{0}]]", key));
  for (const toml::node& one : *node->as_array()) {
    if (!one.is_table()) refuse(one, fmt::format("'{0}' must be tables: [[{0}]]", key));
    all.push_back(one.as_table());
  }
  return all;
}

void SettingsReader::text(const toml::table& table, std::string_view key, std::string& out) const {
  const toml::node* node = table.get(key);
  if (node == nullptr) return;
  const auto value = node->value_exact<std::string>();
  if (!value || value->empty()) refuse(*node, fmt::format("'{}' must be a text", key));
  out = *value;
}

std::vector<std::string> SettingsReader::texts(const toml::table& table,
                                               std::string_view key) const {
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

std::int64_t SettingsReader::integer(const toml::table& table, std::string_view key,
                                     std::int64_t least, std::int64_t most,
                                     std::int64_t otherwise) const {
  const toml::node* node = table.get(key);
  if (node == nullptr) return otherwise;
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < least || *value > most) {
    refuse(*node, fmt::format("'{}' must be an integer, {} to {}", key, least, most));
  }
  return *value;
}

base::Result<base::Ok, base::Fault> read_settings(
    const std::string& path,
    const std::function<void(const SettingsReader& reader, const toml::table& root)>& read) {
  try {
    const toml::table root = toml::parse_file(path);
    read(SettingsReader(path), root);
    return base::ok;
  } catch (const toml::parse_error& error) {
    return base::fail(base::invalid(
        fmt::format("{}: line {}: {}", path, error.source().begin.line, error.description())));
  } catch (const base::Fault& fault) {
    return base::fail(fault);
  }
}

}  // namespace tools
