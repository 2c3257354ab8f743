// `recon` as an auditor runs it: exit codes, and the same bytes every time.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "ledger/journal/verifier.h"
#include "tests/recon/town.h"

namespace recon::test {
namespace {

struct Ran {
  int code = -1;
  std::string out;
};
Ran run(const std::string& arguments) {
  Ran ran;
  FILE* pipe = popen((std::string(RECON_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  LEDGER_CHECK(pipe != nullptr);
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    ran.out.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

class Programs : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.play(kPeople);
    ledger_.play(kBusyDay);
    ledger_.close_day();
    chunk_ = ledger_.take_chunk();
    journal_ = dir_.path("journal.ej");
    write_journal(chunk_.records);
  }
  void write_journal(const std::string& records) {
    std::string file;
    ledger::journal::append_export_header(file, {});
    std::ofstream(journal_, std::ios::binary) << file << records;
  }
  // recond's folder after one statement.
  void reconcile(std::string_view lines) {
    auto store = Store::open(dir_.path("db"), StoreMode::kReadWrite);
    ASSERT_TRUE(store) << store.error().message;
    auto book = Book::open(**store, {});
    ASSERT_TRUE(book);
    ASSERT_TRUE((*book)->take_journal(chunk_));
    ASSERT_TRUE((*book)->import("day.sta", BankWriter().write({"2017-03-01", std::string(lines)})));
  }
  std::string data() { return "--data " + dir_.path(""); }

  TempDir dir_;
  LedgerWriter ledger_;
  JournalChunk chunk_;
  std::string journal_;
};

TEST_F(Programs, GoodJournalIsOkWithItsNumbers) {
  const Ran ran = run("verify --journal " + journal_);
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_TRUE(ran.out.starts_with("OK 13 entries, 7 postings, 1 closed days")) << ran.out;
  EXPECT_EQ(run("verify --journal " + journal_).out, ran.out);
}

TEST_F(Programs, FlippedBitIsAnIntegrityFailureNamingTheEntry) {
  std::string bad = chunk_.records;
  bad[bad.size() - 300] ^= 4;
  write_journal(bad);
  for (const char* command : {"verify", "tb", "control", "minbal"}) {
    const Ran ran = run(std::string(command) + " --journal " + journal_);
    EXPECT_EQ(ran.code, 2) << command << ran.out;
    EXPECT_NE(ran.out.find("INTEGRITY FAILURE entry 13"), std::string::npos) << ran.out;
  }
}

TEST_F(Programs, CutOffEndIsFoundByACheckpointKeptElsewhere) {
  const std::string hash(64, '0');
  const Ran ran = run("verify --journal " + journal_ + " --size 14 --head " + hash);
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.out.find("entry 14: missing"), std::string::npos) << ran.out;
}

TEST_F(Programs, TrialBalanceAndControlAreAboutAClosedDay) {
  const Ran tb = run("tb --journal " + journal_ + " --date 2017-03-01");
  EXPECT_EQ(tb.code, 0);
  EXPECT_NE(tb.out.find("debits = credits"), std::string::npos) << tb.out;
  const Ran control = run("control --json --journal " + journal_ + " --date 2017-03-01");
  EXPECT_EQ(control.code, 0);
  EXPECT_NE(control.out.find("\"bank\":31000"), std::string::npos) << control.out;
  EXPECT_NE(control.out.find("\"difference\":0"), std::string::npos) << control.out;
  EXPECT_EQ(run("tb --journal " + journal_ + " --date 2019-01-01").code, 64);
}

TEST_F(Programs, CleanDayIsZeroAndABreakIsOne) {
  reconcile(kBusyStatement);
  const Ran clean = run("bank --date 2017-03-01 " + data());
  EXPECT_EQ(clean.code, 0) << clean.out;
  EXPECT_NE(clean.out.find("lines_in = 3 == 3"), std::string::npos) << clean.out;
  EXPECT_EQ(run("breaks " + data()).code, 0);
  EXPECT_EQ(run("bank --date 2017-03-02 " + data()).code, 1) << "not reconciled is not clean";
}

TEST_F(Programs, BreakIsListedAndTracedToItsFile) {
  reconcile("in 100.00 D1\nin 249.00 D2\nout 40.00 W1");
  const Ran bank = run("bank --date 2017-03-01 " + data());
  EXPECT_EQ(bank.code, 1);
  EXPECT_NE(bank.out.find("control 310.00 + differences -1.00 = statement 309.00"),
            std::string::npos)
      << bank.out;
  EXPECT_EQ(run("breaks --open --json " + data()).code, 1);
  const Ran trace = run("trace D2 " + data());
  EXPECT_EQ(trace.code, 0);
  EXPECT_NE(trace.out.find("AMOUNT_DIFF on 2017-03-01"), std::string::npos) << trace.out;
  EXPECT_NE(trace.out.find("file sha256 "), std::string::npos);
  const Ran back = run("trace 2017-03-01/6222000100/1#2 " + data());
  EXPECT_NE(back.out.find("settle"), std::string::npos) << "from the line back to the entry";
}

TEST_F(Programs, WrongUseIs64) {
  EXPECT_EQ(run("").code, 64);
  EXPECT_EQ(run("verify").code, 64);
  EXPECT_EQ(run("bank").code, 64);
}

}  // namespace
}  // namespace recon::test
