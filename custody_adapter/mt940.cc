// MT940, MT942 and MT950 by a hand-written scanner: bytes are sliced into lines, lines into fields,
// fields into values; text is decoded last. README.md lists the dialects accepted.
#include "custody_adapter/mt940_lines.h"
#include "custody_adapter/mt940_statements.h"

namespace custody_adapter {
namespace {

using ledger::base::fail;

constexpr std::size_t kFieldBytesMax = 1U << 16U;

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
  Mt940Reader(StatementSink& sink, ReadOptions options) : statements_(sink, options) {}

  ReadStatus push(std::string_view chunk) override {
    lines_.push(chunk, [this](const Line& line) { on_line(line); });
    return ledger::base::ok;
  }

  ReadStatus finish() override {
    if (finished_) return result_;
    finished_ = true;
    lines_.finish([this](const Line& line) { on_line(line); });
    end_field();
    if (statements_.is_open() && !in_block_ && trailers_ > 0 && !after_trailer_) {
      statements_.builder().issue(Severity::kWarning, "missing_trailer", "-",
                                  "earlier messages of this file end with \"-\", the last does not",
                                  place_);
    }
    if (in_block_) {
      statements_.close("the FIN block has no trailer \"-}\"");
    } else if (statements_.lacks_closing() && !after_trailer_) {
      statements_.close("the file ends before the closing balance");
    } else {
      statements_.close();
    }
    if (statements_.builder().statements_seen() == 0) {
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
      on_trailer(text, line);
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
    if (statements_.ends_before(tag)) {
      if (tag == "20") {
        statements_.close();
      } else {
        statements_.close_and_go_on();
      }
    }
    after_trailer_ = false;
    tag_ = tag;
    field_.assign(content);
    place_ = {line.offset, line.text.size(), line.number};
  }

  void on_trailer(std::string_view text, const Line& line) {
    // A lone "-" inside free text is followed by more text; on_other_line() puts it back.
    after_trailer_ = true;
    ++trailers_;
    if (text.size() > 1 && text[1] == '}') in_block_ = false;
    // RJE and some banks begin the next message on the line of the trailer.
    if (text.find("{4:") != std::string_view::npos || text.find("{1:") != std::string_view::npos) {
      on_block_header(text.substr(2), line);
    }
  }

  void on_block_header(std::string_view text, const Line& line) {
    end_field();
    const bool cut = in_block_ && !after_trailer_ && text.substr(0, 3) == "{1:";
    statements_.close(cut ? "a new block begins before the trailer \"-}\"" : "");
    for (const std::string_view type : {"940", "942", "950"}) {
      for (const std::string_view way : {"{2:I", "{2:O"}) {
        if (text.find(std::string(way).append(type)) != std::string_view::npos) {
          statements_.set_block_type("MT" + std::string(type));
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

  void on_other_line(std::string_view text, const Line& line) {
    if (text == "\x03" || text.substr(0, 3) == "{5:" || text.front() == '$') return;
    const bool text_goes_on = tag_ == "86" && (!after_trailer_ || !statements_.closing_seen());
    if (!tag_.empty() && (!after_trailer_ || text_goes_on)) {
      if (after_trailer_) field_.append("\n-");
      after_trailer_ = false;
      if (field_.size() + text.size() < kFieldBytesMax) {
        field_.append(1, '\n').append(text);
        place_.length = line.offset + line.text.size() - place_.offset;
      } else if (!field_cut_) {
        field_cut_ = true;
        statements_.builder().issue(Severity::kWarning, "field_too_long", tag_,
                                    "the rest of the field is left in the file", place_);
      }
      return;
    }
    // Envelopes: "ABNANL2A", "940", ":940:", "0000 01INGBNL2AXXXX00001", national forms of "{4:".
    const bool national_block = text.size() >= 2 && text.substr(text.size() - 2) == "4:";
    const bool header = text.size() <= 30 && text.find(':') == std::string_view::npos;
    if (header || national_block || text == ":940:") return;
    statements_.builder().issue(Severity::kWarning, "text_outside", "", excerpt(text),
                                {line.offset, line.text.size(), line.number});
  }

  void end_field() {
    if (tag_.empty()) return;
    statements_.field(tag_, field_, place_);
    tag_.clear();
    field_cut_ = false;
  }

  Mt940Statements statements_;
  LineSplitter lines_;
  std::string tag_;  // of the field being collected; "" for none
  std::string field_;
  bool field_cut_ = false;
  Place place_;
  bool in_block_ = false;
  bool after_trailer_ = false;
  std::uint64_t trailers_ = 0;
  bool finished_ = false;
  ReadStatus result_ = ledger::base::ok;
};

}  // namespace

std::unique_ptr<StatementReader> make_mt940_reader(StatementSink& sink, ReadOptions options) {
  return std::make_unique<Mt940Reader>(sink, options);
}

}  // namespace custody_adapter
