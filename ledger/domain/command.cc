#include "ledger/domain/command.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ledger/base/bytes.h"
#include "ledger/base/hex.h"
#include "ledger/domain/flow.h"

namespace ledger::domain {
namespace {

using base::Decoder;

constexpr auto kFields = std::to_array<FieldSpec>({
    {Field::kAuthority, "authority", FieldType::kAuthorityName},
    {Field::kOperator, "operator", FieldType::kCode},
    {Field::kClient, "client", FieldType::kCode},
    {Field::kAmount, "amount", FieldType::kAmount},
    {Field::kChannel, "channel", FieldType::kCode},
    {Field::kOrder, "order", FieldType::kCode},
    {Field::kProject, "project", FieldType::kCode},
    {Field::kCurrency, "currency", FieldType::kCurrencyCode},
    {Field::kBorrower, "borrower", FieldType::kCode},
    {Field::kTarget, "target", FieldType::kAmount},
    {Field::kContractHash, "contract_hash", FieldType::kHash},
    {Field::kInstalments, "instalments", FieldType::kSchedule},
    {Field::kInstalment, "instalment", FieldType::kCount},
    {Field::kFee, "fee", FieldType::kAmount},
    {Field::kFeeRule, "fee_rule", FieldType::kCode},
    {Field::kEntry, "entry", FieldType::kCount},
    {Field::kEntryHash, "entry_hash", FieldType::kHash},
    {Field::kProposal, "proposal", FieldType::kCode},
    {Field::kReason, "reason", FieldType::kText},
    {Field::kValueDate, "value_date", FieldType::kDate},
    {Field::kEvidence, "evidence", FieldType::kText},
    {Field::kOpens, "opens", FieldType::kDate},
    {Field::kLimit, "limit", FieldType::kCount},
    {Field::kLegalPerson, "legal_person", FieldType::kFlag},
    {Field::kRelatedParty, "related_party", FieldType::kFlag},
    {Field::kGuarantor, "guarantor", FieldType::kCode},
    {Field::kPayee, "payee", FieldType::kCode},
    {Field::kMethod, "method", FieldType::kCode},
    {Field::kRatePpm, "rate_ppm", FieldType::kCount},
    {Field::kTerms, "terms", FieldType::kCount},
    {Field::kFirstDue, "first_due", FieldType::kDate},
    {Field::kCompensation, "compensation", FieldType::kAmount},
    {Field::kSeller, "seller", FieldType::kCode},
    {Field::kPrincipal, "principal", FieldType::kAmount},
    {Field::kExpires, "expires", FieldType::kDate},
    {Field::kAccount, "account", FieldType::kCode},
    {Field::kBeneficiary, "beneficiary", FieldType::kCode},
    {Field::kElsewhere, "elsewhere", FieldType::kAmountOrZero},
    {Field::kProfile, "profile", FieldType::kDocument},
    {Field::kProposed, "proposed", FieldType::kCommand},
    {Field::kRule, "rule", FieldType::kCode},
    {Field::kSubject, "subject", FieldType::kCode},
    {Field::kEntries, "entries", FieldType::kText},
    {Field::kSeverity, "severity", FieldType::kCount},
});
static_assert(std::is_sorted(kFields.begin(), kFields.end(),
                             [](const auto& a, const auto& b) { return a.field < b.field; }));

constexpr std::size_t kTextMax = 200;
constexpr std::size_t kCodeMax = 64;
constexpr std::size_t kInstalmentsMax = 600;
constexpr std::size_t kDocumentMax = 65535;  // a field's length is a u16

constexpr std::array<bool, 256> code_characters() {
  std::array<bool, 256> allowed{};
  for (int c = 'a'; c <= 'z'; ++c) allowed[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) allowed[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) allowed[static_cast<std::size_t>(c)] = true;
  for (const char c : {'.', '_', ':', '/', '-'}) allowed[static_cast<std::size_t>(c)] = true;
  return allowed;
}
constexpr auto kCodeCharacters = code_characters();

Refusal refuse(RefusalCode code, Field field) {
  return {code, fmt::format("field={}", spec_of(field).name)};
}

// Well-formed UTF-8 without control characters (but `allowed`); overlong forms and surrogates are
// refused.
bool is_plain_text(std::string_view text, std::string_view allowed = {}) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const bool control = lead < 0x20 || lead == 0x7f;
    if (control && allowed.find(text[i]) == std::string_view::npos) return false;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > text.size()) return false;
    std::uint32_t point = lead & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      if ((byte & 0xc0U) != 0x80U) return false;
      point = (point << 6) | (byte & 0x3fU);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[length] || point > 0x10ffff) return false;
    if (point >= 0xd800 && point <= 0xdfff) return false;
    i += length;
  }
  return true;
}

template <typename T>
std::string_view as_bytes(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

// The canonical value of `field` in a body, or nothing.
std::optional<std::string_view> find_value(std::string_view body, Field field) {
  Decoder in(body);
  while (!in.at_end()) {
    const auto tag = in.get<std::uint8_t>();
    const std::string_view value = in.get_text<std::uint16_t>();
    if (tag == static_cast<std::uint8_t>(field)) return value;
    if (tag > static_cast<std::uint8_t>(field)) break;
  }
  return std::nullopt;
}

std::uint64_t number_of(std::string_view body, Field field) {
  const auto value = find_value(body, field);
  return value ? Decoder(*value).get<std::uint64_t>() : 0;
}

std::vector<Instalment> schedule_of(std::string_view value) {
  Decoder in(value);
  const auto count = in.get<std::uint16_t>();
  std::vector<Instalment> schedule;
  for (std::uint16_t i = 0; i < count && !in.failed(); ++i) {
    Instalment one;
    one.due = base::Date::from_yyyymmdd(in.get<std::uint32_t>()).value_or(base::Date());
    one.principal = base::Amount::from_minor(in.get<std::int64_t>()).value_or(base::Amount());
    one.interest = base::Amount::from_minor(in.get<std::int64_t>()).value_or(base::Amount());
    schedule.push_back(one);
  }
  return schedule;
}

// What set_schedule() would have written.
bool is_canonical_schedule(std::string_view value) {
  Decoder in(value);
  const auto count = in.get<std::uint16_t>();
  if (count == 0 || count > kInstalmentsMax || value.size() != 2 + std::size_t{20} * count) {
    return false;
  }
  base::Date previous;
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto due = base::Date::from_yyyymmdd(in.get<std::uint32_t>());
    const auto principal = base::Amount::from_minor(in.get<std::int64_t>());
    const auto interest = base::Amount::from_minor(in.get<std::int64_t>());
    if (!due || *due <= previous || !principal || !interest || (*principal + *interest).is_zero()) {
      return false;
    }
    previous = *due;
  }
  return true;
}

bool is_document(std::string_view text) {
  return !text.empty() && text.size() <= kDocumentMax && is_plain_text(text, "\n\t");
}

// The command that a value of type kCommand holds, without an id.
std::optional<Command> command_in(std::string_view value) {
  if (value.size() < 2) return std::nullopt;
  const auto flow = flow_from_number(Decoder(value.substr(0, 2)).get<std::uint16_t>());
  if (!flow || find_flow(*flow) == nullptr) return std::nullopt;
  Command command;
  command.flow = *flow;
  command.body = value.substr(2);
  return command;
}

// No command is proposed inside a proposed one, so this ends.
bool is_canonical_command(std::string_view value) {
  const auto command = command_in(value);
  if (!command) return false;
  const auto fields = fields_of(command->body);
  return fields && std::none_of(fields->begin(), fields->end(), [](const BodyField& f) {
           return spec_of(f.field).type == FieldType::kCommand;
         });
}

bool is_canonical(const FieldSpec& spec, std::string_view value) {
  switch (spec.type) {
    case FieldType::kCode:
      return is_code(value);
    case FieldType::kText:
      return !value.empty() && value.size() <= kTextMax && is_plain_text(value);
    case FieldType::kAmount:
    case FieldType::kCount: {
      if (value.size() != 8) return false;
      const auto number = Decoder(value).get<std::int64_t>();
      return number > 0 && number <= base::Amount::kMaxMinor;
    }
    case FieldType::kAmountOrZero: {
      if (value.size() != 8) return false;
      const auto number = Decoder(value).get<std::int64_t>();
      return number >= 0 && number <= base::Amount::kMaxMinor;
    }
    case FieldType::kDocument:
      return is_document(value);
    case FieldType::kCommand:
      return is_canonical_command(value);
    case FieldType::kFlag:
      return value == std::string_view("\x01", 1);
    case FieldType::kDate: {
      if (value.size() != 4) return false;
      const auto date = base::Date::from_yyyymmdd(Decoder(value).get<std::uint32_t>());
      return date && !date->is_none();
    }
    case FieldType::kHash:
      return value.size() == 32;
    case FieldType::kCurrencyCode:
      return base::Currency::parse(value).has_value();
    case FieldType::kAuthorityName:
      return value.size() == 1 && value[0] >= 1 &&
             value[0] <= static_cast<char>(Authority::kOperators);
    case FieldType::kSchedule:
      return is_canonical_schedule(value);
  }
  return false;
}

}  // namespace

bool is_code(std::string_view text) {
  if (text.empty() || text.size() > kCodeMax) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return kCodeCharacters[static_cast<unsigned char>(c)]; });
}

const FieldSpec& spec_of(Field field) {
  const auto index = static_cast<std::size_t>(field) - 1;
  LEDGER_CHECK(index < kFields.size() && kFields[index].field == field);
  return kFields[index];
}

const FieldSpec* find_field(std::string_view name) {
  for (const FieldSpec& spec : kFields) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

std::span<const FieldSpec> all_fields() { return kFields; }

// --- Command --------------------------------------------------------------------------------

std::string_view Command::text(Field field) const { return value_in(body, field); }
base::Amount Command::amount(Field field) const {
  return base::Amount::of(static_cast<std::int64_t>(number_of(body, field)));
}
std::uint64_t Command::count(Field field) const { return number_of(body, field); }
bool Command::flag(Field field) const { return has(field); }
base::Date Command::date(Field field) const {
  const auto value = find_value(body, field);
  if (!value) return {};
  return base::Date::from_yyyymmdd(Decoder(*value).get<std::uint32_t>()).value_or(base::Date());
}
crypto::Digest Command::hash(Field field) const {
  return crypto::Digest::from_bytes(text(field)).value_or(crypto::Digest());
}
Authority Command::authority() const { return authority_of(body); }
std::optional<Command> Command::nested(Field field) const {
  auto command = command_in(text(field));
  if (command) command->id = id;
  return command;
}
std::vector<Instalment> Command::schedule() const { return schedule_of(text(Field::kInstalments)); }
bool Command::has(Field field) const { return find_value(body, field).has_value(); }

std::string_view value_in(std::string_view body, Field field) {
  return find_value(body, field).value_or(std::string_view());
}

Authority authority_of(std::string_view body) {
  const std::string_view value = value_in(body, Field::kAuthority);
  return value.size() == 1 ? static_cast<Authority>(value[0]) : Authority::kNone;
}

// --- bodies -----------------------------------------------------------------------------------

std::optional<std::vector<BodyField>> fields_of(std::string_view body) {
  std::vector<BodyField> fields;
  Decoder in(body);
  std::uint8_t previous = 0;
  while (!in.at_end()) {
    const auto tag = in.get<std::uint8_t>();
    const std::string_view value = in.get_text<std::uint16_t>();
    if (in.failed() || tag <= previous || tag > kFields.size()) return std::nullopt;
    const auto field = static_cast<Field>(tag);
    if (!is_canonical(spec_of(field), value)) return std::nullopt;
    fields.push_back({field, value});
    previous = tag;
  }
  return fields;
}

std::string show(Field field, std::string_view value) {
  switch (spec_of(field).type) {
    case FieldType::kCode:
    case FieldType::kText:
    case FieldType::kCurrencyCode:
    case FieldType::kDocument:
      return std::string(value);
    case FieldType::kCommand: {
      const auto command = command_in(value);
      const auto fields = command ? fields_of(command->body) : std::nullopt;
      if (!fields) return {};
      std::string text = fmt::format("flow={}", name_of(command->flow));
      for (const BodyField& f : *fields) {
        text += fmt::format(" {}={}", spec_of(f.field).name, show(f.field, f.value));
      }
      return text;
    }
    case FieldType::kAmountOrZero:
    case FieldType::kAmount:
    case FieldType::kCount:
      return fmt::format("{}", Decoder(value).get<std::uint64_t>());
    case FieldType::kFlag:
      return "true";
    case FieldType::kDate:
      return format(
          base::Date::from_yyyymmdd(Decoder(value).get<std::uint32_t>()).value_or(base::Date()));
    case FieldType::kHash:
      return base::to_hex(value);
    case FieldType::kAuthorityName:
      return std::string(name_of(static_cast<Authority>(Decoder(value).get<std::uint8_t>())));
    case FieldType::kSchedule: {
      std::string text;
      for (const Instalment& i : schedule_of(value)) {
        text += fmt::format("{}{}:{}+{}", text.empty() ? "" : ",", format(i.due),
                            i.principal.minor(), i.interest.minor());
      }
      return text;
    }
  }
  return {};
}

std::optional<Field> first_difference(std::string_view a, std::string_view b) {
  Decoder in_a(a);
  Decoder in_b(b);
  while (!in_a.at_end() || !in_b.at_end()) {
    constexpr std::uint8_t kNone = 255;
    const auto tag_a = in_a.at_end() ? kNone : in_a.get<std::uint8_t>();
    const auto tag_b = in_b.at_end() ? kNone : in_b.get<std::uint8_t>();
    if (tag_a != tag_b) return static_cast<Field>(std::min(tag_a, tag_b));
    if (in_a.get_text<std::uint16_t>() != in_b.get_text<std::uint16_t>()) {
      return static_cast<Field>(tag_a);
    }
    if (in_a.failed() || in_b.failed()) break;
  }
  return std::nullopt;
}

// --- CommandBuilder -----------------------------------------------------------------------------

void CommandBuilder::start() {
  id_.clear();
  flow_.reset();
  values_.clear();
  slots_.clear();
}

std::optional<Refusal> CommandBuilder::set_id(std::string_view id) {
  if (!id_.empty()) return Refusal{RefusalCode::kDuplicateKey, "field=id"};
  if (!is_code(id)) return Refusal{RefusalCode::kBadId, "field=id"};
  id_ = id;
  return std::nullopt;
}

std::optional<Refusal> CommandBuilder::set_flow(std::string_view name) {
  if (flow_) return Refusal{RefusalCode::kDuplicateKey, "field=flow"};
  const auto flow = flow_from_name(name);
  if (!flow || find_flow(*flow) == nullptr) {
    return Refusal{RefusalCode::kUnknownFlow, is_code(name) ? fmt::format("flow={}", name) : ""};
  }
  flow_ = flow;
  return std::nullopt;
}

std::optional<Refusal> CommandBuilder::add(Field field, std::string_view bytes) {
  for (const Slot& slot : slots_) {
    if (slot.field == field) return refuse(RefusalCode::kDuplicateKey, field);
  }
  slots_.push_back({field, static_cast<std::uint32_t>(values_.size()),
                    static_cast<std::uint32_t>(bytes.size())});
  values_.append(bytes);
  return std::nullopt;
}

std::optional<Refusal> CommandBuilder::set_text(Field field, std::string_view value) {
  switch (spec_of(field).type) {
    case FieldType::kCode:
      if (!is_code(value)) return refuse(RefusalCode::kBadText, field);
      return add(field, value);
    case FieldType::kText:
      if (value.empty() || value.size() > kTextMax || !is_plain_text(value)) {
        return refuse(RefusalCode::kBadText, field);
      }
      return add(field, value);
    case FieldType::kDocument:
      if (!is_document(value)) return refuse(RefusalCode::kBadText, field);
      return add(field, value);
    case FieldType::kCurrencyCode:
      if (!base::Currency::parse(value)) return refuse(RefusalCode::kBadText, field);
      return add(field, value);
    case FieldType::kDate: {
      const auto date = base::Date::parse(value);
      if (!date) return refuse(RefusalCode::kBadDate, field);
      return add(field, as_bytes(date->yyyymmdd()));
    }
    case FieldType::kHash: {
      const auto digest = crypto::Digest::from_hex(value);
      if (!digest) return refuse(RefusalCode::kBadHash, field);
      return add(field, digest->view());
    }
    case FieldType::kAuthorityName: {
      const auto authority = authority_from_name(value);
      if (!authority) return refuse(RefusalCode::kUnknownAuthority, field);
      return add(field, as_bytes(static_cast<std::uint8_t>(*authority)));
    }
    case FieldType::kAmount:
    case FieldType::kAmountOrZero:
    case FieldType::kCount:
    case FieldType::kFlag:
    case FieldType::kCommand:
    case FieldType::kSchedule:
      break;
  }
  return refuse(RefusalCode::kWrongType, field);
}

std::optional<Refusal> CommandBuilder::set_integer(Field field, std::int64_t value) {
  const FieldType type = spec_of(field).type;
  if (type == FieldType::kAmount) {
    if (value <= 0) return refuse(RefusalCode::kAmountNotPositive, field);
    if (value > base::Amount::kMaxMinor) return refuse(RefusalCode::kAmountTooLarge, field);
    return add(field, as_bytes(value));
  }
  if (type == FieldType::kAmountOrZero) {
    if (value < 0) return refuse(RefusalCode::kAmountNotPositive, field);
    if (value > base::Amount::kMaxMinor) return refuse(RefusalCode::kAmountTooLarge, field);
    return add(field, as_bytes(value));
  }
  if (type == FieldType::kCount) {
    if (value <= 0 || value > base::Amount::kMaxMinor) {
      return refuse(RefusalCode::kBadNumber, field);
    }
    return add(field, as_bytes(value));
  }
  return refuse(RefusalCode::kWrongType, field);
}

std::optional<Refusal> CommandBuilder::set_flag(Field field, bool value) {
  if (spec_of(field).type != FieldType::kFlag) return refuse(RefusalCode::kWrongType, field);
  // False is the same command as leaving the field out, and has the same bytes.
  if (!value) return std::nullopt;
  return add(field, std::string_view("\x01", 1));
}

std::optional<Refusal> CommandBuilder::set_schedule(std::span<const Instalment> instalments) {
  if (instalments.empty() || instalments.size() > kInstalmentsMax) {
    return refuse(RefusalCode::kBadInstalments, Field::kInstalments);
  }
  std::string bytes;
  base::put(bytes, static_cast<std::uint16_t>(instalments.size()));
  base::Date previous;
  for (const Instalment& i : instalments) {
    if (i.due.is_none() || i.due <= previous || (i.principal + i.interest).is_zero()) {
      return refuse(RefusalCode::kBadInstalments, Field::kInstalments);
    }
    previous = i.due;
    base::put(bytes, i.due.yyyymmdd());
    base::put(bytes, i.principal.minor());
    base::put(bytes, i.interest.minor());
  }
  return add(Field::kInstalments, bytes);
}

std::optional<Refusal> CommandBuilder::set_command(Field field, const Command& command) {
  if (spec_of(field).type != FieldType::kCommand) return refuse(RefusalCode::kWrongType, field);
  std::string bytes;
  base::put(bytes, static_cast<std::uint16_t>(command.flow));
  bytes += command.body;
  if (bytes.size() > kDocumentMax) return refuse(RefusalCode::kBadText, field);
  if (!is_canonical_command(bytes)) return refuse(RefusalCode::kUnknownField, field);
  return add(field, bytes);
}

base::Result<Command, Refusal> CommandBuilder::finish() {
  using base::fail;
  if (id_.empty()) return fail(Refusal{RefusalCode::kMissingField, "field=id"});
  if (!flow_) return fail(Refusal{RefusalCode::kMissingField, "field=flow"});
  const Flow& flow = flow_of(*flow_);
  const auto is_given = [this](Field field) {
    return std::any_of(slots_.begin(), slots_.end(),
                       [field](const Slot& s) { return s.field == field; });
  };
  for (const Slot& slot : slots_) {
    const bool common = slot.field == Field::kAuthority || slot.field == Field::kOperator ||
                        slot.field == Field::kValueDate;
    const bool known =
        common || std::any_of(flow.fields.begin(), flow.fields.end(),
                              [&](const FlowField& f) { return f.field == slot.field; });
    if (!known) return fail(refuse(RefusalCode::kUnknownField, slot.field));
  }
  if (!is_given(Field::kAuthority)) {
    return fail(refuse(RefusalCode::kMissingField, Field::kAuthority));
  }
  for (const FlowField& f : flow.fields) {
    if (f.required && !is_given(f.field)) return fail(refuse(RefusalCode::kMissingField, f.field));
  }
  std::sort(slots_.begin(), slots_.end(),
            [](const Slot& a, const Slot& b) { return a.field < b.field; });
  Command command;
  command.id = id_;
  command.flow = *flow_;
  command.body.reserve(values_.size() + slots_.size() * 3);
  for (const Slot& slot : slots_) {
    base::put(command.body, static_cast<std::uint8_t>(slot.field));
    base::put_text<std::uint16_t>(command.body,
                                  std::string_view(values_).substr(slot.at, slot.size));
  }
  return command;
}

}  // namespace ledger::domain
