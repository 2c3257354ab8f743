// MT940, MT942 and MT950 by a hand-written scanner: bytes are sliced into lines, lines into fields,
// fields into values; text is decoded last. README.md lists the dialects accepted.
#include "custody_adapter/builder.h"
#include "custody_adapter/charset.h"
#include "custody_adapter/mt940_fields.h"
#include "custody_adapter/mt940_lines.h"

namespace custody_adapter {
namespace {

using ledger::base::Amount;
using ledger::base::Currency;
using ledger::base::fail;

constexpr std::size_t kFieldBytesMax = 1U << 16U;
constexpr std::size_t kInformationBytesMax = 1U << 16U;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// ":61:" gives "61"; "" when the line does not begin with a tag.
std::string_view tag_of(std::string_view line) {
  if (line.size() < 4 || line[0] != ':') return {};
  const std::size_t shut = line[3] == ':' ? 3 : 4;
  if (line.size() <= shut || line[shut] != ':') return {};
  const std::string_view tag = line.substr(1, shut - 1);
  if (tag == "NS") return tag;
  const bool shaped = is_digit(tag[0]) && is_digit(tag[1]) && (tag.size() == 2 || is_upper(tag[2]));
  return shaped ? tag : std::string_view();
}

bool is_known(std::string_view tag) {
  for (const std::string_view known :
       {"61", "86", "20", "25", "25P", "28", "28C", "60F", "60M", "62F", "62M", "64", "65", "13D",
        "21", "34F", "90C", "90D", "NS"}) {
    if (tag == known) return true;
  }
  return false;
}

// A time of day broken over lines inside free text ("...T16" / ":26:37 Fo?25lgenr."): the second
// line begins like a tag.
bool is_wrapped_time(std::string_view text_before, std::string_view line) {
  const std::size_t n = text_before.size();
  if (n < 3 || line.size() < 6) return false;
  const bool hour = is_digit(text_before[n - 1]) && is_digit(text_before[n - 2]) &&
                    (text_before[n - 3] == 'T' || text_before[n - 3] == ' ');
  const bool seconds = is_digit(line[4]) && is_digit(line[5]) &&
                       (line.size() == 6 || !(is_digit(line[6]) || is_upper(line[6])));
  return hour && line[3] == ':' && seconds;
}

// "-", "-}", "-}{5:...}", "-}$", "-XXX" (ING), and "-" with the national letter in place of "}".
bool is_trailer(std::string_view line) {
  if (line.empty() || line[0] != '-') return false;
  line.remove_prefix(1);
  if (line.empty() || line[0] == '}' || line == "XXX" || line == "\x03" || line == "$") return true;
  const auto first = static_cast<unsigned char>(line[0]);
  return first >= 0x80 && line.size() <= 2;
}

class Mt940Reader final : public StatementReader {
 public:
  Mt940Reader(StatementSink& sink, ReadOptions options) : builder_(sink), options_(options) {}

  ReadStatus push(std::string_view chunk) override {
    lines_.push(chunk, [this](const Line& line) { on_line(line); });
    return ledger::base::ok;
  }

  ReadStatus finish() override {
    if (finished_) return result_;
    finished_ = true;
    lines_.finish([this](const Line& line) { on_line(line); });
    end_field();
    if (builder_.is_open() && in_block_) cut_off("the FIN block has no trailer \"-}\"");
    if (builder_.is_open() && !in_block_ && trailers_ > 0 && !after_trailer_) {
      builder_.issue(Severity::kWarning, "missing_trailer", "-",
                     "earlier messages of this file end with \"-\", the last does not", place_);
    }
    close_statement();
    if (builder_.statements_seen() == 0) {
      result_ = fail(ParseError{ErrorCode::kNoStatement, "", "the file holds no MT940 field", {}});
    }
    return result_;
  }

 private:
  // Lines ----------------------------------------------------------------------------------------

  void on_line(const Line& line) {
    std::string_view text = line.text;
    if (line.offset == 0 && text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    while (!text.empty() && text.front() == '\x01') text.remove_prefix(1);
    const std::string_view tag = tag_of(text);
    if (!tag.empty() && starts_field(tag, text)) {
      begin_field(tag, text.substr(tag.size() + 2), line);
    } else if (is_trailer(text)) {
      on_trailer(text);
    } else if (text.find("{4:") != std::string_view::npos || text.substr(0, 3) == "{1:" ||
               text.substr(0, 3) == "{2:") {
      on_block_header(text, line);
    } else if (!trimmed(text).empty()) {
      on_other_line(text, line);
    }
  }

  bool starts_field(std::string_view tag, std::string_view line) const {
    if (tag_ != "86" && tag_ != "61") return is_known(tag) || tag_.empty() || after_trailer_;
    return is_known(tag) && !is_wrapped_time(field_, line);
  }

  void begin_field(std::string_view tag, std::string_view content, const Line& line) {
    end_field();
    after_trailer_ = false;
    tag_ = tag;
    field_.assign(content);
    place_ = {line.offset, line.text.size(), line.number};
  }

  void on_trailer(std::string_view text) {
    // A lone "-" inside free text is followed by more text; on_other_line() puts it back.
    after_trailer_ = true;
    ++trailers_;
    if (text.size() > 1 && text[1] == '}') in_block_ = false;
    // RJE and some banks begin the next message on the line of the trailer.
    if (text.find("{4:") != std::string_view::npos || text.find("{1:") != std::string_view::npos) {
      on_block_header(text.substr(2), {});
    }
  }

  void on_block_header(std::string_view text, const Line& line) {
    end_field();
    if (in_block_ && builder_.is_open() && trailer_missing_before(text)) {
      cut_off("a new block begins before the trailer \"-}\"");
    }
    if (text.find("{1:") != std::string_view::npos || builder_.is_open()) close_statement();
    for (const std::string_view type : {"940", "942", "950"}) {
      for (const std::string_view way : {"{2:I", "{2:O"}) {
        if (text.find(std::string(way).append(type)) != std::string_view::npos) {
          block_type_ = "MT" + std::string(type);
        }
      }
    }
    const std::size_t body = text.find("{4:");
    if (body == std::string_view::npos) return;
    in_block_ = true;
    after_trailer_ = false;
    const std::string_view rest = trimmed(text.substr(body + 3));
    const std::string_view tag = tag_of(rest);
    if (!tag.empty()) begin_field(tag, rest.substr(tag.size() + 2), line);
  }
  bool trailer_missing_before(std::string_view text) const {
    return !after_trailer_ && text.substr(0, 3) == "{1:";
  }

  void on_other_line(std::string_view text, const Line& line) {
    if (text == "\x03" || text.substr(0, 3) == "{5:" || text.front() == '$') return;
    const bool text_goes_on = tag_ == "86" && (!after_trailer_ || !closing_seen_);
    if (!tag_.empty() && (!after_trailer_ || text_goes_on)) {
      if (after_trailer_) field_.append("\n-");
      after_trailer_ = false;
      if (field_.size() + text.size() < kFieldBytesMax) {
        field_.append(1, '\n').append(text);
        place_.length = line.offset + line.text.size() - place_.offset;
      } else if (!field_cut_) {
        field_cut_ = true;
        builder_.issue(Severity::kWarning, "field_too_long", tag_,
                       "the rest of the field is left in the file", place_);
      }
      return;
    }
    // Envelopes: "ABNANL2A", "940", ":940:", "0000 01INGBNL2AXXXX00001", national forms of "{4:".
    const bool national_block = text.size() >= 2 && text.substr(text.size() - 2) == "4:";
    const bool header = text.size() <= 30 && text.find(':') == std::string_view::npos;
    if (header || national_block || text == ":940:") return;
    builder_.issue(Severity::kWarning, "text_outside", "", excerpt(text),
                   {line.offset, line.text.size(), line.number});
  }

  // Statements -----------------------------------------------------------------------------------

  void cut_off(std::string why) {
    builder_.statement().truncated = true;
    builder_.issue(Severity::kError, "truncated", "", std::move(why), place_);
  }

  void open_statement() {
    builder_.open(block_type_.empty() ? "MT940" : block_type_, place_);
    closing_seen_ = false;
    opening_seen_ = false;
    currency_ = Currency();
    digits_ = 2;
    entry_state_ = EntryState::kNone;
    expected_credits_.reset();
    expected_debits_.reset();
  }

  void close_statement() {
    flush_entry();
    if (!builder_.is_open()) return;
    Statement& statement = builder_.statement();
    const bool wants_closing = statement.format != "MT942" && !closing_seen_ &&
                               (opening_seen_ || statement.entry_count > 0);
    if (wants_closing && finished_ && !after_trailer_ && !statement.truncated) {
      cut_off("the file ends before the closing balance");
    } else if (wants_closing) {
      builder_.issue(Severity::kWarning, "missing_closing",
                     ":62F:", "the statement has no closing balance", place_);
    }
    check_control_total(expected_credits_, statement.credit_sum, ":90C:");
    check_control_total(expected_debits_, statement.debit_sum, ":90D:");
    builder_.close(place_.offset + place_.length);
  }

  void check_control_total(const std::optional<Figure>& expected, const Figure& found,
                           std::string_view field) {
    if (!expected || *expected == found) return;
    builder_.issue(Severity::kError, "control_total_mismatch", field,
                   "stated " + format(*expected) + ", entries give " + format(found), place_);
  }

  // Fields ---------------------------------------------------------------------------------------

  void end_field() {
    if (tag_.empty()) return;
    const std::string tag = std::move(tag_);
    tag_.clear();
    field_cut_ = false;
    if (tag == "20") {
      close_statement();
      open_statement();
    } else if (!builder_.is_open()) {
      if (tag == "NS") {
        builder_.issue(Severity::kNote, "text_outside", ":NS:", excerpt(field_), place_);
        return;
      }
      open_statement();
    } else if (closing_seen_ &&
               (tag.substr(0, 2) == "60" || tag.substr(0, 2) == "25" || tag.substr(0, 2) == "28")) {
      reopen_without_20(tag);
    }
    dispatch(tag);
  }

  // Several statements under one :20:, or merged messages: only the last balance would survive.
  void reopen_without_20(const std::string& tag) {
    const std::string id = builder_.statement().id;
    const std::string account = builder_.statement().account;
    const std::string bank = builder_.statement().account_bank;
    close_statement();
    open_statement();
    builder_.statement().id = id;
    if (tag.substr(0, 2) != "25") {
      builder_.statement().account = account;
      builder_.statement().account_bank = bank;
    }
    builder_.issue(Severity::kNote, "missing_20", ":" + tag + ":",
                   "a statement begins without a reference of its own", place_);
  }

  void dispatch(const std::string& tag) {
    if (tag == "61") return on_entry_line();
    if (tag == "86") return on_information();
    if (tag == "NS") return on_bank_lines();
    flush_entry();
    if (tag == "20") {
      builder_.statement().id = std::string(text_of(trimmed(field_)));
    } else if (tag == "25" || tag == "25P") {
      on_account();
    } else if (tag == "28" || tag == "28C") {
      on_number();
    } else if (tag == "34F") {
      builder_.statement().format = "MT942";
    } else if (tag == "90C" || tag == "90D") {
      on_control_total(tag);
    } else if (tag[0] == '6') {
      on_balance(tag);
    } else if (tag != "21" && tag != "13D") {
      builder_.issue(Severity::kNote, "unknown_tag", ":" + tag + ":", excerpt(field_), place_);
    }
  }

  std::string_view text_of(std::string_view bytes) {
    return to_utf8(bytes, options_.charset, scratch_);
  }

  void set_currency(Currency currency) {
    currency_ = currency;
    digits_ = currency.minor_digits();
    builder_.statement().currency = currency;
  }

  void on_account() {
    Statement& statement = builder_.statement();
    if (opening_seen_ || !statement.account.empty()) {
      builder_.issue(Severity::kWarning, "unexpected_tag",
                     ":25:", "a second account in one statement: " + excerpt(field_), place_);
      return;
    }
    AccountId id = parse_mt940_account(text_of(field_));
    statement.account = std::move(id.account);
    statement.account_bank = std::move(id.bank);
    if (!id.currency.code().empty()) set_currency(id.currency);
  }

  void on_number() {
    Statement& statement = builder_.statement();
    const std::string_view text = trimmed(field_);
    const std::size_t slash = text.find('/');
    const auto number = [&](std::string_view part) -> std::optional<std::uint64_t> {
      const auto figure = part.size() > 18 ? std::nullopt : parse_figure(part, 0, ',');
      if (!figure || figure->digits != 0 || figure->units.is_negative()) return std::nullopt;
      return static_cast<std::uint64_t>(figure->units.minor());
    };
    statement.number = number(text.substr(0, slash));
    if (slash != std::string_view::npos) statement.page = number(text.substr(slash + 1));
    if (!statement.number || (slash != std::string_view::npos && !statement.page)) {
      builder_.issue(Severity::kWarning, "bad_number", ":28C:", excerpt(text), place_);
    }
  }

  void on_control_total(const std::string& tag) {
    // Count, currency, sum: "3EUR125,00".
    const std::string_view text = trimmed(field_);
    const std::size_t at = text.find_first_not_of("0123456789");
    const bool shaped = at != std::string_view::npos && at + 3 < text.size();
    const auto currency = Currency::parse(shaped ? text.substr(at, 3) : "");
    const auto sum =
        currency ? parse_figure(text.substr(at + 3), currency->minor_digits(), ',') : std::nullopt;
    if (!sum) {
      builder_.issue(Severity::kWarning, "bad_control_total", ":" + tag + ":", excerpt(text),
                     place_);
      return;
    }
    (tag == "90C" ? expected_credits_ : expected_debits_) = *sum;
  }

  void on_balance(const std::string& tag) {
    std::string problem;
    auto balance = parse_mt940_balance(field_, currency_, problem);
    const bool opening = tag.substr(0, 2) == "60";
    const bool closing = tag.substr(0, 2) == "62";
    if (closing) closing_seen_ = true;
    if (opening) opening_seen_ = true;
    if (!balance) {
      builder_.issue(opening || closing ? Severity::kError : Severity::kWarning, "bad_balance",
                     ":" + tag + ":", problem + ": " + excerpt(field_), place_);
      return;
    }
    if (balance->date.is_none()) {
      builder_.issue(Severity::kWarning, "bad_date", ":" + tag + ":", excerpt(field_), place_);
    }
    if (field_.find(balance->currency.code()) == std::string::npos ||
        balance->currency.code().empty()) {
      builder_.issue(Severity::kWarning, "missing_currency", ":" + tag + ":", excerpt(field_),
                     place_);
    }
    balance->code = tag;
    balance->place = place_;
    balance->intermediate = tag.back() == 'M';
    Statement& statement = builder_.statement();
    if (opening) {
      balance->kind = BalanceKind::kOpening;
      set_currency(balance->currency);
      statement.from_date = balance->date;
      keep(statement.opening, *balance);
    } else if (closing) {
      balance->kind = BalanceKind::kClosing;
      if (currency_.code().empty()) set_currency(balance->currency);
      statement.to_date = balance->date;
      statement.last_page = !balance->intermediate;
      keep(statement.closing, *balance);
    } else {
      balance->kind = tag == "64" ? BalanceKind::kAvailable : BalanceKind::kForward;
      statement.balances.push_back(*balance);
    }
  }

  // The last one counts, as in a chain of pages; two that differ cannot prove anything.
  void keep(std::optional<Balance>& slot, const Balance& balance) {
    if (slot && !(slot->value == balance.value)) {
      builder_.issue(Severity::kError, "duplicate_balance", ":" + balance.code + ":",
                     "earlier in this statement: " + format(slot->value), balance.place);
    }
    slot = balance;
  }

  // Entries --------------------------------------------------------------------------------------

  enum class EntryState { kNone, kPending, kUnreadable };

  void on_entry_line() {
    flush_entry();
    if (closing_seen_) {
      builder_.issue(Severity::kError, "entry_after_closing",
                     ":61:", "an entry after the closing balance counts in this statement", place_);
    }
    const std::size_t line_end = field_.find('\n');
    std::string_view first = std::string_view(field_).substr(0, line_end);
    std::string_view more =
        line_end == std::string::npos ? "" : std::string_view(field_).substr(line_end + 1);
    std::string problem;
    auto line = parse_statement_line(first, digits_, problem);
    if ((!line || line->type.empty()) && !more.empty()) {
      // Wrapped in the middle of the mandatory part.
      joined_.assign(first).append(more.substr(0, more.find('\n')));
      auto whole = parse_statement_line(joined_, digits_, problem);
      if (whole && !whole->type.empty()) {
        line = whole;
        const std::size_t next = more.find('\n');
        more = next == std::string_view::npos ? "" : more.substr(next + 1);
      }
    }
    if (!line) {
      entry_state_ = EntryState::kUnreadable;
      builder_.issue(Severity::kError, "bad_entry", ":61:", problem + ": " + excerpt(field_),
                     place_);
      return;
    }
    fill_entry(*line, more);
  }

  void fill_entry(const StatementLine& line, std::string_view more) {
    entry_ = StatementEntry();
    const auto amount = line.amount.units.to_amount();
    entry_.amount = amount.value_or(Amount());  // never absent: the text had no sign
    entry_.digits = line.amount.digits;
    entry_.side = line.side;
    entry_.reversal = line.reversal;
    entry_.status = line.expected ? EntryStatus::kPending : EntryStatus::kBooked;
    entry_.currency = currency_;
    entry_.booking_date = line.entry_date;
    entry_.value_date = line.value_date;
    entry_.transaction_code = std::string(text_of(line.type));
    entry_.references.owner = std::string(text_of(line.owner_ref));
    entry_.references.bank = std::string(text_of(line.bank_ref));
    entry_.counterparty.name = std::string(text_of(line.beside_ref));
    entry_.additional = std::string(text_of(more));
    for (char& c : entry_.additional) {
      if (c == '\n') c = ' ';
    }
    entry_.place = place_;
    entry_state_ = EntryState::kPending;
    const auto note = [this](std::string_view code) {
      builder_.issue(Severity::kWarning, code, ":61:", excerpt(field_), place_);
    };
    if (line.bad_date) note("bad_date");
    if (line.type.empty()) note("missing_transaction_type");
    if (line.decimal_point) note("decimal_point");
  }

  void on_information() {
    if (entry_state_ == EntryState::kPending && !closing_seen_after_entry()) {
      if (!entry_.remittance.empty()) {
        builder_.issue(Severity::kNote, "repeated_86", ":86:", "added to the entry", place_);
      }
      parse_information(text_of(field_), entry_);
      entry_.place.length = place_.offset + place_.length - entry_.place.offset;
      return;
    }
    if (entry_state_ == EntryState::kUnreadable) return;  // belongs to the unreadable line
    if (!closing_seen_ && opening_seen_) {
      builder_.issue(Severity::kNote, "information_before_entry",
                     ":86:", "text before the first entry is kept with the statement", place_);
    }
    append_information(text_of(field_));
  }
  bool closing_seen_after_entry() const {
    return closing_seen_ && entry_state_ != EntryState::kPending;
  }

  void append_information(std::string_view text) {
    std::string& information = builder_.statement().information;
    if (information.size() + text.size() > kInformationBytesMax) {
      builder_.issue(Severity::kWarning, "field_too_long",
                     ":86:", "statement text is left in the file", place_);
      return;
    }
    if (!information.empty()) information.push_back('\n');
    information.append(text);
  }

  // :NS: of German Multicash: lines with two-digit codes; 01-14 purpose, 15 and 16 name.
  void on_bank_lines() {
    const std::string_view text = text_of(field_);
    if (entry_state_ != EntryState::kPending) return append_information(text);
    std::size_t begin = 0;
    while (begin <= text.size()) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = text.substr(begin, end - begin);
      begin = end + 1;
      if (line.size() < 3 || !is_digit(line[0]) || !is_digit(line[1])) continue;
      const int code = (line[0] - '0') * 10 + (line[1] - '0');
      std::string& target = code <= 14                 ? entry_.remittance
                            : code == 15 || code == 16 ? entry_.counterparty.name
                                                       : entry_.additional;
      if (!target.empty()) target.push_back(' ');
      target.append(trimmed(line.substr(2)));
    }
  }

  void flush_entry() {
    if (entry_state_ == EntryState::kPending) builder_.add(entry_);
    entry_state_ = EntryState::kNone;
  }

  StatementBuilder builder_;
  ReadOptions options_;
  LineSplitter lines_;

  std::string tag_;  // of the field being collected; "" for none
  std::string field_;
  bool field_cut_ = false;
  Place place_;
  std::string block_type_;
  bool in_block_ = false;
  bool after_trailer_ = false;
  std::uint64_t trailers_ = 0;

  bool opening_seen_ = false;
  bool closing_seen_ = false;
  Currency currency_;
  int digits_ = 2;
  std::optional<Figure> expected_credits_;
  std::optional<Figure> expected_debits_;

  EntryState entry_state_ = EntryState::kNone;
  StatementEntry entry_;
  std::string joined_;
  std::string scratch_;

  bool finished_ = false;
  ReadStatus result_ = ledger::base::ok;
};

}  // namespace

std::unique_ptr<StatementReader> make_mt940_reader(StatementSink& sink, ReadOptions options) {
  return std::make_unique<Mt940Reader>(sink, options);
}

}  // namespace custody_adapter
