// What a statement profile says, as plain values: PROFILES.md explains every key. Built by
// StatementProfile::parse() and unchanged afterwards. All texts that are compared with bytes of a
// file are already in the file's encoding.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "custody_adapter/profile_field.h"
#include "custody_adapter/statement.h"
#include "ledger/base/amount.h"

namespace custody_adapter {

class RecordPattern;  // record_pattern.h

enum class Layout : std::uint8_t { kFixed, kDelimited };
enum class Presence : std::uint8_t { kNone, kRequired, kOptional };

enum class Role : std::uint8_t {
  kTitle,     // no values; its texts may be fixed
  kFileHead,  // of the file, when statements are accounts in it
  kHead,
  kDetail,  // an entry
  kPart,    // a payment inside the entry before it, not added to sums
  kMore,    // goes on with the entry or part before it
  kNote,    // about the statement
  kTrailer,
  kFileTrailer,
  kSkip,
};

// Which side the money moves; several rules must agree.
struct SideRule {
  enum class Kind : std::uint8_t { kConstant, kCodes, kSign, kTransfer };
  Kind kind = Kind::kConstant;
  Side constant = Side::kCredit;  // kConstant; of a positive amount with kSign
  std::size_t field = 0;          // kCodes
  bool prefix = false;
  std::vector<std::string> credit;
  std::vector<std::string> debit;
  std::vector<std::string> transfer;
};

struct StatusRule {
  std::size_t field = 0;
  std::vector<std::string> booked;
  std::vector<std::string> pending;
  std::vector<std::string> information;
};

struct RecordSpec {
  std::string name;
  Role role = Role::kDetail;
  Layout layout = Layout::kDelimited;
  // Which records are of this kind; all that is given must hold.
  std::uint64_t line_first = 0;  // from 1; 0: any
  std::uint64_t line_last = 0;
  std::uint64_t from_end = 0;  // 1 is the last record of the file; 0: any
  std::string tag;
  std::uint32_t tag_at = 0;
  std::vector<Condition> when;
  std::shared_ptr<const RecordPattern> pattern;  // nullptr: any
  // Shape.
  std::vector<std::string> texts;  // titles: one for each line, "*" is any
  std::uint32_t bytes = 0;         // fixed: exact length; 0: the end of the last field
  bool open_ended = false;         // fixed: the last field takes the rest
  bool short_records = false;      // fixed: blanks at the end may be cut off
  bool extra_columns = false;
  std::uint32_t columns_min = 0;
  bool leading_separator = false;
  Presence trailing_separator = Presence::kNone;
  char keyed = 0;
  bool optional = false;  // heads and trailers are needed once otherwise
  bool opens = false;
  bool closes = false;
  bool compares = false;  // some field has 'same_as'
  std::vector<FieldSpec> fields;
  // Details and parts.
  std::vector<SideRule> sides;
  std::optional<StatusRule> status;
  std::vector<Condition> reversal;
  bool reversal_turns = false;
};

enum class CheckKind : std::uint8_t { kCount, kSum, kRecords };

// A field that states a count or a sum of other records.
struct CheckSpec {
  std::string name;  // "trailer.debit_sum"
  CheckKind kind = CheckKind::kCount;
  std::size_t record = 0;  // that states it
  std::size_t field = 0;
  bool file_scope = false;
  bool is_signed = false;    // credits minus debits
  std::optional<Side> side;  // only entries of this side
  bool complete = false;     // a detail more or less would change it
  // For each record kind: whether it takes part, the summed field, the conditions.
  struct Part {
    bool takes_part = false;
    int sum_field = -1;
    std::vector<Condition> when;
    bool covers_side = false;  // the sum would change if an entry's direction did
  };
  std::vector<Part> parts;
};

struct ChainSpec {
  bool newest_first = false;
};

struct ProfileModel {
  std::string name;
  std::uint32_t version = 1;
  std::string title;
  std::string encoding = "UTF-8";
  std::string separator;
  char quote = 0;
  std::uint32_t record_bytes = 0;  // records without line ends; 0: lines
  bool skip_blank_lines = false;   // else only at the end of the file
  bool statement_per_account = false;
  ledger::base::Currency currency;
  int digits = 2;
  bool has_opening = false;  // some record has an opening balance: it must then be there
  bool has_closing = false;
  std::vector<RecordSpec> records;
  std::vector<CheckSpec> checks;
  std::optional<ChainSpec> chain;
  std::uint64_t from_end_max = 0;
};

}  // namespace custody_adapter
