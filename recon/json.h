// Json: writes compact JSON front to back, into a string. Amounts are integers of minor units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/amount.h"

namespace recon {

class Json {
 public:
  Json& open(char bracket);   // '{' or '['
  Json& close(char bracket);  // '}' or ']'
  Json& key(std::string_view name);
  Json& text(std::string_view value);
  Json& number(std::uint64_t value);
  Json& minor(ledger::base::Total value);
  Json& boolean(bool value);
  Json& null();
  // key and value in one
  Json& field(std::string_view name, std::string_view value) { return key(name).text(value); }
  Json& field(std::string_view name, std::uint64_t value) { return key(name).number(value); }
  Json& field(std::string_view name, ledger::base::Total value) { return key(name).minor(value); }
  Json& flag(std::string_view name, bool value) { return key(name).boolean(value); }

  const std::string& str() const { return out_; }

 private:
  void separate();
  std::string out_;
  bool first_ = true;  // nothing to separate from
};

}  // namespace recon
