#include "recon/json.h"

#include <fmt/format.h>

namespace recon {

void Json::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}
Json& Json::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
  return *this;
}
Json& Json::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}
Json& Json::key(std::string_view name) {
  text(name);
  out_ += ':';
  first_ = true;
  return *this;
}
Json& Json::text(std::string_view value) {
  separate();
  out_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (byte < 0x20) {
      out_ += fmt::format("\\u{:04x}", byte);
    } else {
      out_ += c;
    }
  }
  out_ += '"';
  return *this;
}
Json& Json::number(std::uint64_t value) {
  separate();
  out_ += std::to_string(value);
  return *this;
}
Json& Json::minor(ledger::base::Total value) {
  separate();
  out_ += ledger::base::to_string(value.minor());
  return *this;
}
Json& Json::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
  return *this;
}
Json& Json::null() {
  separate();
  out_ += "null";
  return *this;
}

}  // namespace recon
