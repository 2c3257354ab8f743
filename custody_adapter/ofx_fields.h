// The values of OFX elements.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "custody_adapter/figure.h"
#include "ledger/base/time.h"

namespace custody_adapter {

struct OfxAmount {
  Figure value;           // signed
  bool grouping = false;  // grouping marks were found, against the standard
};
// "-1234.56", "-1234,56", "+0.5": point or comma is the decimal mark. With both, the last one is,
// if the other groups by threes. A comma before exactly three digits can mean either and is refused
// unless the currency has three digits. `problem` says why it is nothing.
std::optional<OfxAmount> parse_ofx_amount(std::string_view text, int digits, std::string& problem);

// "20090401", "20090401122017.000[-5:EST]": the day as the bank writes it, in its own time zone.
std::optional<ledger::base::Date> parse_ofx_date(std::string_view text);

}  // namespace custody_adapter
