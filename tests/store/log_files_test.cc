// A log that is written over zeros ends where its records end, whatever a crash or a fault leaves.
#include "ledger/store/log_files.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "ledger/store/store.h"

namespace ledger::store {
namespace {

namespace fs = std::filesystem;
using Bytes = std::string;

class LogFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "escrow-log-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    path = name;
  }
  void TearDown() override { fs::remove_all(path); }

  // Appends each as a block of its own in a process that ends without closing anything.
  void write_and_die(const std::vector<Bytes>& blocks) const {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = Store::open(path, Mode::kCreate);
      if (!store) _exit(1);
      std::uint64_t next = 1;
      for (const Bytes& block : blocks) {
        if (!(*store)->append({{base::Sequence(next++), block}})) _exit(2);
      }
      // The thread that writes zeros has something to do after the first small append; wait for it.
      for (int i = 0; i < 400 && fs::file_size(log()) < (4U << 20); ++i) usleep(5'000);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_EQ(WEXITSTATUS(status), 0);
  }
  // The log with the records: the last one.
  fs::path log() const {
    fs::path last;
    for (const auto& file : fs::directory_iterator(path + "/rocksdb")) {
      if (file.path().extension() == ".log" && file.path() > last) last = file.path();
    }
    return last;
  }
  Bytes read_log() const {
    std::ifstream in(log(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write_log(const Bytes& bytes) const {
    std::ofstream(log(), std::ios::binary | std::ios::trunc) << bytes;
  }
  // What a reader finds, or what the store says of it.
  static std::vector<Bytes> blocks_in(const Store& store) {
    std::vector<Bytes> found;
    const auto done = store.scan_journal(base::Sequence(1), [&](const Block& block) {
      found.push_back(block.bytes);
      return true;
    });
    EXPECT_TRUE(done);
    return found;
  }
  std::vector<Bytes> blocks(Mode mode) const {
    const auto store = Store::open(path, mode);
    EXPECT_TRUE(store) << (store ? "" : store.error().message);
    return store ? blocks_in(**store) : std::vector<Bytes>{"not opened"};
  }
  // The store with its log exchanged is read, and put back; so many cases can be tried on it.
  std::vector<Bytes> blocks_of(const Bytes& changed) const {
    write_log(changed);
    return blocks(Mode::kReadOnly);
  }

  std::string path;
};

// Blocks whose last record ends in a byte that is not zero, or in zeros.
std::vector<Bytes> some_blocks() {
  return {Bytes(300, 'a'), Bytes("b") + Bytes(200, '\0'), Bytes(70'000, 'c'), Bytes(400, 'd')};
}

TEST_F(LogFiles, AProcessThatDiesLeavesZerosThatNobodyReads) {
  write_and_die(some_blocks());
  ASSERT_GE(fs::file_size(log()), 4U << 20) << "no zeros were written ahead";
  const auto end = log_end(log().string());
  ASSERT_TRUE(end);
  EXPECT_GT(*end, 71'000U);
  EXPECT_LT(*end, 72'000U);
  EXPECT_EQ(blocks(Mode::kReadOnly), some_blocks());
  EXPECT_EQ(blocks(Mode::kSalvage), some_blocks());
  EXPECT_EQ(blocks(Mode::kReadWrite), some_blocks());
  EXPECT_EQ(blocks(Mode::kReadWrite), some_blocks()) << "and again";
}

TEST_F(LogFiles, ARecordThatEndsInZerosIsWhole) {
  write_and_die({Bytes("first"), Bytes(5'000, '\0')});
  EXPECT_EQ(blocks(Mode::kReadOnly), (std::vector<Bytes>{"first", Bytes(5'000, '\0')}));
}

TEST_F(LogFiles, WhatACrashLeftOfTheLastRecordIsNoRecord) {
  auto all = some_blocks();
  all.push_back(Bytes(40'000, 'e'));  // over the border of two log blocks
  write_and_die(all);
  const Bytes whole = read_log();
  const auto end = log_end(log().string());
  ASSERT_TRUE(end);
  all.pop_back();
  const std::size_t begin = *end - 40'000;
  for (std::size_t cut = begin; cut < *end; cut += cut < begin + 40 ? 1 : 997) {
    Bytes torn = whole;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(cut), torn.end(), '\0');
    ASSERT_EQ(blocks_of(torn), all) << "cut at " << cut;
  }
  // As much of it as a file that grew would have had.
  ASSERT_EQ(blocks_of(whole.substr(0, *end - 1)), all);
  write_log(whole);
  all.push_back(Bytes(40'000, 'e'));
  EXPECT_EQ(blocks(Mode::kReadWrite), all);
}

TEST_F(LogFiles, DamageBeforeTheEndIsRefused) {
  write_and_die(some_blocks());
  const Bytes whole = read_log();
  const auto end = log_end(log().string());
  ASSERT_TRUE(end);
  for (const std::size_t at : {std::size_t{100}, std::size_t{800}, std::size_t{*end - 3}}) {
    Bytes damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    write_log(damaged);
    const auto store = Store::open(path, Mode::kReadWrite);
    ASSERT_FALSE(store) << "byte " << at;
    EXPECT_EQ(store.error().kind, base::Fault::Kind::kCorruption) << store.error().message;
  }
}

TEST_F(LogFiles, AStoreThatIsClosedLeavesNoZeros) {
  {
    auto store = Store::open(path, Mode::kCreate);
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->append({{base::Sequence(1), "one"}}));
  }
  EXPECT_LT(fs::file_size(log()), 1'000U);
  EXPECT_EQ(blocks(Mode::kReadWrite), std::vector<Bytes>{"one"});
}

TEST_F(LogFiles, IsReadWhileItIsWritten) {
  auto writer = Store::open(path, Mode::kCreate);
  ASSERT_TRUE(writer);
  std::vector<Bytes> written;
  for (std::uint64_t i = 1; i <= 300; ++i) {
    written.push_back(Bytes(i * 7 % 900 + 1, static_cast<char>('a' + i % 26)));
    ASSERT_TRUE((*writer)->append({{base::Sequence(i), written.back()}}));
    if (i % 50 != 0) continue;
    ASSERT_EQ(blocks(Mode::kReadOnly), written);
  }
}

// Small steps and large ones in any order: zeros never come over what was written.
TEST_F(LogFiles, ZerosStayAheadOfWhatIsWritten) {
  {
    auto store = Store::open(path, Mode::kCreate);
    ASSERT_TRUE(store);
    for (std::uint64_t i = 1; i <= 400; ++i) {
      const std::size_t size = i % 9 == 0 ? 300'000 : i % 4 == 0 ? 31'000 : 200;
      ASSERT_TRUE((*store)->append({{base::Sequence(i), Bytes(size, static_cast<char>(i))}}));
    }
  }
  std::uint64_t next = 0;
  for (const Bytes& block : blocks(Mode::kReadOnly)) {
    ++next;
    ASSERT_EQ(block.find_first_not_of(static_cast<char>(next)), Bytes::npos) << next;
  }
  EXPECT_EQ(next, 400U);
}

TEST_F(LogFiles, ALogThatIsNotThereIsAFault) { EXPECT_FALSE(log_end(path + "/000007.log")); }

}  // namespace
}  // namespace ledger::store
