// JournalSource: where reconciliation and auditors get journal records from: the daemon's socket, a
// ledger's data folder, recon's own copy, or an exported file. None of them verifies anything: that
// is the reader's business.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "recon/store.h"

namespace tools {

class JournalSource {
 public:
  virtual ~JournalSource() = default;
  // Records from sequence `after` + 1 on, in pieces, until `take` returns false or there are no
  // more. kIo and kClosed mean "try again later"; kCorruption that a record cannot be read.
  virtual recon::Faulty<ledger::base::Ok> each(
      std::uint64_t after, const std::function<bool(const recon::JournalChunk&)>& take) = 0;
};

// GET /v1/journal?after=N&raw=true on the ledger's Unix domain socket.
std::unique_ptr<JournalSource> socket_journal(std::string path);
// A ledger's data folder, read-only; the daemon may run.
std::unique_ptr<JournalSource> folder_journal(std::string path);
// A file of `recon export`.
recon::Faulty<std::unique_ptr<JournalSource>> export_journal(const std::string& path);
// recon's copy.
std::unique_ptr<JournalSource> copied_journal(const recon::Store& store);

recon::Faulty<std::string> read_file(const std::string& path);

}  // namespace tools
