#include "custody_adapter/utf8_mender.h"

#include "custody_adapter/charset.h"

namespace custody_adapter {

std::string_view Utf8Mender::mend(std::string_view chunk) {
  if (!held_.empty()) {
    joined_ = held_;
    joined_.append(chunk);
    held_.clear();
    chunk = joined_;
  }
  const std::size_t tail = incomplete_utf8_tail(chunk);
  held_.assign(chunk.substr(chunk.size() - tail));
  chunk.remove_suffix(tail);
  if (is_utf8(chunk)) {
    fed_ += chunk.size();
    return chunk;
  }
  mend_broken(chunk);
  return out_;
}

std::string_view Utf8Mender::finish() {
  mend_broken(held_);
  held_.clear();
  return out_;
}

void Utf8Mender::mend_broken(std::string_view text) {
  const auto& table = upper_half(charset_);
  out_.clear();
  while (!text.empty()) {
    const std::size_t size = utf8_prefix(text);
    out_.append(text.substr(0, size));
    fed_ += size;
    text.remove_prefix(size);
    if (text.empty()) return;
    const std::size_t before = out_.size();
    append_utf8(out_, table[static_cast<unsigned char>(text.front()) - 0x80U]);
    const std::uint64_t written = out_.size() - before;
    fed_ += written;
    added_ += written - 1;
    ++bytes_mended_;
    shifts_.push_back({fed_, added_});
    text.remove_prefix(1);
  }
}

std::uint64_t Utf8Mender::original(std::uint64_t mended) {
  while (!shifts_.empty() && shifts_.front().mended <= mended) {
    passed_ = shifts_.front().added;
    shifts_.pop_front();
  }
  return mended - passed_;
}

}  // namespace custody_adapter
