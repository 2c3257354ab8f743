#include "recon/values.h"

#include <fmt/format.h>

#include <algorithm>

namespace recon {

std::string_view name_of(Bucket bucket) {
  switch (bucket) {
    case Bucket::kMatched:
      return "MATCHED";
    case Bucket::kAmountDiff:
      return "AMOUNT_DIFF";
    case Bucket::kPartyDiff:
      return "PARTY_DIFF";
    case Bucket::kStatusDiff:
      return "STATUS_DIFF";
    case Bucket::kBankOnly:
      return "BANK_ONLY";
    case Bucket::kLedgerOnly:
      return "LEDGER_ONLY";
    case Bucket::kDuplicate:
      return "DUPLICATE";
    case Bucket::kTiming:
      return "TIMING";
    case Bucket::kUnparseable:
      return "UNPARSEABLE";
    case Bucket::kStatement:
      return "STATEMENT";
  }
  return "unknown";
}

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::kNone:
      return "none";
    case Cause::kMissingInBank:
      return "missing_in_bank";
    case Cause::kExtraInBank:
      return "extra_in_bank";
    case Cause::kAmountDiffers:
      return "amount_differs";
    case Cause::kSentTwice:
      return "sent_twice";
    case Cause::kOtherParty:
      return "other_party";
    case Cause::kBookedNextDay:
      return "booked_next_day";
    case Cause::kInTransit:
      return "in_transit";
    case Cause::kNotBooked:
      return "not_booked";
    case Cause::kOrderFailed:
      return "order_failed";
    case Cause::kOrderNotAccepted:
      return "order_not_accepted";
    case Cause::kOppositeSide:
      return "opposite_side";
    case Cause::kNoReference:
      return "no_reference";
    case Cause::kUnreadable:
      return "unreadable";
    case Cause::kFileTruncated:
      return "file_truncated";
    case Cause::kUnproved:
      return "unproved";
    case Cause::kOpeningGap:
      return "opening_gap";
    case Cause::kReversed:
      return "reversed";
    case Cause::kValueDateLater:
      return "value_date_later";
    case Cause::kCutOffWindow:
      return "cut_off_window";
    case Cause::kAgedTransit:
      return "aged_transit";
  }
  return "unknown";
}

std::string_view phrase_of(Cause cause) {
  switch (cause) {
    case Cause::kNone:
      return "";
    case Cause::kMissingInBank:
      return "missing in bank file";
    case Cause::kExtraInBank:
      return "extra in bank file";
    case Cause::kAmountDiffers:
      return "amount differs";
    case Cause::kSentTwice:
      return "sent twice";
    case Cause::kOtherParty:
      return "other party";
    case Cause::kBookedNextDay:
      return "booked next day";
    case Cause::kInTransit:
      return "bank has booked, order still in transit in the ledger";
    case Cause::kNotBooked:
      return "announced by the bank, not booked";
    case Cause::kOrderFailed:
      return "bank paid an order that the ledger has given back";
    case Cause::kOrderNotAccepted:
      return "bank paid an order that the ledger holds as requested";
    case Cause::kOppositeSide:
      return "bank moved the money the other way";
    case Cause::kNoReference:
      return "extra in bank file, without any reference";
    case Cause::kUnreadable:
      return "line cannot be read";
    case Cause::kFileTruncated:
      return "file truncated";
    case Cause::kUnproved:
      return "statement does not prove";
    case Cause::kOpeningGap:
      return "previous closing is not this opening";
    case Cause::kReversed:
      return "cancelled by its reversal";
    case Cause::kValueDateLater:
      return "value date is later";
    case Cause::kCutOffWindow:
      return "booked just before cut-off";
    case Cause::kAgedTransit:
      return "in transit for too long";
  }
  return "unknown";
}

std::string_view name_of(OrderState state) {
  switch (state) {
    case OrderState::kRequested:
      return "requested";
    case OrderState::kInTransit:
      return "in_transit";
    case OrderState::kFailed:
      return "failed";
    case OrderState::kDone:
      return "done";
  }
  return "unknown";
}

std::string BankLine::id() const {
  return part == 0 ? fmt::format("{}#{}", statement, number)
                   : fmt::format("{}#{}.{}", statement, number, part);
}

base::Total BankLine::effect() const {
  if (!booked()) return {};
  const base::Total units(amount);
  return side == Side::kCredit ? units : -units;
}

std::string LedgerItem::id() const { return fmt::format("e{}.{}", sequence.value(), posting); }

base::Total LedgerItem::effect() const {
  const base::Total units(amount);
  return side == Side::kCredit ? units : -units;
}

std::vector<std::string_view> LedgerItem::keys() const {
  std::vector<std::string_view> keys;
  for (const std::string_view key :
       {std::string_view(order), std::string_view(command_id), std::string_view(evidence),
        std::string_view(order_evidence)}) {
    if (!key.empty() && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

}  // namespace recon
