#include "recon/export/table.h"

#include <fmt/format.h>

#include "ledger/base/check.h"
#include "recon/json.h"

namespace recon::exports {

Row& Row::text(std::string_view value) {
  cells_.push_back({Cell::Kind::kText, std::string(value), 0});
  return *this;
}
Row& Row::count(base::Int128 value) {
  cells_.push_back({Cell::Kind::kCount, {}, value});
  return *this;
}
Row& Row::id(std::uint64_t value) { return value == 0 ? none() : count(value); }
Row& Row::amount(base::Total value) {
  LEDGER_CHECK(!currency_.code().empty());
  cells_.push_back({Cell::Kind::kAmount, {}, value.minor()});
  return *this;
}
Row& Row::date(base::Date value) { return value.is_none() ? none() : text(base::format(value)); }
Row& Row::none(std::size_t cells) {
  cells_.resize(cells_.size() + cells);
  return *this;
}

// A field that begins like a footer line is quoted too, so that '#' at a line's start means one
// thing.
std::string csv_field(std::string_view value) {
  if (value.find_first_of(",\"\r\n") == std::string_view::npos && !value.starts_with('#')) {
    return std::string(value);
  }
  std::string out = "\"";
  for (const char c : value) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

void TableWriter::begin(Title title) {
  title_ = std::move(title);
  if (format_ == Format::kCsv) {
    std::string out = fmt::format("# export: {}, format 1\n", title_.name);
    for (const auto& [name, value] : title_.parameters) {
      out += fmt::format("# {}: {}\n", name, value);
    }
    for (std::size_t i = 0; i < title_.columns.size(); ++i) {
      out += (i == 0 ? "" : ",") + title_.columns[i];
    }
    put_(out + "\n");
    return;
  }
  Json json;
  json.open('{').field("export", title_.name).field("format", std::uint64_t{1});
  json.key("parameters").open('{');
  for (const auto& [name, value] : title_.parameters) json.field(name, value);
  json.close('}').key("rows").open('[');
  put_(json.str());
}

void TableWriter::row(const Row& row) {
  LEDGER_CHECK(row.cells().size() == title_.columns.size());
  for (std::size_t i = 0; i < row.cells().size(); ++i) {
    if (row.cells()[i].kind != Cell::Kind::kAmount) continue;
    auto& [total, digits] = controls_[{i, std::string(row.currency().code())}];
    total += base::Total::from_minor(row.cells()[i].number);
    digits = row.currency().minor_digits();
  }
  if (format_ == Format::kCsv) {
    row_csv(row);
  } else {
    row_json(row);
  }
  ++records_;
}

void TableWriter::row_csv(const Row& row) {
  std::string out;
  for (std::size_t i = 0; i < row.cells().size(); ++i) {
    const Cell& cell = row.cells()[i];
    if (i > 0) out += ',';
    switch (cell.kind) {
      case Cell::Kind::kNone:
        break;
      case Cell::Kind::kText:
        out += csv_field(cell.text);
        break;
      case Cell::Kind::kCount:
        out += base::to_string(cell.number);
        break;
      case Cell::Kind::kAmount:
        out += base::format(base::Total::from_minor(cell.number), row.currency());
        break;
    }
  }
  put_(out + "\n");
}

void TableWriter::row_json(const Row& row) {
  Json json;
  json.open('{');
  for (std::size_t i = 0; i < row.cells().size(); ++i) {
    const Cell& cell = row.cells()[i];
    json.key(title_.columns[i]);
    switch (cell.kind) {
      case Cell::Kind::kNone:
        json.null();
        break;
      case Cell::Kind::kText:
        json.text(cell.text);
        break;
      case Cell::Kind::kCount:
      case Cell::Kind::kAmount:
        json.minor(base::Total::from_minor(cell.number));
        break;
    }
  }
  put_((records_ == 0 ? "\n" : ",\n") + json.close('}').str());
}

void TableWriter::end(const Position& position, std::span<const Definition> definitions) {
  if (format_ == Format::kCsv) {
    end_csv(position, definitions);
  } else {
    end_json(position, definitions);
  }
}

void TableWriter::end_csv(const Position& position, std::span<const Definition> definitions) {
  std::string out = fmt::format("# records: {}\n", records_);
  for (const auto& [key, total] : controls_) {
    out += fmt::format("# control total: {} {} {}\n", title_.columns[key.first],
                       base::format_decimal(total.first, total.second), key.second);
  }
  out += fmt::format("# sequence: {}\n# head: {}\n# business date: {}\n# profile: {} version {}\n",
                     position.sequence.value(), position.head.hex(), base::format(position.date),
                     position.profile, position.profile_version);
  out += "# amounts: decimals of the currency\n";
  for (const Definition& d : definitions) out += fmt::format("# {}: {}\n", d.name, d.text);
  put_(out + "# end\n");
}

void TableWriter::end_json(const Position& position, std::span<const Definition> definitions) {
  // Every piece is an object of its own, whose opening brace goes.
  Json json;
  json.open('{').field("records", records_).key("control_totals").open('[');
  for (const auto& [key, total] : controls_) {
    json.open('{').field("column", title_.columns[key.first]).field("currency", key.second);
    json.field("total", total.first).close('}');
  }
  json.close(']').key("journal").open('{').field("sequence", position.sequence.value());
  json.field("head", position.head.hex()).field("business_date", base::format(position.date));
  json.field("profile", position.profile);
  json.field("profile_version", std::uint64_t{position.profile_version}).close('}');
  json.field("amounts", "integers of minor units").key("definitions").open('{');
  for (const Definition& d : definitions) json.field(d.name, d.text);
  json.close('}').close('}');
  put_((records_ == 0 ? "]," : "\n],") + json.str().substr(1) + "\n");
}

}  // namespace recon::exports
