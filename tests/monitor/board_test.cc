// The board: what each kind of monitor finds, once for each crossing, with its causes.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/monitor/board.h"

namespace ledger::monitor {
namespace {

using domain::FlowCode;
using domain::MonitorKind;

// cn-2017 with these monitors only.
domain::Profile rules(std::string_view monitors) {
  std::string text(*domain::Profile::built_in("cn-2017"));
  text.resize(text.find("[[monitors]]"));
  text += monitors;
  auto profile = domain::Profile::parse(text);
  EXPECT_TRUE(profile) << (profile ? "" : profile.error().message);
  return *std::move(profile);
}

class Boards : public testing::Test {
 protected:
  // One fact a second, on a day of March 2017.
  std::vector<Finding> fact(FlowCode flow, std::string_view subject, std::int64_t amount,
                            bool in = true) {
    Fact f;
    f.sequence = base::Sequence(++sequence);
    f.time.ns = now += 1'000'000'000;
    f.business_date = *base::Date::from_ymd(2017, 3, day);
    f.flow = flow;
    f.subject = subject;
    f.amount = amount;
    f.in = in;
    return board->take(f);
  }
  static std::string shown(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& f : findings) {
      out += fmt::format("{} {} {}:", f.rule, f.subject, f.amount);
      for (const base::Sequence s : f.entries) out += fmt::format(" {}", s.value());
      out += ";";
    }
    return out;
  }
  std::optional<Board> board;
  std::uint64_t sequence = 0;
  std::int64_t now = 0;
  int day = 1;
};

TEST_F(Boards, ALargeMovementIsFoundByItself) {
  board.emplace(rules("[[monitors]]\nid='big'\nkind='large'\nflows=['withdraw']\namount=1000\n"));
  EXPECT_EQ(shown(fact(FlowCode::kWithdraw, "lender:A", 999)), "");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 5000)), "") << "another flow";
  EXPECT_EQ(shown(fact(FlowCode::kWithdraw, "lender:A", 1000)), "big lender:A 1000: 3;");
  EXPECT_EQ(shown(fact(FlowCode::kWithdraw, "lender:A", 1001)), "big lender:A 1001: 4;")
      << "each large one counts";
}

TEST_F(Boards, ADaysSumIsFoundOnceAndForgottenOvernight) {
  board.emplace(
      rules("[[monitors]]\nid='day'\nkind='aggregate'\nflows=['deposit','withdraw']\n"
            "amount=1000\ndays=1\n"));
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 600)), "");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:B", 600)), "") << "somebody else";
  EXPECT_EQ(shown(fact(FlowCode::kWithdraw, "lender:A", 400, false)), "day lender:A 1000: 1 3;");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 900)), "") << "it was found already";
  day = 2;
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 999)), "");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "day lender:A 1000: 5 6;");
}

TEST_F(Boards, VelocityCountsInsideItsMinutes) {
  board.emplace(
      rules("[[monitors]]\nid='fast'\nkind='velocity'\nflows=['deposit']\ncount=3\n"
            "minutes=1\n"));
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "");
  now += 60'000'000'000;
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "") << "the others are a minute old";
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "fast lender:A 3: 3 4 5;");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "");
}

TEST_F(Boards, StructuringIsManySmallOnesThatAddUp) {
  board.emplace(
      rules("[[monitors]]\nid='split'\nkind='structuring'\nflows=['deposit']\n"
            "amount=1000\ncount=3\ndays=2\n"));
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1000)), "") << "no small one";
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 600)), "");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 600)), "") << "two only";
  day = 2;
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "split lender:A 1201: 2 3 4;");
  day = 4;
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 999)), "");
}

TEST_F(Boards, InAndOutNeedsBothWays) {
  board.emplace(
      rules("[[monitors]]\nid='through'\nkind='in_and_out'\n"
            "flows=['deposit','withdraw']\namount=500\ndays=1\n"));
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 900)), "");
  EXPECT_EQ(shown(fact(FlowCode::kWithdraw, "lender:A", 499, false)), "");
  EXPECT_EQ(shown(fact(FlowCode::kWithdraw, "lender:A", 1, false)),
            "through lender:A 1400: 1 2 3;");
}

TEST_F(Boards, RefusalsAreCountedApart) {
  board.emplace(rules("[[monitors]]\nid='knocks'\nkind='refused'\ncount=2\nminutes=5\n"));
  EXPECT_EQ(shown(fact(FlowCode::kWithdraw, "lender:A", 1)), "");
  Fact f;
  f.refused = true;
  f.subject = "lender:A";
  f.flow = FlowCode::kWithdraw;
  f.business_date = *base::Date::from_ymd(2017, 3, 1);
  f.sequence = base::Sequence(10);
  EXPECT_EQ(shown(board->take(f)), "");
  f.sequence = base::Sequence(11);
  EXPECT_EQ(shown(board->take(f)), "knocks lender:A 0: 10 11;");
}

TEST_F(Boards, BalancesAreFoundWhenTheyCross) {
  board.emplace(
      rules("[[monitors]]\nid='cover'\nkind='coverage'\n"
            "[[monitors]]\nid='floor'\nkind='reserve_floor'\namount=100\n"));
  const auto cover = [&](std::int64_t balance, std::uint64_t at) {
    return shown(board->take_balance(MonitorKind::kCoverage, "custody:shortfall", balance,
                                     base::Sequence(at)));
  };
  EXPECT_EQ(cover(0, 1), "");
  EXPECT_EQ(cover(5, 2), "cover custody:shortfall 5: 2;");
  EXPECT_EQ(cover(7, 3), "") << "known";
  EXPECT_EQ(cover(0, 4), "");
  EXPECT_EQ(cover(1, 5), "cover custody:shortfall 1: 5;");
  const auto floor = [&](std::int64_t balance, std::uint64_t at) {
    return shown(board->take_balance(MonitorKind::kReserveFloor, "reserve:risk", balance,
                                     base::Sequence(at)));
  };
  EXPECT_EQ(floor(100, 6), "");
  EXPECT_EQ(floor(99, 7), "floor reserve:risk 99: 7;");
}

TEST_F(Boards, ABalanceThatWasOverBeforeARestartIsNotFoundAgain) {
  const auto profile = rules("[[monitors]]\nid='cover'\nkind='coverage'\n");
  board.emplace(profile);
  const auto cover = [&](std::int64_t balance, std::uint64_t at) {
    return shown(board->take_balance(MonitorKind::kCoverage, "custody:shortfall", balance,
                                     base::Sequence(at)));
  };
  board->note_balance(MonitorKind::kCoverage, "custody:shortfall", 5);
  EXPECT_EQ(cover(7, 3), "");
  EXPECT_EQ(cover(0, 4), "");
  EXPECT_EQ(cover(1, 5), "cover custody:shortfall 1: 5;");
  board.emplace(profile);
  board->note_balance(MonitorKind::kCoverage, "custody:shortfall", 0);
  EXPECT_EQ(cover(7, 6), "cover custody:shortfall 7: 6;");
}

TEST_F(Boards, AnotherVersionOfTheRulesKeepsWhatTheUnchangedOnesHaveSeen) {
  const std::string same =
      "[[monitors]]\nid='day'\nkind='aggregate'\nflows=['deposit']\namount=1000\ndays=1\n";
  const std::string other =
      "[[monitors]]\nid='fast'\nkind='velocity'\nflows=['deposit']\ncount={}\ndays=1\n";
  board.emplace(rules(same + fmt::format(fmt::runtime(other), 3)));
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 600)), "");
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:B", 1200)), "day lender:B 1200: 2;");
  board->adopt(rules(fmt::format(fmt::runtime(other), 2) + same));
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 400)), "day lender:A 1000: 1 3;")
      << "the aggregate goes on, the changed rule counts anew";
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:B", 1)), "") << "and is not found twice";
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 1)), "fast lender:A 401: 3 5;");
}

// 2017-04-01 is a Saturday that is worked, the 2nd to the 4th are a holiday.
TEST_F(Boards, AnAgeInBusinessDaysGoesByTheCalendar) {
  board.emplace(rules("[[monitors]]\nid='old'\nkind='suspense_age'\nbusiness_days=3\n"));
  const base::Date first = *base::Date::from_ymd(2017, 3, 30);
  const std::vector<Waiting> waiting = {{"suspense:unallocated", 50, base::Sequence(9), first, {}}};
  const auto at = [&](int days) {
    return shown(
        board->take_waiting(MonitorKind::kSuspenseAge, waiting, {}, first.plus_days(days)));
  };
  EXPECT_EQ(at(2), "") << "Friday and the worked Saturday";
  EXPECT_EQ(at(5), "") << "the holiday counts nothing";
  EXPECT_EQ(at(6), "") << "three";
  EXPECT_EQ(at(7), "old suspense:unallocated 50: 9;");
}

TEST_F(Boards, WhatWaitsTooLongIsFoundAtEveryClose) {
  board.emplace(rules("[[monitors]]\nid='old'\nkind='suspense_age'\ndays=2\n"));
  const base::Date first = *base::Date::from_ymd(2017, 3, 1);
  const std::vector<Waiting> waiting = {
      {"suspense:unallocated", 50, base::Sequence(9), first, {}},
      {"suspense:unallocated", 70, base::Sequence(4), first, {}},
      {"suspense:unallocated", 1, base::Sequence(12), first.plus_days(1), {}}};
  const auto on = [&](int days) {
    return shown(
        board->take_waiting(MonitorKind::kSuspenseAge, waiting, {}, first.plus_days(days)));
  };
  EXPECT_EQ(on(2), "");
  EXPECT_EQ(on(3), "old suspense:unallocated 120: 4 9;");
  EXPECT_EQ(on(4), "old suspense:unallocated 121: 4 9 12;");
  EXPECT_EQ(shown(board->take_waiting(MonitorKind::kTransitAge, waiting, {}, first.plus_days(9))),
            "");
}

TEST_F(Boards, AnAlertThatStandsAlreadyIsNotFoundAgain) {
  board.emplace(
      rules("[[monitors]]\nid='day'\nkind='aggregate'\nflows=['deposit']\n"
            "amount=1000\ndays=1\n"));
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 900)), "");
  board->note_alert("day", "lender:A", {now}, *base::Date::from_ymd(2017, 3, 1), base::Sequence(1));
  EXPECT_EQ(shown(fact(FlowCode::kDeposit, "lender:A", 900)), "");
}

}  // namespace
}  // namespace ledger::monitor
