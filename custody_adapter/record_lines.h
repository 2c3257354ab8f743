// Cuts a file into records, lines or runs of so many bytes, whatever the chunks. The last records
// of a file can be told from the others only at its end, so as many as are asked for are held back.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace custody_adapter {

inline constexpr std::size_t kRecordBytesMax = 65'536;

struct RawRecord {
  std::string_view text;  // without its line end; valid during the callback
  std::uint64_t offset = 0;
  std::uint64_t line = 0;      // from 1
  std::uint64_t from_end = 0;  // 1 is the last; 0: not one of those held back
};

class RecordLines {
 public:
  // Records of `record_bytes`, or lines when it is 0. Empty lines are records up to
  // `positional_lines`; beyond, they are skipped, or refused when others follow.
  RecordLines(std::uint32_t record_bytes, std::uint64_t positional_lines, bool skip_blank,
              std::uint64_t hold_back)
      : record_bytes_(record_bytes),
        positional_lines_(positional_lines),
        skip_blank_(skip_blank),
        hold_back_(hold_back) {}

  enum class Fault : std::uint8_t { kNone, kTooLong, kBlankLine, kCutRecord, kStopped };
  struct Where {
    std::uint64_t offset = 0;
    std::uint64_t line = 0;
  };

  // `on_record` gets each RawRecord and returns false to stop. After a fault nothing more may be
  // pushed.
  template <typename OnRecord>
  Fault push(std::string_view chunk, OnRecord&& on_record) {
    if (begun_ < kBomBytes && !take_bom(chunk)) return Fault::kNone;
    if (record_bytes_ != 0) return push_runs(chunk, on_record);
    const char* const end = chunk.data() + chunk.size();
    const char* at = chunk.data();
    while (at != end) {
      const auto left = static_cast<std::size_t>(end - at);
      const void* found = std::memchr(at, '\n', left);
      if (found == nullptr) {
        if (carry_.size() + left > kRecordBytesMax) return Fault::kTooLong;
        carry_.append(at, left);
        return Fault::kNone;
      }
      const char* const mark = static_cast<const char*>(found);
      std::string_view line(at, static_cast<std::size_t>(mark - at));
      if (!carry_.empty()) {
        carry_.append(line);
        line = carry_;
      }
      if (line.size() > kRecordBytesMax) return Fault::kTooLong;
      const Fault fault = take(line, line.size() + 1, on_record);
      carry_.clear();
      if (fault != Fault::kNone) return fault;
      at = mark + 1;
    }
    return Fault::kNone;
  }

  template <typename OnRecord>
  Fault finish(OnRecord&& on_record) {
    if (begun_ < kBomBytes) {
      const std::string short_file = std::move(carry_);
      carry_.clear();
      begun_ = kBomBytes;
      if (const Fault fault = push(short_file, on_record); fault != Fault::kNone) return fault;
    }
    if (!carry_.empty()) {
      if (record_bytes_ != 0) return Fault::kCutRecord;
      const std::string last = std::move(carry_);
      carry_.clear();
      if (const Fault fault = take(last, last.size(), on_record); fault != Fault::kNone) {
        return fault;
      }
    }
    for (std::size_t left = held_; left > 0; --left) {
      const Held& held = ring_[(first_ + held_ - left) % ring_.size()];
      if (!on_record(RawRecord{held.text, held.offset, held.line, left})) return Fault::kStopped;
    }
    held_ = 0;
    return Fault::kNone;
  }

  // The next byte, or where a fault is.
  Where where() const { return fault_at_.line != 0 ? fault_at_ : Where{offset_, line_ + 1}; }

 private:
  static constexpr std::size_t kBomBytes = 4;
  struct Held {
    std::string text;
    std::uint64_t offset = 0;
    std::uint64_t line = 0;
  };

  // A byte order mark of UTF-8 or GB18030 is no part of the first record. False while it is not
  // known whether there is one; the bytes then wait in carry_.
  bool take_bom(std::string_view& chunk) {
    while (begun_ < kBomBytes && !chunk.empty()) {
      carry_.push_back(chunk.front());
      chunk.remove_prefix(1);
      ++begun_;
    }
    if (begun_ < kBomBytes) return false;
    for (const std::string_view bom :
         {std::string_view("\xEF\xBB\xBF"), std::string_view("\x84\x31\x95\x33")}) {
      if (carry_.compare(0, bom.size(), bom) == 0) {
        carry_.erase(0, bom.size());
        offset_ += bom.size();
        break;
      }
    }
    // The first four bytes may hold line ends: they go the way of every chunk.
    first_bytes_ = std::move(carry_);
    carry_.clear();
    first_bytes_.append(chunk);
    chunk = first_bytes_;
    return true;
  }

  template <typename OnRecord>
  Fault push_runs(std::string_view chunk, OnRecord&& on_record) {
    while (carry_.size() + chunk.size() >= record_bytes_) {
      std::string_view run = chunk.substr(0, record_bytes_ - carry_.size());
      chunk.remove_prefix(run.size());
      if (!carry_.empty()) {
        carry_.append(run);
        run = carry_;
      }
      const Fault fault = take(run, run.size(), on_record);
      carry_.clear();
      if (fault != Fault::kNone) return fault;
    }
    carry_.append(chunk);
    return Fault::kNone;
  }

  template <typename OnRecord>
  Fault take(std::string_view text, std::size_t advance, OnRecord&& on_record) {
    const std::uint64_t offset = offset_;
    offset_ += advance;
    ++line_;
    if (record_bytes_ == 0 && !text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (text.empty() && line_ > positional_lines_) {
      if (!skip_blank_ && blank_at_.line == 0) blank_at_ = {offset, line_};
      return Fault::kNone;
    }
    if (blank_at_.line != 0) {
      fault_at_ = blank_at_;
      return Fault::kBlankLine;
    }
    if (hold_back_ == 0) {
      return on_record(RawRecord{text, offset, line_, 0}) ? Fault::kNone : Fault::kStopped;
    }
    if (ring_.empty()) ring_.resize(hold_back_);
    if (held_ == ring_.size()) {
      const Held& oldest = ring_[first_];
      if (!on_record(RawRecord{oldest.text, oldest.offset, oldest.line, 0})) return Fault::kStopped;
      first_ = (first_ + 1) % ring_.size();
      --held_;
    }
    Held& slot = ring_[(first_ + held_) % ring_.size()];
    slot.text.assign(text);
    slot.offset = offset;
    slot.line = line_;
    ++held_;
    return Fault::kNone;
  }

  std::uint32_t record_bytes_;
  std::uint64_t positional_lines_;
  bool skip_blank_;
  std::uint64_t hold_back_;
  std::string carry_;
  std::string first_bytes_;
  std::size_t begun_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 0;
  Where blank_at_;
  Where fault_at_;
  std::vector<Held> ring_;
  std::size_t first_ = 0;
  std::size_t held_ = 0;
};

}  // namespace custody_adapter
