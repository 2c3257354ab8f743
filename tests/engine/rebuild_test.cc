#include "ledger/engine/rebuild.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "ledger/engine/projection.h"
#include "ledger/store/store.h"
#include "tests/engine/harness.h"

namespace ledger::engine {
namespace {

class RebuildTest : public ::testing::Test {
 protected:
  // Several runs, open and closed holds, a cut-off.
  void fill() {
    Options options;
    options.fold_rows = 40;
    options.fold_delay_ms = 1;
    Ledger ledger(folder.path(), true, options);
    const auto open = [](std::string_view id, std::string_view client) {
      return command(id, "open_account", {{"authority", "platform"}, {"client", client}});
    };
    ledger.send({open("o1", "lender:L1"), open("o2", "channel:alipay")});
    for (int i = 0; i < 100; ++i) {
      ledger.send(command(fmt::format("d{}", i), "deposit",
                          {{"authority", "bank"},
                           {"client", "lender:L1"},
                           {"channel", "alipay"},
                           {"amount", "100"}}));
      if (i % 3 != 0) {
        ledger.send(
            command(fmt::format("s{}", i), "settle",
                    {{"authority", "bank"}, {"order", fmt::format("d{}", i)}, {"amount", "100"}}));
      }
    }
    ledger.send(command("c1", "cut_off", {{"authority", "platform"}, {"opens", "2024-07-01"}}));
  }
  RebuildReport compare() {
    auto report = compare_projections(folder.path());
    EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().message);
    return report ? *report : RebuildReport();
  }
  static const RebuildReport::Line* line(const RebuildReport& report, std::string_view name) {
    for (const auto& one : report.lines) {
      if (one.projection == name) return &one;
    }
    return nullptr;
  }
  TempFolder folder;
};

TEST_F(RebuildTest, FindsTheProjectionsEqualToTheJournal) {
  fill();
  const RebuildReport report = compare();
  EXPECT_TRUE(report.equal());
  EXPECT_EQ(report.mark, report.journal_head);
  EXPECT_EQ(line(report, "holds")->stored, 34U);
  EXPECT_EQ(line(report, "ids")->stored, report.journal_head.value());
}

TEST_F(RebuildTest, NamesAnAlteredAccount) {
  fill();
  {
    auto store = store::Store::open(folder.path(), store::Mode::kReadWrite);
    ASSERT_TRUE(store.has_value());
    ASSERT_TRUE((*store)
                    ->ingest([](store::RunWriter& out) {
                      out.start(store::Column::kAccounts);
                      out.put(number_key(13), encode(Counters{1, 2, 3, 4}));
                    })
                    .has_value());
  }
  const RebuildReport report = compare();
  EXPECT_FALSE(report.equal());
  EXPECT_EQ(line(report, "accounts")->different, 1U);
  EXPECT_EQ(line(report, "accounts")->first_difference, "13");
}

TEST_F(RebuildTest, DroppedProjectionsAreFoldedAgain) {
  fill();
  ASSERT_TRUE(drop_projections(folder.path()).has_value());
  EXPECT_TRUE(compare().mark.is_none());
  {
    Ledger ledger(folder.path(), false);
    EXPECT_EQ(ledger.balance("lender:L1:available"), 10'000);
    EXPECT_TRUE(ledger
                    .send(command("d0", "deposit",
                                  {{"authority", "bank"},
                                   {"client", "lender:L1"},
                                   {"channel", "alipay"},
                                   {"amount", "100"}}))
                    .replayed);
  }
  const RebuildReport report = compare();
  EXPECT_TRUE(report.equal());
  EXPECT_EQ(report.mark, report.journal_head);
}

}  // namespace
}  // namespace ledger::engine
