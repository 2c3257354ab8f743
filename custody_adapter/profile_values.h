// Values of fields: functions from the bytes of a field to a figure, a count, a date, a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/blanks.h"
#include "custody_adapter/figure.h"
#include "custody_adapter/profile_model.h"
#include "ledger/base/time.h"

namespace custody_adapter {

// "yyyy-mm-dd HH:MM:SS", "yymmdd", "HHMMSS" as steps; nothing when a part is unknown or twice
// there. `is_time`: only H, M, S. A lower-case m is the month, an upper-case M the minute.
std::optional<std::vector<DateStep>> parse_form(std::string_view form, bool is_time);

struct DateTime {
  ledger::base::Date date;  // none when the form has none, or all its digits are 0
  std::string time;         // "HH:MM:SS"; "" when the form has none
  bool good = false;
};
// The whole text must fit the form. Two-digit years are 2000 to 2099; a form without a year takes
// the one that brings the day closest to `near`, and gives no date when that is none.
DateTime read_date_time(std::string_view text, const std::vector<DateStep>& form,
                        ledger::base::Date near);

// The figure of a field of type amount, trimmed, without its map and sign conditions; the same
// value as parse_figure() gives, with at least `digits` decimals. Nothing if it is none.
std::optional<Figure> read_amount(std::string_view text, const FieldSpec& field, int digits,
                                  std::string& scratch);
std::optional<std::uint64_t> read_count(std::string_view text);

}  // namespace custody_adapter
