// LoanBook: what the schedules of all projects say was due, and when it was paid. A fold of the
// entries' effects: whoever paid and by whichever flow, an instalment is paid when its section says
// so. Memory: that of the schedules.
//
// Paid and received are two things. A payment is received once the bank has it: at once where the
// payer's available money covers what its deposits in transit have credited, else when the last of
// those deposits is no longer in transit.
#pragma once

#include <map>
#include <vector>

#include "recon/export/export.h"

namespace recon::exports {

struct LoanInstalment {
  std::int64_t principal_paid = 0;
  std::int64_t interest_paid = 0;
  std::int64_t principal_received = 0;
  std::int64_t interest_received = 0;
  base::Date paid_on;      // in full
  base::Date received_on;  // in full
  base::Sequence paid_by;  // the last payment on it

  std::int64_t received() const { return principal_received + interest_received; }
};

struct Loan {
  base::ProjectId project;
  base::Date disbursed_on;
  base::Sequence disbursed_by;
  std::vector<LoanInstalment> instalments;
  std::uint32_t voided_from = 0;  // instalments from this one on are void; 0: none
  base::Date repaid_early_on;
  base::Date last_repaid_on;        // by the borrower
  std::int64_t compensated = 0;     // by a guarantor, principal and interest
  std::uint64_t compensations = 0;  // entries
  std::int64_t reserve_paid = 0;    // by the reserve
  std::uint64_t reserve_payments = 0;
  std::uint64_t trades = 0;  // claims made when the loan was paid out

  bool lent() const { return !disbursed_on.is_none(); }
  bool is_void(std::uint32_t instalment) const {
    return voided_from != 0 && instalment >= voided_from;
  }
};

// What is due and not received of a loan on a day.
struct Arrears {
  std::int64_t principal = 0;
  std::int64_t interest = 0;
  std::uint32_t instalments = 0;
  std::int64_t days = 0;  // since the oldest of them was due; 0: nothing is overdue
};

class LoanBook {
 public:
  void take(const Step& step);

  // Loan i is project i + 1.
  const std::vector<Loan>& loans() const { return loans_; }
  const Loan& loan(base::ProjectId id) const { return loans_[id.value() - 1]; }

  // Instalments due before `day` and not received on it.
  static Arrears arrears(const Loan& loan, const domain::Project& project, base::Date day);
  // Days an instalment was received late, or is late on `day`.
  static std::int64_t days_late(const Loan& loan, const domain::Project& project,
                                std::uint32_t instalment, base::Date day);
  // Scheduled interest not yet paid of a loan that was paid out.
  static std::int64_t interest_left(const Loan& loan, const domain::Project& project);

  // Projects whose figures the last entry may have changed.
  const std::vector<base::ProjectId>& touched() const { return touched_; }

 private:
  // Part of a payment that waits for its payer's deposits.
  struct Waiting {
    base::ProjectId project;
    std::uint32_t instalment = 0;
    std::int64_t principal = 0;
    std::int64_t interest = 0;
    std::size_t deposits = 0;  // still in transit
  };

  void touch(base::ProjectId id);
  void pay(const Step& step, const domain::InstalmentPaid& paid);
  void receive(const Step& step, const Waiting& payment);
  void settle(const Step& step);
  void claim(const Step& step);
  static void compensate(const Step& step, const domain::ClaimChange& change, Loan& loan);
  void end_early(const Step& step, const domain::ScheduleVoided& voided);
  std::vector<base::HoldId> unsettled_of(const Step& step) const;

  std::vector<Loan> loans_;
  std::vector<base::ProjectId> touched_;
  std::map<std::uint64_t, Waiting> waiting_;               // by a running number
  std::multimap<std::uint64_t, std::uint64_t> waits_for_;  // deposit hold -> waiting
  std::multimap<std::uint64_t, base::HoldId> deposits_;    // beneficiary account -> holds
  std::uint64_t next_waiting_ = 1;
};

}  // namespace recon::exports
