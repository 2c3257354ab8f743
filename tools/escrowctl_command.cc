#include "tools/escrowctl_command.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "ledger/base/amount.h"
#include "ledger/domain/profile.h"
#include "ledger/server/json_text.h"

namespace tools {

namespace base = ledger::base;
namespace domain = ledger::domain;
using domain::Field;
using domain::FieldSpec;
using domain::FieldType;

std::int64_t minor_of(std::string_view what, std::string_view text, int digits) {
  const auto parsed = base::parse_decimal(text, digits);
  const auto amount = parsed.value ? parsed.value->to_amount() : std::nullopt;
  if (!amount) {
    throw UsageError{fmt::format("{} '{}' is not an amount like 1234.50: {}", what, text,
                                 parsed.value ? "out of range" : base::name_of(parsed.error))};
  }
  return amount->minor();
}

namespace {

std::int64_t integer_of(std::string_view what, const std::string& text) {
  if (text.empty() || text.size() > 18 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    throw UsageError{fmt::format("{} '{}' is not a whole number", what, text)};
  }
  return std::stoll(text);
}

void append_schedule(std::string& out, const std::vector<std::string>& rows, int digits) {
  out.push_back('[');
  ledger::server::Commas commas;
  for (const std::string& row : rows) {
    const std::size_t first = row.find(':');
    const std::size_t second = first == std::string::npos ? first : row.find(':', first + 1);
    if (second == std::string::npos) {
      throw UsageError{
          "an instalment is DUE:PRINCIPAL:INTEREST, for example 2024-07-30:1000.00:10.00"};
    }
    commas.next(out);
    ledger::server::ObjectWriter object(out);
    object.text("due", row.substr(0, first))
        .signed_number("principal",
                       minor_of("principal", row.substr(first + 1, second - first - 1), digits))
        .signed_number("interest", minor_of("interest", row.substr(second + 1), digits));
    object.close();
  }
  out.push_back(']');
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) throw UsageError{path + ": cannot be read"};
  return text;
}

void append_value(ledger::server::ObjectWriter& object, const FieldSpec& spec,
                  const std::vector<std::string>& values, int digits) {
  switch (spec.type) {
    case FieldType::kAmount:
    case FieldType::kAmountOrZero:
      object.signed_number(spec.name, minor_of(spec.name, values.front(), digits));
      return;
    case FieldType::kCount:
      object.signed_number(spec.name, integer_of(spec.name, values.front()));
      return;
    case FieldType::kSchedule:
      append_schedule(object.key(spec.name), values, digits);
      return;
    case FieldType::kDocument:
      object.text(spec.name, content_of(values.front()));
      return;
    case FieldType::kCommand:
      object.key(spec.name).append(values.front());
      return;
    case FieldType::kCode:
    case FieldType::kText:
    case FieldType::kFlag:
    case FieldType::kDate:
    case FieldType::kHash:
    case FieldType::kCurrencyCode:
    case FieldType::kAuthorityName:
      object.text(spec.name, values.front());
      return;
  }
}

// The flow and what was given for it; of a proposal the operator stands around it, not in it.
void append_flow(ledger::server::ObjectWriter& object, const FlowArguments& arguments, int digits) {
  object.text("flow", domain::name_of(arguments.flow->code));
  for (const auto& [field, values] : arguments.values) {
    if (arguments.propose && field == Field::kOperator) continue;
    const FieldSpec& spec = domain::spec_of(field);
    if (!values.empty()) {
      append_value(object, spec, values, digits);
    } else if (field == Field::kAuthority) {
      object.text(spec.name, arguments.usual_authority);
    }
  }
  for (const auto& [field, given] : arguments.flags) {
    if (given) object.flag(domain::spec_of(field).name, true);
  }
}

}  // namespace

std::string first_authority(std::string_view profile_text, domain::FlowCode flow) {
  const auto profile = domain::Profile::parse(profile_text);
  const domain::FlowRules* rules = profile ? profile->rules_of(flow) : nullptr;
  if (rules == nullptr || rules->authorities.empty()) return {};
  return std::string(domain::name_of(rules->authorities.front()));
}

std::string command_json(const FlowArguments& arguments, int digits) {
  std::string out;
  ledger::server::ObjectWriter object(out);
  object.text("id", arguments.id);
  if (arguments.propose) {
    object.text("flow", "propose").text("authority", "operators");
    const auto maker = arguments.values.find(Field::kOperator);
    if (maker == arguments.values.end() || maker->second.empty()) {
      throw UsageError{"--propose needs the --operator who proposes"};
    }
    object.text("operator", maker->second.front());
    ledger::server::ObjectWriter proposed(object.key("proposed"));
    append_flow(proposed, arguments, digits);
    proposed.close();
  } else {
    append_flow(object, arguments, digits);
  }
  object.close();
  return out;
}

}  // namespace tools
