// bank-interest: the bank's interest on the custody account, divided among the clients by the
// products of their daily balances and days (积数); as a table, or as the commands that pay it out.
#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

#include <fmt/format.h>

#include "ledger/base/check.h"
#include "recon/export/export.h"

namespace recon::exports {
namespace {

using base::Int128;
using boost::multiprecision::cpp_int;

constexpr Definition kDefinitions[] = {
    {"balance",
     "of a client on a day: what all accounts of the client have at the day's close, less what a "
     "channel has credited and the bank has not settled, at least 0"},
    {"day_balances",
     "the balances of all days of the period added up, weekends and holidays too, in minor units "
     "times days"},
    {"part",
     "amount * day_balances / their sum, rounded down; what is left over goes to the largest "
     "remainders, a minor unit each, ties to the earlier client. The parts add up to the amount"},
};

// One client's balance, and what it added up to before.
struct Track {
  std::int64_t balance = 0;
  std::int32_t since = 0;  // the day from which it counts
  Int128 sum = 0;
};

struct Part {
  base::ClientId client;
  Int128 weight = 0;
  std::int64_t amount = 0;
};

// Days since the epoch of a period, both within it.
struct Period {
  std::int32_t from = 0, to = 0;

  std::int64_t days_within(std::int32_t first, std::int32_t last) const {
    return std::max<std::int64_t>(0, std::int64_t{std::min(last, to)} - std::max(first, from) + 1);
  }
};

class DayBalances {
 public:
  explicit DayBalances(Period period) : period_(period) {}

  void take(const Step& step) {
    const auto today = static_cast<std::int32_t>(step.entry.business_date.days());
    for (const domain::Posting& p : step.entry.postings) {
      note(step.state, p.debit, today);
      note(step.state, p.credit, today);
    }
    for (const domain::HoldChange& h : step.entry.holds) {
      if (h.kind == domain::HoldKind::kDepositTransit) note(step.state, h.beneficiary, today);
    }
  }

  // Of the clients with a balance in the period, in the order of their numbers.
  std::vector<Part> weights(const domain::State& state, std::uint8_t currency) const {
    std::vector<Part> parts;
    for (std::size_t i = 1; i < tracks_.size(); ++i) {
      const base::ClientId id(i);
      const Track& t = tracks_[i];
      const Int128 sum = t.sum + Int128{t.balance} * period_.days_within(t.since, period_.to);
      if (sum > 0 && state.owner(id).currency == currency) parts.push_back({id, sum, 0});
    }
    return parts;
  }

 private:
  // What a client has that the bank has too; structural owners are not clients.
  static bool is_client(const domain::State& state, base::AccountId id) {
    const domain::OwnerKind& kind = state.profile().kinds()[state.owner(owner_of(state, id)).kind];
    return !kind.structural && class_of(state, id).group == domain::ClassGroup::kClient;
  }
  static std::int64_t balance_of(const domain::State& state, base::ClientId id) {
    const domain::Owner& owner = state.owner(id);
    Int128 sum = 0;
    for (std::uint16_t i = 0; i < owner.account_count; ++i) {
      const base::AccountId account(owner.first_account + i);
      sum += state.balance(account) - Int128{state.account(account).credits_pending};
    }
    return static_cast<std::int64_t>(std::max<Int128>(0, sum));
  }

  void note(const domain::State& state, base::AccountId account, std::int32_t today) {
    if (!is_client(state, account)) return;
    const base::ClientId id = owner_of(state, account);
    if (tracks_.size() <= id.value()) tracks_.resize(id.value() + 1);
    Track& t = tracks_[id.value()];
    t.sum += Int128{t.balance} * period_.days_within(t.since, today - 1);
    t.since = today;
    t.balance = balance_of(state, id);
  }

  Period period_;
  std::vector<Track> tracks_;  // by client
};

// Largest remainders.
void divide(std::int64_t amount, std::vector<Part>& parts) {
  cpp_int whole = 0;
  for (const Part& p : parts) whole += cpp_int(p.weight);
  if (whole == 0) return;
  std::vector<std::pair<cpp_int, std::size_t>> remainders;
  std::int64_t left = amount;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const cpp_int exact = cpp_int(amount) * cpp_int(parts[i].weight);
    parts[i].amount = static_cast<std::int64_t>(cpp_int(exact / whole));
    left -= parts[i].amount;
    remainders.emplace_back(exact % whole, i);
  }
  std::sort(remainders.begin(), remainders.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  LEDGER_CHECK(left >= 0 && static_cast<std::size_t>(left) <= parts.size());
  for (std::int64_t n = 0; n < left; ++n) {
    ++parts[remainders[static_cast<std::size_t>(n)].second].amount;
  }
}

// Days, interest and parts of one order; what both forms have in common.
class Division {
 public:
  explicit Division(const Options& options)
      : order_(options.order),
        balances_({static_cast<std::int32_t>(options.from.days()),
                   static_cast<std::int32_t>(options.to.days())}) {}

  void take(const Step& step) {
    balances_.take(step);
    for (const domain::HoldChange& h : step.entry.holds) {
      const bool opens = h.kind == domain::HoldKind::kInterest && h.op == domain::HoldOp::kOpen;
      if (!opens || h.order != order_) continue;
      amount_ = h.amount.minor();
      sequence_ = step.entry.sequence;
      currency_ = step.state.account(h.account).currency_index;
    }
  }
  // Empty if there is no such order.
  std::vector<Part> parts(const domain::State& state) const {
    if (amount_ == 0) return {};
    std::vector<Part> parts = balances_.weights(state, currency_);
    divide(amount_, parts);
    return parts;
  }
  base::Sequence sequence() const { return sequence_; }

 private:
  std::string order_;
  DayBalances balances_;
  std::int64_t amount_ = 0;
  base::Sequence sequence_;
  std::uint8_t currency_ = 0;
};

class BankInterest : public TableExport {
 public:
  BankInterest(const Options& options, Put put)
      : TableExport(options, std::move(put),
                    {"bank-interest",
                     {{"order", options.order},
                      {"from", base::format(options.from)},
                      {"to", base::format(options.to)}},
                     {"client", "currency", "day_balances", "part"}}),
        division_(options) {}

  void take(const Step& step) override { division_.take(step); }
  bool finish(const Position& position, const domain::State& state) override {
    for (const Part& part : division_.parts(state)) {
      Row row(currency_of(state, part.client));
      row.text(state.owner(part.client).code).text(row.currency().code()).count(part.weight);
      row.amount(base::Total::from_minor(part.amount));
      table().row(row);
    }
    table().end(position, kDefinitions);
    return true;
  }

 private:
  Division division_;
};

// A line a client, for `escrowctl send`. The ids are made of the order's entry and the client.
class BankInterestCommands : public Export {
 public:
  BankInterestCommands(const Options& options, Put put)
      : put_(std::move(put)), order_(options.order), division_(options) {}

  void take(const Step& step) override { division_.take(step); }
  bool finish(const Position&, const domain::State& state) override {
    for (const Part& part : division_.parts(state)) {
      if (part.amount == 0) continue;
      put_(
          fmt::format("{{\"id\":\"interest:{}:{}\",\"flow\":\"bank_interest_pay\","
                      "\"authority\":\"platform\",\"order\":\"{}\",\"client\":\"{}\","
                      "\"amount\":{}}}\n",
                      division_.sequence().value(), part.client.value(), order_,
                      state.owner(part.client).code, part.amount));
    }
    return true;
  }

 private:
  Put put_;
  std::string order_;
  Division division_;
};

std::string problem_of(const Options& options) {
  if (options.order.empty()) return "bank-interest needs --order, the id of a bank_interest";
  if (options.from.is_none() || options.to.is_none() || options.to < options.from) {
    return "bank-interest needs --from and --to, the first and the last day of its period";
  }
  return {};
}

}  // namespace

Made make_bank_interest(const Options& options, Put put) {
  if (std::string problem = problem_of(options); !problem.empty()) return {nullptr, problem};
  return {std::make_unique<BankInterest>(options, std::move(put)), {}};
}

Made make_bank_interest_commands(const Options& options, Put put) {
  if (std::string problem = problem_of(options); !problem.empty()) return {nullptr, problem};
  return {std::make_unique<BankInterestCommands>(options, std::move(put)), {}};
}

}  // namespace recon::exports
