// What every fuzz target of a reader checks: no crash, and statements, issues and result that do
// not depend on how the bytes were cut into chunks.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "custody_adapter/reader.h"

namespace custody_adapter::test {

// `make(sink)` gives a reader.
template <typename Make>
void check_chunking(std::string_view bytes, Make&& make) {
  Collector whole;
  const auto first = make(whole);
  (void)first->push(bytes);
  const ReadStatus good = first->finish();

  Collector pieces;
  const auto second = make(pieces);
  const std::size_t step = bytes.empty() ? 1 : 1 + static_cast<unsigned char>(bytes.back()) % 7U;
  for (std::size_t i = 0; i < bytes.size(); i += step) (void)second->push(bytes.substr(i, step));
  const ReadStatus also = second->finish();
  if (good.has_value() != also.has_value()) std::abort();
  if (!good && format(good.error()) != format(also.error())) std::abort();
  if (pieces.statements.size() != whole.statements.size()) std::abort();
  if (pieces.file_issues.size() != whole.file_issues.size()) std::abort();
  for (std::size_t i = 0; i < whole.statements.size(); ++i) {
    const Statement& a = whole.statements[i];
    const Statement& b = pieces.statements[i];
    if (a.entry_count != b.entry_count || a.place != b.place) std::abort();
    if (format(a.verdict) != format(b.verdict)) std::abort();
    if (a.entry_count != a.entries.size() || a.issues.size() != b.issues.size()) std::abort();
    for (std::size_t k = 0; k < a.entries.size(); ++k) {
      const StatementEntry& x = a.entries[k];
      const StatementEntry& y = b.entries[k];
      if (!(x.signed_figure() == y.signed_figure()) || x.place != y.place) std::abort();
      if (x.remittance != y.remittance || x.references.all() != y.references.all()) std::abort();
      // A place must lie inside the file.
      if (x.place.offset + x.place.length > bytes.size()) std::abort();
    }
  }
}

}  // namespace custody_adapter::test
