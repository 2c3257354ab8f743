#include "recon/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/journal/block.h"

namespace recon {
namespace {

// How far the date of an incomplete statement may be from that of the complete one: it was derived
// from what could be read.
constexpr std::int64_t kDateSlackDays = 5;

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

BankDay day_of(base::Date date, std::vector<BankStatement> statements) {
  std::sort(statements.begin(), statements.end(),
            [](const BankStatement& a, const BankStatement& b) {
              return std::tie(a.head.number, a.head.page, a.head.key) <
                     std::tie(b.head.number, b.head.page, b.head.key);
            });
  BankDay day;
  day.date = date;
  for (BankStatement& statement : statements) {
    day.statements.push_back(std::move(statement.head));
    std::move(statement.lines.begin(), statement.lines.end(), std::back_inserter(day.lines));
  }
  return day;
}

bool may_replace(const StatementHead& old, const StatementHead& fresh) {
  return (!old.proved || old.truncated) && fresh.proved && !fresh.truncated;
}

bool same_identity(const StatementHead& a, const StatementHead& b) {
  if (a.key == b.key) return true;
  // Formats that neither number nor name their statements (BAI2) have only account and date: two
  // days are two statements.
  if (a.number == 0 && a.id.empty()) return false;
  return (a.truncated || b.truncated) && a.account == b.account && a.number == b.number &&
         a.page == b.page && a.id == b.id &&
         std::abs(a.date.days() - b.date.days()) <= kDateSlackDays;
}

}  // namespace

std::string_view name_of(ImportKind kind) {
  switch (kind) {
    case ImportKind::kAccepted:
      return "accepted";
    case ImportKind::kIdentical:
      return "already imported, identical";
    case ImportKind::kConflict:
      return "conflict";
    case ImportKind::kRefused:
      return "refused";
  }
  return "unknown";
}

Book::Book(Store& store, BookOptions options)
    : store_(store),
      options_(std::move(options)),
      view_(options_.control_account, options_.late_minutes) {}

Faulty<std::unique_ptr<Book>> Book::open(Store& store, BookOptions options) {
  std::unique_ptr<Book> book(new Book(store, std::move(options)));
  if (auto replayed = book->replay(); !replayed) return base::fail(std::move(replayed.error()));
  return book;
}

namespace {

Faulty<base::Ok> fold(LedgerView& view, const JournalChunk& chunk) {
  ledger::journal::RecordReader reader(chunk.records);
  while (!reader.at_end()) {
    const auto record = reader.next();
    if (!record) return base::fail(record.error());
    if (const auto violation = view.take(record->entry, record->hash)) {
      return base::fail(base::corruption(
          fmt::format("journal: entry {}: {}", violation->sequence, violation->what)));
    }
  }
  return base::ok;
}

}  // namespace

Faulty<base::Ok> Book::replay() {
  Faulty<base::Ok> folded = base::ok;
  const auto walked = store_.each_chunk([&](const JournalChunk& chunk) {
    folded = fold(view_, chunk);
    return folded.has_value();
  });
  if (!walked) return walked;
  return folded;
}

Faulty<base::Ok> Book::take_journal(const JournalChunk& chunk) {
  // Verified before it is kept: what is in the store has been good once.
  if (auto folded = fold(view_, chunk); !folded) return folded;
  Change change;
  change.journal.push_back(chunk);
  return store_.write(change);
}

Faulty<std::string> Book::bound_account() const {
  if (!options_.bank_accounts.empty()) return std::string();
  return store_.bound_account();
}

std::string Book::refusal_of(const BankFile& file, const std::string& bound) const {
  if (!file.refusal.empty()) return file.refusal;
  std::string expected = bound;
  for (const BankStatement& statement : file.statements) {
    const StatementHead& head = statement.head;
    const bool known = options_.bank_accounts.empty()
                           ? expected.empty() || head.account == expected
                           : contains(options_.bank_accounts, head.account);
    if (!known)
      return fmt::format("statement {}: account {} is not reconciled here", head.id, head.account);
    if (options_.bank_accounts.empty() && expected.empty()) expected = head.account;
    const base::Currency currency = view_.currency();
    if (!currency.code().empty() && !head.currency.code().empty() && head.currency != currency) {
      return fmt::format("statement {}: is in {}, the ledger in {}", head.id, head.currency.code(),
                         currency.code());
    }
  }
  return "";
}

// Puts the file's statements into `change`, or marks the record as a conflict.
Faulty<base::Ok> Book::place(const BankFile& file, FileRecord& record, Change& change) const {
  auto dates = store_.statement_dates();
  if (!dates) return base::fail(std::move(dates.error()));
  Change placed;
  for (const BankStatement& fresh : file.statements) {
    bool stands = false;
    for (const base::Date date : *dates) {
      if (std::abs(date.days() - fresh.head.date.days()) > kDateSlackDays) continue;
      auto there = store_.statements_of(date);
      if (!there) return base::fail(std::move(there.error()));
      for (const BankStatement& old : *there) {
        if (!same_identity(old.head, fresh.head)) continue;
        if (old.same_content(fresh)) {
          stands = true;
        } else if (may_replace(old.head, fresh.head)) {
          placed.statements_removed.push_back(old.head.key);
          auto superseded = store_.file(old.head.file);
          if (!superseded) return base::fail(std::move(superseded.error()));
          if (*superseded) {
            (*superseded)->verdict = FileVerdict::kSuperseded;
            (*superseded)->reason =
                fmt::format("statement {} came complete in file {}", old.head.key, file.sha256);
            placed.files.push_back(**superseded);
          }
        } else {
          record.verdict = FileVerdict::kConflict;
          record.reason =
              fmt::format("statement {} stands already with other content, from file {}",
                          old.head.key, old.head.file);
          return base::ok;
        }
      }
    }
    record.statements.push_back(fresh.head.key);
    if (!stands) placed.statements.push_back(fresh);
  }
  change.statements = std::move(placed.statements);
  change.statements_removed = std::move(placed.statements_removed);
  std::move(placed.files.begin(), placed.files.end(), std::back_inserter(change.files));
  return base::ok;
}

Faulty<ImportOutcome> Book::import(const std::string& name, std::string_view bytes,
                                   const custody_adapter::ReadOptions& options) {
  const BankFile file = read_bank_file(bytes, options);
  auto known = store_.file(file.sha256);
  if (!known) return base::fail(std::move(known.error()));
  // A refused file may be welcome by now: the settings or the ledger may have changed.
  const bool again = *known && (*known)->verdict != FileVerdict::kRefused;
  if (again) {
    const bool held = (*known)->verdict == FileVerdict::kConflict;
    return ImportOutcome{held ? ImportKind::kConflict : ImportKind::kIdentical, **known, {}};
  }
  auto files = store_.files();
  if (!files) return base::fail(std::move(files.error()));
  auto bound = bound_account();
  if (!bound) return base::fail(std::move(bound.error()));

  ImportOutcome outcome;
  FileRecord& record = outcome.file;
  record.sha256 = file.sha256;
  record.name = name;
  record.size = file.size;
  record.number = *known ? (*known)->number : files->size() + 1;
  Change change;
  record.reason = refusal_of(file, *bound);
  if (!record.reason.empty()) {
    record.verdict = FileVerdict::kRefused;
  } else if (auto placed = place(file, record, change); !placed) {
    return base::fail(std::move(placed.error()));
  }
  outcome.kind = record.verdict == FileVerdict::kRefused    ? ImportKind::kRefused
                 : record.verdict == FileVerdict::kConflict ? ImportKind::kConflict
                                                            : ImportKind::kAccepted;
  if (outcome.kind == ImportKind::kAccepted) {
    if (options_.bank_accounts.empty() && bound->empty()) {
      change.bound_account = file.statements.front().head.account;
    }
    base::Date from = file.statements.front().head.date;
    for (const BankStatement& s : change.statements) from = std::min(from, s.head.date);
    for (const std::string& key : change.statements_removed) {
      from = std::min(from, base::Date::parse(std::string_view(key).substr(0, 10)).value_or(from));
    }
    if (auto done = recompute(from, change); !done) return base::fail(std::move(done.error()));
  }
  change.files.push_back(record);
  if (auto put = store_.put_raw(file.sha256, bytes); !put)
    return base::fail(std::move(put.error()));
  if (auto written = store_.write(change); !written) return base::fail(std::move(written.error()));
  for (const DayResult& day : change.days) outcome.days.push_back(day.date);
  return outcome;
}

Faulty<std::vector<BankStatement>> Book::statements_of(base::Date date,
                                                       const Change& change) const {
  auto statements = store_.statements_of(date);
  if (!statements) return statements;
  std::erase_if(*statements, [&](const BankStatement& s) {
    return contains(change.statements_removed, s.head.key);
  });
  for (const BankStatement& s : change.statements) {
    if (s.head.date == date) statements->push_back(s);
  }
  return statements;
}

Faulty<std::vector<base::Date>> Book::dates_with(const Change& change) const {
  auto stored = store_.statement_dates();
  if (!stored) return stored;
  std::set<base::Date> dates(stored->begin(), stored->end());
  for (const BankStatement& s : change.statements) dates.insert(s.head.date);
  std::vector<base::Date> out;
  for (const base::Date date : dates) {
    auto statements = change.statements_removed.empty() ? Faulty<std::vector<BankStatement>>({})
                                                        : statements_of(date, change);
    if (!statements) return base::fail(std::move(statements.error()));
    if (change.statements_removed.empty() || !statements->empty()) out.push_back(date);
  }
  return out;
}

// The first calendar day that the first statement ever speaks about.
Faulty<base::Date> Book::first_of(base::Date date, const Change& change) const {
  auto statements = statements_of(date, change);
  if (!statements) return base::fail(std::move(statements.error()));
  base::Date first = date;
  for (const BankStatement& s : *statements) first = std::min(first, s.head.first_date);
  return first;
}

Faulty<DayResult> Book::compute(base::Date date, base::Date first, base::Date since,
                                const Carry* previous, const Change& change) const {
  auto statements = statements_of(date, change);
  if (!statements) return base::fail(std::move(statements.error()));
  return reconcile(day_of(date, std::move(*statements)), view_.day(first, date), previous,
                   view_.currency(), options_.control_account, view_.knowledge(since, first, date),
                   options_.day);
}

// Every day from the one before `from` on: that one may be amended by what `from` found out, and
// what it leaves open runs through all later ones.
Faulty<base::Ok> Book::recompute(base::Date from, Change& change) const {
  auto dates = dates_with(change);
  if (!dates) return base::fail(std::move(dates.error()));
  change.days_removed.clear();
  const auto stored = store_.each_day([&](const DayResult& day) {
    if (day.date >= from) change.days_removed.push_back(day.date);
    return true;
  });
  if (!stored) return stored;
  std::erase_if(*dates, [&](base::Date date) { return !view_.is_closed(date); });
  if (dates->empty()) return base::ok;
  auto since = first_of(dates->front(), change);
  if (!since) return base::fail(std::move(since.error()));

  const auto at = std::lower_bound(dates->begin(), dates->end(), from);
  auto begin = static_cast<std::size_t>(at - dates->begin());
  if (begin > 0) --begin;
  std::optional<Carry> carry;
  if (begin > 0) {
    auto before = store_.day((*dates)[begin - 1]);
    if (!before) return base::fail(std::move(before.error()));
    if (*before) {
      carry = carry_of(**before);
    } else {
      begin = 0;  // its result is missing: start over
    }
  }
  for (std::size_t i = begin; i < dates->size(); ++i) {
    const base::Date first = i == 0 ? *since : (*dates)[i - 1].plus_days(1);
    auto day = compute((*dates)[i], first, *since, carry ? &*carry : nullptr, change);
    if (!day) return base::fail(std::move(day.error()));
    if (!change.days.empty()) amend(change.days.back(), *day);
    carry = carry_of(*day);
    change.days.push_back(std::move(*day));
  }
  return base::ok;
}

Faulty<std::vector<base::Date>> Book::reconcile_due() {
  auto dates = store_.statement_dates();
  if (!dates) return dates;
  for (const base::Date date : *dates) {
    if (!view_.is_closed(date)) break;
    auto day = store_.day(date);
    if (!day) return base::fail(std::move(day.error()));
    if (*day) continue;
    Change change;
    if (auto done = recompute(date, change); !done) return base::fail(std::move(done.error()));
    if (auto written = store_.write(change); !written)
      return base::fail(std::move(written.error()));
    std::vector<base::Date> computed;
    for (const DayResult& result : change.days) computed.push_back(result.date);
    return computed;
  }
  return std::vector<base::Date>();
}

}  // namespace recon
