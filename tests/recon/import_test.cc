// Files on their way into the store: identical, conflicting, foreign, and killed in the middle.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "recon/codec.h"
#include "tests/recon/town.h"

namespace recon::test {
namespace {

Town& busy(Town& town) {
  town.ledger(kPeople);
  town.ledger(kBusyDay);
  town.close_day();
  return town;
}

TEST(Import, SameFileAgainIsANoOp) {
  Town town;
  busy(town);
  const std::string file = town.bank.write({"2017-03-01", std::string(kBusyStatement)});
  const auto first = town.file(file);
  EXPECT_EQ(first.kind, ImportKind::kAccepted);
  const std::string before = encode(town.day("2017-03-01"));
  const auto second = town.file(file);
  EXPECT_EQ(second.kind, ImportKind::kIdentical);
  EXPECT_EQ(second.file, first.file);
  EXPECT_TRUE(second.days.empty());
  EXPECT_EQ(encode(town.day("2017-03-01")), before);
  EXPECT_EQ(*town.store().raw(first.file.sha256), file) << "the bytes as received are kept";
}

TEST(Import, SameStatementWithOtherContentIsHeld) {
  Town town;
  busy(town);
  town.statement("2017-03-01", kBusyStatement);
  const std::string before = encode(town.day("2017-03-01"));
  const auto other = town.statement({"2017-03-01", "in 100.00 D1\nin 210.00 D2", "0.00"});
  EXPECT_EQ(other.kind, ImportKind::kConflict);
  EXPECT_NE(other.file.reason.find("stands already with other content"), std::string::npos);
  EXPECT_EQ(encode(town.day("2017-03-01")), before) << "what was accepted stands";
  EXPECT_TRUE(town.store().raw(other.file.sha256)) << "what was held is kept";
}

TEST(Import, AccountOfAnotherCustomerIsRefused) {
  Town town;
  busy(town);
  town.statement("2017-03-01", kBusyStatement);
  std::string foreign = town.bank.write({"2017-03-02", ""});
  foreign.replace(foreign.find("6222000100"), 10, "6222000199");
  const auto outcome = town.file(foreign);
  EXPECT_EQ(outcome.kind, ImportKind::kRefused);
  EXPECT_NE(outcome.file.reason.find("6222000199"), std::string::npos) << outcome.file.reason;
}

TEST(Import, BytesThatAreNoStatementAreRefusedAndKept) {
  Town town;
  busy(town);
  const auto outcome = town.file("hello, this is not a statement\n");
  EXPECT_EQ(outcome.kind, ImportKind::kRefused);
  EXPECT_FALSE(outcome.file.reason.empty());
  EXPECT_TRUE(town.store().raw(outcome.file.sha256));
}

TEST(Import, DamagedJournalRecordIsNamedAndNotKept) {
  LedgerWriter ledger;
  ledger.play(kPeople);
  ledger.close_day();
  JournalChunk chunk = ledger.take_chunk();
  chunk.records[chunk.records.size() / 2] ^= 1;
  TempDir dir;
  {
    auto store = Store::open(dir.path("recon"), StoreMode::kReadWrite);
    ASSERT_TRUE(store);
    auto book = Book::open(**store, {});
    ASSERT_TRUE(book);
    const auto taken = (*book)->take_journal(chunk);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().kind, base::Fault::Kind::kCorruption);
    EXPECT_NE(taken.error().message.find("entry "), std::string::npos);
  }
  auto store = Store::open(dir.path("recon"), StoreMode::kReadWrite);
  ASSERT_TRUE(store);
  auto book = Book::open(**store, {});
  ASSERT_TRUE(book);
  EXPECT_EQ((*book)->ledger().verifier().entries(), 0U);
}

// --- killed --------------------------------------------------------------------------------------

struct Delivery {
  JournalChunk journal;
  std::vector<std::string> files;
};

Delivery five_days() {
  Delivery delivery;
  LedgerWriter ledger;
  BankWriter bank;
  ledger.play(kPeople);
  ledger.play(kBusyDay);
  delivery.files.push_back(bank.write({"2017-03-01", std::string(kBusyStatement) + "in 3.00 X"}));
  for (int day = 2; day <= 5; ++day) {
    ledger.close_day();
    const std::string d = std::to_string(day);
    ledger.play("deposit E" + d + " client=lender:L1 channel=alipay amount=10.00\nsettle T" + d +
                " order=E" + d + " amount=10.00");
    delivery.files.push_back(
        bank.write({"2017-03-0" + d, "in 10.00 E" + std::string(day == 3 ? "?" : d)}));
  }
  ledger.close_day();
  delivery.journal = ledger.take_chunk();
  return delivery;
}

// Takes everything that is not there yet. Any fault ends the process.
void work(const std::string& path, const Delivery& delivery) {
  auto store = Store::open(path, StoreMode::kReadWrite);
  if (!store) _exit(10);
  auto book = Book::open(**store, {});
  if (!book) _exit(11);
  if ((*book)->ledger().verifier().entries() == 0 && !(*book)->take_journal(delivery.journal)) {
    _exit(12);
  }
  for (const std::string& file : delivery.files) {
    if (!(*book)->import("file", file)) _exit(13);
  }
  if (!(*book)->reconcile_due()) _exit(14);
}

// Every accepted file has its statements, every statement of a closed day its result.
void check_whole(const std::string& path) {
  auto store = Store::open(path, StoreMode::kReadWrite);
  ASSERT_TRUE(store) << store.error().message;
  auto book = Book::open(**store, {});
  ASSERT_TRUE(book) << book.error().message;
  const auto files = (*store)->files();
  ASSERT_TRUE(files);
  for (const FileRecord& file : *files) {
    EXPECT_TRUE((*store)->raw(file.sha256)) << "a record without its bytes";
    for (const std::string& key : file.statements) {
      const auto statement = (*store)->statement(key);
      ASSERT_TRUE(statement && *statement) << key;
      if ((*book)->ledger().is_closed((*statement)->head.date)) {
        const auto day = (*store)->day((*statement)->head.date);
        ASSERT_TRUE(day && *day) << "a statement without its day: " << key;
        check_sums(**day);
      }
    }
  }
}

std::string all_results(const std::string& path) {
  auto store = Store::open(path, StoreMode::kReadWrite);
  EXPECT_TRUE(store);
  std::string out;
  EXPECT_TRUE((*store)->each_day([&](const DayResult& day) {
    out += day_json(day);
    return true;
  }));
  return out;
}

TEST(Import, KilledAnywhereLeavesAllOfAFileOrNothing) {
  const Delivery delivery = five_days();
  TempDir dir;
  const std::string straight = dir.path("straight");
  work(straight, delivery);
  const std::string expected = all_results(straight);
  ASSERT_NE(expected.find("2017-03-05"), std::string::npos);

  const char* given = std::getenv("ESCROW_IMPORT_KILLS");
  const int wanted = given == nullptr ? 10 : std::atoi(given);
  int kills = 0;
  for (int round = 0; kills < wanted && round < 10 * wanted; ++round) {
    const std::string path = dir.path("killed");
    if (round % 8 == 0) std::filesystem::remove_all(path);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      work(path, delivery);
      _exit(0);
    }
    usleep(static_cast<useconds_t>(2'000 + (round * 7'919) % 120'000));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0);
    }
    kills += WIFSIGNALED(status) ? 1 : 0;
    check_whole(path);
    if (HasFatalFailure()) FAIL() << "round " << round;
  }
  EXPECT_GE(kills, wanted * 3 / 5);
  work(dir.path("killed"), delivery);
  EXPECT_EQ(all_results(dir.path("killed")), expected);
  std::printf("%d kills\n", kills);
}

}  // namespace
}  // namespace recon::test
