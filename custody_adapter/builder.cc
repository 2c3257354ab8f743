#include "custody_adapter/builder.h"

#include <utility>

namespace custody_adapter {

Verdict judge(const Statement& statement) {
  const auto not_provable = [](std::string why) {
    return Verdict{VerdictKind::kNotProvable, {}, std::move(why)};
  };
  if (statement.truncated) return not_provable("truncated");
  if (!statement.opening) return not_provable("no opening balance");
  if (!statement.closing) return not_provable("no closing balance");
  const Figure computed = statement.opening->value + statement.credit_sum - statement.debit_sum;
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
  return {VerdictKind::kProved, {}, ""};
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
  std::string out(text.substr(0, kBytesMax));
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    // Issues must be UTF-8 and one line whatever the file holds.
    if (byte < 0x20 || byte >= 0x7f) c = '.';
  }
  if (text.size() > kBytesMax) out += "...";
  return out;
}

}  // namespace custody_adapter
