// What the benchmarks share: commands in short, a ledger in memory without engine and store, a loan
// ready to be distributed, a folder that goes with its object. Whatever fails here aborts: a
// benchmark of a refusal would measure something else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bench/workload.h"
#include "ledger/domain/command.h"
#include "ledger/domain/flow.h"
#include "ledger/domain/state.h"

namespace bench {

using Value = std::variant<std::string, std::int64_t>;
using FieldValue = std::pair<ledger::domain::Field, Value>;
ledger::domain::Command command(std::string_view id, std::string_view flow,
                                const std::vector<FieldValue>& fields,
                                const std::vector<ledger::domain::Instalment>& schedule = {});

// The commands of workload.h, as the server's decoder would make them.
ledger::domain::Command opening(std::uint64_t number);
ledger::domain::Command load_command(const Load& load, std::uint64_t number);

// Decides on a state and applies, like the engine, but without its journal, index and threads.
// Asks nobody whether an id has been used. The profile is cn-2017, the day 2024-06-30.
class Books {
 public:
  Books();
  void decide(const ledger::domain::Command& command, ledger::domain::Entry& entry) const;
  void apply(const ledger::domain::Entry& entry);
  ledger::domain::Entry send(const ledger::domain::Command& command);
  // The channel and lenders L1 ... L`clients`.
  void open_clients(std::uint64_t clients);

  const ledger::domain::State& state() const { return state_; }

 private:
  ledger::domain::State state_;
  ledger::domain::Touched touched_;
};

// Project P of borrower:B, bid for by L1 ... L`lenders` with unequal amounts, paid out, to be
// repaid in 600 instalments.
class Loan {
 public:
  Loan(Books& books, std::uint64_t lenders);
  static constexpr std::size_t kInstalments = 600;
  // Sets the next instalment aside; the command that distributes it.
  ledger::domain::Command repay();
  std::size_t instalments_left() const { return kInstalments - repaid_; }

 private:
  Books& books_;
  std::vector<ledger::domain::Instalment> schedule_;
  std::size_t repaid_ = 0;
};

// The entry that distributes the first instalment of such a loan.
ledger::domain::Entry distribution(std::uint64_t lenders);
// The entry of a deposit of the load, among 1,000 clients.
ledger::domain::Entry deposit();

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace bench
