#include "recon/ledger_view.h"

#include <algorithm>

#include "ledger/domain/command.h"

namespace recon {

using ledger::domain::ClassGroup;
using ledger::domain::Entry;
using ledger::domain::Field;
using ledger::domain::HoldChange;
using ledger::domain::HoldKind;
using ledger::domain::HoldOp;
using ledger::domain::Owner;
using ledger::domain::Posting;
using ledger::domain::ReversalOp;
using ledger::domain::State;

namespace {

bool moves_at_bank(HoldKind kind) {
  return kind == HoldKind::kDepositTransit || kind == HoldKind::kWithdrawTransit ||
         kind == HoldKind::kWithdrawal;
}
bool opens(HoldOp op) { return op == HoldOp::kOpen || op == HoldOp::kReopen; }

const Owner& owner_of(const State& state, base::AccountId account) {
  return state.owner(base::ClientId(state.account(account).owner));
}

void add_party(std::vector<std::string>& parties, const Owner& owner) {
  for (const std::string_view text : {std::string_view(owner.code), owner.person()}) {
    if (std::find(parties.begin(), parties.end(), text) == parties.end()) {
      parties.emplace_back(text);
    }
  }
}

// Of an approval, the command that two operators agreed on: it has the bank's references.
ledger::domain::Command command_behind(const Entry& entry) {
  return {entry.command_id, effective_flow(entry), std::string(effective_body(entry))};
}

}  // namespace

LedgerView::LedgerView(std::string control_account, int late_minutes)
    : control_account_(std::move(control_account)),
      late_ns_(static_cast<std::int64_t>(late_minutes) * 60'000'000'000) {}

std::optional<ledger::journal::Violation> LedgerView::take(std::string_view entry,
                                                           const crypto::Digest& stored_hash) {
  if (auto violation = verifier_.take(entry, stored_hash)) return violation;
  fold(verifier_.last(), stored_hash);
  return std::nullopt;
}

void LedgerView::fold(const Entry& entry, const crypto::Digest& hash) {
  if (!entry.owners.empty()) fold_owners(entry);
  if (!entry.holds.empty()) fold_holds(entry);
  for (std::size_t at = 0; at < entry.postings.size(); ++at) {
    const Posting& posting = entry.postings[at];
    if (control_ && (posting.debit == *control_ || posting.credit == *control_)) {
      fold_item(entry, hash, at);
    }
  }
  if (!entry.cut_offs.empty()) fold_cut_off(entry, hash);
}

void LedgerView::fold_owners(const Entry& entry) {
  const State& state = verifier_.state();
  if (!control_) control_ = state.find_account(control_account_);
  for (const auto& opened : entry.owners) {
    if (entry.flow == ledger::domain::FlowCode::kGenesis || opened.kind == "channel") continue;
    people_.insert(opened.code);
    people_.emplace(state.owner(opened.id).person());
  }
}

LedgerView::History& LedgerView::history_of(const HoldChange& change, const std::string& evidence) {
  const auto at = orders_.find(change.order);
  if (at != orders_.end()) return at->second;
  const State& state = verifier_.state();
  History& history = orders_[change.order];
  history.side = change.kind == HoldKind::kDepositTransit ? Side::kCredit : Side::kDebit;
  history.client = owner_of(state, change.beneficiary).code;
  history.evidence = evidence;
  if (history.side == Side::kCredit) history.channel = owner_of(state, change.account).code;
  if (!evidence.empty()) order_by_evidence_.emplace(evidence, change.order);
  return history;
}

void LedgerView::fold_holds(const Entry& entry) {
  const ledger::domain::Command command = command_behind(entry);
  const std::string evidence(command.text(Field::kEvidence));
  // What an entry closes comes before what it opens: accepting a withdrawal does both.
  for (const bool opening : {false, true}) {
    for (const HoldChange& change : entry.holds) {
      if (!moves_at_bank(change.kind) || opens(change.op) != opening) continue;
      History& history = history_of(change, evidence);
      OrderState to = change.op == HoldOp::kCapture ? OrderState::kDone : OrderState::kFailed;
      if (opening) {
        to = change.kind == HoldKind::kWithdrawal ? OrderState::kRequested : OrderState::kInTransit;
      }
      history.steps.push_back({entry.business_date, entry.sequence, change.amount, to});
    }
  }
}

void LedgerView::fold_item(const Entry& entry, const crypto::Digest& hash, std::size_t at) {
  const State& state = verifier_.state();
  const Posting& posting = entry.postings[at];
  const bool money_in = posting.debit == *control_;
  const base::AccountId other = money_in ? posting.credit : posting.debit;
  const ledger::domain::Command command = command_behind(entry);

  LedgerItem item;
  item.sequence = entry.sequence;
  item.posting = static_cast<std::uint32_t>(at);
  item.hash = hash;
  item.flow = entry.flow;
  item.side = money_in ? Side::kCredit : Side::kDebit;
  item.amount = posting.amount;
  item.business_date = entry.business_date;
  item.value_date = entry.value_date;
  item.command_id = entry.command_id;
  item.evidence = command.text(Field::kEvidence);
  item.order = command.text(Field::kOrder);
  item.client = owner_of(state, other).code;
  for (const HoldChange& change : entry.holds) {
    if (!moves_at_bank(change.kind) || change.account != other) continue;
    item.order = change.order;
    item.client = owner_of(state, change.beneficiary).code;
    add_party(item.parties, owner_of(state, change.beneficiary));
    break;
  }
  if (item.order.empty()) item.order = item.command_id;
  add_party(item.parties, owner_of(state, other));
  const auto history = orders_.find(item.order);
  if (history != orders_.end()) item.order_evidence = history->second.evidence;
  for (const auto& step : entry.reversals) {
    if (step.op == ReversalOp::kApproved) item.reverses = step.target;
  }

  const std::size_t index = items_.size();
  for (const std::string_view key : item.keys()) items_by_key_[std::string(key)].push_back(index);
  today_.emplace_back(index, entry.time);
  items_.push_back(std::move(item));
}

void LedgerView::fold_cut_off(const Entry& entry, const crypto::Digest& hash) {
  const ledger::domain::CutOff& cut = entry.cut_offs.front();
  Close& close = closes_[cut.closed];
  close.date = cut.closed;
  close.sequence = entry.sequence;
  close.hash = hash;
  close.totals = cut.totals;
  if (control_) close.control = base::Total::from_minor(verifier_.state().balance(*control_));
  for (const auto& [index, time] : today_) {
    items_[index].late = late_ns_ > 0 && time.ns >= entry.time.ns - late_ns_;
  }
  today_.clear();
}

base::Currency LedgerView::currency() const {
  if (!control_) return {};
  const State& state = verifier_.state();
  return state.profile().currencies()[state.account(*control_).currency_index];
}

bool LedgerView::is_closed(base::Date date) const {
  return control_ && verifier_.state().business_date() > date;
}

LedgerDay LedgerView::day(base::Date first, base::Date last) const {
  LedgerDay day;
  day.first = first;
  day.last = last;
  const auto beyond = closes_.upper_bound(last);
  if (beyond != closes_.begin()) {
    const Close& close = std::prev(beyond)->second;
    day.closing = close.control;
    day.head = close.sequence;
    day.head_hash = close.hash;
  }
  const auto after = closes_.lower_bound(first);
  if (after != closes_.begin()) day.opening = std::prev(after)->second.control;
  const auto begin =
      std::partition_point(items_.begin(), items_.end(),
                           [&](const LedgerItem& item) { return item.business_date < first; });
  for (auto at = begin; at != items_.end() && at->business_date <= last; ++at) {
    day.items.push_back(*at);
  }
  for (const auto& [id, history] : orders_) {
    const auto order = order_at(id, last);
    if (order && order->state == OrderState::kInTransit) day.in_transit.push_back(*order);
  }
  return day;
}

Order LedgerView::order_of(const std::string& id, const History& history, const Step& step) {
  return {id,           history.side,   step.state,       step.amount,
          step.date,    history.client, history.evidence, history.channel,
          step.sequence};
}

std::optional<Order> LedgerView::order_at(std::string_view key, base::Date date) const {
  auto at = orders_.find(key);
  if (at == orders_.end()) {
    const auto by_evidence = order_by_evidence_.find(std::string(key));
    if (by_evidence == order_by_evidence_.end()) return std::nullopt;
    at = orders_.find(by_evidence->second);
  }
  const std::vector<Step>& steps = at->second.steps;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->date <= date) return order_of(at->first, at->second, *step);
  }
  return std::nullopt;
}

std::optional<Order> LedgerView::order(std::string_view key) const {
  return order_at(key, *base::Date::from_yyyymmdd(99991231));
}

Knowledge LedgerView::knowledge(base::Date since, base::Date first, base::Date last) const {
  Knowledge knowledge;
  knowledge.is_client = [this](std::string_view text) {
    return people_.contains(std::string(text));
  };
  knowledge.order = [this, last](std::string_view key) { return order_at(key, last); };
  knowledge.earlier = [this, since, first](std::string_view key, Side side,
                                           base::Amount amount) -> std::optional<std::string> {
    const auto at = items_by_key_.find(std::string(key));
    if (at == items_by_key_.end()) return std::nullopt;
    for (const std::size_t index : at->second) {
      const LedgerItem& item = items_[index];
      if (item.business_date >= since && item.business_date < first && item.side == side &&
          item.amount == amount) {
        return item.id();
      }
    }
    return std::nullopt;
  };
  return knowledge;
}

}  // namespace recon
