#include "custody_adapter/profile_parser.h"

#include <utility>

#include "custody_adapter/profile.h"

namespace custody_adapter {

using ledger::base::Currency;
using ledger::base::fail;
using ledger::base::Fault;
using ledger::base::invalid;
using ledger::base::Result;

namespace {

constexpr std::pair<std::string_view, Layout> kLayouts[] = {{"fixed", Layout::kFixed},
                                                            {"delimited", Layout::kDelimited}};
constexpr std::pair<std::string_view, Presence> kPresences[] = {{"none", Presence::kNone},
                                                                {"required", Presence::kRequired},
                                                                {"optional", Presence::kOptional}};
constexpr std::pair<std::string_view, bool> kBlankLines[] = {{"end", false}, {"skip", true}};
constexpr std::pair<std::string_view, bool> kStatements[] = {{"file", false}, {"account", true}};
constexpr std::pair<std::string_view, bool> kOrders[] = {{"oldest_first", false},
                                                         {"newest_first", true}};
constexpr std::size_t kRecordsMax = 64;
constexpr std::size_t kChecksMax = 64;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

}  // namespace

ProfileModel ProfileParser::read(const toml::table& root) {
  only(root, {"name", "version", "title", "file", "records", "checks", "chain"});
  model_.name = text(root, "name");
  if (!is_name(model_.name)) refuse(need(root, "name"), "'name' must be letters, digits, - and _");
  model_.version = number(root, "version", 1, 1'000'000, 1);
  model_.title = optional_text(root, "title").value_or("");
  read_file(table_of(need(root, "file"), "file"));
  const auto records = tables(root, "records");
  if (records.empty()) refuse(root, "no [[records]]");
  if (records.size() > kRecordsMax) refuse(root, "too many [[records]]");
  for (const toml::table* table : records) {
    RecordSpec record = read_record(*table);
    for (const RecordSpec& other : model_.records) {
      if (other.name == record.name) refuse(*table, "two records have this name");
    }
    model_.from_end_max = std::max(model_.from_end_max, record.from_end);
    model_.records.push_back(std::move(record));
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    place_ = "record '" + model_.records[i].name + "'";
    read_field_rules(*records[i], model_.records[i]);
  }
  place_.clear();
  check_records(root);
  if (const toml::node* chain = root.get("chain")) {
    place_ = "chain";
    const toml::table& table = table_of(*chain, "chain");
    only(table, {"order"});
    model_.chain = ChainSpec{choice(table, "order", kOrders, false)};
    place_.clear();
  }
  const auto checks = tables(root, "checks");
  if (checks.size() > kChecksMax) refuse(root, "too many [[checks]]");
  for (const toml::table* table : checks) {
    place_ = "check";
    model_.checks.push_back(read_check(*table));
  }
  place_.clear();
  // Last, because whether a chain can be followed is known only now.
  for (std::size_t i = 0; i < records.size(); ++i) {
    place_ = "record '" + model_.records[i].name + "'";
    if (model_.records[i].role == Role::kDetail) check_detail(*records[i], model_.records[i]);
  }
  place_.clear();
  mark_used();
  return std::move(model_);
}

void ProfileParser::read_file(const toml::table& table) {
  place_ = "file";
  only(table, {"encoding", "layout", "separator", "quote", "record_bytes", "blank_lines",
               "statement", "currency", "digits", "leading_separator", "trailing_separator",
               "short_records", "extra_columns"});
  model_.encoding = optional_text(table, "encoding").value_or("UTF-8");
  for (char& c : model_.encoding) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  encoder_ = make_encoder(model_.encoding);
  if (!encoder_ || !make_decoder(model_.encoding)) {
    refuse(table.get("encoding") != nullptr ? need(table, "encoding") : table,
           "'encoding': '" + model_.encoding + "' is unknown here, or is no superset of ASCII");
  }
  layout_ = choice(table, "layout", kLayouts, Layout::kDelimited);
  model_.separator = optional_text(table, "separator").value_or("");
  for (const char c : model_.separator) {
    if ((c < ' ' && c != '\t' && c != 0x01) || c > '~') {
      refuse(need(table, "separator"), "'separator' must be ASCII, no line end");
    }
  }
  if (layout_ == Layout::kDelimited && model_.separator.empty()) need(table, "separator");
  model_.quote = sign(table, "quote");
  if (model_.quote != 0 && model_.separator.find(model_.quote) != std::string::npos) {
    refuse(need(table, "quote"), "'quote' is part of 'separator'");
  }
  model_.record_bytes = number(table, "record_bytes", 1, 65'536, 0);
  model_.skip_blank_lines = choice(table, "blank_lines", kBlankLines, false);
  model_.statement_per_account = choice(table, "statement", kStatements, false);
  if (const auto code = optional_text(table, "currency")) {
    const auto currency = Currency::parse(*code);
    if (!currency) refuse(need(table, "currency"), "'" + *code + "' is no currency");
    model_.currency = *currency;
  }
  const int usual = model_.currency.code().empty() ? 2 : model_.currency.minor_digits();
  model_.digits =
      static_cast<int>(number(table, "digits", 0, kDigitsMax, static_cast<std::uint32_t>(usual)));
  leading_separator_ = flag(table, "leading_separator");
  trailing_separator_ = choice(table, "trailing_separator", kPresences, Presence::kNone);
  short_records_ = flag(table, "short_records");
  extra_columns_ = flag(table, "extra_columns");
  place_.clear();
}

std::string ProfileParser::encoded(const toml::node& at, const std::string& text) const {
  std::string out;
  if (encoder_->convert(text, out) != TextConverter::kAll) {
    refuse(at, "'" + text + "' cannot be written in " + model_.encoding);
  }
  return out;
}

std::size_t ProfileParser::field_index(const toml::node& at, const RecordSpec& record,
                                       std::string_view name) const {
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    if (record.fields[i].name == name) return i;
  }
  refuse(at, "record '" + record.name + "' has no field '" + std::string(name) + "'");
}

std::size_t ProfileParser::record_index(const toml::node& at, std::string_view name) const {
  for (std::size_t i = 0; i < model_.records.size(); ++i) {
    if (model_.records[i].name == name) return i;
  }
  refuse(at, "there is no record '" + std::string(name) + "'");
}

std::pair<std::size_t, std::size_t> ProfileParser::field_of(const toml::node& at,
                                                            const std::string& path) const {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos) refuse(at, "'" + path + "' must be RECORD.FIELD");
  const std::size_t record = record_index(at, std::string_view(path).substr(0, dot));
  return {record, field_index(at, model_.records[record], std::string_view(path).substr(dot + 1))};
}

Result<StatementProfile, Fault> StatementProfile::parse(std::string_view toml) {
  constexpr std::size_t kBytesMax = 1U << 20U;
  if (toml.size() > kBytesMax) return fail(invalid("profile: longer than 1 MiB"));
  try {
    return StatementProfile(
        std::make_shared<const ProfileModel>(ProfileParser().read(toml::parse(toml))));
  } catch (const toml::parse_error& error) {
    return fail(invalid("profile: line " + std::to_string(error.source().begin.line) + ": " +
                        std::string(error.description())));
  } catch (const Fault& fault) {
    return fail(fault);
  }
}

}  // namespace custody_adapter
