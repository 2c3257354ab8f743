#include "custody_adapter/csv_dialect.h"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <initializer_list>

namespace custody_adapter {

using ledger::base::Currency;
using ledger::base::fail;
using ledger::base::Result;

namespace {

constexpr std::array<std::pair<CsvRole, std::string_view>, 16> kRoles = {{
    {CsvRole::kBookingDate, "booking_date"},
    {CsvRole::kValueDate, "value_date"},
    {CsvRole::kAmount, "amount"},
    {CsvRole::kDebit, "debit"},
    {CsvRole::kCredit, "credit"},
    {CsvRole::kFlag, "flag"},
    {CsvRole::kBalance, "balance"},
    {CsvRole::kCurrency, "currency"},
    {CsvRole::kAccount, "account"},
    {CsvRole::kReference, "reference"},
    {CsvRole::kBankReference, "bank_reference"},
    {CsvRole::kParty, "party"},
    {CsvRole::kPartyAccount, "party_account"},
    {CsvRole::kText, "text"},
    {CsvRole::kCode, "code"},
    {CsvRole::kStatus, "status"},
}};

constexpr std::array<std::pair<std::string_view, CsvEncoding>, 8> kEncodings = {{
    {"utf-8", CsvEncoding::kUtf8OrSource},
    {"gb18030", CsvEncoding::kGb18030},
    {"gbk", CsvEncoding::kGb18030},
    {"windows-1252", CsvEncoding::kCp1252},
    {"iso-8859-1", CsvEncoding::kLatin1},
    {"iso-8859-15", CsvEncoding::kLatin9},
    {"cp852", CsvEncoding::kCp852},
    {"cp1252", CsvEncoding::kCp1252},
}};

// Thrown inside this file only.
struct Problem {
  std::string text;
};

std::string at(const toml::node& node, std::string_view key, const std::string& what) {
  return "line " + std::to_string(node.source().begin.line) + ", " + std::string(key) + ": " + what;
}

class DialectReader {
 public:
  CsvDialect read(const toml::table& root) {
    only(root, {"name", "separator", "quote", "decimal", "encoding", "header", "skip_rows", "dates",
                "currency", "account", "debit_positive", "order", "credit_flags", "debit_flags",
                "pending", "ignored", "summary", "columns"});
    text(root, "name", dialect_.name);
    text(root, "account", dialect_.account);
    mark(root, "separator", dialect_.separator, false);
    mark(root, "quote", dialect_.quote, true);
    mark(root, "decimal", dialect_.decimal, false);
    flag(root, "header", dialect_.has_header);
    flag(root, "debit_positive", dialect_.debit_positive);
    list(root, "dates", dialect_.date_formats);
    list(root, "credit_flags", dialect_.credit_flags);
    list(root, "debit_flags", dialect_.debit_flags);
    list(root, "pending", dialect_.pending);
    list(root, "ignored", dialect_.ignored);
    list(root, "summary", dialect_.summary);
    if (const toml::node* node = root.get("skip_rows")) {
      const auto value = node->value_exact<std::int64_t>();
      if (!value || *value < 0) throw Problem{at(*node, "skip_rows", "a number is expected")};
      dialect_.skip_rows = static_cast<std::size_t>(*value);
    }
    read_words(root);
    read_columns(root);
    return std::move(dialect_);
  }

 private:
  static void only(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        throw Problem{at(node, key.str(), "unknown key")};
      }
    }
  }
  static std::string string_of(const toml::node& node, std::string_view key) {
    const auto value = node.value_exact<std::string>();
    if (!value) throw Problem{at(node, key, "a text is expected")};
    return *value;
  }
  static void text(const toml::table& table, std::string_view key, std::string& target) {
    if (const toml::node* node = table.get(key)) target = string_of(*node, key);
  }
  static void flag(const toml::table& table, std::string_view key, bool& target) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<bool>();
    if (!value) throw Problem{at(*node, key, "true or false is expected")};
    target = *value;
  }
  static void mark(const toml::table& table, std::string_view key, char& target, bool may_be_none) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const std::string value = string_of(*node, key);
    const bool ascii = value.size() == 1 && static_cast<unsigned char>(value[0]) < 0x80;
    if (!ascii && !(may_be_none && value.empty())) {
      throw Problem{at(*node, key, "one ASCII character is expected")};
    }
    target = value.empty() ? '\0' : value[0];
  }
  static void list(const toml::table& table, std::string_view key,
                   std::vector<std::string>& target) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr) throw Problem{at(*node, key, "a list of texts is expected")};
    for (const toml::node& item : *array) target.push_back(string_of(item, key));
  }

  void read_words(const toml::table& root) {
    if (const toml::node* node = root.get("encoding")) {
      const std::string name = string_of(*node, "encoding");
      const auto found = std::find_if(kEncodings.begin(), kEncodings.end(),
                                      [&name](const auto& known) { return known.first == name; });
      if (found == kEncodings.end()) {
        throw Problem{at(*node, "encoding",
                         "'" + name +
                             "' is none of utf-8, gb18030, windows-1252, iso-8859-1, "
                             "iso-8859-15, cp852")};
      }
      dialect_.encoding = found->second;
    }
    if (const toml::node* node = root.get("order")) {
      const std::string name = string_of(*node, "order");
      if (name == "oldest_first") {
        dialect_.order = CsvOrder::kOldestFirst;
      } else if (name == "newest_first") {
        dialect_.order = CsvOrder::kNewestFirst;
      } else if (name != "chain") {
        throw Problem{at(*node, "order", "oldest_first, newest_first or chain is expected")};
      }
    }
    if (const toml::node* node = root.get("currency")) {
      const auto currency = Currency::parse(string_of(*node, "currency"));
      if (!currency) throw Problem{at(*node, "currency", "three capital letters are expected")};
      dialect_.currency = *currency;
    }
  }

  void read_columns(const toml::table& root) {
    const toml::node* node = root.get("columns");
    const toml::table* columns = node == nullptr ? nullptr : node->as_table();
    if (columns == nullptr) throw Problem{"a table [columns] is expected"};
    for (const auto& [key, column] : *columns) {
      const std::string_view name = key.str();
      const auto role = std::find_if(kRoles.begin(), kRoles.end(),
                                     [name](const auto& known) { return known.second == name; });
      if (role == kRoles.end()) throw Problem{at(column, name, "unknown column role")};
      if (const toml::array* several = column.as_array()) {
        if (role->first != CsvRole::kText) {
          throw Problem{at(column, name, "only text may have several columns")};
        }
        for (const toml::node& one : *several) add_column(role->first, one, name);
      } else {
        add_column(role->first, column, name);
      }
    }
  }

  void add_column(CsvRole role, const toml::node& node, std::string_view name) {
    CsvColumn column;
    column.role = role;
    constexpr std::int64_t kColumnsMax = 10'000;
    if (const auto header = node.value_exact<std::string>()) {
      if (header->empty()) throw Problem{at(node, name, "an empty header text")};
      column.header = *header;
    } else if (const auto place = node.value_exact<std::int64_t>();
               place && *place >= 1 && *place <= kColumnsMax) {
      column.position = static_cast<std::size_t>(*place);
    } else {
      throw Problem{at(node, name, "a header text or a column number from 1 is expected")};
    }
    dialect_.columns.push_back(std::move(column));
  }

  CsvDialect dialect_;
};

}  // namespace

std::string_view name_of(CsvRole role) {
  for (const auto& [value, name] : kRoles) {
    if (value == role) return name;
  }
  return "unknown";
}

const CsvColumn* CsvDialect::column(CsvRole role) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [role](const CsvColumn& c) { return c.role == role; });
  return found == columns.end() ? nullptr : &*found;
}

std::string problem_of(const CsvDialect& dialect) {
  const auto has = [&dialect](CsvRole role) { return dialect.column(role) != nullptr; };
  if (!has(CsvRole::kBookingDate)) return "columns: booking_date is missing";
  if (!has(CsvRole::kAmount) && !(has(CsvRole::kDebit) && has(CsvRole::kCredit))) {
    return "columns: amount, or debit and credit, are missing";
  }
  if (has(CsvRole::kAmount) && (has(CsvRole::kDebit) || has(CsvRole::kCredit))) {
    return "columns: amount excludes debit and credit";
  }
  if (has(CsvRole::kFlag) && !has(CsvRole::kAmount)) return "columns: flag needs amount";
  if (has(CsvRole::kFlag) && (dialect.credit_flags.empty() || dialect.debit_flags.empty())) {
    return "credit_flags and debit_flags are missing";
  }
  if (dialect.date_formats.empty()) return "dates: no format";
  bool named = false;
  for (const CsvColumn& column : dialect.columns) named = named || !column.header.empty();
  if (dialect.has_header && !named) return "header is true, but no column has a header text";
  if (!dialect.has_header && named) return "header is false, but a column has a header text";
  if (dialect.separator == dialect.quote || dialect.separator == '\n') return "separator";
  if (dialect.decimal != '.' && dialect.decimal != ',') return "decimal: point or comma";
  return "";
}

Result<CsvDialect, std::string> parse_csv_dialect(std::string_view text) {
  try {
    CsvDialect dialect = DialectReader().read(toml::parse(text));
    if (std::string problem = problem_of(dialect); !problem.empty()) return fail(problem);
    return dialect;
  } catch (const toml::parse_error& error) {
    return fail("line " + std::to_string(error.source().begin.line) + ": " +
                std::string(error.description()));
  } catch (const Problem& problem) {
    return fail(problem.text);
  }
}

}  // namespace custody_adapter
