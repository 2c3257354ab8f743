// Flow: how one kind of command is decided. One file per flow under flows/; flows.cc lists them.
//
//   decide(state, command, context, draft) is pure: it reads the state, refuses, or fills the draft
//   with postings, holds and other effects. It never changes the state, reads no clock and no disk.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ledger/domain/command.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"
#include "ledger/domain/state.h"

namespace ledger::domain {

// The command ids of the journal.
class Orders {
 public:
  virtual ~Orders() = default;
  virtual bool exists(std::string_view command_id) const = 0;
};

struct Context {
  base::Timestamp now;
  crypto::Digest head;             // chain hash of the last entry
  std::uint64_t tree_size = 0;     // entries so far
  crypto::Digest tree_root;        // RFC 6962 root over them; only for flows that ask (needs_root)
  const Orders* orders = nullptr;  // asked only to word a refusal; may be null
  // The entry and its hash that a reversal names; null if there is none.
  const Entry* target = nullptr;
  crypto::Digest target_hash;
};

// What the engine must load before it can ask decide().
enum class Needs : std::uint8_t {
  kNothing,
  kClaims,
  kTargetEntry,    // Field::kEntry
  kProposedEntry,  // the target of a proposed reversal
  kTreeRoot,
  kProposed,  // whatever the proposed command needs, see proposed_command()
};

struct FlowField {
  Field field;
  bool required;
};

struct Flow {
  FlowCode code;
  std::span<const FlowField> fields;  // besides authority (required) and operator (optional)
  Needs needs;
  // Refusal, or nothing after filling the draft's effects.
  std::optional<Refusal> (*decide)(const State&, const Command&, const Context&, Entry& draft);
};

std::span<const Flow* const> all_flows();
const Flow& flow_of(FlowCode code);    // must be one of all_flows()
const Flow* find_flow(FlowCode code);  // null for a code that no command can have

// The command that a `propose` or `approve` is about, under the id of that command; else nothing.
std::optional<Command> proposed_command(const State& state, const Command& command);

// The project whose claims `command` is about: the one it names, or that of the open hold of the
// order it continues; none if there is none. Asked for flows that need kClaims.
base::ProjectId claims_project(const State& state, const Command& command);

// The whole decision: authority, the flow's own rules, then the laws. Fills `entry` with a
// committed entry, or with a refused one (returns the refusal too). The caller has checked
// idempotency, loaded what the flow needs, and applies the entry afterwards. A refusal that is not
// sticky is not journaled: the entry is then of no use.
std::optional<Refusal> decide(const State& state, const Command& command, const Context& context,
                              Entry& entry);

// The first entry of every journal: adopts the profile and opens the structural owners.
Entry genesis(const Profile& profile, base::Timestamp now, base::Date business_date);

}  // namespace ledger::domain
