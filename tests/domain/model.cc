#include "tests/domain/model.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace ledger::domain::test {
namespace {

// "12.34" is 1234; the tests' language always writes two decimals.
std::int64_t money(const std::string& text) {
  std::string digits = text;
  std::erase(digits, '.');
  return std::atoll(digits.c_str());
}

std::string get(const Model::Fields& f, const std::string& name) {
  const auto at = f.find(name);
  return at == f.end() ? "" : at->second;
}

std::string kind_of(const std::string& owner) { return owner.substr(0, owner.find(':')); }
std::string person_of(const std::string& owner) { return owner.substr(owner.find(':') + 1); }
bool is_client(const std::string& owner) {
  const std::string kind = kind_of(owner);
  return kind == "lender" || kind == "borrower" || kind == "guarantor";
}
bool debit_side(const std::string& account) {
  return account.starts_with("custody:") || account.starts_with("channel:");
}

// By whose word a flow may start; the first is the usual one.
const std::map<std::string, std::vector<std::string>> kAuthorities = {
    {"open_account", {"platform"}},
    {"open_project", {"platform"}},
    {"deposit", {"bank"}},
    {"settle", {"bank"}},
    {"withdraw", {"client"}},
    {"withdraw_accept", {"bank"}},
    {"withdraw_pay", {"bank"}},
    {"withdraw_fail", {"bank", "client"}},
    {"bid", {"client", "standing"}},
    {"bid_cancel", {"client", "platform"}},
    {"project_fail", {"platform"}},
    {"disburse", {"platform"}},
    {"fee", {"standing", "platform"}},
    {"repay", {"client", "standing"}},
    {"distribute", {"platform"}},
    {"reversal_propose", {"operators"}},
    {"reversal_approve", {"operators"}},
    {"reversal_reject", {"operators"}},
    {"cut_off", {"platform"}},
};
const std::set<std::string> kReversible = {"deposit",      "settle",        "withdraw",
                                           "withdraw_pay", "withdraw_fail", "withdraw_accept",
                                           "bid",          "fee",           "repay"};

// The parts of one due by error feedback: the floor, then a unit each to those furthest behind.
std::vector<std::int64_t> divide(std::int64_t due, std::int64_t before,
                                 const std::vector<std::int64_t>& weights,
                                 const std::vector<std::int64_t>& paid) {
  std::int64_t whole = 0;
  for (const std::int64_t w : weights) whole += w;
  std::vector<std::int64_t> parts;
  std::int64_t left = due;
  for (const std::int64_t w : weights) {
    parts.push_back(due * w / whole);
    left -= parts.back();
  }
  std::vector<std::pair<std::int64_t, std::size_t>> behind;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    behind.emplace_back((paid[i] + parts[i]) * whole - (before + due) * weights[i], i);
  }
  std::sort(behind.begin(), behind.end());
  for (std::int64_t k = 0; k < left; ++k) ++parts[behind[static_cast<std::size_t>(k)].second];
  return parts;
}

}  // namespace

Model::Model() {
  owners_["platform"] = {3, false, false};
  accounts["custody:bank"] = {};
  accounts["platform:fee"] = {};
  done_["genesis"] = {"genesis", true, false, {}, {}, {}};
  order_of_commands_.push_back("genesis");
  for (const char* other : {"custody", "suspense", "reserve"}) owners_[other] = {};
}

std::int64_t Model::balance(const std::string& account) const {
  const Counters& c = accounts.at(account);
  return debit_side(account) ? c.debits - c.credits : c.credits - c.debits;
}

std::int64_t Model::frozen(const std::string& project) const {
  std::int64_t sum = 0;
  for (const auto& [key, h] : holds) {
    if (key.second == "bid" && h.project == project) sum += h.amount;
  }
  return sum;
}

std::int64_t Model::owes(const std::string& borrower) const {
  std::int64_t sum = 0;
  for (const auto& [code, p] : projects) {
    if (p.borrower != borrower) continue;
    for (const auto& [holder, c] : p.claims) sum += c.principal - c.principal_paid;
  }
  return sum;
}

std::int64_t Model::unsettled(const std::string& account) const {
  std::int64_t sum = 0;
  for (const auto& [key, h] : holds) {
    if (key.second == "deposit_transit" && h.back == account) sum += h.amount;
  }
  return sum;
}

bool Model::over_cap(const std::string& borrower, std::int64_t more) const {
  const std::int64_t cap = owners_.at(borrower).legal ? 100'000'000 : 20'000'000;
  return owes(borrower) + more > cap;
}

std::string Model::need_order(const std::string& order, const std::string& kind) const {
  if (holds.contains({order, kind})) return "";
  return done_.contains(order) ? "ORDER_CLOSED" : "UNKNOWN_ORDER";
}

void Model::pay(const std::string& debit, const std::string& credit, std::int64_t amount) {
  accounts.at(debit).debits += amount;
  accounts.at(credit).credits += amount;
  current_.moves.push_back({debit, credit, amount});
}

void Model::pend(const HoldKey& key, const Hold& h, std::int64_t amount) {
  if (key.second == "deposit_transit") {
    accounts.at(h.account).credits_pending += amount;
    accounts.at(h.back).credits_pending += amount;
  } else {
    accounts.at(h.account).debits_pending += amount;
  }
}

void Model::hold(const std::string& order, const std::string& kind, const Hold& h) {
  Hold& stored = holds[{order, kind}] = h;
  if (stored.id == 0) stored.id = next_hold_++;
  pend({order, kind}, stored, stored.amount);
  current_.steps.push_back({true, {order, kind}, stored});
}

void Model::unhold(const HoldKey& key) {
  const Hold h = holds.at(key);
  holds.erase(key);
  pend(key, h, -h.amount);
  current_.steps.push_back({false, key, h});
}

std::string Model::send(const std::string& line) {
  std::istringstream in(line);
  std::string flow;
  std::string word;
  in >> flow >> current_id_;
  Fields f;
  while (in >> word) f[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  const auto& allowed = kAuthorities.at(flow);
  f.try_emplace("authority", allowed.front());
  current_ = {flow, true, false, {}, {}, {}};
  const bool may = std::find(allowed.begin(), allowed.end(), f["authority"]) != allowed.end();
  const std::string refusal = may ? decide(flow, current_id_, f) : "AUTHORITY_FORBIDDEN";
  if (!refusal.empty()) current_ = {flow, false, false, {}, {}, {}};
  done_[current_id_] = current_;
  order_of_commands_.push_back(current_id_);
  return refusal;
}

std::string Model::decide(const std::string& flow, const std::string& id, const Fields& f) {
  if (flow == "open_account") return open_account(f);
  if (flow == "open_project") return open_project(f);
  if (flow == "deposit") return deposit(f);
  if (flow == "settle") return settle(f);
  if (flow == "withdraw") return withdraw(f);
  if (flow == "withdraw_accept" || flow == "withdraw_pay") return withdraw_step(flow, f);
  if (flow == "withdraw_fail") return withdraw_fail(f);
  if (flow == "bid") return bid(f);
  if (flow == "bid_cancel") return bid_cancel(f);
  if (flow == "project_fail") return project_fail(f);
  if (flow == "disburse") return disburse(f);
  if (flow == "fee") return fee(f);
  if (flow == "repay") return repay(f);
  if (flow == "distribute") return distribute(f);
  if (flow == "reversal_propose") return propose(f);
  if (flow == "reversal_approve") return approve(f);
  if (flow == "reversal_reject") {
    const auto at = proposals_.find(get(f, "proposal"));
    if (at == proposals_.end()) return "UNKNOWN_ORDER";
    if (at->second.status != "proposed") return "PROPOSAL_CLOSED";
    at->second.status = "rejected";
    return "";
  }
  if (flow == "cut_off") {
    if (get(f, "opens") <= date)
      return "BUSINESS_DATE_WRONG";  // the source never asks for far days
    date = get(f, "opens");
    return "";
  }
  return "no flow of " + id;
}

std::string Model::open_account(const Fields& f) {
  const std::string code = get(f, "client");
  if (owners_.contains(code)) return "ALREADY_EXISTS";
  owners_[code] = {static_cast<std::int64_t>(owners_.size()) + 1, get(f, "legal_person") == "true",
                   get(f, "related_party") == "true"};
  if (kind_of(code) == "channel") {
    accounts[code + ":in_transit"] = {};
    return "";
  }
  for (const char* suffix : {":available", ":frozen", ":withdrawing"}) accounts[code + suffix] = {};
  return "";
}

std::string Model::open_project(const Fields& f) {
  Project p;
  p.borrower = get(f, "borrower");
  p.contract = get(f, "contract_hash");
  p.target = money(get(f, "target"));
  std::istringstream rows(get(f, "instalments"));
  std::int64_t principal = 0;
  for (std::string row; std::getline(rows, row, ',');) {
    const std::size_t colon = row.find(':');
    const std::size_t plus = row.find('+');
    p.schedule.emplace_back(money(row.substr(colon + 1, plus - colon - 1)),
                            money(row.substr(plus + 1)));
    principal += p.schedule.back().first;
  }
  if (!owners_.contains(p.borrower)) return "UNKNOWN_CLIENT";
  if (projects.contains(get(f, "project"))) return "ALREADY_EXISTS";
  for (const auto& [code, other] : projects) {
    if (other.contract == p.contract) return "CONTRACT_REUSED";
  }
  if (kind_of(p.borrower) != "borrower") return "WRONG_KIND";
  if (principal != p.target) return "SCHEDULE_MISMATCH";
  if (owners_[p.borrower].related) return "RELATED_PARTY";
  if (over_cap(p.borrower, p.target)) return "CAP_EXCEEDED";
  projects[get(f, "project")] = p;
  return "";
}

std::string Model::deposit(const Fields& f) {
  const std::string client = get(f, "client");
  const std::string transit = "channel:" + get(f, "channel") + ":in_transit";
  if (!owners_.contains(client)) return "UNKNOWN_CLIENT";
  if (!accounts.contains(transit)) return "UNKNOWN_CHANNEL";
  if (!is_client(client)) return "WRONG_KIND";
  const std::int64_t amount = money(get(f, "amount"));
  pay(transit, client + ":available", amount);
  hold(current_id_, "deposit_transit", {0, transit, client + ":available", "", amount, 0});
  return "";
}

std::string Model::settle(const Fields& f) {
  const HoldKey key{get(f, "order"), "deposit_transit"};
  if (const auto no = need_order(key.first, key.second); !no.empty()) return no;
  if (money(get(f, "amount")) != holds[key].amount) return "AMOUNT_MISMATCH";
  pay("custody:bank", holds[key].account, holds[key].amount);
  unhold(key);
  return "";
}

std::string Model::withdraw(const Fields& f) {
  const std::string client = get(f, "client");
  const std::int64_t amount = money(get(f, "amount"));
  const std::int64_t fee = money(get(f, "fee"));
  const std::string rule = get(f, "fee_rule");
  if (!owners_.contains(client)) return "UNKNOWN_CLIENT";
  const std::string kind = kind_of(client);
  const bool covered = (rule == "withdraw" && kind == "lender") ||
                       (rule == "withdraw-borrower" && kind == "borrower");
  if (fee != 0 && !covered) return "UNKNOWN_FEE_RULE";
  if (!is_client(client)) return "WRONG_KIND";
  if (fee > 200) return "FEE_EXCEEDS_RULE";
  const std::int64_t has = balance(client + ":available");
  if (has < amount + fee) return "INSUFFICIENT_FUNDS";
  if (has - unsettled(client + ":available") < amount + fee) return "UNSETTLED_FUNDS";
  pay(client + ":available", client + ":frozen", amount + fee);
  hold(current_id_, "withdrawal", {0, client + ":frozen", client + ":available", "", amount, 0});
  if (fee != 0)
    hold(current_id_, "fee", {0, client + ":frozen", client + ":available", "", fee, 0});
  return "";
}

std::string Model::withdraw_step(const std::string& flow, const Fields& f) {
  const std::string order = get(f, "order");
  const bool accepts = flow == "withdraw_accept";
  const HoldKey key{order, accepts ? "withdrawal" : "withdraw_transit"};
  if (const auto no = need_order(order, key.second); !no.empty()) return no;
  const Hold open = holds[key];
  if (accepts) {
    const std::string owner = open.back.substr(0, open.back.rfind(':'));
    pay(open.account, owner + ":withdrawing", open.amount);
    unhold(key);
    hold(order, "withdraw_transit", {0, owner + ":withdrawing", open.back, "", open.amount, 0});
    return "";
  }
  if (money(get(f, "amount")) != open.amount) return "AMOUNT_MISMATCH";
  pay(open.account, "custody:bank", open.amount);
  unhold(key);
  if (holds.contains({order, "fee"})) {
    pay(holds[{order, "fee"}].account, "platform:fee", holds[{order, "fee"}].amount);
    unhold({order, "fee"});
  }
  return "";
}

std::string Model::withdraw_fail(const Fields& f) {
  const std::string order = get(f, "order");
  const bool accepted = holds.contains({order, "withdraw_transit"});
  if (accepted && get(f, "authority") == "client") return "ORDER_CLOSED";
  const std::string kind = accepted ? "withdraw_transit" : "withdrawal";
  if (const auto no = need_order(order, kind); !no.empty()) return no;
  for (const std::string& part : {kind, std::string("fee")}) {
    if (!holds.contains({order, part})) continue;
    const Hold h = holds[{order, part}];
    pay(h.account, h.back, h.amount);
    unhold({order, part});
  }
  return "";
}

std::string Model::bid(const Fields& f) {
  const std::string lender = get(f, "client");
  const std::string code = get(f, "project");
  const std::int64_t amount = money(get(f, "amount"));
  if (!owners_.contains(lender)) return "UNKNOWN_CLIENT";
  if (!projects.contains(code)) return "UNKNOWN_PROJECT";
  Project& p = projects[code];
  if (kind_of(lender) != "lender") return "WRONG_KIND";
  if (p.state != "collecting") return "WRONG_PROJECT_STATE";
  if (person_of(lender) == person_of(p.borrower)) return "SELF_LENDING";
  if (owners_[lender].related) return "RELATED_PARTY";
  if (frozen(code) + amount > p.target) return "TARGET_EXCEEDED";
  if (over_cap(p.borrower, p.target)) return "CAP_EXCEEDED";
  if (balance(lender + ":available") < amount) return "INSUFFICIENT_FUNDS";
  pay(lender + ":available", lender + ":frozen", amount);
  hold(current_id_, "bid", {0, lender + ":frozen", lender + ":available", code, amount, 0});
  if (frozen(code) == p.target) p.state = "full";
  return "";
}

std::string Model::bid_cancel(const Fields& f) {
  const HoldKey key{get(f, "order"), "bid"};
  if (const auto no = need_order(key.first, "bid"); !no.empty()) return no;
  if (projects[holds[key].project].state != "collecting") return "WRONG_PROJECT_STATE";
  pay(holds[key].account, holds[key].back, holds[key].amount);
  unhold(key);
  return "";
}

std::string Model::project_fail(const Fields& f) {
  const std::string code = get(f, "project");
  if (!projects.contains(code)) return "UNKNOWN_PROJECT";
  Project& p = projects[code];
  if (p.state != "collecting" && p.state != "full" && p.state != "failing") {
    return "WRONG_PROJECT_STATE";
  }
  std::map<std::int64_t, HoldKey> bids;  // in order of bidding
  for (const auto& [key, h] : holds) {
    if (key.second == "bid" && h.project == code) bids[h.id] = key;
  }
  std::int64_t left = std::atoll(get(f, "limit").c_str());
  for (auto at = bids.begin(); at != bids.end() && left > 0; at = bids.erase(at), --left) {
    const Hold h = holds[at->second];
    pay(h.account, h.back, h.amount);
    unhold(at->second);
  }
  p.state = bids.empty() ? "miscarried" : "failing";
  return "";
}

std::string Model::disburse(const Fields& f) {
  const std::string code = get(f, "project");
  if (!projects.contains(code)) return "UNKNOWN_PROJECT";
  Project& p = projects[code];
  if (p.state != "full") return "WRONG_PROJECT_STATE";
  if (over_cap(p.borrower, p.target)) return "CAP_EXCEEDED";
  const auto all = holds;
  for (const auto& [key, h] : all) {
    if (key.second != "bid" || h.project != code) continue;
    pay(h.account, p.borrower + ":available", h.amount);
    unhold(key);
    const std::string lender = h.back.substr(0, h.back.rfind(':'));
    p.claims[owners_[lender].number].principal += h.amount;
  }
  p.state = "repaying";
  return "";
}

std::string Model::fee(const Fields& f) {
  const std::string client = get(f, "client");
  const std::string code = get(f, "project");
  const std::int64_t amount = money(get(f, "amount"));
  if (!owners_.contains(client)) return "UNKNOWN_CLIENT";
  if (!projects.contains(code)) return "UNKNOWN_PROJECT";
  if (get(f, "fee_rule") != "service" || kind_of(client) != "borrower") return "UNKNOWN_FEE_RULE";
  Project& p = projects[code];
  if (p.borrower != client) return "WRONG_KIND";
  if (p.claims.empty()) return "WRONG_PROJECT_STATE";
  if (p.fees + amount > p.target * 5 / 100) return "FEE_EXCEEDS_RULE";
  if (balance(client + ":available") < amount) return "INSUFFICIENT_FUNDS";
  pay(client + ":available", "platform:fee", amount);
  p.fees += amount;
  current_.fee_project = code;
  return "";
}

std::string Model::repay(const Fields& f) {
  const std::string code = get(f, "project");
  if (!projects.contains(code)) return "UNKNOWN_PROJECT";
  const Project& p = projects[code];
  const std::int64_t number = std::atoll(get(f, "instalment").c_str());
  if (p.state != "repaying") return "WRONG_PROJECT_STATE";
  if (number > static_cast<std::int64_t>(p.schedule.size())) return "INSTALMENT_UNKNOWN";
  bool set_aside = false;
  for (const auto& [key, h] : holds) {
    set_aside = set_aside || (key.second == "repayment" && h.project == code);
  }
  if (number != p.paid + 1 || set_aside) return "INSTALMENT_OUT_OF_ORDER";
  const auto& [principal, interest] = p.schedule[static_cast<std::size_t>(number - 1)];
  if (money(get(f, "amount")) != principal + interest) return "AMOUNT_MISMATCH";
  if (balance(p.borrower + ":available") < principal + interest) return "INSUFFICIENT_FUNDS";
  pay(p.borrower + ":available", p.borrower + ":frozen", principal + interest);
  hold(current_id_, "repayment",
       {0, p.borrower + ":frozen", p.borrower + ":available", code, principal + interest, number});
  return "";
}

std::string Model::distribute(const Fields& f) {
  const HoldKey key{get(f, "order"), "repayment"};
  if (const auto no = need_order(key.first, "repayment"); !no.empty()) return no;
  const Hold h = holds[key];
  Project& p = projects[h.project];
  const auto& [principal, interest] = p.schedule[static_cast<std::size_t>(h.instalment - 1)];
  const bool last = h.instalment == static_cast<std::int64_t>(p.schedule.size());
  std::vector<std::int64_t> weights;
  std::vector<std::int64_t> principal_paid;
  std::vector<std::int64_t> interest_paid;
  std::int64_t repaid = 0;
  for (const auto& [holder, c] : p.claims) {
    weights.push_back(c.principal);
    principal_paid.push_back(c.principal_paid);
    interest_paid.push_back(c.interest_paid);
    repaid += c.principal_paid;
  }
  const auto ps = divide(principal, repaid, weights, principal_paid);
  const auto is = divide(interest, p.interest, weights, interest_paid);
  std::size_t i = 0;
  for (auto& [holder, c] : p.claims) {
    std::string lender;
    for (const auto& [code, owner] : owners_) {
      if (owner.number == holder && is_client(code)) lender = code;
    }
    const std::int64_t part = last ? c.principal - c.principal_paid : ps[i];
    if (part + is[i] > 0) pay(h.account, lender + ":available", part + is[i]);
    c.principal_paid += part;
    c.interest_paid += is[i++];
  }
  unhold(key);
  p.interest += interest;
  p.paid = h.instalment;
  if (last) p.state = "settled";
  return "";
}

std::string Model::propose(const Fields& f) {
  const std::string target = get(f, "entry_hash").substr(1);  // "@id": the hash of that entry
  const std::int64_t entry = std::atoll(get(f, "entry").c_str());
  const auto count = static_cast<std::int64_t>(order_of_commands_.size());
  if (entry > count) return "UNKNOWN_ENTRY";
  if (order_of_commands_[static_cast<std::size_t>(entry - 1)] != target) return "HASH_MISMATCH";
  const Done& done = done_.at(target);
  if (!done.committed || !kReversible.contains(done.flow)) return "NOT_REVERSIBLE";
  if (done.reversed) return "ALREADY_REVERSED";
  proposals_[current_id_] = {target, get(f, "operator"), "proposed"};
  return "";
}

std::string Model::approve(const Fields& f) {
  const auto at = proposals_.find(get(f, "proposal"));
  if (at == proposals_.end()) return "UNKNOWN_ORDER";
  if (at->second.status != "proposed") return "PROPOSAL_CLOSED";
  if (at->second.maker == get(f, "operator")) return "SAME_OPERATOR";
  Done& target = done_.at(at->second.target);
  if (target.reversed) return "ALREADY_REVERSED";
  if (const auto no = take_back(target); !no.empty()) return no;
  target.reversed = true;
  at->second.status = "approved";
  return "";
}

std::string Model::take_back(const Done& target) {
  for (const HoldStep& step : target.steps) {
    const auto open = holds.find(step.key);
    const bool there = open != holds.end() && open->second.id == step.hold.id;
    if (step.opens ? !there : open != holds.end()) return "ORDER_CLOSED";
    if (step.hold.project.empty()) continue;
    const std::string& state = projects[step.hold.project].state;
    const bool bid = step.key.second == "bid";
    if (bid ? state != "collecting" && state != "full" : state != "repaying") {
      return "WRONG_PROJECT_STATE";
    }
  }
  std::map<std::string, std::int64_t> from_clients;
  for (const Move& m : target.moves) {  // what shrinks must still be there, but with clients
    const auto spendable = [](const std::string& code) { return code.ends_with(":available"); };
    if (spendable(m.credit)) from_clients[m.credit] += m.amount;
    if (spendable(m.debit)) from_clients[m.debit] -= m.amount;
    if (!spendable(m.credit) && !debit_side(m.credit) && balance(m.credit) < m.amount) {
      return "INSUFFICIENT_FUNDS";
    }
    if (debit_side(m.debit) && balance(m.debit) < m.amount) return "INSUFFICIENT_FUNDS";
  }
  for (const auto& [client, amount] : from_clients) {  // the platform owes what is missing
    if (amount > balance(client)) pay("custody:shortfall", client, amount - balance(client));
  }
  for (const Move& m : target.moves) {
    pay(m.credit, m.debit, m.amount);
    if (!target.fee_project.empty()) projects[target.fee_project].fees -= m.amount;
  }
  for (const HoldStep& step : target.steps) {
    if (step.opens) {
      unhold(step.key);
      if (step.key.second == "bid") projects[step.hold.project].state = "collecting";
    } else {
      hold(step.key.first, step.key.second, step.hold);
    }
  }
  return "";
}

}  // namespace ledger::domain::test
