// Reading statement files: push bytes in, statements come out at a StatementSink, in constant
// memory whatever the size of the file. One reader per file; a reader has no threads and keeps no
// reference to the bytes after push() returns.
//
//   Collector sink;
//   auto reader = make_mt940_reader(sink, {});
//   while (...) if (auto r = reader->push(chunk); !r) ...
//   if (auto r = reader->finish(); !r) ...   // what was readable is in the sink all the same
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/detect.h"
#include "custody_adapter/statement.h"
#include "ledger/base/result.h"

namespace custody_adapter {

struct CsvDialect;
class StatementProfile;

// Why a file as a whole could not be read, or not to its end. Damage inside a statement is an
// Issue.
enum class ErrorCode {
  kNoStatement,          // the file ended and held no statement
  kNotThisFormat,        // no known format, or one that has no reader yet
  kNotWellFormed,        // broken XML
  kDoctypeRefused,       // a DOCTYPE: entity definitions are not read
  kTruncated,            // the file ends in the middle
  kUnsupportedEncoding,  // the XML declaration names an unknown encoding
  kLimitExceeded,        // a line, a text or the nesting is larger than any real statement's
  kLayoutMismatch,       // a record that the profile does not describe: its layout has changed
  kControlTotal,         // read to the end, but the totals over several statements do not hold
  kIo,                   // the source failed
};
std::string_view name_of(ErrorCode code);  // "no_statement", stable

struct ParseError {
  ErrorCode code = ErrorCode::kNotThisFormat;
  std::string field;  // tag or element, "" when none applies
  std::string message;
  Place place;
};
// "truncated at line 12 (offset 480), Ntry: the file ends inside an element"
std::string format(const ParseError& error);

using ReadStatus = ledger::base::Result<ledger::base::Ok, ParseError>;

// How 8-bit text is understood. Text that is valid UTF-8 stays as it is, always, except under
// kLatin1Only; otherwise the named table applies. The profile of a source decides; no guessing.
enum class Charset { kCp1252, kLatin1, kLatin9, kCp852, kLatin1Only };

// What a source means by BAI2 type codes that the standard leaves open (700 to 899), or by others.
struct BaiDirection {
  int first = 0;
  int last = 0;
  Side side = Side::kCredit;
};

struct ReadOptions {
  Charset charset = Charset::kCp1252;
  // One camt producer states the direction of the payment that RvslInd undoes, against the
  // standard. Set for such a source: reversals are turned. The balance proof shows whether it is
  // right.
  bool turn_camt_reversals = false;
  // Details kept per entry; the rest is counted and summed but not delivered, with an issue.
  std::size_t details_max = 100'000;
  // Before the standard's ranges, the first that fits.
  std::vector<BaiDirection> bai_directions = {};
  // What the source's profile says; kUnknown detects the format, and no dialect infers it.
  FileFormat format = FileFormat::kUnknown;
  std::shared_ptr<const CsvDialect> csv = nullptr;
  // What the source's files are read by, instead of detecting their format (profile.h).
  std::shared_ptr<const StatementProfile> profile = nullptr;
};

// Order: begin, entries and issues as they come, end. Issues may also come before the first
// statement or after the last one: they concern the file.
class StatementSink {
 public:
  virtual ~StatementSink() = default;
  // The head as far as it is known at the first entry; the closing balance usually is not.
  virtual void on_statement_begin(const Statement&) {}
  // `entry` may be moved from; it is valid during the call.
  virtual void on_entry(const Statement&, StatementEntry& entry) = 0;
  virtual void on_issue(const Issue&) {}
  // Complete, with verdict; `entries` and `issues` are empty. May be moved from.
  virtual void on_statement_end(Statement& statement) = 0;
};

class StatementReader {
 public:
  virtual ~StatementReader() = default;
  // Chunks of any size, in file order. After an error every further call repeats it.
  virtual ReadStatus push(std::string_view chunk) = 0;
  // The end of the file.
  virtual ReadStatus finish() = 0;
};

// MT940, MT942 and MT950: bare, in FIN blocks, or RJE. See README.md.
std::unique_ptr<StatementReader> make_mt940_reader(StatementSink& sink, ReadOptions options);
// camt.053 .01 to .14; camt.052 and camt.054 are read too and are NOT PROVABLE.
std::unique_ptr<StatementReader> make_camt053_reader(StatementSink& sink, ReadOptions options);

// BAI2 (BTRS is close to it): one statement per account record.
std::unique_ptr<StatementReader> make_bai2_reader(StatementSink& sink, ReadOptions options);
// OFX and QFX 1.x and 2.x: bank, credit card and the cash of investment statements. There is no
// opening balance: NOT PROVABLE alone, see judge_after() in builder.h.
std::unique_ptr<StatementReader> make_ofx_reader(StatementSink& sink, ReadOptions options);
// CSV by a dialect without faults (csv_dialect.h). A balance column is the proof.
std::unique_ptr<StatementReader> make_csv_reader(StatementSink& sink, const CsvDialect& dialect,
                                                 ReadOptions options);

// Keeps everything, for small files.
class Collector : public StatementSink {
 public:
  std::vector<Statement> statements;
  std::vector<Issue> file_issues;  // of no statement, after the last one

  void on_entry(const Statement&, StatementEntry& entry) override;
  void on_issue(const Issue& issue) override;
  void on_statement_end(Statement& statement) override;

 private:
  std::vector<StatementEntry> entries_;
};

// Where bytes come from.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // The next bytes, valid until the next call; empty at the end.
  virtual ledger::base::Result<std::string_view, std::string> next() = 0;
};
// A file in blocks of 256 KiB; the fault of a file that cannot be opened comes with next().
std::unique_ptr<ByteSource> open_file(const std::string& path);

// Reads to the end in the format that the options name, else in the one detected (detect.h).
ReadStatus read_statements(ByteSource& source, const ReadOptions& options, StatementSink& sink);
ReadStatus read_statements(std::string_view bytes, const ReadOptions& options, StatementSink& sink);
// All or the error; use read_statements with a Collector to keep what a broken file still gives.
ledger::base::Result<std::vector<Statement>, ParseError> read_all(std::string_view bytes,
                                                                  const ReadOptions& options = {});

}  // namespace custody_adapter
