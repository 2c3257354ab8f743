// Appending JSON by hand: answers are small and many, a document tree per answer would cost.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/amount.h"
#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"

namespace ledger::server {

// With its quotes; control characters, quotes and backslashes escaped. `text` must be UTF-8.
void append_string(std::string& out, std::string_view text);
void append_number(std::string& out, std::uint64_t value);
void append_signed(std::string& out, std::int64_t value);
// "2024-06-30T16:00:00.000000000Z", with quotes.
void append_time(std::string& out, base::Timestamp time);
// "2024-06-30", or null for none.
void append_date(std::string& out, base::Date date);
void append_digest(std::string& out, const crypto::Digest& digest);

// Writes an object member by member: {"a":1,"b":"x"}. Keys are literals of ours, not escaped.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
  // Writes the key; the caller appends the value.
  std::string& key(std::string_view name);
  ObjectWriter& text(std::string_view name, std::string_view value);
  ObjectWriter& number(std::string_view name, std::uint64_t value);
  ObjectWriter& signed_number(std::string_view name, std::int64_t value);
  ObjectWriter& total(std::string_view name, base::Total value);
  ObjectWriter& flag(std::string_view name, bool value);
  ObjectWriter& date(std::string_view name, base::Date value);
  ObjectWriter& time(std::string_view name, base::Timestamp value);
  ObjectWriter& digest(std::string_view name, const crypto::Digest& value);
  void close() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool first_ = true;
};

// Writes the comma before every element of an array but the first.
class Commas {
 public:
  void next(std::string& out) {
    if (!first_) out.push_back(',');
    first_ = false;
  }

 private:
  bool first_ = true;
};

}  // namespace ledger::server
