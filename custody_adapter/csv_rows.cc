#include "custody_adapter/csv_rows.h"

#include <algorithm>

namespace custody_adapter {

std::size_t CsvRows::find_separator(std::string_view text, std::size_t from) const {
  if (!two_bytes_) return std::min(text.find(separator_, from), text.size());
  while (from < text.size() && text[from] != separator_) {
    from += static_cast<unsigned char>(text[from]) > 0x80 ? 2U : 1U;
  }
  return std::min(from, text.size());
}

void CsvRows::split_plain(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    const std::size_t end = find_separator(text, at);
    cells_.push_back(text.substr(at, end - at));
    if (end == text.size()) return;
    at = end + 1;
  }
}

bool CsvRows::split(std::string_view text, bool with_quotes) {
  cells_.clear();
  stray_quote_ = false;
  if (quote_ == '\0' || !with_quotes || text.find(quote_) == std::string_view::npos) {
    split_plain(text);
    return true;
  }
  unquoted_.clear();
  unquoted_.reserve(text.size());  // views into it must stay
  std::size_t at = 0;
  while (true) {
    // A quote opens a cell only at its beginning; elsewhere it is text.
    std::size_t first = at;
    while (first < text.size() && text[first] == ' ') ++first;
    if (first < text.size() && text[first] == quote_) {
      at = first + 1;
      if (!quoted_cell(text, at)) return false;
    } else {
      const std::size_t end = find_separator(text, at);
      cells_.push_back(text.substr(at, end - at));
      stray_quote_ = stray_quote_ || cells_.back().find(quote_) != std::string_view::npos;
      at = end;
    }
    if (at >= text.size()) return true;
    ++at;
    if (at == text.size()) {
      cells_.emplace_back();
      return true;
    }
  }
}

// From behind the opening quote to the separator after the closing one: the quote that a separator
// or the end follows. Others inside are text that nobody doubled.
bool CsvRows::quoted_cell(std::string_view text, std::size_t& at) {
  const std::size_t copied = unquoted_.size();
  bool doubled = false;
  std::size_t piece = at;
  while (true) {
    const std::size_t quote = text.find(quote_, at);
    if (quote == std::string_view::npos) return false;
    at = quote + 1;
    if (at < text.size() && text[at] == quote_) {
      unquoted_.append(text.substr(piece, at - piece));  // one of the two
      doubled = true;
      piece = ++at;
      continue;
    }
    std::size_t next = at;
    while (next < text.size() && (text[next] == ' ' || text[next] == '\t') &&
           text[next] != separator_) {
      ++next;
    }
    if (next < text.size() && text[next] != separator_) {
      stray_quote_ = true;
      continue;
    }
    if (doubled) {
      unquoted_.append(text.substr(piece, quote - piece));
      cells_.push_back(std::string_view(unquoted_).substr(copied));
    } else {
      cells_.push_back(text.substr(piece, quote - piece));
    }
    at = next;
    return true;
  }
}

}  // namespace custody_adapter
