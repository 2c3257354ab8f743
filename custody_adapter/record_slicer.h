// One record as the profile sees it: which kind it is, and the bytes of each of its fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/profile_model.h"
#include "custody_adapter/record_lines.h"
#include "custody_adapter/record_text.h"

namespace custody_adapter {

class RecordSlicer {
 public:
  explicit RecordSlicer(const ProfileModel& model);

  // The first kind of the profile that the record is of; nullptr when it is of none.
  const RecordSpec* classify(const RawRecord& raw);
  // Fills cells(). False when the record has not the shape that `record` says; problem() tells what
  // and problem_at() where in the record.
  bool slice(const RecordSpec& record, const RawRecord& raw);

  // By field index, as they stand in the record; data() is nullptr for a column that is absent.
  const std::vector<std::string_view>& cells() const { return cells_; }
  // A cell without quotes, prefix and blanks: a view of it, or of `scratch`.
  std::string_view value(const FieldSpec& field, std::string_view cell, std::string& scratch) const;
  static bool has_prefix(const FieldSpec& field, std::string_view cell) {
    return field.prefix.empty() || cell.substr(0, field.prefix.size()) == field.prefix;
  }
  bool holds(const Condition& condition, const RecordSpec& record, std::string_view cell);

  const std::string& problem() const { return problem_; }
  std::size_t problem_at() const { return problem_at_; }

 private:
  bool is_of(const RecordSpec& record, const RawRecord& raw);
  bool cut(const RawRecord& raw);
  bool slice_fixed(const RecordSpec& record, const RawRecord& raw);
  bool slice_delimited(const RecordSpec& record, const RawRecord& raw);
  bool slice_keyed(const RecordSpec& record, const RawRecord& raw, std::size_t first,
                   std::size_t last);
  bool wrong(std::string problem, std::size_t at = 0);
  // Of one field alone, for classify().
  std::string_view cell_of(const RecordSpec& record, const RawRecord& raw, std::size_t field,
                           bool& there);

  const ProfileModel& model_;
  RecordCutter cutter_;
  std::vector<std::string_view> cells_;
  std::vector<std::string_view> columns_;
  bool is_cut_ = false;
  bool cut_good_ = false;
  std::string quoted_;
  std::string problem_;
  std::size_t problem_at_ = 0;
};

// Whether `value` satisfies the condition.
bool satisfies(const Condition& condition, std::string_view value);
bool is_one_of(const std::vector<std::string>& words, std::string_view value);
bool begins_with_one_of(const std::vector<std::string>& words, std::string_view value);

}  // namespace custody_adapter
