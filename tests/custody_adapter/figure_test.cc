#include "custody_adapter/figure.h"

#include <gtest/gtest.h>

#include "custody_adapter/charset.h"
#include "custody_adapter/detect.h"

namespace custody_adapter {
namespace {

TEST(Figure, KeepsTheDecimalsItNeedsAndNoMore) {
  EXPECT_EQ(parse_figure("18.150", 2, '.')->digits, 2);
  EXPECT_EQ(parse_figure("18.155", 2, '.')->digits, 3);
  EXPECT_EQ(format(*parse_figure("11,", 2, ',')), "11.00");
  EXPECT_EQ(format(*parse_figure(",5", 2, ',')), "0.50");
  EXPECT_EQ(format(*parse_figure("-0.05", 2, '.')), "-0.05");
}

TEST(Figure, RefusesWhatIsNoNumberOrTooLarge) {
  for (const char* text : {"", ".", "1.2.3", "1e5", "1 000", "--1", "0.123456789"}) {
    EXPECT_FALSE(parse_figure(text, 2, '.')) << text;
  }
  EXPECT_TRUE(parse_figure("10000000000000000.00", 2, '.'));
  EXPECT_FALSE(parse_figure("10000000000000000.01", 2, '.'));
  EXPECT_FALSE(parse_figure("99999999999999999999", 0, '.'));
}

TEST(Figure, SumsAcrossDifferentDecimalsAreExact) {
  const Figure a = *parse_figure("0.1", 2, '.');
  const Figure b = *parse_figure("0.00002", 2, '.');
  EXPECT_EQ(format(a + b), "0.10002");
  EXPECT_EQ(a + b - b, a);
  EXPECT_FALSE((a + b).at(2));
  EXPECT_EQ((a + b - b).at(2), a.units);
}

TEST(Charset, TablesAreThoseOfTheStandards) {
  std::string scratch;
  EXPECT_EQ(to_utf8("\x80", Charset::kCp1252, scratch), "€");
  EXPECT_EQ(to_utf8("\xa4", Charset::kLatin9, scratch), "€");
  EXPECT_EQ(to_utf8("\x81\x93\xfb", Charset::kCp852, scratch), "üôű");
  EXPECT_EQ(to_utf8("ü", Charset::kCp852, scratch), "ü");
  EXPECT_EQ(to_utf8("ü", Charset::kLatin1Only, scratch), "Ã¼");
  EXPECT_FALSE(is_utf8("\xc0\x80"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
  EXPECT_EQ(incomplete_utf8_tail("a\xe2\x82"), 2U);
}

TEST(Detect, NamesTheFormatAndTheEvidence) {
  EXPECT_EQ(detect("{1:F01X}{2:I950X}{4:\n:20:").format, FileFormat::kMt950);
  EXPECT_EQ(detect("ABNANL2A\r\n940\r\n:20:X").format, FileFormat::kMt940);
  EXPECT_EQ(detect("@@:20:X").format, FileFormat::kMt940);
  EXPECT_EQ(detect(":20:X\n:34F:EUR1,").format, FileFormat::kMt942);
  EXPECT_EQ(detect("\xef\xbb\xbf<?xml?><a:BkToCstmrStmt>").format, FileFormat::kCamt053);
  EXPECT_EQ(detect("<Document xmlns='x:camt.054.001.02'>").format, FileFormat::kCamt054);
  EXPECT_EQ(detect("01,BANK,1").format, FileFormat::kUnknown);
  EXPECT_FALSE(detect("hello").evidence.empty());
}

}  // namespace
}  // namespace custody_adapter
