// The fields of MT940, MT942, MT950 in file order, put together to statements. mt940.cc cuts the
// file into fields and drives this.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "custody_adapter/builder.h"
#include "custody_adapter/mt940_fields.h"

namespace custody_adapter {

class Mt940Statements {
 public:
  Mt940Statements(StatementSink& sink, const ReadOptions& options)
      : builder_(sink), options_(options) {}

  // "MT940", "MT942", "MT950" from block 2; "" for none.
  void set_block_type(std::string type) { block_type_ = std::move(type); }
  // Whether a field with this tag can only belong to the next statement: a :20:, or a new account,
  // number or opening balance after the closing balance.
  bool ends_before(std::string_view tag) const;
  // A whole field, lines joined by '\n'; `place` is the field's.
  void field(std::string_view tag, std::string_view content, Place place);
  // The open statement, if any, ends. `cut_off` says why it must be incomplete, "" if it need not
  // be.
  void close(std::string_view cut_off = "");
  // The next statement takes over id and account, as it has no :20: of its own.
  void close_and_go_on();

  bool is_open() const { return builder_.is_open(); }
  bool closing_seen() const { return closing_seen_; }
  bool lacks_closing() const;
  StatementBuilder& builder() { return builder_; }

 private:
  enum class EntryState { kNone, kPending, kUnreadable };
  struct Head {
    std::string id;
    std::string account;
    std::string bank;
  };

  void open(std::string_view tag);
  void dispatch(const std::string& tag);
  void on_account();
  void on_number();
  void on_control_total(const std::string& tag);
  void on_balance(const std::string& tag);
  void keep(std::optional<Balance>& slot, const Balance& balance);
  void on_entry_line();
  void fill_entry(const StatementLine& line, std::string_view more);
  void on_information();
  void append_information(std::string_view text);
  void on_bank_lines();
  void flush_entry();
  void check_control_total(const std::optional<Figure>& expected, const Figure& found,
                           std::string_view field);
  void set_currency(ledger::base::Currency currency);
  std::string_view text_of(std::string_view bytes);
  void issue(Severity severity, std::string_view code, const std::string& tag, std::string text) {
    builder_.issue(severity, code, ":" + tag + ":", std::move(text), place_);
  }

  StatementBuilder builder_;
  ReadOptions options_;
  std::string block_type_;
  std::optional<Head> inherited_;

  std::string_view field_;  // of the call to field()
  Place place_;
  bool opening_seen_ = false;
  bool closing_seen_ = false;
  ledger::base::Currency currency_;
  int digits_ = 2;
  std::optional<Figure> expected_credits_;
  std::optional<Figure> expected_debits_;

  EntryState entry_state_ = EntryState::kNone;
  StatementEntry entry_;
  std::string joined_;
  std::string scratch_;
};

}  // namespace custody_adapter
