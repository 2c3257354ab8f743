// The parts of a request target: percent-decoded path segments and query parameters.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/time.h"

namespace ledger::server {

// Nothing if an escape is broken or the result has a zero byte.
std::optional<std::string> percent_decode(std::string_view text);

// The parameters of a query, each checked when it is read. The first fault is kept: ask error()
// after reading all of them.
class Query {
 public:
  // Parameters other than `allowed`, and repeated ones, are faults.
  Query(std::string_view text, std::initializer_list<std::string_view> allowed);

  const std::string* find(std::string_view name) const;
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least,
                                      std::uint64_t most);
  std::optional<base::Date> date(std::string_view name);
  // Absent is false.
  bool flag(std::string_view name);
  // Position of the value in `words`; 0 if absent.
  std::size_t word(std::string_view name, std::initializer_list<std::string_view> words);

  const std::optional<std::string>& error() const { return error_; }
  void fail(std::string why) {
    if (!error_) error_ = std::move(why);
  }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::optional<std::string> error_;
};

}  // namespace ledger::server
