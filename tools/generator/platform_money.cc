// Client money in and out: deposits that settle, fail or are charged back; withdrawals that are
// paid, taken back, refused, unknown for a day or returned.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tools/generator/platform.h"
#include "tools/generator/references.h"

namespace tools::generator {
namespace {

constexpr std::array<std::string_view, 3> kChannels = {"alipay", "wechatpay", "unionpay"};
constexpr Fen kFeeMost = 2 * kYuan;  // rules "withdraw" and "withdraw-borrower" of cn-2017

}  // namespace

void Platform::deposit(std::size_t client, Fen amount) {
  const std::string_view channel = kChannels[std::min<std::uint64_t>(random_.below(10) / 4, 2)];
  std::string fields = fmt::format(R"("client":"{}","channel":"{}","amount":{})",
                                   clients_[client].code, channel, amount);
  const std::string order = order_id('D');
  if (random_.per_mille(200)) {
    send("deposit_request", "client", "Q" + order, fields);
    fields += fmt::format(R"(,"order":"Q{}")", order);
  }
  in_transit_.push_back({order, client, amount});
  clients_[client].available += amount;
  clients_[client].unsettled += amount;
  send("deposit", "bank", order, fields);
}

// Ordered, but the channel never got the money.
void Platform::give_up_a_deposit() {
  const std::string order = order_id('Q');
  const Fen amount = draw_bid(random_);
  send("deposit_request", "client", order,
       fmt::format(R"("client":"{}","channel":"{}","amount":{})", clients_[pick_lender()].code,
                   kChannels[0], amount));
  send("deposit_fail", "bank", "F" + order,
       fmt::format(R"("order":"{}","amount":{})", order, amount));
}

void Platform::ensure_funds(std::size_t client, Fen amount, bool spare) {
  const Fen lack = amount - clients_[client].available;
  if (lack <= 0) return;
  const Fen more =
      lack + (spare ? draw_bid(random_) * static_cast<Fen>(2 + random_.below(7)) : Fen{0});
  deposit(client, (more + kBidStep - 1) / kBidStep * kBidStep);
}

// The bank's evidence for what channels have paid in; some comes a day later, a few never.
void Platform::settle_all(bool leave_some) {
  std::vector<Deposit> left;
  for (Deposit& order : std::exchange(in_transit_, {})) {
    if (leave_some && random_.per_mille(80)) {
      left.push_back(std::move(order));
    } else if (++deposits_ % 150 == 29 && !clients_[order.client].under_court) {
      fail_deposit(order);
    } else {
      settle(order);
    }
  }
  in_transit_ = std::move(left);
}

void Platform::settle(const Deposit& order) {
  const Booking& line = book(true, order.amount, order.order, order.client, "DEPOSIT");
  const std::string id = "S" + order.order;
  if (deposits_ % 400 == 17) {
    driver_.remember(id);
    charged_back_.push_back({id, order.client, order.amount});
  }
  send("settle", "bank", id,
       fmt::format(R"("order":"{}","amount":{},"evidence":"{}")", order.order, order.amount,
                   line.reference));
  clients_[order.client].unsettled -= order.amount;
}

// What the client has spent of it the platform makes good the same day.
void Platform::fail_deposit(const Deposit& order) {
  Client& client = clients_[order.client];
  send("deposit_fail", "bank", "F" + order.order,
       fmt::format(R"("order":"{}","amount":{})", order.order, order.amount));
  const Fen taken = std::min(order.amount, client.available);
  client.available -= taken;
  client.unsettled -= order.amount;
  if (taken < order.amount) top_up("custody:shortfall", order.amount - taken);
}

// The bank takes back what it had settled, where the client still has it.
void Platform::charge_back_yesterdays() {
  for (const Returning& settled : std::exchange(charged_back_, {})) {
    Client& client = clients_[settled.client];
    if (client.under_court || client.available < settled.amount || control_ < settled.amount) {
      continue;
    }
    const std::string id = order_id('K');
    const Booking& line = book(false, settled.amount, id, settled.client, "CHARGEBACK");
    send("deposit_chargeback", "bank", id,
         fmt::format(R"({},"amount":{},"evidence":"{}")", reference_to(settled.command),
                     settled.amount, line.reference));
    client.available -= settled.amount;
  }
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
  if (withdrawals_ % 83 == 7) {  // the client takes it back
    send("withdraw_fail", "client", "F" + order, about + R"(,"reason":"taken back")");
    return;
  }
  send("withdraw_accept", "bank", "A" + order, about);
  if (withdrawals_ % 181 == 5) {  // the bank cannot pay it
    send("withdraw_fail", "bank", "F" + order, about + R"(,"reason":"card closed")");
    return;
  }
  clients_[client].available -= amount + fee;
  Withdrawal withdrawal{order, client, amount, fee, withdrawals_ % 61 == 9};
  if (withdrawal.unknown) {
    send("withdraw_unknown", "bank", "U" + order, about + R"(,"reason":"no answer")");
  }
  if (withdrawal.unknown || control_ < amount || random_.per_mille(120)) {
    accepted_.push_back(std::move(withdrawal));
  } else {
    pay(withdrawal);
  }
}

void Platform::pay(const Withdrawal& order) {
  const Booking& line = book(false, order.amount, order.order, order.client, "WITHDRAWAL");
  const std::string id = "P" + order.order;
  if (order.client < size_.lenders && random_.per_mille(4)) {
    driver_.remember(id);
    sent_back_.push_back({id, order.client, order.amount});
  }
  send("withdraw_pay", "bank", id,
       fmt::format(R"("order":"{}","amount":{},"evidence":"{}")", order.order, order.amount,
                   line.reference));
  fees_ += order.fee;
}

// Of those with an unknown outcome the bank knows it today.
void Platform::pay_yesterdays() {
  for (const Withdrawal& order : std::exchange(accepted_, {})) {
    if (order.unknown && random_.per_mille(300)) {
      send("withdraw_fail", "bank", "F" + order.order,
           fmt::format(R"("order":"{}","reason":"not paid")", order.order));
      clients_[order.client].available += order.amount + order.fee;
    } else if (control_ < order.amount) {
      accepted_.push_back(order);
    } else {
      pay(order);
    }
  }
}

// What was paid comes back: the card was closed meanwhile.
void Platform::return_yesterdays() {
  for (const Returning& paid : std::exchange(sent_back_, {})) {
    const std::string id = order_id('Z');
    const Booking& line = book(true, paid.amount, id, paid.client, "RETURNED");
    send("withdraw_return", "bank", id,
         fmt::format(R"({},"amount":{},"evidence":"{}")", reference_to(paid.command), paid.amount,
                     line.reference));
    clients_[paid.client].available += paid.amount;
  }
}

void Platform::withdraw_some() {
  const std::size_t wanted = std::max<std::size_t>(2, size_.loans_a_day * 3);
  for (std::size_t tries = 0, done = 0; tries < wanted * 4 && done < wanted; ++tries) {
    const std::size_t lender = pick_lender();
    const Fen free = clients_[lender].available - clients_[lender].unsettled - kFeeMost;
    if (free < kBidStep) continue;
    const Fen amount = free * static_cast<Fen>(1 + random_.below(4)) / 4;
    withdraw(lender, amount, random_.per_mille(500) ? kFeeMost : 0);
    ++done;
  }
}

}  // namespace tools::generator
