#include "tools/generator/bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tools::generator {
namespace {

constexpr std::array<std::pair<Defect, std::string_view>, 7> kDefects = {{
    {Defect::kMissing, "missing"},
    {Defect::kExtra, "extra"},
    {Defect::kAmount, "amount"},
    {Defect::kDuplicate, "duplicate"},
    {Defect::kParty, "party"},
    {Defect::kNextDay, "next-day"},
    {Defect::kTruncated, "truncated"},
}};

Fen signed_amount(const Booking& line) { return line.credit ? line.amount : -line.amount; }

}  // namespace

std::optional<Defect> defect_from_name(std::string_view name) {
  for (const auto& [defect, text] : kDefects) {
    if (text == name) return defect;
  }
  return std::nullopt;
}

std::string_view name_of(Defect defect) {
  for (const auto& [known, text] : kDefects) {
    if (known == defect) return text;
  }
  return "unknown";
}

std::string defect_names() {
  std::string names;
  for (const auto& [defect, text] : kDefects) {
    names.append(names.empty() ? "" : ", ").append(text);
  }
  return names;
}

StatementDay Bank::close(int day, ledger::base::Date date, std::vector<Booking> booked) {
  StatementDay statement;
  statement.date = date;
  statement.number = day;
  statement.opening = balance_;
  statement.lines = std::exchange(late_, {});
  std::move(booked.begin(), booked.end(), std::back_inserter(statement.lines));
  for (const PlantedDefect& defect : defects_) {
    if (defect.day == day) plant(defect.kind, day, statement);
  }
  for (const Booking& line : statement.lines) balance_ += signed_amount(line);
  statement.closing = balance_;
  return statement;
}

// A line of today without a defect; the end if there is none.
std::size_t Bank::pick(const StatementDay& statement, bool of_clients_in) {
  std::vector<std::size_t> fit;
  for (std::size_t i = 0; i < statement.lines.size(); ++i) {
    const Booking& line = statement.lines[i];
    const bool touched = std::find(touched_.begin(), touched_.end(), line.order) != touched_.end();
    const bool fits = !of_clients_in || (line.credit && !line.party.empty());
    if (!touched && line.value_date == statement.date && fits) {
      fit.push_back(i);
    }
  }
  if (fit.empty()) return statement.lines.size();
  const std::size_t at = fit[random_.below(fit.size())];
  touched_.push_back(statement.lines[at].order);
  return at;
}

void Bank::plant(Defect kind, int day, StatementDay& statement) {
  std::vector<Booking>& lines = statement.lines;
  Expectation expect;
  expect.planted = {kind, day};
  expect.date = statement.date;
  const auto finding = [&](std::string bucket, std::string cause, int days_later = 0) {
    expect.findings.push_back(
        {statement.date.plus_days(days_later), std::move(bucket), std::move(cause)});
  };
  if (kind == Defect::kTruncated) {
    statement.truncated = true;
    finding("STATEMENT", "file_truncated");
    finding("LEDGER_ONLY", "file_truncated");
    expectations_.push_back(std::move(expect));
    return;
  }
  const std::size_t at = pick(statement, kind == Defect::kParty);
  if (at == lines.size()) return;  // a day without lines; nothing is expected of it
  Booking& line = lines[at];
  expect.order = line.order;
  switch (kind) {
    case Defect::kMissing:
      expect.amount = -signed_amount(line);
      finding("LEDGER_ONLY", "missing_in_bank");
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case Defect::kExtra: {
      Booking extra = line;
      extra.credit = true;
      extra.amount = static_cast<Fen>(100 + random_.below(100'000));
      extra.order = fmt::format("U{}", line.reference.substr(2));
      extra.reference = "BX" + line.reference.substr(2);
      extra.text = "TRANSFER";
      expect.order = extra.order;
      expect.amount = extra.amount;
      finding("BANK_ONLY", "extra_in_bank");
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::move(extra));
      break;
    }
    case Defect::kAmount: {
      const Fen more = static_cast<Fen>(1 + random_.below(9'999));
      line.amount += more;
      expect.amount = line.credit ? more : -more;
      finding("AMOUNT_DIFF", "amount_differs");
      break;
    }
    case Defect::kDuplicate:
      expect.amount = signed_amount(line);
      finding("DUPLICATE", "sent_twice");
      lines.push_back(Booking(line));
      break;
    case Defect::kParty: {
      const auto other = std::find_if(lines.begin(), lines.end(), [&](const Booking& b) {
        return b.party != line.party && !b.party.empty();
      });
      line.party = other != lines.end()      ? other->party
                   : line.party == "L000001" ? "L000002"
                                             : "L000001";
      finding("PARTY_DIFF", "other_party");
      break;
    }
    case Defect::kNextDay:
      expect.amount = -signed_amount(line);
      finding("TIMING", "booked_next_day");
      finding("MATCHED", "booked_next_day", 1);
      late_.push_back(line);
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case Defect::kTruncated:
      break;
  }
  expectations_.push_back(std::move(expect));
}

std::string cut_off(const std::string& text) {
  std::size_t at = text.size() / 2;
  while (at > 0 && (text[at] == '\n' || text[at - 1] == '\n')) --at;
  return text.substr(0, at);
}

}  // namespace tools::generator
