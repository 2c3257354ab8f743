// A running balance column as a proof: every balance must be the one before it plus the entries
// between. Rows may run oldest or newest first, and not every row needs a balance; both directions
// are followed until the end tells which one holds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/figure.h"
#include "custody_adapter/statement.h"

namespace custody_adapter {

class CsvChain {
 public:
  // Breaks kept with their places; the others are counted.
  static constexpr std::size_t kBreaksMax = 100;

  struct Break {
    Figure difference;  // stated - expected
    Place place;
  };
  struct Result {
    bool newest_first = false;
    std::optional<Figure> opening;  // computed from the oldest balance
    std::optional<Figure> closing;  // nothing when entries follow the newest balance
    std::uint64_t links = 0;        // pairs of balances compared
    std::uint64_t broken = 0;
    std::vector<Break> breaks;
  };

  void clear() { *this = CsvChain(); }
  // One row in file order: its entry (zero when it is none that counts) and its balance.
  void add(Figure entry, const std::optional<Figure>& balance, Place place);
  // `falling_dates` counts rows dated before the row above minus rows dated after: it decides when
  // the chain does not.
  Result result(CsvOrder order, std::int64_t falling_dates) const;

 private:
  struct Way {
    std::uint64_t broken = 0;
    std::vector<Break> breaks;
  };
  static void compare(Way& way, Figure difference, Place place);

  std::optional<Figure> first_;  // the first and the last balance in the file
  std::optional<Figure> last_;
  Figure before_first_;  // entries up to and with the first balance's row
  Figure above_first_;   // entries above the first balance's row
  Figure below_last_;    // entries below the last balance's row
  Figure from_last_;     // entries from the last balance's row on
  std::uint64_t links_ = 0;
  Way oldest_first_;
  Way newest_first_;
};

}  // namespace custody_adapter
