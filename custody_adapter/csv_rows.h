// CSV bytes into rows of cells. Quoted cells may hold separators, doubled quotes and line ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/mt940_lines.h"
#include "custody_adapter/statement.h"

namespace custody_adapter {

struct CsvRow {
  const std::vector<std::string_view>& cells;  // untrimmed, undecoded; valid during the callback
  bool open_quote = false;                     // a quote that never closes was taken as text
  bool stray_quote = false;                    // a quote in a cell that does not begin with one
  Place place;
};

class CsvRows {
 public:
  // A quoted cell spans no more lines and bytes than this; else its quote is taken as text, so that
  // a stray quote does not swallow the rest of the file.
  static constexpr std::size_t kLinesMax = 32;
  static constexpr std::size_t kRowBytesMax = 1U << 16U;

  // `quote` '\0' for none. `two_bytes`: bytes from 0x81 on lead a character of two (GBK).
  CsvRows(char separator, char quote, bool two_bytes)
      : separator_(separator), quote_(quote), two_bytes_(two_bytes) {}

  // Calls on_row(const CsvRow&) for each row that is complete.
  template <typename OnRow>
  void push(std::string_view chunk, OnRow&& on_row) {
    lines_.push(chunk, [&](const Line& line) { add(line, on_row); });
  }
  template <typename OnRow>
  void finish(OnRow&& on_row) {
    lines_.finish([&](const Line& line) { add(line, on_row); });
    while (!held_.empty()) give_up(on_row);
  }
  std::uint64_t offset() const { return lines_.offset(); }

  // One line into cells; false when a quoted cell is still open at its end.
  bool split(std::string_view text, bool with_quotes);
  const std::vector<std::string_view>& cells() const { return cells_; }

 private:
  struct Held {
    std::size_t size = 0;
    std::uint64_t offset = 0;
    std::uint64_t number = 0;
  };

  template <typename OnRow>
  void add(const Line& line, OnRow&& on_row) {
    if (held_.empty()) {
      if (split(line.text, true)) {
        on_row(CsvRow{cells_, false, stray_quote_, {line.offset, line.text.size(), line.number}});
        return;
      }
      hold(line.text, line.offset, line.number);
      return;
    }
    hold(line.text, line.offset, line.number);
    if (line.text.find(quote_) != std::string_view::npos) try_held(on_row);
    while (held_.size() > kLinesMax || text_.size() > kRowBytesMax) give_up(on_row);
  }

  void hold(std::string_view text, std::uint64_t offset, std::uint64_t number) {
    if (!held_.empty()) text_.push_back('\n');
    text_.append(text);
    held_.push_back({text.size(), offset, number});
  }

  template <typename OnRow>
  void try_held(OnRow&& on_row) {
    if (!split(text_, true)) return;
    // A stray quote opened a cell, and the quotes of a later row seem to close it.
    if (stray_quote_) return give_up(on_row);
    const Held& first = held_.front();
    const Held& last = held_.back();
    on_row(CsvRow{cells_,
                  false,
                  stray_quote_,
                  {first.offset, last.offset + last.size - first.offset, first.number}});
    held_.clear();
    text_.clear();
  }

  // The first held line is a row by itself, its quote text; the others are read again.
  template <typename OnRow>
  void give_up(OnRow&& on_row) {
    const std::string text = std::move(text_);
    const std::vector<Held> held = std::move(held_);
    held_.clear();
    text_.clear();
    split(std::string_view(text).substr(0, held.front().size), false);
    on_row(
        CsvRow{cells_, true, false, {held.front().offset, held.front().size, held.front().number}});
    std::size_t at = held.front().size + 1;
    for (std::size_t i = 1; i < held.size(); ++i) {
      const std::string_view line = std::string_view(text).substr(at, held[i].size);
      add(Line{line, held[i].offset, held[i].number, false}, on_row);
      at += held[i].size + 1;
    }
  }

  void split_plain(std::string_view text);
  bool quoted_cell(std::string_view text, std::size_t& at);
  std::size_t find_separator(std::string_view text, std::size_t from) const;

  char separator_;
  char quote_;
  bool two_bytes_;
  LineSplitter lines_;
  std::vector<std::string_view> cells_;
  bool stray_quote_ = false;
  std::string unquoted_;    // cells whose doubled quotes were undone
  std::vector<Held> held_;  // lines of a row whose quote is open
  std::string text_;        // of held_, joined by '\n'
};

}  // namespace custody_adapter
