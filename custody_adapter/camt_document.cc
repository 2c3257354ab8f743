// Structure: scopes open and close, their parts are put together and checked. The texts of single
// elements are in camt_texts.cc.
#include "custody_adapter/camt_document.h"

#include <algorithm>

#include "custody_adapter/mt940_fields.h"

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Currency;

namespace {

constexpr std::size_t kBalancesMax = 10'000;

bool is_statement_tag(Tag tag) {
  return tag == Tag::kStmt || tag == Tag::kRpt || tag == Tag::kNtfctn;
}

BalanceKind kind_of(std::string_view code) {
  if (code == "OPBD" || code == "PRCD") return BalanceKind::kOpening;
  if (code == "CLBD") return BalanceKind::kClosing;
  if (code == "CLAV" || code == "OPAV" || code == "ITAV") return BalanceKind::kAvailable;
  if (code == "FWAV") return BalanceKind::kForward;
  return BalanceKind::kOther;
}

}  // namespace

bool CamtDocument::enters(Tag tag) const {
  switch (scope_) {
    case Scope::kOutside:
      return is_statement_tag(tag) || tag == Tag::kGrpHdr;
    case Scope::kStatement:
      return is_statement_tag(up(1)) &&
             (tag == Tag::kAcct || tag == Tag::kBal || tag == Tag::kTxsSummry || tag == Tag::kNtry);
    case Scope::kEntry:
      return tag == Tag::kTxDtls;
    case Scope::kHeader:
    case Scope::kAccount:
    case Scope::kBalance:
    case Scope::kSummary:
    case Scope::kDetail:
      return false;
  }
  return false;
}

CamtDocument::Scope CamtDocument::scope_of(Tag tag) const {
  if (tag == Tag::kGrpHdr) return Scope::kHeader;
  if (tag == Tag::kAcct) return Scope::kAccount;
  if (tag == Tag::kBal) return Scope::kBalance;
  if (tag == Tag::kTxsSummry) return Scope::kSummary;
  if (tag == Tag::kNtry) return Scope::kEntry;
  if (tag == Tag::kTxDtls) return Scope::kDetail;
  return Scope::kStatement;
}

void CamtDocument::start(Tag tag, std::string_view currency, Place place) {
  path_.push_back(tag);
  if (skip_depth_ != 0) return;
  if (tag == Tag::kSplmtryData) {
    skip_depth_ = depth();
    if (builder_.is_open() && !supplementary_noted_) {
      supplementary_noted_ = true;
      builder_.issue(Severity::kNote, "supplementary_data", "SplmtryData",
                     "extensions of the bank are not read; they may name the real asset", place);
    }
    return;
  }
  element_ = place;
  currency_ = currency;
  if (tag == Tag::kBkToCstmrStmt || tag == Tag::kBkToCstmrAcctRpt ||
      tag == Tag::kBkToCstmrDbtCdtNtfctn) {
    message_seen_ = true;
  }
  if (!enters(tag)) return;
  scope_ = scope_of(tag);
  scope_depth_[static_cast<std::size_t>(scope_)] = depth();
  if (scope_ == Scope::kStatement) open_statement(place);
  if (scope_ == Scope::kEntry) open_entry(place);
  if (scope_ == Scope::kBalance) {
    balance_ = Balance();
    balance_.place = place;
    balance_amount_ = RawAmount();
  }
  if (scope_ == Scope::kDetail) {
    detail_ = EntryDetail();
    detail_amount_ = RawAmount();
    detail_alternative_ = RawAmount();
    debtor_ = Party();
    creditor_ = Party();
  }
}

void CamtDocument::end(Tag tag, std::string_view text, std::uint64_t end_offset) {
  if (skip_depth_ == 0) {
    leaf(tag, trimmed(text));
    if (scope_ != Scope::kOutside && depth() == scope_depth_[static_cast<std::size_t>(scope_)]) {
      leave_scope(end_offset);
    }
  } else if (depth() == skip_depth_) {
    skip_depth_ = 0;
  }
  path_.pop_back();
}

void CamtDocument::leave_scope(std::uint64_t end_offset) {
  switch (scope_) {
    case Scope::kOutside:
      return;
    case Scope::kHeader:
      scope_ = Scope::kOutside;
      return;
    case Scope::kStatement:
      end_statement(end_offset);
      scope_ = Scope::kOutside;
      return;
    case Scope::kBalance:
      end_balance();
      scope_ = Scope::kStatement;
      return;
    case Scope::kAccount:
    case Scope::kSummary:
      scope_ = Scope::kStatement;
      return;
    case Scope::kEntry:
      end_entry(end_offset);
      scope_ = Scope::kStatement;
      return;
    case Scope::kDetail:
      end_detail();
      scope_ = Scope::kEntry;
      return;
  }
}

void CamtDocument::complain(Severity severity, std::string_view code, std::string_view text) {
  std::string field(name_of(up(1)));
  if (depth() > 0) field.append("/").append(name_of(up(0)));
  builder_.issue(severity, code, field, excerpt(text), element_);
}

void CamtDocument::open_statement(Place place) {
  message_seen_ = true;
  builder_.open(format_, place);
  Statement& statement = builder_.statement();
  statement.message_id = message_id_;
  statement.page = message_page_;
  statement.last_page = message_last_page_;
  supplementary_noted_ = false;
  balances_.clear();
  all_ = credits_ = debits_ = Summary();
  all_entries_ = credit_entries_ = debit_entries_ = Sums();
}

std::optional<Figure> CamtDocument::figure_of(const RawAmount& raw, std::string_view field) {
  const int digits = raw.currency.code().empty() ? 2 : raw.currency.minor_digits();
  const bool has_sign = !raw.text.empty() && (raw.text[0] == '-' || raw.text[0] == '+');
  const auto figure = has_sign ? std::nullopt : parse_figure(raw.text, digits, '.');
  if (!figure) {
    builder_.issue(Severity::kError, "bad_amount", field,
                   raw.seen ? "no unsigned decimal number: " + excerpt(raw.text) : "missing",
                   element_);
  }
  return figure;
}

// Balances -------------------------------------------------------------------------------------

void CamtDocument::end_balance() {
  const auto value = figure_of(balance_amount_, "Bal/Amt");
  if (!value) return;
  if (!balance_amount_.side && !value->is_zero()) {
    builder_.issue(Severity::kWarning, "missing_direction", "Bal/CdtDbtInd",
                   balance_.code + ": taken as credit", balance_.place);
  }
  balance_.value = balance_amount_.side == Side::kDebit ? -*value : *value;
  balance_.currency = balance_amount_.currency;
  balance_.kind = kind_of(balance_.code);
  if (balances_.size() >= kBalancesMax) {
    builder_.issue(Severity::kError, "too_many_balances", "Bal", balance_.code, balance_.place);
    return;
  }
  balances_.push_back(balance_);
}

// A statement over several days may carry a pair of balances for each: the first opening and the
// last closing count. OPBD goes before PRCD, the account's currency before others.
void CamtDocument::choose_balances() {
  Statement& statement = builder_.statement();
  if (statement.currency.code().empty() && !balances_.empty()) {
    statement.currency = balances_.front().currency;
  }
  const auto fits = [&](const Balance& b) { return b.currency == statement.currency; };
  const auto rank = [&](const Balance& b) {
    return (fits(b) ? 2 : 0) + (b.code == "OPBD" ? 1 : 0);
  };
  const Balance* opening = nullptr;
  const Balance* closing = nullptr;
  for (const Balance& b : balances_) {
    if (b.kind == BalanceKind::kOpening &&
        (opening == nullptr || rank(b) > rank(*opening) ||
         (rank(b) == rank(*opening) && b.date < opening->date))) {
      opening = &b;
    }
    if (b.kind == BalanceKind::kClosing &&
        (closing == nullptr || (fits(b) && !fits(*closing)) ||
         (fits(b) == fits(*closing) && b.date >= closing->date))) {
      closing = &b;
    }
  }
  statement.balances.clear();
  for (const Balance& b : balances_) {
    if (&b == opening) {
      statement.opening = b;
    } else if (&b == closing) {
      statement.closing = b;
    } else {
      statement.balances.push_back(b);
    }
  }
}

// Entries --------------------------------------------------------------------------------------

void CamtDocument::open_entry(Place place) {
  if (builder_.statement().entry_count == 0) choose_balances();
  entry_ = StatementEntry();
  entry_.place = place;
  entry_amount_ = RawAmount();
  status_seen_ = false;
  detail_count_ = 0;
  detail_unpriced_ = 0;
  detail_sum_ = Figure();
  charge_sum_ = Figure();
}

void CamtDocument::end_detail() {
  ++detail_count_;
  const RawAmount& raw = detail_amount_.seen ? detail_amount_ : detail_alternative_;
  detail_.side = detail_amount_.side.value_or(entry_amount_.side.value_or(Side::kCredit));
  detail_.currency = raw.seen ? raw.currency : entry_amount_.currency;
  if (raw.seen) detail_.amount = figure_of(raw, "TxDtls/Amt");
  if (detail_.amount && detail_.currency == entry_amount_.currency) {
    detail_sum_ =
        detail_sum_ + (detail_.side == Side::kCredit ? *detail_.amount : -*detail_.amount);
  } else {
    ++detail_unpriced_;
  }
  // Money in comes from the debtor; a reversal keeps the parties of the payment it undoes.
  const bool from_debtor = (detail_.side == Side::kCredit) != entry_.reversal;
  const Party& wanted = from_debtor ? debtor_ : creditor_;
  const Party& other = from_debtor ? creditor_ : debtor_;
  const bool empty = wanted.name.empty() && wanted.account.empty();
  detail_.counterparty = empty ? other : wanted;
  if (entry_.details.size() < options_.details_max) entry_.details.push_back(detail_);
}

void CamtDocument::merge_only_detail() {
  const EntryDetail& only = entry_.details.front();
  References merged = only.references;
  if (!entry_.references.owner.empty()) merged.owner = entry_.references.owner;
  if (!entry_.references.bank.empty()) merged.bank = entry_.references.bank;
  if (merged.message.empty()) merged.message = entry_.references.message;
  if (merged.payment_info.empty()) merged.payment_info = entry_.references.payment_info;
  entry_.references = std::move(merged);
  entry_.counterparty = only.counterparty;
  entry_.remittance = only.remittance;
}

void CamtDocument::check_details() {
  if (detail_count_ > entry_.details.size()) {
    builder_.issue(Severity::kWarning, "too_many_details", "TxDtls",
                   std::to_string(detail_count_) + " details, " +
                       std::to_string(entry_.details.size()) + " kept",
                   entry_.place);
  }
  if (detail_count_ == 0 || detail_unpriced_ > 0) return;
  const Figure gap = entry_.signed_figure() - detail_sum_;
  if (gap.is_zero() || gap == charge_sum_ || -gap == charge_sum_) return;
  builder_.issue(Severity::kWarning, "details_mismatch", "Ntry/NtryDtls",
                 "the entry is " + format(entry_.signed_figure()) + ", its details sum to " +
                     format(detail_sum_),
                 entry_.place);
}

void CamtDocument::turn_entry() {
  const auto turned = [](Side side) {
    return side == Side::kCredit ? Side::kDebit : Side::kCredit;
  };
  entry_amount_.side = turned(*entry_amount_.side);
  for (EntryDetail& detail : entry_.details) detail.side = turned(detail.side);
  detail_sum_ = -detail_sum_;
}

void CamtDocument::end_entry(std::uint64_t end_offset) {
  entry_.place.length = end_offset - entry_.place.offset;
  const auto amount = figure_of(entry_amount_, "Ntry/Amt");
  const auto units = amount ? amount->units.to_amount() : std::nullopt;
  if (!entry_amount_.side) {
    builder_.issue(Severity::kError, "missing_direction", "Ntry/CdtDbtInd",
                   "neither CRDT nor DBIT: the entry cannot be read", entry_.place);
  }
  if (!units || !entry_amount_.side) return;
  if (options_.turn_camt_reversals && entry_.reversal) turn_entry();
  entry_.amount = *units;
  entry_.digits = amount->digits;
  entry_.side = *entry_amount_.side;
  entry_.currency = entry_amount_.currency;
  if (!status_seen_) {
    builder_.issue(Severity::kWarning, "missing_status", "Ntry/Sts", "taken as booked",
                   entry_.place);
  }
  Statement& statement = builder_.statement();
  if (statement.currency.code().empty()) statement.currency = entry_.currency;
  for (Sums* sums :
       {&all_entries_, entry_.side == Side::kCredit ? &credit_entries_ : &debit_entries_}) {
    ++sums->count;
    sums->total = sums->total + *amount;
  }
  if (entry_.details.size() == 1 && detail_count_ == 1) merge_only_detail();
  check_details();
  builder_.add(entry_);
}

// TxsSummry counts entries of all states; some banks count the booked ones only.
void CamtDocument::check_summary() {
  const Statement& statement = builder_.statement();
  const Figure booked_sum = statement.credit_sum + statement.debit_sum;
  struct Part {
    std::string_view field;
    const Summary& stated;
    const Sums& found;
    std::optional<std::uint64_t> booked_count;
    Figure booked_total;
  };
  const Part parts[] = {
      {"TxsSummry/TtlNtries", all_, all_entries_, statement.booked_count, booked_sum},
      {"TxsSummry/TtlCdtNtries", credits_, credit_entries_, std::nullopt, statement.credit_sum},
      {"TxsSummry/TtlDbtNtries", debits_, debit_entries_, std::nullopt, statement.debit_sum}};
  const bool all_booked = statement.booked_count == statement.entry_count;
  for (const Part& part : parts) {
    std::string why;
    const bool count_known = all_booked || part.booked_count.has_value();
    if (part.stated.count && count_known && *part.stated.count != part.found.count &&
        part.stated.count != part.booked_count) {
      why = std::to_string(*part.stated.count) + " stated, " + std::to_string(part.found.count) +
            " found";
    }
    if (part.stated.sum && !(*part.stated.sum == part.found.total) &&
        !(*part.stated.sum == part.booked_total)) {
      why += (why.empty() ? "" : "; ") + format(*part.stated.sum) + " stated, sum is " +
             format(part.found.total);
    }
    if (!why.empty()) {
      builder_.issue(Severity::kError, "summary_mismatch", part.field, why, statement.place);
    }
  }
}

void CamtDocument::end_statement(std::uint64_t end_offset) {
  choose_balances();
  check_summary();
  builder_.close(end_offset);
}

void CamtDocument::break_off(std::string why, Place place) {
  if (!builder_.is_open()) return;
  builder_.statement().truncated = true;
  const bool in_entry = scope_ == Scope::kEntry || scope_ == Scope::kDetail;
  builder_.issue(Severity::kError, "truncated", in_entry ? "Ntry" : "Stmt", std::move(why),
                 in_entry ? entry_.place : place);
  choose_balances();
  builder_.close(place.offset);
  scope_ = Scope::kOutside;
}

}  // namespace custody_adapter
