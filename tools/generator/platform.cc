#include "tools/generator/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tools::generator {

namespace base = ledger::base;

namespace {

constexpr std::array<std::string_view, 3> kChannels = {"alipay", "wechatpay", "unionpay"};
constexpr Fen kFeeMost = 2 * kYuan;  // rules "withdraw" and "withdraw-borrower" of cn-2017

}  // namespace

Size size_of(std::uint64_t scale_millionths) {
  const auto scaled = [&](std::uint64_t full, std::uint64_t least) {
    return static_cast<std::size_t>(std::max(full * scale_millionths / 1'000'000, least));
  };
  return {scaled(12'000, 30), scaled(150, 3)};
}

Platform::Platform(Driver& driver, Size size, std::uint64_t seed, base::Date first, Fen control,
                   int month_days)
    : driver_(driver),
      size_(size),
      month_days_(month_days),
      first_(first),
      random_(seed, 1),
      lenders_by_activity_(size.lenders),
      control_(control) {}

std::string Platform::order_id(char kind) {
  return fmt::format("{}{:06}-{:06}", kind, today_.yyyymmdd() % 1'000'000, ++orders_today_);
}
std::string Platform::bank_reference() {
  return fmt::format("BK{:06}{:06}", today_.yyyymmdd() % 1'000'000, ++bookings_today_);
}
std::string Platform::person_of(const Client& client) const {
  return client.code.substr(client.code.find(':') + 1);
}

Booking Platform::booking(bool credit, Fen amount, const std::string& order, std::size_t client,
                          std::string_view text) {
  Booking line;
  line.credit = credit;
  line.amount = amount;
  line.order = order;
  line.reference = bank_reference();
  line.party = person_of(clients_[client]);
  line.name = name_of_person(client);
  line.text = text;
  line.value_date = today_;
  return line;
}

void Platform::send(std::string_view flow, std::string_view authority, const std::string& id,
                    const std::string& fields) {
  driver_.send(flow, authority, id, fields);
  if (random_.per_mille(10)) driver_.repeat_last();
}

std::vector<Booking> Platform::day(base::Date today) {
  today_ = today;
  orders_today_ = 0;
  bookings_today_ = 0;
  booked_.clear();
  if (clients_.empty()) open_everyone();

  settle_all(false);
  pay_yesterdays();
  repay_due();
  const std::size_t loans = size_.loans_a_day;
  for (const std::size_t sale : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    std::vector<Loan> on_sale;
    for (std::size_t i = sale; i < loans; i += 3) on_sale.push_back(open_loan());
    flash_sale(std::move(on_sale));
  }
  settle_all(true);
  for (Loan& loan : full_) disburse(loan);
  std::move(full_.begin(), full_.end(), std::back_inserter(repaying_));
  full_.clear();
  for (Loan& loan : failed_) fail_project(loan);
  failed_.clear();
  withdraw_some();
  send_what_is_forbidden();

  send("cut_off", "platform", fmt::format("C{}", base::format(today_)),
       fmt::format(R"("opens":"{}")", base::format(today_.plus_days(1))));
  driver_.flush();
  return std::exchange(booked_, {});
}

// Accounts keep their ids from run to run: a second run finds them open and gets the old answers.
void Platform::open_everyone() {
  for (const std::string_view channel : kChannels) {
    driver_.send("open_account", "platform", fmt::format("open-channel-{}", channel),
                 fmt::format(R"("client":"channel:{}")", channel));
  }
  for (std::size_t i = 1; i <= size_.lenders; ++i) {
    Client& lender = clients_.emplace_back();
    lender.code = fmt::format("lender:L{:06}", i);
    driver_.send("open_account", "platform", fmt::format("open-L{:06}", i),
                 fmt::format(R"("client":"{}")", lender.code));
  }
}

void Platform::deposit(std::size_t client, Fen amount) {
  const std::string_view channel = kChannels[std::min<std::uint64_t>(random_.below(10) / 4, 2)];
  Deposit& order = in_transit_.emplace_back();
  order.order = order_id('D');
  order.client = client;
  order.amount = amount;
  clients_[client].available += amount;
  clients_[client].unsettled += amount;
  send("deposit", "bank", order.order,
       fmt::format(R"("client":"{}","channel":"{}","amount":{})", clients_[client].code, channel,
                   amount));
}

void Platform::ensure_funds(std::size_t client, Fen amount) {
  const Fen lack = amount - clients_[client].available;
  if (lack <= 0) return;
  const Fen more = lack + draw_bid(random_) * static_cast<Fen>(random_.below(4));
  deposit(client, (more + kBidStep - 1) / kBidStep * kBidStep);
}

// The bank's evidence for what channels have paid in; some comes a day later.
void Platform::settle_all(bool leave_some) {
  std::vector<Deposit> left;
  for (Deposit& order : in_transit_) {
    if (leave_some && random_.per_mille(80)) {
      left.push_back(std::move(order));
      continue;
    }
    Booking line = booking(true, order.amount, order.order, order.client, "DEPOSIT");
    send("settle", "bank", "S" + order.order,
         fmt::format(R"("order":"{}","amount":{},"evidence":"{}")", order.order, order.amount,
                     line.reference));
    clients_[order.client].unsettled -= order.amount;
    control_ += order.amount;
    booked_.push_back(std::move(line));
  }
  in_transit_ = std::move(left);
}

// Accepted by the bank at once, but for those that end before; paid today or tomorrow.
void Platform::withdraw(std::size_t client, Fen amount, Fen fee) {
  const std::string order = order_id('W');
  const bool borrower = client >= size_.lenders;
  std::string fields = fmt::format(R"("client":"{}","amount":{})", clients_[client].code, amount);
  if (fee > 0) {
    fields += fmt::format(R"(,"fee":{},"fee_rule":"{}")", fee,
                          borrower ? "withdraw-borrower" : "withdraw");
  }
  send("withdraw", "client", order, fields);
  ++withdrawals_;
  const std::string about = fmt::format(R"("order":"{}")", order);
  if (withdrawals_ % 23 == 7) {  // the client takes it back
    send("withdraw_fail", "client", "F" + order, about + R"(,"reason":"taken back")");
    return;
  }
  send("withdraw_accept", "bank", "A" + order, about);
  if (withdrawals_ % 31 == 5) {  // the bank cannot pay it
    send("withdraw_fail", "bank", "F" + order, about + R"(,"reason":"card closed")");
    return;
  }
  clients_[client].available -= amount + fee;
  const Withdrawal withdrawal{order, client, amount, fee};
  if (control_ < amount || random_.per_mille(120)) {
    accepted_.push_back(withdrawal);
  } else {
    pay(withdrawal);
  }
}

void Platform::pay(const Withdrawal& order) {
  Booking line = booking(false, order.amount, order.order, order.client, "WITHDRAWAL");
  send("withdraw_pay", "bank", "P" + order.order,
       fmt::format(R"("order":"{}","amount":{},"evidence":"{}")", order.order, order.amount,
                   line.reference));
  control_ -= order.amount;
  booked_.push_back(std::move(line));
}

void Platform::pay_yesterdays() {
  for (const Withdrawal& order : std::exchange(accepted_, {})) {
    if (control_ < order.amount) {
      accepted_.push_back(order);
    } else {
      pay(order);
    }
  }
}

void Platform::withdraw_some() {
  const std::size_t wanted = std::max<std::size_t>(2, size_.loans_a_day);
  for (std::size_t tries = 0, done = 0; tries < wanted * 4 && done < wanted; ++tries) {
    const std::size_t lender = lenders_by_activity_.draw(random_);
    const Fen free = clients_[lender].available - clients_[lender].unsettled - kFeeMost;
    if (free < kBidStep) continue;
    const Fen amount = free * static_cast<Fen>(1 + random_.below(4)) / 4;
    withdraw(lender, amount, random_.per_mille(500) ? kFeeMost : 0);
    ++done;
  }
}

// Once a day each: what the ledger must refuse, and by which name.
void Platform::send_what_is_forbidden() {
  const Client& lender = clients_.front();
  const std::string order = order_id('D');
  const auto fields = [&](Fen amount) {
    return fmt::format(R"("client":"{}","channel":"alipay","amount":{})", lender.code, amount);
  };
  const Fen small = kBidStep;
  driver_.send("deposit", "bank", order, fields(small));
  driver_.send("deposit", "bank", order, fields(small + 1), "ID_REUSED");
  in_transit_.push_back({order, 0, small});
  clients_.front().available += small;
  clients_.front().unsettled += small;
  const auto ask = [&](Fen amount) {
    return fmt::format(R"("client":"{}","amount":{})", lender.code, amount);
  };
  driver_.send("withdraw", "client", order_id('W'), ask(lender.available + 1'000'000 * kYuan),
               "INSUFFICIENT_FUNDS");
  driver_.send("withdraw", "platform", order_id('W'), ask(1), "AUTHORITY_FORBIDDEN");
}

}  // namespace tools::generator
