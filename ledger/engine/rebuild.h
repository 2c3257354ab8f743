// Rebuild: folds the whole journal afresh and compares every projection with it, record by record.
// For auditors and tests: needs the data folder, no running engine (read-only).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/base/fault.h"
#include "ledger/base/ids.h"
#include "ledger/base/result.h"

namespace ledger::engine {

struct RebuildReport {
  struct Line {
    std::string projection;        // "accounts"
    std::uint64_t folded = 0;      // records that the journal gives
    std::uint64_t stored = 0;      // records that are stored
    std::uint64_t different = 0;   // stored ones that are missing, surplus or have another value
    std::string first_difference;  // names the record; empty if there is none
  };
  base::Sequence journal_head;  // last entry of the journal
  base::Sequence mark;          // projections are compared as of this entry
  std::vector<Line> lines;

  bool equal() const;
};

// kCorruption if the journal itself does not fold; kNotFound without a ledger in the folder.
base::Result<RebuildReport, base::Fault> compare_projections(const std::string& path);

// Drops all projections of a ledger that no engine has open; the next Engine::open() folds them
// again from the journal.
base::Result<base::Ok, base::Fault> drop_projections(const std::string& path);

}  // namespace ledger::engine
