// The keys of a statement profile's TOML tables, read with their type and range. The first fault
// stops the reading: it is thrown as Fault, names the line, the place and the key, and ends in
// StatementProfile::parse().
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "ledger/base/fault.h"

namespace custody_adapter {

class ProfileKeys {
 protected:
  static constexpr std::size_t kTextBytesMax = 256;

  // Where the reading is: "record 'detail', field 'AMOUNT'".
  std::string place_;

  [[noreturn]] void refuse(const toml::node& at, const std::string& what) const {
    throw ledger::base::invalid("profile: line " + std::to_string(at.source().begin.line) + ": " +
                                (place_.empty() ? "" : place_ + ": ") + what);
  }
  void only(const toml::table& table, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) {
        refuse(node, "unknown key '" + std::string(key.str()) + "'");
      }
    }
  }
  const toml::node& need(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) refuse(table, "key '" + std::string(key) + "' is missing");
    return *node;
  }
  std::string text_of(const toml::node& node, std::string_view key) const {
    const auto value = node.value_exact<std::string>();
    if (!value || value->empty() || value->size() > kTextBytesMax) {
      refuse(node, "'" + std::string(key) + "' must be a text of 1 to " +
                       std::to_string(kTextBytesMax) + " bytes");
    }
    return *value;
  }
  std::string text(const toml::table& table, std::string_view key) const {
    return text_of(need(table, key), key);
  }
  std::optional<std::string> optional_text(const toml::table& table, std::string_view key) const {
    if (table.get(key) == nullptr) return std::nullopt;
    return text(table, key);
  }
  // One visible ASCII character, or 0 without the key.
  char sign(const toml::table& table, std::string_view key) const {
    if (table.get(key) == nullptr) return 0;
    const std::string value = text(table, key);
    if (value.size() != 1 || value[0] < ' ' || value[0] > '~') {
      refuse(need(table, key), "'" + std::string(key) + "' must be one ASCII character");
    }
    return value[0];
  }
  std::uint32_t number(const toml::table& table, std::string_view key, std::uint32_t least,
                       std::uint32_t most, std::uint32_t otherwise) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) {
      refuse(*node, "'" + std::string(key) + "' must be an integer, " + std::to_string(least) +
                        " to " + std::to_string(most));
    }
    return static_cast<std::uint32_t>(*value);
  }
  bool flag(const toml::table& table, std::string_view key, bool otherwise = false) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<bool>();
    if (!value) refuse(*node, "'" + std::string(key) + "' must be true or false");
    return *value;
  }
  // One of the words of a list; `otherwise` without the key.
  template <typename T, std::size_t N>
  T choice(const toml::table& table, std::string_view key,
           const std::pair<std::string_view, T> (&words)[N], T otherwise) const {
    if (table.get(key) == nullptr) return otherwise;
    const std::string value = text(table, key);
    std::string known;
    for (const auto& [word, meaning] : words) {
      if (word == value) return meaning;
      known += (known.empty() ? "" : ", ") + std::string(word);
    }
    refuse(need(table, key),
           "'" + std::string(key) + "' cannot be '" + value + "'; it is one of " + known);
  }
  const toml::table& table_of(const toml::node& node, std::string_view key) const {
    if (!node.is_table()) refuse(node, "'" + std::string(key) + "' must be a table");
    return *node.as_table();
  }
  std::vector<const toml::table*> tables(const toml::table& table, std::string_view key) const {
    std::vector<const toml::table*> list;
    const toml::node* node = table.get(key);
    if (node == nullptr) return list;
    if (!node->is_array()) refuse(*node, "'" + std::string(key) + "' must be an array of tables");
    for (const toml::node& item : *node->as_array()) list.push_back(&table_of(item, key));
    return list;
  }
  // A text, or an array of texts.
  std::vector<std::string> texts_of(const toml::node& node, std::string_view key) const {
    std::vector<std::string> list;
    if (!node.is_array()) return {text_of(node, key)};
    for (const toml::node& item : *node.as_array()) list.push_back(text_of(item, key));
    if (list.empty()) refuse(node, "'" + std::string(key) + "' is empty");
    return list;
  }
};

}  // namespace custody_adapter
