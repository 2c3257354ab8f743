// The parts of BAI2 records as values and small machines without file or sink.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "custody_adapter/blanks.h"
#include "custody_adapter/reader.h"
#include "custody_adapter/statement.h"

namespace custody_adapter {

enum class BaiMeaning : std::uint8_t { kStatus, kCredit, kDebit, kUnknown };
// 001-099 and 900-919 status, 100-399 and 920-959 credit, 400-699 and 960-999 debit. The standard
// leaves 700-899 open: unknown, unless `options` say what the source means by them. `code` is -1
// for what is no code.
BaiMeaning meaning_of(int code, const ReadOptions& options);
// Three digits, else -1.
int parse_bai_code(std::string_view text);

// Splits "a,b,,c": four fields. The last field ends with the text.
class BaiFields {
 public:
  explicit BaiFields(std::string_view text) : rest_(text) {}
  bool more() const { return more_; }
  std::string_view next() {
    const std::size_t comma = rest_.find(',');
    more_ = comma != std::string_view::npos;
    const std::string_view field = rest_.substr(0, comma);
    rest_ = more_ ? rest_.substr(comma + 1) : std::string_view();
    return field;
  }
  // All that is left, commas included.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool more_ = true;
};

struct BaiAmount {
  Figure value;           // signed
  std::int64_t raw = 0;   // in minor units, what control totals add
  bool point = false;     // a decimal point, against the standard
  bool raw_exact = true;  // false when the point left more decimals than the currency has
};
// Digits with an implied point, signed or not: "+000000000208500". Nothing when it is no number or
// beyond 10^18.
std::optional<BaiAmount> parse_bai_amount(std::string_view text, int digits);

// YYMMDD or YYYYMMDD; nothing if no day of the calendar.
std::optional<ledger::base::Date> parse_bai_date(std::string_view text);
// HHMM, 2400 and 9999 (end of day), or empty.
bool is_bai_time(std::string_view text);

// The fields that follow a funds type: S has three amounts, V a date and a time, D a count n and n
// pairs of days and amount; all others none.
class BaiFunds {
 public:
  // False when the type is not known; no fields then follow.
  bool start(std::string_view type);
  bool pending() const { return left_ > 0 || awaits_count_; }
  // False when the field is not what its place asks for.
  bool take(std::string_view field);
  // Of V; none when there was none.
  ledger::base::Date value_date() const { return value_date_; }

 private:
  char type_ = ' ';
  bool awaits_count_ = false;
  std::uint32_t left_ = 0;
  ledger::base::Date value_date_;
};

// Labels that some banks put before the text of an 88 record ("EREF: 4711"): into its field of the
// entry; false when the text begins with none. `text` is UTF-8.
bool take_labelled(std::string_view text, StatementEntry& entry);

}  // namespace custody_adapter
