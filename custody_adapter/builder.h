// What all readers share: one statement under construction, its sums, its issues, its verdict.
#pragma once

#include <string>
#include <string_view>

#include "custody_adapter/reader.h"
#include "custody_adapter/statement.h"

namespace custody_adapter {

// Opening + booked entries against closing, from the sums in the statement.
Verdict judge(const Statement& statement);
// For formats without an opening balance (OFX): the closing balance of the statement before it takes
// its place. NOT PROVABLE unless both are of one account and currency and `before` ends no later
// than `statement` begins.
Verdict judge_after(const Statement& before, const Statement& statement);

// Opens, feeds and closes the statements of one file. The caller keeps the sink alive.
class StatementBuilder {
 public:
  explicit StatementBuilder(StatementSink& sink) : sink_(sink) {}

  bool is_open() const { return open_; }
  std::uint64_t statements_seen() const { return seen_; }
  Statement& statement() { return statement_; }
  const Statement& statement() const { return statement_; }

  void open(std::string format, Place place);
  // Counts, sums and delivers. An entry in another currency than the statement's is an error, and
  // summed as a number: the statement can then be UNPROVED or NOT PROVABLE, never PROVED. The
  // caller may reuse `entry` afterwards.
  void add(StatementEntry& entry);
  void issue(Severity severity, std::string_view code, std::string_view field, std::string text,
             Place place);
  // Judges and delivers; `end` is the offset after the statement's last byte.
  void close(std::uint64_t end);
  // For formats that prove by more than their balances: the caller has judged.
  void close(std::uint64_t end, Verdict verdict);
  // Counts an issue that is not delivered, of a file that floods.
  void count_issue(Severity severity);

 private:
  void begin();

  StatementSink& sink_;
  Statement statement_;
  bool open_ = false;
  bool begun_ = false;
  std::uint64_t seen_ = 0;
};

// At most 80 bytes of `text`, control characters replaced, for issue texts.
std::string excerpt(std::string_view text);

}  // namespace custody_adapter
