#include "ledger/server/query.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace ledger::server {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out.push_back(c);
  }
  return out;
}

Query::Query(std::string_view text, std::initializer_list<std::string_view> allowed) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t split = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, split));
    auto value = percent_decode(pair.substr(std::min(split + 1, pair.size())));
    if (!name || !value) {
      fail("the query has a broken percent escape");
      return;
    }
    if (std::find(allowed.begin(), allowed.end(), *name) == allowed.end()) {
      fail("unknown parameter; known here: " + fmt::format("{}", fmt::join(allowed, ", ")));
      return;
    }
    if (find(*name) != nullptr) fail(fmt::format("parameter '{}' is given twice", *name));
    parameters_.emplace_back(std::move(*name), std::move(*value));
  }
}

const std::string* Query::find(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<std::uint64_t> Query::number(std::string_view name, std::uint64_t least,
                                           std::uint64_t most) {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || at != end || value < least || value > most) {
    fail(fmt::format("parameter '{}' must be an integer, {} to {}", name, least, most));
    return std::nullopt;
  }
  return value;
}

std::optional<base::Date> Query::date(std::string_view name) {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  const auto value = base::Date::parse(*text);
  if (!value) fail(fmt::format("parameter '{}' must be a date like 2024-06-30", name));
  return value;
}

bool Query::flag(std::string_view name) { return word(name, {"false", "true"}) == 1; }

std::size_t Query::word(std::string_view name, std::initializer_list<std::string_view> words) {
  const std::string* text = find(name);
  if (text == nullptr) return 0;
  const auto at = std::find(words.begin(), words.end(), *text);
  if (at == words.end()) {
    fail(fmt::format("parameter '{}' must be one of: {}", name, fmt::join(words, ", ")));
    return 0;
  }
  return static_cast<std::size_t>(at - words.begin());
}

}  // namespace ledger::server
