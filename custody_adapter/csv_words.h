// The words by which banks name their columns, in the languages seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/csv_dialect.h"

namespace custody_adapter {

struct CsvWord {
  CsvRole role;
  std::string_view text;  // folded as csv_fold() does
};
// Earlier words of a role go before later ones when a row has several.
const std::vector<CsvWord>& csv_words();

// Folded words of a flag column.
const std::vector<std::string>& csv_credit_words();
const std::vector<std::string>& csv_debit_words();
const std::vector<std::string>& csv_pending_words();
// How rows begin that sum up others.
const std::vector<std::string>& csv_summary_words();

}  // namespace custody_adapter
