#include "recon/bank_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "custody_adapter/reader.h"
#include "ledger/crypto/digest.h"

namespace recon {
namespace {

using custody_adapter::EntryDetail;
using custody_adapter::Issue;
using custody_adapter::Severity;
using custody_adapter::Statement;
using custody_adapter::StatementEntry;
using custody_adapter::VerdictKind;

constexpr std::size_t kHintsMax = 8;
constexpr std::size_t kHintBytesMin = 4;
constexpr std::size_t kTextBytesMax = 200;

bool is_code_byte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == ':' || c == '/' || c == '-';
}

// Words that could be an order: long enough and with a digit.
void add_hints(std::string_view text, BankLine& line) {
  std::size_t at = 0;
  while (at < text.size() && line.hints.size() < kHintsMax) {
    std::size_t end = at;
    while (end < text.size() && is_code_byte(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    at = end + 1;
    const bool digit =
        std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (word.size() < kHintBytesMin || !digit) continue;
    const auto known = [&](const std::vector<std::string>& texts) {
      return std::find(texts.begin(), texts.end(), word) != texts.end();
    };
    if (!known(line.references) && !known(line.hints)) line.hints.emplace_back(word);
  }
}

std::string shortened(std::string_view text) {
  if (text.size() <= kTextBytesMax) return std::string(text);
  std::size_t end = kTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\r', ' ');
  return text;
}

template <typename Source>
void fill_references(const Source& source, BankLine& line) {
  for (const std::string_view ref : source.references.all()) line.references.emplace_back(ref);
  line.party_name = source.counterparty.name;
  line.party_account = source.counterparty.account;
  line.text = shortened(one_line(source.remittance));
  add_hints(source.remittance, line);
}

BankLine line_of(const StatementEntry& entry) {
  BankLine line;
  line.line = entry.place.line;
  line.offset = entry.place.offset;
  line.side = entry.side;
  line.status = entry.status;
  line.reversal = entry.reversal;
  line.booking_date = entry.booking_date;
  line.value_date = entry.value_date;
  const auto amount = entry.minor_amount();
  line.readable = amount.has_value();
  line.amount = amount.value_or(base::Amount());
  fill_references(entry, line);
  add_hints(entry.additional, line);
  if (!amount) line.text = "more decimals than the currency has";
  return line;
}

// A batch that the bank itemises to the last fen is as many lines; any other is one.
std::vector<BankLine> parts_of(const StatementEntry& entry, const BankLine& whole, int digits) {
  std::vector<BankLine> parts;
  if (entry.details.size() < 2 || !whole.readable) return parts;
  base::Total sum;
  for (const EntryDetail& detail : entry.details) {
    const bool foreign = !detail.currency.code().empty() && detail.currency != entry.currency;
    const auto units = detail.amount ? detail.amount->at(digits) : std::nullopt;
    const auto amount = units ? units->to_amount() : std::nullopt;
    if (!amount || foreign || detail.side != entry.side) return {};
    BankLine& part = parts.emplace_back();
    part.line = whole.line;
    part.offset = whole.offset;
    part.part = static_cast<std::uint32_t>(parts.size());
    part.side = detail.side;
    part.amount = *amount;
    part.status = whole.status;
    part.reversal = whole.reversal;
    part.booking_date = whole.booking_date;
    part.value_date = whole.value_date;
    fill_references(detail, part);
    sum += *amount;
  }
  if (sum != base::Total(whole.amount)) parts.clear();
  return parts;
}

bool hides_a_line(const Issue& issue) {
  if (issue.severity != Severity::kError) return false;
  for (const std::string_view code :
       {"bad_entry", "missing_direction", "unknown_flag", "sign_conflict", "mixed_signs"}) {
    if (issue.code == code) return true;
  }
  if (issue.code != "bad_amount") return false;
  // camt entries, BAI2 details, CSV amounts; an amount of OFX is reported as its entry too.
  for (const std::string_view field : {"Ntry/Amt", "16/", "amount (", "debit (", "credit ("}) {
    if (issue.field.substr(0, field.size()) == field) return true;
  }
  return false;
}

void add_unreadable(const Statement& statement, std::vector<BankLine>& lines) {
  std::set<std::uint64_t> seen;
  for (const Issue& issue : statement.issues) {
    if (!hides_a_line(issue) || !seen.insert(issue.place.offset).second) continue;
    BankLine& line = lines.emplace_back();
    line.line = issue.place.line;
    line.offset = issue.place.offset;
    line.readable = false;
    line.text =
        shortened(fmt::format("line {}, {}: {}", issue.place.line, issue.field, issue.text));
  }
}

base::Date date_of(const Statement& statement) {
  if (statement.closing && !statement.closing->date.is_none()) return statement.closing->date;
  if (!statement.to_date.is_none()) return statement.to_date;
  base::Date latest;
  for (const StatementEntry& entry : statement.entries) {
    latest = std::max(latest, entry.booking_date.is_none() ? entry.value_date : entry.booking_date);
  }
  if (latest.is_none() && statement.opening) return statement.opening->date;
  return latest;
}

std::optional<base::Total> minor_of(const std::optional<custody_adapter::Balance>& balance,
                                    int digits) {
  return balance ? balance->value.at(digits) : std::nullopt;
}

StatementHead head_of(const Statement& statement, const std::string& sha256) {
  const int digits = statement.currency.minor_digits();
  StatementHead head;
  head.file = sha256;
  head.format = statement.format;
  head.id = statement.id;
  head.account = statement.account;
  head.currency = statement.currency;
  head.date = date_of(statement);
  head.number = statement.number.value_or(0);
  head.page = statement.page.value_or(0);
  head.last_page = statement.last_page;
  head.proved = statement.verdict.kind == VerdictKind::kProved;
  head.truncated = statement.truncated;
  head.verdict = custody_adapter::format(statement.verdict);
  head.difference = statement.verdict.difference.at(digits).value_or(base::Total());
  head.opening = minor_of(statement.opening, digits);
  head.closing = minor_of(statement.closing, digits);
  head.entries = statement.entry_count;
  const std::string number = statement.number ? std::to_string(*statement.number)
                                              : (statement.id.empty() ? "-" : statement.id);
  head.key = fmt::format("{}/{}/{}", base::format(head.date), head.account, number);
  if (head.page > 1) head.key += fmt::format("/{}", head.page);
  return head;
}

BankStatement convert(const Statement& statement, const std::string& sha256) {
  BankStatement out;
  out.head = head_of(statement, sha256);
  const int digits = statement.currency.minor_digits();
  out.head.first_date = out.head.date;
  std::uint64_t number = 0;
  for (const StatementEntry& entry : statement.entries) {
    BankLine whole = line_of(entry);
    if (!entry.booking_date.is_none() && entry.status == EntryStatus::kBooked) {
      out.head.first_date = std::min(out.head.first_date, entry.booking_date);
    }
    std::vector<BankLine> parts = parts_of(entry, whole, digits);
    if (parts.empty()) parts.push_back(std::move(whole));
    ++number;
    for (BankLine& part : parts) part.number = number;
    std::move(parts.begin(), parts.end(), std::back_inserter(out.lines));
  }
  const std::size_t read = out.lines.size();
  add_unreadable(statement, out.lines);
  out.head.unreadable = out.lines.size() - read;
  for (std::size_t at = read; at < out.lines.size(); ++at) out.lines[at].number = ++number;
  for (BankLine& line : out.lines) {
    line.statement = out.head.key;
    line.day = out.head.date;
  }
  return out;
}

// A bank that numbers nothing may send two statements for one day in one file.
void keep_keys_apart(std::vector<BankStatement>& statements) {
  std::set<std::string> keys;
  for (BankStatement& statement : statements) {
    std::string key = statement.head.key;
    for (int copy = 2; !keys.insert(key).second; ++copy) {
      key = fmt::format("{}~{}", statement.head.key, copy);
    }
    statement.head.key = key;
    for (BankLine& line : statement.lines) line.statement = key;
  }
}

}  // namespace

bool BankStatement::same_content(const BankStatement& other) const {
  StatementHead a = head;
  a.file = other.head.file;
  return a == other.head && lines == other.lines;
}

BankFile read_bank_file(std::string_view bytes, const custody_adapter::ReadOptions& options) {
  BankFile file;
  file.sha256 = crypto::sha256(bytes).hex();
  file.size = bytes.size();
  custody_adapter::Collector sink;
  const auto status = custody_adapter::read_statements(bytes, options, sink);
  if (sink.statements.empty()) {
    file.refusal = status ? "no statement in it" : custody_adapter::format(status.error());
    return file;
  }
  for (const Statement& statement : sink.statements) {
    // They change no balance of the control account, and no line is left out silently.
    if (!statement.transfer_sum.is_zero()) {
      file.refusal = fmt::format("statement {}: transfers between sub-accounts are not reconciled",
                                 statement.id);
      file.statements.clear();
      return file;
    }
    BankStatement converted = convert(statement, file.sha256);
    if (converted.head.date.is_none() || converted.head.account.empty()) {
      file.refusal = fmt::format("statement {}: names no {}", statement.id,
                                 converted.head.account.empty() ? "account" : "date");
      file.statements.clear();
      return file;
    }
    file.statements.push_back(std::move(converted));
  }
  if (!status) {
    // Totals over the whole file do not say which statement is wrong; other faults cut the last.
    const bool whole = status.error().code == custody_adapter::ErrorCode::kControlTotal;
    for (BankStatement& statement : file.statements) {
      if (!whole && &statement != &file.statements.back()) continue;
      if (whole && !statement.head.proved) continue;  // its own verdict says more
      statement.head.proved = false;
      statement.head.truncated = !whole;
      statement.head.verdict = "NOT PROVABLE: " + custody_adapter::format(status.error());
    }
  }
  keep_keys_apart(file.statements);
  return file;
}

}  // namespace recon
