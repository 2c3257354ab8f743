// LedgerReport: what an auditor asks of the ledger alone: trial balance, control equation, lowest
// balances. Computed from a verified LedgerView, never from the ledger's own projections.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recon/ledger_view.h"

namespace recon {

struct ClassRow {
  std::uint16_t account_class = 0;
  std::string name;
  std::string currency;
  int digits = 2;
  base::Total debits;
  base::Total credits;
  base::Total balance;  // on the class's normal side
  ledger::domain::ClassGroup group = ledger::domain::ClassGroup::kClient;
};

struct TrialBalance {
  base::Date date;  // closed business date, or the open one
  bool closed = false;
  base::Sequence sequence;
  std::vector<ClassRow> rows;
  // Debits equal credits in every currency.
  bool balanced() const;
};

// Of a closed date, or of the last entry if `date` is none. Nothing if the date is not closed.
std::optional<TrialBalance> trial_balance(const LedgerView& view, base::Date date);
std::string trial_balance_text(const TrialBalance& tb);
std::string trial_balance_json(const TrialBalance& tb);

// I-3: bank + in transit + shortfall = client + platform, per currency.
struct ControlRow {
  std::string currency;
  int digits = 2;
  base::Total bank, in_transit, shortfall, client, platform;
  base::Total difference() const { return bank + in_transit + shortfall - client - platform; }
};
std::vector<ControlRow> control(const TrialBalance& tb);
std::string control_text(const TrialBalance& tb);
std::string control_json(const TrialBalance& tb);

}  // namespace recon
