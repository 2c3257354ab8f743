// Verifier: recomputes what a journal claims, entry by entry, from nothing but its bytes: canonical
// form, chain, gap-free sequences, increasing time, laws of the books, trial balances at cut-offs.
// Names the first sequence that is wrong. Needs no RocksDB and no daemon.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/state.h"

namespace ledger::journal {

struct Violation {
  std::uint64_t sequence = 0;  // the first bad one
  std::string what;            // "hash", "sequence", "time", "decode: ...", "law LAW_NEGATIVE ..."
};

class Verifier {
 public:
  // Starts at genesis.
  Verifier();
  ~Verifier();
  // Takes the next record; after the first violation nothing more is taken.
  std::optional<Violation> take(std::string_view entry, const crypto::Digest& stored_hash);

  std::uint64_t entries() const;
  std::uint64_t postings() const;
  const crypto::Digest& head() const;
  crypto::Digest tree_root();
  const domain::State& state() const;  // balances after the last good entry

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// --- exported journals -----------------------------------------------------------------------
// File: 16-byte magic "escrow-journal/1", u64 first sequence, 32-byte hash before it, then records.
struct ExportHeader {
  std::uint64_t first = 1;
  crypto::Digest previous;
};
void append_export_header(std::string& out, const ExportHeader& header);

struct VerifyReport {
  std::uint64_t entries = 0;
  std::uint64_t postings = 0;
  crypto::Digest head;
  crypto::Digest tree_root;
  std::optional<Violation> violation;
};
// Verifies a whole exported file given as bytes. A bad header is a violation of sequence `first`.
VerifyReport verify_export(std::string_view file, Verifier& verifier);

}  // namespace ledger::journal
