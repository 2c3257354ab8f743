#include "custody_adapter/builder.h"

#include <utility>

#include "custody_adapter/charset.h"

namespace custody_adapter {

namespace {

Verdict not_provable(std::string why) { return {VerdictKind::kNotProvable, {}, std::move(why)}; }

}  // namespace

Verdict judge(const Statement& statement) {
  if (statement.truncated) return not_provable("truncated");
  if (!statement.opening) return not_provable("no opening balance");
  if (!statement.closing) return not_provable("no closing balance");
  const bool totals_only =
      statement.entry_count == 0 && statement.stated_credits && statement.stated_debits &&
      !(statement.stated_credits->is_zero() && statement.stated_debits->is_zero());
  const Figure& credits = totals_only ? *statement.stated_credits : statement.credit_sum;
  const Figure& debits = totals_only ? *statement.stated_debits : statement.debit_sum;
  const Figure computed = statement.opening->value + credits - debits;
  const Figure difference = statement.closing->value - computed;
  std::string doubt;
  if (statement.opening->currency != statement.closing->currency) {
    doubt = "the balances are in different currencies";
  } else if (statement.error_count > 0) {
    doubt = std::to_string(statement.error_count) + " error(s) in the statement";
  }
  if (!difference.is_zero()) return {VerdictKind::kUnproved, difference, std::move(doubt)};
  // Figures that agree by chance prove nothing when something was unreadable.
  if (!doubt.empty()) return not_provable(std::move(doubt));
  if (totals_only) return not_provable("the stated totals agree, but no entry was sent");
  if (!statement.unprovable.empty()) return not_provable(statement.unprovable);
  return {VerdictKind::kProved, {}, ""};
}

Verdict judge_after(const Statement& before, const Statement& statement) {
  if (!before.closing) return not_provable("the statement before has no closing balance");
  if (before.account != statement.account || before.currency != statement.currency) {
    return not_provable("the statement before is of another account or currency");
  }
  if (before.truncated) return not_provable("the statement before is truncated");
  const ledger::base::Date seen = before.closing->date;
  if (seen.is_none() || statement.from_date.is_none() || statement.from_date < seen) {
    return not_provable("the statement before does not end where this one begins");
  }
  Statement chained = statement;
  chained.opening = before.closing;
  chained.unprovable.clear();
  return judge(chained);
}

void StatementBuilder::open(std::string format, Place place) {
  statement_ = Statement();
  statement_.format = std::move(format);
  statement_.place = place;
  open_ = true;
  begun_ = false;
  ++seen_;
}

void StatementBuilder::begin() {
  if (begun_) return;
  begun_ = true;
  sink_.on_statement_begin(statement_);
}

void StatementBuilder::add(StatementEntry& entry) {
  ++statement_.entry_count;
  const bool same_currency = entry.currency == statement_.currency ||
                             statement_.currency.code().empty() || entry.currency.code().empty();
  if (!same_currency) {
    issue(Severity::kError, "currency_mismatch", "entry",
          "an entry in " + std::string(entry.currency.code()) + " in a statement in " +
              std::string(statement_.currency.code()),
          entry.place);
  }
  if (entry.status == EntryStatus::kBooked) {
    ++statement_.booked_count;
    Figure& sum = entry.transfer                ? statement_.transfer_sum
                  : entry.side == Side::kCredit ? statement_.credit_sum
                                                : statement_.debit_sum;
    sum = sum + Figure{entry.amount, entry.digits};
  }
  begin();
  sink_.on_entry(statement_, entry);
}

void StatementBuilder::issue(Severity severity, std::string_view code, std::string_view field,
                             std::string text, Place place) {
  count_issue(severity);
  sink_.on_issue({severity, code, std::string(field), std::move(text), place});
}

void StatementBuilder::count_issue(Severity severity) {
  if (!open_) return;
  ++statement_.issue_count;
  if (severity == Severity::kError) ++statement_.error_count;
}

void StatementBuilder::close(std::uint64_t end) { close(end, judge(statement_)); }

void StatementBuilder::close(std::uint64_t end, Verdict verdict) {
  if (!open_) return;
  begin();
  open_ = false;
  if (end > statement_.place.offset) statement_.place.length = end - statement_.place.offset;
  statement_.verdict = std::move(verdict);
  sink_.on_statement_end(statement_);
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kBytesMax = 80;
  std::string_view kept = text.substr(0, kBytesMax);
  kept.remove_suffix(incomplete_utf8_tail(kept));
  // Issues must be UTF-8 and one line whatever the file holds.
  const bool utf8 = is_utf8(kept);
  std::string out(kept);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) c = '.';
  }
  if (text.size() > kept.size()) out += "...";
  return out;
}

}  // namespace custody_adapter
