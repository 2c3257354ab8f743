// Cells of a CSV file as values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/figure.h"
#include "custody_adapter/reader.h"
#include "ledger/base/time.h"

namespace custody_adapter {

// Blanks, tabs, and no-break spaces at both ends removed.
std::string_view csv_trim(std::string_view text);
// Trimmed, ASCII letters in lower case.
std::string csv_fold(std::string_view text);
// Whether the folded `text` is one of `words` (any case).
bool is_one_of(std::string_view text, const std::vector<std::string>& words);

// "DD.MM.YYYY": YYYY, YY (80-99 are 19xx), MM and DD (one digit will do), Mon (English, three
// letters); anything else stands for itself. A time behind the date is left out.
std::optional<ledger::base::Date> parse_csv_date(std::string_view text, std::string_view format);

struct CsvNumber {
  Figure value;                     // signed
  ledger::base::Currency currency;  // "CNY 12.50"; none when not stated
};
// Grouping by threes (the last group; earlier ones may be of two), signs before or behind,
// parentheses, CR and DR, currency code or sign before or behind. `decimal` is the decimal mark;
// the other one of point and comma groups, as blank and apostrophe do. Nothing for what is no
// number.
std::optional<CsvNumber> parse_csv_number(std::string_view text, char decimal, int digits);

// "CNY", "人民币", "RMB".
std::optional<ledger::base::Currency> parse_csv_currency(std::string_view text);

// Bytes of a cell to UTF-8.
class CsvText {
 public:
  CsvText(CsvEncoding encoding, Charset source);
  ~CsvText();
  CsvText(const CsvText&) = delete;
  CsvText& operator=(const CsvText&) = delete;
  // A view of `bytes` or of memory that lives until the next call. `bad` is set, never cleared,
  // when bytes are no text of the encoding; they become U+FFFD.
  std::string_view decode(std::string_view bytes, bool& bad);

 private:
  CsvEncoding encoding_;
  Charset charset_;
  void* iconv_ = nullptr;
  std::string out_;
};

}  // namespace custody_adapter
