// A small realistic journal made by the real flows: deposits, bids, loans, repayments, withdrawals,
// reversals, refusals and day ends, chosen by a seed. For tests of whatever reads journals.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/domain/command.h"
#include "ledger/domain/flow.h"
#include "ledger/journal/tree.h"
#include "ledger/journal/verifier.h"

namespace ledger::testing {

class SampleJournal {
 public:
  // The same seed and count give the same bytes.
  SampleJournal(std::uint64_t seed, std::size_t entries);

  std::string file() const;  // the export
  std::size_t size() const { return entries_.size(); }
  // Bytes and hash of entry n = 1 ... size().
  const std::string& bytes(std::size_t n) const { return bytes_[n - 1]; }
  const domain::Entry& entry(std::size_t n) const { return entries_[n - 1]; }
  const crypto::Digest& hash(std::size_t n) const { return hashes_[n - 1]; }
  journal::Retained checkpoint();
  const domain::State& state() const { return state_; }

 private:
  struct Value {
    domain::Field field;
    std::variant<std::string, std::int64_t> value;
  };
  void add(domain::Entry entry);
  domain::Command build(domain::FlowCode flow, std::initializer_list<Value> values,
                        std::string_view operator_name, const domain::Command* nested = nullptr);
  // Decides the command and appends its entry; true if it was committed.
  bool run(const domain::Command& command);
  bool run(domain::FlowCode flow, std::initializer_list<Value> values,
           std::string_view operator_name = {});
  void open_everybody();
  void open_project();
  void step();
  void step_project();
  void step_withdrawal();
  void step_deposit();
  void step_bank();
  // Two operators: one proposes the command, the other approves it.
  bool run_by_two(domain::FlowCode flow, std::initializer_list<Value> values);
  // An entry of this flow among the last ones, with its hash, or 0.
  std::uint64_t recent(domain::FlowCode flow) const;
  void step_reversal();
  void step_proposal();
  std::uint64_t roll(std::uint64_t below) { return random_() % below; }
  std::string lender() { return "lender:L" + std::to_string(roll(5)); }
  const domain::Hold* any_hold(domain::HoldKind kind);

  std::mt19937_64 random_;
  domain::State state_;
  journal::Tree tree_;
  crypto::Sha256 sha_;
  crypto::Digest head_;
  base::Timestamp now_;
  std::vector<domain::Entry> entries_;
  std::vector<std::string> bytes_;
  std::vector<crypto::Digest> hashes_;
  std::string last_id_;
};

}  // namespace ledger::testing
