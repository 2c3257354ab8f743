// SettingsReader: reads a TOML file of settings strictly. Whatever is not known, of the wrong type
// or out of its range throws a base::Fault that names file, line and key; read_settings() catches
// it.
#pragma once

#include <fmt/format.h>
#include <toml++/toml.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"

namespace tools {

class SettingsReader {
 public:
  explicit SettingsReader(std::string path) : path_(std::move(path)) {}

  [[noreturn]] void refuse(const toml::node& at, const std::string& what) const;
  void only(const toml::table& table, std::initializer_list<std::string_view> keys) const;
  // Null, or what stays as it was, if the key is not there.
  const toml::table* sub_table(const toml::table& table, std::string_view key) const;
  std::vector<const toml::table*> tables(const toml::table& table, std::string_view key) const;
  void text(const toml::table& table, std::string_view key, std::string& out) const;
  std::vector<std::string> texts(const toml::table& table, std::string_view key) const;
  std::int64_t integer(const toml::table& table, std::string_view key, std::int64_t least,
                       std::int64_t most, std::int64_t otherwise) const;
  template <typename T>
  void number(const toml::table& table, std::string_view key, std::int64_t least, std::int64_t most,
              T& out) const {
    if (table.get(key) != nullptr) out = static_cast<T>(integer(table, key, least, most, 0));
  }

 private:
  const std::string path_;
};

// Parses the file and hands its root to `read`.
ledger::base::Result<ledger::base::Ok, ledger::base::Fault> read_settings(
    const std::string& path,
    const std::function<void(const SettingsReader& reader, const toml::table& root)>& read);

}  // namespace tools
