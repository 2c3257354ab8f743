// Courts: a client's money is frozen, what comes in later is caught, a part is taken, the rest is
// let go. Meanwhile the platform leaves the client's money alone.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/base/time.h"
#include "tools/generator/platform.h"

namespace tools::generator {

namespace base = ledger::base;

// The second order of the day asks for more than there is.
void Platform::open_cases() {
  if (day_number_ % 10 != 1) return;
  const std::size_t count = 2 + size_.loans_a_day / 500;
  for (std::size_t i = 0; i < count; ++i) {
    CourtCase suit;
    suit.order = order_id('J');
    suit.client = pick_lender();
    Client& client = clients_[suit.client];
    const Fen reachable = std::max<Fen>(0, client.available - client.unsettled);
    const Fen wanted = i % 2 == 0 ? reachable / 2 + 1 : reachable + 1'000 * kYuan;
    suit.frozen = std::min(wanted, reachable);
    suit.waiting = wanted - suit.frozen;
    client.available -= suit.frozen;
    client.under_court = true;
    send("judicial_freeze", "court", suit.order,
         fmt::format(R"("client":"{}","amount":{},"evidence":"writ {}","expires":"{}")",
                     client.code, wanted, suit.order, base::format(today_.plus_days(180))));
    cases_.push_back(std::move(suit));
  }
}

void Platform::go_on_with_cases() {
  for (CourtCase& suit : std::exchange(cases_, {})) {
    Client& client = clients_[suit.client];
    const std::string about = fmt::format(R"("order":"{}")", suit.order);
    const Fen caught = std::min(suit.waiting, client.available - client.unsettled);
    if (caught > 0) {
      send("judicial_catch", "platform", "H" + suit.order, about);
      client.available -= caught;
      suit.frozen += caught;
      suit.waiting -= caught;
    }
    const Fen taken = suit.frozen / 3;
    if (taken > 0 && control_ >= taken) {
      const std::string id = order_id('J');
      send("judicial_deduct", "court", id,
           fmt::format(R"({},"amount":{},"evidence":"judgment {}")", about, taken, suit.order));
      suit.frozen -= taken;
      const Booking& line = book(false, taken, id, suit.client, "COURT");
      send("withdraw_pay", "bank", "P" + id,
           fmt::format(R"("order":"{}","amount":{},"evidence":"{}")", id, taken, line.reference));
    }
    if (suit.frozen + suit.waiting > 0) send("judicial_release", "court", "L" + suit.order, about);
    client.available += suit.frozen;
    client.under_court = false;
  }
}

}  // namespace tools::generator
