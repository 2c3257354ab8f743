// Writes two sample journals and two lists of files made from them, which run_mutations.py gives to
// the independent verifier, too:
//   mutations   random damage to the first journal, with the first bad sequence it must have and
//   the
//               one that the verifier found
//   forgeries   the first journal up to entry n, which is changed and sealed with a fitting hash:
//               n, and n again if the verifier refused it
//
//   journal_mutations FOLDER COUNT SEED [ENTRIES]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>

#include "ledger/base/hex.h"
#include "ledger/journal/block.h"
#include "ledger/journal/verifier.h"
#include "tests/verifier/sample_journal.h"

namespace ledger::testing {
namespace {

// A mutated file: pieces of the two journals and literal bytes, as a line of the list.
class Pieces {
 public:
  Pieces(const std::string& a, const std::string& b) : a_(a), b_(b) {}
  void from_a(std::size_t begin, std::size_t end) { slice('a', a_, begin, end); }
  void from_b(std::size_t begin, std::size_t end) { slice('b', b_, begin, end); }
  void literal(std::string_view bytes) {
    text_ += " x:" + base::to_hex(bytes);
    bytes_.append(bytes);
  }
  const std::string& bytes() const { return bytes_; }
  const std::string& text() const { return text_; }

 private:
  void slice(char name, const std::string& source, std::size_t begin, std::size_t end) {
    if (begin == end) return;
    text_ += fmt::format(" {}:{}:{}", name, begin, end);
    bytes_.append(source, begin, end - begin);
  }
  const std::string& a_;
  const std::string& b_;
  std::string text_;
  std::string bytes_;
};

// Where the records of a journal stand in its file: record n is [at(n), at(n + 1)).
class Layout {
 public:
  explicit Layout(const SampleJournal& journal) {
    std::size_t at = journal::kExportHeaderSize;
    for (std::size_t n = 1; n <= journal.size(); ++n) {
      starts_.push_back(at);
      at += 4 + journal.bytes(n).size() + 32;
    }
    starts_.push_back(at);
  }
  std::size_t at(std::size_t n) const { return starts_[n - 1]; }
  std::size_t size() const { return starts_.back(); }
  // The record that byte `offset` belongs to; the header counts as part of the first.
  std::size_t record_of(std::size_t offset) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    return after == starts_.begin() ? 1 : static_cast<std::size_t>(after - starts_.begin());
  }

 private:
  std::vector<std::size_t> starts_;
};

class Mutator {
 public:
  Mutator(SampleJournal& a, SampleJournal& b, std::uint64_t seed)
      : a_(a), b_(b), file_a_(a.file()), file_b_(b.file()), in_a_(a), in_b_(b), random_(seed) {}

  // "kind expected found pieces..."; the file of the mutation differs from journal a.
  std::string next() {
    for (;;) {
      Pieces pieces(file_a_, file_b_);
      std::size_t expected = 0;
      const std::string_view kind = make(pieces, expected);
      if (pieces.bytes() == file_a_) continue;
      journal::Verifier verifier;
      const journal::Retained checkpoint = a_.checkpoint();
      const auto report = journal::verify_export(pieces.bytes(), verifier, &checkpoint);
      const std::uint64_t found = report.violation ? report.violation->sequence : 0;
      return fmt::format("{}:{} {}{}\n", kind, expected, found, pieces.text());
    }
  }

  // "forged:n found pieces...": one byte of entry n changed, and the hash that fits.
  std::string next_forgery() {
    const std::size_t n = any_record();
    std::string bytes = a_.bytes(n);
    // Not in the text of the profile: how lenient TOML readers are is not the subject.
    const std::size_t limit = n == 1 ? bytes.find(a_.entry(1).profiles[0].text) : bytes.size();
    const std::size_t at = roll(limit);
    const auto old = static_cast<unsigned char>(bytes[at]);
    const std::size_t changed = old ^ (roll(2) == 0 ? std::size_t{1} << roll(8) : 1 + roll(255));
    bytes[at] = static_cast<char>(changed);
    const crypto::Digest before = n == 1 ? journal::chain_start() : a_.hash(n - 1);
    std::string record;
    journal::append_record(record, bytes, crypto::sha256(std::string(before.view()) + bytes));
    Pieces pieces(file_a_, file_b_);
    pieces.from_a(0, in_a_.at(n));
    pieces.literal(record);
    journal::Verifier verifier;
    const auto report = journal::verify_export(pieces.bytes(), verifier);
    const std::uint64_t found = report.violation ? report.violation->sequence : 0;
    return fmt::format("forged:{} {}{}\n", n, found, pieces.text());
  }

 private:
  std::size_t roll(std::size_t below) { return random_() % below; }
  std::size_t any_record() { return 1 + roll(a_.size()); }
  void rest(Pieces& pieces, std::size_t from) { pieces.from_a(from, in_a_.size()); }

  std::string_view make(Pieces& pieces, std::size_t& expected) {
    switch (roll(9)) {
      case 0:
        return flip(pieces, roll(in_a_.size()), expected);
      case 1: {  // most bits are in a few long entries: choose the entry first
        const std::size_t n = any_record();
        return flip(pieces, in_a_.at(n) + roll(in_a_.at(n + 1) - in_a_.at(n)), expected);
      }
      case 2:
        return truncate(pieces, roll(in_a_.size()), expected);
      case 3:
        return truncate(pieces, in_a_.at(any_record()), expected);
      case 4:
        return exchange(pieces, expected);
      case 5:
        return remove(pieces, expected);
      case 6:
        return repeat(pieces, expected);
      case 7:
        return insert_foreign(pieces, expected);
      default:
        return replace_by_foreign(pieces, expected);
    }
  }

  std::string_view flip(Pieces& pieces, std::size_t at, std::size_t& expected) {
    expected = in_a_.record_of(at);
    const char changed =
        static_cast<char>(static_cast<unsigned char>(file_a_[at]) ^ (1U << roll(8)));
    pieces.from_a(0, at);
    pieces.literal(std::string_view(&changed, 1));
    rest(pieces, at + 1);
    return "bit";
  }
  std::string_view truncate(Pieces& pieces, std::size_t size, std::size_t& expected) {
    expected = in_a_.record_of(size);
    pieces.from_a(0, size);
    return "truncated";
  }
  std::string_view exchange(Pieces& pieces, std::size_t& expected) {
    const auto [m, n] = std::minmax({any_record(), any_record()});
    expected = m;
    pieces.from_a(0, in_a_.at(m));
    pieces.from_a(in_a_.at(n), in_a_.at(n + 1));
    if (m != n) {
      pieces.from_a(in_a_.at(m + 1), in_a_.at(n));
      pieces.from_a(in_a_.at(m), in_a_.at(m + 1));
    }
    rest(pieces, in_a_.at(n + 1));
    return "exchanged";
  }
  std::string_view remove(Pieces& pieces, std::size_t& expected) {
    const std::size_t n = any_record();
    expected = n;
    pieces.from_a(0, in_a_.at(n));
    rest(pieces, in_a_.at(n + 1));
    return "removed";
  }
  // A record once more: behind itself, or anywhere.
  std::string_view repeat(Pieces& pieces, std::size_t& expected) {
    const std::size_t n = any_record();
    const std::size_t before = roll(2) == 0 ? n + 1 : 1 + roll(a_.size() + 1);
    // In front of itself the copy is the original, and what follows is the copy.
    expected = before == n ? n + 1 : before;
    pieces.from_a(0, in_a_.at(before));
    pieces.from_a(in_a_.at(n), in_a_.at(n + 1));
    rest(pieces, in_a_.at(before));
    return "repeated";
  }
  std::string_view insert_foreign(Pieces& pieces, std::size_t& expected) {
    const std::size_t before = any_record();
    const std::size_t n = before + roll(3) % b_.size();
    return splice(pieces, before, before, n, expected, "inserted");
  }
  std::string_view replace_by_foreign(Pieces& pieces, std::size_t& expected) {
    const std::size_t n = any_record();
    // Of the same place half of the time: then even the sequence fits.
    return splice(pieces, n, n + 1, roll(2) == 0 ? n : 1 + roll(b_.size()), expected, "replaced");
  }
  std::string_view splice(Pieces& pieces, std::size_t begin, std::size_t end, std::size_t foreign,
                          std::size_t& expected, std::string_view kind) {
    foreign = std::min(foreign, b_.size());
    // Both journals go on from nothing: there the foreign record fits, and the next does not.
    expected = begin == 1 && foreign == 1 ? 2 : begin;
    pieces.from_a(0, in_a_.at(begin));
    pieces.from_b(in_b_.at(foreign), in_b_.at(foreign + 1));
    rest(pieces, in_a_.at(end));
    return kind;
  }

  SampleJournal& a_;
  SampleJournal& b_;
  std::string file_a_;
  std::string file_b_;
  Layout in_a_;
  Layout in_b_;
  std::mt19937_64 random_;
};

int run(const std::string& folder, std::size_t count, std::uint64_t seed, std::size_t entries) {
  SampleJournal a(seed, entries);
  SampleJournal b(seed + 1, entries);
  std::ofstream(folder + "/a.journal", std::ios::binary) << a.file();
  std::ofstream(folder + "/b.journal", std::ios::binary) << b.file();
  std::ofstream(folder + "/checkpoint") << a.size() << ' ' << a.checkpoint().head->hex() << ' '
                                        << a.checkpoint().tree_root->hex() << '\n';
  std::ofstream list(folder + "/mutations");
  list << "# seed " << seed << "\n# b=" << folder << "/b.journal\n";
  Mutator mutator(a, b, seed);
  for (std::size_t i = 0; i < count; ++i) list << mutator.next();
  std::ofstream forgeries(folder + "/forgeries");
  for (std::size_t i = 0; i < count; ++i) forgeries << mutator.next_forgery();
  return list.good() && forgeries.good() ? 0 : 1;
}

}  // namespace
}  // namespace ledger::testing

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: journal_mutations FOLDER COUNT SEED [ENTRIES]\n";
    return 64;
  }
  return ledger::testing::run(argv[1], std::strtoull(argv[2], nullptr, 10),
                              std::strtoull(argv[3], nullptr, 10),
                              argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 200);
}
