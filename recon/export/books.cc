// The books for other people's tools: hledger, ledger and beancount. Every entry that posts is a
// transaction with its command id as code, its sequence and chain hash as metadata, and every
// posting; every other entry is a comment, so that sequences have no gap.
#include <fmt/format.h>

#include <map>

#include "recon/export/export.h"

namespace recon::exports {
namespace {

enum class Dialect { kHledger, kLedger, kBeancount };

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// hledger and ledger take our codes as they are, but for an empty part between two colons.
std::string plain_part(std::string_view part) { return part.empty() ? "%" : std::string(part); }

// beancount wants a capital or digit first, then letters, digits and '-'. Other bytes become '-'
// and two capital hex digits; a part that would not begin well, or begins with X, gets an X before
// it. So different codes have different names.
std::string beancount_part(std::string_view part) {
  const char first = part.empty() ? '-' : part.front();
  const bool good = (first >= '0' && first <= '9') || (first >= 'A' && first <= 'Z');
  std::string out = good && first != 'X' ? "" : "X";
  for (const char c : part) {
    if (is_letter_or_digit(c)) {
      out += c;
    } else {
      out += fmt::format("-{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string account_name(Dialect dialect, bool debit_normal, std::uint16_t number,
                         std::string_view code) {
  std::string name = fmt::format("{}:{}", debit_normal ? "Assets" : "Liabilities", number);
  for (std::size_t at = 0; at <= code.size();) {
    const std::size_t colon = std::min(code.find(':', at), code.size());
    const std::string_view part = code.substr(at, colon - at);
    name += ':' + (dialect == Dialect::kBeancount ? beancount_part(part) : plain_part(part));
    at = colon + 1;
  }
  return name;
}

class Books : public Export {
 public:
  Books(Dialect dialect, Put put) : dialect_(dialect), put_(std::move(put)) {}

  void take(const Step& step) override {
    std::string out;
    if (step.entry.sequence.value() == 1) head(step, out);
    for (const domain::OwnerOpened& owner : step.entry.owners) open(step, owner, out);
    if (step.entry.postings.empty()) {
      out +=
          fmt::format("; entry {} {} {} {} {}\n", step.entry.sequence.value(),
                      base::format(step.entry.business_date), domain::name_of(flow_of(step.entry)),
                      step.entry.command_id, step.hash.hex());
    } else {
      transaction(step, out);
    }
    put_(out);
  }

  bool finish(const Position& position, const domain::State& state) override {
    std::string out = fmt::format("; records: {}\n", transactions_);
    const auto& currencies = state.profile().currencies();
    for (const auto& [currency, total] : moved_) {
      out += fmt::format("; control total: {} {}\n", base::format(total, currencies[currency]),
                         currencies[currency].code());
    }
    out += fmt::format(
        "; sequence: {}\n; head: {}\n; business date: {}\n; profile: {} version {}\n"
        "; amounts: decimals of the commodity, debits positive\n"
        "; records: transactions; control total: the sum of their debits\n; end\n",
        position.sequence.value(), position.head.hex(), base::format(position.date),
        position.profile, position.profile_version);
    put_(out);
    return true;
  }

 private:
  void head(const Step& step, std::string& out) const {
    out += "; export: books, format 1\n";
    const std::string date = base::format(step.entry.business_date);
    for (const base::Currency currency : step.state.profile().currencies()) {
      const std::string one = base::format_decimal(base::Total(), currency.minor_digits());
      switch (dialect_) {
        case Dialect::kHledger:
          // A decimal mark is wanted even where there are no decimals.
          out += fmt::format("commodity {}{} {}\n", one, currency.minor_digits() == 0 ? "." : "",
                             currency.code());
          break;
        case Dialect::kLedger:
          out += fmt::format("commodity {}\n    format {} {}\n", currency.code(), one,
                             currency.code());
          break;
        case Dialect::kBeancount:
          out += fmt::format("option \"operating_currency\" \"{}\"\n{} commodity {}\n",
                             currency.code(), date, currency.code());
          break;
      }
    }
    if (dialect_ == Dialect::kHledger) out += "decimal-mark .\n";
    if (dialect_ != Dialect::kLedger) return;
    for (const std::string_view tag :
         {"authority", "hash", "kind", "operator", "sequence", "value_on"}) {
      out += fmt::format("tag {}\n", tag);
    }
  }

  void open(const Step& step, const domain::OwnerOpened& owner, std::string& out) const {
    for (std::uint16_t i = 0; i < owner.account_count; ++i) {
      const base::AccountId id(owner.first_account.value() + i);
      const std::string name = name_of(step.state, id);
      if (dialect_ == Dialect::kBeancount) {
        out += fmt::format("{} open {} {}\n  code: \"{}\"\n  number: {}\n",
                           base::format(step.entry.business_date), name, owner.currency.code(),
                           step.state.account_code(id), id.value());
      } else {
        out += fmt::format("account {}\n", name);
      }
    }
  }

  void transaction(const Step& step, std::string& out) {
    const domain::Entry& e = step.entry;
    const bool bean = dialect_ == Dialect::kBeancount;
    const std::string date = base::format(e.business_date);
    const std::string_view flow = domain::name_of(flow_of(e));
    const std::string_view lead = bean ? "  " : "    ; ";
    const auto meta = [&](std::string_view key, std::string_view value) {
      out += bean ? fmt::format("{}{}: \"{}\"\n", lead, key, value)
                  : fmt::format("{}{}: {}\n", lead, key, value);
    };
    out += bean ? fmt::format("{} * \"{}\" \"{}\"\n", date, flow, e.command_id)
                : fmt::format("{} * ({}) {}\n", date, e.command_id, flow);
    if (bean) meta("code", e.command_id);
    meta("sequence", std::to_string(e.sequence.value()));
    meta("hash", step.hash.hex());
    meta("authority", domain::name_of(domain::effective_authority(e)));
    meta("value_on", base::format(e.value_date));
    if (!e.operator_name.empty()) meta("operator", e.operator_name);
    for (const domain::Posting& p : e.postings) {
      posting(step.state, p.debit, base::Total(p.amount), p.kind, out);
      posting(step.state, p.credit, -base::Total(p.amount), p.kind, out);
      moved_[step.state.account(p.debit).currency_index] += p.amount;
    }
    out += '\n';
    ++transactions_;
  }

  void posting(const domain::State& state, base::AccountId id, base::Total amount,
               domain::PostingKind kind, std::string& out) const {
    const base::Currency currency = state.profile().currencies()[state.account(id).currency_index];
    const bool bean = dialect_ == Dialect::kBeancount;
    out += fmt::format("{}{}  {} {}\n", bean ? "  " : "    ", name_of(state, id),
                       base::format(amount, currency), currency.code());
    if (kind == domain::PostingKind::kTransfer) return;
    out += bean ? fmt::format("    kind: \"{}\"\n", domain::name_of(kind))
                : fmt::format("    ; kind: {}\n", domain::name_of(kind));
  }

  std::string name_of(const domain::State& state, base::AccountId id) const {
    const domain::AccountClass& c = class_of(state, id);
    return account_name(dialect_, c.debit_normal, c.number, state.account_code(id));
  }

  Dialect dialect_;
  Put put_;
  std::uint64_t transactions_ = 0;
  std::map<std::uint8_t, base::Total> moved_;  // by currency
};

Made books(Dialect dialect, Put put) {
  return {std::make_unique<Books>(dialect, std::move(put)), {}};
}

}  // namespace

Made make_hledger(const Options&, Put put) { return books(Dialect::kHledger, std::move(put)); }
Made make_ledger(const Options&, Put put) { return books(Dialect::kLedger, std::move(put)); }
Made make_beancount(const Options&, Put put) { return books(Dialect::kBeancount, std::move(put)); }

}  // namespace recon::exports
