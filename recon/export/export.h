// Export: what somebody outside asks of the ledger, as a fold of its journal. The same entries and
// options give the same bytes, whatever the journal holds beyond them.
//
// An export keeps what accounts, projects and open holds need, never what the journal is long. Rows
// that belong to entries are written as the entries pass, in the order of the journal; other rows
// at the end, in the order of account, project or client numbers, or as the export says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/state.h"
#include "recon/export/table.h"

namespace recon::exports {

namespace domain = ledger::domain;

struct Options {
  std::string order;
  std::string client;
  std::string project;
  std::string flow;              // trace
  std::string operator_name;     // trace
  std::string figure;            // disclosure: the entries behind this figure
  std::string period = "month";  // flows: day, month, all
  base::Date from;               // client-statement, trace, bank-interest: the first day
  base::Date to;                 // trace, bank-interest: the last day
  int withdraw_percent = 30;     // liquidity: the stress
  Format format = Format::kCsv;
};

// One entry, applied to the state.
struct Step {
  const domain::Entry& entry;
  const crypto::Digest& hash;
  const domain::State& state;
};

class Export {
 public:
  virtual ~Export() = default;
  virtual void take(const Step& step) = 0;
  // After the last entry. False: the journal has to be walked once more, from genesis; take()
  // and finish() are then called again.
  virtual bool finish(const Position& position, const domain::State& state) = 0;
};

struct Made {
  std::unique_ptr<Export> fold;
  // Or why there is none: an option is missing or wrong.
  std::string problem;
};

struct Kind {
  std::string_view name;
  std::string_view what;
  std::string_view suffix;  // of a file: "csv" stands for either form of a table
  Made (*make)(const Options& options, Put put);
};
// Flow and command of an entry: of an approved proposal, those of what it proposed.
domain::FlowCode flow_of(const domain::Entry& entry);
std::string_view body_of(const domain::Entry& entry);
// All exports, in order of their names.
const std::vector<Kind>& kinds();
const Kind* find_kind(std::string_view name);
// The exports that a wind-down pack consists of.
const std::vector<std::string_view>& wind_down_parts();

// Folds journal records: chain, canonical form, sequence and the fit of each entry to the state are
// checked, laws and signatures are not: that is the verifier's business, and the head in the footer
// says of which journal. So memory is that of the state.
class JournalFold {
 public:
  JournalFold();
  // The fault is kCorruption and names the entry.
  base::Result<base::Ok, base::Fault> take(std::string_view entry,
                                           const crypto::Digest& stored_hash);
  const domain::State& state() const { return state_; }
  Step step() const { return {entry_, head_, state_}; }
  std::uint64_t entries() const { return entries_; }
  const domain::Entry& last() const { return entry_; }
  Position position() const;

 private:
  domain::State state_;
  domain::Entry entry_;
  crypto::Digest head_;
  crypto::Sha256 sha_;
  std::string scratch_;
  std::uint64_t entries_ = 0;
};

// --- shared by exports -------------------------------------------------------------------------
// A table export: its title is written before the first entry.
class TableExport : public Export {
 public:
  TableExport(const Options& options, Put put, Title title);

 protected:
  TableWriter& table() { return table_; }
  static base::Currency currency_of(const domain::State& state, base::AccountId id);
  static base::Currency currency_of(const domain::State& state, base::ClientId id);
  static base::Currency currency_of(const domain::State& state, const domain::Project& project);

 private:
  TableWriter table_;
};

const domain::AccountClass& class_of(const domain::State& state, base::AccountId id);
base::ClientId owner_of(const domain::State& state, base::AccountId id);

Made make_hledger(const Options& options, Put put);
Made make_ledger(const Options& options, Put put);
Made make_beancount(const Options& options, Put put);
Made make_bank_interest(const Options& options, Put put);
Made make_bank_interest_commands(const Options& options, Put put);
Made make_accounts(const Options& options, Put put);
Made make_clients(const Options& options, Put put);
Made make_holds(const Options& options, Put put);
Made make_claims(const Options& options, Put put);
Made make_projects(const Options& options, Put put);
Made make_flows(const Options& options, Put put);
Made make_liquidity(const Options& options, Put put);
Made make_credit_history(const Options& options, Put put);
Made make_disclosure(const Options& options, Put put);
Made make_operators(const Options& options, Put put);
Made make_trace(const Options& options, Put put);
Made make_client_statement(const Options& options, Put put);

}  // namespace recon::exports
