// export: the journal itself, one of the exports computed from it, or the wind-down pack.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "ledger/journal/block.h"
#include "ledger/journal/verifier.h"
#include "recon/json.h"
#include "tools/recon_commands.h"

namespace tools {

namespace base = ledger::base;
namespace fs = std::filesystem;
using recon::Faulty;
using recon::exports::JournalFold;

namespace {

// Where to stop: after an entry, after the cut-off that closes a date, or at the end.
struct Until {
  std::uint64_t sequence = 0;
  base::Date date;
};

Faulty<Until> until_of(const ReconArguments& args) {
  Until until;
  if (!args.at.empty() && !args.date.empty()) {
    return base::fail(base::invalid("--at and --date exclude each other"));
  }
  if (!args.at.empty()) {
    const bool digits =
        args.at.size() < 19 && args.at.find_first_not_of("0123456789") == std::string::npos;
    until.sequence = digits ? std::stoull(args.at) : 0;
    if (until.sequence == 0) return base::fail(base::invalid("--at " + args.at + ": no sequence"));
  }
  if (!args.date.empty()) {
    const auto date = base::Date::parse(args.date);
    if (!date) return base::fail(base::invalid("--date " + args.date + ": not a date"));
    until.date = *date;
  }
  return until;
}

bool is_reached(const Until& until, const JournalFold& fold) {
  if (until.sequence != 0) return fold.entries() == until.sequence;
  const auto& cut_offs = fold.last().cut_offs;
  return !until.date.is_none() && !cut_offs.empty() && cut_offs.front().closed == until.date;
}

// One walk from genesis to the place asked for.
Faulty<base::Ok> walk(JournalSource& source, const Until& until, JournalFold& fold,
                      const std::function<void(const recon::exports::Step&)>& take) {
  std::optional<base::Fault> bad;
  bool reached = false;
  auto walked = source.each(0, [&](const recon::JournalChunk& chunk) {
    const std::uint64_t due = fold.entries() + 1;
    if (chunk.first != due) {
      bad = base::corruption(fmt::format("entry {}: missing", due));
      return false;
    }
    ledger::journal::RecordReader reader(chunk.records);
    while (!reader.at_end() && !reached) {
      const auto record = reader.next();
      if (!record) {
        bad = base::corruption(
            fmt::format("entry {}: {}", fold.entries() + 1, record.error().message));
        return false;
      }
      if (auto taken = fold.take(record->entry, record->hash); !taken) {
        bad = taken.error();
        return false;
      }
      take(fold.step());
      reached = is_reached(until, fold);
    }
    return !reached;
  });
  if (bad) return base::fail(*bad);
  if (reached) return base::ok;
  if (!walked) {
    if (walked.error().kind != base::Fault::Kind::kCorruption) return walked;
    return base::fail(base::corruption(
        fmt::format("entry {}: cannot be read: {}", fold.entries() + 1, walked.error().message)));
  }
  if (fold.entries() == 0) return base::fail(base::not_found("the journal is empty"));
  if (until.sequence != 0) {
    return base::fail(base::invalid(
        fmt::format("--at {}: the journal ends at {}", until.sequence, fold.entries())));
  }
  if (!until.date.is_none()) {
    return base::fail(
        base::invalid("--date " + base::format(until.date) + ": not a closed business date"));
  }
  return base::ok;
}

// A file that has its name only when it is whole; or stdout.
class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)) {
    if (path_ != "-") {
      part_ = path_ + ".part";
      file_.open(part_, std::ios::binary | std::ios::trunc);
    }
    sha_.start();
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    if (part_.empty() || done_) return;
    file_.close();
    std::error_code ignored;
    fs::remove(part_, ignored);
  }

  void put(std::string_view piece) {
    sha_.add(piece);
    bytes_ += piece.size();
    if (part_.empty()) {
      good_ = good_ && std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
    } else {
      file_ << piece;
    }
  }
  Faulty<base::Ok> close() {
    if (part_.empty()) {
      good_ = good_ && std::fflush(stdout) == 0;
    } else {
      file_.close();
      std::error_code error;
      good_ = file_.good();
      if (good_) fs::rename(part_, path_, error);
      good_ = good_ && !error;
      done_ = good_;
    }
    if (!good_) return base::fail(base::io_fault(path_ + ": cannot be written"));
    return base::ok;
  }
  std::uint64_t bytes() const { return bytes_; }
  bool to_stdout() const { return part_.empty(); }
  ledger::crypto::Digest digest() { return sha_.finish(); }

 private:
  std::string path_;
  std::string part_;
  std::ofstream file_;
  ledger::crypto::Sha256 sha_;
  std::uint64_t bytes_ = 0;
  bool good_ = true;
  bool done_ = false;
};

struct Part {
  std::string file;
  std::unique_ptr<Output> output;
  std::unique_ptr<recon::exports::Export> fold;
};

Faulty<Part> part_of(const recon::exports::Kind& kind, const recon::exports::Options& options,
                     const std::string& path) {
  Part part;
  part.output = std::make_unique<Output>(path);
  Output* output = part.output.get();
  auto made = kind.make(options, [output](std::string_view piece) { output->put(piece); });
  if (made.fold == nullptr) return base::fail(base::invalid(std::move(made.problem)));
  part.fold = std::move(made.fold);
  return part;
}

// All parts in the same walks.
Faulty<recon::exports::Position> fold_all(const ReconArguments& args, std::vector<Part>& parts) {
  const auto until = until_of(args);
  if (!until) return base::fail(until.error());
  auto open = open_journal(args);
  if (!open) return base::fail(open.error());
  std::vector<recon::exports::Export*> waiting;
  for (Part& part : parts) waiting.push_back(part.fold.get());
  recon::exports::Position position;
  while (!waiting.empty()) {
    JournalFold fold;
    auto walked = walk(*open->source, *until, fold, [&](const recon::exports::Step& step) {
      for (recon::exports::Export* each : waiting) each->take(step);
    });
    if (!walked) return base::fail(walked.error());
    position = fold.position();
    std::erase_if(waiting, [&](recon::exports::Export* each) {
      return each->finish(position, fold.state());
    });
  }
  for (Part& part : parts) {
    if (auto closed = part.output->close(); !closed) return base::fail(closed.error());
  }
  return position;
}

Faulty<recon::exports::Options> options_of(const ReconArguments& args) {
  recon::exports::Options options = args.options;
  if (args.json || args.format == "json") {
    options.format = recon::exports::Format::kJson;
  } else if (args.format != "csv") {
    return base::fail(base::invalid("--format is csv or json"));
  }
  for (const auto& [name, text, day] : {std::tuple("--from ", &args.from, &options.from),
                                        std::tuple("--to ", &args.to, &options.to)}) {
    if (text->empty()) continue;
    const auto date = base::Date::parse(*text);
    if (!date) return base::fail(base::invalid(name + *text + ": not a date"));
    *day = *date;
  }
  return options;
}

int export_one(const ReconArguments& args, const recon::exports::Kind& kind) {
  auto options = options_of(args);
  if (!options) return fail_with(args, options.error());
  auto part = part_of(kind, *options, args.out);
  if (!part) return fail_with(args, part.error());
  std::vector<Part> parts;
  parts.push_back(std::move(*part));
  if (auto folded = fold_all(args, parts); !folded) return fail_with(args, folded.error());
  if (!parts.front().output->to_stdout()) {
    fmt::print("{} bytes to {}\n", parts.front().output->bytes(), args.out);
  }
  return kExitClean;
}

// Who owns what, as a folder of files that sha256sum can check.
int export_wind_down(const ReconArguments& args) {
  auto options = options_of(args);
  if (!options) return fail_with(args, options.error());
  std::error_code error;
  if (!fs::create_directory(args.out, error)) {
    return fail_with(args, base::invalid(args.out + ": --out must be a new folder"));
  }
  std::vector<Part> parts;
  for (const std::string_view name : recon::exports::wind_down_parts()) {
    for (const auto& [format, suffix] : {std::pair(recon::exports::Format::kCsv, ".csv"),
                                         std::pair(recon::exports::Format::kJson, ".json")}) {
      options->format = format;
      const std::string file = std::string(name) + suffix;
      auto part =
          part_of(*recon::exports::find_kind(name), *options, (fs::path(args.out) / file).string());
      if (!part) return fail_with(args, part.error());
      part->file = file;
      parts.push_back(std::move(*part));
    }
  }
  const auto position = fold_all(args, parts);
  if (!position) {
    parts.clear();
    fs::remove_all(args.out, error);
    return fail_with(args, position.error());
  }
  recon::Json json;
  json.open('{').field("export", "wind-down").field("format", std::uint64_t{1});
  json.field("sequence", position->sequence.value()).field("head", position->head.hex());
  json.field("business_date", base::format(position->date)).field("profile", position->profile);
  json.field("profile_version", std::uint64_t{position->profile_version});
  json.key("files").open('[');
  std::string sums;
  for (Part& part : parts) {
    const std::string digest = part.output->digest().hex();
    json.open('{').field("file", part.file).field("bytes", part.output->bytes());
    json.field("sha256", digest).close('}');
    sums += digest + "  " + part.file + "\n";
  }
  Output manifest((fs::path(args.out) / "manifest.json").string());
  manifest.put(json.close(']').close('}').str() + "\n");
  sums += manifest.digest().hex() + "  manifest.json\n";
  Output check((fs::path(args.out) / "SHA256SUMS").string());
  check.put(sums);
  for (Output* output : {&manifest, &check}) {
    if (auto closed = output->close(); !closed) return fail_with(args, closed.error());
  }
  fmt::print("{} files to {}\n", parts.size() + 2, args.out);
  return kExitClean;
}

int export_journal_file(const ReconArguments& args) {
  auto open = open_journal(args);
  if (!open) return fail_with(args, open.error());
  const auto until = until_of(args);
  if (!until) return fail_with(args, until.error());
  Output out(args.out);
  std::string header;
  ledger::journal::append_export_header(header, {});
  out.put(header);
  Faulty<base::Ok> walked = base::ok;
  if (until->sequence == 0 && until->date.is_none()) {
    // Whole, as it is: what is damaged is for the verifier to find.
    walked = open->source->each(0, [&](const recon::JournalChunk& chunk) {
      out.put(chunk.records);
      return true;
    });
  } else {
    JournalFold fold;
    std::string record;
    walked = walk(*open->source, *until, fold, [&](const recon::exports::Step& step) {
      std::string bytes;
      ledger::domain::encode(step.entry, bytes);
      record.clear();
      ledger::journal::append_record(record, bytes, step.hash);
      out.put(record);
    });
  }
  if (!walked) return fail_with(args, walked.error());
  if (auto closed = out.close(); !closed) return fail_with(args, closed.error());
  if (!out.to_stdout()) fmt::print("{} bytes to {}\n", out.bytes(), args.out);
  return kExitClean;
}

}  // namespace

std::string export_names() {
  std::string names;
  for (const recon::exports::Kind& kind : recon::exports::kinds()) {
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  return names;
}

int recon_export(const ReconArguments& args) {
  if (args.name.empty() || args.name == "journal") return export_journal_file(args);
  if (args.name == "wind-down") return export_wind_down(args);
  const recon::exports::Kind* kind = recon::exports::find_kind(args.name);
  if (kind == nullptr) {
    return fail_with(args, base::invalid(args.name +
                                         ": no such export; there are journal, "
                                         "wind-down, " +
                                         export_names()));
  }
  return export_one(args, *kind);
}

}  // namespace tools
