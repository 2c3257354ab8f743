// Rows of a CSV file by the roles of their columns, and the signed amount of a row.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/csv_rows.h"
#include "custody_adapter/csv_values.h"

namespace custody_adapter {

class CsvTable {
 public:
  CsvTable(const CsvDialect& dialect, Charset source);

  const CsvDialect& dialect() const { return dialect_; }
  bool bound() const { return bound_; }
  // Whether the row holds every column text of the dialect.
  bool is_header(const CsvRow& row);
  void bind(const CsvRow& header);
  void bind_positions();

  bool has(CsvRole role) const { return column(role) != kAbsent; }
  // The trimmed bytes; "" when the row is shorter.
  std::string_view raw(const CsvRow& row, CsvRole role) const;
  // As UTF-8, valid until the next call of text() or decoded().
  std::string_view text(const CsvRow& row, CsvRole role) { return decoded(raw(row, role)); }
  std::string_view decoded(std::string_view bytes) { return text_.decode(bytes, bad_text_); }
  // Set once undecodable bytes were seen.
  bool bad_text() const { return bad_text_; }
  // Columns of further texts, from 0.
  const std::vector<std::size_t>& more_texts() const { return more_texts_; }
  // "amount (column 3)"
  std::string field(CsvRole role) const;
  // The cells joined, shortened, for issues.
  std::string excerpt_of(const CsvRow& row);

  // By the dialect's formats; nothing when the cell is no date.
  std::optional<ledger::base::Date> date(const CsvRow& row, CsvRole role);
  // Nothing for an empty cell; `good` is cleared for a cell that is no number.
  std::optional<CsvNumber> number(const CsvRow& row, CsvRole role, int digits, bool& good);

 private:
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  static constexpr std::size_t kRoles = static_cast<std::size_t>(CsvRole::kStatus) + 1;
  struct LastDate {
    bool good = false;
    std::string text;
    ledger::base::Date date;
  };

  std::size_t column(CsvRole role) const { return columns_[static_cast<std::size_t>(role)]; }
  std::string_view header_cell(std::string_view cell);
  std::size_t find_header(const CsvRow& row, const std::string& header);
  void bind(CsvRole role, std::size_t at);

  const CsvDialect dialect_;
  CsvText text_;
  bool bound_ = false;
  bool bad_text_ = false;
  std::array<std::size_t, kRoles> columns_{};
  std::size_t named_ = kAbsent;  // where the dialect's first header text stands
  std::vector<std::size_t> more_texts_;
  std::array<LastDate, 2> last_dates_;  // dates repeat from row to row
};

struct CsvAmount {
  std::optional<Figure> value;      // positive is money in; nothing when the row states none
  ledger::base::Currency currency;  // stated in the cell itself
  // Why an amount that is there cannot be read; "" otherwise.
  std::string_view problem;
  std::string field;
  std::string text;
};

// One signed column, debit and credit columns, or an amount beside a flag.
class CsvAmounts {
 public:
  explicit CsvAmounts(CsvTable& table) : table_(table) {}
  CsvAmount take(const CsvRow& row, int digits);
  // Whether all signed amounts so far, at least one, had no sign.
  bool never_negative() const { return positive_seen_ && !negative_seen_; }

 private:
  CsvAmount two_columns(const CsvRow& row, int digits);
  CsvAmount by_flag(const CsvRow& row, Figure amount);

  CsvTable& table_;
  bool positive_seen_ = false;
  bool negative_seen_ = false;
  bool debit_signed_ = false;
  bool debit_plain_ = false;
};

}  // namespace custody_adapter
