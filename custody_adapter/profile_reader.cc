// Reads a file by a profile: records in, statements out.
#include <algorithm>
#include <utility>

#include "custody_adapter/profile.h"
#include "custody_adapter/profile_statement.h"
#include "custody_adapter/record_lines.h"
#include "custody_adapter/record_slicer.h"

namespace custody_adapter {

using ledger::base::fail;
using ledger::base::ok;

namespace {

std::uint64_t positional_lines(const ProfileModel& model) {
  std::uint64_t most = 0;
  for (const RecordSpec& record : model.records) most = std::max(most, record.line_last);
  return most;
}

bool is_of_file(Role role) { return role == Role::kFileHead || role == Role::kFileTrailer; }

class Engine final : public ProfileReader {
 public:
  Engine(StatementProfile profile, StatementSink& sink, ProfileOptions options)
      : profile_(std::move(profile)),
        model_(profile_.model()),
        options_(std::move(options)),
        lines_(model_.record_bytes, positional_lines(model_), model_.skip_blank_lines,
               model_.from_end_max),
        slicer_(model_),
        statement_(model_, options_, sink),
        record_(model_, options_, statement_.issues()),
        counts_(model_.records.size(), 0) {}

  ReadStatus push(std::string_view chunk) override {
    if (error_) return fail(*error_);
    if (finished_) return ok;
    summary_.bytes += chunk.size();
    const auto fault = lines_.push(chunk, [this](const RawRecord& raw) { return on_record(raw); });
    return after(fault);
  }

  ReadStatus finish() override {
    if (error_) return fail(*error_);
    if (finished_) return ok;
    finished_ = true;
    const auto fault = lines_.finish([this](const RawRecord& raw) { return on_record(raw); });
    if (auto status = after(fault); !status) return status;
    // A file without a line is a day without entries, unless it must have a head or a trailer.
    if (!model_.statement_per_account && !statement_.is_open()) statement_.open({});
    close_statement(false);
    finish_file();
    complete();
    if (error_) return fail(*error_);
    return ok;
  }

  const FileSummary& summary() const override { return summary_; }

 private:
  bool refuse(ErrorCode code, std::string field, std::string message, Place place) {
    error_ = ParseError{code, std::move(field), std::move(message), place};
    return false;
  }

  ReadStatus after(RecordLines::Fault fault) {
    if (fault == RecordLines::Fault::kNone) return ok;
    const auto at = lines_.where();
    const Place place{at.offset, 0, at.line};
    switch (fault) {
      case RecordLines::Fault::kNone:
      case RecordLines::Fault::kStopped:
        break;
      case RecordLines::Fault::kTooLong:
        refuse(ErrorCode::kLimitExceeded, "", "a record is longer than 64 KiB", place);
        break;
      case RecordLines::Fault::kBlankLine:
        refuse(ErrorCode::kLayoutMismatch, "", "an empty line stands between records", place);
        break;
      case RecordLines::Fault::kCutRecord:
        refuse(ErrorCode::kTruncated, "", "the file ends inside a record", place);
        break;
    }
    close_statement(true);
    finish_file();
    complete();
    return fail(*error_);
  }

  bool on_record(const RawRecord& raw) {
    const Place place{raw.offset, raw.text.size(), raw.line};
    const RecordSpec* spec = slicer_.classify(raw);
    if (spec == nullptr) {
      return refuse(ErrorCode::kLayoutMismatch, "",
                    "no record of the profile looks like '" + excerpt(raw.text) + "'", place);
    }
    if (!slicer_.slice(*spec, raw)) {
      Place at = place;
      at.offset += slicer_.problem_at();
      at.length -= std::min<std::uint64_t>(at.length, slicer_.problem_at());
      return refuse(ErrorCode::kLayoutMismatch, spec->name, slicer_.problem(), at);
    }
    if (options_.observer != nullptr) observe(*spec, raw, place);
    const auto index = static_cast<std::size_t>(spec - model_.records.data());
    ++counts_[index];
    ++summary_.records;
    if (!open_for(*spec, place)) return false;
    end_ = raw.offset + raw.text.size();
    record_.read(*spec, raw, slicer_);
    if (!statement_.file_totals().empty()) statement_.file_totals().add_record(index);
    if (spec->role == Role::kTitle) return true;
    if (spec->role == Role::kHead || spec->role == Role::kFileHead) statement_.remember(record_);
    if (spec->compares && statement_.is_open()) statement_.compare(record_);
    if (is_of_file(spec->role)) {
      statement_.file_totals().state(index, record_.numbers(), place);
      return true;
    }
    if (!statement_.is_open()) return true;  // titles and the like before the first account
    if (!statement_.take(record_)) {
      return refuse(ErrorCode::kLimitExceeded, spec->name, "too many sub-accounts to follow",
                    place);
    }
    if (spec->closes) close_statement(false);
    return true;
  }

  // Opens and closes statements as the record's kind asks; false when it stands in none.
  bool open_for(const RecordSpec& spec, const Place& place) {
    if (!model_.statement_per_account) {
      if (!statement_.is_open()) statement_.open(place);
      return true;
    }
    if (spec.opens || is_of_file(spec.role)) close_statement(false);
    if (spec.opens) {
      statement_.open(place);
      return true;
    }
    const bool needs_one = !is_of_file(spec.role) && spec.role != Role::kTitle &&
                           spec.role != Role::kSkip && spec.role != Role::kNote;
    if (!needs_one || statement_.is_open()) return true;
    return refuse(ErrorCode::kLayoutMismatch, spec.name, "the record stands in no account", place);
  }

  void observe(const RecordSpec& spec, const RawRecord& raw, const Place& place) {
    cells_.clear();
    for (std::size_t i = 0; i < slicer_.cells().size() && i < spec.fields.size(); ++i) {
      const std::string_view cell = slicer_.cells()[i];
      CellView view;
      view.field = &spec.fields[i];
      view.bytes = cell;
      view.offset =
          place.offset + (cell.data() == nullptr
                              ? raw.text.size()
                              : static_cast<std::uint64_t>(cell.data() - raw.text.data()));
      cells_.push_back(view);
    }
    options_.observer->on_record(&spec, place, cells_);
  }

  void close_statement(bool cut_off) {
    if (!statement_.is_open()) return;
    ++summary_.statements;
    const Verdict verdict = statement_.close(end_, cut_off);
    // The worst of all statements: UNPROVED, then NOT PROVABLE.
    Verdict& worst = summary_.verdict;
    const bool replaces =
        summary_.statements == 1 || worst.kind == VerdictKind::kProved ||
        (worst.kind == VerdictKind::kNotProvable && verdict.kind == VerdictKind::kUnproved);
    if (replaces) worst = verdict;
  }

  void finish_file() {
    summary_.totals = statement_.file_totals().totals();
    if (error_) return;
    if (model_.statement_per_account && summary_.statements == 0) {
      refuse(ErrorCode::kNoStatement, "", "the file holds no account", {});
      return;
    }
    for (std::size_t i = 0; i < model_.records.size(); ++i) {
      const RecordSpec& record = model_.records[i];
      if (!is_of_file(record.role) || record.optional || counts_[i] == 1) continue;
      const bool none = counts_[i] == 0;
      refuse(none ? ErrorCode::kTruncated : ErrorCode::kLayoutMismatch, record.name,
             none ? "the file has no record of this kind" : "the file has it more than once",
             Place{summary_.bytes, 0, 0});
      return;
    }
    for (const ControlTotal& total : summary_.totals) {
      if (total.holds()) continue;
      const std::string stated = total.stated ? format(*total.stated) : "nothing readable";
      const std::string what = stated + " is stated, " + format(total.computed) + " was read";
      refuse(ErrorCode::kControlTotal, total.name, what, total.place);
      const bool money = total.is_money && total.stated.has_value();
      summary_.verdict = {VerdictKind::kUnproved, money ? *total.stated - total.computed : Figure{},
                          total.name + ": " + what};
      return;
    }
    // Errors outside statements: the file proves nothing as a whole.
    if (statement_.issues().errors() > 0 && summary_.verdict.kind == VerdictKind::kProved) {
      summary_.verdict = {VerdictKind::kNotProvable, {}, "error(s) outside the statements"};
    }
  }

  void complete() {
    summary_.entries = statement_.entries();
    summary_.credit_sum = statement_.credit_sum();
    summary_.debit_sum = statement_.debit_sum();
    summary_.transfer_sum = statement_.transfer_sum();
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      summary_.records_of.emplace_back(model_.records[i].name, counts_[i]);
    }
    if (error_ && summary_.verdict.kind != VerdictKind::kUnproved) {
      summary_.verdict = {VerdictKind::kNotProvable, {}, format(*error_)};
    }
  }

  StatementProfile profile_;
  const ProfileModel& model_;
  ProfileOptions options_;
  RecordLines lines_;
  RecordSlicer slicer_;
  ProfileStatement statement_;
  ProfileRecord record_;
  std::vector<std::uint64_t> counts_;
  std::vector<CellView> cells_;
  FileSummary summary_;
  std::optional<ParseError> error_;
  std::uint64_t end_ = 0;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ProfileReader> make_profile_reader(const StatementProfile& profile,
                                                   StatementSink& sink, ProfileOptions options) {
  return std::make_unique<Engine>(profile, sink, std::move(options));
}

}  // namespace custody_adapter
