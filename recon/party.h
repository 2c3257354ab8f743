// Party: does the other side that a line names agree with the client behind a ledger item?
//
// Custody banks write the platform's client codes into the counterparty, ordinary banks write
// people's names and account numbers, which the ledger does not know. So a field (name or account,
// of credits or of debits) is compared strictly once any of the day's lines agrees in it with its
// item; before that, only a text that is the code of another client differs.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "recon/values.h"

namespace recon {

struct Knowledge;

enum class Agreement { kAgrees, kSilent, kDiffers };

class PartyBook {
 public:
  // Learns from the lines of the day itself; carried ones do not teach.
  PartyBook(const std::vector<BankLine>& lines, const std::vector<LedgerItem>& items,
            base::Date first_day, const Knowledge& knowledge);

  Agreement compare(const BankLine& line, const LedgerItem& item) const;
  static std::string name_on(const BankLine& line);  // "L9 (account), Zhang (name)"

 private:
  const Knowledge& knowledge_;
  std::array<bool, 2> strict_account_{};  // by side
  std::array<bool, 2> strict_name_{};
};

}  // namespace recon
