// Splits pushed chunks into lines that know their place. Line ends: LF, CR LF, CR alone, and "@@"
// (a SWIFT transport form, only when the file begins with it).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace custody_adapter {

struct Line {
  std::string_view text;  // without its end; valid during the callback
  std::uint64_t offset = 0;
  std::uint64_t number = 0;  // from 1
  bool cut = false;          // of a line beyond kLineBytesMax: the next piece goes on
};

class LineSplitter {
 public:
  // No real line is longer; a longer one is cut into pieces of this size.
  static constexpr std::size_t kLineBytesMax = 1U << 16U;

  // Calls on_line(const Line&) for each complete line.
  template <typename OnLine>
  void push(std::string_view chunk, OnLine&& on_line) {
    if (!decided_) {
      head_.append(chunk);
      if (head_.size() < kHeadBytes) return;
      start(on_line);
      return;
    }
    feed(chunk, on_line);
  }
  // The end of the file: the last line may lack its end.
  template <typename OnLine>
  void finish(OnLine&& on_line) {
    if (!decided_) start(on_line);
    if (held_at_) carry_.push_back('@');
    held_at_ = false;
    if (!carry_.empty()) emit(carry_, on_line);
    carry_.clear();
  }
  std::uint64_t offset() const { return offset_; }

 private:
  static constexpr std::size_t kHeadBytes = 4096;
  enum class Ends { kLf, kCr, kAtAt };

  template <typename OnLine>
  void start(OnLine&& on_line) {
    decided_ = true;
    ends_ = guess(head_);
    const std::string head = std::move(head_);
    head_.clear();
    feed(head, on_line);
  }
  template <typename OnLine>
  void feed(std::string_view chunk, OnLine&& on_line) {
    if (ends_ == Ends::kLf) {
      split(chunk, on_line);
      return;
    }
    translate(chunk);
    split(translated_, on_line);
  }
  template <typename OnLine>
  void split(std::string_view chunk, OnLine&& on_line) {
    while (!chunk.empty()) {
      const void* hit = std::memchr(chunk.data(), '\n', chunk.size());
      if (hit == nullptr) return gather(chunk, on_line);
      const auto size = static_cast<std::size_t>(static_cast<const char*>(hit) - chunk.data());
      if (carry_.empty() && size < kLineBytesMax) {
        emit(chunk.substr(0, size), on_line);
      } else {
        gather(chunk.substr(0, size), on_line);
        emit(carry_, on_line);
        carry_.clear();
      }
      ++offset_;
      ++number_;
      chunk.remove_prefix(size + 1);
    }
  }
  // Adds to the unfinished line; pieces of full size leave at once, so that a file without line
  // ends costs no memory.
  template <typename OnLine>
  void gather(std::string_view text, OnLine&& on_line) {
    while (!text.empty()) {
      const std::size_t size = std::min(text.size(), kLineBytesMax - carry_.size());
      carry_.append(text.substr(0, size));
      text.remove_prefix(size);
      if (carry_.size() < kLineBytesMax) return;
      emit(carry_, on_line, true);
      carry_.clear();
    }
  }
  template <typename OnLine>
  void emit(std::string_view text, OnLine&& on_line, bool cut = false) {
    const std::uint64_t offset = offset_;
    offset_ += text.size();
    while (!text.empty() && text.back() == '\r' && !cut) text.remove_suffix(1);
    on_line(Line{text, offset, number_, cut});
  }

  static Ends guess(std::string_view head);
  // Same-length translation to LF, so that offsets stay those of the file.
  void translate(std::string_view chunk);

  bool decided_ = false;
  Ends ends_ = Ends::kLf;
  bool held_at_ = false;  // an '@' at the end of a chunk, its pair may follow
  std::string head_;
  std::string carry_;
  std::string translated_;
  std::uint64_t offset_ = 0;
  std::uint64_t number_ = 1;
};

}  // namespace custody_adapter
