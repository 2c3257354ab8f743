#include "tools/escrowctl_profile.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "custody_adapter/profile.h"
#include "custody_adapter/record_text.h"
#include "ledger/server/json_text.h"

namespace tools {
namespace {

namespace adapter = custody_adapter;
using adapter::VerdictKind;
using ledger::server::Commas;
using ledger::server::ObjectWriter;

enum Exit { kOk = 0, kRefused = 1, kUsage = 64 };

constexpr std::size_t kIssuesShown = 50;
constexpr std::size_t kStatementsShown = 100;

// The text of a profile: a file, else one that ships.
std::optional<std::string> text_of(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  if (in) {
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  const auto shipped = adapter::StatementProfile::built_in(name);
  return shipped ? std::optional<std::string>(*shipped) : std::nullopt;
}

// Printable whatever the bytes are.
std::string shown(std::string_view bytes, adapter::TextConverter& decoder) {
  std::string text;
  (void)decoder.convert(bytes, text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string_view word_of(adapter::Severity severity) {
  switch (severity) {
    case adapter::Severity::kNote:
      return "note";
    case adapter::Severity::kWarning:
      return "warning";
    case adapter::Severity::kError:
      return "error";
  }
  return "error";
}

// Shows the first records of each kind, field by field, as they are read.
class RecordShower final : public adapter::RecordObserver {
 public:
  RecordShower(const adapter::ProfileModel& model, std::uint32_t most, bool json)
      : decoder_(adapter::make_decoder(model.encoding)), most_(most), json_(json) {}

  void on_record(const adapter::RecordSpec* record, const adapter::Place& place,
                 const std::vector<adapter::CellView>& cells) override {
    if (record == nullptr || ++seen_[record->name] > most_) return;
    if (json_) return write(*record, place, cells);
    fmt::print("  line {}, offset {}, {} bytes: {}\n", place.line, place.offset, place.length,
               record->name);
    std::uint64_t at = place.offset;
    for (const adapter::CellView& cell : cells) {
      const bool fixed = record->layout == adapter::Layout::kFixed;
      if (fixed && cell.offset > at) {
        fmt::print("    {:>6}+{:<4} (in no field)\n", at - place.offset, cell.offset - at);
      }
      const std::string text = shown(cell.bytes, *decoder_);
      fmt::print("    {:>6}+{:<4} {:<20} [{}]{}\n", cell.offset - place.offset, cell.bytes.size(),
                 cell.field->name, text, cell.bytes.data() == nullptr ? " absent" : "");
      at = std::max(at, cell.offset + cell.bytes.size());
    }
    const std::uint64_t end = place.offset + place.length;
    if (record->layout == adapter::Layout::kFixed && !cells.empty() && at < end) {
      fmt::print("    {:>6}+{:<4} (in no field)\n", at - place.offset, end - at);
    }
  }

  const std::string& json() const { return out_; }

 private:
  void write(const adapter::RecordSpec& record, const adapter::Place& place,
             const std::vector<adapter::CellView>& cells) {
    commas_.next(out_);
    ObjectWriter object(out_);
    object.text("record", record.name)
        .signed_number("line", static_cast<std::int64_t>(place.line))
        .signed_number("offset", static_cast<std::int64_t>(place.offset))
        .signed_number("length", static_cast<std::int64_t>(place.length));
    object.key("fields").push_back('[');
    Commas commas;
    for (const adapter::CellView& cell : cells) {
      commas.next(out_);
      ObjectWriter field(out_);
      field.text("name", cell.field->name)
          .signed_number("offset", static_cast<std::int64_t>(cell.offset))
          .signed_number("length", static_cast<std::int64_t>(cell.bytes.size()))
          .text("text", shown(cell.bytes, *decoder_));
      field.close();
    }
    out_.push_back(']');
    object.close();
  }

  std::unique_ptr<adapter::TextConverter> decoder_;
  std::uint32_t most_;
  bool json_;
  std::map<std::string, std::uint64_t> seen_;
  std::string out_;
  Commas commas_;
};

// Keeps the statements without their entries, and the first issues.
class Summary final : public adapter::StatementSink {
 public:
  void on_entry(const adapter::Statement&, adapter::StatementEntry&) override {}
  void on_issue(const adapter::Issue& issue) override {
    ++issue_count;
    if (issues.size() < kIssuesShown) issues.push_back(issue);
  }
  void on_statement_end(adapter::Statement& statement) override {
    errors = errors || statement.error_count > 0;
    if (statements.size() < kStatementsShown) statements.push_back(std::move(statement));
  }
  std::vector<adapter::Statement> statements;
  std::vector<adapter::Issue> issues;
  std::uint64_t issue_count = 0;
  bool errors = false;
};

std::string line_of(const adapter::ControlTotal& total) {
  return fmt::format("{:<28} {:>18} stated, {:>18} read: {}", total.name,
                     total.stated ? adapter::format(*total.stated) : "none",
                     adapter::format(total.computed), total.holds() ? "holds" : "DIFFERS");
}

void print_result(const adapter::FileSummary& file, const Summary& read,
                  const adapter::ReadStatus& status) {
  fmt::print("records\n");
  for (const auto& [name, count] : file.records_of) fmt::print("  {:<28} {:>10}\n", name, count);
  for (const adapter::Statement& s : read.statements) {
    fmt::print("statement {}\n", s.account);
    fmt::print("  {} entries, credits {}, debits {}, between sub-accounts {}\n", s.entry_count,
               adapter::format(s.credit_sum), adapter::format(s.debit_sum),
               adapter::format(s.transfer_sum));
    for (const auto* balance : {&s.opening, &s.closing}) {
      if (*balance) {
        fmt::print("  {:<28} {:>18} {}\n", (*balance)->code, adapter::format((*balance)->value),
                   (*balance)->currency.code());
      }
    }
    for (const adapter::ControlTotal& total : s.totals) fmt::print("  {}\n", line_of(total));
    fmt::print("  verdict  {}\n", adapter::format(s.verdict));
  }
  if (file.statements > read.statements.size()) {
    fmt::print("and {} more statements\n", file.statements - read.statements.size());
  }
  for (const adapter::ControlTotal& total : file.totals) fmt::print("file\n  {}\n", line_of(total));
  if (read.issue_count > 0) fmt::print("issues\n");
  for (const adapter::Issue& issue : read.issues) {
    fmt::print("  {} at line {} (offset {}), {}: {}: {}\n", word_of(issue.severity),
               issue.place.line, issue.place.offset, issue.field, issue.code, issue.text);
  }
  if (read.issue_count > read.issues.size()) {
    fmt::print("  and {} more\n", read.issue_count - read.issues.size());
  }
  if (!status) fmt::print("refused  {}\n", adapter::format(status.error()));
  fmt::print("file     {}\n", adapter::format(file.verdict));
}

void write_totals(std::string& out, const std::vector<adapter::ControlTotal>& totals) {
  out.push_back('[');
  Commas commas;
  for (const adapter::ControlTotal& total : totals) {
    commas.next(out);
    ObjectWriter object(out);
    object.text("name", total.name)
        .text("stated", total.stated ? adapter::format(*total.stated) : "")
        .text("read", adapter::format(total.computed))
        .flag("holds", total.holds());
    object.close();
  }
  out.push_back(']');
}

void write_result(const adapter::FileSummary& file, const Summary& read,
                  const adapter::ReadStatus& status, const std::string& records) {
  std::string out;
  ObjectWriter object(out);
  object.key("records").append("[" + records + "]");
  object.key("statements").push_back('[');
  Commas commas;
  for (const adapter::Statement& s : read.statements) {
    commas.next(out);
    ObjectWriter statement(out);
    statement.text("account", s.account)
        .signed_number("entries", static_cast<std::int64_t>(s.entry_count))
        .text("credits", adapter::format(s.credit_sum))
        .text("debits", adapter::format(s.debit_sum))
        .text("transfers", adapter::format(s.transfer_sum))
        .text("verdict", adapter::format(s.verdict));
    write_totals(statement.key("totals"), s.totals);
    statement.close();
  }
  out.push_back(']');
  write_totals(object.key("totals"), file.totals);
  object.key("issues").push_back('[');
  Commas of_issues;
  for (const adapter::Issue& issue : read.issues) {
    of_issues.next(out);
    ObjectWriter row(out);
    row.text("severity", word_of(issue.severity))
        .text("code", issue.code)
        .text("field", issue.field)
        .signed_number("line", static_cast<std::int64_t>(issue.place.line))
        .signed_number("offset", static_cast<std::int64_t>(issue.place.offset))
        .text("text", issue.text);
    row.close();
  }
  out.push_back(']');
  object.signed_number("issue_count", static_cast<std::int64_t>(read.issue_count))
      .text("refused", status ? "" : adapter::format(status.error()))
      .text("verdict", adapter::format(file.verdict));
  object.close();
  fmt::print("{}\n", out);
}

std::optional<adapter::StatementProfile> parsed(const std::string& name) {
  const auto text = text_of(name);
  if (!text) {
    fmt::print(stderr, "escrowctl: {}: no such file, and no profile of this name ships\n", name);
    return std::nullopt;
  }
  auto profile = adapter::StatementProfile::parse(*text);
  if (!profile) {
    fmt::print(stderr, "escrowctl: {}: {}\n", name, profile.error().message);
    return std::nullopt;
  }
  return *profile;
}

// The line that was refused, as it stands in the sample.
void print_line(const std::string& path, const adapter::ProfileModel& model, std::uint64_t line) {
  if (line == 0 || model.record_bytes != 0) return;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  for (std::uint64_t i = 0; i < line; ++i) {
    if (!std::getline(in, text)) return;
  }
  constexpr std::size_t kBytesMax = 1000;
  const auto decoder = adapter::make_decoder(model.encoding);
  fmt::print("  line {}: [{}]{}\n", line,
             shown(std::string_view(text).substr(0, kBytesMax), *decoder),
             text.size() > kBytesMax ? " ..." : "");
}

int check(const ProfileArguments& arguments, bool json) {
  const auto profile = parsed(arguments.profile);
  if (!profile) return kUsage;
  const adapter::ProfileModel& model = profile->model();
  adapter::ProfileOptions options;
  if (!arguments.file_date.empty()) {
    const auto date = ledger::base::Date::parse(arguments.file_date);
    if (!date) {
      fmt::print(stderr, "escrowctl: --date '{}' is no day like 2024-06-30\n", arguments.file_date);
      return kUsage;
    }
    options.file_date = *date;
  }
  if (!json) {
    fmt::print("profile  {} version {}{}{}\nencoding {}\n", model.name, model.version,
               model.title.empty() ? "" : ": ", model.title, model.encoding);
  }
  if (arguments.sample.empty()) return kOk;
  RecordShower shower(model, arguments.records, json);
  options.observer = &shower;
  if (!json) fmt::print("sample   {}\n", arguments.sample);
  Summary read;
  const auto reader = adapter::make_profile_reader(*profile, read, options);
  const auto source = adapter::open_file(arguments.sample);
  adapter::ReadStatus status = ledger::base::ok;
  while (status) {
    const auto block = source->next();
    if (!block) {
      fmt::print(stderr, "escrowctl: {}\n", block.error());
      return kUsage;
    }
    if (block->empty()) break;
    status = reader->push(*block);
  }
  if (status) status = reader->finish();
  const adapter::FileSummary& file = reader->summary();
  if (json) {
    write_result(file, read, status, shower.json());
  } else {
    print_result(file, read, status);
    if (!status) print_line(arguments.sample, model, status.error().place.line);
  }
  const bool bad = !status || read.errors || file.verdict.kind == VerdictKind::kUnproved;
  return bad ? kRefused : kOk;
}

int list(bool json) {
  for (const std::string_view name : adapter::StatementProfile::built_in_names()) {
    const auto profile =
        adapter::StatementProfile::parse(*adapter::StatementProfile::built_in(name));
    const std::string title = profile ? profile->model().title : profile.error().message;
    if (json) {
      std::string out;
      ObjectWriter object(out);
      object.text("name", name).text("title", title);
      object.close();
      fmt::print("{}\n", out);
    } else {
      fmt::print("{:<26} {}\n", name, title);
    }
  }
  return kOk;
}

int print(const ProfileArguments& arguments) {
  const auto text = adapter::StatementProfile::built_in(arguments.profile);
  if (!text) {
    fmt::print(stderr, "escrowctl: no profile '{}' ships; see 'statement profile list'\n",
               arguments.profile);
    return kRefused;
  }
  fmt::print("{}", *text);
  return kOk;
}

}  // namespace

void add_profile_commands(CLI::App& app, ProfileArguments& arguments, const bool& json,
                          const std::function<void(std::function<int()>)>& on) {
  const auto groups =
      app.get_subcommands([](const CLI::App* other) { return other->get_name() == "statement"; });
  CLI::App* group = groups.empty() ? nullptr : groups.front();
  if (group == nullptr) {
    group = app.add_subcommand("statement", "bank statement files; needs no daemon");
    group->group("Files")->require_subcommand(1);
  }
  CLI::App* profile =
      group->add_subcommand("profile", "profiles of delimited and fixed-width statement files");
  profile->require_subcommand(1);
  CLI::App* names = profile->add_subcommand("list", "the profiles that ship");
  CLI::App* text =
      profile->add_subcommand("print", "a profile that ships, to begin one's own with");
  CLI::App* checked = profile->add_subcommand(
      "check", "what a profile makes of a sample: records, fields, totals, verdict, errors");
  text->add_option("name", arguments.profile, "name of the profile")->required();
  checked->add_option("profile", arguments.profile, "file, or the name of one that ships")
      ->required();
  checked->add_option("sample", arguments.sample, "a statement file; without it only the profile");
  checked->add_option("--records", arguments.records, "records shown of each kind");
  checked->add_option("--date", arguments.file_date, "day of the sample, for dates without a year");
  names->callback([&json, on] { on([&json] { return list(json); }); });
  text->callback([&arguments, on] { on([&arguments] { return print(arguments); }); });
  checked->callback(
      [&arguments, &json, on] { on([&arguments, &json] { return check(arguments, json); }); });
}

}  // namespace tools
