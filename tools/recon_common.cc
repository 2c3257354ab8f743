#include <fmt/format.h>

#include <filesystem>

#include "ledger/journal/block.h"
#include "recon/json.h"
#include "tools/recon_commands.h"

namespace tools {

namespace base = ledger::base;
using recon::Faulty;

Faulty<std::unique_ptr<recon::Store>> open_data(const ReconArguments& args) {
  return recon::Store::open((std::filesystem::path(args.data) / "db").string(),
                            recon::StoreMode::kReadOnly);
}

Faulty<OpenJournal> open_journal(const ReconArguments& args) {
  OpenJournal open;
  if (!args.journal.empty()) {
    auto source = export_journal(args.journal);
    if (!source) return base::fail(std::move(source.error()));
    open.source = std::move(*source);
  } else if (!args.ledger.empty()) {
    open.source = folder_journal(args.ledger);
  } else if (!args.data.empty()) {
    auto store = open_data(args);
    if (!store) return base::fail(std::move(store.error()));
    open.store = std::move(*store);
    open.source = copied_journal(*open.store);
  } else {
    return base::fail(base::invalid("name a journal: --journal, --ledger or --data"));
  }
  return open;
}

Faulty<base::Ok> load(JournalSource& source, recon::LedgerView& view,
                      const std::function<bool(const ledger::domain::Entry&)>& after_each) {
  std::optional<base::Fault> bad;
  bool enough = false;
  const auto due = [&] { return view.verifier().entries() + 1; };
  auto walked = source.each(0, [&](const recon::JournalChunk& chunk) {
    if (chunk.first != due()) {
      bad = base::corruption(
          fmt::format("entry {}: missing, the next one there is {}", due(), chunk.first));
      return false;
    }
    ledger::journal::RecordReader reader(chunk.records);
    while (!reader.at_end() && !enough) {
      const auto record = reader.next();
      if (!record) {
        bad = base::corruption(fmt::format("entry {}: {}", due(), record.error().message));
        return false;
      }
      if (const auto violation = view.take(record->entry, record->hash)) {
        bad = base::corruption(fmt::format("entry {}: {}", violation->sequence, violation->what));
        return false;
      }
      enough = after_each && !after_each(view.verifier().last());
    }
    return !enough;
  });
  if (bad) return base::fail(*bad);
  if (walked) return base::ok;
  if (walked.error().kind == base::Fault::Kind::kCorruption) {
    return base::fail(base::corruption(
        fmt::format("entry {}: cannot be read: {}", due(), walked.error().message)));
  }
  return walked;
}

int fail_with(const ReconArguments& args, const base::Fault& fault) {
  const bool integrity = fault.kind == base::Fault::Kind::kCorruption;
  if (args.json) {
    recon::Json json;
    json.open('{').flag("ok", false).field("fault", base::name_of(fault.kind));
    json.field("reason", fault.message).close('}');
    fmt::print("{}\n", json.str());
  } else if (integrity) {
    fmt::print("INTEGRITY FAILURE {}\n", fault.message);
  } else {
    fmt::print(stderr, "recon: {}\n", fault.message);
  }
  if (integrity) return kExitIntegrity;
  return fault.kind == base::Fault::Kind::kInvalid ? kExitUsage : kExitIo;
}

}  // namespace tools
