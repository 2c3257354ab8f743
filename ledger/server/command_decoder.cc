#include "ledger/server/command_decoder.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "ledger/server/json_check.h"

namespace ledger::server {
namespace {

namespace od = simdjson::ondemand;
using domain::Field;
using domain::FieldSpec;
using domain::FieldType;
using domain::Refusal;
using domain::RefusalCode;
using Kind = NumberToken::Kind;

static_assert(kBodyPadding >= simdjson::SIMDJSON_PADDING);
constexpr std::size_t kNameShown = 64;  // of an unknown field's name in a refusal

// The JSON of the whole document cannot be read.
struct Broken {
  std::string why;
};

// Field names by a hash of length, first and last letter: a command has six fields, a linear search
// through all names would be a third of the decoding.
class FieldTable {
 public:
  FieldTable() {
    for (const FieldSpec& spec : domain::all_fields()) {
      std::size_t at = slot(spec.name);
      while (slots_[at] != nullptr) at = (at + 1) % slots_.size();
      slots_[at] = &spec;
    }
  }
  const FieldSpec* find(std::string_view name) const {
    if (name.empty()) return nullptr;
    for (std::size_t at = slot(name); slots_[at] != nullptr; at = (at + 1) % slots_.size()) {
      if (slots_[at]->name == name) return slots_[at];
    }
    return nullptr;
  }

 private:
  static std::size_t slot(std::string_view name) {
    return (name.size() * 37 + static_cast<unsigned char>(name.front()) * 5 +
            static_cast<unsigned char>(name.back())) %
           128;
  }
  std::array<const FieldSpec*, 128> slots_{};
};

[[noreturn]] void broken(std::string why) { throw Broken{std::move(why)}; }

template <typename T>
T need(simdjson::simdjson_result<T> result) {
  if (result.error() != simdjson::SUCCESS) broken(simdjson::error_message(result.error()));
  return std::move(result).value_unsafe();
}

void need_end(od::document& document) {
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    broken("there is more behind the JSON value");
  }
}

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\t' ||
                            token.back() == '\r')) {
    token.remove_suffix(1);
  }
  return token;
}

// A value that nobody will read must still be JSON.
void check_unread(od::value value) {
  const od::json_type type = need(value.type());
  std::string_view text;
  if (type == od::json_type::object) {
    text = need(need(value.get_object()).raw_json());
  } else if (type == od::json_type::array) {
    text = need(need(value.get_array()).raw_json());
  } else {
    text = value.raw_json_token();
  }
  if (!is_well_formed(trimmed(text))) broken("a value is not valid JSON");
}

Refusal refuse(RefusalCode code, std::string_view path) {
  return {code, fmt::format("field={}", path)};
}

std::string shown(std::string_view name) {
  if (name.size() <= kNameShown) return std::string(name);
  std::size_t cut = kNameShown;
  while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xc0U) == 0x80U) --cut;
  return std::string(name.substr(0, cut)) + "...";
}

// The value as an integer, or why not. `value` is read whatever it is.
std::optional<Refusal> read_integer(od::value value, std::string_view path, bool is_amount,
                                    std::int64_t& out) {
  if (need(value.type()) != od::json_type::number) {
    check_unread(value);
    return refuse(RefusalCode::kWrongType, path);
  }
  const NumberToken number = read_number(value.raw_json_token());
  switch (number.kind) {
    case Kind::kInteger:
      out = number.value;
      return std::nullopt;
    case Kind::kTooLarge:
      return refuse(is_amount ? RefusalCode::kAmountTooLarge : RefusalCode::kBadNumber, path);
    case Kind::kTooSmall:
      return refuse(is_amount ? RefusalCode::kAmountNotPositive : RefusalCode::kBadNumber, path);
    case Kind::kFraction:
      return refuse(RefusalCode::kWrongType, path);
    case Kind::kBroken:
      break;
  }
  broken("a number is not valid JSON");
}

std::optional<bool> read_flag(od::value value) {
  if (need(value.type()) != od::json_type::boolean) {
    check_unread(value);
    return std::nullopt;
  }
  const std::string_view token = trimmed(value.raw_json_token());
  if (token == "true") return true;
  if (token == "false") return false;
  broken("a value is not valid JSON");
}

std::optional<std::string_view> read_text(od::value value) {
  if (need(value.type()) != od::json_type::string) {
    check_unread(value);
    return std::nullopt;
  }
  return need(value.get_string());
}

// Keeps the refusal that takes precedence.
class Worst {
 public:
  void note(std::optional<Refusal> refusal) {
    if (refusal && (!worst_ || refusal->code < worst_->code)) worst_ = std::move(refusal);
  }
  bool none() const { return !worst_; }
  std::optional<Refusal> take() { return std::move(worst_); }

 private:
  std::optional<Refusal> worst_;
};

}  // namespace

struct CommandDecoder::Impl {
  explicit Impl(std::size_t max) : commands_max(max) {}

  // --- one instalment: {"due", "principal", "interest"} ---
  void read_part(od::field member, std::size_t index, domain::Instalment& part, unsigned& seen,
                 Worst& worst) {
    const std::string_view name = need(member.unescaped_key());
    const auto path = [&] { return fmt::format("instalments[{}].{}", index, shown(name)); };
    const unsigned bit = name == "due"         ? 1U
                         : name == "principal" ? 2U
                         : name == "interest"  ? 4U
                                               : 0U;
    if (bit == 0) {
      worst.note(refuse(RefusalCode::kUnknownField, path()));
      check_unread(member.value());
      return;
    }
    if ((seen & bit) != 0) worst.note(refuse(RefusalCode::kDuplicateKey, path()));
    seen |= bit;
    if (bit == 1U) {
      const auto text = read_text(member.value());
      const auto due = text ? base::Date::parse(*text) : std::nullopt;
      if (due) part.due = *due;
      if (!due) {
        worst.note(refuse(text ? RefusalCode::kBadDate : RefusalCode::kWrongType, path()));
      }
      return;
    }
    std::int64_t minor = 0;
    if (auto refusal = read_integer(member.value(), path(), true, minor)) {
      worst.note(std::move(refusal));
      return;
    }
    const auto amount = base::Amount::from_minor(minor);
    if (!amount) {
      worst.note(refuse(minor < 0 ? RefusalCode::kAmountNotPositive : RefusalCode::kAmountTooLarge,
                        path()));
      return;
    }
    (bit == 2U ? part.principal : part.interest) = *amount;
  }

  std::optional<Refusal> read_schedule(od::value value) {
    if (need(value.type()) != od::json_type::array) {
      check_unread(value);
      return refuse(RefusalCode::kWrongType, "instalments");
    }
    Worst worst;
    schedule.clear();
    for (auto element : need(value.get_array())) {
      od::value one = need(std::move(element));
      const std::size_t index = schedule.size();
      schedule.emplace_back();
      if (need(one.type()) != od::json_type::object) {
        check_unread(one);
        worst.note(refuse(RefusalCode::kWrongType, fmt::format("instalments[{}]", index)));
        continue;
      }
      unsigned seen = 0;
      for (auto member : need(one.get_object())) {
        read_part(need(std::move(member)), index, schedule.back(), seen, worst);
      }
      if (seen != 7U) {
        const char* missing = (seen & 1U) == 0   ? "due"
                              : (seen & 2U) == 0 ? "principal"
                                                 : "interest";
        if (worst.none()) {
          worst.note(refuse(RefusalCode::kMissingField,
                            fmt::format("instalments[{}].{}", index, missing)));
        }
      }
    }
    if (!worst.none()) return worst.take();
    return builder.set_schedule(schedule);
  }

  // --- one field of a command ---
  std::optional<Refusal> read_field(const FieldSpec& spec, od::value value) {
    switch (spec.type) {
      case FieldType::kCode:
      case FieldType::kText:
      case FieldType::kDocument:
      case FieldType::kDate:
      case FieldType::kHash:
      case FieldType::kCurrencyCode:
      case FieldType::kAuthorityName: {
        const auto text = read_text(value);
        if (!text) return refuse(RefusalCode::kWrongType, spec.name);
        return builder.set_text(spec.field, *text);
      }
      case FieldType::kAmount:
      case FieldType::kAmountOrZero:
      case FieldType::kCount: {
        std::int64_t number = 0;
        auto refusal = read_integer(value, spec.name, spec.type != FieldType::kCount, number);
        if (refusal) return refusal;
        return builder.set_integer(spec.field, number);
      }
      case FieldType::kFlag: {
        const auto flag = read_flag(value);
        if (!flag) return refuse(RefusalCode::kWrongType, spec.name);
        return builder.set_flag(spec.field, *flag);
      }
      case FieldType::kCommand:
        return read_proposed(spec, value);
      case FieldType::kSchedule:
        return read_schedule(value);
    }
    return std::nullopt;
  }

  // --- a command inside a command: an object with a flow and its fields, without an id ---
  std::optional<Refusal> read_proposed(const FieldSpec& spec, od::value value) {
    if (inside || need(value.type()) != od::json_type::object) {
      check_unread(value);
      return refuse(inside ? RefusalCode::kUnknownField : RefusalCode::kWrongType, spec.name);
    }
    inside = true;
    std::swap(builder, outer);
    builder.start();
    Worst worst;
    worst.note(builder.set_id("proposed"));
    std::uint64_t seen = 0;
    DecodedRequest unused;
    DecodedRequest::Item item;
    for (auto member : need(value.get_object())) {
      read_member(need(std::move(member)), unused, item, seen, worst);
    }
    domain::Command command;
    if (worst.none()) {
      auto built = builder.finish();
      if (built) command = *std::move(built);
      if (!built) worst.note(built.error());
    }
    std::swap(builder, outer);
    inside = false;
    if (worst.none()) return builder.set_command(spec.field, command);
    auto refusal = worst.take();
    refusal->detail = "proposed: " + refusal->detail;
    return refusal;
  }

  void read_member(od::field member, DecodedRequest& out, DecodedRequest::Item& item,
                   std::uint64_t& seen, Worst& worst) {
    constexpr std::uint64_t kIdBit = 1ULL << 62;
    constexpr std::uint64_t kFlowBit = 1ULL << 63;
    const std::string_view name = need(member.unescaped_key());
    const FieldSpec* spec = fields.find(name);
    const bool is_id = name == "id" && !inside;
    const bool is_flow = name == "flow";
    if (spec == nullptr && !is_id && !is_flow) {
      worst.note(refuse(RefusalCode::kUnknownField, shown(name)));
      check_unread(member.value());
      return;
    }
    const std::uint64_t bit = is_id     ? kIdBit
                              : is_flow ? kFlowBit
                                        : 1ULL << static_cast<unsigned>(spec->field);
    if ((seen & bit) != 0) {
      worst.note(refuse(RefusalCode::kDuplicateKey, name));
      check_unread(member.value());
      return;
    }
    seen |= bit;
    if (!is_id && !is_flow) {
      worst.note(read_field(*spec, member.value()));
      return;
    }
    const auto text = read_text(member.value());
    if (!text) {
      worst.note(refuse(RefusalCode::kWrongType, name));
    } else if (is_flow) {
      worst.note(builder.set_flow(*text));
    } else if (auto refusal = builder.set_id(*text)) {
      worst.note(std::move(refusal));
    } else {
      item.id_at = static_cast<std::uint32_t>(out.ids.size());
      item.id_size = static_cast<std::uint32_t>(text->size());
      out.ids.append(*text);
    }
  }

  // One command: goes to out.commands, or leaves its refusal in the item.
  void read_command(od::object object, DecodedRequest& out, std::uint32_t line, const Peer& peer) {
    builder.start();
    DecodedRequest::Item item;
    item.line = line;
    Worst worst;
    std::uint64_t seen = 0;
    for (auto member : object) read_member(need(std::move(member)), out, item, seen, worst);
    if (worst.none()) {
      auto command = builder.finish();
      if (!command) {
        worst.note(command.error());
      } else if (auto refusal = peer.judge(*command)) {
        worst.note(std::move(refusal));
      } else {
        out.commands.push_back(std::move(*command));
      }
    }
    item.refusal = worst.take();
    out.items.push_back(std::move(item));
  }

  void read_element(od::value value, DecodedRequest& out, const Peer& peer) {
    if (out.items.size() == commands_max) too_many(out);
    if (out.broken) {
      return;
    }
    if (need(value.type()) != od::json_type::object) {
      check_unread(value);
      out.items.push_back(
          {0, 0, 0,
           Refusal{RefusalCode::kNotAnObject, fmt::format("element={}", out.items.size() + 1)}});
      return;
    }
    read_command(need(value.get_object()), out, 0, peer);
  }

  void too_many(DecodedRequest& out) const {
    out.broken = Refusal{RefusalCode::kBatchTooLarge,
                         fmt::format("a request may have {} commands", commands_max)};
  }

  void read_document(std::string_view body, DecodedRequest& out, const Peer& peer) {
    od::document document =
        need(parser.iterate(body.data(), body.size(), body.size() + kBodyPadding));
    const od::json_type type = need(document.type());
    if (type == od::json_type::object) {
      out.shape = DecodedRequest::Shape::kSingle;
      read_command(need(document.get_object()), out, 0, peer);
    } else if (type == od::json_type::array) {
      out.shape = DecodedRequest::Shape::kArray;
      for (auto element : need(document.get_array())) {
        read_element(need(std::move(element)), out, peer);
        if (out.broken) return;
      }
    } else {
      if (!is_well_formed(trimmed(need(document.raw_json_token())))) broken("not valid JSON");
      out.broken = Refusal{RefusalCode::kNotAnObject, "the body is neither an object nor an array"};
      return;
    }
    need_end(document);
  }

  // A line spoils only itself.
  void read_line(std::string_view line, std::size_t readable, std::uint32_t number,
                 DecodedRequest& out, const Peer& peer) {
    const std::size_t items = out.items.size();
    const std::size_t commands = out.commands.size();
    std::optional<Refusal> refusal;
    try {
      od::document document = need(parser.iterate(line.data(), line.size(), readable));
      if (need(document.type()) == od::json_type::object) {
        read_command(need(document.get_object()), out, number, peer);
        need_end(document);
        return;
      }
      if (!is_well_formed(trimmed(line))) broken("not valid JSON");
      refusal = Refusal{RefusalCode::kNotAnObject, fmt::format("line={}", number)};
    } catch (const Broken& why) {
      refusal = Refusal{RefusalCode::kMalformedJson, fmt::format("line={} {}", number, why.why)};
    }
    out.items.resize(items);
    out.commands.resize(commands);
    out.items.push_back({0, 0, number, std::move(refusal)});
  }

  void read_lines(std::string_view body, DecodedRequest& out, const Peer& peer) {
    out.shape = DecodedRequest::Shape::kLines;
    const char* const end = body.data() + body.size();
    std::uint32_t number = 0;
    while (!body.empty()) {
      const std::size_t at = body.find('\n');
      std::string_view line = trimmed(body.substr(0, at));
      body.remove_prefix(at == std::string_view::npos ? body.size() : at + 1);
      ++number;
      while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
      if (line.empty()) continue;
      if (out.items.size() == commands_max) {
        too_many(out);
        return;
      }
      const auto readable = static_cast<std::size_t>(end - line.data()) + kBodyPadding;
      read_line(line, readable, number, out, peer);
    }
  }

  const std::size_t commands_max;
  const FieldTable fields;
  od::parser parser;
  domain::CommandBuilder builder;
  domain::CommandBuilder outer;  // of the command around the one being read
  bool inside = false;
  std::vector<domain::Instalment> schedule;
};

CommandDecoder::CommandDecoder(std::size_t commands_max)
    : impl_(std::make_unique<Impl>(commands_max)) {}
CommandDecoder::~CommandDecoder() = default;

DecodedRequest CommandDecoder::decode(std::string_view body, bool lines, const Peer& peer) {
  DecodedRequest out;
  if (lines) {
    impl_->read_lines(body, out, peer);
    return out;
  }
  try {
    impl_->read_document(body, out, peer);
  } catch (const Broken& why) {
    out.broken = Refusal{RefusalCode::kMalformedJson, why.why};
  }
  if (out.broken) {
    out.items.clear();
    out.commands.clear();
  }
  return out;
}

}  // namespace ledger::server
