#include "tests/recon/town.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "ledger/domain/flow.h"
#include "ledger/journal/block.h"
#include "tests/domain/script.h"

namespace recon::test {

using ledger::domain::test::fen;
using ledger::domain::test::words_of;

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "recon-test-XXXXXX").string();
  LEDGER_CHECK(mkdtemp(name.data()) != nullptr);
  dir_ = name;
}
TempDir::~TempDir() { std::filesystem::remove_all(dir_); }

namespace {

std::string comma(std::int64_t minor) {
  std::string text = base::format_decimal(base::Total::from_minor(minor < 0 ? -minor : minor), 2);
  std::replace(text.begin(), text.end(), '.', ',');
  return text;
}
std::string balance_field(std::string_view tag, std::int64_t minor, const std::string& yymmdd) {
  return fmt::format(":{}:{}{}CNY{}\r\n", tag, minor < 0 ? 'D' : 'C', yymmdd, comma(minor));
}

}  // namespace

std::string BankWriter::write(const StatementText& text) {
  const std::string yymmdd = text.date.substr(2, 2) + text.date.substr(5, 2) + text.date.substr(8);
  if (!text.opening.empty()) balance_ = fen(text.opening);
  std::string out = fmt::format(":20:S{}\r\n:25:6222000100\r\n:28C:{}/1\r\n", yymmdd,
                                text.number == 0 ? std::stoi(text.date.substr(8)) : text.number);
  out += balance_field("60F", balance_, yymmdd);
  std::istringstream lines{text.lines};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(' ') == std::string::npos) continue;
    if (line.starts_with('!')) {
      out += fmt::format(":61:{}\r\n", line.substr(1));
      continue;
    }
    const std::vector<std::string> words = words_of(line);
    const bool in = words.at(0) == "in";
    const std::int64_t amount = fen(words.at(1));
    balance_ += in ? amount : -amount;
    std::string party;
    std::string mark = in ? "C" : "D";
    for (std::size_t i = 3; i < words.size(); ++i) {
      if (words[i].starts_with("party=")) party = words[i].substr(6);
      if (words[i] == "reversal") mark = in ? "RD" : "RC";
    }
    const std::string ref = words.size() > 2 ? words[2] : "NONREF";
    out += fmt::format(":61:{}{}{}{}NTRF{}//BK{}{}\r\n", yymmdd, yymmdd.substr(2), mark,
                       comma(amount), ref == "-" ? "NONREF" : ref, yymmdd, ++number);
    if (ref == "-") out.replace(out.rfind("//BK"), std::string::npos, "\r\n");
    if (!party.empty())
      out += fmt::format(":86:166?00TRANSFER?20PAYMENT?31{}?32SOMEBODY\r\n", party);
  }
  if (!text.closing.empty()) balance_ = fen(text.closing);
  return out + balance_field("62F", balance_, yymmdd) + "-\r\n";
}

LedgerWriter::LedgerWriter() {
  bank_.audit_each = false;
  const ledger::domain::Entry genesis = bank_.entries.front();
  std::string bytes;
  ledger::domain::encode(genesis, bytes);
  tree_.append(bytes);
  chunk_.first = 1;
  ledger::journal::append_record(chunk_.records, bytes, bank_.hashes.back());
}

void LedgerWriter::append(const ledger::domain::Entry& entry) {
  bank_.take(entry);
  std::string bytes;
  ledger::domain::encode(entry, bytes);
  tree_.append(bytes);
  if (chunk_.records.empty()) chunk_.first = entry.sequence.value();
  ledger::journal::append_record(chunk_.records, bytes, bank_.hashes.back());
}

void LedgerWriter::send(std::string_view line) {
  const auto command = ledger::domain::test::command_of(bank_, line);
  ledger::domain::Context context;
  context.now = base::Timestamp{bank_.state.time().ns + 1'000'000'000};
  context.head = bank_.hashes.back();
  context.tree_size = tree_.size();
  context.tree_root = tree_.root();
  context.orders = &bank_;
  if (const auto* proposal =
          bank_.state.find_proposal(command.text(ledger::domain::Field::kProposal))) {
    context.target = &bank_.entries[proposal->target.value() - 1];
    context.target_hash = bank_.hashes[proposal->target.value() - 1];
  } else if (const auto target = command.count(ledger::domain::Field::kEntry); target > 0) {
    context.target = &bank_.entries[target - 1];
    context.target_hash = bank_.hashes[target - 1];
  }
  ledger::domain::Entry entry;
  const auto refusal = ledger::domain::decide(bank_.state, command, context, entry);
  ASSERT_FALSE(refusal) << line << ": " << refusal->detail;
  append(entry);
}

void LedgerWriter::play(std::string_view script) {
  std::istringstream lines{std::string(script)};
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find_first_not_of(' ');
    if (begin != std::string::npos) send(std::string_view(line).substr(begin));
  }
}

void LedgerWriter::close_day() {
  const std::string next = base::format(base::Date::parse(today_)->plus_days(1));
  send(fmt::format("cut_off C{} opens={}", today_, next));
  today_ = next;
}

JournalChunk LedgerWriter::take_chunk() {
  JournalChunk chunk = std::move(chunk_);
  chunk_ = {};
  return chunk;
}

Town::Town(BookOptions options) {
  store_ = std::move(*Store::open(dir_.path("recon"), StoreMode::kReadWrite));
  book_ = std::move(*Book::open(*store_, std::move(options)));
}

void Town::close_day() {
  ledger_.close_day();
  const auto taken = book_->take_journal(ledger_.take_chunk());
  ASSERT_TRUE(taken) << taken.error().message;
  const auto done = book_->reconcile_due();
  ASSERT_TRUE(done) << done.error().message;
}

ImportOutcome Town::file(const std::string& bytes) {
  auto outcome = book_->import("statement.sta", bytes);
  EXPECT_TRUE(outcome) << outcome.error().message;
  return outcome ? std::move(*outcome) : ImportOutcome();
}
ImportOutcome Town::statement(const StatementText& text) { return file(bank.write(text)); }
ImportOutcome Town::statement(std::string_view date, std::string_view lines) {
  return statement({std::string(date), std::string(lines)});
}

DayResult Town::day(std::string_view date) {
  auto day = store_->day(*base::Date::parse(date));
  EXPECT_TRUE(day && *day) << "no result for " << date;
  if (!day || !*day) return {};
  check_sums(**day);
  return **day;
}

std::vector<std::string> Town::open(std::string_view date) {
  std::vector<std::string> out;
  for (const Finding& finding : day(date).findings) {
    if (finding.open)
      out.push_back(fmt::format("{} {}", name_of(finding.bucket), name_of(finding.cause)));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Break> Town::breaks() {
  BreakFold fold;
  const auto walked = store_->each_day([&](const DayResult& day) {
    fold.take(day);
    return true;
  });
  EXPECT_TRUE(walked);
  return fold.breaks();
}

void check_sums(const DayResult& day) {
  Tally lines;
  Tally items;
  for (std::size_t b = 0; b < kBucketCount; ++b) {
    lines.count += day.lines[b].count;
    lines.amount += day.lines[b].amount;
    items.count += day.items[b].count;
    items.amount += day.items[b].amount;
  }
  EXPECT_EQ(lines, day.lines_in) << "lines_in is not the sum of the buckets";
  EXPECT_EQ(items, day.items_in) << "items_in is not the sum of the buckets";
  EXPECT_EQ(day.carried_in.count, day.carried_closed.count + day.carried_open.count);
  EXPECT_TRUE(day.unexplained.is_zero()) << day_text(day);
  base::Total effects;
  for (const Finding& finding : day.findings) {
    if (finding.open) effects += finding.effect;
  }
  EXPECT_EQ(day.ledger_closing + effects, day.bank_closing);
}

const std::string_view kPeople = R"(
  open_account o1 client=channel:alipay
  open_account o2 client=lender:L1
  open_account o3 client=lender:L2
  open_account o4 client=borrower:B1
)";

const std::string_view kBusyDay = R"(
  deposit D1 client=lender:L1 channel=alipay amount=100.00
  deposit D2 client=lender:L2 channel=alipay amount=250.00 evidence=CH-2
  settle S1 order=D1 amount=100.00
  settle S2 order=D2 amount=250.00 evidence=BANK-2
  withdraw W1 client=lender:L1 amount=40.00
  withdraw_accept A1 order=W1
  withdraw_pay P1 order=W1 amount=40.00
)";

const std::string_view kBusyStatement =
    "in 100.00 D1 party=L1\n"
    "in 250.00 D2 party=L2\n"
    "out 40.00 W1 party=L1\n";

}  // namespace recon::test
