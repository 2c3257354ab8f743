// recond: the reconciliation daemon. Fetches the journal, takes statement files from the inbox,
// reconciles every closed business date that has a statement, and writes a report for each.
//
// It never writes to the ledger: a correction is a command by two operators.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "custody_adapter/intake.h"
#include "ledger/crypto/base64.h"
#include "ledger/journal/block.h"
#include "recon/book.h"
#include "recon/report.h"
#include "tools/journal_source.h"
#include "tools/recond_config.h"
#include "tools/recond_inbox.h"

namespace tools {
namespace {

namespace base = ledger::base;
namespace fs = std::filesystem;
using recon::Faulty;

constexpr int kExitClean = 0;
constexpr int kExitBreaks = 1;
constexpr int kExitIntegrity = 2;
constexpr int kExitUsage = 64;
constexpr int kExitIo = 74;

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");
void ask_stop(int) { stop_asked = true; }

struct Settings {
  std::string socket;
  std::string ledger;  // a data folder instead of a socket
  std::string data;
  std::string inbox;
  std::vector<std::string> sources;
  std::string config_path;
  RecondConfig config;
  int poll_ms = 1000;
  bool once = false;
  recon::BookOptions book;
};

void say(const std::string& text) {
  fmt::print(stderr, "recond: {}\n", text);
  std::fflush(stderr);
}

int exit_of(const base::Fault& fault) {
  say(fault.message);
  return fault.kind == base::Fault::Kind::kCorruption ? kExitIntegrity : kExitIo;
}

class Daemon {
 public:
  Daemon(const Settings& settings, recon::Store& store, recon::Book& book,
         std::vector<Inbox> inboxes, std::unique_ptr<JournalSource> source)
      : settings_(settings),
        store_(store),
        book_(book),
        inboxes_(std::move(inboxes)),
        source_(std::move(source)) {}

  // Runs until a signal, or once.
  int run() {
    if (auto done = write_all_reports(); !done) return exit_of(done.error());
    if (settings_.once) {
      for (Inbox& inbox : inboxes_) inbox.ready();
      pause(std::min(settings_.poll_ms, 300));
    }
    do {
      if (auto done = round(); !done) return exit_of(done.error());
      if (!settings_.once) pause(settings_.poll_ms);
    } while (!settings_.once && !stop_asked);
    say(fmt::format("stopped at ledger entry {}", book_.ledger().verifier().entries()));
    return refused_ || has_breaks() ? kExitBreaks : kExitClean;
  }

 private:
  static void pause(int milliseconds) {
    constexpr int kStepMs = 50;
    for (int waited = 0; waited < milliseconds && !stop_asked; waited += kStepMs) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs));
    }
  }

  Faulty<base::Ok> round() {
    if (auto fetched = fetch(); !fetched) {
      if (fetched.error().kind == base::Fault::Kind::kCorruption) return fetched;
      // The ledger may be down; files can be taken all the same.
      if (fetched.error().message != last_trouble_) say(fetched.error().message);
      last_trouble_ = fetched.error().message;
    } else {
      last_trouble_.clear();
    }
    auto days = book_.reconcile_due();
    if (!days) return base::fail(std::move(days.error()));
    if (auto done = write_reports(*days); !done) return done;
    for (Inbox& inbox : inboxes_) {
      for (const std::string& name : inbox.ready()) {
        if (stop_asked) return base::ok;
        if (auto done = take(inbox, name); !done) return done;
      }
      for (const std::string& wait : inbox.waiting()) say(wait);
    }
    return base::ok;
  }

  // A ledger that has another last entry than our copy, or fewer, has been rewritten.
  Faulty<base::Ok> compare_head() {
    const std::uint64_t have = book_.ledger().verifier().entries();
    if (compared_ || have == 0) return base::ok;
    const ledger::crypto::Digest expected = book_.ledger().verifier().head();
    bool same = false;
    bool any = false;
    auto asked = source_->each(have - 1, [&](const recon::JournalChunk& chunk) {
      const auto record = ledger::journal::RecordReader(chunk.records).next();
      any = true;
      same = record && record->hash == expected;
      return false;
    });
    if (!asked) return asked;
    if (!same) {
      return base::fail(base::corruption(
          fmt::format("the ledger {} entry {} that was fetched before: it is not the same journal",
                      any ? "has another" : "does not have", have)));
    }
    compared_ = true;
    return base::ok;
  }

  Faulty<base::Ok> fetch() {
    if (auto same = compare_head(); !same) return same;
    Faulty<base::Ok> taken = base::ok;
    auto fetched =
        source_->each(book_.ledger().verifier().entries(), [&](const recon::JournalChunk& chunk) {
          taken = book_.take_journal(chunk);
          return taken.has_value() && !stop_asked;
        });
    if (!taken) return taken;
    compared_ = true;
    return fetched;
  }

  Faulty<base::Ok> take(Inbox& inbox, const std::string& name) {
    auto bytes = inbox.read(name);
    if (!bytes) {
      say(bytes.error().message);
      return base::ok;  // it may be readable the next time
    }
    DeliveryOutcome outcome;
    outcome.sha256 = ledger::crypto::sha256(*bytes).hex();
    const auto beside = [&](const std::string& suffix) { return inbox.read_beside(name, suffix); };
    auto members = custody_adapter::take_in(name, *bytes, inbox.source().rules, beside, now_s());
    // As received, whatever becomes of it.
    if (auto kept = store_.put_raw(outcome.sha256, *bytes); !kept) return kept;
    if (!members) {
      outcome.refusal = members.error();
      say(fmt::format("{}: refused: {}: {}{}", name, outcome.refusal->code,
                      outcome.refusal->member.empty() ? "" : outcome.refusal->member + ": ",
                      outcome.refusal->text));
    } else {
      const bool packed = members->size() > 1 || members->front().name != name;
      for (const custody_adapter::Member& member : *members) {
        auto taken =
            import(packed ? name + "/" + member.name : name, member.bytes, inbox.source().reading);
        if (!taken) return base::fail(std::move(taken.error()));
        outcome.members.push_back(*std::move(taken));
      }
    }
    refused_ |= !outcome.good();
    return inbox.put_away(name, outcome);
  }

  Faulty<recon::ImportOutcome> import(const std::string& name, std::string_view bytes,
                                      const custody_adapter::ReadOptions& reading) {
    auto outcome = book_.import(name, bytes, reading);
    if (!outcome) return outcome;
    const bool bad = outcome->kind == recon::ImportKind::kConflict ||
                     outcome->kind == recon::ImportKind::kRefused;
    say(fmt::format("{}: {}{}{}", name, recon::name_of(outcome->kind), bad ? ": " : "",
                    bad ? outcome->file.reason : ""));
    if (auto done = write_reports(outcome->days); !done) return base::fail(std::move(done.error()));
    if (auto done = confirm(outcome->file); !done) return base::fail(std::move(done.error()));
    return outcome;
  }

  Faulty<base::Ok> confirm(const recon::FileRecord& file) {
    std::vector<recon::BankStatement> statements;
    std::vector<recon::DayResult> days;
    std::set<base::Date> dates;
    for (const std::string& key : file.statements) {
      auto statement = store_.statement(key);
      if (!statement) return base::fail(std::move(statement.error()));
      if (!*statement) continue;
      dates.insert((*statement)->head.date);
      statements.push_back(std::move(**statement));
    }
    for (const base::Date date : dates) {
      auto day = store_.day(date);
      if (!day) return base::fail(std::move(day.error()));
      if (*day) days.push_back(std::move(**day));
    }
    const auto& verifier = book_.ledger().verifier();
    const std::string text = recon::confirmation_text(
        file, statements, days, base::Sequence(verifier.entries()), verifier.head());
    const fs::path path = confirmations() / (file.sha256 + ".txt");
    const auto& key = settings_.config.key;
    if (!key) return write_file(path, text + "signature: none\n");
    // Over everything before it, to the line break.
    const std::string head =
        fmt::format("{}signature: {} {} ", text, ledger::crypto::name_of(key->scheme()),
                    key->public_key().fingerprint().hex());
    // Some schemes sign the same text with other bytes each time: what stands is left standing.
    if (const auto there = read_file(path.string()); there && there->starts_with(head)) {
      return base::ok;
    }
    auto signature = key->sign(key->scheme(), text);
    if (!signature) return base::fail(std::move(signature.error()));
    return write_file(path, head + ledger::crypto::to_base64(*signature) + "\n");
  }

  fs::path confirmations() const {
    const std::string& given = settings_.config.confirmations;
    return given.empty() ? fs::path(settings_.data) / "confirmations" : fs::path(given);
  }

  static std::int64_t now_s() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
  }

  Faulty<base::Ok> write_report(const recon::DayResult& day) {
    const fs::path path = fs::path(settings_.data) / "reports" / base::format(day.date);
    if (auto done = write_file(path.string() + ".txt", recon::day_text(day)); !done) return done;
    return write_file(path.string() + ".json", recon::day_json(day));
  }

  Faulty<base::Ok> write_reports(const std::vector<base::Date>& dates) {
    std::set<std::string> confirmed;
    for (const base::Date date : dates) {
      auto day = store_.day(date);
      if (!day) return base::fail(std::move(day.error()));
      if (!*day) continue;
      say(fmt::format("{}: {}", base::format(date), recon::name_of((*day)->verdict)));
      if (auto done = write_report(**day); !done) return done;
      for (const recon::StatementHead& s : (*day)->statements) confirmed.insert(s.file);
    }
    for (const std::string& sha256 : confirmed) {
      auto file = store_.file(sha256);
      if (!file) return base::fail(std::move(file.error()));
      if (!*file) continue;
      if (auto done = confirm(**file); !done) return done;
    }
    return base::ok;
  }

  // What a crash between a result and its report left out.
  Faulty<base::Ok> write_all_reports() {
    std::error_code error;
    fs::create_directories(fs::path(settings_.data) / "reports", error);
    fs::create_directories(confirmations(), error);
    Faulty<base::Ok> written = base::ok;
    auto walked = store_.each_day([&](const recon::DayResult& day) {
      written = write_report(day);
      return written.has_value();
    });
    return walked ? written : walked;
  }

  bool has_breaks() {
    bool any = false;
    const auto walked = store_.each_day([&](const recon::DayResult& day) {
      any = day.verdict == recon::DayVerdict::kBreaks;  // the last day says what is open
      return true;
    });
    return any || !walked;
  }

  const Settings& settings_;
  recon::Store& store_;
  recon::Book& book_;
  std::vector<Inbox> inboxes_;
  std::unique_ptr<JournalSource> source_;
  bool compared_ = false;
  bool refused_ = false;
  std::string last_trouble_;
};

// "custody:bank=6222000100": a control account of the ledger and its name on statements.
bool read_sources(Settings& settings) {
  for (const std::string& source : settings.sources) {
    const std::size_t equals = source.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == source.size()) return false;
    const std::string control = source.substr(0, equals);
    if (!settings.book.bank_accounts.empty() && control != settings.book.control_account) {
      return false;
    }
    settings.book.control_account = control;
    settings.book.bank_accounts.push_back(source.substr(equals + 1));
  }
  return true;
}

// From the file, or one source that asks for nothing.
Faulty<base::Ok> read_config(Settings& settings) {
  if (settings.config_path.empty()) {
    settings.config.sources.emplace_back();
    return base::ok;
  }
  auto config = read_recond_config(settings.config_path);
  if (!config) return base::fail(std::move(config.error()));
  settings.config = *std::move(config);
  for (const SourceConfig& source : settings.config.sources) {
    settings.book.control_account = source.control;
    if (!source.account.empty()) settings.book.bank_accounts.push_back(source.account);
  }
  return base::ok;
}

int run(Settings settings) {
  if (!read_sources(settings)) {
    say("--source is CONTROL_ACCOUNT=ACCOUNT, for one control account");
    return kExitUsage;
  }
  if (auto read = read_config(settings); !read) {
    say(read.error().message);
    return kExitUsage;
  }
  struct sigaction action {};
  action.sa_handler = ask_stop;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);

  std::error_code error;
  fs::create_directories(settings.data, error);
  auto store =
      recon::Store::open((fs::path(settings.data) / "db").string(), recon::StoreMode::kReadWrite);
  if (!store) return exit_of(store.error());
  auto book = recon::Book::open(**store, settings.book);
  if (!book) return exit_of(book.error());
  std::vector<Inbox> inboxes;
  for (const SourceConfig& one : settings.config.sources) {
    auto inbox = Inbox::open(settings.inbox, one);
    if (!inbox) return exit_of(inbox.error());
    inboxes.push_back(*std::move(inbox));
  }
  auto source =
      settings.ledger.empty() ? socket_journal(settings.socket) : folder_journal(settings.ledger);
  say(fmt::format("watching {}, {} journal entries verified", settings.inbox,
                  (*book)->ledger().verifier().entries()));
  return Daemon(settings, **store, **book, std::move(inboxes), std::move(source)).run();
}

}  // namespace
}  // namespace tools

int main(int argc, char** argv) {
  tools::Settings settings;
  CLI::App app{"Reconciles the ledger with the bank's statement files, day by day."};
  auto* socket = app.add_option("--ledger-socket", settings.socket, "the ledger's socket");
  app.add_option("--ledger", settings.ledger, "the ledger's data folder, instead of its socket")
      ->excludes(socket);
  app.add_option("--data", settings.data, "recond's own folder")->required();
  app.add_option("--inbox", settings.inbox, "where the bank drops its files")->required();
  auto* sources =
      app.add_option("--source", settings.sources,
                     "CONTROL_ACCOUNT=ACCOUNT: the account's name on statements; may be repeated");
  app.add_option("--config", settings.config_path,
                 "sources with what was agreed with each, and the key of confirmations")
      ->excludes(sources);
  app.add_option("--poll-ms", settings.poll_ms, "pause between two looks")
      ->check(CLI::Range(10, 3'600'000));
  app.add_option("--late-minutes", settings.book.late_minutes,
                 "items booked so long before a cut-off may be on the next statement")
      ->check(CLI::Range(0, 1440));
  app.add_option("--transit-days", settings.book.day.transit_days_max,
                 "older items in transit are breaks")
      ->check(CLI::Range(0, 365));
  app.add_flag("--once", settings.once, "one round, then stop");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : tools::kExitUsage;
  }
  if (settings.socket.empty() && settings.ledger.empty()) {
    tools::say("--ledger-socket or --ledger is needed");
    return tools::kExitUsage;
  }
  return tools::run(std::move(settings));
}
