// camt.05x through expat in push mode. No DOCTYPE, no entities, no network, no DOM.
#include <expat.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "custody_adapter/camt_document.h"
#include "custody_adapter/charset.h"
#include "custody_adapter/utf8_mender.h"

namespace custody_adapter {
namespace {

using ledger::base::fail;

constexpr std::size_t kFeedBytes = 1U << 16U;
constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kTextBytesMax = 1U << 16U;
// Expat keeps an unfinished token and scans it again with every chunk; no real one is so long.
constexpr std::uint64_t kTokenBytesMax = 1U << 20U;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// The declared encoding in lower case, "" when none is declared.
std::string declared_encoding(std::string_view head) {
  head = head.substr(0, 256);
  const std::size_t end = head.find("?>");
  if (end == std::string_view::npos || head.find("<?xml") == std::string_view::npos) return "";
  head = head.substr(0, end);
  const std::size_t at = head.find("encoding");
  if (at == std::string_view::npos) return "";
  const std::size_t open = head.find_first_of("\"'", at);
  if (open == std::string_view::npos) return "";
  const std::size_t shut = head.find(head[open], open + 1);
  return shut == std::string_view::npos ? "" : lower(head.substr(open + 1, shut - open - 1));
}

// "camt.053.001.08" out of a namespace, whatever stands around it; "" if there is none.
std::string message_name(std::string_view uri) {
  const std::size_t at = uri.find("camt.05");
  if (at == std::string_view::npos) return "";
  const std::string_view name = uri.substr(at, 15);
  const std::size_t size = name.find_first_not_of("camt.0123456789");
  return std::string(name.substr(0, size));
}

int fill_encoding(void*, const XML_Char* name, XML_Encoding* info) {
  const std::string wanted = lower(name);
  Charset charset = Charset::kCp1252;
  if (wanted == "iso-8859-15" || wanted == "latin-9") {
    charset = Charset::kLatin9;
  } else if (wanted == "cp852" || wanted == "ibm852") {
    charset = Charset::kCp852;
  } else if (wanted != "windows-1252" && wanted != "cp1252") {
    return XML_STATUS_ERROR;
  }
  const auto& table = upper_half(charset);
  for (std::size_t i = 0; i < 256; ++i) {
    info->map[i] = i < 128 ? static_cast<int>(i) : static_cast<int>(table[i - 128]);
  }
  info->data = nullptr;
  info->convert = nullptr;
  info->release = nullptr;
  return XML_STATUS_OK;
}

bool is_statement(Tag tag) { return tag == Tag::kStmt || tag == Tag::kRpt || tag == Tag::kNtfctn; }

class Camt053Reader final : public StatementReader {
 public:
  Camt053Reader(StatementSink& sink, const ReadOptions& options)
      : document_(sink, options), mender_(options.charset), parser_(XML_ParserCreate(nullptr)) {
    LEDGER_CHECK(parser_ != nullptr);
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), on_start, on_end);
    XML_SetCharacterDataHandler(parser_.get(), on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), on_doctype);
    XML_SetUnknownEncodingHandler(parser_.get(), fill_encoding, nullptr);
  }

  ReadStatus push(std::string_view chunk) override {
    // Small pushes are put together: expat's cost is per call.
    while (result_ && !chunk.empty()) {
      if (buffer_.empty() && chunk.size() >= kFeedBytes) {
        feed(chunk.substr(0, kFeedBytes), false);
        chunk.remove_prefix(kFeedBytes);
        continue;
      }
      const std::size_t size = std::min(chunk.size(), kFeedBytes - buffer_.size());
      buffer_.append(chunk.substr(0, size));
      chunk.remove_prefix(size);
      if (buffer_.size() == kFeedBytes) {
        feed(buffer_, false);
        buffer_.clear();
      }
    }
    return result_;
  }

  ReadStatus finish() override {
    if (finished_) return result_;
    finished_ = true;
    if (result_) feed(buffer_, true);
    if (!result_) return result_;
    if (mender_.bytes_mended() > 0) {
      document_.builder().issue(Severity::kWarning, "not_utf8", "",
                                std::to_string(mender_.bytes_mended()) +
                                    " byte(s) were no UTF-8 and were read by the source's table",
                                {});
    }
    if (document_.builder().statements_seen() == 0) {
      const bool seen = document_.message_seen();
      result_ = fail(ParseError{
          seen ? ErrorCode::kNoStatement : ErrorCode::kNotThisFormat,
          "",
          seen ? "the message holds no statement" : "no BkToCstmrStmt element in the file",
          {}});
    }
    return result_;
  }

 private:
  static Camt053Reader& self(void* data) { return *static_cast<Camt053Reader*>(data); }

  void feed(std::string_view bytes, bool last) {
    if (!started_ && (!bytes.empty() || last)) {
      started_ = true;
      const std::string encoding = declared_encoding(bytes);
      const bool utf16 = bytes.substr(0, 2) == "\xff\xfe" || bytes.substr(0, 2) == "\xfe\xff" ||
                         bytes.find('\0') < 4;
      mending_ = !utf16 && (encoding.empty() || encoding == "utf-8" || encoding == "utf8");
    }
    if (!mending_) return parse(bytes, last);
    parse(mender_.mend(bytes), false);
    if (last && result_) parse(mender_.finish(), true);
  }

  void parse(std::string_view bytes, bool last) {
    const auto status =
        XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0);
    fed_ += bytes.size();
    if (status != XML_STATUS_OK) return stop(last);
    const auto read = XML_GetCurrentByteIndex(parser_.get());
    if (read >= 0 && fed_ - static_cast<std::uint64_t>(read) > kTokenBytesMax) {
      refuse(ErrorCode::kLimitExceeded, "an XML token is longer than 1 MiB");
      stop(last);
    }
  }

  // Turns expat's state into our error and ends an open statement.
  void stop(bool last) {
    const XML_Error code = XML_GetErrorCode(parser_.get());
    if (!refusal_) {
      const bool cut = code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
                       code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION;
      const bool encoding =
          code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING;
      const ErrorCode kind = last && cut ? ErrorCode::kTruncated
                             : encoding  ? ErrorCode::kUnsupportedEncoding
                                         : ErrorCode::kNotWellFormed;
      refuse(kind, kind == ErrorCode::kTruncated ? "the file ends inside an element"
                                                 : XML_ErrorString(code));
    }
    document_.break_off(refusal_->message, refusal_->place);
    result_ = fail(*refusal_);
  }

  void refuse(ErrorCode code, std::string message) {
    if (refusal_) return;
    refusal_ = ParseError{code, open_.empty() ? "" : std::string(name_of(open_.back())),
                          std::move(message), place()};
  }
  void refuse_and_stop(ErrorCode code, std::string message) {
    refuse(code, std::move(message));
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  std::uint64_t offset() {
    const auto index = XML_GetCurrentByteIndex(parser_.get());
    const std::uint64_t at = index < 0 ? 0 : static_cast<std::uint64_t>(index);
    return mending_ ? mender_.original(at) : at;
  }
  Place place() { return {offset(), 0, XML_GetCurrentLineNumber(parser_.get())}; }

  // The name of the message stands in a namespace of one of the outer elements.
  void look_for_format(const XML_Char** attributes, std::string_view name) {
    for (const XML_Char** a = attributes; *a != nullptr; a += 2) {
      if (std::string_view(a[0]).substr(0, 5) != "xmlns") continue;
      const std::string found = message_name(a[1]);
      if (!found.empty()) return document_.set_format(found);
    }
    if (!document_.message_format().empty()) return;
    if (name.find("BkToCstmrStmt") != std::string_view::npos) document_.set_format("camt.053");
    if (name.find("BkToCstmrAcctRpt") != std::string_view::npos) document_.set_format("camt.052");
    if (name.find("BkToCstmrDbtCdtNtfctn") != std::string_view::npos) {
      document_.set_format("camt.054");
    }
  }

  static void XMLCALL on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
    Camt053Reader& r = self(data);
    if (r.open_.size() >= kDepthMax) {
      return r.refuse_and_stop(ErrorCode::kLimitExceeded, "elements are nested too deep");
    }
    const Tag tag = camt_tag(name);
    if (r.open_.size() < 4) r.look_for_format(attributes, name);
    r.open_.push_back(tag);
    r.text_.clear();
    r.leaf_ = true;
    std::string_view currency;
    if (tag == Tag::kAmt) {
      for (const XML_Char** a = attributes; *a != nullptr; a += 2) {
        if (std::string_view(a[0]) == "Ccy") currency = a[1];
      }
    }
    // Positions cost a scan, so only these elements have one of their own.
    if (tag == Tag::kNtry || tag == Tag::kBal || is_statement(tag)) r.element_ = r.place();
    r.document_.start(tag, currency, r.element_);
  }

  static void XMLCALL on_end(void* data, const XML_Char*) {
    Camt053Reader& r = self(data);
    const Tag tag = r.open_.back();
    const bool ends_something =
        tag == Tag::kNtry || tag == Tag::kStmt || tag == Tag::kRpt || tag == Tag::kNtfctn;
    std::uint64_t end_offset = 0;
    if (ends_something) {
      end_offset =
          r.place().offset + static_cast<std::uint64_t>(XML_GetCurrentByteCount(r.parser_.get()));
    }
    r.document_.end(tag, r.leaf_ ? std::string_view(r.text_) : std::string_view(), end_offset);
    r.leaf_ = false;
    r.text_.clear();
    r.open_.pop_back();
  }

  static void XMLCALL on_text(void* data, const XML_Char* text, int size) {
    Camt053Reader& r = self(data);
    if (!r.leaf_) return;
    const auto bytes = static_cast<std::size_t>(size);
    if (r.text_.size() + bytes > kTextBytesMax) {
      return r.refuse_and_stop(ErrorCode::kLimitExceeded, "a text is longer than 64 KiB");
    }
    r.text_.append(text, bytes);
  }

  static void XMLCALL on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*,
                                 int) {
    self(data).refuse_and_stop(ErrorCode::kDoctypeRefused,
                               "a DOCTYPE is not read: it may define entities");
  }

  struct FreeParser {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };

  CamtDocument document_;
  Utf8Mender mender_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser> parser_;
  std::string buffer_;
  bool started_ = false;
  bool mending_ = true;
  std::uint64_t fed_ = 0;
  std::vector<Tag> open_;
  std::string text_;
  bool leaf_ = false;
  Place element_;  // of the last element that has a place of its own
  std::optional<ParseError> refusal_;
  bool finished_ = false;
  ReadStatus result_ = ledger::base::ok;
};

}  // namespace

std::unique_ptr<StatementReader> make_camt053_reader(StatementSink& sink, ReadOptions options) {
  return std::make_unique<Camt053Reader>(sink, options);
}

}  // namespace custody_adapter
