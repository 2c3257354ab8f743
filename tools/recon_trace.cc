// trace: from an order, a client or a project to its entries, from there to the statement lines
// that prove them and the files these came in; and from a line or a bank's reference back.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/domain/command.h"
#include "recon/json.h"
#include "tools/recon_commands.h"

namespace tools {

namespace base = ledger::base;
namespace domain = ledger::domain;
using recon::Faulty;

namespace {

struct TracedEntry {
  std::uint64_t sequence = 0;
  std::string hash;
  std::string flow;
  std::string command;
  std::string date;
  std::string outcome;
  std::vector<std::string> movements;  // "100.00  Dr a  Cr b"
};
struct TracedLine {
  std::string id;
  std::uint64_t file_line = 0;
  std::string side;
  base::Amount amount;
  std::string references;
  std::string file;
  std::string day;
  std::string bucket;
  std::vector<std::string> items;
};

class Tracer {
 public:
  explicit Tracer(const ReconArguments& args) : key_(args.key), view_(args.control_account) {}

  // Entries first: they give the items; then the lines that go with the items, or carry the key.
  Faulty<base::Ok> follow(JournalSource& source, const recon::Store* store) {
    if (store != nullptr) {
      if (auto found = items_of_key(*store); !found) return found;
    }
    auto loaded = load(source, view_, [&](const domain::Entry& entry) {
      if (touches(entry)) take(entry);
      return true;
    });
    if (!loaded || store == nullptr) return loaded;
    return store_lines(*store);
  }

  bool empty() const { return entries_.empty() && lines_.empty(); }
  void print(bool json) const { fmt::print("{}", json ? as_json() : as_text()); }

 private:
  // --- the ledger's side -----------------------------------------------------------------------
  bool touches(const domain::Entry& entry) const {
    if (entry.command_id == key_ || sequences_.contains(entry.sequence.value())) return true;
    const domain::Command command{entry.command_id, entry.flow, entry.command};
    for (const domain::Field field :
         {domain::Field::kOrder, domain::Field::kEvidence, domain::Field::kProposal,
          domain::Field::kProject, domain::Field::kClient, domain::Field::kBorrower}) {
      if (command.has(field) && command.text(field) == key_) return true;
    }
    const domain::State& state = view_.verifier().state();
    const auto owned = [&](base::AccountId id) {
      return state.owner(base::ClientId(state.account(id).owner)).code == key_;
    };
    return std::any_of(
               entry.postings.begin(), entry.postings.end(),
               [&](const domain::Posting& p) { return owned(p.debit) || owned(p.credit); }) ||
           std::any_of(entry.holds.begin(), entry.holds.end(), [&](const domain::HoldChange& h) {
             return h.order == key_ ||
                    (!h.project.is_none() && state.project(h.project).code == key_);
           });
  }
  void take(const domain::Entry& entry) {
    const domain::State& state = view_.verifier().state();
    TracedEntry& traced = entries_.emplace_back();
    traced.sequence = entry.sequence.value();
    traced.hash = view_.verifier().head().hex();
    traced.flow = domain::name_of(entry.flow);
    traced.command = entry.command_id;
    traced.date = base::format(entry.business_date);
    traced.outcome = entry.committed() ? "committed" : "refused " + entry.detail;
    for (const domain::Posting& p : entry.postings) {
      traced.movements.push_back(
          fmt::format("{}  Dr {}  Cr {}", base::format(p.amount, view_.currency()),
                      state.account_code(p.debit), state.account_code(p.credit)));
    }
    sequences_.insert(traced.sequence);
  }

  // --- the bank's side -------------------------------------------------------------------------
  static bool item_is_of(const std::string& item, const std::set<std::uint64_t>& sequences) {
    return sequences.contains(std::strtoull(item.c_str() + 1, nullptr, 10));
  }
  // The entries behind a line named by the key, or behind lines that carry it as a reference.
  Faulty<base::Ok> items_of_key(const recon::Store& store) {
    return each_link(store, [&](const recon::BankLine& line, const std::string&, const std::string&,
                                const std::string&, const std::vector<std::string>& items) {
      if (!carries_key(line)) return;
      for (const std::string& item : items) {
        sequences_.insert(std::strtoull(item.c_str() + 1, nullptr, 10));
      }
    });
  }
  bool carries_key(const recon::BankLine& line) const {
    return line.id() == key_ ||
           std::find(line.references.begin(), line.references.end(), key_) != line.references.end();
  }
  Faulty<base::Ok> store_lines(const recon::Store& store) {
    return each_link(
        store, [&](const recon::BankLine& line, const std::string& file, const std::string& day,
                   const std::string& bucket, const std::vector<std::string>& items) {
          const bool linked = std::any_of(items.begin(), items.end(), [&](const std::string& item) {
            return item_is_of(item, sequences_);
          });
          if (!linked && !carries_key(line)) return;
          TracedLine& traced = lines_.emplace_back();
          traced.id = line.id();
          traced.file_line = line.line;
          traced.side = line.side == recon::Side::kCredit ? "in" : "out";
          traced.amount = line.amount;
          for (const std::string& ref : line.references) {
            traced.references += (traced.references.empty() ? "" : ", ") + ref;
          }
          traced.file = file;
          traced.day = day;
          traced.bucket = bucket;
          traced.items = items;
        });
  }
  // Every line of every day with what it was put together with.
  template <typename Take>
  Faulty<base::Ok> each_link(const recon::Store& store, const Take& take) {
    std::optional<base::Fault> fault;
    auto walked = store.each_day([&](const recon::DayResult& day) {
      std::map<std::string, std::pair<std::string, std::vector<std::string>>> links;
      for (const recon::MatchRow& row : day.matches) {
        for (const std::string& line : row.lines) links[line] = {"MATCHED", row.items};
      }
      for (const recon::Finding& finding : day.findings) {
        std::vector<std::string> items;
        for (const recon::LedgerItem& item : finding.items) items.push_back(item.id());
        for (const recon::BankLine& line : finding.lines) {
          links[line.id()] = {std::string(recon::name_of(finding.bucket)), items};
        }
      }
      std::set<std::string> statements;
      for (const auto& [line, link] : links) statements.insert(line.substr(0, line.rfind('#')));
      for (const std::string& key : statements) {
        auto statement = store.statement(key);
        if (!statement) {
          fault = statement.error();
          return false;
        }
        if (!*statement) continue;
        for (const recon::BankLine& line : (*statement)->lines) {
          const auto link = links.find(line.id());
          if (link == links.end()) continue;
          take(line, (*statement)->head.file, base::format(day.date), link->second.first,
               link->second.second);
        }
      }
      return true;
    });
    if (fault) return base::fail(*fault);
    return walked;
  }

  // --- output ----------------------------------------------------------------------------------
  std::string as_text() const {
    std::string out;
    if (const auto order = view_.order(key_)) {
      out += fmt::format("order {}  {}  {} {}  {} since {}\n", order->id, order->client,
                         order->side == recon::Side::kCredit ? "in" : "out",
                         base::format(order->amount, view_.currency()),
                         recon::name_of(order->state), base::format(order->since));
    }
    for (const TracedEntry& e : entries_) {
      out += fmt::format("entry {:<10} {}  {:<18} {}  {}\n", e.sequence, e.date, e.flow, e.command,
                         e.outcome);
      out += fmt::format("  hash {}\n", e.hash);
      for (const std::string& movement : e.movements) out += fmt::format("  {}\n", movement);
    }
    for (const TracedLine& l : lines_) {
      out += fmt::format("line {}  (file line {})  {} {}  {} on {}\n", l.id, l.file_line, l.side,
                         base::format(l.amount, view_.currency()), l.bucket, l.day);
      out += fmt::format("  references {}\n  file sha256 {}\n", l.references, l.file);
      for (const std::string& item : l.items) out += fmt::format("  with item {}\n", item);
    }
    return out + fmt::format("{} entries, {} lines\n", entries_.size(), lines_.size());
  }
  std::string as_json() const {
    recon::Json json;
    json.open('{').field("key", key_).key("entries").open('[');
    for (const TracedEntry& e : entries_) {
      json.open('{').field("sequence", e.sequence).field("hash", e.hash).field("flow", e.flow);
      json.field("command", e.command).field("business_date", e.date);
      json.field("outcome", e.outcome).key("movements").open('[');
      for (const std::string& movement : e.movements) json.text(movement);
      json.close(']').close('}');
    }
    json.close(']').key("lines").open('[');
    for (const TracedLine& l : lines_) {
      json.open('{').field("id", l.id).field("file_line", l.file_line).field("side", l.side);
      json.field("amount", base::Total(l.amount)).field("references", l.references);
      json.field("file", l.file).field("day", l.day).field("bucket", l.bucket);
      json.key("items").open('[');
      for (const std::string& item : l.items) json.text(item);
      json.close(']').close('}');
    }
    json.close(']').close('}');
    return json.str() + "\n";
  }

  std::string key_;
  recon::LedgerView view_;
  std::set<std::uint64_t> sequences_;
  std::vector<TracedEntry> entries_;
  std::vector<TracedLine> lines_;
};

}  // namespace

int recon_trace(const ReconArguments& args) {
  auto open = open_journal(args);
  if (!open) return fail_with(args, open.error());
  std::unique_ptr<recon::Store> store;
  if (!args.data.empty()) {
    auto opened = open_data(args);
    if (!opened) return fail_with(args, opened.error());
    store = std::move(*opened);
  }
  Tracer tracer(args);
  if (auto followed = tracer.follow(*open->source, store.get()); !followed) {
    return fail_with(args, followed.error());
  }
  tracer.print(args.json);
  return tracer.empty() ? kExitBreaks : kExitClean;
}

}  // namespace tools
