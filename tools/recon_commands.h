// The subcommands of `recon`. Each prints to stdout and gives the exit code: 0 clean, 1 breaks or
// refusals, 2 integrity failure, 64+ usage and environment. Same input, same bytes out.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "recon/export/export.h"
#include "recon/ledger_view.h"
#include "recon/store.h"
#include "tools/journal_source.h"

namespace tools {

inline constexpr int kExitClean = 0;
inline constexpr int kExitBreaks = 1;
inline constexpr int kExitIntegrity = 2;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitIo = 74;

struct ReconArguments {
  std::string journal;  // exported file
  std::string ledger;   // the ledger's data folder
  std::string data;     // recond's folder
  std::string date;
  std::string out;
  std::string key;
  std::string head;  // a checkpoint kept elsewhere
  std::string root;
  std::uint64_t size = 0;
  std::string control_account = "custody:bank";
  std::string name;  // of an export
  std::string at;
  std::string format = "csv";
  std::string from;
  std::string to;
  recon::exports::Options options;
  bool open_only = false;
  bool json = false;
  bool replace = false;  // rebuild: drop the projections after comparing them
};

int recon_verify(const ReconArguments& args);
int recon_export(const ReconArguments& args);
int recon_trial_balance(const ReconArguments& args);
std::string export_names();
int recon_control(const ReconArguments& args);
int recon_lowest(const ReconArguments& args);
int recon_bank(const ReconArguments& args);
int recon_breaks(const ReconArguments& args);
int recon_files(const ReconArguments& args);
int recon_trace(const ReconArguments& args);
int recon_rebuild(const ReconArguments& args);

// --- shared by them ----------------------------------------------------------------------------
// An open journal of whichever kind was named; the store lives as long when it is recon's copy.
struct OpenJournal {
  std::unique_ptr<recon::Store> store;
  std::unique_ptr<JournalSource> source;
};
recon::Faulty<OpenJournal> open_journal(const ReconArguments& args);
recon::Faulty<std::unique_ptr<recon::Store>> open_data(const ReconArguments& args);

// Verifies and folds the whole journal; kCorruption names the first bad or unreadable sequence.
// `after_each` sees every entry when it is folded in.
recon::Faulty<ledger::base::Ok> load(
    JournalSource& source, recon::LedgerView& view,
    const std::function<bool(const ledger::domain::Entry&)>& after_each = nullptr);

int fail_with(const ReconArguments& args, const ledger::base::Fault& fault);

}  // namespace tools
