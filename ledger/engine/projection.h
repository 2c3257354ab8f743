// Records of the projections: how the state's parts lie in the store's columns, and the keys.
// All are folds of the journal; ledger/store/README.md lists keys and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/state.h"

namespace ledger::engine {

// Where the projections stand: everything up to and with `sequence` is folded in.
struct Mark {
  base::Sequence sequence;
  base::Timestamp time;
  base::Date business_date;
  std::uint64_t next_hold = 1;
  std::uint8_t switches = 0;
  crypto::Digest head;
  std::string tree;     // Tree::save()
  std::string profile;  // TOML text in force
};

// The counters of an account after an entry that touched it.
struct Counters {
  std::int64_t debits_posted = 0;
  std::int64_t credits_posted = 0;
  std::int64_t debits_pending = 0;
  std::int64_t credits_pending = 0;
  friend bool operator==(const Counters&, const Counters&) = default;
};
inline Counters counters_of(const domain::Account& a) {
  return {a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending};
}

inline constexpr std::string_view kMarkKey = "mark";
std::string day_key(base::Date date);  // kMeta: sequence of the cut-off that closed the day
std::string id_key(std::uint64_t hash, std::uint64_t sequence);
std::string history_key(std::uint64_t account, std::uint64_t sequence);
std::string number_key(std::uint64_t id);
std::string claim_key(base::ProjectId project, base::ClientId holder);

// A stable 64-bit hash of a command id. Equal hashes of different ids are told apart by the entry,
// so nothing but speed depends on it.
std::uint64_t hash_of(std::string_view command_id);

std::string encode(const Mark& mark);
std::string encode(const Counters& counters);
std::string encode(const domain::Owner& owner);
std::string encode(const domain::Hold& hold);
std::string encode(const domain::Project& project);
std::string encode(const domain::Claim& claim);
std::string encode(const domain::Proposal& proposal);

// Nothing if the bytes are not such a record.
std::optional<Mark> decode_mark(std::string_view bytes);
std::optional<Counters> decode_counters(std::string_view bytes);
std::optional<domain::Owner> decode_owner(std::string_view bytes);
std::optional<domain::Hold> decode_hold(std::string_view bytes);
std::optional<domain::Project> decode_project(std::string_view bytes);
std::optional<domain::Claim> decode_claim(std::string_view bytes);
std::optional<domain::Proposal> decode_proposal(std::string_view bytes);

}  // namespace ledger::engine
