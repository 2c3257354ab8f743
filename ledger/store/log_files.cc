#include "ledger/store/log_files.h"

#include <fcntl.h>
#include <rocksdb/file_system.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace ledger::store {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kAhead = 4U << 20;          // zeros at a time
constexpr std::uint64_t kLow = 2U << 20;            // so many left: more are made
constexpr std::size_t kSmallStep = 32U << 10;       // larger ones carry the second write easily
constexpr std::uint64_t kLogBlock = 32U << 10;      // of the log's format
constexpr std::uint64_t kRecordHeader = 4 + 2 + 1;  // checksum, length, type

bool is_log(std::string_view path) { return path.ends_with(".log"); }

IOStatus failed(std::string_view doing, const std::string& path) {
  const int error = errno;
  const std::string what = fmt::format("{} {}", doing, path);
  return error == ENOSPC ? IOStatus::NoSpace(what, std::strerror(error))
                         : IOStatus::IOError(what, std::strerror(error));
}

// All of `bytes`, or false with errno set.
bool write_at(int fd, const char* bytes, std::size_t size, std::uint64_t at) {
  while (size > 0) {
    const ssize_t done = ::pwrite(fd, bytes, size, static_cast<off_t>(at));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    bytes += done;
    at += static_cast<std::uint64_t>(done);
    size -= static_cast<std::size_t>(done);
  }
  return true;
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

// A log being written. RocksDB has one writer at a time.
class Log final : public rocksdb::FSWritableFile {
 public:
  // The thread has a descriptor of its own: a failure to write back is reported once to each
  // descriptor, and must not be used up by zeros.
  Log(std::string path, int fd, int zero_fd)
      : path_(std::move(path)), fd_(fd), zero_fd_(zero_fd), thread_([this] { keep_ahead(); }) {}
  ~Log() override { Log::Close(IOOptions(), nullptr).PermitUncheckedError(); }

  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions& /*options*/,
                  IODebugContext* /*debug*/) override {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !zeroing_ || size_ + data.size() <= zeroed_; });
      end_ = size_ + data.size();
    }
    if (!write_at(fd_.get(), data.data(), data.size(), size_)) return failed("write", path_);
    bool low = false;
    {
      const std::lock_guard lock(mutex_);
      size_ = end_;
      low = data.size() <= kSmallStep && !wanted_ && !zeroing_ && !given_up_ &&
            zeroed_ < size_ + kLow;
      if (low) wanted_ = true;
    }
    if (low) changed_.notify_all();
    return IOStatus::OK();
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& /*options*/,
                    IODebugContext* /*debug*/) override {
    const std::lock_guard lock(mutex_);
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return failed("truncate", path_);
    size_ = end_ = zeroed_ = size;
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    if (fd_.get() < 0) return IOStatus::OK();
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
    if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) return failed("truncate", path_);
    return fd_.close() ? IOStatus::OK() : failed("close", path_);
  }
  IOStatus Flush(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }
  IOStatus Sync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return ::fdatasync(fd_.get()) == 0 ? IOStatus::OK() : failed("fdatasync", path_);
  }
  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return ::fsync(fd_.get()) == 0 ? IOStatus::OK() : failed("fsync", path_);
  }
  bool IsSyncThreadSafe() const override { return true; }
  std::uint64_t GetFileSize(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return size_;
  }

 private:
  // The thread. That zeros cannot be written (a full disk) is no fault yet: the log grows then.
  void keep_ahead() {
    pthread_setname_np(pthread_self(), "log zeros");
    const std::vector<char> zeros(kAhead);
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return wanted_ || closing_; });
      if (closing_) return;
      wanted_ = false;
      const std::uint64_t from = std::max(zeroed_, (end_ + kPage - 1) / kPage * kPage);
      zeroed_ = from;
      zeroing_ = true;
      lock.unlock();
      const bool done = write_at(zero_fd_.get(), zeros.data(), zeros.size(), from) &&
                        ::fdatasync(zero_fd_.get()) == 0;
      lock.lock();
      zeroing_ = false;
      if (done) zeroed_ = from + kAhead;
      given_up_ = !done;
      changed_.notify_all();
    }
  }

  const std::string path_;
  File fd_;
  File zero_fd_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t size_ = 0;    // written
  std::uint64_t end_ = 0;     // being written up to here
  std::uint64_t zeroed_ = 0;  // zeros up to here; what the thread writes begins here
  bool wanted_ = false;
  bool zeroing_ = false;
  bool given_up_ = false;
  bool closing_ = false;
  std::thread thread_;
};

// A log being read, up to its end.
class LogReader final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  LogReader(std::unique_ptr<rocksdb::FSSequentialFile>&& file, std::uint64_t end)
      : FSSequentialFileOwnerWrapper(std::move(file)), left_(end) {}

  IOStatus Read(std::size_t size, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    const IOStatus status = target()->Read(most, options, result, scratch, debug);
    if (status.ok()) left_ -= result->size();
    return status;
  }
  IOStatus Skip(std::uint64_t size) override {
    const std::uint64_t most = std::min(size, left_);
    left_ -= most;
    return target()->Skip(most);
  }

 private:
  std::uint64_t left_;
};

class LogFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit LogFiles(const std::shared_ptr<rocksdb::FileSystem>& base) : FileSystemWrapper(base) {}
  const char* Name() const override { return "EscrowLogFiles"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override {
    if (!is_log(path)) return target()->NewWritableFile(path, options, result, debug);
    const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0) return failed("create", path);
    const int zero_fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (zero_fd < 0) {
      ::close(fd);
      return failed("open", path);
    }
    *result = std::make_unique<Log>(path, fd, zero_fd);
    return IOStatus::OK();
  }
  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSSequentialFile> file;
    IOStatus status = target()->NewSequentialFile(path, options, &file, debug);
    if (!status.ok() || !is_log(path)) {
      *result = std::move(file);
      return status;
    }
    const auto end = log_end(path);
    if (!end) return IOStatus::IOError(end.error().message);
    *result = std::make_unique<LogReader>(std::move(file), *end);
    return status;
  }
};

// --- the end of a log ---

std::uint32_t little(const unsigned char* at, int bytes) {
  std::uint32_t value = 0;
  for (int i = bytes; i-- > 0;) value = value << 8 | at[i];
  return value;
}

// The checksum as logs store it, turned and shifted so that it is none of itself.
bool checksum_fits(const unsigned char* record, std::uint64_t length) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(record + 6, 1 + length);
  const std::uint32_t sum = crc.checksum();
  return little(record, 4) == ((sum >> 15 | sum << 17) + 0xa282ead8U);
}

// The end of the last record of one block, of which everything from `used` on is zeros.
std::uint64_t end_in_block(const std::array<unsigned char, kLogBlock>& block, std::uint64_t used) {
  std::uint64_t at = 0;
  while (at < used) {
    if (at + kRecordHeader > kLogBlock) return used;
    const std::uint64_t length = little(&block[at + 4], 2);
    const std::uint64_t next = at + kRecordHeader + length;
    if (next > kLogBlock) return used;
    if (next >= used) return checksum_fits(&block[at], length) ? next : used;
    at = next;
  }
  return at;
}

}  // namespace

std::shared_ptr<rocksdb::FileSystem> log_files(std::shared_ptr<rocksdb::FileSystem> base) {
  return std::make_shared<LogFiles>(base);
}

base::Result<std::uint64_t, base::Fault> log_end(const std::string& path) {
  const auto fault = [&](std::string_view doing) {
    return base::fail(base::io_fault(fmt::format("{} {}: {}", doing, path, std::strerror(errno))));
  };
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fault("open");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fault("stat");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::array<unsigned char, kLogBlock> block{};
  // The last block that is not all zeros.
  for (std::uint64_t begin = (size + kLogBlock - 1) / kLogBlock * kLogBlock; begin > 0;) {
    begin -= kLogBlock;
    block.fill(0);
    const ssize_t got = ::pread(file.get(), block.data(), block.size(), static_cast<off_t>(begin));
    if (got < 0) return fault("read");
    const auto last =
        std::find_if(block.rbegin(), block.rend(), [](auto byte) { return byte != 0; });
    if (last == block.rend()) continue;
    const auto used = static_cast<std::uint64_t>(block.rend() - last);
    if (begin + used == size) return size;
    return std::min(begin + end_in_block(block, used), size);
  }
  return 0;
}

}  // namespace ledger::store
