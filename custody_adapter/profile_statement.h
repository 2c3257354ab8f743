// The statement under construction of a file read by profile: its head and trailer values, its
// totals and chain, its verdict.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/profile_chain.h"
#include "custody_adapter/profile_entry.h"
#include "custody_adapter/profile_record.h"
#include "custody_adapter/profile_totals.h"

namespace custody_adapter {

class ProfileStatement {
 public:
  ProfileStatement(const ProfileModel& model, const ProfileOptions& options, StatementSink& sink);

  StatementBuilder& builder() { return builder_; }
  ProfileIssues& issues() { return issues_; }
  bool is_open() const { return builder_.is_open(); }

  void open(Place place);
  // A record of any role that belongs to the statement; false when there are too many sub-accounts.
  bool take(ProfileRecord& record);
  // The end of its records at `end`; `cut_off`: the file was refused inside it.
  Verdict close(std::uint64_t end, bool cut_off);
  // An entry is held back while records may go on with it.
  void flush();

  // Values of heads that other records must repeat. The statement must be open.
  void remember(const ProfileRecord& record);
  void compare(ProfileRecord& record);

  // The checks of the file, over all its statements.
  ProfileTotals& file_totals() { return file_totals_; }
  const Figure& credit_sum() const { return credit_sum_; }
  const Figure& debit_sum() const { return debit_sum_; }
  const Figure& transfer_sum() const { return transfer_sum_; }
  std::uint64_t entries() const { return entries_; }

 private:
  void set_head(ProfileRecord& record);
  void set_date(ProfileRecord& record, std::size_t i);
  void set_balance(const ProfileRecord& record, std::size_t i, BalanceKind kind);
  bool take_detail(ProfileRecord& record);
  void take_part(ProfileRecord& record);
  void take_more(ProfileRecord& record);
  bool follow_chain(const ProfileRecord& record, const EntryMaker::Made& made, bool& linked);
  void count_once(const ProfileRecord& record);
  void finish_chain();
  Verdict judge(bool cut_off, std::uint64_t errors);
  std::string unproved_reason() const;

  const ProfileModel& model_;
  const ProfileOptions& options_;
  StatementBuilder builder_;
  ProfileIssues issues_;
  EntryMaker maker_;
  ProfileTotals totals_;
  ProfileTotals file_totals_;
  BalanceChain chain_;
  StatementEntry entry_;
  bool has_entry_ = false;
  bool last_is_part_ = false;
  std::size_t parts_left_out_ = 0;
  bool after_trailer_ = false;
  std::vector<std::uint64_t> seen_;                   // by record, in this statement
  std::vector<std::vector<std::string>> remembered_;  // by record and field
  std::uint64_t details_ = 0;                         // entries whose amount and side are known
  std::uint64_t uncovered_ = 0;   // of them: proved neither by totals nor by the chain
  std::uint64_t chain_only_ = 0;  // proved by the chain and by no total
  std::uint64_t side_open_ = 0;   // of them: amount in a total, direction in none
  Figure credit_sum_;
  Figure debit_sum_;
  Figure transfer_sum_;
  std::uint64_t entries_ = 0;
  ledger::base::Date opening_date_;
  ledger::base::Date closing_date_;
};

}  // namespace custody_adapter
