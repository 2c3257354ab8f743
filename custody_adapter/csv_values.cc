#include "custody_adapter/csv_values.h"

#include <iconv.h>

#include <algorithm>
#include <array>

#include "custody_adapter/charset.h"

namespace custody_adapter {

using ledger::base::Currency;
using ledger::base::Date;

namespace {

constexpr std::string_view kNoBreakSpace = "\xc2\xa0";
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

bool take(std::string_view& text, std::string_view what) {
  if (text.substr(0, what.size()) != what) return false;
  text.remove_prefix(what.size());
  return true;
}
bool take_end(std::string_view& text, std::string_view what) {
  if (text.size() < what.size() || text.substr(text.size() - what.size()) != what) return false;
  text.remove_suffix(what.size());
  return true;
}

// Up to `size` digits, at least `least`.
std::optional<int> take_number(std::string_view& text, std::size_t size, std::size_t least) {
  std::size_t n = 0;
  int value = 0;
  while (n < size && n < text.size() && is_digit(text[n])) value = value * 10 + (text[n++] - '0');
  if (n < least) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

std::optional<int> take_month(std::string_view& text) {
  if (text.size() < 3) return std::nullopt;
  const std::string name = {lower(text[0]), lower(text[1]), lower(text[2])};
  const auto found = std::find(kMonths.begin(), kMonths.end(), name);
  if (found == kMonths.end()) return std::nullopt;
  text.remove_prefix(3);
  return static_cast<int>(found - kMonths.begin()) + 1;
}

// Only digits, at most one decimal mark, groups of three (or two before a last three).
std::optional<Figure> parse_grouped(std::string_view text, char decimal, int digits) {
  const std::size_t mark = text.rfind(decimal);
  const std::string_view whole = text.substr(0, mark);
  std::string plain;
  char grouping = '\0';
  std::size_t group = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const char c = whole[i];
    if (is_digit(c)) {
      plain.push_back(c);
      ++group;
      continue;
    }
    const bool groups = c == '\'' || c == ' ' || c == (decimal == '.' ? ',' : '.');
    if (!groups || group == 0 || group > 3 || (grouping != '\0' && grouping != c)) {
      return std::nullopt;
    }
    if (grouping != '\0' && group < 2) return std::nullopt;
    grouping = c;
    group = 0;
  }
  if (grouping != '\0' && group != 3) return std::nullopt;
  if (mark != std::string_view::npos) plain.append(text.substr(mark));
  return parse_figure(plain, digits, decimal);
}

// A currency code or sign at one end; its code when it is a code.
void take_currency(std::string_view& text, Currency& currency) {
  for (const std::string_view sign :
       {"$", "\xc2\xa3", "\xe2\x82\xac", "\xc2\xa5", "\xef\xbf\xa5"}) {
    if (take(text, sign) || take_end(text, sign)) {
      text = csv_trim(text);
      return;
    }
  }
  if (text.size() <= 3) return;
  if (is_upper(text[0]) && is_upper(text[1]) && is_upper(text[2])) {
    if (const auto code = Currency::parse(text.substr(0, 3))) {
      currency = *code;
      text = csv_trim(text.substr(3));
    }
  } else if (is_upper(text[text.size() - 1]) && is_upper(text[text.size() - 2]) &&
             is_upper(text[text.size() - 3])) {
    if (const auto code = Currency::parse(text.substr(text.size() - 3))) {
      currency = *code;
      text = csv_trim(text.substr(0, text.size() - 3));
    }
  }
}

}  // namespace

std::string_view csv_trim(std::string_view text) {
  while (!text.empty()) {
    if (is_blank(text.front())) {
      text.remove_prefix(1);
    } else if (!take(text, kNoBreakSpace)) {
      break;
    }
  }
  while (!text.empty()) {
    if (is_blank(text.back())) {
      text.remove_suffix(1);
    } else if (!take_end(text, kNoBreakSpace)) {
      break;
    }
  }
  return text;
}

std::string csv_fold(std::string_view text) {
  std::string out(csv_trim(text));
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool is_one_of(std::string_view text, const std::vector<std::string>& words) {
  if (words.empty()) return false;
  const std::string folded = csv_fold(text);
  return std::any_of(words.begin(), words.end(),
                     [&folded](const std::string& word) { return csv_fold(word) == folded; });
}

std::optional<Date> parse_csv_date(std::string_view text, std::string_view format) {
  int year = -1;
  int month = -1;
  int day = -1;
  // "YYYYMMDD" has no marks to tell the parts by: one digit will not do.
  bool glued = false;
  const auto least = [&] {
    const bool more = !format.empty() && std::string_view("YMD").find(format[0]) != format.npos;
    return std::size_t{glued || more ? 2U : 1U};
  };
  while (!format.empty()) {
    std::optional<int> number;
    if (take(format, "YYYY")) {
      number = take_number(text, 4, 4);
      year = number.value_or(-1);
    } else if (take(format, "YY")) {
      number = take_number(text, 2, 2);
      if (number) year = *number + (*number >= 80 ? 1900 : 2000);
    } else if (take(format, "Mon")) {
      number = take_month(text);
      month = number.value_or(-1);
    } else if (take(format, "MM")) {
      number = take_number(text, 2, least());
      month = number.value_or(-1);
    } else if (take(format, "DD")) {
      number = take_number(text, 2, least());
      day = number.value_or(-1);
    } else {
      if (text.empty() || text.front() != format.front()) return std::nullopt;
      text.remove_prefix(1);
      format.remove_prefix(1);
      glued = false;
      continue;
    }
    if (!number) return std::nullopt;
    glued = true;
  }
  if (text.substr(0, 1) == ".") text.remove_prefix(1);  // "2019.04.19."
  if (!text.empty() && text.front() != ' ' && text.front() != 'T') return std::nullopt;
  return Date::from_ymd(year, month, day);
}

std::optional<CsvNumber> parse_csv_number(std::string_view text, char decimal, int digits) {
  // Most cells are plain.
  if (const auto plain = parse_figure(text, digits, decimal)) return CsvNumber{*plain, {}};
  CsvNumber number;
  text = csv_trim(text);
  bool negative = false;
  bool marked = false;
  const auto sign = [&](bool minus) {
    marked = true;
    negative = minus;
  };
  const bool brackets = text.size() > 2 && text.front() == '(' && text.back() == ')';
  if (brackets) {
    text = csv_trim(text.substr(1, text.size() - 2));
    sign(true);
  } else if (take_end(text, "DR") || take_end(text, "Dr")) {
    sign(true);
    text = csv_trim(text);
  } else if (take_end(text, "CR") || take_end(text, "Cr")) {
    sign(false);
    text = csv_trim(text);
  }
  const auto take_sign = [&] {
    if (marked || text.empty()) return;
    if (take(text, "-") || take(text, "\xe2\x88\x92")) return sign(true);
    if (take(text, "+")) return sign(false);
    if (take_end(text, "-")) return sign(true);
    if (take_end(text, "+")) return sign(false);
  };
  take_sign();
  text = csv_trim(text);
  take_currency(text, number.currency);
  take_sign();
  text = csv_trim(text);
  if (text.empty() || (!is_digit(text.front()) && text.front() != decimal)) return std::nullopt;
  const auto value = parse_grouped(text, decimal, digits);
  if (!value) return std::nullopt;
  number.value = negative ? -*value : *value;
  return number;
}

std::optional<Currency> parse_csv_currency(std::string_view text) {
  text = csv_trim(text);
  if (text == "\xe4\xba\xba\xe6\xb0\x91\xe5\xb8\x81" || text == "RMB") return ledger::base::kCny;
  return Currency::parse(text);
}

CsvText::CsvText(CsvEncoding encoding, Charset source) : encoding_(encoding), charset_(source) {
  switch (encoding) {
    case CsvEncoding::kUtf8OrSource:
      return;
    case CsvEncoding::kGb18030:
      iconv_ = ::iconv_open("UTF-8", "GB18030");
      return;
    case CsvEncoding::kCp1252:
      charset_ = Charset::kCp1252;
      return;
    case CsvEncoding::kLatin1:
      charset_ = Charset::kLatin1;
      return;
    case CsvEncoding::kLatin9:
      charset_ = Charset::kLatin9;
      return;
    case CsvEncoding::kCp852:
      charset_ = Charset::kCp852;
      return;
  }
}

CsvText::~CsvText() {
  if (iconv_ != nullptr && iconv_ != reinterpret_cast<void*>(-1)) ::iconv_close(iconv_);
}

std::string_view CsvText::decode(std::string_view bytes, bool& bad) {
  if (is_ascii(bytes)) return bytes;
  if (encoding_ != CsvEncoding::kGb18030) {
    if (encoding_ == CsvEncoding::kUtf8OrSource && !is_utf8(bytes)) bad = true;
    return to_utf8(bytes, charset_, out_);
  }
  if (iconv_ == nullptr || iconv_ == reinterpret_cast<void*>(-1)) {
    bad = true;
    return "";
  }
  // A GB18030 character of two bytes has at most three in UTF-8; a bad byte becomes three.
  out_.resize(bytes.size() * 3 + 4);
  std::string in(bytes);
  char* from = in.data();
  std::size_t from_left = in.size();
  char* to = out_.data();
  std::size_t to_left = out_.size();
  (void)::iconv(iconv_, nullptr, nullptr, nullptr, nullptr);
  while (from_left > 0) {
    if (::iconv(iconv_, &from, &from_left, &to, &to_left) != static_cast<std::size_t>(-1)) break;
    if (from_left == 0 || to_left < 3) break;
    bad = true;
    constexpr std::string_view kReplacement = "\xef\xbf\xbd";
    to = std::copy(kReplacement.begin(), kReplacement.end(), to);
    to_left -= kReplacement.size();
    ++from;
    --from_left;
  }
  out_.resize(out_.size() - to_left);
  return out_;
}

}  // namespace custody_adapter
