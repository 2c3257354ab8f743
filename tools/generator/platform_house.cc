// The platform's own money in custody (rewards, fees, the reserve), money of strangers, and the
// bank's interest. What comes from or goes to the platform's own account has a line at the bank
// too.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/generator/platform.h"

namespace tools::generator {
namespace {

constexpr Fen kTopUpLeast = 2'000 * kYuan;

}  // namespace

void Platform::top_up(std::string_view account, Fen amount) {
  const std::string id = order_id('T');
  const Booking& line = book(true, amount, id, kNobody, "TOP UP");
  send("top_up", "platform", id,
       fmt::format(R"("account":"{}","amount":{},"evidence":"{}")", account, amount,
                   line.reference));
}

void Platform::ensure_marketing(Fen amount) {
  if (marketing_ >= amount) return;
  const Fen more = std::max(kTopUpLeast, amount * 10);
  top_up("platform:marketing", more);
  marketing_ += more;
}

// Rewards and subsidies of interest; now and then to the wrong client, which two operators take
// back.
void Platform::reward_some() {
  const std::size_t count = 1 + size_.loans_a_day / 2;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t lender = pick_lender();
    const Fen amount = static_cast<Fen>(1 + random_.below(50)) * kYuan;
    const bool subsidy = i % 4 == 3;
    if (!subsidy) ensure_marketing(amount);
    if (subsidy && subsidy_ < amount) {
      top_up("platform:subsidy", kTopUpLeast);
      subsidy_ += kTopUpLeast;
    }
    const bool wrong = i == 0 && day_number_ % 2 == 0;
    const std::string id = order_id('Y');
    if (wrong) driver_.remember(id);
    send("reward", "platform", id,
         fmt::format(R"("client":"{}","amount":{}{})", clients_[lender].code, amount,
                     subsidy ? R"(,"account":"platform:subsidy")" : ""));
    if (wrong) {
      reverse(id);
      continue;
    }
    (subsidy ? subsidy_ : marketing_) -= amount;
    clients_[lender].available += amount;
  }
}

void Platform::sweep_fees() {
  const Fen amount = fees_ * 6 / 10;
  if (amount < 100 * kYuan) return;
  const std::string order = order_id('O');
  send("fee_sweep", "platform", order, fmt::format(R"("amount":{})", amount));
  fees_ -= amount;
  sweeps_.push_back({order, amount});
}

void Platform::end_sweeps() {
  for (const Sweep& sweep : std::exchange(sweeps_, {})) {
    const std::string fields =
        fmt::format(R"("order":"{}","amount":{})", sweep.order, sweep.amount);
    if (day_number_ % 7 == 3) {
      send("fee_sweep_fail", "bank", "F" + sweep.order, fields);
      fees_ += sweep.amount;
    } else if (control_ < sweep.amount) {
      sweeps_.push_back(sweep);
    } else {
      const Booking& line = book(false, sweep.amount, sweep.order, kNobody, "OWN FUNDS");
      send("fee_sweep_paid", "bank", "P" + sweep.order,
           fmt::format(R"({},"evidence":"{}")", fields, line.reference));
    }
  }
}

void Platform::fund_reserve() {
  const Fen amount = options_.reserve ? fees_ / 4 : 0;
  if (amount == 0) return;
  send("reserve_fund", "platform", order_id('G'),
       fmt::format(R"("amount":{},"account":"platform:fee")", amount));
  fees_ -= amount;
  reserve_ += amount;
}

// Transfers straight to the custody account, without an order.
void Platform::take_receipts() {
  const std::size_t count = 1 + size_.loans_a_day / 20;
  for (std::size_t i = 0; i < count; ++i) {
    Receipt receipt;
    receipt.order = order_id('E');
    receipt.amount = draw_bid(random_);
    if (!random_.per_mille(250)) receipt.client = pick_lender();
    const Booking& line = book(true, receipt.amount, receipt.order, kNobody, "TRANSFER");
    send("receipt", "bank", receipt.order,
         fmt::format(R"("amount":{},"evidence":"{}")", receipt.amount, line.reference));
    receipts_.push_back(std::move(receipt));
  }
}

void Platform::allocate_receipts() {
  for (const Receipt& receipt : std::exchange(receipts_, {})) {
    const std::string fields =
        fmt::format(R"("order":"{}","amount":{})", receipt.order, receipt.amount);
    if (receipt.client != kNobody) {
      send_by_two("receipt_allocate", fmt::format(R"({},"client":"{}","reason":"payer was asked")",
                                                  fields, clients_[receipt.client].code));
      clients_[receipt.client].available += receipt.amount;
    } else if (control_ < receipt.amount) {
      receipts_.push_back(receipt);
    } else {
      const Booking& line = book(false, receipt.amount, receipt.order, kNobody, "RETURNED");
      send_by_two("receipt_return", fmt::format(R"({},"evidence":"{}","reason":"no client")",
                                                fields, line.reference));
    }
  }
}

// Once a month the bank pays interest on the custody account; every client gets its part by the sum
// of its daily balances, rounded down, and the one with the most what is left.
void Platform::take_bank_interest() {
  if (day_number_ % 30 != 3 || control_ <= 0) return;
  __extension__ using Wide = __int128;
  Wide sum = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    sum += clients_[i].balance_days;
    if (clients_[i].balance_days > clients_[most].balance_days) most = i;
  }
  if (sum == 0) return;
  const Fen interest = control_ * 35 / 10'000 / 12 + kYuan;
  const std::string order = order_id('I');
  const Booking& line = book(true, interest, order, kNobody, "INTEREST");
  send("bank_interest", "bank", order,
       fmt::format(R"("amount":{},"evidence":"{}")", interest, line.reference));
  const auto pay = [&](std::size_t client, Fen amount) {
    if (amount == 0) return;
    send("bank_interest_pay", "platform", order_id('N'),
         fmt::format(R"("order":"{}","client":"{}","amount":{})", order, clients_[client].code,
                     amount));
    clients_[client].available += amount;
  };
  Fen left = interest;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    const Fen part = static_cast<Fen>(Wide{interest} * clients_[i].balance_days / sum);
    clients_[i].balance_days = 0;
    pay(i, part);
    left -= part;
  }
  pay(most, left);
}

}  // namespace tools::generator
