#include "tests/verifier/sample_journal.h"

#include <array>

#include "ledger/base/check.h"
#include "ledger/journal/block.h"

namespace ledger::testing {

using domain::Command;
using domain::CommandBuilder;
using domain::Entry;
using domain::Field;
using domain::FlowCode;
using domain::Hold;
using domain::HoldKind;
using domain::ProjectState;

SampleJournal::SampleJournal(std::uint64_t seed, std::size_t entries) : random_(seed) {
  now_.ns = 1'719'734'400'000'000'000 + static_cast<std::int64_t>(roll(1'000'000'000));
  const auto profile = domain::Profile::parse(*domain::Profile::built_in("cn-2017"));
  LEDGER_CHECK(profile.has_value());
  add(domain::genesis(*profile, now_, *base::Date::from_ymd(2024, 6, 30)));
  open_everybody();
  while (size() < entries) step();
}

std::string SampleJournal::file() const {
  std::string out;
  journal::append_export_header(out, {});
  for (std::size_t i = 0; i < size(); ++i) journal::append_record(out, bytes_[i], hashes_[i]);
  return out;
}

journal::Retained SampleJournal::checkpoint() { return {size(), head_, tree_.root()}; }

void SampleJournal::add(Entry entry) {
  LEDGER_CHECK(state_.apply(entry, nullptr).has_value());
  std::string& bytes = bytes_.emplace_back();
  domain::encode(entry, bytes);
  head_ = hashes_.emplace_back(sha_.hash(head_.view(), bytes));
  tree_.append(bytes);
  entries_.push_back(std::move(entry));
}

Command SampleJournal::build(FlowCode flow, std::initializer_list<Value> values,
                             std::string_view operator_name, const Command* nested) {
  CommandBuilder builder;
  builder.start();
  last_id_ = "c" + std::to_string(size());
  bool refused = builder.set_id(last_id_) || builder.set_flow(name_of(flow));
  const auto authority = state_.profile().rules_of(flow)->authorities.front();
  refused = refused || builder.set_text(Field::kAuthority, name_of(authority));
  if (!operator_name.empty()) {
    refused = refused || builder.set_text(Field::kOperator, operator_name);
  }
  if (nested != nullptr) refused = refused || builder.set_command(Field::kProposed, *nested);
  for (const Value& v : values) {
    if (const auto* text = std::get_if<std::string>(&v.value)) {
      refused = refused || builder.set_text(v.field, *text);
    } else {
      refused = refused || builder.set_integer(v.field, std::get<std::int64_t>(v.value));
    }
  }
  if (flow == FlowCode::kOpenProject) {
    const base::Date today = state_.business_date();
    const std::array<domain::Instalment, 2> schedule = {
        {{today.plus_days(30), base::Amount::of(50'000), base::Amount::of(777)},
         {today.plus_days(60), base::Amount::of(50'001), base::Amount::of(390)}}};
    refused = refused || builder.set_schedule(schedule);
  }
  LEDGER_CHECK(!refused);
  auto command = builder.finish();
  LEDGER_CHECK(command.has_value());
  return *std::move(command);
}

bool SampleJournal::run(FlowCode flow, std::initializer_list<Value> values,
                        std::string_view operator_name) {
  return run(build(flow, values, operator_name));
}

bool SampleJournal::run_by_two(FlowCode flow, std::initializer_list<Value> values) {
  const Command proposed = build(flow, values, {});
  if (!run(build(FlowCode::kPropose, {}, "anna", &proposed))) return false;
  const std::string proposal = last_id_;
  return run(FlowCode::kApprove, {{Field::kProposal, proposal}}, "boris");
}

bool SampleJournal::run(const Command& command) {
  domain::Context context;
  now_.ns += 1 + static_cast<std::int64_t>(roll(5'000'000'000));
  context.now = now_;
  context.head = head_;
  context.tree_size = tree_.size();
  context.tree_root = tree_.root();
  std::uint64_t target = command.count(Field::kEntry);
  if (const auto* proposal = state_.find_proposal(command.text(Field::kProposal))) {
    target = proposal->target.value();
  }
  if (target > 0 && target <= size()) {
    context.target = &entries_[target - 1];
    context.target_hash = hashes_[target - 1];
  }
  Entry entry;
  const bool committed = !domain::decide(state_, command, context, entry);
  add(std::move(entry));
  return committed;
}

void SampleJournal::open_everybody() {
  run(FlowCode::kOpenAccount, {{Field::kClient, "channel:quick"}});
  for (int i = 0; i < 5; ++i) {
    run(FlowCode::kOpenAccount, {{Field::kClient, "lender:L" + std::to_string(i)}});
  }
  for (int i = 0; i < 3; ++i) {
    const std::string borrower = "borrower:B" + std::to_string(i);
    run(FlowCode::kOpenAccount, {{Field::kClient, borrower}});
    run(FlowCode::kDeposit, {{Field::kClient, borrower},
                             {Field::kChannel, "quick"},
                             {Field::kAmount, std::int64_t{20'000}}});
  }
  open_project();
}

void SampleJournal::open_project() {
  const std::string number = std::to_string(state_.project_count() + 1);
  run(FlowCode::kOpenProject, {{Field::kProject, "P" + number},
                               {Field::kBorrower, "borrower:B" + std::to_string(roll(3))},
                               {Field::kTarget, std::int64_t{100'001}},
                               {Field::kContractHash, crypto::sha256("contract " + number).hex()}});
}

const Hold* SampleJournal::any_hold(HoldKind kind) {
  std::vector<const Hold*> fitting;
  for (const Hold* hold : state_.open_holds()) {
    if (hold->kind == kind) fitting.push_back(hold);
  }
  return fitting.empty() ? nullptr : fitting[roll(fitting.size())];
}

void SampleJournal::step() {
  switch (roll(16)) {
    case 0:
    case 1:
    case 2:
      step_deposit();
      return;
    case 3:
    case 4:
      if (const Hold* hold = any_hold(HoldKind::kDepositTransit)) {
        run(FlowCode::kSettle, {{Field::kOrder, hold->order}, {Field::kAmount, hold->remaining}});
      }
      return;
    case 5:
    case 6:
      step_withdrawal();
      return;
    case 7:
      step_reversal();
      return;
    case 8:
      if (roll(3) == 0) {
        run(FlowCode::kCutOff, {{Field::kOpens, format(state_.business_date().plus_days(1))}});
      }
      return;
    case 11:
      step_proposal();
      return;
    case 9:
    case 10:
      step_bank();
      return;
    default:
      step_project();
      return;
  }
}

void SampleJournal::step_deposit() {
  const std::string client = lender();
  const auto amount = static_cast<std::int64_t>(1'000 + roll(90'000));
  if (const Hold* hold = any_hold(HoldKind::kDepositTransit); hold != nullptr && roll(12) == 0) {
    run(FlowCode::kDepositFail, {{Field::kOrder, hold->order}, {Field::kAmount, hold->remaining}});
    return;
  }
  if (const std::uint64_t settled = recent(FlowCode::kSettle); settled != 0 && roll(12) == 0) {
    run(FlowCode::kDepositChargeback,
        {{Field::kEntry, static_cast<std::int64_t>(settled)},
         {Field::kEntryHash, hashes_[settled - 1].hex()},
         {Field::kAmount, entries_[settled - 1].postings[0].amount.minor()},
         {Field::kEvidence, "chargeback"}});
    return;
  }
  if (roll(6) != 0) {
    run(FlowCode::kDeposit,
        {{Field::kClient, client}, {Field::kChannel, "quick"}, {Field::kAmount, amount}});
    return;
  }
  run(FlowCode::kDepositRequest,
      {{Field::kClient, client}, {Field::kChannel, "quick"}, {Field::kAmount, amount}});
  const std::string order = last_id_;
  if (roll(3) == 0) return;
  run(FlowCode::kDeposit, {{Field::kClient, client},
                           {Field::kChannel, "quick"},
                           {Field::kAmount, amount},
                           {Field::kOrder, order}});
}

// What comes and goes between the bank, the platform and nobody's account yet.
void SampleJournal::step_bank() {
  const auto some = static_cast<std::int64_t>(1 + roll(5'000));
  const auto owed = state_.balance(*state_.find_account("custody:shortfall"));
  switch (roll(8)) {
    case 0:
      run(FlowCode::kReceipt, {{Field::kAmount, some}, {Field::kEvidence, "line"}});
      return;
    case 1:
      if (const Hold* hold = any_hold(HoldKind::kReceipt)) {
        const std::int64_t part = 1 + static_cast<std::int64_t>(roll(2)) * (hold->remaining - 1);
        if (roll(3) == 0) {
          run_by_two(FlowCode::kReceiptReturn, {{Field::kOrder, hold->order},
                                                {Field::kAmount, part},
                                                {Field::kEvidence, "sent back"},
                                                {Field::kReason, "nobody's"}});
        } else {
          run_by_two(FlowCode::kReceiptAllocate, {{Field::kOrder, hold->order},
                                                  {Field::kClient, lender()},
                                                  {Field::kAmount, part},
                                                  {Field::kReason, "named, 来款已确认"}});
        }
      }
      return;
    case 2:
      run(FlowCode::kTopUp,
          {{Field::kAccount, owed > 0 ? "custody:shortfall" : "platform:marketing"},
           {Field::kAmount, owed > 0 ? owed : some},
           {Field::kEvidence, "own funds"}});
      return;
    case 3:
      run(FlowCode::kReward, {{Field::kClient, lender()}, {Field::kAmount, some}});
      return;
    case 4:
      run(FlowCode::kBankInterest, {{Field::kAmount, some}, {Field::kEvidence, "interest"}});
      return;
    case 5:
      if (const Hold* hold = any_hold(HoldKind::kInterest)) {
        run(FlowCode::kBankInterestPay, {{Field::kOrder, hold->order},
                                         {Field::kClient, lender()},
                                         {Field::kAmount, hold->remaining}});
      }
      return;
    case 6:
      run(FlowCode::kFeeSweep, {{Field::kAmount, std::int64_t{100}}});
      return;
    default:
      if (const Hold* hold = any_hold(HoldKind::kSweep)) {
        if (roll(3) == 0) {
          run(FlowCode::kFeeSweepFail,
              {{Field::kOrder, hold->order}, {Field::kAmount, hold->remaining}});
        } else {
          run(FlowCode::kFeeSweepPaid, {{Field::kOrder, hold->order},
                                        {Field::kAmount, hold->remaining},
                                        {Field::kEvidence, "line"}});
        }
      }
      return;
  }
}

std::uint64_t SampleJournal::recent(FlowCode flow) const {
  for (std::uint64_t n = size(); n > 0 && n + 40 > size(); --n) {
    if (entries_[n - 1].committed() && entries_[n - 1].flow == flow) return n;
  }
  return 0;
}

void SampleJournal::step_project() {
  const auto& project = state_.project(base::ProjectId(1 + roll(state_.project_count())));
  const std::string code = project.code;
  switch (project.state) {
    case ProjectState::kCollecting: {
      const Hold* bid = any_hold(HoldKind::kBid);
      if (bid != nullptr && roll(12) == 0) {
        run(FlowCode::kBidCancel, {{Field::kOrder, bid->order}});
        return;
      }
      if (roll(25) == 0) {
        run(FlowCode::kProjectFail, {{Field::kProject, code}, {Field::kLimit, std::int64_t{1}}});
        return;
      }
      // The rest of the project, or a part; sometimes more than the lender has.
      const std::int64_t left = project.target.minor() - project.frozen;
      const std::int64_t part = 1 + static_cast<std::int64_t>(roll(40'000));
      run(FlowCode::kBid, {{Field::kClient, lender()},
                           {Field::kProject, code},
                           {Field::kAmount, roll(3) == 0 ? left : std::min(left, part)}});
      return;
    }
    case ProjectState::kFull:
      run(FlowCode::kDisburse, {{Field::kProject, code}});
      return;
    case ProjectState::kDefaulted:
      return;
    case ProjectState::kFailing:
      run(FlowCode::kProjectFail, {{Field::kProject, code}});
      return;
    case ProjectState::kRepaying: {
      if (const Hold* hold = any_hold(HoldKind::kRepayment)) {
        run(FlowCode::kDistribute, {{Field::kOrder, hold->order}});
        return;
      }
      const std::string borrower = state_.owner(project.borrower).code;
      if (roll(3) == 0) {
        run(FlowCode::kFee, {{Field::kClient, borrower},
                             {Field::kProject, code},
                             {Field::kAmount, std::int64_t{100}},
                             {Field::kFeeRule, "service"}});
        return;
      }
      const auto& due = project.instalments[project.instalments_paid];
      run(FlowCode::kRepay, {{Field::kProject, code},
                             {Field::kInstalment, std::int64_t{project.instalments_paid} + 1},
                             {Field::kAmount, due.principal.minor() + due.interest.minor()}});
      return;
    }
    case ProjectState::kSettled:
    case ProjectState::kMiscarried:
      open_project();
      return;
  }
}

void SampleJournal::step_withdrawal() {
  if (const std::uint64_t paid = recent(FlowCode::kWithdrawPay); paid != 0 && roll(8) == 0) {
    run(FlowCode::kWithdrawReturn, {{Field::kEntry, static_cast<std::int64_t>(paid)},
                                    {Field::kEntryHash, hashes_[paid - 1].hex()},
                                    {Field::kAmount, entries_[paid - 1].postings[0].amount.minor()},
                                    {Field::kEvidence, "came back"}});
    return;
  }
  const Hold* sent = any_hold(HoldKind::kWithdrawTransit);
  if (sent != nullptr && roll(6) == 0) {
    run(FlowCode::kWithdrawUnknown, {{Field::kOrder, sent->order}});
    return;
  }
  if (const Hold* hold = sent != nullptr ? sent : any_hold(HoldKind::kWithdrawUnknown)) {
    if (roll(4) == 0) {
      run(FlowCode::kWithdrawFail, {{Field::kOrder, hold->order}});
    } else {
      run(FlowCode::kWithdrawPay,
          {{Field::kOrder, hold->order}, {Field::kAmount, hold->remaining}});
    }
    return;
  }
  if (const Hold* hold = any_hold(HoldKind::kWithdrawal)) {
    run(FlowCode::kWithdrawAccept, {{Field::kOrder, hold->order}});
    return;
  }
  run(FlowCode::kWithdraw, {{Field::kClient, lender()},
                            {Field::kAmount, static_cast<std::int64_t>(1 + roll(9'000))},
                            {Field::kFee, std::int64_t{150}},
                            {Field::kFeeRule, "withdraw"}});
}

// Two operators: one proposes what one alone might do as well, another decides.
void SampleJournal::step_proposal() {
  for (const domain::Proposal* open : state_.proposals()) {
    if (open->status != domain::ProposalOp::kProposed || open->flow == FlowCode::kGenesis) continue;
    const std::string id = open->id;
    switch (roll(6)) {
      case 0:
        run(FlowCode::kReject, {{Field::kProposal, id}}, "carla");
        return;
      case 1:
        run(FlowCode::kApprove, {{Field::kProposal, id}}, "anna");  // the maker: refused
        return;
      case 2:
      case 3:
        run(FlowCode::kProposalExpire, {{Field::kProposal, id}});
        return;
      default:
        run(FlowCode::kApprove, {{Field::kProposal, id}}, "boris");
        return;
    }
  }
  const Command deposit =
      build(FlowCode::kDeposit,
            {{Field::kClient, lender()},
             {Field::kChannel, "quick"},
             {Field::kAmount, static_cast<std::int64_t>(1'000 + roll(90'000))}},
            {});
  run(build(FlowCode::kPropose, {{Field::kExpires, format(state_.business_date())}}, "anna",
            &deposit));
}

void SampleJournal::step_reversal() {
  const std::uint64_t target = size() - roll(4);
  const bool proposed = run(FlowCode::kReversalPropose,
                            {{Field::kEntry, static_cast<std::int64_t>(target)},
                             {Field::kEntryHash, hashes_[target - 1].hex()},
                             {Field::kReason, "booked to the wrong client, 记错客户"}},
                            "anna");
  if (!proposed) return;
  const std::string proposal = last_id_;
  if (roll(5) == 0) {
    run(FlowCode::kReversalReject, {{Field::kProposal, proposal}}, "anna");
  } else {
    run(FlowCode::kReversalApprove, {{Field::kProposal, proposal}}, "boris");
  }
}

}  // namespace ledger::testing
