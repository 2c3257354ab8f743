// Verifier: recomputes what a journal claims, entry by entry, from nothing but its bytes: canonical
// form, chain, gap-free sequences, increasing time, laws of the books, trial balances at cut-offs.
// Names the first sequence that is wrong. Needs no RocksDB and no daemon.
//
// A journal whose later hashes were all computed anew is consistent in itself. Only a checkpoint
// kept elsewhere (Retained) shows that it is another journal, or that its end is missing.
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
  std::uint64_t sequence = 0;  // the first bad one, see JOURNAL_FORMAT.md
  std::string what;            // "hash", "sequence", "time", "decode: ...", "law LAW_NEGATIVE ..."
};

// What somebody outside kept of the journal: its length then, and the chain hash or the tree root.
struct Retained {
  std::uint64_t entries = 0;
  std::optional<crypto::Digest> head;
  std::optional<crypto::Digest> tree_root;
};

// Not thread-safe. Memory: the working set of State and about 90 bytes per entry.
class Verifier {
 public:
  // Starts at genesis.
  Verifier();
  ~Verifier();
  Verifier(const Verifier&) = delete;
  Verifier& operator=(const Verifier&) = delete;

  // Takes the next record; after the first violation nothing more may be given.
  std::optional<Violation> take(std::string_view entry, const crypto::Digest& stored_hash);
  // Compares with a checkpoint of this length, after entry `entries` was taken and before the next.
  std::optional<Violation> compare(const Retained& retained);

  std::uint64_t entries() const;  // good ones
  std::uint64_t postings() const;
  const crypto::Digest& head() const;
  crypto::Digest tree_root();
  // Balances after the last good entry; not to be used after a violation.
  const domain::State& state() const;
  // The last entry taken, as decoded.
  const domain::Entry& last() const;

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
inline constexpr std::size_t kExportHeaderSize = 56;
void append_export_header(std::string& out, const ExportHeader& header);
// kCorruption if the bytes do not begin with a header.
base::Result<ExportHeader, base::Fault> read_export_header(std::string_view file);

struct VerifyReport {
  std::uint64_t entries = 0;
  std::uint64_t postings = 0;
  crypto::Digest head;
  crypto::Digest tree_root;
  std::optional<Violation> violation;
};
// Verifies a whole exported file given as bytes. The file must continue where `verifier` stands: a
// header that does not is a violation of the sequence after verifier.entries(). With `retained`,
// the journal must hold at least that many entries (the first missing one is the violation) and
// agree with the checkpoint there.
VerifyReport verify_export(std::string_view file, Verifier& verifier,
                           const Retained* retained = nullptr);

}  // namespace ledger::journal
