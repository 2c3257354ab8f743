// Records and fields of a profile: how they are told apart, and where their values stand.
#include <algorithm>

#include "custody_adapter/profile_parser.h"
#include "custody_adapter/profile_values.h"
#include "custody_adapter/record_pattern.h"

namespace custody_adapter {
namespace {

constexpr std::pair<std::string_view, Role> kRoles[] = {
    {"title", Role::kTitle}, {"file_head", Role::kFileHead},
    {"head", Role::kHead},   {"detail", Role::kDetail},
    {"part", Role::kPart},   {"more", Role::kMore},
    {"note", Role::kNote},   {"trailer", Role::kTrailer},
    {"skip", Role::kSkip},   {"file_trailer", Role::kFileTrailer},
};
constexpr std::pair<std::string_view, Layout> kLayouts[] = {{"fixed", Layout::kFixed},
                                                            {"delimited", Layout::kDelimited}};
constexpr std::pair<std::string_view, Presence> kPresences[] = {{"none", Presence::kNone},
                                                                {"required", Presence::kRequired},
                                                                {"optional", Presence::kOptional}};
constexpr std::pair<std::string_view, FieldType> kTypes[] = {
    {"text", FieldType::kText}, {"amount", FieldType::kAmount}, {"count", FieldType::kCount},
    {"date", FieldType::kDate}, {"time", FieldType::kTime},
};

constexpr std::pair<std::string_view, bool> kKeysOfLayout[] = {
    {"bytes", true},
    {"short_records", true},
    {"extra_columns", false},
    {"leading_separator", false},
    {"trailing_separator", false},
    {"keyed", false},
};

struct TargetWord {
  std::string_view word;
  Target target;
  FieldType type;
};
constexpr TargetWord kTargets[] = {
    {"amount", Target::kAmount, FieldType::kAmount},
    {"credit_amount", Target::kCreditAmount, FieldType::kAmount},
    {"debit_amount", Target::kDebitAmount, FieldType::kAmount},
    {"balance_after", Target::kBalanceAfter, FieldType::kAmount},
    {"fee", Target::kFee, FieldType::kAmount},
    {"interest", Target::kInterest, FieldType::kAmount},
    {"received", Target::kReceived, FieldType::kAmount},
    {"booking_date", Target::kBookingDate, FieldType::kDate},
    {"value_date", Target::kValueDate, FieldType::kDate},
    {"time", Target::kTime, FieldType::kTime},
    {"owner_reference", Target::kOwnerReference, FieldType::kText},
    {"bank_reference", Target::kBankReference, FieldType::kText},
    {"end_to_end", Target::kEndToEnd, FieldType::kText},
    {"instruction", Target::kInstruction, FieldType::kText},
    {"transaction_reference", Target::kTransactionReference, FieldType::kText},
    {"creditor_reference", Target::kCreditorReference, FieldType::kText},
    {"transaction_code", Target::kTransactionCode, FieldType::kText},
    {"bank_code", Target::kBankCode, FieldType::kText},
    {"counterparty_name", Target::kPartyName, FieldType::kText},
    {"counterparty_account", Target::kPartyAccount, FieldType::kText},
    {"counterparty_bank", Target::kPartyBank, FieldType::kText},
    {"remittance", Target::kRemittance, FieldType::kText},
    {"additional", Target::kAdditional, FieldType::kText},
    {"sub_account", Target::kSubAccount, FieldType::kText},
    {"payer", Target::kPayer, FieldType::kText},
    {"payee", Target::kPayee, FieldType::kText},
    {"project", Target::kProject, FieldType::kText},
    {"original_order", Target::kOriginalOrder, FieldType::kText},
    {"state", Target::kState, FieldType::kText},
    {"currency", Target::kCurrency, FieldType::kText},
    {"account", Target::kAccount, FieldType::kText},
    {"account_bank", Target::kAccountBank, FieldType::kText},
    {"account_owner", Target::kAccountOwner, FieldType::kText},
    {"statement_id", Target::kStatementId, FieldType::kText},
    {"message_id", Target::kMessageId, FieldType::kText},
    {"statement_number", Target::kStatementNumber, FieldType::kCount},
    {"opening_balance", Target::kOpeningBalance, FieldType::kAmount},
    {"opening_date", Target::kOpeningDate, FieldType::kDate},
    {"closing_balance", Target::kClosingBalance, FieldType::kAmount},
    {"closing_date", Target::kClosingDate, FieldType::kDate},
    {"from_date", Target::kFromDate, FieldType::kDate},
    {"to_date", Target::kToDate, FieldType::kDate},
    {"information", Target::kInformation, FieldType::kText},
};

constexpr bool is_of_statement(Target target) { return target >= Target::kAccount; }
constexpr bool is_of_entry(Target target) {
  return target != Target::kNone && target < Target::kCurrency;
}
constexpr std::size_t kFieldsMax = 256;
constexpr std::uint32_t kBytesMax = 65'536;

}  // namespace

RecordSpec ProfileParser::read_record(const toml::table& table) {
  RecordSpec record;
  place_ = "record";
  record.name = text(table, "name");
  place_ = "record '" + record.name + "'";
  only(table, {"name",
               "role",
               "layout",
               "line",
               "lines",
               "last",
               "tag",
               "tag_at",
               "when",
               "pattern",
               "texts",
               "bytes",
               "short_records",
               "extra_columns",
               "leading_separator",
               "trailing_separator",
               "keyed",
               "optional",
               "opens",
               "closes",
               "fields",
               "side",
               "status",
               "reversal",
               "reversal_turns"});
  need(table, "role");
  record.role = choice(table, "role", kRoles, Role::kDetail);
  read_position(table, record);
  read_shape(table, record);
  read_fields(table, record);
  if (record.layout == Layout::kFixed) {
    check_fixed(table, record);
  } else {
    check_columns(table, record);
  }
  read_rules(table, record);
  return record;
}

void ProfileParser::read_position(const toml::table& table, RecordSpec& record) {
  const int given = (table.get("line") != nullptr) + (table.get("lines") != nullptr) +
                    (table.get("last") != nullptr);
  if (given > 1) refuse(table, "only one of 'line', 'lines', 'last' can be given");
  record.line_first = number(table, "line", 1, 10'000, 0);
  record.line_last = record.line_first;
  record.from_end = number(table, "last", 1, 16, 0);
  if (const toml::node* lines = table.get("lines")) {
    const toml::array* pair = lines->as_array();
    const auto at = [&](std::size_t i) -> std::int64_t {
      const toml::node* node = pair == nullptr ? nullptr : pair->get(i);
      return node == nullptr ? 0 : node->value_exact<std::int64_t>().value_or(0);
    };
    if (pair == nullptr || pair->size() != 2 || at(0) < 1 || at(1) < at(0) || at(1) > 10'000) {
      refuse(*lines, "'lines' must be [FIRST, LAST]");
    }
    record.line_first = static_cast<std::uint64_t>(at(0));
    record.line_last = static_cast<std::uint64_t>(at(1));
  }
  if (const auto tag = optional_text(table, "tag")) {
    record.tag = encoded(need(table, "tag"), *tag);
    record.tag_at = number(table, "tag_at", 0, kBytesMax, 0);
  } else if (table.get("tag_at") != nullptr) {
    refuse(need(table, "tag_at"), "'tag_at' needs 'tag'");
  }
  if (const auto pattern = optional_text(table, "pattern")) {
    auto compiled = RecordPattern::compile(encoded(need(table, "pattern"), *pattern));
    if (!compiled) refuse(need(table, "pattern"), "'pattern': " + compiled.error());
    record.pattern = *compiled;
  }
}

void ProfileParser::read_shape(const toml::table& table, RecordSpec& record) {
  record.layout = choice(table, "layout", kLayouts, layout_);
  if (record.layout == Layout::kDelimited && model_.separator.empty()) {
    refuse(table, "a delimited record needs the file's 'separator'");
  }
  record.bytes = number(table, "bytes", 1, kBytesMax, 0);
  record.short_records = flag(table, "short_records", short_records_);
  record.extra_columns = flag(table, "extra_columns", extra_columns_);
  record.leading_separator = flag(table, "leading_separator", leading_separator_);
  record.trailing_separator = choice(table, "trailing_separator", kPresences, trailing_separator_);
  record.keyed = sign(table, "keyed");
  record.optional = flag(table, "optional");
  record.opens = flag(table, "opens");
  record.closes = flag(table, "closes");
  const bool fixed = record.layout == Layout::kFixed;
  for (const auto& [key, of_fixed] : kKeysOfLayout) {
    const toml::node* node = table.get(key);
    if (node == nullptr || of_fixed == fixed) continue;
    refuse(*node, "'" + std::string(key) + "' is not for a " +
                      (fixed ? "fixed-width" : "delimited") + " record");
  }
  if (const toml::node* texts = table.get("texts")) {
    if (record.role != Role::kTitle) refuse(*texts, "'texts' is for role 'title'");
    for (const std::string& line : texts_of(*texts, "texts")) {
      record.texts.push_back(encoded(*texts, line));
    }
    const std::uint64_t lines =
        record.line_first == 0 ? 1 : record.line_last - record.line_first + 1;
    if (record.texts.size() != lines) refuse(*texts, "'texts' needs one text for each line");
  }
}

void ProfileParser::read_fields(const toml::table& table, RecordSpec& record) {
  const std::string place = place_;
  const auto fields = tables(table, "fields");
  if (fields.size() > kFieldsMax) refuse(table, "too many fields");
  const bool valued = record.role != Role::kTitle && record.role != Role::kSkip;
  if (record.role == Role::kTitle && !fields.empty()) {
    refuse(need(table, "fields"), "a title has 'texts', no fields");
  }
  if (record.role == Role::kDetail && fields.empty()) need(table, "fields");
  std::uint32_t at = 0;
  for (const toml::table* row : fields) {
    place_ = place + ", field";
    FieldSpec field = read_field(*row, record);
    if (record.layout == Layout::kFixed) {
      field.at = number(*row, "at", 0, kBytesMax, at);
      if (!field.overlay) at = field.at + field.bytes;
    }
    for (const FieldSpec& other : record.fields) {
      if (other.name == field.name) refuse(*row, "two fields have this name");
      if (valued && field.target != Target::kNone && other.target == field.target &&
          field.type != FieldType::kText) {
        refuse(*row, "field '" + other.name + "' has the same 'as' already");
      }
    }
    model_.has_opening = model_.has_opening || field.target == Target::kOpeningBalance;
    model_.has_closing = model_.has_closing || field.target == Target::kClosingBalance;
    record.fields.push_back(std::move(field));
  }
  place_ = place;
}

FieldSpec ProfileParser::read_field(const toml::table& table, const RecordSpec& record) {
  FieldSpec field;
  const std::string place = place_;
  field.name = text(table, "name");
  place_ = place + " '" + field.name + "'";
  only(table, {"name", "key", "at", "bytes", "as", "type", "required", "optional", "text", "prefix",
               "map", "decimals", "point", "grouping", "negative_when", "positive_when", "form",
               "same_as", "overlay"});
  const bool fixed = record.layout == Layout::kFixed;
  if (!fixed && (table.get("at") != nullptr || table.get("bytes") != nullptr)) {
    refuse(table, "'at' and 'bytes' are for fixed-width records");
  }
  field.bytes = number(table, "bytes", 1, kBytesMax, 0);
  const TargetWord* known = nullptr;
  if (const auto as = optional_text(table, "as")) {
    const auto* at = std::find_if(std::begin(kTargets), std::end(kTargets),
                                  [&](const TargetWord& word) { return word.word == *as; });
    if (at == std::end(kTargets)) refuse(need(table, "as"), "'as' cannot be '" + *as + "'");
    known = at;
    field.target = known->target;
    const bool of_entry =
        record.role == Role::kDetail || record.role == Role::kPart || record.role == Role::kMore;
    if (of_entry ? is_of_statement(field.target) : is_of_entry(field.target)) {
      refuse(need(table, "as"), "'" + *as + "' has no meaning in a record of this role");
    }
  }
  field.type = choice(table, "type", kTypes, known != nullptr ? known->type : FieldType::kText);
  if (known != nullptr && field.type != known->type) {
    refuse(need(table, "type"), "'" + std::string(known->word) + "' needs another type");
  }
  field.required =
      flag(table, "required",
           field.target == Target::kAmount || field.target == Target::kOpeningBalance ||
               field.target == Target::kClosingBalance);
  field.optional_column = flag(table, "optional");
  field.overlay = flag(table, "overlay");
  if (field.overlay && (!fixed || field.bytes == 0)) {
    refuse(need(table, "overlay"), "'overlay' is for fixed-width fields with 'bytes'");
  }
  if (const auto constant = optional_text(table, "text")) {
    field.text = encoded(need(table, "text"), *constant);
  }
  if (const auto prefix = optional_text(table, "prefix")) {
    field.prefix = encoded(need(table, "prefix"), *prefix);
  }
  const auto key = optional_text(table, "key");
  if (key && record.keyed == 0) refuse(need(table, "key"), "'key' is for keyed records");
  field.key = record.keyed == 0 ? "" : encoded(table, key.value_or(field.name));
  if (const toml::node* map = table.get("map")) {
    if (field.type != FieldType::kText) refuse(*map, "'map' is for texts");
    for (const auto& [from, to] : table_of(*map, "map")) {
      field.map.emplace_back(encoded(to, std::string(from.str())), text_of(to, "map"));
    }
  }
  read_amount_form(table, field);
  place_ = place;
  return field;
}

void ProfileParser::read_amount_form(const toml::table& table, FieldSpec& field) {
  const auto not_for = [&](std::initializer_list<std::string_view> keys, const char* type) {
    for (const std::string_view key : keys) {
      if (const toml::node* node = table.get(key)) {
        refuse(*node, "'" + std::string(key) + "' is for fields of type " + type);
      }
    }
  };
  if (field.type == FieldType::kAmount) {
    if (table.get("decimals") != nullptr) {
      field.decimals = static_cast<int>(number(table, "decimals", 0, kDigitsMax, 0));
      if (table.get("point") != nullptr || table.get("grouping") != nullptr) {
        refuse(need(table, "decimals"), "implied 'decimals' have neither 'point' nor 'grouping'");
      }
    }
    if (table.get("point") != nullptr) field.point = sign(table, "point");
    field.grouping = sign(table, "grouping");
    if (field.point == field.grouping) refuse(table, "'point' and 'grouping' are the same");
  } else {
    not_for({"decimals", "point", "grouping", "negative_when", "positive_when"}, "amount");
  }
  if (field.type == FieldType::kDate || field.type == FieldType::kTime) {
    const bool time = field.type == FieldType::kTime;
    const std::string form = optional_text(table, "form").value_or(time ? "HHMMSS" : "yyyymmdd");
    const auto steps = parse_form(form, time);
    if (!steps) {
      refuse(need(table, "form"),
             "'form' is made of yyyy or yy, mm, dd, HH, MM, SS and signs, like "
             "yyyy-mm-dd HH:MM:SS");
    }
    field.form = *steps;
    field.form_has_time = std::any_of(field.form.begin(), field.form.end(),
                                      [](const DateStep& s) { return s.part == 'H'; });
  } else {
    not_for({"form"}, "date and time");
  }
}

void ProfileParser::check_fixed(const toml::table& table, RecordSpec& record) const {
  std::uint32_t end = 0;
  std::vector<const FieldSpec*> by_place;
  for (const FieldSpec& field : record.fields) by_place.push_back(&field);
  std::stable_sort(by_place.begin(), by_place.end(),
                   [](const FieldSpec* a, const FieldSpec* b) { return a->at < b->at; });
  for (const FieldSpec* field : by_place) {
    if (record.open_ended) refuse(table, "a field without 'bytes' must be the last one");
    if (field->overlay) continue;
    if (field->at < end) {
      refuse(table, "field '" + field->name + "' begins at byte " + std::to_string(field->at) +
                        ", inside the field before it");
    }
    end = field->at + field->bytes;
    if (field->bytes == 0) record.open_ended = true;
  }
  for (const FieldSpec& field : record.fields) {
    if (field.optional_column) refuse(table, "'optional' fields are for delimited records");
    if (field.overlay && !record.open_ended &&
        field.at + field.bytes > std::max(end, record.bytes)) {
      refuse(table, "field '" + field.name + "' lies beyond the record");
    }
  }
  if (record.open_ended) {
    if (record.bytes != 0) refuse(need(table, "bytes"), "'bytes' and a last field without 'bytes'");
    return;
  }
  const bool shapeless =
      record.role == Role::kTitle || (record.fields.empty() && record.bytes == 0);
  if (shapeless) {
    record.open_ended = true;
    return;
  }
  if (record.bytes == 0) record.bytes = end;
  if (record.bytes < end) {
    refuse(need(table, "bytes"),
           "'bytes' is less than the " + std::to_string(end) + " bytes of the fields");
  }
  if (model_.record_bytes != 0 && record.bytes != model_.record_bytes) {
    refuse(table, "the record has " + std::to_string(record.bytes) + " bytes, the file's are of " +
                      std::to_string(model_.record_bytes));
  }
}

void ProfileParser::check_columns(const toml::table& table, RecordSpec& record) const {
  record.columns_min = 0;
  for (const FieldSpec& field : record.fields) {
    if (field.optional_column) continue;
    if (record.keyed == 0 &&
        record.columns_min < static_cast<std::uint32_t>(&field - record.fields.data())) {
      refuse(table, "field '" + field.name + "' stands after an optional one");
    }
    ++record.columns_min;
  }
}

}  // namespace custody_adapter
