#include "tools/generator/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/generator/references.h"

namespace tools::generator {

namespace base = ledger::base;

Size size_of(std::uint64_t scale_millionths) {
  const auto scaled = [&](std::uint64_t full, std::uint64_t least) {
    return static_cast<std::size_t>(std::max(full * scale_millionths / 1'000'000, least));
  };
  return {scaled(12'000, 30), scaled(150, 3), scaled(10, 2)};
}

Platform::Platform(Driver& driver, Size size, Options options)
    : driver_(driver),
      size_(size),
      options_(std::move(options)),
      random_(options_.seed, 1),
      lenders_by_activity_(size.lenders),
      control_(options_.control) {}

std::string Platform::order_id(char kind) {
  return fmt::format("{}{}{:06}-{:06}", kind, options_.prefix, today_.yyyymmdd() % 1'000'000,
                     ++orders_today_);
}
std::string Platform::bank_reference() {
  return fmt::format("BK{}{:06}{:06}", options_.prefix, today_.yyyymmdd() % 1'000'000,
                     ++bookings_today_);
}
std::string Platform::person_of(const Client& client) const {
  return client.code.substr(client.code.find(':') + 1);
}

// By activity; whoever has a court on its account does nothing.
std::size_t Platform::pick_lender() {
  std::size_t lender = lenders_by_activity_.draw(random_);
  while (clients_[lender].under_court) lender = (lender + 1) % size_.lenders;
  return lender;
}

Booking& Platform::book(bool credit, Fen amount, const std::string& order, std::size_t client,
                        std::string_view text) {
  Booking& line = booked_.emplace_back();
  line.credit = credit;
  line.amount = amount;
  line.order = order;
  line.reference = bank_reference();
  if (client != kNobody) line.party = person_of(clients_[client]);
  line.name = client != kNobody ? name_of_person(client) : "OTHER BANK CUSTOMER";
  line.text = text;
  line.value_date = today_;
  control_ += credit ? amount : -amount;
  return line;
}

void Platform::send(std::string_view flow, std::string_view authority, const std::string& id,
                    const std::string& fields) {
  driver_.send(flow, authority, id, fields);
  if (random_.per_mille(10)) driver_.repeat_last();
}

void Platform::send_by_two(std::string_view flow, const std::string& fields) {
  const std::string proposal = order_id('V');
  send("propose", "operators", proposal,
       fmt::format(R"("operator":"{}","proposed":{{"flow":"{}","authority":"operators",{}}})",
                   options_.maker, flow, fields));
  send("approve", "operators", "A" + proposal,
       fmt::format(R"("operator":"{}","proposal":"{}")", options_.checker, proposal));
}

void Platform::reverse(const std::string& command) {
  const std::string proposal = order_id('V');
  send("reversal_propose", "operators", proposal,
       fmt::format(R"({},"reason":"booked in error","operator":"{}")", reference_to(command),
                   options_.maker));
  send("reversal_approve", "operators", "A" + proposal,
       fmt::format(R"("proposal":"{}","operator":"{}")", proposal, options_.checker));
}

std::vector<Booking> Platform::day(base::Date today) {
  today_ = today;
  ++day_number_;
  orders_today_ = 0;
  bookings_today_ = 0;
  booked_.clear();
  if (clients_.empty()) open_everyone();

  settle_all(false);
  pay_yesterdays();
  return_yesterdays();
  charge_back_yesterdays();
  end_sweeps();
  allocate_receipts();
  go_on_with_cases();
  mark_overdue();
  repay_due();
  distribute_all();
  end_offers();
  forget_paid();
  transfer_some();
  for (const std::size_t sale : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    std::vector<Loan> on_sale;
    for (std::size_t i = sale; i < size_.loans_a_day; i += 3) on_sale.push_back(open_loan());
    flash_sale(std::move(on_sale));
  }
  settle_all(true);
  for (Loan& loan : full_) disburse(loan);
  std::move(full_.begin(), full_.end(), std::back_inserter(repaying_));
  full_.clear();
  for (Loan& loan : failed_) fail_project(loan);
  failed_.clear();
  withdraw_some();
  give_up_a_deposit();
  reward_some();
  take_receipts();
  take_bank_interest();
  fund_reserve();
  sweep_fees();
  open_cases();
  send_what_is_forbidden();
  for (Client& client : clients_) client.balance_days += client.available;

  // The day is the ledger's, whoever ends it: platforms on one ledger send the same command.
  driver_.send("cut_off", "platform", fmt::format("C{}", base::format(today_)),
               fmt::format(R"("opens":"{}")", base::format(today_.plus_days(1))));
  driver_.flush();
  return std::exchange(booked_, {});
}

void Platform::open_account(const std::string& code, std::string_view more) {
  clients_.emplace_back().code = code;
  driver_.send("open_account", "platform", "open-" + code.substr(code.find(':') + 1),
               fmt::format(R"("client":"{}"{})", code, more));
}

// Accounts keep their ids from run to run: a second run finds them open and gets the old answers.
void Platform::open_everyone() {
  for (const std::string_view channel : {"alipay", "wechatpay", "unionpay"}) {
    driver_.send("open_account", "platform", fmt::format("open-channel-{}", channel),
                 fmt::format(R"("client":"channel:{}")", channel));
  }
  for (std::size_t i = 1; i <= size_.lenders; ++i) {
    open_account(fmt::format("lender:{}L{:06}", options_.prefix, i));
  }
  for (std::size_t i = 1; i <= size_.guarantors; ++i) {
    open_account(fmt::format("guarantor:{}G{:03}", options_.prefix, i));
  }
}

// Once a day each: what the ledger must refuse, and by which name.
void Platform::send_what_is_forbidden() {
  const std::size_t client = pick_lender();
  Client& lender = clients_[client];
  const std::string order = order_id('D');
  const auto fields = [&](Fen amount) {
    return fmt::format(R"("client":"{}","channel":"alipay","amount":{})", lender.code, amount);
  };
  const Fen small = kBidStep;
  driver_.send("deposit", "bank", order, fields(small));
  driver_.send("deposit", "bank", order, fields(small + 1), "ID_REUSED");
  in_transit_.push_back({order, client, small});
  lender.available += small;
  lender.unsettled += small;
  const auto ask = [&](Fen amount) {
    return fmt::format(R"("client":"{}","amount":{})", lender.code, amount);
  };
  driver_.send("withdraw", "client", order_id('W'), ask(lender.available + 1'000'000 * kYuan),
               "INSUFFICIENT_FUNDS");
  driver_.send("withdraw", "platform", order_id('W'), ask(1), "AUTHORITY_FORBIDDEN");
}

}  // namespace tools::generator
