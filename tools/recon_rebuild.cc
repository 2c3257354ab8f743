// rebuild: what the projections say against a fresh fold of the journal up to their mark. Nothing
// is changed, unless --replace asks to drop them: then the next start of the daemon folds them anew.
#include "ledger/engine/rebuild.h"

#include <fmt/format.h>

#include "recon/json.h"
#include "tools/recon_commands.h"

namespace tools {
namespace {

using ledger::engine::RebuildReport;

void print_result(const ReconArguments& args, const RebuildReport& report) {
  recon::Json json;
  json.open('{').field("projected_through", report.mark.value());
  json.field("entries", report.journal_head.value()).flag("equal", report.equal());
  json.key("compared").open('[');
  std::string text = fmt::format("journal {} entries, projections through entry {}\n",
                                 report.journal_head.value(), report.mark.value());
  for (const RebuildReport::Line& line : report.lines) {
    json.open('{').field("projection", line.projection).field("folded", line.folded);
    json.field("stored", line.stored).field("different", line.different);
    json.field("first", line.first_difference).close('}');
    text += fmt::format("  {:<10} {:>12} folded {:>12} stored {:>8} different{}\n", line.projection,
                        line.folded, line.stored, line.different,
                        line.different == 0 ? "" : ", first: " + line.first_difference);
  }
  json.close(']').close('}');
  text += report.equal() ? "EQUAL\n" : "DIFFERENT\n";
  fmt::print("{}", args.json ? json.str() + "\n" : text);
}

}  // namespace

int recon_rebuild(const ReconArguments& args) {
  const auto report = ledger::engine::compare_projections(args.ledger);
  if (!report) return fail_with(args, report.error());
  print_result(args, *report);
  if (args.replace) {
    const auto dropped = ledger::engine::drop_projections(args.ledger);
    if (!dropped) return fail_with(args, dropped.error());
    fmt::print(stderr, "the projections are dropped; the daemon's next start folds them anew\n");
  }
  return report->equal() ? kExitClean : kExitIntegrity;
}

}  // namespace tools
