#include "recon/codec.h"

#include <fmt/format.h>

#include <type_traits>

#include "ledger/base/bytes.h"

namespace recon {
namespace {

constexpr std::uint8_t kVersion = 1;

// One list of fields per type serves both directions: Writer and Reader have the same operators.
class Writer {
 public:
  std::string out;

  template <typename T>
  requires std::is_arithmetic_v<T>
  void field(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      base::put(out, static_cast<std::uint8_t>(value));
    } else {
      base::put(out, value);
    }
  }
  template <typename T>
  requires std::is_enum_v<T>
  void field(const T& value) { field(static_cast<std::underlying_type_t<T>>(value)); }
  void field(const std::string& text) { base::put_text<std::uint32_t>(out, text); }
  void field(const base::Amount& amount) { base::put(out, amount.minor()); }
  void field(const base::Total& total) {
    const auto raw = static_cast<base::UInt128>(total.minor());
    base::put(out, static_cast<std::uint64_t>(raw));
    base::put(out, static_cast<std::uint64_t>(raw >> 64));
  }
  void field(const base::Date& date) { base::put(out, date.yyyymmdd()); }
  void field(const base::Sequence& sequence) { base::put(out, sequence.value()); }
  void field(const base::Currency& currency) { base::put_text<std::uint8_t>(out, currency.code()); }
  void field(const crypto::Digest& digest) { out.append(digest.view()); }
  template <typename T>
  void field(const std::optional<T>& value) {
    field(value.has_value());
    if (value) field(*value);
  }
  template <typename T>
  void field(const std::vector<T>& values) {
    base::put(out, static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) field(value);
  }
  template <typename T, std::size_t N>
  void field(const std::array<T, N>& values) {
    for (const T& value : values) field(value);
  }
  template <typename T>
  requires(std::is_class_v<T>&& requires(Writer& w, const T& v) {
    each(w, v);
  }) void field(const T& value) {
    each(*this, value);
  }
  template <typename... T>
  void operator()(const T&... values) {
    (field(values), ...);
  }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}
  bool good() const { return good_ && !in_.failed(); }
  bool at_end() const { return in_.at_end(); }

  template <typename T>
  requires std::is_arithmetic_v<T>
  void field(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = in_.get<std::uint8_t>() != 0;
    } else {
      value = in_.get<T>();
    }
  }
  template <typename T>
  requires std::is_enum_v<T>
  void field(T& value) { value = static_cast<T>(in_.get<std::underlying_type_t<T>>()); }
  void field(std::string& text) { text = in_.get_text<std::uint32_t>(); }
  void field(base::Amount& amount) {
    keep(base::Amount::from_minor(in_.get<std::int64_t>()), amount);
  }
  void field(base::Total& total) {
    const auto low = in_.get<std::uint64_t>();
    const auto high = in_.get<std::uint64_t>();
    total = base::Total::from_minor(
        static_cast<base::Int128>((static_cast<base::UInt128>(high) << 64) | low));
  }
  void field(base::Date& date) { keep(base::Date::from_yyyymmdd(in_.get<std::uint32_t>()), date); }
  void field(base::Sequence& sequence) { sequence = base::Sequence(in_.get<std::uint64_t>()); }
  void field(base::Currency& currency) {
    const auto code = in_.get_text<std::uint8_t>();
    if (!code.empty()) keep(base::Currency::parse(code), currency);
  }
  void field(crypto::Digest& digest) {
    keep(crypto::Digest::from_bytes(in_.get_bytes(32)), digest);
  }
  template <typename T>
  void field(std::optional<T>& value) {
    bool present = false;
    field(present);
    if (present) field(value.emplace());
  }
  template <typename T>
  void field(std::vector<T>& values) {
    // The count comes from the bytes: memory grows only with what is really there.
    const auto count = in_.get<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && good(); ++i) field(values.emplace_back());
  }
  template <typename T, std::size_t N>
  void field(std::array<T, N>& values) {
    for (T& value : values) field(value);
  }
  template <typename T>
  requires(std::is_class_v<T>&& requires(Reader& r, T& v) { each(r, v); }) void field(T& value) {
    each(*this, value);
  }
  template <typename... T>
  void operator()(T&... values) {
    (field(values), ...);
  }

 private:
  template <typename T>
  void keep(const std::optional<T>& value, T& target) {
    good_ = good_ && value.has_value();
    if (value) target = *value;
  }
  base::Decoder in_;
  bool good_ = true;
};

}  // namespace

// Found by name lookup at instantiation, hence beside the types; a const T writes, a T reads.
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, BankLine>
void each(Io& io, T& v) {
  io(v.statement, v.number, v.line, v.offset, v.part, v.readable, v.side, v.amount, v.status,
     v.reversal, v.booking_date, v.value_date, v.day, v.references, v.hints, v.party_name,
     v.party_account, v.text);
}
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, LedgerItem>
void each(Io& io, T& v) {
  io(v.sequence, v.posting, v.hash, v.flow, v.side, v.amount, v.business_date, v.value_date, v.late,
     v.order, v.command_id, v.evidence, v.order_evidence, v.client, v.parties, v.reverses);
}
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, Order>
void each(Io& io, T& v) {
  io(v.id, v.side, v.state, v.amount, v.since, v.client, v.evidence, v.channel, v.entry);
}
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, Finding>
void each(Io& io, T& v) {
  io(v.bucket, v.cause, v.text, v.first_seen, v.open, v.carried, v.effect, v.lines, v.items,
     v.keys);
}
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, StatementHead>
void each(Io& io, T& v) {
  io(v.key, v.file, v.format, v.id, v.account, v.currency, v.date, v.first_date, v.number, v.page,
     v.last_page, v.proved, v.truncated, v.verdict, v.difference, v.opening, v.closing, v.entries,
     v.unreadable);
}
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, BankStatement>
void each(Io& io, T& v) { io(v.head, v.lines); }
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, Tally>
void each(Io& io, T& v) { io(v.count, v.amount); }
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, MatchRow>
void each(Io& io, T& v) { io(v.lines, v.items); }
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, DayResult>
void each(Io& io, T& v) {
  io(v.date, v.first, v.currency, v.account, v.verdict, v.statements, v.bank_opening,
     v.bank_closing, v.closing_stated, v.ledger_opening, v.ledger_closing, v.head, v.head_hash,
     v.lines_in, v.items_in, v.lines, v.items, v.carried_in, v.carried_closed, v.carried_open,
     v.explained, v.unexplained, v.matches, v.findings, v.in_transit);
}
template <typename Io, typename T>
requires std::is_same_v<std::remove_const_t<T>, FileRecord>
void each(Io& io, T& v) {
  io(v.sha256, v.name, v.size, v.number, v.verdict, v.reason, v.statements);
}

namespace {

template <typename T>
std::string encode_any(const T& value) {
  Writer writer;
  writer(kVersion, value);
  return std::move(writer.out);
}
template <typename T>
base::Result<T, base::Fault> decode_any(std::string_view bytes, const char* what) {
  Reader reader(bytes);
  std::uint8_t version = 0;
  T value;
  reader(version);
  if (version == kVersion) reader(value);
  if (version != kVersion || !reader.good() || !reader.at_end()) {
    return base::fail(base::corruption(fmt::format("recon store: unreadable {}", what)));
  }
  return value;
}

}  // namespace

std::string encode(const BankStatement& statement) { return encode_any(statement); }
std::string encode(const DayResult& day) { return encode_any(day); }
std::string encode(const FileRecord& file) { return encode_any(file); }
base::Result<BankStatement, base::Fault> decode_statement(std::string_view bytes) {
  return decode_any<BankStatement>(bytes, "statement");
}
base::Result<DayResult, base::Fault> decode_day(std::string_view bytes) {
  return decode_any<DayResult>(bytes, "day result");
}
base::Result<FileRecord, base::Fault> decode_file(std::string_view bytes) {
  return decode_any<FileRecord>(bytes, "file record");
}

}  // namespace recon
