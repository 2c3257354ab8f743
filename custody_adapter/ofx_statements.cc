#include "custody_adapter/ofx_statements.h"

#include <algorithm>
#include <unordered_map>

#include "custody_adapter/charset.h"
#include "custody_adapter/mt940_fields.h"
#include "custody_adapter/ofx_fields.h"

namespace custody_adapter {

using ledger::base::Amount;
using ledger::base::Currency;
using ledger::base::Date;

enum class OfxTag : std::uint8_t {
  kOther,
  // Aggregates
  kOfx,
  kMessageSet,
  kStatement,
  kCard,
  kInvestment,
  kList,
  kPendingList,
  kEntry,
  kPendingEntry,
  kFrom,
  kTo,
  kPayee,
  kCurrency,
  kOriginal,
  kStatus,
  kLedger,
  kAvailable,
  // Leaves
  kCurdef,
  kBankId,
  kAccountId,
  kTrnUid,
  kCode,
  kSeverity,
  kMessage,
  kStart,
  kEnd,
  kBalance,
  kAsOf,
  kType,
  kPosted,
  kPendingDate,
  kAvailableDate,
  kAmount,
  kFitId,
  kCheck,
  kReference,
  kServer,
  kName,
  kMemo,
  kSymbol,
  kCorrects
};

namespace {

constexpr std::size_t kRefusalBytesMax = 400;

OfxTag tag_of(std::string_view name) {
  static const std::unordered_map<std::string_view, OfxTag> kTags = {
      {"OFX", OfxTag::kOfx},
      {"STMTTRNRS", OfxTag::kMessageSet},
      {"CCSTMTTRNRS", OfxTag::kMessageSet},
      {"INVSTMTTRNRS", OfxTag::kMessageSet},
      {"BANKMSGSRSV1", OfxTag::kMessageSet},
      {"CREDITCARDMSGSRSV1", OfxTag::kMessageSet},
      {"INVSTMTMSGSRSV1", OfxTag::kMessageSet},
      {"STMTRS", OfxTag::kStatement},
      {"CCSTMTRS", OfxTag::kCard},
      {"INVSTMTRS", OfxTag::kInvestment},
      {"BANKTRANLIST", OfxTag::kList},
      {"INVTRANLIST", OfxTag::kList},
      {"BANKTRANLISTP", OfxTag::kPendingList},
      {"STMTTRN", OfxTag::kEntry},
      {"STMTTRNP", OfxTag::kPendingEntry},
      {"BANKACCTFROM", OfxTag::kFrom},
      {"CCACCTFROM", OfxTag::kFrom},
      {"INVACCTFROM", OfxTag::kFrom},
      {"BANKACCTTO", OfxTag::kTo},
      {"CCACCTTO", OfxTag::kTo},
      {"PAYEE", OfxTag::kPayee},
      {"CURRENCY", OfxTag::kCurrency},
      {"ORIGCURRENCY", OfxTag::kOriginal},
      {"STATUS", OfxTag::kStatus},
      {"LEDGERBAL", OfxTag::kLedger},
      {"AVAILBAL", OfxTag::kAvailable},
      {"CURDEF", OfxTag::kCurdef},
      {"BANKID", OfxTag::kBankId},
      {"BROKERID", OfxTag::kBankId},
      {"ACCTID", OfxTag::kAccountId},
      {"TRNUID", OfxTag::kTrnUid},
      {"CODE", OfxTag::kCode},
      {"SEVERITY", OfxTag::kSeverity},
      {"MESSAGE", OfxTag::kMessage},
      {"DTSTART", OfxTag::kStart},
      {"DTEND", OfxTag::kEnd},
      {"BALAMT", OfxTag::kBalance},
      {"DTASOF", OfxTag::kAsOf},
      {"TRNTYPE", OfxTag::kType},
      {"DTPOSTED", OfxTag::kPosted},
      {"DTTRAN", OfxTag::kPendingDate},
      {"DTAVAIL", OfxTag::kAvailableDate},
      {"TRNAMT", OfxTag::kAmount},
      {"FITID", OfxTag::kFitId},
      {"CHECKNUM", OfxTag::kCheck},
      {"REFNUM", OfxTag::kReference},
      {"SRVRTID", OfxTag::kServer},
      {"NAME", OfxTag::kName},
      {"MEMO", OfxTag::kMemo},
      {"MEMO2", OfxTag::kMemo},
      {"CURSYM", OfxTag::kSymbol},
      {"CORRECTFITID", OfxTag::kCorrects},
  };
  const auto found = kTags.find(name);
  return found == kTags.end() ? OfxTag::kOther : found->second;
}

// The value behind "VERSION:" or "VERSION=" in a header, with or without quotes and line ends.
std::string_view attribute(std::string_view header, std::string_view name) {
  std::size_t at = 0;
  while ((at = header.find(name, at)) != std::string_view::npos) {
    at += name.size();
    // "OFXHEADER:100DATA:OFXSGMLVERSION:102": names may touch the value before them.
    if (at >= header.size() || (header[at] != ':' && header[at] != '=')) continue;
    std::string_view rest = header.substr(at + 1);
    while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'' || rest.front() == ' ')) {
      rest.remove_prefix(1);
    }
    return rest;
  }
  return {};
}

}  // namespace

void OfxStatements::header(std::string_view text) {
  const std::string_view version = attribute(text, "VERSION");
  const std::size_t size =
      std::min(std::min(version.find_first_not_of("0123456789"), version.size()), std::size_t{3});
  if (size > 0) format_ = "OFX " + std::string(version.substr(0, size));
  const std::string_view encoding = attribute(text, "ENCODING");
  const std::string_view charset = attribute(text, "CHARSET");
  says_utf8_ = encoding.substr(0, 5) == "UTF-8" || charset.substr(0, 5) == "UTF-8" ||
               encoding.substr(0, 7) == "UNICODE";
  says_other_ = !says_utf8_ && !(encoding.empty() && charset.empty());
}

void OfxStatements::issue(Severity severity, std::string_view code, std::string_view field,
                          std::string what) {
  builder_.issue(severity, code, field, std::move(what), place_);
}

// The element's text as UTF-8.
std::string_view OfxStatements::text() {
  const std::string_view plain = plain_ofx_text(raw_, plain_);
  if (is_ascii(plain)) return plain;
  const bool utf8 = is_utf8(plain);
  if (!lie_told_ && ((says_utf8_ && !utf8) || (says_other_ && utf8))) {
    lie_told_ = true;
    const bool lost = says_utf8_;
    issue(lost ? Severity::kWarning : Severity::kNote, lost ? "not_utf8" : "charset_header",
          "CHARSET",
          lost ? "the header says UTF-8 and the text is not: read by the source's table"
               : "the text is UTF-8, whatever the header says");
  }
  return to_utf8(plain, options_.charset, decoded_);
}

void OfxStatements::element(const OfxElement& element) {
  const OfxTag tag = tag_of(element.name);
  if (tag == OfxTag::kOther) return;
  place_ = element.place;
  raw_ = element.text;
  if (element.closes) return closed(tag, element.place);
  if (element.cut) {
    issue(Severity::kWarning, "field_too_long", element.name, "the rest is left in the file");
  }
  if (tag < OfxTag::kCurdef) return opened(tag, element.place);
  leaf(tag);
}

// Aggregates --------------------------------------------------------------------------------------

void OfxStatements::opened(OfxTag tag, Place place) {
  switch (tag) {
    case OfxTag::kOfx:
      ofx_seen_ = true;
      return;
    case OfxTag::kMessageSet:
      return end_statement(place.offset);
    case OfxTag::kStatement:
    case OfxTag::kCard:
    case OfxTag::kInvestment:
      return begin_statement(tag, place);
    case OfxTag::kList:
    case OfxTag::kPendingList:
      end_entry(place.offset);
      enter(Inside::kNothing);
      pending_list_ = tag == OfxTag::kPendingList;
      return;
    case OfxTag::kEntry:
    case OfxTag::kPendingEntry:
      return begin_entry(place, pending_list_ || tag == OfxTag::kPendingEntry);
    case OfxTag::kFrom:
      return enter(in_entry_ ? Inside::kTo : Inside::kFrom);
    case OfxTag::kTo:
      return enter(Inside::kTo);
    case OfxTag::kPayee:
      return enter(Inside::kPayee);
    case OfxTag::kCurrency:
      return enter(Inside::kCurrency);
    case OfxTag::kOriginal:
      return enter(Inside::kOriginal);
    case OfxTag::kStatus:
      return enter(Inside::kStatus);
    case OfxTag::kLedger:
    case OfxTag::kAvailable:
      end_entry(place.offset);
      enter(tag == OfxTag::kLedger ? Inside::kLedger : Inside::kAvailable);
      balance_.place = place;
      return;
    default:
      return;
  }
}

void OfxStatements::closed(OfxTag tag, Place place) {
  const std::uint64_t end = place.offset + place.length;
  switch (tag) {
    case OfxTag::kOfx:
      ofx_closed_ = true;
      [[fallthrough]];
    case OfxTag::kMessageSet:
    case OfxTag::kStatement:
    case OfxTag::kCard:
    case OfxTag::kInvestment:
      leave();
      return end_statement(end);
    case OfxTag::kEntry:
    case OfxTag::kPendingEntry:
      leave();
      return end_entry(end);
    case OfxTag::kList:
    case OfxTag::kPendingList:
      leave();
      end_entry(place.offset);
      pending_list_ = false;
      return;
    case OfxTag::kFrom:
    case OfxTag::kTo:
    case OfxTag::kPayee:
    case OfxTag::kCurrency:
    case OfxTag::kOriginal:
    case OfxTag::kStatus:
    case OfxTag::kLedger:
    case OfxTag::kAvailable:
      return leave();
    default:
      return;  // leaves close themselves
  }
}

void OfxStatements::enter(Inside inside) {
  leave();
  inside_ = inside;
  balance_ = Balance();
  balance_given_ = false;
  balance_text_.clear();
  status_code_.clear();
  status_severity_.clear();
  status_message_.clear();
}

void OfxStatements::leave() {
  const Inside left = inside_;
  inside_ = Inside::kNothing;
  if (left == Inside::kLedger || left == Inside::kAvailable) {
    inside_ = left;  // on_balance() asks which
    on_balance();
    inside_ = Inside::kNothing;
  }
  if (left == Inside::kStatus && !status_code_.empty() && status_code_ != "0") {
    const std::string answer =
        "the bank answered " + status_code_ + " " + status_severity_ + " " + status_message_;
    issue(Severity::kWarning, "bank_status", "STATUS", excerpt(answer));
    if (refusal_.size() < kRefusalBytesMax) {
      refusal_ += (refusal_.empty() ? "" : "; ") + excerpt(answer);
    }
  }
}

void OfxStatements::begin_statement(OfxTag tag, Place place) {
  leave();
  end_statement(place.offset);
  builder_.open(format_, place);
  builder_.statement().id = trnuid_;
  digits_ = 2;
  pending_list_ = false;
  last_fitid_.clear();
  if (tag == OfxTag::kInvestment) {
    issue(Severity::kNote, "investments_skipped", "INVSTMTRS",
          "cash movements are read; trades and positions are not");
  }
}

void OfxStatements::end_statement(std::uint64_t end) {
  end_entry(end);
  if (!builder_.is_open()) return;
  Statement& statement = builder_.statement();
  if (statement.currency.code().empty()) {
    issue(Severity::kWarning, "missing_currency", "CURDEF", "the statement states no currency");
  }
  if (!statement.closing) {
    issue(Severity::kWarning, "missing_closing", "LEDGERBAL", "no ledger balance");
  } else if (!statement.to_date.is_none() && !statement.closing->date.is_none() &&
             statement.closing->date != statement.to_date) {
    issue(Severity::kNote, "balance_date", "LEDGERBAL/DTASOF",
          "the balance is of " + format(statement.closing->date) + ", the entries end " +
              format(statement.to_date));
  }
  builder_.close(end);
}

// Leaves ------------------------------------------------------------------------------------------

void OfxStatements::leaf(OfxTag tag) {
  switch (inside_) {
    case Inside::kStatus:
      return leaf_of_status(tag);
    case Inside::kLedger:
    case Inside::kAvailable:
      return leaf_of_balance(tag);
    case Inside::kFrom:
    case Inside::kTo:
      if (tag == OfxTag::kBankId || tag == OfxTag::kAccountId) return leaf_of_account(tag);
      break;  // unclosed
    case Inside::kCurrency:
    case Inside::kOriginal:
      if (tag == OfxTag::kSymbol) {
        const auto currency = Currency::parse(text());
        // ORIGCURRENCY: the amount was converted already.
        if (inside_ == Inside::kCurrency && in_entry_ && currency) entry_.currency = *currency;
        return;
      }
      break;
    case Inside::kPayee:
    case Inside::kNothing:
      break;
  }
  if (in_entry_) return leaf_of_entry(tag);
  leaf_of_statement(tag);
}

void OfxStatements::leaf_of_status(OfxTag tag) {
  if (tag == OfxTag::kCode) status_code_ = text();
  if (tag == OfxTag::kSeverity) status_severity_ = text();
  if (tag == OfxTag::kMessage) status_message_ = text();
}

void OfxStatements::leaf_of_account(OfxTag tag) {
  const std::string_view value = text();
  if (inside_ == Inside::kTo) {
    (tag == OfxTag::kBankId ? entry_.counterparty.bank : entry_.counterparty.account) = value;
    return;
  }
  if (!builder_.is_open()) return;  // a list of accounts
  Statement& statement = builder_.statement();
  if (tag == OfxTag::kBankId) {
    statement.account_bank = value;
    return;
  }
  statement.account.clear();
  for (const char c : value) {
    if (c != ' ') statement.account.push_back(c);
  }
}

void OfxStatements::leaf_of_balance(OfxTag tag) {
  if (tag == OfxTag::kBalance) {
    balance_text_ = text();
    balance_given_ = true;
    balance_.place.line = place_.line;
  }
  if (tag == OfxTag::kAsOf) balance_.date = date("DTASOF");
}

void OfxStatements::on_balance() {
  if (!builder_.is_open() || !balance_given_ || balance_text_.empty()) return;
  const bool ledger = inside_ == Inside::kLedger;
  const std::string field = ledger ? "LEDGERBAL/BALAMT" : "AVAILBAL/BALAMT";
  std::string problem;
  const auto amount = parse_ofx_amount(balance_text_, digits_, problem);
  if (!amount) {
    issue(ledger ? Severity::kError : Severity::kWarning, "bad_balance", field,
          problem + ": " + excerpt(balance_text_));
    return;
  }
  if (amount->grouping) issue(Severity::kWarning, "grouping", field, excerpt(balance_text_));
  Statement& statement = builder_.statement();
  balance_.value = amount->value;
  balance_.currency = statement.currency;
  balance_.code = ledger ? "LEDGERBAL" : "AVAILBAL";
  balance_.kind = ledger ? BalanceKind::kClosing : BalanceKind::kAvailable;
  if (!ledger) {
    if (statement.balances.size() < 100) statement.balances.push_back(balance_);
    return;
  }
  if (statement.closing && !(statement.closing->value == balance_.value)) {
    issue(Severity::kError, "duplicate_balance", field,
          "earlier in this statement: " + format(statement.closing->value));
  }
  statement.closing = balance_;
  if (statement.to_date.is_none()) statement.to_date = balance_.date;
}

void OfxStatements::leaf_of_statement(OfxTag tag) {
  if (tag == OfxTag::kTrnUid) {
    trnuid_ = text();
    return;
  }
  if (!builder_.is_open()) return;
  Statement& statement = builder_.statement();
  if (tag == OfxTag::kCurdef) return set_currency();
  if (tag == OfxTag::kStart) statement.from_date = date("DTSTART");
  if (tag == OfxTag::kEnd) statement.to_date = date("DTEND");
}

void OfxStatements::set_currency() {
  const std::string_view value = text();
  if (value.empty()) return;
  const auto currency = Currency::parse(value);
  if (!currency) {
    issue(Severity::kError, "bad_currency", "CURDEF", excerpt(value));
    return;
  }
  builder_.statement().currency = *currency;
  digits_ = currency->minor_digits();
}

Date OfxStatements::date(std::string_view field) {
  const std::string_view value = text();
  const auto day = parse_ofx_date(value);
  if (!day && !value.empty()) issue(Severity::kWarning, "bad_date", field, excerpt(value));
  return day.value_or(Date());
}

// Entries -----------------------------------------------------------------------------------------

void OfxStatements::begin_entry(Place place, bool pending) {
  end_entry(place.offset);
  leave();
  if (!builder_.is_open()) {
    issue(Severity::kError, "misplaced_record", "STMTTRN", "a transaction outside a statement");
    return;
  }
  reset(entry_);
  entry_.currency = builder_.statement().currency;
  entry_.status = pending ? EntryStatus::kPending : EntryStatus::kBooked;
  entry_.place = place;
  in_entry_ = true;
  entry_good_ = false;
}

void OfxStatements::end_entry(std::uint64_t end) {
  if (!in_entry_) return;
  leave();
  in_entry_ = false;
  if (end > entry_.place.offset) entry_.place.length = end - entry_.place.offset;
  if (!entry_good_) {
    builder_.issue(Severity::kError, "bad_entry", "STMTTRN",
                   "no readable TRNAMT: the transaction is no entry", entry_.place);
    return;
  }
  if (entry_.booking_date.is_none()) {
    builder_.issue(Severity::kWarning, "missing_date", "STMTTRN/DTPOSTED", "the entry has no date",
                   entry_.place);
  }
  // Never dropped: banks repeat a FITID for several transactions, or for the parts of one.
  const std::string& fitid = entry_.references.bank;
  if (!fitid.empty() && fitid == last_fitid_) {
    builder_.issue(Severity::kNote, "repeated_reference", "STMTTRN/FITID", excerpt(fitid),
                   entry_.place);
  }
  last_fitid_ = fitid;
  builder_.add(entry_);
}

void OfxStatements::on_amount() {
  const std::string_view value = text();
  std::string problem;
  const auto amount = parse_ofx_amount(value, digits_, problem);
  if (!amount) {
    issue(Severity::kError, "bad_amount", "STMTTRN/TRNAMT", problem + ": " + excerpt(value));
    return;
  }
  if (amount->grouping) issue(Severity::kWarning, "grouping", "STMTTRN/TRNAMT", excerpt(value));
  const bool debit = amount->value.units.is_negative();
  const Figure positive = debit ? -amount->value : amount->value;
  entry_.side = debit ? Side::kDebit : Side::kCredit;
  entry_.amount = positive.units.to_amount().value_or(Amount());
  entry_.digits = positive.digits;
  entry_good_ = true;
}

void OfxStatements::leaf_of_entry(OfxTag tag) {
  const auto put = [this](std::string& field) {
    const std::string_view value = text();
    if (!is_filler_reference(value)) field.assign(value);
  };
  switch (tag) {
    case OfxTag::kType:
      return put(entry_.transaction_code);
    case OfxTag::kPosted:
      entry_.booking_date = date("STMTTRN/DTPOSTED");
      return;
    case OfxTag::kPendingDate:
      if (entry_.booking_date.is_none()) entry_.booking_date = date("STMTTRN/DTTRAN");
      return;
    case OfxTag::kAvailableDate:
      entry_.value_date = date("STMTTRN/DTAVAIL");
      return;
    case OfxTag::kAmount:
      return on_amount();
    case OfxTag::kFitId:
      return put(entry_.references.bank);
    case OfxTag::kCheck:
      return put(entry_.references.cheque);
    case OfxTag::kReference:
      return put(entry_.references.owner);
    case OfxTag::kServer:
      return put(entry_.references.transaction);
    case OfxTag::kName:
      return put(entry_.counterparty.name);
    case OfxTag::kMemo: {
      const std::string_view value = text();
      if (value.empty()) return;
      if (!entry_.remittance.empty()) entry_.remittance.push_back(' ');
      entry_.remittance.append(value.substr(0, OfxTokens::kTextBytesMax));
      return;
    }
    case OfxTag::kCorrects:
      issue(Severity::kWarning, "correction", "STMTTRN/CORRECTFITID",
            "the entry corrects or deletes " + excerpt(text()));
      return;
    default:
      return;
  }
}

void OfxStatements::finish(Place end) {
  const bool cut = builder_.is_open();
  place_ = end;
  // The last value may be cut in the middle: "-34.5" of "-34.51".
  if (in_entry_ && !ofx_closed_) entry_good_ = false;
  end_entry(end.offset);
  leave();
  if (cut && !ofx_closed_) {
    builder_.statement().truncated = true;
    issue(Severity::kError, "truncated", "OFX", "the file ends inside the statement");
  }
  end_statement(end.offset);
}

}  // namespace custody_adapter
