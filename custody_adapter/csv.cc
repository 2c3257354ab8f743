// CSV statements by a dialect (csv_dialect.h): rows into entries, a balance column into a proof.
#include <algorithm>

#include "custody_adapter/builder.h"
#include "custody_adapter/csv_chain.h"
#include "custody_adapter/csv_table.h"
#include "custody_adapter/mt940_fields.h"

namespace custody_adapter {
namespace {

using ledger::base::Amount;
using ledger::base::Currency;
using ledger::base::Date;
using ledger::base::fail;

constexpr std::size_t kTextBytesMax = 1U << 16U;
constexpr std::uint64_t kPreambleRowsMax = 1000;

class CsvReader final : public StatementReader {
 public:
  CsvReader(StatementSink& sink, const CsvDialect& dialect, const ReadOptions& options)
      : rows_(dialect.separator, dialect.quote, dialect.encoding == CsvEncoding::kGb18030),
        table_(dialect, options.charset),
        amounts_(table_),
        builder_(sink) {}

  ReadStatus push(std::string_view chunk) override {
    if (!result_) return result_;
    rows_.push(chunk, [this](const CsvRow& row) { on_row(row); });
    return result_;
  }

  ReadStatus finish() override {
    if (finished_ || !result_) return result_;
    finished_ = true;
    rows_.finish([this](const CsvRow& row) { on_row(row); });
    if (!result_) return result_;
    if (!table_.bound()) {
      result_ = fail(ParseError{ErrorCode::kNotThisFormat,
                                "header row",
                                "no row holds the columns " + wanted(),
                                {0, rows_.offset(), 1}});
      return result_;
    }
    row_place_ = {rows_.offset(), 0, row_place_.line};
    end_statement(rows_.offset());
    return result_;
  }

 private:
  const CsvDialect& dialect() const { return table_.dialect(); }

  std::string wanted() const {
    std::string text;
    for (const CsvColumn& column : dialect().columns) {
      if (column.header.empty()) continue;
      text += (text.empty() ? "'" : ", '") + column.header + "'";
    }
    return text;
  }

  void issue(Severity severity, std::string_view code, std::string_view where, std::string what) {
    builder_.issue(severity, code, where, std::move(what), row_place_);
  }

  // Rows ------------------------------------------------------------------------------------------

  void on_row(const CsvRow& row) {
    if (!result_) return;
    row_place_ = row.place;
    if (!table_.bound() && !on_preamble(row)) return;
    const bool blank = std::all_of(row.cells.begin(), row.cells.end(),
                                   [](std::string_view cell) { return csv_trim(cell).empty(); });
    // Some files repeat the header row on each page.
    if (blank || table_.is_header(row)) return;
    if (is_summary(row)) {
      issue(Severity::kNote, "summary_row", "row", table_.excerpt_of(row));
      return;
    }
    if (row.stray_quote) {
      issue(Severity::kWarning, "stray_quote", "row",
            "a quote inside a cell is taken as text: " + table_.excerpt_of(row));
    }
    if (row.open_quote) {
      issue(Severity::kError, "unclosed_quote", "row",
            "a quote that never closes is taken as text: " + table_.excerpt_of(row));
    }
    on_entry_row(row);
    if (table_.bad_text() && !bad_text_told_) {
      bad_text_told_ = true;
      const bool gb = dialect().encoding == CsvEncoding::kGb18030;
      issue(Severity::kWarning, gb ? "bad_text" : "not_utf8", "row",
            gb ? "bytes that are no GB18030" : "bytes read by the source's table");
    }
  }

  // True when the row is one of the table.
  bool on_preamble(const CsvRow& row) {
    const std::uint64_t before = rows_seen_++;
    if (!dialect().has_header) {
      if (before < dialect().skip_rows) return false;
      table_.bind_positions();
      open(row.place);
      return true;
    }
    if (table_.is_header(row)) {
      table_.bind(row);
      open(row.place);
    } else if (before >= kPreambleRowsMax) {
      result_ =
          fail(ParseError{ErrorCode::kNotThisFormat, "header row",
                          "the first 1000 rows do not hold the columns " + wanted(), row.place});
    }
    return false;
  }

  bool is_summary(const CsvRow& row) {
    if (dialect().summary.empty()) return false;
    for (const std::string_view cell : row.cells) {
      const std::string_view first = csv_trim(cell);
      if (first.empty()) continue;
      const std::string utf8(table_.decoded(first));
      return std::any_of(
          dialect().summary.begin(), dialect().summary.end(),
          [&utf8](const std::string& mark) { return utf8.compare(0, mark.size(), mark) == 0; });
    }
    return false;
  }

  void on_entry_row(const CsvRow& row) {
    reset(entry_);
    const bool dated = take_dates(row);
    const CsvAmount amount = amounts_.take(row, digits_);
    bool balance_good = true;
    const auto balance = table_.number(row, CsvRole::kBalance, digits_, balance_good);
    if (!amount.problem.empty()) {
      follow_account(row);
      issue(Severity::kError, amount.problem, amount.field, amount.text);
      return;
    }
    if (!amount.value && !balance && balance_good) {
      // A date without any amount was meant as an entry.
      const bool meant = dated;
      issue(meant ? Severity::kError : Severity::kNote, meant ? "bad_entry" : "text_outside", "row",
            (meant ? "a date without an amount: " : "no date and no amount: ") +
                table_.excerpt_of(row));
      return;
    }
    follow_account(row);
    if (!balance_good) {
      issue(Severity::kError, "bad_balance", table_.field(CsvRole::kBalance),
            "no number: " + excerpt(table_.text(row, CsvRole::kBalance)));
    }
    const std::optional<Figure> after = balance ? std::optional(balance->value) : std::nullopt;
    if (!amount.value) return chain_.add(Figure(), after, row_place_);  // a balance row
    fill(row, amount);
    const bool booked = entry_.status == EntryStatus::kBooked;
    if (!dated && booked) {
      issue(Severity::kError, "bad_date", table_.field(CsvRole::kBookingDate),
            "no date of the dialect's formats: '" +
                excerpt(table_.text(row, CsvRole::kBookingDate)) + "'");
    }
    chain_.add(booked ? *amount.value : Figure(), after, row_place_);
    if (booked) note_date(entry_.booking_date);
    builder_.add(entry_);
  }

  // False when there is no booking date; "Pending" in its place says so.
  bool take_dates(const CsvRow& row) {
    const auto day = table_.date(row, CsvRole::kBookingDate);
    if (day) {
      entry_.booking_date = *day;
    } else if (is_one_of(table_.text(row, CsvRole::kBookingDate), dialect().pending)) {
      entry_.status = EntryStatus::kPending;
    }
    if (!table_.has(CsvRole::kValueDate)) return day.has_value();
    const auto value_day = table_.date(row, CsvRole::kValueDate);
    if (value_day) {
      entry_.value_date = *value_day;
    } else if (!table_.raw(row, CsvRole::kValueDate).empty() && day) {
      issue(Severity::kWarning, "bad_date", table_.field(CsvRole::kValueDate),
            excerpt(table_.text(row, CsvRole::kValueDate)));
    }
    return day.has_value();
  }

  void fill(const CsvRow& row, const CsvAmount& amount) {
    const bool debit = amount.value->units.is_negative();
    const Figure positive = debit ? -*amount.value : *amount.value;
    entry_.side = debit ? Side::kDebit : Side::kCredit;
    entry_.amount = positive.units.to_amount().value_or(Amount());
    entry_.digits = positive.digits;
    entry_.place = row_place_;
    entry_.currency = currency_of(row, amount.currency);
    if (table_.has(CsvRole::kStatus)) {
      const std::string_view status = table_.text(row, CsvRole::kStatus);
      if (is_one_of(status, dialect().pending)) entry_.status = EntryStatus::kPending;
      if (is_one_of(status, dialect().ignored)) entry_.status = EntryStatus::kInformation;
    }
    put(row, CsvRole::kReference, entry_.references.owner);
    put(row, CsvRole::kBankReference, entry_.references.bank);
    put(row, CsvRole::kParty, entry_.counterparty.name);
    put(row, CsvRole::kPartyAccount, entry_.counterparty.account);
    put(row, CsvRole::kCode, entry_.transaction_code);
    entry_.remittance.assign(table_.text(row, CsvRole::kText));
    for (const std::size_t at : table_.more_texts()) {
      if (at >= row.cells.size()) continue;
      const std::string_view more = table_.decoded(csv_trim(row.cells[at]));
      if (more.empty() || entry_.remittance.size() + more.size() > kTextBytesMax) continue;
      if (!entry_.remittance.empty()) entry_.remittance.push_back(' ');
      entry_.remittance.append(more);
    }
    std::replace(entry_.remittance.begin(), entry_.remittance.end(), '\n', ' ');
  }

  void put(const CsvRow& row, CsvRole role, std::string& target) {
    if (!table_.has(role)) return;
    const std::string_view value = table_.text(row, role);
    if (!is_filler_reference(value)) target.assign(value);
  }

  Currency currency_of(const CsvRow& row, Currency in_cell) {
    Currency currency = in_cell;
    if (table_.has(CsvRole::kCurrency)) {
      const std::string_view cell = table_.text(row, CsvRole::kCurrency);
      if (!cell.empty() && cell != currency_text_) {
        const auto found = parse_csv_currency(cell);
        if (!found) {
          issue(Severity::kError, "bad_currency", table_.field(CsvRole::kCurrency), excerpt(cell));
        }
        currency_text_ = cell;
        currency_value_ = found.value_or(Currency());
      }
      if (!cell.empty()) currency = currency_value_;
    }
    Statement& statement = builder_.statement();
    if (currency.code().empty()) return statement.currency;
    if (statement.currency.code().empty()) {
      statement.currency = currency;
      digits_ = currency.minor_digits();
    }
    return currency;
  }

  // Statement -------------------------------------------------------------------------------------

  void open(Place place) {
    builder_.open(dialect().name.empty() ? "CSV" : "CSV " + dialect().name, place);
    Statement& statement = builder_.statement();
    statement.account = dialect().account;
    statement.currency = dialect().currency;
    digits_ = dialect().currency.code().empty() ? 2 : dialect().currency.minor_digits();
    chain_.clear();
    falling_ = 0;
    previous_ = Date();
  }

  // Rows of another account are another statement.
  void follow_account(const CsvRow& row) {
    if (!table_.has(CsvRole::kAccount)) return;
    account_.clear();
    for (const char c : table_.text(row, CsvRole::kAccount)) {
      if (c != ' ') account_.push_back(c);
    }
    if (account_.empty() || account_ == builder_.statement().account) return;
    if (builder_.statement().entry_count > 0) {
      end_statement(row_place_.offset);
      open(row_place_);
    }
    builder_.statement().account = account_;
  }

  void note_date(Date day) {
    if (day.is_none()) return;
    Statement& statement = builder_.statement();
    if (statement.from_date.is_none() || day < statement.from_date) statement.from_date = day;
    if (day > statement.to_date) statement.to_date = day;
    if (!previous_.is_none() && day != previous_) falling_ += day < previous_ ? 1 : -1;
    previous_ = day;
  }

  void end_statement(std::uint64_t end) {
    if (!builder_.is_open()) return;
    Statement& statement = builder_.statement();
    if (statement.currency.code().empty()) {
      issue(Severity::kWarning, "missing_currency", "currency", "no currency is stated");
    }
    const bool signed_column = table_.has(CsvRole::kAmount) && !table_.has(CsvRole::kFlag);
    if (signed_column && !table_.has(CsvRole::kBalance) && amounts_.never_negative()) {
      issue(Severity::kWarning, "direction_unproved", table_.field(CsvRole::kAmount),
            std::string("no amount has a sign: that all are money ") +
                (dialect().debit_positive ? "out" : "in") + " is the dialect's word alone");
    }
    if (table_.has(CsvRole::kBalance)) end_chain(statement);
    builder_.close(end);
  }

  void end_chain(Statement& statement) {
    const CsvChain::Result chain = chain_.result(dialect().order, falling_);
    const std::string field = table_.field(CsvRole::kBalance);
    for (const CsvChain::Break& broken : chain.breaks) {
      builder_.issue(Severity::kError, "balance_chain", field,
                     "the balance differs by " + format(broken.difference) +
                         " from its neighbour and the entries between",
                     broken.place);
    }
    if (chain.broken > chain.breaks.size()) {
      issue(Severity::kError, "balance_chain", field,
            std::to_string(chain.broken - chain.breaks.size()) + " more breaks");
    }
    const auto balance = [&](const Figure& value, BalanceKind kind, Date day) {
      Balance made;
      made.kind = kind;
      made.code = "chain";
      made.value = value;
      made.currency = statement.currency;
      made.date = day;
      return made;
    };
    if (chain.opening) {
      statement.opening = balance(*chain.opening, BalanceKind::kOpening, statement.from_date);
    }
    if (chain.closing) {
      statement.closing = balance(*chain.closing, BalanceKind::kClosing, statement.to_date);
    }
    if (chain.links == 0) statement.unprovable = "one balance alone proves nothing";
  }

  CsvRows rows_;
  CsvTable table_;
  CsvAmounts amounts_;
  StatementBuilder builder_;
  std::uint64_t rows_seen_ = 0;
  int digits_ = 2;

  Place row_place_;
  StatementEntry entry_;
  std::string account_;
  std::string currency_text_;
  Currency currency_value_;
  bool bad_text_told_ = false;

  CsvChain chain_;
  std::int64_t falling_ = 0;  // rows dated before the row above, minus rows dated after
  Date previous_;
  bool finished_ = false;
  ReadStatus result_ = ledger::base::ok;
};

}  // namespace

std::unique_ptr<StatementReader> make_csv_reader(StatementSink& sink, const CsvDialect& dialect,
                                                 ReadOptions options) {
  return std::make_unique<CsvReader>(sink, dialect, options);
}

}  // namespace custody_adapter
