#include "custody_adapter/reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/profile.h"

namespace custody_adapter {

using ledger::base::fail;
using ledger::base::Result;

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNoStatement:
      return "no_statement";
    case ErrorCode::kNotThisFormat:
      return "not_this_format";
    case ErrorCode::kNotWellFormed:
      return "not_well_formed";
    case ErrorCode::kDoctypeRefused:
      return "doctype_refused";
    case ErrorCode::kTruncated:
      return "truncated";
    case ErrorCode::kUnsupportedEncoding:
      return "unsupported_encoding";
    case ErrorCode::kLimitExceeded:
      return "limit_exceeded";
    case ErrorCode::kLayoutMismatch:
      return "layout_mismatch";
    case ErrorCode::kControlTotal:
      return "control_total";
    case ErrorCode::kIo:
      return "io";
  }
  return "unknown";
}

std::string format(const ParseError& error) {
  std::string text(name_of(error.code));
  if (error.place.line > 0) {
    text += " at line " + std::to_string(error.place.line) + " (offset " +
            std::to_string(error.place.offset) + ")";
  }
  if (!error.field.empty()) text += ", " + error.field;
  return text + ": " + error.message;
}

void Collector::on_entry(const Statement&, StatementEntry& entry) {
  entries_.push_back(std::move(entry));
}
void Collector::on_issue(const Issue& issue) { file_issues.push_back(issue); }
void Collector::on_statement_end(Statement& statement) {
  statement.entries = std::move(entries_);
  statement.issues = std::move(file_issues);
  entries_.clear();
  file_issues.clear();
  statements.push_back(std::move(statement));
}

namespace {

class FileSource final : public ByteSource {
 public:
  explicit FileSource(std::string path)
      : path_(std::move(path)), fd_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~FileSource() override {
    if (fd_ >= 0) ::close(fd_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::string_view, std::string> next() override {
    ssize_t size = -1;
    if (fd_ >= 0) {
      do {
        size = ::read(fd_, block_.data(), block_.size());
      } while (size < 0 && errno == EINTR);
    }
    if (size < 0) return fail(path_ + ": " + std::strerror(errno));
    return std::string_view(block_.data(), static_cast<std::size_t>(size));
  }

 private:
  std::string path_;
  int fd_;
  std::string block_ = std::string(1U << 18U, '\0');
};

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}
  Result<std::string_view, std::string> next() override {
    const std::string_view all = text_;
    text_ = {};
    return all;
  }

 private:
  std::string_view text_;
};

std::unique_ptr<StatementReader> reader_for(FileFormat format, StatementSink& sink,
                                            const ReadOptions& options) {
  switch (format) {
    case FileFormat::kUnknown:
      return nullptr;
    case FileFormat::kMt940:
    case FileFormat::kMt942:
    case FileFormat::kMt950:
      return make_mt940_reader(sink, options);
    case FileFormat::kCamt053:
    case FileFormat::kCamt052:
    case FileFormat::kCamt054:
      return make_camt053_reader(sink, options);
    case FileFormat::kBai2:
      return make_bai2_reader(sink, options);
    case FileFormat::kOfx:
      return make_ofx_reader(sink, options);
    case FileFormat::kCsv:
      return options.csv ? make_csv_reader(sink, *options.csv, options) : nullptr;
  }
  return nullptr;
}

// By the options, else by the first bytes; nothing, and why, when they do not tell.
std::unique_ptr<StatementReader> reader_for_head(std::string_view head, StatementSink& sink,
                                                 ReadOptions options, std::string& why) {
  FileFormat format = options.csv ? FileFormat::kCsv : options.format;
  if (format == FileFormat::kUnknown) {
    const Detection found = detect(head);
    format = found.format;
    why = found.evidence;
  }
  if (format == FileFormat::kCsv && !options.csv) {
    CsvInference inferred = infer_csv_dialect(head);
    why = inferred.evidence;
    if (!inferred.dialect) return nullptr;
    options.csv = std::make_shared<const CsvDialect>(std::move(*inferred.dialect));
  }
  return reader_for(format, sink, options);
}

}  // namespace

std::unique_ptr<ByteSource> open_file(const std::string& path) {
  return std::make_unique<FileSource>(path);
}

ReadStatus read_statements(ByteSource& source, const ReadOptions& options, StatementSink& sink) {
  std::string head;
  std::unique_ptr<StatementReader> reader;
  if (options.profile) reader = make_profile_reader(*options.profile, sink, {});
  while (true) {
    auto block = source.next();
    if (!block) {
      if (reader) (void)reader->finish();  // what was read is delivered, the fault counts
      return fail(ParseError{ErrorCode::kIo, "", block.error(), {}});
    }
    const bool end = block->empty();
    if (!reader) {
      head.append(*block);
      if (head.size() < kDetectBytes && !end) continue;
      std::string why;
      reader = reader_for_head(head, sink, options, why);
      if (!reader) {
        return fail(ParseError{ErrorCode::kNotThisFormat, "first bytes", why, {0, head.size(), 1}});
      }
      if (auto status = reader->push(head); !status) return status;
      head = std::string();
    } else if (!end) {
      if (auto status = reader->push(*block); !status) return status;
    }
    if (end) return reader->finish();
  }
}

ReadStatus read_statements(std::string_view bytes, const ReadOptions& options,
                           StatementSink& sink) {
  TextSource source(bytes);
  return read_statements(source, options, sink);
}

Result<std::vector<Statement>, ParseError> read_all(std::string_view bytes,
                                                    const ReadOptions& options) {
  Collector sink;
  if (auto status = read_statements(bytes, options, sink); !status) {
    return fail(std::move(status.error()));
  }
  if (!sink.file_issues.empty() && !sink.statements.empty()) {
    auto& last = sink.statements.back().issues;
    last.insert(last.end(), sink.file_issues.begin(), sink.file_issues.end());
  }
  return std::move(sink.statements);
}

}  // namespace custody_adapter
