#include "ledger/monitor/follower.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "ledger/domain/command.h"
#include "ledger/monitor/board.h"

namespace ledger::monitor {
namespace {

using domain::Command;
using domain::Entry;
using domain::Field;
using domain::HoldKind;
using domain::MonitorKind;
using engine::Engine;

constexpr std::size_t kChunkEntries = 512;
constexpr std::size_t kChunkBytes = 1U << 20;
constexpr std::size_t kOrdersAtOnce = 64;  // read on the decide thread in one go

constexpr std::array kSuspended = {HoldKind::kReceipt, HoldKind::kInterest};
constexpr std::array kInTransit = {HoldKind::kDepositTransit, HoldKind::kDepositUnsettled,
                                   HoldKind::kWithdrawTransit, HoldKind::kWithdrawUnknown,
                                   HoldKind::kSweep};

constexpr std::pair<MonitorKind, std::string_view> kWatched[] = {
    {MonitorKind::kCoverage, "custody:shortfall"}, {MonitorKind::kReserveFloor, "reserve:risk"}};

struct AccountFacts {
  std::string code;
  std::string owner;
  bool client = false;
};

// Who a refused command is about, best first.
std::string subject_of_refusal(const Entry& entry) {
  for (const Field field : {Field::kClient, Field::kProject, Field::kOperator}) {
    const std::string_view value = domain::value_in(entry.command, field);
    if (!value.empty()) return std::string(value);
  }
  return "ledger";
}

}  // namespace

struct Follower::Impl {
  Impl(Engine& e, Options o) : engine(e), options(std::move(o)), board(e.profile()) {}

  Engine& engine;
  Options options;
  Board board;
  std::unordered_map<std::uint64_t, AccountFacts> accounts;
  base::Sequence mark;   // judged by an earlier run: nothing is sent for it again
  base::Sequence after;  // read through

  std::chrono::steady_clock::time_point mark_saved;

  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::atomic<std::uint64_t> judged{0};
  std::uint64_t subscription = 0;
  std::thread thread;

  void log(std::string_view event, std::string_view detail) const {
    if (options.log) options.log(event, detail);
  }

  bool is_stopping() {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  // Runs `ask` on the engine's decide thread and waits; false if the engine takes nothing more.
  bool read(const std::function<void(const Engine::View&)>& ask) {
    while (!engine.closed_reason()) {
      auto done = std::make_shared<std::promise<void>>();
      auto ready = done->get_future();
      if (engine.read(ask, [done] { done->set_value(); })) {
        ready.wait();
        return true;
      }
      if (is_stopping()) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  // --- where to begin ---

  void load_mark() {
    if (options.mark_path.empty()) return;
    std::ifstream in(options.mark_path);
    std::uint64_t sequence = 0;
    if (in >> sequence) mark = base::Sequence(sequence);
  }

  // At most once a second: what is judged again after a crash is sent under the same ids.
  void save_mark_sometimes() {
    const auto now = std::chrono::steady_clock::now();
    if (after <= mark || now - mark_saved < std::chrono::seconds(1)) return;
    mark_saved = now;
    save_mark();
  }

  void save_mark() {
    if (options.mark_path.empty()) return;
    const std::string next = options.mark_path + ".new";
    {
      std::ofstream out(next, std::ios::trunc);
      out << after.value() << '\n';
      if (!out.flush()) {
        log("monitor_mark", "cannot write " + next);
        return;
      }
    }
    if (std::rename(next.c_str(), options.mark_path.c_str()) != 0) {
      log("monitor_mark", "cannot replace " + options.mark_path);
    }
  }

  // The close of a day so far back that every window around the mark is seen whole.
  bool find_start() {
    return read([this](const Engine::View& view) {
      const base::Sequence head = view.status().head;
      if (mark > head) {
        log("monitor_mark",
            fmt::format("{} is ahead of the journal's {}", mark.value(), head.value()));
        mark = head;
      }
      const auto at = view.entry(mark);
      if (!at) return;  // nothing judged yet: from the beginning
      const base::Date from = at->entry.business_date.plus_days(-2 * board.days_back());
      for (base::Date day = from; day < at->entry.business_date; day = day.plus_days(1)) {
        const auto closed = view.trial_balance_on(day);
        if (!closed) continue;
        after = closed->as_of;
        return;
      }
    });
  }

  // --- facts ---

  void learn(const Engine::View& view, base::AccountId id) {
    if (accounts.contains(id.value())) return;
    AccountFacts facts;
    facts.code = view.account_code(id);
    if (const auto account = view.account(facts.code)) {
      facts.owner = account->owner;
      for (const domain::AccountClass& c : engine.profile().classes()) {
        if (c.number == account->account_class) {
          facts.client = c.group == domain::ClassGroup::kClient;
        }
      }
    }
    accounts.emplace(id.value(), std::move(facts));
  }

  bool learn_accounts(const std::vector<Entry>& entries) {
    std::vector<base::AccountId> unknown;
    for (const Entry& entry : entries) {
      for (const domain::Posting& p : entry.postings) {
        if (!accounts.contains(p.debit.value())) unknown.push_back(p.debit);
        if (!accounts.contains(p.credit.value())) unknown.push_back(p.credit);
      }
    }
    if (unknown.empty()) return true;
    return read([&](const Engine::View& view) {
      for (const base::AccountId id : unknown) learn(view, id);
    });
  }

  // One fact per client that the entry moves money of. Between two accounts of one client it is
  // money that leaves, or comes back to, what the client can use.
  std::vector<Fact> facts_of(const Entry& entry) {
    std::vector<Fact> facts;
    Fact fact;
    fact.sequence = entry.sequence;
    fact.time = entry.time;
    fact.business_date = entry.business_date;
    fact.flow = domain::effective_flow(entry);
    if (!entry.committed()) {
      fact.refused = true;
      fact.subject = subject_of_refusal(entry);
      facts.push_back(std::move(fact));
      return facts;
    }
    std::map<std::pair<std::string_view, bool>, std::int64_t> moved;
    for (const domain::Posting& p : entry.postings) {
      const AccountFacts& debit = accounts.at(p.debit.value());
      const AccountFacts& credit = accounts.at(p.credit.value());
      if (debit.client) moved[{debit.owner, false}] += p.amount.minor();
      if (credit.client && credit.owner != debit.owner) {
        moved[{credit.owner, true}] += p.amount.minor();
      }
    }
    for (const auto& [who, amount] : moved) {
      fact.subject = who.first;
      fact.in = who.second;
      fact.amount = amount;
      facts.push_back(fact);
    }
    return facts;
  }

  // --- judging ---

  bool judge(const Entry& entry) {
    std::vector<Finding> findings;
    const auto add = [&](std::vector<Finding> more) {
      std::move(more.begin(), more.end(), std::back_inserter(findings));
    };
    for (const domain::ProfileAdopted& adopted : entry.profiles) {
      auto profile = domain::Profile::parse(adopted.text);
      if (profile && entry.sequence.value() > 1) board.adopt(*profile);
    }
    for (const Fact& fact : facts_of(entry)) add(board.take(fact));
    if (entry.sequence > mark) {
      if (!judge_balances(entry, add)) return false;
      for (const domain::CutOff& cut : entry.cut_offs) {
        if (!judge_waiting(MonitorKind::kSuspenseAge, entry.time, cut.opened, kSuspended, add) ||
            !judge_waiting(MonitorKind::kTransitAge, entry.time, cut.opened, kInTransit, add)) {
          return false;
        }
      }
    }
    for (const domain::Alert& alert : entry.alerts) {
      board.note_alert(alert.rule, alert.subject, entry.time, entry.business_date,
                       alert.entries.empty() ? base::Sequence() : alert.entries.back());
    }
    if (entry.sequence <= mark) return true;
    return findings.empty() || send(entry.sequence, findings);
  }

  // What stood at the mark was judged then: it is not found again before it was mended.
  bool note_balances() {
    if (mark.value() == 0) return true;
    return read([this](const Engine::View& view) {
      for (const auto& [kind, code] : kWatched) {
        if (!board.wants(kind)) continue;
        if (const auto account = view.account_at(code, mark)) {
          board.note_balance(kind, code, account->balance);
        }
      }
    });
  }

  template <typename Add>
  bool judge_balances(const Entry& entry, const Add& add) {
    for (const auto& [kind, code] : kWatched) {
      if (!board.wants(kind)) continue;
      const bool moved =
          std::any_of(entry.postings.begin(), entry.postings.end(), [&](const domain::Posting& p) {
            return accounts.at(p.debit.value()).code == code ||
                   accounts.at(p.credit.value()).code == code;
          });
      if (!moved) continue;
      std::optional<std::int64_t> balance;
      const bool asked = read([&](const Engine::View& view) {
        if (const auto account = view.account_at(code, entry.sequence)) balance = account->balance;
      });
      if (!asked) return false;
      if (balance) add(board.take_balance(kind, code, *balance, entry.sequence));
    }
    return true;
  }

  template <typename Kinds, typename Add>
  bool judge_waiting(MonitorKind kind, base::Timestamp now, base::Date today, const Kinds& kinds,
                     const Add& add) {
    if (!board.wants(kind)) return true;
    std::vector<engine::HoldView> open;
    if (!read([&](const Engine::View& view) { open = view.open_holds(kinds); })) return false;
    std::vector<Waiting> waiting;
    for (std::size_t at = 0; at < open.size(); at += kOrdersAtOnce) {
      const bool asked = read([&](const Engine::View& view) {
        for (std::size_t i = at; i < std::min(open.size(), at + kOrdersAtOnce); ++i) {
          const auto opened = view.entry_by_command(open[i].hold.order);
          if (!opened) continue;
          waiting.push_back({open[i].account, open[i].hold.remaining, opened->entry.sequence,
                             opened->entry.business_date, opened->entry.time});
        }
      });
      if (!asked) return false;
    }
    add(board.take_waiting(kind, waiting, now, today));
    return true;
  }

  // --- sending ---

  // The same finding gets the same id, whenever it is made.
  static std::string id_of(std::string_view what, base::Sequence cause, std::string_view rule,
                           std::size_t number) {
    return fmt::format("{}:{}:{}:{}", what, cause.value(), rule.substr(0, 24), number);
  }

  std::optional<Command> alert_of(const Finding& finding, const std::string& id) {
    domain::CommandBuilder builder;
    builder.start();
    std::string entries;
    for (const base::Sequence sequence : finding.entries) {
      entries += fmt::format("{}{}", entries.empty() ? "" : ",", sequence.value());
    }
    auto refusal = builder.set_id(id);
    const auto keep = [&](std::optional<domain::Refusal> next) {
      if (!refusal) refusal = std::move(next);
    };
    keep(builder.set_flow("alert"));
    keep(builder.set_text(Field::kAuthority, "platform"));
    keep(builder.set_text(Field::kRule, finding.rule));
    keep(builder.set_text(Field::kSubject, finding.subject));
    keep(builder.set_text(Field::kEntries, entries));
    if (finding.amount > 0) keep(builder.set_integer(Field::kAmount, finding.amount));
    return finish(builder, refusal, id);
  }

  std::optional<Command> freeze_of(const Finding& finding, const std::string& id) {
    domain::CommandBuilder builder;
    builder.start();
    auto refusal = builder.set_id(id);
    const auto keep = [&](std::optional<domain::Refusal> next) {
      if (!refusal) refusal = std::move(next);
    };
    keep(builder.set_flow("freeze"));
    keep(builder.set_text(Field::kAuthority, "platform"));
    keep(builder.set_text(Field::kClient, finding.subject));
    keep(builder.set_text(Field::kReason, "monitor " + finding.rule));
    return finish(builder, refusal, id);
  }

  std::optional<Command> finish(domain::CommandBuilder& builder,
                                std::optional<domain::Refusal> refusal, std::string_view id) {
    if (!refusal) {
      auto command = builder.finish();
      if (command) return *std::move(command);
      refusal = command.error();
    }
    log("monitor", fmt::format("{} cannot be sent: {}", id, refusal->detail));
    return std::nullopt;
  }

  bool send(base::Sequence cause, const std::vector<Finding>& findings) {
    engine::Batch batch;
    for (std::size_t i = 0; i < findings.size(); ++i) {
      const Finding& finding = findings[i];
      auto alert = alert_of(finding, id_of("alert", cause, finding.rule, i));
      if (alert) batch.commands.push_back(*std::move(alert));
      if (finding.action != domain::MonitorAction::kFreeze) continue;
      auto freeze = freeze_of(finding, id_of("freeze", cause, finding.rule, i));
      if (freeze) batch.commands.push_back(*std::move(freeze));
    }
    if (batch.commands.empty()) return true;
    while (!engine.closed_reason()) {
      auto answers = std::make_shared<std::promise<engine::Answers>>();
      auto ready = answers->get_future();
      if (engine.submit(batch,
                        [answers](engine::Answers got) { answers->set_value(std::move(got)); })) {
        return note_answers(batch, ready.get());
      }
      if (is_stopping()) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  bool note_answers(const engine::Batch& batch, const engine::Answers& got) {
    if (!got) {
      log("monitor", "alerts were not taken: " + got.error().message);
      return false;
    }
    for (std::size_t i = 0; i < got->size(); ++i) {
      const auto& refusal = (*got)[i].refusal;
      // A client that is frozen already stays frozen.
      if (!refusal || refusal->code == domain::RefusalCode::kAlreadyInState) continue;
      log("monitor", fmt::format("{} was refused: {} {}", batch.commands[i].id,
                                 domain::text_of(refusal->code).name, refusal->detail));
    }
    return true;
  }

  // --- the thread ---

  void run() {
    load_mark();
    if (!find_start() || !note_balances()) return;
    while (!is_stopping()) {
      auto records = engine.journal(after, kChunkEntries, kChunkBytes);
      if (!records) {
        log("monitor", "the journal cannot be read: " + records.error().message);
        return;
      }
      if (records->empty()) {
        wait_for_more();
        continue;
      }
      if (!judge_records(*records)) break;
      judged.store(after.value());
      save_mark_sometimes();
    }
    if (after > mark) save_mark();
  }

  bool judge_records(const std::vector<Engine::RawRecord>& records) {
    std::vector<Entry> entries(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (auto done = domain::decode(records[i].entry, entries[i]); !done) {
        log("monitor",
            fmt::format("entry {}: {}", records[i].sequence.value(), done.error().message));
        return false;
      }
    }
    if (!learn_accounts(entries)) return false;
    for (const Entry& entry : entries) {
      if (!judge(entry)) return false;
      after = entry.sequence;
    }
    return true;
  }

  void wait_for_more() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return stopping || engine.durable_head() > after; });
  }
};

Follower::Follower(Engine& engine, Options options)
    : impl_(std::make_unique<Impl>(engine, std::move(options))) {
  impl_->subscription = engine.subscribe([impl = impl_.get()](base::Sequence) {
    // Taking the lock orders this after the follower's look at the head, so no wake-up is lost.
    { const std::lock_guard lock(impl->mutex); }
    impl->changed.notify_one();
  });
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

Follower::~Follower() { stop(); }

void Follower::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping && !impl_->thread.joinable()) return;
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  impl_->engine.unsubscribe(impl_->subscription);
}

base::Sequence Follower::judged_through() const { return base::Sequence(impl_->judged.load()); }

}  // namespace ledger::monitor
