#include "ledger/server/json_text.h"

#include <charconv>

#include "ledger/base/hex.h"

namespace ledger::server {
namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default: {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\u00");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15U]);
    }
  }
}

template <typename T>
void append_decimal(std::string& out, T value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out.append(text.substr(plain, i - plain));
    append_escaped(out, text[i]);
    plain = i + 1;
  }
  out.append(text.substr(plain));
  out.push_back('"');
}

void append_number(std::string& out, std::uint64_t value) { append_decimal(out, value); }
void append_signed(std::string& out, std::int64_t value) { append_decimal(out, value); }

void append_time(std::string& out, base::Timestamp time) {
  // The answers of one group commit share their second, so its text is kept.
  struct Second {
    std::int64_t second = -1;
    std::string text;
  };
  thread_local Second last;
  const std::int64_t second = time.ns / 1'000'000'000;
  if (time.ns < 0) {
    append_string(out, base::format(time));
    return;
  }
  if (second != last.second) {
    last.text = base::format(base::Timestamp{second * 1'000'000'000}).substr(0, 20);
    last.second = second;
  }
  char digits[9];
  auto rest = static_cast<std::uint32_t>(time.ns % 1'000'000'000);
  for (int i = 8; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  out.push_back('"');
  out.append(last.text);
  out.append(digits, 9);
  out.append("Z\"");
}

void append_date(std::string& out, base::Date date) {
  if (date.is_none()) {
    out.append("null");
  } else {
    append_string(out, base::format(date));
  }
}

void append_digest(std::string& out, const crypto::Digest& digest) {
  out.push_back('"');
  base::append_hex(out, digest.view());
  out.push_back('"');
}

std::string& ObjectWriter::key(std::string_view name) {
  if (!first_) out_.push_back(',');
  first_ = false;
  out_.push_back('"');
  out_.append(name);
  out_.append("\":");
  return out_;
}
ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
  append_string(key(name), value);
  return *this;
}
ObjectWriter& ObjectWriter::number(std::string_view name, std::uint64_t value) {
  append_number(key(name), value);
  return *this;
}
ObjectWriter& ObjectWriter::signed_number(std::string_view name, std::int64_t value) {
  append_signed(key(name), value);
  return *this;
}
ObjectWriter& ObjectWriter::total(std::string_view name, base::Total value) {
  key(name).append(base::to_string(value.minor()));
  return *this;
}
ObjectWriter& ObjectWriter::flag(std::string_view name, bool value) {
  key(name).append(value ? "true" : "false");
  return *this;
}
ObjectWriter& ObjectWriter::date(std::string_view name, base::Date value) {
  append_date(key(name), value);
  return *this;
}
ObjectWriter& ObjectWriter::time(std::string_view name, base::Timestamp value) {
  append_time(key(name), value);
  return *this;
}
ObjectWriter& ObjectWriter::digest(std::string_view name, const crypto::Digest& value) {
  append_digest(key(name), value);
  return *this;
}

}  // namespace ledger::server
