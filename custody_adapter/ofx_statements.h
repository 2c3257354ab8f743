// OFX elements in file order, put together to statements. ofx.cc cuts the file and drives this.
#pragma once

#include <string>
#include <string_view>

#include "custody_adapter/builder.h"
#include "custody_adapter/ofx_tokens.h"

namespace custody_adapter {

enum class OfxTag : std::uint8_t;

class OfxStatements {
 public:
  OfxStatements(StatementSink& sink, const ReadOptions& options)
      : builder_(sink), options_(options) {}

  // What stands before the first tag, and the attributes of <?OFX?>: version and charset.
  void header(std::string_view text);
  void element(const OfxElement& element);
  // The end of the file.
  void finish(Place end);

  StatementBuilder& builder() { return builder_; }
  bool ofx_seen() const { return ofx_seen_; }
  bool ofx_closed() const { return ofx_closed_; }
  // What the bank answered when it sent no statement, "" when all was well.
  const std::string& refusal() const { return refusal_; }

 private:
  // Aggregates whose leaves have the names of others' leaves.
  enum class Inside {
    kNothing,
    kFrom,
    kTo,
    kPayee,
    kCurrency,
    kOriginal,
    kStatus,
    kLedger,
    kAvailable
  };

  void opened(OfxTag tag, Place place);
  void closed(OfxTag tag, Place place);
  void leaf(OfxTag tag);
  void leaf_of_statement(OfxTag tag);
  void leaf_of_entry(OfxTag tag);
  void leaf_of_account(OfxTag tag);
  void leaf_of_balance(OfxTag tag);
  void leaf_of_status(OfxTag tag);
  void enter(Inside inside);
  void leave();
  void begin_statement(OfxTag tag, Place place);
  void end_statement(std::uint64_t end);
  void begin_entry(Place place, bool pending);
  void end_entry(std::uint64_t end);
  void on_amount();
  void on_balance();
  ledger::base::Date date(std::string_view field);
  void set_currency();
  std::string_view text();
  void issue(Severity severity, std::string_view code, std::string_view field, std::string what);

  StatementBuilder builder_;
  ReadOptions options_;
  std::string format_ = "OFX";
  bool says_utf8_ = false;
  bool says_other_ = false;
  bool ofx_seen_ = false;
  bool ofx_closed_ = false;
  bool lie_told_ = false;
  std::string refusal_;

  Inside inside_ = Inside::kNothing;
  bool in_entry_ = false;
  bool pending_list_ = false;
  bool entry_good_ = false;
  StatementEntry entry_;
  std::string account_to_;
  std::string last_fitid_;
  Balance balance_;
  bool balance_given_ = false;
  std::string balance_text_;
  std::string status_code_;
  std::string status_severity_;
  std::string status_message_;
  std::string trnuid_;
  int digits_ = 2;

  std::string_view raw_;  // of the element being read
  std::string plain_;
  std::string decoded_;
  Place place_;
};

}  // namespace custody_adapter
