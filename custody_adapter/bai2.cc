// BAI2: lines into records (bai2_records.h), records into accounts (bai2_account.h); here the order
// of records and the control totals of groups and file. README.md lists what is accepted.
#include <optional>

#include "custody_adapter/bai2_account.h"
#include "custody_adapter/bai2_records.h"
#include "custody_adapter/charset.h"

namespace custody_adapter {
namespace {

using ledger::base::Currency;
using ledger::base::fail;
using ledger::base::Int128;

constexpr std::size_t kHeaderBytesMax = 4096;

struct Tally {
  Int128 sum = 0;             // of the control totals stated one level below
  std::uint64_t parts = 0;    // accounts of a group, groups of a file
  std::uint64_t records = 0;  // from its header on
  bool open = false;
};

class Bai2Reader final : public StatementReader {
 public:
  Bai2Reader(StatementSink& sink, const ReadOptions& options)
      : options_(options), account_(sink, options) {}

  ReadStatus push(std::string_view chunk) override {
    lines_.push(chunk, [this](const Line& line) { on_line(line); });
    return ledger::base::ok;
  }

  ReadStatus finish() override {
    if (finished_) return result_;
    finished_ = true;
    lines_.finish([this](const Line& line) { on_line(line); });
    end_deferred();
    const Place end{lines_.offset(), 0, last_line_};
    const bool cut = account_.is_open() || group_.open || file_.open;
    account_.cut_off("the file ends inside the account; its last detail may be cut and is left out",
                     end, true);
    if (account_.builder().statements_seen() == 0) {
      const ErrorCode code = records_ == 0 ? ErrorCode::kNotThisFormat : ErrorCode::kNoStatement;
      result_ = fail(ParseError{code, "03", "the file holds no account record", end});
    } else if (cut) {
      result_ = fail(ParseError{ErrorCode::kTruncated, file_.open ? "99" : "98",
                                "the file ends before its trailer", end});
    } else if (first_error_) {
      result_ = fail(std::move(*first_error_));
    }
    return result_;
  }

 private:
  void on_line(const Line& line) {
    Line text = line;
    last_line_ = line.number;
    if (line.offset == 0 && text.text.substr(0, 3) == "\xef\xbb\xbf") {
      text.text.remove_prefix(3);
      text.offset += 3;
    }
    splitter_.push(text, [this](const BaiRecord& record) { on_record(record); });
  }

  void on_record(const BaiRecord& record) {
    if (record.too_long) {
      issue(Severity::kError, "field_too_long", record, "a record of more than 256 KiB is cut");
    }
    if (record.code == 0) return on_unknown(record);
    if (record.code != 88) end_deferred();
    ++records_;
    ++account_records_;
    ++group_.records;
    ++file_.records;
    switch (record.code) {
      case 3:
        return on_account(record);
      case 16:
        return on_detail(record);
      case 88:
        return on_continuation(record);
      default:
        return defer(record);
    }
  }

  // Headers and trailers wait for their continuations.
  void defer(const BaiRecord& record) {
    deferred_text_.assign(record.content);
    deferred_ = record;
    deferred_records_ = 1;
  }

  void end_deferred() {
    BaiRecord record = deferred_;
    deferred_.code = 0;
    record.content = deferred_text_;
    switch (record.code) {
      case 1:
        return on_file(record);
      case 2:
        return on_group(record);
      case 49:
        return on_account_trailer(record);
      case 98:
        return on_group_trailer(record);
      case 99:
        return on_file_trailer(record);
      default:
        return;
    }
  }

  void issue(Severity severity, std::string_view code, const BaiRecord& record, std::string text,
             std::string_view field = "") {
    const std::string name = record.code == 0   ? ""
                             : record.code < 10 ? "0" + std::to_string(record.code)
                                                : std::to_string(record.code);
    const std::string where = field.empty() ? name : name + "/" + std::string(field);
    // What concerns no open account concerns the file: no statement is marked by it.
    if (severity == Severity::kError && !account_.is_open() && !first_error_) {
      first_error_ = ParseError{ErrorCode::kControlTotal, where, text, record.place};
    }
    account_.builder().issue(severity, code, where, std::move(text), record.place);
  }

  // Files and groups ------------------------------------------------------------------------------

  void on_file(const BaiRecord& record) {
    account_.cut_off("a file header begins before the account's trailer", record.place, false);
    if (file_.open) {
      issue(Severity::kError, "missing_trailer", record, "the file before this header has no 99");
    }
    file_ = {0, 0, deferred_records_, true};
    group_ = Tally();
    header_ = BaiGroup();
    BaiFields fields(record.content);
    std::string_view field[8];
    for (auto& text : field) text = fields.more() ? without_blanks(fields.next()) : "";
    std::string id;
    for (const std::string_view part : {field[0], field[2], field[3], field[4]}) {
      if (!id.empty() && !part.empty()) id.push_back('-');
      id.append(to_utf8(part, options_.charset, scratch_));
    }
    header_.message_id = id;
    const std::string_view version = field[7];
    if (!version.empty() && version != "2") {
      issue(Severity::kWarning, "unsupported_version", record,
            "version '" + excerpt(version) + "' is read as 2", "version");
    }
  }

  void on_group(const BaiRecord& record) {
    account_.cut_off("a group begins before the account's trailer", record.place, false);
    if (group_.open) {
      issue(Severity::kError, "missing_trailer", record, "the group before this header has no 98");
    }
    if (!file_.open) {
      issue(Severity::kError, "misplaced_record", record, "a group without a file header 01");
      file_ = {0, 0, deferred_records_, true};
    }
    group_ = {0, 0, deferred_records_, true};
    ++file_.parts;
    BaiFields fields(record.content);
    std::string_view field[7];
    for (auto& text : field) text = fields.more() ? without_blanks(fields.next()) : "";
    header_.originator = std::string(to_utf8(field[1], options_.charset, scratch_));
    const auto date = parse_bai_date(field[3]);
    header_.as_of = date.value_or(ledger::base::Date());
    if (!date) issue(Severity::kWarning, "bad_date", record, excerpt(field[3]), "as-of date");
    if (!is_bai_time(field[4])) {
      issue(Severity::kWarning, "bad_time", record, excerpt(field[4]), "as-of time");
    }
    header_.currency = Currency();
    if (!field[5].empty()) {
      const auto currency = Currency::parse(field[5]);
      if (!currency) issue(Severity::kError, "bad_currency", record, excerpt(field[5]), "currency");
      header_.currency = currency.value_or(Currency());
    }
    on_group_status(record, field[2]);
    header_.information.clear();
    if (field[6] == "1" || field[6] == "3") header_.information = "interim";
  }

  void on_group_status(const BaiRecord& record, std::string_view status) {
    header_.unprovable.clear();
    if (status == "2") {
      header_.unprovable = "the group deletes what was sent before (group status 2)";
      issue(Severity::kWarning, "group_deletion", record, header_.unprovable, "status");
    } else if (status == "3") {
      issue(Severity::kWarning, "group_correction", record,
            "the group replaces what was sent before (group status 3)", "status");
    } else if (status == "4") {
      header_.unprovable = "the group is a test (group status 4)";
      issue(Severity::kWarning, "group_test", record, header_.unprovable, "status");
    } else if (status != "1") {
      issue(Severity::kWarning, "unknown_status", record, excerpt(status), "status");
    }
  }

  // `found` against the trailer's sum, number of parts and number of records.
  void check_trailer(const BaiRecord& record, const Tally& found, std::string_view parts) {
    BaiFields fields(record.content);
    std::string_view field[3];
    for (auto& text : field) text = fields.more() ? without_blanks(fields.next()) : "";
    const auto sum = parse_bai_amount(field[0], 0);
    trailer_sum_ = sum ? Int128(sum->raw) : found.sum;
    if (!sum) {
      issue(Severity::kError, "bad_control_total", record, excerpt(field[0]), "control total");
    } else if (trailer_sum_ != found.sum) {
      issue(Severity::kError, "control_total_mismatch", record,
            "stated " + plain(trailer_sum_) + ", the totals below give " + plain(found.sum) +
                ", difference " + plain(trailer_sum_ - found.sum) + " (in minor units)",
            "control total");
    }
    check_count(record, field[1], found.parts, parts);
    check_count(record, field[2], found.records, "records");
  }

  void check_count(const BaiRecord& record, std::string_view stated, std::uint64_t found,
                   std::string_view what) {
    const auto count = parse_bai_amount(stated, 0);
    if (!count) {
      issue(Severity::kWarning, "bad_control_total", record, excerpt(stated), what);
    } else if (count->raw < 0 || static_cast<std::uint64_t>(count->raw) != found) {
      issue(Severity::kError, "record_count_mismatch", record,
            "stated " + std::to_string(count->raw) + ", found " + std::to_string(found), what);
    }
  }

  static std::string plain(Int128 value) {
    return format(Figure{ledger::base::Total::from_minor(value), 0});
  }

  void on_group_trailer(const BaiRecord& record) {
    account_.cut_off("the group ends before the account's trailer", record.place, false);
    take_account();
    if (!group_.open) {
      issue(Severity::kError, "misplaced_record", record, "a group trailer without a group");
      return;
    }
    check_trailer(record, group_, "accounts");
    file_.sum += trailer_sum_;
    group_.open = false;
  }

  void on_file_trailer(const BaiRecord& record) {
    account_.cut_off("the file ends before the account's trailer", record.place, false);
    if (group_.open) {
      issue(Severity::kError, "missing_trailer", record, "the last group has no trailer 98");
      group_.open = false;
    }
    if (!file_.open) {
      issue(Severity::kError, "misplaced_record", record, "a file trailer without a file");
      return;
    }
    check_trailer(record, file_, "groups");
    file_.open = false;
  }

  // Accounts --------------------------------------------------------------------------------------

  void on_account(const BaiRecord& record) {
    account_.cut_off("the next account begins before this one's trailer", record.place, false);
    take_account();
    if (!group_.open) {
      issue(Severity::kError, "misplaced_record", record, "an account without a group header 02");
    }
    last_ = 3;
    account_records_ = 1;
    ++group_.parts;
    account_pending_ = true;
    account_.open(record.content, header_, record.place);
  }

  // The total of the account that ended counts in its group, once.
  void take_account() {
    if (account_pending_) group_.sum += account_.stated_total();
    account_pending_ = false;
  }

  void on_detail(const BaiRecord& record) {
    last_ = 16;
    if (!account_.is_open()) {
      issue(Severity::kError, "misplaced_record", record, "a detail outside an account");
      return;
    }
    account_.detail(record.content, record.place);
  }

  void on_account_trailer(const BaiRecord& record) {
    last_ = 0;
    if (!account_.is_open()) {
      issue(Severity::kError, "misplaced_record", record, "an account trailer without an account");
      return;
    }
    account_.trailer(record.content, account_records_, record.place);
    take_account();
  }

  void on_continuation(const BaiRecord& record) {
    if (deferred_.code == 0 && account_.is_open() && last_ != 0) {
      account_.continuation(record.content, record.place);
      return;
    }
    if (deferred_.code != 0 && deferred_text_.size() + record.content.size() < kHeaderBytesMax) {
      deferred_text_.append(1, ',').append(record.content);
      deferred_.place.length = record.place.offset + record.place.length - deferred_.place.offset;
      ++deferred_records_;
      return;
    }
    issue(Severity::kNote, "text_outside", record, excerpt(record.content));
  }

  // A line that begins with no record code goes on with the text before it.
  void on_unknown(const BaiRecord& record) {
    const bool text = deferred_.code == 0 && account_.is_open() && last_ == 16;
    issue(Severity::kWarning, "unknown_record", record,
          (text ? "taken as text of the detail before: " : "") + excerpt(record.content));
    if (text) account_.continuation(record.content, record.place);
  }

  ReadOptions options_;
  LineSplitter lines_;
  BaiRecords splitter_;
  BaiAccount account_;
  BaiGroup header_;
  std::string scratch_;
  int last_ = 0;  // 3 or 16: what a continuation of the open account continues
  std::uint64_t records_ = 0;
  std::uint64_t account_records_ = 0;
  std::uint64_t last_line_ = 0;
  bool account_pending_ = false;
  Tally group_;
  Tally file_;
  BaiRecord deferred_;  // code 0 for none
  std::string deferred_text_;
  std::uint64_t deferred_records_ = 0;
  Int128 trailer_sum_ = 0;
  std::optional<ParseError> first_error_;  // of the file, in its headers and trailers
  bool finished_ = false;
  ReadStatus result_ = ledger::base::ok;
};

}  // namespace

std::unique_ptr<StatementReader> make_bai2_reader(StatementSink& sink, ReadOptions options) {
  return std::make_unique<Bai2Reader>(sink, options);
}

}  // namespace custody_adapter
