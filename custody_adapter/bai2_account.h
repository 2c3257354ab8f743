// One BAI2 account: a 03 record, its 16 records, their 88 continuations and its 49, put together to
// a statement. bai2.cc cuts the file into records and drives this.
#pragma once

#include <string>
#include <string_view>

#include "custody_adapter/bai2_fields.h"
#include "custody_adapter/builder.h"

namespace custody_adapter {

// What the file and group headers say about the accounts below them.
struct BaiGroup {
  std::string message_id;  // of the file: sender, creation date and time, file number
  std::string originator;
  ledger::base::Currency currency;
  ledger::base::Date as_of;
  std::string unprovable;  // status 2 (deletion) and 4 (test)
  std::string information;
};

class BaiAccount {
 public:
  BaiAccount(StatementSink& sink, const ReadOptions& options) : builder_(sink), options_(options) {}

  bool is_open() const { return builder_.is_open(); }
  StatementBuilder& builder() { return builder_; }
  // Digits of the open account's currency.
  int digits() const { return digits_; }

  // Each takes the content of a record after its code.
  void open(std::string_view content, const BaiGroup& group, Place place);  // 03
  void detail(std::string_view content, Place place);                       // 16
  void continuation(std::string_view content, Place place);                 // 88, wrapped lines
  // 49: checks the control totals. `records` counts 03, 16, 88 and this one.
  void trailer(std::string_view content, std::uint64_t records, Place place);
  // The account ends without a 49.
  void cut_off(std::string_view why, Place place, bool file_ends);

  // The sum that the trailer states, in minor units, for the group's control total; what the
  // records add up to when it states none.
  ledger::base::Int128 stated_total() const { return stated_total_; }

 private:
  enum class In { kNone, kAccount, kDetail };
  enum class Next {
    kAccount,
    kCurrency,
    kType,
    kAmount,
    kCount,
    kFunds,
    kFundsMore,
    kBankReference,
    kReference,
    kText
  };

  void account_fields(std::string_view content);
  void account_field(std::string_view field);
  void end_open_group();
  void end_group();
  void status_or_summary();
  void keep(std::optional<Balance>& slot, Balance balance);
  void detail_fields(std::string_view content);
  void detail_field(std::string_view field);
  void amount_field(std::string_view field);
  void text_piece(std::string_view text);
  void flush_entry();
  void end_account(Place place);
  void check_total(const std::optional<Figure>& stated, const Figure& found, std::uint64_t count,
                   std::uint64_t entries, std::string_view field, Place place);
  void currency_field(std::string_view field);
  std::string_view text_of(std::string_view bytes);
  void issue(Severity severity, std::string_view code, std::string_view field, std::string text);

  StatementBuilder builder_;
  ReadOptions options_;
  std::string scratch_;
  In in_ = In::kNone;
  Next next_ = Next::kAccount;
  Place place_;  // of the record being read, with its continuations
  int digits_ = 2;
  ledger::base::Date as_of_;

  // The type group of a 03, or the 16, being read.
  int code_ = -1;
  std::string code_text_;
  std::optional<BaiAmount> amount_;
  bool amount_given_ = false;
  std::uint64_t count_ = 0;
  BaiFunds funds_;

  StatementEntry entry_;
  bool entry_good_ = false;

  ledger::base::Int128 control_ = 0;  // all amounts of 03 and 16 records, in minor units
  bool control_known_ = true;         // false after an amount that could not be read
  ledger::base::Int128 stated_total_ = 0;
  std::uint64_t credits_ = 0;  // entries
  std::uint64_t debits_ = 0;
  std::uint64_t stated_credit_count_ = 0;
  std::uint64_t stated_debit_count_ = 0;
};

}  // namespace custody_adapter
