#include "bench/support.h"

#include <stdlib.h>

#include <filesystem>

#include "ledger/base/check.h"

namespace bench {

namespace base = ledger::base;
namespace domain = ledger::domain;
using domain::Field;

domain::Command command(std::string_view id, std::string_view flow,
                        const std::vector<FieldValue>& fields,
                        const std::vector<domain::Instalment>& schedule) {
  thread_local domain::CommandBuilder builder;
  builder.start();
  LEDGER_CHECK(!builder.set_id(id));
  LEDGER_CHECK(!builder.set_flow(flow));
  for (const auto& [field, value] : fields) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      LEDGER_CHECK(!builder.set_text(field, *text));
    } else {
      LEDGER_CHECK(!builder.set_integer(field, std::get<std::int64_t>(value)));
    }
  }
  if (!schedule.empty()) LEDGER_CHECK(!builder.set_schedule(schedule));
  return *builder.finish();
}

domain::Command opening(std::uint64_t number) {
  const std::string client = number == 0 ? "channel:alipay" : "lender:L" + std::to_string(number);
  return command("o" + std::to_string(number), "open_account",
                 {{Field::kAuthority, "platform"}, {Field::kClient, client}});
}

domain::Command load_command(const Load& load, std::uint64_t number) {
  const Fields f = fields_of(load, number);
  if (f.settles) {
    return command(
        f.id, "settle",
        {{Field::kAuthority, "bank"}, {Field::kOrder, f.order}, {Field::kAmount, f.amount}});
  }
  return command(f.id, "deposit",
                 {{Field::kAuthority, "bank"},
                  {Field::kChannel, "alipay"},
                  {Field::kClient, "lender:L" + std::to_string(f.client)},
                  {Field::kAmount, f.amount}});
}

// --- Books
// ----------------------------------------------------------------------------------------

Books::Books() {
  const auto profile = domain::Profile::parse(*domain::Profile::built_in("cn-2017"));
  LEDGER_CHECK(profile.has_value());
  apply(domain::genesis(*profile, base::Timestamp{1'000}, *base::Date::parse("2024-06-30")));
}

void Books::decide(const domain::Command& command, domain::Entry& entry) const {
  domain::Context context;
  context.now = base::Timestamp{state_.time().ns + 1};
  const auto refusal = domain::decide(state_, command, context, entry);
  LEDGER_CHECK(!refusal.has_value());
}

void Books::apply(const domain::Entry& entry) {
  const auto done = state_.apply(entry, &touched_);
  LEDGER_CHECK(done.has_value());
}

domain::Entry Books::send(const domain::Command& command) {
  domain::Entry entry;
  // Claims of a new project are loaded empty, as the engine does when the store has none.
  if (domain::flow_of(command.flow).needs == domain::Needs::kClaims) {
    const auto project = state_.find_project(command.text(Field::kProject));
    if (project && !state_.claims_loaded(*project)) state_.load_claims(*project, {});
  }
  decide(command, entry);
  apply(entry);
  return entry;
}

void Books::open_clients(std::uint64_t clients) {
  for (std::uint64_t n = 0; n <= clients; ++n) send(opening(n));
}

// --- Loan
// -----------------------------------------------------------------------------------------

Loan::Loan(Books& books, std::uint64_t lenders) : books_(books) {
  const auto deposit = [&](const std::string& id, const std::string& client, std::int64_t amount) {
    books.send(command(id, "deposit",
                       {{Field::kAuthority, "bank"},
                        {Field::kChannel, "alipay"},
                        {Field::kClient, client},
                        {Field::kAmount, amount}}));
  };
  domain::CommandBuilder builder;
  builder.start();
  LEDGER_CHECK(!builder.set_id("ob") && !builder.set_flow("open_account"));
  LEDGER_CHECK(!builder.set_text(Field::kAuthority, "platform"));
  LEDGER_CHECK(!builder.set_text(Field::kClient, "borrower:B"));
  LEDGER_CHECK(!builder.set_flag(Field::kLegalPerson, true));
  books.send(*builder.finish());

  // About 12,000 fen from each, so that 5,000 of them stay below a legal person's cap.
  std::vector<std::int64_t> bids;
  std::int64_t target = 0;
  for (std::uint64_t i = 0; i < lenders; ++i) {
    bids.push_back(12'000 + static_cast<std::int64_t>(i * 7919 % 1'000));
    target += bids.back();
  }
  const std::int64_t part = target / static_cast<std::int64_t>(kInstalments);
  const std::int64_t interest = part / 5 + 1;
  base::Date due = *base::Date::parse("2024-07-30");
  for (std::size_t i = 0; i < kInstalments; ++i, due = due.plus_days(1)) {
    const bool last = i + 1 == kInstalments;
    const std::int64_t before = part * static_cast<std::int64_t>(i);
    schedule_.push_back(
        {due, base::Amount::of(last ? target - before : part), base::Amount::of(interest)});
  }
  books.send(command("op", "open_project",
                     {{Field::kAuthority, "platform"},
                      {Field::kProject, "P"},
                      {Field::kBorrower, "borrower:B"},
                      {Field::kTarget, target},
                      {Field::kContractHash, std::string(64, 'a')}},
                     schedule_));
  for (std::uint64_t i = 0; i < lenders; ++i) {
    const std::string lender = "lender:L" + std::to_string(i + 1);
    deposit("d" + std::to_string(i), lender, bids[i]);
    books.send(command("b" + std::to_string(i), "bid",
                       {{Field::kAuthority, "client"},
                        {Field::kClient, lender},
                        {Field::kProject, "P"},
                        {Field::kAmount, bids[i]}}));
  }
  deposit("db", "borrower:B", interest * static_cast<std::int64_t>(kInstalments));
  books.send(command("x", "disburse", {{Field::kAuthority, "platform"}, {Field::kProject, "P"}}));
}

domain::Command Loan::repay() {
  LEDGER_CHECK(repaid_ < kInstalments);
  const domain::Instalment& due = schedule_[repaid_++];
  const std::string number = std::to_string(repaid_);
  books_.send(command("r" + number, "repay",
                      {{Field::kAuthority, "client"},
                       {Field::kProject, "P"},
                       {Field::kInstalment, static_cast<std::int64_t>(repaid_)},
                       {Field::kAmount, due.principal.minor() + due.interest.minor()}}));
  return command("y" + number, "distribute",
                 {{Field::kAuthority, "platform"}, {Field::kOrder, "r" + number}});
}

domain::Entry distribution(std::uint64_t lenders) {
  Books books;
  books.open_clients(lenders);
  Loan loan(books, lenders);
  return books.send(loan.repay());
}

domain::Entry deposit() {
  Load load;
  load.clients = 1'000;
  Books books;
  books.open_clients(load.clients);
  return books.send(load_command(load, 0));
}

// --- Folder
// ---------------------------------------------------------------------------------------

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "escrow-bench-XXXXXX").string();
  LEDGER_CHECK(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace bench
