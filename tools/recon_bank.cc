// bank, breaks, files: what recond has found out, from its store.
#include <fmt/format.h>

#include "recon/json.h"
#include "recon/report.h"
#include "tools/recon_commands.h"

namespace tools {

namespace base = ledger::base;
using recon::Faulty;

namespace {

Faulty<std::optional<recon::DayResult>> find_day(const recon::Store& store,
                                                 const ReconArguments& args) {
  if (!args.date.empty()) {
    const auto date = base::Date::parse(args.date);
    if (!date) return base::fail(base::invalid("--date " + args.date + ": not a date"));
    return store.day(*date);
  }
  std::optional<recon::DayResult> last;
  auto walked = store.each_day([&](const recon::DayResult& day) {
    last = day;
    return true;
  });
  if (!walked) return base::fail(std::move(walked.error()));
  return last;
}

}  // namespace

int recon_bank(const ReconArguments& args) {
  auto store = open_data(args);
  if (!store) return fail_with(args, store.error());
  auto day = find_day(**store, args);
  if (!day) return fail_with(args, day.error());
  if (!*day) {
    // No statement, or the ledger has not closed the day yet: not clean, not proved wrong.
    if (args.json) {
      recon::Json json;
      json.open('{').field("date", args.date).field("verdict", "NOT_RECONCILED").close('}');
      fmt::print("{}\n", json.str());
    } else {
      fmt::print("{} NOT RECONCILED: no statement for it, or the ledger has not closed it\n",
                 args.date);
    }
    return kExitBreaks;
  }
  fmt::print("{}", args.json ? recon::day_json(**day) : recon::day_text(**day));
  if (!(*day)->unexplained.is_zero()) return kExitIntegrity;
  return (*day)->verdict == recon::DayVerdict::kBreaks ? kExitBreaks : kExitClean;
}

int recon_breaks(const ReconArguments& args) {
  auto store = open_data(args);
  if (!store) return fail_with(args, store.error());
  recon::BreakFold fold;
  base::Currency currency = base::kCny;
  auto walked = (*store)->each_day([&](const recon::DayResult& day) {
    fold.take(day);
    currency = day.currency;
    return true;
  });
  if (!walked) return fail_with(args, walked.error());
  auto files = (*store)->files();
  if (!files) return fail_with(args, files.error());
  auto breaks = fold.breaks();
  if (args.open_only) std::erase_if(breaks, [](const recon::Break& b) { return !b.open; });
  bool dirty = false;
  for (const recon::Break& b : breaks) dirty |= b.open && b.bucket != recon::Bucket::kTiming;
  fmt::print("{}", args.json ? recon::breaks_json(breaks) : recon::breaks_text(breaks, currency));
  for (const recon::FileRecord& file : *files) {
    if (file.verdict != recon::FileVerdict::kConflict) continue;
    dirty = true;
    if (!args.json) fmt::print("held file {} {}: {}\n", file.name, file.sha256, file.reason);
  }
  return dirty ? kExitBreaks : kExitClean;
}

int recon_files(const ReconArguments& args) {
  auto store = open_data(args);
  if (!store) return fail_with(args, store.error());
  auto files = (*store)->files();
  if (!files) return fail_with(args, files.error());
  recon::Json json;
  json.open('[');
  bool held = false;
  for (const recon::FileRecord& file : *files) {
    held |= file.verdict == recon::FileVerdict::kConflict ||
            file.verdict == recon::FileVerdict::kRefused;
    if (args.json) {
      json.open('{').field("number", file.number).field("name", file.name);
      json.field("sha256", file.sha256).field("bytes", file.size);
      json.field("verdict", recon::name_of(file.verdict)).field("reason", file.reason);
      json.key("statements").open('[');
      for (const std::string& key : file.statements) json.text(key);
      json.close(']').close('}');
      continue;
    }
    fmt::print("{:>5}  {:<11}{:>12} bytes  {}  {}\n", file.number, recon::name_of(file.verdict),
               file.size, file.sha256, file.name);
    for (const std::string& key : file.statements) fmt::print("       statement {}\n", key);
    if (!file.reason.empty()) fmt::print("       {}\n", file.reason);
  }
  if (args.json) fmt::print("{}\n", json.close(']').str());
  return held ? kExitBreaks : kExitClean;
}

}  // namespace tools
