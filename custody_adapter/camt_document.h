// The meaning of camt.05x elements, without XML: CamtDocument takes start and end of elements with
// their texts and feeds a StatementBuilder. camt053.cc drives it from expat.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/builder.h"
#include "custody_adapter/camt_tags.h"

namespace custody_adapter {

class CamtDocument {
 public:
  CamtDocument(StatementSink& sink, const ReadOptions& options)
      : builder_(sink), options_(options) {}

  // Name of the message with its version, from the namespace: "camt.053.001.08".
  void set_format(std::string format) { format_ = std::move(format); }
  const std::string& message_format() const { return format_; }

  // `currency` is the Ccy attribute, "" if there is none. `place` is the start
  // tag, or that of an element around it.
  void start(Tag tag, std::string_view currency, Place place);
  // `text` is the element's character data when it has no element inside, as UTF-8.
  void end(Tag tag, std::string_view text, std::uint64_t end_offset);
  // The file breaks off here: an open statement ends as truncated.
  void break_off(std::string why, Place place);

  StatementBuilder& builder() { return builder_; }
  bool message_seen() const { return message_seen_; }

 private:
  enum class Scope { kOutside, kHeader, kStatement, kAccount, kBalance, kSummary, kEntry, kDetail };

  struct Summary {
    std::optional<std::uint64_t> count;
    std::optional<Figure> sum;
  };
  // Amount, sign and state as they come; checked together when the element ends.
  struct Sums {
    std::uint64_t count = 0;
    Figure total;
  };
  struct RawAmount {
    std::string text;
    ledger::base::Currency currency;
    bool seen = false;
    std::optional<Side> side;
  };

  std::size_t depth() const { return path_.size(); }
  Tag up(std::size_t levels) const {
    return levels < path_.size() ? path_[path_.size() - 1 - levels] : Tag::kOther;
  }
  bool enters(Tag tag) const;
  Scope scope_of(Tag tag) const;
  void leave_scope(std::uint64_t end_offset);
  void leaf(Tag tag, std::string_view text);

  void open_statement(Place place);
  void open_entry(Place place);
  void header_text(Tag tag, std::string_view text);
  void statement_text(Tag tag, std::string_view text);
  void account_text(Tag tag, std::string_view text);
  void balance_text(Tag tag, std::string_view text);
  void summary_text(Tag tag, std::string_view text);
  void entry_text(Tag tag, std::string_view text);
  void code_text(Tag tag, std::string_view text);
  void add_charge(std::string_view text);
  void detail_text(Tag tag, std::string_view text);
  void reference_text(Tag tag, std::string_view text);
  void party_text(Tag tag, std::string_view text);

  void end_balance();
  void choose_balances();
  void end_detail();
  void turn_entry();
  void end_entry(std::uint64_t end_offset);
  void merge_only_detail();
  void check_details();
  void check_summary();
  void end_statement(std::uint64_t end_offset);

  ledger::base::Date date_of(std::string_view text);
  std::optional<Side> side_of(std::string_view text);
  // Unsigned amount in its currency; nothing and an error issue when it cannot be read.
  std::optional<Figure> figure_of(const RawAmount& raw, std::string_view field);
  void remember(RawAmount& raw, std::string_view text);
  void append_text(std::string& target, std::string_view text);
  // Issue at the element now open, named by its parent and itself.
  void complain(Severity severity, std::string_view code, std::string_view text);

  StatementBuilder builder_;
  ReadOptions options_;
  std::string format_;
  std::vector<Tag> path_;
  Scope scope_ = Scope::kOutside;
  std::array<std::size_t, 8> scope_depth_{};  // path length at which a scope was entered
  std::size_t skip_depth_ = 0;                // inside SplmtryData: foreign elements
  bool message_seen_ = false;
  bool supplementary_noted_ = false;
  Place element_;         // start tag of the entry, balance or statement being read
  std::string currency_;  // its Ccy attribute

  std::string message_id_;
  std::optional<std::uint64_t> message_page_;
  bool message_last_page_ = true;

  Balance balance_;
  RawAmount balance_amount_;
  std::vector<Balance> balances_;
  Summary all_, credits_, debits_;
  Sums all_entries_, credit_entries_, debit_entries_;  // of all states, for TxsSummry

  StatementEntry entry_;
  RawAmount entry_amount_;
  bool status_seen_ = false;
  EntryDetail detail_;
  RawAmount detail_amount_;
  RawAmount detail_alternative_;  // AmtDtls/TxAmt, else InstdAmt
  bool has_detail_side_ = false;
  Party debtor_, creditor_;
  std::uint64_t detail_count_ = 0;
  std::uint64_t detail_unpriced_ = 0;
  Figure detail_sum_;  // signed
  Figure charge_sum_;  // unsigned, entry and details
};

}  // namespace custody_adapter
