#include "ledger/base/time.h"

#include <gtest/gtest.h>

namespace ledger::base {
namespace {

TEST(Date, RefusesDaysThatDoNotExist) {
  EXPECT_FALSE(Date::parse("2023-02-29"));
  EXPECT_TRUE(Date::parse("2024-02-29"));
  EXPECT_FALSE(Date::parse("2024-2-09"));
  EXPECT_FALSE(Date::parse("2024-13-01"));
  EXPECT_FALSE(Date::from_yyyymmdd(20240230));
  EXPECT_TRUE(Date::from_yyyymmdd(0)->is_none());
}

TEST(Date, CountsDaysAcrossMonthsAndYears) {
  const Date d = *Date::parse("2023-12-31");
  EXPECT_EQ(format(d.plus_days(1)), "2024-01-01");
  EXPECT_EQ(format(d.plus_days(60)), "2024-02-29");
  EXPECT_EQ(format(d.plus_days(-365)), "2022-12-31");
  EXPECT_EQ(d.weekday(), 6);
}

TEST(Timestamp, FormatsAsUtcWithNanoseconds) {
  EXPECT_EQ(format(Timestamp{1}), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(format(Timestamp{1719763199'999999999}), "2024-06-30T15:59:59.999999999Z");
  EXPECT_EQ(Date::of(Timestamp{-1}), *Date::parse("1969-12-31"));
}

}  // namespace
}  // namespace ledger::base
