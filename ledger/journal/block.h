// Blocks: how entries lie in the journal, on disk and in an exported file (JOURNAL_FORMAT.md).
//
//   record = u32 size | entry bytes | 32-byte hash,   hash = SHA-256(previous hash | entry bytes)
//
// A block is a row of records with consecutive sequences; its key is the first sequence. An export
// is a header and then records from some sequence on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "ledger/crypto/digest.h"
#include "ledger/domain/entry.h"

namespace ledger::journal {

inline constexpr std::size_t kBlockEntriesMax = 64;
inline constexpr std::size_t kBlockBytesMax = 64 * 1024;  // a larger entry has a block of its own

// The hash before the first entry: 32 zero bytes.
inline crypto::Digest chain_start() { return {}; }

struct Record {
  std::string_view entry;  // canonical bytes, decode with domain::decode
  crypto::Digest hash;     // as stored
};

// Walks the records of a block or of an export's body.
class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  // kCorruption if the bytes do not hold a whole record.
  base::Result<Record, base::Fault> next();

 private:
  std::string_view rest_;
};

void append_record(std::string& out, std::string_view entry, const crypto::Digest& hash);

}  // namespace ledger::journal
