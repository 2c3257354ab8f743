#include "ledger/monitor/follower.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
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
// After new entries it waits so long before it looks: a look for every sync would cost a busy
// ledger a tenth of its speed, and nobody acts on an alert within a twentieth of a second.
constexpr std::chrono::milliseconds kPace{50};

constexpr std::array kSuspended = {HoldKind::kReceipt, HoldKind::kInterest};
constexpr std::array kInTransit = {HoldKind::kDepositTransit, HoldKind::kDepositUnsettled,
                                   HoldKind::kWithdrawTransit, HoldKind::kWithdrawUnknown,
                                   HoldKind::kSweep};

struct AccountFacts {
  bool known = false;
  bool client = false;
  std::string owner;
};

// Money of one client that an entry moved one way.
struct Moved {
  std::string_view owner;
  bool in = false;
  std::int64_t amount = 0;
};

// The accounts whose balances are judged.
struct Watched {
  MonitorKind kind;
  std::string_view code;
};
constexpr std::array kWatched = {Watched{MonitorKind::kCoverage, "custody:shortfall"},
                                 Watched{MonitorKind::kReserveFloor, "reserve:risk"}};

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
  std::vector<AccountFacts> accounts;                          // by number
  std::array<base::AccountId, kWatched.size()> watched_ids{};  // none: not moved yet
  std::vector<Moved> moved;                                    // of the entry at hand
  base::Sequence mark;   // judged by an earlier run: nothing is sent for it again
  base::Sequence after;  // read through

  std::chrono::steady_clock::time_point mark_saved;

  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  bool idle = false;  // waits for a sync to wake it
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

  bool knows(base::AccountId id) const {
    return id.value() < accounts.size() && accounts[id.value()].known;
  }
  const AccountFacts& facts_of(base::AccountId id) const { return accounts[id.value()]; }

  void learn(const Engine::View& view, base::AccountId id) {
    if (knows(id)) return;
    if (id.value() >= accounts.size()) accounts.resize(id.value() + 1);
    AccountFacts& facts = accounts[id.value()];
    facts.known = true;
    const std::string code = view.account_code(id);
    for (std::size_t i = 0; i < kWatched.size(); ++i) {
      if (code == kWatched[i].code) watched_ids[i] = id;
    }
    const auto account = view.account(code);
    if (!account) return;
    facts.owner = account->owner;
    for (const domain::AccountClass& c : engine.profile().classes()) {
      if (c.number == account->account_class) facts.client = c.group == domain::ClassGroup::kClient;
    }
  }

  bool learn_accounts(const std::vector<Entry>& entries) {
    std::vector<base::AccountId> unknown;
    for (const Entry& entry : entries) {
      for (const domain::Posting& p : entry.postings) {
        if (!knows(p.debit)) unknown.push_back(p.debit);
        if (!knows(p.credit)) unknown.push_back(p.credit);
      }
    }
    if (unknown.empty()) return true;
    return read([&](const Engine::View& view) {
      for (const base::AccountId id : unknown) learn(view, id);
    });
  }

  // One fact per client that the entry moves money of. Between two accounts of one client it is
  // money that leaves, or comes back to, what the client can use.
  void judge_movements(const Entry& entry, std::vector<Finding>& findings) {
    Fact fact;
    fact.sequence = entry.sequence;
    fact.time = entry.time;
    fact.business_date = entry.business_date;
    fact.flow = domain::effective_flow(entry);
    const auto take = [&] {
      auto found = board.take(fact);
      std::move(found.begin(), found.end(), std::back_inserter(findings));
    };
    if (!entry.committed()) {
      fact.refused = true;
      fact.subject = subject_of_refusal(entry);
      take();
      return;
    }
    moved.clear();
    for (const domain::Posting& p : entry.postings) {
      const AccountFacts& debit = facts_of(p.debit);
      const AccountFacts& credit = facts_of(p.credit);
      if (debit.client) moved.push_back({debit.owner, false, p.amount.minor()});
      if (credit.client && credit.owner != debit.owner) {
        moved.push_back({credit.owner, true, p.amount.minor()});
      }
    }
    std::stable_sort(moved.begin(), moved.end(), [](const Moved& a, const Moved& b) {
      return std::pair(a.owner, a.in) < std::pair(b.owner, b.in);
    });
    for (std::size_t i = 0; i < moved.size();) {
      fact.subject = moved[i].owner;
      fact.in = moved[i].in;
      fact.amount = 0;
      for (; i < moved.size() && moved[i].owner == fact.subject && moved[i].in == fact.in; ++i) {
        fact.amount += moved[i].amount;
      }
      take();
    }
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
    judge_movements(entry, findings);
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
      for (const Watched& watched : kWatched) {
        if (!board.wants(watched.kind)) continue;
        if (const auto account = view.account_at(watched.code, mark)) {
          board.note_balance(watched.kind, watched.code, account->balance);
        }
      }
    });
  }

  template <typename Add>
  bool judge_balances(const Entry& entry, const Add& add) {
    for (std::size_t i = 0; i < kWatched.size(); ++i) {
      const Watched& watched = kWatched[i];
      const base::AccountId id = watched_ids[i];
      if (id.is_none() || !board.wants(watched.kind)) continue;
      const bool moves =
          std::any_of(entry.postings.begin(), entry.postings.end(),
                      [id](const domain::Posting& p) { return p.debit == id || p.credit == id; });
      if (!moves) continue;
      std::optional<std::int64_t> balance;
      const bool asked = read([&](const Engine::View& view) {
        const auto account = view.account_at(watched.code, entry.sequence);
        if (account) balance = account->balance;
      });
      if (!asked) return false;
      if (balance) {
        add(board.take_balance(watched.kind, watched.code, *balance, entry.sequence));
      }
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
    pthread_setname_np(pthread_self(), "monitor");
    // Alerts can wait for commits when the processors are busy.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
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
    idle = true;
    changed.wait(lock, [this] { return stopping || engine.durable_head() > after; });
    idle = false;
    changed.wait_for(lock, kPace, [this] { return stopping; });
  }
};

Follower::Follower(Engine& engine, Options options)
    : impl_(std::make_unique<Impl>(engine, std::move(options))) {
  impl_->subscription = engine.subscribe([impl = impl_.get()](base::Sequence) {
    // Taking the lock orders this after the follower's look at the head, so no wake-up is lost.
    bool idle = false;
    {
      const std::lock_guard lock(impl->mutex);
      idle = impl->idle;
    }
    if (idle) impl->changed.notify_one();
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
