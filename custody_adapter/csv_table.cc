#include "custody_adapter/csv_table.h"

#include <algorithm>

#include "custody_adapter/builder.h"

namespace custody_adapter {

using ledger::base::Date;

CsvTable::CsvTable(const CsvDialect& dialect, Charset source)
    : dialect_(dialect), text_(dialect.encoding, source) {
  columns_.fill(kAbsent);
}

// Exact texts but for the blanks around them: a header row that changed is another dialect.
std::string_view CsvTable::header_cell(std::string_view cell) {
  if (cell.substr(0, 3) == "\xef\xbb\xbf") {
    cell.remove_prefix(3);
    if (cell.size() > 1 && cell.front() == dialect_.quote && cell.back() == dialect_.quote) {
      cell = cell.substr(1, cell.size() - 2);  // the mark hid the quote
    }
  }
  bool bad = false;
  return csv_trim(text_.decode(cell, bad));
}

std::size_t CsvTable::find_header(const CsvRow& row, const std::string& header) {
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (header_cell(row.cells[i]) == header) return i;
  }
  return kAbsent;
}

bool CsvTable::is_header(const CsvRow& row) {
  if (!dialect_.has_header) return false;
  for (const CsvColumn& column : dialect_.columns) {
    if (column.header.empty()) continue;
    // Cheap for the rows of entries: the first named column is where it was, or this is none.
    const bool elsewhere = named_ != kAbsent && (named_ >= row.cells.size() ||
                                                 header_cell(row.cells[named_]) != column.header);
    if (elsewhere) return false;
    break;
  }
  return std::all_of(dialect_.columns.begin(), dialect_.columns.end(),
                     [&](const CsvColumn& column) {
                       return column.header.empty() || find_header(row, column.header) != kAbsent;
                     });
}

void CsvTable::bind(const CsvRow& header) {
  bound_ = true;
  for (const CsvColumn& column : dialect_.columns) {
    const bool named = !column.header.empty();
    const std::size_t at = named ? find_header(header, column.header) : column.position - 1;
    if (named && named_ == kAbsent) named_ = at;
    bind(column.role, at);
  }
}

void CsvTable::bind_positions() {
  bound_ = true;
  for (const CsvColumn& column : dialect_.columns) bind(column.role, column.position - 1);
}

void CsvTable::bind(CsvRole role, std::size_t at) {
  std::size_t& place = columns_[static_cast<std::size_t>(role)];
  if (place == kAbsent) {
    place = at;
  } else if (role == CsvRole::kText) {
    more_texts_.push_back(at);
  }
}

std::string_view CsvTable::raw(const CsvRow& row, CsvRole role) const {
  const std::size_t at = column(role);
  return at < row.cells.size() ? csv_trim(row.cells[at]) : std::string_view();
}

std::string CsvTable::field(CsvRole role) const {
  return std::string(name_of(role)) + " (column " + std::to_string(column(role) + 1) + ")";
}

std::string CsvTable::excerpt_of(const CsvRow& row) {
  std::string joined;
  for (const std::string_view cell : row.cells) {
    if (joined.size() > 100) break;
    if (&cell != &row.cells.front()) joined.push_back('|');
    bool bad = false;
    joined.append(text_.decode(csv_trim(cell), bad));
  }
  return excerpt(joined);
}

std::optional<Date> CsvTable::date(const CsvRow& row, CsvRole role) {
  const std::string_view cell = raw(row, role);
  if (cell.empty()) return std::nullopt;
  LastDate& last = last_dates_[role == CsvRole::kBookingDate ? 0 : 1];
  if (last.good && last.text == cell) return last.date;
  const std::string_view utf8 = decoded(cell);
  for (const std::string& format : dialect_.date_formats) {
    if (const auto day = parse_csv_date(utf8, format)) {
      last.good = true;
      last.text.assign(cell);
      last.date = *day;
      return day;
    }
  }
  return std::nullopt;
}

std::optional<CsvNumber> CsvTable::number(const CsvRow& row, CsvRole role, int digits, bool& good) {
  const std::string_view cell = raw(row, role);
  if (cell.empty()) return std::nullopt;
  const std::string_view utf8 = decoded(cell);
  if (utf8 == "-" || utf8 == "--" || utf8 == "---") return std::nullopt;  // fillers
  auto found = parse_csv_number(utf8, dialect_.decimal, digits);
  if (!found) good = false;
  return found;
}

// Amounts -----------------------------------------------------------------------------------------

CsvAmount CsvAmounts::take(const CsvRow& row, int digits) {
  if (!table_.has(CsvRole::kAmount)) return two_columns(row, digits);
  bool good = true;
  const auto number = table_.number(row, CsvRole::kAmount, digits, good);
  CsvAmount amount;
  if (!good) {
    amount.problem = "bad_amount";
    amount.field = table_.field(CsvRole::kAmount);
    amount.text = "no number: " + excerpt(table_.text(row, CsvRole::kAmount));
    return amount;
  }
  if (!number) return amount;
  (number->value.units.is_negative() ? negative_seen_ : positive_seen_) = true;
  const Figure value = table_.dialect().debit_positive ? -number->value : number->value;
  if (table_.has(CsvRole::kFlag)) amount = by_flag(row, value);
  if (!table_.has(CsvRole::kFlag)) amount.value = value;
  amount.currency = number->currency;
  return amount;
}

CsvAmount CsvAmounts::two_columns(const CsvRow& row, int digits) {
  CsvAmount amount;
  bool debit_good = true;
  bool credit_good = true;
  const auto debit = table_.number(row, CsvRole::kDebit, digits, debit_good);
  const auto credit = table_.number(row, CsvRole::kCredit, digits, credit_good);
  const auto problem = [&](std::string_view code, std::string field, const std::string& text) {
    amount.problem = code;
    amount.field = std::move(field);
    amount.text = text + table_.excerpt_of(row);
    return amount;
  };
  if (!debit_good || !credit_good) {
    return problem("bad_amount", table_.field(debit_good ? CsvRole::kCredit : CsvRole::kDebit),
                   "no number: ");
  }
  const bool has_debit = debit && !debit->value.is_zero();
  const bool has_credit = credit && !credit->value.is_zero();
  if (has_debit && has_credit) {
    return problem("bad_entry", table_.field(CsvRole::kDebit) + ", credit",
                   "both columns have an amount: ");
  }
  if (has_debit) {
    // Some banks write debits with their sign; one file must do it always or never.
    const bool negative = debit->value.units.is_negative();
    (negative ? debit_signed_ : debit_plain_) = true;
    if (debit_signed_ && debit_plain_) {
      return problem("mixed_signs", table_.field(CsvRole::kDebit),
                     "debits with and without a sign, is this one a reversal? ");
    }
    amount.value = negative ? debit->value : -debit->value;
    amount.currency = debit->currency;
    return amount;
  }
  const auto& stated = credit ? credit : debit;
  if (stated) {
    amount.value = stated->value;
    amount.currency = stated->currency;
  }
  return amount;
}

CsvAmount CsvAmounts::by_flag(const CsvRow& row, Figure value) {
  CsvAmount amount;
  const CsvDialect& dialect = table_.dialect();
  const std::string_view flag = table_.text(row, CsvRole::kFlag);
  const bool credit = is_one_of(flag, dialect.credit_flags);
  const bool debit = is_one_of(flag, dialect.debit_flags);
  if (credit == debit && !value.is_zero()) {
    amount.problem = "unknown_flag";
    amount.field = table_.field(CsvRole::kFlag);
    amount.text =
        "neither a credit nor a debit flag: '" + excerpt(table_.text(row, CsvRole::kFlag)) + "'";
  } else if (!value.units.is_negative()) {
    amount.value = debit ? -value : value;
  } else if (debit) {
    amount.value = value;  // the sign says the same
  } else {
    amount.problem = "sign_conflict";
    amount.field = table_.field(CsvRole::kFlag);
    amount.text = "a negative amount with a credit flag: " + table_.excerpt_of(row);
  }
  return amount;
}

}  // namespace custody_adapter
