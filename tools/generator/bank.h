// Bank: the custodian's side of the day. It books what settled and what was paid out, one line
// each, and makes the statement of the custody account from it. Defects are planted here, in the
// file and its balances only: the ledger's commands are the same with and without them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/time.h"
#include "tools/generator/draws.h"

namespace tools::generator {

struct Booking {
  bool credit = true;  // money into the custody account
  Fen amount = 0;
  std::string order;      // of the platform, at most 16 characters: what fits into MT940
  std::string reference;  // of the bank, likewise
  std::string party;      // the client's code as the custodian knows it: "L000123"; of others empty
  std::string name;
  std::string text;
  ledger::base::Date value_date;
};

struct StatementDay {
  ledger::base::Date date;
  int number = 1;  // consecutive
  Fen opening = 0;
  Fen closing = 0;
  std::vector<Booking> lines;
  bool truncated = false;  // its files are to be cut in the middle
};

enum class Defect { kMissing, kExtra, kAmount, kDuplicate, kParty, kNextDay, kTruncated };
std::optional<Defect> defect_from_name(std::string_view name);  // "next-day"
std::string_view name_of(Defect defect);
std::string defect_names();  // "missing, extra, ..."

struct PlantedDefect {
  Defect kind = Defect::kMissing;
  int day = 1;  // of the run, from 1
};

// What reconciliation has to say of a planted defect, in the words of `recon bank --json`.
struct ExpectedFinding {
  ledger::base::Date date;
  std::string bucket;
  std::string cause;
};
struct Expectation {
  PlantedDefect planted;
  ledger::base::Date date;
  std::string order;  // of the line it is about, "" for a whole file
  Fen amount = 0;     // bank minus ledger at the close of `date`
  std::vector<ExpectedFinding> findings;
};

class Bank {
 public:
  Bank(Fen opening, std::uint64_t seed, std::vector<PlantedDefect> defects)
      : balance_(opening), random_(seed, 2), defects_(std::move(defects)) {}

  // The statement of the run's day `day`, from 1; to be called for one day after the other.
  StatementDay close(int day, ledger::base::Date date, std::vector<Booking> booked);

  const std::vector<Expectation>& expectations() const { return expectations_; }

 private:
  void plant(Defect kind, int day, StatementDay& statement);
  std::size_t pick(const StatementDay& statement, bool of_clients_in);

  Fen balance_;
  Random random_;
  std::vector<PlantedDefect> defects_;
  std::vector<Booking> late_;         // to be booked on the next day
  std::vector<std::string> touched_;  // orders that already have a defect
  std::vector<Expectation> expectations_;
};

// The files. MT940 with German sub-fields in :86:, camt.053.001.08, BAI2 with labelled
// continuations, CSV with a balance column, and OFX 1.02, which has no opening balance.
std::string mt940_text(const StatementDay& day, const std::string& account);
std::string camt053_text(const StatementDay& day, const std::string& account);
std::string bai2_text(const StatementDay& day, const std::string& account);
std::string csv_text(const StatementDay& day, const std::string& account);
std::string ofx_text(const StatementDay& day, const std::string& account);
// A transfer that broke off: about half of the text, cut inside a line.
std::string cut_off(const std::string& text);

}  // namespace tools::generator
