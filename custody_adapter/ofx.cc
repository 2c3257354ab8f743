// OFX and QFX, 1.x (SGML) and 2.x (XML), by one reader: files that say one are often the other.
// README.md lists what is accepted.
#include "custody_adapter/ofx_statements.h"
#include "custody_adapter/ofx_tokens.h"

namespace custody_adapter {
namespace {

using ledger::base::fail;

constexpr std::size_t kMarkBytes = 2;

class OfxReader final : public StatementReader {
 public:
  OfxReader(StatementSink& sink, const ReadOptions& options)
      : statements_(sink, options),
        tokens_([this](const OfxElement& element) { on_element(element); }) {}

  ReadStatus push(std::string_view chunk) override {
    if (!result_) return result_;
    if (!begun_) {
      first_.append(chunk);
      if (first_.size() < kMarkBytes) return ledger::base::ok;
      begin();
      return result_;
    }
    tokens_.push(chunk);
    return result_;
  }

  ReadStatus finish() override {
    if (finished_ || !result_) return result_;
    finished_ = true;
    if (!begun_) begin();
    if (!result_) return result_;
    tokens_.finish();
    statements_.finish(tokens_.end());
    if (!statements_.ofx_seen()) {
      result_ = fail(ParseError{ErrorCode::kNotThisFormat, "OFX", "no <OFX> element", {0, 0, 1}});
    } else if (statements_.builder().statements_seen() == 0) {
      const std::string& why = statements_.refusal();
      result_ = fail(ParseError{ErrorCode::kNoStatement, "STMTRS",
                                why.empty() ? "the file holds no statement" : why, tokens_.end()});
    } else if (!statements_.ofx_closed()) {
      result_ = fail(
          ParseError{ErrorCode::kTruncated, "OFX", "the file ends before </OFX>", tokens_.end()});
    }
    return result_;
  }

 private:
  void begin() {
    begun_ = true;
    const std::string_view mark = std::string_view(first_).substr(0, kMarkBytes);
    const bool wide = mark == "\xff\xfe" || mark == "\xfe\xff" ||
                      mark == std::string_view("<\0", 2) || mark == std::string_view("\0<", 2);
    if (wide) {
      result_ = fail(ParseError{ErrorCode::kUnsupportedEncoding,
                                "CHARSET",
                                "UTF-16 is not an encoding of OFX",
                                {0, kMarkBytes, 1}});
      return;
    }
    tokens_.push(first_);
    first_.clear();
  }

  void on_element(const OfxElement& element) {
    if (!header_read_) {
      // What stands before the first tag, with the declaration of 2.x behind it.
      header_read_ = true;
      std::string header(element.text);
      header += tokens_.declaration();
      statements_.header(header);
    }
    if (!element.name.empty()) statements_.element(element);
  }

  OfxStatements statements_;
  OfxTokens tokens_;
  std::string first_;  // until the byte order mark can be told
  bool begun_ = false;
  bool header_read_ = false;
  bool finished_ = false;
  ReadStatus result_ = ledger::base::ok;
};

}  // namespace

std::unique_ptr<StatementReader> make_ofx_reader(StatementSink& sink, ReadOptions options) {
  return std::make_unique<OfxReader>(sink, options);
}

}  // namespace custody_adapter
