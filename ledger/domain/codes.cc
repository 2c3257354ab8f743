#include "ledger/domain/codes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ledger::domain {
namespace {

constexpr auto kFlows = std::to_array<std::pair<FlowCode, std::string_view>>({
    {FlowCode::kGenesis, "genesis"},
    {FlowCode::kOpenAccount, "open_account"},
    {FlowCode::kOpenProject, "open_project"},
    {FlowCode::kUpdateOwner, "owner_update"},
    {FlowCode::kAdoptProfile, "profile_adopt"},
    {FlowCode::kDepositRequest, "deposit_request"},
    {FlowCode::kDeposit, "deposit"},
    {FlowCode::kSettle, "settle"},
    {FlowCode::kDepositFail, "deposit_fail"},
    {FlowCode::kDepositChargeback, "deposit_chargeback"},
    {FlowCode::kReceipt, "receipt"},
    {FlowCode::kReceiptAllocate, "receipt_allocate"},
    {FlowCode::kReceiptReturn, "receipt_return"},
    {FlowCode::kWithdraw, "withdraw"},
    {FlowCode::kReviewPass, "review_pass"},
    {FlowCode::kReviewHold, "review_hold"},
    {FlowCode::kWithdrawAccept, "withdraw_accept"},
    {FlowCode::kWithdrawUnknown, "withdraw_unknown"},
    {FlowCode::kWithdrawPay, "withdraw_pay"},
    {FlowCode::kWithdrawFail, "withdraw_fail"},
    {FlowCode::kWithdrawReturn, "withdraw_return"},
    {FlowCode::kBid, "bid"},
    {FlowCode::kRedPacket, "red_packet"},
    {FlowCode::kBidCancel, "bid_cancel"},
    {FlowCode::kProjectFail, "project_fail"},
    {FlowCode::kDisburse, "disburse"},
    {FlowCode::kFee, "fee"},
    {FlowCode::kEntrustedPay, "entrusted_pay"},
    {FlowCode::kRepay, "repay"},
    {FlowCode::kDistribute, "distribute"},
    {FlowCode::kRepayEarly, "repay_early"},
    {FlowCode::kRepayPartial, "repay_partial"},
    {FlowCode::kOverdue, "overdue"},
    {FlowCode::kCompensate, "compensate"},
    {FlowCode::kCompensateIndirect, "compensate_indirect"},
    {FlowCode::kReserveCompensate, "reserve_compensate"},
    {FlowCode::kRecover, "recover"},
    {FlowCode::kReserveFund, "reserve_fund"},
    {FlowCode::kReserveRefund, "reserve_refund"},
    {FlowCode::kTopUp, "top_up"},
    {FlowCode::kFeeSweep, "fee_sweep"},
    {FlowCode::kFeeSweepPaid, "fee_sweep_paid"},
    {FlowCode::kFeeSweepFail, "fee_sweep_fail"},
    {FlowCode::kClaimBid, "claim_bid"},
    {FlowCode::kClaimTransfer, "claim_transfer"},
    {FlowCode::kClaimCancel, "claim_cancel"},
    {FlowCode::kReward, "reward"},
    {FlowCode::kReversalPropose, "reversal_propose"},
    {FlowCode::kReversalApprove, "reversal_approve"},
    {FlowCode::kReversalReject, "reversal_reject"},
    {FlowCode::kBankInterest, "bank_interest"},
    {FlowCode::kBankInterestPay, "bank_interest_pay"},
    {FlowCode::kJudicialFreeze, "judicial_freeze"},
    {FlowCode::kJudicialRelease, "judicial_release"},
    {FlowCode::kJudicialCatch, "judicial_catch"},
    {FlowCode::kJudicialDeduct, "judicial_deduct"},
    {FlowCode::kDormant, "dormant"},
    {FlowCode::kDormantEnd, "dormant_end"},
    {FlowCode::kCutOff, "cut_off"},
    {FlowCode::kHold, "hold"},
    {FlowCode::kCapture, "capture"},
    {FlowCode::kRelease, "release"},
    {FlowCode::kHoldExpire, "hold_expire"},
    {FlowCode::kDispute, "dispute"},
    {FlowCode::kFreezeOwner, "freeze"},
    {FlowCode::kUnfreezeOwner, "unfreeze"},
    {FlowCode::kHalt, "halt"},
    {FlowCode::kResume, "resume"},
    {FlowCode::kPropose, "propose"},
    {FlowCode::kApprove, "approve"},
    {FlowCode::kReject, "reject"},
    {FlowCode::kProposalExpire, "proposal_expire"},
    {FlowCode::kAlert, "alert"},
});

constexpr auto kAuthorities = std::to_array<std::pair<Authority, std::string_view>>({
    {Authority::kNone, "none"},
    {Authority::kClient, "client"},
    {Authority::kStanding, "standing"},
    {Authority::kPlatform, "platform"},
    {Authority::kGuarantor, "guarantor"},
    {Authority::kBank, "bank"},
    {Authority::kCourt, "court"},
    {Authority::kOperators, "operators"},
});

}  // namespace

std::string_view name_of(FlowCode code) {
  for (const auto& [flow, name] : kFlows) {
    if (flow == code) return name;
  }
  return "unknown";
}

std::optional<FlowCode> flow_from_name(std::string_view name) {
  for (const auto& [flow, flow_name] : kFlows) {
    if (flow_name == name) return flow;
  }
  return std::nullopt;
}

std::optional<FlowCode> flow_from_number(std::uint16_t number) {
  for (const auto& [flow, name] : kFlows) {
    if (static_cast<std::uint16_t>(flow) == number) return flow;
  }
  return std::nullopt;
}

std::string_view name_of(Authority authority) {
  for (const auto& [value, name] : kAuthorities) {
    if (value == authority) return name;
  }
  return "unknown";
}

std::optional<Authority> authority_from_name(std::string_view name) {
  for (const auto& [value, value_name] : kAuthorities) {
    if (value_name == name && value != Authority::kNone) return value;
  }
  return std::nullopt;
}

std::string_view name_of(PostingKind kind) {
  switch (kind) {
    case PostingKind::kTransfer:
      return "transfer";
    case PostingKind::kPrincipal:
      return "principal";
    case PostingKind::kInterest:
      return "interest";
    case PostingKind::kFee:
      return "fee";
    case PostingKind::kReversal:
      return "reversal";
  }
  return "unknown";
}

std::string_view name_of(HoldKind kind) {
  switch (kind) {
    case HoldKind::kBid:
      return "bid";
    case HoldKind::kRepayment:
      return "repayment";
    case HoldKind::kWithdrawal:
      return "withdrawal";
    case HoldKind::kWithdrawTransit:
      return "withdraw_transit";
    case HoldKind::kDepositTransit:
      return "deposit_transit";
    case HoldKind::kFee:
      return "fee";
    case HoldKind::kDepositRequested:
      return "deposit_requested";
    case HoldKind::kDepositUnsettled:
      return "deposit_unsettled";
    case HoldKind::kReceipt:
      return "receipt";
    case HoldKind::kWithdrawReview:
      return "withdraw_review";
    case HoldKind::kWithdrawUnknown:
      return "withdraw_unknown";
    case HoldKind::kRedPacket:
      return "red_packet";
    case HoldKind::kEntrusted:
      return "entrusted";
    case HoldKind::kClaimPurchase:
      return "claim_purchase";
    case HoldKind::kJudicial:
      return "judicial";
    case HoldKind::kJudicialWaiting:
      return "judicial_waiting";
    case HoldKind::kSweep:
      return "sweep";
    case HoldKind::kEscrow:
      return "escrow";
    case HoldKind::kDisputed:
      return "disputed";
    case HoldKind::kInterest:
      return "interest";
  }
  return "unknown";
}

std::string_view name_of(HoldOp op) {
  switch (op) {
    case HoldOp::kOpen:
      return "open";
    case HoldOp::kCapture:
      return "capture";
    case HoldOp::kRelease:
      return "release";
    case HoldOp::kReopen:
      return "reopen";
  }
  return "unknown";
}

std::string_view name_of(ProjectState state) {
  switch (state) {
    case ProjectState::kCollecting:
      return "collecting";
    case ProjectState::kFull:
      return "full";
    case ProjectState::kRepaying:
      return "repaying";
    case ProjectState::kSettled:
      return "settled";
    case ProjectState::kFailing:
      return "failing";
    case ProjectState::kMiscarried:
      return "miscarried";
    case ProjectState::kDefaulted:
      return "defaulted";
  }
  return "unknown";
}

std::string_view name_of(ClaimOp op) {
  switch (op) {
    case ClaimOp::kCreate:
      return "create";
    case ClaimOp::kRepay:
      return "repay";
    case ClaimOp::kCompensate:
      return "compensate";
    case ClaimOp::kRecover:
      return "recover";
    case ClaimOp::kSell:
      return "sell";
    case ClaimOp::kBuy:
      return "buy";
    case ClaimOp::kSubrogate:
      return "subrogate";
    case ClaimOp::kOffer:
      return "offer";
    case ClaimOp::kUnoffer:
      return "unoffer";
  }
  return "unknown";
}

std::string_view name_of(FeeOp op) {
  switch (op) {
    case FeeOp::kTake:
      return "take";
    case FeeOp::kGiveBack:
      return "give_back";
  }
  return "unknown";
}

std::string_view name_of(ReversalOp op) {
  switch (op) {
    case ReversalOp::kProposed:
      return "proposed";
    case ReversalOp::kApproved:
      return "approved";
    case ReversalOp::kRejected:
      return "rejected";
    case ReversalOp::kReturned:
      return "returned";
  }
  return "unknown";
}

std::string_view name_of(ProposalOp op) {
  switch (op) {
    case ProposalOp::kProposed:
      return "proposed";
    case ProposalOp::kApproved:
      return "approved";
    case ProposalOp::kRejected:
      return "rejected";
    case ProposalOp::kExpired:
      return "expired";
  }
  return "unknown";
}

std::string_view name_of(SwitchCode code) {
  switch (code) {
    case SwitchCode::kHalted:
      return "halted";
  }
  return "unknown";
}

}  // namespace ledger::domain
