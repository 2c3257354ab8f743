// What the text of each element means, by the scope it stands in and its parents.
#include "custody_adapter/camt_document.h"
#include "custody_adapter/mt940_fields.h"

namespace custody_adapter {

using ledger::base::Currency;
using ledger::base::Date;

namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
  const auto figure = parse_figure(text, 0, '.');
  if (!figure || figure->digits != 0 || figure->units.is_negative()) return std::nullopt;
  return static_cast<std::uint64_t>(figure->units.minor());
}

constexpr std::size_t kTextBytesMax = 1U << 16U;
constexpr std::size_t kCodeBytesMax = 64;

// Runs of blanks and line ends come from indented XML and become one blank.
void append_words(std::string& target, std::string_view text) {
  bool gap = !target.empty();
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      gap = true;
      continue;
    }
    if (gap && !target.empty()) target.push_back(' ');
    gap = false;
    target.push_back(c);
  }
}

bool is_true(std::string_view text) { return text == "true" || text == "1"; }

void set_reference(std::string& target, std::string_view text) {
  if (target.empty() && !is_filler_reference(text)) target = std::string(text);
}

}  // namespace

void CamtDocument::append_text(std::string& target, std::string_view text) {
  if (target.size() + text.size() > kTextBytesMax) {
    return complain(Severity::kWarning, "field_too_long", text);
  }
  append_words(target, text);
}

void CamtDocument::leaf(Tag tag, std::string_view text) {
  if (text.empty() && tag != Tag::kAmt) return;
  switch (scope_) {
    case Scope::kOutside:
      return;
    case Scope::kHeader:
      return header_text(tag, text);
    case Scope::kStatement:
      return statement_text(tag, text);
    case Scope::kAccount:
      return account_text(tag, text);
    case Scope::kBalance:
      return balance_text(tag, text);
    case Scope::kSummary:
      return summary_text(tag, text);
    case Scope::kEntry:
      return entry_text(tag, text);
    case Scope::kDetail:
      return detail_text(tag, text);
  }
}

Date CamtDocument::date_of(std::string_view text) {
  // Dates may carry a time or a zone after the tenth character; the bank's own day counts.
  const auto date = Date::parse(text.substr(0, 10));
  if (!date) complain(Severity::kWarning, "bad_date", text);
  return date.value_or(Date());
}

std::optional<Side> CamtDocument::side_of(std::string_view text) {
  if (text == "CRDT") return Side::kCredit;
  if (text == "DBIT") return Side::kDebit;
  complain(Severity::kWarning, "bad_direction", text);
  return std::nullopt;
}

void CamtDocument::remember(RawAmount& raw, std::string_view text) {
  raw.seen = true;
  raw.text = std::string(text);
  const auto currency = Currency::parse(currency_);
  if (!currency) complain(Severity::kWarning, "missing_currency", currency_);
  raw.currency = currency.value_or(builder_.statement().currency);
}

void CamtDocument::header_text(Tag tag, std::string_view text) {
  if (tag == Tag::kMsgId && up(1) == Tag::kGrpHdr) message_id_ = std::string(text);
  if (up(1) != Tag::kMsgPgntn) return;
  if (tag == Tag::kPgNb) message_page_ = number_of(text);
  if (tag == Tag::kLastPgInd) message_last_page_ = is_true(text);
}

void CamtDocument::statement_text(Tag tag, std::string_view text) {
  Statement& statement = builder_.statement();
  const Tag parent = up(1);
  if (parent == Tag::kStmtPgntn || parent == Tag::kMsgPgntn) {
    if (tag == Tag::kPgNb) statement.page = number_of(text);
    if (tag == Tag::kLastPgInd) statement.last_page = is_true(text);
  } else if (parent == Tag::kFrToDt) {
    if (tag == Tag::kFrDt || tag == Tag::kFrDtTm) statement.from_date = date_of(text);
    if (tag == Tag::kToDt || tag == Tag::kToDtTm) statement.to_date = date_of(text);
  } else if (depth() == scope_depth_[static_cast<std::size_t>(Scope::kStatement)] + 1) {
    if (tag == Tag::kId) statement.id = std::string(text);
    if (tag == Tag::kElctrncSeqNb) statement.number = number_of(text);
    if (tag == Tag::kLglSeqNb) statement.legal_number = number_of(text);
    if (tag == Tag::kAddtlStmtInf) append_text(statement.information, text);
    if (tag == Tag::kCpyDplctInd) {
      complain(Severity::kNote, "copy_or_duplicate", text);
    }
  }
}

void CamtDocument::account_text(Tag tag, std::string_view text) {
  Statement& statement = builder_.statement();
  const Tag parent = up(1);
  const bool holds_id = parent == Tag::kOthr || parent == Tag::kPrtryAcct;
  const bool own_id = up(2) == Tag::kId && up(3) == Tag::kAcct;
  if (tag == Tag::kIBAN || tag == Tag::kBBAN || tag == Tag::kUPIC ||
      (tag == Tag::kId && holds_id && own_id)) {
    if (!statement.account.empty()) return;
    for (const char c : text) {
      if (c != ' ') statement.account.push_back(c);
    }
  } else if (tag == Tag::kCcy && parent == Tag::kAcct) {
    if (const auto currency = Currency::parse(text)) statement.currency = *currency;
  } else if (tag == Tag::kNm && parent == Tag::kOwnr) {
    statement.account_owner = std::string(text);
  } else if ((tag == Tag::kBIC || tag == Tag::kBICFI) && parent == Tag::kFinInstnId) {
    if (up(2) == Tag::kSvcr) statement.account_bank = std::string(text);
  }
}

void CamtDocument::balance_text(Tag tag, std::string_view text) {
  const Tag parent = up(1);
  if (tag == Tag::kAmt && parent == Tag::kBal) {
    remember(balance_amount_, text);
  } else if (tag == Tag::kCdtDbtInd && parent == Tag::kBal) {
    balance_amount_.side = side_of(text);
  } else if ((tag == Tag::kCd || tag == Tag::kPrtry) &&
             (parent == Tag::kCdOrPrtry || parent == Tag::kTp)) {
    balance_.code = std::string(text);
  } else if (tag == Tag::kCd && parent == Tag::kSubTp) {
    balance_.intermediate = text == "INTM";
  } else if (parent == Tag::kDt && (tag == Tag::kDt || tag == Tag::kDtTm)) {
    balance_.date = date_of(text);
  } else if (tag == Tag::kDt && parent == Tag::kBal) {
    balance_.date = date_of(text);
  }
}

void CamtDocument::summary_text(Tag tag, std::string_view text) {
  const Tag parent = up(1);
  Summary* target = parent == Tag::kTtlNtries      ? &all_
                    : parent == Tag::kTtlCdtNtries ? &credits_
                    : parent == Tag::kTtlDbtNtries ? &debits_
                                                   : nullptr;
  if (target == nullptr) return;
  if (tag == Tag::kNbOfNtries) target->count = number_of(text);
  if (tag == Tag::kSum) target->sum = parse_figure(text, 2, '.');
}

void CamtDocument::code_text(Tag tag, std::string_view text) {
  const Tag parent = up(1);
  const bool part =
      (tag == Tag::kCd && (parent == Tag::kDomn || parent == Tag::kFmly)) || tag == Tag::kSubFmlyCd;
  if (part) {
    if (entry_.transaction_code.size() + text.size() > kCodeBytesMax) return;
    if (!entry_.transaction_code.empty()) entry_.transaction_code.push_back('/');
    entry_.transaction_code.append(text);
  } else if (tag == Tag::kCd && parent == Tag::kPrtry && up(2) == Tag::kBkTxCd) {
    entry_.bank_code = std::string(text);
  }
}

void CamtDocument::add_charge(std::string_view text) {
  const auto currency = Currency::parse(currency_);
  if (currency != entry_amount_.currency) return;
  if (const auto charge = parse_figure(text, currency->minor_digits(), '.')) {
    charge_sum_ = charge_sum_ + *charge;
  }
}

void CamtDocument::entry_text(Tag tag, std::string_view text) {
  const Tag parent = up(1);
  if (parent == Tag::kNtry) {
    if (tag == Tag::kAmt) remember(entry_amount_, text);
    if (tag == Tag::kCdtDbtInd) entry_amount_.side = side_of(text);
    if (tag == Tag::kRvslInd) entry_.reversal = is_true(text);
    if (tag == Tag::kNtryRef) set_reference(entry_.references.owner, text);
    if (tag == Tag::kAcctSvcrRef) set_reference(entry_.references.bank, text);
    if (tag == Tag::kAddtlNtryInf) append_text(entry_.additional, text);
  }
  if ((tag == Tag::kSts && parent == Tag::kNtry) || parent == Tag::kSts) {
    status_seen_ = true;
    if (text == "BOOK") return;
    entry_.status = text == "INFO" ? EntryStatus::kInformation : EntryStatus::kPending;
    if (text != "INFO" && text != "PDNG" && text != "FUTR") {
      complain(Severity::kError, "unknown_status", text);
    }
  } else if (parent == Tag::kBookgDt) {
    entry_.booking_date = date_of(text);
  } else if (parent == Tag::kValDt) {
    entry_.value_date = date_of(text);
  } else if (parent == Tag::kBtch) {
    if (tag == Tag::kMsgId) set_reference(entry_.references.message, text);
    if (tag == Tag::kPmtInfId) set_reference(entry_.references.payment_info, text);
  } else if (tag == Tag::kAmt && (parent == Tag::kChrgs || parent == Tag::kRcrd)) {
    add_charge(text);
  } else {
    code_text(tag, text);
  }
}

void CamtDocument::detail_text(Tag tag, std::string_view text) {
  const Tag parent = up(1);
  if (parent == Tag::kRefs || up(2) == Tag::kRefs) return reference_text(tag, text);
  if (parent == Tag::kTxDtls) {
    if (tag == Tag::kAmt) remember(detail_amount_, text);
    if (tag == Tag::kCdtDbtInd) detail_amount_.side = side_of(text);
    if (tag == Tag::kAddtlTxInf) append_text(detail_.remittance, text);
  } else if (tag == Tag::kAmt && (parent == Tag::kTxAmt || parent == Tag::kInstdAmt)) {
    if (parent == Tag::kTxAmt || !detail_alternative_.seen) remember(detail_alternative_, text);
  } else if (tag == Tag::kAmt && (parent == Tag::kChrgs || parent == Tag::kRcrd)) {
    add_charge(text);
  } else if (tag == Tag::kUstrd && parent == Tag::kRmtInf) {
    append_text(detail_.remittance, text);
  } else if ((tag == Tag::kRef && parent == Tag::kCdtrRefInf) || tag == Tag::kCdtrRef) {
    set_reference(detail_.references.creditor, text);
  } else if (tag == Tag::kAddtlInf && up(1) == Tag::kRtrInf) {
    append_text(detail_.remittance, text);
  } else {
    party_text(tag, text);
  }
}

void CamtDocument::reference_text(Tag tag, std::string_view text) {
  References& refs = detail_.references;
  std::string* target = tag == Tag::kEndToEndId    ? &refs.end_to_end
                        : tag == Tag::kInstrId     ? &refs.instruction
                        : tag == Tag::kTxId        ? &refs.transaction
                        : tag == Tag::kAcctSvcrRef ? &refs.bank
                        : tag == Tag::kPmtInfId    ? &refs.payment_info
                        : tag == Tag::kMsgId       ? &refs.message
                        : tag == Tag::kMndtId      ? &refs.mandate
                        : tag == Tag::kUETR        ? &refs.uetr
                        : tag == Tag::kChqNb       ? &refs.cheque
                        : tag == Tag::kRef         ? &refs.owner  // Prtry/Ref: the bank's extra one
                                                   : nullptr;
  if (target != nullptr) set_reference(*target, text);
}

void CamtDocument::party_text(Tag tag, std::string_view text) {
  const auto side = [this](Tag debtor, Tag creditor, std::size_t levels) -> Party* {
    if (up(levels) == debtor) return &debtor_;
    return up(levels) == creditor ? &creditor_ : nullptr;
  };
  const auto set = [text](std::string& target) {
    if (target.empty()) target = std::string(text);
  };
  if (tag == Tag::kNm) {
    const std::size_t levels = up(1) == Tag::kPty ? 2 : 1;
    if (Party* party = side(Tag::kDbtr, Tag::kCdtr, levels)) set(party->name);
  } else if (tag == Tag::kIBAN) {
    if (Party* party = side(Tag::kDbtrAcct, Tag::kCdtrAcct, 2)) set(party->account);
  } else if (tag == Tag::kId || tag == Tag::kBBAN) {
    const std::size_t levels = tag == Tag::kId ? 3 : 2;
    if (Party* party = side(Tag::kDbtrAcct, Tag::kCdtrAcct, levels)) set(party->account);
  } else if (tag == Tag::kBIC || tag == Tag::kBICFI || tag == Tag::kMmbId) {
    const std::size_t levels = tag == Tag::kMmbId ? 3 : 2;
    if (Party* party = side(Tag::kDbtrAgt, Tag::kCdtrAgt, levels)) set(party->bank);
  }
}

}  // namespace custody_adapter
