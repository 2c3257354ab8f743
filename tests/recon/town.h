// Town: a ledger and a bank in the test's language, and the reconciliation between them.
//
//   town.ledger("deposit D1 client=lender:L1 channel=alipay amount=100.00")   see domain/script.h
//   town.close_day()                          cut-off; the next business date opens
//   town.statement("2017-03-01", "in 100.00 D1 party=L1\nout 40.00 W1")       an MT940 file
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/journal/tree.h"
#include "recon/book.h"
#include "recon/report.h"
#include "recon/store.h"
#include "tests/domain/bank.h"

namespace recon::test {

// A folder that is there while the object is.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string path(std::string_view name) const { return (dir_ / name).string(); }

 private:
  std::filesystem::path dir_;
};

struct StatementText {
  std::string date;          // "2017-03-01"
  std::string lines;         // "in 100.00 D1 party=L1"; "!text" is an unreadable line
  std::string opening = "";  // "" continues the statement before
  std::string closing = "";  // "" is opening + lines
  int number = 0;            // 0: the day of the month
};

// Writes MT940 and remembers the closing balance for the next one.
class BankWriter {
 public:
  std::string write(const StatementText& text);

 private:
  std::int64_t balance_ = 0;
};

// Real entries, decided by the real flows, with chain and tree.
class LedgerWriter {
 public:
  LedgerWriter();
  // One command per line; each must be committed.
  void play(std::string_view script);
  void close_day();
  const std::string& today() const { return today_; }
  // Everything since the last call, as records.
  JournalChunk take_chunk();

 private:
  void send(std::string_view line);
  void append(const ledger::domain::Entry& entry);

  ledger::domain::test::Bank bank_;
  ledger::journal::Tree tree_;
  JournalChunk chunk_;
  std::string today_ = "2017-03-01";
};

class Town {
 public:
  explicit Town(BookOptions options = {});

  void ledger(std::string_view script) { ledger_.play(script); }
  // Closes the ledger's day and hands the journal to the book.
  void close_day();
  ImportOutcome statement(std::string_view date, std::string_view lines);
  ImportOutcome statement(const StatementText& text);
  ImportOutcome file(const std::string& bytes);

  DayResult day(std::string_view date);
  // "BANK_ONLY extra_in_bank", one per open finding of the day, sorted.
  std::vector<std::string> open(std::string_view date);
  std::vector<Break> breaks();
  Store& store() { return *store_; }
  Book& book() { return *book_; }
  BankWriter bank;

 private:
  TempDir dir_;
  LedgerWriter ledger_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Book> book_;
};

// Clients, and money on its way: settled D1 100.00 and D2 250.00 of L1 and L2, paid W1 40.00 of L1.
extern const std::string_view kPeople;
extern const std::string_view kBusyDay;
extern const std::string_view kBusyStatement;

// What must hold of every result, whatever the day was like.
void check_sums(const DayResult& day);

}  // namespace recon::test
