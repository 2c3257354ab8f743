// What a profile's records mean together: conditions, directions, totals.
#include <algorithm>
#include <optional>
#include <tuple>

#include "custody_adapter/profile_parser.h"

namespace custody_adapter {
namespace {

constexpr std::pair<std::string_view, bool> kMatches[] = {{"equal", false}, {"prefix", true}};
constexpr std::pair<std::string_view, Side> kSides[] = {{"credit", Side::kCredit},
                                                        {"debit", Side::kDebit}};
constexpr std::pair<std::string_view, CheckKind> kChecks[] = {
    {"details", CheckKind::kCount}, {"sum", CheckKind::kSum}, {"records", CheckKind::kRecords}};

bool has_target(const RecordSpec& record, Target target) {
  return std::any_of(record.fields.begin(), record.fields.end(),
                     [target](const FieldSpec& f) { return f.target == target; });
}

// The one side that all of these codes mean; nothing when they mean several.
std::optional<int> only_side(const SideRule& rule, const std::vector<std::string>& codes) {
  std::optional<int> found;
  for (const std::string& code : codes) {
    const auto in = [&](const std::vector<std::string>& list) {
      return std::any_of(list.begin(), list.end(), [&](const std::string& word) {
        return rule.prefix ? code.substr(0, word.size()) == word : code == word;
      });
    };
    const int side = in(rule.credit) ? 1 : in(rule.debit) ? 2 : in(rule.transfer) ? 3 : 0;
    if (side == 0 || (found && *found != side)) return std::nullopt;
    found = side;
  }
  return found;
}

bool is_direct(const RecordSpec& record) {
  return record.line_first != 0 || record.from_end != 0 || !record.tag.empty() ||
         !record.when.empty() || record.pattern != nullptr;
}

}  // namespace

std::vector<Condition> ProfileParser::conditions(const toml::table& table, std::string_view key,
                                                 const RecordSpec& record) const {
  std::vector<Condition> list;
  const toml::node* node = table.get(key);
  if (node == nullptr) return list;
  for (const auto& [name, value] : table_of(*node, key)) {
    Condition condition;
    condition.field = field_index(value, record, name.str());
    const toml::node* words = &value;
    if (const toml::table* inner = value.as_table()) {
      only(*inner, {"is", "not", "prefix"});
      if (inner->size() != 1) refuse(value, "one of 'is', 'not', 'prefix' is needed");
      condition.negated = inner->get("not") != nullptr;
      condition.prefix = inner->get("prefix") != nullptr;
      words = &inner->begin()->second;
    }
    for (const std::string& word : texts_of(*words, name.str())) {
      condition.values.push_back(encoded(*words, word));
    }
    list.push_back(std::move(condition));
  }
  if (list.empty()) refuse(*node, "'" + std::string(key) + "' is empty");
  return list;
}

void ProfileParser::read_rules(const toml::table& table, RecordSpec& record) {
  record.when = conditions(table, "when", record);
  const bool moves = record.role == Role::kDetail || record.role == Role::kPart;
  for (const std::string_view key : {"side", "status", "reversal", "reversal_turns"}) {
    const toml::node* node = table.get(key);
    if (node != nullptr && !moves) refuse(*node, "'" + std::string(key) + "' is for details");
  }
  if (const toml::node* side = table.get("side")) {
    if (const toml::array* rules = side->as_array()) {
      for (const toml::node& rule : *rules) record.sides.push_back(read_side(rule, record));
      if (record.sides.empty()) refuse(*side, "'side' is empty");
    } else {
      record.sides.push_back(read_side(*side, record));
    }
  }
  if (table.get("status") != nullptr) read_status(table, record);
  record.reversal = conditions(table, "reversal", record);
  record.reversal_turns = flag(table, "reversal_turns");
  if (record.reversal_turns && record.reversal.empty()) {
    refuse(need(table, "reversal_turns"), "'reversal_turns' needs 'reversal'");
  }
}

SideRule ProfileParser::read_side(const toml::node& node, const RecordSpec& record) const {
  SideRule rule;
  if (!node.is_table()) {
    const std::string word = text_of(node, "side");
    if (word == "transfer") {
      rule.kind = SideRule::Kind::kTransfer;
    } else if (word == "credit" || word == "debit") {
      rule.constant = word == "credit" ? Side::kCredit : Side::kDebit;
    } else {
      refuse(node, "'side' must be credit, debit, transfer or a table");
    }
    return rule;
  }
  const toml::table& table = *node.as_table();
  only(table, {"field", "match", "credit", "debit", "transfer", "positive"});
  if (table.get("positive") != nullptr) {
    if (table.size() != 1) refuse(node, "'positive' stands alone");
    if (!has_target(record, Target::kAmount)) refuse(node, "'positive' needs a field as 'amount'");
    rule.kind = SideRule::Kind::kSign;
    rule.constant = choice(table, "positive", kSides, Side::kCredit);
    return rule;
  }
  rule.kind = SideRule::Kind::kCodes;
  rule.field = field_index(need(table, "field"), record, text(table, "field"));
  rule.prefix = choice(table, "match", kMatches, false);
  std::vector<std::string> all;
  const auto codes = [&](std::string_view key, std::vector<std::string>& list) {
    const toml::node* at = table.get(key);
    if (at == nullptr) return;
    for (const std::string& word : texts_of(*at, key)) {
      list.push_back(encoded(*at, word));
      if (std::find(all.begin(), all.end(), list.back()) != all.end()) {
        refuse(*at, "'" + word + "' is listed twice");
      }
      all.push_back(list.back());
    }
  };
  codes("credit", rule.credit);
  codes("debit", rule.debit);
  codes("transfer", rule.transfer);
  if (all.empty()) refuse(node, "'side' lists no codes");
  return rule;
}

void ProfileParser::read_status(const toml::table& table, RecordSpec& record) const {
  const toml::node& node = need(table, "status");
  const toml::table& row = table_of(node, "status");
  only(row, {"field", "booked", "pending", "information"});
  StatusRule rule;
  rule.field = field_index(need(row, "field"), record, text(row, "field"));
  const auto words = [&](std::string_view key, std::vector<std::string>& list) {
    const toml::node* at = row.get(key);
    if (at == nullptr) return;
    for (const std::string& word : texts_of(*at, key)) list.push_back(encoded(*at, word));
  };
  words("booked", rule.booked);
  words("pending", rule.pending);
  words("information", rule.information);
  if (rule.booked.empty()) need(row, "booked");
  record.status = std::move(rule);
}

void ProfileParser::read_field_rules(const toml::table& table, RecordSpec& record) {
  const auto rows = tables(table, "fields");
  const std::string place = place_;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    FieldSpec& field = record.fields[i];
    place_ = place + ", field '" + field.name + "'";
    field.negative_when = conditions(*rows[i], "negative_when", record);
    field.positive_when = conditions(*rows[i], "positive_when", record);
    // An unknown sign must be an error, so both are said.
    if (field.negative_when.empty() != field.positive_when.empty()) {
      refuse(*rows[i], "'negative_when' and 'positive_when' go together");
    }
    read_same_as(*rows[i], field);
  }
  place_ = place;
}

void ProfileParser::read_same_as(const toml::table& table, FieldSpec& field) {
  const toml::node* node = table.get("same_as");
  if (node == nullptr) return;
  for (const std::string& path : texts_of(*node, "same_as")) {
    field.same_as.push_back(field_of(*node, path));
    const Role role = model_.records[field.same_as.back().first].role;
    if (role != Role::kHead && role != Role::kFileHead) {
      refuse(*node, "'same_as' must be a field of a head");
    }
  }
}

void ProfileParser::check_records(const toml::table& root) const {
  bool opened = false;
  bool details = false;
  bool caught_all = false;
  for (const RecordSpec& record : model_.records) {
    const auto at = [&]() -> const toml::node& {
      return *root.get("records")->as_array()->get(
          static_cast<std::size_t>(&record - model_.records.data()));
    };
    if (caught_all) refuse(at(), "record '" + record.name + "' stands after one that takes all");
    caught_all = !is_direct(record);
    details = details || record.role == Role::kDetail;
    opened = opened || record.opens;
    const bool of_file = record.role == Role::kFileHead || record.role == Role::kFileTrailer;
    if (of_file && !model_.statement_per_account) {
      refuse(at(), "roles of the file need statement = \"account\"; else use head and trailer");
    }
    if ((record.opens && record.role != Role::kHead) ||
        (record.closes && record.role != Role::kTrailer)) {
      refuse(at(), "'opens' is for a head, 'closes' for a trailer");
    }
    if ((record.opens || record.closes) && !model_.statement_per_account) {
      refuse(at(), "'opens' and 'closes' need statement = \"account\"");
    }
  }
  if (!details) refuse(root, "no record has the role 'detail'");
  if (model_.statement_per_account && !opened) {
    refuse(root, "statement = \"account\" needs a head with 'opens'");
  }
}

void ProfileParser::mark_used() {
  for (RecordSpec& record : model_.records) {
    const auto mark = [&record](const std::vector<Condition>& list) {
      for (const Condition& condition : list) record.fields[condition.field].used = true;
    };
    mark(record.when);
    mark(record.reversal);
    for (const SideRule& rule : record.sides) {
      if (rule.kind == SideRule::Kind::kCodes) record.fields[rule.field].used = true;
    }
    if (record.status) record.fields[record.status->field].used = true;
    for (const CheckSpec& check : model_.checks) {
      mark(check.parts[static_cast<std::size_t>(&record - model_.records.data())].when);
    }
    for (FieldSpec& field : record.fields) {
      record.compares = record.compares || !field.same_as.empty();
      mark(field.negative_when);
      mark(field.positive_when);
      field.used = field.used || field.target != Target::kNone ||
                   field.type == FieldType::kAmount || field.type == FieldType::kCount ||
                   field.required || field.text || !field.prefix.empty() || !field.same_as.empty();
      for (const auto& [head, column] : field.same_as) {
        model_.records[head].fields[column].used = true;
      }
    }
  }
}

void ProfileParser::check_detail(const toml::table& at, const RecordSpec& record) const {
  const bool one = has_target(record, Target::kAmount);
  const bool two =
      has_target(record, Target::kCreditAmount) && has_target(record, Target::kDebitAmount);
  if (one == two) {
    refuse(at,
           "a detail needs a field as 'amount', or one as 'credit_amount' and one as "
           "'debit_amount'");
  }
  if (one == record.sides.empty()) {
    refuse(at, one ? "a detail needs 'side': where its money goes"
                   : "two amount columns say the side; 'side' is not needed");
  }
  if (model_.chain && !has_target(record, Target::kBalanceAfter)) {
    refuse(at, "the chain needs a field as 'balance_after'");
  }
}

CheckSpec ProfileParser::read_check(const toml::table& table) {
  only(table, {"total", "of", "field", "records", "where", "side", "signed"});
  CheckSpec check;
  check.name = text(table, "total");
  place_ = "check '" + check.name + "'";
  const toml::node& total = need(table, "total");
  std::tie(check.record, check.field) = field_of(total, check.name);
  RecordSpec& record = model_.records[check.record];
  // A total that is blank would be a check that cannot fail.
  record.fields[check.field].required = true;
  if (record.role != Role::kHead && record.role != Role::kTrailer &&
      record.role != Role::kFileHead && record.role != Role::kFileTrailer) {
    refuse(total, "'total' must be a field of a head or trailer");
  }
  check.file_scope = record.role == Role::kFileHead || record.role == Role::kFileTrailer;
  need(table, "of");
  check.kind = choice(table, "of", kChecks, CheckKind::kCount);
  const FieldType type = record.fields[check.field].type;
  const bool money = check.kind == CheckKind::kSum;
  if (money ? type != FieldType::kAmount && type != FieldType::kCount : type != FieldType::kCount) {
    refuse(total, money ? "the field of 'total' must be of type amount or count"
                        : "the field of 'total' must be of type count");
  }
  check.is_signed = flag(table, "signed");
  if (table.get("side") != nullptr) check.side = choice(table, "side", kSides, Side::kCredit);
  if (check.is_signed && (!money || check.side)) {
    refuse(need(table, "signed"), "'signed' is for sums of both sides");
  }
  read_check_parts(table, check);
  check.complete = !check.side && table.get("where") == nullptr;
  for (std::size_t i = 0; i < model_.records.size(); ++i) {
    const bool left_out = model_.records[i].role == Role::kDetail && !check.parts[i].takes_part;
    if (left_out) check.complete = false;
  }
  return check;
}

void ProfileParser::read_check_parts(const toml::table& table, CheckSpec& check) {
  const bool records = check.kind == CheckKind::kRecords;
  if (records) {
    for (const std::string_view key : {"field", "where", "side"}) {
      if (const toml::node* node = table.get(key)) {
        refuse(*node, "'" + std::string(key) + "' is not for a count of records");
      }
    }
  }
  check.parts.resize(model_.records.size());
  const toml::node* listed = records ? &need(table, "records") : table.get("records");
  if (listed != nullptr) {
    for (const std::string& name : texts_of(*listed, "records")) {
      const std::size_t index = record_index(*listed, name);
      if (!records && model_.records[index].role != Role::kDetail) {
        refuse(*listed, "record '" + name + "' is no detail");
      }
      check.parts[index].takes_part = true;
    }
  } else {
    for (std::size_t i = 0; i < model_.records.size(); ++i) {
      check.parts[i].takes_part = model_.records[i].role == Role::kDetail;
    }
  }
  if (records) return;
  const std::string field = check.kind == CheckKind::kSum ? text(table, "field") : std::string();
  bool summed = check.kind != CheckKind::kSum;
  const toml::table* where = table.get_as<toml::table>("where");
  bool possible = false;
  for (std::size_t i = 0; i < model_.records.size(); ++i) {
    CheckSpec::Part& part = check.parts[i];
    if (!part.takes_part) continue;
    const RecordSpec& record = model_.records[i];
    for (std::size_t f = 0; f < record.fields.size(); ++f) {
      const FieldType type = record.fields[f].type;
      if (field.empty() || record.fields[f].name != field) continue;
      if (type != FieldType::kAmount && type != FieldType::kCount) {
        refuse(need(table, "field"), "'field' must be of type amount or count");
      }
      part.sum_field = static_cast<int>(f);
      summed = true;
    }
    // A kind of record without a field of 'where' does not take part.
    if (where != nullptr) {
      part.takes_part = std::all_of(where->begin(), where->end(), [&](const auto& item) {
        return std::any_of(record.fields.begin(), record.fields.end(),
                           [&](const FieldSpec& f) { return f.name == item.first.str(); });
      });
    }
    if (!part.takes_part) continue;
    possible = true;
    part.when = conditions(table, "where", record);
    part.covers_side = covers_side(check, part, record);
  }
  if (!summed) refuse(need(table, "field"), "no detail has a field '" + field + "'");
  if (!possible) refuse(table, "no detail has the fields of 'where'");
}

// Whether the sum would change if the direction of one entry did.
bool ProfileParser::covers_side(const CheckSpec& check, const CheckSpec::Part& part,
                                const RecordSpec& record) const {
  if (check.kind != CheckKind::kSum) return false;
  if (check.is_signed || check.side || record.sides.empty()) return true;
  const SideRule& rule = record.sides.front();
  switch (rule.kind) {
    case SideRule::Kind::kConstant:
    case SideRule::Kind::kTransfer:
    case SideRule::Kind::kSign:
      return !record.reversal_turns;
    case SideRule::Kind::kCodes:
      return !record.reversal_turns &&
             std::any_of(part.when.begin(), part.when.end(), [&](const Condition& condition) {
               return condition.field == rule.field && !condition.negated &&
                      only_side(rule, condition.values).has_value();
             });
  }
  return false;
}

}  // namespace custody_adapter
