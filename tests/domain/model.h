// Model: what the ledger should do, written from the custody rules (CUSTODY.md section 3), with
// maps and loops and without any of the ledger's code. Slow and plain, so that it can be read.
//
// It takes the lines of the tests' language and answers with the refusal's name, or "".
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ledger::domain::test {

class Model {
 public:
  using Fields = std::map<std::string, std::string>;

  Model();
  std::string send(const std::string& line);

  struct Counters {
    std::int64_t debits = 0, credits = 0, debits_pending = 0, credits_pending = 0;
  };
  struct Hold {
    std::int64_t id = 0;
    std::string account, back, project;
    std::int64_t amount = 0, instalment = 0;
  };
  struct Claim {
    std::int64_t principal = 0, principal_paid = 0, interest_paid = 0;
  };
  struct Project {
    std::string borrower, contract, state = "collecting";
    std::int64_t target = 0, paid = 0, interest = 0, fees = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> schedule;  // principal, interest
    std::map<std::int64_t, Claim> claims;                         // by the order of opening
  };
  using HoldKey = std::pair<std::string, std::string>;  // order, kind

  std::map<std::string, Counters> accounts;
  std::map<HoldKey, Hold> holds;
  std::map<std::string, Project> projects;
  std::string date = "2017-03-01";

  std::int64_t balance(const std::string& account) const;
  std::int64_t frozen(const std::string& project) const;
  std::int64_t owes(const std::string& borrower) const;
  std::int64_t owner_number(const std::string& owner) const { return owners_.at(owner).number; }

 private:
  struct Owner {
    std::int64_t number = 0;
    bool legal = false, related = false;
  };
  struct Move {
    std::string debit, credit;
    std::int64_t amount = 0;
  };
  struct HoldStep {
    bool opens = false;
    HoldKey key;
    Hold hold;  // with the amount of this step
  };
  struct Done {
    std::string flow;
    bool committed = false, reversed = false;
    std::vector<Move> moves;
    std::vector<HoldStep> steps;
    std::string fee_project;  // whose fees it raised
  };
  struct Proposal {
    std::string target, maker, status = "proposed";
  };

  std::string decide(const std::string& flow, const std::string& id, const Fields& f);
  std::string open_account(const Fields& f);
  std::string open_project(const Fields& f);
  std::string deposit(const Fields& f);
  std::string settle(const Fields& f);
  std::string withdraw(const Fields& f);
  std::string withdraw_step(const std::string& flow, const Fields& f);
  std::string withdraw_fail(const Fields& f);
  std::string bid(const Fields& f);
  std::string bid_cancel(const Fields& f);
  std::string project_fail(const Fields& f);
  std::string disburse(const Fields& f);
  std::string fee(const Fields& f);
  std::string repay(const Fields& f);
  std::string distribute(const Fields& f);
  std::string propose(const Fields& f);
  std::string approve(const Fields& f);
  std::string take_back(const Done& target);

  std::string need_order(const std::string& order, const std::string& kind) const;
  bool over_cap(const std::string& borrower, std::int64_t more) const;
  std::int64_t unsettled(const std::string& account) const;
  void pay(const std::string& debit, const std::string& credit, std::int64_t amount);
  void hold(const std::string& order, const std::string& kind, const Hold& hold);
  void unhold(const HoldKey& key);
  void pend(const HoldKey& key, const Hold& hold, std::int64_t amount);

  std::map<std::string, Owner> owners_;
  std::map<std::string, Done> done_;            // by command id
  std::vector<std::string> order_of_commands_;  // entry 1 is the first
  std::map<std::string, Proposal> proposals_;
  std::int64_t next_hold_ = 1;
  Done current_;
  std::string current_id_;
};

}  // namespace ledger::domain::test
