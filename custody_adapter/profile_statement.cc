#include "custody_adapter/profile_statement.h"

#include <algorithm>
#include <utility>

namespace custody_adapter {

using ledger::base::Date;

namespace {

constexpr std::pair<Target, std::string Statement::*> kStatementTexts[] = {
    {Target::kAccount, &Statement::account},
    {Target::kAccountBank, &Statement::account_bank},
    {Target::kAccountOwner, &Statement::account_owner},
    {Target::kStatementId, &Statement::id},
    {Target::kMessageId, &Statement::message_id},
    {Target::kInformation, &Statement::information},
};

bool is_once(const RecordSpec& record) {
  return record.role == Role::kHead || record.role == Role::kTrailer;
}

}  // namespace

ProfileStatement::ProfileStatement(const ProfileModel& model, const ProfileOptions& options,
                                   StatementSink& sink)
    : model_(model),
      options_(options),
      builder_(sink),
      issues_(builder_, options.issues_max),
      maker_(issues_),
      totals_(model, false),
      file_totals_(model, true),
      chain_(model.chain && model.chain->newest_first, options.sub_accounts_max),
      remembered_(model.records.size()) {
  for (std::size_t i = 0; i < model.records.size(); ++i) {
    remembered_[i].resize(model.records[i].fields.size());
  }
}

void ProfileStatement::open(Place place) {
  builder_.open(model_.name, place);
  builder_.statement().currency = model_.currency;
  totals_.clear();
  chain_.clear();
  seen_.assign(model_.records.size(), 0);
  has_entry_ = last_is_part_ = after_trailer_ = false;
  details_ = uncovered_ = side_open_ = chain_only_ = 0;
  opening_date_ = closing_date_ = Date();
}

void ProfileStatement::remember(const ProfileRecord& record) {
  auto& texts = remembered_[record.index()];
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i].assign(record.values()[i]);
}

void ProfileStatement::compare(ProfileRecord& record) {
  for (std::size_t i = 0; i < record.spec().fields.size(); ++i) {
    for (const auto& [head, column] : record.field(i).same_as) {
      const bool there = model_.records[head].role == Role::kFileHead || seen_[head] > 0;
      const std::string& stated = remembered_[head][column];
      if (!there || record.values()[i] == stated) continue;
      issues_.raise(
          Severity::kError, "differs_from_head", record.field(i).name,
          "'" + record.shown(i) + "' is here, the head says '" + record.shown_text(stated) + "'",
          record.place_of(i));
    }
  }
}

void ProfileStatement::count_once(const ProfileRecord& record) {
  const std::uint64_t before = seen_[record.index()]++;
  if (!is_once(record.spec()) || before == 0) return;
  issues_.raise(Severity::kError, "duplicate_record", record.spec().name,
                "a second record of this kind", record.place());
}

bool ProfileStatement::take(ProfileRecord& record) {
  const RecordSpec& spec = record.spec();
  count_once(record);
  totals_.add_record(record.index());
  switch (spec.role) {
    case Role::kDetail:
      return take_detail(record);
    case Role::kPart:
      take_part(record);
      return true;
    case Role::kMore:
      take_more(record);
      return true;
    case Role::kHead:
    case Role::kTrailer:
      totals_.state(record.index(), record.numbers(), record.place());
      set_head(record);
      after_trailer_ = after_trailer_ || spec.role == Role::kTrailer;
      return true;
    case Role::kNote:
      set_head(record);
      return true;
    case Role::kTitle:
    case Role::kSkip:
    case Role::kFileHead:
    case Role::kFileTrailer:
      return true;
  }
  return true;
}

void ProfileStatement::set_head(ProfileRecord& record) {
  Statement& statement = builder_.statement();
  for (std::size_t i = 0; i < record.spec().fields.size(); ++i) {
    const Target target = record.field(i).target;
    if (target == Target::kNone) continue;
    if (target == Target::kCurrency) {
      (void)read_currency(record, i, issues_, statement.currency);
    } else if (target == Target::kOpeningBalance) {
      set_balance(record, i, BalanceKind::kOpening);
    } else if (target == Target::kClosingBalance) {
      set_balance(record, i, BalanceKind::kClosing);
    } else if (target == Target::kStatementNumber) {
      if (const auto& number = record.numbers()[i]) {
        statement.number = static_cast<std::uint64_t>(number->units.minor());
      }
    } else if (record.field(i).type == FieldType::kDate) {
      set_date(record, i);
    }
    for (const auto& [known, member] : kStatementTexts) {
      if (known != target || record.values()[i].empty()) continue;
      std::string text;
      (void)record.text(i, text);
      std::string& slot = statement.*member;
      if (!slot.empty() && (known == Target::kInformation || known == Target::kAccountOwner)) {
        slot.push_back(known == Target::kInformation ? '\n' : ' ');
      }
      // Information is bounded: a file of notes alone must not grow a text for ever.
      if (slot.size() < kRecordBytesMax) slot += text;
    }
  }
}

void ProfileStatement::set_date(ProfileRecord& record, std::size_t i) {
  Statement& statement = builder_.statement();
  const Date date = record.date(i).date;
  const Target target = record.field(i).target;
  if (target == Target::kOpeningDate) opening_date_ = date;
  if (target == Target::kClosingDate) closing_date_ = date;
  if (target == Target::kFromDate) statement.from_date = date;
  if (target == Target::kToDate) statement.to_date = date;
}

void ProfileStatement::set_balance(const ProfileRecord& record, std::size_t i, BalanceKind kind) {
  const auto& number = record.numbers()[i];
  if (!number) return;
  Balance balance;
  balance.kind = kind;
  balance.code = record.field(i).name;
  balance.value = *number;
  balance.place = record.place();
  Statement& statement = builder_.statement();
  (kind == BalanceKind::kOpening ? statement.opening : statement.closing) = std::move(balance);
}

bool ProfileStatement::take_detail(ProfileRecord& record) {
  flush();
  if (after_trailer_) {
    issues_.raise(Severity::kError, "entry_after_trailer", record.spec().name,
                  "a detail after the trailer", record.place());
  }
  const EntryMaker::Made made = maker_.make(record, builder_.statement().currency, entry_);
  DetailFigures figures;
  figures.record = record.index();
  figures.values = &record.values();
  figures.numbers = &record.numbers();
  figures.amount_field = made.good ? made.amount_field : -1;
  figures.side = made.side;
  const auto cover = totals_.add_detail(figures);
  if (!file_totals_.empty()) (void)file_totals_.add_detail(figures);
  if (!made.good) return true;
  ++details_;
  bool linked = false;
  if (model_.chain && !follow_chain(record, made, linked)) return false;
  // Newest first, a link proves the entry before it: only whole chains count, in judge().
  const bool by_chain = linked && !model_.chain->newest_first;
  if (by_chain && cover != ProfileTotals::Cover::kAmountAndSide) ++chain_only_;
  if (!by_chain && cover != ProfileTotals::Cover::kAmountAndSide) {
    ++uncovered_;
    if (cover == ProfileTotals::Cover::kAmount) ++side_open_;
  }
  has_entry_ = true;
  last_is_part_ = false;
  return true;
}

bool ProfileStatement::follow_chain(const ProfileRecord& record, const EntryMaker::Made& made,
                                    bool& linked) {
  const auto& after = entry_.custody.balance_after;
  if (!after) {
    issues_.raise(Severity::kError, "missing_value", "balance_after",
                  "no balance after the entry: its sub-account cannot be followed", record.place());
    return true;
  }
  Figure moved{entry_.amount, entry_.digits};
  if (!made.side || entry_.status != EntryStatus::kBooked) moved = {};
  if (made.side == Side::kDebit) moved = -moved;
  const auto step = chain_.add(entry_.custody.sub_account, moved, *after, options_.opening_of);
  if (step.link == BalanceChain::Link::kTooMany) return false;
  linked = step.link == BalanceChain::Link::kHolds;
  if (step.link == BalanceChain::Link::kBroken) {
    issues_.raise(Severity::kError, "broken_chain", "balance_after",
                  "sub-account '" + excerpt(entry_.custody.sub_account) + "': " + format(*after) +
                      " is stated, " + format(*after - step.difference) +
                      " follows from the entry before",
                  record.place());
  }
  return true;
}

void ProfileStatement::take_part(ProfileRecord& record) {
  if (!has_entry_) {
    issues_.raise(Severity::kError, "stray_record", record.spec().name, "no entry stands before it",
                  record.place());
    return;
  }
  last_is_part_ = false;
  if (entry_.details.size() >= options_.parts_max) {
    if (parts_left_out_++ == 0) {
      issues_.raise(Severity::kWarning, "too_many_details", record.spec().name,
                    "more parts than are kept; the rest is left out", record.place());
    }
    return;
  }
  EntryDetail part;
  (void)maker_.make_part(record, entry_.currency, part);
  entry_.details.push_back(std::move(part));
  last_is_part_ = true;
}

void ProfileStatement::take_more(ProfileRecord& record) {
  if (!has_entry_) {
    issues_.raise(Severity::kError, "stray_record", record.spec().name, "no entry stands before it",
                  record.place());
    return;
  }
  entry_.place.length = record.place().offset + record.place().length - entry_.place.offset;
  if (last_is_part_) {
    maker_.append(record, entry_.details.back());
  } else if (entry_.remittance.size() + entry_.additional.size() < kRecordBytesMax) {
    maker_.append(record, entry_);
  }
}

void ProfileStatement::flush() {
  if (!has_entry_) return;
  has_entry_ = false;
  parts_left_out_ = 0;
  ++entries_;
  if (entry_.status == EntryStatus::kBooked) {
    Figure& sum = entry_.transfer                ? transfer_sum_
                  : entry_.side == Side::kCredit ? credit_sum_
                                                 : debit_sum_;
    sum = sum + Figure{entry_.amount, entry_.digits};
  }
  builder_.add(entry_);
}

void ProfileStatement::finish_chain() {
  if (!model_.chain) return;
  chain_.finish(options_.opening_of);
  if (options_.on_sub_account) chain_.each(options_.on_sub_account);
}

Verdict ProfileStatement::close(std::uint64_t end, bool cut_off) {
  flush();
  Statement& statement = builder_.statement();
  bool trailer_missing = cut_off;
  for (std::size_t i = 0; i < model_.records.size(); ++i) {
    const RecordSpec& record = model_.records[i];
    if (!is_once(record) || record.optional || seen_[i] > 0 || cut_off) continue;
    trailer_missing = trailer_missing || record.role == Role::kTrailer;
    issues_.raise(Severity::kError, "missing_record", record.name,
                  "the file has no record of this kind", Place{end, 0, 0});
  }
  statement.truncated = trailer_missing;
  finish_chain();
  for (auto* balance : {&statement.opening, &statement.closing}) {
    if (!*balance) continue;
    (*balance)->currency = statement.currency;
    (*balance)->date = balance == &statement.opening ? opening_date_ : closing_date_;
  }
  statement.totals = totals_.totals();
  const std::uint64_t errors = statement.error_count;
  for (const ControlTotal& total : statement.totals) {
    if (total.holds() || !total.stated || cut_off) continue;
    issues_.raise(Severity::kError, "control_total_mismatch", total.name,
                  format(*total.stated) + " is stated, " + format(total.computed) + " was read",
                  total.place);
  }
  const Verdict verdict = judge(cut_off, errors);
  builder_.close(end, verdict);
  return verdict;
}

std::string ProfileStatement::unproved_reason() const {
  if (side_open_ > 0 && side_open_ == uncovered_) {
    return "no total proves the direction of " + std::to_string(side_open_) + " of " +
           std::to_string(details_) + " entries";
  }
  if (model_.chain && !totals_.has_money()) {
    return "no balance before the first entry of " + std::to_string(chain_.unlinked()) + " of " +
           std::to_string(chain_.accounts()) + " sub-accounts; " + std::to_string(chain_.links()) +
           " links hold";
  }
  return "no total or balance proves " + std::to_string(uncovered_) + " of " +
         std::to_string(details_) + " entries";
}

Verdict ProfileStatement::judge(bool cut_off, std::uint64_t errors) {
  const Statement& statement = builder_.statement();
  const auto not_provable = [](std::string why) {
    return Verdict{VerdictKind::kNotProvable, {}, std::move(why)};
  };
  if (cut_off || statement.truncated) return not_provable("truncated");
  // A break of the chain is its own finding, not a doubt about it.
  const std::uint64_t others = errors > chain_.broken() ? errors - chain_.broken() : 0;
  const std::string doubt =
      others == 0 ? "" : std::to_string(others) + " error(s) in the statement";
  const auto unproved = [&doubt](Figure difference, const std::string& what) {
    return Verdict{VerdictKind::kUnproved, difference, doubt.empty() ? what : what + "; " + doubt};
  };
  const bool balances = statement.opening && statement.closing;
  if (balances) {
    const Figure difference =
        statement.closing->value -
        (statement.opening->value + statement.credit_sum - statement.debit_sum);
    if (!difference.is_zero()) return unproved(difference, "the balances");
  }
  for (const bool money : {true, false}) {
    for (const ControlTotal& total : statement.totals) {
      if (total.is_money != money || total.holds() || !total.stated) continue;
      return unproved(money ? *total.stated - total.computed : Figure{},
                      total.name + ": " + format(*total.stated) + " stated, " +
                          format(total.computed) + " read");
    }
  }
  if (options_.entries_expected && *options_.entries_expected != statement.entry_count) {
    return unproved({}, std::to_string(*options_.entries_expected) + " entries are expected, " +
                            std::to_string(statement.entry_count) + " were read");
  }
  if (chain_.broken() > 0) {
    return unproved(chain_.first_difference(),
                    std::to_string(chain_.broken()) + " break(s) in the balances after entries");
  }
  if (!doubt.empty()) return not_provable(doubt);
  if (balances) return {VerdictKind::kProved, {}, ""};
  if (model_.has_opening && !statement.opening) return not_provable("no opening balance");
  if (model_.has_closing && !statement.closing) return not_provable("no closing balance");
  const bool newest_first = model_.chain && model_.chain->newest_first;
  const bool whole_chain = newest_first && chain_.unlinked() == 0 && details_ > 0;
  if (!totals_.has_money() && (!model_.chain || details_ == 0)) {
    return not_provable("no totals and no balances");
  }
  if (uncovered_ > 0 && !whole_chain) return not_provable(unproved_reason());
  // A chain proves the entries that are there; a file that lost its last ones looks the same.
  const bool relies_on_chain = chain_only_ > 0 || whole_chain;
  if (relies_on_chain && !totals_.is_complete() && !options_.entries_expected) {
    return not_provable(
        "the balances after entries hold, but nothing says that the file is "
        "complete");
  }
  return {VerdictKind::kProved, {}, ""};
}

}  // namespace custody_adapter
