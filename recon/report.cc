#include "recon/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "recon/json.h"

namespace recon {
namespace {

constexpr Bucket kLineBuckets[] = {Bucket::kMatched,    Bucket::kAmountDiff, Bucket::kPartyDiff,
                                   Bucket::kStatusDiff, Bucket::kBankOnly,   Bucket::kLedgerOnly,
                                   Bucket::kDuplicate,  Bucket::kTiming,     Bucket::kUnparseable};

const Tally& of(const Tallies& tallies, Bucket bucket) {
  return tallies[static_cast<std::size_t>(bucket)];
}
Tally sum_of(const Tallies& tallies) {
  Tally sum;
  for (const Tally& tally : tallies) {
    sum.count += tally.count;
    sum.amount += tally.amount;
  }
  return sum;
}

std::vector<std::string> ids_of(const std::vector<BankLine>& lines) {
  std::vector<std::string> ids;
  for (const BankLine& line : lines) ids.push_back(line.id());
  return ids;
}
std::vector<std::string> ids_of(const std::vector<LedgerItem>& items) {
  std::vector<std::string> ids;
  for (const LedgerItem& item : items) ids.push_back(item.id());
  return ids;
}

std::string row(std::string_view name, const std::string& figure) {
  return fmt::format("  {:<44}{:>24}\n", name, figure);
}

std::string line_text(const BankLine& line, base::Currency currency) {
  if (!line.readable)
    return fmt::format("      line   {} (file line {}): unreadable\n", line.id(), line.line);
  std::string refs;
  for (const std::string& ref : line.references) refs += (refs.empty() ? "" : ", ") + ref;
  return fmt::format("      line   {} (file line {}): {} {}  ref {}\n", line.id(), line.line,
                     line.side == Side::kCredit ? "in " : "out",
                     base::format(line.amount, currency), refs.empty() ? "-" : refs);
}
std::string item_text(const LedgerItem& item, base::Currency currency) {
  return fmt::format("      entry  {} {}: {} {}  order {}  {}\n", item.sequence.value(),
                     ledger::domain::name_of(item.flow), item.side == Side::kCredit ? "in " : "out",
                     base::format(item.amount, currency), item.order, item.client);
}

std::string statements_text(const DayResult& day) {
  std::string out;
  for (const StatementHead& s : day.statements) {
    out += fmt::format("statement  {}  {}  {} entries, {} unreadable  {}\n", s.key, s.format,
                       s.entries, s.unreadable, s.verdict);
    out += fmt::format("file       sha256 {}\n", s.file);
  }
  return out;
}

std::string control_text(const DayResult& day) {
  const auto money = [&](base::Total units) { return base::format(units, day.currency); };
  std::string out = "\nL1  control account against statement\n";
  out += row("ledger closing", money(day.ledger_closing));
  for (const Finding& finding : day.findings) {
    if (!finding.open || finding.effect.is_zero()) continue;
    out += row(fmt::format("  {} {}", name_of(finding.bucket), phrase_of(finding.cause)),
               money(finding.effect));
  }
  if (!day.unexplained.is_zero()) out += row("  UNEXPLAINED", money(day.unexplained));
  out +=
      row(day.closing_stated ? "statement closing" : "statement closing (not stated; from lines)",
          money(day.bank_closing));
  out += fmt::format("  control {} + differences {} = statement {}\n", money(day.ledger_closing),
                     money(day.explained + day.unexplained), money(day.bank_closing));
  return out;
}

std::string buckets_text(const DayResult& day) {
  const auto money = [&](base::Total units) { return base::format(units, day.currency); };
  std::string out = "\nL3  line by line\n";
  out += fmt::format("  {:<14}{:>9}{:>22}{:>9}{:>22}\n", "bucket", "lines", "amount", "items",
                     "amount");
  for (const Bucket bucket : kLineBuckets) {
    const Tally& lines = of(day.lines, bucket);
    const Tally& items = of(day.items, bucket);
    out += fmt::format("  {:<14}{:>9}{:>22}{:>9}{:>22}\n", name_of(bucket), lines.count,
                       money(lines.amount), items.count, money(items.amount));
  }
  const Tally lines = sum_of(day.lines);
  const Tally items = sum_of(day.items);
  out += fmt::format("  {:<14}{:>9}{:>22}{:>9}{:>22}\n", "sum", lines.count, money(lines.amount),
                     items.count, money(items.amount));
  out += fmt::format("  lines_in = {} {} {} = sum of buckets\n", day.lines_in.count,
                     day.lines_in == lines ? "==" : "!=", lines.count);
  out += fmt::format("  items_in = {} {} {} = sum of buckets\n", day.items_in.count,
                     day.items_in == items ? "==" : "!=", items.count);
  out +=
      fmt::format("  carried in {} ({}): closed {}, open {}\n", day.carried_in.count,
                  money(day.carried_in.amount), day.carried_closed.count, day.carried_open.count);
  return out;
}

std::string findings_text(const DayResult& day) {
  std::string out;
  for (const Finding& finding : day.findings) {
    out +=
        fmt::format("\n  {} {} {}{}\n", finding.open ? "open  " : "closed", name_of(finding.bucket),
                    phrase_of(finding.cause), finding.text.empty() ? "" : ": " + finding.text);
    out += fmt::format(
        "      {}, first seen {}, effect {}\n", finding.keys.empty() ? "-" : finding.keys.front(),
        base::format(finding.first_seen), base::format(finding.effect, day.currency));
    for (const BankLine& line : finding.lines) out += line_text(line, day.currency);
    for (const LedgerItem& item : finding.items) out += item_text(item, day.currency);
  }
  return out.empty() ? out : "\nFindings" + out;
}

std::string transit_text(const DayResult& day) {
  base::Total in;
  base::Total going_out;
  std::string rows;
  for (const Order& order : day.in_transit) {
    (order.side == Side::kCredit ? in : going_out) += order.amount;
    rows += fmt::format("  {:<28} {:<24} {} {:>18}  since {} ({} days)\n", order.id, order.client,
                        order.side == Side::kCredit ? "in " : "out",
                        base::format(order.amount, day.currency), base::format(order.since),
                        day.date.days() - order.since.days());
  }
  return fmt::format("\nIn transit at the close: {} orders, in {}, out {}\n", day.in_transit.size(),
                     base::format(in, day.currency), base::format(going_out, day.currency)) +
         rows;
}

void tally_json(Json& json, std::string_view name, const Tally& tally) {
  json.key(name).open('{').field("count", tally.count).field("amount", tally.amount).close('}');
}

void tallies_json(Json& json, std::string_view name, const Tallies& tallies) {
  json.key(name).open('{');
  for (const Bucket bucket : kLineBuckets) tally_json(json, name_of(bucket), of(tallies, bucket));
  json.close('}');
}

void strings_json(Json& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).open('[');
  for (const std::string& text : texts) json.text(text);
  json.close(']');
}

void line_json(Json& json, const BankLine& line) {
  json.open('{').field("id", line.id()).field("file_line", line.line);
  json.field("offset", line.offset).flag("readable", line.readable);
  json.field("side", line.side == Side::kCredit ? "in" : "out");
  json.field("amount", base::Total(line.amount));
  json.field("booking_date", base::format(line.booking_date));
  json.field("value_date", base::format(line.value_date));
  strings_json(json, "references", line.references);
  json.field("party_name", line.party_name).field("party_account", line.party_account);
  json.field("text", line.text).close('}');
}

void item_json(Json& json, const LedgerItem& item) {
  json.open('{').field("id", item.id()).field("sequence", item.sequence.value());
  json.field("hash", item.hash.hex()).field("flow", ledger::domain::name_of(item.flow));
  json.field("side", item.side == Side::kCredit ? "in" : "out");
  json.field("amount", base::Total(item.amount)).field("order", item.order);
  json.field("command", item.command_id).field("evidence", item.evidence);
  json.field("client", item.client).field("business_date", base::format(item.business_date));
  json.field("value_date", base::format(item.value_date)).close('}');
}

void finding_json(Json& json, const Finding& finding) {
  json.open('{').field("key", finding.keys.empty() ? "" : finding.keys.front());
  json.field("bucket", name_of(finding.bucket)).field("cause", name_of(finding.cause));
  json.field("text", finding.text).field("first_seen", base::format(finding.first_seen));
  json.flag("open", finding.open).flag("carried", finding.carried);
  json.field("effect", finding.effect);
  json.key("lines").open('[');
  for (const BankLine& line : finding.lines) line_json(json, line);
  json.close(']').key("items").open('[');
  for (const LedgerItem& item : finding.items) item_json(json, item);
  json.close(']').close('}');
}

void statement_json(Json& json, const StatementHead& s) {
  json.open('{').field("key", s.key).field("file", s.file).field("format", s.format);
  json.field("account", s.account).field("date", base::format(s.date));
  json.flag("proved", s.proved).flag("truncated", s.truncated).field("verdict", s.verdict);
  json.field("entries", s.entries).field("unreadable", s.unreadable);
  json.key("opening");
  s.opening ? json.minor(*s.opening) : json.null();
  json.key("closing");
  s.closing ? json.minor(*s.closing) : json.null();
  json.close('}');
}

}  // namespace

std::string day_text(const DayResult& day) {
  std::string out = fmt::format("Reconciliation {}  {}  {}  {}\n", base::format(day.date),
                                day.account, day.currency.code(), name_of(day.verdict));
  if (day.first != day.date) {
    out += fmt::format("covers     {} to {}\n", base::format(day.first), base::format(day.date));
  }
  out += statements_text(day);
  out += fmt::format("ledger     closed by entry {}, {}\n", day.head.value(), day.head_hash.hex());
  return out + control_text(day) + buckets_text(day) + findings_text(day) + transit_text(day);
}

std::string day_json(const DayResult& day) {
  Json json;
  json.open('{').field("date", base::format(day.date)).field("first", base::format(day.first));
  json.field("account", day.account).field("currency", day.currency.code());
  json.field("verdict", name_of(day.verdict));
  json.key("statements").open('[');
  for (const StatementHead& s : day.statements) statement_json(json, s);
  json.close(']');
  json.key("control").open('{').field("ledger_opening", day.ledger_opening);
  json.field("ledger_closing", day.ledger_closing).field("statement_opening", day.bank_opening);
  json.field("statement_closing", day.bank_closing);
  json.flag("statement_closing_stated", day.closing_stated);
  json.field("explained", day.explained).field("unexplained", day.unexplained).close('}');
  json.key("head").open('{').field("sequence", day.head.value());
  json.field("hash", day.head_hash.hex()).close('}');
  tally_json(json, "lines_in", day.lines_in);
  tally_json(json, "lines_sum", sum_of(day.lines));
  tallies_json(json, "lines", day.lines);
  tally_json(json, "items_in", day.items_in);
  tally_json(json, "items_sum", sum_of(day.items));
  tallies_json(json, "items", day.items);
  tally_json(json, "carried_in", day.carried_in);
  tally_json(json, "carried_closed", day.carried_closed);
  tally_json(json, "carried_open", day.carried_open);
  json.key("findings").open('[');
  for (const Finding& finding : day.findings) finding_json(json, finding);
  json.close(']').key("in_transit").open('[');
  for (const Order& order : day.in_transit) {
    json.open('{').field("order", order.id).field("client", order.client);
    json.field("side", order.side == Side::kCredit ? "in" : "out");
    json.field("amount", base::Total(order.amount)).field("since", base::format(order.since));
    json.field("age_days", base::Total::from_minor(day.date.days() - order.since.days()));
    json.field("channel", order.channel).close('}');
  }
  json.close(']').close('}');
  return json.str() + "\n";
}

// --- breaks ------------------------------------------------------------------------------------

void BreakFold::take(const DayResult& day) {
  for (const Finding& finding : day.findings) {
    for (std::size_t k = 0; k < finding.keys.size(); ++k) {
      const std::string& key = finding.keys[k];
      const auto at = by_key_.find(key);
      const bool own = k == 0;
      if (finding.open && own) {
        Break& entry = by_key_[key];
        entry = {key,
                 finding.first_seen,
                 day.date,
                 finding.bucket,
                 finding.cause,
                 finding.text,
                 finding.effect,
                 ids_of(finding.lines),
                 ids_of(finding.items),
                 true,
                 {},
                 ""};
      } else if (at != by_key_.end() && at->second.open) {
        Break& entry = at->second;
        entry.open = false;
        entry.closed = day.date;
        entry.closed_by = finding.open ? "joined with " + finding.keys.front()
                                       : std::string(phrase_of(finding.cause));
        if (finding.open) continue;
        for (const auto& ids : {ids_of(finding.lines), ids_of(finding.items)}) {
          for (const std::string& id : ids) entry.closed_by += " " + id;
        }
      }
    }
  }
}

std::vector<Break> BreakFold::breaks() const {
  std::vector<Break> out;
  for (const auto& [key, entry] : by_key_) out.push_back(entry);
  std::stable_sort(out.begin(), out.end(), [](const Break& a, const Break& b) {
    return std::tie(a.first_seen, a.key) < std::tie(b.first_seen, b.key);
  });
  return out;
}

std::string breaks_text(const std::vector<Break>& breaks, base::Currency currency) {
  std::string out;
  std::uint64_t open = 0;
  std::uint64_t timing = 0;
  base::Total effect;
  for (const Break& b : breaks) {
    if (b.open) (b.bucket == Bucket::kTiming ? timing : open) += 1;
    effect += b.open ? b.effect : base::Total();
    out += fmt::format("{}  {:<12} {:>18}  {:<7} {}: {}\n", base::format(b.first_seen),
                       name_of(b.bucket), base::format(b.effect, currency),
                       b.open ? "open" : "closed", phrase_of(b.cause), b.text);
    out += fmt::format("            {}\n", b.key);
    for (const std::string& id : b.lines) out += fmt::format("            line  {}\n", id);
    for (const std::string& id : b.items) out += fmt::format("            item  {}\n", id);
    if (!b.open) {
      out += fmt::format("            closed {}: {}\n", base::format(b.closed), b.closed_by);
    }
  }
  return out + fmt::format("{} listed, {} open breaks, {} open timing items, open effect {}\n",
                           breaks.size(), open, timing, base::format(effect, currency));
}

std::string breaks_json(const std::vector<Break>& breaks) {
  Json json;
  json.open('{').key("breaks").open('[');
  for (const Break& b : breaks) {
    json.open('{').field("key", b.key).field("first_seen", base::format(b.first_seen));
    json.field("last_seen", base::format(b.last_seen)).field("bucket", name_of(b.bucket));
    json.field("cause", name_of(b.cause)).field("text", b.text).field("effect", b.effect);
    strings_json(json, "lines", b.lines);
    strings_json(json, "items", b.items);
    json.flag("open", b.open).field("closed", base::format(b.closed));
    json.field("closed_by", b.closed_by).close('}');
  }
  json.close(']').close('}');
  return json.str() + "\n";
}

// --- confirmation ------------------------------------------------------------------------------

std::string confirmation_text(const FileRecord& file, const std::vector<BankStatement>& statements,
                              const std::vector<DayResult>& days, base::Sequence head,
                              const crypto::Digest& head_hash) {
  std::string out = "escrow-recon confirmation/1\n";
  out += fmt::format("file: {}\nsha256: {}\nbytes: {}\nverdict: {}\n", file.name, file.sha256,
                     file.size, name_of(file.verdict));
  if (!file.reason.empty()) out += fmt::format("reason: {}\n", file.reason);
  for (const BankStatement& s : statements) {
    out += fmt::format("statement: {} lines {} unreadable {} {}\n", s.head.key, s.lines.size(),
                       s.head.unreadable, s.head.verdict);
  }
  for (const DayResult& day : days) {
    out += fmt::format("day: {} {} lines {} items {} unexplained {}\n", base::format(day.date),
                       name_of(day.verdict), day.lines_in.count, day.items_in.count,
                       base::format(day.unexplained, day.currency));
  }
  return out + fmt::format("ledger head: {} {}\n", head.value(), head_hash.hex());
}

}  // namespace recon
