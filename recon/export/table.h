// TableWriter: one table of figures with everything a reader needs to judge it: the columns, then
// the rows, then where in which journal they were taken, how many rows there are, what their
// amounts add up to, and what each figure means. EXPORT_FORMAT.md describes both forms.
//
// Amounts are integers of minor units in JSON and exact decimals in CSV.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/amount.h"
#include "ledger/base/ids.h"
#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"

namespace recon::exports {

namespace base = ledger::base;
namespace crypto = ledger::crypto;

enum class Format { kCsv, kJson };

// Takes the next piece of the output.
using Put = std::function<void(std::string_view)>;

// Where in a journal an export was taken: a function of the entries 1 ... sequence alone.
struct Position {
  base::Sequence sequence;
  crypto::Digest head;  // chain hash of that entry
  base::Date date;      // business date of that entry
  std::string profile;
  std::uint32_t profile_version = 0;
};

struct Definition {
  std::string_view name;
  std::string_view text;
};

struct Title {
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;  // what was asked for
  std::vector<std::string> columns;
};

// One value of a row.
struct Cell {
  enum class Kind { kNone, kText, kCount, kAmount };
  Kind kind = Kind::kNone;
  std::string text;
  base::Int128 number = 0;
};

// A row is written front to back, one cell a column.
class Row {
 public:
  // The currency of all amounts of the row.
  explicit Row(base::Currency currency = {}) : currency_(currency) {}
  Row& text(std::string_view value);
  Row& count(base::Int128 value);
  Row& id(std::uint64_t value);  // a count; 0 stands for none
  Row& amount(base::Total value);
  Row& date(base::Date value);
  Row& none(std::size_t cells = 1);

  base::Currency currency() const { return currency_; }
  const std::vector<Cell>& cells() const { return cells_; }

 private:
  base::Currency currency_;
  std::vector<Cell> cells_;
};

class TableWriter {
 public:
  TableWriter(Format format, Put put) : format_(format), put_(std::move(put)) {}
  void begin(Title title);
  void row(const Row& row);
  // After it nothing more may be written.
  void end(const Position& position, std::span<const Definition> definitions);

 private:
  void row_csv(const Row& row);
  void row_json(const Row& row);
  void end_csv(const Position& position, std::span<const Definition> definitions);
  void end_json(const Position& position, std::span<const Definition> definitions);

  Format format_;
  Put put_;
  Title title_;
  std::uint64_t records_ = 0;
  // By column, then currency: the sum of all amounts.
  std::map<std::pair<std::size_t, std::string>, std::pair<base::Total, int>> controls_;
};

std::string csv_field(std::string_view value);

}  // namespace recon::exports
