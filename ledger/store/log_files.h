// The file system that RocksDB works on, with one difference: its write-ahead logs are written over
// zeros that are on the disk already.
//
// A sync of a growing file writes the data and then the file's new size: two writes, one after the
// other, the second no smaller for a small commit. Over bytes that are there it is one. So a thread
// keeps some megabytes of zeros ahead of the end of a log that grows in small steps; one that grows
// in large steps gains nothing, and is left alone.
//
// The end of a log is then no longer the end of its file. Whoever reads one sees it end behind its
// last record; what a crash has left of an unfinished one is its end as well, just as it would be
// in a file that grew (see log_end()). Anything else that is wrong stays for RocksDB to refuse.
//
// The limit of it: an unfinished record cannot be told from a finished one whose last bytes became
// zeros, as it cannot be told, in a file that grew, from one that was cut.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"

namespace rocksdb {
class FileSystem;
}

namespace ledger::store {

// `base` does all that has nothing to do with logs.
std::shared_ptr<rocksdb::FileSystem> log_files(std::shared_ptr<rocksdb::FileSystem> base);

// Where the records of a log end: its size where no zeros follow them; with zeros, the end of the
// last record if its checksum is right, else the last byte that is not zero.
// The format of a log: RocksDB wiki, "Write Ahead Log File Format".
base::Result<std::uint64_t, base::Fault> log_end(const std::string& path);

}  // namespace ledger::store
