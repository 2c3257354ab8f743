#include "recon/store.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <array>

#include "ledger/base/bytes.h"
#include "recon/codec.h"

namespace recon {
namespace {

enum Column : std::size_t { kMeta, kFiles, kRaw, kStatements, kDays, kJournal, kColumns };
constexpr std::array<const char*, kColumns> kNames = {"default",    "files", "raw",
                                                      "statements", "days",  "journal"};
constexpr std::size_t kPieceBytes = 1 << 20;
constexpr std::string_view kAccountKey = "bound_account";

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

base::Fault fault_of(const rocksdb::Status& status) {
  const std::string what = "recon store: " + status.ToString();
  if (status.IsCorruption()) return base::corruption(what);
  if (status.IsBusy() || what.find("lock") != std::string::npos) return base::closed(what);
  return base::io_fault(what);
}

std::string day_key(base::Date date) {
  std::string key;
  base::put_key(key, date.yyyymmdd());
  return key;
}
std::string piece_key(std::string_view sha256, std::uint64_t piece) {
  std::string key(sha256);
  base::put_key(key, piece);
  return key;
}

}  // namespace

std::string_view name_of(FileVerdict verdict) {
  switch (verdict) {
    case FileVerdict::kAccepted:
      return "ACCEPTED";
    case FileVerdict::kConflict:
      return "CONFLICT";
    case FileVerdict::kRefused:
      return "REFUSED";
    case FileVerdict::kSuperseded:
      return "SUPERSEDED";
  }
  return "unknown";
}

struct Store::Impl {
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, kColumns> columns{};

  ~Impl() {
    for (auto* column : columns) {
      if (column != nullptr) db->DestroyColumnFamilyHandle(column);
    }
  }

  Faulty<std::optional<std::string>> get(Column column, std::string_view key) const {
    std::string value;
    rocksdb::ReadOptions options;
    const auto status = db->Get(options, columns[column], slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return base::fail(fault_of(status));
    return std::optional<std::string>(std::move(value));
  }
  // Keys that begin with `prefix`, in order; a fault of `take` ends the walk.
  template <typename Take>
  Faulty<base::Ok> walk(Column column, std::string_view prefix, const Take& take) const {
    const std::unique_ptr<rocksdb::Iterator> at(
        db->NewIterator(rocksdb::ReadOptions(), columns[column]));
    for (at->Seek(slice(prefix)); at->Valid() && at->key().starts_with(slice(prefix)); at->Next()) {
      Faulty<bool> more = take(view(at->key()), view(at->value()));
      if (!more) return base::fail(std::move(more.error()));
      if (!*more) break;
    }
    if (!at->status().ok()) return base::fail(fault_of(at->status()));
    return base::ok;
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Faulty<std::unique_ptr<Store>> Store::open(const std::string& path, StoreMode mode) {
  rocksdb::DBOptions options;
  options.create_if_missing = mode == StoreMode::kReadWrite;
  options.create_missing_column_families = mode == StoreMode::kReadWrite;
  options.max_background_jobs = 2;
  options.keep_log_file_num = 2;
  options.max_bgerror_resume_count = 0;
  rocksdb::ColumnFamilyOptions column;
  column.write_buffer_size = 16U << 20U;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const char* name : kNames) descriptors.emplace_back(name, column);

  auto impl = std::make_unique<Impl>();
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = mode == StoreMode::kReadWrite
                          ? rocksdb::DB::Open(options, path, descriptors, &handles, &db)
                          : rocksdb::DB::OpenForReadOnly(options, path, descriptors, &handles, &db);
  if (!status.ok()) {
    base::Fault fault = fault_of(status);
    const bool absent = mode == StoreMode::kReadOnly && !status.IsCorruption();
    if (absent) fault.kind = base::Fault::Kind::kNotFound;
    return base::fail(std::move(fault));
  }
  impl->db.reset(db);
  std::copy(handles.begin(), handles.end(), impl->columns.begin());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Faulty<base::Ok> Store::write(const Change& change) {
  rocksdb::WriteBatch batch;
  const auto put = [&](Column column, std::string_view key, std::string_view value) {
    batch.Put(impl_->columns[column], slice(key), slice(value));
  };
  for (const FileRecord& file : change.files) put(kFiles, file.sha256, encode(file));
  for (const std::string& key : change.statements_removed) {
    batch.Delete(impl_->columns[kStatements], slice(key));
  }
  for (const BankStatement& s : change.statements) put(kStatements, s.head.key, encode(s));
  for (const base::Date date : change.days_removed) {
    batch.Delete(impl_->columns[kDays], slice(day_key(date)));
  }
  for (const DayResult& day : change.days) put(kDays, day_key(day.date), encode(day));
  for (const JournalChunk& chunk : change.journal) {
    std::string key;
    base::put_key(key, chunk.first);
    put(kJournal, key, chunk.records);
  }
  if (change.bound_account) put(kMeta, kAccountKey, *change.bound_account);
  rocksdb::WriteOptions options;
  options.sync = true;
  const auto status = impl_->db->Write(options, &batch);
  if (!status.ok()) return base::fail(fault_of(status));
  return base::ok;
}

Faulty<base::Ok> Store::put_raw(std::string_view sha256, std::string_view bytes) {
  std::uint64_t piece = 0;
  for (std::size_t at = 0; at < bytes.size() || at == 0; at += kPieceBytes) {
    const auto status =
        impl_->db->Put(rocksdb::WriteOptions(), impl_->columns[kRaw],
                       slice(piece_key(sha256, piece++)), slice(bytes.substr(at, kPieceBytes)));
    if (!status.ok()) return base::fail(fault_of(status));
  }
  return base::ok;
}

Faulty<std::string> Store::raw(std::string_view sha256) const {
  std::string bytes;
  bool any = false;
  auto status = impl_->walk(kRaw, sha256, [&](auto, std::string_view piece) -> Faulty<bool> {
    bytes.append(piece);
    any = true;
    return true;
  });
  if (!status) return base::fail(std::move(status.error()));
  if (!any) return base::fail(base::not_found("recon store: no file " + std::string(sha256)));
  return bytes;
}

Faulty<std::optional<FileRecord>> Store::file(std::string_view sha256) const {
  auto bytes = impl_->get(kFiles, sha256);
  if (!bytes) return base::fail(std::move(bytes.error()));
  if (!*bytes) return std::optional<FileRecord>();
  auto record = decode_file(**bytes);
  if (!record) return base::fail(std::move(record.error()));
  return std::optional<FileRecord>(std::move(*record));
}

Faulty<std::vector<FileRecord>> Store::files() const {
  std::vector<FileRecord> files;
  auto status = impl_->walk(kFiles, "", [&](auto, std::string_view bytes) -> Faulty<bool> {
    auto record = decode_file(bytes);
    if (!record) return base::fail(std::move(record.error()));
    files.push_back(std::move(*record));
    return true;
  });
  if (!status) return base::fail(std::move(status.error()));
  std::sort(files.begin(), files.end(),
            [](const FileRecord& a, const FileRecord& b) { return a.number < b.number; });
  return files;
}

Faulty<std::optional<BankStatement>> Store::statement(std::string_view key) const {
  auto bytes = impl_->get(kStatements, key);
  if (!bytes) return base::fail(std::move(bytes.error()));
  if (!*bytes) return std::optional<BankStatement>();
  auto value = decode_statement(**bytes);
  if (!value) return base::fail(std::move(value.error()));
  return std::optional<BankStatement>(std::move(*value));
}

Faulty<std::vector<BankStatement>> Store::statements_of(base::Date date) const {
  std::vector<BankStatement> statements;
  auto status = impl_->walk(kStatements, base::format(date) + "/",
                            [&](auto, std::string_view bytes) -> Faulty<bool> {
                              auto value = decode_statement(bytes);
                              if (!value) return base::fail(std::move(value.error()));
                              statements.push_back(std::move(*value));
                              return true;
                            });
  if (!status) return base::fail(std::move(status.error()));
  return statements;
}

Faulty<std::vector<base::Date>> Store::statement_dates() const {
  std::vector<base::Date> dates;
  auto status = impl_->walk(kStatements, "", [&](std::string_view key, auto) -> Faulty<bool> {
    const auto date = base::Date::parse(key.substr(0, 10));
    if (!date) return base::fail(base::corruption("recon store: key " + std::string(key)));
    if (dates.empty() || dates.back() != *date) dates.push_back(*date);
    return true;
  });
  if (!status) return base::fail(std::move(status.error()));
  return dates;
}

Faulty<std::optional<DayResult>> Store::day(base::Date date) const {
  auto bytes = impl_->get(kDays, day_key(date));
  if (!bytes) return base::fail(std::move(bytes.error()));
  if (!*bytes) return std::optional<DayResult>();
  auto value = decode_day(**bytes);
  if (!value) return base::fail(std::move(value.error()));
  return std::optional<DayResult>(std::move(*value));
}

Faulty<base::Ok> Store::each_day(const std::function<bool(const DayResult&)>& take) const {
  return impl_->walk(kDays, "", [&](auto, std::string_view bytes) -> Faulty<bool> {
    auto value = decode_day(bytes);
    if (!value) return base::fail(std::move(value.error()));
    return take(*value);
  });
}

Faulty<base::Ok> Store::each_chunk(const std::function<bool(const JournalChunk&)>& take) const {
  return impl_->walk(kJournal, "", [&](std::string_view key, auto bytes) -> Faulty<bool> {
    return take({base::get_key(key), std::string(bytes)});
  });
}

Faulty<std::string> Store::bound_account() const {
  auto value = impl_->get(kMeta, kAccountKey);
  if (!value) return base::fail(std::move(value.error()));
  return value->value_or("");
}

}  // namespace recon
