// A disk that takes no more: a limit on file sizes makes the kernel refuse writes for real, at
// another place in each round.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "ledger/engine/rebuild.h"
#include "tests/engine/harness.h"

namespace ledger::engine {
namespace {

domain::Command deposit(std::uint64_t number) {
  return command(
      fmt::format("d{}", number), "deposit",
      {{"authority", "bank"}, {"client", "lender:L1"}, {"channel", "alipay"}, {"amount", "100"}});
}

// Sends until a write fails; the number of acknowledged deposits goes into the pipe. Checks that
// nothing is accepted or read after the failure, then ends without any cleaning up.
[[noreturn]] void fill_until_failure(const std::string& path, rlim_t file_bytes_max, int pipe) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{file_bytes_max, file_bytes_max};
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(10);
  Options options;
  options.path = path;
  options.clock = system_clock_now;
  options.fold_rows = 500;
  options.fold_delay_ms = 20;
  auto opened = Engine::open(options);
  if (!opened) _exit(11);
  Engine& engine = **opened;
  const auto send = [&](std::vector<domain::Command> commands) {
    std::promise<Answers> promise;
    if (!engine.submit({std::move(commands), false},
                       [&](Answers a) { promise.set_value(std::move(a)); })) {
      _exit(12);
    }
    return promise.get_future().get();
  };
  for (std::uint64_t sent = 0; sent < 500'000; sent += 50) {
    std::vector<domain::Command> commands;
    for (std::uint64_t i = 0; i < 50; ++i) commands.push_back(deposit(sent + i));
    const Answers answers = send(std::move(commands));
    if (answers) continue;
    if (answers.error().kind != base::Fault::Kind::kClosed) _exit(13);
    if (send({deposit(9'999'999)})) _exit(14);  // read-only from now on
    if (engine.read([](const Engine::View&) {}, [] {})) _exit(15);
    if (write(pipe, &sent, sizeof sent) != sizeof sent) _exit(16);
    _exit(0);
  }
  _exit(17);
}

TEST(FullDisk, MakesTheLedgerReadOnlyAndARestartHasAllThatWasAcknowledged) {
  for (const rlim_t limit : {rlim_t{1'500'000}, rlim_t{2'222'222}, rlim_t{3'000'001}}) {
    TempFolder folder;
    {
      Ledger ledger(folder.path());
      for (const std::string client : {"lender:L1", "channel:alipay"}) {
        ledger.send(command("open-" + client, "open_account",
                            {{"authority", "platform"}, {"client", client}}));
      }
    }
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) fill_until_failure(folder.path(), limit, ends[1]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    ASSERT_EQ(WEXITSTATUS(status), 0);
    std::uint64_t acknowledged = 0;
    ASSERT_EQ(read(ends[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));
    close(ends[0]);
    close(ends[1]);
    EXPECT_GT(acknowledged, 0U);
    {
      Ledger ledger(folder.path(), false);
      for (std::uint64_t i = 0; i < acknowledged; i += 37) {
        EXPECT_TRUE(ledger.send(deposit(i)).replayed) << i;
      }
      EXPECT_GE(ledger.balance("lender:L1:available"),
                static_cast<std::int64_t>(acknowledged * 100));
      EXPECT_FALSE(ledger.send(deposit(8'888'888)).refusal.has_value());
    }
    const auto report = compare_projections(folder.path());
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_TRUE(report->equal());
  }
}

}  // namespace
}  // namespace ledger::engine
