#include "custody_adapter/mt940_lines.h"

#include <algorithm>

namespace custody_adapter {

LineSplitter::Ends LineSplitter::guess(std::string_view head) {
  if (head.substr(0, 3) == "@@:") return Ends::kAtAt;
  const bool has_lf = head.find('\n') != std::string_view::npos;
  const bool has_cr = head.find('\r') != std::string_view::npos;
  return has_cr && !has_lf ? Ends::kCr : Ends::kLf;
}

void LineSplitter::translate(std::string_view chunk) {
  translated_.clear();
  if (ends_ == Ends::kCr) {
    translated_.assign(chunk);
    std::replace(translated_.begin(), translated_.end(), '\r', '\n');
    return;
  }
  for (const char c : chunk) {
    if (held_at_) {
      translated_ += c == '@' ? "\r\n" : std::string("@").append(1, c);
      held_at_ = false;
    } else if (c == '@') {
      held_at_ = true;
    } else {
      translated_.push_back(c);
    }
  }
}

}  // namespace custody_adapter
