// Book: the working reconciliation over a store: takes journal records and statement files, keeps
// every day's result up to date. What it decides is written in one synced step, so a crash leaves
// either all of it or nothing, and doing a thing twice is doing it once.
//
// Reads no clock. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "recon/ledger_view.h"
#include "recon/store.h"

namespace recon {

struct BookOptions {
  std::string control_account = "custody:bank";
  // Accounts as statements name them. Empty: the account of the first accepted statement is bound
  // for good, others are refused.
  std::vector<std::string> bank_accounts;
  int late_minutes = 0;  // see LedgerView
  DayOptions day;
};

enum class ImportKind { kAccepted, kIdentical, kConflict, kRefused };
std::string_view name_of(ImportKind kind);  // "accepted"

struct ImportOutcome {
  ImportKind kind = ImportKind::kAccepted;
  FileRecord file;               // as it stands in the store now
  std::vector<base::Date> days;  // whose results were written
};

class Book {
 public:
  // Replays the store's journal copy. kCorruption if it does not verify. `store` must outlive it.
  static Faulty<std::unique_ptr<Book>> open(Store& store, BookOptions options);

  const LedgerView& ledger() const { return view_; }

  // Records from sequence ledger().verifier().entries() + 1 on. Nothing is kept of a chunk with a
  // violation: kCorruption names the sequence, and the book takes no more.
  Faulty<base::Ok> take_journal(const JournalChunk& chunk);

  // Durable when it returns. `name` is for people; `options` say what is known of the source's
  // files.
  Faulty<ImportOutcome> import(const std::string& name, std::string_view bytes,
                               const custody_adapter::ReadOptions& options = {});

  // Reconciles every closed business date with a statement that has no result yet. Gives the dates
  // whose results were written, those that a later day amended included.
  Faulty<std::vector<base::Date>> reconcile_due();

 private:
  Book(Store& store, BookOptions options);
  Faulty<base::Ok> replay();
  std::string refusal_of(const BankFile& file, const std::string& bound) const;
  Faulty<std::string> bound_account() const;
  Faulty<base::Ok> place(const BankFile& file, FileRecord& record, Change& change) const;
  Faulty<std::vector<BankStatement>> statements_of(base::Date date, const Change& change) const;
  Faulty<std::vector<base::Date>> dates_with(const Change& change) const;
  Faulty<base::Ok> recompute(base::Date from, Change& change) const;
  Faulty<DayResult> compute(base::Date date, base::Date first, base::Date since,
                            const Carry* previous, const Change& change) const;
  Faulty<base::Date> first_of(base::Date date, const Change& change) const;

  Store& store_;
  BookOptions options_;
  LedgerView view_;
};

}  // namespace recon
