// Bank: a ledger in memory for tests, without engine and store. It decides and applies one command
// at a time and audits everything after each entry.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/command.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/flow.h"
#include "ledger/domain/state.h"

namespace ledger::domain::test {

// Everything a State holds, as text, one fact a line: equal texts are equal states.
std::string dump(const State& state);

// What must hold of a whole state, by means independent of the laws; the first flaw, or "".
//   itemised balances = pending counters = open holds; bank + in transit + shortfall = client +
//   platform; frozen of a project = its open bids; claims = disbursed; nothing negative.
std::string audit(const State& state);

crypto::Digest chain(const crypto::Digest& head, const Entry& entry);

class Bank : public Orders {
 public:
  Bank();  // cn-2017, opened on 2017-03-01
  explicit Bank(std::string_view profile_toml);

  struct Answer {
    std::optional<Refusal> refusal;
    base::Sequence sequence;  // of the entry, committed or refused
  };
  // Decides, checks the decision, applies it.
  Answer send(const Command& command);
  // As send(), without applying.
  std::optional<Refusal> ask(const Command& command, Entry& entry) const;
  // Applies an entry made elsewhere, as recovery does.
  void take(const Entry& entry);

  // Takes back everything since mark(), orders and entries too.
  void mark();
  void rollback();
  void commit();

  bool exists(std::string_view command_id) const override;

  State state;
  std::vector<Entry> entries;
  std::vector<crypto::Digest> hashes;
  // The audit costs as much as the state is large; tests with thousands of clients audit at the
  // end.
  bool audit_each = true;

 private:
  std::set<std::string, std::less<>> ids_;
  std::size_t marked_ = 0;
};

// Checks of one entry: each law, and the byte format.
void check_lawful(const State& before, const Entry& entry);
void check_round_trip(const Entry& entry);

}  // namespace ledger::domain::test
