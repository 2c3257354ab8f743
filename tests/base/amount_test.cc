#include "ledger/base/amount.h"

#include <gtest/gtest.h>

namespace ledger::base {
namespace {

TEST(Amount, RefusesNegativeAndOversized) {
  EXPECT_FALSE(Amount::from_minor(-1));
  EXPECT_FALSE(Amount::from_minor(Amount::kMaxMinor + 1));
  EXPECT_TRUE(Amount::from_minor(0));
  EXPECT_EQ(Amount::from_minor(Amount::kMaxMinor)->minor(), Amount::kMaxMinor);
}

TEST(Total, SumsManyMaximaWithoutWrapping) {
  Total sum;
  for (int i = 0; i < 100; ++i) sum += Amount::of(Amount::kMaxMinor);
  EXPECT_EQ(to_string(sum.minor()), "100000000000000000000");
  EXPECT_FALSE(sum.to_amount());
  EXPECT_FALSE((Total() - Amount::of(1)).to_amount());
}

TEST(ParseDecimal, ReadsWithoutRounding) {
  EXPECT_EQ(*parse_decimal("1234.5", 2).value, Total::from_minor(123450));
  EXPECT_EQ(*parse_decimal("-0.05", 2).value, Total::from_minor(-5));
  EXPECT_EQ(*parse_decimal("11,", 2, ',').value, Total::from_minor(1100));
  EXPECT_EQ(*parse_decimal("5442.09000", 2).value, Total::from_minor(544209));
  EXPECT_EQ(*parse_decimal("7", 0).value, Total::from_minor(7));
}

TEST(ParseDecimal, RefusesWhatIsNoAmount) {
  EXPECT_EQ(parse_decimal("", 2).error, DecimalError::kEmpty);
  EXPECT_EQ(parse_decimal("-", 2).error, DecimalError::kNotANumber);
  EXPECT_EQ(parse_decimal(".", 2).error, DecimalError::kNotANumber);
  EXPECT_EQ(parse_decimal("1e5", 2).error, DecimalError::kNotANumber);
  EXPECT_EQ(parse_decimal("1,000.00", 2).error, DecimalError::kNotANumber);
  EXPECT_EQ(parse_decimal("0.005", 2).error, DecimalError::kTooManyDecimals);
  EXPECT_EQ(parse_decimal("10000000000000000.01", 2).error, DecimalError::kOutOfRange);
}

TEST(FormatDecimal, ShowsEveryDigit) {
  EXPECT_EQ(format_decimal(Total::from_minor(123450), 2), "1234.50");
  EXPECT_EQ(format_decimal(Total::from_minor(-5), 2), "-0.05");
  EXPECT_EQ(format_decimal(Total::from_minor(7), 0), "7");
  EXPECT_EQ(format(Total::from_minor(1234), Currency::of("JPY")), "1234");
  EXPECT_EQ(format(Total::from_minor(1234), Currency::of("KWD")), "1.234");
}

TEST(Currency, IsThreeCapitalLetters) {
  EXPECT_TRUE(Currency::parse("CNY"));
  EXPECT_FALSE(Currency::parse("cny"));
  EXPECT_FALSE(Currency::parse("CN"));
}

}  // namespace
}  // namespace ledger::base
