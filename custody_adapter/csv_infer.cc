// A dialect from the first bytes of a file: the header row by the words of csv_words.h, date format
// and decimal mark by the cells below it. What the cells leave open is not guessed.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "custody_adapter/charset.h"
#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/csv_rows.h"
#include "custody_adapter/csv_values.h"
#include "custody_adapter/csv_words.h"
#include "custody_adapter/encoding.h"

namespace custody_adapter {
namespace {

using ledger::base::Currency;

constexpr std::size_t kHeaderRowsMax = 60;
constexpr std::size_t kHeaderCellsMax = 256;
constexpr std::size_t kHeaderBytesMax = 100;  // of a cell
constexpr std::array<char, 4> kSeparators = {',', ';', '\t', '|'};

using Cells = std::vector<std::string>;

struct Header {
  std::vector<CsvColumn> columns;
  std::vector<std::size_t> places;  // of `columns`, from 0
  Currency currency;                // "Betrag (EUR)"
  std::size_t row = 0;
  bool usable = false;
};

// The word that names the cell, with a currency at its end taken off: "withdrawals (sgd)".
std::string without_currency(const std::string& cell, Currency& currency) {
  const std::string trimmed(csv_trim(cell));
  if (trimmed.size() < 5) return trimmed;
  const bool brackets = trimmed.back() == ')' && trimmed[trimmed.size() - 5] == '(';
  const std::size_t at = brackets ? trimmed.size() - 4 : trimmed.size() - 3;
  const auto found = Currency::parse(std::string_view(trimmed).substr(at, 3));
  if (!found || (!brackets && trimmed[at - 1] != ' ')) return trimmed;
  currency = *found;
  return std::string(csv_trim(std::string_view(trimmed).substr(0, at - 1)));
}

// The place of a word in csv_words(), which is its rank; their number when it is none.
std::size_t rank_of(const std::string& word) {
  static const auto kRanks = [] {
    std::unordered_map<std::string_view, std::size_t> ranks;
    for (std::size_t i = 0; i < csv_words().size(); ++i) ranks.emplace(csv_words()[i].text, i);
    return ranks;
  }();
  const auto found = kRanks.find(word);
  return found == kRanks.end() ? csv_words().size() : found->second;
}

Header map_header(const Cells& cells) {
  Header header;
  if (cells.size() > kHeaderCellsMax) return header;
  struct Named {
    std::size_t rank;
    std::size_t cell;
    Currency currency;
  };
  std::vector<Named> named;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].size() > kHeaderBytesMax) continue;
    Currency currency;
    std::size_t rank = rank_of(csv_fold(cells[i]));
    if (rank == csv_words().size()) rank = rank_of(csv_fold(without_currency(cells[i], currency)));
    if (rank < csv_words().size()) named.push_back({rank, i, currency});
  }
  std::stable_sort(named.begin(), named.end(),
                   [](const Named& a, const Named& b) { return a.rank < b.rank; });
  const auto has = [&header](CsvRole role) {
    return std::any_of(header.columns.begin(), header.columns.end(),
                       [role](const CsvColumn& column) { return column.role == role; });
  };
  for (const Named& one : named) {
    const CsvRole role = csv_words()[one.rank].role;
    if (role != CsvRole::kText && has(role)) continue;
    header.columns.push_back({role, std::string(csv_trim(cells[one.cell])), 0});
    header.places.push_back(one.cell);
    if (!one.currency.code().empty()) header.currency = one.currency;
  }
  const bool two = has(CsvRole::kDebit) && has(CsvRole::kCredit);
  header.usable = has(CsvRole::kBookingDate) && (has(CsvRole::kAmount) || two);
  return header;
}

// Removes a role that the other columns make needless.
void drop(Header& header, CsvRole role) {
  for (std::size_t i = header.columns.size(); i-- > 0;) {
    if (header.columns[i].role != role) continue;
    header.columns.erase(header.columns.begin() + static_cast<std::ptrdiff_t>(i));
    header.places.erase(header.places.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::vector<Cells> rows_of(std::string_view head, char separator, CsvEncoding encoding) {
  std::vector<Cells> rows;
  CsvRows splitter(separator, '"', encoding == CsvEncoding::kGb18030);
  CsvText text(encoding, Charset::kCp1252);
  const auto keep = [&](const CsvRow& row) {
    Cells cells;
    for (std::string_view cell : row.cells) {
      if (cell.substr(0, 3) == "\xef\xbb\xbf") cell.remove_prefix(3);
      if (cell.size() > 1 && cell.front() == '"' && cell.back() == '"') {
        cell = cell.substr(1, cell.size() - 2);
      }
      bool bad = false;
      cells.emplace_back(text.decode(cell, bad));
    }
    rows.push_back(std::move(cells));
  };
  splitter.push(head, keep);
  splitter.finish(keep);
  return rows;
}

std::vector<std::string> column_of(const std::vector<Cells>& rows, const Header& header,
                                   CsvRole role) {
  std::vector<std::string> cells;
  for (std::size_t c = 0; c < header.columns.size(); ++c) {
    if (header.columns[c].role != role) continue;
    for (std::size_t r = header.row + 1; r < rows.size(); ++r) {
      if (header.places[c] >= rows[r].size()) continue;
      const std::string_view cell = csv_trim(rows[r][header.places[c]]);
      if (!cell.empty()) cells.emplace_back(cell);
    }
  }
  return cells;
}

bool has_digit(const std::string& text) {
  return text.find_first_of("0123456789") != std::string::npos;
}

// The only format that fits all cells that have digits; the reason when it is not the only one.
std::string infer_dates(const std::vector<std::string>& cells, CsvDialect& dialect) {
  static constexpr std::array<std::string_view, 17> kFormats = {
      "YYYY-MM-DD", "YYYY/MM/DD",  "YYYY.MM.DD", "YYYYMMDD",    "DD.MM.YYYY",    "DD/MM/YYYY",
      "MM/DD/YYYY", "DD-MM-YYYY",  "MM-DD-YYYY", "DD.MM.YY",    "DD/MM/YY",      "MM/DD/YY",
      "DD-MM-YY",   "DD Mon YYYY", "DD Mon YY",  "DD-Mon-YYYY", "YYYY年MM月DD日"};
  std::vector<std::string> dates;
  std::copy_if(cells.begin(), cells.end(), std::back_inserter(dates), has_digit);
  // The last row may be cut by the end of the looked-at bytes, others may be summary lines.
  const std::size_t needed = dates.size() - dates.size() / 4;
  std::vector<std::pair<std::size_t, std::string_view>> fitting;
  for (const std::string_view format : kFormats) {
    const auto fits = static_cast<std::size_t>(std::count_if(
        dates.begin(), dates.end(),
        [format](const std::string& date) { return parse_csv_date(date, format).has_value(); }));
    if (fits > 0 && fits >= needed) fitting.emplace_back(fits, format);
  }
  if (dates.empty()) {
    dialect.date_formats = {"YYYY-MM-DD"};
    return "";
  }
  if (fitting.empty()) return "dates like '" + dates.front() + "' have no known format";
  const auto best =
      std::max_element(fitting.begin(), fitting.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto ties = std::count_if(fitting.begin(), fitting.end(),
                                  [&](const auto& one) { return one.first == best->first; });
  if (ties > 1) {
    return "dates like '" + dates.front() + "' can be " + std::string(fitting[0].second) + " or " +
           std::string(fitting[1].second);
  }
  dialect.date_formats = {std::string(best->second)};
  return "";
}

// How many digits stand behind the last mark of the number; -1 without that mark.
int decimals_behind(const std::string& cell, char mark) {
  const std::size_t at = cell.rfind(mark);
  if (at == std::string::npos) return -1;
  int digits = 0;
  for (std::size_t i = at + 1; i < cell.size() && cell[i] >= '0' && cell[i] <= '9'; ++i) ++digits;
  return digits;
}

std::string infer_decimal(const std::vector<std::string>& cells, CsvDialect& dialect) {
  std::size_t points = 0;
  std::size_t commas = 0;
  std::string open;
  for (const std::string& cell : cells) {
    const int point = decimals_behind(cell, '.');
    const int comma = decimals_behind(cell, ',');
    if (point < 0 && comma < 0) continue;
    if (point >= 0 && comma >= 0) {
      ++(cell.rfind('.') > cell.rfind(',') ? points : commas);
    } else if (std::max(point, comma) == 3) {
      open = cell;
    } else {
      ++(point >= 0 ? points : commas);
    }
  }
  dialect.decimal = commas > points ? ',' : '.';
  if (points == 0 && commas == 0 && !open.empty()) {
    return "amounts like '" + open + "' can have a decimal or a grouping mark";
  }
  if (points > 0 && commas > 0 && std::min(points, commas) * 4 > std::max(points, commas)) {
    return "amounts have decimal points and decimal commas";
  }
  return "";
}

void infer_flags(const std::vector<Cells>& rows, Header& header, CsvDialect& dialect) {
  const auto flags = column_of(rows, header, CsvRole::kFlag);
  const auto known = std::count_if(flags.begin(), flags.end(), [](const std::string& flag) {
    return is_one_of(flag, csv_credit_words()) || is_one_of(flag, csv_debit_words());
  });
  // "Transaction type" often holds other things than debit and credit.
  if (flags.empty() || static_cast<std::size_t>(known) * 2 <= flags.size()) {
    drop(header, CsvRole::kFlag);
    return;
  }
  dialect.credit_flags = csv_credit_words();
  dialect.debit_flags = csv_debit_words();
}

std::string describe(const Header& header, const CsvDialect& dialect) {
  std::string text = "header row " + std::to_string(header.row + 1) + ":";
  for (std::size_t i = 0; i < header.columns.size(); ++i) {
    text += (i == 0 ? " " : ", ") + std::string(name_of(header.columns[i].role)) + " = '" +
            header.columns[i].header + "'";
  }
  const std::string separator =
      dialect.separator == '\t' ? "tab" : std::string("'") + dialect.separator + "'";
  return text + "; separator " + separator + ", decimal '" + dialect.decimal + "', dates " +
         (dialect.date_formats.empty() ? "unknown" : dialect.date_formats.front());
}

}  // namespace

CsvInference infer_csv_dialect(std::string_view first_bytes) {
  CsvInference inference;
  CsvDialect dialect;
  dialect.encoding = detect_encoding(first_bytes).encoding == TextEncoding::kGb18030
                         ? CsvEncoding::kGb18030
                         : CsvEncoding::kUtf8OrSource;
  Header best;
  std::vector<Cells> rows;
  for (const char separator : kSeparators) {
    std::vector<Cells> candidate = rows_of(first_bytes, separator, dialect.encoding);
    for (std::size_t r = 0; r < std::min(candidate.size(), kHeaderRowsMax); ++r) {
      Header header = map_header(candidate[r]);
      if (!header.usable || header.columns.size() <= best.columns.size()) continue;
      header.row = r;
      best = std::move(header);
      dialect.separator = separator;
      rows = candidate;
    }
  }
  if (!best.usable) {
    inference.evidence = "no row names a date and an amount";
    return inference;
  }
  inference.is_csv = true;
  const auto has = [&best](CsvRole role) {
    return std::any_of(best.columns.begin(), best.columns.end(),
                       [role](const CsvColumn& column) { return column.role == role; });
  };
  if (has(CsvRole::kAmount)) {
    drop(best, CsvRole::kDebit);
    drop(best, CsvRole::kCredit);
    infer_flags(rows, best, dialect);
  } else {
    drop(best, CsvRole::kFlag);
  }
  dialect.currency = has(CsvRole::kCurrency) ? Currency() : best.currency;
  dialect.pending = csv_pending_words();
  dialect.summary = csv_summary_words();
  std::string open = infer_dates(column_of(rows, best, CsvRole::kBookingDate), dialect);
  std::vector<std::string> numbers;
  for (const CsvRole role :
       {CsvRole::kAmount, CsvRole::kDebit, CsvRole::kCredit, CsvRole::kBalance}) {
    const auto cells = column_of(rows, best, role);
    numbers.insert(numbers.end(), cells.begin(), cells.end());
  }
  if (const std::string marks = infer_decimal(numbers, dialect); !marks.empty()) {
    open += (open.empty() ? "" : "; ") + marks;
  }
  dialect.columns = best.columns;
  inference.evidence = describe(best, dialect);
  if (!open.empty()) {
    inference.evidence += "; " + open + ": a dialect must say";
    return inference;
  }
  inference.dialect = std::move(dialect);
  return inference;
}

}  // namespace custody_adapter
