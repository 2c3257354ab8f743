// BAI2 lines into physical records. A record usually fills a line and ends with "/", but several
// may share a line, the "/" may be missing, a "/" may be part of a text, and a text may wrap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "custody_adapter/mt940_lines.h"
#include "custody_adapter/statement.h"

namespace custody_adapter {

struct BaiRecord {
  int code = 0;              // 1, 2, 3, 16, 49, 88, 98, 99; 0 for a line that begins with none
  std::string_view content;  // after "16,", without the closing "/"; valid during the callback
  bool too_long = false;     // cut at BaiRecords::kRecordBytesMax
  Place place;
};

class BaiRecords {
 public:
  static constexpr std::size_t kRecordBytesMax = 1U << 18U;

  // Calls on_record(const BaiRecord&) for each record that the line completes.
  template <typename OnRecord>
  void push(const Line& line, OnRecord&& on_record) {
    if (held_.empty() && !line.cut) {
      split(line.text, line.offset, line.number, true, on_record);
      return;
    }
    // A line without end: records come as soon as the one after them begins.
    if (held_.empty()) held_at_ = line.offset;
    held_.append(line.text);
    const bool whole = !line.cut || held_.size() > kRecordBytesMax;
    const std::size_t used = split(held_, held_at_, line.number, whole, on_record);
    held_.erase(0, used);
    held_at_ += used;
  }

 private:
  template <typename OnRecord>
  std::size_t split(std::string_view text, std::uint64_t offset, std::uint64_t number, bool whole,
                    OnRecord&& on_record) {
    std::size_t at = 0;
    while (true) {
      at = skip_blanks(text, at);
      if (at == text.size()) return whole ? at : std::min(at, text.size());
      const int code = code_at(text, at);
      const End end = end_of(text, at, code);
      if (end.next == text.size() && !whole) return at;
      BaiRecord record;
      record.code = code;
      record.content = text.substr(at, end.content - at);
      if (code != 0) record.content.remove_prefix(std::min<std::size_t>(3, record.content.size()));
      record.too_long = text.size() > kRecordBytesMax && end.next == text.size();
      record.place = {offset + at, end.content - at, number};
      on_record(record);
      if (end.next < text.size()) (end.next == end.content + 1 ? tight_ : apart_) = true;
      at = end.next;
    }
  }

  struct End {
    std::size_t content = 0;  // end of the content
    std::size_t next = 0;     // where the next record begins
  };
  static std::size_t skip_blanks(std::string_view text, std::size_t at);
  // The record code of "16," or "16/" at `at`; 0 for none.
  static int code_at(std::string_view text, std::size_t at);
  End end_of(std::string_view text, std::size_t at, int code) const;
  bool begins_record(std::string_view text, std::size_t slash, std::size_t at, bool in_text) const;

  // Records that share a line were seen in this file, without and with blanks between them.
  bool tight_ = false;
  bool apart_ = false;
  std::string held_;
  std::uint64_t held_at_ = 0;
};

}  // namespace custody_adapter
