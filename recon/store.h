// Store: recon's own RocksDB, never the ledger's. It keeps what it was given (files as received,
// the journal as fetched) and what it found out (statements, day results).
//
// Every write() is one synced batch: a file and all it changes are there together or not at all.
// Columns and keys: README.md. One writer; the CLI opens read-only beside it. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "recon/bank_file.h"
#include "recon/day.h"

namespace recon {

enum class FileVerdict : std::uint8_t {
  kAccepted = 1,
  kConflict = 2,    // same statement as one accepted before, other content: held for a person
  kRefused = 3,     // no statement that belongs here
  kSuperseded = 4,  // was incomplete; a complete one has taken its place
};
std::string_view name_of(FileVerdict verdict);  // "ACCEPTED"

struct FileRecord {
  std::string sha256;  // hex
  std::string name;    // as delivered
  std::uint64_t size = 0;
  std::uint64_t number = 0;  // of the import, from 1
  FileVerdict verdict = FileVerdict::kAccepted;
  std::string reason;
  std::vector<std::string> statements;  // keys
  friend bool operator==(const FileRecord&, const FileRecord&) = default;
};

// Records of the journal, as ledger/journal/block.h lays them out.
struct JournalChunk {
  std::uint64_t first = 0;
  std::string records;
};

// What one write() does.
struct Change {
  std::vector<FileRecord> files;
  std::vector<BankStatement> statements;
  std::vector<std::string> statements_removed;
  std::vector<DayResult> days;
  std::vector<base::Date> days_removed;
  std::vector<JournalChunk> journal;
  std::optional<std::string> bound_account;  // see Book
};

enum class StoreMode { kReadWrite, kReadOnly };  // kReadWrite creates what is not there

template <typename T>
using Faulty = base::Result<T, base::Fault>;

class Store {
 public:
  static Faulty<std::unique_ptr<Store>> open(const std::string& path, StoreMode mode);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Faulty<base::Ok> write(const Change& change);
  // The bytes as received. To be put before the FileRecord: without one they count as nothing.
  Faulty<base::Ok> put_raw(std::string_view sha256, std::string_view bytes);
  Faulty<std::string> raw(std::string_view sha256) const;

  Faulty<std::optional<FileRecord>> file(std::string_view sha256) const;
  Faulty<std::vector<FileRecord>> files() const;  // by number
  Faulty<std::optional<BankStatement>> statement(std::string_view key) const;
  Faulty<std::vector<BankStatement>> statements_of(base::Date date) const;
  Faulty<std::vector<base::Date>> statement_dates() const;  // ascending, each once
  Faulty<std::optional<DayResult>> day(base::Date date) const;
  // Ascending, until `take` returns false.
  Faulty<base::Ok> each_day(const std::function<bool(const DayResult&)>& take) const;
  Faulty<base::Ok> each_chunk(const std::function<bool(const JournalChunk&)>& take) const;
  Faulty<std::string> bound_account() const;  // "" if none

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recon
