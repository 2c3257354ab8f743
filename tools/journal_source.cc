#include "tools/journal_source.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ledger/journal/block.h"
#include "ledger/journal/verifier.h"
#include "ledger/store/store.h"

namespace tools {

namespace base = ledger::base;
using recon::Faulty;
using recon::JournalChunk;
using Take = std::function<bool(const JournalChunk&)>;

namespace {

// The records of a chunk from `from` on; the whole of it if a record cannot be read, so that the
// reader finds the damage where it is.
JournalChunk tail_of(const JournalChunk& chunk, std::uint64_t from) {
  JournalChunk tail = chunk;
  ledger::journal::RecordReader reader(chunk.records);
  while (tail.first < from && !reader.at_end()) {
    const auto record = reader.next();
    if (!record) return chunk;
    tail.records.erase(0, 4 + record->entry.size() + 32);
    ++tail.first;
  }
  return tail;
}

// Opened for every walk: a read-only store does not follow what is written later.
class FolderJournal : public JournalSource {
 public:
  explicit FolderJournal(std::string path) : path_(std::move(path)) {}

  Faulty<base::Ok> each(std::uint64_t after, const Take& take) override {
    auto store = ledger::store::Store::open(path_, ledger::store::Mode::kReadOnly);
    if (store) return walk(**store, after, take);
    if (store.error().kind == base::Fault::Kind::kCorruption) {
      // Show the reader what is whole, so that the first entry that is not can be named.
      auto salvaged = ledger::store::Store::open(path_, ledger::store::Mode::kSalvage);
      if (salvaged) {
        if (auto walked = walk(**salvaged, after, take); !walked) return walked;
      }
    }
    return base::fail(std::move(store.error()));
  }

 private:
  static Faulty<base::Ok> walk(const ledger::store::Store& store, std::uint64_t after,
                               const Take& take) {
    auto scanned =
        store.scan_journal(base::Sequence(after + 1), [&](const ledger::store::Block& block) {
          const JournalChunk chunk = tail_of({block.first.value(), block.bytes}, after + 1);
          return chunk.records.empty() || take(chunk);
        });
    // Beyond the end there is nothing, which is no fault here.
    if (!scanned && scanned.error().kind == base::Fault::Kind::kNotFound) return base::ok;
    return scanned;
  }

  std::string path_;
};

class ExportJournal : public JournalSource {
 public:
  ExportJournal(std::string file, std::uint64_t first) : file_(std::move(file)), first_(first) {}

  Faulty<base::Ok> each(std::uint64_t after, const Take& take) override {
    constexpr std::size_t kChunkRecords = 4096;
    std::string_view rest(file_);
    rest.remove_prefix(ledger::journal::kExportHeaderSize);
    ledger::journal::RecordReader reader(rest);
    JournalChunk chunk{first_, {}};
    std::uint64_t next = first_;
    while (!reader.at_end()) {
      const auto record = reader.next();
      if (!record) {
        if (!chunk.records.empty() && !take(chunk)) return base::ok;
        return base::fail(record.error());
      }
      if (next++ <= after) {
        chunk.first = next;
        continue;
      }
      ledger::journal::append_record(chunk.records, record->entry, record->hash);
      if (next - chunk.first < kChunkRecords) continue;
      if (!take(chunk)) return base::ok;
      chunk = {next, {}};
    }
    if (!chunk.records.empty()) take(chunk);
    return base::ok;
  }

 private:
  std::string file_;
  std::uint64_t first_;
};

class CopiedJournal : public JournalSource {
 public:
  explicit CopiedJournal(const recon::Store& store) : store_(store) {}

  Faulty<base::Ok> each(std::uint64_t after, const Take& take) override {
    return store_.each_chunk([&](const JournalChunk& whole) {
      const JournalChunk chunk = tail_of(whole, after + 1);
      return chunk.records.empty() || take(chunk);
    });
  }

 private:
  const recon::Store& store_;
};

}  // namespace

Faulty<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return base::fail(base::not_found(path + ": cannot be opened"));
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return base::fail(base::io_fault(path + ": cannot be read"));
  return bytes;
}

std::unique_ptr<JournalSource> folder_journal(std::string path) {
  return std::make_unique<FolderJournal>(std::move(path));
}

Faulty<std::unique_ptr<JournalSource>> export_journal(const std::string& path) {
  auto file = read_file(path);
  if (!file) return base::fail(std::move(file.error()));
  const auto header = ledger::journal::read_export_header(*file);
  if (!header) return base::fail(header.error());
  return std::unique_ptr<JournalSource>(
      std::make_unique<ExportJournal>(std::move(*file), header->first));
}

std::unique_ptr<JournalSource> copied_journal(const recon::Store& store) {
  return std::make_unique<CopiedJournal>(store);
}

}  // namespace tools
