// From the record of a detail to an entry: amount, direction, state, texts.
#pragma once

#include <optional>
#include <string>

#include "custody_adapter/profile_record.h"

namespace custody_adapter {

class EntryMaker {
 public:
  explicit EntryMaker(ProfileIssues& issues) : issues_(issues) {}

  struct Made {
    bool good = false;         // amount and direction are known; else issues say why not
    int amount_field = -1;     // which field gave the amount
    std::optional<Side> side;  // nothing for a transfer, or when unknown
  };
  // Overwrites `entry`.
  Made make(ProfileRecord& record, const ledger::base::Currency& currency, StatementEntry& entry);
  Made make_part(ProfileRecord& record, const ledger::base::Currency& currency, EntryDetail& part);
  // What a record of role 'more' adds.
  void append(ProfileRecord& record, StatementEntry& entry);
  void append(ProfileRecord& record, EntryDetail& part);

 private:
  struct Money {
    int field = -1;
    Figure amount;  // unsigned
    bool negative = false;
  };
  std::optional<Money> money(ProfileRecord& record);
  Made direct(ProfileRecord& record, const Money& money, bool& transfer, Side& side);
  std::optional<int> side_by(const SideRule& rule, const ProfileRecord& record,
                             bool negative) const;
  void set_status(ProfileRecord& record, StatementEntry& entry);
  void set_field(ProfileRecord& record, std::size_t i, StatementEntry& entry);
  void set_currency(ProfileRecord& record, std::size_t i, ledger::base::Currency& currency);
  void add_text(ProfileRecord& record, std::size_t i, std::string* slot);

  ProfileIssues& issues_;
  std::string text_;
  bool goes_on_ = false;  // the last text filled its field
};

// Reads a currency; an issue and no change when it is none.
bool read_currency(ProfileRecord& record, std::size_t field, ProfileIssues& issues,
                   ledger::base::Currency& currency);

}  // namespace custody_adapter
