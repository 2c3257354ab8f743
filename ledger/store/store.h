// Store: the one place that knows RocksDB. It keeps the journal, and the projections folded from
// it.
//
//   journal       written by append(): one WriteBatch, one fsync; the only thing in the WAL
//   projections   written by ingest(): sorted files, all columns and their mark in one atomic step,
//                 no WAL; what a crash loses is folded again from the mark
//
// Thread-safe, except that append() has one caller at a time and ingest() has one caller at a time.
// See README.md in this folder for keys and values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/ids.h"
#include "ledger/base/result.h"

namespace ledger::store {

// Projections. The journal is not one of them.
enum class Column : std::uint8_t {
  kMeta,
  kIds,
  kHistory,
  kOwners,
  kAccounts,
  kHolds,
  kProjects,
  kClaims,
  kProposals,
};
inline constexpr std::size_t kColumns = 9;

// One block of the journal, see ledger/journal/block.h.
struct Block {
  base::Sequence first;
  std::string bytes;
};

// Takes the changes of one run of projections, column by column; within a column the keys must be
// ascending and unique. Faults are kept and come out of Store::ingest().
class RunWriter {
 public:
  virtual ~RunWriter() = default;
  // What follows goes into this column; each column at most once.
  virtual void start(Column column) = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void remove(std::string_view key) = 0;
};

// kSalvage reads what is left of a damaged store, skipping what fails its checksum: only for
// telling where the damage is, never as a source of truth.
enum class Mode { kCreate, kReadWrite, kReadOnly, kSalvage };

class Store {
 public:
  // kCreate refuses (kInvalid) a folder that holds a store; the others refuse (kNotFound) one that
  // does not. kClosed if another process has it open for writing.
  static base::Result<std::unique_ptr<Store>, base::Fault> open(const std::string& path, Mode mode);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Durable when it returns. A fault here means that the outcome is unknown; the store then holds
  // on to its files until the process ends, and only another process can open them again.
  base::Result<base::Ok, base::Fault> append(const std::vector<Block>& blocks);
  // The block that holds `sequence`; kNotFound beyond the end.
  base::Result<Block, base::Fault> block_of(base::Sequence sequence) const;
  // The last block; an empty one (no bytes) in an empty journal.
  base::Result<Block, base::Fault> last_block() const;
  // Calls `take` with each block from the one that holds `from` on, until it returns false.
  base::Result<base::Ok, base::Fault> scan_journal(
      base::Sequence from, const std::function<bool(const Block&)>& take) const;

  // Calls `write` to produce the run, then makes it visible in one atomic, durable step.
  base::Result<base::Ok, base::Fault> ingest(const std::function<void(RunWriter&)>& write);
  // Nothing if the key is not there.
  base::Result<std::optional<std::string>, base::Fault> get(Column column,
                                                            std::string_view key) const;
  // Keys >= `from` in order, until `take` returns false.
  base::Result<base::Ok, base::Fault> scan(
      Column column, std::string_view from,
      const std::function<bool(std::string_view key, std::string_view value)>& take) const;
  // Keys that begin with the 8 bytes of `prefix`, in order; only for kIds, kHistory and kClaims.
  // Uses the filters of the files, so a prefix that is nowhere costs little.
  base::Result<base::Ok, base::Fault> scan_prefix(
      Column column, std::string_view prefix,
      const std::function<bool(std::string_view key, std::string_view value)>& take) const;
  // Keys <= `from` in reverse order, until `take` returns false.
  base::Result<base::Ok, base::Fault> scan_back(
      Column column, std::string_view from,
      const std::function<bool(std::string_view key, std::string_view value)>& take) const;

  // Removes every projection (never the journal); they are folded again at the next start.
  base::Result<base::Ok, base::Fault> drop_projections();
  // Re-reads every block of every file and checks its checksum; kCorruption names the file.
  base::Result<base::Ok, base::Fault> verify_checksums() const;

 private:
  struct Impl;
  class Files;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledger::store
