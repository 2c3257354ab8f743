#include "tools/escrowctl_statement.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include "custody_adapter/builder.h"
#include "custody_adapter/csv_dialect.h"
#include "custody_adapter/detect.h"
#include "custody_adapter/reader.h"
#include "ledger/server/json_text.h"
#include "tools/statement_json.h"

namespace tools {
namespace {

namespace adapter = custody_adapter;
using adapter::VerdictKind;
using ledger::server::Commas;
using ledger::server::ObjectWriter;

enum Exit { kOk = 0, kRefused = 1, kUsage = 64 };

// Issues shown for one statement; the others are counted.
constexpr std::size_t kIssuesMax = 200;

struct Head {
  adapter::Detection detection;
  std::string fault;  // the file cannot be read
};

Head look_at(const std::string& path) {
  Head head;
  const auto source = adapter::open_file(path);
  std::string bytes;
  while (bytes.size() < adapter::kDetectBytes) {
    const auto block = source->next();
    if (!block) {
      head.fault = block.error();
      return head;
    }
    if (block->empty()) break;
    bytes.append(*block);
  }
  head.detection = adapter::detect(std::string_view(bytes).substr(0, adapter::kDetectBytes));
  return head;
}

// One file as it is read: statements are shown when they end, in constant memory.
class Shower final : public adapter::StatementSink {
 public:
  Shower(const StatementArguments& arguments, bool json) : arguments_(arguments), json_(json) {}
  ~Shower() override = default;

  void begin(const std::string& path, const Head& head) {
    if (json_) {
      ObjectWriter object(out_);
      object.text("file", path);
      write_detection(object, head);
      object.key("statements").push_back('[');
      commas_ = Commas();
    } else {
      fmt::print("{}\n", path);
      print_detection(head);
    }
  }

  void on_entry(const adapter::Statement&, adapter::StatementEntry& entry) override {
    if (entry.status == adapter::EntryStatus::kBooked) {
      ++(entry.side == adapter::Side::kCredit ? credits_ : debits_);
    }
    if (!arguments_.entries) return;
    if (json_) return append_entry(entries_, entry);
    print_entry(entry);
  }

  void on_issue(const adapter::Issue& issue) override {
    if (issue.severity == adapter::Severity::kError) ++errors_;
    if (issues_.size() < kIssuesMax) {
      issues_.push_back(issue);
    } else {
      ++more_issues_;
    }
  }

  void on_statement_end(adapter::Statement& statement) override {
    ++statements_;
    if (arguments_.chain) chain(statement);
    ++verdicts_[statement.verdict.kind];
    if (json_) {
      commas_.next(out_);
      append_statement(out_, statement, {credits_, debits_, arguments_.entries, entries_}, issues_);
    } else {
      print_statement(statement);
    }
    credits_ = debits_ = 0;
    errors_ = 0;
    entries_.clear();
    clear_issues();
  }

  // The rest of the file; true when all of it is good.
  bool end(const adapter::ReadStatus& status) {
    const std::string verdict = file_verdict(status);
    if (json_) {
      out_.push_back(']');
      out_.append(",\"issues\":");
      append_issues(out_, issues_);
      out_.append(",\"error\":");
      append_error(out_, status);
      out_.append(",\"verdict\":");
      ledger::server::append_string(out_, verdict);
      out_.push_back('}');
      fmt::print("{}\n", out_);
      out_.clear();
    } else {
      print_issues("  ");
      if (!status) fmt::print("  error     {}\n", adapter::format(status.error()));
      fmt::print("  file      {}\n", verdict);
    }
    const bool good = status.has_value() && errors_ == 0 && !verdicts_[VerdictKind::kUnproved];
    statements_ = errors_ = 0;
    verdicts_.clear();
    clear_issues();
    return good;
  }

  static void print_detection(const Head& head) {
    fmt::print("  format    {}: {}\n", name_of(head.detection.format), head.detection.evidence);
    fmt::print("  encoding  {}: {}\n", name_of(head.detection.encoding.encoding),
               head.detection.encoding.evidence);
  }
  static void write_detection(ObjectWriter& object, const Head& head) {
    object.text("format", name_of(head.detection.format))
        .text("format_evidence", head.detection.evidence)
        .text("encoding", name_of(head.detection.encoding.encoding))
        .text("encoding_evidence", head.detection.encoding.evidence);
  }

 private:
  // A statement without an opening balance is judged by the one before it, of these files.
  void chain(adapter::Statement& statement) {
    if (!statement.opening) {
      const auto before = last_.find(statement.account);
      if (before != last_.end()) {
        statement.verdict = adapter::judge_after(before->second, statement);
        if (statement.verdict.reason.empty()) {
          statement.verdict.reason = "by the closing balance of the statement before";
        }
      }
    }
    last_[statement.account] = statement;
  }

  std::string file_verdict(const adapter::ReadStatus& status) {
    if (!status) return "NOT PROVABLE: " + std::string(name_of(status.error().code));
    if (errors_ > 0) return fmt::format("NOT PROVABLE: {} error(s) outside statements", errors_);
    const auto count = [this](VerdictKind kind) { return verdicts_[kind]; };
    const auto of = [this, &count](VerdictKind kind) {
      return fmt::format("{}: {} of {} statement(s)", word_of(kind), count(kind), statements_);
    };
    if (count(VerdictKind::kUnproved) > 0) return of(VerdictKind::kUnproved);
    if (count(VerdictKind::kNotProvable) > 0) return of(VerdictKind::kNotProvable);
    return of(VerdictKind::kProved);
  }

  void clear_issues() {
    issues_.clear();
    more_issues_ = 0;
  }

  // Text ------------------------------------------------------------------------------------------

  static std::string place(const adapter::Place& place) {
    return fmt::format("line {}, offset {}", place.line, place.offset);
  }

  void print_issues(std::string_view indent) const {
    for (const adapter::Issue& issue : issues_) {
      fmt::print("{}{} {}, {}, {}: {}\n", indent, letter_of(issue.severity), place(issue.place),
                 issue.field.empty() ? "-" : issue.field, issue.code, issue.text);
    }
    if (more_issues_ > 0) fmt::print("{}  and {} more\n", indent, more_issues_);
  }

  static std::string money(const std::optional<adapter::Balance>& balance) {
    if (!balance) return "none";
    return fmt::format("{} {} ({} of {})", adapter::format(balance->value),
                       balance->currency.code(), balance->code,
                       balance->date.is_none() ? "no date" : format(balance->date));
  }

  void print_entry(const adapter::StatementEntry& entry) const {
    std::string references;
    for (const std::string_view text : entry.references.all()) {
      references += (references.empty() ? "" : " ") + std::string(text);
    }
    fmt::print("    {:>16} {} {} [{}] {} {} | {} | {}\n", adapter::format(entry.signed_figure()),
               entry.booking_date.is_none() ? "----------" : format(entry.booking_date),
               word_of(entry.status), entry.transaction_code, place(entry.place), references,
               entry.counterparty.name, entry.remittance);
  }

  void print_statement(const adapter::Statement& s) const {
    fmt::print("  statement {}\n", statements_);
    fmt::print("    format    {}\n", s.format);
    fmt::print("    account   {}{}{}\n", s.account.empty() ? "none" : s.account,
               s.account_bank.empty() ? "" : " at ", s.account_bank);
    if (!s.id.empty() || !s.message_id.empty()) {
      fmt::print("    id        {}{}{}\n", s.id, s.id.empty() ? "" : " ", s.message_id);
    }
    fmt::print("    dates     {} to {}\n", s.from_date.is_none() ? "?" : format(s.from_date),
               s.to_date.is_none() ? "?" : format(s.to_date));
    fmt::print("    opening   {}\n", money(s.opening));
    fmt::print("    credits   {} in {} booked entries\n", adapter::format(s.credit_sum), credits_);
    fmt::print("    debits    {} in {} booked entries\n", adapter::format(s.debit_sum), debits_);
    if (s.entry_count != s.booked_count) {
      fmt::print("    others    {} entries that are not booked\n", s.entry_count - s.booked_count);
    }
    fmt::print("    closing   {}\n", money(s.closing));
    fmt::print("    verdict   {}\n", adapter::format(s.verdict));
    print_issues("    ");
  }

  const StatementArguments& arguments_;
  const bool json_;
  std::string out_;
  std::string entries_;
  Commas commas_;
  std::uint64_t statements_ = 0;
  std::uint64_t credits_ = 0;
  std::uint64_t debits_ = 0;
  std::uint64_t errors_ = 0;
  std::map<VerdictKind, std::uint64_t> verdicts_;
  std::vector<adapter::Issue> issues_;
  std::uint64_t more_issues_ = 0;
  std::map<std::string, adapter::Statement> last_;  // by account
};

int detect_files(const StatementArguments& arguments, bool json) {
  bool good = true;
  for (const std::string& path : arguments.files) {
    const Head head = look_at(path);
    if (!head.fault.empty()) {
      fmt::print(stderr, "escrowctl: {}\n", head.fault);
      good = false;
      continue;
    }
    good = good && head.detection.format != adapter::FileFormat::kUnknown;
    if (json) {
      std::string out;
      ObjectWriter object(out);
      object.text("file", path);
      Shower::write_detection(object, head);
      object.close();
      fmt::print("{}\n", out);
    } else {
      fmt::print("{}\n", path);
      Shower::print_detection(head);
    }
  }
  return good ? kOk : kRefused;
}

// What the source's profile would say; the reason when it is not usable.
std::string fill_options(const StatementArguments& arguments, adapter::ReadOptions& options) {
  static const std::map<std::string, adapter::Charset> kCharsets = {
      {"windows-1252", adapter::Charset::kCp1252},
      {"iso-8859-1", adapter::Charset::kLatin1},
      {"iso-8859-15", adapter::Charset::kLatin9},
      {"cp852", adapter::Charset::kCp852}};
  if (!arguments.charset.empty()) {
    const auto found = kCharsets.find(arguments.charset);
    if (found == kCharsets.end()) return "--charset " + arguments.charset + ": unknown";
    options.charset = found->second;
  }
  if (!arguments.format.empty()) {
    const auto format = adapter::file_format_of(arguments.format);
    if (!format) return "--format " + arguments.format + ": unknown";
    options.format = *format;
  }
  if (arguments.dialect.empty()) return "";
  std::ifstream in(arguments.dialect, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return arguments.dialect + ": cannot be read";
  auto dialect = adapter::parse_csv_dialect(text.str());
  if (!dialect) return arguments.dialect + ": " + dialect.error();
  options.csv = std::make_shared<const adapter::CsvDialect>(std::move(*dialect));
  return "";
}

int show_files(const StatementArguments& arguments, bool json) {
  adapter::ReadOptions options;
  if (const std::string problem = fill_options(arguments, options); !problem.empty()) {
    fmt::print(stderr, "escrowctl: {}\n", problem);
    return kUsage;
  }
  Shower shower(arguments, json);
  bool good = true;
  for (const std::string& path : arguments.files) {
    const Head head = look_at(path);
    if (!head.fault.empty()) {
      fmt::print(stderr, "escrowctl: {}\n", head.fault);
      good = false;
      continue;
    }
    shower.begin(path, head);
    const auto source = adapter::open_file(path);
    const auto status = adapter::read_statements(*source, options, shower);
    good = shower.end(status) && good;
  }
  return good ? kOk : kRefused;
}

}  // namespace

void add_statement_commands(CLI::App& app, StatementArguments& arguments, const bool& json,
                            const std::function<void(std::function<int()>)>& on) {
  CLI::App* group = app.add_subcommand("statement", "bank statement files; needs no daemon");
  group->group("Files")->require_subcommand(1);
  CLI::App* detect = group->add_subcommand("detect", "format and encoding, with the evidence");
  CLI::App* show = group->add_subcommand("show", "statements with verdicts and issues");
  for (CLI::App* sub : {detect, show}) {
    sub->add_option("files", arguments.files, "statement files")->required();
  }
  show->add_option("--dialect", arguments.dialect, "read as CSV by this dialect (TOML)");
  show->add_option("--format", arguments.format, "read as this format: MT940, camt.053, BAI2 ...");
  show->add_option("--charset", arguments.charset, "table of text that is not UTF-8");
  show->add_flag("--entries", arguments.entries, "every entry too");
  show->add_flag("--chain", arguments.chain,
                 "judge statements without opening balance by the file before");
  detect->callback([&arguments, &json, on] {
    on([&arguments, &json] { return detect_files(arguments, json); });
  });
  show->callback(
      [&arguments, &json, on] { on([&arguments, &json] { return show_files(arguments, json); }); });
}

}  // namespace tools
