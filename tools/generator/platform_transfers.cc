// Transfers of claims (债权转让): another lender takes a part of a claim at a price near its worth;
// most at once, some are given up, a few stand open until the next day.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/generator/platform.h"

namespace tools::generator {

void Platform::transfer_some() {
  const std::size_t wanted = repaying_.empty() ? 0 : 1 + size_.loans_a_day * 5 / 2;
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::size_t at = random_.below(repaying_.size());
    const LoanBook& book = repaying_[at].book;
    if (book.paid_up() || repaying_[at].marked || book.next().date < today_) continue;
    offer(at, book.lender(random_.below(book.lenders())));
  }
}

void Platform::offer(std::size_t at, std::size_t seller) {
  Loan& loan = repaying_[at];
  Offer offer{"", at, pick_lender(), seller, 0, 0};
  const Fen free = loan.book.free(seller);
  offer.principal = free * static_cast<Fen>(1 + random_.below(4)) / 4;
  offer.price = offer.principal * static_cast<Fen>(95 + random_.below(11)) / 100;
  const bool idle = clients_[seller].under_court || offer.buyer == seller;
  if (idle || offer.price < kYuan) return;
  ensure_funds(offer.buyer, offer.price);
  offer.order = order_id('C');
  send("claim_bid", "client", offer.order,
       fmt::format(R"("client":"{}","seller":"{}","project":"{}","principal":{},"amount":{})",
                   clients_[offer.buyer].code, clients_[seller].code, loan.project, offer.principal,
                   offer.price));
  clients_[offer.buyer].available -= offer.price;
  loan.book.offer(seller, offer.principal);
  if (++transfers_ % 10 == 7) {
    offers_.push_back(std::move(offer));
  } else {
    accept(offer);
  }
}

// The seller pays half of a hundredth, if it pays at all.
void Platform::accept(const Offer& offer) {
  const Fen fee = random_.per_mille(500) ? offer.price * 50 / 10'000 : 0;
  send("claim_transfer", "client", "X" + offer.order,
       fmt::format(R"("order":"{}"{})", offer.order,
                   fee > 0 ? fmt::format(R"(,"fee":{},"fee_rule":"transfer")", fee) : ""));
  LoanBook& book = repaying_[offer.loan].book;
  book.end_offer(offer.seller, offer.principal);
  book.transfer(offer.seller, offer.buyer, offer.principal);
  clients_[offer.seller].available += offer.price - fee;
  fees_ += fee;
}

// Yesterday's, whatever has become of the loan since.
void Platform::end_offers() {
  for (const Offer& offer : std::exchange(offers_, {})) {
    send("claim_cancel", "client", "X" + offer.order, fmt::format(R"("order":"{}")", offer.order));
    repaying_[offer.loan].book.end_offer(offer.seller, offer.principal);
    clients_[offer.buyer].available += offer.price;
  }
}

}  // namespace tools::generator
