#include "tools/statement_json.h"

#include "ledger/server/json_text.h"

namespace tools {

namespace adapter = custody_adapter;
using adapter::VerdictKind;
using ledger::server::Commas;
using ledger::server::ObjectWriter;

namespace {

void write_place(ObjectWriter& object, const adapter::Place& place) {
  object.number("line", place.line).number("offset", place.offset).number("length", place.length);
}

void append_balance(std::string& out, const std::optional<adapter::Balance>& balance) {
  if (!balance) {
    out.append("null");
    return;
  }
  ObjectWriter object(out);
  object.text("amount", adapter::format(balance->value))
      .text("currency", balance->currency.code())
      .text("code", balance->code)
      .date("date", balance->date);
  object.close();
}

}  // namespace

char letter_of(adapter::Severity severity) {
  switch (severity) {
    case adapter::Severity::kNote:
      return 'N';
    case adapter::Severity::kWarning:
      return 'W';
    case adapter::Severity::kError:
      return 'E';
  }
  return 'E';
}

std::string_view word_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kProved:
      return "PROVED";
    case VerdictKind::kUnproved:
      return "UNPROVED";
    case VerdictKind::kNotProvable:
      return "NOT PROVABLE";
  }
  return "NOT PROVABLE";
}

std::string_view word_of(adapter::EntryStatus status) {
  switch (status) {
    case adapter::EntryStatus::kBooked:
      return "booked";
    case adapter::EntryStatus::kPending:
      return "pending";
    case adapter::EntryStatus::kInformation:
      return "information";
  }
  return "booked";
}

void append_issues(std::string& out, const std::vector<adapter::Issue>& issues) {
  out.push_back('[');
  Commas commas;
  for (const adapter::Issue& issue : issues) {
    commas.next(out);
    ObjectWriter object(out);
    object.text("severity", std::string(1, letter_of(issue.severity)))
        .text("code", issue.code)
        .text("field", issue.field)
        .text("text", issue.text);
    write_place(object, issue.place);
    object.close();
  }
  out.push_back(']');
}

void append_error(std::string& out, const adapter::ReadStatus& status) {
  if (status) {
    out.append("null");
    return;
  }
  const adapter::ParseError& error = status.error();
  ObjectWriter object(out);
  object.text("code", name_of(error.code)).text("field", error.field).text("text", error.message);
  write_place(object, error.place);
  object.close();
}

void append_entry(std::string& out, const adapter::StatementEntry& entry) {
  if (!out.empty()) out.push_back(',');
  ObjectWriter object(out);
  object.text("amount", adapter::format(entry.signed_figure()))
      .text("currency", entry.currency.code())
      .text("status", word_of(entry.status))
      .date("booking_date", entry.booking_date)
      .date("value_date", entry.value_date)
      .text("code", entry.transaction_code)
      .text("name", entry.counterparty.name)
      .text("account", entry.counterparty.account)
      .text("remittance", entry.remittance);
  object.key("references").push_back('[');
  Commas commas;
  for (const std::string_view text : entry.references.all()) {
    commas.next(out);
    ledger::server::append_string(out, text);
  }
  out.push_back(']');
  write_place(object, entry.place);
  object.close();
}

void append_statement(std::string& out, const adapter::Statement& s, const StatementCounts& counts,
                      const std::vector<adapter::Issue>& issues) {
  ObjectWriter object(out);
  object.text("format", s.format)
      .text("account", s.account)
      .text("bank", s.account_bank)
      .text("id", s.id)
      .text("message_id", s.message_id)
      .text("currency", s.currency.code())
      .date("from", s.from_date)
      .date("to", s.to_date);
  append_balance(object.key("opening"), s.opening);
  append_balance(object.key("closing"), s.closing);
  object.number("entries", s.entry_count)
      .number("booked", s.booked_count)
      .number("credit_count", counts.credits)
      .text("credit_sum", adapter::format(s.credit_sum))
      .number("debit_count", counts.debits)
      .text("debit_sum", adapter::format(s.debit_sum))
      .text("verdict", word_of(s.verdict.kind))
      .text("difference", adapter::format(s.verdict.difference))
      .text("reason", s.verdict.reason)
      .number("issue_count", s.issue_count)
      .number("error_count", s.error_count);
  append_issues(object.key("issues"), issues);
  write_place(object, s.place);
  if (counts.with_entries) {
    object.key("entry_list").append("[").append(counts.entries).append("]");
  }
  object.close();
}

}  // namespace tools
