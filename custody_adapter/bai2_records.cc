#include "custody_adapter/bai2_records.h"

#include <algorithm>

namespace custody_adapter {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes one field and its comma off the front; nothing when there is no comma.
bool take_field(std::string_view& text, std::string_view& field) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return false;
  field = text.substr(0, comma);
  text.remove_prefix(comma + 1);
  return true;
}

bool is_number(std::string_view text, std::size_t size_min) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return text.size() >= size_min && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_upper_or_empty(std::string_view text) {
  return text.empty() || (text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) {
                            return c >= 'A' && c <= 'Z';
                          }));
}

// Whether `rest`, behind the code and its comma, has the shape of that record: a text that happens
// to say "paid 08/16,202 units" must not be cut.
bool has_shape(int code, std::string_view rest) {
  std::string_view a;
  std::string_view b;
  switch (code) {
    case 2: {
      std::string_view status;
      std::string_view date;
      return take_field(rest, a) && take_field(rest, b) && take_field(rest, status) &&
             take_field(rest, date) && status.size() <= 1 && is_number(date, 6);
    }
    case 3:
      return take_field(rest, a) && take_field(rest, b) && !a.empty() && is_upper_or_empty(b);
    case 16:
      return take_field(rest, a) && take_field(rest, b) && a.size() == 3 && is_number(a, 3) &&
             is_number(b, 1);
    case 49:
      return take_field(rest, a) && is_number(a, 1) && !rest.empty() && is_digit(rest.front());
    case 98:
    case 99:
      return take_field(rest, a) && take_field(rest, b) && is_number(a, 1) && is_number(b, 1) &&
             !rest.empty() && is_digit(rest.front());
    default:
      return false;
  }
}

}  // namespace

std::size_t BaiRecords::skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const char c = text[at];
    if (c != ' ' && c != '\t' && c != '\r' && c != '\0' && c != '\x1a') break;
    ++at;
  }
  return at;
}

int BaiRecords::code_at(std::string_view text, std::size_t at) {
  if (text.size() < at + 3 || !is_digit(text[at]) || !is_digit(text[at + 1])) return 0;
  if (text[at + 2] != ',' && text[at + 2] != '/') return 0;
  const int code = (text[at] - '0') * 10 + (text[at + 1] - '0');
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 16:
    case 49:
    case 88:
    case 98:
    case 99:
      return code;
    default:
      return 0;
  }
}

bool BaiRecords::begins_record(std::string_view text, std::size_t slash, std::size_t at,
                               bool in_text) const {
  const int code = code_at(text, at);
  if (code == 0 || text[at + 2] != ',') return false;
  if (!in_text) return true;
  // Continuations have no shape; after "/" inside a text they count only in files that have shown
  // that they put several records on a line, and with the same distance.
  if (code == 88) return at == slash + 1 ? tight_ : apart_;
  return has_shape(code, text.substr(at + 3));
}

BaiRecords::End BaiRecords::end_of(std::string_view text, std::size_t at, int code) const {
  const bool in_text = code == 16 || code == 88 || code == 0;
  std::size_t slash = text.find('/', at);
  while (slash != std::string_view::npos) {
    const std::size_t next = skip_blanks(text, slash + 1);
    if (next == text.size() || begins_record(text, slash, next, in_text)) return {slash, next};
    slash = text.find('/', slash + 1);
  }
  std::size_t end = text.size();
  while (end > at && skip_blanks(text, end - 1) == text.size()) --end;
  return {end, text.size()};
}

}  // namespace custody_adapter
