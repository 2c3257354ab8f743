#include "tests/domain/random_commands.h"

#include <fmt/format.h>

namespace ledger::domain::test {
namespace {

const std::vector<std::string> kClients = {"lender:A",   "lender:B",    "lender:C",   "lender:D",
                                           "borrower:A", "borrower:X",  "borrower:Y", "guarantor:G",
                                           "lender:KIN", "borrower:KIN"};

}  // namespace

std::vector<std::string> CommandSource::opening() {
  std::vector<std::string> lines = {"open_account ch1 client=channel:one",
                                    "open_account ch2 client=channel:two"};
  for (const std::string& client : kClients) {
    const bool kin = client.ends_with("KIN");
    lines.push_back(fmt::format("open_account open-{} client={}{}{}", client, client,
                                kin ? " related_party=true" : "",
                                client == "borrower:Y" ? " legal_person=true" : ""));
  }
  return lines;
}

std::string CommandSource::next(const Bank& bank) {
  std::string line = flow_line(bank);
  if (random_.chance(1) && line.find(" authority=") == std::string::npos) {
    line += " authority=court";
  }
  return line;
}

std::string CommandSource::flow_line(const Bank& bank) {
  const std::int64_t dice = random_.between(0, 99);
  if (dice < 48) return money_line(bank, dice);
  if (dice < 90) return project_line(bank, dice);
  return control_line(bank, dice);
}

std::string CommandSource::id(const std::string& flow) {
  const std::string id = fmt::format("{}-{}", flow, ++count_);
  sent_[flow].push_back(id);
  return fmt::format("{} {}", flow, id);
}

std::string CommandSource::client() {
  if (random_.chance(1)) return random_.chance(50) ? "lender:nobody" : "platform";
  const auto last = static_cast<std::int64_t>(kClients.size()) - 1;
  return kClients[static_cast<std::size_t>(random_.between(0, random_.chance(70) ? 3 : last))];
}

std::string CommandSource::order(const std::string& flow) {
  const auto& ids = sent_[flow];
  if (ids.empty() || random_.chance(2)) return "nothing";
  const auto last = static_cast<std::int64_t>(ids.size()) - 1;
  const std::int64_t first = random_.chance(90) ? std::max<std::int64_t>(0, last - 9) : 0;
  return ids[static_cast<std::size_t>(random_.between(first, last))];
}

// Mostly an order that is open, else any.
std::string CommandSource::any_hold(const Bank& bank, HoldKind kind, const std::string& flow) {
  std::vector<std::string> open;
  if (random_.chance(80)) {
    for (const Hold* h : bank.state.open_holds()) {
      if (h->kind == kind) open.push_back(h->order);
    }
  }
  if (open.empty()) return order(flow);
  return open[static_cast<std::size_t>(
      random_.between(0, static_cast<std::int64_t>(open.size()) - 1))];
}

std::string CommandSource::project(const Bank& bank, ProjectState wanted) {
  const auto count = static_cast<std::int64_t>(bank.state.project_count());
  if (count == 0 || random_.chance(1)) return "nowhere";
  std::vector<std::int64_t> fitting;
  for (std::int64_t i = std::max<std::int64_t>(1, count - 20); i <= count; ++i) {
    if (bank.state.project(base::ProjectId(static_cast<std::uint64_t>(i))).state == wanted) {
      fitting.push_back(i);
    }
  }
  std::int64_t id = random_.between(std::max<std::int64_t>(1, count - 5), count);
  if (!fitting.empty() && random_.chance(80)) {
    id = fitting[static_cast<std::size_t>(
        random_.between(0, static_cast<std::int64_t>(fitting.size()) - 1))];
  }
  return bank.state.project(base::ProjectId(static_cast<std::uint64_t>(id))).code;
}

std::string CommandSource::some_amount(std::int64_t usual) {
  if (random_.chance(5) || usual <= 0) return yuan(random_.between(1, 500'000));
  return yuan(random_.chance(95) ? usual : usual + random_.between(0, 1));
}

std::string CommandSource::money_line(const Bank& bank, std::int64_t dice) {
  const auto remaining = [&](const std::string& order, HoldKind kind) {
    const Hold* hold = bank.state.find_hold(order, kind);
    return some_amount(hold == nullptr ? 0 : hold->remaining);
  };
  if (dice < 18) {
    return fmt::format("{} client={} channel={} amount={}", id("deposit"), client(),
                       random_.chance(2) ? "none" : (random_.chance(50) ? "one" : "two"),
                       yuan(random_.between(1, 60'000)));
  }
  if (dice < 30) {
    const std::string o = any_hold(bank, HoldKind::kDepositTransit, "deposit");
    return fmt::format("{} order={} amount={}", id("settle"), o,
                       remaining(o, HoldKind::kDepositTransit));
  }
  if (dice < 36) {
    const std::string who = client();
    const char* rule = who.starts_with("lender") ? "withdraw" : "withdraw-borrower";
    const std::string fee =
        random_.chance(50) ? fmt::format(" fee={} fee_rule={}", yuan(random_.between(1, 210)), rule)
                           : "";
    return fmt::format("{} client={} amount={}{}", id("withdraw"), who,
                       yuan(random_.between(1, 90'000)), fee);
  }
  if (dice < 40) {
    return fmt::format("{} order={}", id("withdraw_accept"),
                       any_hold(bank, HoldKind::kWithdrawal, "withdraw"));
  }
  if (dice < 44) {
    const std::string o = any_hold(bank, HoldKind::kWithdrawTransit, "withdraw");
    return fmt::format("{} order={} amount={}", id("withdraw_pay"), o,
                       remaining(o, HoldKind::kWithdrawTransit));
  }
  return fmt::format("{} order={} authority={}", id("withdraw_fail"), order("withdraw"),
                     random_.chance(50) ? "bank" : "client");
}

std::string CommandSource::open_project(const Bank& bank) {
  const std::int64_t target =
      random_.chance(3) ? random_.between(1, 25'000'000) : random_.between(100, 40'000);
  const std::int64_t count = random_.between(1, 4);
  std::string schedule;
  for (std::int64_t k = 1; k <= count; ++k) {
    const std::int64_t principal =
        k == count ? target - target / count * (count - 1) : target / count;
    schedule +=
        fmt::format("{}2018-0{}-01:{}+{}", k == 1 ? "" : ",", k,
                    yuan(principal + (random_.chance(1) ? 1 : 0)), yuan(random_.between(0, 500)));
  }
  const char* borrowers[] = {"borrower:A", "borrower:X", "borrower:Y", "borrower:KIN", "lender:A"};
  const std::int64_t who = random_.chance(95) ? random_.between(0, 2) : random_.between(0, 4);
  const std::string line = id("open_project");
  return fmt::format("{} project=P{} borrower={} target={} contract_hash=c{} instalments={}", line,
                     random_.chance(3) ? 1 : count_, borrowers[who], yuan(target),
                     random_.chance(3) ? 1 : bank.state.sequence().value(), schedule);
}

std::string CommandSource::project_line(const Bank& bank, std::int64_t dice) {
  const std::string code = project(bank, dice < 72   ? ProjectState::kCollecting
                                         : dice < 77 ? ProjectState::kFull
                                                     : ProjectState::kRepaying);
  const auto found = bank.state.find_project(code);
  if (dice < 52) return open_project(bank);
  if (dice < 69) {
    const Project none;
    const Project& p = found ? bank.state.project(*found) : none;
    const std::int64_t left = p.target.minor() - p.frozen;
    const std::int64_t part = left > 1 ? random_.between(1, left) : left;
    return fmt::format("{} client={} project={} amount={}", id("bid"), client(), code,
                       some_amount(random_.chance(50) ? left : part));
  }
  if (dice < 71) {
    return fmt::format("{} order={}", id("bid_cancel"), any_hold(bank, HoldKind::kBid, "bid"));
  }
  if (dice < 72) {
    return fmt::format("{} project={} limit={}", id("project_fail"), code, random_.between(1, 3));
  }
  if (dice < 77) return fmt::format("{} project={}", id("disburse"), code);
  if (dice < 79) {
    const std::string who =
        found ? bank.state.owner(bank.state.project(*found).borrower).code : "borrower:A";
    return fmt::format("{} client={} project={} amount={} fee_rule={}", id("fee"),
                       random_.chance(95) ? who : client(), code, yuan(random_.between(1, 1'000)),
                       random_.chance(95) ? "service" : "withdraw");
  }
  if (dice < 85) {
    const Project none;
    const Project& p = found ? bank.state.project(*found) : none;
    const std::uint32_t next = p.instalments_paid + (random_.chance(97) ? 1 : 2);
    std::int64_t due = 0;
    if (next <= p.instalments.size()) {
      const Instalment& i = p.instalments[next - 1];
      due = i.principal.minor() + i.interest.minor();
    }
    return fmt::format("{} project={} instalment={} amount={}", id("repay"), code, next,
                       some_amount(due));
  }
  return fmt::format("{} order={}", id("distribute"),
                     any_hold(bank, HoldKind::kRepayment, "repay"));
}

std::string CommandSource::control_line(const Bank& bank, std::int64_t dice) {
  const char* people[] = {"ann", "bob", "eve"};
  const char* who = people[random_.between(0, 2)];
  if (dice < 94) {
    const auto last = static_cast<std::int64_t>(bank.entries.size());
    const auto at = static_cast<std::size_t>(
        random_.between(random_.chance(90) ? std::max<std::int64_t>(1, last - 30) : 1, last));
    const std::string& target = bank.entries[at - 1].command_id;
    return fmt::format("{} entry={} entry_hash=@{} reason=x operator={}", id("reversal_propose"),
                       random_.chance(97) ? at : at + 1, target, who);
  }
  if (dice < 98) {
    return fmt::format("{} proposal={} operator={}", id("reversal_approve"),
                       order("reversal_propose"), who);
  }
  if (dice < 99) {
    return fmt::format("{} proposal={} operator={}", id("reversal_reject"),
                       order("reversal_propose"), who);
  }
  return fmt::format("{} opens={}", id("cut_off"),
                     format(bank.state.business_date().plus_days(random_.between(0, 3))));
}

}  // namespace ledger::domain::test
