#include "ledger/journal/block.h"

#include <gtest/gtest.h>

namespace ledger::journal {
namespace {

std::string two_records() {
  std::string block;
  append_record(block, "first", crypto::sha256("1"));
  append_record(block, "", crypto::sha256("2"));
  return block;
}

TEST(RecordReader, GivesRecordsInOrder) {
  const std::string block = two_records();
  RecordReader reader(block);
  ASSERT_FALSE(reader.at_end());
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->entry, "first");
  EXPECT_EQ(first->hash, crypto::sha256("1"));
  const auto second = reader.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->entry, "");
  EXPECT_EQ(second->hash, crypto::sha256("2"));
  EXPECT_TRUE(reader.at_end());
}

TEST(RecordReader, TruncatedTailIsAFaultNotARecord) {
  const std::string block = two_records();
  const std::size_t first_size = 4 + 5 + 32;
  for (std::size_t size = 1; size < block.size(); ++size) {
    if (size == first_size) continue;
    RecordReader reader(std::string_view(block).substr(0, size));
    if (size > first_size) {
      ASSERT_TRUE(reader.next());
    }
    const auto cut = reader.next();
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().kind, base::Fault::Kind::kCorruption);
  }
}

TEST(RecordReader, SizeBeyondTheInputIsAFault) {
  std::string block = two_records();
  block[3] = '\x7f';
  RecordReader reader(block);
  EXPECT_FALSE(reader.next());
}

TEST(RecordReader, RecordIsLittleEndianSizeThenEntryThenHash) {
  std::string block;
  append_record(block, std::string(258, 'e'), crypto::Digest());
  EXPECT_EQ(block.substr(0, 4), std::string("\x02\x01\x00\x00", 4));
  EXPECT_EQ(block.substr(4, 258), std::string(258, 'e'));
  EXPECT_EQ(block.substr(262), std::string(32, '\0'));
}

}  // namespace
}  // namespace ledger::journal
