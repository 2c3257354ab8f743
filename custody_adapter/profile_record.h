// One record of a file under a profile, sliced, and the values of its fields.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custody_adapter/builder.h"
#include "custody_adapter/profile.h"
#include "custody_adapter/profile_values.h"
#include "custody_adapter/record_slicer.h"

namespace custody_adapter {

// Raises issues; beyond a number of them they are only counted.
class ProfileIssues {
 public:
  ProfileIssues(StatementBuilder& builder, std::uint64_t issues_max)
      : builder_(builder), left_(issues_max) {}
  void raise(Severity severity, std::string_view code, std::string_view field, std::string text,
             Place place);
  std::uint64_t errors() const { return errors_; }  // in the file so far

 private:
  StatementBuilder& builder_;
  std::uint64_t left_;
  std::uint64_t errors_ = 0;
  bool said_ = false;
};

// The values of the record that was sliced last. Reused from record to record.
class ProfileRecord {
 public:
  ProfileRecord(const ProfileModel& model, const ProfileOptions& options, ProfileIssues& issues);

  // Reads constants, blanks, numbers; issues for what is wrong with them. The record is valid until
  // the slicer slices the next one.
  void read(const RecordSpec& spec, const RawRecord& raw, const RecordSlicer& slicer);

  const RecordSpec& spec() const { return *spec_; }
  std::size_t index() const { return static_cast<std::size_t>(spec_ - model_.records.data()); }
  const Place& place() const { return place_; }
  const std::vector<std::string_view>& values() const { return values_; }  // trimmed bytes
  // Of amounts and counts, with their sign; nothing when blank or unreadable.
  const std::vector<std::optional<Figure>>& numbers() const { return numbers_; }
  // False when a number, or its sign, could not be read.
  bool number_good(std::size_t field) const { return !bad_[field]; }

  Place place_of(std::size_t field) const;
  const FieldSpec& field(std::size_t i) const { return spec_->fields[i]; }
  // A value for the text of an issue: UTF-8, one line, at most 80 bytes.
  std::string shown(std::size_t field) { return shown_text(values_[field]); }
  std::string shown_text(std::string_view bytes);
  // The text of a field as UTF-8, its map applied. False when the map has not the value.
  bool text(std::size_t field, std::string& out);
  // With an issue when the field is neither blank nor a date.
  DateTime date(std::size_t field);
  // No blank stood at the end of a fixed-width field: the text goes on in the next one.
  bool is_full(std::size_t field) const;

 private:
  void read_number(std::size_t i);
  void check_text(std::size_t i);
  void decode(std::size_t i, std::string_view bytes, std::string& out);
  bool all_hold(const std::vector<Condition>& conditions) const;

  const ProfileModel& model_;
  const ProfileOptions& options_;
  ProfileIssues& issues_;
  std::unique_ptr<TextConverter> decoder_;
  CharacterMap characters_;
  const RecordSpec* spec_ = nullptr;
  std::string_view raw_;
  Place place_;
  bool ascii_ = true;
  const std::vector<std::string_view>* cells_ = nullptr;  // the slicer's
  std::vector<std::string_view> values_;
  std::vector<std::optional<Figure>> numbers_;
  std::vector<char> bad_;
  std::vector<std::string> scratch_;
  std::string number_scratch_;
  std::string text_scratch_;
};

}  // namespace custody_adapter
