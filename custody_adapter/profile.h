// Statement files read by a profile: a TOML text that says how the records of a delimited or
// fixed-width file look and what they must prove. PROFILES.md is the format.
//
//   auto profile = StatementProfile::parse(*StatementProfile::built_in("aleve"));
//   auto reader = make_profile_reader(*profile, sink, {});
//   ... push(), finish() as with every reader; then reader->summary()
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/profile_model.h"
#include "custody_adapter/reader.h"
#include "ledger/base/fault.h"
#include "ledger/base/result.h"

namespace custody_adapter {

// Immutable and shared: copies are cheap, any number of readers on any threads may use one.
class StatementProfile {
 public:
  // The fault names line and key: "profile: line 12: record 'detail': unknown key 'lenght'".
  static ledger::base::Result<StatementProfile, ledger::base::Fault> parse(std::string_view toml);

  // The profiles that the program carries, by name.
  static std::optional<std::string_view> built_in(std::string_view name);
  static std::vector<std::string_view> built_in_names();

  const ProfileModel& model() const { return *model_; }

 private:
  explicit StatementProfile(std::shared_ptr<const ProfileModel> model) : model_(std::move(model)) {}
  std::shared_ptr<const ProfileModel> model_;
};

// One field of a record as it stands in the file.
struct CellView {
  const FieldSpec* field = nullptr;
  std::uint64_t offset = 0;  // in the file
  std::string_view bytes;    // as received, untrimmed
};
// For tools that show what a profile makes of a file.
class RecordObserver {
 public:
  virtual ~RecordObserver() = default;
  // `record` is nullptr for a blank line. Views are valid during the call.
  virtual void on_record(const RecordSpec* record, const Place& place,
                         const std::vector<CellView>& cells) = 0;
};

// A sub-account at the end of a statement whose entries carry the balance after them.
struct SubAccount {
  std::string_view number;
  Figure opening;  // known beforehand, else what the first entry implies
  Figure closing;
  std::uint64_t entries = 0;
  bool opening_known = false;
};

struct ProfileOptions {
  // The balance of a sub-account before the file, where the caller knows it (from the file of the
  // day before): without it the first entry of each sub-account proves nothing.
  std::function<std::optional<Figure>(std::string_view sub_account)> opening_of;
  // How many entries the file must have, where the caller knows it from elsewhere (a manifest, the
  // bank's answer to a query). A file with balances after entries but without totals needs it: its
  // chain cannot tell that the last lines are missing.
  std::optional<std::uint64_t> entries_expected;
  // Called for each sub-account at the end of a statement, in the order of their first entries.
  std::function<void(const SubAccount&)> on_sub_account;
  ledger::base::Date file_date;  // the day of the file, from its name: for dates without a year
  RecordObserver* observer = nullptr;
  std::size_t parts_max = 100'000;           // details kept per entry; the rest is counted
  std::size_t sub_accounts_max = 8'000'000;  // beyond: limit_exceeded
  std::uint64_t issues_max = 1'000;          // delivered per file; the rest is counted
};

// The file as a whole.
struct FileSummary {
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;  // without blank lines
  std::uint64_t statements = 0;
  std::uint64_t entries = 0;
  Figure credit_sum;  // booked
  Figure debit_sum;
  Figure transfer_sum;
  std::vector<std::pair<std::string, std::uint64_t>> records_of;  // by name, in profile order
  std::vector<ControlTotal> totals;                               // of the file, not of statements
  // PROVED when every statement is and every total of the file holds.
  Verdict verdict;
};

class ProfileReader : public StatementReader {
 public:
  // Complete after finish() or an error.
  virtual const FileSummary& summary() const = 0;
};
// The sink and the observer must outlive the reader.
std::unique_ptr<ProfileReader> make_profile_reader(const StatementProfile& profile,
                                                   StatementSink& sink, ProfileOptions options);

}  // namespace custody_adapter
