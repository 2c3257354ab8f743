#include "ledger/store/store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "ledger/base/bytes.h"
#include "ledger/store/log_files.h"

namespace ledger::store {
namespace {

namespace fs = std::filesystem;
using base::fail;
using base::Fault;
using base::ok;
using Done = base::Result<base::Ok, Fault>;

constexpr std::array<const char*, kColumns> kNames = {
    "meta", "ids", "history", "owners", "accounts", "holds", "projects", "claims", "proposals"};
constexpr const char* kJournal = "journal";
constexpr std::size_t kMiB = 1024 * 1024;

std::size_t index_of(Column column) { return static_cast<std::size_t>(column); }

Fault fault_of(const rocksdb::Status& status, std::string_view doing) {
  const std::string message = fmt::format("{}: {}", doing, status.ToString());
  if (status.IsCorruption()) return base::corruption(message);
  if (status.IsNotFound()) return base::not_found(message);
  if (status.IsBusy() || status.IsIncomplete()) return base::closed(message);
  if (status.IsInvalidArgument()) return base::invalid(message);
  return base::io_fault(message);
}

Done done_of(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return ok;
  return fail(fault_of(status, doing));
}

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

std::string key_of(base::Sequence sequence) {
  std::string key;
  base::put_key(key, sequence.value());
  return key;
}

// RocksDB would wait for free space and then go on by itself. After a failed write nobody knows
// what is on the disk, so nothing goes on before a restart has looked.
class NoRecovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

bool only_reads(Mode mode) { return mode == Mode::kReadOnly || mode == Mode::kSalvage; }

// One for the process and to its end, as RocksDB's own default: its threads are in there.
rocksdb::Env* environment() {
  static rocksdb::Env* const env =
      rocksdb::NewCompositeEnv(log_files(rocksdb::FileSystem::Default())).release();
  return env;
}

rocksdb::DBOptions db_options(Mode mode) {
  rocksdb::DBOptions options;
  options.env = environment();
  options.create_if_missing = mode == Mode::kCreate;
  // A crash may leave some projections dropped and not yet made again.
  options.create_missing_column_families = !only_reads(mode);
  options.error_if_exists = mode == Mode::kCreate;
  options.paranoid_checks = true;
  // A torn last record is a write that was never acknowledged; anything else wrong in the WAL is
  // corruption and must stop us.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  if (mode == Mode::kSalvage) {
    options.paranoid_checks = false;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
    options.track_and_verify_wals_in_manifest = false;
  }
  options.max_bgerror_resume_count = 0;
  options.listeners.push_back(std::make_shared<NoRecovery>());
  options.max_background_jobs = 2;
  options.max_total_wal_size = 512 * kMiB;
  options.bytes_per_sync = kMiB;
  options.max_open_files = 512;
  options.keep_log_file_num = 4;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  // Merging runs can wait; commits cannot.
  options.env->LowerThreadPoolCPUPriority(rocksdb::Env::LOW, rocksdb::CpuPriority::kLow);
  return options;
}

rocksdb::BlockBasedTableOptions table_options(std::size_t block_size, bool filter) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = block_size;
  table.format_version = 5;
  if (filter) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  return table;
}

rocksdb::ColumnFamilyOptions journal_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 64 * kMiB;
  options.max_write_buffer_number = 8;
  options.compression = rocksdb::kLZ4Compression;
  options.level0_slowdown_writes_trigger = 64;
  options.level0_stop_writes_trigger = 128;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(64 * 1024, false)));
  return options;
}

// Sorted runs arrive by ingestion only; merging them is universal compaction's work.
rocksdb::ColumnFamilyOptions projection_options(Column column) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 8 * kMiB;
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.allow_trivial_move = true;
  options.level0_file_num_compaction_trigger = 12;
  options.level0_slowdown_writes_trigger = 1'000;
  options.level0_stop_writes_trigger = 2'000;
  options.compression = column == Column::kIds ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  const bool by_prefix =
      column == Column::kIds || column == Column::kHistory || column == Column::kClaims;
  if (by_prefix) {
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(8));
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(16 * 1024, true)));
  return options;
}

}  // namespace

struct Store::Impl {
  std::string path;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* default_family = nullptr;
  rocksdb::ColumnFamilyHandle* journal = nullptr;
  std::array<rocksdb::ColumnFamilyHandle*, kColumns> columns{};
  std::uint64_t next_file = 0;
  std::atomic<bool> write_failed{false};

  ~Impl() {
    // RocksDB's closing would write to the failed log again, and stop the process over it. The
    // database is left as the disk has it; it goes with the process.
    if (write_failed) static_cast<void>(db.release());
    if (!db) return;
    for (rocksdb::ColumnFamilyHandle* handle : columns) db->DestroyColumnFamilyHandle(handle);
    db->DestroyColumnFamilyHandle(journal);
    db->DestroyColumnFamilyHandle(default_family);
    db->Close().PermitUncheckedError();
  }
  std::string rocks_path() const { return path + "/rocksdb"; }
  std::string runs_path() const { return path + "/runs"; }
  rocksdb::ColumnFamilyHandle* family(Column column) const { return columns[index_of(column)]; }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

base::Result<std::unique_ptr<Store>, Fault> Store::open(const std::string& path, Mode mode) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  std::error_code error;
  const bool exists = fs::exists(impl->rocks_path() + "/CURRENT", error);
  if (mode == Mode::kCreate && exists) {
    return fail(base::invalid(path + " already holds a ledger"));
  }
  if (mode != Mode::kCreate && !exists) return fail(base::not_found(path + " holds no ledger"));
  if (!only_reads(mode)) {
    fs::create_directories(impl->rocks_path(), error);
    if (!error) fs::remove_all(impl->runs_path(), error);
    if (!error) fs::create_directories(impl->runs_path(), error);
    if (error) return fail(base::io_fault(fmt::format("{}: {}", path, error.message())));
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  families.emplace_back(kJournal, journal_options());
  for (std::size_t i = 0; i < kColumns; ++i) {
    families.emplace_back(kNames[i], projection_options(static_cast<Column>(i)));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::DBOptions options = db_options(mode);
  const rocksdb::Status status =
      only_reads(mode)
          ? rocksdb::DB::OpenForReadOnly(options, impl->rocks_path(), families, &handles, &db)
          : rocksdb::DB::Open(options, impl->rocks_path(), families, &handles, &db);
  if (!status.ok()) {
    const bool locked = status.ToString().find("lock") != std::string::npos;
    if (locked && status.IsIOError()) return fail(base::closed("open " + path + ": in use"));
    return fail(fault_of(status, "open " + path));
  }
  impl->db.reset(db);
  impl->default_family = handles[0];
  impl->journal = handles[1];
  for (std::size_t i = 0; i < kColumns; ++i) impl->columns[i] = handles[i + 2];
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

// --- journal ---

Done Store::append(const std::vector<Block>& blocks) {
  rocksdb::WriteBatch batch;
  for (const Block& block : blocks) {
    const auto status = batch.Put(impl_->journal, key_of(block.first), block.bytes);
    if (!status.ok()) return fail(fault_of(status, "append"));
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  const auto status = impl_->db->Write(options, &batch);
  if (!status.ok()) impl_->write_failed = true;
  return done_of(status, "append to the journal");
}

base::Result<Block, Fault> Store::block_of(base::Sequence sequence) const {
  const std::unique_ptr<rocksdb::Iterator> at(
      impl_->db->NewIterator(rocksdb::ReadOptions(), impl_->journal));
  at->SeekForPrev(key_of(sequence));
  if (!at->status().ok()) return fail(fault_of(at->status(), "read the journal"));
  if (!at->Valid() || at->key().size() != 8) {
    return fail(base::not_found(fmt::format("sequence {}", sequence.value())));
  }
  return Block{base::Sequence(base::get_key(view(at->key()))), at->value().ToString()};
}

base::Result<Block, Fault> Store::last_block() const {
  const std::unique_ptr<rocksdb::Iterator> at(
      impl_->db->NewIterator(rocksdb::ReadOptions(), impl_->journal));
  at->SeekToLast();
  if (!at->status().ok()) return fail(fault_of(at->status(), "read the journal"));
  if (!at->Valid()) return Block{};
  return Block{base::Sequence(base::get_key(view(at->key()))), at->value().ToString()};
}

Done Store::scan_journal(base::Sequence from, const std::function<bool(const Block&)>& take) const {
  rocksdb::ReadOptions options;
  options.readahead_size = 4 * kMiB;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(impl_->db->NewIterator(options, impl_->journal));
  at->SeekForPrev(key_of(from));
  if (!at->Valid() && at->status().ok()) at->Seek(key_of(from));
  for (; at->Valid(); at->Next()) {
    if (at->key().size() != 8) return fail(base::corruption("a journal key is not 8 bytes"));
    if (!take({base::Sequence(base::get_key(view(at->key()))), at->value().ToString()})) break;
  }
  return done_of(at->status(), "read the journal");
}

// --- projections ---

// Writes each column to a sorted file of its own.
class Store::Files final : public RunWriter {
 public:
  explicit Files(Impl& store) : store_(store) {}

  void start(Column column) override {
    finish();
    family_ = store_.family(column);
  }
  void put(std::string_view key, std::string_view value) override {
    if (open()) status_ = writer_->Put(slice(key), slice(value));
  }
  void remove(std::string_view key) override {
    if (open()) status_ = writer_->Delete(slice(key));
  }
  // Ends the last file; the files, or what went wrong.
  base::Result<std::vector<rocksdb::IngestExternalFileArg>, Fault> take() {
    finish();
    if (!status_.ok()) return fail(fault_of(status_, "write a run"));
    return std::move(files_);
  }

 private:
  // The column's file, made with its first key.
  bool open() {
    if (writer_ || !status_.ok()) return status_.ok();
    rocksdb::ColumnFamilyDescriptor descriptor;
    status_ = family_->GetDescriptor(&descriptor);
    if (!status_.ok()) return false;
    rocksdb::Options options(rocksdb::DBOptions(), descriptor.options);
    options.compression = rocksdb::kNoCompression;  // merging runs compresses them, later
    writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options, family_);
    name_ = fmt::format("{}/{}.sst", store_.runs_path(), store_.next_file++);
    status_ = writer_->Open(name_);
    return status_.ok();
  }
  void finish() {
    if (!writer_) return;
    if (status_.ok()) status_ = writer_->Finish();
    writer_.reset();
    rocksdb::IngestExternalFileArg arg;
    arg.column_family = family_;
    arg.external_files = {name_};
    arg.options.move_files = true;
    arg.options.failed_move_fall_back_to_copy = true;
    files_.push_back(std::move(arg));
  }

  Impl& store_;
  rocksdb::ColumnFamilyHandle* family_ = nullptr;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  std::string name_;
  rocksdb::Status status_;
  std::vector<rocksdb::IngestExternalFileArg> files_;
};

Done Store::ingest(const std::function<void(RunWriter&)>& write) {
  Files files(*impl_);
  write(files);
  auto args = files.take();
  if (!args) return fail(args.error());
  if (args->empty()) return ok;
  const auto status = impl_->db->IngestExternalFiles(*args);
  if (!status.ok()) impl_->write_failed = true;
  return done_of(status, "ingest a run");
}

base::Result<std::optional<std::string>, Fault> Store::get(Column column,
                                                           std::string_view key) const {
  std::string value;
  const auto status =
      impl_->db->Get(rocksdb::ReadOptions(), impl_->family(column), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return fail(fault_of(status, "read"));
  return std::optional<std::string>(std::move(value));
}

Done Store::scan(Column column, std::string_view from,
                 const std::function<bool(std::string_view, std::string_view)>& take) const {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> at(
      impl_->db->NewIterator(options, impl_->family(column)));
  for (at->Seek(slice(from)); at->Valid(); at->Next()) {
    if (!take(view(at->key()), view(at->value()))) break;
  }
  return done_of(at->status(), "scan");
}

Done Store::scan_prefix(Column column, std::string_view prefix,
                        const std::function<bool(std::string_view, std::string_view)>& take) const {
  rocksdb::ReadOptions options;
  options.prefix_same_as_start = true;
  const std::unique_ptr<rocksdb::Iterator> at(
      impl_->db->NewIterator(options, impl_->family(column)));
  for (at->Seek(slice(prefix)); at->Valid() && at->key().starts_with(slice(prefix)); at->Next()) {
    if (!take(view(at->key()), view(at->value()))) break;
  }
  return done_of(at->status(), "scan");
}

Done Store::scan_back(Column column, std::string_view from,
                      const std::function<bool(std::string_view, std::string_view)>& take) const {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  const std::unique_ptr<rocksdb::Iterator> at(
      impl_->db->NewIterator(options, impl_->family(column)));
  for (at->SeekForPrev(slice(from)); at->Valid(); at->Prev()) {
    if (!take(view(at->key()), view(at->value()))) break;
  }
  return done_of(at->status(), "scan");
}

Done Store::drop_projections() {
  for (std::size_t i = 0; i < kColumns; ++i) {
    auto status = impl_->db->DropColumnFamily(impl_->columns[i]);
    if (!status.ok()) return fail(fault_of(status, "drop a projection"));
    status = impl_->db->DestroyColumnFamilyHandle(impl_->columns[i]);
    if (!status.ok()) return fail(fault_of(status, "drop a projection"));
    status = impl_->db->CreateColumnFamily(projection_options(static_cast<Column>(i)), kNames[i],
                                           &impl_->columns[i]);
    if (!status.ok()) return fail(fault_of(status, "create a projection"));
  }
  return ok;
}

Done Store::verify_checksums() const {
  return done_of(impl_->db->VerifyChecksum(), "verify checksums");
}

}  // namespace ledger::store
