#include "tools/escrowctl_render.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "ledger/base/amount.h"

namespace tools {

namespace dom = simdjson::dom;

namespace {

constexpr auto kMoneyKeys = std::to_array<std::string_view>(
    {"amount", "balance", "credits", "credits_pending", "credits_posted", "debits",
     "debits_pending", "debits_posted", "disbursed", "frozen", "interest", "interest_paid",
     "outstanding", "principal", "principal_paid", "remaining", "repaid", "target"});
static_assert(std::is_sorted(kMoneyKeys.begin(), kMoneyKeys.end()));

bool is_money(std::string_view key) {
  return std::binary_search(kMoneyKeys.begin(), kMoneyKeys.end(), key);
}

bool is_plain(dom::element value) { return !value.is_object() && !value.is_array(); }

std::string show(std::string_view key, dom::element value, int digits) {
  std::int64_t number = 0;
  if (is_money(key) && value.get(number) == simdjson::SUCCESS) return show_money(number, digits);
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (value.is_null()) return "-";
  return simdjson::minify(value);
}

// Screen columns, near enough: Chinese characters take two.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) == 0x80U) continue;
    width += byte >= 0xe0 ? 2 : 1;
  }
  return width;
}

void append_padded(std::string& out, std::string_view text, std::size_t width, bool right) {
  const std::size_t own = width_of(text);
  const std::string space(width > own ? width - own : 0, ' ');
  if (right) out += space;
  out += text;
  if (!right) out += space;
}

void append_table(std::string& out, dom::array rows, std::size_t indent, int digits) {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> cells;
  std::vector<bool> right;
  for (const dom::element row : rows) {
    dom::object object;
    if (row.get(object) != simdjson::SUCCESS) continue;
    cells.emplace_back(names.size());
    for (const auto field : object) {
      const auto at = std::find(names.begin(), names.end(), field.key);
      const auto column = static_cast<std::size_t>(at - names.begin());
      if (at == names.end()) {
        names.emplace_back(field.key);
        right.push_back(field.value.is_int64());
      }
      cells.back().resize(std::max(cells.back().size(), column + 1));
      cells.back()[column] = show(field.key, field.value, digits);
    }
  }
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::size_t width = width_of(names[i]);
    for (const auto& row : cells) width = std::max(width, i < row.size() ? width_of(row[i]) : 0);
    widths.push_back(width);
  }
  const auto append_row = [&](const std::vector<std::string>& row) {
    out.append(indent, ' ');
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) out += "  ";
      append_padded(out, i < row.size() ? std::string_view(row[i]) : "", widths[i], right[i]);
    }
    while (out.back() == ' ') out.pop_back();
    out.push_back('\n');
  };
  append_row(names);
  for (const auto& row : cells) append_row(row);
}

void append_object(std::string& out, dom::object object, std::size_t indent, int digits) {
  std::size_t width = 0;
  for (const auto field : object) {
    if (is_plain(field.value)) width = std::max(width, field.key.size());
  }
  for (const auto field : object) {
    if (!is_plain(field.value)) continue;
    out.append(indent, ' ');
    append_padded(out, field.key, width + 2, false);
    out += show(field.key, field.value, digits);
    out.push_back('\n');
  }
  for (const auto field : object) {
    if (is_plain(field.value)) continue;
    out.append(indent, ' ');
    out += field.key;
    out.push_back('\n');
    if (dom::object inner; field.value.get(inner) == simdjson::SUCCESS) {
      append_object(out, inner, indent + 2, digits);
      continue;
    }
    const dom::array list = field.value.get_array();
    const bool tabular = list.size() > 0 && list.at(0).value().is_object();
    if (tabular) {
      append_table(out, list, indent + 2, digits);
    } else {
      for (const dom::element one : list) {
        out.append(indent + 2, ' ');
        out += show("", one, digits);
        out.push_back('\n');
      }
    }
  }
}

}  // namespace

std::string show_money(std::int64_t minor, int digits) {
  return fmt::format("{} ({})",
                     ledger::base::format_decimal(ledger::base::Total::from_minor(minor), digits),
                     minor);
}

std::string render(std::string_view json) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
    return std::string(json);
  }
  std::int64_t digits = 2;
  if (root["minor_digits"].get(digits) != simdjson::SUCCESS) digits = 2;
  std::string out;
  if (dom::object object; root.get(object) == simdjson::SUCCESS) {
    append_object(out, object, 0, static_cast<int>(digits));
  } else if (dom::array list; root.get(list) == simdjson::SUCCESS) {
    append_table(out, list, 0, static_cast<int>(digits));
  }
  return out;
}

std::string problem_of(std::string_view json) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return {};
  std::string_view name;
  if (root["refusal"]["name"].get(name) == simdjson::SUCCESS) return std::string(name);
  if (root["type"].get(name) == simdjson::SUCCESS) {
    return std::string(name.substr(name.rfind(':') + 1));
  }
  return {};
}

}  // namespace tools
