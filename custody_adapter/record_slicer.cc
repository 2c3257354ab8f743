#include "custody_adapter/record_slicer.h"

#include <algorithm>

#include "custody_adapter/builder.h"
#include "custody_adapter/profile_values.h"
#include "custody_adapter/record_pattern.h"

namespace custody_adapter {
namespace {

bool is_blank(std::string_view text) { return text.find_first_not_of(' ') == std::string::npos; }

}  // namespace

bool is_one_of(const std::vector<std::string>& words, std::string_view value) {
  return std::any_of(words.begin(), words.end(),
                     [value](const std::string& word) { return word == value; });
}

bool begins_with_one_of(const std::vector<std::string>& words, std::string_view value) {
  return std::any_of(words.begin(), words.end(), [value](const std::string& word) {
    return value.substr(0, word.size()) == word;
  });
}

bool satisfies(const Condition& condition, std::string_view value) {
  const bool found = condition.prefix ? begins_with_one_of(condition.values, value)
                                      : is_one_of(condition.values, value);
  return found != condition.negated;
}

RecordSlicer::RecordSlicer(const ProfileModel& model)
    : model_(model), cutter_(model.separator, model.quote, model.encoding) {}

const RecordSpec* RecordSlicer::classify(const RawRecord& raw) {
  is_cut_ = false;
  for (const RecordSpec& record : model_.records) {
    if (is_of(record, raw)) return &record;
  }
  return nullptr;
}

bool RecordSlicer::is_of(const RecordSpec& record, const RawRecord& raw) {
  if (record.line_first != 0 && (raw.line < record.line_first || raw.line > record.line_last)) {
    return false;
  }
  if (record.from_end != 0 && raw.from_end != record.from_end) return false;
  if (!record.tag.empty() &&
      (raw.text.size() < record.tag_at ||
       raw.text.compare(record.tag_at, record.tag.size(), record.tag) != 0)) {
    return false;
  }
  for (const Condition& condition : record.when) {
    bool there = false;
    const std::string_view cell = cell_of(record, raw, condition.field, there);
    if (!there || !holds(condition, record, cell)) return false;
  }
  return record.pattern == nullptr || record.pattern->matches(raw.text);
}

std::string_view RecordSlicer::cell_of(const RecordSpec& record, const RawRecord& raw,
                                       std::size_t field, bool& there) {
  const FieldSpec& spec = record.fields[field];
  there = true;
  if (record.layout == Layout::kFixed) {
    if (raw.text.size() >= spec.at + spec.bytes && raw.text.size() >= spec.at) {
      return raw.text.substr(spec.at, spec.bytes == 0 ? std::string_view::npos : spec.bytes);
    }
    there = record.short_records;
    return raw.text.size() > spec.at ? raw.text.substr(spec.at) : std::string_view();
  }
  if (record.keyed != 0) {
    there = slice(record, raw);
    return there ? cells_[field] : std::string_view();
  }
  const std::size_t column = field + (record.leading_separator ? 1 : 0);
  if (!cut(raw) || column >= columns_.size()) {
    there = false;
    return {};
  }
  return columns_[column];
}

bool RecordSlicer::cut(const RawRecord& raw) {
  if (!is_cut_) cut_good_ = cutter_.cut(raw.text, columns_);
  is_cut_ = true;
  return cut_good_;
}

bool RecordSlicer::wrong(std::string problem, std::size_t at) {
  problem_ = std::move(problem);
  problem_at_ = at;
  return false;
}

bool RecordSlicer::slice(const RecordSpec& record, const RawRecord& raw) {
  if (record.role == Role::kTitle) {
    cells_.clear();
    if (record.texts.empty()) return true;
    const std::uint64_t first = record.line_first == 0 ? raw.line : record.line_first;
    const std::string& text = record.texts[raw.line - first];
    if (text == "*" || without_blanks(raw.text) == without_blanks(text)) return true;
    return wrong("the title '" + text + "' is expected, '" + excerpt(raw.text) + "' is there");
  }
  return record.layout == Layout::kFixed ? slice_fixed(record, raw) : slice_delimited(record, raw);
}

bool RecordSlicer::slice_fixed(const RecordSpec& record, const RawRecord& raw) {
  const std::string_view text = raw.text;
  if (!record.open_ended && text.size() != record.bytes) {
    const bool longer = text.size() > record.bytes;
    const bool fits = record.short_records && (!longer || is_blank(text.substr(record.bytes)));
    if (!fits) {
      return wrong("a record of " + std::to_string(record.bytes) + " bytes is expected, this has " +
                       std::to_string(text.size()),
                   std::min<std::size_t>(text.size(), record.bytes));
    }
  }
  cells_.resize(record.fields.size());
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    const FieldSpec& field = record.fields[i];
    const std::size_t end = field.bytes == 0 ? text.size() : field.at + field.bytes;
    if (end > text.size() || field.at > text.size()) {
      if (!record.short_records) {
        return wrong("the record ends inside field '" + field.name + "'", text.size());
      }
      cells_[i] = text.substr(std::min<std::size_t>(field.at, text.size()));
      continue;
    }
    cells_[i] = text.substr(field.at, end - field.at);
  }
  return true;
}

bool RecordSlicer::slice_delimited(const RecordSpec& record, const RawRecord& raw) {
  if (!cut(raw)) return wrong("a quote is not closed, or text follows a closed one");
  std::size_t first = 0;
  std::size_t last = columns_.size();
  const auto at = [&](std::size_t column) {
    return static_cast<std::size_t>(columns_[column].data() - raw.text.data());
  };
  if (record.leading_separator) {
    if (last < 2 || !columns_[0].empty()) return wrong("no separator stands at its beginning");
    first = 1;
  }
  if (record.trailing_separator != Presence::kNone && last > first) {
    const std::size_t wanted = first + record.fields.size() + 1;
    const bool ends_empty = columns_.back().empty() && last > first + 1;
    if (record.trailing_separator == Presence::kRequired) {
      if (!ends_empty) return wrong("no separator stands at its end", raw.text.size());
      --last;
    } else if (ends_empty && last >= wanted) {
      --last;
    }
  }
  if (record.keyed != 0) return slice_keyed(record, raw, first, last);
  const std::size_t count = last - first;
  const std::size_t most = record.fields.size();
  if (count > most && !record.extra_columns) {
    return wrong(std::to_string(most) + " columns are expected, this has " + std::to_string(count) +
                     ": '" + excerpt(columns_[first + most]) + "' is one too many",
                 at(first + most));
  }
  if (count < record.columns_min) {
    return wrong(std::to_string(record.columns_min) + " columns are expected, this has " +
                     std::to_string(count),
                 raw.text.size());
  }
  cells_.resize(most);
  for (std::size_t i = 0; i < most; ++i) {
    cells_[i] = i < count ? columns_[first + i] : std::string_view();
  }
  return true;
}

bool RecordSlicer::slice_keyed(const RecordSpec& record, const RawRecord& raw, std::size_t first,
                               std::size_t last) {
  cells_.assign(record.fields.size(), std::string_view());
  for (std::size_t i = first; i < last; ++i) {
    const std::string_view column = columns_[i];
    const auto offset = static_cast<std::size_t>(column.data() - raw.text.data());
    if (column.empty()) continue;
    const std::size_t mark = column.find(record.keyed);
    if (mark == std::string_view::npos) {
      return wrong("column '" + excerpt(column) + "' has no key", offset);
    }
    const std::string_view key = without_blanks(column.substr(0, mark));
    const auto known = std::find_if(record.fields.begin(), record.fields.end(),
                                    [key](const FieldSpec& field) { return field.key == key; });
    if (known == record.fields.end()) {
      if (record.extra_columns) continue;
      return wrong("key '" + excerpt(key) + "' is not in the profile", offset);
    }
    std::string_view& cell = cells_[static_cast<std::size_t>(known - record.fields.begin())];
    if (cell.data() != nullptr) return wrong("key '" + excerpt(key) + "' comes twice", offset);
    cell = column.substr(mark + 1);
  }
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    if (cells_[i].data() == nullptr && !record.fields[i].optional_column) {
      return wrong("key '" + record.fields[i].name + "' is absent", raw.text.size());
    }
  }
  return true;
}

std::string_view RecordSlicer::value(const FieldSpec& field, std::string_view cell,
                                     std::string& scratch) const {
  cell = cutter_.unquoted(cell, scratch);
  if (!field.prefix.empty() && has_prefix(field, cell)) cell.remove_prefix(field.prefix.size());
  return without_blanks(cell);
}

bool RecordSlicer::holds(const Condition& condition, const RecordSpec& record,
                         std::string_view cell) {
  return satisfies(condition, value(record.fields[condition.field], cell, quoted_));
}

}  // namespace custody_adapter
