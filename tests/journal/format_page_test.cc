// The format pages are what strangers write readers from: what they say is held to what we do.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "ledger/base/hex.h"
#include "ledger/domain/command.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/refusal.h"

namespace ledger::domain {
namespace {

std::string page(const char* path) {
  std::ifstream file(std::string(ESCROW_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << path;
  return text.str();
}

// The bytes of the first ```hex block; what follows # in a line is commentary.
std::string hex_block(const std::string& text) {
  const std::size_t start = text.find("```hex\n");
  if (start == std::string::npos) return {};
  std::istringstream lines(text.substr(start + 7, text.find("```", start + 7) - start - 7));
  std::string digits;
  for (std::string line; std::getline(lines, line);) {
    for (const char c : line.substr(0, line.find('#'))) {
      if (c != ' ') digits.push_back(c);
    }
  }
  return base::from_hex(digits).value_or("");
}

bool has_row(const std::string& text, unsigned number, std::string_view name) {
  return text.find("\n| " + std::to_string(number) + " | " + std::string(name) + " |") !=
         std::string::npos;
}

void add_field(std::string& body, Field field, std::string_view value) {
  body.push_back(static_cast<char>(field));
  body.push_back(static_cast<char>(value.size()));
  body.push_back('\0');
  body.append(value);
}

Entry example() {
  Entry e;
  e.flow = FlowCode::kDeposit;
  e.authority = Authority::kBank;
  e.profile_version = 1;
  e.sequence = base::Sequence(5);
  e.time.ns = 1'719'734'400'000'000'000;
  e.business_date = *base::Date::from_ymd(2024, 6, 30);
  e.value_date = e.business_date;
  e.command_id = "D-1";
  add_field(e.command, Field::kAuthority, "\x05");
  add_field(e.command, Field::kClient, "lender:L123");
  add_field(e.command, Field::kAmount, std::string_view("\x3a\xe2\x01\0\0\0\0\0", 8));
  add_field(e.command, Field::kChannel, "quick");
  e.postings.push_back({base::AccountId(15), base::AccountId(12), base::Amount::of(123450), {}});
  HoldChange& hold = e.holds.emplace_back();
  hold.op = HoldOp::kOpen;
  hold.kind = HoldKind::kDepositTransit;
  hold.id = base::HoldId(1);
  hold.account = base::AccountId(15);
  hold.beneficiary = base::AccountId(12);
  hold.amount = base::Amount::of(123450);
  hold.order = "D-1";
  return e;
}

TEST(EntryFormatPage, ExampleIsWhatTheEncoderWrites) {
  std::string bytes;
  encode(example(), bytes);
  EXPECT_EQ(base::to_hex(hex_block(page("ledger/domain/ENTRY_FORMAT.md"))), base::to_hex(bytes));
}

TEST(EntryFormatPage, ExampleIsReadBackAsTheSameEntry) {
  Entry read;
  ASSERT_TRUE(decode(hex_block(page("ledger/domain/ENTRY_FORMAT.md")), read));
  EXPECT_EQ(read, example());
  EXPECT_TRUE(fields_of(read.command));
}

TEST(EntryFormatPage, ListsEveryCodeOfTheSource) {
  const std::string text = page("ledger/domain/ENTRY_FORMAT.md");
  for (unsigned number = 0; number < 1000; ++number) {
    const auto flow = flow_from_number(static_cast<std::uint16_t>(number));
    if (flow) {
      EXPECT_TRUE(has_row(text, number, name_of(*flow))) << name_of(*flow);
    }
  }
  for (const FieldSpec& spec : all_fields()) {
    EXPECT_TRUE(has_row(text, static_cast<unsigned>(spec.field), spec.name)) << spec.name;
  }
  for (const RefusalText& refusal : refusal_catalogue()) {
    if (is_sticky(refusal.code)) {
      EXPECT_TRUE(has_row(text, static_cast<unsigned>(refusal.code), refusal.name)) << refusal.name;
    }
  }
  for (unsigned number = 0; number <= static_cast<unsigned>(Authority::kOperators); ++number) {
    const auto name = name_of(static_cast<Authority>(number));
    EXPECT_TRUE(has_row(text, number, name)) << name;
  }
}

TEST(EntryCodec, RefusesEveryPrefixAndEverySpareByte) {
  std::string bytes;
  encode(example(), bytes);
  Entry read;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto done = decode(std::string_view(bytes).substr(0, size), read);
    // Cut between two sections the rest is a whole entry; it is another one, and says so.
    if (done) {
      std::string again;
      encode(read, again);
      EXPECT_EQ(again, bytes.substr(0, size));
      EXPECT_NE(read, example());
    }
  }
  EXPECT_FALSE(decode(bytes + '\0', read));
}

// The example and what the fuzzer begins with.
std::vector<std::string> whole_entries() {
  std::vector<std::string> all(1);
  encode(example(), all[0]);
  for (const auto& file :
       std::filesystem::directory_iterator(ESCROW_SOURCE_DIR "/tests/journal/fuzz_entry_seeds")) {
    std::ifstream in(file.path(), std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return all;
}

TEST(EntryCodec, SeedsOfTheFuzzerHaveEverySection) {
  Entry all;
  const auto gather = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (const std::string& bytes : whole_entries()) {
    Entry read;
    const auto done = decode(bytes, read);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(fields_of(read.command));
    gather(all.postings, read.postings);
    gather(all.owners, read.owners);
    gather(all.holds, read.holds);
    gather(all.projects, read.projects);
    gather(all.moves, read.moves);
    gather(all.instalments, read.instalments);
    gather(all.claims, read.claims);
    gather(all.reversals, read.reversals);
    gather(all.profiles, read.profiles);
    gather(all.cut_offs, read.cut_offs);
    gather(all.fees, read.fees);
    gather(all.proposals, read.proposals);
    gather(all.voided, read.voided);
    gather(all.overdue, read.overdue);
    gather(all.owner_changes, read.owner_changes);
    gather(all.switches, read.switches);
    gather(all.alerts, read.alerts);
  }
  EXPECT_FALSE(all.postings.empty() || all.owners.empty() || all.holds.empty() ||
               all.projects.empty() || all.moves.empty() || all.instalments.empty() ||
               all.claims.empty() || all.reversals.empty() || all.profiles.empty());
  EXPECT_FALSE(all.cut_offs.empty() || all.fees.empty() || all.proposals.empty() ||
               all.voided.empty() || all.overdue.empty() || all.owner_changes.empty() ||
               all.switches.empty() || all.alerts.empty());
}

void expect_read_as_written(const std::string& bytes) {
  Entry read;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
      if (!decode(changed, read)) continue;
      std::string again;
      encode(read, again);
      ASSERT_EQ(base::to_hex(again), base::to_hex(changed)) << "byte " << at << " bit " << bit;
    }
  }
}

TEST(EntryCodec, WhateverIsReadIsWrittenBackTheSame) {
  for (const std::string& bytes : whole_entries()) expect_read_as_written(bytes);
}

}  // namespace
}  // namespace ledger::domain
