#include "recon/ledger_report.h"

#include <fmt/format.h>

#include <map>

#include "recon/json.h"

namespace recon {

using ledger::domain::AccountClass;
using ledger::domain::ClassGroup;
using ledger::domain::ClassTotal;

namespace {

struct Sums {
  int digits = 2;
  base::Total debits;
  base::Total credits;
};
std::map<std::string, Sums> sums_of(const TrialBalance& tb) {
  std::map<std::string, Sums> sums;
  for (const ClassRow& row : tb.rows) {
    Sums& s = sums[row.currency];
    s.digits = row.digits;
    s.debits += row.debits;
    s.credits += row.credits;
  }
  return sums;
}

std::string heading(std::string_view what, const TrialBalance& tb) {
  return fmt::format("{} {} ({}), through entry {}\n", what, base::format(tb.date),
                     tb.closed ? "closed" : "open day", tb.sequence.value());
}

}  // namespace

bool TrialBalance::balanced() const {
  for (const auto& [currency, s] : sums_of(*this)) {
    if (s.debits != s.credits) return false;
  }
  return true;
}

std::optional<TrialBalance> trial_balance(const LedgerView& view, base::Date date) {
  const auto& state = view.verifier().state();
  TrialBalance tb;
  std::vector<ClassTotal> totals;
  if (date.is_none()) {
    tb.date = state.business_date();
    tb.sequence = state.sequence();
    if (state.has_profile()) totals = state.class_totals();
  } else {
    const auto at = view.closes().find(date);
    if (at == view.closes().end()) return std::nullopt;
    tb.date = date;
    tb.closed = true;
    tb.sequence = at->second.sequence;
    totals = at->second.totals;
  }
  for (const ClassTotal& total : totals) {
    const auto index = state.profile().class_index(total.account_class);
    if (!index) continue;
    const AccountClass& c = state.profile().classes()[*index];
    const base::Total balance =
        c.debit_normal ? total.debits - total.credits : total.credits - total.debits;
    tb.rows.push_back({c.number, c.name, std::string(total.currency.code()),
                       total.currency.minor_digits(), total.debits, total.credits, balance,
                       c.group});
  }
  return tb;
}

std::string trial_balance_text(const TrialBalance& tb) {
  std::string out = heading("Trial balance", tb);
  out += fmt::format("  {:<6}{:<26}{:<5}{:>22}{:>22}{:>22}\n", "class", "name", "", "debits",
                     "credits", "balance");
  for (const ClassRow& row : tb.rows) {
    out += fmt::format("  {:<6}{:<26}{:<5}{:>22}{:>22}{:>22}\n", row.account_class, row.name,
                       row.currency, base::format_decimal(row.debits, row.digits),
                       base::format_decimal(row.credits, row.digits),
                       base::format_decimal(row.balance, row.digits));
  }
  for (const auto& [currency, s] : sums_of(tb)) {
    out += fmt::format("  {:<6}{:<26}{:<5}{:>22}{:>22}{:>22}\n", "sum", "", currency,
                       base::format_decimal(s.debits, s.digits),
                       base::format_decimal(s.credits, s.digits),
                       base::format_decimal(s.debits - s.credits, s.digits));
  }
  return out + (tb.balanced() ? "debits = credits\n" : "NOT BALANCED\n");
}

std::string trial_balance_json(const TrialBalance& tb) {
  Json json;
  json.open('{').field("date", base::format(tb.date)).flag("closed", tb.closed);
  json.field("sequence", tb.sequence.value()).flag("balanced", tb.balanced());
  json.key("classes").open('[');
  for (const ClassRow& row : tb.rows) {
    json.open('{').field("class", std::uint64_t{row.account_class}).field("name", row.name);
    json.field("currency", row.currency).field("debits", row.debits);
    json.field("credits", row.credits).field("balance", row.balance).close('}');
  }
  json.close(']').close('}');
  return json.str() + "\n";
}

std::vector<ControlRow> control(const TrialBalance& tb) {
  std::map<std::string, ControlRow> rows;
  for (const ClassRow& row : tb.rows) {
    ControlRow& c = rows[row.currency];
    c.currency = row.currency;
    c.digits = row.digits;
    switch (row.group) {
      case ClassGroup::kBank:
        c.bank += row.debits - row.credits;
        break;
      case ClassGroup::kInTransit:
        c.in_transit += row.debits - row.credits;
        break;
      case ClassGroup::kShortfall:
        c.shortfall += row.debits - row.credits;
        break;
      case ClassGroup::kClient:
        c.client += row.credits - row.debits;
        break;
      case ClassGroup::kPlatform:
        c.platform += row.credits - row.debits;
        break;
    }
  }
  std::vector<ControlRow> out;
  for (auto& [currency, row] : rows) out.push_back(row);
  return out;
}

std::string control_text(const TrialBalance& tb) {
  std::string out = heading("Control", tb);
  for (const ControlRow& c : control(tb)) {
    const auto row = [&](std::string_view name, base::Total total) {
      out += fmt::format("  {:<28}{:>24} {}\n", name, base::format_decimal(total, c.digits),
                         c.currency);
    };
    row("custody bank", c.bank);
    row("+ in transit", c.in_transit);
    row("+ shortfall", c.shortfall);
    row("= resource", c.bank + c.in_transit + c.shortfall);
    row("client sub-accounts", c.client);
    row("+ platform functions", c.platform);
    row("= requirement", c.client + c.platform);
    row("difference", c.difference());
  }
  bool holds = true;
  for (const ControlRow& c : control(tb)) holds = holds && c.difference().is_zero();
  return out + (holds ? "bank + in transit + shortfall = client + platform\n" : "DOES NOT HOLD\n");
}

std::string control_json(const TrialBalance& tb) {
  Json json;
  json.open('{').field("date", base::format(tb.date)).flag("closed", tb.closed);
  json.field("sequence", tb.sequence.value()).key("currencies").open('[');
  for (const ControlRow& c : control(tb)) {
    json.open('{').field("currency", c.currency).field("bank", c.bank);
    json.field("in_transit", c.in_transit).field("shortfall", c.shortfall);
    json.field("client", c.client).field("platform", c.platform);
    json.field("difference", c.difference()).close('}');
  }
  json.close(']').close('}');
  return json.str() + "\n";
}

}  // namespace recon
