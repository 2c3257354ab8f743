// A regular expression over the bytes of a record, matched in linear time whatever the record
// holds.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace custody_adapter {

class RecordPattern {
 public:
  // Syntax of RE2, over bytes (Latin-1). The error says what is wrong with it.
  static ledger::base::Result<std::shared_ptr<const RecordPattern>, std::string> compile(
      const std::string& text);
  virtual ~RecordPattern() = default;
  // Somewhere in the record; "^" and "$" anchor.
  virtual bool matches(std::string_view record) const = 0;
};

}  // namespace custody_adapter
