#include "tests/domain/script.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace ledger::domain::test {
namespace {

std::vector<Instalment> schedule_of(std::string_view text) {
  std::vector<Instalment> schedule;
  std::istringstream rows{std::string(text)};
  for (std::string row; std::getline(rows, row, ',');) {
    const std::size_t colon = row.find(':');
    const std::size_t plus = row.find('+');
    Instalment& i = schedule.emplace_back();
    i.due = base::Date::parse(row.substr(0, colon)).value_or(base::Date());
    i.principal = base::Amount::of(fen(row.substr(colon + 1, plus - colon - 1)));
    i.interest = base::Amount::of(fen(row.substr(plus + 1)));
  }
  return schedule;
}

const Entry* entry_of(const Bank& bank, std::string_view command_id) {
  for (const Entry& e : bank.entries) {
    if (e.command_id == command_id) return &e;
  }
  ADD_FAILURE() << "no command " << command_id;
  return nullptr;
}

std::optional<Refusal> set_field(const Bank& bank, CommandBuilder& builder, const FieldSpec& spec,
                                 std::string_view value);

// A proposed command: its flow, then name=value, with commas between.
Command nested_command(const Bank& bank, std::string_view text) {
  CommandBuilder builder;
  builder.start();
  EXPECT_FALSE(builder.set_id("nested"));
  const std::size_t comma = text.find(',');
  EXPECT_FALSE(builder.set_flow(text.substr(0, comma)));
  while (!text.empty() && text.find(',') != std::string_view::npos) {
    text.remove_prefix(text.find(',') + 1);
    const std::string_view pair = text.substr(0, text.find(','));
    const std::size_t equals = pair.find('=');
    const FieldSpec* spec = find_field(pair.substr(0, equals));
    EXPECT_NE(spec, nullptr) << pair;
    if (spec == nullptr) break;
    EXPECT_FALSE(set_field(bank, builder, *spec, pair.substr(equals + 1))) << pair;
  }
  auto command = builder.finish();
  EXPECT_TRUE(command) << (command ? "" : command.error().detail);
  return command ? *std::move(command) : Command();
}

std::optional<Refusal> set_field(const Bank& bank, CommandBuilder& builder, const FieldSpec& spec,
                                 std::string_view value) {
  switch (spec.type) {
    case FieldType::kAmount:
      return builder.set_integer(spec.field, fen(value));
    case FieldType::kCount:
      if (value.starts_with('@')) {
        return builder.set_integer(
            spec.field,
            static_cast<std::int64_t>(entry_of(bank, value.substr(1))->sequence.value()));
      }
      return builder.set_integer(spec.field, std::stoll(std::string(value)));
    case FieldType::kFlag:
      return builder.set_flag(spec.field, value == "true");
    case FieldType::kSchedule:
      return builder.set_schedule(schedule_of(value));
    case FieldType::kHash:
      if (value.starts_with('@')) {
        const auto at = entry_of(bank, value.substr(1))->sequence.value() - 1;
        return builder.set_text(spec.field, bank.hashes[at].hex());
      }
      return builder.set_text(spec.field, crypto::sha256(value).hex());
    case FieldType::kAmountOrZero:
      return builder.set_integer(spec.field, value == "0" ? 0 : fen(value));
    case FieldType::kCommand:
      return builder.set_command(spec.field, nested_command(bank, value));
    case FieldType::kCode:
    case FieldType::kText:
    case FieldType::kDocument:
    case FieldType::kDate:
    case FieldType::kCurrencyCode:
    case FieldType::kAuthorityName:
      break;
  }
  return builder.set_text(spec.field, value);
}

void expect_money(std::string_view what, std::int64_t got, std::string_view wanted) {
  EXPECT_EQ(yuan(got), std::string(wanted)) << what;
}

base::AccountId account_of(const Bank& bank, std::string_view code) {
  const auto id = bank.state.find_account(code);
  EXPECT_TRUE(id) << "no account " << code;
  return id.value_or(base::AccountId(1));
}

void expect_hold(const Bank& bank, const std::vector<std::string>& w) {
  const Hold* found = nullptr;
  for (const Hold* h : bank.state.open_holds()) {
    if (h->order == w[1] && name_of(h->kind) == w[2]) found = h;
  }
  expect_money("hold", found == nullptr ? 0 : found->remaining, w[3] == "none" ? "0.00" : w[3]);
}

void expect_project(const Bank& bank, const std::vector<std::string>& w) {
  const auto id = bank.state.find_project(w[1]);
  ASSERT_TRUE(id) << "no project " << w[1];
  const Project& p = bank.state.project(*id);
  EXPECT_EQ(name_of(p.state), w[2]);
  expect_money("frozen", p.frozen, w[3]);
  expect_money("disbursed", p.disbursed, w[4]);
  expect_money("repaid", p.repaid, w[5]);
  expect_money("interest", p.interest_paid, w[6]);
}

void expect_claim(const Bank& bank, const std::vector<std::string>& w) {
  const auto project = bank.state.find_project(w[1]);
  const auto holder = bank.state.find_owner(w[2]);
  ASSERT_TRUE(project && holder);
  Claim found;
  for (const Claim& c : bank.state.claims(*project)) {
    if (c.holder == *holder) found = c;
  }
  expect_money("principal", found.principal, w[3]);
  expect_money("principal paid", found.principal_paid, w[4]);
  expect_money("interest paid", found.interest_paid, w[5]);
}

void expect_recovery(const Bank& bank, const std::vector<std::string>& w) {
  const auto project = bank.state.find_project(w[1]);
  const auto holder = bank.state.find_owner(w[2]);
  ASSERT_TRUE(project && holder);
  const Recovery* found = bank.state.project(*project).recovery_of(*holder);
  const Recovery recovery = found == nullptr ? Recovery() : *found;
  expect_money("principal", recovery.principal, w[3]);
  expect_money("principal recovered", recovery.principal_recovered, w[4]);
  expect_money("interest", recovery.interest, w[5]);
  expect_money("interest recovered", recovery.interest_recovered, w[6]);
}

void expect_offered(const Bank& bank, const std::vector<std::string>& w) {
  const auto project = bank.state.find_project(w[1]);
  const auto holder = bank.state.find_owner(w[2]);
  ASSERT_TRUE(project && holder);
  std::int64_t offered = 0;
  for (const Claim& c : bank.state.claims(*project)) {
    if (c.holder == *holder) offered = c.reserved;
  }
  expect_money("offered", offered, w[3]);
}

// True if the line was a fact.
bool expect_fact(const Bank& bank, const std::vector<std::string>& w) {
  const State& s = bank.state;
  const auto is = [&](std::string_view name, std::size_t words) {
    if (w[0] != name) return false;
    if (w.size() == words) return true;
    ADD_FAILURE() << "the fact has " << w.size() << " words";
    return false;
  };
  if (is("balance", 3)) {
    expect_money(w[1], s.balance(account_of(bank, w[1])), w[2]);
  } else if (is("counters", 6)) {
    const Account& a = s.account(account_of(bank, w[1]));
    expect_money("debits posted", a.debits_posted, w[2]);
    expect_money("credits posted", a.credits_posted, w[3]);
    expect_money("debits pending", a.debits_pending, w[4]);
    expect_money("credits pending", a.credits_pending, w[5]);
  } else if (w.size() > 2 && w[2].find('=') == std::string::npos && is("hold", 4)) {
    expect_hold(bank, w);
  } else if (is("project", 7)) {
    expect_project(bank, w);
  } else if (is("claim", 6)) {
    expect_claim(bank, w);
  } else if (is("recovery", 7)) {
    expect_recovery(bank, w);
  } else if (is("offered", 4)) {
    expect_offered(bank, w);
  } else if (is("owes", 3)) {
    expect_money(w[1], s.owner(s.find_owner(w[1]).value_or(base::ClientId(1))).outstanding, w[2]);
  } else if (is("date", 2)) {
    EXPECT_EQ(format(s.business_date()), w[1]);
  } else if (is("proposal", 3)) {
    const Proposal* p = s.find_proposal(w[1]);
    EXPECT_EQ(p == nullptr ? "none" : name_of(p->status), w[2]);
  } else {
    return false;
  }
  return true;
}

void play_command(Bank& bank, std::string_view line);

// Closes business dates, a month at most each, until the wanted one.
void close_until(Bank& bank, const std::vector<std::string>& w) {
  const auto wanted = base::Date::parse(w.at(1));
  ASSERT_TRUE(wanted) << w[1];
  while (bank.state.business_date() < *wanted) {
    const base::Date next = std::min(bank.state.business_date().plus_days(28), *wanted);
    play_command(bank, fmt::format("cut_off until-{} opens={}", format(next), format(next)));
  }
}

void play_command(Bank& bank, std::string_view line) {
  const std::size_t bang = line.find(" ! ");
  const Command command = command_of(bank, line.substr(0, bang));
  const auto refusal = bank.send(command).refusal;
  if (bang == std::string_view::npos) {
    EXPECT_FALSE(refusal) << text_of(refusal->code).name << ": " << refusal->detail;
    return;
  }
  const std::string_view wanted = line.substr(bang + 3);
  const std::string_view name = wanted.substr(0, wanted.find(' '));
  ASSERT_TRUE(refusal) << "is not refused";
  EXPECT_EQ(text_of(refusal->code).name, name) << refusal->detail;
  if (name.size() < wanted.size()) {
    EXPECT_NE(refusal->detail.find(wanted.substr(name.size() + 1)), std::string::npos)
        << "detail: " << refusal->detail;
  }
}

}  // namespace

std::int64_t fen(std::string_view text) {
  const auto parsed = base::parse_decimal(text, 2);
  EXPECT_TRUE(parsed.value) << "not an amount: " << text;
  return parsed.value ? static_cast<std::int64_t>(parsed.value->minor()) : 0;
}

std::string yuan(std::int64_t minor) {
  return base::format_decimal(base::Total::from_minor(minor), 2);
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Command command_of(const Bank& bank, std::string_view line) {
  const auto words = words_of(line);
  CommandBuilder builder;
  builder.start();
  const auto well = [&](const std::optional<Refusal>& refusal) {
    EXPECT_FALSE(refusal) << line << ": " << text_of(refusal->code).name << " " << refusal->detail;
  };
  if (words.size() < 2) {
    ADD_FAILURE() << "not a command: " << line;
    return {};
  }
  well(builder.set_flow(words[0]));
  well(builder.set_id(words[1]));
  bool authority_given = false;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const FieldSpec* spec = find_field(words[i].substr(0, equals));
    if (spec == nullptr || equals == std::string::npos) {
      ADD_FAILURE() << "no field: " << words[i];
      continue;
    }
    authority_given = authority_given || spec->field == Field::kAuthority;
    well(set_field(bank, builder, *spec, std::string_view(words[i]).substr(equals + 1)));
  }
  if (!authority_given) {
    const auto flow = flow_from_name(words[0]).value_or(FlowCode::kDeposit);
    const Authority usual = bank.state.profile().rules_of(flow)->authorities.front();
    well(builder.set_text(Field::kAuthority, name_of(usual)));
  }
  auto command = builder.finish();
  if (!command) {
    ADD_FAILURE() << line << ": " << text_of(command.error().code).name << " "
                  << command.error().detail;
    return {};
  }
  return *command;
}

void play(Bank& bank, std::string_view script) {
  std::istringstream lines{std::string(script)};
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find('#'));
    line.erase(line.find_last_not_of(' ') + 1);
    const auto words = words_of(line);
    if (words.empty()) continue;
    SCOPED_TRACE(line);
    if (words[0] == "until") {
      close_until(bank, words);
    } else if (!expect_fact(bank, words)) {
      play_command(bank, line);
    }
  }
}

void play_by_two(Bank& bank, const std::string& id, std::string_view line,
                 std::string_view refusal) {
  std::string proposed(line);
  std::replace(proposed.begin(), proposed.end(), ' ', ',');
  const std::string propose =
      fmt::format("propose propose-{} operator=ann proposed={},authority=operators", id, proposed);
  if (!refusal.empty()) {
    play(bank, fmt::format("{} ! {}", propose, refusal));
    return;
  }
  play(bank, fmt::format("{}\napprove {} proposal=propose-{} operator=bob", propose, id, id));
}

void play_reversal(Bank& bank, const std::string& id, std::string_view refusal) {
  play(bank, fmt::format("reversal_propose rp-{0} entry=@{0} entry_hash=@{0} reason=mistake "
                         "operator=ann\nreversal_approve ra-{0} proposal=rp-{0} operator=bob{1}{2}",
                         id, refusal.empty() ? "" : " ! ", refusal));
}

std::string cn_2017() { return std::string(*Profile::built_in("cn-2017")); }

std::string changed(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string profile_with(std::string_view from, std::string_view to) {
  std::string text(*Profile::built_in("cn-2017"));
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

void fund(Bank& bank, std::string_view account, std::string_view amount) {
  Entry e;
  e.flow = FlowCode::kTopUp;
  e.authority = Authority::kPlatform;
  e.profile_version = bank.state.profile().version();
  e.sequence = base::next(bank.state.sequence());
  e.time = base::Timestamp{bank.state.time().ns + 1'000};
  e.business_date = e.value_date = bank.state.business_date();
  e.command_id = fmt::format("fund-{}", e.sequence.value());
  e.postings.push_back(
      {account_of(bank, "custody:bank"), account_of(bank, account), base::Amount::of(fen(amount))});
  bank.take(e);
}

const std::string_view kTown = R"(
  open_account o1 client=channel:alipay
  open_account o2 client=lender:L1
  open_account o3 client=lender:L2
  open_account o4 client=borrower:B1
  open_account o5 client=borrower:BIG legal_person=true
  open_account o6 client=guarantor:G1
  open_account o7 client=lender:KIN related_party=true
  open_account o8 client=borrower:KIN related_party=true
  open_account o9 client=lender:B1
  deposit d1 client=lender:L1 channel=alipay amount=1000.00
  deposit d2 client=lender:L2 channel=alipay amount=1000.00
  settle s1 order=d1 amount=1000.00
  settle s2 order=d2 amount=1000.00
)";

const std::string_view kLoan = R"(
  open_project p1 project=P1 borrower=borrower:B1 target=1000.00 contract_hash=one instalments=2017-04-01:333.33+10.01,2017-05-01:333.33+6.67,2017-06-01:333.34+3.33
  bid b1 client=lender:L1 project=P1 amount=400.00
  bid b2 client=lender:L2 project=P1 amount=600.00
  disburse x1 project=P1
)";

}  // namespace ledger::domain::test
