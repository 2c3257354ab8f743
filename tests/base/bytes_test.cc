#include "ledger/base/bytes.h"

#include <gtest/gtest.h>

#include "ledger/base/hex.h"
#include "ledger/base/result.h"
#include "ledger/crypto/digest.h"

namespace ledger::base {
namespace {

TEST(Decoder, NeverReadsPastTheEnd) {
  std::string out;
  put<std::uint32_t>(out, 0x01020304);
  put_text<std::uint8_t>(out, "abc");
  for (std::size_t size = 0; size < out.size(); ++size) {
    Decoder d(std::string_view(out).substr(0, size));
    d.get<std::uint32_t>();
    d.get_text<std::uint8_t>();
    EXPECT_TRUE(d.failed()) << size;
    EXPECT_EQ(d.get<std::uint64_t>(), 0U);
  }
  Decoder d(out);
  EXPECT_EQ(d.get<std::uint32_t>(), 0x01020304U);
  EXPECT_EQ(d.get_text<std::uint8_t>(), "abc");
  EXPECT_TRUE(d.at_end());
  EXPECT_FALSE(d.failed());
}

TEST(Keys, SortLikeTheirNumbers) {
  std::string small;
  std::string large;
  put_key(small, 255);
  put_key(large, 256);
  EXPECT_LT(small, large);
  EXPECT_EQ(get_key(large), 256U);
}

TEST(Hex, RoundTripsAndRefusesOddText) {
  EXPECT_EQ(to_hex("\x01\xff"), "01ff");
  EXPECT_EQ(*from_hex("01FF"), "\x01\xff");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Sha256, MatchesTheFipsVectors) {
  EXPECT_EQ(crypto::sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(crypto::sha256("").hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  crypto::Sha256 context;
  EXPECT_EQ(context.hash("a", "b", "c"), crypto::sha256("abc"));
}

TEST(ResultDeathTest, ReadingTheValueOfAFailureAborts) {
  const Result<int, int> failed = fail(3);
  EXPECT_EQ(failed.error(), 3);
  EXPECT_DEATH((void)failed.value(), "BUG: check failed");
}

}  // namespace
}  // namespace ledger::base
