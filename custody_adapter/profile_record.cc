#include "custody_adapter/profile_record.h"

#include <algorithm>

#include "custody_adapter/charset.h"

namespace custody_adapter {

using ledger::base::Total;

void ProfileIssues::raise(Severity severity, std::string_view code, std::string_view field,
                          std::string text, Place place) {
  if (severity == Severity::kError) ++errors_;
  if (left_ == 0) {
    builder_.count_issue(severity);
    if (said_) return;
    said_ = true;
    builder_.issue(Severity::kNote, "too_many_issues", "", "further issues are only counted",
                   place);
    return;
  }
  --left_;
  builder_.issue(severity, code, field, std::move(text), place);
}

ProfileRecord::ProfileRecord(const ProfileModel& model, const ProfileOptions& options,
                             ProfileIssues& issues)
    : model_(model),
      options_(options),
      issues_(issues),
      decoder_(make_decoder(model.encoding)),
      characters_(model.encoding) {
  std::size_t most = 0;
  for (const RecordSpec& record : model.records) most = std::max(most, record.fields.size());
  scratch_.resize(most);
}

Place ProfileRecord::place_of(std::size_t field) const {
  const std::string_view cell = (*cells_)[field];
  Place place = place_;
  if (cell.data() == nullptr) return place;
  place.offset += static_cast<std::uint64_t>(cell.data() - raw_.data());
  place.length = cell.size();
  return place;
}

bool ProfileRecord::is_full(std::size_t field) const {
  return spec_->layout == Layout::kFixed && !(*cells_)[field].empty() &&
         (*cells_)[field].back() != ' ';
}

void ProfileRecord::read(const RecordSpec& spec, const RawRecord& raw, const RecordSlicer& slicer) {
  spec_ = &spec;
  raw_ = raw.text;
  place_ = {raw.offset, raw.text.size(), raw.line};
  ascii_ = is_ascii(raw.text);
  if (spec.role == Role::kTitle) return;
  const std::size_t count = spec.fields.size();
  cells_ = &slicer.cells();
  values_.resize(count);
  numbers_.assign(count, std::nullopt);
  bad_.assign(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    // What nothing asks for need not be trimmed: fillers can be most of a record.
    values_[i] = spec.fields[i].used ? slicer.value(spec.fields[i], (*cells_)[i], scratch_[i])
                                     : std::string_view();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const FieldSpec& field = spec.fields[i];
    if (!field.used) {
      if (!ascii_ && field.type == FieldType::kText) check_text(i);
      continue;
    }
    if (!field.prefix.empty() && !RecordSlicer::has_prefix(field, (*cells_)[i]) &&
        (*cells_)[i].data() != nullptr) {
      bad_[i] = 1;
      issues_.raise(Severity::kError, "wrong_prefix", field.name,
                    "'" + shown_text((*cells_)[i]) + "' does not begin as the profile says",
                    place_of(i));
      continue;
    }
    if (values_[i].empty()) {
      if (field.required) {
        bad_[i] = 1;
        issues_.raise(Severity::kError, "missing_value", field.name, "the field is blank",
                      place_of(i));
      }
      continue;
    }
    if (field.text && values_[i] != without_blanks(*field.text)) {
      issues_.raise(Severity::kError, "wrong_constant", field.name,
                    "'" + shown(i) + "' is there, '" + shown_text(*field.text) + "' is expected",
                    place_of(i));
    }
    if (field.type == FieldType::kAmount || field.type == FieldType::kCount) {
      read_number(i);
    } else if (!ascii_ && field.type == FieldType::kText && field.target == Target::kNone) {
      check_text(i);
    }
  }
}

std::string ProfileRecord::shown_text(std::string_view bytes) {
  if (is_ascii(bytes)) return excerpt(bytes);
  constexpr std::size_t kBytesMax = 80;
  std::string text;
  (void)decoder_->convert(bytes, text);
  if (text.size() > kBytesMax) {
    text.resize(kBytesMax);
    text.resize(kBytesMax - incomplete_utf8_tail(text));
    text += "...";
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '.';
  }
  return text;
}

bool ProfileRecord::all_hold(const std::vector<Condition>& conditions) const {
  return std::all_of(conditions.begin(), conditions.end(), [this](const Condition& condition) {
    return satisfies(condition, values_[condition.field]);
  });
}

void ProfileRecord::read_number(std::size_t i) {
  const FieldSpec& field = spec_->fields[i];
  const auto unreadable = [&](std::string_view code, const char* what) {
    bad_[i] = 1;
    numbers_[i].reset();
    issues_.raise(Severity::kError, code, field.name, "'" + shown(i) + "' is no " + what,
                  place_of(i));
  };
  if (field.type == FieldType::kCount) {
    const auto count = read_count(values_[i]);
    if (!count) return unreadable("bad_count", "number");
    numbers_[i] = Figure{Total::from_minor(static_cast<std::int64_t>(*count)), 0};
    return;
  }
  numbers_[i] = read_amount(values_[i], field, model_.digits, number_scratch_);
  if (!numbers_[i]) return unreadable("bad_amount", "amount of this form");
  if (field.negative_when.empty()) return;
  const bool negative = all_hold(field.negative_when);
  if (negative == all_hold(field.positive_when) || numbers_[i]->units.is_negative()) {
    return unreadable("bad_sign", "amount whose sign is known");
  }
  if (negative) numbers_[i] = -*numbers_[i];
}

void ProfileRecord::check_text(std::size_t i) {
  if (!is_ascii((*cells_)[i])) decode(i, (*cells_)[i], text_scratch_);
}

void ProfileRecord::decode(std::size_t i, std::string_view bytes, std::string& out) {
  // A field of so many bytes may end in the middle of a character.
  std::size_t cut = 0;
  if (spec_->layout == Layout::kFixed) {
    cut = characters_.incomplete_tail(bytes);
    if (cut > 0) {
      issues_.raise(Severity::kNote, "cut_character", spec_->fields[i].name,
                    "the field ends inside a character", place_of(i));
    }
  }
  const std::string_view whole = bytes.substr(0, bytes.size() - cut);
  const std::size_t bad = decoder_->convert(whole, out);
  if (bad == TextConverter::kAll) return;
  Place place = place_of(i);
  const std::string_view cell = (*cells_)[i];
  if (bytes.data() >= cell.data() && bytes.data() <= cell.data() + cell.size()) {
    place.offset += static_cast<std::uint64_t>(bytes.data() - cell.data());
  }
  place.offset += bad;
  place.length = 1;
  issues_.raise(Severity::kWarning, "not_decodable", spec_->fields[i].name,
                "the byte at offset " + std::to_string(place.offset) + " is not " + model_.encoding,
                place);
}

bool ProfileRecord::text(std::size_t i, std::string& out) {
  const FieldSpec& field = spec_->fields[i];
  const std::string_view value = values_[i];
  if (!field.map.empty()) {
    for (const auto& [from, to] : field.map) {
      if (from == value) {
        out = to;
        return true;
      }
    }
    out.assign(value);
    return value.empty();
  }
  if (ascii_ || is_ascii(value)) {
    out.assign(value);
  } else {
    decode(i, value, out);
  }
  return true;
}

DateTime ProfileRecord::date(std::size_t i) {
  if (values_[i].empty()) return {};
  DateTime value = read_date_time(values_[i], spec_->fields[i].form, options_.file_date);
  if (!value.good) {
    issues_.raise(Severity::kWarning, "bad_date", spec_->fields[i].name,
                  "'" + shown(i) + "' is no day or time of this form", place_of(i));
  }
  return value;
}

}  // namespace custody_adapter
