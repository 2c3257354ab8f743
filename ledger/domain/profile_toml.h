// The keys of a profile's TOML tables, read with their type and range. The first fault stops the
// reading: it is thrown as base::Fault, names line and key, and ends in Profile::parse.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "ledger/base/amount.h"
#include "ledger/base/fault.h"

namespace ledger::domain {

class TomlKeys {
 protected:
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
  static std::int64_t number_or(const toml::table& table, std::string_view key, std::int64_t least,
                                std::int64_t most, std::int64_t otherwise) {
    return table.get(key) == nullptr ? otherwise : number(table, key, least, most);
  }
  static base::Amount amount(const toml::table& table, std::string_view key) {
    return base::Amount::of(number(table, key, 0, base::Amount::kMaxMinor));
  }
  static std::optional<base::Amount> optional_amount(const toml::table& table,
                                                     std::string_view key) {
    if (table.get(key) == nullptr) return std::nullopt;
    return amount(table, key);
  }
  // One of the words of a list, or what holds without the key.
  template <typename T, std::size_t N>
  static T choice(const toml::table& table, std::string_view key,
                  const std::pair<std::string_view, T> (&words)[N], T otherwise) {
    if (table.get(key) == nullptr) return otherwise;
    const std::string value = text(table, key);
    for (const auto& [word, meaning] : words) {
      if (word == value) return meaning;
    }
    refuse(need(table, key), fmt::format("'{}' cannot be '{}'", key, value));
  }
  static bool flag(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) refuse(*node, fmt::format("'{}' must be true or false", key));
    return *value;
  }
  static const toml::table* optional_table(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) refuse(*node, fmt::format("'{}' must be a table", key));
    return node->as_table();
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
};

}  // namespace ledger::domain
